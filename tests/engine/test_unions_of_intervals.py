"""The union of a key's intervals, against one counted out moment by moment; joins by equal keys."""

from __future__ import annotations

import random
from itertools import groupby

import ibis.expr.types as ir
import pytest

from checker.data.workspace import Workspace, connect_duckdb
from checker.facts.joins import among, beside
from checker.facts.sweeps import union_of

Interval = tuple[int, int, int]  # key, from, to


def _table(workspace: Workspace, rows: list[Interval]) -> ir.Table:
    columns = dict(zip(("ak", "from", "to"), zip(*rows, strict=True), strict=True))
    return workspace.table(columns, dict.fromkeys(columns, "int64"))


def _by_moments(rows: list[Interval]) -> list[Interval]:
    """Of whole moments from `from` to just before `to`; what touches is one."""
    found = []
    for key in sorted({key for key, *_ in rows}):
        held = sorted({m for k, low, high in rows if k == key for m in range(low, high)})
        for _, run in groupby(enumerate(held), lambda one: one[1] - one[0]):
            moments = [moment for _, moment in run]
            found.append((key, moments[0], moments[-1] + 1))
    return found


CASES = {
    "one alone": [(1, 3, 5)],
    "none with any length": [(1, 3, 3), (1, 5, 4)],
    "one after another": [(1, 1, 2), (1, 4, 5)],
    "one touches another": [(1, 1, 3), (1, 3, 5)],
    "one inside another": [(1, 1, 9), (1, 2, 3), (1, 5, 6)],
    "a gap inside the reach of an earlier one": [(1, 1, 9), (1, 2, 3), (1, 8, 12)],
    "two that begin together": [(1, 1, 2), (1, 1, 5), (1, 7, 8), (1, 7, 8)],
    "two keys": [(1, 1, 4), (2, 3, 6), (1, 4, 5), (2, 8, 9)],
}


@pytest.mark.parametrize("name", CASES)
def test_a_union(name: str) -> None:
    workspace = connect_duckdb(threads=1)
    found = workspace.fetch(union_of(_table(workspace, CASES[name]), ["ak"]))
    assert sorted(found) == _by_moments(CASES[name])


@pytest.mark.parametrize("seed", range(8))
def test_a_union_of_many(seed: int) -> None:
    chance = random.Random(seed)
    rows = []
    for _ in range(400):
        begin = chance.randrange(300)
        rows.append((chance.randrange(12), begin, begin + chance.randrange(-1, 9)))
    workspace = connect_duckdb(threads=2)
    found = workspace.fetch(union_of(_table(workspace, rows), ["ak"]))
    assert sorted(found) == _by_moments(rows)


def test_columns_beside_one_s_own() -> None:
    workspace = connect_duckdb(threads=1)
    rows = workspace.table({"k": [1, 2, 3], "a": [10, 20, 30]}, {"k": "int64", "a": "int64"})
    home = workspace.table({"k": [1, 3], "b": [7, 8]}, {"k": "int64", "b": "int64"})
    found = beside(rows, home, {"k": "k"}, {"b": "c"})
    assert found.columns == ("k", "a", "c")
    assert sorted(workspace.fetch(found)) == [(1, 10, 7), (2, 20, None), (3, 30, 8)]
    again = beside(found, home, {"c": "b"}, {"k": "k2"}, how="inner", kept=["a"])
    assert sorted(workspace.fetch(again)) == [(10, 1), (30, 3)]
    filled = beside(rows, home, {"k": "k"}, {"b": "b"}, absent={"b": 0})
    assert sorted(workspace.fetch(filled.filter(filled["b"] < 8))) == [(1, 10, 7), (2, 20, 0)]
    assert sorted(workspace.fetch(among(rows, home, {"k": "k"}))) == [(1, 10), (3, 30)]
