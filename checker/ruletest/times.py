"""Times as tests write them: a time of day means the test's day, in the time zone of the pack."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from checker.language.syntax import parse_literal, time_of_day_us
from checker.language.types import Kind

_OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)$")


@dataclass(frozen=True)
class Times:
    """Reads times of one test; `day` is what a bare time of day belongs to."""

    zone: ZoneInfo
    day: dt.date

    def on(self, day: dt.date) -> Times:
        return replace(self, day=day)

    def instant(self, text: str) -> dt.datetime | None:
        """`08:00:00`, `2026-01-05 08:00:00` or with an offset; None where it is none of these.

        In an hour that the clocks repeat, the earlier instant is meant.
        """
        micros = time_of_day_us(text)
        if micros is not None:
            midnight = dt.datetime.combine(self.day, dt.time())
            return self._local(midnight + dt.timedelta(microseconds=micros))
        date, _, time = text.replace("T", " ").partition(" ")
        offset = _OFFSET.search(time)
        if offset is not None:
            try:
                return dt.datetime.fromisoformat(text).astimezone(self.zone)
            except ValueError:
                return None
        day = read_day(date)
        micros = time_of_day_us(time) if time else 0
        if day is None or micros is None:
            return None
        return self._local(dt.datetime.combine(day, dt.time()) + dt.timedelta(microseconds=micros))

    def after(self, start: dt.datetime, text: str) -> dt.datetime | None:
        """`start` plus a length of time such as `60s` or `180.000001s`, on the clock of the world."""
        literal = parse_literal(text)
        if literal is None or literal.type.kind is not Kind.DURATION:
            return None
        later = start.astimezone(dt.UTC) + dt.timedelta(microseconds=int(literal.value))
        return later.astimezone(self.zone)

    def _local(self, naive: dt.datetime) -> dt.datetime:
        # By way of UTC, so that a time the clocks skip becomes one that exists.
        return naive.replace(tzinfo=self.zone).astimezone(dt.UTC).astimezone(self.zone)


def read_day(text: str) -> dt.date | None:
    """`2026-01-05`, else None."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return None
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None
