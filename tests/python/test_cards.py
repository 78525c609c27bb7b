"""timm's model cards: the script that reads them, and what the marts say of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import refresh_seeds
from conftest import python

PROJECT = Path(__file__).resolve().parents[2]
SEEDS = PROJECT / "seeds"
SCRIPT = PROJECT / "scripts" / "read_model_cards.py"
CARDS = SEEDS / "timm" / "model_cards.csv"

# Small packages with what the script uses of torch and timm.
TORCH = """
from contextlib import contextmanager

devices = []

@contextmanager
def device(name):
    devices.append(name)
    try:
        yield
    finally:
        devices.pop()
"""
TIMM = """
from types import SimpleNamespace as Thing
import torch

__version__ = "9.9.0"
OWN = {
    "vit_merge.small": dict(license="mit", paper_ids="arXiv:1", hf_hub_id="timm/vit_merge.small"),
    "vit_merge.large": dict(num_classes=0, fixed_input_size=True, paper_ids=("arXiv:1", "arXiv:2")),
    "unbuilt.a_in1k": dict(input_size=(3, 1024, 768), license="own, odd"),
}

def list_pretrained():
    return list(OWN)

def get_pretrained_cfg(model):
    stated = dict(license=None, paper_ids=None, hf_hub_id=None, input_size=(3, 224, 224))
    return Thing(**{**stated, "fixed_input_size": False, "num_classes": 1000, **OWN[model]})

def model_entrypoint(architecture):
    return Thing(__module__=f"timm.models.{architecture.split('_')[0]}")

def create_model(model):
    assert torch.devices == ["meta"]
    if model == "unbuilt.a_in1k":
        raise RuntimeError("no such layer")
    width = 64 if model.endswith("small") else 128
    strides = [{"reduction": 16}, {"reduction": 4}, {"reduction": 16}]
    return Thing(num_features=width, feature_info=strides)
"""
HEADER = (
    "model,license,paper,hub_id,input_size,fixed_input_size,num_classes,"
    "module,num_features,reductions,timm_version"
)
WRITTEN = f"""\
{HEADER}
unbuilt.a_in1k,"own, odd",,,768,0,1000,unbuilt,,,9.9.0
vit_merge.large,,arXiv:1 arXiv:2,,224,1,0,vit,128,4 16,9.9.0
vit_merge.small,mit,arXiv:1,timm/vit_merge.small,224,0,1000,vit,64,4 16,9.9.0
"""


def read_cards(folder: Path, *arguments: str, **packages: str) -> subprocess.CompletedProcess:
    """Run the script in folder, where the given packages stand for the real ones."""
    site = folder / "site"
    site.mkdir()
    for name, code in {"torch": TORCH, "timm": TIMM, **packages}.items():
        (site / f"{name}.py").write_text(code)
    return subprocess.run(
        [*python(), str(SCRIPT), *(arguments or ["cards.csv"])],
        cwd=folder,
        env={"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
    )


def test_the_script_writes_what_timm_states(tmp_path):
    (tmp_path / "cards.csv.new").write_text("mine")
    result = read_cards(tmp_path)
    assert result.returncode == 0, result.stderr
    assert {path.name for path in tmp_path.glob("*cards*")} == {"cards.csv", "cards.csv.new"}
    assert (tmp_path / "cards.csv.new").read_text() == "mine"
    assert (tmp_path / "cards.csv").read_bytes().decode() == WRITTEN
    assert "unbuilt.a_in1k cannot be built" in result.stderr
    assert "0 of 3 models" in result.stderr
    assert "cards.csv: 3 models of timm 9.9.0" in result.stderr


def test_what_the_script_writes_is_imported_as_it_stands(tmp_path):
    read_cards(tmp_path)
    seeds = tmp_path / "seeds"
    arguments = ["--model-cards", str(tmp_path / "cards.csv"), "--seeds", str(seeds)]
    assert refresh_seeds.main(arguments) == 0
    assert (seeds / "model_cards.csv").read_bytes().decode() == WRITTEN


def test_the_seed_has_the_format_that_the_script_writes():
    assert CARDS.read_text(encoding="utf-8").splitlines()[0] == HEADER


STOPPED = """
import os, signal
signal.signal(signal.SIGINT, signal.default_int_handler)
def create_model(model):
    os.kill(os.getpid(), signal.{})
