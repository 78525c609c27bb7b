"""scripts/build.py on a copy of the project: publishing, failing, being killed."""

from __future__ import annotations

import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb
import pytest
from conftest import copy_project, own_environment, python


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Path:
    """A copy of the project with a published database."""
    folder = copy_project(tmp_path_factory.mktemp("project"))
    result = build(folder)
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


def start(project: Path) -> subprocess.Popen:
    command = [*python(), project / "scripts" / "build.py"]
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


# Answers one question per line: how many rows, and whether the table `old` is there.
READER = """
import duckdb, sys

def ask(connection):
    rows = "select count(*) from notebook_benchmarks"
    query = f"select ({rows}), count_if(table_name = 'old') from duckdb_tables()"
    print(*connection.execute(query).fetchone(), flush=True)

def connect():
    return duckdb.connect("image_models.duckdb", read_only=True, config={"threads": 1})

if sys.argv[1] == "holds":
    held = connect()
for line in sys.stdin:
    if sys.argv[1] == "holds":
        ask(held)
    else:
        with connect() as opened:
            ask(opened)
"""


def start_reader(project: Path, habit: str) -> subprocess.Popen:
    return subprocess.Popen(
        [sys.executable, "-c", READER, habit],
        cwd=project,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def ask_all(readers: list[subprocess.Popen]) -> list[str]:
    for reader in readers:
        reader.stdin.write("\n")
        reader.stdin.flush()
    return [reader.stdout.readline().strip() for reader in readers]


def test_a_shell_that_may_write_neither_blocks_a_build_nor_loses_its_answers(project):
    with duckdb.connect(project / "image_models.duckdb") as shell:
        assert build(project).returncode == 0
        query = "select count(*) from notebook_benchmarks"
        assert shell.execute(query).fetchone()[0] == 525
        # Until it closes, its log lies beside a file that it does not belong to.
        shell.execute("create table mine as select 1 as x")
        assert ask_all([start_reader(project, "opens anew")]) == [""]
    assert count(project) == 525
    assert databases(project) == ["image_models.duckdb"]


def test_ten_readers_get_whole_answers_before_during_and_after_a_build(project):
    with duckdb.connect(project / "image_models.duckdb") as shell:
        shell.execute("create table old as select 1 as x")
    readers = [start_reader(project, "holds") for _ in range(5)]
    readers += [start_reader(project, "opens anew") for _ in range(5)]
    assert ask_all(readers) == ["525 1"] * 10
    process = start(project)
    while process.poll() is None:
        answers = ask_all(readers)
        assert answers[:5] == ["525 1"] * 5
        assert set(answers[5:]) <= {"525 1", "525 0"}
        time.sleep(1)  # leaves the processor to the build
    process.communicate()
    assert process.returncode == 0
    assert ask_all(readers) == ["525 1"] * 5 + ["525 0"] * 5
    for reader in readers:
        reader.communicate()


def test_a_damaged_database_and_the_log_of_a_killed_shell_are_replaced(project):
    script = (
        "import duckdb, os; shell = duckdb.connect('image_models.duckdb');"
        "shell.execute('create table mine as select 1 as x'); os._exit(9)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=project)
    assert (project / "image_models.duckdb.wal").exists()
    (project / "image_models.duckdb").write_text("not a database")
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
    first = start(project)
    wait_for_side_file(project, first)
    second = build(project)
    first.communicate()
    assert (first.returncode, second.returncode) == (0, 1)
    assert "Another build is running" in second.stderr


def wait_for_side_file(project: Path, process: subprocess.Popen) -> None:
    side_file = project / "target" / "build" / "image_models.duckdb"
    while not side_file.exists() and process.poll() is None:
        time.sleep(0.05)
    assert process.poll() is None, process.communicate()


def test_a_killed_build_leaves_the_last_good_database(project):
    published = project / "image_models.duckdb"
    seed = random.randrange(10**6)
    print(f"random seed {seed}")
    chance = random.Random(seed)

    # Killed at the moment of publishing, which also tells how long a build takes.
    inode, began = published.stat().st_ino, time.monotonic()
    process = start(project)
    while published.stat().st_ino == inode:
        assert process.poll() is None, process.communicate()
        time.sleep(0.001)
    kill(process)
    length = time.monotonic() - began
    assert count(project) == 525

    for tenth in range(10):
        inode = published.stat().st_ino
        process = start(project)
        time.sleep(length * (tenth + chance.random()) / 10)
        kill(process)
        assert process.returncode == -signal.SIGKILL or published.stat().st_ino != inode
        assert count(project) == 525
    assert build(project).returncode == 0
    assert databases(project) == ["image_models.duckdb"]


def kill(process: subprocess.Popen) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


def assert_as_before(project: Path, inode: int) -> None:
    """The published database is the same file, whole, and no other was left."""
    assert (project / "image_models.duckdb").stat().st_ino == inode
    assert count(project) == 525
    assert databases(project) == ["image_models.duckdb"]


def test_an_interrupted_build_says_so_in_one_line(project):
    inode = (project / "image_models.duckdb").stat().st_ino
    process = start(project)
    wait_for_side_file(project, process)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate()
    assert process.returncode == 130
    assert errors == "image_models.duckdb is as it was before: interrupted\n"
    assert_as_before(project, inode)


def test_a_limit_to_the_size_of_files_is_named_at_once(project):
    inode = (project / "image_models.duckdb").stat().st_ino
    result = subprocess.run(
        [*python(), project / "scripts" / "build.py"],
        env=own_environment(),
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8_000_000, 8_000_000)),
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert "File too large; allow files of 32 MB (ulimit -f)" in result.stderr
    assert result.stderr.count("\n") == 1
    assert_as_before(project, inode)


@contextmanager
def mounted(folder: Path, *commands: str) -> Iterator[None]:
    """Run the mount commands on the folder; without the right to, skip and say so."""
    for command in commands:
        result = subprocess.run(["mount", *command.split(), folder], capture_output=True, text=True)
        if result.returncode != 0:
            pytest.skip(f"NOT TESTED, needs the right to mount: {result.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


def test_a_full_disk_is_named_at_once(project):
    inode = (project / "image_models.duckdb").stat().st_ino
    with mounted(project / "target", "-t tmpfs -o size=8m tmpfs"):
        result = build(project)
    assert result.returncode == 1
    assert result.stdout == ""
    assert "No space left on device; make 32 MB of room there" in result.stderr
    assert result.stderr.count("\n") == 1
    assert_as_before(project, inode)


def test_a_disk_that_fills_up_during_a_build_is_named_last(project):
    inode = (project / "image_models.duckdb").stat().st_ino
    with mounted(project / "target", "-t tmpfs -o size=48m tmpfs"):
        process = start(project)
        wait_for_side_file(project, process)
        with suppress(OSError):
            (project / "target" / "ballast").write_bytes(bytes(48 * 2**20))
        _, errors = process.communicate()
        assert databases(project) == ["image_models.duckdb"]
    assert process.returncode == 1
    assert "No space left on device; make 32 MB of room there" in errors.splitlines()[-1]
    assert_as_before(project, inode)


def test_a_read_only_folder_is_named_and_its_database_still_read(project, tmp_path):
    inode = (project / "image_models.duckdb").stat().st_ino
    with mounted(project, "--bind " + str(project), "-o remount,bind,ro"):
        result = build(project)
        assert_as_before(project, inode)
        pages = run_script(project, "plot.py", "--out", tmp_path)
        unwritable = [run_script(project, name) for name in ("plot.py", "export.py")]
    assert result.returncode == 1
    assert "Read-only file system; build in a copy" in result.stderr
    assert result.stderr.count("\n") == 1
    assert pages.returncode == 0
    for refused in unwritable:
        assert refused.returncode == 1
        assert "Read-only file system; name another --out" in refused.stderr
        assert refused.stderr.count("\n") == 1


def run_script(project: Path, name: str, *arguments: object) -> subprocess.CompletedProcess:
    command = [*python(), project / "scripts" / name, *arguments]
    return subprocess.run(command, capture_output=True, text=True)


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run make for the database, with the commands of this environment."""
    binaries = f"BIN={Path(sys.executable).parent}"
    return subprocess.run(
        ["make", binaries, "image_models.duckdb", *arguments],
        cwd=project,
        env=own_environment(),
        capture_output=True,
        text=True,
    )


def test_make_ends_with_the_right_database_when_the_clock_was_set_back(project):
    (project / ".venv").mkdir()
    (project / ".venv" / "installed").touch()
    published = project / "image_models.duckdb"
    with duckdb.connect(published) as shell:
        shell.execute("delete from notebook_benchmarks")
    later = time.time() + 86_400
    os.utime(project / "seeds" / "timm" / "imagenet_results.csv", (later, later))
    assert make(project).returncode == 0
    assert count(project) == 525
    # A seed of tomorrow is newer than any build of today: make goes on building.
    assert make(project, "--question").returncode == 1

    # make believes a database of the day after, until it is dated back.
    os.utime(published, (later + 1, later + 1))
    assert make(project, "--question").returncode == 0
    os.utime(published, (0, 0))
    assert make(project, "--question").returncode == 1
