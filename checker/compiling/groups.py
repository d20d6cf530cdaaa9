"""The figures of a population by group, beside those of others: one row per group, keys by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from checker.compiling.realm import Sketch
from checker.compiling.sources import bigint
from checker.engine import formula as fm
from checker.engine.flags import Flags
from checker.engine.tally import GroupQuery
from checker.engine.tasks import Task
from checker.language import tree as tr
from checker.packs.typed import TypedValue

INTEGER, NUMBER = "int64", "float64"
KEYS = {"shop": "pk", "agent": "ak"}
"""Scopes that are grouped by a key of the script; the others by their own values."""


@dataclass(frozen=True)
class Tallies:
    """One row per group: `keys`, and what was counted; `names` says where an aggregate's parts are."""

    table: ir.Table
    keys: tuple[str, ...]
    names: Mapping[object, str]

    def __getitem__(self, key: object) -> ir.Value:
        return self.table[self.names[key]]


def tallies(
    sketch: Sketch,
    flags: Flags,
    task: Task,
    platform: ir.Value,
    last_day: ir.IntegerValue,
    prefix: str,
) -> Tallies:
    """The tallies of one task. Columns of several tasks differ by `prefix`."""
    query = GroupQuery(sketch.workspace, flags, task.grouping, [task], platform, last_day)
    keys = ("platform", *(KEYS.get(s, s) for s in task.grouping.scopes), "period_key")
    query.keys = dict(zip(keys, query.keys.values(), strict=True))
    grouped = query.grouped()
    names: dict[object, str] = {}
    counted: dict[str, ir.Value] = {}
    for key, old in query.sums.items():
        new = f"{prefix}{_what(key)}"
        while new in counted:
            new += "_"
        names[key] = new
        value = grouped[old]
        counted[new] = bigint(value) if value.type().is_integer() else value
    base = grouped.select(*keys, **counted)
    apart = []
    if isinstance(task.population, TypedValue):
        for number, aggregate in enumerate(fm.aggregates_of(task.population.formula)):
            if query.is_apart(aggregate) and (aggregate, task.rows) not in names:
                name = f"{prefix}{aggregate.function}_{number}"
                names[aggregate, task.rows] = name
                apart.append(_apart(query, task, aggregate, keys, name))
    return Tallies(side_by_side([base, *apart], keys), keys, names)


def side_by_side(tables: Sequence[ir.Table], keys: Sequence[str]) -> ir.Table:
    """The tables' columns in one row for each combination of keys; a missing key is one of its own."""
    if len(tables) == 1:
        return tables[0]
    types = {c: t for table in tables for c, t in table.schema().items() if c not in keys}
    rows = [
        table.select(
            *keys,
            **{c: table[c] if c in table.columns else ibis.null(t) for c, t in types.items()},
        )
        for table in tables
    ]
    every = ibis.union(*rows)
    return every.group_by(list(keys)).agg(**{c: every[c].max() for c in types})


_COUNTS = {"in": "n_rows", "good": "n_good", "pending": "n_pending", "if": "n_matching"}


def _what(key: object) -> str:
    """A readable name for what was counted."""
    match key:
        case "count", (str() as what, *_):
            return _COUNTS.get(what, f"n_{what}")
        case "sum", *_:
            return "total"
        case "n", *_:
            return "n_values"
        case tr.Aggregate(function=function), _:
            return f"{function}_value"
    raise AssertionError(f"{key} is nothing that is counted")


def _apart(
    query: GroupQuery, task: Task, aggregate: tr.Aggregate, keys: Sequence[str], name: str
) -> ir.Table:
    """Quantiles, and aggregates of quotients, as floating-point numbers."""
    (argument,) = aggregate.arguments
    key = ("value", argument)
    value, over = query.flags[key], query.flags.over(key)
    known = query.flags[query.holds(task.rows, aggregate)] & value.notnull()
    top = value
    if over is not None:
        known = known & over.notnull()
        top = value.cast(NUMBER) / over.cast(NUMBER)
    rows = query.flags.table.mutate(**query.keys, top=top).filter(known)
    rows = rows.select(*keys, "top")
    if aggregate.function not in ("median", "percentile"):
        found = {
            "sum": rows["top"].sum(),
            "mean": rows["top"].mean(),
            "min": rows["top"].min(),
            "max": rows["top"].max(),
            "distinct": rows["top"].nunique(),
        }[aggregate.function]
        return rows.group_by(list(keys)).agg(**{name: found.cast(NUMBER)})
    share = aggregate.fraction
    above, below = (1, 2) if share is None else (share.numerator, share.denominator)
    ranked = rows.mutate(
        number=ibis.row_number().over(ibis.window(group_by=list(keys), order_by=rows["top"])),
        n=rows.count().over(ibis.window(group_by=list(keys))),
    )
    position = (ranked["n"] - 1) * above
    rest = position % below
    low = ((position - rest) / below).cast("int64")
    ranked = ranked.mutate(low=low, rest=rest)
    near = ranked.filter(
        (ranked["number"] == ranked["low"]) | (ranked["number"] == ranked["low"] + 1)
    )
    ends = near.group_by(list(keys)).agg(
        left=near["top"].min(), right=near["top"].max(), rest=near["rest"].max()
    )
    left, right = ends["left"].cast(NUMBER), ends["right"].cast(NUMBER)
    return ends.select(
        *keys, **{name: left + (right - left) * ends["rest"].cast(NUMBER) / float(below)}
    )
