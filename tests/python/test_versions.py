"""The published database in the oldest DuckDB that it promises and in the newest that there is."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from install import environment
from test_answers import ANSWERS

# Prints the version, how many relations can be read, and what each function answers.
READ = """
import duckdb, json, sys

connection = duckdb.connect(sys.argv[1], read_only=True, config={"threads": 1})
relations = connection.execute(
    "select schema_name, table_name from duckdb_tables() union all "
    "select schema_name, view_name from duckdb_views() where not internal"
).fetchall()
for schema, name in relations:
    connection.execute(f'select * from {schema}."{name}" limit 5').fetchall()
answers = {}
for question in sys.argv[2:]:
    try:
        answers[question] = connection.execute(f"from {question}").fetchall()
    except duckdb.Error as error:
        answers[question] = str(error)
print(json.dumps([duckdb.__version__, len(relations), answers], default=str))
"""
QUESTIONS = (
    "best_models(max_ms := 1, robust_weight := 0.5)",
    "score_models(max_ms := 1, name := 'convnext')",
    "best_backbones(max_ms := 1)",
    "speeds('resnet50')",
    "new_models('2025-01-01')",
    "frontier('5090', compiled := true)",
    "upgrades('resnet50.a1_in1k')",
    "compare('resnet50.a1_in1k', 'convnext_tiny.fb_in1k')",
    "tied_with('resnet50.a1_in1k')",
    "speedup('3090', '4090')",
    "find_models('convnext base 22k')",
    "help()",
)


def read(database: Path, packages: Path | None = None) -> tuple[str, int, dict]:
    variables = os.environ | ({"PYTHONPATH": str(packages)} if packages else {})
    command = [sys.executable, "-c", READ, database, *QUESTIONS]
    return json.loads(subprocess.check_output(command, env=variables))


@pytest.fixture
def install(tmp_path):
    """Install a DuckDB into a folder; without an index skip, loudly, but under CI."""

    def install(requirement: str) -> Path:
        options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--no-compile"]
        options += ["--only-binary=:all:"]
        command = [sys.executable, "-m", "pip", "install", *options, "--target", tmp_path]
        result = subprocess.run(
            [*command, requirement],
            env=environment(Path(sys.executable)),
            capture_output=True,
            text=True,
        )
        if result.returncode != 0 and "CI" not in os.environ:
            pytest.skip(f"NOT TESTED, {requirement} cannot be installed: {result.stderr[-200:]}")
        assert result.returncode == 0, result.stderr
        return tmp_path

    return install


@pytest.fixture(scope="module")
def ours(database) -> tuple[str, int, dict]:
    return read(database)


@pytest.mark.parametrize("requirement", ["duckdb==1.4.2", "duckdb"])
def test_the_oldest_and_the_newest_read_all_and_answer_the_same(
    requirement, database, install, ours
):
    version, relations, answers = read(database, install(requirement))
    _, our_relations, our_answers = ours
    assert requirement in ("duckdb", f"duckdb=={version}")
    assert relations == our_relations > 50
    for question in QUESTIONS:
        # Releases differ in how they round what is half way.
        answer, our_answer = (pd.DataFrame(read[question]) for read in (answers, our_answers))
        pd.testing.assert_frame_equal(answer, our_answer, rtol=1e-3)
        assert len(our_answer) > 1


def test_every_function_is_asked():
    assert sorted(question.partition("(")[0] for question in QUESTIONS) == ANSWERS


def test_a_somewhat_older_one_reads_all_but_answers_nothing(database, install):
    version, relations, answers = read(database, install("duckdb==1.4.0"))
    assert version == "1.4.0"
    assert relations > 50
    assert [said for said in answers.values() if "does not exist!" not in str(said)] == []
