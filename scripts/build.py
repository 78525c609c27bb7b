"""Build image_models.duckdb from the seeds and publish it only when every test passed.

    python scripts/build.py

dbt builds into a side file, which then takes the place of the published database in one
step. Readers keep the file they opened; a build that fails or is killed leaves the last
good database as it was. Exit code 0: published; 1: not published.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
DATABASE = PROJECT / "image_models.duckdb"
# The side file has the published name: DuckDB names the catalog after the file.
SIDE_DATABASE = PROJECT / "target" / "build" / DATABASE.name


class NotPublished(Exception):
    """The build did not reach its end; the message says why."""


def build_side_database(lock: int) -> None:
    """Run dbt build, which inherits the lock so that it outlasts a killed parent."""
    shutil.rmtree(SIDE_DATABASE.parent, ignore_errors=True)
    SIDE_DATABASE.parent.mkdir(parents=True)
    dbt = Path(sys.executable).with_name("dbt")
    if not dbt.exists():
        raise NotPublished(f"{dbt.parent} has no dbt; run `make`, which installs it")
    result = subprocess.run(
        [dbt, "build", "--profiles-dir", PROJECT],
        cwd=PROJECT,
        env={**os.environ, "IMAGE_MODELS_DB": str(SIDE_DATABASE)},
        pass_fds=[lock],
    )
    if result.returncode != 0:
        raise NotPublished("dbt build failed, see above")


def publish() -> None:
    # The log of a shell that wrote to the old database would not match the new one.
    DATABASE.with_name(f"{DATABASE.name}.wal").unlink(missing_ok=True)
    SIDE_DATABASE.replace(DATABASE)


def main() -> int:
    try:
        (PROJECT / "target").mkdir(exist_ok=True)
        with (PROJECT / "target" / "build.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            build_side_database(lock.fileno())
            publish()
    except BlockingIOError:
        print("Another build is running here; wait for it to end.", file=sys.stderr)
        return 1
    except (NotPublished, OSError) as reason:
        print(f"{DATABASE.name} is as it was before: {reason}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
