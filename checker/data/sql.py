"""Talking SQL to DuckDB: quoting, running, and what it says when it fails."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Any, TypeAlias

import ibis
import ibis.expr.datatypes as dt
import ibis.expr.operations as ops
import ibis.expr.types as ir
from duckdb import Error as DuckDBError
from ibis.expr.schema import Schema

__all__ = [
    "DuckDBError",
    "Sql",
    "complaint",
    "literal",
    "name",
    "rows",
    "run",
    "table_named",
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


def run(con: ibis.BaseBackend, sql: str) -> None:
    rows(con, sql)


def rows(con: ibis.BaseBackend, sql: str) -> list[tuple[Any, ...]]:
    """All rows of a statement. They are always fetched: an open result blocks the connection."""
    cursor: Any = con.raw_sql(sql)
    found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def table_named(con: ibis.BaseBackend, relation: str) -> ir.Table:
    """A table or view as Ibis sees it; `con.table` would import Arrow to say the same."""
    types = {
        column: _type(con.compiler.type_mapper, type_, null == "YES")
        for column, type_, null, *_ in rows(con, f"DESCRIBE {name(relation)}")
    }
    return ops.DatabaseTable(relation, schema=Schema(types), source=con).to_expr()


@lru_cache(maxsize=256)
def _type(mapper: Any, text: str, nullable: bool) -> dt.DataType:
    """A type as Ibis has it. It takes a parser to read one; the columns of a data set share a few."""
    read: dt.DataType = mapper.from_string(text, nullable=nullable)
    return read


def unused_prefix() -> str:
    """A prefix for tables and views that no earlier data set on the same connection has."""
    return f"data{next(_prefixes)}"


def complaint(error: Exception) -> str:
    """What an engine or a codec said, as one line without the SQL that caused it."""
    line = str(error).split("LINE 1:")[0].split("Possible fixes")[0]
    line = line.split("Possible Solution")[0].split("Original Line")[0]
    line = re.sub(r"\s+", " ", line).strip(" :|")
    return re.sub(r"^[A-Z]\w+( [A-Z]\w+)* Error: ", "", line)[:200]
