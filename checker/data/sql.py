"""Talking SQL to DuckDB: quoting, running, and what it says when it fails."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, TypeAlias

from duckdb import Error as DuckDBError

from checker.data.duck import DuckDB
from checker.data.lazily import ir, ops, sch

__all__ = [
    "DuckDBError",
    "Sql",
    "complaint",
    "literal",
    "name",
    "rows",
    "run",
    "table_named",
    "typed_view",
    "unused_prefix",
]

Sql: TypeAlias = Callable[[str], str]
"""A piece of SQL over one column: takes the column as SQL, gives the expression as SQL."""

_prefixes = itertools.count(1)


def name(text: str) -> str:
    """`text` as an SQL identifier, whatever characters it has."""
    return '"' + text.replace('"', '""') + '"'


def literal(text: str) -> str:
    """`text` as an SQL string, whatever characters it has."""
    return "'" + text.replace("'", "''") + "'"


def run(con: DuckDB, sql: str) -> None:
    rows(con, sql)


def rows(con: DuckDB, sql: str) -> list[tuple[Any, ...]]:
    """All rows of a statement. They are always fetched: an open result blocks the connection."""
    cursor: Any = con.raw_sql(sql)
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def table_named(con: DuckDB, relation: str) -> ir.Table:
    """A table or view as Ibis sees it; `con.table` would import Arrow to say the same."""
    types = {
        column: _type(con.compiler.type_mapper, type_, null == "YES")
        for column, type_, null, *_ in rows(con, f"DESCRIBE {name(relation)}")
    }
    return ops.DatabaseTable(relation, schema=sch.Schema(types), source=con).to_expr()


def typed_view(con: DuckDB, relation: str, types: Mapping[str, str]) -> ir.Table:
    """The same where its columns' types are known."""
    return ops.DatabaseTable(relation, schema=sch.Schema(types), source=con).to_expr()


@lru_cache(maxsize=256)
def _type(mapper: Any, text: str, nullable: bool) -> Any:
    """A type as Ibis has it. It takes a parser to read one; the columns of a data set share a few."""
    return mapper.from_string(text, nullable=nullable)


def unused_prefix() -> str:
    """A prefix for tables and views that no earlier data set on the same connection has."""
    return f"data{next(_prefixes)}"


def complaint(error: Exception) -> str:
    """What an engine or a codec said, as one line without the SQL that caused it."""
    line = str(error).split("LINE 1:")[0].split("Possible fixes")[0]
    line = line.split("Possible Solution")[0].split("Original Line")[0]
    line = re.sub(r"\s+", " ", line).strip(" :|")
    return re.sub(r"^[A-Z]\w+( [A-Z]\w+)* Error: ", "", line)[:200]
