"""The README is true: its figures, its examples, its links and its commands."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from pathlib import Path

import duckdb
import plot
import pytest
from conftest import command

PROJECT = Path(__file__).resolve().parents[2]
README = (PROJECT / "README.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"```console\n\$ (.*)\n((?:.*\n)*?)```", README)


@pytest.mark.parametrize("chart", plot.CHARTS, ids=lambda chart: chart.name)
def test_captions_stand_in_the_readme(chart, marts):
    text = " ".join(README.split())
    assert f"**{chart.title}.** {plot.caption(chart, marts)}" in text


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
    assert {name for (name,) in marts} == set(re.findall(r"^\| `(\w+)` \|", README, re.MULTILINE))


def test_links_lead_to_files():
    targets = re.findall(r"\]\(([^)]+)\)", README)
    local = [target for target in targets if not target.startswith("https://")]
    assert local
    assert [target for target in local if not (PROJECT / target).exists()] == []


def test_commands_exist():
    commands = "\n".join(re.findall(r"```sh\n(.*?)```", README, re.DOTALL))
    scripts = re.findall(r"python (\S+)", commands)
    assert scripts
    assert [script for script in scripts if not (PROJECT / script).exists()] == []
    makefile = (PROJECT / "Makefile").read_text()
    assert set(re.findall(r"^make (\w+)", commands, re.MULTILINE)) <= set(
        re.findall(r"^(\w+):", makefile, re.MULTILINE)
    )


def test_exposures_name_pages_that_are_written(reports):
    text = (PROJECT / "models" / "marts" / "_marts__exposures.yml").read_text()
    pages = re.findall(r"url: reports/(\S+)", text)
    assert pages
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
        for schema, view in views:
            assert opened.execute(f"select count(*) from {schema}.{view}").fetchone()[0] > 0


@pytest.mark.parametrize(
    ("exposure", "queries"),
    [
        ("report", {**plot.QUERIES, **plot.FIGURES}),
        ("explorer", plot.EXPLORER_QUERIES),
    ],
)
def test_an_exposure_names_every_mart_that_its_pages_read(exposure, queries):
    text = (PROJECT / "models" / "marts" / "_marts__exposures.yml").read_text()
    own = text.split(f"- name: {exposure}\n")[1].split("- name:")[0]
    read = re.findall(r"(?:from|join) (\w+)", " ".join(queries.values()))
    assert set(re.findall(r"ref\('(\w+)'\)", own)) == set(read)


def test_the_documentation_is_one_page_with_every_mart(database, connection, tmp_path):
    copy = tmp_path / "image_models.duckdb"
    copy.write_bytes(database.read_bytes())
    subprocess.run(
        [
            *(command("dbt"), "docs", "generate", "--static"),
            *("--profiles-dir", PROJECT, "--target-path", tmp_path),
        ],
        cwd=PROJECT,
        env={**os.environ, "IMAGE_MODELS_DB": str(copy)},
        check=True,
        capture_output=True,
    )
    page = (tmp_path / "static_index.html").read_text(encoding="utf-8")
    marts = connection.execute(
        "select table_name from duckdb_tables() where schema_name = 'main'"
    ).fetchall()
    assert [mart for (mart,) in marts if f"model.image_models.{mart}" not in page] == []
