"""The explorer in a real browser: the same answers as in SQL, and usable by all."""

from __future__ import annotations

import csv
import random
import shutil

import benchmark
import duckdb
import plot
import pytest
from conftest import Tab, swipe_up
from test_answers import draw_question, in_sql

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]

WIDTHS = {"desktop": (1280, 900), "tablet": (820, 1100), "phone": (390, 844)}


@pytest.fixture
def open_explorer(tab, reports):
    def open_at(address: str = "", width: str = "desktop", color_scheme: str = "light"):
        return tab.open(reports / "explorer.html", address, WIDTHS[width], color_scheme)

    return open_at


@pytest.fixture
def explorer(tab, reports, open_explorer):
    """The page as it is at first; where it is open already, started over."""
    if not tab.page.url.startswith((reports / "explorer.html").as_uri()):
        return open_explorer()
    tab.page.set_viewport_size(dict(zip(("width", "height"), WIDTHS["desktop"], strict=True)))
    tab.page.evaluate("document.getElementById('reset').click()")
    tab.page.locator("#card").wait_for(state="hidden")
    tab.page.locator("#search").fill("")
    return tab.page


def test_without_the_default_device_or_inference_another_is_shown(tab, database, tmp_path):
    trained = shutil.copy(database, tmp_path / "trained.duckdb")
    with duckdb.connect(trained) as opened:
        opened.execute(
            "delete from model_benchmarks where phase = 'infer';"
            "delete from benchmark_runs where phase = 'infer';"
            "delete from devices where not list_contains(phases, 'train');"
            "update devices set is_default_device = false;"
            "update model_accuracy set gmacs = null"
        )
        (tmp_path / "explorer.html").write_text(plot.draw_explorer(opened)[0], encoding="utf-8")
    page = tab.open(tmp_path / "explorer.html")
    assert page.input_value("#device") == "rtx3090"
    assert page.input_value("#phase") == "train"
    assert page.is_disabled("#max_gmacs_slider")
    assert "not timed for inference" in page.locator("#notice").text_content()
    assert listed(page)


def listed(page) -> list[str]:
    return page.locator("#list button.model").all_text_contents()


def heading(page) -> str:
    return page.locator("h1").text_content().replace("\u00a0", " ")


# --- the answers --------------------------------------------------------------------

# Figures that SQL rounds, and to how many digits.
ROUNDED = {
    "ms": 4, "ms_low": 4, "ms_high": 4, "more_ms": 4, "next_more_ms": 4, "samples_per_sec": 1,
    "shifted_top1": 3, "score": 3, "more_top1": 3, "next_more_top1": 3,
}  # fmt: skip


def ask_shell(connection, question: dict) -> list[dict]:
    answer = connection.execute(f"from {in_sql(question)}")
    names = [column[0] for column in answer.description]
    return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]


def ask_page(page, question: dict) -> list[dict]:
    groups = question.get("architecture_group")
    question |= {"architecture_group": [groups] if groups else []}
    return page.evaluate(
        """question => {
            const { rows, note, unscored_models } = answer({ ...DEFAULTS, ...question });
            const fields = rows.map(row => ({
                ...Object.fromEntries(FIELDS.map(field => [field, row[field] ?? null])),
                unscored_models, note: null }));
            return rows.length ? fields : [{ note }];
        }""",
        question,
    )


def test_answers_equal_those_of_the_shell(explorer, connection):
    answered = 0
    for seed in range(30):
        question = draw_question(random.Random(seed))
        ours = ask_shell(connection, question)
        theirs = ask_page(explorer, question)
        assert len(theirs) == len(ours), question
        if ours[0]["note"]:
            assert theirs == [{"note": ours[0]["note"]}], question
            continue
        answered += 1
        for row in ours:
            for name, digits in ROUNDED.items():
                if row[name] is not None:
                    row[name] = pytest.approx(row[name], abs=10.0**-digits)
        assert theirs == ours, question
    assert answered > 15


def test_of_several_families_the_answer_is_that_of_their_union(explorer, connection):
    query = """
        select model from model_benchmarks
        where architecture_group in ('swin', 'levit') and run = ? order by top1 desc, ms
    """
    run = explorer.evaluate("chooseRun(state.question).run")
    explorer.evaluate(
        "change({ architecture_group: ['swin', 'levit'], everything: true, n: null })"
    )
    assert [(model,) for model in listed(explorer)] == connection.execute(query, [run]).fetchall()


