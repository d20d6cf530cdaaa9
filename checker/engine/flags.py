"""One narrow table for all tasks over a fact: keys, population, good, pending, values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from checker.data.lazily import ibis, ir
from checker.engine import expressions as ex
from checker.engine.expressions import Row
from checker.engine.formula import aggregates_of
from checker.engine.frames import Frames
from checker.engine.needs import mentions_wait, needs_of
from checker.engine.relations import kept
from checker.engine.tasks import Task
from checker.engine.values import Value
from checker.facts import zones
from checker.facts.order import message_order_values
from checker.facts.zones import HOUR_US
from checker.language import tree as tr
from checker.language.catalog import PERIODS, TABLES
from checker.packs.model import Period
from checker.packs.typed import Rows, TypedRatio, TypedValue


@dataclass(frozen=True)
class DayRange:
    """`--from` and `--through` as day numbers; only rows whose own local day lies within count."""

    first: int | None
    through: int | None


EVERY_DAY = DayRange(None, None)


@dataclass
class Flags:
    """`columns` says what each column holds: ("in", Rows), ("good", Rows, good), ("pending", …),
    ("bad", Rows, predicate), ("if", Rows, predicate) or ("value", tree)."""

    table: ir.Table
    columns: dict[object, str] = field(default_factory=dict)

    def __getitem__(self, key: object) -> ir.Value:
        return self.table[self.columns[key]]

    def over(self, key: object) -> ir.Value | None:
        """The denominators of a value that is a quotient."""
        name = f"{self.columns[key]}__over"
        return self.table[name] if name in self.table.columns else None


def row_keys(fact: str) -> list[str]:
    """Columns that tell a fact's rows apart."""
    return _ROW_KEYS.get(fact, ["rn"])


_ROW_KEYS = {
    "turns": ["sk", "index"],
    "sessions": ["sk"],
    "messages": ["sk", "ts", "ak"],
    "buyer_days": ["date", "pk", "buyer_id"],
    "load": ["from", "pk", "ak"],
    "coverage": ["from", "pk"],
}
_ORDERED_APART = ("turns", "sessions", "messages")
"""Facts whose order is not that of their keys."""


def build_flags(frames: Frames, tasks: Sequence[Task], days: DayRange) -> Flags:
    """The table for tasks that share fact, clock and platforms; kept for their group queries."""
    first = tasks[0]
    fact, clock = first.fact, first.clock
    trees = [tree for task in tasks for tree in _trees(task)]
    scopes = {scope for task in tasks for scope in _scopes_of(task)}
    timed = TABLES[fact].time is not None
    if timed:
        scopes.add("time")
    pending = any(
        isinstance(t.population, TypedRatio) and mentions_wait(t.population.good) for t in tasks
    )
    frame = frames.frame(
        fact,
        clock,
        needs_of(trees),
        frozenset(scopes),
        pending=pending,
        places=frames.realm.place_keys(first.platforms),
    )
    table = frame.table
    if timed and days.first is not None:
        table = table.filter(table["day"] >= days.first)
    if timed and days.through is not None:
        table = table.filter(table["day"] <= days.through)
    # Windows must see one relation, so that columns are of the frame until the rows are selected.
    work = _Builder(frames, fact, frame.table, frame.row, frame.pending_row)
    for task in tasks:
        work.add(task)
    keys = [c for c in ("pk", "day", "time", "local", *row_keys(fact)) if c in table.columns]
    keys += [f"scope_{s}" for s in sorted(scopes) if f"scope_{s}" in table.columns]
    selected = table.select(
        *dict.fromkeys(keys), **work.flat, **_order_columns(frames, fact, table)
    )
    return Flags(frames.realm.workspace.keep(selected, f"{fact}_judged"), work.names)


