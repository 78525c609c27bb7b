"""What one measured oneself: taken in as strictly as upstream's, predicted from, and forgotten."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
from pathlib import Path

import duckdb
import measure
import numpy as np
import pandas as pd
import pytest
import refresh_seeds
from conftest import OWN, OWN_NAMES, PROJECT

REMEDIES = {
    "train": "benchmark-train-amp-nchw-pt280-cu128-orin.csv",
    "published key": "benchmark-infer-amp-nchw-pt280-cu128-4090.csv",
    "published device": "benchmark-infer-amp-nchw-pt280-cu128-RTX5090-dynamo.csv",
    "published device with a dash": "benchmark-infer-amp-nchw-pt280-cu128-rtx-4090.csv",
    "no run": "timings.csv",
}


@pytest.fixture
def own(tmp_path) -> Path:
    """A folder with the file of somebody's own hardware."""
    return Path(shutil.copy(OWN, tmp_path))


@pytest.fixture
def take(cheap_imports, tmp_path, capsys):
    """Take a file in; return the exit code and what was said."""

    def take(*arguments: object) -> tuple[int, str]:
        seeds = tmp_path / "seeds" / "timm"
        code = refresh_seeds.main([*map(str, arguments), "--seeds", str(seeds)])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return take


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_figures_are_copied_as_they_stand(own, take, tmp_path):
    code, said = take("--own", own, "--device", "Intel N100")
    assert code == 0
    assert "with 20 of the 20 anchors" in said
    written = rows(tmp_path / "seeds" / "own" / own.name)
    assert {row["run"] for row in written} == {"infer-fp32-nchw-pt280-cpu-n100"}
    assert {row["device_name"] for row in written} == {"Intel N100"}
    figures = {row["model"]: float(row["samples_per_sec"]) for row in written}
    assert figures == {row["model"]: float(row["infer_samples_per_sec"]) for row in rows(own)}
    (header,) = (PROJECT / "seeds" / "own" / "own_benchmarks.csv").read_text().splitlines()
    assert list(written[0]) == header.split(",")


def test_a_file_is_replaced_and_forgotten_by_name_or_key(own, take, tmp_path):
    take("--own", own, "--device", "Intel N100")
    code, said = take("--own", own, "--device", "The N100")
    assert (code, f"is called Intel N100 in {own.name}; give that name" in said) == (1, True)
    code, said = take("--own", own, "--device", "Intel N100")
    assert (code, f"{own.name} in place of what was there, with" in said) == (0, True)
    taken = tmp_path / "seeds" / "own" / own.name
    code, said = take("--own", taken, "--device", "Intel N100")
    assert (code, f"{taken}: is taken in already; give what was measured" in said) == (1, True)
    code, said = take("--forget", "The N100")
    assert code == 1
    assert "kept: Intel N100" in said
    assert take("--forget", "N-100")[0] == 0
    assert list((tmp_path / "seeds" / "own").iterdir()) == []


def test_a_key_may_hold_a_dash(own, take, tmp_path):
    for key in ("my-nas", "your-nas"):
        path = own.with_name(own.name.replace("n100", key))
        path.write_text(own.read_text().replace(",1,", f",1.{'0' * len(key)},"))
        assert take("--own", path, "--device", key.title())[0] == 0
    code, said = take("--own", path, "--device", "My-Nas")
    assert (code, "is the name of" in said) == (1, True)
    assert take("--forget", "my-nas")[0] == 0
    (left,) = (tmp_path / "seeds" / "own").iterdir()
    assert left.stem.endswith("-your-nas")


def test_two_devices_have_two_names(own, take, tmp_path):
    take("--own", own, "--device", "Intel N100")
    other = Path(shutil.copy(own, tmp_path / own.name.replace("n100", "tags")))
    code, said = take("--own", other, "--device", "Intel N100")
    assert code == 1
    assert f"Intel N100: is the name of {own.name} already; give another" in said
    assert take("--own", other, "--device", "n100")[0] == 1
    other.write_text(other.read_text().replace(",1,", ",1.0,"))
    assert take("--own", other, "--device", "n100")[0] == 0
    assert len(list((tmp_path / "seeds" / "own").iterdir())) == 2
    # By its name, which is the other's key; a copy that was left there goes with what it is of.
    copied = shutil.copy(tmp_path / "seeds" / "own" / other.name, tmp_path / "seeds" / "own" / "a")
    Path(copied).rename(tmp_path / "seeds" / "own" / "my benchmark.csv")
    code, said = take("--forget", "n100")
    assert (code, "kept: Intel N100" in said, said.count("forgotten: ")) == (0, True, 2)
    assert [path.name for path in (tmp_path / "seeds" / "own").iterdir()] == [own.name]


