"""Turn the CSV files of timm's results/ folder into the seeds in seeds/timm.

    python scripts/refresh_seeds.py
    python scripts/refresh_seeds.py --results DIR --snapshot 2026-01-06 --commit 90cae8c5

The first form clones timm's repository (shallow, results/ only) and takes date and
commit from git. Figures are copied as upstream wrote them; only thousands separators
and the ".0" of whole numbers go. A snapshot that the seeds already hold is replaced,
the others stay. A run belongs to the newest snapshot that has its file.

Nothing is written unless every file is valid. Exit code 0: done; 1: an input was
refused or a file could not be written; 2: wrong arguments.
"""

from __future__ import annotations

import argparse
import csv
import fcntl
import hashlib
import io
import math
import os
import re
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

SEEDS_DIR = Path(__file__).resolve().parent.parent / "seeds" / "timm"
REPOSITORY = "https://github.com/huggingface/pytorch-image-models.git"

RESULTS_NAME = re.compile(
    r"results-(?P<test_set>imagenet|imagenet-real|imagenetv2-matched-frequency|sketch"
    r"|imagenet-a|imagenet-a-clean|imagenet-r|imagenet-r-clean)\.csv"
)
BENCHMARK_NAME = re.compile(
    r"benchmark-(?P<run>(?P<phase>infer|train)-(amp_bf16|amp|fp32|bf16)-(nchw|nhwc)"
    r"-pt[0-9]{3}-(cu[0-9]{3}|cpu)-[a-z0-9_]+(-dynamo)?)\.csv"
)
UNUSED_NAME = re.compile(r"model_metadata-[a-z0-9]+\.csv")

Row = tuple[str, ...]
Seeds = dict[str, list[Row]]


class RefusedInput(Exception):
    """An input that cannot be imported; the message says where, what and the remedy."""


# --- one cell -----------------------------------------------------------------------
# A reader takes upstream's text and returns ours, or raises ValueError("problem; remedy").

PLAIN_NUMBER = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
GROUPED_NUMBER = re.compile(r"[+-]?[0-9]{1,3}(,[0-9]{3})+(\.[0-9]+)?")
SMALLEST, LARGEST = 1e-6, 1e12  # of a plausible figure; 1 / figure stays finite
LARGEST_INTEGER = 2**31 - 1


def read_text(text: str) -> str:
    if not text.strip():
        raise ValueError("is blank; fill it in or remove the row")
    if text != text.strip():
        raise ValueError("has spaces around it; remove them")
    if any(ord(character) < 32 or ord(character) == 127 for character in text):
        raise ValueError("has a control character; remove it")
    return text


def read_model(text: str) -> str:
    if text.startswith(".") or text.endswith("."):
        raise ValueError("lacks the name before or after the dot; complete it")
    return read_text(text)


def read_interpolation(text: str) -> str:
    if text not in ("bicubic", "bilinear"):
        raise ValueError("is neither bicubic nor bilinear; correct it")
    return text


def read_date(text: str) -> str:
    try:
        if not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", text):
            raise ValueError
        return date.fromisoformat(text).isoformat()
    except ValueError:
        raise ValueError("is not a date; give one such as 2026-01-06") from None


def read_number(text: str) -> str:
    if not text.strip():
        raise ValueError("is blank; give a number")
    if GROUPED_NUMBER.fullmatch(text):
        text = text.replace(",", "")
    if not PLAIN_NUMBER.fullmatch(text) or not math.isfinite(float(text)):
        raise ValueError("is not a number; give a plain decimal such as 81.25")
    if float(text) < 0:
        raise ValueError("is negative; give a number of 0 or more")
    if float(text) > LARGEST:
        raise ValueError("is implausibly large; correct it")
    return text


def read_optional_number(text: str) -> str:
    return read_number(text) if text else ""


def read_positive(text: str) -> str:
    number = read_number(text)
    if float(number) == 0:
        raise ValueError("is zero; give a number greater than 0")
    if float(number) < SMALLEST:
        raise ValueError("is implausibly small; correct it")
    return number


