"""The workspace on Spark: the same as on DuckDB, with plans that Spark can digest."""

from __future__ import annotations

import itertools
import re
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, TypeVar

import pyarrow as pa
import sqlglot.expressions as sge
from ibis.backends.pyspark.datatypes import PySparkType

from checker.data.compiled import query_of
from checker.data.lazily import ibis, ir, ops, sch
from checker.data.spark_patterns import java_pattern
from checker.data.workspace import EngineFailure, EngineLost, Workspace

SMALL_ROWS = 2_000_000
"""Up to here compiling Java for a query takes longer than what it saves."""
_SMALL = {
    "spark.sql.shuffle.partitions": "1",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
}
_ALWAYS = {
    "spark.sql.ansi.enabled": "true",  # what overflows fails; it never wraps around
    "spark.sql.legacy.timeParserPolicy": "CORRECTED",
    "spark.sql.sources.partitionColumnTypeInference.enabled": "false",  # shop 007 is not 7
}
_HEAVY = (sge.Join, sge.Group, sge.Window, sge.Distinct, sge.SetOperation, sge.AggFunc)
_LOST = re.compile(
    r"checkpoint block|executor.*(lost|exited)|sparkcontext (was|has been) (stopped|shut)|"
    r"stopped sparkcontext|connection refused|unavailable|answer from java side is empty|"
    r"error while sending or receiving|session.*(closed|not found)",
    re.IGNORECASE,
)
_views = itertools.count(1)
T = TypeVar("T")


@dataclass
class SparkWorkspace(Workspace):
    """One session of Spark. `con` is Ibis's connection over it.

    Spark inlines what a query reads twice, and every view into the queries over it. So what is kept is
    cut off from how it was made (a local checkpoint), and what a query reads twice is kept as well.
    """

    keeps_order: ClassVar[bool] = False
    runs_abreast: ClassVar[bool] = False

    session: Any = None
    local: bool = True
    _marks: str = field(default_factory=lambda: f"checker_{uuid.uuid4().hex[:8]}")

    @classmethod
    def on(cls, session: Any, *, local: bool) -> SparkWorkspace:
        made = cls(ibis.pyspark.connect(session), session=session, local=local)
        for key, value in _ALWAYS.items():
            session.conf.set(key, value)
        return made

    def interrupt(self) -> None:
        self.session.interruptAll()

    def sized(self, rows: int) -> None:
        """Settings that suit so many rows; those of a cluster stand where there are many."""
        for key, value in _SMALL.items():
            if rows <= SMALL_ROWS:
                self.session.conf.set(key, value)
            else:
                self.session.conf.unset(key)
        if rows > SMALL_ROWS and self.local:
            cores = self.session.sparkContext.defaultParallelism
            self.session.conf.set("spark.sql.shuffle.partitions", str(4 * cores))

    def keep(self, expression: ir.Table, what: str = "kept") -> ir.Table:
        """As on DuckDB, but computed when it is first read: its time is that of the first reader."""
        began, query = time.monotonic(), query_of(self.con.compiler, expression)
        made = _guarded(lambda: self.view(self.held(self._frame(query))))
        self._ended(
            tuple(self._stages), made.get_name(), query.sql(dialect=self.con.dialect), 0, began
        )
        return made

    def table(self, columns: Mapping[str, Sequence[object]], types: Mapping[str, str]) -> ir.Table:
        arrow = pa.table(
            {c: pa.array(values, type=pa.type_for_alias(types[c])) for c, values in columns.items()}
        )
        return _guarded(lambda: self.view(self.sent(arrow)))

    def ask(self, expression: ir.Table) -> Callable[[], list[tuple[Any, ...]]]:
        began, query = time.monotonic(), query_of(self.con.compiler, expression)
        found = _guarded(lambda: self.collected(self._frame(query)))
        sql = query.sql(dialect=self.con.dialect)
        self._ended(tuple(self._stages), "", sql, len(found), began)
        return lambda: found

    # -- Spark's own words -------------------------------------------------------------------------

    def view(self, frame: Any, name: str | None = None) -> ir.Table:
        """A DataFrame under a name, as Ibis sees it."""
        name = name or f"{self._marks}_{next(_views)}"
        frame.createOrReplaceTempView(name)
        schema = sch.Schema(PySparkType.to_ibis(frame.schema))
        return ops.DatabaseTable(name, schema=schema, source=self.con).to_expr()

    def sent(self, arrow: pa.Table) -> Any:
        """A small Arrow table as a DataFrame."""
        return _guarded(lambda: self.session.createDataFrame(arrow))

    def parquet(self, uri: str, **options: str) -> Any:
        """The DataFrame of Parquet files."""
        return _guarded(lambda: self.session.read.options(**options).parquet(uri))

    def frame(self, sql: str) -> Any:
        """The DataFrame of a statement in Spark's SQL."""
        return _guarded(lambda: self.session.sql(sql))

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return self.collected(self.frame(sql))

    def collected(self, frame: Any) -> list[tuple[Any, ...]]:
        return _guarded(lambda: [tuple(row) for row in frame.collect()])

    def held(self, frame: Any) -> Any:
        """The DataFrame, computed once when first needed; in memory, and on disk what does not fit."""
        return frame.localCheckpoint(eager=False)

    def _frame(self, query: Any) -> Any:
        """The DataFrame of a query, with what it reads more than once held."""
        shared = query.ctes
        names: dict[str, str] = {}
        for part in shared:
            body = _fitted(part.this.copy(), names)
            frame = self.session.sql(body.sql(dialect=self.con.dialect))
            if body.find(*_HEAVY):
                frame = self.held(frame)
            names[part.alias] = f"{self._marks}_{next(_views)}"
            frame.createOrReplaceTempView(names[part.alias])
        query = query.copy()
        query.args.pop("with_", None)
        return self.session.sql(_fitted(query, names).sql(dialect=self.con.dialect))


def _fitted(query: Any, names: Mapping[str, str]) -> Any:
    """The query over views of these names, without what Spark refuses."""
    for extreme in list(query.find_all(sge.Least, sge.Greatest)):
        if not extreme.expressions:
            extreme.replace(extreme.this)  # Spark's least takes two values or more
    for lower in query.find_all(sge.Lower):
        # Java follows Unicode's special casing of these two; DuckDB does not.
        plain = sge.func("replace", lower.this, sge.Literal.string("Σ"), sge.Literal.string("σ"))
        plain = sge.func("replace", plain, sge.Literal.string("İ"), sge.Literal.string("i"))
        lower.set("this", plain)
    for match in query.find_all(sge.RegexpLike):
        if isinstance(match.expression, sge.Literal):
            match.set("expression", sge.Literal.string(java_pattern(match.expression.this)))
    for table in query.find_all(sge.Table):
        if table.name in names and not table.db:
            table.set("this", sge.to_identifier(names[table.name], quoted=True))
    return query


def complaint(error: Exception) -> str:
    """What Spark said, as one line."""
    said = getattr(error, "desc", None) or str(error)
    lines = [line.strip() for line in str(said).splitlines() if line.strip()]
    useful = [line for line in lines if not line.startswith(("at ", "An error occurred"))]
    return re.sub(r"\s+", " ", (useful or lines or [type(error).__name__])[0])[:200]


def _guarded(act: Callable[[], T]) -> T:
    """The same with Spark's errors as ours: a statement failed, or Spark is lost."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    try:
        return act()
    except (PySparkException, Py4JError, ConnectionError) as error:
        lost = isinstance(error, ConnectionError) or _LOST.search(str(error)[:4000])
        raise (EngineLost if lost else EngineFailure)(complaint(error)) from error
