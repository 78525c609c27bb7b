"""The charts: functions from rows of the marts to plotly figures.

Rows are named tuples, None where a value is missing. A figure is the plain dict that plotly.js
takes: neither pandas nor go.Figure is imported, for that takes longer than all the rest; the
tests have go.Figure check each chart. Times are in seconds per image unless a name says ms,
accuracies in percent, image sizes in pixels a side, parameters in millions.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from itertools import product
from operator import attrgetter
from pkgutil import get_data
from typing import Any

from markupsafe import escape

Row = Any
"""A named tuple with the columns of a mart."""

COLOURS = (
    "#0072b2", "#e69f00", "#009e73", "#d62728", "#9467bd", "#8c564b",
    "#e377c2", "#7a8b00", "#17becf", "#4d4d4d", "#a6761d", "#5b5bd6",
)  # fmt: skip
VIRIDIS = (
    "#440154", "#482878", "#3e4989", "#31688e", "#26828e",
    "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725",
)  # fmt: skip
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross")
LARGEST_BUBBLE = 30  # pixels across
EXTRA_DATA = {True: ("pretrained on more", "#0072b2"), False: ("ImageNet-1k only", "#e69f00")}
FRONTIERS = {
    "is_frontier": ("frontier", "#0072b2", "solid"),
    "is_frontier_imagenet1k": ("frontier, ImageNet-1k only", "#e69f00", "dot"),
}
PROXIES = {
    "param_count": ("parameters", "#d62728"),
    "gmacs": ("GMACs", "#e69f00"),
    "macts": ("activations", "#0072b2"),
}

TIME = "Time per image (log scale)"
TOP1 = "ImageNet top-1 accuracy (%)"
LEGEND = {"itemsizing": "constant", "tracegroupgap": 0}
# The file behind plotly.io.templates, which takes 60 ms to check it.
PLOTLY_WHITE = json.loads(get_data("plotly", "package_data/templates/plotly_white.json"))


def figure(traces: list[dict], top: int = 30, **layout: object) -> dict:
    """Return a figure with so many pixels above it."""
    return {
        "data": traces,
        "layout": {
            "template": PLOTLY_WHITE,
            "autosize": True,
            "margin": {"l": 10, "r": 10, "t": top, "b": 10},
            "hoverlabel": {"align": "left"},
            "legend": LEGEND,
            **layout,
        },
    }


def choice(options: dict[str, list[dict]], **layout: object) -> dict:
    """Return a figure with a menu that shows one option's traces; the first is shown at first."""
    owners = [option for option, traces in options.items() for _ in traces]
    shown = {option: [owner == option for owner in owners] for option in options}
    menu = {
        "buttons": [
            {"label": option, "method": "restyle", "args": ["visible", visible]}
            for option, visible in shown.items()
        ],
        "active": 0,
        "x": 0,
        "xanchor": "left",
        "y": 1.02,
        "yanchor": "bottom",
        "showactive": True,
    }
    first = next(iter(options))
    traces = [
        {**trace, "visible": option == first}
        for option, traces in options.items()
        for trace in traces
    ]
    return figure(traces, top=60, updatemenus=[menu], **layout)


def scatter(
    rows: list[Row], x: str, y: str, hover: Callable[[Row], tuple], **settings: object
) -> dict:
    """Return a trace of two columns; hover gives what the hover text of a row quotes."""
    return {
        "type": "scatter",
        "x": [getattr(row, x) for row in rows],
        "y": [getattr(row, y) for row in rows],
        "customdata": [hover(row) for row in rows],
        **settings,
    }


def grouped(rows: list[Row], column: str) -> dict[Any, list[Row]]:
    """Return the rows by their value in the column, in the order of first appearance."""
    groups = {}
    for row in rows:
        groups.setdefault(getattr(row, column), []).append(row)
    return groups


def axis(title: str, **settings: object) -> dict:
    return {"title": {"text": title}, "automargin": True, **settings}


def time_axis() -> dict:
    si = {"exponentformat": "SI", "minexponent": 1, "ticksuffix": "s"}
    return axis(TIME, type="log", dtick="D2", **si)


@cache
def escaped(name: str) -> str:
    return str(escape(name))


def small_marker(**settings: object) -> dict:
    return {"size": 8, "opacity": 0.7, "line": {"width": 0.5, "color": "white"}, **settings}


# --- the notebook's charts ----------------------------------------------------------

NOTEBOOK_HOVER = (
    "<b>%{customdata[0]}</b><br>family %{customdata[1]}<br><br>"
    "top-1 %{customdata[2]:.2f} %, top-5 %{customdata[3]:.2f} %<br>tested at %{customdata[4]} px"
    "<br>%{customdata[5]:.3f} ms per image<br>%{customdata[6]:,.0f} images/s<br>"
    "timed at %{customdata[7]} px, batch %{customdata[8]}<br>"
    "%{customdata[9]:.2f} M parameters%{customdata[10]}<extra></extra>"
)


