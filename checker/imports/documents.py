"""JSON as raw tables: one row per record, or per item of a list in records."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from checker.data.sql import DuckDBError, complaint, literal, name, rows, run
from checker.diagnostics import Diagnostic, nearest
from checker.imports.account import FileAccount
from checker.imports.encodings import decode
from checker.imports.model import Input, RawColumn
from checker.imports.raw import Raw, create_raw
from checker.imports.sources import Sources, no_file

DOCUMENT = "whole record"
"""The column of a raw table of JSON that still has all of it, for the lists inside."""
_WITH_DOCUMENT = f"{name(DOCUMENT)} JSON"


def record_rows(
    sources: Sources, wanted: Input, table: str
) -> tuple[Raw | None, tuple[Diagnostic, ...]]:
    """An input of JSON files: arrays, lines, or lists inside an object."""
    files = sources.of(wanted)
    if not files:
        return None, (no_file(sources, wanted),)
    con = sources.con
    create_raw(con, table, wanted, _WITH_DOCUMENT)
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
    create_raw(con, table, wanted, _WITH_DOCUMENT)
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
