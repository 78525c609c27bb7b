"""The marts against the same questions answered in pandas and numpy, from the seeds."""

from __future__ import annotations

import re
from math import comb
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from conftest import Z

NETWORK = ["architecture", "img_size"]
SEEDS = Path(__file__).resolve().parents[2] / "seeds"
CLEAN = {"v2": "imagenet", "sketch": "imagenet", "a": "a-clean", "r": "r-clean"}
TEST_SETS = {
    "imagenet": "imagenet",
    "real": "imagenet-real",
    "v2": "imagenetv2-matched-frequency",
    "sketch": "sketch",
    "a": "imagenet-a",
    "a-clean": "imagenet-a-clean",
    "r": "imagenet-r",
    "r-clean": "imagenet-r-clean",
}


def seed(name: str) -> pd.DataFrame:
    (path,) = SEEDS.rglob(f"{name}.csv")
    return pd.read_csv(path)


@pytest.fixture(scope="module")
def results() -> pd.DataFrame:
    frame = seed("imagenet_results")
    frame = frame[frame.snapshot == frame.snapshot.max()].drop(columns="snapshot")
    frame["architecture"] = frame.model.str.split(".").str[0]
    # timm's toys are left out.
    return frame[~frame.architecture.str.startswith("test_")]


@pytest.fixture(scope="module")
def accuracy(results) -> pd.DataFrame:
    return results[results.test_set == "imagenet"].set_index(["model", "img_size"])


@pytest.fixture(scope="module")
def joined(results) -> pd.DataFrame:
    """One row per run, model and img_size, joined on (architecture, img_size)."""
    speeds = pd.concat([seed("inference_benchmarks"), seed("training_benchmarks")])
    imagenet = results[results.test_set == "imagenet"]
    renames = seed("architecture_renames").set_index("old_name").new_name.str.split(".").str[0]
    known = speeds.model.isin(imagenet.architecture)
    speeds["architecture"] = speeds.model.where(
        known | ~speeds.model.isin(renames.index), speeds.model.map(renames)
    )
    # The one name that timm gave to another network.
    old = (speeds.model == "tnt_s_patch16_224") & (speeds.param_count == 23.76)
    speeds.loc[old, "architecture"] = "tnt_s_legacy_patch16_224"
    tested = imagenet.groupby(["architecture", "img_size"]).param_count.max().rename("tested")
    speeds = speeds.join(tested, on=["architecture", "img_size"], how="inner")
    variants = tuple(seed("timed_variants").prefix)
    off = (speeds.param_count / speeds.tested - 1).abs() > 0.01
    speeds = speeds[~off | speeds.architecture.str.startswith(variants)]
    keys = ["run", "architecture", "img_size"]
    timings = speeds.groupby(keys, as_index=False).samples_per_sec.mean()
    frame = timings.merge(imagenet, on=["architecture", "img_size"])
    frame["secs"] = 1 / frame.samples_per_sec
    return frame


@pytest.fixture(scope="module")
def mart(connection):
    return lambda query: connection.execute(query).df()


@pytest.fixture(scope="module")
def benchmarks(mart) -> pd.DataFrame:
    columns = (
        "run, model, architecture, architecture_group, img_size, secs, top1, batch_size, "
        "is_extra_data, is_frontier, is_frontier_imagenet1k, is_near_frontier, frontier_gap, "
        "dominated_by, dominated_by_img_size"
    )
    return mart(f"select {columns} from model_benchmarks")


def test_rows_and_values_of_every_run(mart, joined):
    keys = ["run", "model", "img_size"]
    ours = mart("select run, model, img_size, secs, top1 from model_benchmarks").set_index(keys)
    theirs = joined.set_index(keys)
    assert ours.index.is_unique
    assert set(ours.index) == set(theirs.index)
    theirs = theirs.loc[ours.index]
    np.testing.assert_allclose(ours.secs, theirs.secs, rtol=1e-12)
    np.testing.assert_array_equal(ours.top1, theirs.top1)


