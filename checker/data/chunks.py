"""Lines of a growing text file as one Parquet file with canonical types: they are parsed only once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from checker.data.canonical import final
from checker.data.duck import DuckDB
from checker.data.files import FORMATS, Format, Source
from checker.data.places import PLACE, Placed
from checker.data.readers import describe
from checker.data.sql import DuckDBError, literal, name, rows, run, unused_prefix
from checker.data.staging import Staged, naive_name, stage
from checker.data.validate import validate
from checker.diagnostics import Diagnostic, Span
from checker.language import types as t
from checker.language.types import Kind, Type

PLAIN = frozenset({Kind.TEXT, Kind.ENUM, Kind.BOOL, Kind.INT, Kind.INSTANT})
"""Kinds that Parquet stores as they are meant; tables with others stay text."""


@dataclass(frozen=True)
class Lines:
    """Complete lines of `origin`, from line `first` on; CSV has its header in front of them."""

    origin: Path
    table: str
    header: bytes
    body: bytes
    first: int


def is_plain(columns: Mapping[str, Type]) -> bool:
    return all(type_.kind in PLAIN for type_ in columns.values())


def write_chunk(
    con: DuckDB, lines: Lines, wanted: Mapping[str, Type], out: Path
) -> tuple[Diagnostic, ...]:
    """Writes the lines to `out`, or says what is wrong with them, at their place in the origin."""
    text = out.with_name(f".{out.stem}{lines.origin.suffix}")
    try:
        text.write_bytes(lines.header + lines.body)
        found = _converted(con, text, lines.table, wanted, out)
    finally:
        text.unlink(missing_ok=True)
    return tuple(_at_origin(one, lines, text) for one in found)


def _converted(
    con: DuckDB, text: Path, table: str, wanted: Mapping[str, Type], out: Path
) -> tuple[Diagnostic, ...]:
    format_: Format = FORMATS[text.suffix.lower()]
    source = Source(table, format_, (text,), text.parent)
    relations, found = describe(con, source)
    if found:
        return found
    have = set(relations[0].columns)
    if format_ == "json":  # the first lines may lack a key; those of the place are meant or not
        have |= set(wanted) - set(PLACE)
    columns = {c: t.TEXT for c in PLACE if c in have}
    columns |= {c: type_ for c, type_ in wanted.items() if c in have and c not in PLACE}
    prefix = unused_prefix()
    try:
        staged, found = stage(con, source, relations, columns, prefix)
        if staged is None:
            return found
        _, found = validate(con, _placed(con, staged, prefix))
        # One row per key is asked of the whole table, not of a part of it.
        found = tuple(one for one in found if one.code != "E216")
        if not found:
            run(con, f"COPY ({_select(con, staged)}) TO {literal(str(out))} (FORMAT parquet)")
        return found
    finally:
        _dropped(con, prefix)


def _placed(con: DuckDB, staged: Staged, prefix: str) -> Placed:
    """Only the whole data say of which platform and shop a row is."""
    view = name(f"{prefix}_alone")
    added = [f"NULL::VARCHAR AS {name(c)}" for c in PLACE if c not in staged.columns]
    listed = ", ".join((*added, "*"))
    run(con, f"CREATE VIEW {view} AS SELECT {listed} FROM {staged.sql}")
    return Placed(staged, view, "unknown", frozenset())


def _select(con: DuckDB, staged: Staged) -> str:
    parts = []
    for column, type_ in staged.columns.items():
        value = final(type_.kind, name(column))
        if type_.kind is Kind.INSTANT:
            value = _instant(con, staged, column)
        parts.append(f"{value} AS {name(column)}")
    return f"SELECT {', '.join(parts)} FROM {staged.sql}"


def _instant(con: DuckDB, staged: Staged, column: str) -> str:
    """Local times and those with an offset keep apart; where both occur, as text."""
    flag, value = name(naive_name(column)), f"make_timestamp({name(column)})"
    said = {r[0] for r in rows(con, f"SELECT DISTINCT {flag} FROM {staged.sql} WHERE {name(column)} IS NOT NULL")}  # fmt: skip
    if said == {True, False}:
        text = f"strftime({value}, '%Y-%m-%dT%H:%M:%S.%f')"
        return f"CASE WHEN {flag} THEN {text} ELSE {text} || 'Z' END"
    return value if said != {False} else f"({value} AT TIME ZONE 'UTC')"


def _dropped(con: DuckDB, prefix: str) -> None:
    made = rows(
        con,
        "SELECT table_name, table_type FROM information_schema.tables "
        f"WHERE starts_with(table_name, {literal(prefix + '_')})",
    )
    for table, kind in sorted(made, key=lambda one: one[1] != "VIEW"):
        run(con, f"DROP {'VIEW' if kind == 'VIEW' else 'TABLE'} IF EXISTS {name(table)}")


def _at_origin(found: Diagnostic, lines: Lines, text: Path) -> Diagnostic:
    """The same complaint about the file that the user knows, and its line."""

    def told(sentence: str) -> str:
        return sentence.replace(str(text), str(lines.origin))

    span, message, notes = found.span, told(found.message), tuple(map(told, found.notes))
    skipped = lines.first - 1
    if span is not None:
        number = span.line + skipped
        message = message.replace(f"line {span.line} ", f"line {number} ", 1)
        span = Span(str(lines.origin), number, span.column, number, span.end_column, span.source)
    elif skipped:
        notes = (*notes, f"rows are counted from line {lines.first} on")
    return replace(found, message=message, notes=notes, span=span)


def merge(con: DuckDB, parts: Sequence[Path], out: Path) -> bool:
    """Many small files as one; False where they do not fit together and stay as they are."""
    listed = ", ".join(literal(str(part)) for part in parts)
    kinds = rows(
        con,
        "SELECT name, count(DISTINCT (type, converted_type, logical_type)) FROM "
        f"parquet_schema([{listed}]) GROUP BY name",
    )
    if any(number > 1 for column, number in kinds if column != "duckdb_schema"):
        return False
    try:
        query = f"SELECT * FROM read_parquet([{listed}], union_by_name=true)"
        run(con, f"COPY ({query}) TO {literal(str(out))} (FORMAT parquet)")
    except DuckDBError:
        out.unlink(missing_ok=True)
        return False
    return True
