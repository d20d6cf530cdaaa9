"""Canonical values as tests write them and as an import writes them, in one form to compare."""

from __future__ import annotations

from fractions import Fraction

from checker.facts.zones import instant_of_text
from checker.language.syntax import parse_literal, time_of_day_us
from checker.language.types import Kind, Type
from checker.maptest.model import Value

WRITTEN = {
    Kind.BOOL: "write true or false",
    Kind.INT: "write a whole number",
    Kind.NUMBER: "write a number, a share as in 97.41%, or a length of time as in 90s",
    Kind.RATIO: "write a number, or a share as in 97.41%",
    Kind.INSTANT: 'write "2026-10-01 08:00:00", local to the mapping\'s zone, or with an offset',
    Kind.DATE: "write a day, as in 2026-10-01",
    Kind.TIME: 'write a time of day, as in "09:00:00"',
}
_UNITS = {Kind.RATIO: 1, Kind.DURATION: 1_000_000}


class UnreadableError(ValueError):
    """The text is no value of the type."""


def canonical(text: str, type_: Type, timezone: str) -> Value:
    """A value of a canonical column; an empty text is a missing one."""
    if not text:
        return None
    found = _value(text, type_, timezone)
    if found is None:
        raise UnreadableError(text)
    return found


def _value(text: str, type_: Type, timezone: str) -> Value:
    match type_.kind:
        case Kind.BOOL:
            return {"true": True, "false": False}.get(text)
        case Kind.INT:
            return int(text) if text.removeprefix("-").isdecimal() else None
        case Kind.NUMBER | Kind.RATIO:
            return _number(text)
        case Kind.INSTANT:
            return instant_of_text(text, timezone)
        case Kind.TIME:
            return time_of_day_us(text)
        case Kind.DATE:
            return text if instant_of_text(text, "UTC") is not None and len(text) == 10 else None
        case Kind.ENUM:
            return text if text in type_.values else None
    return text


def _number(text: str) -> tuple[int, int] | None:
    """A decimal, a share of 1, or a length of time in seconds, exactly."""
    try:
        return Fraction(text).as_integer_ratio()
    except (ValueError, ZeroDivisionError):
        pass
    literal = parse_literal(text)
    if literal is None or literal.type.kind not in _UNITS:
        return None
    return (Fraction(literal.value) / _UNITS[literal.type.kind]).as_integer_ratio()
