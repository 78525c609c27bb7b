"""Measure the project beside what one would otherwise run, and write docs/performance.md.

    python scripts/benchmark.py [--repeats N] [--scales K ...] [--out DIR]

Peers alternate in one process tree, each measurement a process of its own, and medians are
reported. Scale K is the notebook's data K times, with numbered names. Needs Debian's Chromium
and an otherwise idle machine; with the defaults it takes about half an hour. Exit code 0:
written; 1: a peer failed or the peers disagree, for the reason printed; 2: wrong arguments.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

SCRIPTS = Path(__file__).resolve().parent
PROJECT = SCRIPTS.parent
SEEDS = PROJECT / "seeds" / "timm"
PARTS = ("seeds", "models", "macros", "tests", "dbt_project.yml", "profiles.yml")
CHROMIUM = "/usr/bin/chromium"
PACKAGES = ("duckdb", "pandas", "dbt-core", "dbt-duckdb", "plotly")

# What the notebook's three files hold, as the seeds have it.
INPUTS = {
    "imagenet_results": (
        "snapshot = '2023-05-24' and test_set = 'imagenet'",
        "date '2023-05-24' as snapshot, 'imagenet' as test_set",
        "model, img_size, top1, top5, param_count, crop_pct, interpolation",
    ),
    "inference_benchmarks": (
        "run = 'infer-amp-nhwc-pt111-cu113-rtx3090'",
        "'infer-amp-nhwc-pt111-cu113-rtx3090' as run, null::double as gmacs, null::double as macts",
        "model, img_size, samples_per_sec, step_time, batch_size, param_count",
    ),
    "training_benchmarks": (
        "run = 'train-amp-nhwc-pt111-cu113-rtx3090'",
        "'train-amp-nhwc-pt111-cu113-rtx3090' as run",
        "model, img_size, samples_per_sec, step_time, batch_size, param_count",
    ),
}
MART = "notebook_benchmarks"

# A core takes a row group at a time: by DuckDB's default of 122,880 rows, one core would do
# all the work at 100 times the data.
ROW_GROUP_SIZE = 10_240


class Failed(Exception):
    """A peer failed, or two peers that do the same work disagree; the message says which."""


# --- measuring ----------------------------------------------------------------------


def run(command: list, cwd: Path = PROJECT, **environment: str) -> tuple[float, float, str]:
    """Return seconds, peak resident megabytes and output of a command; raises Failed."""
    with tempfile.TemporaryFile("w+") as output:
        start = time.perf_counter()
        process = subprocess.Popen(
            [str(part) for part in command],
            cwd=cwd,
            env={**os.environ, **environment},
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        text = output.read()
    if process.returncode != 0:
        raise Failed(f"{' '.join(map(str, command))} failed:\n{text[-2000:]}")
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return seconds, kilobytes / 1024, text


def dbt(folder: Path, *arguments: str) -> tuple[float, float, str]:
    executable = Path(sys.executable).with_name("dbt")
    command = [executable, *arguments, "--profiles-dir", ".", "--log-format-file", "json"]
    return run(command, folder, IMAGE_MODELS_DB=str(folder / "image_models.duckdb"))


def medians(measured: list[dict[str, float]]) -> dict[str, float]:
    return {name: median(one[name] for one in measured) for name in measured[0]}


def alternate(repeats: int, peers: dict[str, Callable[[], dict]]) -> dict[str, dict[str, float]]:
    """Measure the peers in turn, repeats times; return the medians of each."""
    measured = defaultdict(list)
    for repeat in range(repeats):
        for name, measure in peers.items():
            print(f"  {repeat + 1}/{repeats} {name}", flush=True)
            measured[name].append(measure())
    return {name: medians(each) for name, each in measured.items()}


# --- (a) the notebook's work in pandas and in SQL --------------------------------------


def compiled_sql(folder: Path) -> dict:
    """Return the SQL of the mart and of the views under it, and the seeds' column types."""
    dbt(folder, "compile", "--quiet", "--select", f"+{MART}")
    nodes = json.loads((folder / "target" / "manifest.json").read_text())["nodes"]
    ordered = []

    def add(key: str) -> None:
        for above in nodes[key]["depends_on"].get("nodes", []):
            add(above)
        if key not in ordered:
            ordered.append(key)

    add(f"model.image_models.{MART}")
    models = [nodes[key] for key in ordered if nodes[key]["resource_type"] == "model"]
    return {
        "views": {
            f"{node['schema']}.{node['name']}": node["compiled_code"] for node in models[:-1]
        },
        "mart": models[-1]["compiled_code"],
        "types": {
            seed: nodes[f"seed.image_models.{seed}"]["config"]["column_types"] for seed in INPUTS
        },
    }