def read_percent(text: str) -> str:
    number = read_number(text)
    if float(number) > 100:
        raise ValueError("is over 100; give a percentage from 0 to 100")
    return number


def read_crop(text: str) -> str:
    number = read_positive(text)
    if float(number) > 2:
        raise ValueError("is over 2; give a share such as 0.875")
    return number


def read_count(text: str) -> str:
    number = float(read_positive(text))
    if not number.is_integer() or number > LARGEST_INTEGER:
        raise ValueError("is not a whole number in range; give one such as 224")
    return str(int(number))


READERS = {
    "snapshot": read_date,
    "test_set": read_text,
    "run": read_text,
    "model": read_model,
    "img_size": read_count,
    "top1": read_percent,
    "top1_err": read_percent,
    "top5": read_percent,
    "top5_err": read_percent,
    "param_count": read_positive,
    "crop_pct": read_crop,
    "interpolation": read_interpolation,
    "samples_per_sec": read_positive,
    "step_time": read_positive,
    "batch_size": read_count,
    "gmacs": read_optional_number,
    "macts": read_optional_number,
    "upstream_file": read_text,
    "upstream_commit": read_text,
    "upstream_rows": read_count,
    "sha256": read_text,
}


def read_cell(path: Path, line: int, column: str, name: str, text: str) -> str:
    """Return our text for a cell of our column name; raises RefusedInput."""
    try:
        return READERS[name](text)
    except ValueError as problem:
        raise RefusedInput(
            f"{path}, line {line}, column {column}: {text[:60]!r} {problem}"
        ) from None


# --- one upstream file --------------------------------------------------------------


@dataclass(frozen=True)
class Layout:
    """The columns of one kind of upstream file: {upstream's name: ours}."""

    required: dict[str, str]
    optional: dict[str, str]
    ignored: frozenset[str] = frozenset()
    """Upstream's own derivations, partly wrong: recomputed in SQL, never imported."""
    measured: tuple[str, ...] = ()
    """Upstream's columns that are all blank in a row which it could not measure."""


RESULTS_COLUMNS = ("model", "img_size", "top1", "top1_err", "top5", "top5_err")
RESULTS_COLUMNS += ("param_count", "crop_pct", "interpolation")
RESULTS_LAYOUT = Layout(
    required={column: column for column in RESULTS_COLUMNS},
    optional={},
    ignored=frozenset({"top1_diff", "top5_diff", "rank_diff"}),
)


def benchmark_layout(phase: str) -> Layout:
    speed = {f"{phase}_{name}": name for name in ("samples_per_sec", "step_time", "batch_size")}
    work = {f"{phase}_{name}": name for name in ("gmacs", "macts")}
    names = {"model": "model", f"{phase}_img_size": "img_size", "param_count": "param_count"}
    return Layout(
        required={**names, **speed},
        optional=work if phase == "infer" else {},
        measured=tuple(speed),
    )


BENCHMARK_LAYOUTS = {phase: benchmark_layout(phase) for phase in ("infer", "train")}


