"""Windows read from what a rule file says, and the time inside them, walked from bound to bound."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

SECOND = 1_000_000
DAY = 86_400 * SECOND
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Hours = Mapping[str, int | None]


@dataclass(frozen=True)
class Windows:
    """`written` is the `windows:` of a pack, each a list of spans."""

    written: Mapping[str, Sequence[Mapping[str, Any]]]

    def is_open(self, name: str, local: datetime, shop: Hours) -> bool:
        if name == "always":
            return True
        clock = ((local.hour * 60 + local.minute) * 60 + local.second) * SECOND + local.microsecond
        return any(_inside(span, local.date(), clock, shop) for span in self.written[name])

    def bounds(self, name: str, shop: Hours) -> set[int]:
        """Every time of day at which the window may open or close."""
        if name == "always":
            return {0}
        return {0, *(edge % DAY for span in self.written[name] for edge in _edges(span, shop))}


def _inside(span: Mapping[str, Any], day: date, clock: int, shop: Hours) -> bool:
    begin, end = _edges(span, shop)
    if begin == end:  # only a shop's own hours can be
        return _counts(span, day)
    if begin < end:
        return _counts(span, day) and begin <= clock < end
    today = _counts(span, day) and clock >= begin
    return today or (_counts(span, day - timedelta(days=1)) and clock < end)


def _counts(span: Mapping[str, Any], day: date) -> bool:
    if "days" in span and DAYS[day.weekday()] not in span["days"]:
        return False
    if day.isoformat() in span.get("except", ()):
        return False
    return "only" not in span or day.isoformat() in span["only"]


def _edges(span: Mapping[str, Any], shop: Hours) -> tuple[int, int]:
    begin = _time(span["from"], shop)
    if "until" in span:
        return begin, _time(span["until"], shop)
    return begin, _time(span["through"], shop) + SECOND


def _time(bound: Any, shop: Hours) -> int:
    if isinstance(bound, str):
        hours, minutes, seconds = (bound + ":00").split(":")[:3]
        return (int(hours) * 3600 + int(minutes) * 60 + int(seconds)) * SECOND
    own = shop.get(bound["shop"])
    return _time(bound["default"], shop) if own is None else own


def time_inside(
    windows: Windows,
    name: str,
    begin: int,
    until: int,
    shop: Hours,
    zone: ZoneInfo,
    left_out: Sequence[tuple[int, int]] = (),
) -> int:
    """Elapsed microseconds of [begin, until) in which the window is open and nothing is left out."""
    if until <= begin:
        return 0
    points = {begin, until, *(p for pair in left_out for p in pair)}
    points |= set(_changes(windows.bounds(name, shop), begin, until, zone))
    ordered = sorted(p for p in points if begin <= p <= until)
    total = 0
    for start, end in pairwise(ordered):
        out = any(a <= start and end <= b for a, b in left_out)
        if not out and windows.is_open(name, _local(start, zone), shop):
            total += end - start
    return total


def _local(instant: int, zone: ZoneInfo) -> datetime:
    return (EPOCH + timedelta(microseconds=instant)).astimezone(zone)


def _changes(clocks: set[int], begin: int, until: int, zone: ZoneInfo) -> Iterator[int]:
    """Instants at which the clock on the wall shows one of `clocks` or jumps."""
    day = _local(begin, zone).date() - timedelta(days=1)
    last = _local(until, zone).date() + timedelta(days=1)
    while day <= last:
        for clock in clocks:
            naive = datetime.combine(day, time()) + timedelta(microseconds=clock)
            for fold in (0, 1):
                yield _micros(naive.replace(tzinfo=zone, fold=fold))
        day += timedelta(days=1)
    at = begin - begin % (1800 * SECOND)
    while at < until:  # zones change at whole half hours
        if _local(at, zone).utcoffset() != _local(at - 1, zone).utcoffset():
            yield at
        at += 1800 * SECOND


def _micros(moment: datetime) -> int:
    return (moment.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)
