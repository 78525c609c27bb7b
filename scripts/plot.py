"""Draw the report from the marts of image_models.duckdb.

    python scripts/plot.py [--db FILE] [--out DIR]

Writes one self-contained page per chart, index.html with all of them, and explorer.html to
choose a model with. The database is opened read-only and only marts are read. Exit code 0:
written; 1: the database or the folder cannot be used, for the reason printed; 2: wrong
arguments.
"""

from __future__ import annotations

import argparse
import json
import sys
from base64 import b64encode
from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from operator import ne
from pathlib import Path
from pkgutil import get_data

import charts
import duckdb
import jinja2

PROJECT = Path(__file__).resolve().parent.parent
TEMPLATES = Path(__file__).with_name("templates")
PLOTLYJS = get_data("plotly", "package_data/plotly.min.js")
ROBUSTNESS = {"v2": "ImageNetV2", "sketch": "Sketch", "a": "ImageNet-A", "r": "ImageNet-R"}


class UnusableDatabase(Exception):
    """The database lacks what the charts need; the message says what, and the remedy."""


# --- what is read -------------------------------------------------------------------
# The casts say what the charts rely on; a column of another type fails there.

QUERIES = {
    "notebook_benchmarks": """
        select
            phase, model, family, is_headline_family::boolean as is_headline_family,
            secs::double as secs, samples_per_sec::double as samples_per_sec,
            batch_size::integer as batch_size, benchmark_img_size::integer as benchmark_img_size,
            benchmark_param_count::double as benchmark_param_count, top1::double as top1,
            top5::double as top5, img_size::integer as img_size,
            is_size_matched::boolean as is_size_matched
        from notebook_benchmarks
        order by secs, model
    """,
    "notebook_family_trends": """
        select
            phase, family, n::integer as n, slope::double as slope, r2::double as r2,
            min_secs::double as min_secs, max_secs::double as max_secs,
            intercept::double + slope * log10(min_secs) as top1_at_min_secs,
            intercept::double + slope * log10(max_secs) as top1_at_max_secs
        from notebook_family_trends
        where slope is not null
        order by family
    """,
    "model_benchmarks": """
        select
            device_name, model, img_size::integer as img_size, pretrained_on,
            is_extra_data::boolean as is_extra_data, secs::double as secs,
            samples_per_sec::double as samples_per_sec, batch_size::integer as batch_size,
            top1::double as top1, param_count::double as param_count,
            is_frontier::boolean as is_frontier,
            is_frontier_imagenet1k::boolean as is_frontier_imagenet1k,
            frontier_gap::double as frontier_gap, coalesce(dominated_by, '') as dominated_by
        from model_benchmarks
        where phase = 'infer' and is_default_run
        order by device_kind desc, device_name, secs, top1, model
    """,
    "model_accuracy": """
        select
            model, img_size::integer as img_size, pretrained_on,
            is_extra_data::boolean as is_extra_data, top1::double as top1,
            v2_top1, v2_robustness, sketch_top1, sketch_robustness,
            a_top1, a_robustness, r_top1, r_robustness
        from model_accuracy
        order by model, img_size
    """,
    "run_comparisons": """
        select
            from_run, to_run, same_batch_n::integer as same_batch_n,
            same_batch_speed_up::double as same_batch_speed_up,
            frontier_jaccard::double as frontier_jaccard,
            from_setting || ' to ' || to_setting as effect,
            concat(
                to_device_short_name, '<br>',
                case when phase = 'train' then 'training, ' end,
                to_torch_version, ' ', to_setting
            ) as label
        from run_comparisons
        where to_setting in ('compiled', 'nhwc')
        order by effect, same_batch_speed_up desc
    """,
    "cost_proxies": """
        select
            proxy, n::integer as n, spearman::double as spearman,
            log_pearson::double as log_pearson, median_spread::double as median_spread,
            device_short_name as label
        from cost_proxies
        where phase = 'infer' and is_default_run
        order by device_kind desc, device_name
    """,
    "notebook_findings": """
        select claim, measured_as, on_notebook_data, on_matched_sizes, on_todays_data, verdict
        from notebook_findings
        order by verdict desc, claim
    """,
}
# For the explorer: what was tested, and how fast it is in the newest run of each kind.
EXPLORER_QUERIES = {
    "tested": """
        select
            model, img_size, architecture_group, pretrained_on, is_extra_data, is_distilled,
            param_count, gmacs, macts, top1, top5, top1_standard_error, ties, shifted_top1,
            v2_top1, sketch_top1, a_top1, r_top1,
            v2_robustness, sketch_robustness, a_robustness, r_robustness
        from model_accuracy
        order by model, img_size
    """,
    "runs": """
        select run, device, device_name, phase, is_compiled
        from benchmark_runs
        where is_newest
        order by device_kind desc, device_name, phase, is_compiled
    """,
    "timings": """
        select
            run, model, img_size, samples_per_sec, batch_size,
            is_frontier::integer as is_frontier,
            is_frontier_imagenet1k::integer as is_frontier_imagenet1k
        from model_benchmarks
        where is_newest
        order by model, img_size
    """,
}
MAY_BE_NULL = {
    "notebook_findings": {"on_notebook_data", "on_matched_sizes", "on_todays_data"},
    "tested": {
        "gmacs",
        "macts",
        "shifted_top1",
        *(f"{name}_{what}" for name in ROBUSTNESS for what in ("top1", "robustness")),
    },
    "model_accuracy": {f"{name}_{what}" for name in ROBUSTNESS for what in ("top1", "robustness")},
}

