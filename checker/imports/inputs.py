"""Files → raw tables: which grids an input is read from, and its rows under the mapping's names."""

from __future__ import annotations

import fnmatch
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checker.data.sql import literal, name, rows, run
from checker.data.workbooks import WORKBOOKS, open_workbook
from checker.diagnostics import Diagnostic, nearest
from checker.imports.account import FileAccount
from checker.imports.grids import (
    TABLES,
    Grid,
    first_rows,
    text_grid,
    torn,
    workbook_grids,
)
from checker.imports.headers import SEARCHED, Header, NoHeader, find_header
from checker.imports.model import PLACES, Input

ENDINGS = {"table": TABLES, "json": (".json", ".jsonl", ".ndjson"), "text": (".txt", ".log")}


@dataclass
class Sources:
    """The files that were given, and what has been read of them."""

    con: Any
    folder: Path
    root: Path
    files: tuple[Path, ...]
    single: bool
    grids: dict[tuple[Path, str | None, str | None], Grid] = field(default_factory=dict)

    def of(self, wanted: Input) -> tuple[Path, ...]:
        """The files that an input may be read from; a single file is meant, whatever its name."""
        fitting = [f for f in self.files if f.name.lower().endswith(ENDINGS[wanted.form])]
        if self.single or not wanted.files:
            return tuple(fitting)
        patterns = [pattern.casefold() for pattern in wanted.files]
        return tuple(
            f
            for f in fitting
            if any(fnmatch.fnmatchcase(f.name.casefold(), pattern) for pattern in patterns)
        )

    def shown(self, file: Path) -> str:
        """A file as messages and the account name it."""
        return file.relative_to(self.root).as_posix() if file != self.root else file.name


@dataclass(frozen=True)
class Raw:
    """The rows of one input: the table has PLACES and its columns, as text. `written` is what files
    call a column."""

    input: Input
    table: str
    accounts: tuple[FileAccount, ...]
    written: dict[str, str]
    not_read: dict[str, str]


def find_sources(
    con: Any, folder: Path, root: Path
) -> tuple[Sources | None, tuple[Diagnostic, ...]]:
    """The files at `root`, in order; hidden ones and the marks of open workbooks left out."""
    if not root.exists():
        try:
            beside = {p.name for p in root.parent.iterdir()}
        except OSError:
            beside = set()
        near = nearest(root.name, beside) if root.name else None
        notes = (f"did you mean `{root.parent / near}`?",) if near else ()
        return None, (Diagnostic("E200", f"there is no folder or file `{root}`", notes=notes),)
    if root.is_file():
        return Sources(con, folder, root, (root,), True), ()
    files = sorted(
        p
        for p in root.rglob("*")
        if p.is_file()
        and not any(part.startswith((".", "~$")) for part in p.relative_to(root).parts)
    )
    return Sources(con, folder, root, tuple(files), False), ()


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
        return None, _nothing_fits(wanted, missed, sheets)
    read = {grid.file for grid, _ in found}
    warnings = []
    for grid, header in missed:
        not_read[_label(sources, grid)] = f"no header of {wanted.name}{_lacks(header)}"
        if grid.file not in read:
            warnings.append(_skipped(grid, header, wanted))
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
    parts = [f"{c} {'BIGINT' if c in ('row', 'item') else 'VARCHAR'}" for c in PLACES]
    parts += [f"{name(c)} VARCHAR" for c in columns]
    run(con, f"CREATE TEMP TABLE {name(table)} ({', '.join(parts)})")
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


def no_file(sources: Sources, wanted: Input) -> Diagnostic:
    """No file is even of the right kind."""
    endings = ", ".join(ENDINGS[wanted.form])
    names = ", ".join(sources.shown(f) for f in sources.files[:8]) or "none"
    patterns = f" and a name such as {' or '.join(wanted.files)}" if wanted.files else ""
    return Diagnostic(
        "E265",
        f"no file for input `{wanted.name}`",
        notes=(f"it is read from files with {endings}{patterns}", f"files: {names}"),
        subject=wanted.name,
    )


def _label(sources: Sources, grid: Grid) -> str:
    return sources.shown(grid.file) + (f" [{grid.sheet}]" if grid.sheet else "")


def _lacks(header: NoHeader) -> str:
    if header.twice:
        return f", which has {', '.join(header.twice)} twice"
    return f" (no {', '.join(header.lacks[:3])})" if header.lacks else ""


def _skipped(grid: Grid, header: NoHeader, wanted: Input) -> Diagnostic:
    return Diagnostic(
        "W265",
        f"{grid.place} was not read: it has no header of input `{wanted.name}`",
        notes=(f"it lacks {', '.join(header.lacks[:6])}",) if header.lacks else (),
        subject=wanted.name,
        level="warning",
    )


def _nothing_fits(
    wanted: Input,
    missed: Sequence[tuple[Grid, NoHeader]],
    sheets: dict[Path, tuple[str, ...]],
) -> tuple[Diagnostic, ...]:
    if not missed:
        patterns = " or ".join(f"`{p}`" for p in wanted.sheets)
        file, names = next(iter(sheets.items()), (Path(), ()))
        near = nearest(wanted.sheets[0], names) if wanted.sheets else None
        notes = (f"did you mean `{near}`?",) if near else ()
        return (
            Diagnostic(
                "E266",
                f"`{file}` has no sheet {patterns}",
                notes=(*notes, f"its sheets: {', '.join(names) or 'none'}"),
                subject=wanted.name,
            ),
        )
    grid, header = max(missed, key=lambda one: len(one[1].found))
    if header.twice:
        listed = ", ".join(f"`{t}`" for t in header.twice)
        return (
            Diagnostic(
                "E268",
                f"row {header.row} of {grid.place} has {listed} twice",
                notes=(
                    *header.notes,
                    "merged cells over two header rows need header: {rows: 2}; else rename one",
                ),
                subject=wanted.name,
                quotes=tuple(f"`{t}`" for t in header.twice),
            ),
        )
    told = [f"missing: {', '.join(header.lacks)}"]
    if header.found:
        told.append(f"row {header.row} has {', '.join(header.found[:8])}")
    told += header.notes
    if len(missed) > 1:
        told.append(f"{len(missed) - 1} more sheets or files fit less")
    return (
        Diagnostic(
            "E267",
            f"{grid.place} has no header of input `{wanted.name}`",
            notes=tuple(told),
            subject=wanted.name,
            quotes=(*header.found, *header.notes),
        ),
    )
