"""Ibis expressions as SQL: what Ibis' own compiler of an engine writes, in a third of its time."""

from __future__ import annotations

import itertools
from collections import Counter, deque
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir
import sqlglot
import sqlglot.expressions as sge
from ibis.backends.sql.rewrites import CTE, Select
from ibis.common.exceptions import UnsupportedOperationError
from ibis.common.graph import Graph

from checker.data.lowering import lowered

_SHARED = (Select, ops.Aggregate, ops.JoinChain, ops.Set, ops.Limit, ops.Sample)
"""What becomes a common table where more than one relation reads it."""

_NO_READERS = (ops.Field, ops.CountStar, ops.CountDistinctStar)
"""They name a relation that the relation around them reads."""


def sql_of(con: Any, expression: ir.Table) -> str:
    """The statement in the SQL of the connection's engine; raises Ibis' errors for what it lacks."""
    query = query_of(con.compiler, expression)
    try:
        sql: str = query.sql(
            dialect=con.dialect, copy=False, unsupported_level=sqlglot.ErrorLevel.RAISE
        )
    except sqlglot.UnsupportedError as error:
        raise UnsupportedOperationError(str(error)) from error
    return sql


def query_of(compiler: Any, expression: ir.Table) -> sge.Query:
    """The query that one of Ibis' compilers makes of a table. A node may stand in several places of it."""
    before = (tuple(compiler.lowered_ops.values()), compiler.rewrites)
    root = lowered(expression.op(), before, compiler.post_rewrites)
    graph = _with_common_tables(root)
    root = next(iter(graph))
    results: dict[Any, Any] = {}
    common: list[sge.CTE] = []
    names = itertools.count()
    for node in graph.toposort()[0]:
        found = (_found(argument, results) for argument in node.__args__)
        arguments = dict(zip(node.__argnames__, found, strict=True))
        made = compiler.visit_node(node, **arguments)
        if isinstance(node, CTE):
            common.append(_common_table(arguments["parent"], compiler.quoted))
        if isinstance(node, ops.Relation) and node is not root:
            name = node.name if isinstance(node, ops.AliasedRelation) else f"t{next(names)}"
            made = _aliased(made, name, compiler.quoted)
        results[node] = made
        if isinstance(node, CTE):
            results[node.parent] = made  # from here on it is read by its name
    return _whole(results[root], common, compiler)


def _with_common_tables(root: Any) -> Graph:
    """The nodes and their children, root first, with a CTE around each relation that is to be a common
    table."""
    graph = Graph.from_bfs(root)
    readers: Counter[Any] = Counter()
    for node, children in graph.items():
        if not isinstance(node, _NO_READERS):
            readers.update(children)
    shared = {
        node: CTE(node)
        for node in graph
        if isinstance(node, ops.AliasedRelation)
        or (isinstance(node, _SHARED) and readers[node] > 1)
    }
    if not shared:
        return graph
    # In the order in which a walk over wrapped nodes would meet them.
    found, waiting = Graph(), deque([shared.get(root, root)])
    while waiting:
        if (node := waiting.popleft()) not in found:
            whole = isinstance(node, CTE)
            below = node.__children__ if whole else tuple(shared.get(c, c) for c in graph[node])
            found[node] = below
            waiting.extend(below)
    return found


def _found(part: Any, results: dict[Any, Any]) -> Any:
    """An argument of a node with what was made of the nodes in it."""
    if isinstance(part, ops.Node):
        return results[part]
    if isinstance(part, tuple):
        return tuple(_found(one, results) for one in part)
    if isinstance(part, dict):
        return {k: _found(v, results) for k, v in part.items()}
    return part


def _aliased(made: Any, name: str, quoted: bool) -> Any:
    alias = sge.to_identifier(name, quoted=quoted)
    if isinstance(made, sge.Subquery | sge.Table):
        # What is in it may stand under another name as well, and need not be copied for that.
        named = alias if isinstance(made, sge.Subquery) else sge.TableAlias(this=alias)
        return type(made)(**{**made.args, "alias": named})
    if isinstance(made, sge.Query):
        return made.subquery(alias, copy=False)
    return made.as_(alias, quoted=quoted)


def _common_table(made: Any, quoted: bool) -> sge.CTE:
    alias = sge.to_identifier(made.alias_or_name, quoted=quoted)
    return sge.CTE(alias=alias, this=made.this if "alias" in made.args else made)


def _whole(made: Any, common: list[sge.CTE], compiler: Any) -> sge.Query:
    if isinstance(made, sge.Table):
        made = sqlglot.select(sge.Star(), copy=False).from_(made, copy=False)
    query: sge.Query = made.this if isinstance(made, sge.Subquery) else made
    for table in common:
        query = query.with_(
            table.args["alias"], as_=table.args["this"], dialect=compiler.dialect, copy=False
        )
    return query
