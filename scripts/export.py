"""Write every mart of image_models.duckdb as Parquet and CSV, for people with other tools.

    python scripts/export.py [--db FILE] [--out DIR]

Parquet has every value as it is. In CSV an apostrophe stands before text that a spreadsheet
would take for a formula.

MANIFEST.sha256 names the files of an export and their checksums. The next export replaces
these files and no other: a folder that holds anything else, or one of them changed, is refused.
By such manifests it also knows, and removes, what an export left that was killed.

Exit code 0: written; 1: the database or the folder cannot be used; 2: wrong arguments.
"""

import sys

# Where Python was told not to look there by itself.
sys.path.insert(0, __file__.rpartition("/")[0])

import outcome

import argparse
import fcntl
import glob
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import duckdb

PROJECT = Path(__file__).resolve().parent.parent
ENDINGS = ("parquet", "csv")
MANIFEST = "MANIFEST.sha256"  # for `sha256sum --check` too
# Of the folder that an export works in: what it writes, what it replaces, what of that is to go.
PARTS = ("new", "old", "gone")
# What a spreadsheet may take for the start of a formula, in a cell or after what it may take for
# the end of one: invisible characters count for nothing, full-width and small signs for plain ones.
SIGN = r"[=+@\-\x{ff1d}\x{ff0b}\x{ff20}\x{ff0d}\x{fe66}\x{fe62}\x{fe6b}\x{fe63}]"
FORMULA = rf"(^|[;\t\r\n])([\p{{M}}\p{{Z}}\p{{C}}]*{SIGN})"


def export(database: Path, out: Path) -> int:
    """Write all marts aside and put them in place; return how many there are."""
    put_back_what_was_left(out)
    refuse_what_is_not_ours(files_of(out), out)
    out.parent.mkdir(parents=True, exist_ok=True)
    side = Path(tempfile.mkdtemp(prefix=f"{out.name}.new-", dir=out.parent))
    with locked(side):
        try:
            (side / "new").mkdir()
            count = write_marts(database, side / "new")
            with outcome.unstopped():
                swap(side, out)
        finally:
            # Not with what is in `old`: what came there since is somebody's.
            with suppress(FileNotFoundError):
                (side / "old").rmdir()
            remove(side, "new", "gone")
    # Only now, for it may be all that there was.
    remove_what_was_left(out)
    return count


