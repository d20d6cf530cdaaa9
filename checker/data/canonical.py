"""Raw columns to canonical engine types: one SQL expression per pair of stored type and Type.

A conversion gives the canonical value, NULL for a missing one, and a number that no canonical value
has (`BAD`, or -1 for a bool) for a value that cannot be converted. So one pass finds both kinds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.data.numbers import (
    BAD,
    BAD_BOOL,
    BAD_DATE,
    as_text,
    decimal_int,
    float_bool,
    float_int,
    float_number,
    integer,
    number,
    number_bool,
    parsed,
    ratio,
    text,
    text_bool,
    text_int,
)
from checker.data.sql import Sql
from checker.data.times import column_instant, column_is_naive, text_date, text_duration, text_time
from checker.language.types import Kind, Type

LOWEST_US = -2_208_988_800_000_000  # 1900-01-01
HIGHEST_US = 7_258_118_400_000_000  # 2200-01-01
LOWEST_DAY = LOWEST_US // 86_400_000_000
HIGHEST_DAY = HIGHEST_US // 86_400_000_000
DAY_US = 86_400_000_000

STAGED_TYPE: Mapping[Kind, str] = {
    Kind.TEXT: "VARCHAR",
    Kind.ENUM: "VARCHAR",
    Kind.BOOL: "TINYINT",
    Kind.DATE: "INTEGER",
    Kind.INT: "BIGINT",
    Kind.NUMBER: "BIGINT",
    Kind.RATIO: "BIGINT",
    Kind.DURATION: "BIGINT",
    Kind.INSTANT: "BIGINT",
    Kind.TIME: "BIGINT",
}

IBIS_TYPE = {"VARCHAR": "string", "TINYINT": "boolean", "INTEGER": "int32", "BIGINT": "int64"}
"""What `final` makes of a staged type, as Ibis calls it."""

WRITTEN: Mapping[Kind, str] = {
    Kind.BOOL: "write true or false, yes or no, 1 or 0",
    Kind.INT: "write a whole number, such as 42",
    Kind.NUMBER: "write a number, such as 0.85",
    Kind.RATIO: "write a number, such as 0.85, or a percentage, such as 85%",
    Kind.DURATION: "write a length of time with its unit, such as 90s, 3m, 1h30m or 00:01:30",
    Kind.INSTANT: (
        "write 2026-01-31 08:00:00, with an offset (2026-01-31T08:00:00+08:00) where it is not "
        "local time; the years 1900 to 2199 are read, numbers are never guessed to be times"
    ),
    Kind.DATE: "write a day as 2026-01-31",
    Kind.TIME: "write a time of day as 08:00 or 08:00:00",
    Kind.TEXT: "store it as text or as a number",
    Kind.ENUM: "store it as text",
}
"""What a value of each kind looks like in the data."""

_INTEGERS = frozenset(
    {
        *("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT"),
        *("UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT"),
    }
)
_FLOATS = frozenset({"FLOAT", "DOUBLE"})
_INSTANTS = frozenset({"TIMESTAMP", "TIMESTAMP_S", "TIMESTAMP_MS", "TIMESTAMP_NS", "DATE"})


@dataclass(frozen=True)
class Conversion:
    """`staged` makes the staged value; `naive`, of instants only, makes whether it is local time.

    `slow` means that text is parsed: worth doing once rather than in every query. `exact` means that
    no stored value can be one that cannot be converted.
    """

    staged: Sql
    naive: Sql | None = None
    slow: bool = False
    exact: bool = False


def conversion(raw_type: str, type_: Type) -> Conversion | None:
    """How a column of DuckDB's type `raw_type` becomes `type_`; None where it cannot."""
    stored = _family(raw_type)
    if stored == "null":
        return Conversion(lambda c: f"CAST(NULL AS {STAGED_TYPE[type_.kind]})", exact=True)
    if type_.kind is Kind.INSTANT:
        return _instant(stored)
    sql = _CONVERSIONS.get((type_.kind, stored))
    if sql is None:
        return None
    exact = type_.kind in (Kind.TEXT, Kind.ENUM) or (type_.kind, stored) == (Kind.BOOL, "bool")
    return Conversion(sql, slow=stored == "text" and not exact, exact=exact)


def phrase(type_: Type | None) -> str:
    """A type in a sentence."""
    if type_ is None or type_.kind is Kind.TEXT:
        return "text"
    said = {Kind.BOOL: "true or false", Kind.INT: "a whole number", Kind.ENUM: "text"}.get(
        type_.kind
    )
    return said or f"{'an' if str(type_)[0] in 'aeiou' else 'a'} {type_}"


def final(kind: Kind, column: str) -> str:
    """A staged, checked column as the engine sees it."""
    return f"({column} = 1)" if kind is Kind.BOOL else column