def test_newest_eager_runs_cover_every_accuracy(mart, accuracy):
    counts = mart(
        """
        select count(*) as n from model_benchmarks
        where torch_version = '2.9.1' and not is_compiled group by run
        """
    )
    assert list(counts.n) == [len(accuracy)] * 3 == [1543] * 3


def spearman(left: pd.Series, right: pd.Series) -> float:
    return np.corrcoef(left.rank(), right.rank())[0, 1]


def frontier(secs: np.ndarray, top1: np.ndarray) -> np.ndarray:
    """Pareto optimality by definition: every row against every row."""
    as_good = (secs <= secs[:, None]) & (top1 >= top1[:, None])
    better = (secs < secs[:, None]) | (top1 > top1[:, None])
    return ~(as_good & better).any(axis=1)


def test_frontiers_and_gaps_of_every_run(benchmarks):
    for _, run in benchmarks.groupby("run"):
        secs, top1 = run.secs.to_numpy(), run.top1.to_numpy()
        np.testing.assert_array_equal(run.is_frontier, frontier(secs, top1))
        plain = ~run.is_extra_data.to_numpy()
        np.testing.assert_array_equal(
            run.is_frontier_imagenet1k[plain], frontier(secs[plain], top1[plain])
        )
        best = np.where(secs <= secs[:, None], top1, -1).max(axis=1)
        np.testing.assert_allclose(run.frontier_gap, best - top1, atol=1e-12)
        names = run.set_index(["model", "img_size"])
        beaten = run[~run.is_frontier]
        best_rows = names.loc[zip(beaten.dominated_by, beaten.dominated_by_img_size, strict=True)]
        assert (best_rows.secs.to_numpy() <= beaten.secs.to_numpy()).all()
        np.testing.assert_allclose(best_rows.top1, beaten.top1 + beaten.frontier_gap)
        assert best_rows.is_frontier.all()
        p = run.top1 / 100
        best_p = p + run.frontier_gap / 100
        noise = np.sqrt((p * (1 - p) + best_p * (1 - best_p)) / 50_000)
        np.testing.assert_array_equal(run.is_near_frontier, run.frontier_gap / 100 <= Z * noise)


def test_repeated_timings(mart):
    """Several old names of one network, timed in one run."""
    timings = mart(
        "select distinct run, architecture, img_size, samples_per_sec, timings, timing_spread"
        " from model_benchmarks"
    )
    repeated = timings[timings.timings > 1]
    assert (timings[timings.timings == 1].timing_spread == 0).all()
    assert len(repeated) > 100
    assert 0.05 < repeated.timing_spread.median() < 0.2
    assert repeated.timing_spread.max() < 2.5


def test_accuracy_on_all_test_sets(mart, results, accuracy):
    ours = mart("select * from model_accuracy").set_index(["model", "img_size"])
    assert set(ours.index) == set(accuracy.index)
    for name, test_set in TEST_SETS.items():
        theirs = results[results.test_set == test_set].set_index(["model", "img_size"])
        theirs = theirs.reindex(ours.index)
        column = "" if name == "imagenet" else f"{name.replace('-', '_')}_"
        np.testing.assert_array_equal(ours[f"{column}top1"], theirs.top1)
        np.testing.assert_array_equal(ours[f"{column}top5"], theirs.top5)
    p = ours.top1 / 100
    np.testing.assert_allclose(ours.top1_standard_error, 100 * np.sqrt(p * (1 - p) / 50_000))
    np.testing.assert_array_equal(ours.top1_rank, ours.top1.rank(method="min", ascending=False))


