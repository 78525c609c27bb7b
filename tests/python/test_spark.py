"""scripts/spark.py: Spark builds the rows that DuckDB builds, and a difference is told."""

from __future__ import annotations

import re

import duckdb
import pytest
import spark
import yaml
from conftest import PROJECT

SELECTED = yaml.safe_load((PROJECT / "selectors.yml").read_text())["selectors"][0]["definition"]


@pytest.mark.spark
def test_spark_and_duckdb_upon_it_build_the_rows_of_the_database(database, tmp_path, capfd):
    lake = tmp_path / "lake"
    assert spark.main(["--db", str(database), "--lake", str(lake)]) == 0, capfd.readouterr().out
    built = [name.partition(".")[2] for name in spark.files_of_spark(lake)]
    assert sorted(built) == sorted(SELECTED["union"])
    with duckdb.connect(lake / "image_models.duckdb", read_only=True) as connection:
        tables = connection.execute("select table_name from duckdb_tables()").fetchall()
    # As the documentation says of these.
    left = re.search(r"are DuckDB's alone:(.*?)\n\n", (PROJECT / "docs" / "scale.md").read_text(), re.S)
    named = set(re.findall(r"`(\w+)`", left[1]))
    assert named == {name for (name,) in tables if not name.startswith(("int_", "stg_"))}


ROWS = "values ('a', 1, 0.5), ('b', 2, null), ('c', null, 1e-5)"


@pytest.mark.parametrize(
    ("made", "differs"),
    [
        ("values ('c', null, 1.0000000001e-5), ('a', 1, 0.5), ('b', 2, null)", ""),
        ("values ('a', 1, 0.5), ('b', 2, null), ('c', null, 1.00000001e-5)", "score"),
        ("values ('a', 1, 0.5), ('b', 3, null), ('c', null, 1e-5)", "n"),
        ("values ('a', 1, 0.5), ('b', 2, 0), ('c', null, 1e-5)", "score"),
        ("values ('a', 1, 0.5), ('b', 2, null)", "shape"),
        ("values ('a', 1, 0.5, 1), ('b', 2, null, 1), ('c', null, 1e-5, 1)", "other columns"),
    ],
)
def test_a_difference_is_told(made, differs):
    names = ["name", "n", "score", "more"][: made.split(")")[0].count(",") + 1]
    made = duckdb.sql(f"select name, n, score::double as score, * exclude (name, n, score) from ({made}) as t ({', '.join(names)})")
    expected = duckdb.sql(f"select name, n, score::double as score from ({ROWS}) as t (name, n, score)")
    difference = spark.compare(made, expected)
    assert differs in difference
    assert bool(difference) == bool(differs)


def test_a_table_that_differs_is_named(tmp_path, capsys):
    """Of two in the lake the one that Spark made otherwise."""
    for name, folder in (("same", "spark/main.db/same"), ("other", "spark/main.db/other")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / "duckdb").mkdir(exist_ok=True)
        duckdb.sql("select 1 as n").write_parquet(str(tmp_path / "duckdb" / f"main.{name}.parquet"))
        n = 1 if name == "same" else 2
        duckdb.sql(f"select {n} as n").write_parquet(str(tmp_path / folder / "part.parquet"))
    spark.read_in_duckdb(tmp_path)
    (difference,) = spark.find_differences(tmp_path)
    assert difference.startswith("main.other: ")
    assert capsys.readouterr().out == "2 tables of Spark, 0 of DuckDB upon them\n"
