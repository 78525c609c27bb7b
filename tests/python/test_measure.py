"""scripts/measure.py, with small objects that stand for torch and timm, and a clock of its own."""

from __future__ import annotations

import csv
import itertools
import re
import signal
import subprocess
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace as Thing

import measure
import pytest
import yaml
from conftest import python

PROJECT = Path(__file__).resolve().parents[2]
GRAMMAR = yaml.safe_load((PROJECT / "dbt_project.yml").read_text())["vars"]["run_grammar"]


class Machine:
    """torch, timm and a clock that runs while a network does."""

    def __init__(self, monkeypatch, fits=256, device="cuda", secs=lambda step: 0.001):
        self.time, self.steps, self.fits, self.made = 0.0, itertools.count(), fits, []
        self.secs, self.batches = secs, []
        monkeypatch.setattr(measure, "clock", lambda: self.time)
        monkeypatch.setattr(measure, "read_processors", lambda: (0, 0))
        backend = Thing(
            is_available=lambda: True,
            synchronize=lambda: None,
            empty_cache=lambda: None,
            get_device_name=lambda: "NVIDIA GeForce RTX 4070 Ti",
        )
        absent = Thing(is_available=lambda: False)
        self.torch = Thing(
            __version__="2.9.1+cu130",
            version=Thing(cuda="13.0", hip=None),
            float16="half",
            cuda=absent,
            xpu=absent,
            backends=Thing(mps=absent),
            randn=lambda batch_size, *shape, device: (batch_size, shape),
            inference_mode=nullcontext,
            autocast=self.autocast,
        )
        if device != "cpu":
            setattr(self.torch, device, backend)
        self.device = device
        self.timm = Thing(create_model=self.create_model)

    def autocast(self, device, number, enabled):
        assert enabled == (device != "cpu")
        return nullcontext()

    def create_model(self, model, **options):
        self.made.append((model, *options.values()))
        if model == "unknown":
            raise RuntimeError("Unknown model (unknown)")
        if options and model.startswith("resnet"):
            raise TypeError("unexpected keyword argument 'img_size'")
        network = Thing(
            default_cfg={"input_size": (3, 224, 224)},
            parameters=lambda: [Thing(numel=lambda: 25_557_032)],
        )
        return Thing(**vars(network), to=lambda device: Thing(eval=lambda: self.network(network)))

    def network(self, network):
        def forward(images):
            batch_size, _ = images
            if batch_size > self.fits:
                raise RuntimeError("CUDA out of memory. Tried to allocate 20 MiB")
            self.batches.append(batch_size)
            self.time += batch_size * self.secs(next(self.steps))

        forward.parameters = network.parameters
        return forward

    def run(self, path: Path, *networks: str) -> tuple[int, list[dict]]:
        complaints = measure.measure_all(self.torch, self.timm, networks, self.device, path)
        return complaints, measure.read_rows(path)


@pytest.fixture
def machine(monkeypatch):
    return lambda **options: Machine(monkeypatch, **options)


