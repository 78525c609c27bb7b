"""The charts: pure functions from frames of the marts to plotly figures, one for each panel.

Times are in milliseconds per image, accuracies in percent, image sizes in pixels a side,
parameters in millions. Names stand in a figure as they are: the page escapes them. A trace's
`meta` names the columns of its rows, x and y first, which the page offers as CSV.
"""

from __future__ import annotations

import re
from itertools import cycle
from math import sqrt

import numpy as np
import pandas as pd
import plotly.express as px
import plotly.graph_objects as go

# Each colour, and what it is on a dark ground: at least 3:1 to it for marks, 4.5:1 for texts.
DARK = {
    (INK := "#1a1a1a"): "#f0f0f0",
    (PAPER := "#ffffff"): "#16181c",
    (FAINT := "#5c5c5c"): "#aaaaaa",
    (GRID := "#ebebeb"): "#2c3037",
    (PALE := "#8b8b8b"): "#73777e",
    (BAND := "#dbe9f6"): "#1b2f45",
    (BLUE := "#0072b2"): "#56b4e9",
    (ORANGE := "#a86400"): "#e69f00",
    (GREEN := "#007a5a"): "#2fc29a",
    (RED := "#c0392b"): "#ff7b6b",
    (PURPLE := "#7b4fb5"): "#b794f4",
    (PINK := "#b5388f"): "#f48fd0",
    (OLIVE := "#6b7a00"): "#b5c334",
    (TEAL := "#00808f"): "#35c4d7",
    (BROWN := "#8c564b"): "#c99a8f",
}
COLOURS = (BLUE, ORANGE, GREEN, RED, PURPLE, OLIVE, PINK, TEAL, BROWN)
SYMBOLS = (
    "circle", "square", "diamond", "triangle-up", "cross", "x", "triangle-down", "star", "bowtie",
)  # fmt: skip
DASHES = ("solid", "dash", "dot", "dashdot", "longdash", "longdashdot")
LARGEST_BUBBLE = 24  # pixels across
PRETRAINING = {True: "pretrained on more", False: "ImageNet-1k only"}
UNKNOWN = "pretraining unknown"
PRETRAINING_COLOURS = {PRETRAINING[True]: BLUE, PRETRAINING[False]: ORANGE, UNKNOWN: FAINT}
PROXIES = {"param_count": "parameters", "gmacs": "GMACs", "macts": "activations"}
SETTINGS = {"compiled": "compiled", "nhwc": "channels last"}
NAMED_DATASETS = {"laion": "LAION", "webli": "WebLI", "openai": "OpenAI"}

# What is shown of a column is what the page has of it.
DECIMALS = {
    **dict.fromkeys(("ms", "ms_low", "ms_high", "predicted_ms", "from_ms", "to_ms"), 4),
    **dict.fromkeys(("spearman", "log_pearson", "speed_up", "ratio"), 3),
    **dict.fromkeys(("top1", "top5", "imagenet_top1", "frontier_gap"), 2),
    **dict.fromkeys(("robustness_top1", "robustness_standard_error"), 2),
    **dict.fromkeys(("param_count", "benchmark_param_count"), 2),
    **dict.fromkeys(("samples_per_sec", "median_spread"), 1),
}

MS_AXIS = {"title": "ms per image (log scale)", "type": "log", "dtick": "D2"}
TOP1_AXIS = {"title": "ImageNet top-1 (%)"}
AXIS = {
    "gridcolor": GRID,
    "linecolor": GRID,
    "zeroline": False,
    "zerolinecolor": PALE,
    "exponentformat": "none",
    "fixedrange": True,
}
# Without axes that move, a finger on a chart scrolls the page.
STYLE = go.layout.Template(
    layout={
        "xaxis": AXIS,
        "yaxis": AXIS,
        "dragmode": False,
        "hovermode": "closest",
        "paper_bgcolor": PAPER,
        "plot_bgcolor": PAPER,
        "font": {"color": FAINT, "family": "system-ui, sans-serif"},
        "hoverlabel": {"align": "left", "bgcolor": PAPER, "font": {"color": INK}},
    }
)
MARGIN = {"l": 52, "r": 12, "t": 10, "b": 46}
PANEL_MARGIN = {"l": 52, "r": 44, "t": 32, "b": 46}  # with a title above, and labels at line ends


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
        frame.round(DECIMALS),
        x=x,
        y=y,
        custom_data=columns,
        render_mode="svg",
        template="none",
        **settings,
    )
    return figure.update_traces(
        hovertemplate=template + "<extra></extra>", marker=marker, meta=[x, y, *columns]
    )