# the key in another file's name, its device, and what is said
CLASHES = {
    "name in capitals": ("tags", "INTEL-N100", "is the name of benchmark-"),
    "two names of a device": ("n100-dynamo", "The N100", "is called Intel N100 in benchmark-"),
    "key in capitals": ("N100", "Intel N100", "in another spelling; rename it to that"),
    "same bytes": ("n100-dynamo", "Intel N100", "holds the same as benchmark-"),
}


@pytest.mark.parametrize("name", CLASHES)
def test_a_file_that_clashes_with_another_is_refused(own, take, tmp_path, name):
    key, device, what = CLASHES[name]
    take("--own", own, "--device", "Intel N100")
    code, said = take(
        "--own", own.rename(own.with_stem(own.stem.replace("n100", key))), "--device", device
    )
    assert (code, what in said, own.name in said) == (1, True, True)
    assert len(list((tmp_path / "seeds" / "own").iterdir())) == 1


BROKEN = {
    "pipe": (os.mkfifo, "a pipe or device and no file; move it out"),
    "not UTF-8": (lambda path: path.write_bytes(b"run,device_name\n\xff,\xff\n"), "line 2, byte 1"),
    "no end": (lambda path: path.write_text("x" * 200_000 + "\n"), "field larger than field limit"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_among_the_own_ones_is_named(own, take, tmp_path, name):
    put, what = BROKEN[name]
    take("--own", own, "--device", "Intel N100")
    broken = tmp_path / "seeds" / "own" / "benchmark-infer-fp32-nchw-pt280-cpu-broken.csv"
    put(broken)
    for arguments in (["--forget", "Intel N100"], ["--own", own, "--device", "Intel N100"]):
        code, said = take(*arguments)
        assert (code, f"{broken}: {what}" in said) == (1, True)
    broken.unlink()
    assert take("--forget", "Intel N100")[0] == 0


@pytest.mark.parametrize("name", REMEDIES.values(), ids=REMEDIES)
def test_another_files_name_is_refused(own, take, tmp_path, name):
    code, said = take("--own", own.rename(tmp_path / name), "--device", "Mine")
    assert code == 1
    assert name in said
    assert not list((tmp_path / "seeds" / "own").iterdir())


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("RTX 4090", "is called as a device that timm timed"),
        ("nvidia geforce rtx 3090", "is called as a device that timm timed"),
        ("i7_12700h", "is called as a device that timm timed"),
        ("RTX-4090", "is called as a device that timm timed"),
        ("GeForce RTX 4090", "is called as a device that timm timed"),
        ("Core i7", "is called as a device that timm timed"),
        ("\uff32\uff34\uff38 \uff14\uff10\uff19\uff10", "as a device that timm timed"),
        ("Jetson  Orin", "two spaces in a row or a character that cannot be seen"),
        ("Jetson\u2800Orin", "a character that cannot be seen"),
        ("Jetson\u3164", "a character that cannot be seen"),
        ("J" * 100_000, "a name of more than 60 characters"),
        ("\u2605", "a name without a letter or a digit"),
        (" ", "a name without a letter or a digit"),
    ],
)
def test_a_bad_name_for_a_device_is_refused(own, take, tmp_path, name, what):
    code, said = take("--own", own, "--device", name)
    assert (code, what in said) == (1, True)
    assert len(said) < 1000
    assert list((tmp_path / "seeds" / "own").iterdir()) == []


def test_what_timm_timed_tells_a_copy_a_slip_and_a_name_that_is_taken(own, take, tmp_path):
    timed = "infer-fp32-nchw-pt240-cpu-i7_12700h-dynamo"
    seeds = tmp_path / "seeds" / "timm"
    seeds.mkdir(parents=True)
    for path in (PROJECT / "seeds" / "timm").glob("*benchmark*.csv"):
        header, *lines = path.read_text().splitlines(keepends=True)
        kept = [line for line in lines if line.startswith(f"{timed},")]
        (seeds / path.name).write_text(header + "".join(kept))
    copy = own.with_name("benchmark-infer-fp32-nchw-pt280-cpu-mine.csv")
    names = own.read_text().splitlines()[0].split(",")
    with copy.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(names)
        for row in rows(seeds / "inference_benchmarks.csv"):
            writer.writerow([row[name.removeprefix("infer_")] for name in names])
    code, said = take("--own", copy, "--device", "Mine")
    assert (code, f"has the figures of benchmark-{timed}.csv" in said) == (1, True)

    text = own.read_text()
    own.write_text(text.replace(",25.56\n", ",2.556\n"))
    code, said = take("--own", own, "--device", "Mine")
    assert (code, "'2.556' is 10 times off the 25.56 of " in said) == (1, True)

    own.write_text(text)
    for path in seeds.glob("*benchmark*.csv"):
        path.write_text(path.read_text().replace("cpu-i7_12700h", "cpu-N-100"))
    code, said = take("--own", own, "--device", "Mine")
    assert (code, "is called as a device that timm timed" in said) == (1, True)


