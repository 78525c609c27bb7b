"""scripts/export.py: every mart, whole, in both formats, and nothing of anybody's lost."""

from __future__ import annotations

import csv
import os
import re
import resource
import shutil
import signal
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import export
import pytest
from conftest import mounted, python, undeletable


def run_export(database: Path, out: Path) -> int:
    return export.main(["--db", str(database), "--out", str(out)])


def test_exports_hold_what_the_marts_hold(database, connection, tmp_path):
    out = tmp_path / "it's exported"
    assert run_export(database, out) == 0
    marts = connection.execute(
        "select table_name, estimated_size from duckdb_tables() where schema_name = 'main'"
    ).fetchall()
    assert {path.name for path in out.iterdir()} == {export.MANIFEST} | {
        f"{mart}.{ending}" for mart, _ in marts for ending in ("csv", "parquet")
    }
    for mart, size in marts:
        for ending in ("csv", "parquet"):
            exported = duckdb.read_csv if ending == "csv" else duckdb.read_parquet
            assert len(exported(str(out / f"{mart}.{ending}"))) == size, (mart, ending)
    checked = subprocess.run(
        ["sha256sum", "--check", "--strict", "--quiet", export.MANIFEST], cwd=out
    )
    assert checked.returncode == 0


# what may be in a cell, and the cell of the CSV
CELLS = {
    "resnet50.a1_in1k": None,
    "a=b, or a-b; and c": None,
    "[=1]": None,
    "=1": "'=1",
    "-1": "'-1",
    "\uff1d1": "'\uff1d1",
    "\ufe621": "'\ufe621",
    "\u200b=1": "'\u200b=1",
    "\ufeff \u00a0@x": "'\ufeff \u00a0@x",
    "\u034f+1": "'\u034f+1",
    ";=1": ";'=1",
    "a; =1;-2": "a;' =1;'-2",
    "a\t\uff1d1": "a\t'\uff1d1",
}


def test_no_cell_of_a_csv_begins_a_formula(tmp_path):
    database, out = tmp_path / "cells.duckdb", tmp_path / "exports"
    with duckdb.connect(database) as connection:
        connection.execute("create table marts (cell varchar, cells varchar[], number double)")
        connection.execute("create schema other; create table other.marts as from marts")
        rows = [[cell, ["x", cell], -1.5] for cell in CELLS]
        connection.executemany("insert into marts values (?, ?, ?)", rows)
    assert run_export(database, out) == 0
    with (out / "marts.csv").open(newline="", encoding="utf-8") as stream:
        written = {(row["cell"], row["number"]) for row in csv.DictReader(stream)}
    assert written == {(kept or cell, "-1.5") for cell, kept in CELLS.items()}
    with (out / "marts.csv").open(newline="", encoding="utf-8") as stream:
        lists = " ".join(row["cells"] for row in csv.DictReader(stream))
    assert ";=" not in lists
    assert ";'=1" in lists
    assert set(duckdb.read_parquet(str(out / "marts.parquet")).df()["cell"]) == set(CELLS)


@pytest.fixture
def exported(tmp_path) -> Path:
    """A folder with an earlier export, of one mart with one row."""
    database = tmp_path / "earlier.duckdb"
    with duckdb.connect(database) as connection:
        connection.execute('create table earlier as select 1 as "the x"')
    assert run_export(database, tmp_path / "exports") == 0
    return tmp_path / "exports"


