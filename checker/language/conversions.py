"""The functions of mappings: what a cell of an export says, as a value of the language. A table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.language import types as t
from checker.language.functions import Signature
from checker.language.types import Type


@dataclass(frozen=True, slots=True)
class Conversion:
    """Reads a text (and what `more` texts say how) as a value of `result`.

    A missing text stays missing. A text that cannot be read is a bad cell: it is listed with its
    place, unless `total`, for then every text can be read. `literals` are how many of the last
    arguments may only be literals.
    """

    signature: Signature
    result: Type
    least: int = 1
    most: int = 1
    literals: int = 0
    total: bool = False


def _reads(usage: str, doc: str, result: Type, more: int = 0) -> Conversion:
    return Conversion(Signature(usage, doc), result, 1, 1 + more, more)


CONVERSIONS: Mapping[str, Conversion] = {
    "integer": _reads("integer(x)", "whole number: `1,234`, `12`, `12.0`", t.INT),
    "number": _reads("number(x)", "number: `1,234.5`, `0.85`, `-3`", t.NUMBER),
    "ratio": _reads("ratio(x)", "share: `97.41 %`, or `0.9741`, where 1 is all", t.RATIO),
    "percent": _reads("percent(x)", "share written in percent: `97.41`, `97.41 %`", t.RATIO),
    "duration": _reads(
        "duration(x)",
        "length of time with its units: `2分30秒`, `1小时5分`, `90s`, `1h30m`, `00:02:30`",
        t.DURATION,
    ),
    "seconds": _reads("seconds(x)", "length of time: a bare number is in seconds", t.DURATION),
    "minutes": _reads("minutes(x)", "length of time: a bare number is in minutes", t.DURATION),
    "hours": _reads("hours(x)", "length of time: a bare number is in hours", t.DURATION),
    "milliseconds": _reads(
        "milliseconds(x)", "length of time: a bare number is in milliseconds", t.DURATION
    ),
    "instant": _reads(
        "instant(x[, '%d/%m/%Y %H:%M'])",
        "instant, local to the export's time zone unless it has an offset: `2026-10-01 08:00:00`, "
        "`2026/10/1 8:00`, `2026年10月1日 08:00:00`; other orders only with their format",
        t.INSTANT,
        1,
    ),
    "excel_instant": _reads(
        "excel_instant(x)", "instant of an Excel serial number, such as `46296.5`, local", t.INSTANT
    ),
    "epoch_seconds": _reads("epoch_seconds(x)", "instant of seconds since 1970", t.INSTANT),
    "epoch_millis": _reads("epoch_millis(x)", "instant of milliseconds since 1970", t.INSTANT),
    "epoch_micros": _reads("epoch_micros(x)", "instant of microseconds since 1970", t.INSTANT),
    "date": _reads(
        "date(x[, '%d/%m/%Y'])",
        "day: `2026-10-01`, `2026/10/1`, `20261001`, `2026年10月1日`; other orders only with their format",
        t.DATE,
        1,
    ),
    "time": _reads("time(x)", "time of day: `08:00`, `8:00:00`", t.TIME),
    "extract": Conversion(
        Signature(
            "extract(x, 're2')",
            "the first group of the pattern, or all that it matches; missing where it is not found",
        ),
        t.TEXT,
        2,
        2,
        1,
        total=True,
    ),
    "replace": Conversion(
        Signature("replace(x, 're2', 'y')", "the text with every match of the pattern replaced"),
        t.TEXT,
        3,
        3,
        2,
        total=True,
    ),
    "digest": Conversion(
        Signature(
            "digest(x)",
            "16 hexadecimal digits that stand for the text: an id made of names shows none of them",
        ),
        t.TEXT,
        total=True,
    ),
}
"""By name, as they are called. All take texts."""

CHOICES: Mapping[str, Signature] = {
    "if": Signature("if(p, x[, y])", "x where p holds, else y, or missing without one"),
    "map": Signature(
        "map(x, name[, 'else'])",
        "what `values: {name: …}` gives for the text; a text that is not listed there is a bad cell, "
        "unless there is an else",
    ),
    "concat": Signature("concat(x, y, …)", "the texts joined; missing where one is missing"),
}
"""Further functions that only mappings have."""
