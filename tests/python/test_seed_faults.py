"""Seeds edited by hand: a plain dbt build names what is wrong, and fails.

Also tables, and what YAML says of them: what no one line of a seed can break.
"""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import duckdb
import jinja2
import pytest
from conftest import PROJECT, change_rows, command, copy_project

COUNTED = "assert_every_upstream_row_is_counted"
DOCUMENTED = "assert_seeds_have_their_documented_columns"

# fault: (seed, pattern, replacement, the test or load that must find it, what must be said)
IN_SEEDS = {
    "a column is missing": (
        "result_files",
        r"(?m),[^,\n]*$",
        "",
        DOCUMENTED,
        ["seed = result_files"],
    ),
    "a column is new": (
        "training_benchmarks",
        r"(?m)$(?<=.)",
        ",extra",
        DOCUMENTED,
        ["seed = training_benchmarks"],
    ),
    # No figure shows it: either could be the other.
    "columns are swapped": (
        "inference_benchmarks",
        r"gmacs,macts",
        "macts,gmacs",
        DOCUMENTED,
        ["seed = inference_benchmarks"],
    ),
    "a number is none": (
        "training_benchmarks",
        r"603\.01",
        "nan",
        "rows_satisfy_training_benchmarks",
        ["isfinite(samples_per_sec)", "model = adv_inception_v3"],
    ),
    "the unit is wrong": (
        "inference_benchmarks",
        r"2258\.89",
        "2.25889",
        "rows_satisfy_inference_benchmarks",
        ["samples_per_sec * step_time", "model = adv_inception_v3"],
    ),
    "a row stands twice": (
        "training_benchmarks",
        r"(?m)^(train-amp-nchw.*,beit_base_patch16_224,.*\n)",
        r"\1\1",
        "rows_satisfy_training_benchmarks",
        ["one row per run, model, img_size", "model = beit_base_patch16_224"],
    ),
    "a name is padded": (
        "inference_benchmarks",
        r"rtx3090,resnet18,",
        "rtx3090,\u00a0resnet18,",
        "rows_satisfy_inference_benchmarks",
        ["model = \u00a0resnet18"],
    ),
    "a name holds a control character": (
        "inference_benchmarks",
        r"pt113-cu117-rtx3090,resnet50,",
        "pt113-cu117-rtx3090,resnet50\x1b[2J,",
        "rows_satisfy_inference_benchmarks",
        ["model = resnet50\x1b[2J"],
    ),
    "an accuracy is over 100": (
        "imagenet_results",
        r"76\.526",
        "176.526",
        "rows_satisfy_imagenet_results",
        ["top1 between 0 and 100", "model = levit_128s.fb_dist_in1k"],
    ),
    "a card is of another version": (
        "model_cards",
        r"(?m)^(levit_256\.fb_dist_in1k,.*),[\d.]+$",
        r"\1,0.9.0",
        "rows_satisfy_model_cards",
        ["model = levit_256.fb_dist_in1k", "timm_version = 0.9.0"],
    ),
    "many names are padded": (
        "model_metadata",
        r"(?m)^([\d-]+),vit_",
        r"\1, vit_",
        "rows_satisfy_model_metadata",
        ["model =  vit_", "    and "],
    ),
    "a file name is odd": (
        "benchmark_files",
        r"benchmark-train-amp-nhwc-pt112-cu113-rtx3090\.csv",
        "bench.csv",
        "rows_satisfy_benchmark_files",
        ["upstream_file = bench.csv"],
    ),
}


# What breaks the contract that every mart has: without a column, and with one of another type.
OF_NO_MARTS = {
    "lacking.sql": "select 'x' as other",
    "mistyped.sql": "select 1 as text",
    "broken.yml": """
models:
  - name: lacking
    columns:
      - {name: text, data_type: varchar}
  - name: mistyped
    columns:
      - {name: text, data_type: varchar}
""",
}


# The database of make test and that of the copy: dbt parses a project anew for another path.
SCRATCH = Path("target", "test", "image_models.duckdb")


def edit(seed: str, pattern: str, replacement: str, project: Path) -> None:
    (path,) = (project / "seeds").rglob(f"{seed}.csv")
    text = path.read_text(encoding="utf-8")
    edited = re.sub(pattern, replacement, text)
    assert edited != text, pattern
    path.write_text(edited, encoding="utf-8")


