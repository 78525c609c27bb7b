"""The pages in a real browser, opened from disk."""

from __future__ import annotations

from contextlib import suppress

import plot
import pytest
from playwright.sync_api import TimeoutError

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("quiet")]

WIDTHS = {"desktop": (1000, 800), "phone": (390, 844)}
# traces, points of markers that are shown at first
NOTEBOOK = {
    "inference": (23, 262),
    "inference_headline_families": (18, 135),
    "speed_by_parameter_count": (1, 262),
    "training": (23, 263),
    "training_headline_families": (18, 136),
}


DEVICES = (
    "model_benchmarks",
    "phase = 'infer' and is_default_run",
    "device_kind desc, device_name",
)


@pytest.fixture(scope="session")
def expected(marts) -> dict[str, tuple[int, int]]:
    models = marts(*DEVICES)
    first = models[models.device_name == models.device_name.iloc[0]]
    frontiers = first.is_frontier.sum() + first.is_frontier_imagenet1k.sum()
    frontiers_of_januaries = marts("frontier_history", "phase = 'infer' and is_frontier")
    januaries = frontiers_of_januaries.explode("januaries").dropna(subset="januaries")
    times = marts("progress", "phase = 'infer' and min_top1 in (80, 82, 84, 86) and ms is not null")
    on_default = times.device.isin(marts("devices", "is_default_device").device)
    return {
        "history": (
            januaries.groupby(["device", "januaries"]).ngroups
            + times.groupby(["device", "min_top1"]).ngroups,
            on_default.sum(),
        ),
        "devices": (4 * models.device_name.nunique(), len(first) + frontiers),
        "robustness": (
            8,
            marts("model_accuracy").v2_robustness.notna().sum(),
        ),
        "effects": (2, len(marts("run_comparisons", "to_setting in ('compiled', 'nhwc')"))),
        "proxies": (3, len(marts("cost_proxies", "phase = 'infer' and is_default_run"))),
        **NOTEBOOK,
    }


@pytest.fixture(scope="module", params=WIDTHS)
def report(request, tab, reports):
    """The report, which the tests share and so leave as it was."""
    return tab.open(reports / "index.html", size=WIDTHS[request.param])


def test_index_has_all_charts_with_all_their_points(report, expected):
    counts = report.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.plotly-graph-div')].map(
            chart => [chart.id.replace('chart-', ''), [
                chart.data.length,
                chart.querySelectorAll('.scatterlayer .point').length]]))"""
    )
    assert {name: tuple(count) for name, count in counts.items()} == expected


@pytest.mark.parametrize("name", [chart.name for chart in plot.CHARTS])
def test_no_label_is_clipped(report, name):
    clipped = report.evaluate(
        """name => {
            const chart = document.getElementById('chart-' + name);
            const frame = chart.getBoundingClientRect();
            const labels = chart.querySelectorAll(
                '.xtick text, .ytick text, .xtitle, .ytitle, .legendtext, .legendtitletext, '
                + '.cbaxis text, .cbtitle text, .textpoint text, .updatemenu-item-text');
            if (labels.length < 8) return ['only ' + labels.length + ' labels'];
            return [...labels].filter(label => {
                const box = label.getBoundingClientRect();
                return box.left < frame.left - 1 || box.right > frame.right + 1
                    || box.top < frame.top - 1 || box.bottom > frame.bottom + 1
                    || box.right > innerWidth;
            }).map(label => label.textContent);
        }""",
        name,
    )
    assert clipped == []
    assert report.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # A legend that does not fit is clipped and scrolls.
    assert report.evaluate(
        """() => [...document.querySelectorAll('.legend .scrollbar')].every(
            bar => bar.getBoundingClientRect().height === 0)"""
    )


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


def test_hover_names_the_model_and_its_figures(report, marts):
    benchmarks = marts("notebook_benchmarks", "phase = 'infer'")
    slowest = benchmarks.loc[benchmarks.secs.idxmax()]
    trace = sorted(benchmarks.family.unique()).index(slowest.family) + 1
    points = report.locator(f"#chart-inference .scatterlayer .trace:nth-child({trace}) .point")
    label = hover(report, points.last).text_content()
    assert slowest.model in label
    assert f"top-1 {slowest.top1:.2f} %" in label
    assert f"{slowest.secs * 1000:.3f} ms per image" in label


@pytest.mark.parametrize("name", ["inference", "devices", "speed_by_parameter_count"])
def test_hover_stays_on_the_screen(report, name):
    points = report.locator(f"#chart-{name} .scatterlayer .point")
    for number in range(0, points.count(), points.count() // 12):
        area = hover(report, points.nth(number)).bounding_box()
        assert area["x"] >= 0
        assert area["x"] + area["width"] <= report.viewport_size["width"]


def wait_for_traces(page, chart: str, figure: str, expected: list) -> None:
    """Wait until the traces that a chart shows have these figures."""
    script = f"""document.getElementById('chart-{chart}')._fullData
        .filter(trace => trace.visible === true).map(trace => trace.{figure})"""
    with suppress(TimeoutError):
        page.wait_for_function(
            f"expected => JSON.stringify({script}) === JSON.stringify(expected)",
            arg=expected,
            timeout=5000,
        )
    assert page.evaluate(script) == expected


def test_legend_hides_and_isolates_a_family(report, drawn):
    name = "inference_headline_families"
    families = [trace.name for trace in drawn[name].data]
    others = [family for family in families if not family.startswith("swin")]
    assert (len(families), len(others)) == (18, 16)
    swin = report.locator(f"#chart-{name} .legend .traces", has_text="swin")
    toggle = swin.locator(".legendtoggle")
    wait_for_traces(report, name, "name", families)
    toggle.click()
    wait_for_traces(report, name, "name", others)
    toggle.click()
    wait_for_traces(report, name, "name", families)
    toggle.dblclick()
    wait_for_traces(report, name, "name", ["swin", "swin line"])
    toggle.dblclick()
    wait_for_traces(report, name, "name", families)


def test_the_device_can_be_switched(report, marts):
    models = marts(*DEVICES)
    first, _, third, *_ = models.device_name.unique()
    chart = report.locator("#chart-devices")
    for device in (third, first):
        chart.locator(".updatemenu-header").click()
        chart.locator(".updatemenu-dropdown-button", has_text=device).click()
        chosen = models[models.device_name == device]
        flags = [chosen.is_extra_data, ~chosen.is_extra_data]
        flags += [chosen.is_frontier, chosen.is_frontier_imagenet1k]
        wait_for_traces(report, "devices", "x.length", [int(flag.sum()) for flag in flags])


def test_index_leads_to_its_sections(report):
    targets = report.eval_on_selector_all("nav a", "links => links.map(link => link.hash)")
    assert set(targets) == {"#findings", *(f"#{chart.name}" for chart in plot.CHARTS)}
    assert all(report.locator(target).count() == 1 for target in targets)


@pytest.mark.parametrize("name", ["index", "explorer"])
def test_a_script_from_elsewhere_does_not_run(name, browser, reports, tmp_path):
    """The policy is in force: the same page with one more script does not run it."""
    page = browser.new_page()
    spoilt = tmp_path / "spoilt.html"
    text = (reports / f"{name}.html").read_text(encoding="utf-8")
    spoilt.write_text(text.replace("</body>", "<script>window.ran = true</script></body>"))
    refused = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(spoilt.as_uri())
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in text for text in refused)
    page.close()