def test_the_anchors_are_those_of_the_seed():
    with (PROJECT / "seeds" / "reference" / "anchors.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert [f"{row['architecture']}@{row['img_size']}" for row in rows] == list(measure.ANCHORS)
    assert [int(row["place"]) for row in rows] == list(range(1, 21))


def test_a_row_is_as_upstream_writes_it(machine, tmp_path):
    complaints, (row,) = machine().run(tmp_path / "f.csv", "resnet50@224")
    assert complaints == 0
    assert row["model"] == "resnet50"
    assert float(row["infer_samples_per_sec"]) == pytest.approx(1000)
    assert float(row["infer_step_time"]) == pytest.approx(256)
    assert row["infer_batch_size"] == "256"
    assert row["infer_img_size"] == "224"
    assert row["param_count"] == "25.56"


@pytest.mark.parametrize(("fits", "batch_size"), [(255, "128"), (64, "64"), (1, "1")])
def test_the_batch_is_halved_until_it_fits(machine, tmp_path, fits, batch_size):
    _, (row,) = machine(fits=fits).run(tmp_path / "f.csv", "resnet50")
    assert row["infer_batch_size"] == batch_size


def test_what_never_fits_and_what_timm_does_not_know_is_said(machine, tmp_path, capsys):
    assert machine(fits=0).run(tmp_path / "f.csv", "resnet50", "unknown") == (2, [])
    said = capsys.readouterr().err
    assert "resnet50: not measured, not even one image fits in memory" in said
    assert "unknown: not measured, timm cannot build it: Unknown model" in said


def test_a_cpu_takes_one_image_at_a_time(machine, tmp_path):
    cpu = machine(device="cpu")
    _, (row,) = cpu.run(tmp_path / "f.csv", "resnet50")
    assert row["infer_batch_size"] == "1"
    assert set(cpu.batches) == {1}


def test_another_size_is_asked_for_where_the_network_needs_it(machine, tmp_path):
    asked = machine()
    _, rows = asked.run(tmp_path / "f.csv", "resnet50@384", "vit@384", "vit@224")
    assert [row["infer_img_size"] for row in rows] == ["384", "384", "224"]
    assert asked.made[:5] == [("resnet50",), ("resnet50", 384), ("vit",), ("vit", 384), ("vit",)]


def test_a_network_that_will_not_be_steady_is_no_figure(machine, tmp_path, capsys):
    jumpy = machine(secs=lambda step: 0.001 * (1 + step % 2))
    assert jumpy.run(tmp_path / "f.csv", "resnet50") == (1, [])
    assert "the machine is busy or slows itself down" in capsys.readouterr().err


def test_a_machine_that_slows_down_on_the_way_is_noticed(machine, tmp_path, capsys):
    hot = machine(secs=lambda step: 0.001 if step < 30 else 0.002)
    complaints, rows = hot.run(tmp_path / "f.csv", "resnet50", "resnet18", "resnet34")
    assert (complaints, len(rows)) == (1, 3)
    assert "and 500.0 at the end: the machine slows itself down" in capsys.readouterr().err


def test_a_steady_figure_of_a_crowded_processor_is_none(machine, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(measure, "share_of_others", lambda before, own: 0.5)
    assert machine(device="cpu").run(tmp_path / "f.csv", "resnet50") == (1, [])
    assert "other programs took 50% of the processors" in capsys.readouterr().err
    assert machine(device="cuda").run(tmp_path / "f.csv", "resnet50")[0] == 0


def test_the_attempt_counts_that_nothing_disturbs(machine, tmp_path, monkeypatch):
    shares = iter([0.5, 0.1])
    monkeypatch.setattr(measure, "share_of_others", lambda before, own: next(shares))
    calmer = machine(device="cpu", secs=lambda step: 0.4 if step < 10 else 0.1)
    _, (row,) = calmer.run(tmp_path / "f.csv", "resnet50")
    assert float(row["infer_samples_per_sec"]) == pytest.approx(10)


@pytest.mark.parametrize(
    ("now", "own", "share"),
    [
        ((100, 0), 100, 0),  # all of it is ours
        ((100, 0), 60, 0.4),
        ((80, 20), 10, 0),  # there is room for both
        ((0, 0), 10, 0),  # a system that does not say
    ],
)
def test_the_share_of_others(monkeypatch, now, own, share):
    monkeypatch.setattr(measure, "read_processors", lambda: now)
    assert measure.share_of_others((0, 0), own) == pytest.approx(share)


def test_a_load_above_the_cores_is_said(monkeypatch, capsys):
    monkeypatch.setattr(measure.os, "getloadavg", lambda: (9.0, 9, 9), raising=False)
    monkeypatch.setattr(measure, "count_cores", lambda: 8)
    measure.warn_of_load()
    assert "busy: a load of 9.0 on 8 cores" in capsys.readouterr().err


def test_it_goes_on_where_it_was_stopped(machine, tmp_path, capsys):
    path = tmp_path / "f.csv"
    (tmp_path / "f.csv.new").write_text("mine")
    before = machine()
    before.run(path, "resnet50", "resnet18")
    kept = path.read_bytes()

    def stop(step):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        machine(secs=stop).run(path, "resnet50", "resnet18", "vgg16")
    assert path.read_bytes() == kept
    again = machine()
    _, rows = again.run(path, "resnet50", "resnet18", "vgg16")
    assert [row["model"] for row in rows] == ["resnet50", "resnet18", "vgg16"]
    assert {model for (model, *_) in again.made} == {"vgg16"}
    assert "f.csv holds 2 of them already" in capsys.readouterr().err
    assert {each.name for each in tmp_path.iterdir()} == {"f.csv", "f.csv.new"}
    assert (tmp_path / "f.csv.new").read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "key"),
    [
        ("NVIDIA GeForce RTX 4070 Ti", "rtx_4070_ti"),
        ("Intel(R) Core(TM) i7-12700H CPU @ 2.30GHz", "i7_12700h"),
        ("Apple M3 Max", "m3_max"),
        ("AMD Instinct MI300X", "instinct_mi300x"),
        ("Orin (nvgpu)", "orin_nvgpu"),
        ("  ", "device"),
    ],
)
def test_keys_of_devices(name, key):
    assert measure.make_key(name) == key


