"""The charts: pure functions from frames of the marts to plotly figures.

Times are in seconds per image unless a name says ms, accuracies in percent, image sizes in
pixels a side, parameters in millions.
"""

from __future__ import annotations

import html
import re
from functools import partial
from itertools import product
from math import sqrt

import pandas as pd
import plotly.express as px
import plotly.graph_objects as go

BLUE, ORANGE, RED, GREY = "#0072b2", "#e69f00", "#d62728", "#4d4d4d"
COLOURS = (
    BLUE, ORANGE, "#009e73", RED, "#9467bd", "#8c564b",
    "#e377c2", "#7a8b00", "#17becf", GREY, "#a6761d", "#5b5bd6",
)  # fmt: skip
SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross")
LARGEST_BUBBLE = 30  # pixels across
PRETRAINING = {True: "pretrained on more", False: "ImageNet-1k only"}
UNKNOWN = "pretraining unknown"
PRETRAINING_COLOURS = {PRETRAINING[True]: BLUE, PRETRAINING[False]: ORANGE, UNKNOWN: GREY}
FRONTIERS = {
    "is_frontier": ("frontier", BLUE, "solid"),
    "is_frontier_imagenet1k": ("frontier, ImageNet-1k only", ORANGE, "dot"),
}
PROXIES = {"param_count": "parameters", "gmacs": "GMACs", "macts": "activations"}
PROXY_COLOURS = dict(zip(PROXIES.values(), (RED, ORANGE, BLUE), strict=True))

TIME_AXIS = {
    "title": "Time per image (log scale)",
    "type": "log",
    "dtick": "D2",
    "exponentformat": "SI",
    "minexponent": 1,
    "ticksuffix": "s",
}
TOP1_AXIS = {"title": "ImageNet top-1 accuracy (%)"}
LABEL_AXIS = {"title": None, "autorange": "reversed", "ticksuffix": " "}


def escaped(frame: pd.DataFrame) -> pd.DataFrame:
    """Return the frame with its texts escaped, for plotly takes them for HTML, all but quotes."""
    escape = partial(html.escape, quote=False)
    texts = frame.columns[frame.dtypes == "str"]
    return frame.assign(**{text: frame[text].map(escape, "ignore") for text in texts})


def scatter(
    frame: pd.DataFrame, x: str, y: str, hover: str, marker: dict, **settings: object
) -> go.Figure:
    """Scatter two columns of the frame; the hover text quotes its columns as %{column}."""
    quoted = dict.fromkeys(re.findall(r"%{(\w+)", hover))
    columns = [column for column in quoted if column not in (x, y)]
    sources = {column: f"customdata[{place}]" for place, column in enumerate(columns)}
    sources |= {x: "x", y: "y"}
    template = re.sub(r"%{(\w+)", lambda column: "%{" + sources[column[1]], hover)
    # WebGL, which px takes for many points, is not there on every machine.
    figure = px.scatter(
        frame, x, y, custom_data=columns, render_mode="svg", template="none", **settings
    )
    return figure.update_traces(
        hovertemplate=template + "<extra></extra>",
        marker={"line": {"width": 0.5, "color": "white"}, **marker},
        # Each entry for itself: groups would stand in columns on a narrow screen.
        legendgroup="",
    )


def finish(
    figure: go.Figure, x: dict, y: dict, top: int = 30, legend: str = "", **layout: object
) -> go.Figure:
    """Give the figure its axes, a title for its legend and what all charts share."""
    return figure.update_layout(
        template="plotly_white",
        xaxis={"automargin": True, **x},
        yaxis={"automargin": True, **y},
        margin={"l": 10, "r": 10, "t": top, "b": 10},
        hoverlabel={"align": "left"},
        legend={"title": legend, "itemsizing": "constant", "tracegroupgap": 0},
        **layout,
    )