@pytest.mark.parametrize("name", CLEAN)
def test_effective_robustness(mart, results, name):
    def logit(test_set: str) -> pd.Series:
        rows = results[results.test_set == test_set].set_index(["model", "img_size"])
        return np.log(rows.top1 / (100 - rows.top1))

    ours = mart("select * from model_accuracy").set_index(["model", "img_size"])
    shifted, clean = logit(TEST_SETS[name]), logit(TEST_SETS[CLEAN[name]])
    both = pd.concat([clean, shifted], axis=1, keys=["clean", "shifted"]).reindex(ours.index)
    if name == "a":
        both[ours.a_top1 < 5] = np.nan
    fitted = both[~ours.is_extra_data.astype(bool)].dropna()
    slope, intercept = np.polyfit(fitted.clean, fitted.shifted, 1)
    expected = intercept + slope * both.clean
    np.testing.assert_allclose(ours[f"{name}_robustness"], both.shifted - expected, atol=1e-9)
    assert ours[f"{name}_robustness"].isna().sum() == both.shifted.isna().sum()

    points = mart(f"from test_set_accuracies where test_set = '{TEST_SETS[name]}'")
    points = points.set_index(["model", "img_size"]).reindex(ours.index)

    def share(logits: pd.Series) -> pd.Series:
        return 1 / (1 + np.exp(-logits))

    in_points = 100 * (share(both.shifted) - share(expected))
    np.testing.assert_allclose(points.robustness_top1, in_points, atol=1e-8)
    images = seed("test_sets").set_index("test_set").images
    # The standard error by the change that one standard error of the clean accuracy makes.
    p, q = share(both.shifted), share(both.clean)
    of_clean = np.sqrt(q * (1 - q) / images[TEST_SETS[CLEAN[name]]])
    step = 1e-6
    moved = np.log((q + step) / (1 - q - step))
    slope_here = (share(intercept + slope * moved) - share(expected)) / step
    variance = p * (1 - p) / images[TEST_SETS[name]] + (slope_here * of_clean) ** 2
    np.testing.assert_allclose(points.robustness_standard_error, 100 * np.sqrt(variance), rtol=1e-3)


def test_pretraining_of_every_model(mart):
    datasets = seed("pretraining_datasets")
    datasets = datasets[datasets.is_extra_data].set_index("token").dataset
    overrides = {"ssld_stage2_ft_in1k": "imagenet-22k", "clip_ft_in1k": "laion-400m"}
    teachers = seed("teachers")
    models = mart("select * from models")
    assert len(models) == 1253
    for model in models.itertuples():
        tag = model.tag or ""
        if tag.startswith("bd_ssld_6m"):
            chain = ["ssld-6m"]
        elif tag in overrides:
            chain = [overrides[tag]]
        else:
            found = [datasets[token] for token in tag.split("_") if token in datasets]
            chain = list(dict.fromkeys(found))
        assert model.pretrained_on == (" > ".join(chain) or "imagenet-1k"), model.model
        through = [] if not chain else ["weights"]
        for row in teachers.itertuples():
            if row.is_extra_data is True and (
                re.fullmatch(row.architecture_pattern, model.architecture)
                and re.fullmatch(row.tag_pattern, tag)
            ):
                through.append(row.role)
        order = [role for role in ("weights", "teacher", "tokenizer") if role in through]
        told = "" if pd.isna(model.extra_data_through) else model.extra_data_through
        assert told == ", ".join(order), model.model
        assert model.is_extra_data == bool(through)


def test_what_a_tag_does_not_tell(mart):
    through = mart("from models").set_index("model").extra_data_through
    assert through["hgnet_tiny.ssld_in1k"] == "weights, teacher"
    assert through["hrnet_w18_ssld.paddle_in1k"] == "teacher"
    assert through["beitv2_base_patch16_224.in1k_ft_in1k"] == "tokenizer"
    assert through["edgenext_small.usi_in1k"] == "teacher"
    assert through["resnetv2_50x1_bit.goog_distilled_in1k"] == "teacher"
    assert pd.isna(through["levit_256.fb_dist_in1k"])
    assert pd.isna(through["flexivit_base.1200ep_in1k"])


