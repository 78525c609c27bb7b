"""The charts: functions from rows of the marts to plotly figures.

Times are in seconds per image unless a name says ms, accuracies in percent, image sizes in
pixels a side, parameters in millions.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import product

import pandas as pd
import plotly.graph_objects as go
from markupsafe import escape

COLOURS = (
    "#0072b2", "#e69f00", "#009e73", "#d62728", "#9467bd", "#8c564b",
    "#e377c2", "#7a8b00", "#17becf", "#4d4d4d", "#a6761d", "#5b5bd6",
)  # fmt: skip
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross")
LARGEST_BUBBLE = 30  # pixels across
EXTRA_DATA = {True: ("pretrained on more", "#0072b2"), False: ("ImageNet-1k only", "#e69f00")}
PROXIES = {
    "param_count": ("parameters", "#d62728"),
    "gmacs": ("GMACs", "#e69f00"),
    "macts": ("activations", "#0072b2"),
}

TIME = "Time per image (log scale)"
TOP1 = "ImageNet top-1 accuracy (%)"


def base_layout(**layout: object) -> dict:
    return {
        "template": "plotly_white",
        "autosize": True,
        "margin": {"l": 10, "r": 10, "t": 30, "b": 10},
        "hoverlabel": {"align": "left"},
        "legend": {"itemsizing": "constant", "tracegroupgap": 0},
        **layout,
    }


def axis(title: str, **settings: object) -> dict:
    return {"title": {"text": title}, "automargin": True, **settings}


def time_axis() -> dict:
    si = {"exponentformat": "SI", "minexponent": 1, "ticksuffix": "s"}
    return axis(TIME, type="log", dtick="D2", **si)


def escaped(names: Iterable[str]) -> list[str]:
    return [str(escape(name)) for name in names]


def small_marker(**settings: object) -> dict:
    return {"size": 8, "opacity": 0.7, "line": {"width": 0.5, "color": "white"}, **settings}


def choice(options: list[tuple[str, int]], shown_first: int = 0) -> dict:
    """Return a menu that shows one option's traces; options are (label, number of traces)."""
    total = sum(count for _, count in options)
    buttons, start = [], 0
    for label, count in options:
        visible = [start <= trace < start + count for trace in range(total)]
        buttons.append({"label": label, "method": "restyle", "args": ["visible", visible]})
        start += count
    return {
        "buttons": buttons,
        "active": shown_first,
        "x": 0,
        "xanchor": "left",
        "y": 1.02,
        "yanchor": "bottom",
        "showactive": True,
    }


# --- the notebook's charts ----------------------------------------------------------

NOTEBOOK_HOVER = (
    "<b>%{customdata[0]}</b><br>family %{customdata[1]}<br><br>"
    "top-1 %{customdata[2]:.2f} %, top-5 %{customdata[3]:.2f} %<br>tested at %{customdata[4]} px"
    "<br>%{customdata[5]:.3f} ms per image<br>%{customdata[6]:,.0f} images/s<br>"
    "timed at %{customdata[7]} px, batch %{customdata[8]}<br>"
    "%{customdata[9]:.2f} M parameters%{customdata[10]}<extra></extra>"
)


