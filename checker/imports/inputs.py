"""Workbooks and CSV files → raw tables: the grids below an input's header, under the mapping's names."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from checker.data.sql import literal, name, rows, run
from checker.data.workbooks import WORKBOOKS, open_workbook
from checker.diagnostics import Diagnostic
from checker.imports.account import FileAccount
from checker.imports.grids import Grid, first_rows, text_grid, torn, workbook_grids
from checker.imports.headers import SEARCHED, Header, NoHeader, find_header
from checker.imports.misfits import lacks, nothing_fits, skipped
from checker.imports.model import Input
from checker.imports.raw import Raw, create_raw
from checker.imports.sources import Sources, no_file


def table_rows(
    sources: Sources, wanted: Input, table: str
) -> tuple[Raw | None, tuple[Diagnostic, ...]]:
    """An input of workbooks and CSV files."""
    files = sources.of(wanted)
    if not files:
        return None, (no_file(sources, wanted),)
    found: list[tuple[Grid, Header]] = []
    problems: list[Diagnostic] = []
    missed: list[tuple[Grid, NoHeader]] = []
    not_read: dict[str, str] = {}
    sheets: dict[Path, tuple[str, ...]] = {}
    for file in files:
        grids, wrong = _grids(sources, wanted, file, sheets)
        problems += wrong
        for grid in grids:
            header = find_header(first_rows(sources.con, grid, _depth(wanted)), wanted)
            if isinstance(header, Header):
                found.append((grid, header))
            else:
                missed.append((grid, header))
    problems += [d for grid, header in found if (d := _overlong(sources.con, grid, header))]
    if problems:
        return None, tuple(problems)
    if not found:
        return None, nothing_fits(wanted, missed, sheets)
    read = {grid.file for grid, _ in found}
    warnings = []
    for grid, header in missed:
        not_read[_label(sources, grid)] = f"no header of {wanted.name}{lacks(header)}"
        if grid.file not in read:
            warnings.append(skipped(grid, header, wanted))
    accounts = _fill(sources, wanted, table, found)
    written: dict[str, str] = {}
    for _, header in found:
        written = {**header.written, **written}
    return Raw(wanted, table, accounts, written, not_read), tuple(warnings)


def _overlong(con: Any, grid: Grid, header: Header) -> Diagnostic | None:
    """Rows of a text file with fields beyond the header: a separator that stands in no quotes."""
    beyond = [f"c{i} IS NOT NULL" for i in range(header.width, grid.width)]
    if grid.sheet is not None or not beyond:
        return None
    number, first = rows(
        con,
        f"SELECT count(*), min(row) FROM {name(grid.table)} "
        f"WHERE row > {header.row} AND ({' OR '.join(beyond)})",
    )[0]
    if not number:
        return None
    reason = f"row {first} has more fields than the {header.width} of the header"
    return torn(grid.file, reason, int(number))


def _depth(wanted: Input) -> int:
    return max(SEARCHED, (wanted.header_row or 0) + wanted.header_rows)


def _grids(
    sources: Sources, wanted: Input, file: Path, seen: dict[Path, tuple[str, ...]]
) -> tuple[list[Grid], tuple[Diagnostic, ...]]:
    """The grids of a file that the input may be read from."""
    con = sources.con
    if not file.name.lower().endswith(WORKBOOKS):
        key = (file, None, wanted.encoding)
        if key not in sources.grids:
            grid, wrong = text_grid(con, file, sources.folder, wanted.encoding)
            if grid is None:
                return [], wrong
            sources.grids[key] = grid
        return [sources.grids[key]], ()
    book, wrong = open_workbook(file)
    if book is None:
        return [], wrong
    seen[file] = tuple(book.sheet_names)
    chosen = _chosen_sheets(seen[file], wanted)
    unread = [s for s in chosen if (file, s, None) not in sources.grids]
    made, wrong = workbook_grids(con, book, file, unread)
    sources.grids |= {(file, grid.sheet, None): grid for grid in made}
    return [sources.grids[file, s, None] for s in chosen if (file, s, None) in sources.grids], wrong


def _chosen_sheets(names: Sequence[str], wanted: Input) -> list[str]:
    if not wanted.sheets:
        return list(names)
    return [
        sheet
        for number, sheet in enumerate(names, 1)
        if any(
            pattern == str(number) or fnmatch.fnmatchcase(sheet.casefold(), pattern.casefold())
            for pattern in wanted.sheets
        )
    ]


def _fill(
    sources: Sources, wanted: Input, table: str, found: Sequence[tuple[Grid, Header]]
) -> tuple[FileAccount, ...]:
    """Makes the raw table of the grids below their headers."""
    con = sources.con
    columns = [c.name for c in wanted.columns]
    create_raw(con, table, wanted)
    accounts = []
    for grid, header in found:
        cells = [f"c{i}" for i in range(grid.width)]
        filled = " + ".join(f"({c} IS NOT NULL)::INT" for c in cells)
        lines = {c: _carried(cells, p) for c, p in wanted.carry.items()}
        on_line = " OR ".join(f"{sql} IS NOT NULL" for sql in lines.values()) or "false"
        carried = [
            f"last_value({sql} IGNORE NULLS) OVER (ORDER BY row) AS {name('line ' + c)}"
            for c, sql in lines.items()
        ]
        source = (
            f"SELECT * FROM (SELECT *, {filled} AS filled, coalesce({on_line}, false) AS on_line"
            f"{''.join(', ' + c for c in carried)} FROM {name(grid.table)}) WHERE row > {header.row}"
        )
        values = []
        for column in columns:
            if column in lines:
                values.append(name("line " + column))
            elif column in header.columns:
                values.append(_without(f"c{header.columns[column]}", wanted.missing))
            else:
                values.append("NULL")
        sheet = literal(grid.sheet) if grid.sheet else "NULL"
        places = f"{literal(sources.shown(grid.file))}, {sheet}, row, 1"
        run(
            con,
            f"INSERT INTO {name(table)} SELECT {', '.join((places, *values))} FROM ({source}) "
            "WHERE filled > 0 AND NOT on_line",
        )
        blank, carry, kept = rows(
            con,
            "SELECT count(*) FILTER (WHERE filled = 0), count(*) FILTER (WHERE filled > 0 AND on_line), "
            f"count(*) FILTER (WHERE filled > 0 AND NOT on_line) FROM ({source})",
        )[0]
        above = grid.rows - blank - carry - kept
        file = sources.shown(grid.file)
        accounts.append(
            FileAccount(
                wanted.name,
                file,
                grid.sheet,
                grid.encoding,
                grid.rows,
                above,
                blank,
                carry,
                0,
                {},
                kept,
                header.unused,
            )
        )
    return tuple(accounts)


def _carried(cells: Sequence[str], pattern: str) -> str:
    """The value of a line on which nothing else stands."""
    only = f"coalesce({', '.join(cells)})" if len(cells) > 1 else cells[0]
    alone = " + ".join(f"({c} IS NOT NULL)::INT" for c in cells)
    return f"CASE WHEN {alone} = 1 THEN {line_value(only, pattern)} END"


def line_value(text: str, pattern: str) -> str:
    """The first group of a pattern that fits all of a line, or the line; NULL where it does not."""
    import re

    group = min(re.compile(pattern).groups, 1)
    whole = f"^(?:{pattern})$"
    found = f"regexp_extract({text}, {literal(whole)}, {group})"
    return f"CASE WHEN regexp_matches({text}, {literal(whole)}) THEN {found} END"


def _without(cell: str, missing: Sequence[str]) -> str:
    if not missing:
        return cell
    return f"CASE WHEN {cell} NOT IN ({', '.join(literal(m) for m in missing)}) THEN {cell} END"


def _label(sources: Sources, grid: Grid) -> str:
    return sources.shown(grid.file) + (f" [{grid.sheet}]" if grid.sheet else "")