def finish(
    figure: go.Figure, x: dict, y: dict, margin: dict = MARGIN, title: str = "", **layout: object
) -> go.Figure:
    """Give the figure its axes and the style that all charts share."""
    title = {"text": title, "font": {"size": 14}, "x": 0, "y": 0.98, "yanchor": "top"}
    return figure.update_layout(
        template=STYLE, xaxis=x, yaxis=y, margin=margin, title=title, showlegend=False, **layout
    )


def label(
    figure: go.Figure, rows: pd.DataFrame, x: str, y: str, text: str, **settings: object
) -> go.Figure:
    """Label the rows of a finished figure, the first the most urgent: the page shows what fits."""
    # What is behind a name shows through, faintly.
    style = {"showarrow": False, "xanchor": "left", "bgcolor": f"{PAPER}b0", "font": {"color": INK}}
    # plotly takes the places of annotations on a logarithmic axis as exponents.
    xs = np.log10(rows[x]) if figure.layout.xaxis.type == "log" else rows[x]
    ys = np.log10(rows[y]) if figure.layout.yaxis.type == "log" else rows[y]
    places = zip(xs, ys, rows[text].astype(str), strict=True)
    labels = [dict(zip(("x", "y", "text"), place, strict=True)) for place in places]
    # All at once: plotly copies those that are there for each that is added.
    return figure.update_layout(annotations=[each | style | settings for each in labels])


# --- what to use, and what it cost --------------------------------------------------

MODEL_HOVER = (
    "<b>%{model}</b><br>%{img_size} px, pretrained on %{pretrained_on}<br><br>"
    "top-1 %{top1:.2f} %<br>%{ms:.4~r} ms per image, %{samples_per_sec:,.0f} images/s<br>"
    "%{param_count:.2f} M parameters"
)
OFF_FRONTIER_HOVER = f"{MODEL_HOVER}<br>%{{frontier_gap:.2f}} points below<br>%{{dominated_by}}"
JANUARY_HOVER = (
    "<b>%{model}</b><br>%{img_size} px, on the frontier of January %{january}<br><br>"
    "top-1 %{top1:.2f} %<br>%{ms:.4~r} ms per image"
)
PROGRESS_HOVER = (
    "<b>%{model}</b><br>%{img_size} px, the fastest with %{min_top1:.0f} % on %{snapshot}<br><br>"
    "%{ms:.4~r} ms per image"
)
STEPS = {"mode": "lines+markers", "line": {"shape": "hv", "width": 2}, "showlegend": False}
SHADES = "rgb(139, 139, 139)", "rgb(0, 114, 178)"  # both 3:1 to either ground


def scatter_by_pretraining(
    frame: pd.DataFrame, x: str, y: str, hover: str, marker: dict
) -> go.Figure:
    """Scatter in a colour for each kind of pretraining that the frame has."""
    return scatter(
        frame.assign(pretraining=frame["is_extra_data"].map(PRETRAINING).fillna(UNKNOWN)),
        x,
        y,
        hover,
        marker,
        color="pretraining",
        color_discrete_map=PRETRAINING_COLOURS,
        category_orders={"pretraining": list(PRETRAINING_COLOURS)},
    )


def frontier(models: pd.DataFrame, steps: pd.DataFrame) -> go.Figure:
    """Scatter top1 over ms, the frontiers as lines; models sorted by ms, steps by urgency."""
    models = models.round(DECIMALS)
    on, off = models[models["is_frontier"]], models[~models["is_frontier"]]
    figure = scatter_by_pretraining(off, "ms", "top1", OFF_FRONTIER_HOVER, {"size": 4})
    imagenet1k = models[models["is_frontier_imagenet1k"]]
    figure.add_scatter(
        x=imagenet1k["ms"],
        y=imagenet1k["top1"],
        mode="lines",
        hoverinfo="skip",
        line={"color": INK, "shape": "hv", "width": 1.5, "dash": "dash"},
        name="frontier, ImageNet-1k only",
        showlegend=True,
    )
    (best,) = scatter(on, "ms", "top1", MODEL_HOVER, {"size": 7, "color": INK}).data
    best.update(name="frontier", mode="lines+markers", showlegend=True)
    best.update(line={"color": INK, "shape": "hv", "width": 2})
    if on["is_measured"].eq(False).any():
        spans = {"array": on["ms_high"] - on["ms"], "arrayminus": on["ms"] - on["ms_low"]}
        best.update(error_x={**spans, "thickness": 1, "color": FAINT})
        best.update(name="frontier, with the intervals of what is predicted")
    figure.add_trace(best)
    finish(figure, MS_AXIS, TOP1_AXIS)
    return label(figure, steps, "ms", "top1", "architecture", xanchor="right", xshift=-7, yshift=8)


