"""Build image_models.duckdb from the seeds and publish it only when every test passed.

    python scripts/build.py

dbt builds into a side file, which then takes the place of the published database in one
step. Readers keep the file they opened; a build that fails or is killed leaves the last
good database as it was. Exit code 0: published; 1: not published; 130: interrupted.

Publishing does not rely on dbt's exit code alone: every test of the project must have run, and
every mart and function must be there, with rows but in the marts whose YAML says that they may
be empty (`meta: {may_be_empty: true}`).
"""

import sys

# Where Python was told not to look there by itself.
sys.path.insert(0, __file__.rpartition("/")[0])

import outcome

import argparse
import errno
import fcntl
import json
import os
import re
import shutil
import signal
import subprocess
from contextlib import suppress
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DATABASE = PROJECT / "image_models.duckdb"
# Where that leads: a link stays one.
PUBLISHED = DATABASE.resolve()
# Beside it, so that it gets into its place in one step from another disk too.
NEXT = PUBLISHED.with_name(f".{PUBLISHED.name}.new")
LOCK = PROJECT / "target" / "build.lock"
# Of the dbt that a build starts, with its process id; it outlasts a build that was killed.
DBT_LOCK = PROJECT / "target" / "dbt.lock"
# The side file has the published name: DuckDB names the catalog after the file.
SIDE_DATABASE = PROJECT / "target" / "build" / DATABASE.name
# What dbt says of the build, apart from what another dbt may be writing in target/.
ARTIFACTS = PROJECT / "target" / "make"

ROOM = 64  # MB that a build needs; it was seen to write 42
REMEDIES = {
    errno.ENOSPC: f"make {ROOM} MB of room there and build again",
    errno.EDQUOT: f"make {ROOM} MB of room there and build again",
    errno.EFBIG: f"allow files of {ROOM} MB (ulimit -f) and build again",
    errno.EROFS: "build in a copy of the project that you may write to",
    errno.EACCES: "build in a copy of the project that you may write to",
}


class NotPublished(Exception):
    """The build did not reach its end; the message says why."""


def wait_for_dbt(lock: int) -> None:
    """Take the lock that the dbt of a build holds which was killed, once that has ended."""
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        left = f"dbt of a build that was killed, process {DBT_LOCK.read_text()}"
        print(f"Waiting for {left}, which ends by itself.", file=sys.stderr)
        fcntl.flock(lock, fcntl.LOCK_EX)


def build_side_database(dbt_lock: int) -> None:
    """Run dbt build, which inherits its lock."""
    shutil.rmtree(SIDE_DATABASE.parent, ignore_errors=True)
    SIDE_DATABASE.parent.mkdir(parents=True)
    dbt = Path(sys.executable).with_name("dbt")
    if not dbt.exists():
        raise NotPublished(f"{dbt.parent} has no dbt; run `make`, which installs it")
    check_room()
    (ARTIFACTS / "run_results.json").unlink(missing_ok=True)
    # On a full disk dbt would report every line that it cannot log.
    options = ["--log-level-file", "none"]
    folders = ["--profiles-dir", PROJECT, "--target-path", ARTIFACTS]

    def begin_dbt() -> None:
        # Ctrl-C reaches dbt too, and would make it print where it was; it is killed instead.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        os.ftruncate(dbt_lock, 0)
        os.write(dbt_lock, str(os.getpid()).encode())

    process = subprocess.Popen(
        # By Python, for the first line of the script names the folder that it was installed in.
        [sys.executable, dbt, *options, "build", *folders],
        cwd=PROJECT,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        pass_fds=[dbt_lock],
        preexec_fn=begin_dbt,
    )
    try:
        # dbt itself would complain of each line that nobody reads.
        for line in process.stdout:
            print(line, end="", flush=True)
    except BaseException:
        process.kill()
        raise
    finally:
        process.wait()
    if process.returncode != 0:
        check_room()
        raise NotPublished("dbt build failed, see above")


def environment() -> dict[str, str]:
    """Return the caller's environment without what changes how dbt builds, and what."""
    unset = ("DBT_", "PYTHON")
    kept = {name: text for name, text in os.environ.items() if not name.startswith(unset)}
    # Relative, for the adapter cannot read every folder's name. What is left of a dbt that was
    # stopped has nothing to add.
    database = str(SIDE_DATABASE.relative_to(PROJECT))
    python = {"PYTHONUTF8": "1", "PYTHONWARNINGS": "ignore:resource_tracker"}
    return kept | python | {"IMAGE_MODELS_DB": database}


def check_room() -> None:
    """Put as much as a build writes where it is published; raises OSError where that fails."""
    if PUBLISHED.exists():
        check_place()
    room = SIDE_DATABASE.with_name("room")
    try:
        with outcome.naming(room), room.open("wb") as stream:
            for _ in range(ROOM):
                stream.write(bytes(1_000_000))
        with outcome.naming(NEXT):
            shutil.move(room, NEXT)
    finally:
        room.unlink(missing_ok=True)
        NEXT.unlink(missing_ok=True)


