"""Every test of the bundled rules in one data set: what a case calls a shop is a shop of its own."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from checker.packs.load import BUNDLED
from checker.ruletest.files import find_tests, near_packs
from checker.ruletest.model import Case
from checker.ruletest.read import read_cases, read_root

TYPES = {"bool": pa.bool_(), "int": pa.int64(), "instant": pa.timestamp("us", "UTC")}


def bundled_cases() -> list[Case]:
    files, found = find_tests([BUNDLED])
    packs = near_packs([BUNDLED], files)
    assert not found and packs.sound
    cases: list[Case] = []
    for file in files:
        root, _ = read_root(file)
        assert root is not None
        read, problems = read_cases(root, packs.typed[str(root.get("pack").text)])  # type: ignore[union-attr]
        assert not problems
        cases += read
    return cases


def write_all(cases: list[Case], folder: Path) -> Path:
    """The tables of all cases as Parquet, one file each; times of day are text."""
    from checker.language.catalog import TABLES

    tables: dict[str, list[dict[str, object]]] = {}
    for number, case in enumerate(cases):
        for name, rows in case.tables.items():
            for row in rows:
                shop = f"{case.pack} {number} {row.get('shop_id') or ''}"
                tables.setdefault(name, []).append({**row, "shop_id": shop})
    folder.mkdir()
    for name, rows in tables.items():
        columns = {
            column.name: pa.array(
                [row.get(column.name) for row in rows],
                TYPES.get(column.type.kind.value, pa.string()),
            )
            for column in TABLES[name].stored_columns
            if any(row.get(column.name) is not None for row in rows)
        }
        pq.write_table(pa.table(columns), folder / f"{name}.parquet")
    return folder
