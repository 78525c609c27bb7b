"""Draw the report from the marts of image_models.duckdb.

    python scripts/plot.py [--db FILE] [--out DIR]

Writes index.html with all charts and explorer.html to choose a model with, each complete in
itself. The database is opened read-only and only marts are read. What has no data is left out,
and said. Exit code 0: written; 1: the database or the folder cannot be used, for the reason
printed; 2: wrong arguments.
"""

import outcome

import argparse
import gzip
import re
import sys
from base64 import b64encode
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

import charts
import duckdb
import jinja2
import pandas as pd
import plotly.graph_objects as go
from plotly.io.json import to_json_plotly
from plotly.offline import get_plotlyjs

PROJECT = Path(__file__).resolve().parent.parent
TEMPLATES = Path(__file__).with_name("templates")


class UnusableDatabase(Exception):
    """The database lacks what the pages need; the message says what."""


class NothingToShow(Exception):
    """The database is whole, but of a state of upstream without this; the message says what."""


def read(
    connection: duckdb.DuckDBPyConnection,
    mart: str,
    columns: str,
    where: str = "true",
    order: str = "all",
) -> pd.DataFrame:
    """Return columns of a mart; raises UnusableDatabase where one is missing."""
    frame = connection.execute(f"from {mart} where {where} order by {order}").df()
    wanted = columns.split()
    missing = [column for column in wanted if column not in frame]
    if missing:
        raise UnusableDatabase(f"{mart} has no column {missing[0]}")
    return frame[wanted]


def read_rows(
    connection: duckdb.DuckDBPyConnection,
    mart: str,
    columns: str,
    where: str = "true",
    order: str = "all",
) -> pd.DataFrame:
    """The same; raises NothingToShow where there are no rows."""
    frame = read(connection, mart, columns, where, order)
    if frame.empty:
        raise NothingToShow(f"{mart} has no rows" + f" where {where}" * (where != "true"))
    return frame


# --- the report ---------------------------------------------------------------------


class Chart(NamedTuple):
    """A chart of the page; each sentence of its caption may quote rows of headline_figures."""

    name: str
    title: str
    caption: str