def januaries(frontiers: pd.DataFrame) -> go.Figure:
    """Plot each January's frontier, from pale to dark; rows sorted by ms."""
    years = frontiers["january"].nunique()
    figure = scatter(
        frontiers.assign(january=frontiers["january"].astype(str)),
        "ms",
        "top1",
        JANUARY_HOVER,
        {"size": 4},
        color="january",
        color_discrete_sequence=px.colors.n_colors(*SHADES, years + 1, "rgb")[1:],
    )
    figure.update_traces(**STEPS)
    most_ms, heights = frontiers["ms"].max(), np.ptp(frontiers["top1"])
    # What is best stays best with more time, which brings all lines to one edge.
    for line in figure.data:
        figure.add_scatter(
            x=[line.x[-1], most_ms],
            y=[line.y[-1], line.y[-1]],
            mode="lines",
            hoverinfo="skip",
            line={"color": line.marker.color, "width": 2},
            showlegend=False,
        )
    # Up to that edge, beside which the labels stand.
    edges = np.log10([frontiers["ms"].min() / 1.2, most_ms])
    axis = MS_AXIS | {"dtick": 1, "range": list(edges)}
    finish(figure, axis, TOP1_AXIS, PANEL_MARGIN | {"r": 92}, "The frontier of each January")
    # Evaluated anew, the same weights end a line a hair apart.
    ends = frontiers.groupby("january").tail(1).round({"top1": 1})
    ends = ends.groupby("top1")["january"].agg(["min", "max"]).reset_index()
    spans = ends["min"].astype(str) + " to " + ends["max"].astype(str)
    ends["span"] = spans.where(ends["min"] < ends["max"], ends["max"].astype(str))
    ends = ends.sort_values("top1", ascending=False).assign(ms=most_ms)
    # Each a line of text below the one above, on a phone too.
    places = list(ends["top1"])
    for place in range(1, len(places)):
        places[place] = min(places[place], places[place - 1] - heights / 16)
    return label(figure, ends.assign(top1=places), "ms", "top1", "span", xshift=4)


def progress(times: pd.DataFrame) -> go.Figure:
    """Plot the least time for each accuracy by date; rows sorted by snapshot."""
    times = times.assign(
        snapshot=times["snapshot"].dt.strftime("%Y-%m-%d"),
        accuracy=times["min_top1"].map("{:.0f} %".format),
    )
    figure = scatter(
        times,
        "snapshot",
        "ms",
        PROGRESS_HOVER,
        {"size": 5},
        color="accuracy",
        color_discrete_sequence=COLOURS,
        symbol="accuracy",
        symbol_sequence=SYMBOLS,
    )
    figure.update_traces(**STEPS)
    dates = {"title": "Snapshot of timm's results"}
    finish(figure, dates, MS_AXIS, PANEL_MARGIN, "The least time for an accuracy")
    ends = times.groupby("accuracy").tail(1)
    return label(figure, ends, "snapshot", "ms", "accuracy", xshift=4)


# --- what changes speed, what predicts it, and what keeps its accuracy ---------------

PROXY_HOVER = (
    "<b>%{proxy}</b> on %{device_short_name}<br>rank correlation %{spearman:.2f}<br>"
    "correlation of logarithms %{log_pearson:.2f}<br>"
    "at the same count within 10 %, the slow take<br>"
    "%{median_spread:.1f} times as long as the fast (p95 / p5)<br>%{networks:,} networks"
)
ROBUSTNESS_HOVER = (
    "<b>%{model}</b><br>%{img_size} px, pretrained on %{pretrained_on}<br><br>"
    "ImageNet top-1 %{imagenet_top1:.2f} %<br>top-1 here %{top1:.2f} %<br>"
    "robustness %{robustness_top1:+.1f} ± %{robustness_standard_error:.1f} points"
)
PREDICTION_HOVER = (
    "<b>%{architecture}</b><br>%{img_size} px, on %{device_short_name}<br><br>"
    "predicted %{predicted_ms:.4~r} ms<br>measured %{ms:.4~r} ms, %{ratio:.2f} times that"
)
LABEL_AXIS = {"title": None, "autorange": "reversed", "ticksuffix": " ", "automargin": True}