def write_inputs(folder: str, scale: int) -> None:
    """Write the notebook's three files with every model scale times, numbered from the second."""
    import duckdb

    for seed, (condition, _, columns) in INPUTS.items():
        number = "case when copy > 0 then '_' || copy else '' end"
        name = f"regexp_replace(model, '^[^.]*', '\\0' || {number})"
        duckdb.execute(
            f"""
            copy (
                select {columns.replace("model", f"{name} as model")}
                from read_csv('{SEEDS / seed}.csv'), range({scale}) as copies(copy)
                where {condition}
                order by copy
            ) to '{folder}/{seed}.csv'
            """
        )


def measure_duckdb(folder: str, is_reading: bool) -> dict[str, float]:
    """Make the mart in memory by the project's SQL, from the files or from tables loaded before."""
    import duckdb

    sql = json.loads(Path(folder, "sql.json").read_text())
    mart = f"memory.main.{MART}"
    file = Path(folder, "inputs.duckdb")
    file.unlink(missing_ok=True)
    connection = duckdb.connect()
    connection.execute(f"attach '{file}' as inputs (row_group_size {ROW_GROUP_SIZE}); use inputs")
    start = time.perf_counter()
    for schema in ("raw", "staging", "intermediate"):
        connection.execute(f"create schema {schema}")
    for seed, (_, constants, columns) in INPUTS.items():
        types = {name: sql["types"][seed][name] for name in columns.split(", ")}
        connection.execute(
            f"create {'view' if is_reading else 'table'} raw.{seed} as "
            f"select *, {constants} from read_csv("
            f"'{folder}/{seed}.csv', columns = {types}, header = true, auto_detect = false)"
        )
    if not is_reading:
        connection.execute("checkpoint inputs")
    for name, query in sql["views"].items():
        connection.execute(f"create view {name} as {query}")
    if not is_reading:
        start = time.perf_counter()
    connection.execute(f"create table {mart} as {sql['mart']}")
    seconds = time.perf_counter() - start
    totals = connection.execute(
        f"""
        select
            count(*), count_if(is_headline_family), count_if(is_size_matched),
            sum(length(family)), sum(length(tag)), sum(secs)
        from {mart}
        """
    ).fetchone()
    return {"seconds": seconds, "totals": totals}


def measure_pandas(folder: str, is_reading: bool) -> dict[str, float]:
    """Make the mart by the notebook's steps, from the files or from frames loaded before."""
    import pandas as pd
    from notebook_in_pandas import notebook_benchmarks

    start = time.perf_counter()
    results, infer, train = (pd.read_csv(f"{folder}/{seed}.csv") for seed in INPUTS)
    if not is_reading:
        start = time.perf_counter()
    rows = notebook_benchmarks(results, {"infer": infer, "train": train})
    seconds = time.perf_counter() - start
    flags = (len(rows), rows["is_headline_family"].sum(), rows["is_size_matched"].sum())
    lengths = (rows["family"].str.len().sum(), rows["tag"].str.len().sum())
    totals = [*map(int, flags + lengths), float(rows["secs"].sum())]
    return {"seconds": seconds, "totals": totals}