def test_every_row_of_teachers_is_of_some_model_and_none_has_two_of_a_role(connection):
    found = connection.execute(
        """
        select teachers.architecture_pattern, teachers.role, unnest(list(cards.model)) as model
        from raw.teachers as teachers
        left join staging.stg_model_cards as cards
            on regexp_full_match(cards.architecture, teachers.architecture_pattern)
            and regexp_full_match(cards.tag, teachers.tag_pattern)
        group by all
        """
    ).df()
    assert found.model.notna().all()
    assert not found.duplicated(["model", "role"]).any()
    assert len(found) > 200


def test_cost_proxies(mart):
    run = "infer-amp-nchw-pt291-cu128-4090"
    rows = mart(f"select * from model_benchmarks where run = '{run}'")
    models = len(rows)
    rows = rows.drop_duplicates(NETWORK)
    for proxy in mart(f"select * from cost_proxies where run = '{run}'").itertuples():
        values = rows[proxy.proxy].to_numpy()
        assert (proxy.networks, proxy.models) == (len(values), models) == (1180, 1543)
        assert proxy.spearman == pytest.approx(spearman(rows.secs, rows[proxy.proxy]))
        pearson = np.corrcoef(np.log(rows.secs), np.log(values))[0, 1]
        assert proxy.log_pearson == pytest.approx(pearson)
        spreads, secs = [], rows.secs.to_numpy()
        for value in values:
            near = secs[(values >= value - 0.1 * value) & (values <= value + 0.1 * value)]
            spreads.append(np.quantile(near, 0.95) / np.quantile(near, 0.05))
        assert proxy.median_spread == pytest.approx(np.median(spreads))
        assert proxy.max_spread == pytest.approx(max(spreads))


def test_run_comparisons(mart, benchmarks):
    counts = benchmarks.groupby(["run", *NETWORK]).size().rename("models")
    rows = benchmarks[["run", *NETWORK, "secs", "top1", "batch_size"]]
    rows = rows.sort_values("top1", ascending=False).drop_duplicates(["run", *NETWORK])
    rows = rows.join(counts, on=["run", *NETWORK])
    by_run = {run: frame.set_index(NETWORK) for run, frame in rows.groupby("run")}
    comparisons = mart("select * from run_comparisons")
    assert len(comparisons) == 21 * 20 + 3 * 2
    for pair in comparisons.sample(40, random_state=1).itertuples():
        both = by_run[pair.from_run].join(by_run[pair.to_run].add_suffix("_to"), how="inner")
        speed_up = both.secs / both.secs_to
        assert (pair.networks, pair.models) == (len(both), both.models.sum())
        quantiles = (pair.p10_speed_up, pair.median_speed_up, pair.p90_speed_up)
        np.testing.assert_allclose(quantiles, np.quantile(speed_up, [0.1, 0.5, 0.9]))
        assert pair.spearman == pytest.approx(spearman(both.secs, both.secs_to))
        top1 = both.top1.to_numpy()
        first = frontier(both.secs.to_numpy(), top1)
        second = frontier(both.secs_to.to_numpy(), top1)
        jaccard = (first & second).sum() / (first | second).sum()
        assert pair.frontier_jaccard == pytest.approx(jaccard)
        same_batch = both.batch_size == both.batch_size_to
        assert pair.same_batch_networks == same_batch.sum()
        if same_batch.any():
            assert pair.same_batch_speed_up == pytest.approx(speed_up[same_batch].median())


def test_statistical_ties(mart):
    ties = mart("select * from statistical_ties")
    p = ties.top1.to_numpy() / 100
    variance = p * (1 - p) / 50_000
    error = np.sqrt(variance + variance[:, None])
    expected = (np.abs(p - p[:, None]) <= Z * error).sum(axis=1) - 1
    np.testing.assert_array_equal(ties.ties, expected)