def choice(options: dict[str, list[go.Scatter]], x: dict, y: dict) -> go.Figure:
    """Return a figure with a menu that shows one option's traces; the first is shown at first."""
    owners = [option for option, traces in options.items() for _ in traces]
    figure = go.Figure([trace for traces in options.values() for trace in traces])
    first = next(iter(options))
    for trace, owner in zip(figure.data, owners, strict=True):
        trace.visible = owner == first
    buttons = [
        {
            "label": option,
            "method": "restyle",
            "args": ["visible", [owner == option for owner in owners]],
        }
        for option in options
    ]
    menu = {"buttons": buttons, "active": 0, "showactive": True}
    place = {"x": 0, "xanchor": "left", "y": 1.02, "yanchor": "bottom"}
    return finish(figure, x, y, top=60, updatemenus=[menu | place])


# --- the notebook's charts ----------------------------------------------------------

NOTEBOOK_HOVER = (
    "<b>%{model}</b><br>family %{family}<br><br>"
    "top-1 %{top1:.2f} %, top-5 %{top5:.2f} %<br>tested at %{img_size} px<br>"
    "%{ms:.3f} ms per image<br>%{samples_per_sec:,.0f} images/s<br>"
    "timed at %{benchmark_img_size} px, batch %{batch_size}<br>"
    "%{benchmark_param_count:.2f} M parameters%{warning}"
)
TREND_HOVER = (
    "<b>{family}</b><br>{slope:+.1f} points of top-1 per tenfold time<br>"
    "r² {r2:.2f}, {n} models<extra></extra>"
)


def family_looks(benchmarks: pd.DataFrame) -> dict[str, dict[str, str]]:
    """Return what px needs so that a family has one colour and symbol in all charts.

    The headline families come first and so differ in colour alone.
    """
    headline_first = benchmarks.sort_values(
        ["is_headline_family", "family"], ascending=[False, True]
    )
    families = headline_first["family"].unique()
    symbols, colours = zip(*product(SYMBOLS, COLOURS), strict=True)
    return {
        "color_discrete_map": dict(zip(families, colours, strict=False)),
        "symbol_map": dict(zip(families, symbols, strict=False)),
        "category_orders": {"family": sorted(families)},
    }


def for_notebook_hover(benchmarks: pd.DataFrame) -> pd.DataFrame:
    warning = "<br><b>timed and tested at different sizes</b>"
    return escaped(benchmarks).assign(
        ms=1000 * benchmarks["secs"],
        warning=benchmarks["is_size_matched"].map({True: "", False: warning}),
    )


def accuracy(benchmarks: pd.DataFrame, looks: dict) -> go.Figure:
    """Scatter top1 over secs, one trace per family."""
    figure = scatter(
        for_notebook_hover(benchmarks).assign(area=benchmarks["benchmark_img_size"] ** 2),
        "secs",
        "top1",
        NOTEBOOK_HOVER,
        {"opacity": 0.75, "sizemin": 3},
        color="family",
        symbol="family",
        size="area",
        # px takes this for the width of a bubble of half the area.
        size_max=LARGEST_BUBBLE / sqrt(2),
        **looks,
    )
    figure.for_each_trace(lambda trace: trace.update(legendgroup=trace.name))
    return finish(figure, TIME_AXIS, TOP1_AXIS, legend="family")


def headline_families(benchmarks: pd.DataFrame, looks: dict, trends: pd.DataFrame) -> go.Figure:
    """Scatter the headline families, each with its trend line."""
    figure = accuracy(benchmarks[benchmarks["is_headline_family"]], looks)
    for trend in trends.to_dict("records"):
        family = trend["family"]
        figure.add_scatter(
            name=f"{family} line",
            legendgroup=family,
            showlegend=False,
            mode="lines",
            x=[trend["min_secs"], trend["max_secs"]],
            y=[trend["top1_at_min_secs"], trend["top1_at_max_secs"]],
            line={"color": looks["color_discrete_map"][family], "width": 2},
            hovertemplate=TREND_HOVER.format(**trend),
        )
    return figure


