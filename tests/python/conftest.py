"""What the tests share: one scratch database, the pages drawn from it, and a browser."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import venv
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from graphlib import TopologicalSorter
from itertools import chain
from pathlib import Path

import coverage
import duckdb
import pandas as pd
import plot
import pytest
import refresh_seeds

PROJECT = Path(__file__).resolve().parents[2]
# How many standard errors a 95 % interval reaches to either side.
Z = 1.959963984540054
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


# The files that take longest begin first, so that no worker is left alone with one in the end.
SLOWEST = ("test_spark", "test_answers", "test_refresh_seeds", "test_explorer", "test_hostile_text")


def pytest_collection_modifyitems(items):
    """What a test needs and is not there has it skipped, loudly; under CI it runs and fails."""
    items.sort(key=lambda item: [*SLOWEST, item.path.stem].index(item.path.stem))
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


# A name that seeds, database and environment have to bear, and one that it is a pattern of.
ODD, MATCHED = 'it\'s "a" $HOME [v2] #1 *', 'it\'s "a" $HOME 2 #1 x'

# Each of these changes what dbt builds or tests, or whether it runs at all.
CALLERS = {
    "DBT_RESOURCE_TYPES": "seed",
    "DBT_EXCLUDE_RESOURCE_TYPES": "test",
    "DBT_STORE_FAILURES": "true",
    "DBT_WARN_ERROR": "true",
    "DBT_EMPTY": "true",
    "DBT_TARGET_PATH": "elsewhere",
    "DBT_PROFILES_DIR": "elsewhere",
    "PYTHONIOENCODING": "ascii",
    "PYTHONSAFEPATH": "1",
    "PYTHONWARNINGS": "error",
    "PYTHONOPTIMIZE": "2",
}


def leave_editors_files(project: Path) -> None:
    """Leave what editors and file managers do beside seeds and models."""
    (project / "seeds" / "timm" / ".#locked.csv").symlink_to("nobody@nowhere.1")
    for name in ("devices (copy).csv", "devices.csv:Zone.Identifier", "#devices.csv#"):
        (project / "seeds" / "reference" / name).write_text("x")
    (project / "models" / "marts" / "models copy.sql").write_text("select nothing")


def run_build(project: Path, interpreter: str | Path = sys.executable, **variables: str):
    return subprocess.run(
        [*python(interpreter), project / "scripts" / "build.py"],
        env=own_environment() | variables,
        capture_output=True,
        text=True,
    )


def start_build(project: Path, **options: object) -> subprocess.Popen:
    """Start a build with the environment of the project."""
    return subprocess.Popen(
        [*python(project / ".venv" / "bin" / "python"), project / "scripts" / "build.py"],
        env=own_environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        **options,
    )


@pytest.fixture
def cheap_imports(request, monkeypatch):
    """No import waits for the disk, and few rows are read by one thread: upstream's by all."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    if not request.node.get_closest_marker("skipif"):
        monkeypatch.setattr(duckdb, "connect", partial(duckdb.connect, config={"threads": 1}))


