"""scripts/benchmark.py, run once at the smallest size, and what it concludes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import benchmark
import pytest

PROJECT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def page(tmp_path_factory) -> str:
    out = tmp_path_factory.mktemp("benchmark")
    assert benchmark.main(["--repeats", "1", "--scales", "1", "--out", str(out)]) == 0
    assert (out / "performance.png").read_bytes().startswith(b"\x89PNG")
    return (out / "performance.md").read_text()


def cells(page: str, heading: str) -> list[list[str]]:
    """Return the rows of the first table under a heading, without its header."""
    table = page.split(heading, 1)[1].split("|---", 1)[1].split("\n\n", 1)[0]
    return [[cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines()[1:]]


@pytest.mark.browser
def test_every_part_is_measured(page):
    for way in ("Inputs already loaded", "With reading"):
        ((scale, rows, *figures),) = cells(page, way)
        assert (scale, rows) == ("1 ×", "525")  # noqa: RUF001
        assert all(float(figure.rstrip(" %")) > 0 for figure in figures)
    builds = {name: list(map(float, parts)) for name, *parts in cells(page, "## dbt")[:4]}
    for total, *parts in builds.values():
        assert sum(parts) == pytest.approx(total, abs=0.5)
    assert builds["seeds alone, cold"][4] == 0 < builds["cold build"][4]
    assert [rows for rows, *_ in cells(page, "How large a seed")] == ["13,450"]
    assert all(re.fullmatch(r"[\d.]+ m?s", time) for _, time in cells(page, "## The pages"))
    assert len(cells(page, "## What is published")) == 7


@pytest.mark.browser
def test_the_committed_page_comes_from_the_same_template(page):
    committed = (PROJECT / "docs" / "performance.md").read_text()
    headings = re.compile("^#.*|^[|] [a-z`].*? [|]", re.MULTILINE)
    missing = set(headings.findall(page)) - set(headings.findall(committed))
    assert missing == set()
    assert len(cells(committed, "Inputs already loaded")) == 4


@pytest.mark.parametrize("way", ["loaded", "reading"])
def test_peers_give_the_same_rows_for_numbered_names(tmp_path, capsys, way):
    folder = benchmark.copy_project(tmp_path / "project")
    (folder / "sql.json").write_text(json.dumps(benchmark.compiled_sql(folder)))
    benchmark.measure_child(["inputs", str(folder), "3"])
    for peer in benchmark.PEERS:
        benchmark.measure_child([peer, str(folder), way])
    told = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert all(each["seconds"] > 0 for each in told)
    pandas, in_duckdb = (each["totals"] for each in told)
    assert in_duckdb == pytest.approx(pandas, rel=1e-12)
    # Copies of the models that a later one joins too: 525 in the files themselves.
    assert in_duckdb[0] > 3 * 500


def made_up(pandas: float, duckdb: float, megabytes: float, cold: float, one: float, plot: float):
    """Return measurements with a floor of 1 everywhere."""
    transforms = [
        {
            "scale": scale,
            "way": "loaded",
            "pandas": {"seconds": pandas * scale, "megabytes": 1},
            "DuckDB": {"seconds": duckdb * scale, "megabytes": megabytes},
        }
        for scale in (1, 100, 1000)
    ]
    builds = {
        "cold build": {"total": cold},
        "seeds alone, cold": {"total": 1},
        "warm model_benchmarks+": {"total": one + 3, "nodes": 3},
        "warm parse": {"total": 1},
    }
    return transforms, builds, {"plot": {"seconds": plot}, "floor": {"seconds": 1}}


def test_targets_are_judged_by_their_bound():
    good = benchmark.judge(*made_up(10.1, 1, 0.59, 1.9, 1.2, 1.4))
    assert [verdict["is_met"] for verdict in good] == [True] * 8
    bad = benchmark.judge(*made_up(0.4, 1, 0.61, 2.1, 1.4, 1.6))
    assert [verdict["is_met"] for verdict in bad] == [False] * 4 + [True] + [False] * 3


def test_targets_of_sizes_that_were_not_run_are_left_out():
    transforms, builds, plotting = made_up(10, 1, 0.5, 1, 1, 1)
    assert len(benchmark.judge(transforms[:1], builds, plotting)) == 4
    assert len(benchmark.judge(transforms[1:2], builds, plotting)) == 4


def test_peers_that_disagree_are_no_result():
    benchmark.check_agreement(1, {"pandas": [525, 1.0], "DuckDB": [525, 1.0 + 1e-12]})
    for other in ([524, 1.0], [525, 1.1]):
        with pytest.raises(benchmark.Failed, match="disagree"):
            benchmark.check_agreement(1, {"pandas": [525, 1.0], "DuckDB": other})


def test_a_command_that_fails_says_so():
    with pytest.raises(benchmark.Failed, match=r"(?s)sh -c .* failed:.*so it goes"):
        benchmark.run(["sh", "-c", "echo so it goes; exit 3"])


def test_failures_end_the_benchmark(monkeypatch, tmp_path, capsys):
    def fail(*_):
        raise benchmark.Failed("a peer failed")

    monkeypatch.setattr(benchmark, "CHROMIUM", str(tmp_path / "chromium"))
    assert benchmark.main([]) == 1
    assert "chromium is missing; install it" in capsys.readouterr().err
    monkeypatch.setattr(benchmark, "CHROMIUM", str(tmp_path))
    monkeypatch.setattr(benchmark, "measure_all", fail)
    assert benchmark.main(["--out", str(tmp_path / "out")]) == 1
    assert "a peer failed" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