def cannot_be(kind: Kind) -> Sql:
    """Whether a staged value is one that could not be converted, or lies outside of its range."""
    if kind is Kind.BOOL:
        return lambda c: f"{c} = {BAD_BOOL}"
    if kind is Kind.INSTANT:
        return lambda c: f"({c} < {LOWEST_US} OR {c} >= {HIGHEST_US})"
    if kind is Kind.DATE:
        return lambda c: f"({c} < {LOWEST_DAY} OR {c} >= {HIGHEST_DAY})"
    if kind is Kind.TIME:
        return lambda c: f"({c} < 0 OR {c} > {DAY_US})"
    return lambda c: f"{c} = {BAD}"


def _family(raw_type: str) -> str:
    upper = raw_type.upper()
    if upper.startswith("DECIMAL"):
        return "decimal"
    if upper in _INTEGERS:
        return "int"
    if upper in _FLOATS:
        return "float"
    if upper in _INSTANTS:
        return {"DATE": "date", "TIMESTAMP_NS": "nanos"}.get(upper, "local")
    if upper.startswith("TIMESTAMP"):
        return "zoned"
    if upper.startswith("ENUM") or upper in ("VARCHAR", "UUID"):
        return "text"
    if upper in ('"NULL"', "NULL"):
        return "null"
    return {"BOOLEAN": "bool", "TIME": "time", "TIME_NS": "time", "INTERVAL": "interval"}.get(
        upper, "other"
    )


def _instant(stored: str) -> Conversion | None:
    if stored == "nanos":
        # A cast to microseconds rounds; what is finer is cut, as in text.
        return Conversion(
            lambda c: f"(epoch_ns({c}) - (epoch_ns({c}) % 1000 + 1000) % 1000) // 1000",
            lambda c: "true",
        )
    if stored == "local":
        return Conversion(lambda c: f"epoch_us(CAST({c} AS TIMESTAMP))", lambda c: "true")
    if stored == "date":
        return Conversion(lambda c: f"epoch_us(CAST({c} AS TIMESTAMP))", lambda c: "true")
    if stored == "zoned":
        return Conversion(lambda c: f"epoch_us({c})", lambda c: "false")
    if stored == "text":
        return Conversion(
            lambda c: column_instant(as_text(c), text(c), BAD),
            lambda c: column_is_naive(as_text(c), text(c)),
            slow=True,
        )
    return None


def _as_text(c: str) -> str:
    return f"nullif(CAST({c} AS VARCHAR), '')"


def _float_as_text(c: str) -> str:
    # An integer column with gaps reaches Parquet as floats from pandas: 17.0 means the id 17.
    whole = f"isfinite({c}) AND {c} = trunc({c}) AND abs({c}) <= 9007199254740992"
    return (
        f"CASE WHEN isnan({c}) THEN NULL WHEN {whole} THEN CAST(CAST({c} AS BIGINT) AS VARCHAR) "
        f"ELSE CAST({c} AS VARCHAR) END"
    )


def _midnight_day(c: str) -> str:
    day = f"CAST(CAST({c} AS DATE) - DATE '1970-01-01' AS INTEGER)"
    midnight = f"CAST({c} AS TIMESTAMP) = date_trunc('day', CAST({c} AS TIMESTAMP))"
    return f"CASE WHEN {c} IS NULL THEN NULL WHEN {midnight} THEN {day} ELSE {BAD_DATE} END"


_CONVERSIONS: Mapping[tuple[Kind, str], Sql] = {
    **{
        (kind, stored): sql
        for kind in (Kind.TEXT, Kind.ENUM)
        for stored, sql in {
            "text": _as_text,
            "int": _as_text,
            "decimal": _as_text,
            "bool": _as_text,
            "date": _as_text,
            "local": _as_text,
            "nanos": _as_text,
            "float": _float_as_text,
        }.items()
    },
    (Kind.BOOL, "bool"): lambda c: f"CAST({c} AS TINYINT)",
    (Kind.BOOL, "int"): number_bool,
    (Kind.BOOL, "float"): float_bool,
    (Kind.BOOL, "decimal"): number_bool,
    (Kind.BOOL, "text"): text_bool,
    (Kind.INT, "int"): integer,
    (Kind.INT, "decimal"): decimal_int,
    (Kind.INT, "float"): float_int,
    (Kind.INT, "text"): text_int,
    **{
        (kind, stored): sql
        for kind, written in ((Kind.NUMBER, number), (Kind.RATIO, ratio))
        for stored, sql in {
            "int": number,
            "decimal": number,
            "float": float_number,
            "text": written,
        }.items()
    },
    (Kind.DURATION, "interval"): lambda c: (
        f"CASE WHEN datepart('month', {c}) != 0 OR datepart('year', {c}) != 0 "
        f"THEN {BAD} ELSE epoch_us({c}) END"
    ),
    (Kind.DURATION, "text"): lambda c: text_duration(c, text(c), BAD),
    (Kind.TIME, "time"): lambda c: f"epoch_us({c})",
    (Kind.TIME, "text"): lambda c: parsed(c, *text_time(text(c))),
    (Kind.DATE, "date"): lambda c: f"CAST({c} - DATE '1970-01-01' AS INTEGER)",
    (Kind.DATE, "local"): _midnight_day,
    (Kind.DATE, "nanos"): _midnight_day,
    (Kind.DATE, "text"): lambda c: parsed(c, *text_date(text(c)), BAD_DATE),
}
