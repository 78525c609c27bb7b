"""scripts/benchmark.py: its peers make the same rows, its copies build, its page is whole."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from argparse import Namespace
from pathlib import Path

import benchmark
import duckdb
import pandas as pd
import pytest
from conftest import python
from notebook_peers import INPUTS, PEERS, write_inputs

PROJECT = Path(__file__).resolve().parents[2]
PAGES = ("performance.md", "scale.md")
COMMITTED = {name: (PROJECT / "docs" / name).read_text() for name in PAGES}

# Compiles as the build before the tests did, and builds nothing.
DBT = """#!/bin/sh
case "$*" in
    *compile*) cat {mart} ;;
    *) mkdir -p target && cp {results} target ;;
esac
"""
NODES = {"seed.image_models.devices": 1.5, "model.image_models.models": 4.5, "test.a": 2.0}


@pytest.fixture(scope="module")
def mart(database) -> Path:
    """The SQL of the mart, as the build of the database compiled it."""
    (model,) = (PROJECT / "models").rglob("notebook_benchmarks.sql")
    return PROJECT / "target" / "compiled" / "image_models" / model.relative_to(PROJECT)


def to_pandas(rows) -> pd.DataFrame:
    if isinstance(rows, pd.DataFrame):
        return rows
    return rows.df() if hasattr(rows, "df") else pd.DataFrame(rows.to_dict(as_series=False))


def test_peers_make_the_same_rows(database, mart, tmp_path, monkeypatch):
    """Of numbered names too; without those they are the rows of the mart."""
    monkeypatch.setattr(benchmark, "FOLDER", tmp_path)
    write_inputs(database, mart.read_text(), tmp_path / "inputs_3", 3)
    with duckdb.connect(database, read_only=True) as connection:
        expected = connection.table("notebook_benchmarks").df()
    keys = ["phase", "model"]
    made = {}
    for way in ("loaded", "reading"):
        for peer, (load, work) in PEERS.items():
            rows = to_pandas(work(*load(tmp_path / "inputs_3", way)))[expected.columns]
            made[way, peer] = rows.sort_values(keys, ignore_index=True)
            assert benchmark.time_peer(1, peer, way, 3) > 0
    first = made["loaded", "duckdb"]
    originals = first[~first.model.str.contains("_copy")].reset_index(drop=True)
    for rows, others in [(originals, [expected.sort_values(keys)]), (first, made.values())]:
        for other in others:
            other = other.reset_index(drop=True)
            pd.testing.assert_frame_equal(rows, other, check_dtype=False, check_exact=True)
    assert len(originals) < len(first) / 3 + 10
    assert len(first) > 3 * len(originals)


def test_a_grown_copy_has_every_model_so_many_times(database, tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "FOLDER", tmp_path)
    keys = {"imagenet_results": "snapshot, test_set, model, img_size"}
    grown = benchmark.copy_grown(database, 3) / database.name
    with duckdb.connect(grown) as connection:
        connection.execute(f"attach '{database}' as published (read_only)")
        for seed in INPUTS:
            counts = connection.execute(
                f"""
                select
                    count(*),
                    count(distinct ({keys.get(seed, "run, model, img_size")})),
                    3 * (select count(*) from published.raw.{seed})
                from raw.{seed}
                """
            ).fetchone()
            assert len(set(counts)) == 1


def test_a_copy_with_runs_has_every_run_so_many_times(database, tmp_path, monkeypatch):
    monkeypatch.setattr(benchmark, "FOLDER", tmp_path)
    with duckdb.connect(benchmark.copy_with_runs(database, 3) / database.name) as connection:
        connection.execute(f"attach '{database}' as published (read_only)")
        for seed in ("benchmark_files", "inference_benchmarks", "training_benchmarks"):
            rows, runs, *expected = connection.execute(
                f"""
                select
                    count(*),
                    count(distinct run),
                    3 * (select count(*) from published.raw.{seed}),
                    3 * (select count(distinct run) from published.raw.{seed})
                from raw.{seed}
                """
            ).fetchone()
            assert [rows, runs] == expected
        files = connection.table("intermediate.int_runs_described").project("run, is_compiled")
        (compiled,) = files.filter("is_compiled").project("run").limit(1).fetchone()
        numbered = connection.table("raw.benchmark_files").filter("contains(run, '_copy2')")
        assert (compiled.replace("-dynamo", "_copy2-dynamo"),) in numbered.project("run").fetchall()


def test_growth_is_told_by_its_exponent(monkeypatch):
    times = {"grown_1": (1, 1), "grown_10": (2, 5), "grown_100": (200, 50), "runs_10": (100, 1)}

    def results(copy: str) -> list[dict]:
        names = ("model.image_models.pairs", "model.image_models.rows")
        both = zip(names, times[copy], strict=True)
        return [{"unique_id": name, "execution_time": time} for name, time in both]

    monkeypatch.setattr(benchmark, "read_results", results)
    pairs, rows = benchmark.measure_growth(Namespace(growth=[1, 10, 100], runs=10))
    assert (pairs["name"], pairs["seconds"]) == ("pairs", [1, 2, 200, 100])
    assert [pairs["by_models"], pairs["by_runs"]] == pytest.approx([2, 2])
    assert [rows["by_models"], rows["by_runs"]] == pytest.approx([1, 0])


def test_the_floor_is_all_seeds_with_their_tests(manifest):
    for kind in ("nodes", "unit_tests", "exposures"):
        for node in manifest[kind].values():
            needs = {name.split(".")[0] for name in node["depends_on"].get("nodes", [])}
            is_of_a_seed = "test_metadata" in node and needs == {"seed"}
            is_above = set(Path(node["original_file_path"]).parts) & set(benchmark.ABOVE_SEEDS)
            is_kept = node["resource_type"] in ("seed", "operation") or is_of_a_seed
            assert bool(is_above) != is_kept, node["unique_id"]


@pytest.fixture(scope="module")
def of_one_device(database, tmp_path_factory) -> Path:
    """A copy of the database of which fewer charts are drawn."""
    path = Path(shutil.copy(database, tmp_path_factory.mktemp("one") / database.name))
    with duckdb.connect(path) as connection:
        connection.execute(
            "delete from devices where not is_default_device;"
            "delete from benchmark_runs where device not in (select device from devices);"
            "truncate prediction_errors; truncate network_speed_ups"
        )
    return path


@pytest.fixture(scope="module")
def pages(of_one_device, mart, tmp_path_factory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("benchmark")
    (out / "run_results.json").write_text(
        json.dumps(
            {
                "results": [
                    {"unique_id": name, "execution_time": time} for name, time in NODES.items()
                ]
            }
        )
    )
    dbt = out / "dbt"
    dbt.write_text(DBT.format(mart=mart, results=out / "run_results.json"))
    dbt.chmod(0o755)
    sizes = ["--rounds", "1", "--scales", "1", "--growth", "1", "2", "--runs", "2"]
    files = ["--db", of_one_device, "--dbt", dbt, "--out", out]
    script = PROJECT / "scripts" / "benchmark.py"
    subprocess.run([*python(), script, *sizes, *files], check=True)
    assert (out / "performance.png").read_bytes().startswith(b"\x89PNG")
    return {name: (out / name).read_text() for name in PAGES}


def cells(page: str, heading: str) -> list[list[str]]:
    """Return the rows of the first table under a heading, without its header."""
    table = page.split(heading, 1)[1].split("|---", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()[1:]]


@pytest.mark.browser
def test_every_part_is_measured(pages):
    page = pages["performance.md"]
    for way in ("Files loaded before", "With reading"):
        ((scale, *figures),) = cells(page, way)
        assert scale == "1 ×"  # noqa: RUF001
        pandas, polars, ours, times_pandas, times_polars, *megabytes = map(float, figures)
        assert times_pandas == pytest.approx(pandas / ours, rel=0.1, abs=0.06)
        assert times_polars == pytest.approx(polars / ours, rel=0.2)
        assert len(set(megabytes)) == 3
        assert min(megabytes) > 20
    assert [row[:2] for row in cells(page, "## dbt")] == [
        ["cold build", "3"],
        ["seeds alone, cold", "3"],
        ["warm build", "3"],
    ]
    drawn = {name: figures for name, *figures in cells(page, "## The pages")}
    assert all(map(float, drawn["explorer.html"]))
    assert float(drawn["index.html"][1]) > 0
    assert drawn["index.html"][2:] == ["", ""]
    sizes = [row[0] for row in cells(pages["scale.md"], "## How it grows")]
    assert sizes == ["1 × the models", "2 × the models", "2 × the runs"]  # noqa: RUF001
    growth = cells(pages["scale.md"], "The models that take a second")
    assert ["`models`", "4.5", "4.5", "4.5", "0.0", "0.0"] in growth


@pytest.mark.browser
def test_the_committed_pages_come_from_the_same_templates(pages):
    def outline(text: str) -> list[str]:
        return re.findall(r"^(#.*|[|] (?:data|page|target) .*)$", text, re.MULTILINE)

    assert {name: outline(page) for name, page in pages.items()} == {
        name: outline(page) for name, page in COMMITTED.items()
    }
    scales = [row[0] for row in cells(COMMITTED["performance.md"], "Files loaded before")]
    assert scales == ["1 ×", "10 ×", "100 ×", "1,000 ×"]  # noqa: RUF001


def test_a_failing_command_ends_the_benchmark(tmp_path):
    script = [PROJECT / "scripts" / "benchmark.py", "--dbt", "/bin/false", "--out", tmp_path]
    result = subprocess.run([*python(), *script], capture_output=True, text=True)
    assert result.returncode == 1
    assert re.search("/bin/false.*compile.*non-zero exit status", result.stderr)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("polars", "cold", "mb", "met"),
    [
        (1.0, 1.9, 6, [True, True, True]),
        (0.9, 2.0, 7, [False, False, False]),
    ],
)
def test_targets_are_judged_by_their_bounds(polars, cold, mb, met):
    found = {("polars", "loaded", 100): polars, ("duckdb", "loaded", 100): 1}
    found |= {("duckdb", "loaded", 1): 1, "full": cold, "floor": 1}
    found = {key: {"seconds": seconds} for key, seconds in found.items()}
    judged = benchmark.judge(found, [{"mb": mb}, {"mb": mb}])
    assert [is_met for *_, is_met in judged] == met
    assert [what.split()[2] for what, *_ in judged] == ["polars", "over", "the"]