TODAY = (
    Chart(
        "devices",
        "Speed and accuracy on every device",
        "Today's {models.value:,.0f} models with speed and accuracy at the same image size: each "
        "of the {devices.value:.0f} devices timed {least_timed.value:,.0f} to "
        "{most_timed.value:,.0f} of them; choose one above the chart. The lines are the frontiers: "
        "no model is both faster and more accurate than one on the line, once among all models "
        "and once among those that saw, with teacher and tokenizer, nothing but ImageNet-1k. "
        "Graphics cards are timed in large batches, CPUs one image at a time. Frontiers move: two "
        "runs of one device share {same_device_jaccard.value:.0%} of the networks on either "
        "frontier, runs of two devices {other_device_jaccard.value:.0%}, and among the models "
        "timed in ten or more runs only {stable_models.value:.0f} are on nine frontiers out of "
        "ten. Within 0.2, 1 and 5 ms on the default device, the "
        "best model under a permissive licence is {permissive_within_200_us.value:.2f}, "
        "{permissive_within_1000_us.value:.2f} and {permissive_within_5000_us.value:.2f} points "
        "below the best of all.",
    ),
    Chart(
        "history",
        "Is it worth looking again?",
        "The frontier of each January, from light to dark, with what timm had published by then at "
        "today's speed of the same network; choose a device above the chart. Where lines coincide, "
        "nothing was gained. Beside it, when models first reached an accuracy in less time. A "
        "snapshot shows when timm had evaluated a model, not when it was published.",
    ),
    Chart(
        "robustness",
        "Robustness",
        "How much better a model does on shifted images than its accuracy on the clean ones "
        "predicts: 0 is the line of the models trained on ImageNet-1k alone. On "
        "{extra_data_robustness.label} those that saw more stand "
        "{extra_data_robustness.value:.1f} points above it on average. The most robust reach "
        "{most_robust.value:.0f} points, too close together to name one; they were pretrained on "
        "{most_robust.label}. Below 5 % on ImageNet-A, chosen against one model, nothing is shown.",
    ),
    Chart(
        "effects",
        "What compiling and memory layout change",
        "Pairs of runs that differ in one setting, the median over the networks timed with the "
        "same batch size. Compiling makes the median network {least_compiled.value:.2f} to "
        "{most_compiled.value:.2f} times as fast.",
    ),
    Chart(
        "proxies",
        "What stands in for speed",
        "How well three counts rank models by their time per image. On the median graphics card "
        "activations reach {macts_spearman.value:.2f} where parameters reach "
        "{param_count_spearman.value:.2f}.",
    ),
)
NOTEBOOK = (
    Chart(
        "inference",
        "Inference",
        "Each bubble is one set of pretrained weights on an {infer_models.label}: left is faster, "
        "up is more accurate, and the bubble grows with the image. Choose along the upper left "
        "edge; {infer_fastest.label} begins it and {infer_most_accurate.label} ends it, at "
        "{infer_most_accurate.value:.1f} %. {infer_mismatched.value:.0f} of the "
        "{infer_models.value:.0f} bubbles pair a speed at one image size with an accuracy at "
        "another, so no machine delivers the two together.",
    ),
    Chart(
        "inference_headline_families",
        "Inference, headline families",
        "The {infer_headline_families.value:.0f} families that the notebook picks out of "
        "{infer_families.value:.0f}, each with its least-squares line on log time, a guide for "
        "the eye. Of the {infer_convnext.value:.0f} {infer_convnext.label} bubbles "
        "{infer_convnext_mismatched.value:.0f} pair a speed with an accuracy at another image "
        "size, so this data cannot show their lead in the middle; and the family convnext_in22 "
        "that the notebook discusses has {infer_in22.value:.0f} models here, because timm had "
        "moved the pretraining from the model's name into its tag.",
    ),
    Chart(
        "speed_by_parameter_count",
        "Speed against parameter count",
        "Were the parameter count a stand-in for speed, the points would lie on a line. Among the "
        "{infer_medium.value:.0f} sets of weights with 20 to 30 million parameters the slowest "
        "takes {infer_medium_spread.value:.0f} times as long as the fastest. Part of that is the "
        "image size, shown as colour; compare points of one colour.",
    ),
    Chart(
        "training",
        "Training",
        "The same for training, where a step includes the backward pass and the update. "
        "{train_fastest.label} is the fastest family and {train_most_accurate.label} the most "
        "accurate; {train_mismatched.value:.0f} of the {train_models.value:.0f} bubbles pair a "
        "speed and an accuracy of different image sizes.",
    ),
    Chart(
        "training_headline_families",
        "Training, headline families",
        "The lines of the headline families for training. The accuracy is that of timm's "
        "published weights, not of the step that was timed, and "
        "{train_convnext_mismatched.value:.0f} of the {train_convnext.value:.0f} convnext bubbles "
        "pair it with a speed at another image size.",
    ),
)
CHARTS = TODAY + NOTEBOOK


def draw_devices(connection: duckdb.DuckDBPyConnection) -> go.Figure:
    benchmarks = read_rows(
        connection,
        "model_benchmarks",
        "device_name model img_size pretrained_on is_extra_data secs ms samples_per_sec "
        "batch_size top1 param_count is_frontier is_frontier_imagenet1k is_near_frontier "
        "frontier_gap dominated_by",
        where="phase = 'infer' and is_default_run",
        order="device_kind desc, device_name, secs, top1, model",
    )
    return charts.devices(benchmarks)


def draw_robustness(connection: duckdb.DuckDBPyConnection) -> go.Figure:
    accuracies = read_rows(
        connection,
        "test_set_accuracies",
        "display_name model img_size pretrained_on is_extra_data imagenet_top1 top1 robustness "
        "robustness_top1 robustness_standard_error",
        where="robustness is not null",
        order="clean_test_set, test_set, model, img_size",
    )
    return charts.robustness(accuracies)


