"""Values written as literals of the language: what an explanation prints is what a rule can say."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from checker.language.syntax import UNIT_US
from checker.language.types import Kind, Type


def literal_text(type_: Type, value: Any) -> str:
    """`4m`, `50%`, `08:00:00`, `'text'`; `missing` for None. Dates and instants are not literals:
    the caller, who knows the zone, gives them as text."""
    if value is None:
        return "missing"
    match type_.kind:
        case Kind.DURATION:
            return duration_text(Fraction(value))
        case Kind.RATIO:
            return f"{float(Fraction(value) * 100):.6g}%"
        case Kind.NUMBER:
            return f"{float(Fraction(value)):.6g}"
        case Kind.TIME:
            seconds, micros = divmod(int(value), 1_000_000)
            text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
            return f"{text}.{micros:06}".rstrip("0") if micros else text
        case Kind.BOOL:
            return "true" if value else "false"
        case Kind.INT:
            return str(value)
        case Kind.TEXT | Kind.ENUM:
            return "'" + str(value).replace("'", "''") + "'"
    return str(value)


def duration_text(micros: Fraction) -> str:
    """`1h2m3.5s`, with the sign in front; the largest unit is the hour."""
    sign = "-" if micros < 0 else ""
    rest = abs(int(micros))
    parts = []
    for unit in ("h", "m"):
        amount, rest = divmod(rest, UNIT_US[unit])
        if amount:
            parts.append(f"{amount}{unit}")
    seconds, rest = divmod(rest, UNIT_US["s"])
    fraction = f".{rest:06}".rstrip("0") if rest else ""
    if seconds or fraction or not parts:
        parts.append(f"{seconds}{fraction}s")
    return sign + "".join(parts)
