"""Files → grids: every sheet or text file as a raw table of text in DuckDB, rows counted as seen."""

from __future__ import annotations

import csv
import io
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from python_calamine import CalamineWorkbook

from checker.data.sql import DuckDBError, complaint, literal, name, rows, run
from checker.data.workbooks import WORKBOOKS, sheet_rows
from checker.diagnostics import Diagnostic
from checker.imports.encodings import decode

TABLES = (*WORKBOOKS, ".csv", ".tsv", ".txt")
_BLANK = " \t\r\n\u00a0\u3000\ufeff"
"""Stripped from both ends of every cell."""
_SAMPLED = 200
_EMPTY_FIELD = '""'
"""Stands for an empty line, which the reader of CSV would leave out."""

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Grid:
    """`table` has `row` (from 1) and `c0` … as text; what is blank is missing."""

    file: Path
    sheet: str | None
    table: str
    width: int
    rows: int
    encoding: str | None = None

    @property
    def place(self) -> str:
        return f"`{self.file}`" + (f", sheet `{self.sheet}`" if self.sheet else "")


def workbook_grids(
    con: Any, book: CalamineWorkbook, file: Path, sheets: Sequence[str]
) -> tuple[tuple[Grid, ...], tuple[Diagnostic, ...]]:
    """The named sheets of an open workbook."""
    grids: list[Grid] = []
    problems: list[Diagnostic] = []
    for sheet in sheets:
        batches = sheet_rows(book, sheet, file)
        if isinstance(batches, Diagnostic):
            problems.append(batches)
            continue
        table, width = _unused(), len(batches.schema.names) - 1
        con.con.register(f"{table}_source", batches)
        try:
            # The whole sheet streams through one statement, so only one batch is in memory.
            con.con.execute(
                f"CREATE TEMP TABLE {name(table)} AS SELECT {_cells(width)} FROM {table}_source"
            )
        finally:
            con.con.unregister(f"{table}_source")
        grids.append(Grid(file, sheet, table, width, _count(con, table)))
    return tuple(grids), tuple(problems)


def text_grid(
    con: Any, file: Path, folder: Path, encoding: str | None
) -> tuple[Grid | None, tuple[Diagnostic, ...]]:
    """A CSV or TSV file."""
    copy = decode(file, folder / _unused(), encoding, filler=_EMPTY_FIELD)
    if isinstance(copy, Diagnostic):
        return None, (copy,)
    delimiter = _delimiter(file, copy.path)
    width = _width(copy.path, delimiter)
    # One more column than any sampled line has: a field too many is seen, not an error of the reader.
    types = ", ".join(f"'c{i}': 'VARCHAR'" for i in range(width + 1))
    table = _unused()
    source = (
        f"read_csv({literal(str(copy.path))}, auto_detect=false, header=false, "
        f"delim={literal(delimiter)}, quote='\"', escape='\"', null_padding=true, parallel=false, "
        f"max_line_size=16777216, strict_mode=false, columns={{{types}}})"
    )
    counted = f"(SELECT row_number() OVER () AS row, * FROM {source})"
    try:
        run(con, f"CREATE TEMP TABLE {name(table)} AS SELECT {_cells(width + 1)} FROM {counted}")
        open_quote = _unmatched(con, table, width + 1, copy.path, delimiter)
    except DuckDBError as error:
        return None, (torn(file, complaint(error)),)
    finally:
        copy.path.unlink(missing_ok=True)
    if open_quote is not None:
        return None, (torn(file, f"a quote in line {open_quote} does not end as it should"),)
    extra = rows(con, f"SELECT count(*), min(row) FROM {name(table)} WHERE c{width} IS NOT NULL")[0]
    if extra[0]:
        return None, (torn(file, f"row {extra[1]} has more than {width} fields", extra[0]),)
    return Grid(file, None, table, width, _count(con, table), copy.encoding), ()


def _unmatched(con: Any, table: str, width: int, copy: Path, delimiter: str) -> int | None:
    """The line of the first quote that does not end as it should, for such a quote takes in the rows
    below it: only files with a line break inside of a cell can have lost any."""
    broken = " OR ".join(f"contains(c{i}, chr(10))" for i in range(width))
    if not rows(con, f"SELECT 1 FROM {name(table)} WHERE {broken} LIMIT 1"):
        return None
    with copy.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        line = 1
        try:
            for _ in reader:
                line = reader.line_num + 1
        except csv.Error:
            return line
    return None


def line_grid(
    con: Any, file: Path, folder: Path, encoding: str | None
) -> tuple[Grid | None, tuple[Diagnostic, ...]]:
    """The lines of a text, as one column."""
    copy = decode(file, folder / _unused(), encoding)
    if isinstance(copy, Diagnostic):
        return None, (copy,)
    table = _unused()
    source = (
        f"read_csv({literal(str(copy.path))}, auto_detect=false, header=false, delim=chr(1), "
        "quote='', escape='', parallel=false, max_line_size=16777216, strict_mode=false, "
        "columns={'c0': 'VARCHAR'})"
    ).replace("chr(1)", "'\x01'")
    counted = f"(SELECT row_number() OVER () AS row, * FROM {source})"
    try:
        run(con, f"CREATE TEMP TABLE {name(table)} AS SELECT {_cells(1)} FROM {counted}")
    except DuckDBError as error:
        return None, (torn(file, complaint(error)),)
    finally:
        copy.path.unlink(missing_ok=True)
    return Grid(file, None, table, 1, _count(con, table), copy.encoding), ()


def first_rows(con: Any, grid: Grid, number: int) -> list[tuple[str | None, ...]]:
    """The cells of the first rows."""
    if not grid.width:
        return []
    columns = ", ".join(f"c{i}" for i in range(grid.width))
    return [
        tuple(r)
        for r in rows(
            con,
            f"SELECT {columns} FROM {name(grid.table)} WHERE row <= {number} ORDER BY row",
        )
    ]


def _unused() -> str:
    return f"grid_{next(_numbers)}"


def _count(con: Any, table: str) -> int:
    return int(rows(con, f"SELECT count(*) FROM {name(table)}")[0][0])


def _cells(width: int) -> str:
    blank = literal(_BLANK)
    return ", ".join(["row", *(f"nullif(trim(c{i}, {blank}), '') AS c{i}" for i in range(width))])


def _delimiter(file: Path, copy: Path) -> str:
    """The separator that makes the most fields of the first lines."""
    if file.name.lower().endswith(".tsv"):
        return "\t"
    with copy.open(encoding="utf-8", newline="") as stream:
        text = stream.read(65536)
    return max(",\t;", key=lambda d: _fields(text, d))


def _fields(text: str, delimiter: str) -> int:
    reader = csv.reader(io.StringIO(text), delimiter=delimiter)
    return max((len(r) for r in itertools.islice(reader, 50)), default=0)


def _width(file: Path, delimiter: str) -> int:
    with file.open(encoding="utf-8", newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter)
        try:
            return max((len(r) for r in itertools.islice(reader, _SAMPLED)), default=1) or 1
        except csv.Error:  # a field too long for Python; the engine tells where
            return 1


def torn(file: Path, reason: str, number: int = 1) -> Diagnostic:
    """A text file whose rows are not what its header says."""
    more = f" ({number} rows)" if number > 1 else ""
    return Diagnostic(
        "E281",
        f"cannot read `{file}` as a table: {reason}{more}",
        notes=("a text with the separator or a line break in it must stand in quotes",),
        quotes=(reason,),
    )
