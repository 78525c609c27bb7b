"""Build on Spark what runs there, and hold it against what DuckDB built.

    python scripts/spark.py [--db FILE] [--lake DIR]

DuckDB writes its tables to the lake as Parquet. From them Spark builds the models of the selector
`spark`, and from Spark's files DuckDB what depends on these and is its own. All of it has to have
the rows of the database, with doubles equal to nine digits. Needs Java, and what `make spark`
installs.

Exit code 0: all are equal; 1: one is not, or was not built; 2: wrong arguments.
"""

import sys

# Where Python was told not to look there by itself.
sys.path.insert(0, __file__.rpartition("/")[0])

import outcome

import argparse
import os
import shutil
import subprocess
from pathlib import Path
from textwrap import shorten

import duckdb

PROJECT = Path(__file__).resolve().parent.parent
DBT = PROJECT / ".venv-spark" / "bin" / "dbt"


def write_parquet(database: Path, folder: Path) -> None:
    """Write every table and view of the database."""
    folder.mkdir(parents=True)
    with duckdb.connect(database, read_only=True) as connection:
        listed = "select table_schema, table_name from information_schema.tables"
        for schema, name in connection.execute(listed).fetchall():
            table = connection.sql(f"from {schema}.{name}")
            table.write_parquet(str(folder / f"{schema}.{name}.parquet"))


def dbt_run(target: str, lake: Path, *selection: str) -> None:
    """Run dbt; raises CalledProcessError where a model fails."""
    # By Python, for the first line of the script names the folder that it was installed in.
    dbt = [DBT.with_name("python"), DBT, "run", "--target", target]
    folders = ["--profiles-dir", PROJECT, "--target-path", lake / "dbt"]
    lakes = {"IMAGE_MODELS_LAKE": str(lake), "IMAGE_MODELS_DB": str(lake / "image_models.duckdb")}
    command = [*dbt, *folders, *selection]
    subprocess.run(command, check=True, cwd=PROJECT, env=os.environ | lakes)


def files_of_spark(lake: Path) -> dict[str, Path]:
    """Return the files of each table that Spark wrote."""
    tables = lake.glob("spark/*.db/*/")
    return {f"{table.parent.stem}.{table.name}": table / "*.parquet" for table in tables}


def read_in_duckdb(lake: Path) -> None:
    """Make a database of views on the lake: on Spark's files where there are any."""
    files = {path.stem: path for path in (lake / "duckdb").iterdir()} | files_of_spark(lake)
    with duckdb.connect(lake / "image_models.duckdb") as connection:
        for name, path in files.items():
            quoted = str(path).replace("'", "''")
            connection.execute(f"create schema if not exists {name.partition('.')[0]}")
            connection.execute(f"create view {name} as from '{quoted}'")


def compare(made: duckdb.DuckDBPyRelation, expected: duckdb.DuckDBPyRelation) -> str:
    """Return in what the rows differ, doubles beyond nine digits; nothing where they are equal."""
    from pandas.testing import assert_frame_equal

    # Doubles last: what differs in their last digits is in the same order all the same.
    types = zip(expected.columns, map(str, expected.types), strict=True)
    order = ", ".join(f'"{name}"' for name, type in sorted(types, key=lambda it: "DOUBLE" in it[1]))
    try:
        assert sorted(made.columns) == sorted(expected.columns), "other columns"
        rows = made.project(", ".join(f'"{name}"' for name in expected.columns)).order(order).df()
        # Nor is a difference of two equal ones always 0.
        tolerance = {"rtol": 1e-9, "atol": 1e-15}
        assert_frame_equal(rows, expected.order(order).df(), check_dtype=False, **tolerance)
    except AssertionError as difference:
        lines = filter(None, str(difference).splitlines())
        return "; ".join(shorten(line, 150) for line in lines)
    return ""


def find_differences(lake: Path) -> list[str]:
    """Compare what Spark built, and what DuckDB built from it, with the database's own."""
    differences = []
    with duckdb.connect(lake / "image_models.duckdb", read_only=True) as connection:
        own = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        by_duckdb = [f"{schema}.{name}" for schema, name in own]
        by_spark = list(files_of_spark(lake))
        for name in (*by_spark, *by_duckdb):
            expected = connection.read_parquet(str(lake / "duckdb" / f"{name}.parquet"))
            difference = compare(connection.sql(f"from {name}"), expected)
            differences += [f"{name}: {difference}"] if difference else []
    print(f"{len(by_spark)} tables of Spark, {len(by_duckdb)} of DuckDB upon them")
    return differences


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Build on Spark and compare with DuckDB.")
    parser.add_argument("--db", type=Path, default=PROJECT / "image_models.duckdb")
    parser.add_argument("--lake", type=Path, default=PROJECT / "target" / "spark")
    arguments = parser.parse_args(argv)
    lake = arguments.lake.resolve()
    shutil.rmtree(lake, ignore_errors=True)
    write_parquet(arguments.db, lake / "duckdb")
    try:
        dbt_run("spark", lake, "--selector", "spark")
        read_in_duckdb(lake)
        names = [name.partition(".")[2] for name in files_of_spark(lake)]
        dependents = [f"{name}+" for name in names]
        dbt_run("dev", lake, "--select", *dependents, "--exclude", *names, "path:models/answers")
    except subprocess.CalledProcessError as error:
        return error.returncode
    differences = find_differences(lake)
    print("\n".join(differences) or "all equal to the database, row for row")
    return int(bool(differences))


if __name__ == "__main__":
    outcome.run(main)
