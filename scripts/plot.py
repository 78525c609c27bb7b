"""Draw the charts from the marts of image_models.duckdb.

    python scripts/plot.py [--db FILE] [--out DIR]

Writes one self-contained page per chart and index.html with all of them. The database is
opened read-only and only marts are read. Exit code 0: written; 1: the database or the
folder cannot be used, for the reason printed; 2: wrong arguments.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import duckdb
import jinja2
import pandas as pd
import plotly.graph_objects as go
from plotly.offline import get_plotlyjs

PROJECT = Path(__file__).resolve().parent.parent
TEMPLATE = Path(__file__).with_name("page.html.jinja")

# --- what is read -------------------------------------------------------------------

BENCHMARKS = """
    select
        phase, model, family, is_headline_family, secs, samples_per_sec, batch_size,
        benchmark_img_size, benchmark_param_count, top1, top5, img_size, is_size_matched
    from notebook_benchmarks
    order by secs, model
"""

TRENDS = """
    select
        phase, family, n, slope, r2, min_secs, max_secs,
        intercept + slope * log10(min_secs) as top1_at_min_secs,
        intercept + slope * log10(max_secs) as top1_at_max_secs
    from notebook_family_trends
    where slope is not null
    order by family
"""

# The figures that the captions quote, one row per phase.
CAPTION_FIGURES = """
    select
        phase,
        count(*) as models,
        count(distinct family) as families,
        count(distinct family) filter (is_headline_family) as headline_families,
        count(*) filter (not is_size_matched) as mismatched,
        count(*) filter (family = 'convnext') as convnext,
        count(*) filter (family = 'convnext' and not is_size_matched) as convnext_mismatched,
        count(*) filter (contains(family, 'in22')) as in22,
        arg_min(family, secs) as fastest_family,
        arg_max(family, top1) as most_accurate_family,
        max(top1) as best_top1,
        count(*) filter (benchmark_param_count between 20 and 30) as medium_models,
        max(secs) filter (benchmark_param_count between 20 and 30)
        / min(secs) filter (benchmark_param_count between 20 and 30) as medium_spread
    from notebook_benchmarks
    group by phase
"""

# --- how it looks -------------------------------------------------------------------

COLOURS = (
    "#0072b2", "#e69f00", "#009e73", "#d62728", "#9467bd", "#8c564b",
    "#e377c2", "#7a8b00", "#17becf", "#4d4d4d", "#a6761d", "#5b5bd6",
)  # fmt: skip
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross")
LARGEST_BUBBLE = 22  # pixels across

HOVER = (
    "<b>%{customdata[0]}</b><br>family %{customdata[1]}<br><br>"
    "top-1 %{customdata[2]:.2f} %, top-5 %{customdata[3]:.2f} %, tested at %{customdata[4]} px<br>"
    "%{customdata[5]:.3f} ms per image, %{customdata[6]:,.0f} images/s, timed at "
    "%{customdata[7]} px in batches of %{customdata[8]}<br>"
    "%{customdata[9]:.2f} M parameters%{customdata[10]}<extra></extra>"
)


def family_styles(benchmarks: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return {family: {"color", "symbol"}}, one pair each; the headline families come first
    and so differ in colour alone."""
    families = benchmarks.groupby("family")["is_headline_family"].any()
    ordered = sorted(families.index, key=lambda family: (not families[family], family))
    pairs = list(product(SYMBOLS, COLOURS))
    if len(ordered) > len(pairs):
        raise ValueError(f"{len(ordered)} families, but only {len(pairs)} styles to tell them by")
    return {
        family: {"color": color, "symbol": symbol}
        for family, (symbol, color) in zip(ordered, pairs, strict=False)
    }


def hover_data(benchmarks: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "model": benchmarks["model"].map(jinja2.filters.escape).astype(str),
            "family": benchmarks["family"],
            "top1": benchmarks["top1"],
            "top5": benchmarks["top5"],
            "tested_at": benchmarks["img_size"],
            "ms": benchmarks["secs"] * 1000,
            "samples_per_sec": benchmarks["samples_per_sec"],
            "timed_at": benchmarks["benchmark_img_size"],
            "batch_size": benchmarks["batch_size"],
            "param_count": benchmarks["benchmark_param_count"],
            "note": benchmarks["is_size_matched"].map(
                {True: "", False: "<br><b>timed and tested at different image sizes</b>"}
            ),
        }
    )


def time_axis(title: str) -> dict:
    return {
        "type": "log",
        "title": {"text": title},
        "exponentformat": "SI",
        "minexponent": 1,
        "ticksuffix": "s",
        "dtick": "D2",
        "automargin": True,
    }


