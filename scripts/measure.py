"""Time image models on this machine and write timm's own benchmark format.

    python measure.py                                   the anchors, to predict the rest from
    python measure.py --models convnext_base vit_base_patch16_384@384

Needs torch and timm and nothing of this project, so copy it to where those are. Weights are
random, nothing is downloaded. It runs on CUDA, ROCm, MPS, XPU or the CPU, as timm benchmarks
there: a card with mixed precision and the largest batch up to 256 that fits, a CPU with fp32 and
one image at a time. Each network is timed until its median is steady. What was measured is kept:
run it again to go on.

Exit code 0: done; 1: torch, timm or a place to write is missing, or a figure could not be had or
cannot be trusted; 2: wrong arguments; 130, 143, 129: stopped by
Ctrl-C, SIGTERM or a closed terminal.
"""

from __future__ import annotations

import argparse
import csv
import os
import platform
import re
import signal
import subprocess
import sys
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter as clock
from time import process_time

# The seed anchors, in its order.
ANCHORS = (
    *("resnet50@224", "vit_small_patch16_224@224", "mobilenetv3_large_100@224"),
    *("convnext_tiny@224", "efficientnet_b0@224", "vit_base_patch16_224@224"),
    *("swin_tiny_patch4_window7_224@224", "regnety_016@224", "resnet18@224"),
    *("deit3_small_patch16_384@384", "tf_efficientnetv2_s@384", "convnext_base@224"),
    *("vit_tiny_patch16_224@224", "resnet101@224", "maxvit_tiny_tf_224@224", "levit_256@224"),
    *("vgg16@224", "densenet121@224", "edgenext_small@256", "mobilenetv2_100@224"),
)
COLUMNS = (
    *("model", "infer_samples_per_sec", "infer_step_time", "infer_batch_size"),
    *("infer_img_size", "param_count"),
)
WARM_UP = 0.5  # seconds
REPEAT = 0.1  # seconds that a repeat lasts at least, in whole steps
REPEATS = (8, 60)  # at least and at most
PATIENCE = 20  # seconds for one network
STEADY = 0.01  # by what share the last repeats may still move the median
BUSY = 0.3  # from what spread of the repeats on something else is at work
CROWDED = 0.3  # from what share of the processors on other programs are in the way
CHANGED = 0.15  # from what share on the first network, timed again at the end, takes another time
ATTEMPTS = 3


class Unmeasured(Exception):
    """A network that has no figure; the message says why."""


class Stopped(BaseException):
    """A signal came; the message is its number."""


def stop(number: int, frame: object) -> None:
    raise Stopped(number)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def first_line(error: Exception) -> str:
    return (str(error).strip() or type(error).__name__).splitlines()[0]


# --- the machine ----------------------------------------------------------------------


def choose_device(torch) -> str:
    for name in ("xpu", "mps"):
        backend = getattr(torch, name, None) if name == "xpu" else torch.backends.mps
        if backend is not None and backend.is_available():
            return name
    return "cuda" if torch.cuda.is_available() else "cpu"


def name_cpu() -> str:
    """Return the name of the processor, as the system states it."""
    if platform.system() == "Darwin":
        command = ["sysctl", "-n", "machdep.cpu.brand_string"]
        return subprocess.run(command, capture_output=True, text=True).stdout
    try:
        stated = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    except OSError:
        stated = None
    return stated[1] if stated else platform.processor() or platform.machine()


def name_device(torch, device: str) -> str:
    """Return the device's name, as the importer takes it."""
    is_card = device in ("cuda", "xpu")
    name = getattr(torch, device).get_device_name() if is_card else name_cpu()
    return " ".join(name.split())[:60].strip()


def make_key(name: str) -> str:
    """Return what a file name calls the device: `rtx_4070_ti` for NVIDIA GeForce RTX 4070 Ti."""
    without_makers = re.sub(
        r"(?i)\((r|tm|c)\)|@.*|\b(nvidia|geforce|amd|intel|apple|core|cpu|processor|graphics)\b",
        " ",
        name,
    )
    return re.sub(r"\W+", "_", without_makers, flags=re.ASCII).strip("_").lower() or "device"


def name_file(torch, device: str, key: str) -> str:
    """Return the name that timm would give the file."""
    version = "".join(re.findall(r"\d+", torch.__version__.split("+")[0])[:3])
    slot = device
    if device == "cuda" and torch.version.hip:
        slot = "rocm" + ".".join(torch.version.hip.split(".")[:2])
    elif device == "cuda":
        slot = "cu" + torch.version.cuda.replace(".", "")
    precision = "fp32" if device == "cpu" else "amp"
    return f"benchmark-infer-{precision}-nchw-pt{version}-{slot}-{key}.csv"


def count_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def warn_of_load() -> None:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0
    if load > count_cores():
        say(f"busy: a load of {load:.1f} on {count_cores()} cores; end what else is running")