def test_a_device_is_named_as_the_importer_takes_it():
    card = Thing(get_device_name=lambda: "Some  Core(TM)2 CPU     E8400  @ 3.00GHz " + "x" * 99)
    name = measure.name_device(Thing(cuda=card), "cuda")
    assert name == ("Some Core(TM)2 CPU E8400 @ 3.00GHz " + "x" * 99)[:60]


@pytest.mark.parametrize(
    ("device", "versions", "slot"),
    [
        ("cuda", ("2.9.1+cu130", "13.0", None), "amp-nchw-pt291-cu130"),
        ("cuda", ("2.10.0+rocm6.3", None, "6.3.42134-a9a80e791"), "amp-nchw-pt2100-rocm6.3"),
        ("mps", ("2.4.0", None, None), "amp-nchw-pt240-mps"),
        ("xpu", ("2.8.0+xpu", None, None), "amp-nchw-pt280-xpu"),
        ("cpu", ("2.14.1+cu130", "13.0", None), "fp32-nchw-pt2141-cpu"),
    ],
)
def test_a_files_name_is_of_upstreams_grammar(device, versions, slot):
    version, cuda, hip = versions
    torch = Thing(__version__=version, version=Thing(cuda=cuda, hip=hip))
    name = measure.name_file(torch, device, "rtx_4070_ti")
    assert name == f"benchmark-infer-{slot}-rtx_4070_ti.csv"
    assert re.fullmatch(GRAMMAR, name.removeprefix("benchmark-").removesuffix(".csv"))


@pytest.mark.parametrize("device", ["cuda", "mps", "xpu", "cpu"])
def test_the_best_device_there_is(machine, device):
    torch = machine(device="none").torch
    if device == "mps":
        torch.backends.mps = Thing(is_available=lambda: True)
    elif device != "cpu":
        setattr(torch, device, Thing(is_available=lambda: True))
    assert measure.choose_device(torch) == device


@pytest.mark.parametrize(
    "arguments", [["--models", "a b"], ["--models", "a@"], ["--key", "a-b"], ["--out", "nowhere"]]
)
def test_wrong_arguments(arguments):
    with pytest.raises(SystemExit, match="2"):
        measure.parse_arguments(arguments)


# Packages with what the script uses of torch and timm, for a process of its own.
PACKAGES = {
    "torch": """
from contextlib import nullcontext
from types import SimpleNamespace as Thing
import time

__version__ = "2.9.1"
absent = Thing(is_available=lambda: False)
xpu, backends = absent, Thing(mps=absent)
cuda = Thing(
    is_available=lambda: True, synchronize=lambda: None, get_device_name=lambda: "A card"
)
version, float16 = Thing(cuda="13.0", hip=None), None
inference_mode = nullcontext

def autocast(device, number, enabled):
    return nullcontext()

def randn(*shape, device):
    return shape
""",
    "timm": """
import signal, time

class Network:
    default_cfg = {"input_size": (3, 224, 224)}
    to = eval = lambda self, device=None: self
    parameters = list

    def __init__(self, model):
        self.model = model

    def __call__(self, images):
        if self.model == "stop":
            signal.raise_signal(signal.SIGTERM)
        time.sleep(0.01)

create_model = Network
""",
}


