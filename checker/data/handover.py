"""Handing a data set that DuckDB has read and checked to Spark: as Parquet, or through the driver."""

from __future__ import annotations

from pathlib import Path

from checker.data.compiled import sql_of
from checker.data.dataset import Dataset, OpenTable
from checker.data.losses import lost
from checker.data.spark import SMALL_ROWS, SparkWorkspace
from checker.data.sql import literal, run
from checker.data.workspace import EngineFailure, EngineLost, Workspace
from checker.diagnostics import Diagnostic

MOST_ROWS = 1_000_000
"""Of a table that has to pass through this process to machines that cannot see its files."""


def is_small(dataset: Dataset) -> bool:
    return sum(table.rows for table in dataset.tables.values()) <= SMALL_ROWS


def hand_over(
    workspace: Workspace, dataset: Dataset, spark: SparkWorkspace, *, shared: bool
) -> tuple[Dataset | None, tuple[Diagnostic, ...]]:
    """The same data set on Spark. `shared`: its processes see the files of this machine."""
    many = [t for t in dataset.tables.values() if t.rows > MOST_ROWS]
    if many and not shared:
        named = ", ".join(f"{t.name} has {t.rows:,} rows" for t in many)
        return None, (
            Diagnostic(
                "E535",
                f"the data are too large to be sent to a cluster from here: {named}",
                notes=(
                    "put them, as Parquet, where all its machines read them, and name that "
                    "address: s3a://…, hdfs://… or file:///shared/…",
                ),
            ),
        )
    spark.sized(sum(table.rows for table in dataset.tables.values()))
    folder = spark.folder()
    try:
        tables = {
            name: opened.showing(spark.view(_moved(workspace, opened, spark, folder, shared)))
            for name, opened in dataset.tables.items()
        }
    except (EngineFailure, EngineLost) as error:
        return None, (lost(error),)
    return Dataset(tables), ()


def _moved(
    workspace: Workspace, opened: OpenTable, spark: SparkWorkspace, folder: Path, shared: bool
) -> object:
    query = sql_of(workspace.con, opened.table)
    if not shared:
        return spark.sent(workspace.con.arrow(query))
    file = folder / f"{opened.name}.parquet"
    run(workspace.con, f"COPY ({query}) TO {literal(str(file))} (FORMAT parquet)")
    return spark.parquet(file.as_uri())
