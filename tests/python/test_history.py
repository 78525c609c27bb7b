"""Seven years of frontiers against an independent computation in pandas, from the seeds."""

from __future__ import annotations

import numpy as np
import pandas as pd
import plot
import pytest
from conftest import Z
from test_marts import frontier, seed

NETWORK = ["architecture", "img_size"]
ROW = ["run", "snapshot", "model", "img_size"]
# Rows that take part on the RTX 4090, by snapshot.
ROWS_ON_4090 = [
    *(82, 150, 159, 198, 257, 263, 346, 513, 549),
    *(587, 666, 788, 999, 1080, 1442, 1543, 1543),
]


@pytest.fixture(scope="module")
def results() -> pd.DataFrame:
    """ImageNet accuracies of every snapshot under today's names."""
    frame = seed("imagenet_results")
    frame = frame[frame.test_set == "imagenet"].drop(columns="test_set")
    frame = frame.assign(snapshot=pd.to_datetime(frame.snapshot))
    frame[["architecture", "tag"]] = frame.model.str.split(".", n=1, expand=True)
    todays = frame[frame.snapshot == frame.snapshot.max()]
    frame["published"] = frame.architecture
    frame["architecture"] = rename(frame.published, frame.param_count, todays)
    return frame


def rename(names: pd.Series, param_count: pd.Series, todays: pd.DataFrame) -> pd.Series:
    new_names = seed("architecture_renames").set_index("old_name").new_name
    new = names.map(new_names.str.split(".").str[0])
    params = todays.groupby("architecture").param_count.max()
    nearer = (param_count - new.map(params)).abs() < (param_count - names.map(params)).abs()
    return names.where(new.isna() | (names.isin(params.index) & ~nearer), new)


@pytest.fixture(scope="module")
def todays(results) -> pd.DataFrame:
    newest = results[results.snapshot == results.snapshot.max()]
    return newest[~newest.architecture.str.startswith("test_")]


@pytest.fixture(scope="module")
def tags(results, todays) -> pd.Series:
    """The model of today that each row stands for, where that is one."""
    pairs = results.reset_index().merge(todays, on=NETWORK, suffixes=("", "_today"))
    is_close = (pairs.top1 - pairs.top1_today).abs().round(3) <= 0.1
    is_same = (pairs.tag == pairs.tag_today) | (pairs.tag.isna() & is_close)
    matches = pairs[is_same].groupby("index").model_today.agg(["first", "count"])
    return matches[matches["count"] == 1]["first"].reindex(results.index)


@pytest.fixture(scope="module")
def timings(marts, todays) -> pd.DataFrame:
    """Speeds of the networks of today in the default runs."""
    speeds = pd.concat([seed("inference_benchmarks"), seed("training_benchmarks")])
    default = marts("benchmark_runs", "is_default_run").run
    speeds = speeds[speeds.run.isin(default)]
    speeds["architecture"] = rename(speeds.model, speeds.param_count, todays)
    tested = todays.groupby(NETWORK).param_count.max().rename("tested")
    speeds = speeds.join(tested, on=NETWORK)
    is_variant = speeds.architecture.str.startswith(tuple(seed("timed_variants").prefix))
    is_off = (speeds.param_count / speeds.tested - 1).abs() > 0.01
    speeds = speeds[~is_off | is_variant]
    speeds = speeds[~speeds.architecture.str.startswith("test_")]
    return speeds.groupby(["run", *NETWORK], as_index=False).samples_per_sec.mean()


@pytest.fixture(scope="module")
def history(results, tags, timings, marts) -> pd.DataFrame:
    """Every row that takes part: of each default run, snapshot, model and image size."""
    plain = marts("models", "not is_extra_data").model
    frame = results.assign(todays_model=tags, is_plain=tags.isin(plain))
    frame = frame.merge(timings, on=NETWORK)
    return frame.assign(ms=1000 / frame.samples_per_sec)


DAY = ["snapshot", "model", "img_size", "ms", "top1", "is_plain"]


def columns_by(history: pd.DataFrame, *keys: str) -> dict[tuple, list[np.ndarray]]:
    """Return the columns of DAY of the rows of each run, or of each of its days."""
    return {
        key: [rows[column].to_numpy() for column in DAY]
        for key, rows in history.groupby([*keys], sort=False)
    }


def lowest(values: np.ndarray) -> float:
    return values.min() if len(values) else np.nan


