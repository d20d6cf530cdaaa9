"""Stored columns of Spark to canonical types: one Spark expression per stored type and Type.

As canonical.py does for DuckDB: NULL is missing, and what cannot be converted becomes a number that no
canonical value has. Only typed columns are taken; text is read as text, and as times of day, for which
Spark has no type.
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.data.canonical import DAY_US, Conversion
from checker.data.numbers import BAD, BAD_BOOL, BAD_DATE
from checker.data.sql import Sql
from checker.language.types import Kind, Type

STAGED_TYPE: Mapping[Kind, str] = {
    Kind.TEXT: "STRING",
    Kind.ENUM: "STRING",
    Kind.BOOL: "TINYINT",
    Kind.DATE: "INT",
    **dict.fromkeys(
        (Kind.INT, Kind.NUMBER, Kind.RATIO, Kind.DURATION, Kind.INSTANT, Kind.TIME), "BIGINT"
    ),
}

_EXACT_FLOAT = 9_007_199_254_740_992  # beyond 2^53 a float no longer says which integer was meant
_SECOND = 1_000_000


def conversion(raw_type: str, type_: Type) -> Conversion | None:
    """How a column of Spark's type `raw_type` (simpleString) becomes `type_`; None where it cannot."""
    stored = _family(raw_type)
    if stored == "void":
        return Conversion(lambda c: "NULL", exact=True)
    if type_.kind is Kind.INSTANT:
        sql = _INSTANTS.get(stored)
        naive = "false" if stored == "zoned" else "true"
        return Conversion(sql, lambda c: naive) if sql else None
    sql = _CONVERSIONS.get((type_.kind, stored))
    if sql is None:
        return None
    exact = type_.kind in (Kind.TEXT, Kind.ENUM) or (type_.kind, stored) == (Kind.BOOL, "bool")
    return Conversion(sql, exact=exact)


def folder_text(c: str) -> str:
    """Text of a folder's name. Arrow and DuckDB write `旗` there as %E6%97%97, its bytes in UTF-8; Spark
    reads each of these as a character of its own."""
    bytes_of_one = f"CAST(encode({c}, 'ISO-8859-1') AS STRING)"
    return (
        f"CASE WHEN {c} RLIKE '[\u0080-\u00ff]' AND NOT {c} RLIKE '[^\u0000-\u00ff]' "
        f"THEN coalesce(try_validate_utf8({bytes_of_one}), {c}) ELSE {c} END"
    )


def _family(raw_type: str) -> str:
    bare = raw_type.lower().partition("(")[0].strip()
    if bare.startswith(("interval day", "interval hour", "interval minute")):
        return "interval"
    return {
        **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "int"),
        **dict.fromkeys(("float", "double"), "float"),
        **dict.fromkeys(("string", "varchar", "char"), "text"),
        "decimal": "decimal",
        "boolean": "bool",
        "date": "date",
        "timestamp": "zoned",
        "timestamp_ntz": "local",
        "void": "void",
    }.get(bare, "other")


def _as_text(c: str) -> str:
    return f"nullif(CAST({c} AS STRING), '')"


def _float_as_text(c: str) -> str:
    # An integer column with gaps reaches Parquet as floats from pandas: 17.0 means the id 17.
    whole = f"{c} = floor({c}) AND abs({c}) <= {_EXACT_FLOAT}"
    return (
        f"CASE WHEN isnan({c}) THEN NULL WHEN {whole} THEN CAST(CAST({c} AS BIGINT) AS STRING) "
        f"ELSE CAST({c} AS STRING) END"
    )


def _truth(c: str) -> str:
    return f"CASE WHEN {c} IS NULL THEN NULL WHEN {c} = 1 THEN 1 WHEN {c} = 0 THEN 0 ELSE {BAD_BOOL} END"


def _float_truth(c: str) -> str:
    return f"CASE WHEN isnan({c}) THEN NULL ELSE {_truth(c)} END"


def _decimal_int(c: str) -> str:
    value = f"coalesce(TRY_CAST({c} AS BIGINT), {BAD})"
    return f"CASE WHEN {c} IS NULL THEN NULL WHEN {c} = floor({c}) THEN {value} ELSE {BAD} END"


