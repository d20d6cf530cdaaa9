"""The canonical tables of a warehouse, read: typed columns to integers and texts as the engine has them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import ibis
import ibis.expr.types as ir

from checker.facts.given import NO_SHOP, stored_name
from checker.facts.zones import Zone
from checker.language import types as t
from checker.language.types import Kind, Type

Columns = Mapping[str, Mapping[str, Type]]
"""For each table of the warehouse its columns, without platform and shop_id, which every one has."""

Stamps = Literal["local", "utc", "zoned"]
"""What a timestamp says: the wall clock of the rule's zone, that of UTC, or an instant (TIMESTAMPTZ)."""

_RAW: Mapping[Kind, str] = {
    Kind.TEXT: "string",
    Kind.ENUM: "string",
    Kind.BOOL: "boolean",
    Kind.INT: "int64",
    Kind.NUMBER: "decimal(38, 9)",
    Kind.RATIO: "decimal(38, 9)",
    Kind.DURATION: "decimal(38, 9)",  # seconds
    Kind.INSTANT: "timestamp",
    Kind.TIME: "time",
    Kind.DATE: "date",
}
CANONICAL: Mapping[Kind, str] = {
    Kind.TEXT: "string",
    Kind.ENUM: "string",
    Kind.BOOL: "boolean",
    Kind.DATE: "int32",
}


def _one(value: Any) -> Any: ...


def _call(name: str, argument: str, result: str) -> Any:
    """A function that every dialect spells in its own way: see the templates of `dialects`."""
    return ibis.udf.scalar.builtin(_one, name=name, signature=((argument,), result))


PREFIX = "checker_"
text_of = _call("checker_text", "string", "string")
local_micros = _call("checker_local_micros", "timestamp", "int64")
zoned_micros = _call("checker_zoned_micros", "timestamp", "int64")
time_micros = _call("checker_time_micros", "time", "int64")
millionths = _call("checker_millionths", "decimal(38, 9)", "int64")
day_number = _call("checker_day_number", "date", "int32")
date_of_day = _call("checker_date_of_day", "int32", "date")
bigint = _call("checker_bigint", "int64", "int64")  # sums are wider than what they are made of


def raw_table(name: str, columns: Mapping[str, Type]) -> ir.Table:
    """The table as the warehouse has it."""
    types = {"platform": t.TEXT, "shop_id": t.TEXT, **columns}
    return ibis.table({c: _RAW[type_.kind] for c, type_ in types.items()}, name=name)


def given_table(
    name: str, columns: Mapping[str, Type], zone: Zone, stamps: Stamps, platform: str | None
) -> ir.Table:
    """Canonical columns under their stored names; rows of one platform, where it is named."""
    raw = raw_table(name, columns)
    rows = raw if platform is None else raw.filter(raw["platform"] == platform)
    found = {
        "platform": text_of(rows["platform"]),
        "shop_id": ibis.coalesce(text_of(rows["shop_id"]), NO_SHOP),
    }
    for column, type_ in columns.items():
        if column not in found:
            found[stored_name(name, column)] = canonical(rows[column], type_, zone, stamps)
    return rows.select(**found)


def given_schema(name: str, columns: Mapping[str, Type]) -> dict[str, str]:
    types = {"platform": t.TEXT, "shop_id": t.TEXT, **columns}
    return {
        stored_name(name, c) if c in columns else c: CANONICAL.get(type_.kind, "int64")
        for c, type_ in types.items()
    }


def canonical(raw: ir.Value, type_: Type, zone: Zone, stamps: Stamps) -> ir.Value:
    match type_.kind:
        case Kind.TEXT | Kind.ENUM:
            return text_of(raw)
        case Kind.BOOL:
            return raw
        case Kind.INT:
            return raw.cast("int64")
        case Kind.DATE:
            return day_number(raw)
        case Kind.TIME:
            return time_micros(raw)
        case Kind.INSTANT:
            return instant(raw, zone, stamps)
        case _:
            return millionths(raw)


def instant(raw: ir.Value, zone: Zone, stamps: Stamps) -> ir.IntegerValue:
    if stamps == "zoned":
        return zoned_micros(raw)
    stamp = local_micros(raw)
    return zone.instant(stamp) if stamps == "local" else stamp
