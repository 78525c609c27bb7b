"""scripts/plot.py: what it draws, and what it says when it cannot."""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
from pathlib import Path

import charts
import duckdb
import pandas as pd
import plot
import plotly.graph_objects as go
import pytest
from conftest import PROJECT, as_installed, copy_project, mark_as_installed, python

SCRIPT = Path(plot.__file__)


@pytest.fixture
def copy(database, tmp_path) -> Path:
    return Path(shutil.copy(database, tmp_path / "copy.duckdb"))


def alter(path: Path, statement: str) -> None:
    with duckdb.connect(path) as connection:
        connection.execute(statement)


def make_damaged(path: Path) -> None:
    path.write_bytes(b"not a database" * 1000)


BROKEN_DATABASES = {
    "missing": (lambda path: path.unlink(), "no such file; build it"),
    "damaged": (make_damaged, "not a valid DuckDB database file"),
    "without a mart": (
        lambda path: alter(path, "drop table frontier_steps"),
        "frontier_steps does not exist",
    ),
    "of an older schema": (
        lambda path: alter(path, "alter table frontier_steps drop column reaches"),
        "frontier_steps has no column reaches",
    ),
    "of an older schema, in what is asked": (
        lambda path: alter(path, "alter table model_benchmarks drop column is_default_run"),
        'Referenced column "is_default_run" not found',
    ),
    "of an older schema, without rows": (
        lambda path: alter(
            path, "truncate frontier_steps; alter table frontier_steps drop reaches"
        ),
        "frontier_steps has no column reaches",
    ),
}