def base_layout(**layout: object) -> dict:
    return {
        "template": "plotly_white",
        "autosize": True,
        "margin": {"l": 10, "r": 10, "t": 30, "b": 10},
        "hoverlabel": {"align": "left"},
        "legend": {"itemsizing": "constant", "tracegroupgap": 0, "title": {"text": "family"}},
        **layout,
    }


def draw_accuracy(
    benchmarks: pd.DataFrame, styles: dict, trends: pd.DataFrame | None = None
) -> go.Figure:
    """Scatter top1 (%) over secs, one trace per family; with trends, a line per family too."""
    figure = go.Figure(
        layout=base_layout(
            xaxis=time_axis("Time per image (seconds, log scale)"),
            yaxis={"title": {"text": "ImageNet top-1 accuracy (%)"}, "automargin": True},
        )
    )
    area = benchmarks["benchmark_img_size"] ** 2
    for family, models in benchmarks.groupby("family"):
        figure.add_scatter(
            name=family,
            legendgroup=family,
            mode="markers",
            x=models["secs"],
            y=models["top1"],
            customdata=hover_data(models),
            hovertemplate=HOVER,
            marker={
                **styles[family],
                "size": area[models.index],
                "sizemode": "area",
                "sizeref": area.max() / LARGEST_BUBBLE**2,
                "sizemin": 3,
                "opacity": 0.75,
                "line": {"width": 0.5, "color": "white"},
            },
        )
    for line in () if trends is None else trends.itertuples():
        figure.add_scatter(
            name=f"{line.family} line",
            legendgroup=line.family,
            showlegend=False,
            mode="lines",
            x=[line.min_secs, line.max_secs],
            y=[line.top1_at_min_secs, line.top1_at_max_secs],
            line={"color": styles[line.family]["color"], "width": 2},
            hovertemplate=(
                f"<b>{line.family}</b>: {line.slope:+.1f} points of top-1 per tenfold time, "
                f"r² {line.r2:.2f}, {line.n} models<extra></extra>"
            ),
        )
    return figure


def draw_parameter_counts(benchmarks: pd.DataFrame) -> go.Figure:
    """Scatter secs over parameters (millions), both log, coloured by image size (pixels)."""
    figure = go.Figure(
        layout=base_layout(
            xaxis={
                "type": "log",
                "title": {"text": "Parameters (millions, log scale)"},
                "dtick": "D2",
                "automargin": True,
            },
            yaxis=time_axis("Time per image (seconds, log scale)"),
            coloraxis={
                "colorscale": "Viridis",
                "colorbar": {"title": {"text": "image<br>size (px)"}, "thickness": 14},
            },
        )
    )
    figure.add_scatter(
        mode="markers",
        x=benchmarks["benchmark_param_count"],
        y=benchmarks["secs"],
        customdata=hover_data(benchmarks),
        hovertemplate=HOVER,
        marker={
            "color": benchmarks["benchmark_img_size"],
            "coloraxis": "coloraxis",
            "size": 9,
            "opacity": 0.8,
            "line": {"width": 0.5, "color": "white"},
        },
    )
    return figure


# --- the charts ---------------------------------------------------------------------


@dataclass(frozen=True)
class Marts:
    """What the charts draw from: rows of the marts, and a family's look in all charts."""

    benchmarks: pd.DataFrame
    trends: pd.DataFrame
    figures: dict[str, dict]
    styles: dict[str, dict[str, str]]


@dataclass(frozen=True)
class Chart:
    name: str
    title: str
    phase: str
    draw: Callable[[Marts, str], go.Figure]
    caption: str
    """May quote any column of CAPTION_FIGURES in braces."""


def of_phase(frame: pd.DataFrame, phase: str) -> pd.DataFrame:
    return frame[frame["phase"] == phase]


def draw_all_families(marts: Marts, phase: str) -> go.Figure:
    return draw_accuracy(of_phase(marts.benchmarks, phase), marts.styles)


def draw_headline_families(marts: Marts, phase: str) -> go.Figure:
    benchmarks = of_phase(marts.benchmarks, phase)
    headline = benchmarks[benchmarks["is_headline_family"]]
    return draw_accuracy(headline, marts.styles, of_phase(marts.trends, phase))


def draw_speed_by_parameters(marts: Marts, phase: str) -> go.Figure:
    return draw_parameter_counts(of_phase(marts.benchmarks, phase))


