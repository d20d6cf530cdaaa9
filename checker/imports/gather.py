"""Files, a database or made-up answers → the raw tables of an import, and what was not read of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from checker.data.urls import is_database, shown
from checker.data.workspace import Workspace
from checker.diagnostics import Diagnostic, has_errors
from checker.imports.blocks import block_rows
from checker.imports.documents import record_rows
from checker.imports.given import given_params
from checker.imports.inputs import table_rows
from checker.imports.making import Given
from checker.imports.model import Input
from checker.imports.options import ImportOptions
from checker.imports.postgres import connect
from checker.imports.queries import Answer, answered_rows, pruned, query_rows, query_values
from checker.imports.raw import Raw
from checker.imports.recognise import AUTO, recognise
from checker.imports.shipped import load_mapping
from checker.imports.sources import Sources, find_sources
from checker.imports.typing import TypedMapping
from checker.language.tree import Col, walk


@dataclass(frozen=True)
class Gathered:
    """The raw tables of an import, by input, and what was not read."""

    mapping: TypedMapping
    given: Given
    raws: dict[str, Raw]
    not_read: dict[str, str]
    reason: str = ""
    people: tuple[str, ...] = ()


def gather(
    workspace: Workspace, source: Path | str, options: ImportOptions
) -> tuple[Gathered | None, tuple[Diagnostic, ...]]:
    if options.answers is not None:
        return _of_answers(workspace, options, options.answers)
    if is_database(source):
        return _of_database(workspace, str(source), options)
    return _of_files(workspace, Path(source), options)


def _of_database(
    workspace: Workspace, url: str, options: ImportOptions
) -> tuple[Gathered | None, tuple[Diagnostic, ...]]:
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
    return Gathered(mapping, given, raws, {}), found


def _of_answers(
    workspace: Workspace, options: ImportOptions, answers: Mapping[str, Answer]
) -> tuple[Gathered | None, tuple[Diagnostic, ...]]:
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
    return Gathered(mapping, given, raws, {}), (*found, *more)


def _of_files(
    workspace: Workspace, source: Path, options: ImportOptions
) -> tuple[Gathered | None, tuple[Diagnostic, ...]]:
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
    found = (*found, *quoting(more, people))
    used = {a.file for raw in raws.values() for a in raw.accounts}
    not_read = {k: v for raw in raws.values() for k, v in raw.not_read.items()}
    for file in sources.files:
        name = sources.shown(file)
        if name not in used and not any(k == name or k.startswith(f"{name} [") for k in not_read):
            not_read[name] = "not of the kind that the mapping reads"
    return Gathered(mapping, given, raws, not_read, reason, people), found


def _mapping(
    sources: Sources, wanted: str
) -> tuple[TypedMapping | None, str, tuple[Diagnostic, ...]]:
    if wanted == AUTO:
        return recognise(sources)
    mapping, found = load_mapping(wanted)
    return mapping, "", found


def _named_people(sources: Sources, mapping: TypedMapping) -> tuple[str, ...]:
    """The names of files, where a mapping takes buyers or agents from them."""
    trees = (out.columns.get(c) for out in mapping.outputs for c in ("buyer_id", "agent_id"))
    columns = {n.name for tree in trees if tree for n in walk(tree) if isinstance(n, Col)}
    return tuple(sources.shown(file) for file in sources.files) if "file" in columns else ()


def _read(sources: Sources, mapping: TypedMapping) -> tuple[dict[str, Raw], tuple[Diagnostic, ...]]:
    raws: dict[str, Raw] = {}
    found: list[Diagnostic] = []
    for one in mapping.written.inputs.values():
        if one.parent is not None:
            continue
        raw, wrong = _read_input(sources, one)
        if raw is not None:
            raws[one.name] = raw
            found += wrong
        elif not (one.optional and all(d.code in ("E265", "E266", "E267") for d in wrong)):
            found += wrong
    return raws, tuple(found)


def _read_input(sources: Sources, one: Input) -> tuple[Raw | None, tuple[Diagnostic, ...]]:
    """The raw table of an input that does not lie in another."""
    read = {"table": table_rows, "json": record_rows, "text": block_rows}[one.form]
    return read(sources, one, f"raw {one.name}")


def quoting(found: tuple[Diagnostic, ...], people: tuple[str, ...]) -> tuple[Diagnostic, ...]:
    """Diagnostics that know what in them names people, and must not be told with pseudonyms."""
    return tuple(replace(one, quotes=(*one.quotes, *people)) for one in found) if people else found
