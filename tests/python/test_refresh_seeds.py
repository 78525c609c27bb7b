"""The importer: what it makes of good input, what it refuses, and that it loses nothing."""

from __future__ import annotations

import bz2
import csv
import gzip
import lzma
import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
import refresh_seeds

PROJECT = Path(__file__).resolve().parents[2]
SEEDS = PROJECT / "seeds" / "timm"
FIXTURE = PROJECT / "tests" / "fixtures" / "results"
UPSTREAM = PROJECT.parent / "shared" / "timm"

IMAGENET = "results-imagenet.csv"
SKETCH = "results-sketch.csv"
METADATA = "model_metadata-in1k.csv"
SOURCES = ("result_files", "benchmark_files")
LARGE = "toynet_large.fb_in22k_ft_in1k"
INFER_ROW = b"infer-amp-nchw-pt240-cu124-rtx4090,toynet_large,384,64.0,4000.0,256,1014.45,,\n"
INFER = "benchmark-infer-amp-nchw-pt240-cu124-rtx4090.csv"
TRAIN = "benchmark-train-amp-nhwc-pt112-cu113-rtx3090.csv"

pytestmark = pytest.mark.usefixtures("cheap_imports")


@pytest.fixture
def results(tmp_path) -> Path:
    return Path(shutil.copytree(FIXTURE, tmp_path / "results"))


@pytest.fixture
def seeds(tmp_path) -> Path:
    return tmp_path / "seeds"