PEERS = {"pandas": measure_pandas, "DuckDB": measure_duckdb}


def compare_transforms(folder: Path, scales: list[int], repeats: int) -> list[dict]:
    """Return a row per scale and way, with reading the files and without."""
    sql = json.dumps(compiled_sql(folder))
    rows = []
    for scale in scales:
        inputs = folder / f"inputs_{scale}"
        inputs.mkdir()
        (inputs / "sql.json").write_text(sql)
        run([sys.executable, __file__, "--child", "inputs", inputs, scale])
        for way in ("loaded", "reading"):
            print(f"the notebook's work at {scale} times, {way}", flush=True)
            totals = {}

            def measure(peer: str, inputs=inputs, way=way, totals=totals) -> dict[str, float]:
                _, megabytes, output = run([sys.executable, __file__, "--child", peer, inputs, way])
                told = json.loads(output)
                totals[peer] = told["totals"]
                return {"seconds": told["seconds"], "megabytes": megabytes}

            peers = {peer: lambda peer=peer: measure(peer) for peer in PEERS}
            measured = alternate(repeats, peers)
            check_agreement(scale, totals)
            rows.append({"scale": scale, "way": way, "rows": totals["DuckDB"][0], **measured})
        shutil.rmtree(inputs)
    return rows


def check_agreement(scale: int, totals: dict[str, list]) -> None:
    """Raise Failed where the peers' counts differ, or their sums by more than rounding."""
    (*counts, secs), (*other_counts, other_secs) = totals.values()
    if counts != other_counts or abs(secs - other_secs) > 1e-9 * secs:
        raise Failed(f"at {scale} times the data the peers disagree: {totals}")


def measure_child(arguments: list[str]) -> None:
    peer, folder, setting = arguments
    if peer == "inputs":
        write_inputs(folder, int(setting))
    else:
        print(json.dumps(PEERS[peer](folder, setting == "reading")))


# --- (b) dbt ----------------------------------------------------------------------------


def copy_project(folder: Path) -> Path:
    folder.mkdir()
    for part in PARTS:
        source = PROJECT / part
        (shutil.copytree if source.is_dir() else shutil.copy)(source, folder / part)
    return folder


def copy_without_models(folder: Path) -> Path:
    """Copy the seeds with their tests and descriptions, and nothing that is built from them."""
    copy_project(folder)
    for path in [*(folder / "models").iterdir(), folder / "tests/singular"]:
        if path.is_dir():
            shutil.rmtree(path)
    return folder


def clean(folder: Path) -> None:
    for name in ("target", "logs"):
        shutil.rmtree(folder / name, ignore_errors=True)
    for database in folder.glob("*.duckdb*"):
        database.unlink()


def measure_dbt(folder: Path, *arguments: str, is_cold: bool = False) -> dict[str, float]:
    """Run dbt and split its time, all in seconds.

    The nodes' time is shared out among seeds, models and tests as their own times are, since
    two run at once.
    """
    if is_cold:
        clean(folder)
    shutil.rmtree(folder / "logs", ignore_errors=True)
    began = time.time()
    total, *_ = dbt(folder, *arguments)
    events = {}
    for line in (folder / "logs" / "dbt.log").read_text().splitlines():
        event = json.loads(line)["info"]
        moment = datetime.fromisoformat(event["ts"]).timestamp()
        events.setdefault(event["name"], moment)
    split = {"total": total, "start-up": events["MainReportVersion"] - began}
    if "FoundStats" not in events:  # dbt parse
        return split
    split["parse"] = events["FoundStats"] - events["MainReportVersion"]
    split["nodes"] = events["FinishedRunningStats"] - events["NodeStart"]
    split["rest"] = total - sum(split[part] for part in ("start-up", "parse", "nodes"))
    own_times = Counter()
    for result in json.loads((folder / "target" / "run_results.json").read_text())["results"]:
        kind = result["unique_id"].split(".")[0]
        own_times[{"unit_test": "test"}.get(kind, kind)] += result["execution_time"]
    for kind in ("seed", "model", "test"):
        split[kind] = split["nodes"] * own_times[kind] / own_times.total()
    return split


