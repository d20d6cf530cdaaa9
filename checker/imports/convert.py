"""Raw tables → canonical tables: expressions compiled, bad cells found, rows made and counted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import and_, mul
from typing import Any

import ibis
import ibis.expr.types as ir

from checker.data.sql import literal, name, rows, run
from checker.data.validate import required
from checker.diagnostics import Diagnostic
from checker.engine import values as v
from checker.engine.expressions import Row, condition, evaluate
from checker.engine.values import Quotient, Value
from checker.facts.zones import Zone, instant_of_text, load_zone
from checker.imports.account import TableAccount
from checker.imports.bad import Bad, BadKind, explain, raw_column
from checker.imports.model import PLACES, Param
from checker.imports.raw import Raw
from checker.imports.typing import TypedMapping, TypedOutput
from checker.language import tree as tr
from checker.language.conversions import CONVERSIONS
from checker.language.types import Kind, Type

Given = Mapping[str, str | int | None]
"""The params of a run, in the units of their types."""

_ENGINE_TYPE = {Kind.TEXT: "string", Kind.INT: "int64", Kind.DATE: "int32"}
_MILLION = 1_000_000


@dataclass(frozen=True)
class Making:
    """What all outputs of one import share."""

    con: Any
    mapping: TypedMapping
    zone: Zone
    given: Given

    def row(self, table: ir.Table) -> Row:
        """A raw row: its columns are columns of the table or params."""
        params: Mapping[str, Param] = self.mapping.written.params

        def column(col: tr.Col) -> Value:
            if col.name not in params:
                return table[col.name]
            value = self.given.get(col.name)
            type_ = _ENGINE_TYPE[params[col.name].type.kind]
            return ibis.null(type_) if value is None else ibis.literal(value, type_)

        def none(_: object) -> Any:
            raise AssertionError("a raw row has neither relations nor pauses")

        return Row(column, none, none, None, self.zone, {})

    def compiled(self, expression: ir.Table) -> str:
        sql: str = self.con.compile(expression)
        return sql


def making(con: Any, mapping: TypedMapping, given: Given) -> Making:
    name_ = mapping.written.timezone
    first, last = (instant_of_text(f"{year}-01-01", "UTC") or 0 for year in (2000, 2060))
    return Making(con, mapping, load_zone(name_, first, last), given)


def drop_rows(made: Making, raw: Raw) -> Raw:
    """The raw table without the rows that the mapping leaves out, which are counted by condition."""
    drops = made.mapping.drops.get(raw.input.name, ())
    if not drops:
        return raw
    table = made.con.table(raw.table)
    row = made.row(table)
    cases = [(condition(tree, row), label) for label, tree in drops]
    marked = table.mutate(dropped_by=ibis.cases(*cases, else_=ibis.null("string")))
    target = f"{raw.table}_kept"
    run(made.con, f"CREATE TEMP TABLE {name(target)} AS {made.compiled(marked)}")
    found = rows(
        made.con,
        f"SELECT file, sheet, dropped_by, count(*) FROM {name(target)} "
        "WHERE dropped_by IS NOT NULL GROUP BY ALL ORDER BY ALL",
    )
    run(made.con, f"DELETE FROM {name(target)} WHERE dropped_by IS NOT NULL")
    run(made.con, f"ALTER TABLE {name(target)} DROP COLUMN dropped_by")
    run(made.con, f"DROP TABLE {name(raw.table)}")
    accounts = []
    for one in raw.accounts:
        gone = {label: n for f, s, label, n in found if (f, s) == (one.file, one.sheet)}
        accounts.append(replace(one, dropped=gone, kept=one.kept - sum(gone.values())))
    return replace(raw, table=target, accounts=tuple(accounts))


def make_rows(
    made: Making, out: TypedOutput, raw: Raw, target: str
) -> tuple[TableAccount, tuple[Diagnostic, ...]]:
    """Adds the rows of one output to the canonical table `target`, unless some cell is bad."""
    table = made.con.table(raw.table)
    row = made.row(table)
    chosen = ibis.literal(True) if out.where is None else condition(out.where, row)
    found = _bad_cells(made, out, raw, table, row, chosen)
    label = out.written.label
    total = int(rows(made.con, f"SELECT count(*) FROM {name(raw.table)}")[0][0])
    if found:
        return TableAccount(out.written.table, raw.input.name, label, total, 0, 0, 0), found
    columns = {
        c: _stored(evaluate(tree, row), tree.type, out.types[c]) for c, tree in out.columns.items()
    }
    places = {f"{place} of it": table[place] for place in PLACES}
    selected = table.filter(chosen).select(**columns, **places)
    sql = made.compiled(selected)
    keys = [name(c) for c in out.written.one_per]
    order = ", ".join(name(p) for p in places)
    listed = ", ".join(name(c) for c in out.columns)
    source = f"SELECT * FROM ({sql})"
    if keys:
        ranked = f"row_number() OVER (PARTITION BY {', '.join(keys)} ORDER BY {order})"
        source = f"{source} QUALIFY {ranked} = 1"
    before = rows(made.con, f"SELECT count(*) FROM {name(target)}")[0][0]
    excluded = total - int(rows(made.con, f"SELECT count(*) FROM ({sql})")[0][0])
    run(
        made.con,
        f"INSERT INTO {name(target)} BY NAME SELECT {listed}, {order} FROM ({source})",
    )
    after = rows(made.con, f"SELECT count(*) FROM {name(target)}")[0][0]
    written = after - before
    account = TableAccount(
        out.written.table,
        raw.input.name,
        label,
        total,
        excluded,
        total - excluded - written,
        written,
    )
    return account, ()


STORED_TYPE: Mapping[Kind, str] = {
    Kind.TEXT: "VARCHAR",
    Kind.ENUM: "VARCHAR",
    Kind.BOOL: "BOOLEAN",
    Kind.INT: "BIGINT",
    Kind.NUMBER: "BIGINT",
    Kind.RATIO: "BIGINT",
    Kind.DURATION: "BIGINT",
    Kind.INSTANT: "BIGINT",
    Kind.DATE: "INTEGER",
    Kind.TIME: "BIGINT",
}
"""How a canonical column lies in the working tables: as the engine has it, numbers in millionths."""


def create_target(con: Any, target: str, types: Mapping[str, Type]) -> None:
    parts = [f"{name(c)} {STORED_TYPE[type_.kind]}" for c, type_ in types.items()]
    parts += [
        f"{name(p + ' of it')} {'BIGINT' if p in ('row', 'item') else 'VARCHAR'}" for p in PLACES
    ]
    run(con, f"CREATE TEMP TABLE {name(target)} ({', '.join(parts)})")


def _stored(value: Value, given: Type, column: Type) -> ir.Value:
    """A value as the working table keeps it: a duration for a number is in seconds."""
    if column.kind is Kind.NUMBER:
        whole = v.quotient(value)
        unit = 1 if given.kind is Kind.DURATION else _MILLION
        return _millionths(whole, unit)
    if isinstance(value, Quotient):
        return _millionths(value, _MILLION)
    found = v.expression(value)
    return found.cast("string") if column.kind is Kind.TEXT and given.kind is Kind.INT else found


def _millionths(value: Quotient, unit: int) -> ir.Value:
    top, bottom = value.numerator, value.denominator
    top = ibis.literal(top, "int64") if isinstance(top, int) else top
    if isinstance(bottom, int) and unit % bottom == 0:
        return (top * (unit // bottom)).cast("int64")
    scaled = top.cast("decimal(38, 0)") * unit
    doubled = scaled.abs() * 2 + bottom
    divisor = (ibis.literal(bottom, "int64") if isinstance(bottom, int) else bottom) * 2
    size = ((doubled - doubled % divisor) / divisor).cast("int64")
    return ibis.ifelse(scaled < 0, -size, size)


def _bad_cells(
    made: Making, out: TypedOutput, raw: Raw, table: ir.Table, row: Row, chosen: ir.BooleanValue
) -> tuple[Diagnostic, ...]:
    """Every cell that cannot be read, is no value of a closed set, or is needed and missing."""
    checks = list(_checks(made.mapping, out, row, chosen))
    if not checks:
        return ()
    counted = table.agg(**{f"n{i}": _hits(table, parts) for i, (_, parts) in enumerate(checks)})
    numbers = rows(made.con, made.compiled(counted))[0]
    found = []
    for (bad, parts), number in zip(checks, numbers, strict=True):
        if number:
            wrong = reduce(and_, parts)
            shown = _examples(made, table, wrong, bad)
            column = raw_column(bad.cell)
            dates = isinstance(bad.cell, tr.Function) and bad.cell.name in ("instant", "date")
            known = {c.name for c in raw.input.columns}
            ways = _shapes(made, raw, column) if dates and column in known and column else []
            found.append(explain(bad, int(number), shown, raw, ways, _not_given(made, bad)))
    return tuple(found)


def _hits(table: ir.Table, parts: Sequence[ir.BooleanValue]) -> ir.Value:
    """How many rows fulfil all parts. They are multiplied: below an AND, a CASE or a FILTER DuckDB
    computes what a conversion has in common with itself again and again, nine times slower."""
    numbers = [ibis.coalesce(part, False).cast("int64") for part in parts]
    product = reduce(mul, numbers)
    return product.sum() if isinstance(product, ir.Column) else product * table.count()


_IDS = ("shop_id", "session_id", "buyer_id", "agent_id")
_ROUNDED = r"^\d(\.\d+)?E\+\d\d+$"
"""How spreadsheets write a number that is too long for them: what was another id may now be this one."""


def _checks(
    mapping: TypedMapping, out: TypedOutput, row: Row, chosen: ir.BooleanValue
) -> Iterator[tuple[Bad, list[ir.BooleanValue]]]:
    """What may be bad, and the conditions that together say where it is."""
    table = out.written.table
    seen: dict[tr.Tree, list[frozenset[object]]] = {}
    needed = required(table)
    by = made_of.by if (made_of := mapping.written.sessions) and made_of.idle is not None else ()
    if table == "messages" and "buyer_id" in by:  # else all unknown buyers would share a session
        needed = (*needed, "buyer_id")
    for column, tree in out.columns.items():
        expr = out.written.columns[column]
        for cell, guards in _conversions(tree, ()):
            if any(other <= frozenset(guards) for other in seen.get(cell, ())):
                continue  # its bad cells are among those of a wider branch
            seen.setdefault(cell, []).append(frozenset(guards))
            there = [chosen]
            for guard, wanted in guards:
                holds = condition(guard, row)
                there.append(holds if wanted else ~holds)
            text = evaluate(cell.arguments[0], row)
            wrong = [*there, v.present(text), ~v.present(evaluate(cell, row))]
            kind: BadKind = "unlisted" if cell.name == "map" else "unreadable"
            yield Bad(kind, table, column, expr, cell, text), wrong
        type_ = out.types[column]
        if column in needed:
            lost = [one for one, _ in _conversions(tree, ())]
            missing = [chosen, ~v.present(evaluate(tree, row))]
            for cell in lost:  # a cell that cannot be read is told as such
                given, read = v.present(evaluate(cell.arguments[0], row)), evaluate(cell, row)
                missing.append(given.cast("int64") <= v.present(read).cast("int64"))
            yield Bad("missing", table, column, expr, tree, None), missing
        if column in _IDS:
            value = v.expression(evaluate(tree, row))
            rounded = [chosen, ibis.coalesce(value.re_search(_ROUNDED), False)]
            yield Bad("rounded", table, column, expr, tree, value), rounded
        if type_.kind is Kind.ENUM and not isinstance(tree, tr.Lit):
            value = v.expression(evaluate(tree, row))
            foreign = [chosen, ibis.coalesce(~value.isin(list(type_.values)), False)]
            yield Bad("foreign", table, column, expr, tree, value, type_.values), foreign
        if (table, column) == ("ratings", "score"):
            score = v.expression(evaluate(tree, row))
            outside = [chosen, ibis.coalesce(~score.between(1, 5), False)]
            yield (
                Bad("foreign", table, column, expr, tree, score, ("1", "2", "3", "4", "5")),
                outside,
            )


Guards = tuple[tuple[tr.Tree, bool], ...]


def _conversions(tree: tr.Tree, guards: Guards) -> Iterator[tuple[tr.Function, Guards]]:
    """The calls that may meet a bad cell, with the branches that lead to them."""
    if isinstance(tree, tr.Function) and tree.name == "if":
        predicate, *branches = tree.arguments
        yield from _conversions(predicate, guards)
        for branch, wanted in zip(branches, (True, False), strict=False):
            yield from _conversions(branch, (*guards, (predicate, wanted)))
        return
    if isinstance(tree, tr.Function):
        function = CONVERSIONS.get(tree.name)
        if (function is not None and not function.total) or (
            tree.name == "map" and len(tree.arguments) % 2
        ):
            yield tree, guards
    for child in tr.children(tree):
        yield from _conversions(child, guards)


def _examples(
    made: Making, table: ir.Table, wrong: ir.BooleanValue, bad: Bad
) -> Sequence[tuple[Any, ...]]:
    """The first bad rows: file, sheet, row, value."""
    value = ibis.null("string")
    if bad.value is not None:
        value = v.expression(bad.value).cast("string")
    columns = {place: table[place] for place in PLACES}
    sql = made.compiled(table.filter(wrong).select(**columns, value=value))
    return rows(
        made.con,
        f"SELECT file, sheet, row, value FROM ({sql}) ORDER BY file, sheet, row, item LIMIT 5",
    )


def _not_given(made: Making, bad: Bad) -> tuple[str, ...]:
    """The params that a missing value could come from, but that nobody gave."""
    if bad.kind != "missing":
        return ()
    named = {n.name for n in tr.walk(bad.cell) if isinstance(n, tr.Col)}
    return tuple(p for p in made.mapping.written.params if p in named and made.given[p] is None)


def _shapes(made: Making, raw: Raw, column: str) -> list[tuple[str, int]]:
    """How the texts of a column are written, digits as 9: most frequent first."""
    shape = f"regexp_replace({name(column)}, '[0-9]', '9', 'g')"
    return [
        (str(s), int(n))
        for s, n in rows(
            made.con,
            f"SELECT {shape}, count(*) FROM {name(raw.table)} WHERE {name(column)} IS NOT NULL "
            f"AND {name(column)} != {literal('')} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 4",
        )
    ]