def parameter_counts(benchmarks: pd.DataFrame) -> go.Figure:
    """Scatter secs over parameters, both log, coloured by image size."""
    figure = scatter(
        for_notebook_hover(benchmarks),
        "benchmark_param_count",
        "secs",
        NOTEBOOK_HOVER,
        {"size": 8, "opacity": 0.7},
        color="benchmark_img_size",
        color_continuous_scale="viridis",
    )
    parameters = {"title": "Parameters (millions, log scale)", "type": "log", "dtick": "D2"}
    colorbar = {"title": "image<br>size (px)", "thickness": 14}
    return finish(figure, parameters, TIME_AXIS, coloraxis_colorbar=colorbar)


# --- today's charts -----------------------------------------------------------------

DEVICE_HOVER = (
    "<b>%{model}</b><br>%{img_size} px, pretrained on %{pretrained_on}<br><br>"
    "top-1 %{top1:.2f} %%{gap}<br>%{ms:.3f} ms per image<br>"
    "%{samples_per_sec:,.0f} images/s, batch %{batch_size}<br>%{param_count:.2f} M parameters"
)
HEADING_TOP1 = 82  # the accuracy that the heading quotes
HISTORY_HOVER = (
    "<b>%{model}</b><br>%{img_size} px, on the frontier of January {january}<br><br>"
    "top-1 %{top1:.2f} %<br>%{ms:.3f} ms per image"
)
PROGRESS_HOVER = (
    "<b>%{model}</b><br>%{img_size} px, the fastest with %{min_top1:.0f} % on %{snapshot}<br><br>"
    "%{ms:.3f} ms per image"
)
ROBUSTNESS_HOVER = (
    "<b>%{model}</b><br>%{img_size} px<br>pretrained on %{pretrained_on}<br><br>"
    "top-1 %{imagenet_top1:.2f} %<br>{test_set} %{top1:.2f} %<br>"
    "robustness %{robustness_top1:+.1f} ± %{robustness_standard_error:.1f} points, "
    "%{robustness:+.2f} logits"
)
EFFECT_HOVER = (
    "%{from_run}<br>to %{to_run}<br>%{same_batch_networks:,} networks with the same batch size<br>"
    "%{frontier_jaccard:.0%} of either frontier on both"
)
PROXY_HOVER = (
    "<b>%{count}</b> on %{device_short_name}<br>rank correlation %{spearman:.2f}<br>"
    "correlation of logarithms %{log_pearson:.2f}<br>"
    "at the same count within 10 %, the slow take<br>"
    "%{median_spread:.1f} times as long as the fast (p95 / p5)<br>%{networks:,} networks"
)


def scatter_by_pretraining(
    frame: pd.DataFrame, x: str, y: str, hover: str, marker: dict
) -> tuple[go.Scatter, ...]:
    """Return one trace for each kind of pretraining that the frame has."""
    return scatter(
        frame.assign(pretraining=frame["is_extra_data"].map(PRETRAINING).fillna(UNKNOWN)),
        x,
        y,
        hover,
        marker,
        color="pretraining",
        color_discrete_map=PRETRAINING_COLOURS,
        category_orders={"pretraining": list(PRETRAINING_COLOURS)},
    ).data


