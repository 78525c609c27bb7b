"""Conventions that neither dbt nor dbt-bouncer.yml holds."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
import yaml
from dbt.jsonschemas import jsonschemas

PROJECT = Path(__file__).resolve().parents[2]


def test_keys_are_spelt_as_dbt_knows_them(manifest, monkeypatch):
    """By dbt's own schemas, which are not applied to DuckDB projects unless asked for."""
    said = []
    monkeypatch.setattr(jsonschemas, "_can_run_validations", lambda: True)
    monkeypatch.setattr(jsonschemas, "_get_allowed_config_key_aliases", list)
    monkeypatch.setattr(jsonschemas.deprecations, "warn", lambda name, **of: said.append(of))
    files = [
        path for part in ("models", "seeds", "tests") for path in PROJECT.glob(f"{part}/**/*.yml")
    ]
    schemas = dict.fromkeys(files, jsonschemas.resources_schema())
    schemas[PROJECT / "dbt_project.yml"] = jsonschemas.project_schema()
    for file, schema in schemas.items():
        jsonschemas.jsonschema_validate(schema, yaml.safe_load(file.read_text()), str(file))
    assert said == []
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    for model in models:
        jsonschemas.validate_model_config(model["unrendered_config"], model["name"])
    # dbt-duckdb's own setting for table functions.
    assert {(of["key"], of["file"]) for of in said} == {
        ("parameters", model["name"])
        for model in models
        if model["config"]["materialized"] == "table_function" and model["name"] != "help"
    }


def test_what_is_called_a_warning_is_one_and_nothing_else(manifest):
    tests = [node for node in manifest["nodes"].values() if node["resource_type"] == "test"]
    assert tests
    for test in tests:
        severity = "warn" if test["name"].startswith("warn_") else "error"
        expected = {"severity": severity, "enabled": True, "where": None, "limit": None}
        config = test["config"] | {"severity": test["config"]["severity"].lower()}
        assert {key: config[key] for key in expected} == expected, test["name"]


def test_every_table_has_a_key_and_every_column_of_a_seed_is_described(manifest):
    nodes = manifest["nodes"].values()
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
