"""Write every mart of image_models.duckdb as Parquet and CSV, for people with other tools.

    python scripts/export.py [--db FILE] [--out DIR]

Exit code 0: written; 1: the database or the folder cannot be used; 2: wrong arguments.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parent.parent


def export(database: Path, out: Path) -> int:
    """Write all marts aside and put them in place; return how many there are."""
    side = out.with_name(f"{out.name}.new")
    shutil.rmtree(side, ignore_errors=True)
    side.mkdir(parents=True)
    with duckdb.connect(database, read_only=True) as connection:
        marts = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'main' order by all"
        ).fetchall()
        for (mart,) in marts:
            print(f"writing {mart}", flush=True)
            for ending in ("parquet", "csv"):
                target = str(side / f"{mart}.{ending}").replace("'", "''")
                connection.execute(f"copy (from {mart} order by all) to '{target}'")
    shutil.rmtree(out, ignore_errors=True)
    side.rename(out)
    return len(marts)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Export the marts as Parquet and CSV.")
    parser.add_argument("--db", type=Path, default=PROJECT / "image_models.duckdb")
    parser.add_argument("--out", type=Path, default=PROJECT / "exports")
    arguments = parser.parse_args(argv)
    if not arguments.db.is_file():
        print(f"{arguments.db}: no such file; build it with `make`", file=sys.stderr)
        return 1
    try:
        count = export(arguments.db, arguments.out)
    except (duckdb.Error, OSError) as error:
        print(f"{arguments.db}: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    print(f"wrote {count} marts to {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
