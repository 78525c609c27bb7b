"""Write what the installed timm states of each of its pretrained models to a CSV file.

    python read_model_cards.py model_cards.csv

Needs torch and timm and nothing of this project, so copy it to where those are. Builds each
model once, without weights or memory for them, which takes some four minutes; downloads
nothing. The file is written at the end, whole or not at all.

Exit code 0: done; 1: torch, timm or a place to write is missing; 2: wrong arguments;
130: interrupted.
"""

from __future__ import annotations

import argparse
import csv
import os
import signal
import sys
from pathlib import Path

COLUMNS = (
    *("model", "license", "paper", "hub_id", "input_size", "fixed_input_size", "num_classes"),
    *("module", "num_features", "reductions", "timm_version"),
)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def read_network(timm, torch, model: str) -> dict:
    """Return width and strides of the built network; neither where timm cannot build it.

    Built by the full name, for the tag can change the width: qwen3_vit_306m_merge has two.
    """
    try:
        with torch.device("meta"):
            network = timm.create_model(model)
    except Exception as error:
        say(f"{model} cannot be built, its width and strides stay blank: {error}")
        return {}
    strides = {stage["reduction"] for stage in network.feature_info}
    return {
        "num_features": network.num_features,
        "reductions": " ".join(str(stride) for stride in sorted(strides)),
    }


def read_card(timm, torch, model: str) -> dict:
    stated = timm.get_pretrained_cfg(model)
    papers = stated.paper_ids or ""
    entry_point = timm.model_entrypoint(model.partition(".")[0])
    return {
        "model": model,
        "license": stated.license,
        "paper": papers if isinstance(papers, str) else " ".join(papers),
        "hub_id": stated.hf_hub_id,
        "input_size": stated.input_size[-1],
        "fixed_input_size": int(stated.fixed_input_size),
        "num_classes": stated.num_classes,
        "module": entry_point.__module__.rpartition(".")[2],
        "timm_version": timm.__version__,
        **read_network(timm, torch, model),
    }


def write_cards(path: Path, timm, torch) -> None:
    """Write one row per pretrained model, in the order of their names, to a side file first."""
    models = sorted(timm.list_pretrained())
    side_file = path.with_name(f".{path.name}.{os.getpid()}.new")
    stream = side_file.open("x", encoding="utf-8", newline="")  # never over a file of yours
    try:
        with stream:
            writer = csv.DictWriter(stream, COLUMNS, lineterminator="\n")
            writer.writeheader()
            for number, model in enumerate(models):
                if number % 50 == 0:
                    say(f"{number:,} of {len(models):,} models")
                writer.writerow(read_card(timm, torch, model))
        side_file.replace(path)
    finally:
        side_file.unlink(missing_ok=True)
    say(f"{path}: {len(models):,} models of timm {timm.__version__}")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Write timm's model cards to a CSV file.")
    parser.add_argument("file", type=Path, help="the CSV file to write")
    path = parser.parse_args(argv).file
    if path.is_dir():
        parser.error(f"{path} is a folder; name a file in it")
    try:
        import timm
        import torch
    except ImportError as error:
        say(f"{error}. Run this where both are installed: pip install torch timm")
        return 1
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        write_cards(path, timm, torch)
    except OSError as error:
        say(f"{path}: {error.strerror}; name another file.")
        return 1
    except KeyboardInterrupt:
        say("Interrupted; nothing was written.")
        return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
