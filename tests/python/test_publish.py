"""What scripts/build.py publishes: what was tested, whole, where the last database was."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import build
import duckdb
import plot
import pytest
from conftest import (
    PROJECT,
    copy_project,
    mounted,
    own_environment,
    run_build,
    stand_in_for_dbt,
    start_build,
    undeletable,
)
from test_plot import check_links

FUNCTIONS = len(list((PROJECT / "models" / "answers").glob("*.sql")))


@pytest.fixture(scope="module")
def bare(rebuilt, tmp_path_factory) -> Path:
    """A build of a state of upstream without runs, cards and notebook's day."""
    runs = ("inference_benchmarks", "training_benchmarks", "blank_benchmarks", "benchmark_files")
    changes = [f"delete from raw.{seed}" for seed in (*runs, "model_cards")]
    for seed in ("imagenet_results", "result_files"):
        changes.append(f"delete from raw.{seed} where snapshot = '2023-05-24'")
    return rebuilt(tmp_path_factory.mktemp("bare"), changes)


def test_what_a_caller_asks_of_dbt_is_not_what_is_published(made):
    assert not (made / "elsewhere").exists()
    with duckdb.connect(made / "image_models.duckdb", read_only=True) as connection:
        schemas = connection.execute("select distinct schema_name from duckdb_tables()").fetchall()
        its_own = "use_the_database_of_this_function"
        assert sorted(schemas) == [("intermediate",), ("main",), ("raw",), (its_own,)]
        assert connection.execute("select count(*) from models").fetchone()[0] > 1000
        assert connection.execute("select count(*) from help()").fetchone()[0] == FUNCTIONS


def test_seeds_are_those_of_the_folder_and_of_no_other(made):
    with (made / "seeds" / "timm" / "imagenet_results.csv").open() as stream:
        lines = sum(1 for _ in stream)
    with duckdb.connect(made / "image_models.duckdb", read_only=True) as connection:
        query = "select count(*) from raw.imagenet_results"
        assert connection.execute(query).fetchone()[0] == lines - 1


def test_make_takes_editors_files_for_no_inputs(made):
    known = subprocess.run(["make", "-n", "image_models.duckdb"], cwd=made, capture_output=True)
    assert known.returncode == 0, known.stderr


def test_a_mart_without_rows_is_one_that_says_so(bare, manifest, found_by, monkeypatch):
    assert [test for test in found_by(bare) if not test.startswith("warn_")] == []
    monkeypatch.setattr(build, "ARTIFACTS", PROJECT / "target")
    monkeypatch.setattr(build, "SIDE_DATABASE", bare)
    build.check_relations()
    with duckdb.connect(bare, read_only=True) as connection:
        empty = {
            node["name"]
            for node in manifest["nodes"].values()
            if (node["config"]["materialized"], node["schema"]) == ("table", "main")
            and not connection.execute(f"select 1 from {node['name']} limit 1").fetchone()
        }
    may_be_empty = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["config"]["meta"].get("may_be_empty")
    }
    # Without a model that is known to have seen ImageNet-1k alone nothing is a gain over it.
    assert empty == may_be_empty - {"left_out_rows", "robustness_gains"}


def test_its_pages_have_what_there_is(bare, tmp_path, capsys):
    options = ["--db", str(bare), "--out", str(tmp_path)]
    assert plot.main(options) == 0
    said = capsys.readouterr().err
    assert re.match(r"left out: frontier \(model_benchmarks .*; the explorer \(model_be", said)
    assert said.count("\n") == 1
    check_links(
        (tmp_path / "index.html").read_text(encoding="utf-8"),
        ["findings", *(chart.name for chart in plot.CHARTS if chart.name != "robustness")],
    )
    explorer = (tmp_path / "explorer.html").read_text(encoding="utf-8")
    assert "there is nothing to choose from" in explorer
    assert "<script" not in explorer


def test_dbt_started_elsewhere_builds_in_the_project(tmp_path):
    (tmp_path / "it's a project").mkdir()
    (tmp_path / "here").mkdir()
    project = copy_project(tmp_path / "it's a project")
    # Seeds are enough, and soon parsed.
    test = project / "tests" / "singular" / "assert_no_import_is_unfinished.sql"
    models = (project / "models").rglob("*.*")
    for path in {*models, *test.parent.iterdir()} - {test, project / "models" / "columns.md"}:
        path.unlink()
    unfinished = project / "seeds" / "timm" / "unfinished_import"
    unfinished.mkdir()
    (unfinished / "devices.csv.new").touch()
    nodes = ["test_sets", test.stem]
    options = ["--project-dir", project, "--profiles-dir", project, "--select", *nodes]
    dbt = [sys.executable, Path(sys.executable).with_name("dbt"), "build", *options]
    result = subprocess.run(
        dbt, cwd=tmp_path / "here", env=own_environment(), capture_output=True, text=True
    )
    assert f"file = {unfinished}/devices.csv.new" in result.stdout
    assert "WARN=0 ERROR=1 SKIP=0" in result.stdout
    assert list((tmp_path / "here").iterdir()) == []
    assert (project / "image_models.duckdb").exists()


