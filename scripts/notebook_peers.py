"""The notebook's work by its peers: what the tests hold the SQL to, and the benchmark beside it.

A peer is named after its library, which its functions import, so that each is measured alone.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

# The seeds of the notebook's three files, and what all rows of a file have in common.
INPUTS = {
    "imagenet_results": {"snapshot": "date '2023-05-24'", "test_set": "'imagenet'"},
    "inference_benchmarks": {"run": "'infer-amp-nhwc-pt111-cu113-rtx3090'"},
    "training_benchmarks": {"run": "'train-amp-nhwc-pt111-cu113-rtx3090'"},
}
FAMILY = r"^([a-z]+?(?:v2)?)(?:\d|_|$)"
KEPT_FAMILIES = "^re[sg]netd?|beit|convnext|levit|efficient|vit|vgg|swin"
HEADLINE_FAMILIES = "levit|resnetd?|regnetx|vgg|convnext.*|efficientnetv2|beit|swin"
TIMING_NAMES = {
    "model": "architecture",
    "img_size": "benchmark_img_size",
    "param_count": "benchmark_param_count",
}


def in_pandas(results: Any, timings: dict[str, Any]) -> Any:
    """Return the rows of the mart notebook_benchmarks, by the notebook's steps in their order.

    results are the accuracies and timings the benchmarks by phase, of the notebook's files,
    under the names of the seeds; the rows are under those of the mart.
    """
    import pandas as pd

    results = results.copy()
    results[["architecture", "tag"]] = results["model"].str.split(".", n=1, expand=True)
    for column in ("top1", "top5"):
        results[f"{column}_err"] = (100 - results[column]).round(3)
    phases = []
    for phase, timed in timings.items():
        rows = timed.rename(columns=TIMING_NAMES).merge(results, on="architecture")
        rows["secs"] = 1.0 / rows["samples_per_sec"]
        rows["family"] = rows["architecture"].str.extract(FAMILY)[0]
        rows = rows[~rows["architecture"].str.endswith("gn")]
        for pattern, suffix in (("in22", "_in22"), ("resnet.*d", "d")):
            matches = rows["architecture"].str.contains(pattern)
            rows.loc[matches, "family"] += suffix
        rows = rows[rows["family"].str.contains(KEPT_FAMILIES, na=False)]
        phases.append(
            rows.assign(
                phase=phase,
                is_headline_family=rows["family"].str.fullmatch(HEADLINE_FAMILIES),
                is_size_matched=rows["benchmark_img_size"] == rows["img_size"],
            )
        )
    return pd.concat(phases, ignore_index=True)


def in_polars(results: Any, timings: dict[str, Any]) -> Any:
    """Return the same rows from lazy frames, with the families found before the join."""
    import polars as pl

    def suffix(pattern: str, text: str) -> pl.Expr:
        return pl.when(architecture.str.contains(pattern)).then(pl.lit(text)).otherwise(pl.lit(""))

    architecture, family = pl.col("architecture"), pl.col("family")
    name_parts = pl.col("model").str.splitn(".", 2).struct
    results = (
        results.with_columns(name_parts.rename_fields(["architecture", "tag"]).struct.unnest())
        .filter(~architecture.str.ends_with("gn"))
        .with_columns(
            top1_err=(100 - pl.col("top1")).round(3),
            top5_err=(100 - pl.col("top5")).round(3),
            family=architecture.str.extract(FAMILY)
            + suffix("in22", "_in22")
            + suffix("resnet.*d", "d"),
        )
        .filter(family.str.contains(KEPT_FAMILIES))
        .with_columns(is_headline_family=family.str.contains(f"^(?:{HEADLINE_FAMILIES})$"))
    )
    phases = [
        timed.drop("gmacs", "macts", strict=False)
        .rename(TIMING_NAMES)
        .join(results, on="architecture")
        .with_columns(
            phase=pl.lit(phase),
            secs=1 / pl.col("samples_per_sec"),
            is_size_matched=pl.col("benchmark_img_size") == pl.col("img_size"),
        )
        for phase, timed in timings.items()
    ]
    return pl.concat(phases).collect()


def in_duckdb(connection: Any, mart: Path) -> Any:
    """Return the same rows by the project's own SQL, as a relation that holds its result."""
    return connection.sql(mart.read_text()).execute()


# --- what each works on, loaded or still to be read ------------------------------------

# Names that no model of timm has.
NUMBER = "case when copy > 0 then '_copy' || copy else '' end"
COPIES = f"* exclude (copy) replace (regexp_replace(model, '^[^.]*', '\\0' || {NUMBER}) as model)"

# A core takes a row group at a time: by DuckDB's default of 122,880 rows, one core would do
# all the work at 100 times the data.
ROW_GROUPS = "row_group_size 10_240"


def multiply(connection: Any, table: str, scale: int, condition: str = "true") -> None:
    """Keep the rows of a table that fulfil a condition, with every model scale times."""
    connection.execute(
        f"create or replace table {table} as select {COPIES} "
        f"from {table}, range({scale}) as copies(copy) where {condition} order by copy"
    )


def write_inputs(database: Path, mart: str, folder: Path, scale: int) -> None:
    """Write the notebook's files with every model scale times, numbered from the second on.

    As CSV and as copies of the database on them: tables in `loaded`, views in `reading`.
    """
    import duckdb

    folder.mkdir()
    (folder / "mart.sql").write_text(mart)
    with duckdb.connect() as connection:
        for way in ("loaded", "reading"):
            file = shutil.copy(database, folder / f"{way}.duckdb")
            connection.execute(f"attach '{file}' as {way} ({ROW_GROUPS})")
        for seed, constants in INPUTS.items():
            table, csv = f"loaded.raw.{seed}", folder / f"{seed}.csv"
            condition = " and ".join(f"{name} = {value}" for name, value in constants.items())
            multiply(connection, table, scale, condition)
            rows = connection.sql(f"select * exclude ({', '.join(constants)}) from {table}")
            rows.write_csv(str(csv))
            types = dict(zip(rows.columns, map(str, rows.types), strict=True))
            named = ", ".join(f"{value} as {name}" for name, value in constants.items())
            connection.execute(f"drop table reading.raw.{seed}")
            connection.execute(
                f"create view reading.raw.{seed} as select {named}, * from read_csv("
                f"'{csv}', columns = {types}, header = true, auto_detect = false)"
            )


def load_pandas(folder: Path, way: str) -> tuple:
    import pandas as pd

    results, infer, train = (pd.read_csv(folder / f"{seed}.csv") for seed in INPUTS)
    return results, {"infer": infer, "train": train}


def load_polars(folder: Path, way: str) -> tuple:
    import polars as pl

    frames = [pl.scan_csv(folder / f"{seed}.csv") for seed in INPUTS]
    if way == "loaded":
        frames = [frame.collect().lazy() for frame in frames]
    results, infer, train = frames
    return results, {"infer": infer, "train": train}


def load_duckdb(folder: Path, way: str) -> tuple:
    import duckdb

    connection = duckdb.connect()
    file = folder / f"{way}.duckdb"
    connection.execute(f"attach '{file}' as inputs (read_only, {ROW_GROUPS}); use inputs")
    return connection, folder / "mart.sql"


PEERS = {
    "pandas": (load_pandas, in_pandas),
    "polars": (load_polars, in_polars),
    "duckdb": (load_duckdb, in_duckdb),
}
