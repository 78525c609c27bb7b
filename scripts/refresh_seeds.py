"""Turn the CSV files of timm's results/ folder into the seeds in seeds/timm.

    python scripts/refresh_seeds.py
    python scripts/refresh_seeds.py --results DIR --snapshot 2026-01-06 --commit 90cae8c5
    python scripts/refresh_seeds.py --model-cards FILE
    python scripts/refresh_seeds.py --history
    python scripts/refresh_seeds.py --own FILE --device "Jetson Orin"
    python scripts/refresh_seeds.py --forget "Jetson Orin"

The first form clones timm's repository and takes results/ as the last commit left it that
changed a figure there, with its date. Figures are copied as upstream wrote them; only the
thousands separators of parameter counts and the ".0" of whole numbers go. The third takes
what read_model_cards.py wrote, alone or together with --results. --history adds the earlier
states of the imagenet results that are far enough from those in the seeds.

The last two are about your own hardware: what measure.py or timm's benchmark.py wrote goes
beside the seed own_benchmarks, where the build finds it and git passes over it.

DuckDB reads, checks, merges and writes, by the SQL in scripts/importer. Upstream's files
and the seeds that they are added to go the same way, past the same rules (rules.csv).
Python keeps the folders, the clone, the lock and the swap.

Nothing is written unless every file is valid. Exit code 0: done; 1: an input was
refused or a file could not be written; 2: wrong arguments; 130: interrupted.
"""

import sys

# Where Python was told not to look there by itself.
sys.path.insert(0, __file__.rpartition("/")[0])

import outcome

import argparse
import csv
import errno
import fcntl
import functools
import hashlib
import math
import os
import re
import shutil
import subprocess
import tempfile
import unicodedata
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import NamedTuple

import duckdb
import yaml

PROJECT = Path(__file__).resolve().parent.parent
SEEDS_DIR = PROJECT / "seeds" / "timm"
REFERENCE = PROJECT / "seeds" / "reference"
STEPS = PROJECT / "scripts" / "importer"
REPOSITORY = "https://github.com/huggingface/pytorch-image-models.git"
# Name and day of each commit that changed files. A branch counts from the day it was merged, as it
# was merged.
DATED = ("log", "--first-parent", "--format=%H %cd", "--date=format-local:%Y-%m-%d")
HISTORY_FILES = ("results-all.csv", "results-imagenet.csv")  # the newer name last, as git lists
OWN = "own"  # the folder beside the seeds for what the user measured
OWN_FILES = "*benchmark*.csv"  # of that folder, as the build loads it; its seed is one of them
UNFINISHED = "unfinished_import"  # the folder of seeds that are still to be put in place

LARGEST_FILE = 200_000_000  # bytes
# So that no setting of the user's changes the files or what git prints; the proxies stay.
GIT_SETTINGS = (
    *("core.autocrlf=false", f"core.attributesFile={os.devnull}", "init.templateDir="),
    *(f"core.hooksPath={os.devnull}", "log.showSignature=false"),
)
GIT_ENVIRONMENT = {"GIT_TERMINAL_PROMPT": "0", "GIT_ATTR_NOSYSTEM": "1", "TZ": "UTC"}
# How files begin that are no plain text; UTF-16 and UTF-32 also without their mark.
NO_TEXT = {
    **{rb"\x1f\x8b": "gzip", rb"PK": "zip", rb"BZh": "bzip2", rb"\xfd7zXZ": "xz"},
    **{rb"\x28\xb5\x2f\xfd": "zstd", rb"7z\xbc\xaf": "7z"},
    rb"\xff\xfe\0\0|\0\0|[^\0]\0\0\0": "UTF-32",
    rb"\xff\xfe|\xfe\xff|.{0,3}\0": "UTF-16",
}
FAULTS_SHOWN = 5  # of a file

