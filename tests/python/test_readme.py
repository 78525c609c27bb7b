"""The README is true: its figures, its examples, its links and its commands."""

from __future__ import annotations

import functools
import re
import shlex
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import plot
import pytest
import refresh_seeds
from conftest import OWN, as_installed, command, copy_project, mark_as_installed

PROJECT = Path(__file__).resolve().parents[2]
FIXTURE = PROJECT / "tests" / "fixtures" / "results"
README = (PROJECT / "README.md").read_text(encoding="utf-8")
SHELL = (PROJECT / "docs" / "shell.md").read_text(encoding="utf-8")
FIGURES = (PROJECT / "docs" / "figures.md").read_text(encoding="utf-8")
SHOWN = README + SHELL + FIGURES
EXAMPLES = re.findall(r"```console\n\$ (.*)\n((?:.*\n)*?)```", SHOWN)

FENCED = re.compile(r"^```(\w*)\n(.*?)^```", re.DOTALL | re.MULTILINE)
BLOCKS = "".join(text for language, text in FENCED.findall(SHOWN) if language == "sh")
LINES = [line.split("  #")[0].strip() for line in BLOCKS.splitlines()]
PROGRAMS = "apt-get|dbt|duckdb|make|pip|python"
IN_PROSE = re.findall(rf"`((?:{PROGRAMS})(?:\s[^`]+)?)`", FENCED.sub("", SHOWN))
COMMANDS = list(dict.fromkeys(" ".join(line.split()) for line in [*LINES, *IN_PROSE] if line))
NOT_RUN = {
    "python measure.py": "needs torch and timm; test_measure.py runs it with stand-ins",
    "python measure.py --models NAME@SIZE": "the same",
    "make test": "runs this test; .ci/run calls it",
    "dbt build": "make test runs it, and test_seed_faults.py in a copy",
}
PAGES = [str(path.relative_to(PROJECT)) for path in PROJECT.glob("*.md")]
PAGES += [str(path.relative_to(PROJECT)) for path in PROJECT.glob("docs/*.md")]
CARDS = PROJECT / "seeds" / "timm" / "model_cards.csv"
PLACEHOLDERS = {
    **{"DIR": str(FIXTURE), "YYYY-MM-DD": "2026-01-06", "SHA": "90cae8c5"},
    "FILE": str(CARDS),
    "BENCHMARK": str(OWN),
}


@pytest.mark.parametrize(("line", "output"), EXAMPLES, ids=range(len(EXAMPLES)))
def test_shell_examples_give_what_the_readme_shows(line, output, database):
    program, *arguments = shlex.split(line)
    result = subprocess.run(
        [command(program), *arguments], cwd=database.parent, capture_output=True, text=True
    )
    assert result.stderr == ""
    assert result.stdout.strip() == output.strip()


def test_there_are_shell_examples():
    assert len(EXAMPLES) >= 3


def test_every_mart_is_listed(connection):
    marts = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'main'"
    ).fetchall()
    assert {name for (name,) in marts} == set(re.findall(r"^\| `(\w+)` \|", SHELL, re.MULTILINE))


