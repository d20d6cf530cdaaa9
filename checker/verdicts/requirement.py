"""A verdict's requirement as a comparison with a bound, read from the text that the verdict carries."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

_SECOND = 1_000_000
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
_REQUIREMENT = re.compile(r"\s*(>=|<=|!=|=|<|>)\s*(-?)(.+?)\s*")
_DURATION = re.compile(r"(?:\d+(?:\.\d+)?[a-z]+)+")
_DURATION_PART = re.compile(r"(\d+(?:\.\d+)?)([a-z]+)")
_TIME = re.compile(r"(\d\d):(\d\d)(?::(\d\d(?:\.\d+)?))?")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Requirement:
    """`require` or `aim` as read: the comparison, and the bound in the units of a verdict's value."""

    sign: str
    bound: Fraction


def read_requirement(text: str | None) -> Requirement | None:
    """What `">= 80%"`, `"<= 1h30m"` or `"= 0"` asks for; None when the bound is not a literal."""
    found = _REQUIREMENT.fullmatch(text or "")
    bound = _literal(found[3]) if found else None
    if found is None or bound is None:
        return None
    return Requirement(found[1], -bound if found[2] else bound)


def _literal(text: str) -> Fraction | None:
    if _NUMBER.fullmatch(text):
        return Fraction(text)
    if text.endswith("%") and _NUMBER.fullmatch(text[:-1].strip()):
        return Fraction(text[:-1].strip()) / 100
    if found := _TIME.fullmatch(text):
        return (int(found[1]) * 3600 + int(found[2]) * 60 + Fraction(found[3] or 0)) * _SECOND
    if not _DURATION.fullmatch(text):
        return None
    total = Fraction(0)
    for amount, unit in _DURATION_PART.findall(text):
        if unit not in {*_UNITS, "ms"}:
            return None
        total += Fraction(amount) * (
            Fraction(_SECOND, 1000) if unit == "ms" else _UNITS[unit] * _SECOND
        )
    return total
