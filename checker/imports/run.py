"""An import, stage by stage: files → raw tables → canonical tables → sessions → data set."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from checker.data.workspace import Workspace, connect_duckdb
from checker.diagnostics import Diagnostic, has_errors
from checker.engine.cells import create_macros
from checker.imports.account import Account, TableAccount
from checker.imports.convert import create_target, drop_rows, make_rows, making
from checker.imports.documents import block_rows, item_rows, record_rows
from checker.imports.given import given_params
from checker.imports.grids import scratch
from checker.imports.inputs import Raw, Sources, find_sources, table_rows
from checker.imports.model import Input
from checker.imports.recognise import AUTO, recognise
from checker.imports.sessions import from_messages, merged
from checker.imports.shipped import load_mapping
from checker.imports.typing import TypedMapping
from checker.imports.write import check_target, publish, write_tables
from checker.language.catalog import STORED
from checker.language.types import Type


@dataclass(frozen=True)
class ImportOptions:
    """What `checker import` is told. `settings` are the mapping's params as written."""

    mapping: str
    settings: tuple[tuple[str, str], ...] = ()
    first: str | None = None
    through: str | None = None
    format: str = "parquet"
    threads: int | None = None


def import_data(
    source: Path, target: Path, options: ImportOptions
) -> tuple[Account | None, tuple[Diagnostic, ...]]:
    """Writes the data set that a mapping makes of `source` into the new folder `target`.

    None where nothing was written, and at least one error that says why.
    """
    found = check_target(target)
    if found:
        return None, found
    parent = next(p for p in target.resolve().parents if p.exists())
    with _made(source, options, parent) as (folder, account, found):
        if folder is None or account is None or has_errors(found):
            return None, found
        refused = publish(folder, target, account)
        return (None if refused else account), (*found, *refused)


@contextmanager
def imported(
    source: Path, options: ImportOptions
) -> Iterator[tuple[Path | None, Account | None, tuple[Diagnostic, ...]]]:
    """The data set that a mapping makes of `source`, in a folder that is gone afterwards."""
    with _made(source, options, None) as made:
        yield made


@contextmanager
def _made(
    source: Path, options: ImportOptions, place: Path | None
) -> Iterator[tuple[Path | None, Account | None, tuple[Diagnostic, ...]]]:
    with (
        scratch() as folder,
        tempfile.TemporaryDirectory(prefix=".checker-import-", dir=place) as made,
    ):
        out = Path(made) / "data"
        out.mkdir()
        workspace = connect_duckdb(threads=options.threads)
        create_macros(workspace.con)
        account, found = _import(workspace, source, options, folder, out)
        yield (out if account else None), account, found


def _import(
    workspace: Workspace, source: Path, options: ImportOptions, folder: Path, out: Path
) -> tuple[Account | None, tuple[Diagnostic, ...]]:
    con = workspace.con
    sources, found = find_sources(con, folder, source)
    if sources is None:
        return None, found
    mapping, reason, more = _mapping(sources, options.mapping)
    found = (*found, *more)
    if mapping is None:
        return None, found
    given, more = given_params(mapping, options.settings, options.first, options.through)
    found = (*found, *more)
    if has_errors(found):
        return None, found
    raws, more = _read(sources, mapping)
    found = (*found, *more)
    if has_errors(found):
        return None, found
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
        local = making_.zone
        if written.sessions.idle is not None:
            targets["sessions"] = "canonical sessions"
            columns, sessions = from_messages(
                con, written.sessions, targets, columns, _local(local.first_offset)
            )
        else:
            sessions = merged(con, written.sessions, targets, columns)
    numbers = write_tables(con, targets, columns, written.platform, out, options.format)
    if not numbers:
        found = (*found, _nothing(mapping))
        return None, found
    accounts = tuple(a for raw in raws.values() for a in raw.accounts)
    used = {a.file for a in accounts}
    not_read = {k: v for raw in raws.values() for k, v in raw.not_read.items()}
    for file in sources.files:
        shown = sources.shown(file)
        if shown not in used and not any(
            k == shown or k.startswith(f"{shown} [") for k in not_read
        ):
            not_read[shown] = "not of the kind that the mapping reads"
    return (
        Account(
            written.name,
            written.title.get("en"),
            written.platform,
            written.timezone,
            reason,
            accounts,
            tuple(tables),
            not_read,
            sessions,
            numbers,
        ),
        found,
    )


def _mapping(
    sources: Sources, wanted: str
) -> tuple[TypedMapping | None, str, tuple[Diagnostic, ...]]:
    if wanted == AUTO:
        return recognise(sources)
    mapping, found = load_mapping(wanted)
    return mapping, "as asked for", found


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


def _local(offset: int) -> str:
    return f"{{}} + {offset}"


def _nothing(mapping: TypedMapping) -> Diagnostic:
    return Diagnostic(
        "E283",
        "the import has no rows",
        notes=("every row was dropped or not meant; look at `drop` and `where` of the mapping",),
    )