# What is to be built: a view, a step before the marts, marts, a function and tests.
NODES = {
    "model.a_view": ("model", "view", {}),
    "model.a_step": ("model", "table", {}),
    "model.a_mart": ("model", "table", {}),
    "model.an_empty_mart": ("model", "table", {"may_be_empty": True}),
    "model.a_function": ("model", "table_function", {}),
    "test.of_rows": ("test", "test", {}),
}
UNIT_TESTS = {"unit_test.of_a_rule": ("unit_test", "test", {})}
BUILT = """
    create view a_view as select 1 as x;
    create schema steps;
    create table steps.a_step (x integer);
    create table a_mart as select 1 as x;
    create table an_empty_mart (x integer);
    create function a_function() as table (from a_mart);
"""
PASSED = {"test.of_rows": "warn", "unit_test.of_a_rule": "pass", "model.a_mart": "success"}


@pytest.fixture
def write_build(tmp_path, monkeypatch):
    """Write what a build leaves: the database and what dbt says of it."""
    monkeypatch.setattr(build, "ARTIFACTS", tmp_path)
    monkeypatch.setattr(build, "SIDE_DATABASE", tmp_path / "side.duckdb")

    def write(change: str, statuses: dict[str, str]) -> None:
        def node(key: str, kind: str, materialized: str, meta: dict) -> dict:
            config = {"materialized": materialized, "meta": meta}
            schema = "steps" if "step" in key else "main"
            name = key.split(".")[1]
            return {"name": name, "schema": schema, "resource_type": kind, "config": config}

        manifest = {
            "nodes": {key: node(key, *parts) for key, parts in NODES.items()},
            "unit_tests": {key: node(key, *parts) for key, parts in UNIT_TESTS.items()},
        }
        results = [{"unique_id": key, "status": status} for key, status in statuses.items()]
        (tmp_path / "manifest.json").write_text(json.dumps(manifest))
        (tmp_path / "run_results.json").write_text(json.dumps({"results": results}))
        with duckdb.connect(tmp_path / "side.duckdb") as connection:
            connection.execute(BUILT + change)

    return write


def check() -> None:
    build.check_tests()
    build.check_relations()


def test_what_is_whole_and_tested_is_published(write_build):
    write_build("", PASSED)
    check()


# what the build did otherwise, and what keeps it from being published
INCOMPLETE = {
    "no test ran": ("", {}, "2 tests did not run, such as of_a_rule, of_rows"),
    "a test was skipped": ("", PASSED | {"test.of_rows": "skipped"}, "1 tests .* of_rows"),
    "a test failed": ("", PASSED | {"test.of_rows": "fail"}, "1 tests .* of_rows"),
    "a unit test was left out": ("", {"test.of_rows": "pass"}, "1 tests .* of_a_rule"),
    "a step is missing": ("drop table steps.a_step", PASSED, "lacks a_step"),
    "a mart is missing": ("drop table an_empty_mart", PASSED, "lacks an_empty_mart"),
    "a function is missing": ("drop macro table a_function", PASSED, "lacks a_function"),
    "a mart is empty": (
        "delete from a_mart",
        PASSED,
        "a_mart has no rows in the new file; import results",
    ),
}


@pytest.mark.parametrize("name", INCOMPLETE)
def test_what_is_not_whole_or_not_tested_is_not_published(name, write_build):
    change, statuses, expected = INCOMPLETE[name]
    write_build(change, statuses)
    with pytest.raises(build.NotPublished, match=expected):
        check()


STAND_IN = """
import duckdb, os

with duckdb.connect(os.environ["IMAGE_MODELS_DB"]) as connection:
    connection.execute("create table built as select 'new' as x")
print("built", flush=True)
"""


@pytest.fixture
def project(tmp_path) -> Path:
    """A project with a published database, whose dbt is the stand-in."""
    (tmp_path / "project").mkdir()
    project = copy_project(tmp_path / "project")
    stand_in_for_dbt(project, STAND_IN)
    with duckdb.connect(project / "image_models.duckdb") as connection:
        connection.execute("create table built as select 'old' as x")
    return project


def run_stand_in(project: Path, **variables: str):
    return run_build(project, project / ".venv" / "bin" / "python", **variables)


def content(database: Path) -> str:
    with duckdb.connect(database, read_only=True) as connection:
        return connection.execute("from built").fetchone()[0]


