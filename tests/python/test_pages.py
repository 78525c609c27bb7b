"""The report in a real browser, opened from disk."""

from __future__ import annotations

import csv
from contextlib import suppress

import plot
import pytest
from conftest import swipe_up
from playwright.sync_api import TimeoutError

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]

SIZES = {"desktop": (1440, 900), "tablet": (1000, 800), "phone": (390, 844)}
NAMES = [chart.name for chart in plot.CHARTS]
LARGE = ["frontier", "history", "robustness", "families", "speed_by_parameter_count"]


@pytest.fixture(scope="module", params=SIZES)
def report(request, tab, reports):
    """The report, which the tests share and so leave as it was."""
    return tab.open(reports / "index.html", size=SIZES[request.param])


@pytest.fixture(scope="module")
def dark_report(tab, reports):
    return tab.open(reports / "index.html", size=SIZES["tablet"], color_scheme="dark")


def test_every_chart_has_all_its_points(report, drawn):
    shown = report.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('[data-chart]')].map(section =>
            [section.id, [...section.querySelectorAll('.panel')].map(panel =>
                panel.querySelectorAll('.scatterlayer .point, .violinlayer .violin').length)]))"""
    )
    expected = {
        name: [
            sum(
                1 if trace.type == "violin" else len(trace.x)
                for trace in panel.data
                if trace.type == "violin" or "markers" in trace.mode
            )
            for panel in next(iter(views.values())).panels
        ]
        for name, views in drawn.items()
    }
    # Of a violin the points come from its runs.
    runs = {trace.name: len(set(trace.y)) for trace in drawn["effects"][""].panels[0].data}
    expected["effects"] = [sum(runs.values())]
    assert shown == expected


# Texts that are cut off or that stand over another one, chart by chart.
MISPLACED = """() => [...document.querySelectorAll('.panel')].flatMap(panel => {
    const frame = panel.getBoundingClientRect();
    const texts = [...panel.querySelectorAll('.xtick text, .ytick text, .xtitle, .ytitle, .gtitle, '
            + '.annotation-text, .cbaxis text, .cbtitle text')]
        .map(text => ({ text: text.textContent, box: text.getBoundingClientRect() }))
        .filter(({ box }) => box.width > 0);
    if (texts.length < 6) return ['only ' + texts.length + ' texts'];
    const cut = texts.filter(({ box }) => box.left < frame.left - 1 || box.right > frame.right + 1
        || box.top < frame.top - 1 || box.bottom > frame.bottom + 1 || box.right > innerWidth);
    const over = texts.filter(({ box }, place) => texts.slice(0, place).some(other =>
        box.left + 1 < other.box.right && other.box.left + 1 < box.right
        && box.top + 2 < other.box.bottom && other.box.top + 2 < box.bottom));
    return [...cut, ...over].map(({ text }) => panel.closest('section').id + ': ' + text);
})"""


def test_no_text_is_cut_off_or_over_another(report):
    assert report.evaluate(MISPLACED) == []
    assert report.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_points_are_named_where_there_is_room(report, marts):
    shown = {
        name: report.locator(f"#{name} .annotation-text").all_text_contents() for name in LARGE
    }
    steps = marts("frontier_steps", "device = 'rtx4090' and is_largest_step")
    wide = report.viewport_size["width"] > 500
    assert set(shown["frontier"]) <= set(steps.architecture)
    assert len(shown["frontier"]) >= (8 if wide else 4)
    assert {"80 %", "82 %", "84 %", "86 %", "2024 to 2026"} <= set(shown["history"])
    assert set(shown["robustness"]) == {"LAION", "WebLI", "OpenAI"}
    families = set(marts("notebook_family_trends").family)
    assert set(shown["families"]) <= families
    assert len(shown["families"]) >= (9 if wide else 7)


def hover(page, point):
    """Point at it and return its label."""
    label = page.locator(".hovertext")
    page.mouse.move(0, 0)
    label.wait_for(state="detached")
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    label.wait_for()
    return label


def test_hover_names_the_model_and_brings_its_family_out(report, marts):
    benchmarks = marts("notebook_benchmarks", "phase = 'infer'", "secs, model")
    others = benchmarks[~benchmarks.is_headline_family]
    lowest = others.loc[others.top1.idxmin()]
    trace = sorted(others.family.unique()).index(lowest.family)
    point = list(others.model[others.family == lowest.family]).index(lowest.model)
    chart = report.locator("#families .panel")
    color = f"chart => chart.data[{trace}].marker.color"
    pale = chart.evaluate(color)
    points = chart.locator(f".scatterlayer .trace:nth-child({trace + 1}) .point")
    label = hover(report, points.nth(point))
    assert lowest.model in label.text_content()
    assert f"top-1 {lowest.top1:.2f} %" in label.text_content()
    assert chart.evaluate(color) != pale
    report.mouse.move(0, 0)
    label.wait_for(state="detached")
    assert chart.evaluate(color) == pale


@pytest.mark.parametrize("name", ["frontier", "speed_by_parameter_count"])
def test_hover_stays_on_the_screen(report, name):
    points = report.locator(f"#{name} .scatterlayer .point")
    for number in range(0, points.count(), points.count() // 6):
        area = hover(report, points.nth(number)).bounding_box()
        assert area["x"] >= 0
        assert area["x"] + area["width"] <= report.viewport_size["width"]


def test_a_choice_changes_heading_and_chart(report, drawn):
    for name in ("frontier", "history"):
        section = report.locator(f"#{name}")
        first, _, third, *_ = drawn[name]
        for choice in (third, first):
            section.get_by_label("Device").select_option(choice)
            device = drawn[name][choice].quoted["device"]
            expected = [len(trace.x) for trace in drawn[name][choice].panels[0].data]
            script = f"document.querySelector('#{name} .panel').data.map(trace => trace.x.length)"
            with suppress(TimeoutError):
                report.wait_for_function(
                    f"expected => `${{{script}}}` === `${{expected}}`", arg=expected
                )
            assert report.evaluate(script) == expected
            assert section.locator("h2").text_content().startswith(f"On the {device}, 82")


def test_the_rows_of_each_chart_download_as_csv(report, drawn, tmp_path):
    for name, views in drawn.items():
        section = report.locator(f"#{name}")
        with report.expect_download() as download:
            section.get_by_role("button", name="Download rows (CSV)").click()
        choice, view = next(iter(views.items()))
        assert download.value.suggested_filename == f"{name} {choice}".strip() + ".csv"
        download.value.save_as(tmp_path / "rows.csv")
        with (tmp_path / "rows.csv").open(newline="", encoding="utf-8") as stream:
            rows = list(csv.DictReader(stream))
        traces = [trace for panel in view.panels for trace in panel.data if trace.meta]
        assert len(rows) == sum(len(trace.x) for trace in traces)
        assert set(rows[0]) == {column for trace in traces for column in trace.meta}
        assert not [cell for row in rows for cell in row.values() if cell in ("undefined", "NaN")]


def test_a_chart_is_saved_as_a_picture(report):
    with report.expect_download() as download:
        report.locator("#proxies").get_by_role("button", name="Save picture (PNG)").click()
    assert download.value.path().read_bytes().startswith(b"\x89PNG")


def test_everything_has_a_name_and_the_keyboard_reaches_it(report):
    pictures = report.locator(".panel[role=img]")
    assert pictures.count() == report.locator(".panel").count() == 14
    assert all(len(picture.get_attribute("aria-label")) > 40 for picture in pictures.all())
    controls = report.locator("a, button, select")
    reached = report.evaluate_handle(
        """() => {
            document.activeElement.blur();
            const reached = new Set();
            document.addEventListener('focusin', event => reached.add(event.target));
            return reached;
        }"""
    )
    for _ in range(controls.count() + 1):
        report.keyboard.press("Tab")
    assert controls.evaluate_all(
        "(all, reached) => all.filter(own => !reached.has(own)).map(own => own.outerHTML)", reached
    ) == []  # fmt: skip
    assert controls.evaluate_all("all => all.every(own => (own.labels?.[0] ?? own)"
                                 ".textContent.trim())")  # fmt: skip
    assert report.locator(".modebar-btn").count() == 0


def test_the_charts_are_dark_where_the_page_is(dark_report):
    grounds = dark_report.eval_on_selector_all(
        ".panel .main-svg:first-of-type",
        "all => [...new Set(all.map(svg => svg.style.background || svg.style.backgroundColor))]",
    )
    paper = dark_report.evaluate("getComputedStyle(document.body).backgroundColor")
    assert {ground for ground in grounds if ground} == {paper}
    light = [color for color in plot.charts.DARK if color != "#ffffff"]
    used = dark_report.eval_on_selector_all(
        ".panel", "all => JSON.stringify(all.map(panel => panel.data))"
    )
    assert [color for color in light if color in used] == []


def test_a_finger_on_a_chart_scrolls_the_page(report):
    panel = report.locator("#frontier .panel")
    before = panel.evaluate("chart => `${chart.layout.xaxis.range}`")
    panel.scroll_into_view_if_needed()
    start, box = report.evaluate("scrollY"), panel.bounding_box()
    swipe_up(report, box["x"] + 150, box["y"] + 300)
    report.wait_for_function("start => scrollY > start + 100", arg=start)
    assert panel.evaluate("chart => `${chart.layout.xaxis.range}`") == before


def test_index_leads_to_its_sections(report):
    targets = report.eval_on_selector_all("nav a", "links => links.map(link => link.hash)")
    assert set(targets) == {"#findings", *(f"#{name}" for name in NAMES)}
    assert all(report.locator(target).count() == 1 for target in targets)


@pytest.mark.parametrize("name", ["index", "explorer"])
def test_a_script_from_elsewhere_does_not_run(name, browser, reports, tmp_path):
    """The policy is in force: the same page with one more script does not run it."""
    page = browser.new_page()
    spoilt = tmp_path / "spoilt.html"
    text = (reports / f"{name}.html").read_text(encoding="utf-8")
    spoilt.write_text(text.replace("</body>", "<script>window.ran = true</script></body>"))
    with page.expect_console_message(lambda said: "Content Security Policy" in said.text):
        # The charts, which are drawn later, are not waited for.
        page.goto(spoilt.as_uri(), wait_until="domcontentloaded")
    assert page.evaluate("window.ran") is None
    page.close()
