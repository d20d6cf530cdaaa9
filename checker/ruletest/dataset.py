"""A test's rows as a folder of Parquet files: the way that the data of users take."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from checker.language.catalog import Table
from checker.language.types import Kind
from checker.ruletest.model import Case, Cell

_TYPES = {Kind.BOOL: pa.bool_(), Kind.INT: pa.int64()}


def write_dataset(case: Case, catalog: Mapping[str, Table], folder: Path) -> None:
    """Writes each table of the test that has a row; columns without any value are left out."""
    for name, rows in case.tables.items():
        arrays = {
            column.name: _array(column.type.kind, [row.get(column.name) for row in rows])
            for column in catalog[name].stored_columns
            if column.required or any(row.get(column.name) is not None for row in rows)
        }
        pq.write_table(pa.table(arrays), folder / f"{name}.parquet")


def _array(kind: Kind, cells: list[Cell]) -> pa.Array:
    if kind is Kind.INSTANT:
        instants = [cell for cell in cells if isinstance(cell, dt.datetime)]
        if any(cell.fold for cell in instants):
            # Local time cannot say which of two instants is meant.
            return pa.array(cells, pa.timestamp("us", "UTC"))
        local = [c.replace(tzinfo=None) if isinstance(c, dt.datetime) else None for c in cells]
        return pa.array(local, pa.timestamp("us"))
    return pa.array(cells, _TYPES.get(kind, pa.string()))
