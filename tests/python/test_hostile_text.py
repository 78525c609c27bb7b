"""Hostile model names, from the seeds through the database to exports, shell and pages.

Beside words that no reference seed knows: what is merely new builds too, and is said.
"""

from __future__ import annotations

import csv
import json
import re
import subprocess
from pathlib import Path

import duckdb
import export
import plot
import pytest
from conftest import command

# Architectures and what they are called instead; the tags after the dot stay.
HOSTILE = {
    "levit_128": 'levit_"><script>alert(1)</script><img src=x onerror=alert(1)>',
    "levit_128s": "levit_'\\\"; drop table models; --\\n",
    "levit_192": "levit_" + "x" * 10_000,
    "levit_256": "levit_\u202eabc\u202c\u200b\u2028\u05d0\u05d1\ufeff\U0001f600",
    "levit_384": "levit_%{x}{{ 7*7 }}${1}&lt;b&gt;<br><a href='javascript:alert(1)'>&amp;",
    "vgg11": '=HYPERLINK("http://x","y")',
    "vgg13": "\uff1d1+1",
    "vgg16": "\u200b=1+1",
    "vgg19": "vgg;=1+1;\ufeff@x",
}
# What those of them are in a CSV that a spreadsheet would take for a formula, or for cells.
IN_CSV = {
    "levit_128s": "levit_'\\\"; drop table models;' --\\n",
    "vgg11": '\'=HYPERLINK("http://x","y")',
    "vgg13": "'\uff1d1+1",
    "vgg16": "'\u200b=1+1",
    "vgg19": "vgg;'=1+1;'\ufeff@x",
}


def models_of(names: dict[str, str]) -> set[str]:
    tags = {"levit": "fb_dist_in1k", "vgg": "tv_in1k"}
    return {f"{name}.{tags[re.match('[a-z]+', old)[0]]}" for old, name in names.items()}


MODELS = models_of(HOSTILE)
MODELS_IN_CSV = models_of(HOSTILE | IN_CSV)


NEWEST = "snapshot = '2026-01-06' and test_set = 'imagenet'"
# what is new, how it comes in, and what must be said
NEW = {
    "a tag": (
        "update raw.imagenet_results set model = 'levit_conv_192.fb_newset_in1k'"
        " where model = 'levit_conv_192.fb_dist_in1k'",
        "missing = newset, seen_in = fb_newset_in1k",
    ),
    "a licence": (
        "update raw.model_cards set license = 'new-license'"
        " where model = 'levit_conv_128.fb_dist_in1k'",
        "reference_seed = licenses, missing = new-license",
    ),
    "a model without a card": (
        "delete from raw.model_cards where model = 'resnet50.a1_in1k'",
        "reference_seed = model_cards, missing = resnet50.a1_in1k",
    ),
    "a card without an accuracy": (
        f"delete from raw.imagenet_results where {NEWEST}"
        " and model = 'levit_conv_256.fb_dist_in1k'",
        "reference_seed = imagenet_results, missing = levit_conv_256.fb_dist_in1k",
    ),
    "that there is a row less": (
        f"update raw.result_files set upstream_rows = upstream_rows - 1 where {NEWEST}",
        "reference_seed = imagenet_results",
    ),
    "a device": (
        "delete from raw.device_keys where device_key = '5090'",
        "reference_seed = device_keys, missing = 5090",
    ),
    "a name": (
        "delete from raw.architecture_renames where old_name = 'ig_resnext101_32x16d'",
        "missing = ig_resnext101_32x16d",
    ),
    "a name that begins with no letter": (
        "update raw.imagenet_results set model = '=' || model where model = 'vgg11_bn.tv_in1k'",
        "reference_seed = architecture_prefixes, missing = =vgg11_bn",
    ),
}


def renaming(seed: str) -> str:
    pairs = ", ".join(f"($${old}$$, $${name}$$)" for old, name in HOSTILE.items())
    return (
        f"update raw.{seed} set model = name || substr(model, length(old) + 1)"
        f" from (values {pairs}) as hostile (old, name) where split_part(model, '.', 1) = old"
    )


@pytest.fixture(scope="module")
def hostile(rebuilt, tmp_path_factory) -> Path:
    """The database of such seeds."""
    seeds = ("imagenet_results", "inference_benchmarks", "training_benchmarks", "model_cards")
    changes = [change for change, _ in NEW.values()] + [renaming(seed) for seed in seeds]
    return rebuilt(tmp_path_factory.mktemp("hostile"), changes)


def test_what_is_new_is_said_by_one_test_that_warns(hostile, found_by):
    ((warns, rows),) = found_by(hostile).items()
    assert warns == "warn_reference_seeds_are_incomplete"
    assert {what for what, (_, said) in NEW.items() if said not in rows} == set()


def test_names_are_stored_as_they_are(hostile):
    with duckdb.connect(hostile, read_only=True) as connection:
        for model in MODELS:
            for mart in ("models", "model_accuracy", "model_benchmarks"):
                query = f"select count(*) from {mart} where model = ?"
                assert connection.execute(query, [model]).fetchone()[0] > 0, (mart, model[:80])
            assert connection.execute("from tied_with(?)", [model]).fetchall()