# The views that the rules are about. A fault of a lower level explains those of a higher one.
LEVELS = {"file": 1, "header": 2, "line": 3, "cell": 3, "source": 4}
# How a cell becomes a seed's, by the type of the seed's column.
CASTS = {
    **{"varchar": "nullif({}, '')", "date": "{}", "boolean": "{}"},
    **{"integer": "as_number({})::integer", "double": "plain({})"},
}


Connection = duckdb.DuckDBPyConnection
Say = Callable[[str], None]


class RefusedInput(Exception):
    """An input that cannot be imported; the message says where, what and the remedy."""


# --- files --------------------------------------------------------------------------


def shown(text: object) -> str:
    """Return a text as it is, or escaped where it could steer a terminal."""
    return str(text) if str(text).isprintable() else ascii(str(text))


def choose_files(results: Path, say: Say) -> list[Path]:
    """Return the CSV files of a results/ folder to be read, and say which are not."""
    if not results.is_dir():
        raise RefusedInput(f"{shown(results)}: no such folder; name timm's results/ folder")
    chosen = []
    for path in sorted(results.iterdir()):
        name = path.name.lower()
        if re.fullmatch(r"model_benchmark_.*\.csv", name):
            say(f"{shown(path.name)}: not used, its name says neither torch nor CUDA")
        elif re.fullmatch(r"model_metadata[-_](?!in1k\.).*\.csv", name):
            say(f"{shown(path.name)}: not used, it is not of ImageNet-1k")
        elif name.endswith(".csv"):
            chosen.append(path)
        elif ".csv" in name:
            say(f"{shown(path.name)}: not read, for it is no .csv; unpack it if it should be")
    if all(path.name.startswith("model_metadata") for path in chosen):
        raise RefusedInput(f"{shown(results)}: no results or benchmark CSV; name timm's results/")
    return chosen


def letters_of(name: str) -> str:
    """Return the letters and digits of a name: names that agree in them are the same."""
    plain = unicodedata.normalize("NFKC", name).casefold()
    return "".join(letter for letter in plain if letter.isalnum())


def read_file(path: Path) -> tuple[str, str]:
    """Return SHA-256 and text of a file; raises RefusedInput, leaving out the path."""
    if not path.name.isprintable():
        raise RefusedInput("a file name that cannot be printed; move the file out of the folder")
    if not path.exists() and not path.is_symlink():
        raise RefusedInput("no such file; name one that is there")
    if not path.is_file():
        kind = "folder" if path.is_dir() else "pipe or device" if path.exists() else "dead link"
        raise RefusedInput(f"a {kind} and no file; move it out of the folder")
    if path.stat().st_size > LARGEST_FILE:
        raise RefusedInput(f"larger than {LARGEST_FILE:,} bytes; move it out of the folder")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RefusedInput(f"cannot be read ({error.strerror}); mend it or move it out") from None
    for start, form in NO_TEXT.items():
        if re.match(start, content, re.DOTALL):
            raise RefusedInput(f"this is {form}; save the file as plain text in UTF-8")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = error.start - content.rfind(b"\n", 0, error.start)
        bad = content[error.start : error.end]
        raise RefusedInput(
            f"line {line}, byte {byte}: {bad!r} is not valid UTF-8; save the file as UTF-8"
        ) from None
    if text.startswith("\ufeff"):
        raise RefusedInput("begins with two byte order marks; save the file with one or none")
    return hashlib.sha256(content).hexdigest(), text


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Keep other imports away from the folder; raises RefusedInput while one is at it."""
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise RefusedInput(f"{folder}: another import is writing here; run again later") from None
    finally:
        os.close(handle)


def put_in_place(folder: Path) -> None:
    """Move the seeds of an import that has come so far to where they belong."""
    for path in sorted((folder / UNFINISHED).iterdir()):
        path.replace(folder / path.stem)
    (folder / UNFINISHED).rmdir()


def write_seeds(con: Connection, folder: Path) -> None:
    """Write the seeds aside, and when all are whole put them in place."""
    staged = folder / ".staged_import"
    shutil.rmtree(staged, ignore_errors=True)
    staged.mkdir()
    try:
        for seed in read_seed_columns():
            path, seed_path = staged / f"{seed}.csv.new", folder / f"{seed}.csv"
            quoted = str(path).replace("'", "''")
            con.execute(f"copy {seed} to '{quoted}' (format csv, header)")
            with path.open("rb") as stream:
                os.fsync(stream.fileno())
            if seed_path.exists() and not os.access(seed_path, os.W_OK):
                raise RefusedInput(f"{seed_path}: write-protected; permit to write it")
        # From here on the import counts: what stops it now, the next import finishes.
        staged.replace(folder / UNFINISHED)
    finally:
        shutil.rmtree(staged, ignore_errors=True)
    put_in_place(folder)


# --- the steps in DuckDB ------------------------------------------------------------


@functools.cache
def read_yaml(path: Path) -> dict:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def read_csv(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))


def read_seed_columns(path: Path = SEEDS_DIR / "_timm__seeds.yml") -> dict[str, dict[str, str]]:
    """Return the columns of each seed with their types, the key first."""
    seeds = read_yaml(path)["seeds"]
    return {seed["name"]: seed["config"]["column_types"] for seed in seeds}


def read_vars() -> dict[str, object]:
    return read_yaml(PROJECT / "dbt_project.yml")["vars"]


def select_cells(types: dict[str, str]) -> str:
    """Return the SQL that makes a seed's columns of the cells of a record."""
    return ", ".join(
        CASTS[kind].format(f"cell_of(names, cells, '{column}')") + f" as {column}"
        for column, kind in types.items()
    )


