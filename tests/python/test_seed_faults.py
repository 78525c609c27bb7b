"""Seeds edited by hand: a plain dbt build fails and names what is wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from conftest import copy_project, dbt_build

# fault: (seed, pattern, replacement, what the output must say)
FAULTS = {
    "a column is missing": (
        "training_benchmarks",
        r"(?m),[^,\n]*$",
        "",
        ["training_benchmarks"],
    ),
    "a column is new": (
        "training_benchmarks",
        r"(?m)$(?<=.)",
        ",extra",
        ["assert_seeds_have_their_documented_columns found", "seed = training_benchmarks"],
    ),
    "columns are swapped": (
        "imagenet_results",
        r"top1,top5",
        "top5,top1",
        ["assert_seeds_have_their_documented_columns found", "seed = imagenet_results"],
    ),
    "a number is text": ("training_benchmarks", r"603\.01", "fast", ["Line: 2", "fast"]),
    "a number is none": (
        "training_benchmarks",
        r"603\.01",
        "nan",
        ["rows_satisfy_training_benchmarks found", "model = adv_inception_v3"],
    ),
    "a row stands twice": (
        "training_benchmarks",
        r"(?m)^(train.*adv_inception_v3.*\n)",
        r"\1\1",
        ["is_key_training_benchmarks_run__model__img_size found", "model = adv_inception_v3"],
    ),
    "a row is gone": (
        "imagenet_results",
        r"(?m)^2026-01-06,sketch,resnet50\.a1_in1k.*\n",
        "",
        ["assert_every_upstream_row_is_counted found", "upstream_file = results-sketch.csv"],
    ),
    "all rows are gone": (
        "devices",
        r"\n[\s\S]*",
        "\n",
        ["assert_every_run_id_is_understood found"],
    ),
    "a name is padded": (
        "inference_benchmarks",
        r"rtx3090,resnet50,",
        "rtx3090,\u00a0resnet50,",
        ["is_key_inference_benchmarks_run__model__img_size found", "resnet50"],
    ),
    "a name holds a control character": (
        "inference_benchmarks",
        r"rtx3090,resnet50,",
        "rtx3090,resnet50\x1b[2J,",
        ["is_key_inference_benchmarks_run__model__img_size found", "resnet50\x1b[2J"],
    ),
    "a name begins with no letter": (
        "imagenet_results",
        r"levit_128\.fb_dist_in1k",
        "=levit_128.fb_dist_in1k",
        ["rows_satisfy_models found", "architecture_group <> ''"],
    ),
    "the unit is wrong": (
        "training_benchmarks",
        r"603\.01",
        "0.60301",
        ["rows_satisfy_training_benchmarks found", "samples_per_sec * step_time"],
    ),
    "an accuracy is over 100": (
        "imagenet_results",
        r"76\.526",
        "176.526",
        ["rows_satisfy_imagenet_results found", "top1 between 0 and 100", "levit_128s"],
    ),
    "an accuracy is no number of images": (
        "imagenet_results",
        r"76\.526",
        "76.527",
        ["assert_accuracies_are_whole_images found", "levit_128s"],
    ),
    "a size differs": (
        "inference_benchmarks",
        r"infer-amp-nchw-pt240-cu124-rtx3090,resnet50,224",
        "infer-amp-nchw-pt240-cu124-rtx3090,resnet50,225",
        ["assert_image_sizes_agree found", "model = resnet50", "img_size = 225"],
    ),
    "a rename is missing": (
        "architecture_renames",
        r"(?m)^ig_resnext101_32x16d,.*\n",
        "",
        ["assert_every_timed_name_is_accounted_for found", "model = ig_resnext101_32x16d"],
    ),
    "a tag is new": (
        "imagenet_results",
        r"levit_128\.fb_dist_in1k",
        "levit_128.fb_newset_in1k",
        ["assert_every_tag_token_is_known found", "token = newset"],
    ),
    "a device is unknown": (
        "devices",
        r"(?m)^4090,.*\n",
        "",
        ["assert_every_run_id_is_understood found", "run = infer-amp-nchw-pt291-cu128-4090"],
    ),
    "a file name is odd": (
        "benchmark_files",
        r"benchmark-train-amp-nhwc-pt112-cu113-rtx3090\.csv",
        "bench.csv",
        ["rows_satisfy_benchmark_files found", "upstream_file = bench.csv"],
    ),
}


@pytest.fixture
def project(tmp_path) -> Path:
    return copy_project(tmp_path)


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_in_a_seed_is_named(name, project):
    seed, pattern, replacement, expected = FAULTS[name]
    (path,) = (project / "seeds").rglob(f"{seed}.csv")
    good = path.read_text(encoding="utf-8")
    bad = re.sub(pattern, replacement, good)
    assert bad != good
    path.write_text(bad, encoding="utf-8")
    result = dbt_build(project)
    assert result.returncode == 1
    assert [part for part in expected if part not in result.stdout] == []
