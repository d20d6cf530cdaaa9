"""An import, stage by stage: files or a database → raw tables → canonical tables → data set."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from checker.data.open import open_dataset
from checker.data.urls import is_database, shown
from checker.data.workspace import Workspace, connect_duckdb
from checker.diagnostics import Diagnostic, has_errors
from checker.engine.cells import create_macros
from checker.imports.account import Account, TableAccount, left_out
from checker.imports.blocks import block_rows
from checker.imports.convert import Given, create_target, drop_rows, make_rows, making
from checker.imports.documents import item_rows, record_rows
from checker.imports.given import given_params
from checker.imports.inputs import table_rows
from checker.imports.model import Input
from checker.imports.postgres import connect
from checker.imports.queries import Answer, Wanted, answered_rows, pruned, query_rows, query_values
from checker.imports.raw import Raw
from checker.imports.recognise import AUTO, recognise
from checker.imports.sessions import from_messages, merged
from checker.imports.shipped import load_mapping
from checker.imports.sources import Sources, find_sources
from checker.imports.typing import TypedMapping
from checker.imports.write import check_target, publish, write_tables
from checker.language.catalog import STORED, TABLES
from checker.language.tree import Col, walk
from checker.language.types import Type


@dataclass(frozen=True)
class ImportOptions:
    """What `checker import` is told. `settings` are the mapping's params as written.

    Of a database, only the canonical columns in `wanted` are made; without it all but what was said,
    which is made only with `text`. `answers` stand for a database, by input: no source is opened.
    """

    mapping: str
    settings: tuple[tuple[str, str], ...] = ()
    first: str | None = None
    through: str | None = None
    format: str = "parquet"
    threads: int | None = None
    wanted: Wanted | None = None
    text: bool = False
    answers: Mapping[str, Answer] | None = None


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
        found = (*found, *_quoting(_told(account), account.people))
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


@dataclass(frozen=True)
class _Gathered:
    """The raw tables of an import, by input, and what was not read."""

    mapping: TypedMapping
    given: Given
    raws: dict[str, Raw]
    not_read: dict[str, str]
    reason: str = ""
    people: tuple[str, ...] = ()


def _import(
    workspace: Workspace, source: Path | str, options: ImportOptions, out: Path
) -> tuple[Account | None, tuple[Diagnostic, ...]]:
    """Writes the tables into the folder `out`."""
    create_macros(workspace.con)
    if options.answers is not None:
        gathered, found = _of_answers(workspace, options, options.answers)
    elif is_database(source):
        gathered, found = _of_database(workspace, str(source), options)
    else:
        gathered, found = _of_files(workspace, Path(source), options)
    if gathered is None or has_errors(found):
        return None, found
    account, more = _make(workspace.con, gathered, options, out)
    return account, (*found, *_quoting(more, gathered.people))


def _of_database(
    workspace: Workspace, url: str, options: ImportOptions
) -> tuple[_Gathered | None, tuple[Diagnostic, ...]]:
    """What a database answers to the queries of the mapping, all in one snapshot."""
    if options.mapping == AUTO:
        notes = ("name the mapping: chatwoot-postgres, or a file",)
        return None, (Diagnostic("E297", "auto recognises files only", notes=notes),)
    mapping, found = load_mapping(options.mapping)
    if mapping is None:
        return None, found
    if not mapping.written.of_database:
        message = (
            f"the mapping {mapping.written.name} reads files, and `{shown(url)}` is a database"
        )
        return None, (*found, Diagnostic("E297", message))
    given, more = given_params(mapping, options.settings, options.first, options.through)
    found = (*found, *more)
    if has_errors(found):
        return None, found
    mapping = pruned(mapping, options.wanted, text=options.text)
    database = connect(url)
    if isinstance(database, Diagnostic):
        return None, (*found, database)
    raws: dict[str, Raw] = {}
    values = query_values(mapping, given)
    try:
        for one in mapping.written.inputs.values():
            raw, more = query_rows(workspace.con, database, one, f"raw {one.name}", values)
            found = (*found, *more)
            if raw is None:  # after a failure the connection answers nothing more
                return None, found
            raws[one.name] = raw
    finally:
        database.close()
    return _Gathered(mapping, given, raws, {}), found


def _of_answers(
    workspace: Workspace, options: ImportOptions, answers: Mapping[str, Answer]
) -> tuple[_Gathered | None, tuple[Diagnostic, ...]]:
    """What a database would have answered, as a test of the mapping says."""
    mapping, found = load_mapping(options.mapping)
    if mapping is None:
        return None, found
    given, more = given_params(mapping, options.settings, options.first, options.through)
    mapping = pruned(mapping, options.wanted, text=options.text)
    raws = {
        one.name: answered_rows(workspace.con, answers.get(one.name, ()), one, f"raw {one.name}")
        for one in mapping.written.inputs.values()
    }
    return _Gathered(mapping, given, raws, {}), (*found, *more)


def _of_files(
    workspace: Workspace, source: Path, options: ImportOptions
) -> tuple[_Gathered | None, tuple[Diagnostic, ...]]:
    sources, found = find_sources(workspace.con, workspace.folder(), source)
    if sources is None:
        return None, found
    mapping, reason, more = _mapping(sources, options.mapping)
    found = (*found, *more)
    if mapping is None:
        return None, found
    if mapping.written.of_database:
        message = f"the mapping {mapping.written.name} reads a database, and `{source}` is none"
        notes = ("give its address: postgres://user@host/database",)
        return None, (*found, Diagnostic("E297", message, notes=notes))
    given, more = given_params(mapping, options.settings, options.first, options.through)
    found = (*found, *more)
    if has_errors(found):
        return None, found
    people = _named_people(sources, mapping)
    raws, more = _read(sources, mapping)
    found = (*found, *_quoting(more, people))
    used = {a.file for raw in raws.values() for a in raw.accounts}
    not_read = {k: v for raw in raws.values() for k, v in raw.not_read.items()}
    for file in sources.files:
        name = sources.shown(file)
        if name not in used and not any(k == name or k.startswith(f"{name} [") for k in not_read):
            not_read[name] = "not of the kind that the mapping reads"
    return _Gathered(mapping, given, raws, not_read, reason, people), found


def _named_people(sources: Sources, mapping: TypedMapping) -> tuple[str, ...]:
    """The names of files, where a mapping takes buyers or agents from them."""
    trees = (out.columns.get(c) for out in mapping.outputs for c in ("buyer_id", "agent_id"))
    columns = {n.name for tree in trees if tree for n in walk(tree) if isinstance(n, Col)}
    return tuple(sources.shown(file) for file in sources.files) if "file" in columns else ()


def _quoting(found: tuple[Diagnostic, ...], people: tuple[str, ...]) -> tuple[Diagnostic, ...]:
    """Diagnostics that know what in them names people, and must not be told with pseudonyms."""
    return tuple(replace(one, quotes=(*one.quotes, *people)) for one in found) if people else found


def _make(
    con: Any, gathered: _Gathered, options: ImportOptions, out: Path
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


def _mapping(
    sources: Sources, wanted: str
) -> tuple[TypedMapping | None, str, tuple[Diagnostic, ...]]:
    if wanted == AUTO:
        return recognise(sources)
    mapping, found = load_mapping(wanted)
    return mapping, "", found


def _read(sources: Sources, mapping: TypedMapping) -> tuple[dict[str, Raw], tuple[Diagnostic, ...]]:
    raws: dict[str, Raw] = {}
    found: list[Diagnostic] = []
    for one in mapping.written.inputs.values():
        if one.parent is not None:
            continue
        raw, wrong = read_input(sources, one)
        if raw is not None:
            raws[one.name] = raw
            found += wrong
        elif not (one.optional and all(d.code in ("E265", "E266", "E267") for d in wrong)):
            found += wrong
    return raws, tuple(found)


def read_input(sources: Sources, one: Input) -> tuple[Raw | None, tuple[Diagnostic, ...]]:
    """The raw table of an input that does not lie in another."""
    read = {"table": table_rows, "json": record_rows, "text": block_rows}[one.form]
    return read(sources, one, f"raw {one.name}")


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
