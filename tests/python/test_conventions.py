"""What dbt itself does not check here: spelling of the YAML keys, contracts, keys, layers."""

from __future__ import annotations

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
LAYERS = ("staging", "intermediate", "marts", "answers")


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


def models(manifest: dict) -> list[dict]:
    return [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]


def layer(node: dict) -> str:
    return node["path"].split("/")[0]


def test_yaml_keys_are_spelt_as_dbt_knows_them(parsed):
    said = " ".join(parsed[0].split())
    keys = re.findall(r"(?:Custom key|Additional properties|Found)[^`]*`(\w+)`", said)
    deprecations = said.count("Deprecated functionality") - said.count("DeprecationsSummary")
    # dbt-duckdb's own setting for table functions.
    assert keys == ["parameters"] * deprecations


def test_every_mart_is_contracted_described_and_keyed(parsed):
    manifest = parsed[1]
    keyed = {
        node["attached_node"]
        for node in manifest["nodes"].values()
        if node.get("test_metadata", {}).get("name") == "is_key"
    }
    marts = [node for node in models(manifest) if layer(node) == "marts"]
    assert len(marts) >= 14
    for mart in marts:
        assert mart["config"]["contract"]["enforced"], mart["name"]
        assert mart["unique_id"] in keyed, mart["name"]
        assert "One row per" in mart["description"], mart["name"]
        for column in mart["columns"].values():
            assert column["description"], (mart["name"], column["name"])
            assert column["data_type"], (mart["name"], column["name"])


def test_layers_depend_downwards_and_are_named_so(parsed):
    nodes = parsed[1]["nodes"]
    for node in models(parsed[1]):
        prefix = {"staging": "stg_", "intermediate": "int_"}.get(layer(node), "")
        assert node["name"].startswith(prefix)
        assert prefix or not node["name"].startswith(("stg_", "int_"))
        for above in node["depends_on"]["nodes"]:
            if above.startswith("model."):
                assert LAYERS.index(layer(nodes[above])) <= LAYERS.index(layer(node)), node["name"]
