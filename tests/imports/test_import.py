"""Runs the cases: exports in, canonical rows, counts or diagnostics out. A case's name says what holds.

`files` are texts (with an encoding of their own, or bytes), `workbooks` sheets of rows that are
written as .xlsx. What comes out is compared as the CSV files that an import writes.
"""

from __future__ import annotations

import csv
import datetime as dt
import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
import yaml

from checker.diagnostics import Diagnostic
from checker.imports.options import ImportOptions
from checker.imports.run import import_data
from checker.imports.shipped import shipped

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("cases/*.yaml"))


def write(root: Path, case: Mapping[str, Any]) -> None:
    for name, content in case.get("files", {}).items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, Mapping):
            content = content["text"].encode(content["encoding"])
        target.write_bytes(content if isinstance(content, bytes) else content.encode())
    for name, sheets in case.get("workbooks", {}).items():
        book = xlsxwriter.Workbook(str(root / name))
        formats = {
            dt.datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
            dt.date: book.add_format({"num_format": "yyyy-mm-dd"}),
        }
        for sheet, rows in sheets.items():
            page = book.add_worksheet(sheet)
            for y, row in enumerate(rows):
                for x, cell in enumerate(row):
                    if isinstance(cell, dt.date):
                        page.write_datetime(y, x, cell, formats[type(cell)])
                    elif cell is not None:
                        page.write(y, x, cell)
        book.close()
    for name, parts in case.get("zips", {}).items():
        with zipfile.ZipFile(root / name, "w", zipfile.ZIP_DEFLATED) as package:
            for part, size in parts.items():
                with package.open(part, "w", force_zip64=True) as stream:
                    for _ in range(size >> 20):
                        stream.write(bytes(1 << 20))
    for name, length in case.get("cut", {}).items():
        (root / name).write_bytes((root / name).read_bytes()[:length])


def shown(found: Diagnostic, root: Path, own: bool) -> str:
    lines = [f"{found.code} {found.message}", *found.notes]
    if found.span and own:  # lines of shipped mappings may move
        lines.append(f"line {found.span.line}: {found.span.source.strip()}")
    return "\n".join(lines).replace(f"{root}/", "").replace(str(root), "DATA")


def rows_of(file: Path, columns: list[str]) -> list[list[str]]:
    with file.open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return [[row[c] for c in columns] for row in rows]


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_case(path: Path, tmp_path: Path) -> None:
    case = yaml.load(path.read_text("utf-8"), yaml.SafeLoader)
    source = tmp_path / "in"
    source.mkdir()
    write(source, case)
    mapping = case["mapping"]
    if "\n" in mapping:
        own = tmp_path / "own.yaml"
        own.write_text(mapping, "utf-8")
        mapping = str(own)
    elif (HERE / "mappings" / f"{mapping}.yaml").is_file():
        mapping = str(HERE / "mappings" / f"{mapping}.yaml")
    options = ImportOptions(
        mapping,
        tuple((k, str(v)) for k, v in case.get("set", {}).items()),
        case.get("from"),
        case.get("through"),
        "csv",
        2,
    )
    out = tmp_path / "out"
    account, found = import_data(source / case.get("open", ""), out, options)
    assert "diagnostics" in case or "tables" in case, "a case must expect something"
    assert [shown(d, source, "own.yaml" in mapping) for d in found] == [
        str(d).strip().replace("MAPPINGS", ", ".join(shipped()))
        for d in case.get("diagnostics", [])
    ]
    if "tables" not in case:
        assert account is None and not out.exists(), "a failed import leaves nothing behind"
        return
    assert account is not None
    assert {p.stem for p in out.glob("*.csv")} == set(case["tables"])
    for table, (columns, *expected) in case["tables"].items():
        assert rows_of(out / f"{table}.csv", columns) == [
            ["" if cell is None else str(cell) for cell in row] for row in expected
        ]
    report = json.loads((out / "import-report.json").read_text("utf-8"))
    for one in report["read"]:
        parts = ("header_and_above", "blank", "carried", "joined", "kept")
        total = sum(one[p] for p in parts) + sum(one["dropped"].values())
        assert one["rows"] == total, f"the counts of {one['file']} do not add up"
    for one in report["made"]:
        assert one["rows"] == one["excluded"] + one["repeated"] + one["written"]
    for number, part in enumerate(case.get("read", [])):
        assert {k: report["read"][number][k] for k in part} == part
    if "not_read" in case:
        assert report["not_read"] == case["not_read"]
    if "reason" in case:
        assert report["reason"] == case["reason"]