def family_styles(benchmarks: list[Row]) -> dict[str, dict[str, str]]:
    """Return {family: {"color", "symbol"}}, one pair each; the headline families come first
    and so differ in colour alone. Raises ValueError for more families than pairs."""
    headline = {row.family for row in benchmarks if row.is_headline_family}
    families = {row.family for row in benchmarks}
    ordered = sorted(families, key=lambda family: (family not in headline, family))
    pairs = list(product(SYMBOLS, COLOURS))
    if len(ordered) > len(pairs):
        raise ValueError(f"{len(ordered)} families, but only {len(pairs)} styles to tell them by")
    return {
        family: {"color": color, "symbol": symbol}
        for family, (symbol, color) in zip(ordered, pairs, strict=False)
    }


def notebook_hover(row: Row) -> tuple:
    return (
        escaped(row.model),
        row.family,
        row.top1,
        row.top5,
        row.img_size,
        row.secs * 1000,
        row.samples_per_sec,
        row.benchmark_img_size,
        row.batch_size,
        row.benchmark_param_count,
        "" if row.is_size_matched else "<br><b>timed and tested at different sizes</b>",
    )


def draw_accuracy(benchmarks: list[Row], styles: dict, trends: list[Row] = ()) -> dict:
    """Scatter top1 over secs, one trace per family, and a line per family that has a trend."""
    largest = max(row.benchmark_img_size for row in benchmarks)
    bubble = {
        "sizemode": "area",
        "sizeref": 2 * largest**2 / LARGEST_BUBBLE**2,
        "sizemin": 3,
        "opacity": 0.75,
        "line": {"width": 0.5, "color": "white"},
    }
    bubbles = [
        scatter(
            rows,
            "secs",
            "top1",
            notebook_hover,
            name=family,
            legendgroup=family,
            mode="markers",
            hovertemplate=NOTEBOOK_HOVER,
            marker={
                **styles[family],
                **bubble,
                "size": [row.benchmark_img_size**2 for row in rows],
            },
        )
        for family, rows in sorted(grouped(benchmarks, "family").items())
    ]
    lines = [
        {
            "type": "scatter",
            "name": f"{line.family} line",
            "legendgroup": line.family,
            "showlegend": False,
            "mode": "lines",
            "x": [line.min_secs, line.max_secs],
            "y": [line.top1_at_min_secs, line.top1_at_max_secs],
            "line": {"color": styles[line.family]["color"], "width": 2},
            "hovertemplate": (
                f"<b>{line.family}</b><br>{line.slope:+.1f} points of top-1 per tenfold time<br>"
                f"r² {line.r2:.2f}, {line.n} models<extra></extra>"
            ),
        }
        for line in trends
    ]
    legend = {**LEGEND, "title": {"text": "family"}}
    return figure(bubbles + lines, xaxis=time_axis(), yaxis=axis(TOP1), legend=legend)


def draw_parameter_counts(benchmarks: list[Row]) -> dict:
    """Scatter secs over parameters, both log, coloured by image size."""
    sizes = [row.benchmark_img_size for row in benchmarks]
    points = scatter(
        benchmarks,
        "benchmark_param_count",
        "secs",
        notebook_hover,
        mode="markers",
        hovertemplate=NOTEBOOK_HOVER,
        marker=small_marker(color=sizes, coloraxis="coloraxis"),
    )
    colorscale = [(step / 9, color) for step, color in enumerate(VIRIDIS)]
    colorbar = {"title": {"text": "image<br>size (px)"}, "thickness": 14}
    return figure(
        [points],
        xaxis=axis("Parameters (millions, log scale)", type="log", dtick="D2"),
        yaxis=time_axis(),
        coloraxis={"colorscale": colorscale, "colorbar": colorbar},
    )


# --- today's charts -----------------------------------------------------------------

DEVICE_HOVER = (
    "<b>%{customdata[0]}</b><br>%{customdata[1]} px, pretrained on %{customdata[2]}<br><br>"
    "top-1 %{y:.2f} %%{customdata[3]}<br>%{customdata[4]:.3f} ms per image<br>"
    "%{customdata[5]:,.0f} images/s, batch %{customdata[6]}<br>"
    "%{customdata[7]:.2f} M parameters<extra></extra>"
)


def device_hover(row: Row) -> tuple:
    below = f", {row.frontier_gap:.2f} below<br>{escaped(row.dominated_by)}"
    return (
        escaped(row.model),
        row.img_size,
        escaped(row.pretrained_on),
        below if row.frontier_gap > 0 else "",
        row.secs * 1000,
        row.samples_per_sec,
        row.batch_size,
        row.param_count,
    )


