"""Canonical tables in workbooks: the sheets named after tables, else the first one, as text."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from checker.data.duck import DuckDB
from checker.data.files import Source
from checker.data.sql import name, rows, run
from checker.data.workbooks import open_workbook, sheet_rows
from checker.diagnostics import Diagnostic
from checker.language.catalog import STORED


def table_of(source: Source, file: Path) -> str:
    """The temporary table that a sheet of a workbook is loaded into."""
    named = f"{source.relation}\0{file}"
    return f"workbook_{hashlib.sha256(named.encode()).hexdigest()[:16]}"


def sheets_of(source: Source) -> tuple[Source, ...]:
    """The tables that sheets of a single workbook are named after; and the source itself where its
    first sheet is none of them."""
    book, _ = open_workbook(source.files[0])  # what is wrong with it is told when it is loaded
    sheets = book.sheet_names if book is not None else []
    named = [table for table in STORED if table in sheets]
    found = [replace(source, table=table, relation=table) for table in named]
    first = not sheets or sheets[0] not in named
    if not found or (first and source.table and source.table not in named):
        found.append(source)
    return tuple(found)


def load_workbook(con: DuckDB, source: Source, file: Path) -> tuple[str, ...] | Diagnostic:
    """Loads the rows below the first as `c0`, `c1` …; the texts of the first row."""
    book, wrong = open_workbook(file)
    if book is None:
        return wrong[0]
    own = source.relation or source.table
    sheet = own if own in book.sheet_names else book.sheet_names[0]
    batches = sheet_rows(book, sheet, file)
    if isinstance(batches, Diagnostic):
        return batches
    columns = batches.schema.names[1:]
    table = name(table_of(source, file))
    con.con.register("workbook_rows", batches)
    try:
        cells = ", ".join(f"nullif({c}, '') AS {c}" for c in columns)
        run(
            con,
            f"CREATE OR REPLACE TABLE {table} AS SELECT row, {cells or '1'} FROM workbook_rows",
        )
    finally:
        con.con.unregister("workbook_rows")
    head = rows(con, f"SELECT {', '.join(columns)} FROM {table} WHERE row = 1") if columns else []
    header = tuple(str(cell or "").strip() for cell in head[0]) if head else ()
    if not any(header):
        return Diagnostic(
            "E208",
            f"the first row of sheet `{sheet}` of `{file}` is empty; it must name the columns",
            subject=source.table,
        )
    twice = sorted({n for n in header if n and header.count(n) > 1})
    if twice:
        listed = ", ".join(f"`{n}`" for n in twice)
        return Diagnostic(
            "E208",
            f"the first row of `{file}` names a column twice: {listed}",
            subject=source.table,
        )
    empty = " AND ".join(f"{c} IS NULL" for c in columns)
    run(con, f"DELETE FROM {table} WHERE row = 1 OR ({empty})")
    return header