def test_upgrades_equal_those_of_the_shell(explorer, connection):
    for model in ("resnet50.a1_in1k", "vgg16.tv_in1k", "convnext_tiny.fb_in1k"):
        ours = connection.execute(
            f"select own_img_size, model, img_size from upgrades('{model}')"
        ).fetchall()
        theirs = explorer.evaluate(
            """model => state.rows.filter(row => row.model === model).flatMap(own =>
                upgrades(own, state.rows).map(row => [own.img_size, row.model, row.img_size]))""",
            model,
        )
        assert sorted(map(tuple, theirs)) == sorted(ours)


def test_unknown_pretraining_is_not_taken_for_imagenet1k(explorer):
    within = explorer.evaluate(
        """() => {
            const rows = state.rows.map((row, place) => ({
                ...row, is_extra_data: [true, false, null][place % 3]}));
            const { within } = answer({ ...DEFAULTS, imagenet1k_only: true }, rows);
            return [...new Set(within.map(row => row.is_extra_data))];
        }"""
    )
    assert within == [False]


# --- limits, list and address -------------------------------------------------------


def test_limits_narrow_the_list_and_the_address_keeps_them(open_explorer):
    page = open_explorer()
    everything = listed(page)
    page.get_by_label("Time per image, at most (ms)", exact=True).fill("0.1")
    page.get_by_label("ImageNet-1k only, no extra data").check()
    page.get_by_label("Device").select_option(label="NVIDIA GeForce RTX 5090")
    of_any_licence = listed(page)
    page.get_by_label("Licence").select_option(label="custom terms")
    narrowed = listed(page)
    assert narrowed
    assert everything != of_any_licence != narrowed
    times = page.locator('#list td[data-column="ms"]').all_text_contents()
    assert max(map(float, times)) <= 0.1
    page.wait_for_function("() => location.hash.includes('license_kind=custom+terms')")
    assert "device=rtx5090" in page.url
    assert listed(open_explorer("#" + page.url.split("#")[1])) == narrowed
    page.get_by_role("button", name="Start over").click()
    assert listed(page) == everything


def choose_family(page, family) -> None:
    """Take the family that is chosen away, or choose this one: SQL takes one."""
    page.evaluate(
        """family => (document.querySelector('#groups input:checked')
            ?? document.querySelector(`#groups input[value=${family}]`)).click()""",
        family,
    )


def pin_the_best(page) -> None:
    page.locator("h1 button").click()
    page.locator("#pin").click()
    page.locator("#close").click()
    page.locator("#card").wait_for(state="hidden")


def search(page, text: str) -> None:
    page.locator("#search").fill(text)
    page.locator("#search").press("Enter")
    page.locator("#card").wait_for()


def leave_and_come_back(page, preset) -> None:
    """After a common case Back brings what was before, with its card."""
    before = page.evaluate("[state.question, state.card?.model, state.pins.map(refOf)]")
    preset.click()
    assert page.locator("#card").is_hidden()
    page.go_back()
    after = page.evaluate("[state.question, state.card?.model, state.pins.map(refOf)]")
    assert after == before


def test_random_gestures_end_in_the_answer_of_the_shell(explorer, connection):
    chance = random.Random(18)
    sliders = ["max_ms", "min_top1", "max_param_count", "max_gmacs"]
    presets = explorer.locator("#presets button")
    done = set()
    gestures = {
        "limit": lambda: move(explorer, chance.choice(sliders), chance.randrange(300, 1000)),
        "ImageNet-1k": lambda: explorer.locator("#imagenet1k_only").click(),
        "everything": lambda: explorer.locator("#everything").click(),
        "unit": lambda: explorer.locator("#unit").select_option(index=chance.randrange(2)),
        "device": lambda: explorer.locator("#device").select_option(index=chance.randrange(6)),
        "phase": lambda: (
            explorer.locator("#device").select_option("rtx3090"),
            explorer.locator("#phase").select_option(chance.choice(["infer", "train"])),
        ),
        "test sets": lambda: explorer.locator("#robust_weight").fill(chance.choice("01")),
        "family": lambda: choose_family(explorer, chance.choice(["vit", "convnext", "levit"])),
        "order": lambda: explorer.locator("#list_head button").nth(chance.randrange(7)).click(),
        "card": lambda: explorer.locator("h1 button").click(),
        "pin": lambda: pin_the_best(explorer),
        "search": lambda: search(explorer, chance.choice(["resnet 50", "dino v2", "convnxt"])),
        "preset": lambda: presets.nth(chance.randrange(4)).click(),
        "back": lambda: leave_and_come_back(explorer, presets.nth(chance.randrange(4))),
        "forward": lambda: (leave_and_come_back(explorer, presets.first), explorer.go_forward()),
    }
    for number in range(30):
        name = list(gestures)[number] if number < len(gestures) else chance.choice(list(gestures))
        needed = {"order": "#list_head button", "card": "h1 button", "pin": "h1 button"}.get(name)
        if needed and not explorer.locator(needed).first.is_visible():
            continue
        gestures[name]()
        done.add(name)
        question = explorer.evaluate("state.question")
        given = {name: value for name, value in question.items() if value not in (None, "", [])}
        if question["architecture_group"]:
            (given["architecture_group"],) = question["architecture_group"]
        ours = connection.execute(f"select model from {in_sql(given)}").fetchall()
        expected = sorted(model for (model,) in ours if model)
        assert sorted(listed(explorer)) == expected, (number, name, given)
        assert len(explorer.evaluate("state.pins")) <= 3
    assert done == set(gestures)


