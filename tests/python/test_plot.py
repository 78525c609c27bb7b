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
import pytest
from conftest import PROJECT, command, copy_project, own_environment, python

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
        lambda path: alter(path, "drop table notebook_family_trends"),
        "notebook_family_trends does not exist",
    ),
    "of an older schema": (
        lambda path: alter(path, "alter table notebook_benchmarks drop column is_size_matched"),
        "notebook_benchmarks has no column is_size_matched",
    ),
    "of an older schema, in what is asked": (
        lambda path: alter(path, "alter table model_benchmarks drop column is_newest"),
        'Referenced column "is_newest" not found',
    ),
    "of an older schema, without rows": (
        lambda path: alter(path, "truncate cost_proxies; alter table cost_proxies drop spearman"),
        "cost_proxies has no column spearman",
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


def test_an_unusable_folder_gives_one_line(database, tmp_path, capsys):
    (tmp_path / "file").write_text("in the way")
    out = tmp_path / "file" / "reports"
    assert plot.main(["--db", str(database), "--out", str(out)]) == 1
    said = capsys.readouterr().err
    assert "Not a directory; name another --out" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "code"), [(["--db", "no such file"], 1), (["--database", "x"], 2)]
)
def test_the_exit_code_is_that_of_the_process(arguments, code):
    assert subprocess.run([*python(), SCRIPT, *arguments], capture_output=True).returncode == code


# what a state of upstream lacks, the charts that are left out, and what is said
EVERY_NOTEBOOK_CHART = [chart.name for chart in plot.NOTEBOOK]
LACKING = {
    "what a sentence and a finding rest on": (
        "delete from headline_figures where figure = 'macts_spearman';"
        "update notebook_findings set on_matched_sizes = null, on_todays_data = null"
        " where contains(claim, 'levit')",
        [],
        "a sentence on proxies (headline_figures has no 'macts_spearman'); "
        "1 of the findings (nothing measures them)",
    ),
    "the notebook's snapshot": (
        "truncate notebook_benchmarks; truncate notebook_family_trends;"
        "update notebook_findings set on_matched_sizes = null, on_todays_data = null",
        [*EVERY_NOTEBOOK_CHART, "findings"],
        f"{', '.join(EVERY_NOTEBOOK_CHART)} (notebook_benchmarks has no rows); "
        "9 of the findings (nothing measures them)",
    ),
    "training and lines of families": (
        "delete from notebook_benchmarks where phase = 'train'; truncate notebook_family_trends",
        ["training", "training_headline_families"],
        "training (notebook_benchmarks has no rows where phase = 'train'); "
        "training_headline_families (notebook_benchmarks has no rows where phase = 'train' and "
        "is_headline_family)",
    ),
    "shifted test sets and models of ImageNet-1k alone": (
        "delete from test_set_accuracies where robustness is not null;"
        "update model_benchmarks set is_extra_data = true, is_frontier_imagenet1k = false",
        ["robustness"],
        "robustness (test_set_accuracies has no rows where robustness is not null)",
    ),
}


def check_links(page: str, left_out: list[str]) -> None:
    """Check that a page links to all its sections, and to none that is left out."""
    sections = re.findall(r'<section id="(\w+)"', page)
    assert re.findall(r'href="#(\w+)"', page) == sections
    assert {*sections} == {"findings", *(chart.name for chart in plot.CHARTS)} - {*left_out}
    assert ("The notebook's charts" in page) == (not {*EVERY_NOTEBOOK_CHART} <= {*left_out})


@pytest.mark.parametrize("name", LACKING)
def test_what_has_no_data_is_left_out_and_said(name, copy):
    statement, left_out, expected = LACKING[name]
    with duckdb.connect(copy) as opened:
        opened.execute(statement)
        page, reasons = plot.draw_report(opened)
    assert plot.describe(reasons) == f"left out: {expected}"
    check_links(page, left_out)
    assert not [text for text in re.findall(r"<p>(.*?)</p>", page) if re.search(r"[{}]|nan", text)]


# --- the pages ----------------------------------------------------------------------

PAGES = {"index.html", "explorer.html"}


