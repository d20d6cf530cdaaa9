"""Workbooks (XLSX, XLS, ODS) as rows of text: checked before they are unpacked, read in batches."""

from __future__ import annotations

import datetime as dt
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from python_calamine import CalamineError, CalamineWorkbook, PasswordError, ZipError

from checker.diagnostics import Diagnostic

WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
MAX_UNPACKED = 6 << 30
"""Bytes that a workbook may have when unpacked."""
MAX_RATIO = 400
"""How many times larger than packed a large part of a workbook may be; sheets reach 10 to 60."""
_LARGE = 64 << 20
_EXACT = 1 << 53
"""Up to here, the numbers of a workbook have all the digits of a whole number."""
_BATCH = 8192
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def open_workbook(file: Path) -> tuple[CalamineWorkbook | None, tuple[Diagnostic, ...]]:
    """The workbook, or None and why it cannot be read."""
    problem = _refused(file)
    if problem is not None:
        return None, (problem,)
    try:
        return CalamineWorkbook.from_path(str(file)), ()
    except PasswordError:
        return None, (_locked(file),)
    except (CalamineError, ZipError, OSError, ValueError) as error:
        return None, (_damaged(file, str(error)),)


def sheet_rows(book: CalamineWorkbook, sheet: str, file: Path) -> pa.RecordBatchReader | Diagnostic:
    """The cells of a sheet as text: columns `row` (from 1) and `c0`, `c1` …, in batches.

    Numbers are written as short as they are exact, dates as 2026-10-01 or 2026-10-01 08:00:00,
    times and lengths of time as 08:00:00, an empty cell is missing.
    """
    try:
        cells = book.get_sheet_by_name(sheet)
    except (CalamineError, ZipError, ValueError) as error:
        return _damaged(file, f"sheet `{sheet}`: {error}")
    width = cells.end[1] - cells.start[1] + 1 if cells.start and cells.end else 0
    names = [f"c{i}" for i in range(width)]
    schema = pa.schema([("row", pa.int64()), *((name, pa.string()) for name in names)])
    return pa.RecordBatchReader.from_batches(schema, _batches(cells, schema, width))


def _batches(cells: Any, schema: pa.Schema, width: int) -> Iterator[pa.RecordBatch]:
    rows: list[list[Any]] = []
    first = 1
    for row in cells.iter_rows() if width else ():
        rows.append(row)
        if len(rows) == _BATCH:
            yield _batch(rows, first, schema)
            first += len(rows)
            rows = []
    if rows:
        yield _batch(rows, first, schema)


def _batch(rows: list[list[Any]], first: int, schema: pa.Schema) -> pa.RecordBatch:
    numbers = pa.array(range(first, first + len(rows)), pa.int64())
    columns = [_texts(column) for column in zip(*rows, strict=True)]
    return pa.RecordBatch.from_arrays([numbers, *columns], schema=schema)


def _texts(column: tuple[Any, ...]) -> pa.Array:
    if set(map(type, column)) <= {str}:
        return pa.array(column, pa.string())
    return pa.array([_WRITTEN[type(cell)](cell) for cell in column], pa.string())


def _number(value: float) -> str:
    if not value.is_integer():
        # Nobody reads 5e-05 as a number of a table, so it has all its places.
        return format(Decimal(repr(value)), "f")
    # Above, a workbook keeps the first digits only, and what is shown must say so.
    return str(int(value)) if abs(value) < _EXACT else f"{Decimal(repr(value)).normalize():E}"


def _length(value: dt.timedelta) -> str:
    micros = value // dt.timedelta(microseconds=1)
    sign = "-" if micros < 0 else ""
    seconds, rest = divmod(abs(micros), 1_000_000)
    text = f"{sign}{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
    return f"{text}.{rest:06}" if rest else text


_WRITTEN: Mapping[type, Callable[[Any], str]] = {
    str: str,
    float: _number,
    int: str,
    bool: lambda value: "true" if value else "false",
    dt.datetime: str,
    dt.date: str,
    dt.time: str,
    dt.timedelta: _length,
}


def _refused(file: Path) -> Diagnostic | None:
    """Why the file is not even opened: locked, no workbook, damaged, or too large when unpacked."""
    try:
        with file.open("rb") as stream:
            start = stream.read(512)
            if start.startswith(_OLE):
                # The name of the encrypted part stands in a directory that may lie at either end.
                ends = start + stream.read(1 << 20)
                stream.seek(max(512, file.stat().st_size - (1 << 20)))
                return _locked(file) if _ENCRYPTED in ends + stream.read() else None
    except OSError as error:
        return _damaged(file, error.strerror or str(error))
    if not start:
        return _damaged(file, "the file is empty")
    if start[:2] != b"PK":
        return Diagnostic(
            "E272",
            f"`{file}` is no workbook, whatever its name says",
            notes=(_looks_like(start), "open it in Excel or WPS and save it as .xlsx, or as CSV"),
        )
    try:
        with zipfile.ZipFile(file) as package:
            return _weighed(file, package)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError) as error:
        return _damaged(file, f"{error}")
    except RuntimeError:  # zipfile's word for an encrypted member
        return _locked(file)


def _weighed(file: Path, package: zipfile.ZipFile) -> Diagnostic | None:
    """Looks at the sizes that the package states, and whether these are true."""
    parts = package.infolist()
    names = {part.filename for part in parts}
    if not names & {"xl/workbook.xml", "xl/workbook.bin", "content.xml"}:
        listed = ", ".join(sorted(names)[:5])
        return Diagnostic(
            "E272",
            f"`{file}` is a ZIP file, but no workbook",
            notes=(f"it holds {listed or 'nothing'}", "unpack it and give the files inside"),
        )
    total = sum(part.file_size for part in parts)
    dense = [p for p in parts if p.file_size > max(_LARGE, MAX_RATIO * max(p.compress_size, 1))]
    if total > MAX_UNPACKED or dense:
        return Diagnostic(
            "E273",
            f"`{file}` would unpack to {total >> 20:,} MiB; it is not read",
            notes=(
                f"it has {file.stat().st_size >> 10:,} KiB; at most {MAX_UNPACKED >> 20:,} MiB and "
                f"{MAX_RATIO} times its size are unpacked",
                "export a shorter period, or save the sheet as CSV",
            ),
        )
    for part in parts:
        with package.open(part) as stream:  # stops at the stated size, and checks the sum
            while stream.read(1 << 20):
                pass
    return None


_NO_TEXT = {*range(9), *range(14, 27), *range(28, 32)}
"""Bytes that no text has, whatever its encoding of one or more bytes a character."""


def _looks_like(start: bytes) -> str:
    if start.lstrip()[:1] == b"<":
        return "it looks like a web page: some systems export HTML under the name .xls"
    return (
        "it looks like text: give it the ending .csv or .txt"
        if not _NO_TEXT & set(start)
        else "it is damaged"
    )


def _locked(file: Path) -> Diagnostic:
    return Diagnostic(
        "E274",
        f"`{file}` is protected by a password",
        notes=("open it, remove the password (save as … without one), and try again",),
    )


def _damaged(file: Path, reason: str) -> Diagnostic:
    return Diagnostic(
        "E272",
        f"cannot read the workbook `{file}`: {reason}",
        notes=("it was cut off or damaged: export or copy it again",),
    )
