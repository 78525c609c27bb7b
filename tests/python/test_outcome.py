"""scripts/outcome.py by way of the scripts: stopped, not read on, and with nowhere to write."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from conftest import PROJECT, mounted, python

FIXTURE = PROJECT / "tests" / "fixtures" / "results"
# What a script is given, and what it says before the word that says what stopped it.
SCRIPTS = {
    "export.py": ("--db {database} --out {out}", ""),
    "plot.py": ("--db {database} --out {out}", ""),
    "refresh_seeds.py": (
        f"--results {FIXTURE} --snapshot 2025-01-01 --commit 90cae8c5 --seeds {{out}}",
        "Nothing was written: ",
    ),
}
# What plot.py says of a database that has few rows.
LEFT_OUT = re.compile("^left out: .*\n")
WORDS = {
    signal.SIGINT: "interrupted\n",
    signal.SIGTERM: "terminated\n",
    signal.SIGHUP: "the terminal was closed\n",
}


@pytest.fixture
def start(few, tmp_path):
    """Start a script that writes to a folder `out`, as from a terminal."""

    def start(name: str, out: Path = tmp_path / "out", **options: object) -> subprocess.Popen:
        usual = {
            "stdout": subprocess.PIPE,
            "stderr": subprocess.PIPE,
            "text": True,
        }
        arguments = SCRIPTS[name][0].format(database=few, out=out).split()
        command = [*python(), PROJECT / "scripts" / name, *arguments]
        return subprocess.Popen(command, **usual | options)

    return start


def wait_until_it_reads(file: Path, process: subprocess.Popen) -> None:
    descriptors = Path(f"/proc/{process.pid}/fd")
    while process.poll() is None:
        with suppress(FileNotFoundError):
            if str(file) in [str(path.readlink()) for path in descriptors.iterdir()]:
                return
    raise AssertionError(process.communicate())


def test_every_script_ends_this_way():
    scripts = {path.name: path.read_text() for path in (PROJECT / "scripts").glob("*.py")}
    runs = {name for name, text in scripts.items() if "__main__" in text}
    # Which are copied to where timm is, alone.
    runs -= {"read_model_cards.py", "measure.py"}
    assert {name for name in runs if "\n    outcome.run(" not in scripts[name]} == set()


@pytest.mark.parametrize("name", ["build.py", "install.py", "benchmark.py"])
def test_every_script_says_what_it_does_wherever_python_looks_for_modules(name):
    asked = [sys.executable, "-P", PROJECT / "scripts" / name, "--help"]
    result = subprocess.run(asked, capture_output=True, text=True)
    assert (result.returncode, result.stderr) == (0, "")
    assert result.stdout.startswith(f"usage: {name}")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_python_without_the_packages_is_told_from_the_right_one(name):
    asked = [sys.executable, "-S", PROJECT / "scripts" / name, "--help"]
    result = subprocess.run(asked, capture_output=True, text=True)
    assert result.returncode == 1
    assert f"is not installed for {sys.executable}; run it with .venv/bin/python" in result.stderr
    assert result.stderr.count("\n") == 1


# One handler hears them all: plot.py, which is slow to begin, is sent one of them.
@pytest.mark.parametrize(
    ("name", "sent"),
    [
        *((name, sent) for name in ("export.py", "refresh_seeds.py") for sent in WORDS),
        ("plot.py", signal.SIGTERM),
    ],
)
def test_a_script_that_is_stopped_says_so_in_one_line(name, sent, start, few, tmp_path):
    process = start(name)
    if name == "plot.py":
        wait_until_it_reads(few, process)
    else:
        assert process.stdout.readline()
    process.send_signal(sent)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (128 + sent, SCRIPTS[name][1] + WORDS[sent])
    assert [path.name for path in tmp_path.rglob("*") if path.name != "out"] == []


# A package that is for ever being imported.
SLOW = "print('importing', flush=True); import time; time.sleep(60)"


# DuckDB imports pandas when it is first given a value, and passes no exception on.
@pytest.mark.parametrize(
    ("name", "package", "sent"),
    [
        *(("export.py", "duckdb", sent) for sent in WORDS),
        ("refresh_seeds.py", "pandas", signal.SIGINT),
    ],
)
def test_so_does_one_that_is_importing(name, package, sent, start, tmp_path):
    (tmp_path / "slow").mkdir()
    (tmp_path / "slow" / f"{package}.py").write_text(SLOW)
    process = start(name, env={**os.environ, "PYTHONPATH": str(tmp_path / "slow")})
    assert "importing\n" in iter(process.stdout.readline, "")
    process.send_signal(sent)
    _, errors = process.communicate()
    said = "" if package == "duckdb" else SCRIPTS[name][1]
    assert (process.returncode, errors) == (128 + sent, said + WORDS[sent])
    assert list(tmp_path.glob("out*/*")) == []


def test_so_does_one_that_has_hardly_begun(tmp_path):
    # The first that outcome.py imports; not measured, for coverage imports it earlier.
    (tmp_path / "contextlib.py").write_text(SLOW)
    process = subprocess.Popen(
        [sys.executable, PROJECT / "scripts" / "export.py"],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline() == "importing\n"
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (130, "interrupted\n")


# Sends a signal when the script is done and Python ends.
LATE = """
import os, signal