def run_step(con: Connection, step: str) -> None:
    con.execute((STEPS / f"{step}.sql").read_text(encoding="utf-8"))


def set_up(con: Connection, **settings: object) -> None:
    """Give the steps their settings: also dbt's vars, the reference words, the columns."""
    seeds = {seed: " ".join(types) for seed, types in read_seed_columns().items()}
    layouts = read_yaml(STEPS / "columns.yml")["kinds"] | seeds
    words = {
        seed: [next(iter(row.values())) for row in read_csv(REFERENCE / f"{seed}.csv")]
        for seed in ("test_sets", "device_keys", "tag_tokens", "pretraining_datasets")
    }
    settings |= {"kinds": list(layouts), "layouts": list(layouts.values()), **words}
    names = [list(row.values())[:4] for row in read_csv(REFERENCE / "device_keys.csv")]
    settings["published_devices"] = [
        letters_of(name) for row in names for name in (*row, " ".join(row))
    ]
    anchors = read_csv(REFERENCE / "anchors.csv")
    settings["anchors"] = [f"{row['architecture']} {row['img_size']}" for row in anchors]
    for name, value in (settings | read_vars()).items():
        con.execute(f"set variable {name} = ?", [value])
    con.execute(
        "create table inputs (origin text, file text, sha256 text, text text);"
        "create table faults (level int, origin text, file text, line int, spelled text,"
        " value text, says text)"
    )


def read_files(con: Connection, origin: str, paths: list[Path]) -> None:
    for path in paths:
        name = shown(path.name)
        try:
            con.execute("insert into inputs values (?, ?, ?, ?)", [origin, name, *read_file(path)])
        except RefusedInput as fault:
            values = [0, origin, name, None, None, None, str(fault)]
            con.execute("insert into faults values (?, ?, ?, ?, ?, ?, ?)", values)


def apply_rules(con: Connection) -> None:
    """Add to the faults each row of a view that breaks a rule, with the first that it breaks."""
    groups = read_yaml(STEPS / "columns.yml")["groups"]
    rules = read_csv(STEPS / "rules.csv")
    for view, level in LEVELS.items():
        cases = ""
        for rule in (rule for rule in rules if rule["view"] == view):
            columns = groups.get(rule["columns"], rule["columns"]).split()
            scope = f"name in {columns} and " if columns else ""
            # What stands in braces is SQL.
            says = re.sub(r"{(.+?)}", r"', \1, '", f"{rule['problem']}; {rule['remedy']}")
            cases += f" when {scope}({rule['fault']}) then concat('{says}')"
        con.execute(
            f"insert into faults select {level}, origin, file, line, spelled, value,"
            f" case{cases} end as says from {view} where says is not null"
        )


