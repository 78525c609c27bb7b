"""scripts/build.py on a copy of the project: publishing, failing, being killed."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import duckdb
import pytest
from conftest import copy_project, own_environment


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A copy of the project with a published database."""
    folder = copy_project(tmp_path_factory.mktemp("project"))
    result = build(folder)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


def start(project: Path) -> subprocess.Popen:
    command = [sys.executable, project / "scripts" / "build.py"]
    return subprocess.Popen(
        command,
        env=own_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def build(project: Path) -> subprocess.CompletedProcess:
    process = start(project)
    output, errors = process.communicate()
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def count(project: Path) -> int:
    with duckdb.connect(project / "image_models.duckdb", read_only=True) as connection:
        return connection.execute("select count(*) from notebook_benchmarks").fetchone()[0]


def databases(project: Path) -> list[str]:
    found = project.rglob("*.duckdb*")
    return sorted(str(path.relative_to(project)) for path in found)


def test_a_build_publishes_one_whole_file(project):
    assert count(project) == 525
    assert databases(project) == ["image_models.duckdb"]


def test_open_shells_neither_block_a_build_nor_lose_their_answers(project):
    published = project / "image_models.duckdb"
    inode = published.stat().st_ino
    for read_only in (True, False):
        with duckdb.connect(published, read_only=read_only) as shell:
            assert build(project).returncode == 0
            assert published.stat().st_ino != inode
            inode = published.stat().st_ino
            query = "select count(*) from notebook_benchmarks"
            assert shell.execute(query).fetchone()[0] == 525
        assert count(project) == 525


def test_a_log_left_by_a_killed_shell_does_not_spoil_the_new_database(project):
    script = (
        "import duckdb, os; shell = duckdb.connect('image_models.duckdb');"
        "shell.execute('create table mine as select 1 as x'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=project)
    assert (project / "image_models.duckdb.wal").exists()
    assert build(project).returncode == 0
    assert count(project) == 525
    assert databases(project) == ["image_models.duckdb"]


def test_a_failed_test_leaves_the_last_good_database(project):
    seed = project / "seeds" / "timm" / "imagenet_results.csv"
    good = seed.read_text()
    inode = (project / "image_models.duckdb").stat().st_ino
    seed.write_text(good.replace(",76.526,", ",176.526,", 1))
    result = build(project)
    seed.write_text(good)
    assert result.returncode == 1
    assert "image_models.duckdb is as it was before: dbt build failed" in result.stderr
    assert "rows_satisfy_imagenet_results" in result.stdout
    assert (project / "image_models.duckdb").stat().st_ino == inode
    assert count(project) == 525


def test_a_second_build_at_once_says_why_it_does_not_start(project):
    side_file = project / "target" / "build" / "image_models.duckdb"
    side_file.unlink(missing_ok=True)  # a build that failed leaves its own
    first = start(project)
    while not side_file.exists() and first.poll() is None:
        time.sleep(0.05)
    second = build(project)
    first.communicate()
    assert (first.returncode, second.returncode) == (0, 1)
    assert "Another build is running" in second.stderr


def test_a_killed_build_leaves_the_last_good_database(project):
    moments = random.Random(20230524)
    for _ in range(3):
        inode = (project / "image_models.duckdb").stat().st_ino
        process = start(project)
        time.sleep(moments.uniform(0.5, 6))
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        assert count(project) == 525
        assert (project / "image_models.duckdb").stat().st_ino == inode
    assert build(project).returncode == 0
    assert databases(project) == ["image_models.duckdb"]