def test_the_rows_that_take_part(history, marts):
    counts = history.groupby(["run", "snapshot"]).size().rename("n_models")
    ours = marts("frontier_history").groupby(["run", "snapshot"]).n_models.agg(["min", "max"])
    assert (ours["min"] == ours["max"]).all()
    pd.testing.assert_series_equal(ours["max"], counts, check_names=False)
    on_4090 = next(run for run, _ in counts.index if run.endswith("-4090"))
    assert list(counts[on_4090]) == ROWS_ON_4090


def test_every_frontier_of_every_day(history, marts):
    ours = marts("frontier_history").set_index(ROW)
    found = []
    for _, day in history.groupby(["run", "snapshot"]):
        plain = day[day.is_plain]
        on_all = day[frontier(day.ms.to_numpy(), day.top1.to_numpy())]
        on_plain = plain[frontier(plain.ms.to_numpy(), plain.top1.to_numpy())]
        both = day.loc[on_all.index.union(on_plain.index)]
        found.append(
            both.assign(
                is_frontier=both.index.isin(on_all.index),
                is_frontier_imagenet1k=both.index.isin(on_plain.index),
            )
        )
    theirs = pd.concat(found).set_index(ROW)
    assert set(ours.index) == set(theirs.index)
    theirs = theirs.loc[ours.index]
    np.testing.assert_array_equal(ours.is_frontier, theirs.is_frontier)
    np.testing.assert_array_equal(ours.is_frontier_imagenet1k, theirs.is_frontier_imagenet1k)
    np.testing.assert_array_equal(ours.top1, theirs.top1)
    np.testing.assert_allclose(ours.ms, theirs.ms, rtol=1e-12)
    assert (ours.todays_model.fillna("") == theirs.todays_model.fillna("")).all()
    assert not ours[ours.is_frontier_imagenet1k].is_extra_data.any()


def test_the_newest_frontier_is_todays(marts):
    newest = marts("frontier_history", "snapshot = (select max(snapshot) from frontier_history)")
    today = marts("model_benchmarks", "is_default_run and (is_frontier or is_frontier_imagenet1k)")
    columns = ["run", "model", "img_size", "is_frontier", "is_frontier_imagenet1k"]
    pd.testing.assert_frame_equal(
        newest[columns].sort_values(columns, ignore_index=True),
        today[columns].sort_values(columns, ignore_index=True),
    )


def test_the_least_time_for_an_accuracy(history, marts):
    ours = marts("progress", order="run, min_top1, snapshot")
    assert len(ours) == history.groupby(["run", "snapshot"]).ngroups * ours.min_top1.nunique()
    days = columns_by(history, "run", "snapshot")
    least, plain, since = [], [], []
    for row in ours.itertuples():
        _, model, _, ms, top1, is_plain = days[row.run, row.snapshot]
        is_able = top1 >= row.min_top1
        least.append(lowest(ms[is_able]))
        plain.append(lowest(ms[is_able & is_plain]))
        if pd.notna(row.ms):
            assert row.model in model[is_able & np.isclose(ms, row.ms, rtol=1e-12)]
    np.testing.assert_allclose(ours.ms, least, rtol=1e-12)
    np.testing.assert_allclose(ours.ms_imagenet1k, plain, rtol=1e-12)
    for _, line in ours.groupby(["run", "min_top1"]):
        times, snapshots = list(line.ms), list(line.snapshot)
        for place, ms in enumerate(times):
            while place and times[place - 1] == ms:
                place -= 1
            since.append(snapshots[place] if pd.notna(ms) else pd.NaT)
    assert list(ours.since.fillna(pd.Timestamp(0))) == list(
        pd.Series(since).fillna(pd.Timestamp(0))
    )


def test_the_best_accuracy_within_a_time(history, marts):
    ours = marts("progress_by_time")
    days = columns_by(history, "run", "snapshot")
    best, best_plain = [], []
    for row in ours.itertuples():
        _, model, _, ms, top1, is_plain = days[row.run, row.snapshot]
        is_able = ms <= row.max_ms
        best.append(-lowest(-top1[is_able]))
        best_plain.append(-lowest(-top1[is_able & is_plain]))
        assert not is_able.any() or row.model in model[is_able & (top1 == best[-1])]
    np.testing.assert_array_equal(ours.top1, best)
    np.testing.assert_array_equal(ours.top1_imagenet1k, best_plain)


