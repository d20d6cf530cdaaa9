"""Shorter SQL of the same meaning: fewer layers, and in each step only the columns that are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlglot.expressions as sge

Used = set[str] | None
"""Names of the columns of a table that are read; None: all of them."""


def tidied(query: sge.Select) -> sge.Select:
    for one in list(query.find_all(sge.Select)):
        _merge_filter(one)
    done = query.transform(_no_idle_select, copy=False).transform(_no_idle_frame, copy=False)
    assert isinstance(done, sge.Select)
    _Pruning(done).run()
    return done


# -- layers ----------------------------------------------------------------------------------------


def _merge_filter(outer: sge.Select) -> None:
    """`SELECT … FROM (SELECT * FROM t WHERE p)` is `SELECT … FROM t WHERE p`, where nothing is joined."""
    source = _from(outer)
    if outer.args.get("joins") or source is None or not isinstance(source.this, sge.Subquery):
        return
    inner, alias = source.this.this, source.this.alias
    if not _is_star(inner, {"where"}):
        return
    table = _only_source(inner)
    if not isinstance(table, sge.Table):
        return
    where, old = inner.args.get("where"), table.alias_or_name
    if where is not None:
        for column in where.this.find_all(sge.Column):
            if column.table == old:
                column.set("table", sge.to_identifier(alias, quoted=True))
    table.set("alias", sge.TableAlias(this=sge.to_identifier(alias, quoted=True)))
    source.set("this", table)
    if where is not None:
        outer.where(where.this, copy=False)


def _no_idle_select(node: sge.Expression) -> sge.Expression:
    """`SELECT * FROM (query)` is the query, where it is a side of a union."""
    if isinstance(node, sge.Union):
        for side in ("this", "expression"):
            inner = _idle(node.args[side])
            alike = isinstance(inner, sge.Union) and _same_kind(inner, node)
            if inner is not None and (alike or isinstance(inner, sge.Select)):
                node.set(side, _no_idle_select(inner))
    return node


def _same_kind(one: sge.Union, other: sge.Union) -> bool:
    return bool(one.args.get("distinct")) == bool(other.args.get("distinct"))


def _idle(node: sge.Expression) -> sge.Expression | None:
    if not _is_star(node, set()):
        return None
    source = _only_source(node)
    if not isinstance(source, sge.Subquery) or _clause(source.this, "with") is not None:
        return None
    inner: sge.Expression = source.this
    return inner


def _no_idle_frame(node: sge.Expression) -> sge.Expression:
    """A row number has no frame, and some dialects say so."""
    if isinstance(node, sge.Window) and isinstance(node.this, sge.RowNumber):
        node.set("spec", None)
    return node


def _clause(node: sge.Expression, name: str) -> sge.Expression | None:
    found: sge.Expression | None = node.args.get(f"{name}_") or node.args.get(name)
    return found


def _from(select: sge.Expression) -> sge.Expression | None:
    return _clause(select, "from")


def _only_source(select: sge.Expression) -> sge.Expression | None:
    found = _from(select)
    return None if found is None else found.this


def _is_star(node: sge.Expression, allowed: set[str]) -> bool:
    """`SELECT * FROM one source`, with no other clauses than those that are allowed."""
    if not (isinstance(node, sge.Select) and node.is_star and len(node.expressions) == 1):
        return False
    said = {key for key, value in node.args.items() if value}
    return said <= {"expressions", "from", "from_", "kind", *allowed} and _from(node) is not None


# -- columns ---------------------------------------------------------------------------------------


class _Pruning:
    """From the last query back to the first step: what nobody reads is not selected."""

    def __init__(self, query: sge.Select) -> None:
        self.query = query
        self.steps = {cte.alias: cte for cte in query.ctes}
        self.used: dict[str, Used] = {}

    def run(self) -> None:
        self.visit(self.query, None)
        for name in reversed(list(self.steps)):
            self.visit(self.steps[name].this, self.used.get(name, set()))

    def visit(self, node: sge.Expression, used: Used) -> None:
        if isinstance(node, sge.Subquery):
            self.visit(node.this, used)
        elif isinstance(node, sge.Union):
            whole = None if node.args.get("distinct") else used
            self.visit(node.this, whole)
            self.visit(node.expression, whole)
        elif isinstance(node, sge.Select):
            self._select(node, used)

    def _select(self, node: sge.Select, used: Used) -> None:
        if node.args.get("distinct") or _clause(node, "with") is not None:
            used = None
        if used is not None and not node.is_star:
            self._drop(node, used)
        sources = list(sources_of(node))
        columns = list(node.find_all(sge.Column))
        for source in sources:
            read = _read(columns, source.alias_or_name, alone=len(sources) == 1)
            if read is not None and node.is_star:
                read = None if used is None else read | used
            self._note(source, read)
        for inner in _inner_queries(node):
            self.visit(inner, None)

    def _drop(self, node: sge.Select, used: set[str]) -> None:
        group = node.args.get("group")
        keys = len(group.expressions) if group else 0  # they come first, and may be named by number
        kept = [
            one
            for number, one in enumerate(node.expressions)
            if number < keys or one.alias_or_name in used
        ]
        node.set("expressions", kept or node.expressions[:1])

    def _note(self, source: sge.Expression, read: Used) -> None:
        if isinstance(source, sge.Subquery):
            self.visit(source.this, read)
        elif isinstance(source, sge.Table) and source.name in self.steps:
            known = self.used.setdefault(source.name, set())
            self.used[source.name] = None if known is None or read is None else known | read


def sources_of(node: sge.Select) -> Iterator[sge.Expression]:
    """What stands behind FROM and JOIN."""
    found = _from(node)
    if found is not None:
        yield found.this
    for join in node.args.get("joins") or ():
        yield join.this


def _read(columns: Sequence[sge.Column], alias: str, *, alone: bool) -> Used:
    """Which of the columns of a query are of one of its sources: by the name before them, if there is."""
    found: set[str] = set()
    for column in columns:
        if column.table == alias:
            if isinstance(column.this, sge.Star):
                return None
            found.add(column.name)
        elif alone and not column.table:
            found.add(column.name)
    return found


def _inner_queries(node: sge.Select) -> Iterator[sge.Expression]:
    """Queries inside expressions: scalar ones, and those of IN and EXISTS."""
    sources = {id(source) for source in sources_of(node)}
    common = _clause(node, "with")
    waiting = [v for v in node.iter_expressions() if v is not common]
    while waiting:
        one = waiting.pop()
        if id(one) in sources:
            continue
        if isinstance(one, sge.Select | sge.Union):
            yield one
        else:
            waiting.extend(one.iter_expressions())


__all__ = ["sources_of", "tidied"]