def compare_builds(folder: Path, repeats: int) -> dict[str, dict[str, float]]:
    print("dbt", flush=True)
    full = copy_project(folder / "full")
    floor = copy_without_models(folder / "floor")
    cold = alternate(
        repeats,
        {
            "cold build": lambda: measure_dbt(full, "build", is_cold=True),
            "seeds alone, cold": lambda: measure_dbt(floor, "build", is_cold=True),
        },
    )
    measure_dbt(full, "build")
    warm = alternate(
        repeats,
        {
            "warm build": lambda: measure_dbt(full, "build"),
            "warm model_benchmarks+": lambda: measure_dbt(
                full, "build", "--select", "model_benchmarks+"
            ),
            "warm parse": lambda: measure_dbt(full, "parse"),
        },
    )
    return cold | warm


def measure_seed_loading(folder: Path, scales: list[int]) -> list[dict]:
    """Load the largest kind of seed at several sizes through dbt, and by read_csv alone."""
    project = copy_without_models(folder / "seeds_alone")
    seed = project / "seeds" / "timm" / "imagenet_results.csv"
    header, *lines = seed.read_text().splitlines(keepends=True)
    rows = []
    for scale in scales:
        print(f"a seed at {scale} times", flush=True)
        with seed.open("w") as file:
            file.write(header)
            for _ in range(scale):
                file.writelines(lines)
        clean(project)
        seconds, megabytes, _ = dbt(project, "seed", "--select", "imagenet_results")
        script = "import duckdb, sys; duckdb.execute(sys.argv[1])"
        query = f"create table seed as from read_csv('{seed}')"
        bare_seconds, bare_megabytes, _ = run([sys.executable, "-c", script, query])
        rows.append(
            {
                "rows": scale * len(lines),
                "dbt": {"seconds": seconds, "megabytes": megabytes},
                "read_csv": {"seconds": bare_seconds, "megabytes": bare_megabytes},
            }
        )
    return rows


# --- (c) the pages, (d) the explorer, (e) sizes ------------------------------------------

SAME_BYTES = """
import sys
from pathlib import Path
import duckdb, pandas, plotly.graph_objects
source, out = map(Path, sys.argv[1:])
for page in source.glob("*.html"):
    (out / page.name).write_bytes(bytes(page.stat().st_size))
"""


def compare_plotting(folder: Path, database: Path, repeats: int) -> dict[str, dict[str, float]]:
    print("scripts/plot.py", flush=True)
    reports, other = folder / "reports", folder / "same_bytes"
    other.mkdir()
    plot = [sys.executable, SCRIPTS / "plot.py", "--db", database, "--out", reports]
    floor = [sys.executable, "-c", SAME_BYTES, reports, other]
    run(plot)
    return alternate(
        repeats,
        {
            "scripts/plot.py": lambda: {"seconds": run(plot)[0]},
            "imports and the same bytes": lambda: {"seconds": run(floor)[0]},
        },
    )


MOVE_SLIDER = """
async () => {
    const slider = document.getElementById('max_ms_slider');
    const times = [];
    for (let place = 300; place < 900; place += 20) {
        slider.value = place;
        const start = performance.now();
        slider.dispatchEvent(new Event('input'));
        const script = performance.now() - start;
        await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
        times.push([script, performance.now() - start]);
    }
    const median = which => times.map(each => each[which]).sort((a, b) => a - b)[times.length / 2];
    return {script: median(0), frame: median(1)};
}
"""