def headings(page: Path) -> list[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    titles = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return [re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles]


def broken_links(page: Path) -> list[str]:
    """Return the links of a page that lead nowhere; without a network, not those to the web."""
    broken = []
    text = FENCED.sub("", page.read_text(encoding="utf-8"))
    for link in re.findall(r"\]\(([^)]+)\)", text):
        path, _, anchor = link.partition("#")
        target = page.parent / path if path else page
        if not link.startswith("https://") and (
            not target.exists() or (anchor and anchor not in headings(target))
        ):
            broken.append(link)
    return broken


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_to_files_and_headings(page):
    assert broken_links(PROJECT / page) == []


def test_a_broken_link_is_noticed(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# A `b`, c\n[](page.md) [](#a-b-c) [](page.md#a-b-c) [](no.md) [](#a-b)\n")
    assert broken_links(page) == ["no.md", "#a-b"]


@pytest.fixture(scope="module")
def run(made, tmp_path_factory) -> Callable[[str], Path]:
    """Run a command as it stands in a copy of the project, once, and return the copy."""
    upstream = tmp_path_factory.mktemp("upstream")
    shutil.copytree(FIXTURE, upstream / "results")
    for line in ("init -q", "add .", "-c user.name=x -c user.email=x@x commit -qm results"):
        subprocess.run(["git", *line.split()], cwd=upstream, check=True)
    # A clone of timm's repository is one of the fixture.
    config = upstream / ".git" / "instead"
    config.write_text(f'[url "{upstream.as_uri()}"]\n    insteadOf = {refresh_seeds.REPOSITORY}\n')
    environment = {
        **as_installed(),
        "PIP_NO_INDEX": "1",
        "GIT_ALLOW_PROTOCOL": "file",
        "GIT_CONFIG_GLOBAL": str(config),
    }

    def new_copy() -> Path:
        folder = copy_project(tmp_path_factory.mktemp("project"))
        mark_as_installed(folder)
        return folder

    @functools.cache
    def run_once(line: str) -> Path:
        folder = made
        if "refresh_seeds" in line:
            # An import would change the seeds under the commands that follow, and the few
            # rows of the fixture are no newer state of the seeds that are there.
            folder = new_copy()
            for seed in (folder / "seeds" / "timm").glob("*.csv"):
                seed.unlink()
        for name, value in PLACEHOLDERS.items():
            line = re.sub(rf"\b{name}\b", value, line)
        result = subprocess.run(
            line,
            shell=True,
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return folder

    return run_once


def test_there_are_commands():
    assert {"make", "make shell", "pip install -r requirements.txt", *NOT_RUN} <= set(COMMANDS)


def test_a_page_drawn_again_is_the_same(made, run):
    """Before the commands run, each of them once, for one of them is this."""
    pages = {path: path.read_bytes() for path in (made / "reports").glob("*.html")}
    run("python scripts/plot.py")
    assert pages
    assert {path: path.read_bytes() for path in pages} == pages


@pytest.mark.parametrize("line", [line for line in COMMANDS if line not in NOT_RUN])
def test_commands_run(line, run):
    run(line)


def test_the_commands_that_are_not_run_here_exist():
    targets = re.findall(r"^(\w+):", (PROJECT / "Makefile").read_text(), re.MULTILINE)
    named = [line.removeprefix("make ") for line in NOT_RUN if line.startswith("make ")]
    assert [name for name in named if name not in targets] == []
    ci = (PROJECT / ".ci" / "run").read_text()
    assert ci.endswith("\nmake test\n")
    assert re.search(r"apt-get install .*chromium$", ci, re.MULTILINE)


def test_make_does_nothing_when_nothing_changed(run):
    run("make report")
    run("make --question reports/index.html reports/explorer.html")


def test_errors_of_predictions_are_those_of_the_mart(marts):
    figures = marts("headline_figures").set_index("figure").value
    said = re.findall(r"([\d.]+) to ([\d.]+) % on a\s(?:graphics card|CPU)", README)
    card, cpu = (
        [figures[f"{end}_error_{kind}"] for end in ("least", "most")] for kind in ("gpu", "cpu")
    )
    assert said == [tuple(f"{error:.1f}" for error in card), tuple(f"{error:.0f}" for error in cpu)]


def test_the_line_of_python_gives_the_ten_best(database, monkeypatch):
    (line,) = re.findall(r"`(duckdb\.connect\([^`]+)`", README)
    monkeypatch.chdir(database.parent)
    assert len(eval(" ".join(line.split()), {"duckdb": duckdb})) == 10


def test_exposures_name_pages_that_are_written(reports):
    text = (PROJECT / "models" / "exposures.yml").read_text()
    pages = re.findall(r"url: reports/(\S+)", text)
    assert len(pages) == text.count("- name: ") > 0
    assert [page for page in pages if not (reports / page).exists()] == []


def test_the_picture_is_small():
    (picture,) = re.findall(r"!\[[^]]+\]\(([^)]+)\)", README)
    assert (PROJECT / picture).stat().st_size < 300_000


def test_duckdb_reads_the_database_after_it_was_renamed(database, tmp_path):
    renamed = tmp_path / "other name.duckdb"
    renamed.write_bytes(database.read_bytes())
    with duckdb.connect(renamed, read_only=True) as opened:
        views = opened.execute(
            "select schema_name, view_name from duckdb_views() where not internal"
        ).fetchall()
        assert views
        empty = {
            view
            for schema, view in views
            if not opened.execute(f"select 1 from {schema}.{view} limit 1").fetchone()
        }
        assert empty == {"stg_own_benchmarks"}


@pytest.mark.parametrize("exposure", ["report", "explorer"])
def test_an_exposure_names_every_mart_that_its_page_reads(exposure, connection, monkeypatch):
    text = (PROJECT / "models" / "exposures.yml").read_text()
    own = text.split(f"- name: {exposure}\n")[1].split("- name:")[0]
    marts = set()
    read = plot.read
    monkeypatch.setattr(
        plot,
        "read",
        lambda opened, mart, *rest, **more: marts.add(mart) or read(opened, mart, *rest, **more),
    )
    {"report": plot.draw_report, "explorer": plot.draw_explorer}[exposure](connection)
    assert set(re.findall(r"ref\('(\w+)'\)", own)) == marts


def test_the_documentation_is_one_page_with_every_mart(connection, run):
    page = (run("make docs") / "reports" / "docs.html").read_text(encoding="utf-8")
    marts = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'main'"
    ).fetchall()
    assert [mart for (mart,) in marts if f"model.image_models.{mart}" not in page] == []
