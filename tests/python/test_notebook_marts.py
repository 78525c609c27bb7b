"""The notebook marts against the same steps in pandas and numpy, from the seeds."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from notebook_peers import in_pandas

SEEDS = Path(__file__).resolve().parents[2] / "seeds" / "timm"
NOTEBOOK_SEEDS = {"infer": "inference_benchmarks", "train": "training_benchmarks"}


def notebook_in_pandas(phase: str) -> pd.DataFrame:
    results = pd.read_csv(SEEDS / "imagenet_results.csv")
    results = results[(results.snapshot == "2023-05-24") & (results.test_set == "imagenet")]
    timings = pd.read_csv(SEEDS / f"{NOTEBOOK_SEEDS[phase]}.csv")
    timings = timings[timings.run == f"{phase}-amp-nhwc-pt111-cu113-rtx3090"]
    return in_pandas(results, {phase: timings})


@pytest.mark.parametrize(("phase", "expected"), [("infer", (262, 135)), ("train", (263, 136))])
def test_benchmarks_equal_the_notebook_row_for_row(connection, phase, expected):
    query = "select * from notebook_benchmarks where phase = ?"
    mart = connection.execute(query, [phase]).df().set_index("model").sort_index()
    oracle = notebook_in_pandas(phase).set_index("model").sort_index()[mart.columns]
    pd.testing.assert_frame_equal(mart, oracle, check_dtype=False, check_exact=True)
    assert (len(mart), mart.is_headline_family.sum()) == expected
    assert mart.family.nunique() == 23
    assert (~mart.is_size_matched).sum() == 72


@pytest.mark.parametrize("phase", ["infer", "train"])
def test_trends_equal_least_squares(connection, phase):
    query = "select * from notebook_family_trends where phase = ? order by family"
    trends = connection.execute(query, [phase]).df()
    oracle = notebook_in_pandas(phase)
    oracle = oracle[oracle.is_headline_family]
    assert list(trends.family) == sorted(oracle.family.unique())
    for trend in trends.itertuples():
        models = oracle[oracle.family == trend.family]
        x, y = np.log10(models.secs), models.top1
        (slope, intercept), *_ = np.linalg.lstsq(np.column_stack([x, np.ones(len(x))]), y)
        residuals = y - (slope * x + intercept)
        assert trend.n == len(models)
        assert trend.slope == pytest.approx(slope, rel=1e-9)
        assert trend.intercept == pytest.approx(intercept, rel=1e-9)
        r2 = 1 - (residuals**2).sum() / ((y - y.mean()) ** 2).sum()
        assert trend.r2 == pytest.approx(r2, rel=1e-9)
        assert (trend.min_secs, trend.max_secs) == (models.secs.min(), models.secs.max())


def test_everything_in_main_is_described(connection):
    bare = connection.execute(
        """
        select table_name, column_name from duckdb_columns()
        where schema_name in ('main', 'staging', 'intermediate', 'raw') and comment is null
            and not internal
        """
    ).fetchall()
    assert bare == []


UNITS = (
    "per image|per second|per batch|milliseconds|percent|points|millions|billions|logits|ratio"
    "|share|0 to 1|-1 to 1|gigabytes|years|in its unit|in the unit"
)


def test_every_comment_on_a_number_says_its_unit(connection):
    comments = connection.execute(
        "select table_name || '.' || column_name, lower(comment) from duckdb_columns()"
        " where schema_name = 'main' and data_type = 'DOUBLE'"
    ).fetchall()
    assert len(comments) > 50
    assert [column for column, comment in comments if not re.search(UNITS, comment)] == []


def test_the_database_is_written_for_duckdb_1_4(database):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{database}' as built (read_only)")
        query = "select tags['storage_version'] from duckdb_databases() where path is not null"
        assert connection.execute(query).fetchone()[0].startswith("v1.4.0")