def draw_history(connection: duckdb.DuckDBPyConnection) -> go.Figure:
    devices = read(
        connection,
        "devices",
        "device device_name",
        order="is_default_device desc, device_kind desc, device_name",
    )
    frontiers = read_rows(
        connection,
        "frontier_history",
        "device januaries model img_size ms top1",
        where="phase = 'infer' and is_frontier and januaries <> []",
        order="device, snapshot, ms",
    )
    shown = "phase = 'infer' and min_top1 in (80, 82, 84, 86)"
    progress = read_rows(
        connection,
        "progress",
        "device min_top1 snapshot ms model img_size",
        where=f"{shown} and ms is not null",
        order="device, min_top1, snapshot",
    )
    halving_times = read_rows(
        connection,
        "halving_times",
        "device min_top1 first_snapshot first_ms last_improvement least_ms",
        where=shown,
        order="device, min_top1",
    )
    return charts.history(devices, frontiers, progress, halving_times)


def draw_effects(connection: duckdb.DuckDBPyConnection) -> go.Figure:
    comparisons = read_rows(
        connection,
        "run_comparisons",
        "from_run to_run phase to_device_short_name to_torch_version from_setting to_setting "
        "same_batch_networks same_batch_speed_up frontier_jaccard",
        where="to_setting in ('compiled', 'nhwc')",
        order="effect, same_batch_speed_up desc",
    )
    return charts.effects(comparisons)


def draw_proxies(connection: duckdb.DuckDBPyConnection) -> go.Figure:
    correlations = read_rows(
        connection,
        "cost_proxies",
        "proxy device_short_name networks spearman log_pearson median_spread",
        where="phase = 'infer' and is_default_run",
        order="device_kind desc, device_name",
    )
    return charts.proxies(correlations)


def read_notebook(
    connection: duckdb.DuckDBPyConnection, phase: str, and_where: str = ""
) -> tuple[pd.DataFrame, dict]:
    """Return what the notebook plots of a phase, and how its families look in every chart."""
    families = read_rows(connection, "notebook_benchmarks", "family is_headline_family")
    benchmarks = read_rows(
        connection,
        "notebook_benchmarks",
        "model family is_headline_family secs samples_per_sec batch_size benchmark_img_size "
        "benchmark_param_count top1 top5 img_size is_size_matched",
        where=f"phase = '{phase}'{and_where}",
        order="secs, model",
    )
    return benchmarks, charts.family_looks(families)


def draw_accuracy(connection: duckdb.DuckDBPyConnection, phase: str) -> go.Figure:
    return charts.accuracy(*read_notebook(connection, phase))


def draw_headline_families(connection: duckdb.DuckDBPyConnection, phase: str) -> go.Figure:
    trends = read(
        connection,
        "notebook_family_trends",
        "family n slope r2 min_secs max_secs top1_at_min_secs top1_at_max_secs",
        where=f"phase = '{phase}' and slope is not null",
        order="family",
    )
    benchmarks = read_notebook(connection, phase, " and is_headline_family")
    return charts.headline_families(*benchmarks, trends)


def draw_parameter_counts(connection: duckdb.DuckDBPyConnection) -> go.Figure:
    benchmarks, _ = read_notebook(connection, "infer")
    return charts.parameter_counts(benchmarks)


DRAWINGS = {
    "devices": draw_devices,
    "history": draw_history,
    "robustness": draw_robustness,
    "effects": draw_effects,
    "proxies": draw_proxies,
    "inference": partial(draw_accuracy, phase="infer"),
    "inference_headline_families": partial(draw_headline_families, phase="infer"),
    "speed_by_parameter_count": draw_parameter_counts,
    "training": partial(draw_accuracy, phase="train"),
    "training_headline_families": partial(draw_headline_families, phase="train"),
}


