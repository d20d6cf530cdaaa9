"""Rows of a kept table lie in order, however they came."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable

import ibis
import ibis.expr.types as ir
import pytest

from checker.data.workspace import Workspace, connect_duckdb
from checker.facts.turns import build_turns

Message = tuple[int, int, int | None, int]
"""sk, ts, seq, and a number that tells equal ones apart."""

TYPES = {"sk": "int32", "ts": "int64", "seq": "int64", "tie": "int64"}


def messages(seed: int, sessions: int = 400) -> list[Message]:
    """Sessions one after the other, in order, with equal instants and missing numbers in some."""
    chance = random.Random(seed)
    rows = []
    for sk in chance.sample(range(sessions), sessions):
        at = 0
        for number in range(chance.choice((1, 1, 2, 3, 9))):
            at += chance.choice((0, 1, 1, 60))
            seq = None if chance.random() < 0.01 else number
            rows.append((sk, at, seq, chance.randrange(3)))
    return rows


def in_order(rows: list[Message]) -> dict[int, list[Message]]:
    found: dict[int, list[Message]] = {}
    for row in sorted(rows, key=lambda r: (r[0], r[1], r[2] is None, r[2] or 0, r[3])):
        found.setdefault(row[0], []).append(row)
    return found


def order(rows: ir.Table) -> list[ir.Value]:
    names = [c for c in ("ts", "seq", "tie", "closes") if c in rows.columns]
    return [rows[c].asc(nulls_first=False) for c in names]


def kept(workspace: Workspace, rows: list[Message], *, copies: int = 1) -> ir.Table:
    """`copies` make the table long enough to be read by several threads."""
    columns = {c: [row[i] for row in rows] for i, c in enumerate(TYPES)}
    table = workspace.table(columns, TYPES)
    sessions = 1 + max(row[0] for row in rows)
    many = ibis.range(copies).unnest().name("copy").as_table()
    # A join, for it moves rows.
    several = table.cross_join(many)
    several = several.mutate(sk=(several["copy"] * sessions + several["sk"]).cast("int32"))
    return workspace.keep_ordered(several.drop("copy"), "sk", ("ts", "seq"), order)


def as_they_lie(workspace: Workspace, table: ir.Table) -> list[Message]:
    numbered = table.mutate(place=ibis.row_number())
    return [tuple(row[:4]) for row in sorted(workspace.fetch(numbered), key=lambda row: row[4])]


def shuffled(rows: list[Message]) -> list[Message]:
    return random.Random(5).sample(rows, len(rows))


def two_places(rows: list[Message]) -> list[Message]:
    """One session's last row far from its others."""
    long = next(i for i, row in enumerate(rows[:-1]) if row[0] != rows[i + 1][0] and i > 20)
    return [*rows[:long], *rows[long + 1 :], rows[long]]


@pytest.mark.parametrize("mixed", [list, shuffled, two_places, lambda rows: rows[::-1]])
@pytest.mark.parametrize("seed", range(4))
def test_rows_of_a_group_lie_together_and_in_order(
    mixed: Callable[[list[Message]], list[Message]], seed: int
) -> None:
    rows = messages(seed)
    workspace = connect_duckdb()
    lying = as_they_lie(workspace, kept(workspace, mixed(rows)))
    expected = in_order(rows)
    at = 0
    while at < len(lying):
        group = expected.pop(lying[at][0])  # a group in two places would not be found twice
        assert lying[at : at + len(group)] == group
        at += len(group)
    assert not expected


def test_rows_stay_in_order_where_several_threads_read_them() -> None:
    workspace = connect_duckdb(threads=2)
    rows = messages(1)
    table = kept(workspace, rows, copies=300)
    lying = as_they_lie(workspace, table)
    assert len(lying) == 300 * len(rows) > 2 * 122_880
    sessions = [row[0] for i, row in enumerate(lying) if i == 0 or lying[i - 1][0] != row[0]]
    assert len(sessions) == len(set(sessions))
    steps = itertools.pairwise(lying)
    assert all(a[0] != b[0] or _key(a) <= _key(b) for a, b in steps)


def _key(row: Message) -> tuple[int, bool, int, int]:
    return row[1], row[2] is None, row[2] or 0, row[3]


@pytest.mark.parametrize("seed", range(6))
def test_turns_by_one_walk_are_those_by_windows(seed: int) -> None:
    chance = random.Random(seed)
    workspace = connect_duckdb()
    rows = [(*row, chance.random() < 0.5) for row in messages(seed)]
    columns = {c: [row[i] for row in rows] for i, c in enumerate((*TYPES, "closes"))}
    table = workspace.table(columns, {**TYPES, "closes": "bool"})
    table = table.mutate(pk=table["sk"] % 7, ak=(table["tie"] + 5).cast("int32"))
    heard = workspace.keep_ordered(table, "sk", ("ts", "seq"), order)
    walked, windowed = (
        sorted(
            workspace.fetch(build_turns(heard, order, details=False, in_place=in_place)), key=str
        )
        for in_place in (True, False)
    )
    assert walked == windowed
    assert len(walked) > 200
