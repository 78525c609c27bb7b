"""Conventions that neither dbt nor dbt-bouncer.yml holds."""

from __future__ import annotations

import importlib
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]

# dbt's own schemas of the YAML files are not applied to DuckDB projects unless asked for.
PARSE = """
import sys
from dbt.jsonschemas import jsonschemas
from dbt.cli.main import dbtRunner

jsonschemas._JSONSCHEMA_SUPPORTED_ADAPTERS.add("duckdb")
result = dbtRunner().invoke([
    "--no-use-colors", "parse", "--no-partial-parse", "--show-all-deprecations",
    "--profiles-dir", ".", "--target-path", sys.argv[1],
])
sys.exit(not result.success)
"""


@pytest.fixture(scope="module")
def parsed(tmp_path_factory) -> tuple[str, dict]:
    """What dbt said while it parsed the project, and the manifest."""
    folder = tmp_path_factory.mktemp("parsed")
    result = subprocess.run(
        [sys.executable, "-c", PARSE, folder],
        cwd=PROJECT,
        env={**os.environ, "IMAGE_MODELS_DB": str(folder / "image_models.duckdb")},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, result.stdout
    return result.stdout, json.loads((folder / "manifest.json").read_text())


def test_yaml_keys_are_spelt_as_dbt_knows_them(parsed):
    said = " ".join(parsed[0].split())
    keys = re.findall(r"(?:Custom key|Additional properties|Found)[^`]*`(\w+)`", said)
    deprecations = said.count("Deprecated functionality") - said.count("DeprecationsSummary")
    # dbt-duckdb's own setting for table functions.
    assert keys == ["parameters"] * deprecations


def test_every_table_has_a_key_and_every_column_of_a_seed_is_described(parsed):
    nodes = parsed[1]["nodes"].values()
    keyed = {
        node["attached_node"]
        for node in nodes
        if node.get("test_metadata", {}).get("kwargs", {}).get("key")
    }
    seeds = [node for node in nodes if node["resource_type"] == "seed"]
    marts = [node for node in nodes if node["path"].startswith("marts/")]
    assert seeds
    assert marts
    assert [node["name"] for node in seeds + marts if node["unique_id"] not in keyed] == []
    for seed in seeds:
        bare = [column["name"] for column in seed["columns"].values() if not column["description"]]
        assert bare == [], seed["name"]


@pytest.mark.parametrize("script", sorted(path.stem for path in PROJECT.glob("scripts/*.py")))
def test_importing_a_script_does_nothing(script, capfd):
    """So each counts towards the coverage, also one that no other test knows of."""
    importlib.import_module(script)
    assert capfd.readouterr() == ("", "")
