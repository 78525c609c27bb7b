"""The notebook's steps in pandas: what the tests hold the SQL to, and the benchmark beside it."""

from __future__ import annotations

import pandas as pd

KEPT_FAMILIES = "^re[sg]netd?|beit|convnext|levit|efficient|vit|vgg|swin"
HEADLINE_FAMILIES = "levit|resnetd?|regnetx|vgg|convnext.*|efficientnetv2|beit|swin"


def notebook_benchmarks(results: pd.DataFrame, timings: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """Return the rows of the mart notebook_benchmarks, under its names.

    results are the accuracies and timings the benchmarks by phase, of the notebook's files,
    under the names of the seeds; the notebook's steps are in their order.
    """
    results = results.copy()
    results[["architecture", "tag"]] = results["model"].str.split(".", n=1, expand=True)
    for column in ("top1", "top5"):
        results[f"{column}_err"] = (100 - results[column]).round(3)
    phases = [join(phase, rows, results) for phase, rows in timings.items()]
    return pd.concat(phases, ignore_index=True)


def join(phase: str, timings: pd.DataFrame, results: pd.DataFrame) -> pd.DataFrame:
    names = {"model": "architecture"}
    names |= {name: f"benchmark_{name}" for name in ("img_size", "param_count")}
    rows = timings.rename(columns=names).merge(results, on="architecture")
    rows["secs"] = 1.0 / rows["samples_per_sec"]
    rows["family"] = rows["architecture"].str.extract(r"^([a-z]+?(?:v2)?)(?:\d|_|$)")[0]
    rows = rows[~rows["architecture"].str.endswith("gn")]
    for pattern, suffix in (("in22", "_in22"), ("resnet.*d", "d")):
        matches = rows["architecture"].str.contains(pattern)
        rows.loc[matches, "family"] += suffix
    rows = rows[rows["family"].str.contains(KEPT_FAMILIES, na=False)]
    return rows.assign(
        phase=phase,
        is_headline_family=rows["family"].str.fullmatch(HEADLINE_FAMILIES),
        is_size_matched=rows["benchmark_img_size"] == rows["img_size"],
    )
