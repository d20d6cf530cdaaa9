"""Instants as integer microseconds, and what the clock on the wall shows at them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Window = Callable[[int | None], bool]


def micros(value: datetime | None, zone: ZoneInfo) -> int | None:
    """Microseconds since 1970 UTC; a naive value is local, in a repeated hour the earlier one."""
    if value is None:
        return None
    aware = value.replace(tzinfo=zone, fold=0) if value.tzinfo is None else value
    return (aware.astimezone(UTC) - EPOCH) // timedelta(microseconds=1)


def local(instant: int, zone: ZoneInfo) -> datetime:
    return (EPOCH + timedelta(microseconds=instant)).astimezone(zone)


def day_of(instant: int, zone: ZoneInfo) -> date:
    return local(instant, zone).date()


def clock_time(instant: int, zone: ZoneInfo) -> int:
    """Microseconds that the clock on the wall shows past midnight, whatever the day's length."""
    return of_time(local(instant, zone).time())


def of_time(value: time) -> int:
    return (value.hour * 3600 + value.minute * 60 + value.second) * SECOND + value.microsecond


def midnight(day: date, zone: ZoneInfo) -> int:
    at = micros(datetime.combine(day, time.min), zone)
    assert at is not None
    return at


def daily(opens: int, closes: int, zone: ZoneInfo) -> Window:
    """The window open each day from `opens` (included) until `closes` (excluded), on wall time."""

    def inside(instant: int | None) -> bool:
        if instant is None:
            return False
        shown = clock_time(instant, zone)
        if opens < closes:
            return opens <= shown < closes
        return shown >= opens or shown < closes

    return inside


def time_inside(start: int, end: int, window: Window, zone: ZoneInfo) -> int:
    """Microseconds of [start, end) inside the window, by cutting at every whole local quarter hour.

    Right for windows whose bounds are multiples of 15 minutes; those of the bundled rules are,
    `through: 22:59:59` being `until 23:00:00`.
    """
    step, total, at = 15 * MINUTE, 0, start
    while at < end:
        until = min(end, at - at % step + step)
        if window(at):
            total += until - at
        at = until
    return total
