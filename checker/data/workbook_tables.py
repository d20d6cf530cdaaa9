"""Canonical tables in workbooks: the first sheet, or the one named after the table, as text."""

from __future__ import annotations

import hashlib
from pathlib import Path

import ibis

from checker.data.files import Source
from checker.data.sql import name, rows, run
from checker.data.workbooks import open_workbook, sheet_rows
from checker.diagnostics import Diagnostic


def table_of(file: Path) -> str:
    """The temporary table that a workbook is loaded into."""
    return f"workbook_{hashlib.sha256(str(file).encode()).hexdigest()[:16]}"


def load_workbook(
    con: ibis.BaseBackend, source: Source, file: Path
) -> tuple[str, ...] | Diagnostic:
    """Loads the rows below the first as `c0`, `c1` …; the texts of the first row."""
    book, wrong = open_workbook(file)
    if book is None:
        return wrong[0]
    sheet = source.table if source.table in book.sheet_names else book.sheet_names[0]
    batches = sheet_rows(book, sheet, file)
    if isinstance(batches, Diagnostic):
        return batches
    columns = batches.schema.names[1:]
    table = name(table_of(file))
    con.con.register("workbook_rows", batches)
    try:
        cells = ", ".join(f"nullif({c}, '') AS {c}" for c in columns)
        run(
            con,
            f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT row, {cells or '1'} FROM workbook_rows",
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
