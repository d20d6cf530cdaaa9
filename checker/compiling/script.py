"""Steps to SQL text: each compiled by Ibis, put together, pruned to the columns that are used."""

from __future__ import annotations

import importlib
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import ibis
import ibis.expr.types as ir
import sqlglot
import sqlglot.expressions as sge
from ibis.config import Config

from checker.compiling.dialects import Dialect
from checker.compiling.recorder import Step
from checker.compiling.sources import PREFIX
from checker.compiling.tidying import sources_of, tidied
from checker.data.compiled import query_of


def assembled(
    steps: Sequence[Step], final: ir.Table, order: Sequence[str], dialect: Dialect
) -> sge.Select:
    """One query: the steps that the last one needs as common tables, each with the columns that a
    later one reads."""
    trees: dict[str, sge.Expression] = {}
    for step in steps:
        trees |= _flat(step.name, _tree(step.query, dialect))
    last = _tree(final, dialect)
    *shared, (_, last) = _flat("figures", last).items()
    trees |= dict(shared)
    query = sge.select("*").from_(sge.Subquery(this=last, alias=sge.to_identifier("shown")))
    query = query.order_by(*(sge.Ordered(this=sge.column(c, quoted=True)) for c in order))
    for name in _needed(last, trees):
        query.with_(
            sge.to_identifier(name, quoted=True), trees[name], dialect=dialect.sqlglot, copy=False
        )
    return _named(tidied(query))


_MADE_UP = re.compile(r"ibis_\w+_[a-z2-7]{26}")


def _named(query: sge.Select) -> sge.Select:
    """The query with the same names each time in place of those that Ibis makes up."""
    names: dict[str, str] = {}
    for one in query.find_all(sge.Identifier):
        if _MADE_UP.fullmatch(one.name):
            one.set("this", names.setdefault(one.name, f"unnested_{len(names) + 1}"))
    return query


def _flat(name: str, tree: sge.Expression) -> dict[str, sge.Expression]:
    """The tables that Ibis shares within a step as steps of their own, and then the step."""
    common = tree.args.get("with_")
    if common is None:
        return {name: tree}
    tree.set("with_", None)
    renamed = {cte.alias: f"{name}_{n}" for n, cte in enumerate(common.expressions, start=1)}
    found = {renamed[cte.alias]: cte.this for cte in common.expressions} | {name: tree}
    for one in found.values():
        for table in one.find_all(sge.Table):
            new = renamed.get(table.name)
            if new is not None:
                if not table.alias:
                    table.set("alias", sge.TableAlias(this=table.this.copy()))
                table.set("this", sge.to_identifier(new, quoted=True))
    return found


def _needed(last: sge.Expression, trees: dict[str, sge.Expression]) -> list[str]:
    """The steps that a query reads, directly or by others, in their order."""
    wanted: set[str] = set()
    waiting = [last]
    while waiting:
        for table in waiting.pop().find_all(sge.Table):
            if table.name in trees and table.name not in wanted:
                wanted.add(table.name)
                waiting.append(trees[table.name])
    return [name for name in trees if name in wanted]


Repair = Callable[[sge.Expression], sge.Expression]


class _NoBackend(Config):  # type: ignore[misc]
    """What Ibis asks of a backend that is not loaded: nothing that a figure hangs on."""

    treat_nan_as_null: bool = False


@contextmanager
def _options(dialect: Dialect) -> Iterator[None]:
    """Ibis compiles for Spark only where Spark's options are known."""
    if dialect.ibis != "pyspark" or ibis.options.pyspark is not None:
        yield
        return
    ibis.options.pyspark = _NoBackend()
    try:
        yield
    finally:
        ibis.options.pyspark = None


def _tree(expression: ir.Table, dialect: Dialect) -> sge.Expression:
    compiler = importlib.import_module(f"ibis.backends.sql.compilers.{dialect.ibis}").compiler
    with _options(dialect):
        if dialect.ibis == "bigquery":  # it changes what it has written
            tree = compiler.to_sqlglot(expression.unbind())
        else:
            tree = query_of(compiler, expression.unbind())
    assert isinstance(tree, sge.Expression), "a table is one query"
    _untuple(tree)
    tree = tree.copy()  # Ibis puts one node into several places
    tree = tree.transform(lambda node: _spelled(node, dialect), copy=False)
    for repair in _REPAIRS.get(dialect.name, ()):
        tree = tree.transform(repair, copy=False)
    return tree


def _untuple(node: sge.Expression) -> None:
    """Ibis leaves tuples in windows, which a walk over the tree passes over."""
    for key, value in list(node.args.items()):
        if isinstance(value, tuple):
            node.set(key, list(value))
        for one in node.args[key] if isinstance(node.args[key], list) else [node.args[key]]:
            if isinstance(one, sge.Expression):
                _untuple(one)