def draw_charts(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[dict[str, go.Figure], dict[str, str]]:
    """Return the charts by their names, and why others are left out."""
    drawn, left_out = {}, {}
    for name, draw in DRAWINGS.items():
        try:
            drawn[name] = draw(connection)
        except NothingToShow as reason:
            left_out[name] = str(reason)
    return drawn, left_out


def read_figures(connection: duckdb.DuckDBPyConnection) -> dict[str, NamedTuple]:
    """Return the figures that captions quote, by their names."""
    figures = read(connection, "headline_figures", "figure value label")
    return {row.figure: row for row in figures.itertuples()}


def write_caption(chart: Chart, figures: dict[str, NamedTuple]) -> tuple[str, dict[str, str]]:
    """Return the caption, and why sentences of it are left out."""
    sentences, left_out = [], {}
    for sentence in re.split(r"(?<=\.) ", chart.caption):
        try:
            sentences.append(sentence.format(**figures))
        except KeyError as error:
            left_out[f"a sentence on {chart.name}"] = f"headline_figures has no {error}"
    return " ".join(sentences), left_out


def read_findings(connection: duckdb.DuckDBPyConnection) -> tuple[list[dict], dict[str, str]]:
    """Return the findings, and why others are left out."""
    findings = read(
        connection,
        "notebook_findings",
        "claim measured_as depends_on on_notebook_data on_matched_sizes matched_sizes_lower "
        "matched_sizes_upper matched_sizes_n on_todays_data todays_data_lower todays_data_upper "
        "todays_data_n verdict",
        order="verdict = 'cannot be told', verdict desc, claim",
    )
    told = findings.dropna(how="all", subset=["on_matched_sizes", "on_todays_data"])
    untold = len(findings) - len(told)
    left_out = {f"{untold} of the findings": "nothing measures them"} if untold else {}
    return told.replace({float("nan"): None}).to_dict("records"), left_out


def draw_report(connection: duckdb.DuckDBPyConnection) -> tuple[str, dict[str, str]]:
    """Return the page with all charts, and what is left out of it with the reasons."""
    drawn, left_out = draw_charts(connection)
    figures = read_figures(connection)
    sections = {}
    for chart in CHARTS:
        if chart.name in drawn:
            caption, without = write_caption(chart, figures)
            left_out |= without
            sections[chart.name] = {
                "name": chart.name,
                "title": chart.title,
                "caption": caption,
                "figure": to_json_plotly(drawn[chart.name], engine="json"),
            }
    findings, without = read_findings(connection)
    page = fill(
        "index",
        today=[sections[chart.name] for chart in TODAY if chart.name in sections],
        notebook=[sections[chart.name] for chart in NOTEBOOK if chart.name in sections],
        findings=findings,
    )
    return page, left_out | without


# --- the explorer -------------------------------------------------------------------


def share_texts(frame: pd.DataFrame) -> dict[str, object]:
    """Return the columns; of texts that repeat, each once and where it stands."""
    columns = frame.to_dict("list")
    for name, column in frame.select_dtypes("str").items():
        places, texts = pd.factorize(column)
        if 4 * len(texts) < len(column):
            columns[name] = {"places": places, "texts": texts}
    return columns


def columns_of(timings: pd.DataFrame) -> dict[str, object]:
    """Return the columns of timings; without those of predictions where all is measured."""
    if timings.is_measured.all():
        timings = timings.drop(columns=["is_measured", "ms_low", "ms_high"])
    return share_texts(timings)


def read_explorer(connection: duckdb.DuckDBPyConnection) -> dict:
    """Return what the page to choose a model with knows; raises NothingToShow without timings."""
    models = read_rows(
        connection,
        "model_accuracy",
        "model img_size architecture_group kind pretrained_on extra_data_through is_extra_data "
        "is_distilled "
        "is_self_supervised license license_kind license_url hub_id paper input_size "
        "is_fixed_input_size num_features reductions param_count gmacs macts top1 top5 "
        "top1_standard_error ties shifted_top1 shifted_top1_standard_error v2_top1 sketch_top1 "
        "a_top1 r_top1 v2_robustness sketch_robustness a_robustness r_robustness",
        order="model, img_size",
    )
    timings = read_rows(
        connection,
        "model_benchmarks",
        "run model img_size samples_per_sec ms_low ms_high batch_size is_measured is_frontier "
        "is_frontier_imagenet1k is_near_frontier",
        where="is_newest",
        order="model, img_size",
    )
    robustness = [column for column in models if column.endswith("_robustness")]
    models[robustness] = models[robustness].round(2)
    places = models[["model", "img_size"]].assign(place=models.index)
    timings = timings.merge(places).drop(columns=["model", "img_size"])
    flags = timings.columns[timings.dtypes == "bool"]
    timings = timings.astype(dict.fromkeys(flags, int))
    devices = read(
        connection,
        "devices",
        "device device_name device_short_name device_kind is_own is_default_device",
        order="device_kind desc, device_name",
    )
    runs = read(
        connection,
        "benchmark_runs",
        "run device device_name phase is_compiled is_default_run",
        where="is_newest",
        order="device_kind desc, device_name, phase, is_compiled",
    )
    test_sets = read(
        connection,
        "test_set_accuracies",
        "short_name display_name",
        where="robustness is not null",
        order="clean_test_set, test_set",
    )
    backbones = read(
        connection,
        "backbones",
        "model architecture architecture_group kind pretrained_on extra_data_through is_distilled "
        "license "
        "license_kind license_url hub_id paper input_size is_fixed_input_size num_features "
        "reductions param_count",
        order="model",
    )
    backbone_timings = read(
        connection,
        "backbone_benchmarks",
        "run architecture img_size samples_per_sec ms_low ms_high batch_size is_measured",
        where="is_newest",
        order="run, architecture, img_size",
    )
    return {
        "models": share_texts(models),
        "backbones": share_texts(backbones),
        "timings": {
            run: columns_of(own.drop(columns="run")) for run, own in timings.groupby("run")
        },
        # The backbones of one architecture share its timings.
        "backbone_timings": columns_of(backbone_timings.drop_duplicates()),
        "devices": devices.to_dict("records"),
        "runs": runs.to_dict("records"),
        "test_sets": test_sets.drop_duplicates().to_dict("records"),
    }


def draw_explorer(connection: duckdb.DuckDBPyConnection) -> tuple[str, dict[str, str]]:
    """Return the page to choose a model with, and why it has nothing to choose from."""
    data, left_out = None, {}
    try:
        data = to_json_plotly(read_explorer(connection), engine="json")
    except NothingToShow as reason:
        left_out["the explorer"] = str(reason)
    return fill("explorer", data=data), left_out


# --- the pages ----------------------------------------------------------------------


def fill(name: str, **values: object) -> str:
    """Return a page, complete in itself, from the template of that name."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["packed"] = lambda text: b64encode(
        gzip.compress(text.encode(), mtime=0)
    ).decode()
    environment.filters["sha256"] = lambda text: b64encode(sha256(text.encode()).digest()).decode()
    template = environment.get_template(f"{name}.html.jinja")
    return template.render(plotly=get_plotlyjs(), **values)


def write(folder: Path, pages: dict[str, str]) -> None:
    """Write the pages aside, and put them in place when all are whole."""
    folder.mkdir(parents=True, exist_ok=True)
    side_files = {folder / f"{name}.new": folder / name for name in pages}
    try:
        for side_file, page in zip(side_files, pages.values(), strict=True):
            side_file.write_text(page, encoding="utf-8")
        for side_file, path in side_files.items():
            side_file.replace(path)
    finally:
        for side_file in side_files:
            side_file.unlink(missing_ok=True)


def describe(left_out: dict[str, str]) -> str:
    """Return one line on what is left out, by the reasons."""
    reasons = {}
    for name, reason in left_out.items():
        reasons.setdefault(reason, []).append(name)
    parts = (f"{', '.join(names)} ({reason})" for reason, names in reasons.items())
    return f"left out: {'; '.join(parts)}"


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Draw the report from the marts.")
    parser.add_argument("--db", type=Path, default=PROJECT / "image_models.duckdb")
    parser.add_argument("--out", type=Path, default=PROJECT / "reports")
    arguments = parser.parse_args(argv)
    try:
        if not arguments.db.is_file():
            raise UnusableDatabase("no such file")
        with duckdb.connect(arguments.db, read_only=True) as connection:
            report, left_out = draw_report(connection)
            explorer, without = draw_explorer(connection)
        write(arguments.out, {"index.html": report, "explorer.html": explorer})
    except (duckdb.Error, UnusableDatabase) as error:
        reason = str(error).splitlines()[0]
        print(f"{arguments.db} cannot be used: {reason}; build it with `make`", file=sys.stderr)
        return 1
    except OSError as error:
        where = error.filename or arguments.out
        print(f"{where}: {error.strerror}; name another --out", file=sys.stderr)
        return 1
    if left_out | without:
        print(describe(left_out | without), file=sys.stderr)
    print(f"wrote index.html and explorer.html to {arguments.out}")
    return 0


if __name__ == "__main__":
    outcome.run(main)
