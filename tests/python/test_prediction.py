"""The predictions against the same method written in numpy, by deflation, from its description."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

NETWORK = ["architecture", "img_size"]

# Of networks that nobody but the held-out device timed.
pytestmark = pytest.mark.filterwarnings("ignore::RuntimeWarning")


def blend(references: np.ndarray, anchors: np.ndarray, log_secs: np.ndarray):
    """Move each reference, a column, to the measured anchors; return them and their mean."""
    ratios = log_secs[:, None] - references[anchors]
    variance = np.maximum(np.nanvar(ratios, axis=0, ddof=1), 1e-9)
    moved = references + np.nanmean(ratios, axis=0)
    weights = np.where(np.isnan(moved), 0, variance**-2.0)
    return moved, np.nansum(moved * weights, axis=1) / weights.sum(axis=1)


def predict(references, counts, anchors, log_secs, rounds=3) -> np.ndarray:
    moved, first = blend(references, anchors, log_secs)
    gap = log_secs - first[anchors]
    predicted, gap = first + gap.mean(), gap - gap.mean()
    departures = np.nan_to_num(moved - np.nanmean(moved, axis=1, keepdims=True))
    hints = np.hstack([departures, counts])
    hints -= hints[anchors].mean(axis=0)
    for _ in range(rounds):
        score = hints @ (hints[anchors].T @ gap)
        at_anchors = score[anchors]
        slope = at_anchors @ gap / (at_anchors @ at_anchors)
        predicted = predicted + 0.7 * slope * score
        hints -= np.outer(score, hints[anchors].T @ at_anchors / (at_anchors @ at_anchors))
        gap = gap - slope * at_anchors
    return predicted


@pytest.fixture
def read(connection):
    return lambda query: connection.execute(query).df()


@pytest.fixture
def log_secs(read) -> pd.DataFrame:
    """log10 of seconds of every inference run, a column, at the networks with counts."""
    timings = read(
        """
        select run, architecture, img_size, log10(secs) as log_secs
        from intermediate.int_timings_aggregated
        where starts_with(run, 'infer')
        """
    )
    wide = timings.pivot(index=NETWORK, columns="run", values="log_secs")
    counted = read("from intermediate.int_costs_newest").set_index(NETWORK)
    return wide.reindex(counted.index).sort_index()


@pytest.fixture
def counts(read, log_secs) -> np.ndarray:
    costs = read("from intermediate.int_costs_newest").set_index(NETWORK).loc[log_secs.index]
    costs["size"] = log_secs.index.get_level_values("img_size")
    logs = np.log10(costs[["gmacs", "macts", "param_count", "size"]])
    return (0.1 * (logs - logs.mean()) / logs.std()).to_numpy()


def hold_out(read, log_secs, run):
    """Return the references of a run, its anchors' places in log_secs, and their log seconds."""
    devices = read("from benchmark_runs").set_index("run").device
    others = [other for other in log_secs if devices[other] != devices[run]]
    anchors = read("from raw.anchors order by place").set_index(NETWORK).index
    places = log_secs.index.get_indexer(anchors)
    return log_secs[others].to_numpy(), places, log_secs[run].to_numpy()[places]


def test_every_prediction_and_interval(read, log_secs, counts):
    ours = read("from intermediate.int_timings_predicted")
    for run, rows in ours.groupby("run"):
        references, places, measured = hold_out(read, log_secs, run)
        predicted = predict(references, counts, places, measured)
        rows = rows.set_index(NETWORK).predicted_secs.reindex(log_secs.index)
        np.testing.assert_array_equal(rows.isna(), np.isnan(predicted))
        np.testing.assert_allclose(rows, 10**predicted, rtol=1e-9)
        errors = []
        for left_out, place in enumerate(places):
            rest = np.delete(places, left_out)
            without = predict(references, counts, rest, np.delete(measured, left_out))
            errors.append(measured[left_out] - without[place])
        width = 10 ** (1.4 * np.sqrt(np.mean(np.square(errors))))
        np.testing.assert_allclose(ours[ours.run == run].width, width, rtol=1e-9)


