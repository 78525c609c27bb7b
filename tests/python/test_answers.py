"""The questions one asks in the shell, against the same questions answered in pandas."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
import time
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd
import pytest
from conftest import SCRATCH, command, copy_parsed_project, dbt

PROJECT = Path(__file__).resolve().parents[2]
ANSWERS = sorted(path.stem for path in (PROJECT / "models" / "answers").glob("*.sql"))
SHIFTED = ["v2_top1", "sketch_top1", "a_top1", "r_top1"]


@pytest.fixture
def ask(connection):
    return lambda question: connection.execute(f"from {question}").df()


@pytest.fixture
def rows(connection) -> pd.DataFrame:
    return connection.execute(
        """
        select benchmarks.*, v2_top1, sketch_top1, a_top1, r_top1
        from model_benchmarks as benchmarks
        inner join model_accuracy using (model, img_size)
        """
    ).df()


LICENSE_KINDS = ["permissive", "non-commercial", "custom terms", "unknown"]


def draw_question(chance: random.Random) -> dict:
    """Return random arguments of best_models, some limits left out."""
    device = chance.choice(["rtx3090", "rtx4090", "rtx5090", "pro6000maxq", "i7_12700h"])
    limits = {
        "max_ms": round(chance.choice([0.05, 0.3, 1, 5, 20, 200]) * chance.uniform(0.5, 2), 3),
        "min_samples_per_sec": chance.choice([1, 50, 500, 2000, 20000]),
        "min_top1": round(chance.uniform(60, 88), 1),
        "max_param_count": round(chance.choice([3, 10, 30, 90, 400]) * chance.uniform(0.5, 2), 1),
        "max_gmacs": round(chance.choice([0.3, 2, 10, 60]) * chance.uniform(0.5, 2), 2),
    }
    return {
        "device": device,
        "compiled": device == "i7_12700h" or (device != "rtx3090" and chance.random() < 0.4),
        **{name: limits[name] for name in limits if chance.random() < 0.4},
        "imagenet1k_only": chance.random() < 0.3,
        "robust_weight": chance.choice([0, 0, 0.25, 0.5, 1]),
        "n": chance.choice([1, 5, 12]),
        **({"license_kind": chance.choice(LICENSE_KINDS)} if chance.random() < 0.4 else {}),
    }


def in_sql(question: dict) -> str:
    def literal(value: object) -> str:
        return f"'{value}'" if isinstance(value, str) else str(value).lower()

    arguments = ", ".join(f"{name} := {literal(value)}" for name, value in question.items())
    return f"best_models({arguments})"


def answer_in_pandas(rows: pd.DataFrame, question: dict) -> pd.DataFrame:
    asked = {"max_ms": np.inf, "min_samples_per_sec": 0, "min_top1": 0, "max_param_count": np.inf}
    asked |= question
    run = rows[(rows.device == asked["device"]) & (rows.phase == "infer") & rows.is_newest]
    run = run[run.is_compiled == asked["compiled"]]
    if asked["imagenet1k_only"]:
        run = run[~run.is_extra_data]
    weight = asked["robust_weight"]
    shifted = run[SHIFTED].mean(axis=1, skipna=False)
    score = run.top1 if weight == 0 else (1 - weight) * run.top1 + weight * shifted
    run = run.assign(score=score)
    fits = (run.ms <= asked["max_ms"]) & (run.samples_per_sec >= asked["min_samples_per_sec"])
    fits &= (run.top1 >= asked["min_top1"]) & (run.param_count <= asked["max_param_count"])
    if "max_gmacs" in asked:
        fits &= run.gmacs <= asked["max_gmacs"]
    if "license_kind" in asked:
        fits &= run.license_kind == asked["license_kind"]
    order = ["score", "ms", "model", "img_size"]
    fitting = run[fits].sort_values(order, ascending=[False, True, True, True])
    return fitting.head(asked["n"])


@pytest.mark.parametrize("kind", LICENSE_KINDS)
def test_best_models_of_a_kind_of_licence_equals_pandas(kind, ask, rows):
    question = {**draw_question(random.Random(kind)), "license_kind": kind}
    ours = ask(in_sql(question))
    theirs = answer_in_pandas(rows, question)
    assert list(ours.model) == (list(theirs.model) or [None])
    if theirs.empty:
        assert "license_kind" not in ours.why[0]


def test_the_next_step_up_names_a_licence_that_keeps_it_out(ask):
    (answer,) = ask("best_models(max_ms := 0.1, license_kind := 'custom terms', n := 1)").why
    assert answer.endswith("but for license_kind")


def test_find_models_shows_licence_width_and_strides(ask):
    found = ask("find_models('convnextv2 base fcmae ft in1k')").iloc[0]
    assert found.license == "cc-by-nc-4.0"
    assert (found.num_features, list(found.reductions)) == (1024, [4, 8, 16, 32])


@pytest.mark.parametrize("seed", range(30))
def test_best_models_equals_pandas(seed, ask, rows):
    question = draw_question(random.Random(seed))
    ours, theirs = ask(in_sql(question)), answer_in_pandas(rows, question)
    if theirs.empty:
        assert len(ours) == 1
        assert ours.model.isna().all()
        assert ours.why[0].startswith("Nothing fits. Nearest: ")
        return
    assert list(ours.model) == list(theirs.model)
    assert list(ours.img_size) == list(theirs.img_size)
    assert list(ours.place) == list(range(1, len(theirs) + 1))
    np.testing.assert_allclose(ours.ms, theirs.ms, atol=1e-4)
    flag = "is_frontier_imagenet1k" if question["imagenet1k_only"] else "is_frontier"
    np.testing.assert_array_equal(ours.is_frontier, theirs[flag])
    assert ours.why.str.len().min() > 10


def test_the_next_step_is_the_cheapest_and_names_its_limit(ask, rows):
    answer = ask("best_models(max_ms := 1, max_param_count := 50, n := 1)").iloc[0]
    run = rows[(rows.device == "rtx4090") & (rows.phase == "infer") & rows.is_newest]
    run = run[~run.is_compiled]
    better = run[run.top1 > answer.top1].sort_values(["ms", "top1"], ascending=[True, False])
    step = better.iloc[0]
    assert f"{step.top1 - answer.top1:+.2f} top1" in answer.why
    assert f"with {step.model} at {step.img_size} px" in answer.why
    broken = [name for name, over in (("max_ms", step.ms > 1), ("max_param_count", True)) if over]
    assert answer.why.endswith("but for " + ", ".join(broken))


def test_nearest_miss_says_which_limit_keeps_it_out(ask):
    (miss,) = ask("best_models(max_ms := 0.001)").why
    assert miss.endswith("but for max_ms")
    (miss,) = ask("best_models(min_top1 := 99)").why
    assert miss.endswith("but for min_top1")
    assert "eva02_large_patch14_448" in miss


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("best_models('rtx9999')", "No one device is called .rtx9999.*rtx"),
        ("best_models('90')", "No one device is called"),
        ("best_models('')", "No one device is called"),
        ("best_models('rtx3090', compiled := true)", "no such run.*phase := 'infer'"),
        ("best_models(phase := 'sleep')", "no such run.*phase := 'infer'"),
        ("upgrades(null)", "no model .null"),
        ("speedup(null, '4090')", "No one device is called .null"),
        ("speedup('4090', null)", "No one device is called .null"),
        ("best_models(n := null)", "n must be 1 or more"),
        ("best_models(robust_weight := 'nan'::double)", "robust_weight must be from 0 to 1"),
        ("best_models(robust_weight := null)", "robust_weight must be from 0 to 1"),
        ("best_models(compiled := null)", "no such run.*phase := 'infer'"),
        ("best_models(max_ms := 0)", "a limit must be above 0"),
        ("best_models(min_top1 := -5)", "a limit must be above 0"),
        ("best_models(min_top1 := 0.8)", "top1 is in percent"),
        ("best_models(min_top1 := 101)", "top1 is in percent"),
        ("best_models(max_param_count := 25e6)", "param_count is in millions"),
        ("best_models(max_gmacs := 4e9)", "gmacs is in billions"),
        ("best_models(n := 0)", "n must be 1 or more"),
        ("best_models(license_kind := 'free')", "There are: custom terms, non-commercial, perm"),
        ("best_models(robust_weight := 2)", "robust_weight must be from 0 to 1"),
        ("frontier('rtx9999')", "No one device"),
        ("upgrades('resnet5')", "no model .resnet5.*resnet50"),
        ("compare('resnet50.a1_in1k', 'x')", "no model .x."),
        ("tied_with('convnext_bose.fb_in1k')", "Nearest: convnext_base.fb_in1k"),
        ("speedup('rtx3090', 'abacus')", "No one device is called .abacus"),
        ("find_models('  ')", "Say what to look for"),
    ],
)
def test_a_wrong_question_is_told_what_to_ask(question, expected, ask):
    with pytest.raises(duckdb.InvalidInputException, match=expected):
        ask(question)


@pytest.mark.parametrize(
    "limit", ["max_ms", "min_samples_per_sec", "min_top1", "max_param_count", "max_gmacs"]
)
@pytest.mark.parametrize("number", ["nan", "inf", "-inf", "5e-324", "1e300"])
def test_a_limit_that_is_no_size_of_anything_is_refused(limit, number, ask):
    with pytest.raises(duckdb.InvalidInputException, match="a limit must be above 0, from 1e-9"):
        ask(f"best_models({limit} := '{number}'::double, n := 3)")


LONG = "repeat('convnext_x', 30_000)"


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (f"best_models({LONG})", "No one device"),
        (f"best_models(phase := {LONG})", "no such run"),
        (f"best_models(license_kind := {LONG})", "no kind of licence"),
        (f"frontier({LONG})", "No one device"),
        (f"frontier(phase := {LONG})", "no such run"),
        (f"upgrades({LONG})", "no model"),
        (f"upgrades('resnet50.a1_in1k', {LONG})", "No one device"),
        (f"upgrades('resnet50.a1_in1k', phase := {LONG})", "no such run"),
        (f"compare({LONG}, 'resnet50.a1_in1k')", "no model"),
        (f"compare('resnet50.a1_in1k', {LONG})", "no model"),
        (f"tied_with({LONG})", "no model"),
        (f"speedup({LONG}, '4090')", "No one device"),
        (f"speedup('4090', {LONG})", "No one device"),
        (f"find_models({LONG})", "200 characters at the most"),
        ("find_models(repeat('convnext ', 30_000))", "200 characters at the most"),
    ],
)
def test_a_name_without_end_is_answered_at_once_and_in_one_sentence(question, expected, ask):
    began = time.monotonic()
    with pytest.raises(duckdb.InvalidInputException, match=expected) as refused:
        ask(question)
    assert time.monotonic() - began < 3
    assert len(str(refused.value)) < 500


@pytest.mark.parametrize("argument", ["device", "max_ms", "max_gmacs", "imagenet1k_only"])
def test_null_asks_for_nothing_where_there_is_a_default(argument, ask):
    assert ask(f"best_models({argument} := null)").equals(ask("best_models()"))


@pytest.mark.parametrize("name", ["rtx4090", "4090", "RTX 4090", "NVIDIA GeForce RTX 4090"])
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
        assert len(connection.execute("from best_models()").fetchall()) == 10


@pytest.fixture(scope="module")
def builds(database, tmp_path_factory) -> Path:
    """A folder with two builds and a copy of the first, all under names of their own."""
    folder = tmp_path_factory.mktemp("builds")
    for name in ("first.duckdb", "copy of it.duckdb"):
        shutil.copy(database, folder / name)
    project = copy_parsed_project(tmp_path_factory.mktemp("project"))
    shutil.copy(database, project / SCRATCH)
    result = dbt(project, "build", "--select", "build", "path:models/answers")
    assert result.returncode == 0, result.stdout
    shutil.move(project / SCRATCH, folder / "second.duckdb")
    return folder


QUESTIONS = (
    "best_models()",
    "frontier('rtx9999')",
    "upgrades('resnet50.a1_in1k')",
    "compare('resnet50.a1_in1k', 'x')",
    "tied_with('resnet50.a1_in1k')",
    "speedup('3090', '4090')",
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
        assert len(connection.execute("from other.best_models()").fetchall()) == 10
        (questions,) = connection.execute("select count(*) from other.help()").fetchone()
        assert questions == len(ANSWERS)


def test_where_there_are_no_tables_duckdb_names_those_of_the_attached_database(database):
    with duckdb.connect() as connection:
        connection.execute(f"attach '{database}' as other (read_only)")
        for question in QUESTIONS:
            with pytest.raises(duckdb.CatalogException, match=r'Did you mean "other\.\w+"'):
                connection.execute(f"from other.{question}")
        connection.execute("use other")
        assert len(connection.execute("from best_models()").fetchall()) == 10


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