def effects(speed_ups: pd.DataFrame) -> go.Figure:
    """Plot the distribution of each pair's speed-ups over the networks."""
    training = speed_ups["phase"].map({"infer": "", "train": ", training"})
    frame = speed_ups.assign(
        setting=speed_ups["setting"].map(SETTINGS),
        runs=speed_ups["device_short_name"] + ", torch " + speed_ups["torch_version"] + training,
    )
    columns = ["architecture", "img_size", "from_ms", "to_ms", "setting"]
    figure = px.violin(
        frame.round(DECIMALS),
        x="speed_up",
        y="runs",
        color="setting",
        color_discrete_sequence=COLOURS,
        custom_data=columns,
        orientation="h",
        template="none",
    )
    figure.update_traces(
        meta=["speed_up", "runs", *columns],
        points=False,
        side="negative",
        width=1.7,
        spanmode="hard",
        hoveron="violins",
        box={"visible": True, "width": 0.25},
    )
    figure.add_vline(1, line={"color": FAINT, "width": 1})
    last = max(2.0, speed_ups["speed_up"].quantile(0.99))
    times = {"title": "Times as fast", "range": [0.5, last]}
    return finish(figure, times, LABEL_AXIS, violinmode="overlay")


def proxies(correlations: pd.DataFrame) -> go.Figure:
    """Plot each count's rank correlation with the time per image, a dumbbell for each device."""
    figure = scatter(
        correlations.assign(proxy=correlations["proxy"].map(PROXIES)),
        "spearman",
        "device_short_name",
        PROXY_HOVER,
        {"size": 13},
        color="proxy",
        color_discrete_sequence=(RED, ORANGE, BLUE),
        symbol="proxy",
        symbol_sequence=SYMBOLS,
        category_orders={"proxy": list(PROXIES.values())},
    )
    ends = correlations.groupby("device_short_name")["spearman"].agg(["min", "max"])
    for device, first, last in ends.itertuples():
        place = {"x0": first, "x1": last, "y0": device, "y1": device}
        figure.add_shape(**place, type="line", line={"color": PALE, "width": 3}, layer="between")
    lowest = min(0.7, correlations["spearman"].min())
    ranks = {"title": "Rank correlation with time", "range": [lowest, 1]}
    return finish(figure, ranks, LABEL_AXIS)


def robustness(accuracies: pd.DataFrame) -> go.Figure:
    """Scatter effective robustness over top1; of three datasets the most robust is named."""
    figure = scatter_by_pretraining(
        accuracies, "imagenet_top1", "robustness_top1", ROBUSTNESS_HOVER, {"size": 5}
    )
    points = {"title": "Effective robustness (points)", "zeroline": True}
    finish(figure, TOP1_AXIS, points)
    first_word = accuracies["pretrained_on"].str.partition("-")[0]
    named = accuracies.assign(dataset=first_word.map(NAMED_DATASETS)).dropna(subset="dataset")
    named = named.sort_values("robustness_top1", ascending=False).drop_duplicates("dataset")
    figure.add_scatter(
        x=named["imagenet_top1"],
        y=named["robustness_top1"],
        mode="markers",
        marker={"size": 11, "symbol": "circle-open", "color": INK, "line": {"width": 2}},
        hoverinfo="skip",
        showlegend=False,
    )
    style = {"xanchor": "right", "xshift": -8}
    return label(figure, named, "imagenet_top1", "robustness_top1", "dataset", **style)


