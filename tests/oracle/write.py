"""Generated tables on disk: Parquet, CSV or JSON lines, in any order and any number of parts."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from pathlib import Path
from random import Random
from typing import Any, Literal

import pyarrow as pa
import pyarrow.parquet as pq

from .facts import INSTANT_NAMES

Format = Literal["parquet", "csv", "jsonl"]
Rows = Sequence[Mapping[str, Any]]

TYPES = {
    "automatic": pa.bool_(),
    "counted": pa.bool_(),
    "unresolved": pa.bool_(),
    "seq": pa.int64(),
    "score": pa.int64(),
    "max_reception": pa.int64(),
    "visitors": pa.int64(),
    "opens_at": pa.time64("us"),
    "closes_at": pa.time64("us"),
}


def write(
    tables: Mapping[str, Rows],
    folder: Path,
    form: Format = "parquet",
    *,
    shuffle: int | None = None,
    parts: int = 1,
    utc: bool = False,
) -> Path:
    """Write every table into `folder` and return it.

    Naive instants stay naive; aware ones keep their offset in text (with `utc`, all are +00:00)
    and are UTC instants in Parquet. With `parts` > 1 each table is a folder of that many files.
    """
    folder.mkdir(parents=True, exist_ok=True)
    rng = None if shuffle is None else Random(shuffle)
    for table, given in tables.items():
        rows = [dict(row) for row in given]
        names = sorted({name for row in rows for name in row}) if rng else _names(rows)
        if rng is not None:
            rng.shuffle(rows)
            rng.shuffle(names)
        if parts == 1:
            _file(rows, names, folder / f"{table}.{form}", form, utc)
            continue
        (folder / table).mkdir()
        for number in range(min(parts, len(rows))):
            _file(rows[number::parts], names, folder / table / f"part-{number}.{form}", form, utc)
    return folder


def _names(rows: Rows) -> list[str]:
    return list(dict.fromkeys(name for row in rows for name in row))


def _file(rows: Rows, names: list[str], path: Path, form: Format, utc: bool) -> None:
    if form == "parquet":
        pq.write_table(_arrow(rows, names), path)
        return
    with path.open("w", encoding="utf-8", newline="") as file:
        if form == "jsonl":
            for row in rows:
                shown = {n: _text(row.get(n), utc) for n in names}
                file.write(json.dumps(shown, ensure_ascii=False) + "\n")
            return
        writer = csv.writer(file)
        writer.writerow(names)
        for row in rows:
            writer.writerow([_cell(_text(row.get(n), utc)) for n in names])


def _arrow(rows: Rows, names: list[str]) -> pa.Table:
    columns = {}
    for name in names:
        values = [row.get(name) for row in rows]
        kind = TYPES.get(name, pa.string())
        if name in INSTANT_NAMES:
            aware = any(v is not None and v.tzinfo is not None for v in values)
            kind = pa.timestamp("us", tz="UTC" if aware else None)
        columns[name] = pa.array(values, type=kind)
    return pa.table(columns)


def _text(value: Any, utc: bool) -> Any:
    if isinstance(value, datetime):
        shown = value.astimezone(UTC) if utc and value.tzinfo is not None else value
        return shown.isoformat(sep=" " if value.tzinfo is None else "T")
    return value.isoformat() if isinstance(value, time) else value


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
