"""Raw tables → canonical tables: rows dropped, made and counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from checker.data.lazily import ibis, ir
from checker.data.sql import name, rows, run, table_named
from checker.diagnostics import Diagnostic
from checker.engine import values as v
from checker.engine.expressions import condition, evaluate
from checker.engine.values import Quotient, Value
from checker.imports.account import TableAccount
from checker.imports.bad_cells import bad_cells
from checker.imports.making import Making
from checker.imports.model import PLACES
from checker.imports.raw import Raw
from checker.imports.typing import TypedOutput
from checker.language.types import Kind, Type

_MILLION = 1_000_000


def drop_rows(made: Making, raw: Raw) -> Raw:
    """The raw table without the rows that the mapping leaves out, which are counted by condition."""
    drops = made.mapping.drops.get(raw.input.name, ())
    if not drops:
        return raw
    table = table_named(made.con, raw.table)
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
    table = table_named(made.con, raw.table)
    row = made.row(table)
    chosen = ibis.literal(True) if out.where is None else condition(out.where, row)
    found = bad_cells(made, out, raw, table, row, chosen)
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
