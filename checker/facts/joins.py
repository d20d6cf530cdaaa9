"""Columns of another table beside one's own, matched by equal keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

import ibis.expr.operations as ops
import ibis.expr.types as ir


def beside(
    table: ir.Table,
    home: ir.Table,
    on: Mapping[str, str],
    found: Mapping[str, str],
    *,
    how: Literal["left", "inner"] = "left",
    kept: Iterable[str] | None = None,
) -> ir.Table:
    """The `kept` columns of `table` (None: all), and columns of `home` (name there -> name here).

    Rows are matched where the columns `on` are equal (name here -> name there).
    """
    # Made of the parts of a join at once: for an expression Ibis first finds out which of the two
    # tables, and which that they were made of, each of its columns is meant to be of.
    chain = table.op()
    if not isinstance(chain, ops.JoinChain):
        first = ops.JoinReference(chain, 0)
        chain = ops.JoinChain(first, (), first.fields)
    right = ops.JoinReference(home, chain.length)
    equal = [ops.Equals(chain.values[c], ops.Field(right, there)) for c, there in on.items()]
    values = {c: chain.values[c] for c in (table.columns if kept is None else kept)}
    values |= {name: ops.Field(right, there) for there, name in found.items()}
    link = ops.JoinLink(how, right, equal)
    return ir.Table(chain.copy(rest=(*chain.rest, link), values=values))