def test_the_shell_gives_names_as_they_are(hostile):
    query = "select distinct model from frontier('4090') union select model from models"
    result = subprocess.run(
        [command("duckdb"), "-readonly", "-json", hostile, query],
        capture_output=True,
        text=True,
        check=True,
    )
    assert {row["model"] for row in json.loads(result.stdout)} >= MODELS


def test_exports_hold_names_as_they_are_but_no_formula_in_csv(hostile, tmp_path):
    out = tmp_path / "exports"
    assert export.main(["--db", str(hostile), "--out", str(out)]) == 0
    with (out / "models.csv").open(newline="", encoding="utf-8") as stream:
        in_csv = {row["model"] for row in csv.DictReader(stream)}
    in_parquet = duckdb.read_parquet(str(out / "models.parquet")).df()["model"]
    assert set(in_parquet) >= MODELS
    assert in_csv >= MODELS_IN_CSV
    cells = {cell for path in out.glob("*.csv") for row in csv.reader(path.open()) for cell in row}
    assert [cell for cell in cells if re.match("[=+@\t\r]|-[^0-9.]", cell)] == []


@pytest.fixture(scope="module")
def pages(hostile, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("hostile_pages")
    assert plot.main(["--db", str(hostile), "--out", str(folder)]) == 0
    return folder


@pytest.fixture
def open_page(tab, pages, quiet):
    """Open a page of the hostile database; afterwards check that nothing in it came alive."""
    yield lambda name, address="": tab.open(pages / f"{name}.html", address)
    injected = "img, script[src], a[href^='javascript'], [onerror]"
    assert tab.page.locator(injected).count() == 0


# Returns [trace, point] of a label that quotes the name.
FIND_POINT = """
([id, name]) => {
    const plain = document.createElement('textarea');
    const quotes = (data) => [data].flat().some((part) => {
        plain.innerHTML = part;
        return plain.value.includes(name);
    });
    const chart = document.querySelector(id);
    for (const [place, trace] of chart._fullData.entries()) {
        if (trace.visible !== true) continue;
        const point = [...(trace.customdata ?? trace.text ?? [])].findIndex(quotes);
        if (point >= 0) return [place, point];
    }
}
"""
HOVER = """
([id, curveNumber, pointNumber]) => {
    Plotly.Fx.hover(document.querySelector(id), [{ curveNumber, pointNumber }]);
}
"""
IS_SHOWN = "name => document.querySelector('.hovertext')?.textContent.includes(name)"


@pytest.mark.browser
@pytest.mark.parametrize("name", ["families", "frontier", "robustness"])
def test_hover_labels_show_names_as_text(name, open_page):
    page = open_page("index")
    chart = f"#{name} .panel"
    # The notebook has no family for the formulas.
    with_family = {model for model in MODELS if model.startswith("levit")}
    for model in with_family if name == "families" else MODELS:
        page.evaluate(HOVER, [chart, *page.evaluate(FIND_POINT, [chart, model])])
        page.wait_for_function(IS_SHOWN, arg=model)
    with page.expect_download() as download:
        page.locator(f"#{name}").get_by_role("button", name="Download rows (CSV)").click()
    with download.value.path().open(newline="", encoding="utf-8") as stream:
        downloaded = {row["model"] for row in csv.DictReader(stream)}
    assert downloaded.isdisjoint(MODELS - MODELS_IN_CSV)
    assert name == "families" or downloaded >= MODELS_IN_CSV


# Points at a model in the explorer's chart, or pins it.
POINT_AT = "name => showTip(state.answer.within.find(row => row.model === name))"
PIN = "name => togglePin(state.rows.find(row => row.model === name))"


@pytest.mark.browser
def test_the_explorer_shows_names_as_text_and_downloads_no_formula(open_page, tmp_path):
    page = open_page("explorer", "#architecture_group=levit,vgg,unknown&everything=true&n=all")
    names = page.locator("#list button.model")
    assert set(names.all_text_contents()) >= MODELS
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for number in range(names.count()):
        names.nth(number).click()
        assert page.locator("#card_name").text_content() == names.nth(number).text_content()
    for model in sorted(MODELS):
        page.evaluate(POINT_AT, model)
        assert page.locator("#tip strong").text_content() == model
        page.evaluate(PIN, model)
        assert model in page.locator("#pins thead").text_content()
        page.evaluate("name => change({ name })", model[:20])
        page.locator("#search").fill(model[:20])
        page.evaluate("change({ name: '' })")
    # In the picture the names are text as well.
    page.evaluate("change({ architecture_group: ['levit'], everything: false })")
    assert page.locator("h1 button").text_content() in MODELS
    assert page.locator("#chart .name").count() > 0
    with page.expect_download() as picture:
        page.get_by_role("button", name="Save the chart (PNG)").click()
    assert picture.value.path().read_bytes().startswith(b"\x89PNG")
    page.evaluate("change({ architecture_group: ['levit', 'vgg', 'unknown'], everything: true })")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the list (CSV)").click()
    download.value.save_as(tmp_path / "list.csv")
    with (tmp_path / "list.csv").open(newline="", encoding="utf-8") as stream:
        downloaded = {row["model"] for row in csv.DictReader(stream)}
    assert downloaded >= MODELS_IN_CSV
    assert downloaded.isdisjoint(MODELS - MODELS_IN_CSV)
