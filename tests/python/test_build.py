"""scripts/build.py in a copy of the project: publishing, failing, being killed.

A stand-in takes the place of dbt, but where dbt itself is killed.
"""

from __future__ import annotations

import fcntl
import os
import random
import re
import resource
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import duckdb
import export
import plot
import pytest
from conftest import copy_project, mounted, own_environment, stand_in_for_dbt, start_build

# Builds one table, says so and does what a line of its input tells it; without one it ends well.
STAND_IN = """
import duckdb, os, sys

with duckdb.connect(os.environ["IMAGE_MODELS_DB"]) as connection:
    connection.execute("create table notebook_benchmarks as from range(525)")
    print("built", flush=True)
    told = sys.stdin.readline().strip()
    if told == "write more":
        connection.execute("create table more as select random() from range(10_000_000)")
sys.exit(told == "fail")
"""


@pytest.fixture
def published(database, tmp_path) -> Path:
    """A copy of the project with a published database."""
    folder = tmp_path / "project"
    folder.mkdir()
    shutil.copy(database, copy_project(folder) / "image_models.duckdb")
    return folder


@pytest.fixture
def project(published) -> Path:
    """The same with an environment in which the stand-in is dbt."""
    stand_in_for_dbt(published, STAND_IN)
    return published


@pytest.fixture
def real_project(published, made) -> Path:
    """The same with the environment that runs the tests, and so with dbt, which has parsed it."""
    (published / ".venv").symlink_to(Path(sys.executable).parents[1])
    parsed = Path("target", "make", "partial_parse.msgpack")
    (published / parsed).parent.mkdir(parents=True)
    shutil.copy(made / parsed, published / parsed)
    return published


def start(project: Path, stdin: int = subprocess.DEVNULL) -> subprocess.Popen:
    return start_build(project, stdin=stdin, start_new_session=True)


def start_and_wait_in_dbt(project: Path) -> subprocess.Popen:
    """Start a build and return when the stand-in has built its table and waits for a line."""
    process = start(project, stdin=subprocess.PIPE)
    assert process.stdout.readline() == "built\n", process.communicate()
    return process


def go_on(process: subprocess.Popen) -> None:
    process.stdin.write("\n")
    process.stdin.flush()


def build(project: Path) -> subprocess.CompletedProcess:
    process = start(project)
    output, errors = process.communicate(timeout=30)
    return subprocess.CompletedProcess(process.args, process.returncode, output, errors)


def count(project: Path) -> int:
    with duckdb.connect(project / "image_models.duckdb", read_only=True) as connection:
        return connection.execute("select count(*) from notebook_benchmarks").fetchone()[0]


def inode(project: Path) -> int:
    return (project / "image_models.duckdb").stat().st_ino


def databases(project: Path) -> list[str]:
    found = project.rglob("*.duckdb*")
    return sorted(str(path.relative_to(project)) for path in found)


def assert_as_before(project: Path, inode_before: int) -> None:
    """The published database is the same file, whole, and no other was left."""
    assert inode(project) == inode_before
    assert count(project) == 525
    assert databases(project) == ["image_models.duckdb"]


def test_a_build_publishes_one_whole_file(project):
    before = inode(project)
    result = build(project)
    assert (result.returncode, result.stdout, result.stderr) == (0, "built\n", "")
    assert inode(project) != before
    assert count(project) == 525
    assert databases(project) == ["image_models.duckdb"]


def test_a_first_build_needs_no_database(project):
    (project / "image_models.duckdb").unlink()
    assert build(project).returncode == 0
    assert count(project) == 525


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
    process = start_and_wait_in_dbt(project)
    assert ask_all(readers) == ["525 1"] * 10
    go_on(process)
    while process.poll() is None:
        answers = ask_all(readers)
        assert answers[:5] == ["525 1"] * 5
        assert set(answers[5:]) <= {"525 1", "525 0"}
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


def test_a_failed_build_leaves_the_last_good_database(project):
    before = inode(project)
    process = start_and_wait_in_dbt(project)
    _, errors = process.communicate("fail\n")
    assert process.returncode == 1
    assert errors == "image_models.duckdb is as it was before: dbt build failed, see above\n"
    assert_as_before(project, before)


def test_without_dbt_it_says_how_to_install_it(project):
    (project / ".venv" / "bin" / "dbt").unlink()
    before = inode(project)
    result = build(project)
    assert result.returncode == 1
    assert "bin has no dbt; run `make`, which installs it\n" in result.stderr
    assert_as_before(project, before)


def test_a_second_build_at_once_says_why_it_does_not_start(project):
    first = start_and_wait_in_dbt(project)
    second = build(project)
    first.communicate()
    assert (first.returncode, second.returncode) == (0, 1)
    assert second.stdout == ""
    assert second.stderr == "Another build is running here; wait for it to end.\n"


def test_the_next_build_waits_for_dbt_that_outlives_a_killed_one(project):
    before = inode(project)
    first = start_and_wait_in_dbt(project)
    first.kill()
    first.wait()
    second = start(project)
    told = second.stderr.readline()
    assert re.fullmatch(r"Waiting for dbt of a build .*, process \d+, which ends .*\n", told)
    assert "bin/dbt" in Path("/proc", re.search(r"\d+", told)[0], "cmdline").read_text()
    assert inode(project) == before
    go_on(first)
    first.communicate()
    assert second.communicate() == ("built\n", "")
    assert second.returncode == 0
    assert inode(project) != before
    assert databases(project) == ["image_models.duckdb"]