# The figures that captions quote: one row each.
FIGURES = {
    phase: f"""
        select
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
        where phase = '{phase}'
    """
    for phase in ("infer", "train")
} | {
    "today": """
        select *
        from
            (select count(distinct device) as devices from benchmark_runs),
            (select count(*) as models from models),
            (
                select count(*) as stable
                from frontier_stability
                where runs >= 10 and frontier_share >= 0.9
            ),
            (
                select
                    arg_max(pretrained_on, r_robustness) as most_robust_pretraining,
                    avg(r_robustness) filter (is_extra_data) as extra_data_robustness,
                    avg(r_robustness) filter (not is_extra_data)
                        as imagenet1k_robustness
                from model_accuracy
            ),
            (
                select
                    min(same_batch_speed_up) as least_compiled,
                    max(same_batch_speed_up) as most_compiled,
                    max(frontier_jaccard) as compiled_jaccard
                from run_comparisons
                where to_setting = 'compiled'
            ),
            (
                select
                    median(spearman) filter (proxy = 'param_count') as param_count_spearman,
                    median(spearman) filter (proxy = 'macts') as macts_spearman
                from cost_proxies
                where is_default_run and device_kind = 'gpu' and phase = 'infer'
            )
    """
}


@dataclass(frozen=True)
class Marts:
    """What the charts draw from: rows by mart, figures for the captions, looks of families."""

    rows: dict[str, list[charts.Row]]
    figures: dict[str, dict]
    styles: dict[str, dict[str, str]]

    def of_phase(self, mart: str, phase: str) -> list[charts.Row]:
        return [row for row in self.rows[mart] if row.phase == phase]