def measure_explorer(page: Path, repeats: int) -> dict[str, float]:
    """Return milliseconds to the first paint, of a slider step's script, and to its frame."""
    from playwright.sync_api import sync_playwright

    print("the explorer", flush=True)
    measured = []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        for _ in range(repeats):
            opened = browser.new_page(viewport={"width": 1280, "height": 900})
            opened.goto(page.as_uri())
            opened.wait_for_function("performance.getEntriesByType('paint').length > 1")
            paints = opened.evaluate("performance.getEntriesByType('paint').at(-1).startTime")
            measured.append({"paint": paints, **opened.evaluate(MOVE_SLIDER)})
            opened.close()
        browser.close()
    return medians(measured)


def measure_sizes(folder: Path, database: Path) -> dict[str, int]:
    """Return the bytes of what is published."""
    exports, reports = folder / "exports", folder / "reports"
    run([sys.executable, SCRIPTS / "export.py", "--db", database, "--out", exports])

    def total(paths: object) -> int:
        return sum(path.stat().st_size for path in paths)

    pages = [page for page in reports.glob("*.html") if page.stem not in ("index", "explorer")]
    return {
        "seeds/": total((PROJECT / "seeds").rglob("*.csv")),
        "image_models.duckdb": total([database]),
        "reports/index.html": total([reports / "index.html"]),
        "reports/explorer.html": total([reports / "explorer.html"]),
        f"the {len(pages)} pages of one chart": total(pages),
        "exports/*.parquet": total(exports.glob("*.parquet")),
        "exports/*.csv": total(exports.glob("*.csv")),
    }


# --- the page ----------------------------------------------------------------------------


def describe_machine() -> dict[str, str]:
    cpus = Path("/proc/cpuinfo")
    lines = cpus.read_text().splitlines() if cpus.exists() else []
    names = [line.split(": ")[1] for line in lines if line.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "processor": names[0] if names else platform.machine(),
        "cores": str(os.cpu_count()),
        "memory": f"{memory / 2**30:.0f} GiB",
        "system": f"{platform.system()} {platform.release()}, Python {platform.python_version()}",
        "packages": ", ".join(f"{package} {version(package)}" for package in PACKAGES),
    }


def judge(transforms: list[dict], builds: dict, plotting: dict) -> list[dict]:
    """Return each target with the ratio measured; those of sizes that were not run are left out."""
    loaded = {row["scale"]: row for row in transforms if row["way"] == "loaded"}

    def ratio(unit: str, over: tuple[str, int], under: tuple[str, int]) -> float:
        return loaded[over[1]][over[0]][unit] / loaded[under[1]][under[0]][unit]

    cold, floor = builds["cold build"], builds["seeds alone, cold"]
    one, parse = builds["warm model_benchmarks+"], builds["warm parse"]
    plot, same = (peer["seconds"] for peer in plotting.values())
    targets = []
    if 1 in loaded:
        value = ratio("seconds", ("DuckDB", 1), ("pandas", 1))
        targets.append(("DuckDB's time over pandas', notebook's data", "at most", 2, value))
    if 100 in loaded:
        value = ratio("seconds", ("pandas", 100), ("DuckDB", 100))
        targets.append(("pandas' time over DuckDB's, 100 times the data", "at least", 5, value))
    if 1000 in loaded:
        value = ratio("seconds", ("pandas", 1000), ("DuckDB", 1000))
        targets.append(("pandas' time over DuckDB's, 1,000 times the data", "at least", 10, value))
        value = ratio("megabytes", ("DuckDB", 1000), ("pandas", 1000))
        targets.append(("DuckDB's peak memory over pandas', the same", "at most", 0.6, value))
    if {100, 1000} <= set(loaded):
        value = ratio("seconds", ("DuckDB", 1000), ("DuckDB", 100))
        targets.append(("DuckDB's time for ten times the rows", "at most", 10, value))
    value = cold["total"] / floor["total"]
    targets.append(("cold build with every test over the seeds alone", "at most", 2, value))
    value = (one["total"] - one["nodes"]) / parse["total"]
    what = "warm build of `model_benchmarks+`, less its nodes' work, over `dbt parse`"
    targets.append((what, "at most", 1.3, value))
    what = "`scripts/plot.py` over imports and the same bytes"
    targets.append((what, "at most", 1.5, plot / same))
    return [
        {
            "what": what,
            "target": f"{bound} {target:g}",
            "value": value,
            "is_met": value >= target if bound == "at least" else value <= target,
        }
        for what, bound, target, value in targets
    ]


