"""The types of the expression language."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    BOOL = "bool"
    INT = "int"
    NUMBER = "number"
    RATIO = "ratio"
    DURATION = "duration"
    INSTANT = "instant"
    DATE = "date"
    TIME = "time of day"
    TEXT = "text"
    ENUM = "enum"


@dataclass(frozen=True, slots=True)
class Type:
    """A kind; an enum also lists the values that it can have."""

    kind: Kind
    values: tuple[str, ...] = ()

    def __str__(self) -> str:
        return str(self.kind.value)


BOOL = Type(Kind.BOOL)
INT = Type(Kind.INT)
NUMBER = Type(Kind.NUMBER)
RATIO = Type(Kind.RATIO)
DURATION = Type(Kind.DURATION)
INSTANT = Type(Kind.INSTANT)
DATE = Type(Kind.DATE)
TIME = Type(Kind.TIME)
TEXT = Type(Kind.TEXT)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WEEKDAY = Type(Kind.ENUM, WEEKDAYS)

NUMERIC = frozenset({Kind.INT, Kind.NUMBER, Kind.RATIO})
ORDERED = frozenset(
    {Kind.INT, Kind.NUMBER, Kind.RATIO, Kind.DURATION, Kind.INSTANT, Kind.DATE, Kind.TIME}
)


def enum(*values: str) -> Type:
    return Type(Kind.ENUM, values)
