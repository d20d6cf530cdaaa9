"""Reading one format each: the columns of a source, and the SQL that scans its files."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import json
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO

from checker.data.duck import DuckDB
from checker.data.files import Source, as_path
from checker.data.sql import DuckDBError, complaint, literal, name, rows
from checker.diagnostics import Diagnostic

SAMPLED_LINES = 1000
"""JSON lines that are looked at for the names of columns; values are read from all lines."""


@dataclass(frozen=True)
class RawColumn:
    """A stored column: how SQL names it, and DuckDB's type."""

    sql: str
    type: str


@dataclass(frozen=True)
class Relation:
    """Files of one source that have the same columns; scanned as one."""

    source: Source
    files: tuple[Path, ...]
    columns: Mapping[str, RawColumn]
    delimiter: str = ","
    lenient: bool = False  # lines end in more than one way: every row has been counted by hand

    def scan(self, files: Iterable[Path], wanted: Iterable[str]) -> str:
        """What stands behind FROM to read `files`; JSON must be told the columns."""
        listed = "[" + ", ".join(literal(as_path(f)) for f in files) + "]"
        if self.source.format == "duckdb":
            return self.source.relation
        if self.source.format == "parquet":
            return f"read_parquet({listed}, {_parquet_options(self.source)})"
        if self.source.format == "workbook":
            from checker.data.workbook_tables import table_of  # imports Arrow; few data need it

            tables = (f"SELECT * FROM {name(table_of(self.source, f))}" for f in files)
            return f"({' UNION ALL BY NAME '.join(tables)})"
        if self.source.format == "json":
            keys = dict.fromkeys((*wanted, *itertools.islice(self.columns, 1)))
            types = ", ".join(f"{literal(key)}: 'VARCHAR'" for key in keys)
            return (
                f"read_json({listed}, format='newline_delimited', auto_detect=false, "
                f"hive_partitioning=false, columns={{{types}}})"
            )
        types = ", ".join(f"{literal(f'c{i}')}: 'VARCHAR'" for i in range(len(self.columns)))
        return (
            f"read_csv({listed}, auto_detect=false, header=true, delim={literal(self.delimiter)}, "
            f"quote='\"', escape='\"', null_padding=false, max_line_size=16777216, "
            f"hive_partitioning=false, strict_mode={str(not self.lenient).lower()}, columns={{{types}}})"
        )


def describe(con: DuckDB, source: Source) -> tuple[tuple[Relation, ...], tuple[Diagnostic, ...]]:
    """The columns of every file; files with the same columns make one relation."""
    groups: dict[tuple[str, tuple[tuple[str, str, str], ...]], Relation] = {}
    diagnostics: list[Diagnostic] = []
    for file in source.files:
        try:
            one = _describe_file(con, source, file)
        except (DuckDBError, OSError, EOFError, zlib.error, csv.Error, ValueError) as error:
            diagnostics.append(unreadable(source, file, error))
            continue
        if isinstance(one, Diagnostic):
            diagnostics.append(one)
            continue
        key = (one.delimiter, tuple((n, c.sql, c.type) for n, c in one.columns.items()))
        known = groups.get(key)
        groups[key] = replace(known, files=(*known.files, file)) if known else one
    return tuple(groups.values()), tuple(diagnostics)


def unreadable(source: Source, file: Path, error: Exception) -> Diagnostic:
    """A file that could not be read, with what its reader said."""
    if isinstance(error, UnicodeDecodeError):
        return Diagnostic(
            "E207",
            f"`{file}` is not UTF-8 text: byte 0x{error.object[error.start]:02x} in its first line",
            notes=("save the file as UTF-8",),
            subject=source.table,
        )
    reason = error.strerror if isinstance(error, OSError) and error.strerror else complaint(error)
    if source.format == "parquet" and "magic bytes" in reason:
        reason = "it is no Parquet file, or it was cut off"
    elif source.format == "parquet" and "too small" in reason:
        reason = "it is too small to be a Parquet file"
    message = f"cannot read `{file}`: {reason}"
    return Diagnostic("E204", message, subject=source.table, quotes=(reason,))


def opened(file: Path) -> IO[bytes] | gzip.GzipFile:
    """The bytes of a file, unpacked where its name ends in .gz."""
    if file.name.lower().endswith(".gz"):
        return gzip.open(file, "rb")
    return file.open("rb")


def _parquet_options(source: Source) -> str:
    hive = source.has_values_in_folders
    return f"union_by_name=true, binary_as_string=true, hive_partitioning={str(hive).lower()}" + (
        ", hive_types_autocast=false" if hive else ""
    )


def _describe_file(con: DuckDB, source: Source, file: Path) -> Relation | Diagnostic:
    bare = Relation(source, (file,), {})
    if source.format in ("parquet", "duckdb"):
        if source.format == "parquet" and file.stat().st_size == 0:
            return _empty(source, file)
        found = rows(con, f"DESCRIBE SELECT * FROM {bare.scan((file,), ())}")
        columns = {str(r[0]): RawColumn(name(str(r[0])), str(r[1])) for r in found}
        return replace(bare, columns=columns)
    with opened(file) as stream:
        if not stream.read(1):
            return _empty(source, file)
    if source.format == "json":
        return replace(bare, columns=_keys(file))
    if source.format == "workbook":
        from checker.data.workbook_tables import load_workbook

        cells = load_workbook(con, source, file)
        return cells if isinstance(cells, Diagnostic) else replace(bare, columns=_named(cells))
    return _header(source, file)


def _empty(source: Source, file: Path) -> Diagnostic:
    return Diagnostic("E204", f"cannot read `{file}`: the file is empty", subject=source.table)


def _keys(file: Path) -> Mapping[str, RawColumn]:
    found: dict[str, None] = {}
    with opened(file) as stream:
        for line in itertools.islice(stream, SAMPLED_LINES):
            try:
                record = json.loads(line)
            except ValueError:  # a broken line is reported with its number when all are read
                continue
            if isinstance(record, dict):
                found.update(dict.fromkeys(record))
    return {key: RawColumn(name(key), "VARCHAR") for key in found}


def _header(source: Source, file: Path) -> Relation | Diagnostic:
    with opened(file) as stream:
        # Only the header is looked at here: what cannot be decoded further down has its own line.
        text = io.TextIOWrapper(stream, "utf-8-sig", errors="surrogateescape", newline="")
        first = text.readline()
        if not first.strip():
            return Diagnostic(
                "E208",
                f"the first line of `{file}` is empty; it must name the columns",
                subject=source.table,
            )
        delimiter = "\t" if source.format == "tsv" else _delimiter(first)
        lines = itertools.chain([first], text)
        names = next(csv.reader(lines, delimiter=delimiter, strict=True))
    "".join(names).encode("utf-8", "surrogateescape").decode("utf-8")
    twice = sorted({n for n in names if names.count(n) > 1 and n})
    if twice:
        return Diagnostic(
            "E208",
            f"the first line of `{file}` names a column twice: {', '.join(f'`{n}`' for n in twice)}",
            subject=source.table,
        )
    return Relation(source, (file,), _named(names), delimiter)


def _named(names: Sequence[str]) -> Mapping[str, RawColumn]:
    """Columns are read by position: names of any spelling are safe, and `A` and `a` are two columns."""
    return {n or f" {i}": RawColumn(f"c{i}", "VARCHAR") for i, n in enumerate(names)}


def _delimiter(line: str) -> str:
    """The separator of a header line: the one that makes the most columns of it."""
    return max(",;\t", key=lambda d: len(next(csv.reader([line], delimiter=d))))