def halving_years(improvements: pd.DataFrame) -> float:
    days = (improvements.snapshot - improvements.snapshot.min()).dt.days
    slope, _ = np.polyfit(days / 365.25, np.log2(improvements.ms), 1)
    return -1 / slope


def test_halving_times_and_last_steps(history, marts):
    ours = marts("halving_times").set_index(["run", "min_top1"])
    progress = marts("progress", "ms is not null", order="run, min_top1, snapshot")
    runs, first_day = columns_by(history, "run"), history.snapshot.min()
    for key, line in progress.groupby(["run", "min_top1"]):
        row = ours.loc[key]
        improved = line[line.ms < line.ms.cummin().shift(fill_value=np.inf)]
        assert row.improvements == len(improved)
        assert row.last_improvement == improved.snapshot.iloc[-1]
        if len(improved) < 4:
            assert np.isnan([row.halving_years, row.halving_years_lowest]).all()
        else:
            left_one_out = [halving_years(improved.drop(index)) for index in improved.index]
            np.testing.assert_allclose(
                [row.halving_years, row.halving_years_lowest, row.halving_years_highest],
                [halving_years(improved), min(left_one_out), max(left_one_out)],
            )
        steps = []
        snapshot, model, img_size, ms, top1, _ = runs[key[:1]]
        for step in improved.itertuples():
            day = np.datetime64(step.snapshot)
            is_own = (snapshot == day) & (img_size == step.img_size) & (model == step.model)
            own = np.flatnonzero(is_own)[0]
            is_before = (snapshot < day) & (ms <= ms[own])
            earlier = -lowest(-top1[is_before]) / 100
            p = top1[own] / 100
            noise = Z * np.sqrt((p * (1 - p) + earlier * (1 - earlier)) / 50_000)
            if step.snapshot > first_day and not p - earlier <= noise:
                steps.append(step.snapshot)
        assert row.last_step == max(steps) if steps else pd.isna(row.last_step)
    assert len(ours) == progress.groupby(["run", "min_top1"]).ngroups


def test_the_frontier_stood_still(marts):
    """What the report says of 82 %: an RTX 4090, and a CPU on which single steps came later."""
    on_4090 = marts("progress", "device = 'rtx4090'", order="snapshot")
    on_4090["snapshot"] = on_4090.snapshot.astype(str)
    at_82 = on_4090[on_4090.min_top1 == 82].set_index("snapshot").ms
    assert at_82["2019-07-25"] == pytest.approx(0.698, abs=5e-4)
    assert at_82["2022-12-30"] == pytest.approx(0.082, abs=5e-4)
    later = on_4090[(on_4090.snapshot >= "2022-12-30") & on_4090.min_top1.isin(range(80, 89, 2))]
    assert (later.groupby("min_top1").ms.nunique() == 1).all()
    on_i7 = marts("progress", "device = 'i7_12700h' and min_top1 = 82", order="snapshot")
    on_i7 = on_i7.set_index(on_i7.snapshot.astype(str)).ms
    assert list(on_i7[["2022-12-30", "2026-01-06"]].round(1)) == [23.7, 18.0]
    on_3090 = marts("progress", "device = 'rtx3090' and phase = 'infer' and min_top1 = 84")
    on_3090 = on_3090.set_index(on_3090.snapshot.astype(str)).ms
    assert list(on_3090[["2022-12-30", "2026-01-06"]].round(3)) == [0.360, 0.324]


def test_old_rows_take_part_or_say_why_not(results, history, marts):
    old = results[results.snapshot < results.snapshot.max()]
    took_part = set(history.set_index(ROW[1:]).index)
    missing = old.set_index(ROW[1:])
    missing = missing[[row not in took_part for row in missing.index]]
    ours = marts("left_out_rows", "test_set = 'imagenet'").set_index(ROW[1:])
    ours = ours[ours.index.get_level_values("snapshot") < results.snapshot.max()]
    assert set(ours.index) == set(missing.index)
    assert set(ours.reason) <= {
        *("no speed published", "other image size only", "other run only", "toy model")
    }