def test_pages_are_reproducible_and_the_database_is_only_read(database, reports, tmp_path):
    before = database.stat().st_mtime_ns
    assert plot.main(["--db", str(database), "--out", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == PAGES
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (reports / path.name).read_bytes()
    assert database.stat().st_mtime_ns == before


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
def project(database, tmp_path_factory) -> Path:
    """A copy of the project with the database built, and no page yet."""
    folder = copy_project(tmp_path_factory.mktemp("project"))
    (folder / ".venv").mkdir()
    for mark in ("installed", "installed-dev"):
        (folder / ".venv" / mark).touch()
    shutil.copyfile(database, folder / "image_models.duckdb")
    return folder


def make(project: Path, *arguments: str) -> subprocess.CompletedProcess:
    # The environment of these tests is the one that make would install.
    environment = own_environment() | {"MAKEFLAGS": f"BIN={Path(command('python')).parent}"}
    return subprocess.run(
        ["make", *arguments], cwd=project, env=environment, capture_output=True, text=True
    )


def is_up_to_date(project: Path) -> bool:
    pages = (f"reports/{name}" for name in sorted(PAGES))
    return make(project, "--question", *pages).returncode == 0


def test_make_draws_both_pages_and_a_deleted_one_again(project, reports):
    result = make(project)
    assert result.returncode == 0, result.stderr
    assert "dbt" not in result.stdout
    pages = {project / "reports" / name: (reports / name).read_bytes() for name in PAGES}
    assert {page: page.read_bytes() for page in (project / "reports").iterdir()} == pages
    assert is_up_to_date(project)
    for page in pages:
        page.rename(project / page.name)
        assert not is_up_to_date(project)
        (project / page.name).rename(page)
        assert is_up_to_date(project)
    page.unlink()
    assert make(project).returncode == 0
    assert page.read_bytes() == pages[page]
    assert is_up_to_date(project)


@pytest.mark.parametrize(
    "part", ["plot.py", "charts.py", "templates/start.js", "templates/explorer/style.css"]
)
def test_make_draws_again_what_draws_otherwise(part, project):
    make(project)
    assert is_up_to_date(project)
    path = project / "scripts" / part
    before = path.stat()
    path.touch()
    assert not is_up_to_date(project)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def test_make_keeps_both_pages_when_one_fails(project):
    make(project)
    before = {name: (project / "reports" / name).read_bytes() for name in PAGES}
    (project / "scripts" / "templates" / "index.js").write_text("// another page\n")
    in_the_way = project / "reports" / "explorer.html.new"
    in_the_way.mkdir()
    result = make(project)
    assert result.returncode != 0
    assert "explorer.html.new: Is a directory; name another --out" in result.stderr
    assert {path.name for path in (project / "reports").iterdir()} == PAGES | {in_the_way.name}
    assert {name: (project / "reports" / name).read_bytes() for name in PAGES} == before
    assert not is_up_to_date(project)
    in_the_way.rmdir()
    assert make(project).returncode == 0
    assert (project / "reports" / "index.html").read_bytes() != before["index.html"]
    assert is_up_to_date(project)


# --- the charts ---------------------------------------------------------------------


@pytest.mark.parametrize("name", [chart.name for chart in plot.CHARTS])
def test_a_chart_has_points_and_each_says_what_it_is(name, drawn):
    for trace in drawn[name].data:
        assert len(trace.x) == len(trace.y) > 0
        quoted = [int(place) for place in re.findall(r"customdata\[(\d+)\]", trace.hovertemplate)]
        if trace.mode != "lines":
            assert len(trace.customdata) == len(trace.x)
            assert sorted(set(quoted)) == list(range(len(trace.customdata[0])))


def test_every_chart_is_drawn(drawn):
    assert list(drawn) == [chart.name for chart in plot.CHARTS]


def test_a_family_looks_the_same_in_every_chart(drawn):
    seen: dict[str, set] = {}
    for chart in plot.NOTEBOOK:
        for trace in drawn[chart.name].data:
            if trace.legendgroup and trace.mode == "markers":
                look = (trace.marker.color, trace.marker.symbol)
                seen.setdefault(trace.name, set()).add(look)
            if trace.legendgroup and trace.mode == "lines":
                assert trace.line.color in [colour for colour, _ in seen[trace.legendgroup]]
    looks = [look for family in seen.values() for look in family]
    assert len(seen) == 23
    assert len(set(looks)) == len(looks) == 23


def test_headline_families_differ_in_colour(drawn):
    colours = [
        trace.marker.color
        for trace in drawn["inference_headline_families"].data
        if trace.mode == "markers"
    ]
    assert len(set(colours)) == len(colours) == 9


def test_bubble_area_is_proportional_to_the_image_size_squared(drawn, marts):
    figure = drawn["inference"]
    benchmarks = marts("notebook_benchmarks", "phase = 'infer'").set_index("secs")
    for trace in figure.data:
        assert trace.marker.sizemode == "area"
        assert trace.marker.sizeref == figure.data[0].marker.sizeref
        for secs, size in zip(trace.x, trace.marker.size, strict=True):
            assert size in (benchmarks.loc[[secs], "benchmark_img_size"] ** 2).tolist()
    # plotly.js: pixels across = sqrt(2 * size / sizeref).
    largest = max(trace.marker.size.max() for trace in figure.data)
    assert (2 * largest / figure.data[0].marker.sizeref) ** 0.5 == pytest.approx(30)


def test_trend_lines_are_those_of_the_mart(drawn, marts):
    figure = drawn["training_headline_families"]
    lines = {trace.legendgroup: trace for trace in figure.data if trace.mode == "lines"}
    trends = marts("notebook_family_trends", "phase = 'train'").set_index("family")
    assert set(lines) == set(trends.index)
    for family, trend in trends.iterrows():
        assert lines[family].x == (trend.min_secs, trend.max_secs)
        assert lines[family].y == (trend.top1_at_min_secs, trend.top1_at_max_secs)


def test_frontier_lines_are_those_of_the_mart(drawn, connection):
    lines = [trace for trace in drawn["devices"].data if trace.name == "frontier"]
    counts = connection.execute(
        """
        select count_if(is_frontier), max(top1) filter (is_frontier) from model_benchmarks
        where is_default_run and phase = 'infer'
        group by device_kind, device_name order by device_kind desc, device_name
        """
    ).fetchall()
    assert [(len(line.x), max(line.y)) for line in lines] == counts
    assert all(list(line.x) == sorted(line.x) for line in lines)


def test_a_menu_shows_one_option_at_a_time(drawn):
    figure = drawn["devices"]
    (menu,) = figure.layout.updatemenus
    shown = [button.args[1] for button in menu.buttons]
    assert len(shown) == 6
    assert [sum(traces) for traces in zip(*shown, strict=True)] == [1] * len(figure.data)
    assert [bool(trace.visible) for trace in figure.data] == list(shown[menu.active])


def test_names_of_test_sets_and_devices_are_those_of_the_seeds(drawn):
    test_sets = pd.read_csv(PROJECT / "seeds" / "reference" / "test_sets.csv")
    devices = pd.read_csv(PROJECT / "seeds" / "reference" / "device_keys.csv")

    def options(name: str) -> list[str]:
        return [button.label for button in drawn[name].layout.updatemenus[0].buttons]

    shifted = test_sets[test_sets.clean_test_set.notna()]
    assert options("robustness") == shifted.display_name.tolist()
    assert set(options("devices")) == set(devices.device_name)
    labels = {label for trace in drawn["proxies"].data for label in trace.y}
    assert labels == set(devices.device_short_name)


def test_effects_go_from_plain_to_changed(drawn):
    effects = {trace.name: trace for trace in drawn["effects"].data}
    assert set(effects) == {"eager to compiled", "nchw to nhwc"}
    for from_run, to_run, *_ in effects["eager to compiled"].customdata:
        assert to_run == f"{from_run}-dynamo"
    labels = [label for trace in effects.values() for label in trace.y]
    assert len(set(labels)) == len(labels)


def test_a_model_of_unknown_pretraining_has_a_colour_of_its_own(marts):
    accuracies = marts("test_set_accuracies", "short_name = 'r'").head(3)
    accuracies["is_extra_data"] = pd.array([True, None, False], dtype="boolean")
    traces = charts.robustness(accuracies).data
    assert [trace.name for trace in traces] == [
        "pretrained on more",
        "ImageNet-1k only",
        "pretraining unknown",
    ]
    assert [list(trace.x) for trace in traces] == [
        [accuracies.imagenet_top1[place]] for place in (0, 2, 1)
    ]


HOSTILE = "</script><b>bold</b>"
CHARTS_OF_MODELS = {
    "accuracy": ("notebook_benchmarks", lambda rows: charts.accuracy(rows, {})),
    "parameter counts": ("notebook_benchmarks", charts.parameter_counts),
    "devices": ("model_benchmarks", charts.devices),
    "robustness": ("test_set_accuracies", charts.robustness),
    "effects": ("run_comparisons", charts.effects),
    "proxies": ("cost_proxies", charts.proxies),
}


@pytest.mark.parametrize("name", CHARTS_OF_MODELS)
def test_markup_in_a_name_is_shown_as_text(name, marts):
    mart, draw = CHARTS_OF_MODELS[name]
    rows = marts(mart).head(20)
    for column in rows.columns[rows.dtypes == "str"]:
        rows[column] = HOSTILE
    shown = str(draw(rows).to_dict())
    assert "<b>bold" not in shown
    assert html.escape(HOSTILE) in shown


# --- what stands beside them --------------------------------------------------------


def test_captions_quote_the_mart(reports, connection):
    page = html.unescape((reports / "index.html").read_text(encoding="utf-8"))
    captions = re.findall(r"<h2>([^<]+)</h2>\n<p>([^<]+)</p>\n<div class=\"chart\">", page)
    assert [title for title, _ in captions] == [chart.title for chart in plot.CHARTS]
    assert not [text for _, text in captions if re.search(r"[{}]|nan|None|\d\.0 ", text)]
    rows, mismatched, device = connection.execute(
        "select count(*), count_if(not is_size_matched), any_value(device_short_name)"
        " from notebook_benchmarks"
        " inner join benchmark_runs on run = 'infer-amp-nhwc-pt111-cu113-rtx3090'"
        " where notebook_benchmarks.phase = 'infer'"
    ).fetchone()
    captions = dict(captions)
    assert f"{mismatched} of the {rows} bubbles" in captions["Inference"]
    assert f"pretrained weights on an {device}:" in captions["Inference"]
    figures = dict(connection.execute("select figure, value from headline_figures").fetchall())
    assert (
        f"activations reach {figures['macts_spearman']:.2f}" in captions["What stands in for speed"]
    )


def test_every_headline_figure_of_today_is_quoted(connection):
    figures = connection.execute("select figure from headline_figures").fetchall()
    text = "".join(chart.caption for chart in plot.CHARTS)
    quoted = set(re.findall(r"{(\w+)\.", text))
    of_the_notebook = {name for (name,) in figures if name.startswith(("infer_", "train_"))}
    assert quoted - of_the_notebook == {name for (name,) in figures} - of_the_notebook
    assert {name.removeprefix("infer_") for name in quoted & of_the_notebook} >= {
        name.removeprefix("infer_") for name in of_the_notebook if name.startswith("infer_")
    }


def test_findings_are_shown_with_their_figures(reports, connection):
    page = (reports / "index.html").read_text(encoding="utf-8")
    findings = connection.execute(
        "select claim, on_todays_data, todays_data_lower, todays_data_upper, todays_data_n, verdict"
        " from notebook_findings"
    ).fetchall()
    for claim, today, lower, upper, n, verdict in findings:
        row = page[page.index(f'<th scope="row">{claim}</th>') :].split("</tr>")[0]
        interval = "" if lower is None else f"{lower:.2f} to {upper:.2f}, "
        assert f"{today:.2f} ({interval}n {n})" in " ".join(row.split())
        assert row.endswith(f"<td>{verdict}</td>")
    assert "not measured" in page
