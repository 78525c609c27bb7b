"""Write every mart of image_models.duckdb as Parquet and CSV, for people with other tools.

    python scripts/export.py [--db FILE] [--out DIR]

Parquet has every value as it is. In CSV an apostrophe stands before text that a spreadsheet
would take for a formula.

Exit code 0: written; 1: the database or the folder cannot be used; 2: wrong arguments.
"""

from __future__ import annotations

import argparse
import shutil
import sys
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parent.parent
ENDINGS = ("parquet", "csv")


def export(database: Path, out: Path) -> int:
    """Write all marts aside and put them in place; return how many there are."""
    for path in out.iterdir() if out.exists() else ():
        if path.suffix.removeprefix(".") not in ENDINGS:
            raise FileExistsError(None, "is no export and would be lost", path)
    side = out.with_name(f"{out.name}.new")
    shutil.rmtree(side, ignore_errors=True)
    try:
        with duckdb.connect(database, read_only=True) as connection:
            marts = connection.execute(
                "select table_name from duckdb_tables() where schema_name = 'main' order by all"
            ).fetchall()
            if not marts:
                raise duckdb.CatalogException("holds no marts")
            side.mkdir(parents=True)
            for (mart,) in marts:
                print(f"writing {mart}", flush=True)
                for ending in ENDINGS:
                    target = str(side / f"{mart}.{ending}").replace("'", "''")
                    rows = without_formulas(connection, mart) if ending == "csv" else f"from {mart}"
                    connection.execute(f"copy ({rows} order by all) to '{target}'")
        shutil.rmtree(out, ignore_errors=True)
        side.rename(out)
    finally:
        shutil.rmtree(side, ignore_errors=True)
    return len(marts)


def without_formulas(connection: duckdb.DuckDBPyConnection, mart: str) -> str:
    """Return the query of a mart's rows with an apostrophe before what would be a formula."""
    texts = connection.execute(
        "select column_name from duckdb_columns() where table_name = ? and data_type = 'VARCHAR'",
        [mart],
    ).fetchall()
    safe = (rf"regexp_replace({text}, '^[=+@\t\r-]', '''\0') as {text}" for (text,) in texts)
    return f"select * replace ({', '.join(safe)}) from {mart}"


def explain(error: duckdb.Error) -> str:
    """Return what DuckDB said of the database or the folder, and the remedy."""
    said = str(error)
    if "newer version of DuckDB" in said:
        remedy = "update duckdb, or build it again with `make`"
    elif "Could not write" in said:
        remedy = "make room there, or name another --out"
    else:
        remedy = "build it again with `make`"
    return f"{said.splitlines()[0].rstrip('.')}; {remedy}"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Export the marts as Parquet and CSV.")
    parser.add_argument("--db", type=Path, default=PROJECT / "image_models.duckdb")
    parser.add_argument("--out", type=Path, default=PROJECT / "exports")
    arguments = parser.parse_args(argv)
    if not arguments.db.is_file():
        print(f"{arguments.db}: no such file; build it with `make`", file=sys.stderr)
        return 1
    try:
        count = export(arguments.db, arguments.out.resolve())
    except duckdb.Error as error:
        print(f"{arguments.db}: {explain(error)}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}; name another --out", file=sys.stderr)
        return 1
    print(f"wrote {count} marts to {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
