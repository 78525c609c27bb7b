"""scripts/plot.py: what it draws, and what it says when it cannot."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import charts
import duckdb
import pandas as pd
import plot
import plotly.graph_objects as go
import plotly.io
import pytest
from conftest import python
from plotly.offline import get_plotlyjs

SCRIPT = Path(plot.__file__)


@pytest.fixture
def copy(database, tmp_path) -> Path:
    return Path(shutil.copy(database, tmp_path / "copy.duckdb"))


def run(*arguments: object) -> subprocess.CompletedProcess:
    command = [*python(), SCRIPT, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True)


def alter(path: Path, statement: str) -> None:
    with duckdb.connect(path) as connection:
        connection.execute(statement)


def make_damaged(path: Path) -> None:
    path.write_bytes(b"not a database" * 1000)


BROKEN_DATABASES = {
    "missing": (lambda path: path.unlink(), "no such file; build it"),
    "damaged": (make_damaged, "cannot be read"),
    "without a mart": (
        lambda path: alter(path, "drop table notebook_family_trends"),
        "notebook_family_trends does not exist",
    ),
    "of an older schema": (
        lambda path: alter(path, "alter table notebook_benchmarks drop column is_size_matched"),
        "is_size_matched",
    ),
    "with a column of another type": (
        lambda path: alter(path, "alter table models alter is_extra_data type varchar using 'x'"),
        "Could not convert string 'x'",
    ),
    "with a hole": (
        lambda path: alter(path, "update notebook_benchmarks set family = null"),
        "notebook_benchmarks has no value in family",
    ),
    "with what is no number": (
        lambda path: alter(path, "update notebook_benchmarks set top1 = 'nan' where top1 > 88"),
        "notebook_benchmarks has no value in top1",
    ),
    "with a stranger": (
        lambda path: alter(path, "update notebook_family_trends set family = 'zzz' where n = 5"),
        "notebook_family_trends has ['zzz']",
    ),
    "with an empty mart": (
        lambda path: alter(path, "truncate notebook_benchmarks"),
        "notebook_benchmarks has no rows of phase",
    ),
    "without training": (
        lambda path: alter(path, "delete from notebook_benchmarks where phase = 'train'"),
        "notebook_benchmarks has no rows of phase train",
    ),
}


@pytest.mark.parametrize("name", BROKEN_DATABASES)
def test_an_unusable_database_gives_one_line(name, copy, tmp_path):
    damage, expected = BROKEN_DATABASES[name]
    damage(copy)
    result = run("--db", copy, "--out", tmp_path / "out")
    assert result.returncode == 1
    assert expected in result.stderr
    assert result.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_an_unusable_folder_gives_one_line(database, tmp_path):
    (tmp_path / "file").write_text("in the way")
    result = run("--db", database, "--out", tmp_path / "file" / "reports")
    assert result.returncode == 1
    assert "Not a directory; name another --out" in result.stderr
    assert result.stderr.count("\n") == 1


def test_wrong_arguments_exit_with_2():
    assert run("--database", "x").returncode == 2


def test_pages_are_reproducible_and_the_database_is_only_read(database, reports, tmp_path):
    before = database.stat().st_mtime_ns
    assert plot.main(["--db", str(database), "--out", str(tmp_path)]) == 0
    assert {path.name for path in tmp_path.iterdir()} == {
        "index.html",
        "explorer.html",
        *(f"{chart.name}.html" for chart in plot.CHARTS),
    }
    for path in tmp_path.iterdir():
        assert path.read_bytes() == (reports / path.name).read_bytes()
    assert database.stat().st_mtime_ns == before


def draw(marts, name: str) -> go.Figure:
    """Return a chart, which plotly has checked."""
    (chart,) = [chart for chart in plot.CHARTS if chart.name == name]
    return go.Figure(chart.draw(marts))


@pytest.mark.parametrize("name", [chart.name for chart in plot.CHARTS])
def test_plotly_finds_nothing_wrong_or_unknown_in_a_chart(marts, name):
    assert all(trace.hovertemplate for trace in draw(marts, name).data)


def test_the_pages_take_from_plotly_what_plotly_gives():
    assert get_plotlyjs().encode() == plot.PLOTLYJS
    assert plotly.io.templates["plotly_white"] == go.layout.Template(charts.PLOTLY_WHITE)


def test_a_family_looks_the_same_in_every_chart(marts):
    seen: dict[str, set] = {}
    for chart in plot.NOTEBOOK:
        for trace in draw(marts, chart.name).data:
            if trace.legendgroup and trace.mode == "markers":
                look = (trace.marker.color, trace.marker.symbol)
                seen.setdefault(trace.name, set()).add(look)
    looks = [look for family in seen.values() for look in family]
    assert len(seen) == 23
    assert len(set(looks)) == len(looks) == 23


def test_headline_families_differ_in_colour(marts):
    benchmarks = pd.DataFrame(marts.rows["notebook_benchmarks"])
    headline = benchmarks[benchmarks.is_headline_family].family.unique()
    assert len({marts.styles[family]["color"] for family in headline}) == len(headline) == 9


def test_bubble_area_is_proportional_to_the_image_size_squared(marts):
    figure = draw(marts, "inference")
    benchmarks = pd.DataFrame(marts.of_phase("notebook_benchmarks", "infer")).set_index("secs")
    for trace in figure.data:
        assert trace.marker.sizemode == "area"
        assert trace.marker.sizeref == figure.data[0].marker.sizeref
        for secs, size in zip(trace.x, trace.marker.size, strict=True):
            assert size in (benchmarks.loc[[secs], "benchmark_img_size"] ** 2).tolist()


def test_trend_lines_are_those_of_the_mart(marts):
    figure = draw(marts, "training_headline_families")
    lines = {trace.legendgroup: trace for trace in figure.data if trace.mode == "lines"}
    trends = pd.DataFrame(marts.of_phase("notebook_family_trends", "train")).set_index("family")
    assert set(lines) == set(trends.index)
    for family, trend in trends.iterrows():
        assert lines[family].x == (trend.min_secs, trend.max_secs)
        assert lines[family].y == (trend.top1_at_min_secs, trend.top1_at_max_secs)


def test_frontier_lines_are_those_of_the_mart(marts, connection):
    figure = draw(marts, "devices")
    lines = [trace for trace in figure.data if trace.name == "frontier"]
    counts = connection.execute(
        """
        select count_if(is_frontier), max(top1) filter (is_frontier) from model_benchmarks
        where is_default_run and phase = 'infer'
        group by device_kind, device_name order by device_kind desc, device_name
        """
    ).fetchall()
    assert [(len(line.x), max(line.y)) for line in lines] == counts
    assert all(list(line.x) == sorted(line.x) for line in lines)


def test_a_menu_shows_one_option_at_a_time(marts):
    figure = draw(marts, "devices")
    (menu,) = figure.layout.updatemenus
    shown = [button.args[1] for button in menu.buttons]
    assert len(shown) == 6
    assert [sum(traces) for traces in zip(*shown, strict=True)] == [1] * len(figure.data)
    assert [bool(trace.visible) for trace in figure.data] == list(shown[menu.active])


def test_effects_go_from_plain_to_changed(marts):
    pairs = pd.DataFrame(marts.rows["run_comparisons"])
    assert set(pairs.effect) == {"eager to compiled", "nchw to nhwc"}
    compiled = pairs[pairs.effect == "eager to compiled"]
    assert compiled.to_run.str.endswith("-dynamo").all()
    assert not compiled.from_run.str.endswith("-dynamo").any()
    assert pairs.label.is_unique


def test_too_many_families_are_refused_rather_than_confused():
    families = [f"family{number}" for number in range(200)]
    frame = pd.DataFrame({"family": families, "is_headline_family": False})
    with pytest.raises(ValueError, match="200 families"):
        charts.family_styles(list(frame.itertuples()))


@pytest.mark.parametrize("name", ["inference", "devices", "robustness"])
def test_markup_in_a_name_is_shown_as_text(marts, name):
    hostile = {
        mart: [first._replace(model="</script><b>bold</b>"), *others]
        for mart, (first, *others) in marts.rows.items()
        if "model" in first._fields
    }
    marts = replace(marts, rows=marts.rows | hostile)
    sections = [plot.section(chart, marts) for chart in plot.CHARTS if chart.name == name]
    page = plot.render(sections, "<title>", marts)
    assert "<b>bold" not in page
    assert "bold" in page
    assert "<title>&lt;title&gt;</title>" in page


def test_no_name_ends_the_data_or_holds_the_place_of_a_script(marts):
    names = ("</script>", "<!--", "<script>", "<plotly.js>")
    text = plot.as_data({"names": names})
    assert "<" not in text
    assert json.loads(text) == {"names": list(names)}
    hostile = {
        mart: [row._replace(model=row.model + "".join(names)) for row in marts.rows[mart]]
        for mart in ("tested", "timings")
    }
    page = plot.render_explorer(replace(marts, rows=marts.rows | hostile))
    assert page.count("<plotly.js>") == 1
    assert page.count("<!--") == 0


def test_captions_quote_the_marts(marts, connection):
    (chart,) = [chart for chart in plot.CHARTS if chart.name == "inference"]
    rows, mismatched = connection.execute(
        "select count(*), count_if(not is_size_matched) from notebook_benchmarks"
        " where phase = 'infer'"
    ).fetchone()
    assert f"{mismatched} of the {rows} bubbles" in plot.caption(chart, marts)
    captions = "".join(plot.caption(chart, marts) for chart in plot.CHARTS)
    assert not re.search(r"[{}]|nan|None|\d\.0 ", captions)


def test_findings_are_shown_with_their_figures(reports, connection):
    page = (reports / "index.html").read_text(encoding="utf-8")
    findings = connection.execute(
        "select claim, on_todays_data, verdict from notebook_findings"
    ).fetchall()
    for claim, today, verdict in findings:
        row = page[page.index(f'<th scope="row">{claim}</th>') :].split("</tr>")[0]
        assert f'<td class="number">{today:.2f}</td>' in row
        assert row.endswith(f"<td>{verdict}</td>")
    assert "cannot tell" in page