@contextmanager
def shared_by_workers(tmp_path_factory, name: str) -> Iterator[Path]:
    """Give the folder that all workers share, to one of them at a time."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent
    with (shared / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield shared


@pytest.fixture(scope="session")
def made(tmp_path_factory) -> Path:
    """A copy of the project, in an odd folder, built by an odd caller and its pages by `make`.

    It has two own devices and editors' files, and beside it is a folder that its name matches.
    `said` has what the build and make said. For reading: it is made once for all workers.
    """
    with shared_by_workers(tmp_path_factory, "made") as shared:
        project = shared / ODD
        if not (project / "said").exists():
            for folder in (project, shared / MATCHED):
                shutil.rmtree(folder, ignore_errors=True)
                folder.mkdir()
            mark_as_installed(copy_project(project))
            bring_own_devices(project)
            leave_editors_files(project)
            no_seeds = {"copy_function": lambda source, copy: Path(copy).write_text("x")}
            shutil.copytree(PROJECT / "seeds", shared / MATCHED / "seeds", **no_seeds)
            options = {"env": as_installed(), "capture_output": True, "text": True}
            results = run_build(project, **CALLERS), subprocess.run("make", cwd=project, **options)
            said = "".join(result.stdout + result.stderr for result in results)
            assert [result.returncode for result in results] == [0, 0], said
            (project / "said").write_text(said)
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
def manifest(database) -> dict:
    """What dbt knows of the project, with the SQL that it made of it for the database."""
    known = json.loads((PROJECT / "target" / "manifest.json").read_text())
    with duckdb.connect(database, read_only=True) as opened:
        (build,) = opened.execute("from use_the_database_of_this_function.build").fetchone()
    said = "dbt has been used for something else since; make scratch"
    assert known["metadata"]["invocation_id"] == build, said
    return known


@pytest.fixture(scope="session")
def rebuilt(database, manifest) -> Callable[[Path, list[str]], Path]:
    """Make the tables again in a copy of the database whose seeds are changed by SQL.

    By what dbt compiled and without dbt, which takes three times as long.
    """

    def rebuild(folder: Path, changes: list[str]) -> Path:
        # DuckDB names the catalog after the file.
        path = folder / "image_models.duckdb"
        shutil.copy(database, path)
        order = TopologicalSorter(manifest["parent_map"]).static_order()
        nodes = [manifest["nodes"][key] for key in order if key in manifest["nodes"]]
        with duckdb.connect(path) as connection:
            change_rows(connection, changes)
            for node in nodes:
                if node["config"]["materialized"] == "table":
                    made = f"create or replace table {node['relation_name']}"
                    connection.execute(f"{made} as {node['compiled_code']}")
        return path

    return rebuild


def change_rows(connection: duckdb.DuckDBPyConnection, changes: Iterable[str]) -> None:
    for change in changes:
        assert connection.execute(change).fetchone()[0] > 0, change


@pytest.fixture(scope="session")
def found_by(manifest) -> Callable[[Path], dict[str, str]]:
    """Run the data tests in a database: which find rows, and those of each, a line a row."""

    def run(path: Path) -> dict[str, str]:
        found = {}
        with duckdb.connect(path, read_only=True) as connection:
            for node in manifest["nodes"].values():
                if node["resource_type"] == "test":
                    rows = connection.execute(node["compiled_code"]).df().to_dict("records")
                    lines = [", ".join(f"{key} = {row[key]}" for key in row) for row in rows]
                    found[node["name"]] = "\n".join(lines)
        return {test: rows for test, rows in found.items() if rows}

    return run


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


@pytest.fixture(scope="module")
def connection(database):
    """The database, for reading: the tests of a file share it.

    With one thread, for what they ask is small, and several workers ask at once.
    """
    with duckdb.connect(database, read_only=True) as opened:
        opened.execute("set threads = 1")
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
        views, left_out = plot.draw_charts(opened)
    assert left_out == {}
    return views


@pytest.fixture(scope="session")
def reports(database, tmp_path_factory, request) -> Path:
    """The folder of the pages, which are written once for all workers."""
    with shared_by_workers(tmp_path_factory, "reports") as shared:
        folder = shared / "reports"
        if not (folder / "explorer.html").exists():
            drawn = request.getfixturevalue("drawn")
            with pytest.MonkeyPatch.context() as patched:
                patched.setattr(plot, "draw_charts", lambda _: (drawn, {}))
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


def swipe_up(page, x: float, y: float) -> None:
    """Move a finger from there up, in ten steps of 20 px."""
    finger = page.context.new_cdp_session(page)
    for step, kind in enumerate(["touchStart", *["touchMove"] * 10, "touchEnd"]):
        touch = {"type": kind, "touchPoints": []}
        if kind != "touchEnd":
            touch["touchPoints"].append({"x": x, "y": y - 20 * step})
        finger.send("Input.dispatchTouchEvent", touch)


@pytest.fixture(scope="module")
def tab(browser):
    with browser.new_context(offline=True, has_touch=True) as context:
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
