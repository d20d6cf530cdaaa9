"""The data set of an audit: opened, imported or copied first where need be, in the engine asked for."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

from checker.data.cache import open_cache
from checker.data.cached_workspace import CachedWorkspace
from checker.data.dataset import Dataset
from checker.data.duck import duckdb_connection
from checker.data.engines import Opened, choose_engine, is_uri
from checker.data.open import open_dataset
from checker.data.urls import is_database
from checker.data.workspace import Timing, Workspace
from checker.diagnostics import Diagnostic
from checker.language.types import Type
from checker.options import AuditOptions, veiled

READING = "reading"


def engaged(
    data: str | Path, wanted: Mapping[str, Mapping[str, Type]], options: AuditOptions
) -> Opened:
    """The data set in the engine that is asked for, and the workspace that it is in."""
    con = duckdb_connection(threads=options.threads, memory=options.memory, spill=options.spill)
    workspace = Workspace(con)
    if options.cache is not None:
        workspace = CachedWorkspace(con, recalls=not options.plan)
    engine, found = choose_engine(
        options.engine, threads=options.threads, memory=options.memory, spill=options.spill
    )
    if engine is None:
        return workspace, None, found
    if engine.reads(data) and options.mapping is None:
        space, dataset, more = engine.opened(workspace, str(data), wanted, options.platform)
        return space, dataset, veiled(more, options)
    began = time.monotonic()
    if options.timer is not None:
        options.timer(Timing((READING,), 0, None))
    dataset, found = opened(workspace, data, wanted, options)
    if dataset is None:
        return workspace, None, found
    space, dataset, more = engine.engaged(workspace, dataset)
    space.timer = options.timer
    if options.timer is not None:
        rows = sum(table.rows for table in dataset.tables.values()) if dataset else 0
        options.timer(Timing((READING,), rows, time.monotonic() - began))
    return space, dataset, (*found, *more)


def opened(
    workspace: Workspace,
    data: str | Path,
    wanted: Mapping[str, Mapping[str, Type]],
    options: AuditOptions,
) -> tuple[Dataset | None, tuple[Diagnostic, ...]]:
    """The data set, or what a mapping makes of exports or a database."""
    found: tuple[Diagnostic, ...] = ()
    if is_uri(data):
        notes = ("audit, whatif and explain do, with --engine spark; or copy the files here",)
        return None, (Diagnostic("E533", f"only Spark reads `{data}`", notes=notes),)
    if options.mapping is not None:
        # Most audits need neither.
        from checker.imports.options import ImportOptions
        from checker.imports.run import import_beside

        days = (options.first, options.through)
        first, through = (None if day is None else day.isoformat() for day in days)
        asked = ImportOptions(options.mapping, options.params, first, through, wanted=wanted)
        made, found = import_beside(workspace, data, asked)
        if made is None:
            return None, veiled(found, options)
        data = made
    elif is_database(data):
        from checker.imports.queries import copied_tables

        made, found = copied_tables(workspace, str(data), wanted)
        if made is None:
            return None, veiled(found, options)
        data = made
    cache = None
    if isinstance(workspace, CachedWorkspace):
        assert options.cache is not None
        cache, more = open_cache(options.cache, Path(data), wanted, options.platform)
        workspace.cache, found = cache, (*found, *more)
        if cache is None:
            return None, veiled(found, options)
    con, platform = workspace.con, options.platform
    dataset, more = open_dataset(con, data, wanted, platform=platform, cache=cache)
    return dataset, veiled((*found, *more), options)
