"""Runs the cases: files in, tables or diagnostics out. A case's name is the sentence it proves."""

from __future__ import annotations

import datetime as dt
import gzip
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import ibis
import pytest
import xlsxwriter
import yaml

from checker.data.dataset import Dataset
from checker.data.open import open_dataset
from checker.diagnostics import Diagnostic
from checker.language import types as t
from checker.language.catalog import STORED, TABLES
from checker.language.types import Type

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))
DECLARED = {
    "duration": t.DURATION,
    "number": t.NUMBER,
    "ratio": t.RATIO,
    "bool": t.BOOL,
    "int": t.INT,
    "date": t.DATE,
    "time": t.TIME,
    "text": t.TEXT,
}


def wanted(extra: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, Type]]:
    result = {
        table: {c.name: c.type for c in TABLES[table].stored_columns if c.name != "text"}
        for table in STORED
    }
    for table, columns in extra.items():
        result[table] |= {column: DECLARED[kind] for column, kind in columns.items()}
    return result


def write(root: Path, case: Mapping[str, Any]) -> None:
    for name, content in case.get("files", {}).items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        data = content if isinstance(content, bytes) else content.encode()
        target.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    for name, query in case.get("parquet", {}).items():
        target = root / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with duckdb.connect() as con:
            con.execute(f"COPY ({query}) TO '{target}' (FORMAT parquet)")
    for name, statements in case.get("duckdb", {}).items():
        with duckdb.connect(str(root / name)) as con:
            con.execute(statements)
    for name, sheets in case.get("workbooks", {}).items():
        with xlsxwriter.Workbook(str(root / name)) as book:
            day = book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
            for sheet, lines in sheets.items():
                page = book.add_worksheet(sheet)
                for y, line in enumerate(lines):
                    for x, cell in enumerate(line):
                        page.write(y, x, cell, day if isinstance(cell, dt.datetime) else None)
    for name, length in case.get("cut", {}).items():
        target = root / name
        target.write_bytes(target.read_bytes()[:length])


def shown(found: Diagnostic, root: Path) -> str:
    lines = [f"{found.code} {found.message}", *found.notes]
    if found.span:
        lines.append(f"{found.span.file}:{found.span.line} {found.span.source}")
    return "\n".join(lines).replace(f"{root}/", "").replace(str(root), "DATA")


def values(con: Any, data: Dataset, table: str, columns: list[str]) -> list[list[Any]]:
    listed = ", ".join('"' + c.replace('"', '""') + '"' for c in columns)
    view = data.tables[table].table.get_name()
    return sorted(map(list, con.raw_sql(f'SELECT {listed} FROM "{view}"').fetchall()), key=str)


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_case(path: Path, tmp_path: Path) -> None:
    case = yaml.load(path.read_text(), yaml.SafeLoader)
    write(tmp_path, case)
    con = ibis.duckdb.connect()
    data, diagnostics = open_dataset(
        con,
        tmp_path / case.get("open", ""),
        wanted(case.get("columns", {})),
        platform=case.get("platform"),
    )
    assert "diagnostics" in case or "tables" in case, "a case must expect something"
    expected = [str(d).strip() for d in case.get("diagnostics", [])]
    assert [shown(d, tmp_path) for d in diagnostics] == expected
    assert (data is None) == bool(expected)
    for table, want in case.get("tables", {}).items():
        assert data is not None
        one = data.tables[table]
        for field in ("rows", "naive", "rows_by_platform"):
            if field in want:
                assert getattr(one, field) == want[field], field
        if "present" in want:
            assert {p: sorted(c) for p, c in one.present.items()} == want["present"]
        if "values" in want:
            columns = want["values"][0]
            assert values(con, data, table, columns) == sorted(want["values"][1:], key=str)
