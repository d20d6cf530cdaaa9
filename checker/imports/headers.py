"""Finding the header of a raw table: by its names, whatever their brackets, spaces and case."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.diagnostics import nearest
from checker.imports.model import Input, RawColumn

SEARCHED = 40
"""Rows from the top in which a header is looked for."""

Cells = tuple[str | None, ...]


@dataclass(frozen=True)
class Header:
    """`columns[name]` is the number of its cell, `written` what the file calls it; `row` is the last
    row of the header, `width` the number of cells up to its last text."""

    row: int
    columns: Mapping[str, int]
    written: Mapping[str, str]
    unused: tuple[str, ...]
    width: int


@dataclass(frozen=True)
class NoHeader:
    """The row that comes closest and what it lacks. `twice` are names that stand in it twice."""

    row: int | None
    found: tuple[str, ...]
    lacks: tuple[str, ...]
    twice: tuple[str, ...]
    notes: tuple[str, ...]


def normal(text: str) -> str:
    """A header as it is compared: `平均响应时长（秒）` equals `平均响应时长 (秒)`."""
    return "".join(unicodedata.normalize("NFKC", text).casefold().split())


def find_header(rows: Sequence[Cells], wanted: Input) -> Header | NoHeader:
    """The header of a raw table whose first rows are given, or what is missing."""
    best: NoHeader | None = None
    depth = wanted.header_rows
    starts = [wanted.header_row - 1] if wanted.header_row else range(len(rows))
    for start in starts:
        found = _tried(joined(rows[start : start + depth]), start + depth, wanted)
        if isinstance(found, Header):
            return found
        if best is None or len(found.found) > len(best.found):
            best = found
    if best is None:
        return NoHeader(None, (), tuple(c.headers[0] for c in _named(wanted)), (), ())
    split = _split(rows, best, wanted)
    return NoHeader(best.row, best.found, best.lacks, best.twice, (*split, *best.notes))


def joined(rows: Sequence[Cells]) -> Cells:
    """Header rows as one: a text that spans columns stands before the texts below it."""
    if len(rows) <= 1:
        return rows[0] if rows else ()
    *above, last = rows
    levels: list[Cells] = []
    for row in above:
        filled: list[str | None] = []
        for cell in row:
            filled.append(cell if cell is not None else (filled[-1] if filled else None))
        levels.append(tuple(filled))
    result = []
    for i, cell in enumerate(last):
        own = [level[i] if cell is not None else above[n][i] for n, level in enumerate(levels)]
        parts = dict.fromkeys(part for part in (*own, cell) if part is not None)
        result.append(" ".join(parts) or None)
    return tuple(result)


def _named(wanted: Input) -> list[RawColumn]:
    return [c for c in wanted.columns if c.headers and c.required]


def _tried(cells: Cells, row: int, wanted: Input) -> Header | NoHeader:
    places: dict[str, list[int]] = {}
    for i, cell in enumerate(cells):
        if cell is not None:
            places.setdefault(normal(cell), []).append(i)
    columns: dict[str, int] = {}
    lacks: list[str] = []
    twice: list[str] = []
    for column in wanted.columns:
        if not column.headers:
            continue
        at = [i for header in column.headers for i in places.get(normal(header), ())]
        if at:
            columns[column.name] = at[0]
            if len(set(places[normal(str(cells[at[0]]))])) > 1:
                twice.append(str(cells[at[0]]))
        elif column.required:
            lacks.append(column.headers[0])
    if lacks or twice or not columns:
        found = tuple(str(cells[i]) for i in columns.values())
        return NoHeader(row, found, tuple(lacks), tuple(twice), _nearest(lacks, cells))
    used = set(columns.values())
    unused = tuple(cell for i, cell in enumerate(cells) if cell is not None and i not in used)
    width = max(i for i, cell in enumerate(cells) if cell is not None) + 1
    return Header(row, columns, {n: str(cells[i]) for n, i in columns.items()}, unused, width)


def _nearest(lacks: Sequence[str], cells: Cells) -> tuple[str, ...]:
    have = [cell for cell in cells if cell is not None]
    notes = []
    for header in lacks[:3]:
        near = nearest(header, tuple(have))
        if near:
            notes.append(f"is `{near}` the column `{header}`? then add it to its headers")
    return tuple(notes)


def _split(rows: Sequence[Cells], best: NoHeader, wanted: Input) -> tuple[str, ...]:
    """A header of merged cells has its names in two rows."""
    if best.row is None or wanted.header_rows > 1:
        return ()
    missing = {normal(name) for name in best.lacks}
    for other in (best.row - 2, best.row):
        if 0 <= other < len(rows):
            there = {normal(cell) for cell in rows[other] if cell is not None}
            if missing and missing <= there:
                first, second = sorted((best.row, other + 1))
                return (f"its names stand in rows {first} and {second}: say header: {{rows: 2}}",)
    return ()