def check_place() -> None:
    """Raise OSError where the published database could not be replaced."""
    if not PUBLISHED.is_file():
        raise FileExistsError(errno.EEXIST, "is no file and would be lost", PUBLISHED)
    # Refused of any file, but for another reason where it could not be removed.
    with suppress(NotADirectoryError):
        PUBLISHED.rmdir()
    mounts = Path("/proc/self/mountinfo")
    mounted = mounts.read_text().split() if mounts.exists() else []
    if re.sub(r"[\s\\]", lambda sign: rf"\{ord(sign[0]):03o}", str(PUBLISHED)) in mounted:
        raise OSError(errno.EBUSY, "is a mount point", PUBLISHED)


def check_tests() -> None:
    """Raise NotPublished unless every test of the project ran."""
    manifest = read_artifact("manifest")
    nodes = {**manifest["nodes"], **manifest["unit_tests"]}
    tests = {key for key, node in nodes.items() if node["resource_type"] in ("test", "unit_test")}
    results = read_artifact("run_results")["results"]
    passed = {result["unique_id"] for result in results if result["status"] in ("pass", "warn")}
    if tests - passed:
        missing = ", ".join(sorted(nodes[key]["name"] for key in tests - passed)[:5])
        raise NotPublished(f"{len(tests - passed)} tests did not run, such as {missing}")


def check_relations() -> None:
    """Raise NotPublished unless every mart and function is in the new file, with its rows."""
    import duckdb  # comes with dbt, which is there by now

    with duckdb.connect(SIDE_DATABASE, read_only=True) as connection:
        query = "select schema_name, {0}_name from duckdb_{0}s()"
        tables = connection.execute(query.format("table")).fetchall()
        functions = connection.execute(query.format("function")).fetchall()
        for node in read_artifact("manifest")["nodes"].values():
            schema, name, kind = node["schema"], node["name"], node["config"]["materialized"]
            if node["resource_type"] != "model" or kind == "view":
                continue
            if (schema, name) not in (functions if kind == "table_function" else tables):
                raise NotPublished(f"the new file lacks {name}")
            is_mart = kind == "table" and schema == "main"
            if not is_mart or node["config"]["meta"].get("may_be_empty"):
                continue
            if not connection.execute(f'select 1 from "{name}" limit 1').fetchone():
                remedy = "import results of the test set imagenet, which all of it is about"
                raise NotPublished(f"{name} has no rows in the new file; {remedy}")


def read_artifact(name: str) -> dict:
    return json.loads((ARTIFACTS / f"{name}.json").read_text(encoding="utf-8"))


def publish() -> None:
    with suppress(FileNotFoundError):
        shutil.copymode(PUBLISHED, SIDE_DATABASE)
    try:
        with outcome.naming(NEXT):
            shutil.move(SIDE_DATABASE, NEXT)
        with outcome.unstopped():
            # The log of a shell that wrote to the old database would not match the new one.
            for path in {DATABASE, PUBLISHED}:
                path.with_name(f"{path.name}.wal").unlink(missing_ok=True)
            NEXT.replace(PUBLISHED)
            outcome.so_far = lambda: f"{DATABASE.name} is published; "
    finally:
        NEXT.unlink(missing_ok=True)


def main() -> int:
    argparse.ArgumentParser(description="Build and publish image_models.duckdb.").parse_args()
    os.fspath(PUBLISHED).encode()  # which fails of a name that dbt and DuckDB do not take
    outcome.so_far = lambda: f"{DATABASE.name} is as it was before: "
    try:
        LOCK.parent.mkdir(exist_ok=True)
        with LOCK.open("w") as lock, DBT_LOCK.open("a") as dbt_lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            wait_for_dbt(dbt_lock.fileno())
            try:
                build_side_database(dbt_lock.fileno())
                check_tests()
                check_relations()
                publish()
            finally:
                shutil.rmtree(SIDE_DATABASE.parent, ignore_errors=True)
    except BlockingIOError:
        print("Another build is running here; wait for it to end.", file=sys.stderr)
        return 1
    except NotPublished as reason:
        print(f"{DATABASE.name} is as it was before: {reason}", file=sys.stderr)
        return 1
    except OSError as error:
        file = error.filename2 or error.filename or SIDE_DATABASE
        remedy = REMEDIES.get(error.errno, "mend that and build again")
        print(
            f"{DATABASE.name} is as it was before: {file}: {error.strerror}; {remedy}",
            file=sys.stderr,
        )
        return 1
    return 0


if __name__ == "__main__":
    outcome.run(main)