def read_marts(database: Path) -> Marts:
    """Read the marts; raises UnusableDatabase."""
    if not database.is_file():
        raise UnusableDatabase(f"{database}: no such file; build it with `make` or `dbt build`")
    rows, figures = {}, {}
    try:
        with duckdb.connect(database, read_only=True) as connection:
            for mart, query in {**QUERIES, **EXPLORER_QUERIES}.items():
                columns, rows[mart] = read_rows(connection, mart, query)
                check_rows(database, mart, columns, rows[mart])
            for name, query in FIGURES.items():
                _, (row,) = read_rows(connection, name, query)
                figures[name] = row._asdict()
    except (duckdb.CatalogException, duckdb.BinderException, duckdb.ConversionException) as error:
        raise UnusableDatabase(
            f"{database}: of another version: {first_line(error)}; build it again"
        ) from None
    except duckdb.Error as error:
        raise UnusableDatabase(
            f"{database}: cannot be read: {first_line(error)}; build it again"
        ) from None
    try:
        styles = charts.family_styles(rows["notebook_benchmarks"])
    except ValueError as error:
        raise UnusableDatabase(f"{database}: notebook_benchmarks: {error}") from None
    strangers = {row.family for row in rows["notebook_family_trends"]} - set(styles)
    if strangers:
        raise UnusableDatabase(
            f"{database}: notebook_family_trends has {sorted(strangers)}, which "
            "notebook_benchmarks has not; build it again"
        )
    return Marts(rows, figures, styles)


def read_rows(
    connection: duckdb.DuckDBPyConnection, name: str, query: str
) -> tuple[list[str], list[charts.Row]]:
    found = connection.execute(query)
    columns = [column[0] for column in found.description]
    return columns, list(map(namedtuple(name, columns)._make, found.fetchall()))


def check_rows(database: Path, mart: str, columns: list[str], rows: list[charts.Row]) -> None:
    phases = ("infer", "train") if "phase" in columns else (None,)
    for phase in phases:
        if not (any(row.phase == phase for row in rows) if phase else rows):
            of_phase = f" of phase {phase}" if phase else ""
            raise UnusableDatabase(f"{database}: {mart} has no rows{of_phase}; build it again")
    holed = {
        name for name, cells in zip(columns, zip(*rows, strict=True), strict=True) if holes(cells)
    }
    nulls = sorted(holed - MAY_BE_NULL.get(mart, set()))
    if nulls:
        raise UnusableDatabase(
            f"{database}: {mart} has no value in {', '.join(nulls)} of some rows; build it again"
        )


def holes(cells: tuple) -> bool:
    """Return whether a value is missing or is not a number, though it should be one."""
    return None in cells or any(map(ne, cells, cells))


def first_line(error: Exception) -> str:
    return str(error).splitlines()[0]


# --- the report ---------------------------------------------------------------------


@dataclass(frozen=True)
class Chart:
    name: str
    title: str
    figures: str
    """Which of FIGURES the caption quotes, in braces."""
    caption: str
    draw: Callable[[Marts], dict]


def accuracy_chart(phase: str) -> Callable[[Marts], dict]:
    return lambda marts: charts.draw_accuracy(
        marts.of_phase("notebook_benchmarks", phase), marts.styles
    )


def headline_chart(phase: str) -> Callable[[Marts], dict]:
    def draw(marts: Marts) -> dict:
        benchmarks = marts.of_phase("notebook_benchmarks", phase)
        headline = [row for row in benchmarks if row.is_headline_family]
        trends = marts.of_phase("notebook_family_trends", phase)
        return charts.draw_accuracy(headline, marts.styles, trends)

    return draw


