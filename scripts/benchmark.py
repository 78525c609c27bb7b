"""Measure the project beside what one would otherwise run, and as its data grows.

    python scripts/benchmark.py [--rounds N] [--scales K ...] [--growth K K ...] [--runs K]
                                [--out DIR]

Writes docs/performance.md and docs/scale.md. pyperf starts every measurement in a process of its
own; the peers take turns, and medians are written. Scale K is the data K times, under numbered
names; --runs K has every run K times instead, on numbered devices. Needs what `make` made, Debian's
Chromium and an otherwise idle machine, for about half an hour with the defaults.
"""

import sys

# Where Python was told not to look there by itself.
sys.path.insert(0, __file__.rpartition("/")[0])

import outcome

import importlib
import itertools
import json
import shutil
import subprocess
from argparse import Namespace
from collections import defaultdict
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from math import log
from pathlib import Path
from statistics import median
from time import perf_counter

import pyperf
from notebook_peers import INPUTS, PEERS, multiply, write_inputs

SCRIPTS = Path(__file__).resolve().parent
PROJECT = SCRIPTS.parent
FOLDER = PROJECT / "target" / "benchmark"
READ_BY_DBT = ("seeds", "models", "macros", "tests", "dbt_project.yml", "profiles.yml")
ABOVE_SEEDS = ("staging", "intermediate", "marts", "answers", "exposures.yml", "singular")
PACKAGES = ("duckdb", "polars", "pandas", "dbt-core", "dbt-duckdb", "plotly")
WAYS = ("loaded", "reading")
PAGE_TIMES = (SCRIPTS / "page_times.js").read_text()

# How many times as long as the project's SQL a peer should take at least.
LEAST_RATIOS = {("polars", way, scale): 1 for way in WAYS for scale in (100, 1000)} | {
    ("pandas", "loaded", 100): 5,
    ("pandas", "loaded", 1000): 10,
}


def copy_project(name: str, without: tuple[str, ...] = ()) -> Path:
    """Copy what dbt reads."""
    others = {path.name for path in PROJECT.iterdir()}.difference(READ_BY_DBT)
    shutil.copytree(PROJECT, FOLDER / name, ignore=shutil.ignore_patterns(*others, *without))
    return FOLDER / name


def copy_grown(database: Path, scale: int) -> Path:
    """Copy the project with a database whose seeds have every model scale times."""
    import duckdb

    folder = copy_project(f"grown_{scale}")
    shutil.copy(database, folder / "image_models.duckdb")
    with duckdb.connect(folder / "image_models.duckdb") as connection:
        for seed in INPUTS:
            multiply(connection, f"raw.{seed}", scale)
    return folder


def copy_with_runs(database: Path, scale: int) -> Path:
    """Copy the project with a database that has every run scale times, on as many devices."""
    import duckdb

    folder = copy_project(f"runs_{scale}")
    shutil.copy(database, folder / "image_models.duckdb")
    numbered = r"if(copy = 0, run, regexp_replace(run, '(-dynamo)?$', '_copy' || copy || '\1'))"
    with duckdb.connect(folder / "image_models.duckdb") as connection:
        for seed in ("benchmark_files", "inference_benchmarks", "training_benchmarks"):
            connection.execute(
                f"create or replace table raw.{seed} as "
                f"select {seed}.* replace ({numbered} as run) "
                f"from raw.{seed}, range({scale}) as copies(copy)"
            )
    return folder


def dbt(folder: str, args: Namespace, command: str, is_cold: bool = False) -> str:
    clean = "rm -rf target logs *.duckdb &&" if is_cold else ""
    run = f"IMAGE_MODELS_DB=image_models.duckdb {args.dbt} --quiet {command}"
    return f"cd {FOLDER / folder} && {clean} {run}"


def prepare(args: Namespace) -> None:
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    copy_project("full")
    copy_project("floor", without=ABOVE_SEEDS)
    compile_mart = dbt("full", args, "compile --select notebook_benchmarks")
    mart = subprocess.check_output(compile_mart, shell=True, text=True)
    for scale in args.scales:
        write_inputs(args.db, mart, FOLDER / f"inputs_{scale}", scale)
    for scale in args.growth:
        copy_grown(args.db, scale)
    copy_with_runs(args.db, args.runs)


def time_peer(_: int, peer: str, way: str, scale: int) -> float:
    """Return the seconds of a peer's work, with reading its files or without."""
    importlib.import_module(peer)
    load, work = PEERS[peer]
    start = perf_counter()
    inputs = load(FOLDER / f"inputs_{scale}", way)
    if way == "loaded":
        start = perf_counter()
    work(*inputs)
    return perf_counter() - start


def grown_copies(args: Namespace) -> list[str]:
    return [*(f"grown_{scale}" for scale in args.growth), f"runs_{args.runs}"]


def measure(runner: pyperf.Runner, args: Namespace) -> dict[str | tuple, list[pyperf.Benchmark]]:
    """Measure everything in turns; pyperf's workers come by here too, each for one task."""
    commands = {
        "full": dbt("full", args, "build", is_cold=True),
        "floor": dbt("floor", args, "build", is_cold=True),
        "warm": dbt("full", args, "build"),
        "plot": f"{sys.executable} {SCRIPTS}/plot.py --db {args.db} --out {FOLDER}/reports",
    }
    grown = {name: dbt(name, args, "run") for name in grown_copies(args)}
    measured = defaultdict(list)
    for turn in range(args.rounds):
        for scale, way, peer in itertools.product(args.scales, WAYS, PEERS):
            task = f"{peer}, {way}, {scale} times, turn {turn}"
            bench = runner.bench_time_func(task, time_peer, peer, way, scale)
            measured[peer, way, scale].append(bench)
        for name, command in (commands if turn else commands | grown).items():
            bench = runner.bench_command(f"{name}, turn {turn}", ["sh", "-c", command])
            measured[name].append(bench)
    return measured