def read_processors() -> tuple[float, float]:
    """Return the seconds that all processors were busy and idle; Linux alone tells."""
    try:
        stated = Path("/proc/stat").read_text().partition("\n")[0].split()[1:9]
    except OSError:
        return 0, 0
    ticks = [int(field) / os.sysconf("SC_CLK_TCK") for field in stated]
    idle = ticks[3] + ticks[4]
    return sum(ticks) - idle, idle


def share_of_others(before: tuple[float, float], own: float) -> float:
    """Return what share of the processors others took since, where they left none idle."""
    busy, idle = (now - then for now, then in zip(read_processors(), before, strict=True))
    if idle >= 0.1 * (busy + idle):
        return 0
    return max(busy - own, 0) / (busy + idle)


# --- one network ----------------------------------------------------------------------


def create(timm, model: str, img_size: int | None):
    """Return the network with random weights, and its image size."""
    network = timm.create_model(model)
    own_size = network.default_cfg["input_size"][-1]
    if img_size in (None, own_size):
        return network, own_size
    try:
        return timm.create_model(model, img_size=img_size), img_size
    except TypeError:  # one that takes images of any size
        return network, img_size


def is_out_of_memory(error: Exception) -> bool:
    return "OutOfMemory" in type(error).__name__ or "out of memory" in str(error).lower()


