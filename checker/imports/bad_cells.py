"""The cells that an output cannot take, found before any row of it is made."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import reduce
from operator import and_, mul
from typing import Any

from checker.data.lazily import ibis, ir
from checker.data.sql import literal, name, rows
from checker.data.validate import required
from checker.diagnostics import Diagnostic
from checker.engine import values as v
from checker.engine.expressions import Row, condition, evaluate
from checker.imports.bad import Bad, BadKind, explain, raw_column
from checker.imports.making import Making
from checker.imports.model import PLACES
from checker.imports.raw import Raw
from checker.imports.typing import TypedMapping, TypedOutput
from checker.language import tree as tr
from checker.language.conversions import CONVERSIONS
from checker.language.types import Kind

_IDS = ("shop_id", "session_id", "buyer_id", "agent_id")
_ROUNDED = r"^\d(\.\d+)?E\+\d\d+$"
"""How spreadsheets write a number that is too long for them: what was another id may now be this one."""

Guards = tuple[tuple[tr.Tree, bool], ...]


def bad_cells(
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
