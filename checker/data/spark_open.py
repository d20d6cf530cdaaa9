"""Opening data sets that only Spark reads: Parquet on any path that it reaches, partitioned or not.

Nothing of the data comes here but counts. Conversions are Spark's; placing and checking are the data
room's own statements, put into Spark's SQL.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import sqlglot
import sqlglot.expressions as sge

from checker.data.canonical import WRITTEN, Conversion, phrase
from checker.data.dataset import Dataset
from checker.data.files import Source
from checker.data.lazily import ir
from checker.data.losses import lost
from checker.data.open import finished, wanted_of
from checker.data.places import lacking
from checker.data.spark import SparkWorkspace
from checker.data.spark_types import STAGED_TYPE, conversion, folder_text
from checker.data.sql import unused_prefix
from checker.data.staging import Staged, naive_name
from checker.data.validate import required
from checker.data.workspace import EngineFailure, EngineLost
from checker.diagnostics import Diagnostic, has_errors, nearest
from checker.language.catalog import ENTRY_TABLES, STORED
from checker.language.types import Kind, Type

_ABSENT = ("PATH_NOT_FOUND", "UNABLE_TO_INFER_SCHEMA", "Path does not exist", "Unable to infer")
_MERGED = {"mergeSchema": "true"}


def open_uri(
    spark: SparkWorkspace,
    uri: str,
    wanted: Mapping[str, Mapping[str, Type]],
    platform: str | None,
) -> tuple[Dataset | None, tuple[Diagnostic, ...]]:
    """Opens a folder of tables, or one table; as open_dataset does, and with the same diagnostics."""
    try:
        frames, found = _found(spark, uri)
        found += _missing(frames, uri)
        if has_errors(found):
            return None, found
        dataset, more = _opened(spark, frames, wanted, platform)
        if dataset is not None:
            spark.sized(sum(table.rows for table in dataset.tables.values()))
        return dataset, (*found, *more)
    except (EngineFailure, EngineLost) as error:
        return None, (lost(error),)


@dataclass(frozen=True)
class _Frame:
    """A table as it is stored, and where."""

    uri: str
    frame: Any
    types: Mapping[str, str]
    partitions: frozenset[str]  # columns that the names of folders hold


def _found(spark: SparkWorkspace, uri: str) -> tuple[dict[str, _Frame], tuple[Diagnostic, ...]]:
    """Every table that lies there: `messages`, a folder of Parquet files, or `messages.parquet`."""
    base = uri.rstrip("/")
    stem = PurePosixPath(base).name.removesuffix(".parquet")
    if base.endswith(".parquet") or stem in STORED:
        places = {stem if stem in STORED else "messages": [base]}
    else:
        places = {table: [f"{base}/{table}", f"{base}/{table}.parquet"] for table in STORED}
    frames: dict[str, _Frame] = {}
    found: list[Diagnostic] = []
    for table, candidates in places.items():
        there = []
        for place in candidates:
            try:
                frame = spark.parquet(place, **_MERGED)
                types = dict(frame.dtypes)
                there.append(_Frame(place, frame, types, _partitions(spark, frame)))
            except EngineFailure as error:
                if not any(word in str(error.__cause__) for word in _ABSENT):
                    return {}, (_unreadable(place, table, error),)
        if len(there) > 1:
            names = ", ".join(f"`{one.uri}`" for one in there)
            message = f"table {table} has more than one source: {names}"
            found.append(Diagnostic("E203", message, subject=table))
        elif there:
            frames[table] = there[0]
    if not frames and not found:
        notes = (
            f"tables are Parquet files or folders of them: {', '.join(STORED)}",
            "the other formats are read from this machine only",
        )
        found.append(Diagnostic("E200", f"there is no table at `{uri}`", notes=notes))
    return frames, tuple(found)


def _partitions(spark: SparkWorkspace, frame: Any) -> frozenset[str]:
    """The columns of folders such as `day=2026-10-01/shop_id=s1`, as the first file has them."""
    files = spark.collected(frame.select("_metadata.file_path").limit(1))
    folders = str(files[0][0]).rpartition("/")[0].split("/") if files else []
    return frozenset(part.partition("=")[0] for part in folders if "=" in part)


def _unreadable(place: str, table: str, error: Exception) -> Diagnostic:
    said = str(error.__cause__)
    notes: tuple[str, ...] = ()
    if "No FileSystem for scheme" in said or "ClassNotFoundException" in said:
        notes = (
            "Spark lacks what reads such addresses: name it in spark.jars.packages, for s3a as "
            "org.apache.hadoop:hadoop-aws:3.4.1 (pyspark://?spark.jars.packages=…)",
        )
    elif "NANOS" in said:
        notes = ("Spark reads no nanoseconds: store timestamps of microseconds",)
    elif "TIME(" in said:
        notes = ("Spark reads no times of day: store them as text, such as 08:00:00",)
    return Diagnostic("E204", f"cannot read `{place}`: {error}", notes=notes, subject=table)


def _missing(frames: Mapping[str, _Frame], uri: str) -> tuple[Diagnostic, ...]:
    """Required columns that a table lacks, and tables without which nothing can be judged."""
    found = []
    for table, one in frames.items():
        for column in required(table):
            if column not in one.types:
                near = nearest(column, set(one.types) - set(required(table)))
                notes = [f"did you mean `{near}`?"] if near else []
                notes.append(f"columns of `{one.uri}`: {', '.join(list(one.types)[:20])}")
                message = f"{table} has no column `{column}`, which it needs"
                found.append(Diagnostic("E219", message, notes=tuple(notes), subject=table))
    if frames and not any(table in frames for table in ENTRY_TABLES):
        message = f"the data have {', '.join(frames)}, but none of {', '.join(ENTRY_TABLES)}"
        note = f"one of these is required, as `{uri.rstrip('/')}/messages`"
        found.append(Diagnostic("E202", message, notes=(note,)))
    return tuple(found)


def _opened(
    spark: SparkWorkspace,
    frames: Mapping[str, _Frame],
    wanted: Mapping[str, Mapping[str, Type]],
    platform: str | None,
) -> tuple[Dataset | None, tuple[Diagnostic, ...]]:
    prefix = f"checker_{unused_prefix()}"
    have = {table: frozenset(one.types) for table, one in frames.items()}
    by_session = lacking(have, platform)
    staged: dict[str, Staged] = {}
    found: list[Diagnostic] = []
    for table, one in frames.items():
        columns = wanted_of(table, wanted, platform, by_session=by_session)
        columns = {c: type_ for c, type_ in columns.items() if c in one.types}
        conversions = {c: conversion(one.types[c], type_) for c, type_ in columns.items()}
        wrong = [
            _wrong_type(one, table, c, columns[c]) for c, how in conversions.items() if how is None
        ]
        found += wrong
        if not wrong:
            known = {c: how for c, how in conversions.items() if how is not None}
            staged[table] = _staged(spark, one, table, columns, known, prefix)
    if found:
        return None, tuple(found)
    room = _DataRoom(spark)
    return finished(room, staged, platform, prefix, lambda view, _: room.table(view))


def _wrong_type(one: _Frame, table: str, column: str, type_: Type) -> Diagnostic:
    written = one.types[column]
    notes = [f"in `{one.uri}`", WRITTEN[type_.kind]]
    if written == "string":
        notes.append("Spark is given typed columns: checker import -o DIR writes them")
    return Diagnostic(
        "E215",
        f"`{column}` of {table} is stored as {written}; {phrase(type_)} is needed",
        notes=tuple(notes),
        subject=table,
    )


def _staged(
    spark: SparkWorkspace,
    one: _Frame,
    table: str,
    columns: Mapping[str, Type],
    conversions: Mapping[str, Conversion],
    prefix: str,
) -> Staged:
    parts, naive = [], {}
    for column, how in conversions.items():
        raw = _name(column)
        kind = columns[column].kind
        value = how.staged(folder_text(raw) if column in one.partitions else raw)
        parts.append(f"CAST({value} AS {STAGED_TYPE[kind]}) AS {raw}")
        if kind is Kind.INSTANT:
            said = how.naive(raw) if how.naive else "NULL"
            parts.append(f"CAST({said} AS BOOLEAN) AS {_name(naive_name(column))}")
            naive[column] = {"true": True, "false": False}.get(said)
    view = f"{prefix}_{table}_staged"
    spark.view(one.frame.selectExpr(*(parts or ["1 AS nothing"])), view)
    exact = frozenset(c for c, how in conversions.items() if how.exact)
    source = Source(table, "parquet", (), Path())
    return Staged(source, (), columns, f'"{view}"', exact, naive)


def _name(column: str) -> str:
    return "`" + column.replace("`", "``") + "`"


@dataclass(frozen=True)
class _DataRoom:
    """What placing and checking talk to: takes their statements, which are DuckDB's, to Spark."""

    spark: SparkWorkspace

    def raw_sql(self, sql: str) -> _Rows:
        (statement,) = sqlglot.parse(sql, read="duckdb")
        assert statement is not None
        if isinstance(statement, sge.Create):
            frame = self.spark.frame(statement.expression.sql(dialect="spark"))
            if str(statement.args.get("kind")).upper() == "TABLE":
                frame = self.spark.held(frame)
            self.spark.view(frame, statement.this.name)
            return _Rows([])
        return _Rows(self.spark.rows(statement.sql(dialect="spark")))

    def table(self, name: str) -> ir.Table:
        return self.spark.view(self.spark.frame(f"SELECT * FROM {_name(name)}"))


@dataclass(frozen=True)
class _Rows:
    rows: list[tuple[Any, ...]]

    def fetchall(self) -> list[tuple[Any, ...]]:
        return self.rows