def describe_faults(con: Connection, folders: dict[str, Path]) -> list[str]:
    """Return a line for each fault, the first few of each file."""
    faults = con.execute("from gravest_faults order by all").fetchall()
    lines = []
    for origin, file, line, spelled, value, says, number, found in faults:
        where = str(folders[origin] / file)
        where += f", line {line}" if line else ""
        where += f", column {spelled}" if spelled else ""
        what = says if value is None else f"{value[:80]!a} {says}"
        what += "; this is a seed: restore it from git" if origin == "old" else ""
        what += f" ({found - number} more)" if number == FAULTS_SHOWN < found else ""
        if number <= FAULTS_SHOWN:
            lines.append(shown(f"{where}: {what}"))
    return lines


def make_seeds(con: Connection) -> list[str]:
    """Make a table of each seed; return a line of Markdown for each on what changes."""
    run_step(con, "seeds")
    changes = []
    for seed, types in read_seed_columns().items():
        rows = f"select {select_cells(types)} from records {{}} where seed = '{seed}'"
        con.execute(
            f"create view old_{seed} as {rows.format('')} and origin = 'old';"
            f"create table {seed} as {rows.format('semi join kept using (origin, source)')}"
            " order by all"
        )
        total, added, removed = con.execute(
            f"select (select count(*) from {seed}),"
            f" (select count(*) from (from {seed} except from old_{seed})),"
            f" (select count(*) from (from old_{seed} except from {seed}))"
        ).fetchone()
        changes.append(f"- {seed}.csv: {total:,} rows ({added:,} added, {removed:,} removed)")
    return changes


def import_files(
    con: Connection, results: Path | None, cards: Path | None, seeds: Path, say: Say
) -> list[str]:
    """Make the seeds' tables of what is given; return what came, as lines of Markdown."""
    folders = {"old": seeds}
    if results:
        folders["new"] = results
        read_files(con, "new", choose_files(results, say))
    if cards:
        folders["cards"] = cards.parent
        read_files(con, "cards", [cards])
    paths = [seeds / f"{seed}.csv" for seed in read_seed_columns()]
    read_files(con, "old", [path for path in paths if os.path.lexists(path)])
    run_step(con, "read")
    apply_rules(con)
    if faults := describe_faults(con, folders):
        raise RefusedInput("\n".join(faults))
    changes = make_seeds(con)
    run_step(con, "report")
    for (note,) in con.execute("select note from notes order by all").fetchall():
        say(shown(note))
    came = con.execute("select line from summary order by place").fetchall()
    return [line for (line,) in came] + changes


# --- the user's own files -------------------------------------------------------------