def has_settled(repeats: list[float]) -> bool:
    before = median(repeats[: -len(repeats) // 3])
    return abs(median(repeats) / before - 1) < STEADY


def time_steps(step) -> list[float]:
    """Return the seconds per step of each repeat, when their median no longer moves."""
    start, steps = clock(), 0
    while steps < 2 or clock() - start < WARM_UP:
        step()
        steps += 1
    start = clock()
    step()
    steps = max(1, round(REPEAT / max(clock() - start, 1e-9)))
    start, repeats = clock(), []
    while len(repeats) < REPEATS[1]:
        begin = clock()
        for _ in range(steps):
            step()
        repeats.append((clock() - begin) / steps)
        is_late = clock() - start > PATIENCE and len(repeats) >= 3
        if is_late or (len(repeats) >= REPEATS[0] and has_settled(repeats)):
            break
    return repeats


def time_batch(torch, network, img_size: int, batch_size: int, device: str) -> list[float]:
    images = torch.randn(batch_size, 3, img_size, img_size, device=device)
    wait = getattr(torch, device).synchronize if device != "cpu" else lambda: None

    def step() -> None:
        network(images)
        wait()

    with torch.inference_mode(), torch.autocast(device, torch.float16, enabled=device != "cpu"):
        return time_steps(step)


def time_what_fits(torch, network, img_size: int, batch_size: int, device: str):
    """Return the batch size, halved until it fits in memory, and the repeats' seconds."""
    while True:
        try:
            return batch_size, time_batch(torch, network, img_size, batch_size, device)
        except Exception as error:
            if not is_out_of_memory(error):
                raise Unmeasured(first_line(error)) from None
            if batch_size == 1:
                raise Unmeasured("not even one image fits in memory") from None
        batch_size //= 2
        if device != "cpu":
            getattr(torch, device).empty_cache()


def measure(torch, timm, model: str, img_size: int | None, device: str) -> dict:
    """Return the row of a network; raises Unmeasured."""
    try:
        network, img_size = create(timm, model, img_size)
        network = network.to(device).eval()
    except Exception as error:
        raise Unmeasured(f"timm cannot build it: {first_line(error)}") from None
    batch_size = 1 if device == "cpu" else 256
    for _ in range(ATTEMPTS):
        before, own = read_processors(), process_time()
        batch_size, repeats = time_what_fits(torch, network, img_size, batch_size, device)
        others = share_of_others(before, process_time() - own)
        tenths = quantiles(repeats, n=10, method="inclusive")
        secs = median(repeats)
        spread = (tenths[-1] - tenths[0]) / secs
        if spread <= BUSY and (others <= CROWDED or device != "cpu"):
            break
    else:
        raise Unmeasured(
            f"its repeats differ by {spread:.0%} and other programs took {others:.0%} of the"
            " processors: the machine is busy or slows itself down; end what else is running, let"
            " it cool and run this again"
        )
    return {
        "model": model,
        "infer_samples_per_sec": f"{batch_size / secs:.7g}",
        "infer_step_time": f"{1000 * secs:.7g}",
        "infer_batch_size": batch_size,
        "infer_img_size": img_size,
        "param_count": round(sum(part.numel() for part in network.parameters()) / 1e6, 2),
    }


# --- all of them ----------------------------------------------------------------------


def read_rows(path: Path) -> list[dict]:
    if not path.exists():
        return []
    with path.open(encoding="utf-8", newline="") as stream:
        try:
            rows = list(reader := csv.DictReader(stream))
            is_own = {*(reader.fieldnames or COLUMNS)} == {*COLUMNS}
            if not (is_own and all(int(row["infer_img_size"]) for row in rows)):
                raise ValueError
        except (ValueError, TypeError, csv.Error):
            raise OSError(0, "is no file of this script's", path) from None
        return rows


def write_rows(path: Path, rows: list[dict]) -> None:
    """Write the rows to a side file first, so that none is lost."""
    side_file = path.with_name(f".{path.name}.{os.getpid()}.new")
    stream = side_file.open("x", encoding="utf-8", newline="")  # never over a file of yours
    try:
        with stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n", extrasaction="ignore")
            writer.writeheader()
            writer.writerows(rows)
        side_file.replace(path)
    finally:
        side_file.unlink(missing_ok=True)


def split_size(wanted: str) -> tuple[str, int | None]:
    model, _, img_size = wanted.partition("@")
    return model, int(img_size) if img_size else None


def find_row(rows: list[dict], wanted: str) -> dict | None:
    model, img_size = split_size(wanted)
    for row in rows:
        if row["model"] == model and img_size in (None, int(row["infer_img_size"])):
            return row
    return None


def measure_all(torch, timm, networks, device: str, path: Path) -> int:
    """Measure what the file does not hold yet; return how many complaints there were."""
    rows = read_rows(path)
    to_do = [wanted for wanted in networks if not find_row(rows, wanted)]
    if len(to_do) < len(networks):
        say(f"{path.name} holds {len(networks) - len(to_do)} of them already")
    start, complaints, first = clock(), 0, None
    for number, wanted in enumerate(to_do, 1):
        warn_of_load()
        try:
            row = measure(torch, timm, *split_size(wanted), device)
        except Unmeasured as reason:
            say(f"{wanted}: not measured, {reason}")
            complaints += 1
            continue
        rows.append(row)
        write_rows(path, rows)
        first = first or (wanted, row)
        left = (clock() - start) / number * (len(to_do) - number)
        say(
            f"[{number}/{len(to_do)}] {row['model']} at {row['infer_img_size']} px:"
            f" {float(row['infer_samples_per_sec']):,.1f} images/s, batch"
            f" {row['infer_batch_size']}; {left / 60:.1f} minutes left"
        )
    if first and len(to_do) > 1:
        complaints += has_changed(torch, timm, *first, device)
    return complaints


def has_changed(torch, timm, wanted: str, before: dict, device: str) -> bool:
    """Time the first network again and say if it takes another time: what lies between is off."""
    try:
        now = measure(torch, timm, *split_size(wanted), device)
    except Unmeasured as reason:
        say(f"{wanted}, timed again: {reason}")
        return True
    then, now = (float(row["infer_samples_per_sec"]) for row in (before, now))
    is_changed = max(then, now) / min(then, now) - 1 > CHANGED
    if is_changed:
        what = "slows itself down" if now < then else "was busy"
        say(
            f"{wanted} ran {then:,.1f} images/s at the start and {now:,.1f} at the end: the machine"
            f" {what}. Let it cool, end what else is running, delete the file and measure again."
        )
    return is_changed


def parse_arguments(argv: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Time image models in timm's own format.")
    add = parser.add_argument
    add("--models", nargs="+", default=ANCHORS, metavar="NAME[@SIZE]", help="instead of anchors")
    add("--device", choices=("cuda", "mps", "xpu", "cpu"), help="the best there is by default")
    add("--key", help="what the file's name calls the device")
    add("--out", type=Path, default=Path(), metavar="DIR", help="where to write the file")
    arguments = parser.parse_args(argv)
    for wanted in arguments.models:
        if not re.fullmatch(r"[\w.]+(@[1-9]\d{0,4})?", wanted):
            parser.error(f"{wanted!r} is no name of a model, or of one and a size: {ANCHORS[0]}")
    if arguments.key and not re.fullmatch(r"[A-Za-z0-9]\w*", arguments.key, re.ASCII):
        parser.error(f"--key {arguments.key!r} is not letters, digits and _ alone")
    if not arguments.out.is_dir():
        parser.error(f"{arguments.out}: no such folder")
    return arguments


def main(argv: list[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    try:
        import timm
        import torch
    except Exception as error:
        say(f"{first_line(error)}. Run this where both are installed: pip install torch timm")
        return 1
    device = arguments.device or choose_device(torch)
    try:
        name = name_device(torch, device)
    except Exception as error:
        say(f"torch finds no {device} here: {first_line(error)}; choose another --device")
        return 1
    path = arguments.out / name_file(torch, device, arguments.key or make_key(name))
    say(f"{len(arguments.models)} networks on {name} ({device}), to {path}")
    try:
        complaints = measure_all(torch, timm, arguments.models, device, path)
    except OSError as error:
        say(f"{path}: {error.strerror}; choose another folder by --out")
        return 1
    except Stopped as stopped:
        say(f"Stopped. What was measured is in {path}; run it again to go on.")
        return 128 + stopped.args[0]
    if path.exists():
        say(f"To take it in: python scripts/refresh_seeds.py --own {path} --device {name!r}")
    return 1 if complaints else 0


if __name__ == "__main__":
    for one in (signal.SIGINT, signal.SIGTERM, getattr(signal, "SIGHUP", signal.SIGTERM)):
        if signal.getsignal(one) != signal.SIG_IGN:
            signal.signal(one, stop)
    try:
        sys.exit(main())
    except Stopped as stopped:
        say("Stopped, with nothing measured")
        sys.exit(128 + stopped.args[0])