def move(page, limit: str, place: int) -> None:
    page.locator(f"#{limit}_slider").fill(str(place))


# Returns of what is within and of what is not: the rows, their dots, and how far a row is from a
# dot at most.
DOTS = """() => {
    const within = new Set(state.answer.within.map(refOf));
    return [true, false].map(isWithin => {
        const rows = state.rows.filter(row => within.has(refOf(row)) === isWithin);
        const dots = [...document.querySelectorAll(isWithin ? '#chart .inside' : '#chart .outside')]
            .flatMap(path => [...path.getAttribute('d').matchAll(/M([\\d.]+),([\\d.]+)/g)]);
        const far = rows.map(({ ms, top1 }) => {
            const [x, y] = [drawn.frame.toX(ms), drawn.frame.toY(top1)];
            return dots.reduce(
                (least, dot) => Math.min(least, Math.hypot(x - dot[1], y - dot[2])), 99);
        });
        return [rows.length, dots.length, Math.max(...far)];
    });
}"""


def test_a_slider_sets_its_limit_and_the_chart_shows_what_is_within(explorer):
    slider = explorer.get_by_label("Parameters, at most (M), slider")
    slider.focus()
    for _ in range(6):
        explorer.keyboard.press("PageDown")
    before = slider.input_value()
    for _ in range(4):
        explorer.keyboard.press("ArrowLeft")
    assert int(slider.input_value()) == int(before) - 4
    limit = float(explorer.get_by_label("Parameters, at most (M)", exact=True).input_value())
    shown = explorer.locator('#list td[data-column="param_count"]').all_text_contents()
    assert max(map(float, shown)) <= limit
    for rows, number, far in explorer.evaluate(DOTS):
        assert rows / 2 < number < rows
        assert far < 5
    assert explorer.locator("#chart .rung").count() == explorer.evaluate(
        "state.answer.ladder.length"
    )
    assert explorer.locator("#chart .region").count() == 0
    move(explorer, "max_ms", 500)
    assert explorer.locator("#chart .region").count() == 1


def test_the_heading_is_the_answer_and_leads_to_its_card(explorer, connection):
    move(explorer, "max_ms", 400)
    move(explorer, "max_param_count", 500)
    question = explorer.evaluate("state.question")
    limits = {name: question[name] for name in ("max_ms", "max_param_count")}
    best = ask_shell(connection, limits)[0]
    said = heading(explorer)
    assert best["model"] in said
    assert f"{best['top1']:.1f} %" in said
    assert (
        f"is beyond the limits with {explorer.evaluate('brokenInWords(state.answer.rows[0].next)')}"
        in said
    )
    assert not any(name in explorer.locator("main").text_content() for name in limits)
    explorer.locator("h1 button").click()
    assert explorer.locator("#card_name").text_content() == best["model"]


def test_what_cannot_be_told_apart_is_folded(explorer, connection):
    best = ask_shell(connection, {})[0]
    ties = explorer.locator("#list details").first
    assert ties.locator("summary").text_content() == (
        f"and {best['tied_models']} that cannot be told from it"
    )
    ties.locator("summary").click()
    ties.locator("li").first.wait_for()
    others = set(ties.locator("button").all_text_contents())
    assert len(others) == best["tied_models"]
    assert best["model"] not in others


def test_one_limit_of_time_has_two_units(explorer):
    limit = explorer.locator("#max_ms")
    limit.fill("0.5")
    ladder = listed(explorer)
    explorer.get_by_label("Unit of the limit of time").select_option("images/s")
    assert explorer.get_by_label("Images per second, at least", exact=True).input_value() == "2000"
    assert listed(explorer) == ladder
    explorer.get_by_label("Unit of the limit of time").select_option("ms")
    assert limit.input_value() == "0.5"