def test_faults_in_seeds_are_named_each_by_its_own_test(database, tmp_path):
    project = copy_project(tmp_path)
    (project / SCRATCH).parent.mkdir(parents=True)
    shutil.copy(PROJECT / "target" / "partial_parse.msgpack", project / "target")
    for seed, pattern, replacement, _, _ in IN_SEEDS.values():
        edit(seed, pattern, replacement, project)
    for name, text in OF_NO_MARTS.items():
        (project / "models" / "marts" / name).write_text(text)
    result = subprocess.run(
        [command("dbt"), "--no-use-colors", "build", "--exclude-resource-type", "unit_test"],
        cwd=project,
        env={**os.environ, "IMAGE_MODELS_DB": str(SCRATCH)},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 1
    said = dict(re.findall(r"^(\w+) found:\n((?: {4}.*\n)*)", result.stdout, re.MULTILINE))
    assert said.keys() == {finder for _, _, _, finder, _ in IN_SEEDS.values()}, result.stdout
    for name, (_, _, _, finder, parts) in IN_SEEDS.items():
        assert [part for part in parts if part not in said[finder]] == [], (name, said[finder])
        assert said[finder].count("\n") <= 21
    assert "Warning in test" not in result.stdout
    broken = re.findall(r"Compilation Error in model (\w+)", result.stdout)
    assert sorted(set(broken)) == ["lacking", "mistyped"]
    assert result.stdout.count("This model has an enforced contract that failed") >= 2


# fault: (what is done to tables, the test that must find it, what must be said)
IN_TABLES = {
    "a key is null": (
        "update raw.result_files set test_set = null where rowid = 0",
        "rows_satisfy_result_files",
        ["one row per snapshot, test_set, none blank or padded"],
    ),
    "a key is blank": (
        "update raw.imagenet_results set model = '' where rowid = 1",
        "rows_satisfy_imagenet_results",
        ["one row per snapshot, test_set, model, img_size, none blank or padded"],
    ),
    "numbers have no end": (
        "update raw.inference_benchmarks set samples_per_sec = 'inf' where rowid < 22",
        "rows_satisfy_inference_benchmarks",
        ["isfinite(samples_per_sec)"],
    ),
    "a number is negative": (
        "update raw.training_benchmarks set batch_size = -1 where rowid = 2",
        "rows_satisfy_training_benchmarks",
        ["batch_size = -1"],
    ),
    "top5 is below top1": (
        "update raw.imagenet_results set top5 = top1 - 1 where rowid = 3",
        "rows_satisfy_imagenet_results",
        ["top5 between top1 and 100"],
    ),
    "an accuracy is no number of images": (
        "update raw.imagenet_results set top1 = top1 + 0.001"
        " where model = 'levit_128s.fb_dist_in1k'",
        "assert_accuracies_are_whole_images",
        ["model = levit_128s.fb_dist_in1k"],
    ),
    "a run id is outside the grammar": (
        "update intermediate.int_runs_described set phase = '', run = 'infer-strange'"
        " where rowid = 4",
        "assert_every_run_id_is_understood",
        ["run = infer-strange"],
    ),
    "a row of accuracies is gone": (
        "delete from test_set_accuracies where test_set = 'sketch' and model = 'resnet50.a1_in1k'",
        COUNTED,
        ["upstream_file = results-sketch.csv"],
    ),
    "all blank rows are gone": (
        "delete from left_out_rows where reason = 'blank upstream'",
        COUNTED,
        ["upstream_file = benchmark-infer-amp-nchw-pt210-cu121-rtx3090.csv"],
    ),
    "a row is added on the way": (
        "update benchmark_runs set matched_rows = matched_rows + 1"
        " where run = 'train-amp-nhwc-pt112-cu113-rtx3090'",
        COUNTED,
        ["upstream_file = benchmark-train-amp-nhwc-pt112-cu113-rtx3090.csv"],
    ),
    "rows are lost on the way": (
        "update benchmark_runs set matched_rows = matched_rows - 9"
        " where run = 'infer-amp-nhwc-pt240-cu124-rtx3090'",
        COUNTED,
        ["upstream_file = benchmark-infer-amp-nhwc-pt240-cu124-rtx3090.csv"],
    ),
    "a name's parts do not give it back": (
        "update models set tag = 'other' where model = 'resnet50.a1_in1k'",
        "rows_satisfy_models",
        ["concat_ws('.', architecture, tag) = model", "model = resnet50.a1_in1k"],
    ),
    "a time is not one by the speed": (
        "update model_benchmarks set secs = 2 * secs where rowid = 5",
        "rows_satisfy_model_benchmarks",
        ["abs(secs * samples_per_sec - 1)"],
    ),
    "a row stands twice in a mart": (
        "insert into devices from devices limit 1",
        "rows_satisfy_devices",
        ["one row per device, none blank or padded"],
    ),
}


def test_faults_in_tables_are_named_each_by_its_own_test(database, found_by, tmp_path):
    path = shutil.copy(database, tmp_path)
    with duckdb.connect(path) as connection:
        change_rows(connection, [change for change, _, _ in IN_TABLES.values()])
    found = found_by(path)
    for name, (_, finder, parts) in IN_TABLES.items():
        said = found.get(finder, "")
        assert [part for part in parts if part not in said] == [], (name, said)


@pytest.fixture
def copy_csv(tmp_path) -> Callable[[str, str], str]:
    """The macro that loads seeds, in that folder: what it makes of a table and a file."""
    macros = [
        PROJECT / "macros" / "expressions" / "project_path.sql",
        PROJECT / "macros" / "load_csv_rows.sql",
    ]
    jinja = jinja2.Environment(extensions=["jinja2.ext.do"])
    jinja.globals["invocation_args_dict"] = {"project_dir": str(tmp_path)}
    return jinja.from_string("".join(path.read_text() for path in macros)).module.copy_csv


def test_a_name_is_loaded_as_it_stands_however_late_it_comes(tmp_path, copy_csv):
    """From a file of which DuckDB would look at the first rows alone."""
    names = ["a,b", 'a"b', "#a", "'a'", "1", "null", "a\\", 'a", "b', "2026-01-06"]
    with (tmp_path / "seed.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([name] for name in ["model", *["plain"] * 30_000, *names])
    with duckdb.connect() as connection:
        connection.execute("create table seed (model varchar)")
        connection.execute(copy_csv("seed", "seed.csv"))
        found = connection.execute("from seed offset 30_000").fetchall()
    assert [model for (model,) in found] == names


def test_a_number_that_is_text_is_named_as_it_is_loaded(tmp_path, copy_csv):
    (tmp_path / "seed.csv").write_text("model,top1\na,76.5\nb,zero\n")
    said = 'Line: 3\n(?s:.*)column "top1". (?s:.*)"zero"(?s:.*)/seed.csv\n'
    with duckdb.connect() as connection:
        connection.execute("create table seed (model varchar, top1 double)")
        with pytest.raises(duckdb.ConversionException, match=said):
            connection.execute(copy_csv("seed", "seed.csv"))