def test_family_trends(mart, benchmarks):
    rows = benchmarks[["run", "architecture_group", "model", "secs", "top1"]]
    groups = dict(iter(rows.groupby(["run", "architecture_group"])))
    large = {key for key, frame in groups.items() if frame.model.nunique() >= 3}
    trends = mart("select * from family_trends")
    found = set(zip(trends.run, trends.architecture_group, strict=True))
    assert found <= large
    assert all(groups[key].secs.nunique() == 1 for key in large - found)
    for trend in trends.sample(60, random_state=1).itertuples():
        frame = groups[trend.run, trend.architecture_group]
        slope, intercept = np.polyfit(np.log10(frame.secs), frame.top1, 1)
        assert trend.n == len(frame)
        assert trend.slope == pytest.approx(slope, rel=1e-6)
        assert trend.intercept == pytest.approx(intercept, rel=1e-6)


def test_resolution_tradeoffs(mart, benchmarks):
    rows = benchmarks[["run", "model", "img_size", "secs", "top1"]]
    by_run = {run: own.set_index(["model", "img_size"]) for run, own in rows.groupby("run")}
    tradeoffs = mart("select * from resolution_tradeoffs")
    sizes = rows.groupby(["run", "model"]).img_size.nunique()
    assert len(tradeoffs) == (sizes - 1).sum()
    for row in tradeoffs.sample(200, random_state=1).itertuples():
        run = by_run[row.run]
        small, large = run.loc[row.model, row.from_img_size], run.loc[row.model, row.to_img_size]
        assert row.more_top1 == pytest.approx(large.top1 - small.top1)
        assert row.more_ms == pytest.approx(1000 * (large.secs - small.secs))
        others = run[(run.secs <= large.secs) & (run.index.get_level_values(0) != row.model)]
        if others.empty:
            assert pd.isna(row.best_other_more_top1)
        else:
            assert row.best_other_more_top1 == pytest.approx(others.top1.max() - small.top1)


def test_headline_figures(mart):
    figures = mart("from headline_figures").set_index("figure")
    for phase in ("infer", "train"):
        rows = mart(f"from notebook_benchmarks where phase = '{phase}'")
        medium = rows[(rows.benchmark_param_count >= 20) & (rows.benchmark_param_count <= 30)]
        convnext = rows[rows.family == "convnext"]
        expected = {
            "models": len(rows),
            "families": rows.family.nunique(),
            "headline_families": rows.family[rows.is_headline_family].nunique(),
            "mismatched": (rows.benchmark_img_size != rows.img_size).sum(),
            "convnext": len(convnext),
            "convnext_mismatched": (convnext.benchmark_img_size != convnext.img_size).sum(),
            "fastest": 1000 / rows.samples_per_sec.max(),
            "most_accurate": rows.top1.max(),
            "medium": len(medium),
            "medium_spread": medium.samples_per_sec.max() / medium.samples_per_sec.min(),
        }
        for name, value in expected.items():
            assert figures.value[f"{phase}_{name}"] == pytest.approx(value), name
        assert figures.label[f"{phase}_fastest"] == rows.family[rows.secs.idxmin()]
        assert figures.label[f"{phase}_most_accurate"] == rows.family[rows.top1.idxmax()]

    benchmarks = mart("from model_benchmarks")
    accuracy = mart("from model_accuracy").set_index("model")
    comparisons = mart("from run_comparisons").set_index(["from_run", "to_run"])
    compiled = comparisons[
        [to_run == f"{from_run}-dynamo" for from_run, to_run in comparisons.index]
    ]
    # Few rows of the same batch size are no fair sample.
    compiled = compiled[compiled.same_batch_networks >= 0.5 * compiled.networks]
    nhwc = comparisons[
        [to_run == from_run.replace("-nchw-", "-nhwc-", 1) != from_run
         for from_run, to_run in comparisons.index]
    ]  # fmt: skip
    nhwc = nhwc[nhwc.same_batch_networks >= 0.5 * nhwc.networks]
    backtest = mart("from prediction_backtest")
    errors = {kind: rows.median_error for kind, rows in backtest.groupby("device_kind")}
    inference = comparisons[comparisons.phase == "infer"]
    same_device = inference.from_device == inference.to_device
    runs = benchmarks[(benchmarks.phase == "infer") & (benchmarks.device_kind == "gpu")]
    runs = runs[runs.is_default_run].drop_duplicates(["run", *NETWORK])
    runs = [run for _, run in runs.groupby("run")]
    expected = {
        "models": accuracy.index.nunique(),
        "devices": benchmarks.device.nunique(),
        "runs": mart("from benchmark_runs").run.nunique(),
        "least_compiled": compiled.same_batch_speed_up.min(),
        "most_compiled": compiled.same_batch_speed_up.max(),
        "least_nhwc": nhwc.same_batch_speed_up.min(),
        "most_nhwc": nhwc.same_batch_speed_up.max(),
        "least_error_gpu": errors["gpu"].min(),
        "most_error_gpu": errors["gpu"].max(),
        "most_error_cpu": errors["cpu"].max(),
        "same_device_jaccard": inference[same_device].frontier_jaccard.mean(),
        "other_device_jaccard": inference[~same_device].frontier_jaccard.mean(),
        "param_count_spearman": np.median([spearman(run.secs, run.param_count) for run in runs]),
        "macts_spearman": np.median([spearman(run.secs, run.macts) for run in runs]),
    } | {
        f"permissive_within_{1000 * cost.max_ms:.0f}_us": cost.best_top1 - cost.permissive_top1
        for cost in mart("from license_costs").itertuples()
    }
    for name, value in expected.items():
        assert figures.value[name] == pytest.approx(value), name
    assert figures.label["runs"] == str(mart("from benchmark_runs").snapshot.max().date())
    assert figures.label["infer_families"] == "2023-05-24"