def test_everything_can_be_shown_and_sorted(explorer):
    rungs = listed(explorer)
    assert len(rungs) == 10
    explorer.locator("#more").click()
    ladder = listed(explorer)
    assert ladder[:10] == rungs
    assert len(ladder) == explorer.evaluate("state.answer.ladder.length")
    assert explorer.locator("#more").is_hidden()
    explorer.get_by_label("Show everything within the limits").check()
    models, sizes = explorer.evaluate(
        "[new Set(state.rows.map(row => row.model)).size, state.rows.length]"
    )
    assert len(listed(explorer)) == sizes
    assert f"{models:,} models at {sizes:,} sizes" in explorer.locator("#count").text_content()
    for name, column in (("M params", "param_count"), ("Top-1", "top1")):
        for order in ("ascending", "descending"):
            explorer.locator("#list_head button", has_text=name).click()
            assert explorer.locator(f"th[aria-sort={order}]").get_attribute("data-sort") == column
            cells = explorer.locator(f"#list [data-column={column}]")
            shown = [float(text.replace(",", "")) for text in cells.all_text_contents()]
            assert shown == sorted(shown, reverse=order == "descending")


def test_figures_have_three_digits(explorer):
    shown = explorer.evaluate(
        "[0.26382, 85.088, 3790.7, 100.04, 99.96, 0.1, 1234567, null].map(three)"
    )
    assert shown == ["0.264", "85.1", "3,790", "100", "100", "0.100", "1,230,000", "not given"]


def test_common_cases_are_a_click_away(explorer):
    explorer.get_by_role("button", name="CPU in real time").click()
    assert explorer.input_value("#device") == "i7_12700h"
    assert explorer.input_value("#max_ms") == "33"
    assert explorer.is_disabled("#compiled")
    explorer.get_by_role("button", name="Most robust").click()
    assert explorer.input_value("#device") == "i7_12700h"
    assert explorer.input_value("#max_ms") == ""
    assert "Score" in explorer.locator("#list_head").text_content()
    assert "lacks a shifted test set" in explorer.locator("#count").text_content()
    explorer.get_by_label("Device").select_option("rtx3090")
    explorer.get_by_role("button", name="One millisecond on a card").click()
    assert explorer.input_value("#device") == "rtx3090"
    explorer.get_by_label("Phase").select_option("train")
    explorer.get_by_role("button", name="Below 10 M parameters").click()
    assert (explorer.input_value("#device"), explorer.input_value("#phase")) == ("rtx3090", "train")
    explorer.get_by_role("button", name="CPU in real time").click()
    assert explorer.input_value("#device") == "i7_12700h"
    for was in ({"max_param_count": 10}, {"max_ms": 1}, {"robust_weight": 1}):
        explorer.go_back()
        question = explorer.evaluate("state.question")
        assert question | was == question


def test_an_impossible_budget_says_what_is_nearest(explorer):
    explorer.locator("#max_ms").fill("0.0001")
    assert listed(explorer) == []
    assert heading(explorer) == (
        "Nothing fits. Nearest is efficientvit_m0.r224_in1k at 224 px with 63.3 % and "
        "2.35 M parameters; beyond the limits with 0.0129 ms."
    )
    explorer.locator("h1 button").click()
    assert "efficientvit_m0" in explorer.locator("#card_name").text_content()


def test_a_negative_limit_or_one_in_another_unit_is_refused(explorer):
    everything = listed(explorer)
    for name, given, said in (
        ("max_param_count", "-5", "above 0"),
        ("max_param_count", "25000000", "in millions: 25,"),
        ("min_top1", "0.8", "in percent: 80,"),
        ("max_gmacs", "4000000000", "in billions: 4,"),
    ):
        box = explorer.locator(f"#{name}")
        # What the browser shows beside the box.
        box.evaluate("box => box.addEventListener('invalid', () => { box.dataset.shown = 'yes'; })")
        box.fill(given)
        assert said in box.evaluate("box => box.validationMessage")
        assert box.get_attribute("data-shown") == "yes"
        box.evaluate("box => delete box.dataset.shown")
        assert listed(explorer) == everything
        box.fill("")


def test_families_and_name_narrow_the_list(explorer):
    explorer.locator("#groups_summary").click()
    explorer.get_by_label("swin", exact=True).check()
    assert all(name.startswith("swin_") for name in listed(explorer))
    explorer.get_by_label("Name contains").fill("large 384")
    assert listed(explorer) == ["swin_large_patch4_window12_384.ms_in22k_ft_in1k"]


def follow(page, address: str) -> str:
    """Follow a link within the page; return what the page remarks on it."""
    page.evaluate(
        """address => new Promise(done => {
            addEventListener('popstate', done, { once: true });
            location.hash = address;
        })""",
        address,
    )
    return page.locator("#notice").text_content()


