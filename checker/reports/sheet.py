"""Typed cells and the sheets that they make, before they become a spreadsheet file."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from checker.reports import words
from checker.reports.clean import xml_text
from checker.reports.figures import percent

Kind: TypeAlias = Literal[
    "text", "whole", "number", "percent", "duration", "seconds", "time", "date", "minute", "second"
]
_DAY = 86_400_000_000
# Earlier dates have no number in a spreadsheet, or a wrong one: it takes 1900 for a leap year.
_FIRST = dt.date(1900, 3, 1)
_MOST_PLACES = 12


@dataclass(frozen=True, slots=True)
class Cell:
    """A value and how it is shown. Durations and times of day are parts of a day, as spreadsheets have
    them; `places` is the number of decimals; `style` is title, heading, number_heading or quiet; the
    cell is as wide as `span` columns."""

    value: str | int | float | dt.date | dt.datetime | None
    kind: Kind = "text"
    places: int = 0
    style: str = ""
    span: int = 1


@dataclass(frozen=True)
class Sheet:
    """A table with headings, or (without headings) a page of rows on columns of one width."""

    name: str
    headings: Sequence[str]
    rows: Iterable[Sequence[Cell]]
    colored: Sequence[int] = ()  # columns that hold the word for an outcome or for the baseline
    fixed: int = 0  # columns that stay when the others scroll
    printed: int | None = None  # columns that go on paper; None: all


NOTHING = Cell(None)


def text(value: str | None, style: str = "", span: int = 1) -> Cell:
    return Cell(xml_text(value), style=style, span=span) if value else Cell(None, span=span)


def whole(value: int | None) -> Cell:
    """A count; one that a spreadsheet cannot hold exactly is text."""
    if value is None:
        return NOTHING
    return Cell(value, "whole") if abs(value) < 10**15 else text(str(value))


def duration(micros: Fraction | int | None) -> Cell:
    """Of less than nothing in seconds: a spreadsheet shows no negative time."""
    if micros is None:
        return NOTHING
    if micros < 0:
        return Cell(float(Fraction(micros) / 1_000_000), "seconds", 1 if micros % 1_000_000 else 0)
    return Cell(float(Fraction(micros) / _DAY), "duration", 3 if micros % 1_000_000 else 0)


def figure(value: Fraction | None, kind: str, bound: Fraction | None = None) -> Cell:
    """A verdict's value, with as many decimals as keep it on its side of `bound`."""
    if value is None:
        return NOTHING
    if kind in ("ratio", "every"):
        _, _, decimals = percent(value, bound).rstrip("%").partition(".")
        return Cell(float(value), "percent", min(max(len(decimals), 2), _MOST_PLACES))
    if kind == "duration":
        return duration(value)
    if kind == "time":
        return Cell(float(value / _DAY), "time")
    return whole(int(value)) if value.denominator == 1 else Cell(float(value), "number", 2)


def day(written: str | None) -> Cell:
    """A date, or of an hour its local time, as the period of a verdict has them."""
    if not written:
        return NOTHING
    try:
        if len(written) == 10:
            date = dt.date.fromisoformat(written)
            return Cell(date, "date") if date >= _FIRST else text(written)
        time = dt.datetime.fromisoformat(written).replace(tzinfo=None)
    except ValueError:
        return text(written)
    return Cell(time, "minute") if time.date() >= _FIRST else text(written)


def instant(micros: int | None, zone: str) -> Cell:
    """The local time, to the second."""
    if micros is None:
        return NOTHING
    written = words.instant(micros, zone)
    if not re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d", written):
        return text(written)
    local = dt.datetime.fromisoformat(written)
    return Cell(local, "second") if local.date() >= _FIRST else text(written)