def import_own(arguments: argparse.Namespace, say: Say) -> None:
    """Check a file as upstream's are, and write its figures to the folder of own ones."""
    path, device, seeds = arguments.own, arguments.device.strip(), arguments.seeds
    types = read_seed_columns(PROJECT / "seeds" / OWN / "_own__seeds.yml")["own_benchmarks"]
    folder = seeds.parent / OWN
    with open_seeds(seeds, say), lock(folder), duckdb.connect() as con:
        if path.resolve().parent == folder.resolve():
            raise RefusedInput(f"{shown(path)}: is taken in already; give what was measured")
        words = [letters_of(word) for word in re.split(r"[\W_]+", device)]
        asked = {"device_letters": "".join(words), "device_words": f"%{'%'.join(words)}%"}
        set_up(con, **allowed(arguments), **asked, snapshot=None, device=device)
        read_files(con, "own", [path])
        # What timm timed tells a slip and a copy.
        published = [seeds / f"{seed}.csv" for seed in read_seed_columns() if "bench" in seed]
        read_files(con, "old", [seed for seed in published if seed.exists()])
        run_step(con, "read")
        apply_rules(con)
        if faults := describe_faults(con, {"own": path.parent, "old": seeds}):
            raise RefusedInput("\n".join(faults))
        (sha256,) = con.execute("select sha256 from inputs where origin = 'own'").fetchone()
        own_file, instead = folder / path.name, ""
        for other in own_files(folder):
            if other.path == own_file and other.device == device:
                instead = " in place of what was there"
            elif fault := clash(other, path, device, sha256):
                raise RefusedInput(shown(fault))
        con.execute("delete from records where origin <> 'own'")
        stated = {
            "device_name": device,
            "snapshot": datetime.now(UTC).date().isoformat(),
            "upstream_file": path.name,
            "sha256": sha256,
        }
        for name, value in stated.items():
            con.execute(
                "update records set names = [?] || names, cells = [?] || cells", [name, value]
            )
        side_file = folder / f".{path.name}.new"
        quoted = str(side_file).replace("'", "''")
        try:
            con.execute(
                f"copy (select {select_cells(types)} from records where not is_blank order by all)"
                f" to '{quoted}' (format csv, header)"
            )
            side_file.replace(own_file)
        finally:
            side_file.unlink(missing_ok=True)
        found, all_of_them, enough = con.execute(
            "select anchors, len(getvariable('anchors')), getvariable('enough_anchors') from source"
        ).fetchone()
    say(f"{device}: taken in as {own_file}{instead}, with {found} of the {all_of_them} anchors")
    if found < enough:
        say(f"With {enough} of them or more predictions are better: measure the others too.")
    say("Build to have it predicted: make, or dbt build")


class OwnFile(NamedTuple):
    """A file of an own device, with the name that it was given."""

    path: Path
    device: str
    sha256: str


def own_files(folder: Path) -> list[OwnFile]:
    files = []
    for path in sorted(folder.glob(OWN_FILES)):
        if path.name == "own_benchmarks.csv":
            continue
        try:
            row = next(csv.DictReader(read_file(path)[1].splitlines()), {})
        except RefusedInput as fault:
            raise RefusedInput(f"{shown(path)}: {fault}") from None
        except csv.Error as error:
            raise RefusedInput(f"{shown(path)}: {error}; move it out of the folder") from None
        files.append(OwnFile(path, row.get("device_name") or "?", row.get("sha256") or "?"))
    return files


def key_of(path: Path) -> str:
    """Return letters and digits of the device's key in a file's name."""
    run = re.fullmatch(read_vars()["run_grammar"], path.stem.removeprefix("benchmark-"))
    return letters_of(run[6]) if run else ""


def clash(other: OwnFile, path: Path, device: str, sha256: str) -> str | None:
    """Return what is wrong with a file or its device's name beside another file."""
    name, is_same_device = other.path.name, key_of(other.path) == key_of(path)
    if letters_of(other.device) == letters_of(device) and not is_same_device:
        return f"{device}: is the name of {name} already; give another"
    if is_same_device and other.device != device:
        return f"{device}: is called {other.device} in {name}; give that name, or forget it first"
    if letters_of(other.path.stem) == letters_of(path.stem):
        return f"{path}: is {name} in another spelling; rename it to that"
    if other.sha256 == sha256:
        return f"{path}: holds the same as {name}; give the file that belongs to its name"
    return None


def forget(device: str, folder: Path, say: Say) -> None:
    """Delete the own files of a device, by the name that it was given or the key in its files."""
    letters = letters_of(device)
    with lock(folder):
        files = own_files(folder)
        # The name first: it may be the key of another device.
        found = [path for path, name, _ in files if letters_of(name) == letters]
        found = found or [path for path, _, _ in files if key_of(path) == letters]
        for path, name, _ in files:
            if path in found:
                path.unlink()
            else:
                say(f"kept: {shown(name)} ({path.name})")
    if not found:
        others = "see those above" if files else "none is left"
        raise RefusedInput(f"{shown(device[:80])}: no device of your own by that name; {others}")
    for path in found:
        say(f"forgotten: {path}")