def draw(transforms: list[dict], path: Path) -> None:
    """Plot seconds over the scale for both peers and both ways, as a picture."""
    import plotly.graph_objects as go
    from playwright.sync_api import sync_playwright

    looks = {"pandas": "#e69f00", "DuckDB": "#0072b2"}
    dashes = {"loaded": "solid", "reading": "dot"}
    scales = sorted({row["scale"] for row in transforms})
    figure = go.Figure(
        layout={
            "template": "plotly_white",
            "width": 900,
            "height": 480,
            "margin": {"l": 70, "r": 20, "t": 20, "b": 60},
            "font": {"size": 15},
            "xaxis": {
                "title": {"text": "times the notebook's data"},
                "type": "log",
                "tickvals": scales,
            },
            "yaxis": {"title": {"text": "seconds, median"}, "type": "log", "dtick": 1},
        }
    )
    for peer, color in looks.items():
        for way, dash in dashes.items():
            rows = [row for row in transforms if row["way"] == way]
            figure.add_scatter(
                x=[row["scale"] for row in rows],
                y=[row[peer]["seconds"] for row in rows],
                name=f"{peer}, {'files read' if way == 'reading' else 'inputs loaded'}",
                line={"color": color, "dash": dash, "width": 3},
                marker={"size": 9},
            )
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 900, "height": 480})
        page.set_content(figure.to_html(config={"staticPlot": True}))
        page.locator(".plot-container").screenshot(path=path)
        browser.close()


def render(**measured: object) -> str:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(SCRIPTS / "templates"),
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("performance.md.jinja").render(**measured)


def measure_all(folder: Path, scales: list[int], repeats: int) -> dict[str, object]:
    transforms = compare_transforms(copy_project(folder / "notebook"), scales, repeats)
    builds = compare_builds(folder, repeats)
    database = folder / "full" / "image_models.duckdb"
    plotting = compare_plotting(folder, database, repeats)
    return {
        "repeats": repeats,
        "machine": describe_machine(),
        "transforms": transforms,
        "builds": builds,
        "seed_loading": measure_seed_loading(folder, [scale for scale in scales if scale <= 100]),
        "plotting": plotting,
        "explorer": measure_explorer(folder / "reports" / "explorer.html", repeats),
        "sizes": measure_sizes(folder, database),
        "verdicts": judge(transforms, builds, plotting),
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Measure the project beside its peers.")
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--scales", type=int, nargs="+", default=[1, 10, 100, 1000])
    parser.add_argument("--out", type=Path, default=PROJECT / "docs")
    parser.add_argument("--child", nargs=3, help=argparse.SUPPRESS)
    arguments = parser.parse_args(argv)
    if arguments.child:
        measure_child(arguments.child)
        return 0
    if not Path(CHROMIUM).exists():
        print(f"{CHROMIUM} is missing; install it: apt-get install chromium", file=sys.stderr)
        return 1
    try:
        with tempfile.TemporaryDirectory() as folder:
            measured = measure_all(Path(folder), arguments.scales, arguments.repeats)
        arguments.out.mkdir(parents=True, exist_ok=True)
        draw(measured["transforms"], arguments.out / "performance.png")
        (arguments.out / "performance.md").write_text(render(**measured), encoding="utf-8")
    except Failed as reason:
        print(reason, file=sys.stderr)
        return 1
    print(f"wrote {arguments.out / 'performance.md'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