def test_models_are_new_where_no_earlier_snapshot_has_them(results, tags, history, marts):
    debuts = results.assign(todays_model=tags).groupby("todays_model").snapshot.min()
    ours = marts("model_debuts").set_index("model")
    pd.testing.assert_series_equal(ours.since, debuts[ours.index], check_names=False)
    for run, rows in history.groupby("run"):
        columns = ("snapshot", "todays_model", "ms", "top1")
        snapshot, todays_model, ms, top1 = (rows[column].to_numpy() for column in columns)
        for model in ours.index[ours.since > "2023-12-01"]:
            since = np.datetime64(ours.since[model])
            is_own = (todays_model == model) & (snapshot == since)
            is_rival = (snapshot <= since) & ~is_own
            before = snapshot[is_rival] < since
            moved = False
            for place in np.flatnonzero(is_own):
                faster, as_fast = ms[is_rival] < ms[place], ms[is_rival] <= ms[place]
                higher, as_high = top1[is_rival] > top1[place], top1[is_rival] >= top1[place]
                moved |= not (as_fast & as_high & (faster | higher | before)).any()
            assert (run in ours.moved_frontiers[model]) == moved, (run, model)


def test_new_models_are_those_since_a_date(connection, marts):
    answer = connection.execute("from new_models(since := '2024-01-01', device := '3090')").df()
    expected = marts("model_debuts", "since >= '2024-01-01'")
    assert set(answer.model) == set(expected.model)
    for same in ("", "null", "'2024'", "'2024-01'"):
        newer = connection.execute(f"select model from new_models({same})").df()
        assert set(newer.model) == set(expected.model)
    assert answer.top1.is_monotonic_decreasing
    accuracy = marts("model_accuracy").groupby("model").top1.max()
    np.testing.assert_array_equal(answer.top1, accuracy[answer.model])
    speeds = marts("model_benchmarks", "device = 'rtx3090' and phase = 'infer' and is_default_run")
    ms = speeds.set_index(["model", "img_size"]).ms
    theirs = ms.reindex(pd.MultiIndex.from_frame(answer[["model", "img_size"]])).round(4)
    np.testing.assert_allclose(answer.ms, theirs, atol=1e-9)
    (late,) = connection.execute("select note from new_models(since := '2100-01-01')").fetchall()
    assert late[0].startswith("Nothing is as new as this")


@pytest.mark.parametrize("device", ["rtx4090", "i7_12700h"])
def test_the_chart_shows_the_marts(device, drawn, marts):
    """Of a device each January's frontier, the time for four accuracies, and what became of it."""
    view = drawn["history"][marts("devices", f"device = '{device}'").device_name[0]]
    times, januaries = view.panels
    frontiers = marts("frontier_history", f"device = '{device}' and is_frontier", "snapshot, ms")
    frontiers = frontiers.explode("januaries").dropna(subset="januaries")
    expected = [line for _, line in frontiers.groupby("januaries")]
    lines, goes_on = januaries.data[: len(expected)], januaries.data[len(expected) :]
    for trace, rest, line in zip(lines, goes_on, expected, strict=True):
        np.testing.assert_allclose(trace.x, line.ms, atol=5e-5)
        np.testing.assert_allclose(trace.y, line.top1, atol=0.005)
        np.testing.assert_allclose(rest.x, [line.ms.max(), frontiers.ms.max()], atol=5e-5)
        np.testing.assert_allclose(rest.y, line.top1.max(), atol=0.005)
    labels = [label.text for label in januaries.layout.annotations]
    assert labels == ["2024 to 2026", "2023", "2022", "2021", "2020"]
    accuracies = ["80 %", "82 %", "84 %", "86 %"]
    assert [label.text for label in times.layout.annotations] == accuracies
    progress = marts("progress", f"device = '{device}' and min_top1 = 82", "snapshot")
    np.testing.assert_allclose(times.data[1].y, progress.ms, atol=5e-5)
    (chart,) = (chart for chart in plot.CHARTS if chart.name == "history")
    last = {"rtx4090": "December 2022", "i7_12700h": "August 2024"}[device]
    assert chart.heading.format(**view.quoted).endswith(
        f"82 % fell from {plot.three(progress.ms.iloc[0])} ms in July 2019 to "
        f"{plot.three(progress.ms.iloc[-1])} ms in {last}; "
        f"since {last} nothing from 80 to 86 % has become faster"
    )


def test_the_default_device_is_shown_first(drawn, marts):
    (default,) = marts("devices", "is_default_device").device_name
    assert {next(iter(drawn[name])) for name in ("frontier", "history")} == {default}