# --- timm's repository --------------------------------------------------------------


def git(*arguments: str, at: str | Path = ".") -> str:
    """Run git and return what it prints, in the environment of no other repository."""
    settings = [part for setting in GIT_SETTINGS for part in ("-c", setting)]
    command = ["git", "-C", str(at), *settings, *arguments]
    environment = os.environ | GIT_ENVIRONMENT
    try:
        # A hook that runs the importer hands on its own repository.
        its_own = subprocess.check_output(["git", "rev-parse", "--local-env-vars"], text=True)
        for name in its_own.split():
            environment.pop(name, None)
        return subprocess.check_output(command, env=environment, text=True).strip()
    except FileNotFoundError:
        raise RefusedInput("git: not found; install it, or give --results") from None
    except subprocess.CalledProcessError as error:
        folder = Path(tempfile.gettempdir())
        room = shutil.disk_usage(folder).free / 1e6
        raise RefusedInput(
            f"git {arguments[0]} failed with exit code {error.returncode}, with {room:,.0f} MB of "
            f"room on the disk at {disk_of(folder)}; make room there (TMPDIR says where), "
            "check the network, or give --results"
        ) from None


def clone(repository: str, folder: Path) -> None:
    """Clone the main branch of the repository, whole: 30 MB, and no shallow one has the dates.

    What a clone without its files lacks git fetches one by one, and of a shallow one without end.
    """
    options = ("--no-checkout", "--single-branch", "--no-tags", "--reject-shallow", "--progress")
    git("clone", *options, "--", repository, str(folder))


def check_out(clone: Path, commit: str, path: str) -> Path:
    """Return a results/ folder with the files of the commit that are at the path alone."""
    folder = clone.with_name(commit)
    folder.mkdir()
    git(f"--work-tree={folder}", "checkout", commit, "--", path, at=clone)
    return folder / "results"


def clone_newest(repository: str, folder: Path) -> tuple[Path, date, str]:
    """Clone results/ as the last commit left it that changed it; return path, UTC date, SHA."""
    clone(repository, folder)
    newest = git(*DATED, "-1", "--", "results/*.csv", at=folder)
    if not newest:
        raise RefusedInput(f"{repository}: no CSV in results/; name timm's")
    commit, day = newest.split()
    return check_out(folder, commit, "results"), date.fromisoformat(day), commit


class State(NamedTuple):
    """Upstream's results of imagenet as a commit left them."""

    snapshot: date
    commit: str
    path: str
    content: str  # the name of the blob


def clone_history(repository: str, folder: Path) -> list[State]:
    """Clone the repository; return the states of its main branch.

    Oldest first, of each day the last. What was taken back is none: a file that returns to what
    it was before undoes all states in between.
    """
    clone(repository, folder)
    paths = [f"results/{name}" for name in HISTORY_FILES]
    standing = []
    for line in git(*DATED, "--reverse", "--", *paths, at=folder).splitlines():
        commit, day = line.split()
        if files := git("ls-tree", commit, *paths, at=folder).splitlines():
            content, path = files[-1].split()[2:]
            contents = [state.content for state in standing]
            if content in contents:
                del standing[contents.index(content) + 1 :]
            else:
                standing.append(State(date.fromisoformat(day), commit, path, content))
    of_each_day = {state.snapshot: state for state in standing}
    return [of_each_day[day] for day in sorted(of_each_day)]


# --- the command --------------------------------------------------------------------