@pytest.mark.usefixtures("explorer")
def test_a_link_that_means_nothing_here_says_so(tab):
    page = tab.page
    for address, said in {
        "device=abacus": "device “abacus”",
        "max_ms=NaN": "max_ms “NaN”",
        "min_top1=-5": "min_top1 “-5”",
        "robust_weight=9": "robust_weight “9”",
        "architecture_group=vit,none": "architecture_group “vit,none”",
        "license_kind=free&n=0": "license_kind “free”, n “0”",
        "__proto__=1": "__proto__ “1”",
        "model=nobody&size=1": "model “nobody”",
        "%%%": "%%%",
        "phase=train": "RTX 4090 was not timed for training; this is eager inference.",
        "device=rtx3090&compiled=true": "RTX 3090 was not timed for compiled inference",
    }.items():
        assert said in follow(page, address)
        assert listed(page)
    assert follow(page, "device=rtx3090&phase=training&max_ms=5") == ""
    assert (page.input_value("#phase"), page.input_value("#max_ms")) == ("train", "5")


def test_a_device_offers_what_it_was_timed_for(explorer):
    explorer.get_by_label("Device").select_option("i7_12700h")
    assert explorer.locator("#compiled option").all_text_contents() == ["compiled"]
    assert explorer.is_disabled("#compiled")
    explorer.get_by_label("Device").select_option("rtx4090")
    explorer.get_by_label("Kind of run").select_option("compiled")
    assert explorer.evaluate("chooseRun(state.question).is_compiled")
    assert listed(explorer)


# --- search, card and pins ----------------------------------------------------------


# By words in any order, with slips, of backbones, pasted from elsewhere, and of nothing known.
SEARCHES = (
    *("resnet 50", "50 resnet", "vit base", "resnt50", "convnxt tny", "efficentnet b0", "swin"),
    *("dino v2", "DINOv3 ViT-S/16", "siglip 384", "eva 02 large", "x", "resnet resnet", "qqq zzz"),
    *("timm/resnet50.a1_in1k", "hf_hub:timm/resnet50.a1_in1k", "hf-hub:timm/resnet50"),
    *("https://huggingface.co/timm/convnext_tiny.fb_in1k?a=b#c", "ConvNeXt tiny FB in1k"),
)


def test_search_finds_what_find_models_does(explorer, connection):
    query = "select model, note is null from find_models(?)"
    for text in SEARCHES:
        ours = connection.execute(query, [text]).fetchall()
        theirs = explorer.evaluate(
            """text => {
                const { found, isHeld } = findModels(text, known);
                return found.map(({ model }) => [model, isHeld]);
            }""",
            text,
        )
        assert list(map(tuple, theirs)) == ours, text


def test_search_shows_what_it_found_and_opens_it(explorer):
    found, card = explorer.locator("#found"), explorer.locator("#card")
    for text in ("resnt50", "qqq zzz"):
        explorer.locator("#search").fill(text)
        assert explorer.locator("#unlike").is_visible()
    explorer.locator("#search").fill("https://huggingface.co/timm/resnet50.a1_in1k/tree/main")
    assert explorer.locator("#unlike").is_hidden()
    explorer.locator("#search").press("Enter")
    assert explorer.locator("#card_name").text_content() == "resnet50.a1_in1k"
    assert found.is_hidden()
    card.get_by_role("button", name="224 px").click()
    assert facts(card)["Image size"].startswith("224 px")
    explorer.locator("#search").fill("dino v2")
    assert "timed, no accuracy published" in found.locator("li").first.text_content()
    found.locator("button").first.click()
    assert explorer.locator("#card_name").text_content() == "vit_base_patch14_dinov2.lvd142m"
    said = facts(card)
    assert said["Accuracy"] == "timed, no accuracy published"
    assert said["Weights"] == "timm/vit_base_patch14_dinov2.lvd142m"
    assert said["Licence"].startswith("apache-2.0 (permissive)")
    assert "518 px, eager, batch" in card.locator("tr", has_text="RTX 5090").first.text_content()
    assert explorer.locator("#pin").is_hidden()
    explorer.wait_for_function("() => location.hash.includes('model=vit_base_patch14_dinov2')")
    assert follow(explorer, explorer.url.split("#")[1] + "&max_ms=1") == ""
    assert explorer.locator("#card_name").text_content() == "vit_base_patch14_dinov2.lvd142m"


