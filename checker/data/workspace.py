"""The connection to the engine: tables kept between queries, rows fetched from it."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
import pyarrow as pa


@dataclass
class Workspace:
    """One connection and the names of what is kept in it."""

    con: Any
    _kept: int = field(default=0)
    _folders: list[tempfile.TemporaryDirectory[str]] = field(default_factory=list)

    def folder(self) -> Path:
        """A new folder that is gone when the workspace is."""
        made = tempfile.TemporaryDirectory(prefix="checker-")
        self._folders.append(made)
        return Path(made.name)

    def keep(self, expression: ir.Table, what: str = "kept") -> ir.Table:
        """The table, computed once and kept for the rest of the run; `what` it holds names it."""
        self._kept += 1
        name = f"{what}_{self._kept}"
        self.con.raw_sql(f"CREATE TEMP TABLE {name} AS {self.con.compile(expression)}")
        return self.con.table(name)

    def table(self, columns: Mapping[str, Sequence[object]], types: Mapping[str, str]) -> ir.Table:
        """A small table of Python values; `types` are Arrow type names."""
        self._kept += 1
        name = f"kept_{self._kept}"
        arrow = pa.table(
            {c: pa.array(values, type=pa.type_for_alias(types[c])) for c, values in columns.items()}
        )
        return self.con.create_table(name, arrow, temp=True)

    def fetch(self, expression: ir.Table) -> list[tuple[Any, ...]]:
        """The rows as Python integers, texts and None."""
        return self.con.raw_sql(self.con.compile(expression)).fetchall()  # type: ignore[no-any-return]


_SETTINGS = {
    "preserve_insertion_order": "false",
    "enable_progress_bar": "false",
    "autoinstall_known_extensions": "false",  # nothing is ever downloaded
    "autoload_known_extensions": "false",
    "TimeZone": "'UTC'",
}


def connect_duckdb(*, threads: int | None = None, memory: str | None = None) -> Workspace:
    """A private in-memory DuckDB that spills to the system's folder for temporary files."""
    con = ibis.duckdb.connect(
        temp_directory=str(Path(tempfile.gettempdir()) / f"checker-{os.getpid()}")
    )
    settings = dict(_SETTINGS)
    if threads is not None:
        settings["threads"] = str(int(threads))
    for name, value in settings.items():
        con.raw_sql(f"SET {name} = {value}").fetchall()
    if memory is not None:
        con.con.execute("SET memory_limit = ?", [memory])
    return Workspace(con)
