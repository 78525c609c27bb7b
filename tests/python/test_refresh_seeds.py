"""The importer: what it makes of good input, what it refuses, and that it loses nothing."""

from __future__ import annotations

import csv
import os
import shutil
import subprocess
from pathlib import Path

import pytest
import refresh_seeds

PROJECT = Path(__file__).resolve().parents[2]
SEEDS = PROJECT / "seeds" / "timm"
FIXTURE = PROJECT / "tests" / "fixtures" / "results"
UPSTREAM = PROJECT.parent / "shared" / "timm"

IMAGENET = "results-imagenet.csv"
SKETCH = "results-sketch.csv"
INFER = "benchmark-infer-amp-nchw-pt240-cu124-rtx4090.csv"
TRAIN = "benchmark-train-amp-nhwc-pt112-cu113-rtx3090.csv"


@pytest.fixture
def results(tmp_path) -> Path:
    return Path(shutil.copytree(FIXTURE, tmp_path / "results"))


@pytest.fixture
def seeds(tmp_path) -> Path:
    return tmp_path / "seeds"


def run(results, seeds, snapshot="2026-01-06", commit="90cae8c5") -> int:
    arguments = ["--results", results, "--snapshot", snapshot, "--commit", commit]
    return refresh_seeds.main([*map(str, arguments), "--seeds", str(seeds)])


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*"))}