def _float_int(c: str) -> str:
    whole = f"{c} = floor({c}) AND abs({c}) <= {_EXACT_FLOAT}"
    return (
        f"CASE WHEN {c} IS NULL OR isnan({c}) THEN NULL "
        f"WHEN {whole} THEN CAST({c} AS BIGINT) ELSE {BAD} END"
    )


def _number(c: str) -> str:
    # bround is half to even, as on DuckDB.
    exact = f"bround(TRY_CAST({c} AS DECIMAL(38, 18)), 6)"
    value = f"TRY_CAST({exact} * {_SECOND} AS BIGINT)"
    return f"CASE WHEN {c} IS NULL THEN NULL ELSE coalesce({value}, {BAD}) END"


def _float_number(c: str) -> str:
    # The shortest decimal that reads back as the float is what was meant. NaN is pandas' missing.
    return (
        f"CASE WHEN {c} IS NULL OR isnan({c}) THEN NULL ELSE {_number(f'CAST({c} AS STRING)')} END"
    )


def _interval(c: str) -> str:
    whole = f"extract(DAY FROM {c}) * 86400 + extract(HOUR FROM {c}) * 3600"
    rest = f"extract(MINUTE FROM {c}) * 60 + extract(SECOND FROM {c})"
    return f"CAST(({whole} + {rest}) * {_SECOND} AS BIGINT)"


def _midnight_day(c: str) -> str:
    midnight = f"{c} = CAST(CAST({c} AS DATE) AS TIMESTAMP_NTZ)"
    return (
        f"CASE WHEN {c} IS NULL THEN NULL WHEN {midnight} THEN unix_date(CAST({c} AS DATE)) "
        f"ELSE {BAD_DATE} END"
    )


def _written_time(c: str) -> str:
    """`08:00` or `08:00:00.5`; 24:00 is the day's end."""
    written = f"trim({c})"
    # Without backslashes, which Spark's string literals may or may not take for themselves.
    shape = "^([0-9]{1,2}):([0-5][0-9])(:([0-5][0-9])([.][0-9]{1,6})?)?$"
    hours, minutes = (f"CAST(regexp_extract({written}, '{shape}', {i}) AS BIGINT)" for i in (1, 2))
    seconds = (
        f"CAST(concat('0', regexp_extract({written}, '{shape}', 4), "
        f"regexp_extract({written}, '{shape}', 5)) AS DECIMAL(12, 6))"
    )
    total = f"CAST(({hours} * 3600 + {minutes} * 60 + {seconds}) * {_SECOND} AS BIGINT)"
    return (
        f"CASE WHEN {c} IS NULL OR {written} = '' THEN NULL WHEN {written} RLIKE '{shape}' "
        f"AND {total} <= {DAY_US} THEN {total} ELSE {BAD} END"
    )


_INSTANTS: Mapping[str, Sql] = {
    # The session's zone is UTC, so that local times keep their digits.
    "local": lambda c: f"unix_micros(CAST({c} AS TIMESTAMP))",
    "date": lambda c: f"unix_micros(CAST({c} AS TIMESTAMP))",
    "zoned": lambda c: f"unix_micros({c})",
}

_CONVERSIONS: Mapping[tuple[Kind, str], Sql] = {
    **{
        (kind, stored): _as_text
        for kind in (Kind.TEXT, Kind.ENUM)
        for stored in ("text", "int", "decimal", "bool", "date", "local")
    },
    (Kind.TEXT, "float"): _float_as_text,
    (Kind.ENUM, "float"): _float_as_text,
    (Kind.BOOL, "bool"): lambda c: c,
    (Kind.BOOL, "int"): _truth,
    (Kind.BOOL, "decimal"): _truth,
    (Kind.BOOL, "float"): _float_truth,
    (Kind.INT, "int"): lambda c: c,
    (Kind.INT, "decimal"): _decimal_int,
    (Kind.INT, "float"): _float_int,
    **{
        (kind, stored): sql
        for kind in (Kind.NUMBER, Kind.RATIO)
        for stored, sql in {"int": _number, "decimal": _number, "float": _float_number}.items()
    },
    (Kind.DURATION, "interval"): _interval,
    (Kind.DATE, "date"): lambda c: f"unix_date({c})",
    (Kind.DATE, "local"): _midnight_day,
    (Kind.TIME, "text"): _written_time,
}
