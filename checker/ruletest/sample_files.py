"""Files of a sample data set: tables arrive in pieces and leave as Parquet row groups or CSV."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import pyarrow as pa
import pyarrow.csv as pc_csv
import pyarrow.parquet as pq

_ROW_GROUP = 100_000
_PART = 2_000_000
"""Rows after which a table continues in another part file."""


class TableFiles:
    """Writes tables into one folder; `rows` counts what each was given.

    A table is one file, or a folder of part files once it outgrows one.
    """

    def __init__(self, folder: Path, fmt: str) -> None:
        self.folder = folder
        self.fmt = fmt
        self.rows: dict[str, int] = {}
        self._waiting: dict[str, list[pa.Table]] = {}
        self._open: dict[str, pq.ParquetWriter | pc_csv.CSVWriter] = {}
        self._in_part: dict[str, int] = {}
        self._parts: dict[str, int] = {}

    def __enter__(self) -> TableFiles:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for writer in self._open.values():
            writer.close()
        self._open.clear()

    def add(self, name: str, table: pa.Table) -> None:
        self.rows[name] = self.rows.get(name, 0) + len(table)
        waiting = self._waiting.setdefault(name, [])
        waiting.append(table)
        if sum(len(piece) for piece in waiting) >= _ROW_GROUP:
            self._flush(name)

    def finish(self) -> None:
        """Write what still waits. A table without rows becomes an empty file."""
        for name in list(self._waiting):
            self._flush(name)

    def _flush(self, name: str) -> None:
        pieces = self._waiting[name]
        if not pieces:
            return
        # the pieces' dictionaries differ; a row group has one
        table = pa.concat_tables(pieces).unify_dictionaries().combine_chunks()
        self._waiting[name] = []
        if self.fmt == "csv":
            table = _plain(table)
        writer = self._open.get(name)
        if writer is None or self._in_part[name] >= _PART:
            writer = self._next_file(name, table.schema)
        if isinstance(writer, pq.ParquetWriter):
            writer.write_table(table, row_group_size=max(len(table), 1))
        else:
            writer.write_table(table)
        self._in_part[name] += len(table)

    def _next_file(self, name: str, schema: pa.Schema) -> pq.ParquetWriter | pc_csv.CSVWriter:
        done = self._open.pop(name, None)
        if done is not None:
            done.close()
        part = self._parts.get(name, 0)
        self._parts[name] = part + 1
        self._in_part[name] = 0
        single = self.folder / f"{name}.{self.fmt}"
        path = self.folder / name / f"part-{part:04d}.{self.fmt}" if part else single
        if part == 1:
            path.parent.mkdir()
            single.rename(path.parent / f"part-{0:04d}.{self.fmt}")
        if self.fmt == "csv":
            writer = pc_csv.CSVWriter(path, schema)
        else:
            writer = pq.ParquetWriter(path, schema, compression="zstd", compression_level=1)
        self._open[name] = writer
        return writer


def _plain(table: pa.Table) -> pa.Table:
    """Without dictionaries, which CSV has no use for."""
    columns = {
        field.name: column.cast(pa.string()) if pa.types.is_dictionary(field.type) else column
        for field, column in zip(table.schema, table.columns, strict=True)
    }
    return pa.table(columns)