@pytest.mark.parametrize("name", BROKEN_DATABASES)
def test_an_unusable_database_gives_one_line(name, copy, tmp_path, capsys):
    damage, expected = BROKEN_DATABASES[name]
    damage(copy)
    assert plot.main(["--db", str(copy), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr().err
    assert said.startswith(f"{copy} cannot be used: ")
    assert expected in said
    assert said.count("\n") == 1
    assert not (tmp_path / "out").exists()


# what is in the way of the pages, where they are to be written, and what is said
IN_THE_WAY = {
    "a file": (lambda folder: (folder / "file").touch(), "file/reports", "Not a directory"),
    "a link in a circle": (lambda folder: (folder / "o").symlink_to("o"), "o/o", "Too many levels"),
    "a folder": (lambda folder: (folder / "explorer.html").mkdir(), ".", "is no page of this"),
    "a page of mine": (
        lambda folder: (folder / "explorer.html").write_text("<title>Mine</title>"),
        ".",
        "explorer.html: is no page of this project and would be lost",
    ),
    "a file aside": (
        lambda folder: (folder / "index.html.new").write_text("mine"),
        ".",
        "index.html.new: is no page of this project and would be lost",
    ),
}


@pytest.mark.parametrize("name", IN_THE_WAY)
def test_what_is_in_the_way_stays_and_is_said_in_one_line(
    name, database, tmp_path, capsys, monkeypatch
):
    monkeypatch.setattr(plot, "draw_report", lambda _: ("<title>One</title>", {}))
    monkeypatch.setattr(plot, "draw_explorer", lambda _: ("<title>Other</title>", {}))
    put, out, reason = IN_THE_WAY[name]
    put(tmp_path)
    before = {path: path.is_file() and path.read_text() for path in tmp_path.iterdir()}
    assert plot.main(["--db", str(database), "--out", str(tmp_path / out)]) == 1
    assert {path: path.is_file() and path.read_text() for path in tmp_path.iterdir()} == before
    said = capsys.readouterr().err
    assert reason in said
    assert said.endswith("; name another --out\n")
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code"), [(["--db", "no such file"], 1), (["--database", "x"], 2)]
)
def test_the_exit_code_is_that_of_the_process(arguments, code):
    assert subprocess.run([*python(), SCRIPT, *arguments], capture_output=True).returncode == code


# what a state of upstream lacks, the charts that are left out, and what is said
EVERY_NOTEBOOK_CHART = [chart.name for chart in plot.NOTEBOOK]
LACKING = {
    "what single parts rest on": (
        "delete from headline_figures where figure in ('macts_spearman', 'same_device_jaccard');"
        "update notebook_findings set on_matched_sizes = null, on_todays_data = null"
        " where contains(claim, 'levit');"
        "delete from notebook_benchmarks where phase = 'train'; truncate notebook_family_trends;"
        "truncate prediction_errors; truncate halving_times;"
        "delete from test_set_accuracies where robustness is not null;"
        "update model_benchmarks set is_extra_data = true, is_frontier_imagenet1k = false",
        ["robustness", "prediction"],
        "robustness (test_set_accuracies has no rows where robustness is not null); "
        "prediction (prediction_errors has no rows); "
        "a sentence on frontier (there is no figure 'same_device_jaccard'); "
        "a sentence on history (there is no figure 'first_ms'); "
        "a sentence on proxies (there is no figure 'macts_spearman'); "
        "1 of the findings (nothing measures them)",
    ),
    "the notebook's snapshot, and all that has several runs": (
        "truncate notebook_benchmarks; truncate notebook_family_trends;"
        "delete from headline_figures where figure[:6] in ('infer_', 'train_');"
        "truncate network_speed_ups; truncate frontier_steps; truncate progress;"
        "update notebook_findings set on_matched_sizes = null, on_todays_data = null",
        ["history", "effects", *EVERY_NOTEBOOK_CHART, "findings"],
        "history (progress has no rows where phase = 'infer' and min_top1 in (80, 82, 84, 86) and "
        "ms is not null); effects (network_speed_ups has no rows); "
        f"{', '.join(EVERY_NOTEBOOK_CHART)} (notebook_benchmarks has no rows); "
        "a sentence on frontier (there is no figure 'ms_82'); "
        "9 of the findings (nothing measures them)",
    ),
}


def check_links(page: str, left_out: list[str]) -> None:
    """Check that a page links to all its sections, and to none that is left out."""
    sections = re.findall(r'<section id="(\w+)"', page)
    assert re.findall(r'href="#(\w+)"', page) == sections
    assert {*sections} == {"findings", *(chart.name for chart in plot.CHARTS)} - {*left_out}
    of_the_notebook = {"findings", *EVERY_NOTEBOOK_CHART}
    assert ("The notebook that asked first" in page) == (not of_the_notebook <= {*left_out})


@pytest.mark.parametrize("name", LACKING)
def test_what_has_no_data_is_left_out_and_said(name, copy):
    statement, left_out, expected = LACKING[name]
    with duckdb.connect(copy) as opened:
        opened.execute(statement)
        page, reasons = plot.draw_report(opened)
    assert plot.describe(reasons) == f"left out: {expected}"
    check_links(page, left_out)
    texts = re.findall(r"<(?:p|h2|h3)\b[^>]*>([^<]*)<", page)
    assert not [text for text in texts if re.search(r"[{}]|\bnan\b|NaT", text)]


# --- the pages ----------------------------------------------------------------------

PAGES = {"index.html", "explorer.html"}


def test_the_pages_are_small_together(reports):
    assert sum((reports / name).stat().st_size for name in PAGES) < 13_000_000


@pytest.mark.parametrize("name", sorted(PAGES))
def test_nothing_large_runs_before_the_page_is_painted(name, reports):
    page = (reports / name).read_text(encoding="utf-8")
    scripts = re.findall(r"<script([^>]*)>(.*?)</script>", page, re.DOTALL)
    run_at_once = [text for attributes, text in scripts if not attributes]
    assert len(run_at_once) == 1
    assert len(run_at_once[0]) < 80_000
    unpacked_later = [attributes for attributes, _ in scripts if "plotly" in attributes]
    assert unpacked_later == [' type="text/plain" id="plotly"'] * (name == "index.html")


def test_the_explorers_answers_know_nothing_of_its_page():
    script = (plot.TEMPLATES / "explorer" / "answers.js").read_text(encoding="utf-8")
    assert "function answer(" in script
    assert re.findall(r"\b(?:document|window|location|state|byId|element)\b", script) == []


@pytest.fixture(scope="module")
def project(few, tmp_path_factory) -> Path:
    """A copy of the project with the database built, and no page yet; no chart has data."""
    folder = copy_project(tmp_path_factory.mktemp("project"))
    mark_as_installed(folder)
    shutil.copyfile(few, folder / "image_models.duckdb")
    alter(folder / "image_models.duckdb", "truncate notebook_benchmarks")
    return folder


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess:
    options = {"env": as_installed(), "capture_output": True, "text": True}
    return subprocess.run(["make", *arguments], cwd=project, **options)


def is_up_to_date(project: Path) -> bool:
    pages = (f"reports/{name}" for name in sorted(PAGES))
    return make(project, "--question", *pages).returncode == 0


def test_make_draws_both_pages(project):
    """And only reads the database."""
    before = (project / "image_models.duckdb").stat().st_mtime_ns
    result = make(project)
    assert result.returncode == 0, result.stderr
    assert "dbt" not in result.stdout
    assert {page.name for page in (project / "reports").iterdir()} == PAGES
    assert (project / "image_models.duckdb").stat().st_mtime_ns == before
    assert is_up_to_date(project)


@pytest.mark.parametrize(
    "part", ["plot.py", "charts.py", "templates/index.js", "templates/explorer/style.css"]
)
def test_make_draws_again_what_draws_otherwise(part, project):
    make(project)
    assert is_up_to_date(project)
    path = project / "scripts" / part
    before = path.stat()
    path.touch()
    assert not is_up_to_date(project)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_make_keeps_both_pages_when_one_fails_and_draws_a_deleted_one_again(project):
    make(project)
    before = {name: (project / "reports" / name).read_bytes() for name in PAGES}
    (project / "scripts" / "templates" / "index.js").write_text("// another page\n")
    in_the_way = project / "reports" / "explorer.html.new"
    in_the_way.mkdir()
    result = make(project)
    assert result.returncode != 0
    assert "explorer.html.new: is no page of this project" in result.stderr
    assert {path.name for path in (project / "reports").iterdir()} == PAGES | {in_the_way.name}
    assert {name: (project / "reports" / name).read_bytes() for name in PAGES} == before
    in_the_way.rmdir()
    (project / "reports" / "explorer.html").unlink()
    assert not is_up_to_date(project)
    assert make(project).returncode == 0
    assert (project / "reports" / "index.html").read_bytes() != before["index.html"]
    assert (project / "reports" / "explorer.html").read_bytes() == before["explorer.html"]
    assert is_up_to_date(project)


# --- the charts ---------------------------------------------------------------------


def first_panel(drawn, name: str, choice: str | None = None) -> go.Figure:
    views = drawn[name]
    return views[choice or next(iter(views))].panels[0]


@pytest.mark.parametrize("name", [chart.name for chart in plot.CHARTS])
def test_a_chart_has_points_and_each_says_what_it_is(name, drawn):
    panels = [panel for view in drawn[name].values() for panel in view.panels]
    traces = [trace for panel in panels for trace in panel.data if trace.meta]
    assert traces
    for trace in traces:
        assert len(trace.x) == len(trace.y) == len(trace.customdata) > 0
        assert len(trace.meta) == 2 + len(trace.customdata[0])
        quoted = re.findall(r"customdata\[(\d+)\]", trace.hovertemplate or "")
        assert trace.type == "violin" or {*map(int, quoted)} == {*range(len(trace.meta) - 2)}


def test_every_chart_is_drawn_and_no_row_twice(drawn):
    assert list(drawn) == [chart.name for chart in plot.CHARTS]
    models = [
        tuple(row[:2])
        for trace in first_panel(drawn, "frontier").data
        if trace.meta
        for row in trace.customdata
    ]
    assert len(models) == len(set(models)) > 1000


def test_a_family_looks_the_same_in_both_phases_and_differs_from_others_without_colour(drawn):
    seen: dict[str, set] = {}
    dashes: dict[str, set] = {}
    for view in drawn["families"].values():
        for trace in view.panels[0].data:
            if trace.mode == "lines":
                dashes.setdefault(trace.name.removesuffix(" line"), set()).add(trace.line.dash)
            else:
                look = (trace.marker.color, trace.marker.symbol)
                seen.setdefault(trace.name, set()).add(look)
    assert len(seen) == 23
    assert all(len(looks) == 1 for looks in (*seen.values(), *dashes.values()))
    symbols = [next(iter(seen[family]))[1] for family in dashes]
    assert len(set(symbols)) == len(symbols) == 9
    assert {look for family in set(seen) - set(dashes) for look in seen[family]} == {
        (charts.PALE, "circle-open")
    }


def test_bubble_area_is_proportional_to_the_image_size_squared(drawn, marts):
    traces = [trace for trace in first_panel(drawn, "families").data if trace.mode == "markers"]
    benchmarks = marts("notebook_benchmarks", "phase = 'infer'").set_index("model")
    for trace in traces:
        assert trace.marker.sizemode == "area"
        assert trace.marker.sizeref == traces[0].marker.sizeref
        sizes = benchmarks.loc[[row[0] for row in trace.customdata], "benchmark_img_size"]
        assert list(trace.marker.size) == list(sizes**2)
    # plotly.js: pixels across = sqrt(2 * size / sizeref).
    largest = max(trace.marker.size.max() for trace in traces)
    assert (2 * largest / traces[0].marker.sizeref) ** 0.5 == pytest.approx(charts.LARGEST_BUBBLE)


def test_trend_lines_are_those_of_the_mart(drawn, marts):
    figure = first_panel(drawn, "families", "Training")
    lines = {trace.name: trace for trace in figure.data if trace.mode == "lines"}
    trends = marts("notebook_family_trends", "phase = 'train'").set_index("family")
    assert set(lines) == {f"{family} line" for family in trends.index}
    for family, trend in trends.iterrows():
        line = lines[f"{family} line"]
        assert line.x == pytest.approx((1000 * trend.min_secs, 1000 * trend.max_secs))
        assert line.y == (trend.top1_at_min_secs, trend.top1_at_max_secs)


def test_frontiers_and_their_names_are_those_of_the_marts(drawn, marts):
    devices = marts("devices", order="is_default_device desc, device_kind desc, device_name")
    assert list(drawn["frontier"]) == list(devices.device_name)
    for device, view in zip(devices.device, drawn["frontier"].values(), strict=True):
        (panel,) = view.panels
        (best,) = (trace for trace in panel.data if trace.name == "frontier")
        steps = marts("frontier_steps", f"device = '{device}'", "ms")
        assert list(best.x) == list(steps.ms.round(4))
        assert list(best.y) == list(steps.top1.round(2))
        named = [annotation.text for annotation in panel.layout.annotations]
        assert sorted(named) == sorted(steps.architecture[steps.is_largest_step])
        groups = steps.architecture_group[steps.is_largest_step]
        assert groups.is_unique
        assert view.quoted["ms_86"] == plot.three(steps.ms[steps.top1 >= 86].min())


def test_predicted_times_have_whiskers(marts):
    rows = marts("model_benchmarks", "device = 'rtx4090' and is_default_run", "ms, top1, model")
    rows["is_measured"] = ~rows.is_frontier
    rows["ms_low"], rows["ms_high"] = 0.5 * rows.ms, 3 * rows.ms
    steps = marts("frontier_steps", "device = 'rtx4090'")
    name = "frontier, with the intervals of what is predicted"
    (best,) = (trace for trace in charts.frontier(rows, steps).data if trace.name == name)
    assert list(best.error_x.array) == pytest.approx(2 * rows.ms[rows.is_frontier], abs=2e-4)
    assert list(best.error_x.arrayminus) == pytest.approx(0.5 * rows.ms[rows.is_frontier], abs=2e-4)


def test_effects_are_the_distributions_behind_the_medians(drawn, marts):
    effects = {trace.name: trace for trace in first_panel(drawn, "effects").data}
    assert set(effects) == {"compiled", "channels last"}
    rows = marts("run_comparisons", "to_setting in ('compiled', 'nhwc')")
    medians = [
        pd.Series(trace.x).groupby(pd.Series(trace.y)).median() for trace in effects.values()
    ]
    assert sorted(pd.concat(medians)) == pytest.approx(sorted(rows.same_batch_speed_up), abs=0.0006)


def test_held_out_devices_have_a_panel_each(drawn, marts):
    rows = marts("prediction_errors")
    (view,) = drawn["prediction"].values()
    panels = {panel.layout.title.text: panel for panel in view.panels}
    assert set(panels) == set(rows.device_short_name)
    for device, own in rows.groupby("device_short_name"):
        (trace,) = panels[device].data
        assert 300 < len(trace.x) <= len(own)
        band = panels[device].layout.shapes[0]
        assert band.y1 == pytest.approx((own.predicted_ms_high / own.predicted_ms).max())
        assert trace.y.max() > 0.95 * (own.ms / own.predicted_ms).max()


def test_names_of_test_sets_and_devices_are_those_of_the_seeds(drawn):
    test_sets = pd.read_csv(PROJECT / "seeds" / "reference" / "test_sets.csv")
    devices = pd.read_csv(PROJECT / "seeds" / "reference" / "device_keys.csv")
    shifted = test_sets[test_sets.clean_test_set.notna()]
    assert set(drawn["robustness"]) == set(shifted.display_name)
    assert next(iter(drawn["robustness"])) == "ImageNet-R"
    assert set(drawn["frontier"]) == set(devices.device_name)
    labels = {label for trace in first_panel(drawn, "proxies").data for label in trace.y}
    assert labels == set(devices.device_short_name)


def test_a_model_of_unknown_pretraining_has_a_colour_of_its_own(marts):
    accuracies = marts("test_set_accuracies", "short_name = 'r'").head(3)
    accuracies["is_extra_data"] = pd.array([True, None, False], dtype="boolean")
    traces = [trace for trace in charts.robustness(accuracies).data if trace.meta]
    assert [trace.name for trace in traces] == [
        "pretrained on more",
        "ImageNet-1k only",
        "pretraining unknown",
    ]
    assert [list(trace.x) for trace in traces] == [
        [round(accuracies.imagenet_top1[place], 2)] for place in (0, 2, 1)
    ]


def luminance(color: str) -> float:
    parts = (int(color[place : place + 2], 16) / 255 for place in (1, 3, 5))
    linear = [
        part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_marks_and_texts_stand_out_from_their_ground(scheme):
    colors = {light: light if scheme == "light" else dark for light, dark in charts.DARK.items()}
    ground = luminance(colors[charts.PAPER])
    for light, color in colors.items():
        if light not in (charts.PAPER, charts.GRID, charts.BAND):
            darker, brighter = sorted([luminance(color), ground])
            least = 4.5 if light in (charts.INK, charts.FAINT) else 3
            assert (brighter + 0.05) / (darker + 0.05) >= least, light


# --- what stands beside them --------------------------------------------------------


def test_headings_and_captions_quote_the_marts(reports, marts):
    page = (reports / "index.html").read_text(encoding="utf-8")
    page = html.unescape(page).replace("\u00a0", " ")
    headings = dict(
        re.findall(r'<section id="(\w+)" class="finding".*?<h[23]>([^<]+)<', page, re.S)
    )
    captions = dict(re.findall(r'<p id="caption-(\w+)">([^<]+)</p>', page))
    assert list(headings) == list(captions) == [chart.name for chart in plot.CHARTS]
    texts = [*headings.values(), *captions.values()]
    assert not [text for text in texts if re.search(r"[{}]|\bnan\b|None|NaT", text)]
    assert not {*headings.values()} & {chart.title for chart in plot.CHARTS}
    assert max(len(re.findall(r"\.( |$)", caption)) for caption in captions.values()) <= 2
    figures = marts("headline_figures").set_index("figure")
    assert (
        f"predict the order of speed at {figures.value.macts_spearman:.2f}" in headings["proxies"]
    )
    notebook = marts("notebook_benchmarks", "phase = 'infer'")
    mismatched = (~notebook.is_size_matched).sum()
    assert f"{mismatched} of {len(notebook)} points" in headings["families"]
    gain = marts("robustness_gains", "test_set = 'imagenet-r'").extra_data_robustness[0]
    assert (
        f"On ImageNet-R, seeing more than ImageNet-1k is worth {gain:+.1f} points"
        in (headings["robustness"])
    )
    newest = marts("benchmark_runs").snapshot.max()
    assert page.count(f"Source: timm's results of {newest:%Y-%m-%d}") == len(plot.ARGUMENT)
    assert page.count("Source: timm's results of 2023-05-24") == len(plot.NOTEBOOK)


def test_every_headline_figure_is_quoted(marts):
    texts = "".join(chart.heading + chart.caption + chart.source for chart in plot.CHARTS)
    quoted = set(re.findall(r"{(\w+)\.", texts + plot.WORDS["introduction"]))
    for figure in marts("headline_figures").figure:
        assert {figure, re.sub("^(infer|train)_", "infer_", figure),
                re.sub("^(infer|train)_", "", figure)} & quoted, figure  # fmt: skip


def test_findings_are_shown_with_their_figures_the_verdict_first(reports, marts):
    page = (reports / "index.html").read_text(encoding="utf-8")
    section = page[page.index('<section id="findings">') :].split("</section>")[0]
    shown = [" ".join(entry.split()) for entry in section.split("<li>")[1:]]
    findings = marts("notebook_findings")
    assert len(shown) == len(findings)
    for finding in findings.itertuples():
        (entry,) = [entry for entry in shown if f"<div>{finding.claim} <p" in entry]
        assert entry.startswith(f"<strong>{finding.verdict.capitalize()}</strong>")
        lower, upper = finding.todays_data_lower, finding.todays_data_upper
        interval = "" if pd.isna(lower) else f"{lower:.2f} to {upper:.2f}, "
        today = f"Today {finding.on_todays_data:.2f} ({interval}n {finding.todays_data_n})"
        assert today in entry
    assert "not measured" in section
    holding = (findings.verdict == "holds").sum()
    assert f"Of its {len(findings)} claims {holding} hold, " in section