"""


@pytest.mark.parametrize(
    ("arguments", "packages", "code", "said"),
    [
        ([], {"timm": "import no_torch"}, 1, "No module named 'no_torch'. Run this where both"),
        (["no/cards.csv"], {}, 1, "no/cards.csv: No such file or directory; name another"),
        (["site"], {}, 2, "site is a folder"),
        ([], {"timm": f"{TIMM}{STOPPED.format('SIGINT')}"}, 130, "Interrupted; nothing was"),
        ([], {"timm": f"{TIMM}{STOPPED.format('SIGTERM')}"}, 130, "Interrupted; nothing was"),
    ],
)
def test_a_stopped_run_says_why_and_leaves_the_file(arguments, packages, code, said, tmp_path):
    (tmp_path / "cards.csv").write_text("before")
    result = read_cards(tmp_path, *arguments, **packages)
    assert result.returncode == code
    assert said in result.stderr
    assert "Traceback" not in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cards.csv", "site"]
    assert (tmp_path / "cards.csv").read_text() == "before"


def seed(name: str, **options) -> pd.DataFrame:
    (path,) = SEEDS.rglob(f"{name}.csv")
    return pd.read_csv(path, **options)


@pytest.fixture(scope="module")
def cards() -> pd.DataFrame:
    """The cards as the file has them, but for timm's toys, which are left out."""
    frame = seed("model_cards").set_index("model")
    frame = frame[~frame.index.str.startswith("test_")]
    return frame.assign(
        license=frame.license.fillna("unknown"),
        reductions=[[int(stride) for stride in text.split()] for text in frame.reductions],
        is_fixed_input_size=frame.fixed_input_size == 1,
    )


@pytest.fixture(scope="module")
def benchmarks() -> pd.DataFrame:
    return pd.concat([seed("inference_benchmarks"), seed("training_benchmarks")])


@pytest.fixture
def mart(connection):
    return lambda query: connection.execute(query).df()


def test_every_card_is_a_model_or_a_backbone_and_stands_there_as_it_is(mart, cards):
    tested = mart("from models").set_index("model")
    untested = mart("from backbones").set_index("model")
    assert (len(tested), len(untested)) == (1253, 560)
    ours = pd.concat([tested, untested])
    assert sorted(ours.index) == sorted(cards.index)
    theirs = cards.loc[ours.index]
    for column in ("license", "hub_id", "paper", "module", "input_size", "num_features"):
        pd.testing.assert_series_equal(ours[column], theirs[column], check_dtype=False)
    assert [list(strides) for strides in ours.reductions] == list(theirs.reductions)
    assert (ours.is_fixed_input_size == theirs.is_fixed_input_size).all()
    assert (untested.num_classes == theirs.num_classes[untested.index]).all()


def test_the_kind_of_every_licence_is_that_of_the_reference_seed(mart, cards):
    kinds = seed("licenses").set_index("license").license_kind
    assert set(kinds.index) == set(cards.license)
    for name in ("models", "backbones", "model_benchmarks", "backbone_benchmarks"):
        rows = mart(f"select distinct model, license, license_kind from {name}")
        assert list(rows.license) == list(cards.license[rows.model])
        assert list(rows.license_kind) == list(kinds[rows.license])


def test_a_fixed_input_size_is_the_only_one_that_was_tested(mart):
    rows = mart("select input_size, img_sizes, is_fixed_input_size from models")
    sizes = [list(tested) for tested in rows.img_sizes]
    fixed = [tested for tested, only in zip(sizes, rows.is_fixed_input_size, strict=True) if only]
    assert len(fixed) == 413
    assert fixed == [[size] for size in rows.input_size[rows.is_fixed_input_size]]
    assert max(len(tested) for tested in sizes) == 2