class Late:
    def __del__(self, kill=os.kill, process=os.getpid()):
        kill(process, signal.SIGTERM)

late = Late()
"""


def test_what_is_to_be_ignored_is_and_so_is_what_comes_too_late(start, tmp_path):
    (tmp_path / "sitecustomize.py").write_text(LATE)
    process = start(
        "export.py",
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    )
    assert process.stdout.readline()
    process.send_signal(signal.SIGHUP)
    _, errors = process.communicate()
    assert (process.returncode, errors) == (0, "")


# Of a locale that has no ö, and of Python.
ODD = {
    "LC_ALL": "POSIX",
    "PYTHONCOERCECLOCALE": "0",
    "PYTHONUTF8": "0",
    "PYTHONIOENCODING": "ascii",
    "PYTHONSAFEPATH": "1",
    "PYTHONWARNINGS": "error",
}


@pytest.mark.parametrize("name", SCRIPTS)
def test_neither_output_that_nobody_reads_on_nor_an_odd_environment_ends_it(name, start, tmp_path):
    (tmp_path / "modules").mkdir()
    for module in ("outcome", "charts", "importer"):
        (tmp_path / "modules" / f"{module}.py").write_text("raise ImportError")
    environment = {**os.environ, **ODD, "PYTHONPATH": str(tmp_path / "modules")}
    process = start(name, tmp_path / "ö", env=environment)
    assert process.stdout.readline().isascii()
    process.stdout.close()
    errors = LEFT_OUT.sub("", process.stderr.read())
    assert (process.wait(), errors) == (0, "")
    assert len(list((tmp_path / "ö").iterdir())) > 1


@pytest.mark.parametrize("name", ["export.py", "refresh_seeds.py"])
def test_a_name_that_is_no_utf_8_is_named(name, start, tmp_path):
    process = start(name, tmp_path / os.fsdecode(b"\xff"))
    _, errors = process.communicate()
    assert process.returncode == 1
    assert errors == r"'\udcff' in a name is no UTF-8: DuckDB takes no such file" + "\n"
    assert list(tmp_path.glob("*/*")) == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_output_that_cannot_be_written_is_named(name, start):
    with Path("/dev/full").open("w") as full:
        process = start(name, stdout=full)
    _, errors = process.communicate()
    errors = LEFT_OUT.sub("", errors)
    assert process.returncode == 1
    assert errors.startswith("standard output: No space left on device")
    assert errors.count("\n") == 1 + (name == "refresh_seeds.py")


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_full_disk_is_named_in_one_line(name, start, tmp_path):
    disk = tmp_path / "out"
    disk.mkdir()
    with mounted(disk, "-t tmpfs -o size=8k tmpfs"):
        process = start(name, out=disk / "out")
        _, errors = process.communicate()
        assert [path.name for path in disk.iterdir()] in ([], ["out"])
    assert process.returncode == 1
    assert f"{disk}/out" in errors
    assert "No space left on device" in errors.splitlines()[0]
    assert errors.count("\n") == 1 + (name == "refresh_seeds.py")