def parse_arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Import timm's results and model cards as seeds. With neither, clone timm's."
    )
    add = parser.add_argument
    add("--results", type=Path, metavar="DIR", help="timm's results/ folder")
    add("--snapshot", type=date.fromisoformat, metavar="YYYY-MM-DD", help="its commit's date")
    add("--commit", metavar="SHA", help="its commit")
    add("--model-cards", type=Path, metavar="FILE", help="what read_model_cards.py wrote")
    add("--history", action="store_true", help="add earlier states of the imagenet results")
    add("--own", type=Path, metavar="FILE", help="what measure.py wrote on your own hardware")
    add("--device", metavar="NAME", help="what to call that hardware")
    add("--forget", metavar="NAME", help="the device of your own whose files to delete")
    add("--repository", default=REPOSITORY, help="what to clone (%(default)s)")
    add("--seeds", type=Path, default=SEEDS_DIR, help="where the seeds are")
    add("--summary", type=Path, metavar="FILE", help="where to write what came, as Markdown")
    add("--allow-fewer-rows", action="store_true", help="import what lost over a tenth of them")
    other_figures = "import figures that disagree with those of other files"
    add("--allow-other-figures", action="store_true", help=other_figures)
    arguments = parser.parse_args(argv)
    if len({bool(arguments.results), bool(arguments.snapshot), bool(arguments.commit)}) > 1:
        parser.error("--results, --snapshot and --commit go together: give all three or none")
    if arguments.history and (arguments.results or arguments.model_cards):
        parser.error("--history goes with neither --results nor --model-cards")
    if arguments.commit and not re.fullmatch(r"[0-9a-f]{7,40}", arguments.commit):
        parser.error(f"--commit {arguments.commit!r} is not 7 to 40 hex digits")
    if bool(arguments.own) != bool(arguments.device):
        parser.error("--own and --device go together: the file, and what to call the hardware")
    if arguments.device and not arguments.device.isprintable():
        parser.error(f"--device {arguments.device!a} is no name that can be printed")
    if arguments.forget is not None and not letters_of(arguments.forget):
        parser.error("--forget is given no name; give that of a device of your own")
    published = arguments.results or arguments.model_cards or arguments.history
    if bool(published) + bool(arguments.own) + bool(arguments.forget) > 1:
        parser.error("--own, --forget and timm's figures are taken one at a time")
    return arguments


@contextmanager
def open_seeds(folder: Path, say: Say) -> Iterator[None]:
    """Lock the seeds, and finish what an import before left undone."""
    with lock(folder):
        if (folder / UNFINISHED).is_dir():
            put_in_place(folder)
            say("finished the last import, which had been stopped")
        yield


def report(summary: str, path: Path | None, say: Say) -> None:
    say(f"\n{summary}")
    if path:
        path.write_text(f"{summary}\n", encoding="utf-8")


def allowed(arguments: argparse.Namespace) -> dict[str, bool]:
    return {
        "fewer_rows": arguments.allow_fewer_rows,
        "other_figures": arguments.allow_other_figures,
    }


def check_date(snapshot: date) -> None:
    if snapshot > datetime.now(UTC).date():
        raise RefusedInput(f"snapshot {snapshot}: is in the future; correct it, or the clock")


def refresh(arguments: argparse.Namespace, say: Say) -> None:
    results, snapshot, commit = arguments.results, arguments.snapshot, arguments.commit
    cards = arguments.model_cards
    with tempfile.TemporaryDirectory(prefix="timm-") as folder:
        if not results and not cards:
            say(f"cloning {arguments.repository}")
            results, snapshot, commit = clone_newest(arguments.repository, Path(folder, "timm"))
        if results:
            check_date(snapshot)
            say(f"importing snapshot {snapshot} (commit {commit}) from {shown(results)}")
        if cards:
            say(f"importing model cards from {shown(cards)}")
        with open_seeds(arguments.seeds, say), duckdb.connect() as con:
            set_up(con, **allowed(arguments), snapshot=snapshot, commit=commit)
            came = import_files(con, results, cards, arguments.seeds, say)
            head = f"results of {snapshot}\n\nCommit {commit}." if results else "model cards"
            report(f"## timm's {head}\n\n" + "\n".join(came), arguments.summary, say)
            write_seeds(con, arguments.seeds)


