"""The connection to the engine: tables kept between queries, rows fetched from it."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, TypeAlias

import duckdb

from checker.data.ahead import Ahead
from checker.data.duck import duckdb_connection
from checker.data.in_order import put_in_order, stand_in
from checker.data.lazily import ibis, ir, ops, sch
from checker.data.scratch import Scratch

Stages = tuple[str, ...]
Ordering: TypeAlias = "Callable[[ir.Table], list[ir.Value]]"


@dataclass(frozen=True)
class Step:
    """A statement that ran: in which stages, outermost first, what it made, its rows and seconds."""

    stages: Stages
    kept: str  # the table that it made; empty where its rows were fetched
    sql: str
    rows: int
    seconds: float


@dataclass(frozen=True)
class Timing:
    """A stage with those around it, outermost first: its rows, and how long it took; `seconds` is None
    when it begins."""

    stages: Stages
    rows: int
    seconds: float | None


class EngineFailure(Exception):
    """An engine could not run a statement; the others may still work."""


class EngineLost(Exception):
    """The engine itself is gone, and with it what was kept in it."""


class Miscounted(Exception):
    """A table has not as many rows as what it was made by takes for granted."""


class Doubtful(Exception):
    """The engine failed at something that what is remembered may be the cause of."""


@dataclass
class Workspace:
    """One connection, the names of what is kept in it, and what was asked of it."""

    keeps_order: ClassVar[bool] = True
    """Rows of a kept table lie as they were put, and a window without an order goes through them so."""

    runs_abreast: ClassVar[bool] = True
    """Statements of several threads run side by side."""

    con: Any
    steps: list[Step] = field(default_factory=list)
    timer: Callable[[Timing], None] | None = None  # is told each stage as it begins and ends
    ahead: Ahead | None = None
    _kept: int = field(default=0)
    _stages: list[str] = field(default_factory=list)
    _folders: list[Scratch] = field(default_factory=list)

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

    def _ended(self, stages: Stages, kept: str, sql: str, rows: int, began: float) -> None:
        self.steps.append(Step(stages, kept, sql, rows, time.monotonic() - began))

    def folder(self) -> Path:
        """A new folder that is gone when the workspace is."""
        self._folders.append(Scratch("checker-"))
        return self._folders[-1].path

    def keep(self, expression: ir.Table, what: str = "kept") -> ir.Table:
        """The table, computed once and kept for the rest of the run; `what` it holds is its name where
        somebody reads it."""
        sql, kept, stages = self._sql(expression), self._name(), tuple(self._stages)
        self._make(kept, sql, lambda: self._keep(kept, sql, stages))
        return self._as_table(kept, expression.schema())

    def keep_ordered(
        self,
        expression: ir.Table,
        group: str,
        rising: Sequence[str],
        order: Ordering,
        what: str = "kept",
        *,
        rows: int | None = None,
    ) -> ir.Table:
        """The table, kept; where the engine keeps rows in their places, the rows of each `group` next to
        each other and in `order`, which begins with the columns `rising`. Whoever reads it is told as
        `Miscounted` that it has not so many `rows`, if it has to."""
        if not self.keeps_order:
            return self.keep(expression, what)
        sql, kept, stages = self._sql(expression), self._name(), tuple(self._stages)
        made = self._as_table(stand_in(kept), expression.schema())
        sorting = self._sql(made.order_by([made[group], *order(made)]))

        def sort() -> None:
            began = time.monotonic()
            put_in_order(self._rows, kept, group, rising, sorting)
            self._ended(stages, "", f"/* put in order */ {sorting}", 0, began)

        def make() -> None:
            found = self._keep_ordered(kept, sql, stages, sorting, sort)
            if rows not in (None, found):
                raise Miscounted(f"{found} rows where {rows} were expected")

        self._make(kept, sql, make)
        return self._as_table(kept, expression.schema())

    def numbered(self, rows: ir.Table, order: Sequence[ir.Value], name: str) -> ir.Table:
        """`rows` with their number in an order, from 0, as the column `name`."""
        if self.keeps_order:  # sorting the rows costs half of what a window over them does
            return rows.order_by(list(order)).mutate(**{name: ibis.row_number()})
        return rows.mutate(**{name: ibis.row_number().over(order_by=list(order))})

    def _sql(self, expression: ir.Table) -> str:
        from checker.data.compiled import sql_of  # not where all is known already

        return sql_of(self.con, expression)

    def _name(self) -> str:
        self._kept += 1
        return f"kept_{self._kept}"

    def _make(self, kept: str, sql: str, made: Callable[[], object]) -> None:
        if self.ahead is None:
            made()
        else:
            self.ahead.make(kept, sql, made)

    def _as_table(self, kept: str, schema: sch.Schema) -> ir.Table:
        """The table of that name as Ibis sees it, without asking the engine."""
        return ops.DatabaseTable(kept, schema=schema, source=self.con).to_expr()

    def _keep(self, kept: str, sql: str, stages: Stages) -> int:
        """Makes the table, and says how many rows it has."""
        began = time.monotonic()
        ((number,),) = self._rows(f"CREATE TABLE {kept} AS {sql}")
        self._ended(stages, kept, sql, number, began)
        return int(number)

    def _keep_ordered(
        self, kept: str, sql: str, stages: Stages, sorting: str, sort: Callable[[], None]
    ) -> int:
        number = self._keep(kept, sql, stages)
        sort()
        return number

    def table(self, columns: Mapping[str, Sequence[object]], types: Mapping[str, str]) -> ir.Table:
        """A small table of Python values; `types` are those of Ibis."""
        # Values as parameters: handing over an Arrow table would import pandas.
        lists = ", ".join(f'unnest(?::{_SQL_TYPES[types[c]]}[]) AS "{c}"' for c in columns)
        values = [list(column) for column in columns.values()]
        kept = self._name()
        sql = f"CREATE TABLE {kept} AS SELECT {lists}"
        self._make(kept, "", lambda: self.con.raw_sql(sql, values))
        return self._as_table(kept, sch.Schema({c: types[c] for c in columns}))

    def fetch(self, expression: ir.Table) -> list[tuple[Any, ...]]:
        """The rows as Python integers, texts and None."""
        return self.ask(expression)()

    def ask(self, expression: ir.Table) -> Callable[[], list[tuple[Any, ...]]]:
        """The same, to be had when they are needed: what is returned waits for them."""
        sql, stages = self._sql(expression), tuple(self._stages)
        if self.ahead is not None:
            return self.ahead.ask(sql, lambda: self._fetch(sql, stages))
        found = self._fetch(sql, stages)
        return lambda: found

    def _fetch(self, sql: str, stages: Stages) -> list[tuple[Any, ...]]:
        began = time.monotonic()
        rows = self._rows(sql)
        self._ended(stages, "", sql, len(rows), began)
        return rows

    def _rows(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            return self._run(sql)
        except duckdb.OutOfMemoryException:
            if self.ahead is None:
                raise
            with self.ahead.alone():  # what another statement holds may be what it lacks
                return self._run(sql)

    def _run(self, sql: str) -> list[tuple[Any, ...]]:
        try:
            rows: list[tuple[Any, ...]] = self.con.raw_sql(sql).fetchall()
        except (duckdb.InternalException, duckdb.FatalException) as error:
            raise EngineLost(str(error).splitlines()[0][:200]) from error
        return rows

    @property
    def remembers(self) -> bool:
        """What is left is there for later runs."""
        return False

    def recall(self, key: str) -> Any:
        """What was left under the key for runs like this one, of texts, numbers, None and lists; None where
        there is nothing."""
        text = self.recall_text(key)
        return None if text is None else json.loads(text)

    def leave(self, key: str, value: object) -> None:
        """Leaves something for later runs over the same data, if this workspace remembers."""
        if self.remembers:
            self.leave_text(key, json.dumps(value))

    def recall_text(self, key: str) -> str | None:
        """The text that was left under the key; None where there is none."""
        return None

    def leave_text(self, key: str, text: str) -> None:
        """Leaves a text in the same way."""

    @contextmanager
    def urgent(self) -> Iterator[None]:
        """What is asked for inside runs before what waits to be run."""
        if self.ahead is None:
            yield
            return
        self.ahead.urgent = True
        try:
            yield
        finally:
            self.ahead.urgent = False

    def interrupt(self) -> None:
        """Breaks off what is running."""
        self.con.interrupt()

    @contextmanager
    def running_ahead(self, *, abreast: int = 1) -> Iterator[None]:
        """Inside, statements run beside the thread that asks, which goes on while they do; at most so
        many abreast, if the engine runs several."""
        self.ahead = Ahead(self.interrupt, workers=abreast if self.runs_abreast else 1)
        try:
            yield
            self.ahead.settle()
        finally:
            self.ahead.stop()
            self.ahead = None


_SQL_TYPES = {
    "int8": "TINYINT",
    "int32": "INTEGER",
    "int64": "BIGINT",
    "string": "VARCHAR",
    "bool": "BOOLEAN",
    "boolean": "BOOLEAN",
}


def connect_duckdb(*, threads: int | None = None) -> Workspace:
    """A private in-memory DuckDB."""
    return Workspace(duckdb_connection(threads=threads))
