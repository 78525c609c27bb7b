"""Draw the report from the marts of image_models.duckdb.

    python scripts/plot.py [--db FILE] [--out DIR]

Writes index.html with all charts and explorer.html to choose a model with, each complete in
itself. The database is opened read-only and only marts are read. What has no data is left out,
and said. Exit code 0: written; 1: the database or the folder cannot be used, for the reason
printed; 2: wrong arguments.
"""

import sys

# Where Python was told not to look there by itself.
sys.path.insert(0, __file__.rpartition("/")[0])

import outcome

import argparse
import gzip
import re
import tomllib
from base64 import b64encode
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


class View(NamedTuple):
    """What a chart shows for one choice: its panels, and what the heading quotes of it."""

    panels: list[go.Figure]
    quoted: dict[str, object]


class Chart(NamedTuple):
    """The words of a chart, those of templates/report.toml."""

    name: str
    title: str
    heading: str
    caption: str
    choice: str = ""
    source: str = "timm's results of {runs.label}"


def three(value: float) -> str:
    """Return a number with three significant digits."""
    return f"{float(f'{value:.3g}'):,g}"


def time_in_words(row: NamedTuple) -> str:
    """Return the ms of a row, with the interval where they are predicted."""
    interval = f" ({three(row.ms_low)} to {three(row.ms_high)})"
    return three(row.ms) + interval * (not row.is_measured)