def draw_device(models: list[Row]) -> list[dict]:
    """Return the traces of one device: its models, and both frontiers."""
    clouds = [
        scatter(
            [row for row in models if row.is_extra_data == is_extra_data],
            "secs",
            "top1",
            device_hover,
            name=name,
            mode="markers",
            hovertemplate=DEVICE_HOVER,
            marker=small_marker(color=color, size=6, opacity=0.45),
        )
        for is_extra_data, (name, color) in EXTRA_DATA.items()
    ]
    frontiers = [
        scatter(
            [row for row in models if getattr(row, flag)],
            "secs",
            "top1",
            device_hover,
            name=name,
            mode="lines+markers",
            hovertemplate=DEVICE_HOVER,
            line={"color": color, "width": 2, "shape": "hv", "dash": dash},
            marker=small_marker(color=color, opacity=1),
        )
        for flag, (name, color, dash) in FRONTIERS.items()
    ]
    return clouds + frontiers


def draw_devices(benchmarks: list[Row]) -> dict:
    """Scatter top1 over secs with both frontiers, one device at a time; rows sorted by secs."""
    devices = grouped(benchmarks, "device_name").items()
    options = {device: draw_device(models) for device, models in devices}
    return choice(options, xaxis=time_axis(), yaxis=axis(TOP1))


def draw_test_set(accuracy: list[Row], short_name: str, test_set: str) -> list[dict]:
    def hover(row: Row) -> tuple:
        shifted = getattr(row, f"{short_name}_top1")
        return escaped(row.model), row.img_size, escaped(row.pretrained_on), shifted

    return [
        scatter(
            [row for row in accuracy if row.is_extra_data == is_extra_data],
            "top1",
            f"{short_name}_robustness",
            hover,
            name=name,
            mode="markers",
            hovertemplate=(
                "<b>%{customdata[0]}</b><br>%{customdata[1]} px<br>"
                "pretrained on %{customdata[2]}<br><br>top-1 %{x:.2f} %<br>"
                f"{test_set} %{{customdata[3]:.2f}} %<br>"
                "robustness %{y:+.2f}<extra></extra>"
            ),
            marker=small_marker(color=color, size=6, opacity=0.55),
        )
        for is_extra_data, (name, color) in EXTRA_DATA.items()
    ]


def draw_robustness(accuracy: list[Row], test_sets: dict[str, str]) -> dict:
    """Scatter effective robustness (logits) over top1, one of {column prefix: name} at a time."""
    options = {
        test_set: draw_test_set(accuracy, short_name, test_set)
        for short_name, test_set in test_sets.items()
    }
    robustness = axis("Effective robustness (logits)", zeroline=True, zerolinewidth=2)
    return choice(options, xaxis=axis(TOP1), yaxis=robustness)


def draw_effects(comparisons: list[Row]) -> dict:
    """Plot the speed-up of each comparison in which a single setting differs."""
    effects = grouped(comparisons, "effect").items()
    traces = [
        scatter(
            pairs,
            "same_batch_speed_up",
            "label",
            attrgetter("from_run", "to_run", "same_batch_n", "frontier_jaccard"),
            name=effect,
            mode="markers+text",
            text=[f"  {pair.same_batch_speed_up:.2f}×" for pair in pairs],  # noqa: RUF001
            textposition="middle right",
            hovertemplate=(
                "%{customdata[0]}<br>to %{customdata[1]}<br>"
                "%{customdata[2]:,} rows with the same batch size<br>"
                "%{customdata[3]:.0%} of either frontier on both<extra></extra>"
            ),
            marker=small_marker(color=color, size=11, opacity=1),
        )
        for color, (effect, pairs) in zip(COLOURS, effects, strict=False)
    ]
    return figure(
        traces,
        xaxis=axis("Median speed-up (times)", range=[0, 2.6]),
        yaxis={"automargin": True, "autorange": "reversed", "ticksuffix": " "},
        shapes=[{"type": "line", "x0": 1, "x1": 1, "y0": 0, "y1": 1, "yref": "paper"}],
    )


def draw_proxies(proxies: list[Row]) -> dict:
    """Plot each proxy's rank correlation with the time per image, device by device."""
    traces = [
        scatter(
            [row for row in proxies if row.proxy == proxy],
            "spearman",
            "label",
            attrgetter("n", "log_pearson", "median_spread"),
            name=name,
            mode="markers",
            hovertemplate=(
                f"<b>{name}</b> on %{{y}}<br>rank correlation %{{x:.2f}}<br>"
                "correlation of logarithms %{customdata[1]:.2f}<br>"
                "at the same count within 10 %, the slow take<br>"
                "%{customdata[2]:.1f} times as long as the fast (p95 / p5)<br>"
                "%{customdata[0]:,} models<extra></extra>"
            ),
            marker=small_marker(color=color, size=12, opacity=1),
        )
        for proxy, (name, color) in PROXIES.items()
    ]
    return figure(
        traces,
        xaxis=axis("Rank correlation with time", range=[0, 1.05]),
        yaxis={"automargin": True, "autorange": "reversed", "ticksuffix": " "},
    )