@pytest.fixture(scope="session")
def imported_once(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("imported")
    assert run(FIXTURE, folder, "2025-01-01") == 0
    return folder


@pytest.fixture(scope="session")
def seeds_of_both(imported_once, tmp_path_factory) -> dict[str, bytes]:
    """What the snapshots 2025-01-01 and 2026-01-06 give together."""
    folder = shutil.copytree(imported_once, tmp_path_factory.mktemp("both") / "seeds")
    assert run(FIXTURE, folder) == 0
    return contents(folder)


@pytest.fixture
def imported(imported_once, seeds) -> Path:
    """Seeds that hold the fixture as the snapshot 2025-01-01."""
    return Path(shutil.copytree(imported_once, seeds))


def run(results, seeds, snapshot="2026-01-06", *more, commit="90cae8c5") -> int:
    arguments = ["--results", results, "--snapshot", snapshot, "--commit", commit, *more]
    return refresh_seeds.main([*map(str, arguments), "--seeds", str(seeds)])


def import_cards(cards, seeds, *more) -> int:
    return refresh_seeds.main(["--model-cards", str(cards), "--seeds", str(seeds), *map(str, more)])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


def rows(seeds: Path, seed: str) -> list[dict[str, str]]:
    with (seeds / f"{seed}.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


needs_upstream = pytest.mark.skipif(
    not UPSTREAM.is_dir(), reason="upstream's files are not here; the fixture covers the importer"
)


@needs_upstream
def test_committed_seeds_are_what_upstream_gives(seeds):
    sources = {(row["snapshot"], row["upstream_commit"]) for row in rows(SEEDS, "result_files")}
    for snapshot, commit in sorted(sources):
        history = UPSTREAM / "history" / snapshot
        results = history if history.is_dir() else UPSTREAM / snapshot
        assert run(results, seeds, snapshot, commit=commit) == 0
    assert import_cards(SEEDS / "model_cards.csv", seeds) == 0
    written = contents(seeds)
    assert written == {name: contents(SEEDS)[name] for name in written}
    assert len(written) == 8


@needs_upstream
def test_upstreams_states_of_seven_years_are_imported(seeds, tmp_path):
    with (UPSTREAM / "history" / "commits.csv").open(newline="") as stream:
        states = [(row["snapshot"], row["commit"]) for row in csv.DictReader(stream)]
    for snapshot, commit in states:
        assert run(UPSTREAM / "history" / snapshot, seeds, snapshot, commit=commit) == 0
    assert kept(seeds) == [(snapshot, "imagenet") for snapshot, _ in states]
    assert run(UPSTREAM / "2024-08-22", tmp_path / "alone", "2024-08-22") == 0


def test_committed_seeds_stay_small():
    assert sum(path.stat().st_size for path in SEEDS.parent.rglob("*.csv")) < 6_000_000


def test_figures_are_copied_as_they_stand(results, seeds):
    assert run(results, seeds) == 0
    large = rows(seeds, "imagenet_results")[0]
    assert large == {
        "snapshot": "2026-01-06",
        "test_set": "imagenet",
        "model": "toynet_large.fb_in22k_ft_in1k",
        "img_size": "384",
        "top1": "88.250",
        "top5": "98.500",
        "param_count": "1014.45",
        "crop_pct": "1.000",
        "interpolation": "bicubic",
    }
    assert [row["batch_size"] for row in rows(seeds, "inference_benchmarks")] == ["256", "1024"]
    assert rows(seeds, "inference_benchmarks")[0]["gmacs"] == ""
    assert rows(seeds, "training_benchmarks")[0]["step_time"] == "250.0"


def test_byte_order_mark_and_crlf_are_accepted(results, seeds):
    text = (results / SKETCH).read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in text
    assert run(results, seeds) == 0
    sketch = [row for row in rows(seeds, "imagenet_results") if row["test_set"] == "sketch"]
    assert [row["interpolation"] for row in sketch] == ["bicubic", "bilinear"]


def test_rows_that_upstream_left_blank_are_kept_out_and_named(results, seeds, capsys):
    assert run(results, seeds) == 0
    assert "kept out toynet_huge at 448 px" in capsys.readouterr().out
    assert "toynet_huge" not in {row["model"] for row in rows(seeds, "inference_benchmarks")}
    assert [row["model"] for row in rows(seeds, "blank_benchmarks")] == ["toynet_huge"]
    runs = {row["run"]: row["upstream_rows"] for row in rows(seeds, "benchmark_files")}
    assert runs["infer-amp-nchw-pt240-cu124-rtx4090"] == "3"


def test_running_twice_changes_nothing(results, seeds, capsys):
    assert run(results, seeds) == 0
    before = contents(seeds)
    capsys.readouterr()
    assert run(results, seeds) == 0
    assert contents(seeds) == before
    assert "imagenet_results.csv: 5 rows (0 added, 0 removed)" in capsys.readouterr().out


def test_a_snapshot_is_replaced_and_the_others_stay(results, seeds):
    assert run(results, seeds, "2025-01-01") == 0
    (results / SKETCH).unlink()
    (results / INFER).unlink()
    assert run(results, seeds, "2026-01-06") == 0
    snapshots = [row["snapshot"] for row in rows(seeds, "imagenet_results")]
    assert (snapshots.count("2025-01-01"), snapshots.count("2026-01-06")) == (5, 3)

    (results / IMAGENET).unlink()
    assert run(results, seeds, "2026-01-06") == 0
    snapshots = [row["snapshot"] for row in rows(seeds, "imagenet_results")]
    assert (snapshots.count("2025-01-01"), snapshots.count("2026-01-06")) == (5, 0)
    assert len(rows(seeds, "inference_benchmarks")) == 2


def test_a_run_belongs_to_the_newest_snapshot_that_has_it(results, seeds, tmp_path):
    assert run(results, seeds, "2025-01-01") == 0
    path = results / TRAIN
    path.write_text(path.read_text().replace("2048.0,250.0", "4096.0,125.0"))
    assert run(results, seeds, "2026-01-06") == 0
    assert [row["samples_per_sec"] for row in rows(seeds, "training_benchmarks")] == ["4096.0"]
    newest = contents(seeds)
    assert run(FIXTURE, seeds, "2025-01-01") == 0
    assert contents(seeds) == newest

    other_order = tmp_path / "other_order"
    assert run(results, other_order, "2026-01-06") == 0
    assert run(FIXTURE, other_order, "2025-01-01") == 0
    assert contents(other_order) == newest


def test_a_run_that_the_snapshot_lost_is_removed_and_named(results, seeds, capsys):
    assert run(results, seeds) == 0
    (results / INFER).unlink()
    capsys.readouterr()
    assert run(results, seeds) == 0
    name = INFER.removeprefix("benchmark-").removesuffix(".csv")
    assert f"{name}: removed, the snapshot has it no more" in capsys.readouterr().out
    assert name not in {row["run"] for row in rows(seeds, "benchmark_files")}
    assert rows(seeds, "inference_benchmarks") == []


# upstream's other spellings: (a file of the fixture, what it is called too)
NAMES = {
    IMAGENET: ["results-all.csv"],
    METADATA: ["model_metadata_in1k.csv"],
    INFER: [
        "benchmark-infer-amp-nchw-pt2100-cu1301-rtx6090.csv",
        "benchmark-infer-fp16-nhwc-pt2100-rocm6.3-MI300X.csv",
        "benchmark-infer-fp32-nchw-pt2121-mps-M4-Max-dynamo.csv",
        "benchmark-infer-amp_bf16-nchw-pt291-xpu-b580.csv",
    ],
}


@pytest.mark.parametrize(
    ("name", "other"), [(name, other) for name, others in NAMES.items() for other in others]
)
def test_other_names_are_understood(name, other, results, seeds, imported_once):
    expected = {seed: len(rows(imported_once, seed)) for seed in refresh_seeds.read_seed_columns()}
    (results / name).rename(results / other)
    assert run(results, seeds) == 0
    assert {seed: len(rows(seeds, seed)) for seed in expected} == expected
    files = [row for seed in SOURCES for row in rows(seeds, seed)]
    assert name == METADATA or [row["upstream_file"] for row in files].count(other) == 1


def test_the_figures_of_2019_are_understood(results, seeds):
    for name, old_name in ((IMAGENET, "results-all"), (SKETCH, "results-inv2-matched-frequency")):
        text = (results / name).read_text(encoding="utf-8-sig").replace("crop_pct", "cropt_pct")
        (results / f"{old_name}.csv").write_text(text)
        (results / name).unlink()
    assert run(results, seeds) == 0
    crops = {row["test_set"]: row["crop_pct"] for row in rows(seeds, "imagenet_results")}
    assert crops == {"imagenet": "0.950", "imagenetv2-matched-frequency": "0.875"}


def test_what_upstream_says_of_pretraining_is_kept_of_the_newest_snapshot(imported, results):
    replace(METADATA, "toynet_small,in1k", "toynet_small,in21k")(results)
    assert run(results, imported, "2025-06-01") == 0
    newest = [{"snapshot": "2025-06-01", "model": "toynet_small", "pretrain": "in21k"}]
    assert rows(imported, "model_metadata") == newest
    assert run(FIXTURE, imported, "2025-01-01") == 0
    assert rows(imported, "model_metadata") == newest


def test_a_seed_that_is_a_dead_link_is_none_that_is_missing(results, imported, capsys):
    seed = imported / "training_benchmarks.csv"
    seed.unlink()
    seed.symlink_to("nowhere")
    assert run(results, imported) == 1
    assert f"{seed}: a dead link and no file" in capsys.readouterr().err


def test_one_results_file_is_enough_and_the_seeds_are_whole(results, seeds, capsys):
    for path in results.iterdir():
        if path.name != IMAGENET:
            path.unlink()
    assert run(results, seeds) == 0
    for seed, columns in refresh_seeds.read_seed_columns().items():
        header = (seeds / f"{seed}.csv").read_text().splitlines()[0]
        assert header == ",".join(columns)
    said = capsys.readouterr().out
    assert "no file of imagenet-a, imagenet-a-clean, " in said
    assert "sketch\n" in said


def test_files_that_are_not_imported_are_said(results, seeds, capsys):
    (results / "results-sketch.csv.gz").write_bytes(b"\x1f\x8b")
    (results / "model_benchmark_amp_nchw_rtx3090.csv").write_bytes(b"model\n")
    (results / "model_metadata-in12k.csv").write_bytes(b"model\n")
    (results / "notes\x1b[2J.csv.bak").write_bytes(b"")
    assert run(results, seeds) == 0
    said = capsys.readouterr().out
    for line in (
        "results-sketch.csv.gz: not read",
        "model_benchmark_amp_nchw_rtx3090.csv: not used, its name says neither torch nor CUDA",
        "model_metadata-in12k.csv: not used",
        r"notes\x1b[2J.csv.bak': not read",
    ):
        assert line in said
    assert "\x1b" not in said


def history(days: list[str], results: Path, seeds: Path) -> None:
    for day in days:
        assert run(results, seeds, day) == 0


def kept(seeds: Path) -> list[tuple[str, str]]:
    return [(row["snapshot"], row["test_set"]) for row in rows(seeds, "result_files")]


def test_older_snapshots_keep_imagenet_sixty_days_apart(results, seeds, capsys):
    days = ["2022-03-01", "2023-03-26", "2023-05-24", "2023-07-22", "2023-07-23", "2023-09-20"]
    history(days, results, seeds)
    assert kept(seeds) == [
        ("2022-03-01", "imagenet"),
        ("2023-05-24", "imagenet"),
        ("2023-05-24", "sketch"),
        ("2023-07-23", "imagenet"),
        ("2023-09-20", "imagenet"),
        ("2023-09-20", "sketch"),
    ]
    said = capsys.readouterr().out
    assert "snapshot 2023-03-26: let go of imagenet, sketch, model_metadata" in said
    assert "snapshot 2023-07-23: let go of sketch, model_metadata" in said

    # What the seeds hold does not give way to a neighbour that comes later.
    before = contents(seeds)
    history(["2022-02-01", "2023-07-24"], results, seeds)
    assert contents(seeds) == before


def test_a_test_set_that_the_newest_snapshot_lacks_is_kept_and_said(imported, results, capsys):
    (results / SKETCH).unlink()
    assert run(results, imported) == 0
    said = capsys.readouterr().out
    assert "no file of sketch: what snapshot 2025-01-01 says of it stays\n" in said
    assert kept(imported) == [
        ("2025-01-01", "imagenet"),
        ("2025-01-01", "sketch"),
        ("2026-01-06", "imagenet"),
    ]


def test_a_replaced_snapshot_is_said(imported, results, capsys):
    (results / SKETCH).unlink()
    assert run(results, imported, "2025-01-01") == 0
    said = capsys.readouterr().out
    assert "snapshot 2025-01-01: replaced" in said
    assert "2025-01-01 sketch: removed, the snapshot has it no more" in said


def test_the_summary_says_what_is_new_and_what_nobody_knows(imported, results, tmp_path):
    new_run = "infer-amp-nchw-pt2100-cu130-RTX-6090"
    copy_faster(f"benchmark-{new_run}.csv")(results)
    replace(IMAGENET, "toynet_small.in1k", "toynet_`medium`.zeta_in1k_r99")(results)
    summary = tmp_path / "summary.md"
    assert run(results, imported, "2026-01-06", "--summary", summary) == 0
    text = summary.read_text(encoding="utf-8")
    assert text.startswith("## timm's results of 2026-01-06\n\nCommit 90cae8c5.\n\n- ")
    for line in (
        "- New models: 1 (`toynet_medium.zeta_in1k_r99`)\n",
        f"- New runs: 1 (`{new_run}`)\n",
        "- Devices missing in seeds/reference/device_keys.csv: 1 (`RTX-6090`)\n",
        "- Words of tags missing in seeds/reference/tag_tokens.csv: 1 (`zeta`)\n",
        "- inference_benchmarks.csv: 4 rows (2 added, 0 removed)\n",
    ):
        assert line in text


def replace(name: str, old: str, new: str):
    """Return a fault: a change of one file's text, which must be there to change."""

    def change(results: Path) -> None:
        text = (results / name).read_text(encoding="utf-8-sig")
        assert old in text
        (results / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def both(*changes):
    return lambda results: [change(results) for change in changes]


def put(name: str, content: bytes):
    return lambda results: (results / name).write_bytes(content)


def remove(name: str):
    return lambda results: (results / name).unlink()


def only(name: str):
    return lambda results: [path.unlink() for path in results.iterdir() if path.name != name]


def copy_faster(name: str, speed_up: float = 2):
    """Return a fault: the figures of the RTX 4090 under another name, so many times as fast."""

    def copy(results: Path) -> None:
        rows = list(csv.reader((FIXTURE / INFER).read_text().splitlines()))
        for row in rows[1:]:
            if row[3]:
                row[3:5] = str(speed_up * float(row[3])), str(float(row[4]) / speed_up)
        (results / name).write_text("".join(",".join(row) + "\n" for row in rows))

    return copy


NETWORKS = range(1, 13)
OTHER = "benchmark-infer-amp-nchw-pt240-cu124-rtx6090.csv"
THIRD = "benchmark-infer-amp-nchw-pt240-cu124-rtx7090.csv"
FOURTH = "benchmark-infer-amp-nchw-pt240-cu124-rtx8090.csv"
TIMED = (
    "model,infer_img_size,infer_batch_size,infer_samples_per_sec,infer_step_time,infer_gmacs,"
    "infer_macts,param_count"
)
TIME_FIRST = TIMED.replace("samples_per_sec,infer_step_time", "step_time,infer_samples_per_sec")
MACTS_FIRST = TIMED.replace("gmacs,infer_macts", "macts,infer_gmacs")
TESTED = "model,img_size,top1,top1_err,top5,top5_err,param_count,crop_pct,interpolation"
ERROR_FIRST = TESTED.replace("top1,top1_err", "top1_err,top1")


def write_lines(path: Path, lines: list[str]) -> None:
    path.write_text("".join(f"{line}\n" for line in lines))


def time_networks(name: str, speed_up: float = 1, header: str = TIMED):
    """Return a change: a run of single images, in which fewer parameters are slower.

    So it is where a fast card waits for the next step of a network: deep ones take the longest.
    """
    lines = [
        f"toynet_{n},224,1,{1000 * speed_up / n},{n / speed_up},{n},{3 * n},{100 / n}"
        for n in NETWORKS
    ]
    return lambda results: write_lines(results / name, [header, *lines])


def try_networks(name: str, best: float, header: str = TESTED):
    """Return a change: a test set on which the best network has so much of top1."""
    figures = {n: (best - n / 10, 80 - n / 20, f"{100 / n},1,bicubic") for n in NETWORKS}
    lines = [
        f"toynet_{n}.in1k,224,{top1:.3f},{100 - top1:.3f},{top5:.3f},{100 - top5:.3f},{rest}"
        for n, (top1, top5, rest) in figures.items()
    ]
    return lambda results: write_lines(results / name, [header, *lines])


def exchange(*names: str):
    """Return a fault: files under each other's names, the last one's under the first."""

    def rename(results: Path) -> None:
        contents = [(results / name).read_bytes() for name in names]
        for name, content in zip(names, [contents[-1], *contents[:-1]], strict=True):
            (results / name).write_bytes(content)

    return rename


def take_lines(name: str, source: str, lines: slice):
    """Return a fault: some lines of a file from another."""

    def take(results: Path) -> None:
        ours, theirs = ((results / path).read_text().splitlines() for path in (name, source))
        ours[lines] = theirs[lines]
        write_lines(results / name, ours)

    return take


def only_a_readme(results: Path) -> None:
    shutil.rmtree(results)
    results.mkdir()
    (results / "README.md").write_text("nothing here\n")


TRAIN_HEADER = (FIXTURE / TRAIN).read_bytes().splitlines(keepends=True)[0]
# Blanks, joiners, fillers, selectors, for private use, and no characters; five of a file are shown.
UNSEEN = ("\u00a0\u3164\ufe0f\uffff\ue000", "\u034f\u2003\u2800\uffa0\U000e0100")
# fault, and what the message must say: file, line, column, value, remedy
FAULTS = {
    "missing column": (
        replace(IMAGENET, "top5_err", "top5_error"),
        [IMAGENET, "line 1", "without top5_err", "add the column"],
    ),
    "column of another phase": (
        replace(TRAIN, "train_img_size", "img_size"),
        [TRAIN, "line 1", "without train_img_size", "add the column"],
    ),
    "unknown column": (
        replace(TRAIN, "param_count", "param_count,train_gmacs"),
        [TRAIN, "line 1", "unknown column train_gmacs", "remove it"],
    ),
    "column twice": (
        replace(TRAIN, "param_count", "param_count,param_count"),
        [TRAIN, "line 1", "param_count", "twice", "remove one"],
    ),
    "text in a number": (
        replace(IMAGENET, "71.000", "high"),
        [IMAGENET, "line 3", "column top1", "'high'", "not a number", "81.25"],
    ),
    "not a finite number": (
        replace(INFER, "20480.5", "nan"),
        [INFER, "line 2", "infer_samples_per_sec", "'nan'", "not a number"],
    ),
    "number out of range of a double": (
        replace(INFER, "20480.5", "1e999"),
        [INFER, "line 2", "infer_samples_per_sec", "'1e999'", "not a number"],
    ),
    "misplaced thousands separator": (
        replace(IMAGENET, '"1,014.45"', '"10,14.45"'),
        [IMAGENET, "line 2", "param_count", "'10,14.45'", "not a number"],
    ),
    "comma of thousands or of decimals": (
        replace(IMAGENET, '"1,014.45"', '"1,014"'),
        [IMAGENET, "line 2, column param_count: '1,014' has a comma", "such as 1014.45"],
    ),
    "comma in a speed": (
        replace(INFER, "20480.5", '"20,480.5"'),
        [INFER, "line 2, column infer_samples_per_sec: '20,480.5' has a comma"],
    ),
    "parameters in units": (
        replace(TRAIN, "5.1\n", "5100000\n"),
        [TRAIN, "line 2, column param_count: '5100000' is no number of millions", "such as 25.56"],
    ),
    "parameters in billions": (
        replace(TRAIN, "5.1\n", "0.0051\n"),
        [TRAIN, "line 2, column param_count: '0.0051' is no number of millions"],
    ),
    "slipped decimal point in a timing": (
        replace(TRAIN, "5.1\n", "0.51\n"),
        [
            TRAIN,
            "line 2, column param_count: '0.51'",
            "is 10 times off the 5.1 of",
            "of toynet_small;",
        ],
    ),
    "slipped decimal point in a result": (
        replace(SKETCH, "5.10,", "51.0,"),
        [SKETCH, "line 3, column param_count: '51.0'", "--allow-other-figures"],
    ),
    "slipped decimal point within a file": (
        both(only(IMAGENET), replace(IMAGENET, "5.10,288", "51.0,288")),
        [IMAGENET, "line 4, column param_count: '51.0'"],
    ),
    "head larger than any": (
        replace(SKETCH, "5.10,", "115.0,"),
        [SKETCH, "line 3, column param_count: '115.0' is 22.55 times off the 5.1 of "],
    ),
    "slipped decimal point in gmacs": (
        replace(INFER, ",0.55,", ",5.5,"),
        [INFER, "line 2, column infer_gmacs: '5.5' is 10 times off the 0.55 of", "--allow-other"],
    ),
    "macts in another unit": (
        replace(INFER, ",2.31,", ",2310,"),
        [INFER, "line 2, column infer_macts: '2310' is 1000 times off the 2.31 of"],
    ),
    "slipped decimal point in a speed": (
        replace(INFER, "20480.5", "2048.05"),
        [INFER, "line 2, column infer_step_time: '49.999' and 2048.05 images per second make a ba"],
    ),
    "negative speed": (
        replace(INFER, "20480.5", "-20480.5"),
        [INFER, "line 2", "infer_samples_per_sec", "'-20480.5'", "negative"],
    ),
    "speed beyond all machines": (
        replace(INFER, "20480.5", "1e13"),
        [INFER, "line 2", "infer_samples_per_sec", "'1e13'", "implausibly large"],
    ),
    "zero speed": (
        replace(TRAIN, "2048.0", "0.0"),
        [TRAIN, "line 2", "train_samples_per_sec", "'0.0'", "zero", "greater than 0"],
    ),
    "top1 over 100": (
        replace(IMAGENET, "88.250", "188.250"),
        [IMAGENET, "line 2", "top1", "'188.250'", "over 100", "0 to 100"],
    ),
    "top1 below 0": (
        replace(IMAGENET, "88.250", "-1"),
        [IMAGENET, "line 2", "top1", "'-1'", "negative"],
    ),
    "top1 swapped with its error": (
        replace(IMAGENET, "88.250,11.750", "11.750,11.750"),
        [IMAGENET, "line 2", "top1_err", "'11.750'", "add up to 23.500"],
    ),
    "top5 below top1": (
        replace(IMAGENET, "98.500,1.500", "78.500,21.500"),
        [IMAGENET, "line 2", "top5", "'78.500'", "below top1 88.250"],
    ),
    "speed swapped with time": (
        put(
            TRAIN,
            TRAIN_HEADER
            + b"".join(b"toynet_%d,%d,1000,%d,224,%d\n" % (n, n, n, n) for n in NETWORKS),
        ),
        [f"{TRAIN}: has the larger networks faster", "swapped; put each under its own column"],
    ),
    "speed swapped with time, of single images": (
        time_networks(INFER, header=TIME_FIRST),
        [f"{INFER}: has the larger networks faster", "swapped; put each under its own column"],
    ),
    "top1 under the header of its error": (
        replace(IMAGENET, "top1,top1_err", "top1_err,top1"),
        [f"{IMAGENET}: has top1 and top5 at odds", "swapped with its error; put each under its"],
    ),
    "top1 of about a half under the header of its error": (
        try_networks(IMAGENET, 40, header=ERROR_FIRST),
        [f"{IMAGENET}: has top1 and top5 at odds", "swapped with its error; put each under its"],
    ),
    "shares for percentages": (
        put(
            IMAGENET,
            f"{TESTED}\ntoynet_small.in1k,224,0.71,99.29,0.9,99.1,5.1,1,bilinear\n".encode(),
        ),
        [f"{IMAGENET}: has no top5 above 1, as if these were shares; give percentages from 0 to"],
    ),
    "size not whole": (
        replace(IMAGENET, ",224,", ",224.5,"),
        [IMAGENET, "line 3", "img_size", "'224.5'", "whole number"],
    ),
    "duplicate key": (
        replace(IMAGENET, ",288,", ",224,"),
        [IMAGENET, "line 4", "model", "'toynet_small.in1k'", "224", "line 3", "remove one"],
    ),
    "blank model": (
        replace(TRAIN, "toynet_small", " "),
        [TRAIN, "line 2", "column model", "' '", "blank", "fill it in"],
    ),
    "padded model": (
        replace(TRAIN, "toynet_small", " toynet_small"),
        [TRAIN, "line 2", "column model", "' toynet_small'", "spaces"],
    ),
    "control character": (
        replace(TRAIN, "toynet_small", '"toynet\nsmall"'),
        [TRAIN, "column model", "control character"],
    ),
    "one figure blank": (
        replace(INFER, "20480.5,49.999", "20480.5,"),
        [INFER, "line 2", "infer_step_time", "''", "blank", "give a number"],
    ),
    "row too short": (
        replace(IMAGENET, ",bilinear\n", "\n"),
        [IMAGENET, "line 3", "'toynet_small.in1k", "8 cells", "9", "complete the row"],
    ),
    "row too long": (
        replace(TRAIN, ",5.1\n", ",5.1,6\n"),
        [TRAIN, "line 2", "7 cells", "header has 6"],
    ),
    "blank line": (
        replace(IMAGENET, "\ntoy", "\n\ntoy"),
        [IMAGENET, "line 2", "blank line", "remove it"],
    ),
    "fault below a blank line": (
        both(replace(IMAGENET, "\ntoy", "\n\ntoy"), replace(IMAGENET, "71.000", "high")),
        [f"{IMAGENET}, line 2:", f"{IMAGENET}, line 4, column top1: 'high'"],
    ),
    "fault below a quoted line break": (
        both(replace(IMAGENET, LARGE, '"toynet\nlarge"'), replace(IMAGENET, "71.000", "high")),
        [f"{IMAGENET}, line 2, column model", f"{IMAGENET}, line 4, column top1: 'high'"],
    ),
    "wrong delimiter": (
        put(TRAIN, b"model;train_samples_per_sec\ntoynet;1\n"),
        [TRAIN, "line 1", "without commas", "save the file with commas"],
    ),
    "empty file": (put(TRAIN, b""), [TRAIN, "empty", "fetch it again"]),
    "byte order mark alone": (put(TRAIN, b"\xef\xbb\xbf"), [TRAIN, "empty"]),
    "header alone": (
        put(TRAIN, TRAIN_HEADER),
        [TRAIN, "no row with figures", "fetch the file again"],
    ),
    "truncated last line": (
        put(IMAGENET, (FIXTURE / IMAGENET).read_bytes()[:-4]),
        [IMAGENET, "line 4", "bili", "cut off", "fetch the file again"],
    ),
    "open quote": (
        replace(IMAGENET, "5.10,224", '"5.10,224'),
        [IMAGENET, "line 3", "'toynet_small.in1k", "mend its quotes"],
    ),
    "cell too long": (
        replace(TRAIN, "toynet_small", "x" * 200_000),
        [TRAIN, "line 2", "column model", "longer than 100,000 characters", "shorten it"],
    ),
    "interpolation that is none": (
        replace(IMAGENET, "bicubic", "0.95"),
        [IMAGENET, "line 2", "interpolation", "'0.95'", "no way to resize", "such as bicubic"],
    ),
    "crop in percent": (
        replace(IMAGENET, ",0.875,", ",87.5,"),
        [IMAGENET, "line 3", "crop_pct", "'87.5'", "share such as 0.875"],
    ),
    "implausible speed": (
        replace(TRAIN, "2048.0", "1e-320"),
        [TRAIN, "line 2", "train_samples_per_sec", "'1e-320'", "implausibly small"],
    ),
    "model without a tag after its dot": (
        replace(IMAGENET, LARGE, "toynet_large."),
        [IMAGENET, "line 2", "model", "'toynet_large.'", "complete it"],
    ),
    "folder named as a file": (
        lambda results: (results / "results-imagenet-a.csv").mkdir(),
        ["results-imagenet-a.csv", "a folder and no file", "move it out"],
    ),
    "pipe named as a file": (
        lambda results: os.mkfifo(results / "results-imagenet-a.csv"),
        ["results-imagenet-a.csv", "a pipe or device and no file", "move it out"],
    ),
    "device named as a file": (
        lambda results: (results / "results-imagenet-a.csv").symlink_to("/dev/zero"),
        ["results-imagenet-a.csv", "a pipe or device and no file", "move it out"],
    ),
    "link to nothing": (
        lambda results: (results / "results-imagenet-a.csv").symlink_to("nothing"),
        ["results-imagenet-a.csv", "a dead link and no file", "move it out"],
    ),
    "file too large": (
        lambda results: os.truncate(results / TRAIN, 200_000_001),
        [TRAIN, "larger than 200,000,000 bytes", "move it out"],
    ),
    **{
        form: (put(TRAIN, content), [f"{TRAIN}: this is {form.split()[0]}; save the file as plain"])
        for form, content in {
            "gzip": gzip.compress(b"model\n"),
            "zip": b"PK\x03\x04",
            "bzip2": bz2.compress(b"model\n"),
            "xz": lzma.compress(b"model\n"),
            "zstd": b"\x28\xb5\x2f\xfd",
            "7z": b"7z\xbc\xaf\x27\x1c",
            "UTF-16": "model\n".encode("utf-16"),
            "UTF-16 without its mark": "model\n".encode("utf-16-be"),
            "UTF-32": "model\n".encode("utf-32"),
            "UTF-32 without its mark": "model\n".encode("utf-32-be"),
            "UTF-32 the other way": "model\n".encode("utf-32-le"),
        }.items()
    },
    "two byte order marks": (
        put(TRAIN, b"\xef\xbb\xbf" * 2 + (FIXTURE / TRAIN).read_bytes()),
        [f"{TRAIN}: begins with two byte order marks; save the file with one or none"],
    ),
    "line ends of CR CR LF": (
        put(TRAIN, (FIXTURE / TRAIN).read_bytes().replace(b"\n", b"\r\r\n")),
        [TRAIN, "line 1", "CR CR LF", "plain line ends"],
    ),
    "invalid UTF-8": (
        put(IMAGENET, (FIXTURE / IMAGENET).read_bytes().replace(b"small", b"sm\xffll", 1)),
        [IMAGENET, "line 3", "byte 10", r"b'\xff'", "save the file as UTF-8"],
    ),
    "C1 control character": (
        replace(TRAIN, "toynet_small", "toynet\u009b2Jsmall"),
        [TRAIN, "line 2", "column model", r"'toynet\x9b2Jsmall'", "control character"],
    ),
    "zero byte": (
        replace(TRAIN, "toynet_small", "toynet\0small"),
        [TRAIN, "line 2", "column model", r"'toynet\x00small'", "control character"],
    ),
    **{
        f"characters that cannot be seen, {unseen!a}": (
            put(
                TRAIN,
                TRAIN_HEADER + "".join(f"a{sign}b,2,500,1,224,5\n" for sign in unseen).encode(),
            ),
            [
                f"{TRAIN}, line {line}, column model: {f'a{sign}b'!a} has an invisible character"
                for line, sign in enumerate(unseen, start=2)
            ],
        )
        for unseen in UNSEEN
    },
    "line separator": (
        replace(TRAIN, "toynet_small", "toynet\u2028small"),
        [TRAIN, "line 2", "column model", r"'toynet\u2028small'", "control character"],
    ),
    "invisible character": (
        replace(TRAIN, "toynet_small", "toynet\u200bsmall"),
        [TRAIN, "line 2", "column model", r"'toynet\u200bsmall'", "invisible", "remove it"],
    ),
    "text that turns its direction": (
        replace(METADATA, "in1k", "in1k\u202e"),
        [METADATA, "line 2", "column pretrain", r"'in1k\u202e'", "invisible", "remove it"],
    ),
    "name without a stem": (put(".csv", b"model\n"), [".csv", "file name", "move the file out"]),
    "name outside the grammar": (
        put("benchmark-infer-amp-nchw-rtx4090.csv", (FIXTURE / INFER).read_bytes()),
        ["benchmark-infer-amp-nchw-rtx4090.csv", "-pt<torch>-<cuda>-", "run_grammar"],
    ),
    "unknown test set": (
        put("results-imagenet-z.csv", (FIXTURE / IMAGENET).read_bytes()),
        ["results-imagenet-z.csv", "imagenet-real", "seeds/reference/test_sets.csv"],
    ),
    "two files of one test set": (
        put("results-all.csv", (FIXTURE / IMAGENET).read_bytes()),
        [IMAGENET, "results-all.csv", "same as another file", "move one of them out"],
    ),
    "run copied under another name": (
        put(OTHER, (FIXTURE / INFER).read_bytes()),
        [f"{OTHER}: has the figures of {INFER}; move the one", "--allow-other-figures"],
    ),
    "new run under two names": (
        both(time_networks(OTHER), time_networks(THIRD)),
        [f"{OTHER}: has the figures of {THIRD};", f"{THIRD}: has the figures of {OTHER};"],
    ),
    "training run of the seeds as one of inference": (
        both(
            remove(TRAIN),
            put(OTHER, (FIXTURE / TRAIN).read_bytes().replace(b"train_", b"infer_")),
        ),
        [f"{OTHER}: has the figures of {TRAIN};"],
    ),
    "test set copied under another name": (
        put("results-imagenet-r.csv", (FIXTURE / SKETCH).read_bytes()),
        [f"results-imagenet-r.csv: has the figures of {SKETCH}; move"],
    ),
    "device in capitals beside itself": (
        copy_faster("benchmark-infer-amp-nchw-pt240-cu124-RTX-4090.csv"),
        [f"cu124-RTX-4090.csv: is the run {INFER[10:-4]} of the seeds in another spelling"],
    ),
    "new device in two spellings": (
        both(
            copy_faster("benchmark-infer-amp-nchw-pt240-cu124-rtx6090.csv"),
            copy_faster("benchmark-infer-amp-nchw-pt240-cu124-RTX_6090.csv", 3),
        ),
        ["cu124-RTX_6090.csv: holds the same as another file here; move one of them out"],
    ),
    "name that is not text": (
        lambda results: Path(os.fsdecode(bytes(results) + b"/\xff.csv")).touch(),
        [r"\udcff.csv", "cannot be printed", "move the file out"],
    ),
    "name that steers the terminal": (
        put("results-\x1b[2J.csv", b"model\n"),
        [r"results-\x1b[2J.csv", "cannot be printed", "move the file out"],
    ),
    "results file cut in the middle": (
        replace(IMAGENET, (FIXTURE / IMAGENET).read_text().splitlines(keepends=True)[3], ""),
        [IMAGENET, "has 2 rows", "snapshot 2025-01-01 has 3;", "--allow-fewer-rows"],
    ),
    "benchmark file cut in the middle": (
        replace(INFER, (FIXTURE / INFER).read_text().splitlines(keepends=True)[3], ""),
        [INFER, "has 2 rows", "snapshot 2025-01-01 has 3;", "--allow-fewer-rows"],
    ),
    "top5 swapped with its error": (
        replace(IMAGENET, "98.500,1.500", "98.500,98.500"),
        [IMAGENET, "line 2", "top5_err", "'98.500'", "add up to 197.000"],
    ),
    "nothing measured": (
        replace(TRAIN, "2048.0,250.0,512", ",,"),
        [TRAIN, "no row with figures", "fetch the file again"],
    ),
    "no CSV": (only_a_readme, ["no results or benchmark CSV", "name timm's results/"]),
    "no folder": (shutil.rmtree, ["no such folder", "name timm's results/"]),
}


# What may have a file's fault in its place, so that one import refuses many.
STAND_INS = {
    TRAIN: [TRAIN.replace("rtx3090", f"card{number}") for number in range(60)],
    INFER: [INFER.replace("rtx4090", f"card{number}") for number in range(60)],
    IMAGENET: [
        f"results-{test_set}.csv"
        for test_set in ("imagenet-real", "imagenet-a", "imagenet-a-clean", "imagenet-r")
    ],
}
# Of more than one file, or by what the seeds have under its name; or by what other rows say, which
# in a stand-in's company would be many.
APART = {
    *(name for name, (_, parts) in FAULTS.items() if "times off" in " ".join(parts)),
    "slipped decimal point within a file",
    "two files of one test set",
    "results file cut in the middle",
    "benchmark file cut in the middle",
}


def file_of(name: str) -> str | None:
    """Return the file that alone has a fault, where others can stand in for it."""
    named = FAULTS[name][1][0]
    return next((file for file in STAND_INS if named.startswith(file) and name not in APART), None)


def batches() -> dict[str, dict[str, str]]:
    """Return the faults that are refused together, each with the file that stands in for its."""
    found = {}
    for file, others in STAND_INS.items():
        names = [name for name in FAULTS if file_of(name) == file]
        for start in range(0, len(names), len(others)):
            found[f"{file}, from {start}"] = dict(zip(names[start:], others, strict=False))
    return found


BATCHES = batches()


@pytest.mark.parametrize("batch", BATCHES)
def test_faults_are_refused_with_where_what_and_remedy(batch, results, imported, tmp_path, capsys):
    before = contents(imported)
    for name, other in BATCHES[batch].items():
        folder = Path(shutil.copytree(FIXTURE, tmp_path / other))
        FAULTS[name][0](folder)
        (folder / file_of(name)).rename(results / other)
        assert contents(folder).items() <= contents(FIXTURE).items()
    assert run(results, imported) == 1
    *lines, last = capsys.readouterr().err.splitlines()
    assert last == "Nothing was written."
    assert all(line.isprintable() for line in lines)
    missing = {}
    for name, other in BATCHES[batch].items():
        place = str(results / other)
        said = "\n".join(line for line in lines if line.startswith((f"{place},", f"{place}:")))
        lines = [line for line in lines if not line.startswith((f"{place},", f"{place}:"))]
        expected = [part.replace(file_of(name), other) for part in FAULTS[name][1]]
        if lacking := [part for part in expected if part not in said]:
            missing[name] = lacking, said
    assert missing == {}
    assert lines == []
    assert contents(imported) == before


@pytest.mark.parametrize("name", [name for name in FAULTS if not file_of(name)])
def test_a_fault_is_refused_with_where_what_and_remedy(name, results, imported, capsys):
    before = contents(imported)
    change, expected = FAULTS[name]
    change(results)
    assert run(results, imported) == 1
    message = capsys.readouterr().err
    assert [part for part in expected if part not in message] == []
    assert message.endswith("Nothing was written.\n")
    assert all(line.isprintable() for line in message.splitlines())
    assert contents(imported) == before


FIGURES = both(
    time_networks(INFER),
    time_networks(OTHER, 1.37),
    time_networks(THIRD, 1.91),
    try_networks(IMAGENET, 70),
    try_networks(SKETCH, 70.6),
    try_networks("results-imagenet-r.csv", 69.5),
)
NEXT_SPEEDS = {INFER: 1.1, OTHER: 1.5, THIRD: 1.7, FOURTH: 2.3}
# what comes when the seeds hold FIGURES, and which files are refused for what
DISAGREEMENTS = {
    "two runs exchanged, and two test sets": (
        both(exchange(INFER, OTHER), exchange(IMAGENET, SKETCH)),
        {INFER: OTHER, OTHER: INFER, IMAGENET: SKETCH, SKETCH: IMAGENET},
    ),
    "three runs in a ring": (
        exchange(INFER, OTHER, THIRD),
        {INFER: THIRD, OTHER: INFER, THIRD: OTHER},
    ),
    "a run in place of another": (exchange(THIRD, OTHER, OTHER), {THIRD: OTHER}),
    "a run rounded": (
        time_networks(FOURTH, 1.37 * 1.00005),
        {FOURTH: f"has the figures of {OTHER}"},
    ),
    "a run rounded, without the other": (
        both(remove(OTHER), time_networks(FOURTH, 1.37 * 1.00005)),
        {FOURTH: f"has the figures of {OTHER}"},
    ),
    "a run under another precision": (
        lambda results: (results / OTHER).rename(results / OTHER.replace("amp", "bf16")),
        {OTHER.replace("amp", "bf16"): f"has the figures of {OTHER}"},
    ),
    "a run in place of another, and gone": (
        both(exchange(INFER, OTHER), remove(OTHER)),
        {INFER: f"has the figures of {OTHER}"},
    ),
    "a slipped decimal point": (
        replace(INFER, ",1,3,100.0\n", ",1,3,10.0\n"),
        {INFER: "line 2, column param_count: '10.0' is 10 times off the 100 of"},
    ),
    "gmacs swapped with macts by the tool": (
        both(*(time_networks(name, speed, MACTS_FIRST) for name, speed in NEXT_SPEEDS.items())),
        dict.fromkeys(NEXT_SPEEDS, "in most rows another gmacs"),
    ),
    "a run with some rows of another, and a test set moved a little": (
        both(take_lines(INFER, OTHER, slice(1, 6)), try_networks(IMAGENET, 70.602)),
        {INFER: OTHER, IMAGENET: SKETCH},
    ),
    "speeds a thousandfold, and accuracies of something else": (
        both(time_networks(INFER, 1000), try_networks(IMAGENET, 50)),
        dict.fromkeys((INFER, IMAGENET), "in most rows far other figures than the seeds have"),
    ),
    "gmacs swapped with macts": (
        time_networks(INFER, header=MACTS_FIRST),
        {INFER: "in most rows another gmacs than the other files; put each figure under its own"},
    ),
}


@pytest.fixture(scope="module")
def figures_once(tmp_path_factory) -> Path:
    """A folder with FIGURES and the seeds that hold them."""
    folder = tmp_path_factory.mktemp("figures")
    FIGURES(Path(shutil.copytree(FIXTURE, folder / "results")))
    assert run(folder / "results", folder / "seeds", "2025-01-01") == 0
    return folder


@pytest.mark.parametrize("name", DISAGREEMENTS)
def test_what_disagrees_with_the_seeds_is_refused_but_where_that_is_allowed(
    name, figures_once, tmp_path, seeds, capsys
):
    shutil.copytree(figures_once, tmp_path, dirs_exist_ok=True)
    results = tmp_path / "results"
    before = contents(seeds)
    change, expected = DISAGREEMENTS[name]
    change(results)
    assert run(results, seeds) == 1
    lines = capsys.readouterr().err.splitlines()[:-1]
    assert len(lines) == len(expected)
    for line, (file, what) in zip(lines, sorted(expected.items()), strict=True):
        assert line.startswith(str(results / file))
        assert what in line
        assert "or import with --allow-other-figures" in line
    assert contents(seeds) == before
    assert run(results, seeds, "2026-01-06", "--allow-other-figures") == 0
    # What the seeds hold has passed.
    assert run(results, seeds) == 0


IN22K = "toynet_small.fb_in22k,50,50,60,40,79.10,224,1,bicubic\n"
# What is new, but no fault.
NEWS = {
    "a head of 21,841 classes on a small network": replace(
        IMAGENET, "toynet_small.in1k", f"{IN22K}toynet_small.in1k"
    ),
    "another way to resize": replace(IMAGENET, "bicubic", "lanczos"),
    "a fast card, timed with single images": time_networks(OTHER),
    "a run measured anew": copy_faster(INFER, 1.9),
    "a slow CPU, whose speed has two decimals": put(
        "benchmark-infer-fp32-nchw-pt240-cpu-pi.csv",
        f"{TIMED}\ntoynet_large,384,1,0.02,41613.275,64.0,4000.0,1014.45\n".encode(),
    ),
}


@pytest.mark.parametrize("name", NEWS)
def test_what_is_merely_new_is_imported(name, results, imported):
    NEWS[name](results)
    assert run(results, imported) == 0


def test_a_renamed_run_keeps_its_newer_name_and_is_said(results, imported, tmp_path, capsys):
    old_run, new_run = (name.removeprefix("benchmark-")[:-4] for name in (INFER, OTHER))
    (results / INFER).rename(results / OTHER)
    summary = tmp_path / "summary.md"
    assert run(results, imported, "2026-01-06", "--summary", summary) == 0
    assert f"{new_run}: the same run as {old_run}, which goes\n" in capsys.readouterr().out
    assert f"- Renamed runs: 1 (`{new_run}, once {old_run}`)\n" in summary.read_text()
    newest = contents(imported)
    for seed in ("benchmark_files", "inference_benchmarks", "blank_benchmarks"):
        runs = {row["run"] for row in rows(imported, seed)}
        assert (old_run in runs, new_run in runs) == (False, True)

    # An earlier snapshot has it by the old name.
    assert run(FIXTURE, imported, "2025-01-01") == 0
    assert f"{new_run}: the same run as {old_run}, which goes\n" in capsys.readouterr().out
    assert contents(imported) == newest


# Files that are none of timm's: they make none of timm's faulty.
FOREIGN = {
    "RESULTS-imagenet.csv": (FIXTURE / IMAGENET).read_bytes(),
    "model.csv": (FIXTURE / METADATA).read_bytes(),
    "notes.csv": b"what,why\n1,2\n",
}


def test_every_faulty_file_is_named_in_one_go(results, seeds, capsys):
    names = [IMAGENET, SKETCH, TRAIN, "nothing.csv", "folder.csv", *FOREIGN]
    replace(IMAGENET, "71.000", "high")(results)
    # With its header wrong, nothing is said of what stands below it.
    both(replace(SKETCH, "rank_diff", "rank"), replace(SKETCH, "60.001", "high"))(results)
    replace(TRAIN, "2048.0", "0")(results)
    put("nothing.csv", b"")(results)
    (results / "folder.csv").mkdir()
    for name, content in FOREIGN.items():
        put(name, content)(results)
    assert run(results, seeds) == 1
    lines = capsys.readouterr().err.splitlines()
    assert [[name for name in names if name in line] for line in lines[:-1]] == [
        [name] for name in sorted(names)
    ]


def test_of_a_file_full_of_faults_the_first_are_shown(results, seeds, capsys):
    lines = "".join(f"toynet_{number},0,1,1,1,1\n" for number in range(100))
    (results / TRAIN).write_text((FIXTURE / TRAIN).read_text() + lines)
    assert run(results, seeds) == 1
    shown = capsys.readouterr().err.splitlines()[:-1]
    assert [f"line {number}," in line for number, line in enumerate(shown, start=3)] == [True] * 5
    assert shown[-1].endswith(" (95 more)")


# What read_model_cards.py writes.
CARDS = f"""\
model,license,paper,hub_id,input_size,fixed_input_size,num_classes,module,num_features,reductions,timm_version
{LARGE},cc-by-nc-4.0,arXiv:1 arXiv:2v3,timm/{LARGE},384,1,1000,toynet,1536,4 8 16 32,9.9.0
toynet_odd.pt,"own, odd",,,224,0,0,toynet,,,9.9.0
toynet_small.in1k,,,timm/toynet_small.in1k,224,0,1000,toynet,64,32,9.9.0
"""


@pytest.fixture
def cards(tmp_path) -> Path:
    # By its name it could be one of upstream's.
    path = tmp_path / "results-sketch.csv"
    path.write_text(CARDS)
    return path


def test_cards_come_alone_or_with_the_results_and_stand_as_they_were_read(
    cards, results, imported, seeds_of_both
):
    before = contents(imported)
    assert import_cards(cards, imported) == 0
    assert contents(imported) == {**before, "model_cards.csv": CARDS.encode()}

    newer = CARDS.replace("9.9.0", "9.10.0")
    cards.write_text(newer)
    assert run(results, imported, "2026-01-06", "--model-cards", cards) == 0
    assert contents(imported) == {**seeds_of_both, "model_cards.csv": newer.encode()}

    assert run(results, imported) == 0
    assert (imported / "model_cards.csv").read_text() == newer


def test_the_summary_says_which_cards_came(cards, imported, tmp_path):
    assert import_cards(cards, imported) == 0
    newer = CARDS.replace("_odd", "_new").replace(",32,9.9", ",16,9.9").replace("9.9.0", "9.10.0")
    cards.write_text(newer)
    summary = tmp_path / "summary.md"
    assert import_cards(cards, imported, "--summary", summary) == 0
    assert summary.read_text().startswith(
        "## timm's model cards\n\n"
        "- Cards new in timm 9.10.0: 1 (`toynet_new.pt`)\n"
        "- Cards that are gone: 1 (`toynet_odd.pt`)\n"
        "- Cards that changed: 1 (`toynet_small.in1k`)\n"
        "- imagenet_results.csv: 5 rows (0 added, 0 removed)\n"
    )


# what in the cards is replaced by what, and what the message must say
CARD_FAULTS = {
    "missing column": (",reductions", "", ["line 1", "without reductions", "add the column"]),
    "unknown column": ("paper", "paper,size", ["line 1", "unknown column size", "remove it"]),
    "model twice": ("toynet_odd.pt", LARGE, ["line 3", f"'{LARGE}' stands on line 2 already"]),
    "blank model": ("toynet_odd.pt", "", ["line 3, column model", "blank", "fill it in"]),
    "model without a tag": ("toynet_odd.pt", "toynet.", ["line 3, column model", "complete it"]),
    "two versions": (
        "64,32,9.9.0",
        "64,32,9.8.0",
        ["line 4, column timm_version", "'9.8.0'", "is not 9.9.0", "read all cards with one timm"],
    ),
    "no version": (",,9.9.0", ",,", ["line 3, column timm_version", "blank"]),
    "padded licence": ("cc-by", " cc-by", ["line 2, column license", "spaces around it"]),
    "licence of a space": ("cc-by-nc-4.0", " ", ["line 2, column license", "' ' is blank"]),
    "licence that steers a terminal": (
        "own, odd",
        "own\x1b[2J",
        ["line 3, column license", r"'own\x1b[2J'", "control character"],
    ),
    "paper with an invisible character": (
        "arXiv:1",
        "arXiv:\u200b1",
        ["line 2, column paper", r"'arXiv:\u200b1 arXiv:2v3'", "invisible"],
    ),
    "hub id that leads elsewhere": (
        f"timm/{LARGE}",
        "../evil?x",
        ["line 2, column hub_id", "'../evil?x'", "<owner>/<name>"],
    ),
    "text for a size": ("384", "large", ["line 2, column input_size", "'large'", "not a number"]),
    "no size": ("384", "", ["line 2, column input_size", "blank", "give a number"]),
    "size of zero": ("384", "0", ["line 2, column input_size", "zero"]),
    "half a pixel": ("384", "384.5", ["line 2, column input_size", "whole number"]),
    "negative classes": (",0,0,", ",0,-1,", ["line 3, column num_classes", "negative"]),
    "broken width": ("1536", "153.6", ["line 2, column num_features", "whole number"]),
    "flag that is none": ("384,1", "384,True", ["column fixed_input_size", "neither 0 nor 1"]),
    "module that is none": ("toynet,1536", "toy.net,1536", ["line 2, column module", "Python"]),
    "strides with commas": ("4 8 16 32", '"4,8"', ["line 2, column reductions", "list of strides"]),
    "row too short": (",,,9.9.0", ",,9.9.0", ["line 3", "10 cells", "header has 11"]),
    "no line end": ("64,32,9.9.0\n", "64,32,9.9.0", ["line 4", "cut off"]),
    "header alone": (CARDS[CARDS.index("\n") + 1 :], "", ["no row with figures"]),
    "cut at a line end": (
        CARDS.splitlines(keepends=True)[-1],
        "",
        ["has 2 rows, where the seed has 3;", "--allow-fewer-rows"],
    ),
    "odd version": (CARDS, CARDS.replace("9.9.0", "new"), ["timm new, which is no version; read"]),
    "older version": (CARDS, CARDS.replace("9.9.0", "9.8.10"), ["timm 9.8.10, older than 9.9.0,"]),
}


@pytest.mark.parametrize("name", CARD_FAULTS)
def test_a_faulty_card_is_refused_with_where_what_and_remedy(name, cards, imported, capsys):
    (imported / "model_cards.csv").write_text(CARDS)
    before = contents(imported)
    old, new, expected = CARD_FAULTS[name]
    assert old in CARDS
    cards.write_text(CARDS.replace(old, new, 1))
    assert import_cards(cards, imported) == 1
    message = capsys.readouterr().err
    assert [part for part in [str(cards), *expected] if part not in message] == []
    assert len(message.splitlines()) == 2
    assert all(line.isprintable() for line in message.splitlines())
    assert contents(imported) == before


def test_fewer_cards_are_imported_when_that_is_allowed(cards, imported):
    (imported / "model_cards.csv").write_text(CARDS)
    fewer = "".join(CARDS.splitlines(keepends=True)[:-1])
    cards.write_text(fewer)
    assert import_cards(cards, imported, "--allow-fewer-rows") == 0
    assert (imported / "model_cards.csv").read_text() == fewer


def test_faults_of_cards_and_results_are_named_in_one_go(cards, results, seeds, capsys):
    replace(IMAGENET, "71.000", "high")(results)
    cards.write_text(CARDS.replace("384", "large").replace("224,0,0", "224,2,0"))
    assert run(results, seeds, "2026-01-06", "--model-cards", cards) == 1
    lines = capsys.readouterr().err.splitlines()[:-1]
    places = [f"{cards}, line 2,", f"{cards}, line 3,", f"{results / IMAGENET}, line 3,"]
    assert [line.startswith(place) for line, place in zip(lines, places, strict=True)] == [True] * 3


def test_cards_that_are_not_there_are_no_results_to_clone(imported, tmp_path, capsys):
    assert import_cards(tmp_path / "cards.csv", imported) == 1
    assert f"{tmp_path / 'cards.csv'}: no such file; name one" in capsys.readouterr().err


def test_fewer_rows_are_imported_when_that_is_allowed(results, imported):
    FAULTS["results file cut in the middle"][0](results)
    assert run(results, imported, "2026-01-06", "--allow-fewer-rows") == 0
    assert len(rows(imported, "imagenet_results")) == 2 + 2 + 3


def test_a_date_in_the_future_is_refused(results, seeds, capsys):
    tomorrow = (datetime.now(UTC) + timedelta(days=1)).date()
    assert run(results, seeds, tomorrow) == 1
    assert f"snapshot {tomorrow}: is in the future" in capsys.readouterr().err


def test_a_name_is_stored_as_it_is(results, seeds):
    hostile = '<script>alert("1")</script>\\=cmd|,#\'%s{0}' + "x" * 10_000
    replace(TRAIN, "toynet_small", '"' + hostile.replace('"', '""') + '"')(results)
    assert run(results, seeds) == 0
    assert rows(seeds, "training_benchmarks")[0]["model"] == hostile
    before = contents(seeds)
    assert run(results, seeds) == 0
    assert contents(seeds) == before


# seed, what in it is replaced by what (None: all of it), and what the message must say
DAMAGES = {
    "renamed column": ("benchmark_files.csv", b"snapshot", b"date", "without snapshot"),
    "moved column": ("benchmark_files.csv", b"run,snapshot", b"snapshot,run", "not the header run"),
    "renamed column of cards": ("model_cards.csv", b"paper", b"papers", "without paper"),
    "figure that is none": ("imagenet_results.csv", b"88.250", b"high", "'high' is not a number"),
    "date that is none": ("result_files.csv", b"5-01-01", b"5-02-30", "'2025-02-30' is not a date"),
    "row without its source": (
        *("benchmark_files.csv", b"train-amp-nhwc", b"train-amp-nchw"),
        "train-amp-nhwc-pt112-cu113-rtx3090 has 0 rows here and 1 among the figures",
    ),
    "row deleted": ("inference_benchmarks.csv", b",toynet_small,224,", b",toynet_\n", "2 cells"),
    "row lost": ("inference_benchmarks.csv", INFER_ROW, b"", "has 3 rows here and 2 among"),
    "nothing left": ("result_files.csv", None, b"", "an empty file"),
    "seed deleted": ("benchmark_files.csv", None, None, "has 0 rows here and 3 among the figures"),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_seed_is_refused_before_it_costs_rows(name, results, imported, capsys):
    file, old, new, expected = DAMAGES[name]
    if old:
        assert old in (imported / file).read_bytes()
        new = (imported / file).read_bytes().replace(old, new, 1)
    (imported / file).unlink() if new is None else (imported / file).write_bytes(new)
    before = contents(imported)
    assert run(results, imported) == 1
    message = capsys.readouterr().err
    assert expected in message
    assert "restore it from git" in message
    assert contents(imported) == before


def test_two_imports_at_once_do_not_mix(results, imported, capsys):
    before = contents(imported)
    with refresh_seeds.lock(imported):
        assert run(results, imported) == 1
    assert "another import is writing here" in capsys.readouterr().err
    assert contents(imported) == before
    assert run(results, imported) == 0


def test_carriage_returns_alone_end_lines_too(results, seeds):
    path = results / TRAIN
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r"))
    assert run(results, seeds) == 0
    assert len(rows(seeds, "training_benchmarks")) == 1


# --- whole or not at all


def fail(error: BaseException):
    def stop(*arguments):
        raise error

    return stop


FULL = duckdb.IOException('Could not write file "x": No space left on device')
# what stops an import before the seeds are whole, its exit code and what is said
STOPS = {
    "full disk": (os, "fsync", OSError(28, "No space left on device"), "on the disk at /"),
    "full disk, to DuckDB": (refresh_seeds, "run_step", FULL, "on the disk at /"),
    "broken disk": (os, "fsync", OSError(5, "Input/output error", "x"), "x: Input/output error"),
}


@pytest.mark.parametrize("name", STOPS)
def test_an_import_that_is_stopped_replaces_nothing(name, results, imported, capsys, monkeypatch):
    before = contents(imported)
    module, function, error, expected = STOPS[name]
    monkeypatch.setattr(module, function, fail(error))
    assert run(results, imported) == 1
    message = capsys.readouterr().err.splitlines()
    assert expected in message[0]
    assert message[1:] == ["Nothing was written."]
    assert contents(imported) == before
    assert [path.name for path in imported.iterdir() if path.is_dir()] == []


def test_another_error_is_not_hidden(results, seeds, monkeypatch):
    monkeypatch.setattr(refresh_seeds, "run_step", fail(RuntimeError("a bug")))
    with pytest.raises(RuntimeError, match="a bug"):
        run(results, seeds)


def test_a_write_protected_seed_keeps_all_as_they_are(results, imported, capsys, monkeypatch):
    before = contents(imported)
    seed = imported / "inference_benchmarks.csv"
    monkeypatch.setattr(os, "access", lambda path, mode: Path(path) != seed)
    assert run(results, imported) == 1
    assert f"{seed}: write-protected" in capsys.readouterr().err
    assert contents(imported) == before


@pytest.mark.parametrize("stop_at", [0, 3, 6])
def test_seeds_left_of_two_imports_are_mended_by_the_next(
    stop_at, results, imported, seeds_of_both, capsys, monkeypatch
):
    moves = []
    replace_path = Path.replace

    def replace_some(path, target):
        if path.parent.name == refresh_seeds.UNFINISHED and len(moves) == stop_at:
            raise PermissionError(1, "Operation not permitted", str(path), None, str(target))
        moves.append(target)
        return replace_path(path, target)

    monkeypatch.setattr(Path, "replace", replace_some)
    stop_at += 1  # the folder of new seeds itself is the first to move
    assert run(results, imported) == 1
    message = capsys.readouterr().err
    assert "Operation not permitted" in message
    assert message.endswith("The next import finishes this one.\n")
    assert (imported / refresh_seeds.UNFINISHED).exists()

    monkeypatch.undo()
    assert run(FIXTURE, imported, "2025-01-01") == 0
    assert "finished the last import" in capsys.readouterr().out
    assert contents(imported) == seeds_of_both


def test_what_a_killed_import_left_aside_is_removed(results, imported, seeds_of_both):
    aside = imported / ".staged_import"
    aside.mkdir()
    (aside / "imagenet_results.csv.new").write_text("half a r")
    assert run(results, imported) == 0
    assert contents(imported) == seeds_of_both
    assert not aside.exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--results", "x"],
        ["--results", "x", "--model-cards", "x"],
        ["--snapshot", "2026-01-06", "--commit", "90cae8c5"],
        ["--results", "x", "--snapshot", "2026-13-06", "--commit", "90cae8c5"],
        ["--results", "x", "--snapshot", "06.01.2026", "--commit", "90cae8c5"],
        ["--results", "x", "--snapshot", "2026-01-06", "--commit", "main"],
    ],
)
def test_wrong_arguments_are_refused(arguments, capsys):
    with pytest.raises(SystemExit) as stop:
        refresh_seeds.main(arguments)
    assert stop.value.code == 2
    assert "error:" in capsys.readouterr().err


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=Test", "-c", "user.email=test@example.org"]
    command = ["git", *identity, *arguments]
    environment = {**os.environ, "GIT_COMMITTER_DATE": "2025-03-04T23:30:00-08:00"}
    result = subprocess.run(
        command, cwd=folder, env=environment, check=True, text=True, capture_output=True
    )
    return result.stdout.strip()


@pytest.fixture
def repository(results, tmp_path) -> Path:
    """A repository like timm's."""
    folder = tmp_path / "repository"
    folder.mkdir()
    shutil.move(results, folder / "results")
    git(folder, "init", "--quiet")
    git(folder, "add", ".")
    git(folder, "commit", "--quiet", "--message", "results")
    return folder


def test_without_results_the_repository_is_cloned(repository, seeds):
    assert refresh_seeds.main(["--repository", repository.as_uri(), "--seeds", str(seeds)]) == 0
    # The commit's date in UTC, a day after the committer's own.
    assert {row["snapshot"] for row in rows(seeds, "benchmark_files")} == {"2025-03-05"}
    commits = {row["upstream_commit"] for row in rows(seeds, "benchmark_files")}
    assert commits == {git(repository, "rev-parse", "HEAD")}


# Each of them alone changes the bytes of the files, what git prints or whether it ends well.
GIT_CONFIG = """\
[core]
    autocrlf = true
    attributesFile = {folder}/attributes
    hooksPath = {folder}
[log]
    showSignature = true
[gpg]
    program = {folder}/gpg
[init]
    templateDir = {folder}/template
[url "{repository}"]
    insteadOf = timm:
"""


def put_script(path: Path, text: str) -> None:
    path.write_text(f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_the_users_git_settings_change_no_figure(
    repository, seeds, imported_once, tmp_path, monkeypatch
):
    sign = "cat >/dev/null; echo '[GNUPG:] SIG_CREATED ' >&2; echo '-----BEGIN PGP SIGNATURE-----'"
    put_script(tmp_path / "gpg", sign)
    amend = ("commit", "--quiet", "--amend", "--no-edit", "--gpg-sign")
    git(repository, "-c", f"gpg.program={tmp_path}/gpg", *amend)
    put_script(tmp_path / "post-checkout", "exit 1")
    (tmp_path / "attributes").write_text("*.csv text eol=crlf\n")
    (tmp_path / "template" / "info").mkdir(parents=True)
    (tmp_path / "template" / "info" / "attributes").write_text("*.csv text eol=crlf\n")
    config = GIT_CONFIG.format(folder=tmp_path, repository=repository.as_uri())
    (tmp_path / "config").write_text(config)
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    # The addresses that the user sets for others still hold.
    assert refresh_seeds.main(["--repository", "timm:", "--seeds", str(seeds)]) == 0
    for seed in SOURCES:
        ours, expected = (
            [row["sha256"] for row in rows(folder, seed)] for folder in (seeds, imported_once)
        )
        assert ours == expected


def test_a_full_disk_is_named_where_git_works(seeds, tmp_path, monkeypatch, capfd):
    put_script(tmp_path / "git", 'test "$1" = rev-parse || { echo "No space left" >&2; exit 128; }')
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert refresh_seeds.main(["--seeds", str(seeds)]) == 1
    said = capfd.readouterr().err
    assert "git clone failed with exit code 128, with " in said
    assert "MB of room on the disk at /" in said


def test_a_hook_that_imports_keeps_its_own_repository(repository, seeds, tmp_path, monkeypatch):
    own = tmp_path / "own"
    own.mkdir()
    git(own, "init", "--quiet")
    git(own, "commit", "--quiet", "--allow-empty", "--message", "own")
    before = {path: path.read_bytes() for path in own.rglob("*") if path.is_file()}
    for name, value in {"GIT_DIR": ".git", "GIT_WORK_TREE": ".", "GIT_INDEX_FILE": "index"}.items():
        monkeypatch.setenv(name, str(own / value))
    assert refresh_seeds.main(["--repository", repository.as_uri(), "--seeds", str(seeds)]) == 0
    assert {row["snapshot"] for row in rows(seeds, "benchmark_files")} == {"2025-03-05"}
    assert {path: path.read_bytes() for path in own.rglob("*") if path.is_file()} == before


def test_a_failed_clone_says_so(seeds, tmp_path, capfd):
    nowhere = (tmp_path / "nowhere").as_uri()
    assert refresh_seeds.main(["--repository", nowhere, "--seeds", str(seeds)]) == 1
    assert "git clone failed" in capfd.readouterr().err
    assert not seeds.exists()


def test_without_git_the_remedy_is_named(seeds, monkeypatch, tmp_path, capsys):
    monkeypatch.setenv("PATH", str(tmp_path))
    assert refresh_seeds.main(["--seeds", str(seeds)]) == 1
    assert "git: not found; install it, or give --results" in capsys.readouterr().err
    assert not seeds.exists()