def devices(benchmarks: pd.DataFrame) -> go.Figure:
    """Scatter top1 over secs with both frontiers, one device at a time; rows sorted by secs."""
    below = benchmarks["frontier_gap"].map(", {:.2f} below<br>".format)
    near = benchmarks["is_near_frontier"].map({True: ",<br>which is within the noise", False: ""})
    benchmarks = escaped(benchmarks).assign(
        gap=lambda frame: (below + frame["dominated_by"] + near).where(
            frame["frontier_gap"] > 0, ""
        )
    )
    options = {}
    for device, models in benchmarks.groupby("device_name", sort=False):
        marker = {"size": 6, "opacity": 0.45}
        traces = scatter_by_pretraining(models, "secs", "top1", DEVICE_HOVER, marker)
        for flag, (name, colour, dash) in FRONTIERS.items():
            marker = {"size": 8, "opacity": 1, "color": colour}
            frontier = scatter(models[models[flag]], "secs", "top1", DEVICE_HOVER, marker)
            line = {"color": colour, "width": 2, "shape": "hv", "dash": dash}
            frontier.update_traces(name=name, showlegend=True, mode="lines+markers", line=line)
            traces += frontier.data
        options[device] = traces
    return choice(options, TIME_AXIS, TOP1_AXIS)


def describe_progress(halving_times: pd.DataFrame) -> str:
    """Return what became of the times for the accuracies of one device, as a heading."""
    if halving_times.empty:
        return ""
    sentences = [
        f"{row.min_top1:.0f} % in timm's results: {row.first_ms:.3g} ms in "
        f"{row.first_snapshot:%B %Y},<br>{row.least_ms:.3g} ms since {row.last_improvement:%B %Y}. "
        for row in halving_times[halving_times["min_top1"] == HEADING_TOP1].itertuples()
    ]
    *others, last = halving_times["min_top1"].map("{:.0f}".format)
    accuracies = f"{', '.join(others)} or {last}" if others else last
    day = halving_times["last_improvement"].max()
    return f"<b>{''.join(sentences)}None is faster<br>at {accuracies} % since {day:%B %Y}.</b>"


def labelled_line(
    rows: pd.DataFrame, x: str, y: str, hover: str, colour: str, label: str, **settings: object
) -> go.Scatter:
    """Return a line of steps with its label at its end."""
    (line,) = scatter(rows, x, y, hover, {"size": 5, "color": colour}).data
    return line.update(
        line={"color": colour, "width": 2, "shape": "hv"},
        text=[""] * (len(rows) - 1) + [label],
        textfont={"size": 11},
        cliponaxis=False,
        **settings,
    )


def january_lines(frontiers: pd.DataFrame) -> list[go.Scatter]:
    """Return each January's frontier, from light to dark; one label where lines end together."""
    lines = dict(list(frontiers.groupby("january")))
    shades = px.colors.sample_colorscale("Blues", len(lines) + 2)[2:]
    # Evaluated anew, the same weights end a line a hair apart.
    ends = frontiers.groupby("january", as_index=False).last().round({"top1": 1})
    spans = ends.groupby(["secs", "top1"])["january"].agg(["min", "max"]).to_numpy()
    labels = {last: f"{first} to {last}" if first < last else str(last) for first, last in spans}
    return [
        labelled_line(
            line,
            "secs",
            "top1",
            HISTORY_HOVER.replace("{january}", str(january)),
            shade,
            labels.get(january, ""),
            mode="lines+text",
            textposition="top left" if "to" in labels.get(january, "") else "middle right",
        )
        for (january, line), shade in zip(lines.items(), shades, strict=True)
    ]


def progress_lines(progress: pd.DataFrame) -> list[go.Scatter]:
    """Return the time for each accuracy by date."""
    accuracies = progress.groupby("min_top1")
    return [
        labelled_line(
            line,
            "snapshot",
            "secs",
            PROGRESS_HOVER,
            colour,
            f"{min_top1:.0f} %",
            mode="lines+markers+text",
            textposition="middle right",
            xaxis="x2",
            yaxis="y2",
        )
        for (min_top1, line), colour in zip(accuracies, COLOURS, strict=False)
    ]


