"""The pages in a real browser, opened from disk."""

from __future__ import annotations

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
    return {
        "devices": (4 * models.device_name.nunique(), len(first) + frontiers),
        "robustness": (
            8,
            marts("model_accuracy").v2_robustness.notna().sum(),
        ),
        "effects": (2, len(marts("run_comparisons", "to_setting in ('compiled', 'nhwc')"))),
        "proxies": (3, len(marts("cost_proxies", "phase = 'infer' and is_default_run"))),
        **NOTEBOOK,
    }


@pytest.fixture(params=WIDTHS)
def open_page(request, browser, reports):
    """Open the report at a chart; afterwards check that it was quiet and asked for nothing."""
    width, height = WIDTHS[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, offline=True)
    page = context.new_page()
    noise, requests = [], []
    page.on("console", lambda message: noise.append(message.text))
    page.on("pageerror", lambda error: noise.append(str(error)))
    page.on("request", lambda sent: requests.append(sent.url))

    def open_by_name(name: str):
        page.goto((reports / "index.html").as_uri() + f"#{name}")
        page.wait_for_function(
            "() => document.querySelectorAll('.plotly-graph-div:not(:has(.main-svg))').length === 0"
        )
        page.wait_for_timeout(300)
        return page

    yield open_by_name
    assert noise == []
    assert [url for url in requests if not url.startswith(("file:", "data:", "blob:"))] == []
    context.close()


def test_index_has_all_charts_with_all_their_points(open_page, expected):
    page = open_page("")
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
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # A legend that does not fit is clipped and scrolls.
    assert page.evaluate(
        """() => [...document.querySelectorAll('.legend .scrollbar')].every(
            bar => bar.getBoundingClientRect().height === 0)"""
    )


def test_hover_names_the_model_and_its_figures(open_page, marts):
    page = open_page("inference")
    benchmarks = marts("notebook_benchmarks", "phase = 'infer'")
    slowest = benchmarks.loc[benchmarks.secs.idxmax()]
    trace = sorted(benchmarks.family.unique()).index(slowest.family) + 1
    chart = page.locator("#chart-inference")
    box = chart.locator(f".scatterlayer .trace:nth-child({trace}) .point").last.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    hover = page.locator(".hovertext").text_content()
    assert slowest.model in hover
    assert f"top-1 {slowest.top1:.2f} %" in hover
    assert f"{slowest.secs * 1000:.3f} ms per image" in hover


def shown_families(page) -> list[str]:
    return page.evaluate(
        """() => document.getElementById('chart-inference_headline_families')._fullData
            .filter(trace => trace.visible === true).map(trace => trace.name)"""
    )


def test_legend_hides_and_isolates_a_family(open_page):
    page = open_page("inference_headline_families")
    chart = page.locator("#chart-inference_headline_families")
    swin = chart.locator(".legend .traces", has_text="swin").locator(".legendtoggle")
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
    points = page.locator(f"#chart-{name} .scatterlayer .point")
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
    models = marts(*DEVICES)
    device = models.device_name.unique()[2]
    chart = page.locator("#chart-devices")
    chart.locator(".updatemenu-header").click()
    chart.locator(".updatemenu-dropdown-button", has_text=device).click()
    page.wait_for_timeout(500)
    shown = page.evaluate(
        """() => document.getElementById('chart-devices')._fullData
            .filter(trace => trace.visible === true).map(trace => trace.x.length)"""
    )
    chosen = models[models.device_name == device]
    assert sum(shown[:2]) == len(chosen)
    assert shown[2:] == [chosen.is_frontier.sum(), chosen.is_frontier_imagenet1k.sum()]


def test_index_leads_to_its_sections(open_page):
    page = open_page("")
    targets = page.eval_on_selector_all("nav a", "links => links.map(link => link.hash)")
    assert set(targets) == {"#findings", *(f"#{chart.name}" for chart in plot.CHARTS)}
    assert all(page.locator(target).count() == 1 for target in targets)


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
