"""The connection to the engine: tables kept between queries, rows fetched from it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir


@dataclass(frozen=True)
class Step:
    """A statement that ran: in which stages, outermost first, what it made, its rows and seconds."""

    stages: tuple[str, ...]
    kept: str  # the table that it made; empty where its rows were fetched
    sql: str
    rows: int
    seconds: float


@dataclass(frozen=True)
class Timing:
    """A stage with those around it, outermost first: its rows, and how long it took; `seconds` is None
    when it begins."""

    stages: tuple[str, ...]
    rows: int
    seconds: float | None


class EngineFailure(Exception):
    """An engine could not run a statement; the others may still work."""


class EngineLost(Exception):
    """The engine itself is gone, and with it what was kept in it."""


@dataclass
class Workspace:
    """One connection, the names of what is kept in it, and what was asked of it."""

    con: Any
    steps: list[Step] = field(default_factory=list)
    listener: Callable[[Step], None] | None = None  # is told each step when it has ended
    timer: Callable[[Timing], None] | None = None  # is told each stage as it begins and ends
    _kept: int = field(default=0)
    _stages: list[str] = field(default_factory=list)
    _folders: list[tempfile.TemporaryDirectory[str]] = field(default_factory=list)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """What is asked for inside belongs to this stage."""
        self._stages.append(name)
        stages, began, first = tuple(self._stages), time.monotonic(), len(self.steps)
        if self.timer is not None:
            self.timer(Timing(stages, 0, None))
        try:
            yield
        finally:
            self._stages.pop()
            if self.timer is not None:
                rows = sum(step.rows for step in self.steps[first:] if step.kept)
                self.timer(Timing(stages, rows, time.monotonic() - began))

    def _ended(self, kept: str, sql: str, rows: int, began: float) -> None:
        step = Step(tuple(self._stages), kept, sql, rows, time.monotonic() - began)
        self.steps.append(step)
        if self.listener is not None:
            self.listener(step)

    def folder(self) -> Path:
        """A new folder that is gone when the workspace is."""
        made = tempfile.TemporaryDirectory(prefix="checker-")
        self._folders.append(made)
        return Path(made.name)

    def keep(self, expression: ir.Table, what: str = "kept") -> ir.Table:
        """The table, computed once and kept for the rest of the run; `what` it holds is its name where
        somebody reads it."""
        return self._keep(self.con.compile(expression))

    def _keep(self, sql: str) -> ir.Table:
        self._kept += 1
        name = f"kept_{self._kept}"
        began = time.monotonic()
        made = self.con.raw_sql(f"CREATE TEMP TABLE {name} AS {sql}").fetchall()
        self._ended(name, sql, made[0][0], began)
        return self.con.table(name)

    def table(self, columns: Mapping[str, Sequence[object]], types: Mapping[str, str]) -> ir.Table:
        """A small table of Python values; `types` are those of Ibis."""
        self._kept += 1
        name = f"kept_{self._kept}"
        # Values as parameters: handing over an Arrow table would import pandas.
        lists = ", ".join(f'unnest(?::{_SQL_TYPES[types[c]]}[]) AS "{c}"' for c in columns)
        values = [list(column) for column in columns.values()]
        self.con.con.execute(f"CREATE TEMP TABLE {name} AS SELECT {lists}", values)
        return self.con.table(name)

    def fetch(self, expression: ir.Table) -> list[tuple[Any, ...]]:
        """The rows as Python integers, texts and None."""
        return self._fetch(self.con.compile(expression))

    def _fetch(self, sql: str) -> list[tuple[Any, ...]]:
        began = time.monotonic()
        rows: list[tuple[Any, ...]] = self.con.raw_sql(sql).fetchall()
        self._ended("", sql, len(rows), began)
        return rows


_SQL_TYPES = {
    "int8": "TINYINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "string": "VARCHAR",
    "bool": "BOOLEAN",
    "boolean": "BOOLEAN",
}

_SETTINGS = {
    "preserve_insertion_order": "false",
    "enable_progress_bar": "false",
    "autoinstall_known_extensions": "false",  # nothing is ever downloaded
    "autoload_known_extensions": "false",
    "TimeZone": "'UTC'",
}


def connect_duckdb(*, threads: int | None = None) -> Workspace:
    """A private in-memory DuckDB."""
    return Workspace(duckdb_connection(threads=threads))


def duckdb_connection(
    *, threads: int | None = None, memory: str | None = None, spill: Path | None = None
) -> Any:
    """A connection to an in-memory DuckDB of one's own. What does not fit into `memory` (as 4GB) goes to
    a new folder in `spill`, by default the system's folder for temporary files."""
    folder = spill if spill is not None else Path(tempfile.gettempdir())
    con = ibis.duckdb.connect(temp_directory=str(folder / f"checker-{os.getpid()}"))
    settings = dict(_SETTINGS)
    if threads is not None:
        settings["threads"] = str(int(threads))
    for name, value in settings.items():
        con.raw_sql(f"SET {name} = {value}").fetchall()
    if memory is not None:
        con.con.execute("SET memory_limit = ?", [memory])
    return con