CHARTS = (
    Chart(
        "inference",
        "Inference",
        "infer",
        draw_all_families,
        "Each bubble is one set of pretrained weights on an RTX 3090: left is faster, up is more "
        "accurate, and the bubble grows with the image. Choose along the upper left edge; "
        "{fastest_family} begins it and {most_accurate_family} ends it, at {best_top1:.1f} %. "
        "{mismatched} of the {models} bubbles pair a speed at one image size with an accuracy at "
        "another, so no machine delivers the two together.",
    ),
    Chart(
        "inference_headline_families",
        "Inference, headline families",
        "infer",
        draw_headline_families,
        "The {headline_families} families that the notebook picks out of {families}, each with "
        "its least-squares line on log time, a guide for the eye. Of the {convnext} convnext "
        "bubbles {convnext_mismatched} pair a speed with an accuracy at another image size, so "
        "this data cannot show their lead in the middle; and the family convnext_in22 that the "
        "notebook discusses has {in22} models here, because timm had moved the pretraining from "
        "the model's name into its tag.",
    ),
    Chart(
        "speed_by_parameter_count",
        "Speed against parameter count",
        "infer",
        draw_speed_by_parameters,
        "Were the parameter count a stand-in for speed, the points would lie on a line. Among "
        "the {medium_models} models of 20 to 30 million parameters the slowest takes "
        "{medium_spread:.0f} times as long as the fastest. Part of that is the image size, "
        "shown as colour; compare points of one colour.",
    ),
    Chart(
        "training",
        "Training",
        "train",
        draw_all_families,
        "The same for training, where a step includes the backward pass and the update. "
        "{fastest_family} is the fastest family and {most_accurate_family} the most accurate; "
        "{mismatched} of the {models} bubbles pair a speed and an accuracy of different image "
        "sizes.",
    ),
    Chart(
        "training_headline_families",
        "Training, headline families",
        "train",
        draw_headline_families,
        "The lines of the headline families for training. The accuracy is that of timm's "
        "published weights, not of the step that was timed, and {convnext_mismatched} of the "
        "{convnext} convnext bubbles pair it with a speed at another image size.",
    ),
)


def read_marts(database: Path) -> Marts:
    """Read the marts; raises UnusableDatabase."""
    if not database.is_file():
        raise UnusableDatabase(f"{database}: no such file; build it with `make` or `dbt build`")
    try:
        with duckdb.connect(database, read_only=True) as connection:
            benchmarks = connection.execute(BENCHMARKS).df()
            trends = connection.execute(TRENDS).df()
            figures = connection.execute(CAPTION_FIGURES).df()
    except duckdb.CatalogException as error:
        raise UnusableDatabase(f"{database}: {first_line(error)}; build it again") from None
    except duckdb.BinderException as error:
        raise UnusableDatabase(
            f"{database}: of another version: {first_line(error)}; build it again"
        ) from None
    except duckdb.Error as error:
        raise UnusableDatabase(f"{database}: cannot be read: {first_line(error)}") from None
    for name, frame in (("notebook_benchmarks", benchmarks), ("notebook_family_trends", trends)):
        for phase in {chart.phase for chart in CHARTS}:
            if of_phase(frame, phase).empty:
                raise UnusableDatabase(f"{database}: {name} has no rows of phase {phase}")
    by_phase = figures.set_index("phase").to_dict("index")
    return Marts(benchmarks, trends, by_phase, family_styles(benchmarks))


class UnusableDatabase(Exception):
    """The database lacks what the charts need; the message says what, and the remedy."""


def first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


def caption(chart: Chart, marts: Marts) -> str:
    return chart.caption.format(**marts.figures[chart.phase])


def render(charts: tuple[Chart, ...], title: str, marts: Marts) -> str:
    """Return a page with the charts, complete in itself."""
    sections = [
        {
            "name": chart.name,
            "title": chart.title,
            "caption": caption(chart, marts),
            "figure": chart.draw(marts, chart.phase).to_html(
                full_html=False,
                include_plotlyjs=False,
                div_id=f"chart-{chart.name}",
                config={"responsive": True, "displaylogo": False},
            ),
        }
        for chart in charts
    ]
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(title=title, sections=sections, plotlyjs=get_plotlyjs())


def write(path: Path, page: str) -> None:
    side_file = path.with_name(f"{path.name}.new")
    try:
        side_file.write_text(page, encoding="utf-8")
        side_file.replace(path)
    finally:
        side_file.unlink(missing_ok=True)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Draw the charts from the marts.")
    parser.add_argument("--db", type=Path, default=PROJECT / "image_models.duckdb")
    parser.add_argument("--out", type=Path, default=PROJECT / "reports")
    arguments = parser.parse_args(argv)
    try:
        marts = read_marts(arguments.db)
        arguments.out.mkdir(parents=True, exist_ok=True)
        for chart in CHARTS:
            print(f"drawing {chart.name}", flush=True)
            write(arguments.out / f"{chart.name}.html", render((chart,), chart.title, marts))
        page = render(CHARTS, "Which image models are best?", marts)
        write(arguments.out / "index.html", page)
    except UnusableDatabase as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}; name another --out", file=sys.stderr)
        return 1
    print(f"wrote {len(CHARTS) + 1} pages to {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