def decode(path: Path, content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        raise RefusedInput(
            f"{path}, line {line}, byte {column}: {content[error.start : error.end]!r} "
            "is not valid UTF-8; save the file as UTF-8"
        ) from None
    if not text.strip():
        raise RefusedInput(f"{path}, line 1: the file is empty; fetch it again")
    if not text.endswith(("\n", "\r")):
        lines = text.splitlines()
        raise RefusedInput(
            f"{path}, line {len(lines)}: the last line {lines[-1][-60:]!r} has no line "
            "end, so it may be cut off; fetch the file again, or end the line if it is whole"
        )
    return text


def check_header(path: Path, header: list[str], layout: Layout) -> None:
    found = ",".join(header)[:60]
    if len(header) == 1 and re.search(r"[;\t|]", found):
        raise RefusedInput(
            f"{path}, line 1: the header {found!r} has no commas; "
            "save the file with commas between its columns"
        )
    known = {*layout.required, *layout.optional, *layout.ignored}
    for column in layout.required:
        if column not in header:
            raise RefusedInput(
                f"{path}, line 1, column {column}: missing from the header {found!r}; "
                "add it, or fetch the file again"
            )
    for column in header:
        if column not in known:
            raise RefusedInput(
                f"{path}, line 1, column {column!r}: unknown; remove it, "
                "or teach scripts/refresh_seeds.py what it means"
            )
        if header.count(column) > 1:
            raise RefusedInput(f"{path}, line 1, column {column}: stands twice; remove one")


def read_rows(path: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Yield (line number, cells) of every row, the header first; all of one length."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    width, line = None, 1
    try:
        for cells in reader:
            width = width or len(cells)
            if len(cells) != width:
                raise RefusedInput(
                    f"{path}, line {line}: {','.join(cells)[:60]!r} has {len(cells)} "
                    f"cells where the header has {width}; complete the row or remove it"
                )
            yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        start = text.splitlines()[line - 1][:60]
        raise RefusedInput(
            f"{path}, line {line}: {start!r} cannot be split into cells ({error}); "
            "mend its quotes, or fetch the file again"
        ) from None


def read_upstream(
    path: Path, content: bytes, layout: Layout
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """Return (measured rows, rows that upstream left blank) as {our column: our text}.

    Raises RefusedInput at the first cell, row or header that is not valid.
    """
    rows = read_rows(path, decode(path, content))
    _, header = next(rows)
    check_header(path, header, layout)
    measured, blank = [], []
    first_line: dict[tuple[str, str], int] = {}

    for line, cells in rows:
        raw = dict(zip(header, cells, strict=True))
        is_blank = bool(layout.measured) and not any(raw[column] for column in layout.measured)
        row = {
            name: read_cell(path, line, column, name, raw.get(column, ""))
            for column, name in {**layout.required, **layout.optional}.items()
            if not (is_blank and column in layout.measured)
        }
        key = (row["model"], row["img_size"])
        if key in first_line:
            raise RefusedInput(
                f"{path}, line {line}, column model: {key[0]!r} at image size {key[1]} stands on "
                f"line {first_line[key]} already; remove one of them"
            )
        first_line[key] = line
        check_accuracies(path, line, row)
        (blank if is_blank else measured).append(row)

    if not measured:
        raise RefusedInput(f"{path}, line 2: no row below the header; fetch the file again")
    return measured, blank


def check_accuracies(path: Path, line: int, row: dict[str, str]) -> None:
    """The seeds leave out the error columns, so these must follow from the accuracies."""
    if "top1" not in row:
        return
    for column in ("top1", "top5"):
        total = float(row[column]) + float(row[f"{column}_err"])
        if abs(total - 100) > 0.0015:
            raise RefusedInput(
                f"{path}, line {line}, column {column}_err: {row[f'{column}_err']!r} and {column} "
                f"{row[column]} add up to {total:.3f}; correct the one that is not out of 100"
            )
    if float(row["top5"]) < float(row["top1"]):
        raise RefusedInput(
            f"{path}, line {line}, column top5: {row['top5']!r} is below top1 {row['top1']}; "
            "correct the one that is wrong"
        )


# --- the seeds ----------------------------------------------------------------------

KEY_COLUMNS = {
    "imagenet_results": ("snapshot", "test_set", "model", "img_size"),
    "inference_benchmarks": ("run", "model", "img_size"),
    "training_benchmarks": ("run", "model", "img_size"),
    "blank_benchmarks": ("run", "model", "img_size"),
    "result_files": ("snapshot", "test_set"),
    "benchmark_files": ("run",),
}
PROVENANCE = ("upstream_file", "upstream_commit", "upstream_rows", "sha256")
SEED_COLUMNS = {
    "imagenet_results": (
        *KEY_COLUMNS["imagenet_results"],
        *("top1", "top5", "param_count", "crop_pct", "interpolation"),
    ),
    "inference_benchmarks": (
        *KEY_COLUMNS["inference_benchmarks"],
        *("samples_per_sec", "step_time", "batch_size", "param_count", "gmacs", "macts"),
    ),
    "training_benchmarks": (
        *KEY_COLUMNS["training_benchmarks"],
        *("samples_per_sec", "step_time", "batch_size", "param_count"),
    ),
    "blank_benchmarks": KEY_COLUMNS["blank_benchmarks"],
    "result_files": (*KEY_COLUMNS["result_files"], *PROVENANCE),
    "benchmark_files": (*KEY_COLUMNS["benchmark_files"], "snapshot", *PROVENANCE),
}
BENCHMARK_SEEDS = {"infer": "inference_benchmarks", "train": "training_benchmarks"}


def sort_key(seed: str) -> Callable[[Row], Row]:
    def key(row: Row) -> Row:
        cells = zip(KEY_COLUMNS[seed], row, strict=False)
        return tuple(cell.zfill(10) if column == "img_size" else cell for column, cell in cells)

    return key


def to_row(seed: str, values: dict[str, str]) -> Row:
    return tuple(values[column] for column in SEED_COLUMNS[seed])


def import_file(path: Path, snapshot: str, commit: str) -> Seeds:
    """Return the seed rows that one upstream file gives; raises RefusedInput."""
    results_name = RESULTS_NAME.fullmatch(path.name)
    benchmark_name = BENCHMARK_NAME.fullmatch(path.name)
    if not results_name and not benchmark_name:
        raise RefusedInput(
            f"{path}: the file name is neither results-<test set>.csv nor "
            "benchmark-<phase>-<precision>-<layout>-pt<torch>-<cuda>-<device>[-dynamo].csv; "
            "rename the file, or move it out of the folder"
        )
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RefusedInput(
            f"{path}: cannot be read ({error.strerror}); mend it, or move it out of the folder"
        ) from None
    provenance = {
        "snapshot": snapshot,
        "upstream_file": path.name,
        "upstream_commit": commit,
        "sha256": hashlib.sha256(content).hexdigest(),
    }

    if results_name:
        rows, _ = read_upstream(path, content, RESULTS_LAYOUT)
        source = {**provenance, "test_set": results_name["test_set"]}
        source["upstream_rows"] = str(len(rows))
        return {
            "imagenet_results": [to_row("imagenet_results", {**source, **row}) for row in rows],
            "result_files": [to_row("result_files", source)],
        }

    phase, run = benchmark_name["phase"], benchmark_name["run"]
    rows, blank = read_upstream(path, content, BENCHMARK_LAYOUTS[phase])
    seed = BENCHMARK_SEEDS[phase]
    source = {**provenance, "run": run, "upstream_rows": str(len(rows) + len(blank))}
    return {
        seed: [to_row(seed, {**source, **row}) for row in rows],
        "blank_benchmarks": [to_row("blank_benchmarks", {**source, **row}) for row in blank],
        "benchmark_files": [to_row("benchmark_files", source)],
    }


def import_folder(results: Path, snapshot: str, commit: str, say: Callable[[str], None]) -> Seeds:
    """Return the seed rows of a results/ folder; raises RefusedInput with every fault found."""
    if not results.is_dir():
        raise RefusedInput(f"{results}: no such folder; name timm's results/ folder")
    paths = sorted(path for path in results.iterdir() if path.name.lower().endswith(".csv"))
    unused = [path for path in paths if UNUSED_NAME.fullmatch(path.name)]
    paths = [path for path in paths if path not in unused]
    if not paths:
        raise RefusedInput(f"{results}: holds no results or benchmark CSV; name timm's results/")

    seeds: Seeds = {seed: [] for seed in SEED_COLUMNS}
    faults = []
    for number, path in enumerate(paths, start=1):
        try:
            added = import_file(path, snapshot, commit)
        except RefusedInput as fault:
            faults.append(str(fault))
            say(f"[{number}/{len(paths)}] {path.name}: refused")
            continue
        for seed, rows in added.items():
            seeds[seed] += rows
        count = max(len(rows) for rows in added.values())
        say(f"[{number}/{len(paths)}] {path.name}: {count:,} rows")
        for _, model, size in added.get("blank_benchmarks", []):
            say(f"    kept out {model} at {size} px: upstream left its speed blank")
    for path in unused:
        say(f"{path.name}: not used")
    if faults:
        raise RefusedInput("\n".join(faults))
    return seeds


def read_seeds(folder: Path) -> Seeds:
    """Return the rows of the seeds in folder; a seed that is not there yet is empty."""
    seeds: Seeds = {}
    try:
        for seed, columns in SEED_COLUMNS.items():
            path = folder / f"{seed}.csv"
            seeds[seed] = read_seed(path, columns) if path.exists() else []
        check_counts(folder, seeds)
    except RefusedInput as fault:
        raise RefusedInput(f"{fault}\nThis is a seed: restore it from git.") from None
    return seeds


def read_seed(path: Path, columns: tuple[str, ...]) -> list[Row]:
    rows = read_rows(path, decode(path, path.read_bytes()))
    _, header = next(rows)
    if tuple(header) != columns:
        raise RefusedInput(
            f"{path}, line 1: the columns are {','.join(header)!r} where "
            f"{','.join(columns)!r} are expected"
        )
    return [
        tuple(
            read_cell(path, line, name, name, text)
            for name, text in zip(columns, cells, strict=True)
        )
        for line, cells in rows
    ]


def check_counts(folder: Path, seeds: Seeds) -> None:
    """Every source has all its rows and every row its source, else a merge would lose some."""
    holders = {
        "benchmark_files": (*BENCHMARK_SEEDS.values(), "blank_benchmarks"),
        "result_files": ("imagenet_results",),
    }
    for source, names in holders.items():
        width = len(KEY_COLUMNS[source])
        column = SEED_COLUMNS[source].index("upstream_rows")
        expected = {row[:width]: int(row[column]) for row in seeds[source]}
        found = Counter(row[:width] for name in names for row in seeds[name])
        for key in sorted({*expected, *found}):
            if expected.get(key, 0) != found[key]:
                raise RefusedInput(
                    f"{folder / source}.csv: {' '.join(key)} has {expected.get(key, 0)} rows here "
                    f"and {found[key]} in {' and '.join(names)}"
                )


def merge(old: Seeds, new: Seeds, snapshot: str, say: Callable[[str], None]) -> Seeds:
    """Replace the snapshot in old by new; a run goes to the newest snapshot that has it."""
    column = SEED_COLUMNS["benchmark_files"].index("snapshot")
    owners = {row[0]: row[column] for row in old["benchmark_files"] if row[column] != snapshot}
    kept = set()
    for run, *_ in new["benchmark_files"]:
        if owners.get(run, "") > snapshot:
            say(f"{run}: kept as it is in the newer snapshot {owners[run]}")
            kept.add(run)
        elif run in owners:
            say(f"{run}: taken over from snapshot {owners.pop(run)}")

    for run in sorted({row[0] for row in old["benchmark_files"]} - {*owners}):
        if run not in {row[0] for row in new["benchmark_files"]}:
            say(f"{run}: removed, the snapshot has it no more")

    merged = {}
    for seed, keys in KEY_COLUMNS.items():
        if keys[0] == "snapshot":
            rows = [row for row in old[seed] if row[0] != snapshot] + new[seed]
        else:
            rows = [row for row in old[seed] if row[0] in owners]
            rows += [row for row in new[seed] if row[0] not in kept]
        merged[seed] = sorted(rows, key=sort_key(seed))
    return merged


@contextmanager
def lock(folder: Path) -> Iterator[None]:
    """Keep other imports away from the folder; raises RefusedInput while one is at it."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        raise RefusedInput(f"{folder}: another import is writing here; run again later") from None
    finally:
        os.close(handle)


def write_seeds(folder: Path, seeds: Seeds) -> None:
    """Write all seeds to side files, and only when all are written put them in place."""
    side_files = {folder / f"{seed}.csv.new": seed for seed in seeds}
    try:
        for side_file, seed in side_files.items():
            with side_file.open("w", encoding="utf-8", newline="") as stream:
                writer = csv.writer(stream, lineterminator="\n")
                writer.writerow(SEED_COLUMNS[seed])
                writer.writerows(seeds[seed])
                stream.flush()
                os.fsync(stream.fileno())
        for side_file in side_files:
            side_file.replace(side_file.with_suffix(""))
    finally:
        for side_file in side_files:
            side_file.unlink(missing_ok=True)


# --- timm's repository --------------------------------------------------------------


def git(*arguments: str) -> str:
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "TZ": "UTC"}
    try:
        result = subprocess.run(
            ["git", *arguments], env=environment, check=True, text=True, stdout=subprocess.PIPE
        )
    except FileNotFoundError:
        raise RefusedInput("git: not found; install it, or give --results") from None
    except subprocess.CalledProcessError as error:
        raise RefusedInput(
            f"git {arguments[0]} failed with exit code {error.returncode}; "
            "check the network, or give --results"
        ) from None
    return result.stdout.strip()


def clone(repository: str, folder: str) -> tuple[Path, str, str]:
    """Clone results/ of the repository; return its path, the commit's UTC date and SHA."""
    options = ("--depth", "1", "--filter", "blob:none", "--sparse", "--progress")
    git("clone", *options, repository, folder)
    git("-C", folder, "sparse-checkout", "set", "results")
    commit_date = git("-C", folder, "log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%d")
    return Path(folder, "results"), commit_date, git("-C", folder, "rev-parse", "HEAD")


# --- the command --------------------------------------------------------------------


def snapshot_date(text: str) -> str:
    try:
        return read_date(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(f"{text!r} {problem}") from None


def commit_sha(text: str) -> str:
    if not re.fullmatch(r"[0-9a-f]{7,40}", text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a git commit of 7 to 40 hex digits")
    return text


def parse_arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Import timm's results as seeds. Without --results, clone them first."
    )
    parser.add_argument("--results", type=Path, metavar="DIR", help="timm's results/ folder")
    parser.add_argument("--snapshot", type=snapshot_date, help="its commit's date, YYYY-MM-DD")
    parser.add_argument("--commit", type=commit_sha, metavar="SHA", help="its commit")
    parser.add_argument("--repository", default=REPOSITORY, help="what to clone (%(default)s)")
    parser.add_argument("--seeds", type=Path, default=SEEDS_DIR, help="where the seeds are")
    arguments = parser.parse_args(argv)
    if len({bool(arguments.results), bool(arguments.snapshot), bool(arguments.commit)}) > 1:
        parser.error("--results, --snapshot and --commit go together: give all three or none")
    return arguments


def refresh(arguments: argparse.Namespace, say: Callable[[str], None]) -> None:
    with tempfile.TemporaryDirectory(prefix="timm-") as folder:
        if arguments.results:
            results, snapshot, commit = arguments.results, arguments.snapshot, arguments.commit
        else:
            say(f"cloning {arguments.repository}")
            results, snapshot, commit = clone(arguments.repository, folder)
        say(f"importing snapshot {snapshot} (commit {commit}) from {results}")
        new = import_folder(results, snapshot, commit, say)
    arguments.seeds.mkdir(parents=True, exist_ok=True)
    with lock(arguments.seeds):
        old = read_seeds(arguments.seeds)
        merged = merge(old, new, snapshot, say)
        write_seeds(arguments.seeds, merged)
    for seed, rows in merged.items():
        added, removed = len(set(rows) - set(old[seed])), len(set(old[seed]) - set(rows))
        say(f"{seed}.csv: {len(rows):,} rows ({added:,} added, {removed:,} removed)")


def main(argv: list[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    try:
        refresh(arguments, say=lambda line: print(line, flush=True))
    except RefusedInput as refusal:
        print(f"{refusal}\nNothing was written.", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}; mend that and run again.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