def family_styles(benchmarks: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return {family: {"color", "symbol"}}, one pair each; the headline families come first
    and so differ in colour alone. Raises ValueError for more families than pairs."""
    families = benchmarks.groupby("family")["is_headline_family"].any()
    ordered = sorted(families.index, key=lambda family: (not families[family], family))
    pairs = list(product(SYMBOLS, COLOURS))
    if len(ordered) > len(pairs):
        raise ValueError(f"{len(ordered)} families, but only {len(pairs)} styles to tell them by")
    return {
        family: {"color": color, "symbol": symbol}
        for family, (symbol, color) in zip(ordered, pairs, strict=False)
    }


def notebook_hover_data(benchmarks: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "model": escaped(benchmarks["model"]),
            "family": benchmarks["family"].to_numpy(),
            "top1": benchmarks["top1"].to_numpy(),
            "top5": benchmarks["top5"].to_numpy(),
            "tested_at": benchmarks["img_size"].to_numpy(),
            "ms": benchmarks["secs"].to_numpy() * 1000,
            "samples_per_sec": benchmarks["samples_per_sec"].to_numpy(),
            "timed_at": benchmarks["benchmark_img_size"].to_numpy(),
            "batch_size": benchmarks["batch_size"].to_numpy(),
            "param_count": benchmarks["benchmark_param_count"].to_numpy(),
            "note": [
                "" if matched else "<br><b>timed and tested at different sizes</b>"
                for matched in benchmarks["is_size_matched"]
            ],
        }
    )


def draw_accuracy(
    benchmarks: pd.DataFrame, styles: dict, trends: pd.DataFrame | None = None
) -> go.Figure:
    """Scatter top1 over secs, one trace per family; with trends, a line per family too."""
    figure = go.Figure(layout=base_layout(xaxis=time_axis(), yaxis=axis(TOP1)))
    figure.update_layout(legend_title_text="family")
    area = benchmarks["benchmark_img_size"] ** 2
    for family, models in benchmarks.groupby("family"):
        figure.add_scatter(
            name=family,
            legendgroup=family,
            mode="markers",
            x=models["secs"],
            y=models["top1"],
            customdata=notebook_hover_data(models),
            hovertemplate=NOTEBOOK_HOVER,
            marker={
                **styles[family],
                "size": area[models.index],
                "sizemode": "area",
                "sizeref": 2 * area.max() / LARGEST_BUBBLE**2,
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
                f"<b>{line.family}</b><br>{line.slope:+.1f} points of top-1 per tenfold time<br>"
                f"r² {line.r2:.2f}, {line.n} models<extra></extra>"
            ),
        )
    return figure


def draw_parameter_counts(benchmarks: pd.DataFrame) -> go.Figure:
    """Scatter secs over parameters, both log, coloured by image size."""
    colorbar = {"title": {"text": "image<br>size (px)"}, "thickness": 14}
    figure = go.Figure(
        layout=base_layout(
            xaxis=axis("Parameters (millions, log scale)", type="log", dtick="D2"),
            yaxis=time_axis(),
            coloraxis={"colorscale": "Viridis", "colorbar": colorbar},
        )
    )
    figure.add_scatter(
        mode="markers",
        x=benchmarks["benchmark_param_count"],
        y=benchmarks["secs"],
        customdata=notebook_hover_data(benchmarks),
        hovertemplate=NOTEBOOK_HOVER,
        marker=small_marker(color=benchmarks["benchmark_img_size"], coloraxis="coloraxis"),
    )
    return figure


# --- today's charts -----------------------------------------------------------------

DEVICE_HOVER = (
    "<b>%{customdata[0]}</b><br>%{customdata[1]} px, pretrained on %{customdata[2]}<br><br>"
    "top-1 %{y:.2f} %%{customdata[3]}<br>%{customdata[4]:.3f} ms per image<br>"
    "%{customdata[5]:,.0f} images/s, batch %{customdata[6]}<br>"
    "%{customdata[7]:.2f} M parameters<extra></extra>"
)


def device_hover_data(models: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "model": escaped(models["model"]),
            "img_size": models["img_size"].to_numpy(),
            "pretrained_on": escaped(models["pretrained_on"]),
            "gap": [
                f", {gap:.2f} below<br>{name}" if gap > 0 else ""
                for gap, name in zip(
                    models["frontier_gap"], escaped(models["dominated_by"]), strict=True
                )
            ],
            "ms": models["secs"].to_numpy() * 1000,
            "samples_per_sec": models["samples_per_sec"].to_numpy(),
            "batch_size": models["batch_size"].to_numpy(),
            "param_count": models["param_count"].to_numpy(),
        }
    )


def draw_devices(benchmarks: pd.DataFrame) -> go.Figure:
    """Scatter top1 over secs with both frontiers, one device at a time; rows sorted by secs."""
    figure = go.Figure(layout=base_layout(xaxis=time_axis(), yaxis=axis(TOP1)))
    options = []
    for device, models in benchmarks.groupby("device_name", sort=False):
        before = len(figure.data)
        for is_extra_data, (name, color) in EXTRA_DATA.items():
            some = models[models["is_extra_data"] == is_extra_data]
            figure.add_scatter(
                name=name,
                mode="markers",
                x=some["secs"],
                y=some["top1"],
                customdata=device_hover_data(some),
                hovertemplate=DEVICE_HOVER,
                marker=small_marker(color=color, size=6, opacity=0.45),
                visible=not options,
            )
        for flag, name, color, dash in (
            ("is_frontier", "frontier", EXTRA_DATA[True][1], "solid"),
            ("is_frontier_imagenet1k", "frontier, ImageNet-1k only", EXTRA_DATA[False][1], "dot"),
        ):
            best = models[models[flag]]
            figure.add_scatter(
                name=name,
                mode="lines+markers",
                x=best["secs"],
                y=best["top1"],
                customdata=device_hover_data(best),
                hovertemplate=DEVICE_HOVER,
                line={"color": color, "width": 2, "shape": "hv", "dash": dash},
                marker=small_marker(color=color, opacity=1),
                visible=not options,
            )
        options.append((device, len(figure.data) - before))
    return figure.update_layout(updatemenus=[choice(options)], margin_t=60)


def draw_robustness(accuracy: pd.DataFrame, test_sets: dict[str, str]) -> go.Figure:
    """Scatter effective robustness (logits) over top1, one of {column prefix: name} at a time."""
    figure = go.Figure(
        layout=base_layout(
            xaxis=axis(TOP1),
            yaxis=axis("Effective robustness (logits)", zeroline=True, zerolinewidth=2),
        )
    )
    options = []
    for short_name, test_set in test_sets.items():
        for is_extra_data, (name, color) in EXTRA_DATA.items():
            models = accuracy[accuracy["is_extra_data"] == is_extra_data]
            figure.add_scatter(
                name=name,
                mode="markers",
                x=models["top1"],
                y=models[f"{short_name}_robustness"],
                customdata=pd.DataFrame(
                    {
                        "model": escaped(models["model"]),
                        "img_size": models["img_size"].to_numpy(),
                        "pretrained_on": escaped(models["pretrained_on"]),
                        "shifted": models[f"{short_name}_top1"].to_numpy(),
                    }
                ),
                hovertemplate=(
                    "<b>%{customdata[0]}</b><br>%{customdata[1]} px<br>"
                    "pretrained on %{customdata[2]}<br><br>top-1 %{x:.2f} %<br>"
                    f"{test_set} %{{customdata[3]:.2f}} %<br>"
                    "robustness %{y:+.2f}<extra></extra>"
                ),
                marker=small_marker(color=color, size=6, opacity=0.55),
                visible=not options,
            )
        options.append((test_set, len(EXTRA_DATA)))
    return figure.update_layout(updatemenus=[choice(options)], margin_t=60)


def draw_effects(comparisons: pd.DataFrame) -> go.Figure:
    """Plot the speed-up of each comparison in which a single setting differs."""
    figure = go.Figure(
        layout=base_layout(
            xaxis=axis("Median speed-up (times)", range=[0, 2.6]),
            yaxis={"automargin": True, "autorange": "reversed", "ticksuffix": " "},
            shapes=[{"type": "line", "x0": 1, "x1": 1, "y0": 0, "y1": 1, "yref": "paper"}],
        )
    )
    for number, (effect, pairs) in enumerate(comparisons.groupby("effect", sort=False)):
        figure.add_scatter(
            name=effect,
            mode="markers+text",
            x=pairs["same_batch_speed_up"],
            y=pairs["label"],
            text=[f"  {value:.2f}×" for value in pairs["same_batch_speed_up"]],  # noqa: RUF001
            textposition="middle right",
            customdata=pairs[["from_run", "to_run", "same_batch_n", "frontier_jaccard"]],
            hovertemplate=(
                "%{customdata[0]}<br>to %{customdata[1]}<br>"
                "%{customdata[2]:,} rows with the same batch size<br>"
                "%{customdata[3]:.0%} of either frontier on both<extra></extra>"
            ),
            marker=small_marker(color=COLOURS[number], size=11, opacity=1),
        )
    return figure


def draw_proxies(proxies: pd.DataFrame) -> go.Figure:
    """Plot each proxy's rank correlation with the time per image, device by device."""
    figure = go.Figure(
        layout=base_layout(
            xaxis=axis("Rank correlation with time", range=[0, 1.05]),
            yaxis={"automargin": True, "autorange": "reversed", "ticksuffix": " "},
        )
    )
    for proxy, (name, color) in PROXIES.items():
        rows = proxies[proxies["proxy"] == proxy]
        figure.add_scatter(
            name=name,
            mode="markers",
            x=rows["spearman"],
            y=rows["label"],
            customdata=rows[["n", "log_pearson", "median_spread"]],
            hovertemplate=(
                f"<b>{name}</b> on %{{y}}<br>rank correlation %{{x:.2f}}<br>"
                "correlation of logarithms %{customdata[1]:.2f}<br>"
                "at the same count within 10 %, the slow take<br>"
                "%{customdata[2]:.1f} times as long as the fast (p95 / p5)<br>"
                "%{customdata[0]:,} models<extra></extra>"
            ),
            marker=small_marker(color=color, size=12, opacity=1),
        )
    return figure
