"""The questions one asks in the shell, against the same questions answered in pandas."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import time
from functools import cache
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import Z, command

PROJECT = Path(__file__).resolve().parents[2]
ANSWERS = sorted(path.stem for path in (PROJECT / "models" / "answers").glob("*.sql"))
IMAGES = {"imagenet": 50_000, "v2": 10_000, "sketch": 50_889, "a": 7_500, "r": 30_000}
SHIFTED = ["v2_top1", "sketch_top1", "a_top1", "r_top1"]
NHWC = "infer-amp-nhwc-pt240-cu124-rtx3090"


@pytest.fixture(scope="module")
def ask(connection):
    return cache(lambda question: connection.execute(f"from {question}").df())


@pytest.fixture(scope="module")
def rows(marts) -> pd.DataFrame:
    shifted = marts("model_accuracy")[["model", "img_size", *SHIFTED]]
    return marts("model_benchmarks").merge(shifted, on=["model", "img_size"])


LICENSE_KINDS = ["permissive", "non-commercial", "custom terms", "unknown"]
KINDS = ["convnet", "transformer", "hybrid", "mlp", "other"]
LIMITS = {
    "max_ms": ("ms", -1),
    "min_samples_per_sec": ("samples_per_sec", 1),
    "min_top1": ("top1", 1),
    "max_param_count": ("param_count", -1),
    "max_gmacs": ("gmacs", -1),
}


def draw_question(chance: random.Random) -> dict:
    """Return random arguments of best_models, some limits left out."""
    device = chance.choice(["rtx3090", "rtx4090", "rtx5090", "pro6000maxq", "i7_12700h"])
    compiled = {"rtx3090": [None, False], "i7_12700h": [None, True]}
    limits = {
        "max_ms": round(chance.choice([0.05, 0.3, 1, 5, 20, 200]) * chance.uniform(0.5, 2), 3),
        "min_samples_per_sec": chance.choice([1, 50, 500, 2000, 20000]),
        "min_top1": round(chance.uniform(60, 88), 1),
        "max_param_count": round(chance.choice([3, 10, 30, 90, 400]) * chance.uniform(0.5, 2), 1),
        "max_gmacs": round(chance.choice([0.3, 2, 10, 60]) * chance.uniform(0.5, 2), 2),
    }
    what = {
        "license_kind": chance.choice(LICENSE_KINDS),
        "kind": chance.choice(KINDS),
        "architecture_group": chance.choice(["vit", "resnet", "convnext", "levit"]),
        "name": chance.choice(["fb", "22k", "convnext base", "224 in1k"]),
        "is_self_supervised": chance.random() < 0.5,
    }
    return {
        "device": device,
        "compiled": chance.choice(compiled.get(device, [None, False, True])),
        **{name: limits[name] for name in limits if chance.random() < 0.4},
        **{name: what[name] for name in what if chance.random() < 0.15},
        "imagenet1k_only": chance.random() < 0.3,
        "robust_weight": chance.choice([0, 0, 0.25, 0.5, 1]),
        "everything": chance.random() < 0.3,
        "n": chance.choice([None, None, 1, 5, 12]),
    }


def in_sql(question: dict) -> str:
    def literal(value: object) -> str:
        if value is None:
            return "null"
        return f"'{value}'" if isinstance(value, str) else str(value).lower()

    arguments = ", ".join(f"{name} := {literal(value)}" for name, value in question.items())
    return f"best_models({arguments})"


def candidates(rows: pd.DataFrame, asked: dict) -> pd.DataFrame:
    """Return the rows that the question is about, with score, its error and the limits broken."""
    run = rows[(rows.device == asked["device"]) & (rows.phase == "infer")]
    if asked["compiled"] is None:
        run = run[run.is_default_run]
    else:
        run = run[run.is_newest & (run.is_compiled == asked["compiled"])]
    if asked["imagenet1k_only"]:
        run = run[~run.is_extra_data]
    for column in ("kind", "architecture_group", "is_self_supervised"):
        if column in asked:
            run = run[run[column] == asked[column]]
    for word in asked.get("name", "").split():
        run = run[run.model.str.contains(word)]
    weight = asked["robust_weight"]
    p = run.top1 / 100
    squares = ((1 - weight) * 100) ** 2 * p * (1 - p) / IMAGES["imagenet"]
    score = (1 - weight) * run.top1
    if weight > 0:
        score = score + weight * run[SHIFTED].mean(axis=1, skipna=False)
        for column in SHIFTED:
            q = run[column] / 100
            squares = squares + (weight * 25) ** 2 * q * (1 - q) / IMAGES[column.split("_")[0]]
    broken = pd.DataFrame(index=run.index)
    for limit, (column, sign) in LIMITS.items():
        if limit in asked:
            broken[limit] = ~(sign * run[column] >= sign * asked[limit])
    if "license_kind" in asked:
        broken["license_kind"] = run.license_kind != asked["license_kind"]
    names = broken.columns.to_numpy()
    breaks = [sorted(names[row]) for row in broken.to_numpy(dtype=bool)]
    return run.assign(score=score, error=np.sqrt(squares), breaks=breaks)


def answer_in_pandas(rows: pd.DataFrame, asked: dict) -> pd.DataFrame:
    run = candidates(rows, asked)
    run = run[run.score.notna()]
    within = run[run.breaks.map(len) == 0]
    secs, score = within.ms.to_numpy(), within.score.to_numpy()
    as_good = (secs <= secs[:, None]) & (score >= score[:, None])
    better = (secs < secs[:, None]) | (score > score[:, None])
    is_rung = ~(as_good & better).any(axis=1)
    rungs = within[is_rung].sort_values(["ms", "score", "model"])
    steps = rungs.assign(
        more_top1=rungs.score.diff(),
        more_ms=rungs.ms.diff(),
        noise=Z * np.sqrt(rungs.error**2 + rungs.error.shift() ** 2),
    )
    shown = within if asked["everything"] else within[is_rung]
    shown = shown.join(steps[["more_top1", "more_ms", "noise"]])
    beyond = run[run.breaks.map(len) > 0].sort_values(
        ["ms", "score", "model", "img_size"], ascending=[True, False, True, True]
    )
    models, errors = within.model.to_numpy(), within.error.to_numpy()
    steps_up, scores_up = list(beyond.itertuples()), beyond.score.to_numpy()
    ties, nexts = [], []
    for row in shown.itertuples():
        near = np.abs(score - row.score) <= Z * np.sqrt(errors**2 + row.error**2)
        ties.append(len({*models[near]} - {row.model}))
        (above,) = np.nonzero(scores_up > row.score)
        nexts.append(steps_up[above[0]] if len(above) else None)
    shown = shown.assign(tied_models=ties, next=nexts)
    order = ["score", "ms", "model", "img_size"]
    return shown.sort_values(order, ascending=[False, True, True, True]).head(
        asked["n"] or len(shown)
    )


@pytest.fixture(scope="module")
def answered(rows) -> list[tuple[dict, pd.DataFrame]]:
    """Random questions with their answers in pandas."""
    questions = [draw_question(random.Random(seed)) for seed in range(60)]
    return [(question, answer_in_pandas(rows, question)) for question in questions]


@pytest.mark.parametrize("number", range(60))
def test_best_models_equals_pandas(number, ask, answered):
    question, theirs = answered[number]
    ours = ask(in_sql(question))
    if theirs.empty:
        assert len(ours) == 1
        assert ours.model.isna().all()
        assert re.match("Nothing fits. Nearest: |Every model|No model is of this", ours.note[0])
        return
    assert ours.note.isna().all()
    assert list(ours.model) == list(theirs.model)
    assert list(ours.img_size) == list(theirs.img_size)
    assert list(ours.place) == list(range(1, len(theirs) + 1))
    np.testing.assert_allclose(ours.ms, theirs.ms, atol=1e-4)
    np.testing.assert_allclose(ours.score, theirs.score, atol=6e-4)
    np.testing.assert_allclose(ours.more_top1, theirs.more_top1, atol=6e-4)
    np.testing.assert_allclose(ours.more_ms, theirs.more_ms, atol=1e-4)
    has_step = theirs.more_top1.notna().to_numpy()
    is_noise = (theirs.more_top1 <= theirs.noise)[has_step]
    assert list(ours.is_within_noise[has_step]) == list(is_noise)
    assert ours.is_within_noise[~has_step].isna().all()
    assert list(ours.tied_models) == list(theirs.tied_models)
    flag = "is_frontier_imagenet1k" if question["imagenet1k_only"] else "is_frontier"
    np.testing.assert_array_equal(ours.is_frontier, theirs[flag])
    for own, row in zip(ours.itertuples(), theirs.itertuples(), strict=True):
        if row.next is None:
            assert pd.isna(own.next_model)
            continue
        assert (own.next_model, own.next_img_size) == (row.next.model, row.next.img_size)
        assert own.next_more_top1 == pytest.approx(row.next.score - row.score, abs=6e-4)
        assert own.next_more_ms == pytest.approx(row.next.ms - row.ms, abs=1e-4)
        assert list(own.next_breaks) == row.next.breaks


def test_the_questions_have_answers_of_every_sort(answered):
    """So that the comparison with pandas is one."""
    answers = [answer for _, answer in answered]
    sizes = [len(answer) for answer in answers]
    assert 3 < sizes.count(0) < 30
    assert max(sizes) > 100
    steps = [row for answer in answers for row in answer.next if row is not None]
    assert {limit for row in steps for limit in row.breaks} == {*LIMITS, "license_kind"}


def test_models_without_a_test_set_are_left_out_and_counted(ask, database, tmp_path):
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(database.read_bytes())
    with duckdb.connect(copy) as connection:
        connection.execute("update model_benchmarks set shifted_top1 = null")
        question = "select note, unscored_models from best_models(robust_weight := 0.5)"
        answers = connection.execute(question).fetchall()
    assert answers == [("Every model within the limits lacks a test set", None)]
    answer = ask("best_models(architecture_group := 'resnet', robust_weight := 0.5)").iloc[0]
    assert answer.unscored_models == 1
    assert ask("best_models(architecture_group := 'resnet')").unscored_models.max() == 0


def test_nearest_miss_says_which_limit_keeps_it_out(ask):
    (miss,) = ask("best_models(max_ms := 0.001)").note
    assert miss.endswith("but for max_ms")
    (miss,) = ask("best_models(min_top1 := 99)").note
    assert miss.endswith("but for min_top1")
    assert "eva02_large_patch14_448" in miss
    (miss,) = ask("best_models(name := 'no such name')").note
    assert miss == "No model is of this kind, name and pretraining"


def test_one_asks_as_one_speaks(ask):
    """CPUs answer at once, phases have two words, and the smallest above 80 % is not cut off."""
    assert len(ask("best_models('i7')")) > 10
    in_words = ask("best_models('3090', phase := 'Training')")
    assert in_words.equals(ask("best_models('3090', phase := 'train')"))
    query = "best_models(everything := true) where top1 > 80 order by param_count limit 1"
    assert ask(query).param_count[0] < 10
    by_layout = ask(f"best_models('3090', run := '{NHWC}')")
    assert not by_layout.equals(ask("best_models('3090')"))
    assert set(ask("best_models(kind := 'MLP', license_kind := 'Permissive')").kind) == {"mlp"}


@pytest.mark.parametrize(
    "name",
    [
        "RESNET50.A1_in1k",
        "timm/resnet50.a1_in1k",
        "hf-hub:timm/resnet50.a1_in1k",
        "https://huggingface.co/timm/resnet50.a1_in1k",
        " https://huggingface.co/timm/resnet50.a1_in1k/?library=timm ",
        "https://huggingface.co/timm/resnet50.a1_in1k/tree/main",
        "https://huggingface.co/timm/resnet50.a1_in1k/blob/main/config.json",
    ],
)
def test_a_model_goes_by_what_people_paste(name, ask):
    plain = ask("upgrades('resnet50.a1_in1k')")
    assert ask(f"upgrades('{name}')").equals(plain)
    assert ask(f"find_models('{name}')").model[0] == "resnet50.a1_in1k"
    named = "best_models(name := '{}', everything := true)"
    assert ask(named.format(name)).equals(ask(named.format("resnet50.a1_in1k")))


def test_an_architecture_is_answered_with_its_weights(ask):
    with pytest.raises(duckdb.InvalidInputException) as refused:
        ask("upgrades('resnet50')")
    said = str(refused.value)
    assert '"resnet50" is an architecture. Its weights, best first: resnet50.a1_in1k, ' in said
    assert set(re.findall(r"(\w+)\.\w+", said.split("first: ")[1])) == {"resnet50"}
    with pytest.raises(duckdb.InvalidInputException, match=r"first: resnet50\.a1_in1k, "):
        ask("upgrades('ResNet-50')")
    with pytest.raises(duckdb.InvalidInputException, match=r"ask speeds\('vit_base_patch14"):
        ask("tied_with('vit_base_patch14_dinov2.lvd142m')")


def test_speeds_are_those_of_the_architecture(ask, connection):
    for name, architecture in (
        ("resnet50", "resnet50"),
        ("resnet50.a1_in1k", "resnet50"),
        ("timm/vit_base_patch14_dinov2.lvd142m", "vit_base_patch14_dinov2"),
    ):
        query = "select count(*), count(distinct run) from timings where architecture = ?"
        counts = connection.execute(query, [architecture]).fetchone()
        ours = ask(f"speeds('{name}')")
        assert (len(ours), ours.run.nunique()) == counts
        assert ours.is_default_run[0]
    assert not ask("speeds('vit_base_patch14_dinov2')").has_accuracy.any()


@pytest.mark.parametrize("seed", range(10))
def test_best_backbones_equals_pandas(seed, ask, connection):
    chance = random.Random(seed)
    limits = {"max_ms": chance.uniform(0.2, 4), "min_num_features": chance.choice([384, 768, 1024])}
    kind, license_kind = chance.choice(KINDS[:3]), chance.choice(LICENSE_KINDS[:3])
    asked = "".join(f", {name} := {value}" for name, value in limits.items())
    ours = ask(f"best_backbones('4090'{asked}, kind := '{kind}', license_kind := '{license_kind}')")
    rows = connection.execute("from backbone_benchmarks where device = 'rtx4090'").df()
    rows = rows[rows.is_default_run & (rows.phase == "infer") & (rows.ms <= limits["max_ms"])]
    rows = rows[rows.num_features >= limits["min_num_features"]]
    rows = rows[(rows.kind == kind) & (rows.license_kind == license_kind)]
    order = ["ms", "num_features", "model", "img_size"]
    rows = rows.sort_values(order, ascending=[True, False, True, True]).head(20)
    if rows.empty:
        assert ours.note[0] == "No backbone that this run timed is within these limits"
    else:
        assert list(ours.model) == list(rows.model)


def test_find_models_finds_backbones_and_says_what_they_lack(ask):
    found = ask("find_models('dino v2')")
    assert found.model[0] == "vit_base_patch14_dinov2.lvd142m"
    assert found.lacks[0] == "a published accuracy"
    found = ask("find_models('convnextv2 base fcmae ft in1k')").iloc[0]
    assert found.license == "cc-by-nc-4.0"
    assert (found.num_features, list(found.reductions)) == (1024, [4, 8, 16, 32])
    assert pd.isna(found.lacks)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("best_models('rtx9999')", "No one device is called .rtx9999.*rtx"),
        ("best_models('90')", "No one device is called"),
        ("best_models('')", "No one device is called"),
        ("best_models('rtx3090', compiled := true)", "no run of phase .infer.*phase := 'infer'"),
        ("best_models(phase := 'sleep')", "no run of phase .sleep.*phase := 'infer'"),
        ("best_models('cpu')", "There are: i7_12700h, i9_10940x .from devices"),
        ("best_models('gpu')", "There are: pro6000maxq, rtx3090, rtx4090, rtx5090 .from"),
        ("best_models(run := 'x')", "no run .x.: see from benchmark_runs"),
        (f"best_models('i7', run := '{NHWC}')", f"no run .{NHWC}. of such a device"),
        (f"frontier(run := '{NHWC}', phase := 'train')", "its id says them: leave them out"),
        (f"frontier(run := '{NHWC}', compiled := true)", "its id says them: leave them out"),
        ("best_models(kind := 'cnn')", "There are: convnet, hybrid, mlp, other, transformer"),
        ("best_models(architecture_group := 'swim')", "no group .swim"),
        ("best_backbones(kind := 'cnn')", "There are: convnet"),
        ("best_backbones(max_ms := 0)", "a limit must be above 0"),
        ("best_backbones(n := 0)", "n must be 1 or more"),
        ("frontier(near := true, imagenet1k_only := true)", "frontier of all models"),
        ("speeds('resnot50')", "Nothing called .resnot50. was timed. Nearest: resnet50"),
        ("speeds(null)", "Nothing called .null. was timed"),
        ("speeds('vgg')", "Nearest: vgg11, vgg13, "),
        ("upgrades(null)", "no model .null"),
        ("speedup(null, '4090')", "No one device is called .null"),
        ("speedup('4090', null)", "No one device is called .null"),
        ("best_models(robust_weight := 'nan'::double)", "robust_weight must be from 0 to 1"),
        ("best_models(max_ms := 0)", "a limit must be above 0"),
        ("best_models(min_top1 := -5)", "a limit must be above 0"),
        ("best_models(min_top1 := 0.8)", "top1 is in percent"),
        ("best_models(min_top1 := 101)", "top1 is in percent"),
        ("best_models(max_param_count := 25e6)", "param_count is in millions"),
        ("best_models(max_gmacs := 4e9)", "gmacs is in billions"),
        ("best_backbones(max_param_count := 25e6)", "param_count is in millions"),
        ("best_backbones(max_gmacs := 4e9)", "gmacs is in billions"),
        ("best_models(n := 0)", "n must be 1 or more"),
        ("best_models(license_kind := 'free')", "There are: custom terms, non-commercial, perm"),
        ("best_models(robust_weight := 2)", "robust_weight must be from 0 to 1"),
        ("frontier('rtx9999')", "No one device"),
        ("upgrades('resnet5')", "no model .resnet5.*resnet50"),
        ("compare('resnet50.a1_in1k', 'x')", "no model .x."),
        ("tied_with('convnext_bose.fb_in1k')", "Nearest: convnext_base.fb_in1k"),
        ("speedup('rtx3090', 'abacus')", "No one device is called .abacus"),
        ("new_models(since := 'lately')", "since is a date, such as"),
        ("new_models(device := 'rtx9999')", "No one device"),
        ("find_models('  ')", "Say what to look for"),
        ("find_models(repeat('a', 201))", "200 characters at the most"),
        ("best_models(E'RTX\\n\\x1b[31m')", r'called "RTX  \[31m"'),
        ("upgrades(repeat('x', 10_000))", 'There is no model "xxx'),
    ],
)
def test_a_wrong_question_is_told_what_to_ask(question, expected, ask):
    with pytest.raises(duckdb.InvalidInputException, match=expected):
        ask(question)


@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "5e-324", "1e300"])
def test_a_limit_that_is_no_size_of_anything_is_refused(number, connection):
    query = "from duckdb_functions() where function_type = 'table_macro' and schema_name = 'main'"
    functions = connection.execute(f"select function_name, parameters {query}").fetchall()
    limits = {
        (function, limit)
        for function, limits in functions
        for limit in limits
        if limit.startswith(("max_", "min_"))
    }
    assert {limit for _, limit in limits} == {*LIMITS, "min_num_features"}
    for function, limit in limits:
        with pytest.raises(duckdb.InvalidInputException, match="a limit must be above 0, from 1e"):
            connection.execute(f"from {function}({limit} := '{number}'::double)")


LONG = "repeat('convnext_x ', 300_000)"


@pytest.mark.parametrize(
    "question",
    [
        f"best_models({LONG})",
        f"best_models(phase := {LONG})",
        f"best_models(run := {LONG})",
        f"best_models(name := {LONG})",
        f"best_models(license_kind := {LONG})",
        f"frontier({LONG})",
        f"upgrades({LONG})",
        f"upgrades('resnet50.a1_in1k', {LONG})",
        f"compare({LONG}, 'resnet50.a1_in1k')",
        f"compare('resnet50.a1_in1k', {LONG})",
        f"tied_with({LONG})",
        f"speeds({LONG})",
        f"speedup('4090', {LONG})",
        f"new_models({LONG})",
        f"find_models({LONG})",
    ],
)
def test_a_name_without_end_is_refused_at_once_and_in_one_sentence(question, ask):
    began = time.monotonic()
    with pytest.raises(duckdb.InvalidInputException, match="No name is as long as") as refused:
        ask(question)
    assert time.monotonic() - began < 1.5
    assert len(str(refused.value)) < 200


@pytest.mark.parametrize(
    "argument",
    ["device", "phase", "compiled", "max_ms", "kind", "imagenet1k_only", "robust_weight", "n"],
)
def test_null_asks_for_nothing_where_there_is_a_default(argument, ask):
    assert ask(f"best_models({argument} := null)").equals(ask("best_models()"))


@pytest.mark.parametrize(
    "name", ["rtx4090", "4090", "RTX 4090", "RTX\n4090", "NVIDIA GeForce RTX 4090"]
)
def test_a_device_goes_by_all_its_names(name, ask):
    assert ask(f"best_models('{name}')").equals(ask("best_models()"))


def test_frontier_is_that_of_the_mart(ask, rows):
    run = rows[(rows.device == "rtx5090") & rows.is_newest & rows.is_compiled]
    for only, flag in ((False, "is_frontier"), (True, "is_frontier_imagenet1k")):
        ours = ask(f"frontier('5090', compiled := true, imagenet1k_only := {only})")
        assert set(ours.model) == set(run[run[flag]].model)
        assert ours.top1.is_monotonic_increasing


def test_upgrades_are_better_on_every_axis(ask, rows):
    run = rows[(rows.device == "rtx4090") & rows.is_newest & ~rows.is_compiled]
    name = "resnet50.a1_in1k"
    ours = ask(f"upgrades('{name}')")
    pairs = set()
    for own in run[run.model == name].itertuples():
        better = run[(run.top1 >= own.top1) & (run.ms <= own.ms)]
        better = better[(better.param_count <= own.param_count) & (better.gmacs <= own.gmacs)]
        better = better[(better.top1 > own.top1) | (better.ms < own.ms)]
        pairs |= {(own.img_size, row.model, row.img_size) for row in better.itertuples()}
    assert set(zip(ours.own_img_size, ours.model, ours.img_size, strict=True)) == pairs
    assert (ours[["more_top1", "fewer_ms", "fewer_param_count", "fewer_gmacs"]] >= 0).all().all()


def test_upgrades_say_when_there_is_none(ask):
    best = ask("best_models(n := 1)").model[0]
    assert ask(f"upgrades('{best}')").note[0] == f"Nothing in this run beats {best} on every axis"
    untimed = ask(f"upgrades('{best}', '3090', phase := 'train')").note[0]
    assert untimed == f"This run did not time {best}"


def test_compare_covers_every_test_set_and_run(ask, connection):
    pair = "'resnet50.a1_in1k', 'vit_base_patch16_224.augreg_in21k_ft_in1k'"
    ours = ask(f"compare({pair})")
    (runs,) = connection.execute(
        f"select count(distinct run) from model_benchmarks where model in ({pair})"
    ).fetchone()
    assert (ours.measure == "top1").sum() == 8
    assert 0 < (ours.measure == "ms").sum() <= runs
    assert set(ours.better) <= {"a", "b", "equal", "one is missing"}
    faster = ours[(ours.measure == "ms") & (ours.better == "a")]
    assert (faster.a < faster.b).all()


def test_tied_with_counts_what_statistical_ties_counts(ask, connection):
    model = "convnext_tiny.fb_in1k"
    counts = connection.execute(
        "select img_size, ties from statistical_ties where model = ?", [model]
    ).fetchall()
    assert ask(f"tied_with('{model}')").groupby("own_img_size").size().to_dict() == dict(counts)


def test_speedup_begins_with_the_cleanest_pair(ask):
    ours = ask("speedup('3090', '4090')")
    assert ours.effect[0] == "device"
    assert ours.median_speed_up[0] > 1
    assert ask("speedup('5090', '3090')").note.isna().all()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("convnext base 22k", "convnext_base.fb_in22k_ft_in1k"),
        ("ResNet-50 a1", "resnet50.a1_in1k"),
        ("eva02 large 448 m38m", "eva02_large_patch14_448.mim_m38m_ft_in22k_in1k"),
        ("vit base clip openai", "vit_base_patch16_clip_224.openai_ft_in1k"),
        ("convnxt base fb", "convnext_base.fb_in1k"),
    ],
)
def test_find_models_finds_what_one_means(text, expected, ask):
    assert expected in list(ask(f"find_models('{text}')").model)[:3]


def test_a_search_that_finds_nothing_says_so(ask):
    assert ask("find_models('qqqq')").note.str.startswith("No name holds any").all()
    assert ask("find_models('resnet50')").note.isna().all()


def test_help_lists_and_explains_every_answer(ask):
    listed = ask("help()")
    assert sorted(re.findall(r"from (\w+)\(", " ".join(listed.question))) == ANSWERS
    assert listed.answer.str.len().min() > 30
    readme = (PROJECT / "README.md").read_text(encoding="utf-8")
    assert [name for name in ANSWERS if f"`{name}(" not in readme] == []


def test_answers_work_in_a_renamed_copy(database, tmp_path):
    renamed = tmp_path / "a copy.duckdb"
    renamed.write_bytes(database.read_bytes())
    with duckdb.connect(renamed, read_only=True) as connection:
        assert len(connection.execute("from best_models(n := 10)").fetchall()) == 10


@pytest.fixture(scope="module")
def builds(database, made, tmp_path_factory) -> Path:
    """A folder with two builds and a copy of the first, all under names of their own."""
    folder = tmp_path_factory.mktemp("builds")
    for name in ("first.duckdb", "copy of it.duckdb"):
        shutil.copy(database, folder / name)
    shutil.copy(made / "image_models.duckdb", folder / "second.duckdb")
    return folder


QUESTIONS = (
    "best_models()",
    "score_models()",
    "best_backbones()",
    "speeds('resnet50')",
    "frontier('rtx9999')",
    "upgrades('resnet50.a1_in1k')",
    "compare('resnet50.a1_in1k', 'x')",
    "tied_with('resnet50.a1_in1k')",
    "speedup('3090', '4090')",
    "new_models()",
    "find_models('')",
    "help()",
)


def test_a_function_of_another_build_than_the_tables_in_use_refuses_to_answer(builds):
    assert [question.split("(")[0] for question in sorted(QUESTIONS)] == ANSWERS
    with duckdb.connect(builds / "first.duckdb", read_only=True) as connection:
        connection.execute(f"attach '{builds / 'second.duckdb'}' as other (read_only)")
        for question in QUESTIONS:
            with pytest.raises(duckdb.InvalidInputException, match="`use` the database that it is"):
                connection.execute(f"from other.{question}")
        ours = connection.execute("from best_models()").fetchall()
        connection.execute("use other")
        assert connection.execute("from best_models()").fetchall() == ours
        assert connection.execute("from other.best_models()").fetchall() == ours
        with pytest.raises(duckdb.InvalidInputException, match="another build than the tables"):
            connection.execute("from first.best_models()")


def test_a_function_of_an_attached_copy_answers(builds):
    with duckdb.connect(builds / "first.duckdb", read_only=True) as connection:
        connection.execute(f"attach '{builds / 'copy of it.duckdb'}' as other (read_only)")
        assert len(connection.execute("from other.best_models(n := 10)").fetchall()) == 10
        (questions,) = connection.execute("select count(*) from other.help()").fetchone()
        assert questions == len(ANSWERS)


@pytest.mark.parametrize("has_tables", [False, True])
def test_in_a_database_that_is_none_of_ours_the_error_names_use(has_tables, database):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{database}' as other (read_only)")
        ours = "from duckdb_tables() where database_name = 'other' and schema_name = 'main'"
        for (name,) in connection.execute(f"select table_name {ours}").fetchall():
            if has_tables:
                connection.execute(f'create table "{name}" as select 1 as x')
        for question in QUESTIONS:
            with pytest.raises(duckdb.CatalogException, match="use_the_database_of_this_function"):
                connection.execute(f"from other.{question}")
        connection.execute("use other")
        assert len(connection.execute("from best_models(n := 10)").fetchall()) == 10


def test_the_shell_greets_with_questions_that_work(database):
    start = (PROJECT / "image_models.sql").read_text()
    questions = re.findall(r'\.print "  (from .*;)"', start)
    assert len(questions) == 3
    arguments = ["-readonly", "-init", PROJECT / "image_models.sql", database, *questions]
    result = subprocess.run([command("duckdb"), *arguments], capture_output=True, text=True)
    assert result.returncode == 0
    assert "Error" not in result.stdout + result.stderr
    assert "Three questions to start with" in result.stdout
    assert "convnext_base.fb_in22k_ft_in1k" in result.stdout
