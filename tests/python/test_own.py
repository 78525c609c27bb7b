"""What one measured oneself: taken in as strictly as upstream's, predicted from, and forgotten."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path

import duckdb
import numpy as np
import plot
import pytest
import refresh_seeds
from conftest import PROJECT, SCRATCH, copy_parsed_project, dbt

FIXTURE = PROJECT / "tests" / "fixtures" / "own" / "benchmark-infer-fp32-nchw-pt280-cpu-n100.csv"
REMEDIES = {
    "train": "benchmark-train-amp-nchw-pt280-cu128-orin.csv",
    "published key": "benchmark-infer-amp-nchw-pt280-cu128-4090.csv",
    "published device": "benchmark-infer-amp-nchw-pt280-cu128-RTX5090-dynamo.csv",
    "no run": "timings.csv",
}


@pytest.fixture
def own(tmp_path) -> Path:
    """A folder with the file of somebody's own hardware."""
    return Path(shutil.copy(FIXTURE, tmp_path))


@pytest.fixture
def take(tmp_path, capsys):
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
    assert (code, "replaced as" in said) == (0, True)
    code, said = take("--forget", "Intel N100")
    assert code == 1
    assert "kept: The N100" in said
    assert take("--forget", "n100")[0] == 0
    assert list((tmp_path / "seeds" / "own").iterdir()) == []


@pytest.mark.parametrize("name", REMEDIES.values(), ids=REMEDIES)
def test_another_files_name_is_refused(own, take, tmp_path, name):
    code, said = take("--own", own.rename(tmp_path / name), "--device", "Mine")
    assert code == 1
    assert name in said
    assert not list((tmp_path / "seeds" / "own").iterdir())


@pytest.mark.parametrize("name", ["RTX 4090", "nvidia geforce rtx 3090", "i7_12700h"])
def test_a_published_devices_name_is_refused(own, take, name):
    code, said = take("--own", own, "--device", name)
    assert code == 1
    assert "is called as a device that timm timed" in said


@pytest.mark.parametrize(
    ("kept", "code", "what"),
    [
        (4, 1, "has 4 of the anchors that predictions are made from; measure at least 5"),
        (5, 0, "With 10 of them or more predictions are better"),
        (10, 0, "with 10 of the 20 anchors"),
    ],
)
def test_fewer_anchors(own, take, kept, code, what):
    own.write_text("".join(own.read_text().splitlines(keepends=True)[: kept + 1]))
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
        ["--own", "f.csv", "--device", " "],
        ["--own", "f.csv", "--device", "a\nb"],
        ["--own", "f.csv", "--device", "Mine", "--forget", "Mine"],
    ],
)
def test_wrong_arguments(arguments):
    with pytest.raises(SystemExit, match="2"):
        refresh_seeds.parse_arguments(arguments)


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A copy of the project with two own devices: with tags, and one anchor ten times off."""
    project = copy_parsed_project(tmp_path_factory.mktemp("project"))
    for path in (project / "seeds" / "own").glob("benchmark-*"):
        path.unlink()
    text = FIXTURE.read_text().replace("resnet18,", "resnet18.a1_in1k,")
    tagged = project / FIXTURE.name
    tagged.write_text(text)
    odd = project / "benchmark-infer-amp-nchw-pt280-cu128-odd.csv"
    lines = text.splitlines(keepends=True)
    model, speed, step, *rest = lines[3].split(",")
    lines[3] = ",".join([model, str(float(speed) / 10), str(float(step) * 10), *rest])
    odd.write_text("".join(lines))
    seeds = str(project / "seeds" / "timm")
    for path, name in ((tagged, "Intel N100"), (odd, "Odd card")):
        assert refresh_seeds.main(["--own", str(path), "--device", name, "--seeds", seeds]) == 0
    result = dbt(project, "build")
    assert result.returncode == 0, result.stdout
    (project / "said").write_text(result.stdout)
    return project


@pytest.fixture
def read(project):
    with duckdb.connect(project / SCRATCH, read_only=True) as opened:
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
    assert (device.device_name, device.device_kind, device.is_own) == ("Intel N100", "cpu", True)
    assert not device.is_default_device
    assert len(read("from best_models('Intel N100', max_ms := 500)")) > 10
    assert len(read("from frontier('n100')")) > 5


@pytest.mark.browser
@pytest.mark.usefixtures("quiet")
def test_the_explorer_shows_what_is_measured_and_what_is_predicted(project, tab, read):
    with duckdb.connect(project / SCRATCH, read_only=True) as opened:
        (project / "explorer.html").write_text(plot.draw_explorer(opened)[0], encoding="utf-8")
    page = tab.open(project / "explorer.html")
    page.get_by_role("button", name="Your Odd card").click()
    assert page.locator("#device option:checked").text_content() == "Odd card (your own)"
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
    timings = page.locator("#card tr", has_text="Odd card").text_content()
    assert f"predicted, {page.evaluate('three(state.answer.rows[0].ms_low)')} to " in timings
    page.get_by_label("Device").select_option("rtx4090")
    assert page.locator("#chart .whisker").count() == 0
    assert page.locator("#key_own").is_hidden()


def test_an_anchor_that_is_wrong_is_named(project):
    said = (project / "said").read_text()
    assert "warn_own_anchors_are_odd found:" in said
    assert "run = infer-amp-nchw-pt280-cu128-odd, architecture = mobilenetv3_large_100" in said
    assert "run = infer-fp32-nchw-pt280-cpu-n100, architecture" not in said


def test_published_statistics_leave_own_runs_out(read, connection):
    for mart in (
        *("frontier_stability", "resolution_tradeoffs", "family_trends", "cost_proxies"),
        *("run_comparisons", "prediction_backtest", "license_costs", "left_out_rows"),
        *("notebook_cpu_slow_downs", "notebook_findings"),
    ):
        ours, theirs = (
            read(f"from {mart} order by all"),
            connection.execute(f"from {mart} order by all").df(),
        )
        assert len(ours) == len(theirs)
        numbers = ours.select_dtypes("number")
        np.testing.assert_allclose(numbers, theirs[numbers.columns], rtol=1e-9)


def test_git_sees_nothing_of_own_files():
    path = "seeds/own/benchmark-infer-fp32-nchw-pt280-cpu-n100.csv"
    ignored = subprocess.run(["git", "check-ignore", "-q", path], cwd=PROJECT)
    assert ignored.returncode == 0
