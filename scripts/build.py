"""Build image_models.duckdb from the seeds and publish it only when every test passed.

    python scripts/build.py

dbt builds into a side file, which then takes the place of the published database in one
step. Readers keep the file they opened; a build that fails or is killed leaves the last
good database as it was. Exit code 0: published; 1: not published; 130: interrupted.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DATABASE = PROJECT / "image_models.duckdb"
LOCK = PROJECT / "target" / "build.lock"
# The side file has the published name: DuckDB names the catalog after the file.
SIDE_DATABASE = PROJECT / "target" / "build" / DATABASE.name

ROOM = 32  # MB that a build needs; it was seen to write 23
REMEDIES = {
    errno.ENOSPC: f"make {ROOM} MB of room there and build again",
    errno.EDQUOT: f"make {ROOM} MB of room there and build again",
    errno.EFBIG: f"allow files of {ROOM} MB (ulimit -f) and build again",
    errno.EROFS: "build in a copy of the project that you may write to",
    errno.EACCES: "build in a copy of the project that you may write to",
}


class NotPublished(Exception):
    """The build did not reach its end; the message says why."""


def build_side_database(lock: int) -> None:
    """Run dbt build, which inherits the lock so that it outlasts a killed parent."""
    shutil.rmtree(SIDE_DATABASE.parent, ignore_errors=True)
    SIDE_DATABASE.parent.mkdir(parents=True)
    dbt = Path(sys.executable).with_name("dbt")
    if not dbt.exists():
        raise NotPublished(f"{dbt.parent} has no dbt; run `make`, which installs it")
    check_room()
    result = subprocess.run(
        # On a full disk dbt would report every line that it cannot log.
        [dbt, "--log-level-file", "none", "build", "--profiles-dir", PROJECT],
        cwd=PROJECT,
        env={
            **os.environ,
            "IMAGE_MODELS_DB": str(SIDE_DATABASE),
            # What is left of a dbt that was stopped has nothing to add.
            "PYTHONWARNINGS": "ignore:resource_tracker",
        },
        pass_fds=[lock],
        # Ctrl-C reaches dbt too, and would make it print where it was; it is killed instead.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
    )
    if result.returncode != 0:
        check_room()
        raise NotPublished("dbt build failed, see above")


def check_room() -> None:
    """Write as much as a build does; raises OSError where that does not fit."""
    room = SIDE_DATABASE.with_name("room")
    try:
        room.write_bytes(bytes(ROOM * 1_000_000))
    finally:
        room.unlink(missing_ok=True)


def publish() -> None:
    # Now it would be wrong to say that nothing was published.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # The log of a shell that wrote to the old database would not match the new one.
    DATABASE.with_name(f"{DATABASE.name}.wal").unlink(missing_ok=True)
    SIDE_DATABASE.replace(DATABASE)


def main() -> int:
    try:
        LOCK.parent.mkdir(exist_ok=True)
        with LOCK.open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            try:
                build_side_database(lock.fileno())
                publish()
            finally:
                shutil.rmtree(SIDE_DATABASE.parent, ignore_errors=True)
    except BlockingIOError:
        print("Another build is running here; wait for it to end.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"{DATABASE.name} is as it was before: interrupted", file=sys.stderr)
        return 130
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
    sys.exit(main())