def rows(seeds: Path, seed: str) -> list[dict[str, str]]:
    with (seeds / f"{seed}.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def test_committed_seeds_are_what_upstream_gives(seeds):
    if not UPSTREAM.is_dir():
        pytest.skip("upstream's files are not here; the fixture covers the importer")
    sources = {(row["snapshot"], row["upstream_commit"]) for row in rows(SEEDS, "result_files")}
    for snapshot, commit in sorted(sources):
        assert run(UPSTREAM / snapshot, seeds, snapshot, commit) == 0
    committed = {name: text for name, text in contents(SEEDS).items() if name.endswith(".csv")}
    assert contents(seeds) == committed


def test_committed_seeds_stay_small():
    assert sum(path.stat().st_size for path in SEEDS.parent.rglob("*.csv")) < 5_000_000


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
    path.write_text(path.read_text().replace("2048.0", "4096.0"))
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


def replace(name: str, old: str, new: str):
    """Return a fault: a change of one file's text, which must be there to change."""

    def change(results: Path) -> None:
        text = (results / name).read_text(encoding="utf-8-sig")
        assert old in text
        (results / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    return change


def put(name: str, content: bytes):
    return lambda results: (results / name).write_bytes(content)


def only_a_readme(results: Path) -> None:
    shutil.rmtree(results)
    results.mkdir()
    (results / "README.md").write_text("nothing here\n")


# fault, and what the message must say: file, line, column, value, remedy
FAULTS = {
    "missing column": (
        replace(IMAGENET, "top5_err", "top5_error"),
        [IMAGENET, "line 1", "top5_err", "missing", "add it"],
    ),
    "unknown column": (
        replace(TRAIN, "param_count", "param_count,train_gmacs"),
        [TRAIN, "line 1", "'train_gmacs'", "unknown", "remove it"],
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
    "blank line": (replace(IMAGENET, "\ntoy", "\n\ntoy"), [IMAGENET, "line 2", "0 cells"]),
    "wrong delimiter": (
        put(TRAIN, b"model;train_samples_per_sec\ntoynet;1\n"),
        [TRAIN, "line 1", "no commas", "save the file with commas"],
    ),
    "empty file": (put(TRAIN, b""), [TRAIN, "line 1", "empty", "fetch it again"]),
    "byte order mark alone": (put(TRAIN, b"\xef\xbb\xbf"), [TRAIN, "line 1", "empty"]),
    "header alone": (
        put(TRAIN, (FIXTURE / TRAIN).read_bytes().splitlines(keepends=True)[0]),
        [TRAIN, "line 2", "no row below the header", "fetch the file again"],
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
        [TRAIN, "line 2", "field larger than field limit"],
    ),
    "unknown interpolation": (
        replace(IMAGENET, "bicubic", "bicub"),
        [IMAGENET, "line 2", "interpolation", "'bicub'", "neither bicubic nor bilinear"],
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
        replace(IMAGENET, "toynet_large.fb_in22k_ft_in1k", "toynet_large."),
        [IMAGENET, "line 2", "model", "'toynet_large.'", "complete it"],
    ),
    "folder named as a file": (
        lambda results: (results / "results-imagenet-a.csv").mkdir(),
        ["results-imagenet-a.csv", "Is a directory", "move it out"],
    ),
    "name without a stem": (put(".csv", b"model\n"), [".csv", "file name"]),
    "invalid UTF-8": (
        put(IMAGENET, (FIXTURE / IMAGENET).read_bytes().replace(b"small", b"sm\xffll", 1)),
        [IMAGENET, "line 3", "byte 10", r"b'\xff'", "save the file as UTF-8"],
    ),
    "name outside the grammar": (
        put("benchmark-infer-amp-nchw-rtx4090.csv", (FIXTURE / INFER).read_bytes()),
        ["benchmark-infer-amp-nchw-rtx4090.csv", "file name", "rename the file"],
    ),
    "unknown test set": (
        put("results-imagenet-z.csv", (FIXTURE / IMAGENET).read_bytes()),
        ["results-imagenet-z.csv", "file name", "move it out"],
    ),
    "no CSV": (only_a_readme, ["no results or benchmark CSV", "name timm's results/"]),
    "no folder": (shutil.rmtree, ["no such folder", "name timm's results/"]),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_refused_with_where_what_and_remedy(name, results, seeds, capsys):
    assert run(FIXTURE, seeds, "2025-01-01") == 0
    before = contents(seeds)
    change, expected = FAULTS[name]
    change(results)
    assert run(results, seeds) == 1
    message = capsys.readouterr().err
    assert [part for part in expected if part not in message] == []
    assert message.endswith("Nothing was written.\n")
    assert contents(seeds) == before


def test_every_faulty_file_is_named_in_one_go(results, seeds, capsys):
    replace(IMAGENET, "71.000", "high")(results)
    replace(TRAIN, "2048.0", "0")(results)
    assert run(results, seeds) == 1
    message = capsys.readouterr().err
    assert IMAGENET in message
    assert TRAIN in message


def test_a_name_is_stored_as_it_is(results, seeds):
    hostile = '<script>alert("1")</script>\\=cmd|\u202eabc\u200b' + "x" * 10_000
    replace(TRAIN, "toynet_small", '"' + hostile.replace('"', '""') + '"')(results)
    assert run(results, seeds) == 0
    assert rows(seeds, "training_benchmarks")[0]["model"] == hostile


DAMAGES = {
    "renamed column": ("benchmark_files.csv", b"snapshot", b"date"),
    "figure that is none": ("imagenet_results.csv", b"88.250", b"high"),
    "row without its source": ("benchmark_files.csv", b"train-amp-nhwc", b"train-amp-nchw"),
    "row deleted": ("inference_benchmarks.csv", b",toynet_small,224,", b",toynet_\n"),
    "nothing left": ("result_files.csv", None, b""),
    "seed deleted": ("benchmark_files.csv", None, None),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_a_damaged_seed_is_refused_before_it_costs_rows(name, results, seeds, capsys):
    assert run(results, seeds, "2025-01-01") == 0
    file, old, new = DAMAGES[name]
    if old:
        assert old in (seeds / file).read_bytes()
        new = (seeds / file).read_bytes().replace(old, new, 1)
    (seeds / file).unlink() if new is None else (seeds / file).write_bytes(new)
    before = contents(seeds)
    assert run(results, seeds) == 1
    assert "restore it from git" in capsys.readouterr().err
    assert contents(seeds) == before


def test_two_imports_at_once_do_not_mix(results, seeds, capsys):
    assert run(results, seeds, "2025-01-01") == 0
    before = contents(seeds)
    with refresh_seeds.lock(seeds):
        assert run(results, seeds) == 1
    assert "another import is writing here" in capsys.readouterr().err
    assert contents(seeds) == before
    assert run(results, seeds) == 0


def test_carriage_returns_alone_end_lines_too(results, seeds):
    path = results / TRAIN
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r"))
    assert run(results, seeds) == 0
    assert len(rows(seeds, "training_benchmarks")) == 1


def test_a_failed_write_replaces_nothing(results, seeds, capsys, monkeypatch):
    assert run(FIXTURE, seeds, "2025-01-01") == 0
    before = contents(seeds)

    def full(descriptor):
        raise OSError(28, "No space left on device", "seeds")

    monkeypatch.setattr(os, "fsync", full)
    assert run(results, seeds) == 1
    assert "No space left on device" in capsys.readouterr().err
    assert contents(seeds) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ["--results", "x"],
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


def test_without_results_the_repository_is_cloned(results, seeds, tmp_path):
    repository = tmp_path / "repository"
    repository.mkdir()
    shutil.move(results, repository / "results")
    git(repository, "init", "--quiet")
    git(repository, "add", ".")
    git(repository, "commit", "--quiet", "--message", "results")
    assert refresh_seeds.main(["--repository", repository.as_uri(), "--seeds", str(seeds)]) == 0
    # The commit's date in UTC, a day after the committer's own.
    assert {row["snapshot"] for row in rows(seeds, "benchmark_files")} == {"2025-03-05"}
    commits = {row["upstream_commit"] for row in rows(seeds, "benchmark_files")}
    assert commits == {git(repository, "rev-parse", "HEAD")}


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