@pytest.mark.parametrize(
    ("kept", "code", "what"),
    [
        (4, 1, "has 4 of the anchors that predictions are made from; measure at least 5"),
        (5, 0, "With 10 of them or more predictions are better"),
        (10, 0, "with 10 of the 20 anchors"),
    ],
)
def test_fewer_anchors(own, take, kept, code, what):
    lines = own.read_text().splitlines(keepends=True)[: kept + 1]
    own.write_text("".join(lines).replace(",224,", ",224.0,"))
    found, said = take("--own", own, "--device", "Intel N100")
    assert (found, what in said) == (code, True)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("resnet50,", "resnet50,-", "is negative"),
        ("infer_samples_per_sec", "samples", "without infer_samples_per_sec"),
        ("resnet18", "resnet50", "stands on line 2 already"),
        (",25.56\n", ",nan\n", "is not a number"),
    ],
)
def test_a_faulty_file_is_refused_as_upstreams_are(own, take, old, new, what):
    own.write_text(own.read_text().replace(old, new, 1))
    code, said = take("--own", own, "--device", "Intel N100")
    assert code == 1
    assert what in said


@pytest.mark.parametrize(
    "arguments",
    [
        ["--own", "f.csv"],
        ["--device", "Mine"],
        ["--own", "f.csv", "--device", ""],
        ["--own", "f.csv", "--device", "a\nb"],
        ["--own", "f.csv", "--device", "a\u00a0b"],
        ["--own", "f.csv", "--device", "a\udcff"],
        ["--forget", ""],
        ["--forget", " "],
        ["--history", "--forget", "Mine"],
        ["--own", "f.csv", "--device", "Mine", "--forget", "Mine"],
    ],
)
def test_wrong_arguments(arguments):
    with pytest.raises(SystemExit, match="2"):
        refresh_seeds.parse_arguments(arguments)


@pytest.fixture
def read(made):
    with duckdb.connect(made / "image_models.duckdb", read_only=True) as opened:
        yield lambda query: opened.execute(query).df()


def test_every_network_is_measured_or_predicted(read):
    timings = read("from predicted_timings where device = 'n100'")
    assert timings.is_measured.sum() == 20
    assert len(timings) == len(read("from intermediate.int_networks_listed"))
    measured = timings[timings.is_measured]
    assert (measured.ms_low == measured.ms_high).all()
    predicted = timings[~timings.is_measured]
    assert (predicted.ms_low < predicted.ms).all()
    # Three times as long as the published device that the fixture is made of.
    theirs = read(
        """
        select architecture, img_size, any_value(ms) as their_ms from model_benchmarks
        where run = 'infer-fp32-nchw-pt240-cpu-i7_12700h-dynamo' group by all
        """
    )
    both = predicted.merge(theirs)
    np.testing.assert_allclose(both.ms, 3 * both.their_ms, rtol=0.01)


def test_an_own_device_is_like_any_other(read):
    counts = read("select count(*) as n from model_benchmarks where device = 'n100'")
    assert counts.n.item() == 1543
    device = read("from devices where device = 'n100'").iloc[0]
    name = OWN_NAMES["n100"]
    assert (device.device_name, device.device_kind, device.is_own) == (name, "cpu", True)
    assert not device.is_default_device
    for asked in (name, "Intel N100"):
        assert read(f"from best_models('{asked}')").equals(read("from best_models('n100')"))


# what is asked for: the device that is meant, or what is said
ASKED = {
    "4090": "rtx4090",
    "GeForce 4090": "rtx4090",
    "rtx-6000": "pro6000maxq",
    "RTX-4090": "rtx4090",
    "nvidia geforce rtx 4090": "rtx4090",
    "geforce rtx 4090": "rtx4090",
    "3090": "rtx3090",
    "odd 3090 of rtx4090": "odd",
    "of rtx 40": "odd",
    "ODD": "odd",
    "rtx": r"There are: odd, pro6000maxq, rtx3090, rtx4090, rtx5090 \(",
    "-": "There are: i7",
}


