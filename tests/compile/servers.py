"""Where compiled SQL is run: a private DuckDB, a PostgreSQL server, a local Spark."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from typing import Any

import duckdb
from oracle.generate import Tables

from checker.language.types import Kind

from . import warehouse as w

Rows = tuple[Sequence[str], list[Sequence[Any]]]
Query = Callable[[str], Rows]

_TYPES = {
    Kind.TEXT: "TEXT",
    Kind.ENUM: "TEXT",
    Kind.BOOL: "BOOLEAN",
    Kind.INT: "BIGINT",
    Kind.INSTANT: "TIMESTAMP",
    Kind.TIME: "TIME",
}


def types(stamps: str) -> dict[Kind, str]:
    return {**_TYPES, Kind.INSTANT: "TIMESTAMPTZ" if stamps == "zoned" else "TIMESTAMP"}


def statements(text: str) -> list[str]:
    """A script's statements; no text of a rule has a semicolon at the end of a line."""
    return [one for one in text.split(";\n") if one.strip()]


def in_duckdb(tables: Tables, zone: str, stamps: str = "local") -> Query:
    con = duckdb.connect(config={"threads": 2})
    con.execute("SET TimeZone = 'UTC'")
    for table in w.typed_tables():
        con.execute(w.ddl(table, types(stamps)))
        rows = w.rows_of(tables, table, stamps, zone)
        if rows:
            con.executemany(f"INSERT INTO {table} VALUES ({_marks(rows, '?')})", rows)

    def query(text: str) -> Rows:
        session = con.cursor()
        for statement in statements(text):
            session.execute(statement)
        return [one[0] for one in session.description or ()], session.fetchall()

    return query


def in_postgres(connect: Callable[[], Any], tables: Tables, zone: str, stamps: str) -> Query:
    with connect() as con:
        for table in w.typed_tables():
            con.execute(f"DROP TABLE IF EXISTS {table}")
            con.execute(w.ddl(table, types(stamps)))
            rows = w.rows_of(tables, table, stamps, zone)
            if rows:
                con.cursor().executemany(f"INSERT INTO {table} VALUES ({_marks(rows, '%s')})", rows)

    def query(text: str) -> Rows:
        with connect() as con:
            for statement in statements(text):
                cursor = con.execute(statement)
            return [one.name for one in cursor.description], cursor.fetchall()

    return query


def in_spark(spark: Any, tables: Tables, zone: str) -> Query:
    kinds = {**_TYPES, Kind.TEXT: "STRING", Kind.ENUM: "STRING", Kind.TIME: "STRING"}
    kinds[Kind.INSTANT] = "TIMESTAMP_NTZ"
    for table in w.typed_tables():
        schema = ", ".join(f"`{c}` {kinds[kind]}" for c, kind in w.columns(table).items())
        rows = [
            tuple(v.isoformat() if isinstance(v, dt.time) else v for v in row)
            for row in w.rows_of(tables, table, "local", zone)
        ]
        spark.createDataFrame(rows, schema).createOrReplaceTempView(table)

    def query(text: str) -> Rows:
        (statement,) = statements(text)
        frame = spark.sql(statement)
        return frame.columns, [tuple(row) for row in frame.collect()]

    return query


def _marks(rows: list[tuple[Any, ...]], mark: str) -> str:
    return ", ".join([mark] * len(rows[0]))