def run(folder: Path, *arguments: str, **packages: str) -> subprocess.CompletedProcess:
    site = folder / "site"
    site.mkdir()
    for name, code in {**PACKAGES, **packages}.items():
        (site / f"{name}.py").write_text(code)
    return subprocess.run(
        [*python(), str(PROJECT / "scripts" / "measure.py"), *arguments],
        cwd=folder,
        env={"PYTHONPATH": str(site)},
        capture_output=True,
        text=True,
    )


def test_the_script_says_where_the_file_is_and_what_to_do_with_it(tmp_path):
    result = run(tmp_path, "--models", "quick", "--key", "mine")
    assert result.returncode == 0, result.stderr
    (row,) = measure.read_rows(tmp_path / "benchmark-infer-amp-nchw-pt291-cu130-mine.csv")
    assert row["model"] == "quick"
    assert row["infer_batch_size"] == "256"
    assert "python scripts/refresh_seeds.py --own benchmark-infer-amp-" in result.stderr


def test_what_stops_it_is_one_line(tmp_path):
    result = run(tmp_path, "--models", "quick", "stop")
    assert result.returncode == 128 + signal.SIGTERM
    assert result.stderr.splitlines()[-1].startswith("Stopped. What was measured is in")
    assert len(list(tmp_path.glob("benchmark-*.csv"))) == 1


STOPPING = "import signal\nsignal.raise_signal(signal.{0})\n"


@pytest.mark.parametrize(
    ("packages", "code", "said"),
    [
        ({"timm": STOPPING.format("SIGINT")}, 130, "Stopped, with nothing measured"),
        ({"timm": STOPPING.format("SIGHUP")}, 129, "Stopped, with nothing measured"),
        ({"torch": "raise OSError('libcuda.so: cannot open')"}, 1, "libcuda.so: cannot open. Run"),
        (
            {"torch": PACKAGES["torch"].replace('lambda: "A card"', "None")},
            1,
            "torch finds no cuda here: 'NoneType' object is not callable; choose another --device",
        ),
    ],
)
def test_what_torch_and_timm_cannot_do_is_one_line(packages, code, said, tmp_path):
    result = run(tmp_path, "--device", "cuda", **packages)
    assert result.returncode == code
    assert result.stderr.startswith(said)
    assert result.stderr.count("\n") == 1


def test_a_network_that_fails_is_said_and_the_next_one_measured(machine, tmp_path, capsys):
    def fail(step):
        if step == 0:
            raise AssertionError("Input height (384) doesn't match model (224)\nand more")
        return 0.001

    complaints, rows = machine(secs=fail).run(tmp_path / "f.csv", "vit", "resnet50")
    assert (complaints, [row["model"] for row in rows]) == (1, ["resnet50"])
    said = capsys.readouterr().err
    assert "vit: not measured, Input height (384) doesn't match model (224)\n" in said


@pytest.mark.parametrize(
    "text", ["mine", f"{','.join(measure.COLUMNS)}\nx,\n", "\0", "model\n\xff\n"]
)
def test_a_file_that_is_not_its_own_stays(text, machine, tmp_path):
    path = tmp_path / "f.csv"
    path.write_bytes(text.encode("latin-1"))
    with pytest.raises(OSError, match="is no file of this script's"):
        machine().run(path, "resnet50")
    assert path.read_bytes() == text.encode("latin-1")


def test_without_torch_it_says_what_to_install(tmp_path):
    result = run(tmp_path, torch="raise ImportError('No module named torch')")
    assert result.returncode == 1
    assert "pip install torch timm" in result.stderr
