"""What the tests share: one scratch database, the pages drawn from it, and a browser."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import chain
from pathlib import Path

import coverage
import duckdb
import pandas as pd
import plot
import pytest
import refresh_seeds

PROJECT = Path(__file__).resolve().parents[2]
# What a test of this mark needs, what goes untested without it, and the remedy.
NEEDS = {
    "browser": (
        shutil.which("chromium"),
        "Chromium is not installed: the pages were NOT tested in a browser",
        "On Debian: apt-get install chromium",
    ),
    "spark": (
        shutil.which("java") and (PROJECT / ".venv-spark" / "installed").exists(),
        "Spark is not installed, or Java: what runs on Spark was NOT tested",
        "On Debian: apt-get install default-jre-headless && make .venv-spark/installed",
    ),
}


def pytest_configure(config):
    config.addinivalue_line("markers", "browser: needs Debian's chromium")
    config.addinivalue_line("markers", "spark: needs Java and .venv-spark")
    # As from a terminal, whoever started pytest: what it ignores its processes would ignore too.
    for one in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        if signal.getsignal(one) == signal.SIG_IGN:
            signal.signal(one, signal.SIG_DFL)


def pytest_collection_modifyitems(items):
    """What a test needs and is not there has it skipped, loudly; under CI it runs and fails."""
    if os.environ.get("CI"):
        return
    for item in items:
        for mark, (is_there, untested, _) in NEEDS.items():
            if item.get_closest_marker(mark) and not is_there:
                item.add_marker(pytest.mark.skip(reason=untested))


def pytest_terminal_summary(terminalreporter):
    seconds = Counter()
    for report in chain.from_iterable(terminalreporter.stats.values()):
        if isinstance(report, pytest.TestReport):
            seconds[report.location[0]] += report.duration
    terminalreporter.section("seconds of each file")
    for file, total in seconds.most_common():
        terminalreporter.line(f"{total:6.1f} {file}")
    skipped = terminalreporter.stats.get("skipped", [])
    for _, untested, remedy in NEEDS.values():
        if any(untested in str(report.longrepr) for report in skipped):
            terminalreporter.section("NOT TESTED", yellow=True, bold=True)
            terminalreporter.line(f"{untested}. {remedy}")


def command(name: str) -> str:
    """Return the path of a command of the environment that runs the tests."""
    return str(Path(sys.executable).with_name(name))


def python(executable: str | Path = sys.executable) -> list[str | Path]:
    """Return Python; under --cov one that measures the script it is given.

    Not what the script starts in its turn: dbt takes twice as long when it is measured.
    """
    measuring = coverage.Coverage.current()
    if not measuring:
        return [executable]
    data = Path(measuring.get_option("run:data_file")).absolute()
    options = [f"--rcfile={PROJECT / 'pyproject.toml'}", f"--data-file={data}"]
    return [executable, "-m", "coverage", "run", *options]


PROJECT_PARTS = (
    *("seeds", "models", "macros", "tests", "scripts", "dbt_project.yml", "profiles.yml"),
    *("Makefile", ".dbtignore", "image_models.sql", "requirements.txt", "requirements-dev.txt"),
)


def copy_project(folder: Path) -> Path:
    """Copy what the commands read into folder, to be spoilt there."""
    for part in PROJECT_PARTS:
        source = PROJECT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / part)
    return folder


# The database of make test and that of a copy: dbt parses a project anew for another path.
SCRATCH = Path("target", "test", "image_models.duckdb")


def copy_parsed_project(folder: Path) -> Path:
    """The same with what dbt has parsed for make test, and a folder for the database."""
    (copy_project(folder) / SCRATCH).parent.mkdir(parents=True)
    with suppress(FileNotFoundError):
        shutil.copy(PROJECT / "target" / "partial_parse.msgpack", folder / "target")
    return folder


def own_environment() -> dict[str, str]:
    """Return the environment without the scratch database of make test."""
    return {name: text for name, text in os.environ.items() if name != "IMAGE_MODELS_DB"}


def mark_as_installed(project: Path) -> None:
    (project / ".venv").mkdir()
    for mark in ("installed", "installed-dev"):
        (project / ".venv" / mark).touch()


def as_installed() -> dict[str, str]:
    """Return an environment in which make takes the programs that run the tests for its own."""
    programs = Path(sys.executable).parent
    path = f"{programs}:{os.environ['PATH']}"
    return {**own_environment(), "PATH": path, "MAKEFLAGS": f"BIN={programs}"}


# What dbt says of a project without models and tests.
NOTHING_TO_SAY = """
import json, pathlib, sys