def read_devices(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    columns = "device device_name device_short_name"
    order = "is_default_device desc, device_kind desc, device_name"
    return read(connection, "devices", columns, order=order)


def draw_frontiers(connection: duckdb.DuckDBPyConnection) -> dict[str, View]:
    benchmarks = read_rows(
        connection,
        "model_benchmarks",
        "device model img_size pretrained_on is_extra_data is_measured ms ms_low ms_high "
        "samples_per_sec top1 param_count is_frontier is_frontier_imagenet1k frontier_gap "
        "dominated_by",
        where="phase = 'infer' and is_default_run",
        order="device, ms, top1, model",
    )
    steps = read(
        connection,
        "frontier_steps",
        "device model img_size architecture ms top1 reaches is_largest_step",
        order="more_top1 desc, model",
    )
    views = {}
    for device, name, short_name in read_devices(connection).itertuples(index=False):
        models, own = (rows[rows["device"] == device] for rows in (benchmarks, steps))
        reached = own.explode("reaches").dropna(subset="reaches")
        reached = reached.merge(models[["model", "img_size", "ms_low", "ms_high", "is_measured"]])
        if not models.empty:
            views[name] = View(
                [charts.frontier(models, own[own["is_largest_step"]])],
                {
                    "device": short_name + " (predicted)" * (not models["is_measured"].all()),
                    **{f"ms_{row.reaches}": time_in_words(row) for row in reached.itertuples()},
                },
            )
    return views


FOLLOWED_TOP1 = (80, 82, 84, 86)  # percent


def draw_history(connection: duckdb.DuckDBPyConnection) -> dict[str, View]:
    frontiers = read_rows(
        connection,
        "frontier_history",
        "device januaries model img_size ms top1",
        where="phase = 'infer' and is_frontier and januaries <> []",
        order="device, snapshot, ms",
    )
    frontiers = frontiers.rename(columns={"januaries": "january"}).explode("january")
    progress = read_rows(
        connection,
        "progress",
        "device min_top1 snapshot ms model img_size",
        where=f"phase = 'infer' and min_top1 in {FOLLOWED_TOP1} and ms is not null",
        order="device, min_top1, snapshot",
    )
    halving_times = read(
        connection,
        "halving_times",
        "device min_top1 first_snapshot first_ms last_improvement least_ms",
        where=f"phase = 'infer' and min_top1 in {FOLLOWED_TOP1}",
        order="device, min_top1",
    )
    views = {}
    for device, name, short_name in read_devices(connection).itertuples(index=False):
        lines, times, halved = (
            frame[frame["device"] == device] for frame in (frontiers, progress, halving_times)
        )
        if not lines.empty:
            panels = [charts.progress(times), charts.januaries(lines)]
            views[name] = View(panels, {"device": short_name, **quote_progress(halved)})
    return views


def quote_progress(halving_times: pd.DataFrame) -> dict[str, object]:
    """Return what became of the time for 82 %, and since when no accuracy takes less."""
    quoted = {
        "least": halving_times["min_top1"].min(),
        "most": halving_times["min_top1"].max(),
        "since": halving_times["last_improvement"].max(),
    }
    for row in halving_times[halving_times["min_top1"] == 82].itertuples():
        quoted |= {"first_snapshot": row.first_snapshot, "first_ms": three(row.first_ms)}
        quoted |= {"last_improvement": row.last_improvement, "least_ms": three(row.least_ms)}
    return quoted


def draw_effects(connection: duckdb.DuckDBPyConnection) -> dict[str, View]:
    speed_ups = read_rows(
        connection,
        "network_speed_ups",
        "phase device_short_name torch_version setting architecture img_size from_ms to_ms "
        "speed_up",
        order="setting, same_batch_speed_up desc, from_run, architecture, img_size",
    )
    return {"": View([charts.effects(speed_ups)], {})}


def draw_proxies(connection: duckdb.DuckDBPyConnection) -> dict[str, View]:
    correlations = read_rows(
        connection,
        "cost_proxies",
        "proxy device_short_name networks spearman log_pearson median_spread",
        where="phase = 'infer' and is_default_run",
        order="device_kind desc, device_name",
    )
    return {"": View([charts.proxies(correlations)], {})}


def draw_robustness(connection: duckdb.DuckDBPyConnection) -> dict[str, View]:
    accuracies = read_rows(
        connection,
        "test_set_accuracies",
        "test_set model img_size pretrained_on is_extra_data imagenet_top1 top1 robustness_top1 "
        "robustness_standard_error",
        where="robustness is not null",
        order="test_set, model, img_size",
    )
    gains = read(
        connection,
        "robustness_gains",
        "test_set display_name extra_data_robustness",
        order="test_set <> 'imagenet-r', test_set",
    )
    return {
        gain["display_name"]: View(
            [charts.robustness(accuracies[accuracies["test_set"] == gain["test_set"]])],
            {name: value for name, value in gain.items() if pd.notna(value)},
        )
        for gain in gains.to_dict("records")
    }


def draw_predictions(connection: duckdb.DuckDBPyConnection) -> dict[str, View]:
    timings = read_rows(
        connection,
        "prediction_errors",
        "device_short_name architecture img_size ms predicted_ms predicted_ms_high",
        order="device_kind desc, device_short_name, ms, architecture",
    )
    devices = timings.groupby("device_short_name", sort=False)
    return {"": View([charts.prediction(rows) for _, rows in devices], {})}


PHASES = {"infer": "Inference", "train": "Training"}


def read_notebook(connection: duckdb.DuckDBPyConnection) -> dict[str, pd.DataFrame]:
    """Return what the notebook plots of each phase, under the phase's name."""
    benchmarks = read_rows(
        connection,
        "notebook_benchmarks",
        "phase model family is_headline_family secs samples_per_sec batch_size "
        "benchmark_img_size benchmark_param_count top1 top5 img_size is_size_matched",
        order="phase, secs, model",
    ).assign(ms=lambda rows: 1000 * rows["secs"])
    return dict(list(benchmarks.groupby("phase")))


def quote_notebook(figures: dict[str, NamedTuple], phase: str) -> dict[str, NamedTuple]:
    """Return the headline figures of a phase, without it in their names."""
    return {
        name.removeprefix(f"{phase}_"): row
        for name, row in figures.items()
        if name.startswith(f"{phase}_")
    }


def draw_families(connection: duckdb.DuckDBPyConnection) -> dict[str, View]:
    benchmarks = read_notebook(connection)
    trends = read(
        connection,
        "notebook_family_trends",
        "phase family n min_secs max_secs top1_at_min_secs top1_at_max_secs",
        where="slope is not null",
        order="phase, family",
    ).assign(
        min_ms=lambda rows: 1000 * rows["min_secs"], max_ms=lambda rows: 1000 * rows["max_secs"]
    )
    figures = read_figures(connection)
    rows = pd.concat(benchmarks.values())
    looks = charts.family_looks(sorted(rows["family"][rows["is_headline_family"]].unique()))
    return {
        PHASES[phase]: View(
            [charts.families(models, trends[trends["phase"] == phase], looks)],
            quote_notebook(figures, phase),
        )
        for phase, models in benchmarks.items()
    }


def draw_parameter_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, View]:
    figures = read_figures(connection)
    return {
        PHASES[phase]: View([charts.parameter_counts(models)], quote_notebook(figures, phase))
        for phase, models in read_notebook(connection).items()
    }