def summarize(benches: list[pyperf.Benchmark]) -> dict[str, float]:
    told = [bench.get_metadata() for bench in benches]
    peaks = [each.get("command_max_rss") or each["mem_max_rss"] for each in told]
    return {"seconds": median(bench.median() for bench in benches), "mb": median(peaks) / 1e6}


def read_results(name: str) -> list[dict]:
    """Return what dbt noted of each node that it built last in a folder."""
    return json.loads((FOLDER / name / "target" / "run_results.json").read_text())["results"]


def measure_growth(args: Namespace) -> list[dict]:
    """Return the seconds of each model at each size, the slowest at the largest first.

    Of a size k times another the time is k ** exponent times the other's: by models from the two
    largest sizes, by runs from the smallest.
    """
    seconds = {
        copy: {
            each["unique_id"].split(".")[-1]: each["execution_time"] for each in read_results(copy)
        }
        for copy in grown_copies(args)
    }
    *by_models, by_runs = seconds.values()
    ratio = log(args.growth[-1] / args.growth[-2])
    return [
        {
            "name": name,
            "seconds": [times[name] for times in seconds.values()],
            "by_models": log(by_models[-1][name] / by_models[-2][name]) / ratio,
            "by_runs": log(by_runs[name] / by_models[0][name]) / log(args.runs),
        }
        for name in sorted(by_models[-1], key=by_models[-1].get, reverse=True)
    ]


def measure_page(browser, page: Path, rounds: int) -> dict[str, str | float]:
    seen = []
    for _ in range(rounds):
        opened = browser.new_page(viewport={"width": 1280, "height": 900})
        opened.goto(page.as_uri())
        seen.append(opened.evaluate(PAGE_TIMES))
        opened.close()
    times = {name: median(each[name] for each in seen) for name in seen[0]}
    return {"name": page.name, "mb": page.stat().st_size / 1e6, **times}


def judge(found: dict, pages: list[dict]) -> list[tuple]:
    """Return the targets beside what was found, less those of sizes that were not run."""
    judged = []
    for (peer, way, scale), least in LEAST_RATIOS.items():
        if (peer, way, scale) in found:
            ratio = found[peer, way, scale]["seconds"] / found["duckdb", way, scale]["seconds"]
            what = f"time of {peer} over DuckDB's, {way}, {scale:,} times the data"
            judged.append((what, f"at least {least}", ratio, ratio >= least))
    floor = found["full"]["seconds"] / found["floor"]["seconds"]
    judged.append(("cold build over the seeds alone", "below 2", floor, floor < 2))
    mb = sum(page["mb"] for page in pages)
    return [*judged, ("MB of the pages together", "at most 13", mb, mb <= 13)]


def draw(found: dict, browser, path: Path) -> None:
    import plotly.express as px

    names = ("peer", "inputs", "times the data")
    keys = [key for key in found if isinstance(key, tuple)]
    rows = [dict(zip(names, key, strict=True)) | found[key] for key in keys]
    axes = {"x": names[2], "y": "seconds", "color": names[0], "line_dash": names[1]}
    figure = px.line(rows, **axes, markers=True, log_x=True, log_y=True, template="plotly_white")
    page = browser.new_page(viewport={"width": 900, "height": 480})
    page.set_content(figure.to_html(config={"staticPlot": True}))
    page.locator(".plot-container").screenshot(path=path)


def write_pages(measured: dict, args: Namespace) -> None:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined
    from playwright.sync_api import sync_playwright

    found = {key: summarize(benches) for key, benches in measured.items()}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium", args=["--no-sandbox"]
        )
        files = sorted((FOLDER / "reports").glob("*.html"))
        pages = [measure_page(browser, file, args.rounds) for file in files]
        draw(found, browser, args.out / "performance.png")
    loader = FileSystemLoader(SCRIPTS / "templates")
    environment = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True)
    values = {
        "args": args,
        "machine": next(iter(measured.values()))[0].get_metadata(),
        "packages": {package: version(package) for package in PACKAGES},
        "judged": judge(found, pages),
        "found": found,
        "read_results": read_results,
        "growth": measure_growth(args),
        "pages": pages,
    }
    for name in ("performance.md", "scale.md"):
        text = environment.get_template(f"{name}.jinja").render(values)
        with outcome.naming(args.out / name):
            (args.out / name).write_text(text + "\n", encoding="utf-8")


def main(argv: list[str]) -> None:
    runner = pyperf.Runner(processes=1, values=1, loops=1, program_args=(__file__, *argv))
    runner.argparser.set_defaults(warmups=0, quiet=True, copy_env=True)
    add = runner.argparser.add_argument
    add("--rounds", type=int, default=5)
    add("--scales", type=int, nargs="+", default=[1, 10, 100, 1000])
    add("--growth", type=int, nargs="+", default=[1, 10, 100])
    add("--runs", type=int, default=10)
    add("--db", type=Path, default=PROJECT / "image_models.duckdb")
    add("--dbt", type=Path, default=Path(sys.executable).with_name("dbt"))
    add("--out", type=Path, default=PROJECT / "docs")
    args = runner.parse_args(argv)
    if not args.worker:
        # In a process of its own: one counts the memory of who starts it as its own.
        with ProcessPoolExecutor(1) as pool:
            pool.submit(prepare, args).result()
    measured = measure(runner, args)
    if not args.worker:
        write_pages(measured, args)


if __name__ == "__main__":
    outcome.run(lambda: main(sys.argv[1:]))
