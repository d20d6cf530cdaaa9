"""Canonical tables typed as a warehouse has them, and the figures of an audit to compare with."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from oracle.generate import Tables
from oracle.write import write

from checker.language.catalog import STORED, TABLES
from checker.language.types import BOOL, Kind
from checker.options import AuditOptions
from checker.pipeline import audit
from checker.reports.json import to_json

Row = dict[str, Any]
Key = tuple[Any, ...]
Figure = tuple[float | None, int | None, int | None, int]
OWN = {"ratings": {"unresolved": BOOL}}
"""Columns that a bundled pack adds to the canonical ones."""


def columns(table: str) -> dict[str, Kind]:
    stored = {c.name: c.type.kind for c in TABLES[table].stored_columns}
    own = {name: type_.kind for name, type_ in OWN.get(table, {}).items()}
    return {"platform": Kind.TEXT, "shop_id": Kind.TEXT, **stored, **own}


def typed_tables() -> Iterable[str]:
    return (table for table in STORED if table != "reported")


def rows_of(tables: Tables, table: str, stamp: str, zone: str) -> list[tuple[Any, ...]]:
    """Every column of the catalog, missing ones as None; instants as the warehouse keeps them."""
    names = columns(table)
    return [
        tuple(_stamped(row.get(name), stamp, zone) for name in names)
        for row in tables.get(table, ())
    ]


def _stamped(value: Any, stamp: str, zone: str) -> Any:
    if not isinstance(value, dt.datetime):
        return value
    if stamp == "zoned":
        return value
    return value.astimezone(ZoneInfo(zone) if stamp == "local" else dt.UTC).replace(tzinfo=None)


def ddl(table: str, types: Mapping[Kind, str], quote: str = '"') -> str:
    listed = ", ".join(f"{quote}{c}{quote} {types[kind]}" for c, kind in columns(table).items())
    return f"CREATE TABLE {table} ({listed})"


# -- figures ---------------------------------------------------------------------------------------

SCOPES = ("platform", "shop", "agent", "channel", "buyer", "hour_of_day", "weekday")


def audited(folder: Path, tables: Tables, packs: Sequence[str], **options: Any) -> dict[str, Any]:
    """The JSON result of an audit of the same rows."""
    data = write(tables, folder)
    result, found = audit(data, AuditOptions(packs=tuple(packs), offenders=0, **options))
    assert result is not None, found
    said: dict[str, Any] = json.loads(to_json(result))
    return said


def expected(said: Mapping[str, Any]) -> dict[str, dict[Key, Figure]]:
    """By rule, the figure of every scope and period that has rows."""
    found: dict[str, dict[Key, Figure]] = {}
    for verdict in said["verdicts"]:
        if verdict["type"] == "manual":
            continue
        figures = found.setdefault(verdict["rule"], {})
        scope, period = verdict["scope"], verdict["period"]
        if set(scope) == {"platform"} and period["from"] is None and verdict["value"] is None:
            continue  # a platform without rows, or whose data cannot feed the rule
        key = (*(scope.get(s) for s in SCOPES), *_days(period))
        value = verdict["value"]
        if isinstance(value, str):
            value = _seconds(dt.time.fromisoformat(value))
        figures[key] = (value, verdict["numerator"], verdict["denominator"], verdict["pending"])
    return found


def _days(period: Mapping[str, Any]) -> tuple[str | None, str | None, int | None]:
    if period["kind"] != "hour" or period["from"] is None:
        return period["from"], period["through"], None
    begin = dt.datetime.fromisoformat(period["from"])
    return begin.date().isoformat(), begin.date().isoformat(), begin.hour


def _seconds(time: dt.time) -> float:
    return time.hour * 3600 + time.minute * 60 + time.second + time.microsecond / 1e6


def queried(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[Key, Figure]:
    """The same of the rows that a query gave."""
    found: dict[Key, Figure] = {}
    for values in rows:
        row = dict(zip(names, values, strict=True))
        scopes = [None if row.get(s) is None else str(row[s]) for s in SCOPES]
        days = [
            None if row[d] is None else str(row[d])[:10] for d in ("period_from", "period_through")
        ]
        key = (*scopes, *days, row.get("hour"))
        assert key not in found, f"two rows for {key}"
        found[key] = (row["value"], row["numerator"], row["denominator"], row["pending"])
    return found


def differences(said: Mapping[Key, Figure], got: Mapping[Key, Figure]) -> list[str]:
    found = [f"only the audit has {key}: {said[key]}" for key in said.keys() - got.keys()]
    found += [f"only the query has {key}: {got[key]}" for key in got.keys() - said.keys()]
    for key in said.keys() & got.keys():
        (value, *counts), (other, *others) = said[key], got[key]
        near = value is other or (
            value is not None
            and other is not None
            and abs(value - other) <= 1e-9 * max(1.0, abs(value))
        )
        if not near or counts != others:
            found.append(f"{key}: the audit says {said[key]}, the query {got[key]}")
    return sorted(found)