def draw_chance() -> random.Random:
    """Return random moments, which a test that failed has printed how to draw again."""
    seed = random.randrange(10**6)
    print(f"random seed {seed}")
    return random.Random(seed)


def wait_for_dbt(project: Path) -> None:
    """Return when no dbt that outlived its build is left, not one that is being killed either."""
    with (project / "target" / "dbt.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)


def stop(process: subprocess.Popen, project: Path, sent: int = signal.SIGKILL) -> str:
    """Send a signal to a build and its dbt; return what it said of that."""
    os.killpg(process.pid, sent)
    _, errors = process.communicate()
    if (project / "target").exists():
        wait_for_dbt(project)
    return errors


def test_a_killed_build_leaves_the_last_good_database(project):
    chance = draw_chance()

    # Killed at the moment of publishing, which also tells how long a build takes.
    before, began = inode(project), time.monotonic()
    process = start(project)
    while inode(project) == before:
        assert process.poll() is None, process.communicate()
        time.sleep(0.001)
    stop(process, project)
    length = time.monotonic() - began
    assert count(project) == 525

    for part in range(20):
        before = inode(project)
        process = start(project)
        time.sleep(length * (part + chance.random()) / 20)
        stop(process, project)
        assert process.returncode == -signal.SIGKILL or inode(project) != before
        assert count(project) == 525
    assert build(project).returncode == 0
    assert databases(project) == ["image_models.duckdb"]


def test_an_interrupted_build_says_so_in_one_line(project):
    before = inode(project)
    process = start_and_wait_in_dbt(project)
    errors = stop(process, project, signal.SIGINT)
    assert process.returncode == 130
    assert errors == "image_models.duckdb is as it was before: interrupted\n"
    assert_as_before(project, before)


def test_dbt_itself_can_be_killed_and_interrupted_at_any_step(real_project):
    chance = draw_chance()
    before = inode(real_project)
    # The second begins with what the first left.
    for sent, latest in ((signal.SIGKILL, 0.9), (signal.SIGINT, 0.1)):
        process = start(real_project)
        last_share = chance.uniform(0, latest)
        steps = (re.search(r"(\d+) of (\d+) (?:START|OK|PASS)", line) for line in process.stdout)
        assert any(step and int(step[1]) >= last_share * int(step[2]) for step in steps)
        errors = stop(process, real_project, sent)
        assert inode(real_project) == before
        assert count(real_project) == 525
    assert process.returncode == 130
    assert errors == "image_models.duckdb is as it was before: interrupted\n"
    assert_as_before(real_project, before)


def test_a_limit_to_the_size_of_files_is_named_at_once(project):
    before = inode(project)
    command = [project / ".venv" / "bin" / "python", project / "scripts" / "build.py"]
    result = subprocess.run(
        command,
        env=own_environment(),
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (8_000_000, 8_000_000)),
    )
    assert result.returncode == 1
    assert result.stdout == ""
    assert "File too large; allow files of 64 MB (ulimit -f)" in result.stderr
    assert result.stderr.count("\n") == 1
    assert_as_before(project, before)


@pytest.fixture
def target(project) -> Path:
    (project / "target").mkdir()
    return project / "target"


def test_a_full_disk_is_named_at_once(project, target):
    before = inode(project)
    with mounted(target, "-t tmpfs -o size=8m tmpfs"):
        result = build(project)
    assert result.returncode == 1
    assert result.stdout == ""
    assert "No space left on device; make 64 MB of room there" in result.stderr
    assert result.stderr.count("\n") == 1
    assert_as_before(project, before)


def test_a_disk_that_fills_up_during_a_build_is_named_last(project, target):
    before = inode(project)
    with mounted(target, "-t tmpfs -o size=96m tmpfs"):
        process = start_and_wait_in_dbt(project)
        with suppress(OSError):
            (target / "ballast").write_bytes(bytes(96 * 2**20))
        _, errors = process.communicate("write more\n")
        assert databases(project) == ["image_models.duckdb"]
    assert process.returncode == 1
    assert "No space left on device; make 64 MB of room there" in errors.splitlines()[-1]
    assert_as_before(project, before)


def test_a_read_only_folder_is_named_and_its_database_still_read(
    project, few, tmp_path, capsys, monkeypatch
):
    shutil.copy(few, project / "image_models.duckdb")
    monkeypatch.setattr(plot, "draw_report", lambda _: ("<title>One</title>", {}))
    before = inode(project)
    with mounted(project, "--bind " + str(project), "-o remount,bind,ro"):
        result = build(project)
        assert_as_before(project, before)
        for script, out in ((plot, "reports"), (export, "exports")):
            own = ["--db", str(project / "image_models.duckdb"), "--out"]
            assert script.main([*own, str(tmp_path / out)]) == 0
            capsys.readouterr()
            assert script.main([*own, str(project / out)]) == 1
            refused = capsys.readouterr().err
            assert "Read-only file system; name another --out" in refused
            assert refused.count("\n") == 1
    assert result.returncode == 1
    assert "Read-only file system; build in a copy" in result.stderr
    assert result.stderr.count("\n") == 1


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run make for the database."""
    return subprocess.run(
        ["make", "image_models.duckdb", *arguments],
        cwd=project,
        env=own_environment(),
        capture_output=True,
        text=True,
    )


def test_make_ends_with_the_right_database_when_the_clock_was_set_back(project):
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