@pytest.mark.parametrize("asked", ASKED)
def test_an_own_device_changes_no_answer_about_a_published_one(asked, read):
    wanted = ASKED[asked]
    if wanted.startswith("There"):
        with pytest.raises(duckdb.InvalidInputException, match=wanted):
            read(f"from frontier('{asked}')")
    else:
        assert read(f"from frontier('{asked}')").equals(read(f"from frontier('{wanted}')"))


# Of the odd card, for the other's intervals are narrower than what answers are rounded to.
ANSWERS = {
    "best_models('{}', everything := true)": "model_benchmarks",
    "score_models('{}')": "model_benchmarks",
    "frontier('{}')": "model_benchmarks",
    "new_models(device := '{}')": "model_benchmarks",
    "best_backbones('{}', n := null)": "backbone_benchmarks",
    "(from speeds('resnet50') where device = '{}' and is_default_run)": "timings",
}


@pytest.mark.parametrize(("question", "mart"), ANSWERS.items(), ids=ANSWERS)
def test_every_figure_says_whether_it_is_predicted(question, mart, read):
    key = ["architecture", "img_size"] if mart == "timings" else ["model", "img_size"]
    for device, is_predicted in (("odd", True), ("rtx4090", False)):
        ours = read(f"from {question.format(device)}")
        theirs = read(f"from {mart} where device = '{device}' and is_default_run")
        both = ours.dropna(subset="ms").merge(theirs, on=key, suffixes=("", "_in_mart"))
        both["is_measured"] = both.is_measured.astype(bool)
        assert len(both) > 0
        assert (both.is_measured == both.is_measured_in_mart).all()
        assert (~both.is_measured).any() == is_predicted
        for column in ("ms", "ms_low", "ms_high"):
            assert (both[column] - both[f"{column}_in_mart"]).abs().max() <= 5.1e-5
        predicted = both[~both.is_measured]
        assert (predicted.ms_low < predicted.ms).all()
        assert (predicted.ms < predicted.ms_high).all()
        if "note" in ours:
            assert (both.note.isna() == both.is_measured).all()


@pytest.mark.parametrize("function", ["best_models", "best_backbones"])
def test_a_limit_is_held_against_the_slow_end(function, read):
    mart, everything = {
        "best_models": ("model_benchmarks", "everything := true"),
        "best_backbones": ("backbone_benchmarks", "n := null"),
    }[function]
    rows = read(f"from {mart} where device = 'odd'").set_index(["model", "img_size"])
    for max_ms in rows.ms.quantile([0.1, 0.5, 0.9]) * 1.0001:
        kept = set(rows[rows.ms_high <= max_ms].index)
        assert kept < set(rows[rows.ms <= max_ms].index)
        for limit in (f"max_ms := {max_ms}", f"min_samples_per_sec := {1000 / max_ms}"):
            ours = read(f"from {function}('odd', {everything}, {limit})")
            assert set(zip(ours.model, ours.img_size, strict=True)) == kept


def test_the_answer_says_how_to_measure_the_pick(read):
    picks = read("from best_models('odd', max_ms := 100, n := 3)")
    for pick in picks.itertuples():
        said, _, arguments = pick.note.partition("python measure.py ")
        assert said == "Predicted. Measure it: "
        wanted = measure.parse_arguments(arguments.split()).models
        assert wanted == [f"{pick.model}@{pick.img_size}"]
    (nearest,) = read("from best_models('odd', max_ms := 0.001, name := 'convnext')").note
    assert re.search(r" ms \(predicted, [\d.]+ to [\d.]+\), top1", nearest)


def test_differences_have_an_interval_where_one_is_predicted(read):
    upgrades = read("from upgrades('resnet18.a1_in1k', 'odd') where own_img_size = 224")
    assert set(upgrades.is_measured) == {False, True}
    measured = upgrades[upgrades.is_measured]
    assert (measured.fewer_ms_low == measured.fewer_ms_high).all()
    assert measured.note.isna().all()
    predicted = upgrades[~upgrades.is_measured]
    assert (predicted.fewer_ms_low < predicted.fewer_ms).all()
    assert (predicted.fewer_ms < predicted.fewer_ms_high).all()
    assert predicted.note.str.contains(r"--models \S+@\d+$").all()
    # Weights of one network that is predicted.
    same = read("from upgrades('convnext_small.fb_in1k', 'odd') where img_size = own_img_size")
    same = same[same.model.str.startswith("convnext_small")]
    assert len(same) > 0
    assert (same.fewer_ms_low == same.fewer_ms).all()