def test_a_card_shows_all_and_copies_its_line(open_explorer):
    page = open_explorer("#name=convnext_tiny.fb_in1k&everything=true")
    page.locator("#list button.model", has_text="convnext_tiny.fb_in1k").first.click()
    card = page.locator("#card")
    assert 'timm.create_model("convnext_tiny.fb_in1k", pretrained=True)' in card.text_content()
    for part in ("Robustness", "On every device", "RTX 5090", "i7-12700H", "Better on every axis",
                 "Not separable from", "Standard error"):  # fmt: skip
        assert part in card.text_content()
    page.locator("#copy").click()
    page.wait_for_function("() => document.getElementById('copy').textContent === 'Copied'")
    page.wait_for_function("() => location.hash.includes('model=convnext_tiny')")
    again = open_explorer("#" + page.url.split("#")[1])
    assert again.locator("#card_name").text_content() == "convnext_tiny.fb_in1k"
    again.get_by_role("button", name="Close").click()
    assert again.locator("#card").is_hidden()


def test_back_closes_a_card_and_keeps_the_question(explorer):
    card = explorer.locator("#card")
    explorer.locator("#list button.model").first.click()
    assert explorer.locator("#chart .ring").count() == 1
    explorer.locator("#max_ms").fill("1")
    ladder = listed(explorer)
    explorer.go_back()
    card.wait_for(state="hidden")
    assert explorer.locator("#chart .ring").count() == 0
    assert listed(explorer) == ladder
    explorer.go_forward()
    card.wait_for()
    explorer.keyboard.press("Tab")
    explorer.locator("#card").press("Escape")
    card.wait_for(state="hidden")


def test_three_models_are_pinned_side_by_side(explorer):
    names = listed(explorer)[:4]
    for name in names:
        explorer.locator("#list button.model", has_text=name).first.click()
        explorer.locator("#pin").click()
    said = explorer.locator("#pin_said")
    assert said.text_content() == f"{names[0]} was unpinned: 3 at the most."
    pinned = explorer.locator("#pins thead button")
    assert pinned.all_text_contents() == names[1:]
    explorer.wait_for_function(
        "() => new URLSearchParams(location.hash.slice(1)).getAll('pin').length === 3"
    )
    explorer.get_by_role("button", name="See 3 side by side").click()
    explorer.locator("#card").wait_for(state="hidden")
    assert explorer.evaluate("document.activeElement.id") == "pins_title"
    assert box_of(explorer.locator("#pins_table"))["y"] < explorer.viewport_size["height"]
    explorer.get_by_role("button", name=f"Unpin {names[1]}").click()
    assert pinned.all_text_contents() == names[2:]


def facts(card) -> dict[str, str]:
    names = card.locator("dt").all_text_contents()
    return dict(zip(names, card.locator("dd").all_text_contents(), strict=True))


def test_a_card_says_what_timm_states_and_leads_there_on_a_click(open_explorer):
    page = open_explorer("#model=convnextv2_base.fcmae_ft_in22k_in1k&size=224")
    card = page.locator("#card")
    advice = "Not legal advice; the terms of the training data are another matter."
    expected = {
        "Licence": f"cc-by-nc-4.0 (non-commercial){advice}",
        "Weights": "timm/convnextv2_base.fcmae_ft_in22k_in1k",
        "Paper": "arXiv:2301.00808",
        "Input size": "224 px, not fixed",
        "Feature width": "1024",
        "Strides": "4, 8, 16, 32",
    }
    assert facts(card).items() >= expected.items()
    links = card.locator("a").evaluate_all("links => links.map(link => [link.href, link.rel])")
    assert links == [
        [address, "noopener noreferrer"]
        for address in (
            "https://creativecommons.org/licenses/by-nc/4.0/legalcode",
            "https://huggingface.co/timm/convnextv2_base.fcmae_ft_in22k_in1k",
            "https://arxiv.org/abs/2301.00808",
        )
    ]
    for link in card.locator("a").all():
        with page.expect_popup() as opened:
            link.click()
        assert opened.value.evaluate("opener") is None
        opened.value.close()
    assert page.url.startswith("file:")


def test_what_timm_does_not_state_is_not_given_and_no_link(explorer):
    explorer.evaluate(
        """() => openCard({
            ...state.rows[0], license: "unknown", license_kind: "unknown", license_url: null,
            hub_id: null, paper: "arXiv:1<b> javascript:x", input_size: null,
            is_fixed_input_size: null, num_features: null, reductions: null, a_top1: null})"""
    )
    card = explorer.locator("#card")
    said = facts(card)
    assert said["Licence"].startswith("unknown (unknown)Not legal advice")
    assert said["Paper"] == "arXiv:1<b> javascript:x"
    for name in ("Weights", "Input size", "Feature width", "Strides"):
        assert said[name] == "not given"
    assert card.locator("a").count() == 0
    row = card.locator("tr", has_text="ImageNet-A")
    assert row.locator("td").all_text_contents()[:2] == ["ImageNet-A", "not given"]
    assert explorer.evaluate("papersOf({ paper: 'arXiv:1 arXiv:2v3' }).map(one => one?.href)") == [
        None, "https://arxiv.org/abs/1", None, "https://arxiv.org/abs/2v3"]  # fmt: skip


