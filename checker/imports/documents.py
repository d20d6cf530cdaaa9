"""JSON and texts of blocks as raw tables: one row per record, list item or block of lines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from checker.data.sql import DuckDBError, complaint, literal, name, rows, run
from checker.diagnostics import Diagnostic, nearest
from checker.imports.account import FileAccount
from checker.imports.encodings import decode
from checker.imports.grids import line_grid
from checker.imports.inputs import Raw, Sources, line_value, no_file
from checker.imports.model import PLACES, Input, RawColumn

DOCUMENT = "whole record"
"""The column of a raw table of JSON that still has all of it, for the lists inside."""


def record_rows(
    sources: Sources, wanted: Input, table: str
) -> tuple[Raw | None, tuple[Diagnostic, ...]]:
    """An input of JSON files: arrays, lines, or lists inside an object."""
    files = sources.of(wanted)
    if not files:
        return None, (no_file(sources, wanted),)
    con = sources.con
    _create(con, table, wanted, with_document=True)
    accounts: list[FileAccount] = []
    problems: list[Diagnostic] = []
    not_read: dict[str, str] = {}
    for file in files:
        found = _records(sources, wanted, file, table)
        if isinstance(found, FileAccount):
            accounts.append(found)
        else:
            problems.append(found)
            not_read[sources.shown(file)] = found.message
    damaged = [p for p in problems if p.code != "E267"]
    if damaged or not accounts:
        return None, tuple(damaged or problems)
    return Raw(wanted, table, tuple(accounts), _written(wanted), not_read), ()


def item_rows(con: Any, outer: Raw, wanted: Input, table: str) -> Raw:
    """One row per item of a list inside the rows of another input."""
    _create(con, table, wanted, with_document=True)
    own = {c.name: c for c in wanted.columns if c.headers}
    values = [
        _text(f"x.{name('item document')}", own[c.name], wanted)
        if c.name in own
        else f"x.{name(c.name)}"
        for c in wanted.columns
    ]
    path = literal(_path(wanted.each) + "[*]")
    inner = (
        f"SELECT *, unnest(json_extract({name(DOCUMENT)}, {path})) AS {name('item document')}, "
        f"generate_subscripts(json_extract({name(DOCUMENT)}, {path}), 1) AS {name('item number')} "
        f"FROM {name(outer.table)}"
    )
    places = f"file, sheet, row, {name('item number')}"
    select = ", ".join((places, *values, name("item document")))
    run(con, f"INSERT INTO {name(table)} SELECT {select} FROM ({inner}) AS x")
    kept = dict(rows(con, f"SELECT file, count(*) FROM {name(table)} GROUP BY file"))
    accounts = tuple(
        FileAccount(
            wanted.name, a.file, a.sheet, a.encoding, n := kept.get(a.file, 0), 0, 0, 0, 0, {}, n
        )
        for a in outer.accounts
    )
    return Raw(wanted, table, accounts, {**outer.written, **_written(wanted)}, {})


def block_rows(
    sources: Sources, wanted: Input, table: str
) -> tuple[Raw | None, tuple[Diagnostic, ...]]:
    """An input of texts: one row per block of lines."""
    files = sources.of(wanted)
    if not files:
        return None, (no_file(sources, wanted),)
    _create(sources.con, table, wanted)
    accounts = []
    problems: list[Diagnostic] = []
    not_read: dict[str, str] = {}
    for file in files:
        account = _blocks(sources, wanted, file, table)
        if isinstance(account, Diagnostic):
            problems.append(account)
            not_read[sources.shown(file)] = account.message
        else:
            accounts.append(account)
    damaged = [p for p in problems if p.code != "E267"]
    if damaged or not accounts:
        return None, tuple(damaged or problems)
    return Raw(wanted, table, tuple(accounts), {}, not_read), ()


def _create(con: Any, table: str, wanted: Input, *, with_document: bool = False) -> None:
    parts = [f"{c} {'BIGINT' if c in ('row', 'item') else 'VARCHAR'}" for c in PLACES]
    parts += [f"{name(c.name)} VARCHAR" for c in wanted.columns]
    if with_document:
        parts.append(f"{name(DOCUMENT)} JSON")
    run(con, f"CREATE TEMP TABLE {name(table)} ({', '.join(parts)})")


def _written(wanted: Input) -> dict[str, str]:
    return {c.name: c.headers[0] for c in wanted.columns if c.headers}


def _path(dotted: str) -> str:
    """`data.list` as a JSON path; a number is a place in a list, from 0."""
    parts = (part.replace('"', "") for part in dotted.split("."))
    return "$" + "".join(f"[{part}]" if part.isdigit() else f'."{part}"' for part in parts)


def _text(document: str, column: RawColumn, wanted: Input) -> str:
    found = [f"json_extract_string({document}, {literal(_path(h))})" for h in column.headers]
    value = (
        f"nullif(trim({found[0] if len(found) == 1 else f'coalesce({chr(44).join(found)})'}), '')"
    )
    if not wanted.missing:
        return value
    texts = ", ".join(literal(m) for m in wanted.missing)
    return f"CASE WHEN {value} NOT IN ({texts}) THEN {value} END"


def _records(sources: Sources, wanted: Input, file: Path, table: str) -> FileAccount | Diagnostic:
    con = sources.con
    copy = decode(file, sources.folder / f"{table}.json", wanted.encoding)
    if isinstance(copy, Diagnostic):
        return copy
    size = max(copy.path.stat().st_size + 1024, 1 << 24)
    # An array or an object over many lines, or a document a line: the reader finds out.
    read = (
        f"read_json_objects({literal(str(copy.path))}, format='auto', maximum_object_size={size})"
    )
    records = name(f"{table}_records")
    try:
        # One thread, so that records are numbered as they stand in the file.
        before = rows(con, "SELECT current_setting('threads')")[0][0]
        run(con, "SET threads = 1")
        try:
            source = f"SELECT json AS j FROM {read}"
            if wanted.records:
                source = f"SELECT unnest(json_extract(j, {literal(_path(wanted.records) + '[*]')})) AS j FROM ({source})"
            run(
                con,
                f"CREATE OR REPLACE TEMP TABLE {records} AS "
                f"SELECT row_number() OVER () AS row, j FROM ({source})",
            )
        finally:
            run(con, f"SET threads = {before}")
    except DuckDBError as error:
        reason = complaint(error).replace(str(copy.path), file.name)
        return Diagnostic(
            "E282",
            f"`{file}` is no JSON: {reason}",
            notes=("a JSON array, an object, or one object per line is read",),
            subject=wanted.name,
            quotes=(reason,),
        )
    finally:
        copy.path.unlink(missing_ok=True)
    wrong = _lacking(con, records, wanted, file)
    if wrong is not None:
        return wrong
    values = [_text("j", c, wanted) if c.headers else "NULL" for c in wanted.columns]
    shown = literal(sources.shown(file))
    select = ", ".join((f"{shown}, NULL, row, 1", *values, "j"))
    run(con, f"INSERT INTO {name(table)} SELECT {select} FROM {records}")
    number = int(rows(con, f"SELECT count(*) FROM {records}")[0][0])
    run(con, f"DROP TABLE {records}")
    return FileAccount(
        wanted.name, sources.shown(file), None, copy.encoding, number, 0, 0, 0, 0, {}, number
    )


def _lacking(con: Any, records: str, wanted: Input, file: Path) -> Diagnostic | None:
    """A required path that no record has."""
    needed = [c for c in wanted.columns if c.required and c.headers]
    if not needed:
        return None
    tests = [
        "bool_or("
        + " OR ".join(f"coalesce(json_exists(j, {literal(_path(h))}), false)" for h in c.headers)
        + ")"
        for c in needed
    ]
    there = rows(con, f"SELECT count(*), {', '.join(tests)} FROM {records}")[0]
    lacks = [c.headers[0] for c, has in zip(needed, there[1:], strict=True) if not has]
    if not there[0]:
        where = f" under `{wanted.records}`" if wanted.records else ""
        return Diagnostic("E267", f"`{file}` has no records{where}", subject=wanted.name)
    if not lacks:
        return None
    keys = rows(
        con,
        f"SELECT DISTINCT unnest(json_keys(j)) FROM {records} WHERE json_type(j) = 'OBJECT' LIMIT 50",
    )
    known = sorted(str(key[0]) for key in keys)
    near = [(lack, nearest(lack, tuple(known))) for lack in lacks[:3]]
    return Diagnostic(
        "E267",
        f"`{file}` has no records of input `{wanted.name}`",
        notes=(
            f"missing: {', '.join(lacks)}",
            *(
                f"is `{key}` the same as `{lack}`? then add it to its headers"
                for lack, key in near
                if key
            ),
            f"its keys: {', '.join(known[:20]) or 'none'}",
        ),
        subject=wanted.name,
    )


def _blocks(sources: Sources, wanted: Input, file: Path, table: str) -> FileAccount | Diagnostic:
    con = sources.con
    grid, wrong = line_grid(con, file, sources.folder, wanted.encoding)
    if grid is None:
        return wrong[0]
    assert wanted.blocks is not None
    begin = f"^(?:{wanted.blocks.begin})$"
    groups = list(re.compile(wanted.blocks.begin).groupindex)
    begins = f"regexp_matches(c0, {literal(begin)})"
    lines = {c: line_value("c0", p) for c, p in wanted.carry.items()}
    on_line = " OR ".join(f"{sql} IS NOT NULL" for sql in lines.values()) or "false"
    carried = "".join(
        f", last_value({sql} IGNORE NULLS) OVER (ORDER BY row) AS {name('line ' + c)}"
        for c, sql in lines.items()
    )
    source = (
        f"SELECT row, c0, {begins} AS begins, NOT {begins} AND ({on_line}) AS on_line, "
        f"count(*) FILTER (WHERE {begins}) OVER (ORDER BY row) AS block{carried} "
        f"FROM {name(grid.table)} WHERE c0 IS NOT NULL"
    )
    whole = "".join(
        f", first({name('line ' + c)} ORDER BY row) AS {name('line ' + c)}" for c in lines
    )
    grouped = (
        f"SELECT min(row) AS row, list(c0 ORDER BY row) AS lines{whole} FROM ({source}) "
        "WHERE block > 0 AND NOT on_line GROUP BY block"
    )
    values = [_field(c.name, wanted, begin, groups, lines) for c in wanted.columns]
    places = f"{literal(sources.shown(file))}, NULL, row, 1"
    run(con, f"INSERT INTO {name(table)} SELECT {', '.join((places, *values))} FROM ({grouped})")
    total, filled, carry, above, blocks = rows(
        con,
        f"SELECT {grid.rows}, count(*), count(*) FILTER (WHERE on_line), "
        f"count(*) FILTER (WHERE block = 0 AND NOT on_line), coalesce(max(block), 0) FROM ({source})",
    )[0]
    if not blocks:
        return Diagnostic(
            "E267",
            f"`{file}` has no block of input `{wanted.name}`",
            notes=(f"a block begins with a line like {wanted.blocks.begin}",),
            subject=wanted.name,
        )
    return FileAccount(
        wanted.name,
        sources.shown(file),
        None,
        grid.encoding,
        total,
        above,
        total - filled,
        carry,
        filled - carry - above - blocks,
        {},
        blocks,
    )


def _field(column: str, wanted: Input, begin: str, groups: list[str], lines: dict[str, str]) -> str:
    """A column of a block as SQL over its list of lines."""
    assert wanted.blocks is not None
    if column in lines:
        return name("line " + column)
    if column in groups:
        number = list(re.compile(begin).groupindex).index(column)
        place = list(re.compile(begin).groupindex.values())[number]
        return f"nullif(trim(regexp_extract(lines[1], {literal(begin)}, {place})), '')"
    fields = wanted.blocks.fields
    numbers = [int(f) for f in fields.values() if f.isdigit()]
    has_last = "last" in fields.values()
    which = fields[column]
    if which == "last":
        return f"CASE WHEN len(lines) > {max([0, *numbers]) + 2} THEN lines[-1] END"
    if which == "rest":
        first = max([0, *numbers]) + 2
        # A block with a single line below has a content, but nobody who said it.
        last = (
            f"CASE WHEN len(lines) > {first} THEN len(lines) - 1 ELSE len(lines) END"
            if has_last
            else "len(lines)"
        )
        return f"nullif(array_to_string(lines[{first}:{last}], chr(10)), '')"
    return f"lines[{int(which) + 1}]"
