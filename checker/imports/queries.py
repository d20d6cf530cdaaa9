"""Inputs that a database answers: raw tables out of queries, only of the columns that are used."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence, Set
from dataclasses import replace
from pathlib import Path
from typing import Any

from checker.data.sql import literal, name, rows, run
from checker.data.validate import required
from checker.data.workspace import Workspace
from checker.diagnostics import Diagnostic, has_errors
from checker.imports.account import FileAccount
from checker.imports.making import Given
from checker.imports.model import Input
from checker.imports.postgres import Database, connect
from checker.imports.raw import Raw
from checker.imports.typing import TypedMapping, TypedOutput
from checker.language import tree as tr
from checker.language.catalog import ENTRY_TABLES, STORED
from checker.language.types import Kind

Wanted = Mapping[str, Set[str] | Mapping[str, object]]
"""The columns of each canonical table that anybody asks for."""

_TEXT = ("messages", "text")
_BLANK = " \t\r\n"


def pruned(mapping: TypedMapping, wanted: Wanted | None, *, text: bool = False) -> TypedMapping:
    """The mapping without canonical columns that nobody wants, and inputs without the raw columns that
    nothing uses then. Without `wanted` all are meant, what was said only with `text`."""
    outputs = tuple(_kept(mapping, out, wanted, text) for out in mapping.outputs)
    inputs = {}
    for one in mapping.written.inputs.values():
        trees: list[tr.Tree | None] = [tree for _, tree in mapping.drops.get(one.name, ())]
        for out in outputs:
            if out.written.input == one.name:
                trees += [*out.columns.values(), out.where]
        used = {n.name for tree in trees if tree for n in tr.walk(tree) if isinstance(n, tr.Col)}
        inputs[one.name] = replace(one, columns=tuple(c for c in one.columns if c.name in used))
    return replace(mapping, outputs=outputs, written=replace(mapping.written, inputs=inputs))


def _kept(
    mapping: TypedMapping, out: TypedOutput, wanted: Wanted | None, text: bool
) -> TypedOutput:
    table = out.written.table
    sessions = mapping.written.sessions
    needed = {*required(table), *out.written.one_per, "shop_id", *(sessions.by if sessions else ())}

    def is_kept(column: str) -> bool:
        if wanted is None:
            return text or (table, column) != _TEXT
        return column in needed or column in wanted.get(table, ())

    columns = {c: tree for c, tree in out.columns.items() if is_kept(c)}
    return replace(out, columns=columns, types={c: out.types[c] for c in columns})


def query_values(mapping: TypedMapping, given: Given) -> dict[str, object]:
    """The params as a database takes them."""
    params = mapping.written.params
    values: dict[str, object] = {}
    for param, value in given.items():
        is_day = params[param].type.kind is Kind.DATE and isinstance(value, int)
        values[param] = (
            dt.date(1970, 1, 1) + dt.timedelta(days=int(value or 0)) if is_day else value
        )
    return values


def query_rows(
    con: Any, database: Database, wanted: Input, table: str, values: Mapping[str, object]
) -> tuple[Raw | None, tuple[Diagnostic, ...]]:
    """The raw table of an input: PLACES and its columns, as texts without blanks around them."""
    listed = ", ".join(f"{c.headers[0]} AS {name(c.name)}" for c in wanted.columns)
    query = f"SELECT {listed} FROM {wanted.sql}"
    copied = f"{table} copied"
    there = database.columns(query, values)
    if isinstance(there, Diagnostic):
        return None, (replace(there, subject=wanted.name),)
    number = database.copy(con, copied, query, values, there)
    if isinstance(number, Diagnostic):
        return None, (replace(number, subject=wanted.name),)
    return _raw(con, wanted, table, copied, database.place, number), ()


Answer = Sequence[Sequence[str | None]]
"""What a database might have answered: the names of raw columns, then rows of texts."""


def answered_rows(con: Any, answer: Answer, wanted: Input, table: str) -> Raw:
    """The raw table of an input, of an answer that was made up; columns without a name are missing."""
    copied = f"{table} copied"
    columns = [c.name for c in wanted.columns]
    run(
        con,
        f"CREATE TEMP TABLE {name(copied)} ({', '.join(f'{name(c)} VARCHAR' for c in columns)})",
    )
    header = answer[0] if answer else ()
    for row in answer[1:]:
        cells = dict(zip(header, row, strict=True))
        values = [cells.get(c) for c in columns]
        listed = ", ".join("NULL" if v is None else literal(v) for v in values)
        run(con, f"INSERT INTO {name(copied)} VALUES ({listed})")
    return _raw(con, wanted, table, copied, "answers", len(answer[1:]))


def _raw(con: Any, wanted: Input, table: str, copied: str, source: str, number: int) -> Raw:
    """The raw table of what was copied as it is, which is dropped."""
    place = f"{literal(source)} AS file, NULL::VARCHAR AS sheet"
    cells = [f"{_cell(c.name, wanted)} AS {name(c.name)}" for c in wanted.columns]
    listed = ", ".join((place, "row_number() OVER () AS row", "1::BIGINT AS item", *cells))
    run(con, f"CREATE TEMP TABLE {name(table)} AS SELECT {listed} FROM {name(copied)}")
    run(con, f"DROP TABLE {name(copied)}")
    account = FileAccount(wanted.name, source, None, None, number, 0, 0, 0, 0, {}, number)
    written = {c.name: c.headers[0] for c in wanted.columns}
    return Raw(wanted, table, (account,), written, {})


def _cell(column: str, wanted: Input) -> str:
    cell = f"nullif(trim({name(column)}, {literal(_BLANK)}), '')"
    if not wanted.missing:
        return cell
    texts = ", ".join(literal(m) for m in wanted.missing)
    return f"CASE WHEN {cell} NOT IN ({texts}) THEN {cell} END"


def copied_tables(
    workspace: Workspace, url: str, wanted: Wanted
) -> tuple[Path | None, tuple[Diagnostic, ...]]:
    """A folder with the canonical tables that a database itself has, of the wanted columns.

    It lives as long as the workspace.
    """
    database = connect(url)
    if isinstance(database, Diagnostic):
        return None, (database,)
    try:
        made = workspace.folder()
        found = _copy_tables(workspace.con, database, wanted, made)
    finally:
        database.close()
    return (None if has_errors(found) else made), found


def _copy_tables(
    con: Any, database: Database, wanted: Wanted, folder: Path
) -> tuple[Diagnostic, ...]:
    known = database.rows(
        "SELECT table_name::text, column_name::text FROM information_schema.columns "
        "WHERE table_schema = ANY (current_schemas(false)) ORDER BY 1, ordinal_position"
    )
    if isinstance(known, Diagnostic):
        return (known,)
    described: dict[str, list[str]] = {}
    for table, column in known:
        described.setdefault(table, []).append(column)
    named = list(described)
    there = [table for table in STORED if table in described]
    fitting = [t for t in there if t in ENTRY_TABLES and set(required(t)) <= set(described[t])]
    if not fitting:
        return (_no_tables(database, named),)
    for table in there:
        asked = {"platform", "shop_id", *required(table), *wanted.get(table, ())}
        query = f"SELECT {', '.join(name(c) for c in described[table] if c in asked)} FROM {name(table)}"
        columns = database.columns(query, {})
        if isinstance(columns, Diagnostic):
            return (columns,)
        number = database.copy(con, f"copied {table}", query, {}, columns)
        if isinstance(number, Diagnostic):
            return (number,)
        file = literal(str(folder / f"{table}.parquet"))
        run(con, f"COPY {name(f'copied {table}')} TO {file} (FORMAT parquet)")
        rows(con, f"DROP TABLE {name(f'copied {table}')}")
    return ()


def _no_tables(database: Database, named: list[str]) -> Diagnostic:
    shown = ", ".join(named[:10]) + (" …" if len(named) > 10 else "")
    return Diagnostic(
        "E296",
        f"`{database.place}` has no table of a data set",
        notes=(
            f"its tables: {shown or 'none'}",
            f"one of {', '.join(ENTRY_TABLES)} is needed, with {', '.join(required('messages'))} for messages",
            "the database of a help desk is read with --mapping, such as chatwoot-postgres",
        ),
    )
