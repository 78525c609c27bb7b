"""Which states of upstream's own history are imported, and as what, on repositories made here."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest
import refresh_seeds
from test_refresh_seeds import FIXTURE, IMAGENET, contents, rows, run

RESULTS = (FIXTURE / IMAGENET).read_text(encoding="utf-8")


pytestmark = pytest.mark.usefixtures("cheap_imports")


class Repository:
    """A repository like timm's, in which every commit has a day."""

    def __init__(self, folder: Path):
        self.folder = folder
        (folder / "results").mkdir(parents=True)
        self.git("2019-01-01", "init", "--quiet", "--initial-branch", "main")

    def git(self, day: str, *arguments: str) -> str:
        moment = day if "T" in day else f"{day}T12:00:00+00:00"
        command = ["git", "-c", "user.name=Test", "-c", "user.email=test@example.org", *arguments]
        dates = {"GIT_COMMITTER_DATE": moment, "GIT_AUTHOR_DATE": "2001-01-01T00:00:00+00:00"}
        result = subprocess.run(
            command, cwd=self.folder, env={**os.environ, **dates}, check=True,
            text=True, capture_output=True,
        )  # fmt: skip
        return result.stdout.strip()

    def commit(self, day: str, top1: str | None = None, name: str = IMAGENET) -> str:
        """Commit results in which a model has this top1, or none; return the commit."""
        error = "" if top1 is None else f"{100 - float(top1):.3f}"
        text = RESULTS.replace("71.000,29.000", f"{top1},{error}")
        path = self.folder / "results" / name
        path.unlink() if top1 is None else path.write_text(text, encoding="utf-8")
        self.git(day, "add", "--all")
        self.git(day, "commit", "--quiet", "--message", f"results of {day}")
        return self.git(day, "rev-parse", "HEAD")


@pytest.fixture
def upstream(tmp_path) -> Repository:
    return Repository(tmp_path / "upstream")


@pytest.fixture
def seeds(tmp_path) -> Path:
    return tmp_path / "seeds"


def run_history(upstream: Repository, seeds: Path, *more: str) -> int:
    repository = ["--repository", upstream.folder.as_uri(), "--seeds", str(seeds)]
    return refresh_seeds.main(["--history", *repository, *more])


def imported(seeds: Path) -> dict[str, tuple[str, str]]:
    """Return commit and top1 of the model of each snapshot of imagenet."""
    commits = {
        row["snapshot"]: row["upstream_commit"]
        for row in rows(seeds, "result_files")
        if row["test_set"] == "imagenet"
    }
    top1 = {
        row["snapshot"]: row["top1"]
        for row in rows(seeds, "imagenet_results")
        if (row["test_set"], row["model"], row["img_size"])
        == ("imagenet", "toynet_small.in1k", "224")
    }
    return {snapshot: (commit, top1[snapshot]) for snapshot, commit in commits.items()}


def test_states_are_taken_sixty_days_apart_with_commit_and_date(upstream, seeds, tmp_path):
    # The second is a day later by UTC, and 60 days after the first.
    first = upstream.commit("2020-01-01", "70.000", "results-all.csv")
    upstream.commit("2020-02-28", "70.002", "results-all.csv")
    second = upstream.commit("2020-02-29T23:30:00-08:00", "70.004")
    upstream.git("2020-06-01", "commit", "--quiet", "--allow-empty", "--message", "no results")
    third = upstream.commit("2020-08-01", "70.006")
    summary = tmp_path / "summary.md"
    assert run_history(upstream, seeds, "--summary", str(summary)) == 0
    assert imported(seeds) == {
        "2020-01-01": (first, "70.000"),
        "2020-03-01": (second, "70.004"),
        "2020-08-01": (third, "70.006"),
    }
    files = [row["upstream_file"] for row in rows(seeds, "result_files")]
    assert files == ["results-all.csv", IMAGENET, IMAGENET]
    assert "imagenet: 3, `2020-01-01`, `2020-03-01`, `2020-08-01`\n" in summary.read_text()

    before = contents(seeds)
    assert run_history(upstream, seeds) == 0
    assert contents(seeds) == before


def test_without_history_the_last_commit_that_changed_results_counts(upstream, seeds):
    upstream.commit("2020-01-01", "70.000")
    upstream.git("2020-02-01", "checkout", "--quiet", "-b", "branch")
    upstream.commit("2020-02-01", "70.002")
    upstream.git("2020-02-02", "checkout", "--quiet", "main")
    upstream.git("2020-03-01", "merge", "--quiet", "--no-ff", "--message", "merge", "branch")
    merge = upstream.git("2020-03-01", "rev-parse", "HEAD")
    refresh = ["--repository", upstream.folder.as_uri(), "--seeds", str(seeds)]
    assert refresh_seeds.main(refresh) == 0
    assert imported(seeds) == {"2020-03-01": (merge, "70.002")}

    before = contents(seeds)
    (upstream.folder / "results" / "notes.md").write_text("Of no figure.")
    upstream.git("2020-06-01", "add", "--all")
    upstream.git("2020-06-01", "commit", "--quiet", "--message", "no results")
    assert refresh_seeds.main(refresh) == 0
    assert contents(seeds) == before


