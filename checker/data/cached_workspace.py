"""A workspace that takes kept tables from the cache.

The key of a table is the digest of its SQL with every table in it replaced by that table's own key: for a
table of the data set the digest of its files and of how they are read, for a kept table the key of the
statement that made it. Clocks, windows, time zones and as-of stand in the SQL as they are. So what is found
under a key is what the statement would give.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from checker.data.cache import Cache, digest, rows_in, scan_of, used, write
from checker.data.in_order import stand_in
from checker.data.lazily import ir
from checker.data.sql import DuckDBError, literal, name, rows, run
from checker.data.workspace import Stages, Workspace

_TABLE = re.compile(r'"(kept_\d+|data\d+_\w+|ibis_table_unnest_\w+)"')
"""Names in compiled SQL that differ from run to run; Ibis quotes them and makes some up."""


@dataclass
class CachedWorkspace(Workspace):
    """A workspace that looks into the cache first, and leaves there what it had to compute."""

    cache: Cache | None = None  # None: the data are not known yet
    recalls: bool = True  # False: every question is put, and shown in the plan
    _keys: dict[str, str] = field(default_factory=dict)

    def _keep(self, kept: str, sql: str, stages: Stages) -> int:
        return self._held(kept, sql, stages, sql, lambda: Workspace._keep(self, kept, sql, stages))

    def _keep_ordered(
        self, kept: str, sql: str, stages: Stages, sorting: str, sort: Callable[[], None]
    ) -> int:
        def make() -> int:
            number = Workspace._keep(self, kept, sql, stages)
            sort()  # the file has the rows in the order of the table
            return number

        return self._held(
            kept, sql, stages, f"{sql}\n{sorting.replace(stand_in(kept), 'rows')}", make
        )

    def _held(self, kept: str, sql: str, stages: Stages, what: str, make: Callable[[], int]) -> int:
        """The table that the cache holds of `what`, or what `make` makes; how many rows it has."""
        if self.cache is None or not self.cache.usable:
            return make()
        key = self._key(what)
        held = self.cache.file(key, "parquet")
        number = self._view(held, kept, sql, stages)
        if number is None:
            number = make()
            self.cache.leave(held, lambda file: self._copy(kept, file))
        self._keys[kept] = key
        return number

    @property
    def remembers(self) -> bool:
        return self.cache is not None

    def recall_text(self, key: str) -> str | None:
        return self.cache.recall_text(key) if self.cache is not None and self.recalls else None

    def leave_text(self, key: str, text: str) -> None:
        if self.cache is not None:
            self.cache.remember_text(key, text)

    def table(self, columns: Mapping[str, Sequence[object]], types: Mapping[str, str]) -> ir.Table:
        made = super().table(columns, types)
        self._keys[made.get_name()] = digest(json.dumps([list(columns.items()), dict(types)]))
        return made

    def _key(self, sql: str) -> str:
        assert self.cache is not None
        tables = self.cache.tables
        made_up: dict[str, str] = {}

        def origin(found: re.Match[str]) -> str:
            table = found[1]
            if table.startswith("ibis_"):
                return made_up.setdefault(table, f"unnested {len(made_up)}")
            key = self._keys.get(table) or tables.get(table.partition("_")[2])
            return key or found[0]

        return digest(_TABLE.sub(origin, sql))

    def _view(self, held: Path, kept: str, sql: str, stages: Stages) -> int | None:
        """Makes a view of what is held, of so many rows; None where the file is broken."""
        began, file = time.monotonic(), literal(str(held))
        number = rows_in(self.con, held)
        if number is None:
            return None
        try:
            decimal = f"SELECT name FROM parquet_schema({file}) WHERE converted_type = 'DECIMAL'"
            huge = [column for (column,) in rows(self.con, decimal)]
            columns = _cast(huge, "HUGEINT")
            run(self.con, f"CREATE VIEW {kept} AS SELECT {columns} FROM {scan_of([held])}")
        except DuckDBError:
            return None
        used(held)
        self._ended(stages, kept, f"/* cached */ {sql}", number, began)
        return number

    def _copy(self, made: str, file: Path) -> None:
        described = rows(self.con, f"DESCRIBE {made}")
        # Parquet has no integers of 128 bits; decimals of 38 digits hold all that sums can be.
        columns = _cast([c for c, type_, *_ in described if type_ == "HUGEINT"], "DECIMAL(38, 0)")
        write(self.con, f"SELECT {columns} FROM {made}", file)


def _cast(columns: Sequence[str], type_: str) -> str:
    casts = ", ".join(f"CAST({name(c)} AS {type_}) AS {name(c)}" for c in columns)
    return f"* REPLACE ({casts})" if casts else "*"