def history(
    devices: pd.DataFrame,
    frontiers: pd.DataFrame,
    progress: pd.DataFrame,
    halving_times: pd.DataFrame,
) -> go.Figure:
    """Plot each January's frontier and beside it the time for accuracies, a device at a time.

    The rows of a line are sorted by ms, or by snapshot.
    """
    frontiers = frontiers.rename(columns={"januaries": "january"}).explode("january")
    frontiers, progress = (
        escaped(frame).assign(ms=frame["ms"].round(4), secs=(frame["ms"] / 1000).round(8))
        for frame in (frontiers, progress)
    )
    options, headings = {}, []
    for device, name in devices.itertuples(index=False):
        lines = january_lines(frontiers[frontiers["device"] == device])
        lines += progress_lines(progress[progress["device"] == device])
        if lines:
            options[html.escape(name)] = lines
            headings.append(describe_progress(halving_times[halving_times["device"] == device]))
    figure = choice(options, TIME_AXIS, TOP1_AXIS)
    for button, heading in zip(figure.layout.updatemenus[0].buttons, headings, strict=True):
        button.update(method="update", args=[{"visible": button.args[1]}, {"title.text": heading}])
    return figure.update_layout(
        title={
            **{"text": headings[0], "font": {"size": 15}},
            **{"x": 0, "xref": "container", "y": 0.98, "yref": "container", "yanchor": "top"},
        },
        margin={"t": 120, "r": 40},
        showlegend=False,
        xaxis={"domain": [0, 0.5]},
        xaxis2={"domain": [0.62, 1], "anchor": "y2", "title": "Snapshot of timm's results"},
        yaxis2={**TIME_AXIS, "anchor": "x2", "automargin": True},
    )


def robustness(accuracies: pd.DataFrame) -> go.Figure:
    """Scatter effective robustness (points) over top1 on ImageNet, one test set at a time."""
    decimals = {"robustness": 2, "robustness_top1": 2, "robustness_standard_error": 2}
    options = {
        test_set: scatter_by_pretraining(
            rows,
            "imagenet_top1",
            "robustness_top1",
            ROBUSTNESS_HOVER.replace("{test_set}", test_set),
            {"size": 6, "opacity": 0.55},
        )
        for test_set, rows in escaped(accuracies.round(decimals)).groupby(
            "display_name", sort=False
        )
    }
    points = {"title": "Effective robustness (points)", "zeroline": True, "zerolinewidth": 2}
    return choice(options, TOP1_AXIS, points)


def effects(comparisons: pd.DataFrame) -> go.Figure:
    """Plot the speed-up of each comparison in which a single setting differs."""
    comparisons = escaped(comparisons)
    training = comparisons["phase"].map({"infer": "", "train": "training, "})
    software = comparisons["to_torch_version"] + " " + comparisons["to_setting"]
    figure = scatter(
        comparisons.assign(
            effect=comparisons["from_setting"] + " to " + comparisons["to_setting"],
            label=comparisons["to_device_short_name"] + "<br>" + training + software,
            speed_up=comparisons["same_batch_speed_up"].map("  {:.2f}×".format),  # noqa: RUF001
        ),
        "same_batch_speed_up",
        "label",
        EFFECT_HOVER,
        {"size": 11, "opacity": 1},
        text="speed_up",
        color="effect",
        color_discrete_sequence=COLOURS,
    )
    figure.update_traces(textposition="middle right")
    figure.add_vline(1)
    times = {"title": "Median speed-up (times)", "range": [0, 2.6]}
    return finish(figure, times, LABEL_AXIS)


def proxies(correlations: pd.DataFrame) -> go.Figure:
    """Plot each proxy's rank correlation with the time per image, device by device."""
    figure = scatter(
        escaped(correlations).assign(count=correlations["proxy"].map(PROXIES)),
        "spearman",
        "device_short_name",
        PROXY_HOVER,
        {"size": 12, "opacity": 1},
        color="count",
        color_discrete_map=PROXY_COLOURS,
        category_orders={"count": list(PROXY_COLOURS)},
    )
    return finish(figure, {"title": "Rank correlation with time", "range": [0, 1.05]}, LABEL_AXIS)
