"""An import, stage by stage: files or a database → raw tables → canonical tables → data set."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checker.data.open import open_dataset
from checker.data.urls import is_database
from checker.data.workspace import Workspace, connect_duckdb
from checker.diagnostics import Diagnostic, has_errors
from checker.engine.cells import create_macros
from checker.imports.account import Account, TableAccount, left_out
from checker.imports.convert import create_target, drop_rows, make_rows
from checker.imports.documents import item_rows
from checker.imports.gather import Gathered, gather, quoting
from checker.imports.making import making
from checker.imports.options import ImportOptions
from checker.imports.sessions import from_messages, merged
from checker.imports.typing import TypedMapping
from checker.imports.write import check_target, publish, write_tables
from checker.language.catalog import STORED, TABLES
from checker.language.types import Type


def import_data(
    source: Path | str, target: Path, options: ImportOptions
) -> tuple[Account | None, tuple[Diagnostic, ...]]:
    """Writes the data set that a mapping makes of `source` into the new folder `target`.

    None where nothing was written, and at least one error that says why.
    """
    found = check_target(target)
    if found:
        return None, found
    workspace = connect_duckdb(threads=options.threads)
    made = workspace.folder() / "data"
    made.mkdir()
    account, found = _import(workspace, source, options, made)
    if account is None:
        return None, found
    _, wrong = open_dataset(workspace.con, made, _ALL_COLUMNS)
    if has_errors(wrong):
        return None, (*found, *wrong)
    refused = publish(made, target, account)
    return (None if refused else account), (*found, *refused)


def import_beside(
    workspace: Workspace, source: Path | str, options: ImportOptions
) -> tuple[Path | None, tuple[Diagnostic, ...]]:
    """The folder of the data set that a mapping makes of `source`; it lives as long as the workspace."""
    made = workspace.folder()
    account, found = _import(workspace, source, options, made)
    # Of a database, what is not meant was not even asked for.
    if account is not None and not is_database(source):
        found = (*found, *quoting(_told(account), account.people))
    return (made if account is not None else None), found


def _told(account: Account) -> tuple[Diagnostic, ...]:
    """What an audit says of the import before it: the mapping that was recognised, rows left out."""
    told = []
    if account.reason:
        told.append(Diagnostic("W279", account.reason, level="warning"))
    left = left_out(account)
    if left:
        message = f"the mapping {account.mapping} left something out"
        told.append(Diagnostic("W283", message, notes=left, level="warning"))
    return tuple(told)


_ALL_COLUMNS = {table: {c.name: c.type for c in TABLES[table].stored_columns} for table in STORED}


def _import(
    workspace: Workspace, source: Path | str, options: ImportOptions, out: Path
) -> tuple[Account | None, tuple[Diagnostic, ...]]:
    """Writes the tables into the folder `out`."""
    create_macros(workspace.con)
    gathered, found = gather(workspace, source, options)
    if gathered is None or has_errors(found):
        return None, found
    account, more = _make(workspace.con, gathered, options, out)
    return account, (*found, *quoting(more, gathered.people))


def _make(
    con: Any, gathered: Gathered, options: ImportOptions, out: Path
) -> tuple[Account | None, tuple[Diagnostic, ...]]:
    """Raw tables → canonical tables → files in the folder `out`."""
    mapping, given, raws = gathered.mapping, gathered.given, dict(gathered.raws)
    found: tuple[Diagnostic, ...] = ()
    making_ = making(con, mapping, given)
    for one in mapping.written.inputs.values():  # outer inputs stand before what lies in them
        if one.name in raws or one.parent in raws:
            if one.parent is not None:
                raws[one.name] = item_rows(con, raws[one.parent], one, f"raw {one.name}")
            raws[one.name] = drop_rows(making_, raws[one.name])
    types = _types(mapping)
    targets = {table: f"canonical {table}" for table in STORED if table in types}
    for table, target in targets.items():
        create_target(con, target, types[table])
    tables: list[TableAccount] = []
    bad: list[Diagnostic] = []
    for typed in mapping.outputs:
        if typed.written.input not in raws:
            continue
        account, more = make_rows(
            making_, typed, raws[typed.written.input], targets[typed.written.table]
        )
        tables.append(account)
        bad += more
    found = (*found, *bad)
    if has_errors(found):
        return None, found
    sessions: dict[str, int] = {}
    written = mapping.written
    columns: Mapping[str, Mapping[str, Type]] = types
    if written.sessions is not None:
        if written.sessions.idle is not None:
            targets["sessions"] = "canonical sessions"
            columns, sessions = from_messages(
                con, written.sessions, targets, columns, written.timezone
            )
        else:
            sessions = merged(con, written.sessions, targets, columns)
    numbers = write_tables(con, targets, columns, written.platform, out, options.format)
    if not numbers:
        found = (*found, _nothing(mapping))
        return None, found
    accounts = tuple(a for raw in raws.values() for a in raw.accounts)
    return (
        Account(
            written.name,
            written.title.get("en"),
            written.platform,
            written.timezone,
            gathered.reason,
            accounts,
            tuple(tables),
            gathered.not_read,
            sessions,
            numbers,
            gathered.people,
        ),
        found,
    )


def _types(mapping: TypedMapping) -> dict[str, dict[str, Type]]:
    """The columns of every canonical table that is made, in the order of the mapping."""
    types: dict[str, dict[str, Type]] = {}
    for out in mapping.outputs:
        types.setdefault(out.written.table, {}).update(out.types)
    return types


def _nothing(mapping: TypedMapping) -> Diagnostic:
    return Diagnostic(
        "E283",
        "the import has no rows",
        notes=("every row was dropped or not meant; look at `drop` and `where` of the mapping",),
    )