def test_a_branch_counts_from_the_day_it_is_merged(upstream, seeds):
    first = upstream.commit("2020-01-01", "70.000")
    upstream.git("2020-03-01", "checkout", "--quiet", "-b", "branch")
    upstream.commit("2020-04-01", "70.002")
    upstream.commit("2020-07-01", "70.004")
    upstream.git("2020-07-02", "checkout", "--quiet", "main")
    upstream.git("2020-07-02", "commit", "--quiet", "--allow-empty", "--message", "meanwhile")
    upstream.git("2020-10-01", "merge", "--quiet", "--no-ff", "--message", "merge", "branch")
    merge = upstream.git("2020-10-01", "rev-parse", "HEAD")
    assert run_history(upstream, seeds) == 0
    assert imported(seeds) == {
        "2020-01-01": (first, "70.000"),
        "2020-10-01": (merge, "70.004"),
    }


def test_what_was_taken_back_is_no_state(upstream, seeds):
    first = upstream.commit("2020-01-01", "70.000")
    wrong = upstream.commit("2020-05-01", "17.000")
    upstream.commit("2020-05-02", "18.000")
    upstream.commit("2020-05-03", "17.000")
    upstream.git("2020-06-01", "revert", "--no-edit", wrong)
    later = upstream.commit("2020-07-01", "71.200")
    assert run_history(upstream, seeds) == 0
    assert imported(seeds) == {
        "2020-01-01": (first, "70.000"),
        "2020-07-01": (later, "71.200"),
    }


def test_a_reverted_merge_is_no_state_either(upstream, seeds):
    first = upstream.commit("2020-01-01", "70.000")
    upstream.git("2020-03-01", "checkout", "--quiet", "-b", "branch")
    upstream.commit("2020-04-01", "17.000")
    upstream.git("2020-04-02", "checkout", "--quiet", "main")
    upstream.git("2020-05-01", "merge", "--quiet", "--no-ff", "--message", "merge", "branch")
    upstream.git("2020-05-02", "revert", "--no-edit", "--mainline", "1", "HEAD")
    assert run_history(upstream, seeds) == 0
    assert imported(seeds) == {"2020-01-01": (first, "70.000")}


def test_of_a_day_the_last_state_counts(upstream, seeds):
    upstream.commit("2020-01-01T01:00:00+00:00", "70.000")
    last = upstream.commit("2020-01-01T02:00:00+00:00", "70.002")
    assert run_history(upstream, seeds) == 0
    assert imported(seeds) == {"2020-01-01": (last, "70.002")}


def test_whole_snapshots_stay_whole_and_none_becomes_newer(upstream, seeds, capsys):
    assert run(FIXTURE, seeds, "2020-06-01") == 0
    old = upstream.commit("2020-01-01", "70.000")
    upstream.commit("2020-05-01", "70.002")
    upstream.commit("2020-06-01", "70.004")
    upstream.commit("2020-09-01", "70.006")
    before = imported(seeds)
    assert run_history(upstream, seeds) == 0
    assert imported(seeds) == {"2020-01-01": (old, "70.000")} | before
    assert "snapshot 2020-09-01: newer than the seeds" in capsys.readouterr().out
    whole = [row["test_set"] for row in rows(seeds, "result_files") if row["snapshot"] > "2020-05"]
    assert whole == ["imagenet", "sketch"]
    assert len(rows(seeds, "inference_benchmarks")) == 2


def test_a_state_that_is_refused_is_said_and_the_next_one_taken(upstream, seeds, capsys):
    upstream.commit("2020-01-01", "170.000")
    upstream.commit("2020-01-02")
    good = upstream.commit("2020-01-03", "70.000")
    upstream.commit("2098-01-01", "70.002")
    assert run_history(upstream, seeds) == 0
    assert imported(seeds) == {"2020-01-03": (good, "70.000")}
    said = capsys.readouterr().out
    assert "snapshot 2020-01-01: passed over\n" in said
    assert "line 3, column top1: '170.000' is over 100" in said
    assert "2098-01-01: is in the future" in said


def test_a_shallow_repository_is_refused_for_it_has_no_dates(upstream, seeds, tmp_path, capfd):
    upstream.commit("2020-01-01", "70.000")
    upstream.commit("2020-06-01", "70.002")
    shallow = tmp_path / "shallow"
    upstream.git("2020-06-01", "clone", "--depth", "1", upstream.folder.as_uri(), str(shallow))
    refresh = ["--repository", shallow.as_uri(), "--seeds", str(seeds)]
    for arguments in (refresh, ["--history", *refresh]):
        assert refresh_seeds.main(arguments) == 1
        assert "source repository is shallow" in capfd.readouterr().err
    assert contents(seeds) == {}


def test_a_history_without_results_is_refused(upstream, seeds, capsys):
    upstream.git("2020-01-01", "commit", "--quiet", "--allow-empty", "--message", "nothing")
    assert run_history(upstream, seeds) == 1
    assert "no results of imagenet; name timm's\nNothing was written." in capsys.readouterr().err
    assert contents(seeds) == {}


def test_damaged_seeds_are_refused_before_anything_is_cloned(upstream, seeds, capsys):
    assert run(FIXTURE, seeds, "2020-06-01") == 0
    (seeds / "result_files.csv").write_text("")
    assert run_history(upstream, seeds) == 1
    assert "restore it from git" in capsys.readouterr().err


@pytest.mark.parametrize("other", [["--model-cards", "x"], ["--results", "x"]])
def test_a_history_comes_alone(other, upstream, seeds, capsys):
    with pytest.raises(SystemExit) as stop:
        run_history(upstream, seeds, *other)
    assert stop.value.code == 2
    assert "error:" in capsys.readouterr().err