TODAY = (
    Chart(
        "devices",
        "Speed and accuracy on every device",
        "today",
        "Today's {models:,.0f} models with speed and accuracy at the same image size, on each "
        "of the {devices:.0f} devices that timed them; choose one above the chart. The lines "
        "are the frontiers: no model is both faster and more accurate than one on the line, "
        "once among all models and once among those that saw nothing but ImageNet-1k. Graphics "
        "cards are timed in large batches, CPUs one image at a time. Frontiers move with the "
        "hardware: among the models timed in ten or more runs only {stable:.0f} are on nine "
        "frontiers out of ten.",
        lambda marts: charts.draw_devices(marts.rows["model_benchmarks"]),
    ),
    Chart(
        "robustness",
        "Robustness",
        "today",
        "How much better a model does on shifted images than its ImageNet accuracy predicts: 0 "
        "is the line fitted through all models. On ImageNet-R models pretrained on more stand "
        "at {extra_data_robustness:+.2f} on average, those of ImageNet-1k alone at "
        "{imagenet1k_robustness:+.2f}; the most robust was pretrained on "
        "{most_robust_pretraining}.",
        lambda marts: charts.draw_robustness(marts.rows["model_accuracy"], ROBUSTNESS),
    ),
    Chart(
        "effects",
        "What compiling and memory layout change",
        "today",
        "Pairs of runs that differ in one setting, the median over the models timed with the "
        "same batch size. Compiling makes the median model {least_compiled:.2f} to "
        "{most_compiled:.2f} times as fast, and not all models alike: of the models on either "
        "frontier, with or without compiling, at best {compiled_jaccard:.0%} are on both.",
        lambda marts: charts.draw_effects(marts.rows["run_comparisons"]),
    ),
    Chart(
        "proxies",
        "What stands in for speed",
        "today",
        "How well three counts rank models by their time per image. On the median graphics "
        "card activations reach {macts_spearman:.2f} where parameters reach "
        "{param_count_spearman:.2f}.",
        lambda marts: charts.draw_proxies(marts.rows["cost_proxies"]),
    ),
)

NOTEBOOK = (
    Chart(
        "inference",
        "Inference",
        "infer",
        "Each bubble is one set of pretrained weights on an RTX 3090: left is faster, up is more "
        "accurate, and the bubble grows with the image. Choose along the upper left edge; "
        "{fastest_family} begins it and {most_accurate_family} ends it, at {best_top1:.1f} %. "
        "{mismatched} of the {models} bubbles pair a speed at one image size with an accuracy at "
        "another, so no machine delivers the two together.",
        accuracy_chart("infer"),
    ),
    Chart(
        "inference_headline_families",
        "Inference, headline families",
        "infer",
        "The {headline_families} families that the notebook picks out of {families}, each with "
        "its least-squares line on log time, a guide for the eye. Of the {convnext} convnext "
        "bubbles {convnext_mismatched} pair a speed with an accuracy at another image size, so "
        "this data cannot show their lead in the middle; and the family convnext_in22 that the "
        "notebook discusses has {in22} models here, because timm had moved the pretraining from "
        "the model's name into its tag.",
        headline_chart("infer"),
    ),
    Chart(
        "speed_by_parameter_count",
        "Speed against parameter count",
        "infer",
        "Were the parameter count a stand-in for speed, the points would lie on a line. Among "
        "the {medium_models} sets of weights with 20 to 30 million parameters the slowest takes "
        "{medium_spread:.0f} times as long as the fastest. Part of that is the image size, "
        "shown as colour; compare points of one colour.",
        lambda marts: charts.draw_parameter_counts(marts.of_phase("notebook_benchmarks", "infer")),
    ),
    Chart(
        "training",
        "Training",
        "train",
        "The same for training, where a step includes the backward pass and the update. "
        "{fastest_family} is the fastest family and {most_accurate_family} the most accurate; "
        "{mismatched} of the {models} bubbles pair a speed and an accuracy of different image "
        "sizes.",
        accuracy_chart("train"),
    ),
    Chart(
        "training_headline_families",
        "Training, headline families",
        "train",
        "The lines of the headline families for training. The accuracy is that of timm's "
        "published weights, not of the step that was timed, and {convnext_mismatched} of the "
        "{convnext} convnext bubbles pair it with a speed at another image size.",
        headline_chart("train"),
    ),
)
CHARTS = TODAY + NOTEBOOK


def caption(chart: Chart, marts: Marts) -> str:
    return chart.caption.format(**marts.figures[chart.figures])


def section(chart: Chart, marts: Marts) -> dict:
    """Return what a page shows of a chart."""
    return {
        "name": chart.name,
        "title": chart.title,
        "caption": caption(chart, marts),
        "starts_notebook": chart is NOTEBOOK[0],
        "figure": as_data(chart.draw(marts)),
    }


