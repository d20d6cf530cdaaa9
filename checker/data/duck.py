"""DuckDB in memory: a connection of one's own, and what compiles Ibis expressions for it."""

from __future__ import annotations

import os
import tempfile
import threading
import weakref
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any

import duckdb

_SETTINGS = {
    "enable_progress_bar": "false",
    "autoinstall_known_extensions": "false",  # nothing is ever downloaded
    "autoload_known_extensions": "false",
    "python_enable_replacements": "false",  # a name in SQL is never a variable of Python
    "TimeZone": "'UTC'",
    # It turns a left join with much on its right into a right join, whose result can break the next join
    # of DuckDB 2.0.0 (duckdb/duckdb#24807). An audit takes no longer without it.
    "disabled_optimizers": "'build_side_probe_side'",
}


class DuckDB:
    """What Ibis calls a backend, as far as anything here needs one: its own is slow to import."""

    def __init__(self, con: duckdb.DuckDBPyConnection) -> None:
        self.con = con
        self._owner, self._threads = threading.get_ident(), threading.local()
        self.cursors: list[duckdb.DuckDBPyConnection] = []  # of other threads

    def raw_sql(self, sql: str, values: object = None) -> duckdb.DuckDBPyConnection:
        """Runs a statement; statements of several threads run side by side."""
        return self._of_thread().execute(sql, values)

    def arrow(self, query: str) -> Any:
        """The rows of a query as a table of Arrow."""
        return self._of_thread().sql(query).to_arrow_table()

    def interrupt(self) -> None:
        """Breaks off what is running."""
        for one in (self.con, *self.cursors):
            one.interrupt()

    def _of_thread(self) -> duckdb.DuckDBPyConnection:
        if threading.get_ident() == self._owner:
            return self.con
        if not hasattr(self._threads, "cursor"):
            self._threads.cursor = self.con.cursor()
            for name, value in _SETTINGS.items():
                self._threads.cursor.execute(f"SET {name} = {value}")
            self.cursors.append(self._threads.cursor)
        cursor: duckdb.DuckDBPyConnection = self._threads.cursor
        return cursor

    def take(self, table: str, rows: object) -> None:
        """Makes a table of Arrow's rows."""
        self.con.register("taken", rows)
        self.con.execute(f"CREATE TABLE {table} AS SELECT * FROM taken")
        self.con.unregister("taken")

    def disconnect(self) -> None:
        _close(self.con, self.cursors)

    @cached_property
    def compiler(self) -> Any:
        # As a module of its own: see `lazily`.
        return import_module("ibis.backends.sql.compilers.duckdb").compiler

    @property
    def dialect(self) -> Any:
        return self.compiler.dialect


def _close(con: duckdb.DuckDBPyConnection, cursors: list[duckdb.DuckDBPyConnection]) -> None:
    for one in (*cursors, con):
        one.close()


def duckdb_connection(
    *, threads: int | None = None, memory: str | None = None, spill: Path | None = None
) -> DuckDB:
    """A connection to an in-memory DuckDB of one's own. What does not fit into `memory` (as 4GB) goes to
    a new folder in `spill`, by default the system's folder for temporary files."""
    folder = spill if spill is not None else Path(tempfile.gettempdir())
    spilled = str(folder / f"checker-{os.getpid()}")
    con = DuckDB(duckdb.connect(":memory:", config={"temp_directory": spilled}))
    # What it spilled is removed as it closes, which must not wait for a search for cycles.
    weakref.finalize(con, _close, con.con, con.cursors)
    settings = dict(_SETTINGS)
    if threads is not None:
        settings["threads"] = str(int(threads))
    for name, value in settings.items():
        con.raw_sql(f"SET {name} = {value}").fetchall()
    if memory is not None:
        con.con.execute("SET memory_limit = ?", [memory])
    return con
