"""Aggregates over the rows that belong to one row: turns of a session, pauses of a turn."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from checker.data.lazily import ibis, ir
from checker.engine import expressions as ex
from checker.engine import values as v
from checker.engine.needs import Needs, mentions_wait, needs_of
from checker.engine.values import Quotient, Value
from checker.facts import sweeps
from checker.facts.joins import beside
from checker.facts.order import message_order_values, with_ends
from checker.language import tree as tr
from checker.language.catalog import Column
from checker.language.types import Kind, Type
from checker.packs.typed import TypedClock

if TYPE_CHECKING:
    from checker.engine.frames import Frame, Frames


class EngineGap(Exception):
    """A rule that the language allows and the engine cannot compute; becomes `not_evaluated`."""


def missing(column: Column | None) -> ir.Value:
    """What a column of an absent parent holds: its documented default, else nothing."""
    kind = column.type.kind if column else Kind.TEXT
    if kind is Kind.BOOL:
        return ibis.literal(column is not None and column.default == "true")
    text = kind in (Kind.TEXT, Kind.ENUM)
    value = ibis.null("string" if text else "int64")
    return ibis.literal(column.default.strip("'")) if column and column.default and text else value


def stored_value(table: ir.Table, name: str, type_: Type) -> Value:
    """A value kept under a flat name; one that was kept as a quotient is one again."""
    if f"{name}__over" in table.columns:
        return Quotient(table[name], table[f"{name}__over"])
    if name == "saturation" and name not in table.columns:
        limit = table["max_reception"].nullif(0)
        return Quotient(table["open_sessions"], limit)
    if type_.kind in (Kind.NUMBER, Kind.RATIO):
        return Quotient(table[name], 1_000_000)
    return table[name]


def kept(name: str, value: Value) -> dict[str, ir.Value]:
    """The columns that keep a value under a flat name."""
    if isinstance(value, Quotient):
        top, bottom = v.integer(value.numerator), v.integer(value.denominator)
        return {name: top, f"{name}__over": bottom}
    return {name: v.expression(value)}


def _link(fact: str) -> tuple[str, ...]:
    return ("pk", "buyer_id", "date") if fact == "buyer_days" else ("sk",)


def attach(
    frames: Frames,
    fact: str,
    clock: TypedClock | None,
    table: ir.Table,
    wanted: Iterable[tr.Relation],
    names: dict[object, str],
    *,
    pending: bool,
    places: tuple[int, ...] | None,
) -> ir.Table:
    """`table` with a column for each relation, and one more with `pending` where it reads the wait.

    `names[relation, pending]` is the column. All relations over one fact share one grouped query,
    of the places that `table` has.
    """
    by_fact: dict[str, list[tr.Relation]] = {}
    for relation in sorted(wanted, key=repr):
        by_fact.setdefault(relation.relation, []).append(relation)
    for home, relations in sorted(by_fact.items()):
        table = _attach_fact(
            frames, fact, clock, table, home, relations, names, pending=pending, places=places
        )
    return table


def _attach_fact(
    frames: Frames,
    fact: str,
    clock: TypedClock | None,
    table: ir.Table,
    home: str,
    relations: list[tr.Relation],
    names: dict[object, str],
    *,
    pending: bool,
    places: tuple[int, ...] | None,
) -> ir.Table:
    trees = [tree for r in relations for tree in (r.value, r.predicate)]
    needs = needs_of(trees)
    needs_wait = pending and any(mentions_wait(r) for r in relations)
    link = _link(fact)
    if fact == "buyer_days":
        needs |= Needs(frozenset({("session", "buyer_id"), ("", "asked_at")}))
    ends = any(r.function in ("first", "last") for r in relations)
    child = frames.frame(home, clock, needs, pending=needs_wait, places=places, ordered=ends)
    rows = child.table
    if fact == "buyer_days":
        rows = frames.derived.dated(rows)
    if ends and home == "messages" and frames.derived.in_place(rows):
        rows = with_ends(rows)
    order = _order(frames, fact, home, rows) if ends else None
    found: dict[str, ir.Value] = {}
    absent: dict[str, bool | int] = {}
    for relation in relations:
        modes = (False, True) if needs_wait and mentions_wait(relation) else (False,)
        for mode in modes:
            name = f"relation_{len(names)}"
            names[relation, mode] = name
            row = child.pending_row if mode else child.row
            for column, value in kept(name, _aggregate(relation, row, order, rows)).items():
                found[column] = value
                absent |= _without_rows(relation, column)
    if link == ("sk",):
        rows = rows.filter(rows["sk"].notnull())
    grouped = rows.group_by(list(link)).agg(**found)
    return beside(table, grouped, {k: k for k in link}, {c: c for c in found}, absent=absent)


@dataclass(frozen=True)
class _Order:
    """The order of the rows of a relation within one row of its parent: a key, and where they are known
    beforehand which row is the `first` and which the `last` of all."""

    key: ir.Value
    first: ir.BooleanValue | None = None
    last: ir.BooleanValue | None = None

    def end(self, relation: tr.Relation, value: ir.Value, holds: ir.BooleanValue) -> ir.Value:
        """The value of the first or last row for which the relation's predicate holds."""
        known = self.first if relation.function == "first" else self.last
        if known is not None and relation.predicate is None and not value.type().is_boolean():
            return value.max(where=known)  # of one row
        pick = value.argmin if relation.function == "first" else value.argmax
        return pick(self.key, where=holds)