@pytest.mark.parametrize("width", WIDTHS)
def test_a_card_opens_at_its_head_and_gives_the_focus_back(width, open_explorer):
    page = open_explorer(width=width)
    model = page.locator("#list button.model").first
    model.focus()
    page.keyboard.press("Enter")
    box = page.locator("#card_name").bounding_box()
    assert 0 <= box["y"] < page.viewport_size["height"] / 2
    page.keyboard.press("Escape")
    page.locator("#card").wait_for(state="hidden")
    assert page.evaluate("document.activeElement.textContent") == model.text_content()


# --- the chart ----------------------------------------------------------------------


def test_the_chart_names_what_is_pointed_at_and_opens_its_card(explorer):
    explorer.locator("#max_ms").fill("0.5")
    place = """row => {
        const { left, top } = document.getElementById('chart').getBoundingClientRect();
        return [left + drawn.frame.toX(row.ms), top + drawn.frame.toY(row.score), row.model];
    }"""
    x, y, model = explorer.evaluate(f"({place})(state.answer.ladder[0])")
    explorer.mouse.move(x, y)
    assert model in explorer.locator("#tip").text_content()
    outside = "{ ...state.rows.reduce((left, right) => left.ms > right.ms ? left : right) }"
    x_out, y_out, _ = explorer.evaluate(
        f"(row => ({place})({{ ...row, score: row.top1 }}))({outside})"
    )
    explorer.mouse.move(x_out, y_out)
    assert explorer.locator("#tip").is_hidden()
    explorer.mouse.click(x_out, y_out)
    assert explorer.locator("#card").is_hidden()
    explorer.mouse.click(x, y)
    assert explorer.locator("#card_name").text_content() == model
    assert "Accuracy against time" in explorer.locator("#chart").get_attribute("aria-label")


# Returns the names in the chart that are cut, or that meet a dot, a line or another name.
UNCLEAR_NAMES = """() => {
    const all = selector => [...document.querySelectorAll(`#chart ${selector}`)];
    const places = ['.inside', '.outside'].flatMap(all).flatMap(path =>
        [...path.getAttribute('d').matchAll(/M([\\d.]+),([\\d.]+)/g)]
            .map(([, x, y]) => ({ x: Number(x), y: Number(y) })));
    for (const line of ['.ladder', '.frontier', '.whisker', '.edge'].flatMap(all))
        for (let at = 0; at <= line.getTotalLength(); at += 5)
            places.push(line.getPointAtLength(at));
    const boxes = all('.name').map(name => {
        const { x, y, width, height } = name.getBBox();
        return { name, left: x, right: x + width, top: y + 3, bottom: y + height - 3 };
    });
    const { clientWidth, clientHeight } = document.getElementById('chart');
    return boxes.filter((box, place) =>
        box.left < 0 || box.top < 0 || box.right > clientWidth || box.bottom > clientHeight
        || places.some(({ x, y }) =>
            x > box.left && x < box.right && y > box.top && y < box.bottom)
        || boxes.slice(0, place).some(other => box.left < other.right && other.left < box.right
            && box.top < other.bottom && other.top < box.bottom)
    ).map(({ name }) => name.textContent);
}"""


def test_names_in_the_chart_meet_nothing(explorer):
    for limit in (1000, 700, 400):
        move(explorer, "max_ms", limit)
        assert explorer.locator("#chart .name").count() >= 3
        assert explorer.evaluate(UNCLEAR_NAMES) == []


def test_the_chart_is_saved_as_a_picture(explorer):
    with explorer.expect_download() as download:
        explorer.get_by_role("button", name="Save the chart (PNG)").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_a_finger_on_the_chart_scrolls_the_page(open_explorer):
    page = open_explorer(width="phone")
    box = page.locator("#chart").bounding_box()
    swipe_up(page, box["x"] + 150, box["y"] + 250)
    page.wait_for_function("() => scrollY > 100")
    assert page.locator("#card").is_hidden()


# --- the list as CSV, and for whom the page is --------------------------------------