def as_data(value: object) -> str:
    """Return JSON for a script element, whose end only "<" could announce."""
    text = json.dumps(value, separators=(",", ":"), allow_nan=False)
    return text.replace("<", "\\u003c")


def render(sections: list[dict], title: str, marts: Marts) -> str:
    """Return a page with the sections; with several, the findings too."""
    findings = marts.rows["notebook_findings"]
    return fill("page", title=title, sections=sections, findings=findings)


def fill(name: str, **values: object) -> str:
    """Return a page from the template and the script of that name, but for plotly.js."""
    script = (TEMPLATES / f"{name}.js").read_text(encoding="utf-8")
    policy = content_security_policy(PLOTLYJS, script.encode())
    template = environment().get_template(f"{name}.html.jinja")
    return template.render(script=script, policy=policy, **values)


@cache
def environment() -> jinja2.Environment:
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
    )


@cache
def content_security_policy(*scripts: bytes) -> str:
    """Allow these scripts, by their hashes, and nothing from outside.

    plotly writes its style sheet and its elements' styles itself, and saves pictures by way
    of data: and blob: addresses.
    """
    digests = [b64encode(sha256(script).digest()).decode() for script in scripts]
    hashes = " ".join(f"'sha256-{digest}'" for digest in digests)
    return (
        f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; "
        "img-src data: blob:; base-uri 'none'; form-action 'none'"
    )


def render_explorer(marts: Marts) -> str:
    """Return the page to choose a model with."""
    tested, runs, timings = (marts.rows[name] for name in EXPLORER_QUERIES)
    places = {(row.model, row.img_size): place for place, row in enumerate(tested)}
    names = {run.device: run.device_name for run in runs}
    data = {
        "tested": columns_of(tested),
        "runs": [run._asdict() for run in runs],
        "timings": {
            run: {
                "place": [places[row.model, row.img_size] for row in rows],
                **columns_of(rows, "run", "model", "img_size"),
            }
            for run, rows in charts.grouped(timings, "run").items()
        },
        "devices": [{"device": device, "name": name} for device, name in names.items()],
        "families": sorted({row.architecture_group for row in tested}),
    }
    return fill("explorer", data=as_data(data))


def columns_of(rows: list[charts.Row], *left_out: str) -> dict[str, tuple]:
    columns = zip(rows[0]._fields, zip(*rows, strict=True), strict=True)
    return {name: cells for name, cells in columns if name not in left_out}


def write(path: Path, page: str) -> None:
    """Write the page, complete in itself: plotly.js goes where the template says <plotly.js>.

    No value says that, for "<" is escaped in all of them.
    """
    before, after = page.encode().split(b"<plotly.js>")
    side_file = path.with_name(f"{path.name}.new")
    try:
        with side_file.open("wb") as stream:
            stream.writelines((before, PLOTLYJS, after))
        side_file.replace(path)
    finally:
        side_file.unlink(missing_ok=True)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Draw the report from the marts.")
    parser.add_argument("--db", type=Path, default=PROJECT / "image_models.duckdb")
    parser.add_argument("--out", type=Path, default=PROJECT / "reports")
    arguments = parser.parse_args(argv)
    try:
        marts = read_marts(arguments.db)
        arguments.out.mkdir(parents=True, exist_ok=True)
        sections = []
        for chart in CHARTS:
            print(f"drawing {chart.name}", flush=True)
            sections.append(section(chart, marts))
            write(arguments.out / f"{chart.name}.html", render(sections[-1:], chart.title, marts))
        page = render(sections, "Which image models are best?", marts)
        write(arguments.out / "index.html", page)
        print("drawing the explorer", flush=True)
        write(arguments.out / "explorer.html", render_explorer(marts))
    except UnusableDatabase as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.filename}: {error.strerror}; name another --out", file=sys.stderr)
        return 1
    print(f"wrote {len(CHARTS) + 2} pages to {arguments.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