def _row_is_there(node: sge.Expression) -> sge.Expression:
    """`ROW(…) IS NOT NULL` asks whether every one of its parts is; Ibis means the row, which is there."""
    row = node.this if isinstance(node, sge.Is) else None
    is_row = isinstance(row, sge.Anonymous) and str(row.this).lower() == "row"
    return sge.Boolean(this=True) if is_row else node


def _spelled(node: sge.Expression, dialect: Dialect) -> sge.Expression:
    """A function of `sources` as the dialect writes it."""
    if not (isinstance(node, sge.Anonymous) and str(node.this).lower().startswith(PREFIX)):
        return node
    text = dialect.spelling[str(node.this).lower().removeprefix(PREFIX)]
    (argument,) = node.expressions
    argument = argument.transform(lambda inner: _spelled(inner, dialect))
    spelled = sqlglot.parse_one(text, read=dialect.sqlglot)
    if isinstance(spelled, sge.Binary):
        spelled = sge.Paren(this=spelled)

    def filled(inner: sge.Expression) -> sge.Expression:
        return argument.copy() if isinstance(inner, sge.Column) and inner.name == "x" else inner

    done: sge.Expression = spelled.transform(filled)
    return done


def _neighbour_may_be_missing(node: sge.Expression) -> sge.Expression:
    """Beyond the edge of a window ClickHouse gives 0 or false, unless the value can be null."""
    if isinstance(node, sge.Window):
        call = node.this
        named = str(call.this).lower() if isinstance(call, sge.Anonymous) else call.key
        if named in ("laginframe", "leadinframe", "lag", "lead"):
            first = call.expressions[0] if isinstance(call, sge.Anonymous) else call.this
            first.replace(sge.func("toNullable", first.copy()))
    return node


_REPAIRS: dict[str, tuple[Repair, ...]] = {
    "postgres": (_row_is_there,),
    "clickhouse": (_neighbour_may_be_missing,),
}
"""What Ibis writes for a dialect and means otherwise."""


# -- text ------------------------------------------------------------------------------------------


def tables_read(query: sge.Select) -> dict[str, set[str]]:
    """The tables of the warehouse that a query reads, and the columns of each."""
    steps = {cte.alias for cte in query.ctes}
    found: dict[str, set[str]] = {}
    for column in query.find_all(sge.Column):
        source = _source_of(column)
        if source is not None and source.name not in steps:
            found.setdefault(source.name, set()).add(column.name)
    return found


def _source_of(column: sge.Column) -> sge.Table | None:
    """The table that a column names, of the innermost query that has a source of that name."""
    select = column.find_ancestor(sge.Select)
    while select is not None:
        for source in sources_of(select):
            if source.alias_or_name == column.table:
                return source if isinstance(source, sge.Table) else None
        select = select.find_ancestor(sge.Select)
    return None


def qualified(query: sge.Select, schema: str | None, dialect: Dialect) -> sge.Select:
    """The query with the warehouse's own tables in a schema, as `sales` or `prod.sales`."""
    if schema is None:
        return query
    home = sge.to_table(f"{schema}.x", dialect=dialect.sqlglot)
    steps = {cte.alias for cte in query.ctes}
    for table in query.find_all(sge.Table):
        if table.name not in steps:
            for part in ("db", "catalog"):
                if home.args.get(part) is not None:
                    table.set(part, home.args[part].copy())
    return query


def as_query(query: sge.Select, dialect: Dialect) -> str:
    """One statement. The query is used up."""
    text = query.sql(dialect=dialect.sqlglot, pretty=True, copy=False)
    if dialect.setting is not None:
        text += f"\nSETTINGS {' = '.join(dialect.setting)}"
    return f"{text};\n"


def as_script(query: sge.Select, dialect: Dialect) -> str:
    """A temporary table for each step, and the last query. The query is used up."""
    statements = [f"SET {' = '.join(dialect.setting)}"] if dialect.setting is not None else []
    for cte in query.ctes:
        name = sge.to_identifier(cte.alias, quoted=True).sql(dialect=dialect.sqlglot)
        body = cte.this.sql(dialect=dialect.sqlglot, pretty=True, copy=False)
        statements.append(f"CREATE {dialect.temporary} {name} AS\n{body}")
    query.set("with_", None)
    statements.append(query.sql(dialect=dialect.sqlglot, pretty=True, copy=False))
    return "".join(f"{statement};\n\n" for statement in statements).rstrip("\n") + "\n"
