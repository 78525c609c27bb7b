"""timm's model cards: the script that reads them, and what the marts say of them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from conftest import python

PROJECT = Path(__file__).resolve().parents[2]
SCRIPT = PROJECT / "scripts" / "read_model_cards.py"
CARDS = PROJECT / "seeds" / "timm" / "model_cards.csv"

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
    result = read_cards(tmp_path)
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "cards.csv").read_bytes().decode() == WRITTEN
    assert "unbuilt.a_in1k cannot be built" in result.stderr
    assert "0 of 3 models" in result.stderr
    assert "cards.csv: 3 models of timm 9.9.0" in result.stderr


def test_the_seed_has_the_format_that_the_script_writes():
    assert CARDS.read_text(encoding="utf-8").splitlines()[0] == HEADER


@pytest.mark.parametrize(
    ("arguments", "packages", "code", "said"),
    [
        ([], {"timm": "import no_torch"}, 1, "No module named 'no_torch'. Run this where both"),
        (["no/cards.csv"], {}, 1, "no/cards.csv.new: No such file or directory; name another"),
        (["site"], {}, 2, "site is a folder"),
        ([], {"timm": f"{TIMM}\ndef create_model(model): raise KeyboardInterrupt"}, 130, "Interr"),
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