class _Builder:
    def __init__(self, frames: Frames, fact: str, table: ir.Table, row: Row, pending: Row) -> None:
        self.frames, self.fact, self.table, self.row, self.pending = (
            frames,
            fact,
            table,
            row,
            pending,
        )
        self.names: dict[object, str] = {}
        self.flat: dict[str, ir.Value] = {}

    def column(self, key: object, value: Value) -> None:
        if key not in self.names:
            what = str(key[0]) if isinstance(key, tuple) else "f"
            name = f"{what}_{len(self.names)}"
            self.names[key] = name
            self.flat |= kept(name, value)

    def add(self, task: Task) -> None:
        rows = task.rows
        inside = self.population(rows)
        self.column(("in", rows), inside)
        match task.population:
            case TypedRatio(good=good):
                holds = ex.condition(good, self.row)
                self.column(("good", rows, good), inside & holds)
                if mentions_wait(good):
                    later = ex.condition(good, self.pending)
                    self.column(("pending", rows, good), inside & ~holds & later)
            case TypedValue(formula=formula, offender=offender):
                if offender is not None:
                    bad = inside & ex.condition(offender, self.row)
                    self.column(("bad", rows, offender), bad)
                for aggregate in aggregates_of(formula):
                    self.aggregate(rows, inside, aggregate)

    def aggregate(self, rows: Rows, inside: ir.BooleanValue, aggregate: tr.Aggregate) -> None:
        if aggregate.predicate is not None:
            holds = inside & ex.condition(aggregate.predicate, self.row)
            self.column(("if", rows, aggregate.predicate), holds)
        for argument in aggregate.arguments:
            self.column(("value", argument), ex.evaluate(argument, self.row))

    def population(self, rows: Rows) -> ir.BooleanValue:
        inside = (
            ex.condition(rows.where, self.row) if rows.where is not None else ibis.literal(True)
        )
        if not rows.one_per:
            return inside
        groups = [inside, self.table["pk"], *(self.scope(name) for name in rows.one_per)]
        order = row_order(self.frames, self.fact, self.table)
        if rows.keep == "last":
            order = [_reversed(key) for key in order]
        number = ibis.row_number().over(ibis.window(group_by=groups, order_by=order))
        return inside & (number == 0)

    def scope(self, name: str) -> ir.Value:
        if name in PERIODS:
            return period_key(self.table, Period(name))
        return scope_value(self.table, name)


def _reversed(key: ir.Value) -> ir.Value:
    return key.desc(nulls_first=True)


def row_order(frames: Frames, fact: str, table: ir.Table) -> list[ir.Value]:
    """Columns by which rows of a fact are ordered, all ascending with missing last."""
    if fact not in _ORDERED_APART:
        return [table[key] for key in row_keys(fact)]
    if "order_0" in table.columns:
        return [table[c] for c in table.columns if c.startswith("order_")]
    return list(_order_columns(frames, fact, table).values())


def _order_columns(frames: Frames, fact: str, table: ir.Table) -> dict[str, ir.Value]:
    match fact:
        case "turns":
            keys = [table["asked_at"], table["sk"], table["index"]]
        case "sessions":
            keys = [ibis.coalesce(table["started_at"], 1 << 62), table["sk"]]
        case "messages":
            keys = [table["ts"], table["sk"]]
            keys += message_order_values(table, frames.realm.messages.columns)
        case _:
            return {}
    return {f"order_{i}": key for i, key in enumerate(keys)}


def _scopes_of(task: Task) -> set[str]:
    scopes = {*task.grouping.scopes, *task.rows.one_per} - {"shop", "platform"}
    return scopes - set(PERIODS)


def _trees(task: Task) -> list[tr.Tree | None]:
    match task.population:
        case TypedRatio(rows=rows, good=good):
            return [rows.where, good]
        case TypedValue(rows=rows, formula=formula, offender=offender):
            inner = [
                tree
                for aggregate in aggregates_of(formula)
                for tree in (*aggregate.arguments, aggregate.predicate)
            ]
            return [rows.where, offender, *inner]


def scope_value(table: ir.Table, name: str) -> ir.Value:
    """The value by which rows are grouped for a scope; shops by place, agents by key."""
    match name:
        case "shop":
            return table["pk"]
        case "platform":
            return ibis.literal(0)  # a bucket with several platforms groups by place first
        case "hour_of_day":
            return zones.hour_of(table["local"])
        case "weekday":
            return zones.weekday_of(table["day"])
        case _:
            return table[f"scope_{name}"]


def period_key(table: ir.Table, period: Period) -> ir.Value:
    """Day number, Monday's day number, month number, or the instant at which the hour began."""
    match period.kind:
        case "day":
            return table["day"]
        case "week":
            return table["day"] - zones.weekday_of(table["day"])
        case "month":
            return zones.month_of(table["day"])
        case "hour":
            return table["time"] - table["local"] % HOUR_US
        case _:
            return ibis.literal(0, "int64")
