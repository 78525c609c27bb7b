"""scripts/export.py: every mart, whole, in both formats."""

from __future__ import annotations

import duckdb
import export


def test_exports_hold_what_the_marts_hold(database, connection, tmp_path):
    out = tmp_path / "it's exported"
    assert export.main(["--db", str(database), "--out", str(out)]) == 0
    marts = connection.execute(
        "select table_name, estimated_size from duckdb_tables() where schema_name = 'main'"
    ).fetchall()
    assert {path.name for path in out.iterdir()} == {
        f"{mart}.{ending}" for mart, _ in marts for ending in ("csv", "parquet")
    }
    for mart, size in marts:
        for ending in ("csv", "parquet"):
            exported = duckdb.read_csv if ending == "csv" else duckdb.read_parquet
            assert len(exported(str(out / f"{mart}.{ending}"))) == size, (mart, ending)


def test_a_second_export_replaces_the_first(database, tmp_path):
    out = tmp_path / "exports"
    out.mkdir()
    (out / "old.csv").write_text("old")
    assert export.main(["--db", str(database), "--out", str(out)]) == 0
    assert not (out / "old.csv").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["exports"]


def test_an_unusable_database_gives_one_line(tmp_path, capsys):
    assert export.main(["--db", str(tmp_path / "none.duckdb")]) == 1
    (tmp_path / "text.duckdb").write_text("text " * 1000)
    out = tmp_path / "exports"
    assert export.main(["--db", str(tmp_path / "text.duckdb"), "--out", str(out)]) == 1
    assert capsys.readouterr().err.count("\n") == 2
    assert not out.exists()