def test_robustness_gains(mart):
    rows = mart("from test_set_accuracies where robustness is not null and is_extra_data")
    expected = rows.groupby("test_set").robustness_top1.agg(["size", "mean"])
    gains = mart("from robustness_gains").set_index("test_set").loc[expected.index]
    assert list(gains.extra_data_models) == list(expected["size"])
    assert list(gains.extra_data_robustness) == pytest.approx(list(expected["mean"]))


def test_speed_ups_of_networks_are_those_behind_the_medians(mart):
    speed_ups = mart("from network_speed_ups")
    np.testing.assert_allclose(speed_ups.speed_up, speed_ups.from_ms / speed_ups.to_ms)
    pairs = speed_ups.groupby(["from_run", "to_run"])
    comparisons = mart("from run_comparisons where to_setting in ('compiled', 'nhwc')")
    comparisons = comparisons.set_index(["from_run", "to_run"]).sort_index()
    assert list(pairs.size()) == list(comparisons.same_batch_networks)
    np.testing.assert_allclose(pairs.speed_up.median(), comparisons.same_batch_speed_up)
    np.testing.assert_allclose(pairs.same_batch_speed_up.first(), comparisons.same_batch_speed_up)


def test_every_reason_for_leaving_a_row_out_is_counted(mart):
    reasons = mart("select reason, count(*) as n from left_out_rows group by reason")
    assert dict(zip(reasons.reason, reasons.n, strict=True)) == {
        "no accuracy published": 7552,
        "no speed published": 26,
        "other image size only": 217,
        "other run only": 6,
        "toy model": 269,
        "wrong model timed": 4,
        "blank upstream": 2,
        "orphan": 1,
    }


