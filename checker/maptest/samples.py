"""The export of a test, written into a folder."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from checker.maptest.model import CopiedFile, Moment, Sample, TextFile, Workbook


def write_samples(files: Mapping[str, Sample], folder: Path) -> None:
    for name, sample in files.items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        match sample:
            case TextFile():
                target.write_bytes(sample.text.encode(sample.encoding))
            case CopiedFile():
                shutil.copyfile(sample.source, target)
            case _:
                _write_workbook(sample, target)


def _write_workbook(sheets: Workbook, target: Path) -> None:
    import xlsxwriter

    book = xlsxwriter.Workbook(str(target))
    formats = {
        True: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        False: book.add_format({"num_format": "yyyy-mm-dd"}),
    }
    for sheet, rows in sheets.items():
        page = book.add_worksheet(sheet)
        for y, row in enumerate(rows):
            for x, cell in enumerate(row):
                _write(page, y, x, cell, formats)
    book.close()


def _write(page: Any, y: int, x: int, cell: object, formats: Mapping[bool, Any]) -> None:
    """Texts stay texts: xlsxwriter's own choice makes formulas and links of some."""
    match cell:
        case Moment():
            moment = dt.datetime.fromisoformat(cell.text)
            page.write_datetime(y, x, moment, formats[len(cell.text) > 10])
        case bool():
            page.write_boolean(y, x, cell)
        case int() | float():
            page.write_number(y, x, cell)
        case str():
            page.write_string(y, x, cell)
