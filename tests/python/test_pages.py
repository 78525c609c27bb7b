"""The pages in a real browser, opened from disk."""

from __future__ import annotations

import pandas as pd
import plot
import pytest

pytestmark = pytest.mark.browser

WIDTHS = {"desktop": (1000, 800), "phone": (390, 844)}
# traces, points of markers that are shown at first
NOTEBOOK = {
    "inference": (23, 262),
    "inference_headline_families": (18, 135),
    "speed_by_parameter_count": (1, 262),
    "training": (23, 263),
    "training_headline_families": (18, 136),
}


@pytest.fixture(scope="session")
def expected(marts) -> dict[str, tuple[int, int]]:
    models = pd.DataFrame(marts.rows["model_benchmarks"])
    first = models[models.device_name == models.device_name.iloc[0]]
    frontiers = first.is_frontier.sum() + first.is_frontier_imagenet1k.sum()
    return {
        "devices": (4 * models.device_name.nunique(), len(first) + frontiers),
        "robustness": (
            8,
            sum(row.v2_robustness is not None for row in marts.rows["model_accuracy"]),
        ),
        "effects": (2, len(marts.rows["run_comparisons"])),
        "proxies": (3, len(marts.rows["cost_proxies"])),
        **NOTEBOOK,
    }


@pytest.fixture(params=WIDTHS)
def open_page(request, browser, reports):
    """Open a page of the reports; afterwards check that it was quiet and asked for nothing."""
    width, height = WIDTHS[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
    page = context.new_page()
    noise, requests = [], []
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("request", lambda sent: requests.append(sent.url))

    def open_by_name(name: str):
        page.goto((reports / f"{name}.html").as_uri())
        page.wait_for_function("() => document.querySelectorAll('.main-svg').length > 0")
        page.wait_for_timeout(300)
        return page

    yield open_by_name
    assert noise == []
    assert [url for url in requests if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()


def test_index_has_all_charts_with_all_their_points(open_page, expected):
    page = open_page("index")
    counts = page.evaluate(
        """() => Object.fromEntries([...document.querySelectorAll('.plotly-graph-div')].map(
            chart => [chart.id.replace('chart-', ''), [
                chart.data.length,
                chart.querySelectorAll('.scatterlayer .point').length]]))"""
    )
    assert {name: tuple(count) for name, count in counts.items()} == expected


@pytest.mark.parametrize("name", [chart.name for chart in plot.CHARTS])
def test_no_label_is_clipped(open_page, name):
    page = open_page(name)
    clipped = page.evaluate(
        """() => {
            const chart = document.querySelector('.plotly-graph-div');
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
        }"""
    )
    assert clipped == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # A legend that does not fit is clipped and scrolls.
    assert page.evaluate(
        """() => [...document.querySelectorAll('.legend .scrollbar')].every(
            bar => bar.getBoundingClientRect().height === 0)"""
    )


def test_hover_names_the_model_and_its_figures(open_page, marts):
    page = open_page("inference")
    benchmarks = pd.DataFrame(marts.of_phase("notebook_benchmarks", "infer"))
    slowest = benchmarks.loc[benchmarks.secs.idxmax()]
    trace = sorted(benchmarks.family.unique()).index(slowest.family) + 1
    box = page.locator(f".scatterlayer .trace:nth-child({trace}) .point").last.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    hover = page.locator(".hovertext").text_content()
    assert slowest.model in hover
    assert f"top-1 {slowest.top1:.2f} %" in hover
    assert f"{slowest.secs * 1000:.3f} ms per image" in hover


def shown_families(page) -> list[str]:
    return page.evaluate(
        """() => document.querySelector('.plotly-graph-div')._fullData
            .filter(trace => trace.visible === true).map(trace => trace.name)"""
    )


def test_legend_hides_and_isolates_a_family(open_page):
    page = open_page("inference_headline_families")
    swin = page.locator(".legend .traces", has_text="swin").locator(".legendtoggle")
    assert len(shown_families(page)) == 18
    swin.click()
    page.wait_for_timeout(600)
    assert len(shown_families(page)) == 16
    assert "swin" not in shown_families(page)
    swin.click()
    page.wait_for_timeout(600)
    swin.dblclick()
    page.wait_for_timeout(600)
    assert shown_families(page) == ["swin", "swin line"]


@pytest.mark.parametrize("name", ["inference", "devices", "speed_by_parameter_count"])
def test_hover_stays_on_the_screen(open_page, name):
    page = open_page(name)
    points = page.locator(".scatterlayer .point")
    seen = 0
    for number in range(0, points.count(), points.count() // 12):
        box = points.nth(number).bounding_box()
        page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        label = page.locator(".hovertext")
        if label.count():
            seen += 1
            area = label.first.bounding_box()
            assert area["x"] >= 0
            assert area["x"] + area["width"] <= page.viewport_size["width"]
    assert seen >= 6


def test_the_device_can_be_switched(open_page, marts):
    page = open_page("devices")
    models = pd.DataFrame(marts.rows["model_benchmarks"])
    device = models.device_name.unique()[2]
    page.locator(".updatemenu-header").click()
    page.locator(".updatemenu-dropdown-button", has_text=device).click()
    page.wait_for_timeout(500)
    shown = page.evaluate(
        """() => document.querySelector('.plotly-graph-div')._fullData
            .filter(trace => trace.visible === true).map(trace => trace.x.length)"""
    )
    chosen = models[models.device_name == device]
    assert sum(shown[:2]) == len(chosen)
    assert shown[2:] == [chosen.is_frontier.sum(), chosen.is_frontier_imagenet1k.sum()]


def test_index_leads_to_its_sections(open_page):
    page = open_page("index")
    targets = page.eval_on_selector_all("nav a", "links => links.map(link => link.hash)")
    assert set(targets) == {"#findings", *(f"#{chart.name}" for chart in plot.CHARTS)}
    assert all(page.locator(target).count() == 1 for target in targets)


def test_a_script_from_elsewhere_does_not_run(browser, reports, tmp_path):
    """The policy is in force: the same page with one more script does not run it."""
    page = browser.new_page()
    spoilt = tmp_path / "spoilt.html"
    text = (reports / "explorer.html").read_text(encoding="utf-8")
    spoilt.write_text(text.replace("</body>", "<script>window.ran = true</script></body>"))
    refused = []
    page.on("console", lambda message: refused.append(message.text))
    page.goto(spoilt.as_uri())
    assert page.evaluate("window.ran") is None
    assert any("Content Security Policy" in text for text in refused)
    page.close()
