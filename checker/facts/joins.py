"""Columns of another table beside one's own, matched by equal keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from checker.data.lazily import ibis, ir, ops


def beside(
    table: ir.Table,
    home: ir.Table,
    on: Mapping[str, str],
    found: Mapping[str, str],
    *,
    how: Literal["left", "inner"] = "left",
    kept: Iterable[str] | None = None,
    absent: Mapping[str, ir.Value | bool | int] | None = None,
) -> ir.Table:
    """The `kept` columns of `table` (None: all), and columns of `home` (name there -> name here).

    Rows are matched where the columns `on` are equal (name here -> name there). A found column is never
    missing where `absent` says what it holds instead.
    """
    chain, right = _ends(table, home)
    values = {c: chain.values[c] for c in (table.columns if kept is None else kept)}
    for there, name in found.items():
        value = ops.Field(right, there)
        default = (absent or {}).get(name)
        values[name] = value if default is None else ibis.coalesce(value.to_expr(), default).op()
    return _joined(chain, right, on, how, values)


def among(table: ir.Table, home: ir.Table, on: Mapping[str, str]) -> ir.Table:
    """The rows of `table` whose columns `on` (name here -> name there) are those of a row of `home`."""
    chain, right = _ends(table, home)
    return _joined(chain, right, on, "semi", chain.values)


# Joins are made of their parts at once: for an expression Ibis first finds out which of the two tables,
# and of those that they were made of, each of its columns is meant to be of.


def _ends(table: ir.Table, home: ir.Table) -> tuple[ops.JoinChain, ops.JoinReference]:
    chain = table.op()
    if not isinstance(chain, ops.JoinChain):
        first = ops.JoinReference(chain, 0)
        chain = ops.JoinChain(first, (), first.fields)
    return chain, ops.JoinReference(home, chain.length)


def _joined(
    chain: ops.JoinChain,
    right: ops.JoinReference,
    on: Mapping[str, str],
    how: Literal["left", "inner", "semi"],
    values: Mapping[str, ops.Value],
) -> ir.Table:
    equal = [ops.Equals(chain.values[here], ops.Field(right, there)) for here, there in on.items()]
    link = ops.JoinLink(how, right, equal)
    return ir.Table(chain.copy(rest=(*chain.rest, link), values=values))