def test_compare_gives_the_interval_of_what_is_predicted(read):
    ours = read("from compare('vgg16.tv_in1k', 'convnext_small.fb_in1k')").set_index("measured_on")
    own = ours.loc["infer-amp-nchw-pt280-cu128-odd"]
    assert pd.isna(own.a_interval)
    low, high = own.b_interval
    assert low < own.b < high
    assert ours.b_interval.count() == 2


def test_training_is_answered_with_a_sentence(read):
    said = "no run of phase .train. on this device: training is not predicted. It has: "
    with pytest.raises(duckdb.InvalidInputException, match=said):
        read("from best_models('odd', phase := 'train')")


@pytest.mark.browser
@pytest.mark.usefixtures("quiet")
def test_the_explorer_shows_what_is_measured_and_what_is_predicted(made, tab, read):
    page = tab.open(made / "reports" / "explorer.html")
    page.get_by_role("button", name="Odd 3090 of RTX 4090 (your own)").click()
    assert (
        page.locator("#device option:checked").text_content() == "Odd 3090 of RTX 4090 (your own)"
    )
    benchmarks = read("from model_benchmarks where device = 'odd'")
    # A limit between both ends of an interval is not kept.
    limit = round(benchmarks[~benchmarks.is_measured].ms.median(), 1)
    page.locator("#max_ms").fill(str(limit))
    page.locator("#everything").check()
    kept = benchmarks[benchmarks.ms_high <= limit]
    assert 0 < len(kept) < (benchmarks.ms <= limit).sum()
    lines = page.locator("#list th").evaluate_all(
        "heads => heads.map(({ children: [name, said] }) => [name.textContent, said.textContent])"
    )
    assert sorted(model for model, _ in lines) == sorted(kept.model)
    said = {certainty.split(",")[0] for _, certainty in lines}
    assert said == {"measured", "predicted"}
    page.locator("#everything").uncheck()
    predicted = page.evaluate("state.answer.ladder.filter(row => !row.is_measured).length")
    assert page.locator("#chart .whisker").count() == predicted > 0
    page.locator("#max_ms").fill("")
    assert "(predicted, " in page.locator("h1").text_content()
    assert page.locator("#key_own").is_visible()
    page.locator("h1 button").click()
    timings = page.locator("#card tr", has_text="Odd 3090").text_content()
    assert f"predicted, {page.evaluate('three(state.answer.rows[0].ms_low)')} to " in timings
    page.get_by_label("Device").select_option("rtx4090")
    assert page.locator("#chart .whisker").count() == 0
    assert page.locator("#key_own").is_hidden()


def test_an_anchor_that_is_wrong_is_named(made):
    said = (made / "said").read_text()
    assert "warn_own_anchors_are_odd found:" in said
    assert "run = infer-amp-nchw-pt280-cu128-odd, architecture = mobilenetv3_large_100" in said
    assert "run = infer-fp32-nchw-pt280-cpu-n100, architecture" not in said


# What says of each row whether it is one's own; all else is of published runs.
LIST_OWN_RUNS = {
    *("timings", "model_benchmarks", "backbone_benchmarks", "benchmark_runs", "devices"),
    *("predicted_timings", "frontier_steps", "build"),
}


def test_published_statistics_leave_own_runs_out(read, connection):
    marts = read("select table_name from duckdb_tables() where schema_name = 'main'").table_name
    for mart in set(marts) - LIST_OWN_RUNS:
        ours, theirs = (
            opened(f"from {mart} order by all")
            for opened in (read, lambda query: connection.execute(query).df())
        )
        assert len(ours) == len(theirs), mart
        ours, theirs = (
            frame.select_dtypes("number").to_numpy(float, na_value=np.nan)
            for frame in (ours, theirs)
        )
        np.testing.assert_allclose(ours, theirs, rtol=1e-9, err_msg=mart)


def test_git_sees_nothing_of_own_files():
    names = ["benchmark-infer-fp32-nchw-pt280-cpu-n100.csv", "my benchmark.csv"]
    paths = [f"seeds/own/{name}" for name in names]
    ignored = subprocess.run(["git", "check-ignore", *paths], cwd=PROJECT, stdout=subprocess.PIPE)
    assert ignored.stdout.count(b"\n") == len(names)