def rewrite_seeds(source: Path, target: Path) -> set[date]:
    """Write the seeds of one folder to another; return which snapshots of imagenet they have."""
    with duckdb.connect() as con:
        set_up(con, snapshot=None, commit=None)
        import_files(con, None, None, source, say=lambda note: None)
        write_seeds(con, target)
        query = "select snapshot::date from result_files where test_set = 'imagenet'"
        return {snapshot for (snapshot,) in con.execute(query).fetchall()}


def import_state(state: State, results: Path, seeds: Path, arguments: argparse.Namespace) -> None:
    """Add a state to the seeds, whatever else they hold."""
    check_date(state.snapshot)
    with duckdb.connect() as con:
        set_up(con, **allowed(arguments), snapshot=state.snapshot, commit=state.commit)
        import_files(con, results, None, seeds, say=lambda note: None)
        write_seeds(con, seeds)


def refresh_history(arguments: argparse.Namespace, say: Say) -> None:
    """Add earlier states to a copy of the seeds, one by one, and put that in place.

    None is newer than the newest snapshot: it would come without its other test sets. What is
    wrong with a state cannot be mended any more: it is said, and the next one taken.
    """
    with tempfile.TemporaryDirectory(prefix="timm-") as folder, open_seeds(arguments.seeds, say):
        timm, seeds = Path(folder, "timm"), Path(folder, "seeds")
        seeds.mkdir()
        held = rewrite_seeds(arguments.seeds, seeds)
        newest = max(held, default=date.max)
        say(f"cloning the history of {arguments.repository}")
        states = clone_history(arguments.repository, timm)
        if not states:
            raise RefusedInput(f"{arguments.repository}: no results of imagenet; name timm's")
        added = []
        for state in states:
            distances = [abs(state.snapshot - day).days for day in (*held, *added)]
            if state.snapshot > newest:
                say(f"snapshot {state.snapshot}: newer than the seeds; import it without --history")
            elif min(distances, default=math.inf) >= read_vars()["snapshot_spacing"]:
                say(f"importing snapshot {state.snapshot} (commit {state.commit})")
                try:
                    results = check_out(timm, state.commit, state.path)
                    import_state(state, results, seeds, arguments)
                    added.append(state.snapshot)
                except RefusedInput as fault:
                    say(f"snapshot {state.snapshot}: passed over\n{fault}")
        names = "".join(f", `{snapshot}`" for snapshot in added)
        summary = f"## timm's history\n\n- New snapshots of imagenet: {len(added)}{names}"
        report(summary, arguments.summary, say)
        rewrite_seeds(seeds, arguments.seeds)


def disk_of(path: Path) -> Path:
    """Return where the disk is mounted that a path is on."""
    return next(place for place in (path, *path.resolve().parents) if place.is_mount())


def explain(error: Exception, folder: Path) -> str:
    """Return one line on an error of the system or of DuckDB; a full disk is named."""
    reason, is_full = str(error).splitlines()[0], "No space left" in str(error)
    if isinstance(error, OSError):
        folder = Path(error.filename2 or error.filename or folder)
        reason = f"{folder}: {error.strerror}"
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
    if is_full:
        return f"{reason}; make room on the disk at {disk_of(folder)} and run again"
    return f"{reason}; mend that and run again"


def what_became(folder: Path) -> str:
    is_half = (folder / UNFINISHED).is_dir()
    return "The next import finishes this one" if is_half else "Nothing was written"


def main(argv: list[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    outcome.so_far = lambda: f"{what_became(arguments.seeds)}: "
    try:
        say = functools.partial(print, flush=True)
        if arguments.own:
            import_own(arguments, say)
        elif arguments.forget:
            forget(arguments.forget, arguments.seeds.parent / OWN, say)
        else:
            update = refresh_history if arguments.history else refresh
            update(arguments, say)
        return 0
    except RefusedInput as refusal:
        reason = str(refusal)
    except (OSError, duckdb.Error) as error:
        reason = explain(error, arguments.seeds)
    print(f"{reason}\n{what_became(arguments.seeds)}.", file=sys.stderr)
    return 1


if __name__ == "__main__":
    outcome.run(main)