DRAWINGS = {
    "frontier": draw_frontiers,
    "history": draw_history,
    "effects": draw_effects,
    "proxies": draw_proxies,
    "robustness": draw_robustness,
    "prediction": draw_predictions,
    "families": draw_families,
    "speed_by_parameter_count": draw_parameter_counts,
}
WORDS = tomllib.loads((TEMPLATES / "report.toml").read_text(encoding="utf-8"))
ARGUMENT, NOTEBOOK = (
    [Chart(**words) for words in WORDS[part]] for part in ("argument", "notebook")
)
CHARTS = ARGUMENT + NOTEBOOK


def draw_charts(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[dict[str, dict[str, View]], dict[str, str]]:
    """Return the views of the charts by their names, and why others are left out."""
    drawn, left_out = {}, {}
    for chart in CHARTS:
        try:
            drawn[chart.name] = DRAWINGS[chart.name](connection)
        except NothingToShow as reason:
            left_out[chart.name] = str(reason)
    return drawn, left_out


def read_figures(connection: duckdb.DuckDBPyConnection) -> dict[str, NamedTuple]:
    """Return the figures that the page quotes, by their names."""
    figures = read(connection, "headline_figures", "figure value label")
    return {row.figure: row for row in figures.itertuples()}


def say(text: str, quoted: dict[str, object], what: str, left_out: dict[str, str]) -> str:
    """Return the sentences that can be told; note why others cannot."""
    told = []
    for sentence in re.split(r"(?<=\.) ", text):
        try:
            told.append(sentence.format(**quoted))
        except KeyError as error:
            left_out[f"a sentence on {what}"] = f"there is no figure {error}"
    # A number stays with its unit.
    return re.sub(r"(?<=\d) (?=%|ms\b)", "\u00a0", " ".join(told))


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


def describe_chart(
    chart: Chart, views: dict[str, View], figures: dict[str, NamedTuple], left_out: dict[str, str]
) -> dict:
    """Return what the template needs of a chart; note the sentences that it has to go without."""

    def told(text: str, **quoted: object) -> str:
        return say(text, figures | quoted, chart.name, left_out)

    shown = [
        {
            "choice": choice,
            "heading": told(chart.heading, **view.quoted) or chart.title,
            "panels": [{"data": panel.data, "layout": panel.layout} for panel in view.panels],
        }
        for choice, view in views.items()
    ]
    return {
        "name": chart.name,
        "title": chart.title,
        "choice": chart.choice,
        "views": shown,
        "caption": told(chart.caption),
        "source": told(chart.source) or "timm's results",
        "packed_views": to_json_plotly(shown, engine="json"),
    }


def draw_report(connection: duckdb.DuckDBPyConnection) -> tuple[str, dict[str, str]]:
    """Return the page with all charts, and what is left out of it with the reasons."""
    drawn, left_out = draw_charts(connection)
    figures = read_figures(connection)
    findings, without = read_findings(connection)
    argument, notebook = (
        [
            describe_chart(chart, drawn[chart.name], figures, left_out)
            for chart in part
            if chart.name in drawn
        ]
        for part in (ARGUMENT, NOTEBOOK)
    )
    introduction = say(WORDS["introduction"], figures, "introduction", left_out)
    page = fill(
        "index",
        introduction=introduction,
        argument=argument,
        notebook=notebook,
        findings=findings,
        dark=to_json_plotly(charts.DARK, engine="json"),
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
        "is_distilled is_self_supervised license license_kind license_url hub_id paper input_size "
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
        "license license_kind license_url hub_id paper input_size is_fixed_input_size num_features "
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


def refuse_what_is_not_ours(path: Path, page: str) -> None:
    """Raise FileExistsError where something else is in the place of a page, known by its title."""
    if path.is_file():
        there = path.read_text(encoding="utf-8", errors="replace")
        if not there or re.search("<title>.*</title>", page)[0] in there:
            return
    if path.exists():
        raise FileExistsError(None, "is no page of this project and would be lost", path)


def write(folder: Path, pages: dict[str, str]) -> None:
    """Write the pages aside, and put them in place when all are whole."""
    folder.mkdir(parents=True, exist_ok=True)
    side_files = {folder / f"{name}.new": folder / name for name in pages}
    for paths, page in zip(side_files.items(), pages.values(), strict=True):
        for path in paths:
            refuse_what_is_not_ours(path, page)
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
