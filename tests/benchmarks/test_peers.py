"""The contest compares like with like: the rule by hand gives the figures of the rule in YAML."""

from __future__ import annotations

import shutil
import sys
from importlib.util import find_spec
from pathlib import Path

import duckdb
import pytest

from benchmarks.again import again
from benchmarks.contest import Contestant, Failed, contest, contestants
from benchmarks.data import made


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return made(tmp_path_factory.mktemp("contest"), 2000, shuffled=False)


def test_peers_give_the_figures_of_the_rule(data: Path) -> None:
    names = ["checker, one rule", "DuckDB"]
    names += [n for n in ("polars", "pandas") if find_spec(n) is not None]
    field = contestants(data, names)
    times = contest(field, 1)
    assert {"checker, one rule", "checker, one rule more", "DuckDB SQL, one rule"} <= set(times)
    assert len({t.digest for t in times.values()}) == 1
    assert all(t.peak > 0 and t.median > 0 for t in times.values())


def test_other_figures_are_no_contest(data: Path) -> None:
    right = contestants(data, ["DuckDB"])
    wrong = Contestant("wrong", (sys.executable, "-c", "print('[]')"))
    with pytest.raises(Failed, match="the figures differ"):
        contest([*right, wrong], 1)
    with pytest.raises(Failed, match="exited with 3"):
        contest([Contestant("dead", (sys.executable, "-c", "raise SystemExit(3)"))], 1)


def test_shuffled_data_hold_the_same_rows_in_another_order(data: Path) -> None:
    mixed = made(data.parent, 2000, shuffled=True)
    kept = [f"FROM read_parquet('{d}/messages/*.parquet')" for d in (data, mixed)]
    plain, shuffled = (duckdb.sql(f"SELECT * {one}").fetchall() for one in kept)
    assert plain != shuffled and sorted(map(repr, plain)) == sorted(map(repr, shuffled))


def test_runs_with_a_cache_differ_where_rules_and_data_do(data: Path, tmp_path: Path) -> None:
    parts = tmp_path / "data"
    shutil.copytree(data, parts)
    whole = parts / "messages" / "part-0000.parquet"
    rows = f"SELECT * FROM '{whole}' ORDER BY ALL"
    duckdb.sql(f"COPY ({rows} LIMIT 10) TO '{parts}/messages/part-0001.parquet'")
    duckdb.sql(f"COPY ({rows} OFFSET 10) TO '{tmp_path}/rest.parquet'")
    (tmp_path / "rest.parquet").replace(whole)
    times = again(parts, 1)
    first, same, required, limited, fewer, added = (found.digest for found in times.values())
    assert first == same == added
    assert len({first, required, limited, fewer}) == 4
