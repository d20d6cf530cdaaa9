"""Instants as ISO 8601 text in a time zone."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_SECOND = 1_000_000
_QUARTER = 15 * 60 * _SECOND
_TWO_DIGITS = tuple(f"{number:02}" for number in range(60))


def instant_text(micros: int | None, zone: str) -> str | None:
    """An instant in microseconds since 1970 UTC, with the zone's offset; microseconds only where there
    are some. A result may have a hundred thousand, so what they share is converted once."""
    if micros is None:
        return None
    quarter, within = divmod(micros, _QUARTER)
    shared = _quarter(quarter, zone)
    if shared is None:
        return _converted(micros, zone)
    hour, minute, offset = shared
    seconds, rest = divmod(within, _SECOND)
    more, second = divmod(seconds, 60)
    fraction = f".{rest:06}" if rest else ""
    return f"{hour}:{_TWO_DIGITS[minute + more]}:{_TWO_DIGITS[second]}{fraction}{offset}"


@lru_cache(maxsize=16_384)
def _quarter(quarter: int, zone: str) -> tuple[str, int, str] | None:
    """What the instants of a quarter of an hour share: date and hour, the first minute, the offset. None
    where they do not: clocks change within it, or the offset has seconds."""
    first = _converted(quarter * _QUARTER, zone)
    last = _converted((quarter + 1) * _QUARTER - _SECOND, zone)
    if first[16:19] != ":00" or (first[:13], first[19:]) != (last[:13], last[19:]):
        return None
    return first[:13], int(first[14:16]), first[19:]


def _converted(micros: int, zone: str) -> str:
    moment = _EPOCH + dt.timedelta(microseconds=micros)
    return moment.astimezone(ZoneInfo(zone)).isoformat()