def test_what_backbones_were_pretrained_on(mart, cards):
    datasets = seed("pretraining_datasets")
    for backbone in mart("from backbones").itertuples():
        tag = f"_{backbone.tag}_"
        found = [row for row in datasets.itertuples() if f"_{row.token}_" in tag]
        found.sort(key=lambda row: tag.index(f"_{row.token}_"))
        expected = " > ".join(row.dataset for row in found if row.is_extra_data)
        told = found or cards.num_classes[backbone.model] == 1000
        expected = expected or ("imagenet-1k" if told else "unknown")
        assert backbone.pretrained_on == expected, backbone.model


@pytest.mark.parametrize(
    ("model", "pretrained_on"),
    [
        ("vit_large_patch16_dinov3.sat493m", "sat-493m"),
        ("vit_base_patch16_siglip_224.v2_webli", "webli"),
        ("vit_so400m_patch14_siglip_gap_448.pali2_3b_docci", "webli > docci"),
        ("vit_base_patch16_224.mae", "imagenet-1k"),
        # A tag that names the maker alone: Perception Encoder and SAM 2 saw no ImageNet-1k.
        ("vit_pe_core_base_patch16_224.fb", "unknown"),
        ("sam2_hiera_tiny.fb_r896", "unknown"),
        # Untested as yet, but with ImageNet-1k's classes.
        ("cpubone_b0_bfrobust.r224_in1k", "imagenet-1k"),
    ],
)
def test_what_well_known_backbones_were_pretrained_on(model, pretrained_on, mart):
    rows = mart(f"select pretrained_on from backbones where model = '{model}'")
    assert list(rows.pretrained_on) == [pretrained_on]


def test_speeds_of_backbones_are_those_of_their_architectures(mart, cards, benchmarks):
    tested = seed("imagenet_results")
    tested = tested[tested.snapshot == tested.snapshot.max()].model.str.partition(".")[0]
    renames = seed("architecture_renames").set_index("old_name").new_name.str.partition(".")[0]
    renamed = benchmarks.model.isin(renames.index) & ~benchmarks.model.isin(tested)
    architecture = benchmarks.model.where(~renamed, benchmarks.model.map(renames))
    # ConvNeXt-Base timed under the names of smaller ones.
    wrong = (benchmarks.param_count == 88.59) & architecture.str.match("convnext_(small|tiny)")
    assert wrong.sum() == 4
    keys = ["run", "architecture", "img_size"]
    speeds = benchmarks.assign(architecture=architecture)[~wrong]
    speeds = speeds.groupby(keys).samples_per_sec.mean().reset_index()
    backbones = mart("select model, architecture from backbones")
    theirs = speeds.merge(backbones, on="architecture").set_index(["run", "model", "img_size"])
    ours = mart("from backbone_benchmarks").set_index(["run", "model", "img_size"])
    assert sorted(ours.index) == sorted(theirs.index)
    np.testing.assert_allclose(ours.ms, 1000 / theirs.samples_per_sec[ours.index], rtol=1e-12)


def test_left_out_rows_say_where_the_speeds_of_backbones_are(mart):
    rows = mart("from left_out_rows where see_also is not null")
    assert set(rows.see_also) == {"backbone_benchmarks"}
    assert set(rows.reason) == {"no accuracy published", "other image size only"}
    found = mart(
        """
        from left_out_rows semi join backbone_benchmarks
        on left_out_rows.run = backbone_benchmarks.run
        and left_out_rows.img_size = backbone_benchmarks.img_size
        and left_out_rows.model = backbone_benchmarks.architecture
        """
    )
    # Those that stand there under a new name of an old one are not found this way.
    assert len(rows) >= len(found) > 2000
    assert found.see_also.notna().all()


@pytest.mark.parametrize("max_ms", [0.2, 1, 5])
def test_what_staying_permissive_costs_is_what_best_models_answer(max_ms, mart):
    (cost,) = mart(f"from license_costs where max_ms = {max_ms}").itertuples()
    asked = f"max_ms := {max_ms}, n := 1"
    (best,) = mart(f"from best_models({asked})").itertuples()
    (permissive,) = mart(f"from best_models({asked}, license_kind := 'permissive')").itertuples()
    assert (cost.best_model, cost.best_top1) == (best.model, best.top1)
    assert (cost.permissive_model, cost.permissive_top1) == (permissive.model, permissive.top1)
    assert cost.less_top1 == pytest.approx(best.top1 - permissive.top1)