def contents(folder: Path) -> dict[str, bytes | None]:
    return {
        str(path.relative_to(folder)): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


@contextmanager
def unchanged(exported: Path) -> Iterator[None]:
    """Check that the folder, what lies beside it and all their files are as before."""
    before = contents(exported.parent)
    yield
    assert contents(exported.parent) == before


def test_a_second_export_replaces_the_first(few, exported):
    exported.chmod(0o750)
    assert run_export(few, exported) == 0
    assert not (exported / "earlier.csv").exists()
    assert (exported / "models.csv").exists()
    assert exported.stat().st_mode & 0o777 == 0o750
    assert [path.name for path in exported.parent.glob("exports*")] == ["exports"]


def link_elsewhere(exported: Path) -> None:
    (exported / "earlier.csv").rename(exported.parent / "elsewhere.csv")
    (exported / "earlier.csv").symlink_to(exported.parent / "elsewhere.csv")


# what the user did in the folder, the file that it is refused for and why
MINE = {
    "notes": (lambda out: (out / "notes.txt").write_text("mine"), "notes.txt", "no file of"),
    "results": (lambda out: (out / "results.csv").write_text("mine"), "results.csv", "no file of"),
    "a mart's name": (lambda out: (out / "models.csv").write_text("x"), "models.csv", "no file of"),
    "a folder": (lambda out: (out / "old.csv").mkdir(), "old.csv", "no file of"),
    "a link": (link_elsewhere, "earlier.csv", "no file of"),
    "an edit": (lambda out: (out / "earlier.csv").write_text("x\n2\n"), "earlier.csv", "changed"),
    "no record": (lambda out: (out / export.MANIFEST).unlink(), "earlier.", "no file of"),
    "a manifest of theirs": (
        lambda out: (out / export.MANIFEST).open("a").write("mine\n"),
        export.MANIFEST,
        "no file of",
    ),
}


@pytest.mark.parametrize("name", MINE)
def test_a_folder_with_anything_of_somebodys_is_left_as_it_is(name, few, exported, capsys):
    do, file, reason = MINE[name]
    do(exported)
    with unchanged(exported):
        assert run_export(few, exported) == 1
    said = capsys.readouterr().err
    assert f"{exported}/{file}" in said
    assert reason in said
    assert "would be lost; name another --out" in said
    assert said.count("\n") == 1


def test_what_came_during_an_export_is_left_as_it_is(few, exported, monkeypatch, capsys):
    write = export.write_marts

    def write_and_meddle(database: Path, folder: Path) -> int:
        (exported / "mine.csv").write_text("mine")
        return write(database, folder)

    monkeypatch.setattr(export, "write_marts", write_and_meddle)
    assert run_export(few, exported) == 1
    assert (exported / "mine.csv").read_text() == "mine"
    assert (exported / "earlier.csv").exists()
    assert f"{exported}/mine.csv: is no file of an export" in capsys.readouterr().err
    assert [path.name for path in exported.parent.glob("exports*")] == ["exports"]


def test_folders_beside_an_export_are_somebodys(few, exported):
    beside = [exported.with_name(f"exports.{ending}") for ending in ("new", "old")]
    for folder in beside:
        folder.mkdir()
        (folder / "models.csv").write_text("mine")
    assert run_export(few, exported) == 0
    assert [(folder / "models.csv").read_text() for folder in beside] == ["mine", "mine"]


def test_what_a_killed_export_left_is_removed_by_the_next(few, tmp_path):
    out = tmp_path / "exports [1]"
    command = [sys.executable, export.__file__, "--db", few, "--out", out]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    for _ in range(5):
        assert process.stdout.readline().startswith("writing ")
    process.send_signal(signal.SIGSTOP)
    # Nothing is removed of one that is still there.
    assert run_export(few, out) == 0
    (left,) = tmp_path.glob("*.new-*")
    process.kill()
    process.communicate()
    assert len(list(left.glob("new/*.csv"))) > 2
    assert run_export(few, out) == 0
    assert list(tmp_path.iterdir()) == [out]


# Exports, and is killed before the step of putting in place that it is told.
KILLED = """
import os, signal, sys
from pathlib import Path
import export

swap, rename, steps = export.swap, Path.rename, int(sys.argv.pop(1))

def rename_or_die(path, target):
    global steps
    steps -= 1
    if steps < 0:
        os.kill(os.getpid(), signal.SIGKILL)
    rename(path, target)

def swap_or_die(side, out):
    Path.rename = rename_or_die
    swap(side, out)

export.swap = swap_or_die
export.main()
"""


@pytest.mark.parametrize("step", range(5))
def test_one_killed_as_it_puts_its_own_in_place_costs_no_export(step, exported, tmp_path):
    database, unreadable = tmp_path / "earlier.duckdb", tmp_path / "unreadable.duckdb"
    unreadable.touch()
    before = contents(exported)
    options = [str(step), "--db", database, "--out", exported]
    environment = {**os.environ, "PYTHONPATH": str(Path(export.__file__).parent)}
    killed = subprocess.run([sys.executable, "-c", KILLED, *options], env=environment)
    assert killed.returncode == -signal.SIGKILL
    assert run_export(unreadable, exported) == 1
    # The new one has the same rows.
    assert contents(exported) == before
    assert run_export(database, exported) == 0
    assert contents(exported) == before
    assert [path.name for path in tmp_path.glob("exports*")] == ["exports"]


def link_new(side: Path) -> None:
    shutil.copytree(side.with_name("exports"), side.with_name("elsewhere"))
    (side / "new").symlink_to(side.with_name("elsewhere"))


# what of somebody's is in a folder that has the name of what exports leave
BESIDE = {
    "nothing": lambda side: None,
    "an empty folder": lambda side: (side / "new").mkdir(),
    "a file": lambda side: (side / "mine.csv").touch(),
    "a file named like a part": lambda side: (side / "part.csv").touch(),
    "a file in new": lambda side: (side / "new").mkdir() or (side / "new" / "a.csv").touch(),
    "a mart in old": lambda side: (side / "old").mkdir() or (side / "old" / "models.csv").touch(),
    "a link to an export": link_new,
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_may_not_be_left_by_an_export_stays_and_is_said(name, exported, capsys):
    side = exported.with_name("exports.new-mine")
    side.mkdir()
    BESIDE[name](side)
    with unchanged(exported):
        assert run_export(exported.parent / "earlier.duckdb", exported) == 0
    said = capsys.readouterr().err
    assert said.startswith(f"{side}")
    assert said.endswith(f"; {side} stays\n")
    assert said.count("\n") == 1


def test_a_folder_that_is_none_is_named(few, tmp_path, capsys):
    (tmp_path / "circle").symlink_to("circle")
    assert run_export(few, tmp_path / "circle") == 1
    assert capsys.readouterr().err == f"{tmp_path}/circle: is a link; name another --out\n"


def test_a_file_that_cannot_be_deleted_keeps_the_export_it_is_of(few, exported, capsys):
    with undeletable(exported / "earlier.parquet"), unchanged(exported):
        assert run_export(few, exported) == 1
    said = capsys.readouterr().err
    assert said == f"{exported}/earlier.parquet: Operation not permitted; name another --out\n"


def test_a_mount_point_keeps_the_export_in_it(few, exported, capsys):
    with mounted(exported, f"--bind {exported}"), unchanged(exported):
        assert run_export(few, exported) == 1
    assert f"{exported}: Device or resource busy; name another" in capsys.readouterr().err


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


def add_another_table(path: Path) -> None:
    with duckdb.connect(path) as connection:
        connection.execute('create table "../../mine" as select 1 as mine')


def empty(path: Path) -> None:
    path.unlink()
    duckdb.connect(path).close()


# what happened to the file, and what the message must say
UNREADABLE = {
    "missing": (Path.unlink, ["no such file", "build it with `make`"]),
    "empty": (lambda path: path.write_bytes(b""), ["not a valid DuckDB", "build it again"]),
    "text": (lambda path: path.write_text("text " * 1000), ["not a valid DuckDB", "build it"]),
    "with a hole": (
        lambda path: overwrite(path, 300_000, bytes(path.stat().st_size - 300_000)),
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
    "with what is no mart": (add_another_table, ["'../../mine'", "is no mart"]),
    "without marts": (empty, ["holds no marts", "build it again"]),
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_database_gives_one_line_and_costs_no_export(
    name, few, exported, tmp_path, capsys
):
    spoil, expected = UNREADABLE[name]
    spoilt = Path(shutil.copy(few, tmp_path / "spoilt.duckdb"))
    spoil(spoilt)
    with unchanged(exported):
        assert run_export(spoilt, exported) == 1
    said = capsys.readouterr().err
    assert [part for part in expected if part not in said] == []
    assert said.count("\n") == 1


def test_a_full_disk_gives_one_line_and_costs_no_export(database, exported):
    with unchanged(exported):
        result = subprocess.run(
            [*python(), export.__file__, "--db", database, "--out", exported],
            capture_output=True,
            text=True,
            preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (500_000, 500_000)),
        )
    assert result.returncode == 1
    assert re.match(rf'IO Error: Could not write file "{exported}.new-.*make room', result.stderr)
    assert result.stderr.count("\n") == 1
