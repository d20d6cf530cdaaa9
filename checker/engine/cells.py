"""The functions of mappings on DuckDB: macros of SQL, and the calls of them.

A macro takes a text without blanks around it, or NULL, and gives NULL for what it cannot read too:
who has to know asks whether the text was there.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from checker.data.canonical import DAY_US, HIGHEST_DAY, HIGHEST_US, LOWEST_DAY, LOWEST_US
from checker.data.lazily import ibis, ir
from checker.data.numbers import BAD, millionths
from checker.data.times import text_date, text_duration, text_instant, text_is_naive, text_time
from checker.engine import values as v
from checker.engine.values import Quotient, Value
from checker.facts.zones import Zone
from checker.language import tree as tr
from checker.language.conversions import CHOICES, CONVERSIONS

FUNCTIONS = frozenset({*CONVERSIONS, *CHOICES})

_EARLIEST_EPOCH_US = (
    631_152_000_000_000  # 1990: before it, a number is no epoch, or of another unit
)
_LATEST_EPOCH_US = 4_102_444_800_000_000  # 2100
_NUMBER = r"[+-]?(\d+|\d{1,3}([,，]\d{3})+)(\.\d*)?|[+-]?\.\d+"
_WHOLE = r"[+-]?(\d+|\d{1,3}([,，]\d{3})+)(\.0*)?"
_EXCEL_EPOCH_DAYS = 25_569  # 1970-01-01 as Excel counts
_LEAST_SERIAL, _MOST_SERIAL = (
    61,
    2_958_465,
)  # from 1900-03-01, before which Excel's calendar is wrong


def _plain(s: str) -> str:
    return f"regexp_replace({s}, '[,，]', '', 'g')"


def _shaped(s: str, shape: str, value: str) -> str:
    return f"CASE WHEN regexp_full_match({s}, '{shape}') THEN {value} END"


def _number(s: str, places: int = 12) -> str:
    return _shaped(s, _NUMBER, millionths(_plain(s), places))


def _share(s: str, bare: int) -> str:
    """Millionths of a share; `bare` are the places of a number without a percent sign."""
    rest = f"rtrim(regexp_replace({s}, '[%％]$', ''))"
    sign = f"regexp_matches({s}, '[%％]$')"
    return f"CASE WHEN {sign} THEN {_number(rest, 14)} ELSE {_number(s, bare)} END"


def _duration(s: str) -> str:
    latin = s
    for chinese, unit in (
        ("天", "d"),
        ("小?时", "h"),
        ("分钟?", "m"),
        ("秒钟?", "s"),
        (r"\s+", ""),
    ):
        latin = f"regexp_replace({latin}, '{chinese}', '{unit}', 'g')"
    return f"nullif({text_duration(s, f'lower({latin})', BAD)}, {BAD})"


def _unit(s: str, times: int, over: int = 1) -> str:
    scaled = f"TRY_CAST(({_number(s)})::HUGEINT * {times} // {over} AS BIGINT)"
    return f"coalesce({scaled}, {_duration(s)})"


def _ymd(s: str) -> str:
    r"""`2026年10月1日 8:00` with hyphens."""
    hyphens = rf"regexp_replace({s}, '(\d{{4}})年(\d{{1,2}})月(\d{{1,2}})日 *', '\1-\2-\3 ')"
    return f"trim({hyphens})"


def _day(s: str) -> str:
    shape, days = text_date("d")
    plain = _ymd(s)
    plain = rf"regexp_replace({plain}, '^(\d{{4}})(\d\d)(\d\d)$', '\1-\2-\3')"
    plain = rf"regexp_replace({plain}, '[ T]0?0:00(:00)?(\.0+)?$', '')"
    days = days.replace("TRY_CAST(d ", f"TRY_CAST({plain} ")
    return f"CASE WHEN regexp_full_match({plain}, '{shape}') THEN {_between(days, LOWEST_DAY, HIGHEST_DAY)} END"


def _between(value: str, low: int, high: int) -> str:
    return f"CASE WHEN {value} >= {low} AND {value} < {high} THEN {value} END"


def _epoch(s: str, times: int, over: int = 1) -> str:
    # A number of another unit lands in another century: it is not taken for a date.
    value = f"TRY_CAST(({_number(s)})::HUGEINT * {times} // {over} AS BIGINT)"
    return _between(value, _EARLIEST_EPOCH_US, _LATEST_EPOCH_US)


def _excel(s: str) -> str:
    serial = f"TRY_CAST({s} AS DOUBLE)"
    millis = f"CAST(round(({serial} - {_EXCEL_EPOCH_DAYS}) * 86400000) AS BIGINT)"
    return f"CASE WHEN {serial} BETWEEN {_LEAST_SERIAL} AND {_MOST_SERIAL} THEN {millis} * 1000 END"


def _time(s: str) -> str:
    shape, value = text_time(s)
    return f"CASE WHEN regexp_full_match({s}, '{shape}') THEN {_between(value, 0, DAY_US + 1)} END"


_MACROS: Mapping[str, tuple[str, str, str]] = {
    # name: (arguments, SQL, type for Ibis)
    "integer": (
        "s",
        _shaped("s", _WHOLE, f"TRY_CAST(regexp_replace({_plain('s')}, '\\.0*$', '') AS BIGINT)"),
        "int64",
    ),
    "number": ("s", _number("s"), "int64"),
    "ratio": ("s", _share("s", 12), "int64"),
    "percent": ("s", _share("s", 14), "int64"),
    "duration": ("s", _duration("s"), "int64"),
    "seconds": ("s", _unit("s", 1), "int64"),
    "minutes": ("s", _unit("s", 60), "int64"),
    "hours": ("s", _unit("s", 3600), "int64"),
    "milliseconds": ("s", _unit("s", 1, 1000), "int64"),
    "instant": (
        "s",
        _between(f"nullif({text_instant(_ymd('s'), BAD)}, {BAD})", LOWEST_US, HIGHEST_US),
        "int64",
    ),
    "instant_is_local": ("s", text_is_naive(_ymd("s")), "boolean"),
    "instant_by": (
        "s, f",
        _between("epoch_us(try_strptime(s, f))", LOWEST_US, HIGHEST_US),
        "int64",
    ),
    "excel_instant": ("s", _excel("s"), "int64"),
    "epoch_seconds": ("s", _epoch("s", 1), "int64"),
    "epoch_millis": ("s", _epoch("s", 1, 1000), "int64"),
    "epoch_micros": ("s", _epoch("s", 1, 1_000_000), "int64"),
    "date": ("s", _day("s"), "int32"),
    "date_by": (
        "s, f",
        "CAST(CAST(try_strptime(s, f) AS DATE) - DATE '1970-01-01' AS INTEGER)",
        "int32",
    ),
    "time": ("s", _time("s"), "int64"),
    "extract": ("s, p, g", "nullif(trim(regexp_extract(s, p, g)), '')", "string"),
    "digest": ("s", "substr(md5(s), 1, 16)", "string"),
    "replace": ("s, p, r", "nullif(trim(regexp_replace(s, p, r, 'g')), '')", "string"),
}


def create_macros(con: Any) -> None:
    """Makes the macros in a DuckDB connection."""
    for name, (arguments, sql, _) in _MACROS.items():
        con.raw_sql(f"CREATE OR REPLACE TEMP MACRO cell_{name}({arguments}) AS ({sql})").fetchall()


def _one(a: Any) -> Any: ...


def _two(a: Any, b: Any) -> Any: ...


def _three(a: Any, b: Any, c: Any) -> Any: ...


_SHAPES: Mapping[int, Any] = {1: _one, 2: _two, 3: _three}
"""Ibis takes the number of arguments from a Python function."""


@lru_cache(maxsize=len(_MACROS))
def _function(name: str) -> Any:
    arguments, _, result = _MACROS[name]
    types = tuple("int64" if a.strip() == "g" else "string" for a in arguments.split(","))

    return ibis.udf.scalar.builtin(
        _SHAPES[len(types)], name=f"cell_{name}", signature=(types, result)
    )


def value(tree: tr.Function, arguments: Sequence[Value], zone: Zone) -> Value:
    """The value of a call whose arguments are computed; `if` is not among them."""
    first = v.expression(arguments[0])
    literals = [a.value for a in tree.arguments[1:] if isinstance(a, tr.Lit)]
    match tree.name:
        case "concat":
            return _joined([v.expression(a) for a in arguments])
        case "map":
            return _mapped(first, arguments[1:])
        case "number" | "ratio" | "percent":
            return Quotient(_function(tree.name)(first), 1_000_000)
        case "instant" | "excel_instant":
            return _instant(tree.name, first, literals, zone)
        case "date" if literals:
            return _function("date_by")(first, literals[0])
        case "extract":
            pattern = str(literals[0])
            return _function("extract")(first, pattern, min(re.compile(pattern).groups, 1))
        case "replace":
            return _function("replace")(first, *literals)
    return _function(tree.name)(first)


def _instant(name: str, text: ir.Value, literals: list[Any], zone: Zone) -> Value:
    if literals:
        found = _function("instant_by")(text, literals[0])
        return found if "%z" in str(literals[0]) else zone.instant(found)
    written = _function("instant")(text)
    local = ibis.ifelse(_function("instant_is_local")(text), zone.instant(written), written)
    if name == "instant":
        return local
    return ibis.coalesce(zone.instant(_function("excel_instant")(text)), local)


def _joined(parts: Sequence[ir.Value]) -> ir.Value:
    """Missing where a part is: some engines leave missing parts out."""
    texts = [part if part.type().is_string() else part.cast("string") for part in parts]
    result, there = texts[0], texts[0].notnull()
    for one in texts[1:]:
        result, there = result + one, there & one.notnull()
    return ibis.ifelse(there, result, ibis.null("string"))


def _mapped(item: ir.Value, rest: Sequence[Value]) -> Value:
    pairs = [v.expression(one) for one in rest]
    otherwise = pairs.pop() if len(pairs) % 2 else ibis.null(pairs[1].type())
    cases = [(item == key, value) for key, value in zip(pairs[::2], pairs[1::2], strict=True)]
    return ibis.ifelse(
        item.isnull(), ibis.null(pairs[1].type()), ibis.cases(*cases, else_=otherwise)
    )