def prediction(timings: pd.DataFrame) -> go.Figure:
    """Plot by how much the measured times of one held-out device are off the predicted ones."""
    timings = timings.assign(ratio=timings["ms"] / timings["predicted_ms"])
    spread = (timings["predicted_ms_high"] / timings["predicted_ms"]).max()
    # Of points that hide each other one is drawn.
    cells = np.log10(timings[["predicted_ms", "ratio"]]) * [25, 100]
    shown = timings[~cells.round().duplicated()]
    figure = scatter(shown, "predicted_ms", "ratio", PREDICTION_HOVER, {"size": 4, "color": BLUE})
    edge = {"color": PALE, "width": 1}
    figure.add_hrect(1 / spread, spread, fillcolor=BAND, line=edge, layer="below")
    figure.add_hline(1, line={"color": FAINT, "width": 1})
    predicted = {**MS_AXIS, "title": "predicted ms", "dtick": None, "nticks": 4, "tickangle": 0}
    marks = [0.25, 0.5, 1, 2, 4]
    measured = {"type": "log", "tickvals": marks, "range": np.log10([0.2, 5]).tolist()}
    name = timings["device_short_name"].iloc[0]
    measured |= {"title": "measured / predicted"}
    return finish(figure, predicted, measured, {**PANEL_MARGIN, "r": 8}, name)


# --- the notebook's charts ----------------------------------------------------------

NOTEBOOK_HOVER = (
    "<b>%{model}</b><br>family %{family}<br><br>"
    "top-1 %{top1:.2f} %, top-5 %{top5:.2f} %<br>tested at %{img_size} px<br>"
    "%{ms:.4~r} ms per image, %{samples_per_sec:,.0f} images/s<br>"
    "timed at %{benchmark_img_size} px, batch %{batch_size}%{warning}"
)
COUNT_HOVER = (
    "<b>%{model}</b><br>%{benchmark_param_count:.2f} M parameters<br>%{ms:.4~r} ms per image<br>"
    "timed at %{benchmark_img_size} px"
)


def family_looks(families: list[str]) -> pd.DataFrame:
    """Return colour, symbol and dash of the headline families: no two share symbol and dash."""
    looks = zip(families, cycle(COLOURS), cycle(SYMBOLS), cycle(DASHES), strict=False)
    columns = ["family", "colour", "symbol", "dash"]
    return pd.DataFrame(looks, columns=columns).set_index("family")


def families(benchmarks: pd.DataFrame, trends: pd.DataFrame, looks: pd.DataFrame) -> go.Figure:
    """Scatter top1 over ms, the headline families with their lines, the others pale."""
    size_warning = {True: "", False: ": timed and tested at different sizes"}
    others = sorted(set(benchmarks["family"]) - set(looks.index))
    figure = scatter(
        benchmarks.assign(
            warning=benchmarks["is_size_matched"].map(size_warning),
            area=benchmarks["benchmark_img_size"] ** 2,
        ),
        "ms",
        "top1",
        NOTEBOOK_HOVER,
        {"sizemin": 3, "opacity": 1, "line": {"color": PAPER}},
        color="family",
        color_discrete_map={**dict.fromkeys(others, PALE), **looks["colour"]},
        symbol="family",
        symbol_map={**dict.fromkeys(others, "circle-open"), **looks["symbol"]},
        category_orders={"family": [*others, *looks.index]},
        size="area",
        # px takes this for the width of a bubble of half the area.
        size_max=LARGEST_BUBBLE / sqrt(2),
    )
    for trend in trends.to_dict("records"):
        look = looks.loc[trend["family"]]
        figure.add_scatter(
            x=[trend["min_ms"], trend["max_ms"]],
            y=[trend["top1_at_min_secs"], trend["top1_at_max_secs"]],
            mode="lines",
            line={"color": look["colour"], "dash": look["dash"], "width": 2},
            hoverinfo="skip",
            name=f"{trend['family']} line",
        )
    figure.for_each_trace(lambda trace: trace.update(showlegend=trace.name in looks.index))
    finish(figure, MS_AXIS, TOP1_AXIS, {**MARGIN, "r": 40})
    ends = trends.sort_values("n", ascending=False)
    return label(figure, ends, "max_ms", "top1_at_max_secs", "family", xshift=8)


def parameter_counts(benchmarks: pd.DataFrame) -> go.Figure:
    """Scatter ms over parameters, both log, coloured by image size."""
    figure = scatter(
        benchmarks,
        "benchmark_param_count",
        "ms",
        COUNT_HOVER,
        {"size": 7},
        color="benchmark_img_size",
        color_continuous_scale=[BLUE, ORANGE],
    )
    figure.update_layout(coloraxis_colorbar={"title": "px", "thickness": 12})
    parameters = {**MS_AXIS, "title": "Parameters (millions, log scale)"}
    return finish(figure, parameters, MS_AXIS, {**MARGIN, "r": 60})