def test_devices_are_predicted_by_their_newest_torch(read):
    runs = set(read("from intermediate.int_timings_predicted").run)
    described = read("from benchmark_runs where phase = 'infer'")
    newest = described[described.is_newest]
    assert set(newest.run) <= runs
    assert len(runs) == 12


def test_the_backtest_sums_up_the_predictions(read):
    rows = read(
        """
        select device, run, secs, predicted_secs, predicted_secs_low, predicted_secs_high
        from intermediate.int_timings_predicted
        inner join benchmark_runs using (run)
        anti join raw.anchors using (architecture, img_size)
        where secs is not null
        """
    )
    backtest = read("from prediction_backtest").set_index("device")
    assert set(backtest.index) == set(rows.device)
    for device, own in rows.groupby("device"):
        error = 100 * (own.predicted_secs / own.secs - 1).abs()
        covered = own.secs.between(own.predicted_secs_low, own.predicted_secs_high)
        spearman = [
            np.corrcoef(run.secs.rank(), run.predicted_secs.rank())[0, 1]
            for _, run in own.groupby("run")
        ]
        row = backtest.loc[device]
        assert row.predictions == len(own)
        assert row.runs == len(spearman)
        expected = [error.median(), error.quantile(0.9), covered.mean(), np.mean(spearman)]
        found = row[["median_error", "p90_error", "coverage", "spearman"]].astype(float)
        np.testing.assert_allclose(found, expected, rtol=1e-9)


def test_choices_by_prediction(read):
    """Every choice anew, run by run and limit by limit."""
    networks = read(
        """
        select device, run, model, top1, p.* exclude (run)
        from intermediate.int_timings_predicted as p
        inner join model_benchmarks as b using (run, architecture, img_size)
        """
    )
    timed = read("from intermediate.int_timings_predicted where secs is not null")
    backtest = read("from prediction_backtest").set_index("device")
    for device, of_device in networks.groupby("device"):
        lost, exceeded = {"": [], "cautious_": []}, {"": [], "cautious_": []}
        for run, rows in of_device.groupby("run"):
            limits = timed[timed.run == run].secs.quantile(np.arange(1, 20) / 20)
            for prefix, column in (("", "predicted_secs"), ("cautious_", "predicted_secs_high")):
                known = rows.secs.where(rows.is_anchor, rows[column])
                choices = [rows[known <= limit].nlargest(1, "top1") for limit in limits]
                best = [rows[rows.secs <= limit].top1.max() for limit in limits]
                found = [
                    (max(top1 - choice.top1.item(), 0), choice.secs.item() > limit)
                    for top1, choice, limit in zip(best, choices, limits, strict=True)
                    if len(choice)
                ]
                lost[prefix].append(np.mean([one for one, _ in found]))
                exceeded[prefix].append(np.mean([one for _, one in found]))
        for prefix in lost:
            row = backtest.loc[device]
            assert row[f"{prefix}top1_lost"] == pytest.approx(np.mean(lost[prefix]))
            assert row[f"{prefix}limits_exceeded"] == pytest.approx(np.mean(exceeded[prefix]))


def test_the_errors_are_those_of_each_devices_default_run(read):
    errors = read("from prediction_errors").set_index(["device", *NETWORK]).sort_index()
    expected = read(
        """
        select distinct device, architecture, img_size, run, ms, predicted.*
        from model_benchmarks
        inner join (
            select
                run,
                architecture,
                img_size,
                1000 * predicted_secs as predicted_ms,
                1000 * predicted_secs_low as predicted_ms_low,
                1000 * predicted_secs_high as predicted_ms_high
            from intermediate.int_timings_predicted
        ) as predicted using (run, architecture, img_size)
        anti join raw.anchors using (architecture, img_size)
        where is_default_run
        """
    )
    expected = expected.set_index(["device", *NETWORK]).sort_index()
    assert errors.index.equals(expected.index)
    assert errors.run.equals(expected.run)
    figures = ["ms", "predicted_ms", "predicted_ms_low", "predicted_ms_high"]
    np.testing.assert_allclose(errors[figures], expected[figures], rtol=1e-12)