artifacts = pathlib.Path(sys.argv[sys.argv.index("--target-path") + 1])
artifacts.mkdir(exist_ok=True)
(artifacts / "manifest.json").write_text(json.dumps({"nodes": {}, "unit_tests": {}}))
(artifacts / "run_results.json").write_text(json.dumps({"results": []}))
"""


def stand_in_for_dbt(project: Path, script: str) -> Path:
    """Give a project an environment in which a script is dbt; return its Python."""
    environment = project / ".venv"
    venv.create(environment, symlinks=True)
    (environment / "installed").touch()
    packages = sysconfig.get_path("purelib", "venv", {"base": str(environment)})
    Path(packages, "packages.pth").write_text(sysconfig.get_path("purelib"))
    (environment / "bin" / "dbt").write_text(NOTHING_TO_SAY + script)
    return environment / "bin" / "python"


@contextmanager
def mounted(folder: Path, *commands: str) -> Iterator[None]:
    """Run the mount commands on the folder; without the right to, skip and say so."""
    for command in commands:
        options = {"capture_output": True, "text": True}
        result = subprocess.run(["mount", *command.split(), folder], **options)
        if result.returncode != 0:
            pytest.skip(f"NOT TESTED, needs the right to mount: {result.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def undeletable(path: Path) -> Iterator[None]:
    """Keep even root from deleting the file; where that is not to be had, skip and say so."""
    if subprocess.run(["chattr", "+i", path], capture_output=True).returncode != 0:
        pytest.skip("NOT TESTED, needs a file system and the right to make files immutable")
    try:
        yield
    finally:
        subprocess.run(["chattr", "-i", path], check=True)


def dbt(project: Path, *arguments: str) -> subprocess.CompletedProcess:
    """Run dbt in a copy of the parsed project."""
    return subprocess.run(
        [command("dbt"), "--no-use-colors", *arguments],
        cwd=project,
        env={**os.environ, "IMAGE_MODELS_DB": str(SCRATCH)},
        capture_output=True,
        text=True,
    )


def edit_seed(project: Path, seed: str, pattern: str, replacement: str, why: str = "") -> None:
    """Edit a seed of a copy of the project, as by hand."""
    (path,) = (project / "seeds").rglob(f"{seed}.csv")
    text = path.read_text(encoding="utf-8")
    edited = re.sub(pattern, replacement, text)
    assert edited != text, why
    path.write_text(edited, encoding="utf-8")


def what_is_said(result: subprocess.CompletedProcess) -> dict[str, str]:
    """Return what dbt says of each seed that it cannot load and of the rows of each test."""
    loads = re.findall(r"Runtime Error in seed (\w+)(.*\n(?:  .*\n)*)", result.stdout)
    tests = re.findall(r"^(\w+) found:\n((?: {4}.*\n)*)", result.stdout, re.MULTILINE)
    return dict(loads + tests)


def dbt_build(project: Path) -> subprocess.CompletedProcess:
    """Build a copy of the project with its data tests, which are what its seeds can break."""
    return dbt(project, "build", "--exclude-resource-type", "unit_test")


OWN = PROJECT / "tests" / "fixtures" / "own" / "benchmark-infer-fp32-nchw-pt280-cpu-n100.csv"
# The second needs no quotes in a CSV file: the two files look as if they were of two formats.
OWN_NAMES = {"n100": '#1 "Intel" N100, 4 cores', "odd": "Odd 3090 of RTX 4090"}


def bring_own_devices(project: Path) -> None:
    """Bring two own devices: one whose names have tags, and one with an anchor ten times off."""
    text = OWN.read_text().replace("resnet18,", "resnet18.a1_in1k,")
    lines = text.splitlines(keepends=True)
    model, speed, step, *rest = lines[3].split(",")
    lines[3] = ",".join([model, str(float(speed) / 10), str(float(step) * 10), *rest])
    for path in (project / "seeds" / "own").glob("benchmark-*"):
        path.unlink()
    seeds = ["--seeds", str(project / "seeds" / "timm")]
    for run, said in (
        ("infer-fp32-nchw-pt280-cpu-n100", text),
        ("infer-amp-nchw-pt280-cu128-odd", "".join(lines)),
    ):
        path = project / f"benchmark-{run}.csv"
        path.write_text(said)
        device = OWN_NAMES[run.rpartition("-")[2]]
        assert refresh_seeds.main(["--own", str(path), "--device", device, *seeds]) == 0
    # Dbt takes every CSV file below seeds/ for a seed but those that .dbtignore names.
    (project / "seeds" / "own" / "notes.csv").write_text("date,note\n2026-01-06,cold\n")


@pytest.fixture
def cheap_imports(request, monkeypatch):
    """No import waits for the disk, and few rows are read by one thread: upstream's by all."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    if not request.node.get_closest_marker("skipif"):
        monkeypatch.setattr(duckdb, "connect", partial(duckdb.connect, config={"threads": 1}))


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """A copy of the project after `make`, with two own devices; `said` has what make said.

    For reading: it is made once for all workers.
    """
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    project = shared / "made"
    with (shared / "made.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (project / "said").exists():
            shutil.rmtree(project, ignore_errors=True)
            project.mkdir()
            mark_as_installed(copy_project(project))
            bring_own_devices(project)
            options = {"env": as_installed(), "capture_output": True, "text": True}
            result = subprocess.run("make", cwd=project, **options)
            assert result.returncode == 0, result.stdout + result.stderr
            (project / "said").write_text(result.stdout)
    return project


@pytest.fixture(scope="session")
def database(tmp_path_factory) -> Path:
    """The database that make test built, or one built here."""
    if "IMAGE_MODELS_DB" in os.environ:
        return Path(os.environ["IMAGE_MODELS_DB"]).resolve()
    path = tmp_path_factory.mktemp("database") / "image_models.duckdb"
    subprocess.run(
        [command("dbt"), "build", "--profiles-dir", PROJECT],
        cwd=PROJECT,
        env={**os.environ, "IMAGE_MODELS_DB": str(path)},
        check=True,
    )
    return path


@pytest.fixture(scope="session")
def few(database, tmp_path_factory) -> Path:
    """A database with every mart, most of them without rows: soon drawn and exported."""
    path = tmp_path_factory.mktemp("few") / "image_models.duckdb"
    with duckdb.connect(path) as opened:
        opened.execute(f"attach '{database}' as whole (read_only)")
        query = (
            "select table_name from duckdb_tables()"
            " where database_name = 'whole' and schema_name = 'main'"
        )
        for (mart,) in opened.execute(query).fetchall():
            rows = "" if mart in ("devices", "notebook_benchmarks") else "limit 0"
            opened.execute(f"create table {mart} as from whole.{mart} {rows}")
    return path


@pytest.fixture
def connection(database):
    with duckdb.connect(database, read_only=True) as opened:
        yield opened


@pytest.fixture(scope="session")
def marts(database) -> Callable[..., pd.DataFrame]:
    """Read rows of a mart: its name, a filter, an order."""

    def read(mart: str, where: str = "true", order: str = "all") -> pd.DataFrame:
        with duckdb.connect(database, read_only=True) as opened:
            return opened.execute(f"from {mart} where {where} order by {order}").df()

    return read


@pytest.fixture(scope="session")
def drawn(database) -> dict[str, dict[str, plot.View]]:
    """The views of each chart by their choices."""
    with duckdb.connect(database, read_only=True) as opened:
        return plot.draw_charts(opened)[0]


@pytest.fixture(scope="session")
def reports(database, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("reports")
    assert plot.main(["--db", str(database), "--out", str(folder)]) == 0
    return folder


@pytest.fixture(scope="session")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--disable-background-networking", "--disable-component-update"],
        )
        yield opened
        opened.close()


class Tab:
    """One tab for the tests of a file: what it has compiled of plotly.js it keeps."""

    def __init__(self, context):
        self.page = context.new_page()
        self.noise, self.requests = [], []
        self.page.on("console", lambda message: self.noise.append(message.text))
        self.page.on("pageerror", lambda error: self.noise.append(str(error)))
        self.page.on("dialog", self.dismiss)
        self.page.on("request", lambda sent: self.requests.append(sent.url))

    def dismiss(self, dialog) -> None:
        self.noise.append(dialog.message)
        dialog.dismiss()

    def open(self, path: Path, address: str = "", size=(1280, 900), color_scheme="light"):
        """Load a page anew, from disk, and return it when its charts are drawn."""
        self.page.goto("about:blank")
        self.page.mouse.move(0, 0)
        self.page.set_viewport_size(dict(zip(("width", "height"), size, strict=True)))
        self.page.emulate_media(color_scheme=color_scheme)
        self.page.goto(path.as_uri() + address)
        drawn = "() => document.body.dataset.drawn"
        self.page.wait_for_function(drawn)
        self.page.evaluate(
            "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
        )
        return self.page


@pytest.fixture(scope="module")
def tab(browser):
    with browser.new_context(offline=True) as context:
        yield Tab(context)


@pytest.fixture
def quiet(tab):
    """Check after a test that the pages were quiet and asked for nothing from outside."""
    yield
    noise, requests = tab.noise.copy(), tab.requests.copy()
    tab.noise.clear()
    tab.requests.clear()
    assert noise == []
    assert [
        url for url in requests if not url.startswith(("file:", "data:", "blob:", "about:"))
    ] == []