def test_the_list_downloads_as_csv_without_formulas(explorer, tmp_path):
    explorer.locator("#max_ms").fill("0.2")
    with explorer.expect_download() as download:
        explorer.get_by_role("button", name="Download the list (CSV)").click()
    path = tmp_path / "list.csv"
    download.value.save_as(path)
    with path.open(newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["model"] for row in rows] == listed(explorer)
    assert explorer.evaluate("csvCell('=cmd|calc')") == "'=cmd|calc"
    assert explorer.evaluate("csvCell('@x')") == "'@x"
    assert explorer.evaluate("csvCell('-1.5')") == "-1.5"
    assert explorer.evaluate("""csvCell('a "b", c')""") == '"a ""b"", c"'


# Returns the contrast of texts and marks with what is behind them.
CONTRASTS = """() => {
    const light = color => {
        const parts = color.match(/[\\d.]+/g).slice(0, 3).map(part => part / 255)
            .map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
    };
    const contrast = (one, other) => {
        const [dark, bright] = [light(one), light(other)].sort((left, right) => left - right);
        return (bright + 0.05) / (dark + 0.05);
    };
    const behind = element => {
        const color = getComputedStyle(element).backgroundColor;
        return /, 0\\)$/.test(color) ? behind(element.parentElement) : color;
    };
    const region = getComputedStyle(document.querySelector('#chart .region')).fill;
    const texts = ['h1', 'h1 button', '#list button', '#list .why', '#key .more_data',
        '#key .only_imagenet', '#key .outside', '#card dd', '#card .why', '#card a', '#chart text']
        .map(selector => document.querySelector(selector))
        .map(element => contrast(element.closest('svg') ? getComputedStyle(element).fill
            : getComputedStyle(element).color, behind(element)));
    const MARKS = '#chart .inside, #chart .outside, #chart .ladder, #chart .frontier';
    const marks = [
        ...[...document.querySelectorAll(MARKS)].flatMap(mark =>
            [region, behind(document.body)]
                .map(back => contrast(getComputedStyle(mark).stroke, back))),
        contrast(getComputedStyle(document.querySelector('td.bar'), '::after').backgroundColor,
            behind(document.body)),
    ];
    return [Math.min(...texts), Math.min(...marks)];
}"""


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_every_width_and_scheme(width, scheme, open_explorer):
    page = open_explorer(
        "#max_ms=1&max_param_count=90&model=convnextv2_large.fcmae_ft_in22k_in1k_384&size=384",
        width,
        color_scheme=scheme,
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    text, marks = page.evaluate(CONTRASTS)
    assert text >= 4.5
    assert marks >= 3
    assert page.evaluate(UNCLEAR_NAMES) == []
    assert page.locator("#chart .name").count() > 0
    cells = page.locator("#list tr").first.locator("th, [data-column=ms], [data-column=top1]")
    assert all(box["x"] + box["width"] <= WIDTHS[width][0] for box in map(box_of, cells.all()))


def box_of(cell) -> dict:
    return cell.bounding_box()


def test_the_keyboard_reaches_everything(open_explorer):
    page = open_explorer()
    reached = []
    for _ in range(60):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.id || document.activeElement.className")
        )
    assert {"device", "phase", "max_ms", "max_ms_slider", "unit", "imagenet1k_only", "name", "kind",
            "license_kind", "everything", "download", "reset", "model"} <= set(reached)  # fmt: skip
    assert reached.index("model") < 10
    page.locator("#list button.model").first.focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "card"


def test_every_control_has_a_name(explorer):
    nameless = explorer.evaluate(
        """() => [...document.querySelectorAll('input, select, button, summary')]
            .filter(control => !(control.labels?.length || control.ariaLabel
                || control.textContent.trim()))
            .map(control => control.outerHTML)"""
    )
    assert [control for control in nameless if 'id="more"' not in control] == []


def test_it_is_small_and_quick(browser, reports):
    page = reports / "explorer.html"
    assert page.stat().st_size < 1_500_000
    show_all = """async () => {
        const start = performance.now();
        change({ everything: true, n: 1000 });
        await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
        return performance.now() - start;
    }"""

    def measure() -> tuple[float, float, float]:
        with browser.new_context(offline=True) as context:
            opened = Tab(context).open(page)
            times = opened.evaluate(benchmark.PAGE_TIMES)
            return times["paint"], times["frame"], opened.evaluate(show_all)

    # make benchmark measures what is promised, half of this, where nothing else runs: here the
    # other tests do, which only ever makes it slower, so the best of a few loads counts.
    limits = (1000, 100, 400)
    best = measure()
    for _ in range(4):
        if all(time < limit for time, limit in zip(best, limits, strict=True)):
            break
        best = tuple(map(min, best, measure()))
    assert all(time < limit for time, limit in zip(best, limits, strict=True)), best
