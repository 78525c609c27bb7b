"""scripts/export.py: every mart, whole, in both formats, and never half of it."""

from __future__ import annotations

import os
import resource
import shutil
import struct
import subprocess
from pathlib import Path

import duckdb
import export
import pytest
from conftest import python


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


def test_a_folder_of_something_else_is_not_replaced(database, tmp_path, capsys):
    (tmp_path / "notes.txt").write_text("mine")
    assert export.main(["--db", str(database), "--out", str(tmp_path)]) == 1
    assert "notes.txt: is no export and would be lost; name another" in capsys.readouterr().err
    assert (tmp_path / "notes.txt").read_text() == "mine"


def overwrite(path: Path, start: int, content: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(start)
        file.write(content)


def write_storage_version(path: Path, version: int) -> None:
    """Change the version in the main header, and the header's checksum with it."""
    header = bytearray(path.read_bytes()[:4096])
    struct.pack_into("<Q", header, 12, version)
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", header[8:]):
        checksum ^= word * 0xBF58476D1CE4E5B9 % 2**64
    struct.pack_into("<Q", header, 0, checksum)
    overwrite(path, 0, header)


def empty(path: Path) -> None:
    path.unlink()
    duckdb.connect(path).close()


# what happened to the file, and what the message must say
UNREADABLE = {
    "missing": (Path.unlink, ["no such file", "build it with `make`"]),
    "empty": (lambda path: path.write_bytes(b""), ["not a valid DuckDB", "build it again"]),
    "text": (lambda path: path.write_text("text " * 1000), ["not a valid DuckDB", "build it"]),
    "with a hole": (
        lambda path: overwrite(path, 300_000, bytes(2_000_000)),
        ["Corrupt database file", "build it again"],
    ),
    "cut off": (
        lambda path: os.truncate(path, path.stat().st_size // 2),
        ["Could not read enough bytes", "build it again"],
    ),
    "from a newer DuckDB": (
        lambda path: write_storage_version(path, 99),
        ["version number 99", "update duckdb, or build it again"],
    ),
    "from an older DuckDB": (
        lambda path: write_storage_version(path, 30),
        ["version number 30", "build it again"],
    ),
    "without marts": (empty, ["holds no marts", "build it again"]),
}


@pytest.fixture
def exported(tmp_path) -> Path:
    """A folder with an earlier export."""
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / "models.csv").write_text("earlier")
    return tmp_path / "exports"


def assert_earlier(exported: Path) -> None:
    assert [path.name for path in exported.parent.glob("exports*")] == ["exports"]
    assert [path.read_text() for path in exported.iterdir()] == ["earlier"]


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_database_gives_one_line_and_costs_no_export(
    name, database, exported, tmp_path, capsys
):
    spoil, expected = UNREADABLE[name]
    spoilt = Path(shutil.copy(database, tmp_path / "spoilt.duckdb"))
    spoil(spoilt)
    assert export.main(["--db", str(spoilt), "--out", str(exported)]) == 1
    said = capsys.readouterr().err
    assert [part for part in expected if part not in said] == []
    assert said.count("\n") == 1
    assert_earlier(exported)


def test_a_full_disk_gives_one_line_and_costs_no_export(database, exported):
    result = subprocess.run(
        [*python(), export.__file__, "--db", database, "--out", exported],
        capture_output=True,
        text=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000)),
    )
    assert result.returncode == 1
    assert "Could not write" in result.stderr
    assert "make room there" in result.stderr
    assert result.stderr.count("\n") == 1
    assert_earlier(exported)