def _order(frames: Frames, fact: str, home: str, rows: ir.Table) -> _Order:
    if home == "turns":
        if fact == "buyer_days":
            key = {"at": rows["asked_at"], "sk": rows["sk"], "index": rows["index"]}
            return _Order(ibis.struct(key))
        return _Order(rows["index"], first=rows["index"] == 1, last=rows["is_last"])
    if home == "messages":
        own = frames.realm.messages.columns
        keys = message_order_values(rows, own)
        key = ibis.struct({f"k{i}": key for i, key in enumerate(keys)})
        known = "begins" in rows.columns
        return _Order(key, rows["begins"], rows["ends"]) if known else _Order(key)
    return _Order(rows["rn"])


def _without_rows(relation: tr.Relation, column: str) -> dict[str, bool | int]:
    """What a column of the relation holds where it has no rows, if that is not nothing."""
    match relation.function:
        case "any":
            return {column: False}
        case "all" | "none":
            return {column: True}
        case "count" | "sum":
            return {column: 1 if column.endswith("__over") else 0}
    return {}


def _aggregate(relation: tr.Relation, row: ex.Row, order: _Order | None, rows: ir.Table) -> Value:
    predicate = relation.predicate
    holds = rows["pk"].notnull()  # every row has a place: true, as a column
    if predicate is not None:
        holds = _of_rows(ex.condition(predicate, row), rows)
    match relation.function:
        case "any":
            return ~(~holds).all()  # Ibis takes `any` for a subquery where it reads a joined table
        case "all":
            return holds.all()
        case "none":
            return (~holds).all()
        case "count":
            return ibis.ifelse(holds, 1, 0).cast("int64").sum()
    assert relation.value is not None
    value = ex.evaluate(relation.value, row)
    if isinstance(value, Quotient):
        return _aggregate_quotient(relation, value, holds, order, rows)
    expression = _of_rows(v.expression(value), rows)
    match relation.function:
        case "first" | "last":
            assert order is not None
            return order.end(relation, expression, holds)
        case "sum":
            return expression.sum(where=holds)
        case "min":
            return expression.min(where=holds)
        case "max":
            return expression.max(where=holds)
        case _:
            total, number = expression.sum(where=holds), expression.count(where=holds)
            return Quotient(total, number.nullif(0))


def _of_rows(value: ir.Value, rows: ir.Table) -> ir.Value:
    """The value as a column: aggregates are not made of literals."""
    if isinstance(value, ir.Column):
        return value
    return ibis.ifelse(rows["pk"].notnull(), value, ibis.null(value.type()))


def _aggregate_quotient(
    relation: tr.Relation,
    value: Quotient,
    holds: ir.BooleanValue,
    order: _Order | None,
    rows: ir.Table,
) -> Value:
    bottom = value.denominator
    top = _of_rows(v.expression(value.numerator), rows)
    if relation.function in ("first", "last"):
        assert order is not None
        over = _of_rows(v.expression(bottom), rows)
        return Quotient(order.end(relation, top, holds), order.end(relation, over, holds))
    if not isinstance(bottom, int):
        raise EngineGap(
            f"{relation.function} over a relation of quotients with different denominators"
        )
    match relation.function:
        case "sum":
            return Quotient(top.sum(where=holds), bottom)
        case "min":
            return Quotient(top.min(where=holds), bottom)
        case "max":
            return Quotient(top.max(where=holds), bottom)
        case _:
            return Quotient(top.sum(where=holds), top.count(where=holds).nullif(0) * bottom)


def attach_pauses(
    frames: Frames,
    fact: str,
    table: ir.Table,
    overlaps: Iterable[tr.Overlap],
    names: dict[object, str],
) -> ir.Table:
    """`table` with a column for each overlap that leaves out the session's pauses.

    Pauses of one session may touch or cover each other: their union is taken first.
    """
    realm = frames.realm
    key = {"turns": ["sk", "index"], "sessions": ["sk"]}.get(fact, ["rn"])
    for overlap in sorted(overlaps, key=repr):
        row = frames.bare_row(fact, table)
        begin = v.expression(ex.evaluate(overlap.begin, row))
        until = v.expression(ex.evaluate(overlap.until, row))
        whole = ex.window_overlap(overlap.window, begin, until, row)
        name = f"open_{len(names)}"
        names[overlap] = name
        table = table.mutate(**{name: whole, f"{name}_from": begin, f"{name}_to": until})
        if not realm.has("pauses"):
            continue
        needs = needs_of([overlap.pause])
        pauses: Frame = frames.frame("pauses", None, needs, ordered=False)
        rows = pauses.table
        if overlap.pause is not None:
            rows = rows.filter(ex.condition(overlap.pause, pauses.row))
        rows = rows.filter(rows["sk"].notnull()).select("sk", "from", "to")
        merged = sweeps.union_of(sweeps.clipped(realm, rows), ["sk"])
        pairs = table.inner_join(merged, table["sk"] == merged["sk"], rname="u_{name}")
        start = ibis.greatest(table[f"{name}_from"], merged["from"])
        stop = ibis.least(table[f"{name}_to"], merged["to"])
        cut = pairs.select(
            *(table[k] for k in key), table["pk"].name("cut_pk"), start=start, stop=stop
        )
        cut = cut.filter(cut["start"] < cut["stop"])
        inner = ex.Row(row.column, row.relation, row.paused, cut["cut_pk"], row.zone, row.windows)
        lost = cut.mutate(lost=ex.window_overlap(overlap.window, cut["start"], cut["stop"], inner))
        sums = lost.group_by(key).agg(lost=lost["lost"].sum().cast("int64"))
        found = {"lost": f"{name}_lost"}
        table = beside(table, sums, {k: k for k in key}, found, absent={f"{name}_lost": 0})
        table = table.mutate(**{name: table[name] - table[f"{name}_lost"]})
    return table
