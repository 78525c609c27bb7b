"""scripts/spark.py: Spark builds the rows that DuckDB builds, and a difference is told."""

from __future__ import annotations

import re

import duckdb
import pytest
import spark
import yaml
from conftest import PROJECT

SCALE = (PROJECT / "docs" / "scale.md").read_text()
SELECTED = yaml.safe_load((PROJECT / "selectors.yml").read_text())["selectors"][0]["definition"]


@pytest.mark.spark
def test_spark_and_duckdb_upon_it_build_the_rows_of_the_database(database, tmp_path, capfd):
    lake = tmp_path / "lake"
    assert spark.main(["--db", str(database), "--lake", str(lake)]) == 0, capfd.readouterr().out
    built = [name.partition(".")[2] for name in spark.files_of_spark(lake)]
    assert sorted(built) == sorted(SELECTED["union"])
    with duckdb.connect(lake / "image_models.duckdb", read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables()").fetchall()
    left = re.search(r"are DuckDB's alone:(.*?)\n\n", SCALE, re.DOTALL)
    named = re.findall(r"`(\w+)`", left[1])
    assert named == sorted(name for (name,) in tables if not name.startswith(("int_", "stg_")))


COLUMNS = "name, n, score::double as score"
ROWS = "('a', 1, 0.5), ('b', 2, null), ('c', null, 1e-5)"


@pytest.mark.parametrize(
    ("made", "columns", "differs"),
    [
        ("('c', null, 1.0000000001e-5), ('a', 1, 0.5), ('b', 2, null)", COLUMNS, ""),
        ("('a', 1, 0.5), ('b', 2, null), ('c', null, 1.00000001e-5)", COLUMNS, "score"),
        ("('a', 1, 0.5), ('b', 3, null), ('c', null, 1e-5)", COLUMNS, '"n"'),
        ("('a', 1, 0.5), ('b', 2, 0), ('c', null, 1e-5)", COLUMNS, "score"),
        ("('a', 1, 0.5), ('b', 2, null)", COLUMNS, "shape"),
        (ROWS, f"{COLUMNS}, 1 as more", "other columns"),
        (ROWS, "name, n", "other columns"),
    ],
)
def test_a_difference_is_told(made, columns, differs):
    names = "name, n, score"
    expected = duckdb.sql(f"select {COLUMNS} from (values {ROWS}) as t ({names})")
    rows = duckdb.sql(f"select {columns} from (values {made}) as t ({names})")
    difference = spark.compare(rows, expected)
    assert differs in difference
    assert bool(difference) == bool(differs)


def test_a_table_that_differs_is_named(tmp_path, capsys):
    """Of two in the lake the one that Spark made otherwise."""
    (tmp_path / "duckdb").mkdir()
    for name, made in (("same", 1), ("other", 2)):
        folder = tmp_path / "spark" / "main.db" / name
        folder.mkdir(parents=True)
        expected = tmp_path / "duckdb" / f"main.{name}.parquet"
        duckdb.sql("select 1 as n").write_parquet(str(expected))
        duckdb.sql(f"select {made} as n").write_parquet(str(folder / "part.parquet"))
    spark.read_in_duckdb(tmp_path)
    (difference,) = spark.find_differences(tmp_path)
    assert difference.startswith("main.other: ")
    assert capsys.readouterr().out == "2 tables of Spark, 0 of DuckDB upon them\n"