def test_a_build_of_a_part_is_not_published(made, project):
    """What dbt itself says of a build, all of it or of one table alone; none of it is there."""
    artifacts = project / "said"
    artifacts.mkdir()
    dbt = project / ".venv" / "bin" / "dbt"
    bring = f"import shutil\nshutil.copytree({str(artifacts)!r}, artifacts, dirs_exist_ok=True)\n"
    dbt.write_text(dbt.read_text() + bring)
    shutil.copy(made / "target" / "make" / "manifest.json", artifacts)
    whole = json.loads((made / "target" / "make" / "run_results.json").read_text())
    part = [one for one in whole["results"] if one["unique_id"].endswith(".build")]
    for results, said in ((part, "tests did not run, such as"), (whole["results"], "lacks ")):
        (artifacts / "run_results.json").write_text(json.dumps({"results": results}))
        result = run_stand_in(project)
        assert result.returncode == 1
        assert said in result.stderr
        assert result.stderr.count("\n") == 1
        assert content(project / "image_models.duckdb") == "old"


@pytest.fixture
def other_disk(tmp_path):
    with tempfile.TemporaryDirectory(dir="/dev/shm") as folder:
        if Path(folder).stat().st_dev == tmp_path.stat().st_dev:
            pytest.skip("NOT TESTED, needs /dev/shm on a disk of its own")
        yield Path(folder)


@pytest.mark.parametrize("disk", ["the same disk", "another disk"])
def test_a_linked_database_keeps_its_link_and_its_mode(disk, project, tmp_path, other_disk):
    linked = (tmp_path if disk == "the same disk" else other_disk) / "linked.duckdb"
    published = project / "image_models.duckdb"
    shutil.move(published, linked)
    published.symlink_to(linked)
    linked.chmod(0o640)
    result = run_stand_in(project)
    assert (result.returncode, result.stderr) == (0, "")
    assert published.readlink() == linked
    assert content(linked) == "new"
    assert linked.stat().st_mode & 0o777 == 0o640
    assert [path.name for path in linked.parent.glob("*linked*")] == ["linked.duckdb"]
    assert [path.name for path in linked.parent.glob(".*")] == []


def test_what_is_built_on_another_disk_is_published(project, other_disk):
    (project / "target").symlink_to(other_disk)
    result = run_stand_in(project)
    assert (result.returncode, result.stderr) == (0, "")
    assert content(project / "image_models.duckdb") == "new"
    assert sorted(path.name for path in other_disk.iterdir()) == ["build.lock", "dbt.lock", "make"]


# what is in the place of the database, and what is said
NO_PLACES = {
    "a link that leads nowhere": (
        lambda path: path.symlink_to(path.parent / "nowhere" / path.name),
        "nowhere/.image_models.duckdb.new: No such file or directory",
    ),
    "a folder": (Path.mkdir, "project/image_models.duckdb: is no file and would be lost"),
    "a pipe": (os.mkfifo, "project/image_models.duckdb: is no file and would be lost"),
}


@pytest.mark.parametrize("name", NO_PLACES)
def test_where_no_database_can_be_is_refused_before_the_build(name, project):
    put, said = NO_PLACES[name]
    published = project / "image_models.duckdb"
    published.unlink()
    put(published)
    result = run_stand_in(project)
    assert (result.returncode, result.stdout) == (1, "")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1


def refused_before_the_build(project: Path) -> str:
    result = run_stand_in(project)
    assert (result.returncode, result.stdout) == (1, "")
    assert result.stderr.count("\n") == 1
    assert content(project / "image_models.duckdb") == "old"
    assert [path.name for path in project.glob("*.duckdb*")] == ["image_models.duckdb"]
    return result.stderr


def test_a_database_that_cannot_be_replaced_is_named_before_the_build(project):
    published = project / "image_models.duckdb"
    with mounted(published, f"--bind {published}"):
        assert f"{published}: is a mount point; mend that" in refused_before_the_build(project)
    with undeletable(published):
        assert f"{published}: Operation not permitted" in refused_before_the_build(project)


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_build_that_is_stopped_says_so_in_one_line(sent, project):
    dbt = project / ".venv" / "bin" / "dbt"
    dbt.write_text(dbt.read_text() + "import time\ntime.sleep(60)\n")
    process = start_build(project)
    assert process.stdout.readline() == "built\n"
    process.send_signal(sent)
    _, errors = process.communicate()
    assert process.returncode == 128 + sent
    assert errors.startswith("image_models.duckdb is as it was before: ")
    assert errors.count("\n") == 1
    assert content(project / "image_models.duckdb") == "old"
    assert not (project / "target" / "build").exists()


def test_a_build_whose_output_nobody_reads_on_is_published(project):
    dbt = project / ".venv" / "bin" / "dbt"
    dbt.write_text(dbt.read_text() + "for _ in range(10_000):\n    print('built', flush=True)\n")
    process = start_build(project)
    assert process.stdout.readline() == "built\n"
    process.stdout.close()
    errors = process.stderr.read()
    assert (process.wait(), errors) == (0, "")
    assert content(project / "image_models.duckdb") == "new"


def test_a_process_sees_the_new_database_once_it_has_closed_the_old_one(project):
    published = project / "image_models.duckdb"
    held = duckdb.connect(published, read_only=True)
    assert run_stand_in(project).returncode == 0
    with duckdb.connect(published, read_only=True) as anew:
        assert anew.execute("from built").fetchone() == ("old",)
    held.close()
    assert content(published) == "new"