@contextmanager
def locked(side: Path) -> Iterator[None]:
    """Mark a folder as that of a running export; raises BlockingIOError where it already is."""
    handle = os.open(side, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def left_by_exports(out: Path) -> Iterator[Path]:
    """Yield what exports left that were killed, each locked; no export that is running."""
    for side in out.parent.glob(f"{glob.escape(out.name)}.new-*/"):
        with suppress(OSError), locked(side):
            yield side


def put_back_what_was_left(out: Path) -> None:
    """Put back the old export where one was killed before the new one was in its place."""
    for side in left_by_exports(out):
        new, old = side / "new", side / "old"
        if (new / MANIFEST).exists() and old.exists() and not files_of(out):
            old.rename(out)


def remove_what_was_left(out: Path) -> None:
    """Remove what exports left that were killed, and name what may be somebody's."""
    for side in left_by_exports(out):
        try:
            new, old, gone = (files_of(side / part) for part in PARTS)
            if MANIFEST not in {path.name for path in (*new, *old, *gone)}:
                raise FileExistsError(None, "holds no record of an export", side)
            refuse_what_is_not_ours(new, side / "new")
            refuse_what_is_not_ours([*old, *gone], side / "old")
            remove(side, *PARTS)
        except OSError as error:
            print(f"{error.filename}: {error.strerror}; {side} stays", file=sys.stderr)


def remove(side: Path, *folders: str) -> None:
    """Remove a folder aside, in which nothing but these is."""
    if (side / "new" / MANIFEST).exists():
        for ending in ENDINGS:
            (side / f"part.{ending}").unlink(missing_ok=True)
    files = [path for folder in folders for path in files_of(side / folder)]
    # The record goes last: what is left of this by a kill is known by it.
    for path in sorted(files, key=lambda path: path.name == MANIFEST):
        path.unlink()
    for folder in folders:
        with suppress(FileNotFoundError):
            (side / folder).rmdir()
    side.rmdir()


def write_marts(database: Path, folder: Path) -> int:
    with duckdb.connect(database, read_only=True) as connection:
        # The marts are so small that several threads take longer.
        connection.execute("set threads = 1")
        marts = connection.execute(
            "select table_name from duckdb_tables() where schema_name = 'main' order by all"
        ).fetchall()
        if not marts:
            raise duckdb.CatalogException("holds no marts")
        for (name,) in marts:
            if not re.fullmatch(r"\w+", name):
                raise duckdb.CatalogException(f"holds a table {name!r}, which is no mart")
        record(folder, manifest_of({}))
        for (mart,) in marts:
            print(f"writing {mart}", flush=True)
            for ending in ENDINGS:
                part = folder.with_name(f"part.{ending}")
                target = str(part).replace("'", "''")
                rows = without_formulas(connection, mart) if ending == "csv" else f'from "{mart}"'
                connection.execute(f"copy ({rows} order by all) to '{target}'")
                # Recorded before it is there, so that a file there is always known.
                record(folder, line_of(f"{mart}.{ending}", checksum(part)))
                part.rename(folder / f"{mart}.{ending}")
    return len(marts)


def checksum(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def manifest_of(written: dict[str, str]) -> str:
    """Return the manifest of files by their checksums."""
    lines = (line_of(name, digest) for name, digest in written.items())
    return "".join(("# Written by scripts/export.py, and replaced by it.\n", *lines))


def line_of(name: str, digest: str) -> str:
    return f"{digest}  {name}\n"


def record(folder: Path, text: str) -> None:
    """Add to the manifest in one step, so that an export killed at any moment left a whole one."""
    with outcome.naming(folder / MANIFEST), (folder / MANIFEST).open("a") as stream:
        stream.write(text)


def files_of(folder: Path) -> list[Path]:
    """Return what is in a folder; a link to one holds what is somebody else's."""
    if folder.is_symlink():
        raise FileExistsError(None, "is a link", folder)
    return list(folder.iterdir()) if folder.exists() else []


def refuse_what_is_not_ours(files: list[Path], name: Path) -> None:
    """Raise FileExistsError where a folder of that name holds what no export wrote."""
    paths = {path.name: path for path in files}
    manifest = paths.get(MANIFEST)
    text = manifest.read_text(errors="replace") if manifest and manifest.is_file() else ""
    written = {file: digest for digest, file in re.findall(r"^(\w+)  (.+)$", text, re.MULTILINE)}
    if text == manifest_of(written):
        del paths[MANIFEST]
    for file, path in paths.items():
        if file not in written or path.is_symlink() or not path.is_file():
            raise FileExistsError(None, "is no file of an export and would be lost", name / file)
        if checksum(path) != written[file]:
            raise FileExistsError(None, "was changed since and would be lost", name / file)


def swap(side: Path, out: Path) -> None:
    """Put the new export in the place of the old one; where a step fails, undo those before it."""
    new, old, gone = (side / part for part in PARTS)
    with ExitStack() as undo:

        def move(path: Path, target: Path) -> None:
            path.rename(target)
            undo.callback(target.rename, path)

        if out.exists():
            shutil.copymode(out, new)
            move(out, old)
            refuse_what_is_not_ours(files_of(old), out)
        move(new, out)
        # What cannot be moved could not be deleted either, and to move is to be undone.
        if old.exists():
            gone.mkdir()
            for path in list(old.iterdir()):
                try:
                    move(path, gone / path.name)
                except OSError as error:
                    error.filename = out / path.name
                    raise
        undo.pop_all()


def without_formulas(connection: duckdb.DuckDBPyConnection, mart: str) -> str:
    """Return the query of a mart's rows with an apostrophe before what would be a formula."""
    # Not as a parameter, for which DuckDB would load pandas.
    texts = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'main' "
        f"and table_name = '{mart}' and contains(data_type, 'VARCHAR')"
    ).fetchall()
    safe = (
        rf"""regexp_replace("{text}"::varchar, '{FORMULA}', '\1''\2', 'g') as "{text}" """
        for (text,) in texts
    )
    return f'select * replace ({", ".join(safe)}) from "{mart}"' if texts else f'from "{mart}"'


def explain(error: duckdb.Error, database: Path) -> str:
    """Return what DuckDB said of the database or of what it wrote, and the remedy."""
    said = str(error).splitlines()[0].rstrip(".")
    if "Could not write" in said:
        return f"{said}; make room there, or name another --out"
    if "newer version of DuckDB" in str(error):
        return f"{database}: {said}; update duckdb, or build it again with `make`"
    return f"{database}: {said}; build it again with `make`"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Export the marts as Parquet and CSV.")
    parser.add_argument("--db", type=Path, default=PROJECT / "image_models.duckdb")
    parser.add_argument("--out", type=Path, default=PROJECT / "exports")
    arguments = parser.parse_args(argv)
    if not arguments.db.is_file():
        print(f"{arguments.db}: no such file; build it with `make`", file=sys.stderr)
        return 1
    try:
        count = export(arguments.db, Path(os.path.realpath(arguments.out)))
    except duckdb.Error as error:
        print(explain(error, arguments.db), file=sys.stderr)
        return 1
    except OSError as error:
        where = error.filename or arguments.out
        print(f"{where}: {error.strerror}; name another --out", file=sys.stderr)
        return 1
    print(f"wrote {count} marts to {arguments.out}")
    return 0


if __name__ == "__main__":
    outcome.run(main)