def test_findings_come_from_the_marts(mart):
    findings = mart("select * from notebook_findings").set_index("finding")
    rows = mart("select * from notebook_benchmarks where phase = 'infer'")
    log_time = np.log(rows.secs)
    third = np.floor((log_time - log_time.min()) / (log_time.max() - log_time.min()) * 3)
    for place, family in enumerate(("levit", "convnext", "beit")):
        own, rivals = rows[rows.family == family], rows[rows.family != family]
        best = own[frontier(own.secs.to_numpy(), own.top1.to_numpy())]
        # The slowest model of all falls on the upper edge of the last third.
        best = best[third[best.index] == place]
        leads = [
            model.top1 - rivals[rivals.secs <= model.secs].top1.max()
            for model in best.itertuples()
            if (rivals.secs <= model.secs).any()
        ]
        measured = findings.on_notebook_data[f"{family}_leads"]
        assert measured == pytest.approx(np.median(leads))
    # The mismatched sizes flatter convnext, and today's models are ahead of it as often as behind.
    convnext = findings.loc["convnext_leads"]
    assert convnext.on_notebook_data > convnext.on_matched_sizes > 0 > convnext.on_todays_data
    assert convnext.verdict == "cannot be told"
    # It rests on two models.
    assert findings.todays_data_n["beit_leads"] == 2
    assert findings.verdict["beit_leads"] == "cannot be told"


def test_the_intervals_of_medians_and_shares(mart):
    measures = mart("from notebook_measures").set_index(["finding", "evidence"])
    observations = mart("from notebook_observations").groupby(["finding", "evidence"])["observed"]
    for key, values in observations:
        measure = measures.loc[key]
        assert measure.n == len(values)
        if key[0] in ("beit_has_extra_data", "best_models_have_extra_data", "a_line_does_not_fit"):
            assert measure.measured == pytest.approx(values.mean())
            # Wilson: the shares from which the observed one is that many standard errors away.
            for end in np.clip([measure.lower, measure.upper], 0, 1):
                error = np.sqrt(end * (1 - end) / len(values))
                assert abs(end - values.mean()) == pytest.approx(Z * error, abs=1e-12)
        else:
            assert measure.measured == pytest.approx(values.median())
            n, ordered = len(values), np.sort(values)
            place = int((n - Z * np.sqrt(n)) / 2)
            if place < 1:
                assert pd.isna(measure.lower)
                continue
            assert (measure.lower, measure.upper) == (ordered[place - 1], ordered[-place])
            # How often so many of n tosses of a coin are heads.
            assert sum(comb(n, heads) for heads in range(place, n - place + 1)) / 2**n > 0.94


def test_the_line_is_tested_for_curvature(mart):
    rows = mart("from notebook_evidence where evidence = 'today'")
    curved = mart(
        "from notebook_observations where finding = 'a_line_does_not_fit' and evidence = 'today'"
    ).set_index("observation")
    for family, told in curved.observed.items():
        own = rows[rows.family == family]
        time = np.log10(own.secs)
        coefficients, covariance = np.polyfit(time - time.mean(), own.top1, 2, cov=True)
        assert told == (abs(coefficients[0] / np.sqrt(covariance[0, 0])) > 2), family
    assert {0, 1} == set(curved.observed)


def test_the_cpu_finding_rests_on_the_least_of_the_cpus(mart):
    networks = mart("from model_benchmarks where phase = 'infer'")
    networks = networks.drop_duplicates(["run", *NETWORK])
    cards = networks[networks.run == "infer-amp-nchw-pt240-cu124-rtx3090"].set_index(NETWORK)
    cpus = networks[(networks.device_kind == "cpu") & networks.is_default_run]
    ratios = []
    for _, cpu in cpus.groupby("run"):
        both = cpu.set_index(NETWORK).join(cards[["secs"]].add_suffix("_card"), how="inner")
        medians = (both.secs / both.secs_card).groupby(both.kind).median()
        ratios.append(medians["transformer"] / medians["convnet"])
    finding = mart("from notebook_findings where finding = 'transformers_are_worse_on_cpus'")
    assert len(ratios) == 2
    assert finding.on_todays_data[0] == pytest.approx(min(ratios))
    assert finding.todays_data_lower[0] < min(ratios) < finding.todays_data_upper[0]
    # Which card, layout and CPU it is decides.
    pairs = mart("from notebook_cpu_slow_downs")
    assert len(pairs) == pairs.card_run.nunique() * 2
    assert pairs.ratio.min() < 0.8
    assert pairs.ratio.max() > 1.4
