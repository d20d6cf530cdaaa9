"""Time zones as arithmetic on integers, the same on every engine and equal to Python's fold=0."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    import ibis.expr.types as ir

SECOND_US = 1_000_000
HOUR_US = 3_600 * SECOND_US
DAY_US = 24 * HOUR_US
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
# Days are counted on a shifted axis so that shifts and remainders only see positive numbers.
_SHIFT_DAYS = 100 * 366
_SHIFT_US = _SHIFT_DAYS * DAY_US


@dataclass(frozen=True, slots=True)
class Transition:
    """From the instant `at` (microseconds) on, local time is `after` ahead of UTC instead of `before`."""

    at: int
    before: int
    after: int


@dataclass(frozen=True)
class Zone:
    """A zone between two instants. Instants and local times are int64 microseconds since 1970."""

    name: str
    first_offset: int
    transitions: tuple[Transition, ...]

    def local(self, instant: ir.IntegerValue) -> ir.IntegerValue:
        """Local microseconds of an instant."""
        if not self.transitions:
            return instant + self.first_offset
        return instant + self._offset(
            [(instant >= one.at, one.after) for one in reversed(self.transitions)]
        )

    def instant(self, local: ir.IntegerValue) -> ir.IntegerValue:
        """The instant of local microseconds: in a repeated hour the earlier one, as fold=0."""
        if not self.transitions:
            return local - self.first_offset
        return local - self._offset(
            [
                (local >= one.at + max(one.before, one.after), one.after)
                for one in reversed(self.transitions)
            ]
        )

    def _offset(self, cases: list[tuple[ir.BooleanValue, int]]) -> ir.IntegerValue:
        import ibis  # rules are read and checked without an engine

        offset: ir.IntegerValue = ibis.cases(*cases, else_=self.first_offset)
        return offset

    def local_us(self, instant: int) -> int:
        return instant + self.offset_us(instant)

    def offset_us(self, instant: int) -> int:
        offset = self.first_offset
        for one in self.transitions:
            if instant >= one.at:
                offset = one.after
        return offset

    def local_day(self, instant: int) -> int:
        """Days since 1970-01-01 of the local date."""
        return self.local_us(instant) // DAY_US

    def instant_us(self, local: int) -> int:
        offset = self.first_offset
        for one in self.transitions:
            if local >= one.at + max(one.before, one.after):
                offset = one.after
        return local - offset


def day_of(local: ir.IntegerValue) -> ir.IntegerValue:
    """Days since 1970-01-01 of local microseconds, exact: one day is 2**13 * 10546875 us."""
    return ((local + _SHIFT_US) >> 13) // 10_546_875 - _SHIFT_DAYS


def time_of(local: ir.IntegerValue) -> ir.IntegerValue:
    """Microseconds since local midnight."""
    return (local + _SHIFT_US) % DAY_US


def hour_of(local: ir.IntegerValue) -> ir.IntegerValue:
    return (time_of(local) >> 10) // 3_515_625


def weekday_of(day: ir.IntegerValue) -> ir.IntegerValue:
    """0 is Monday; 1970-01-01 was a Thursday."""
    return (day + (_SHIFT_DAYS // 7 * 7 + 3)) % 7


def month_of(day: ir.IntegerValue) -> ir.IntegerValue:
    """Months since year 0 (12 * year + month - 1) of a day number; the civil calendar in integers.

    After Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil inverted.
    """
    z = day + 719_468
    era = z // 146_097
    doe = z - era * 146_097
    yoe = (doe - doe // 1_460 + doe // 36_524 - doe // 146_096) // 365
    doy = doe - (365 * yoe + yoe // 4 - yoe // 100)
    mp = (5 * doy + 2) // 153
    return (yoe + era * 400) * 12 + mp + 2  # March is mp 0 of its year


def month_start(month: int) -> dt.date:
    return dt.date(month // 12, month % 12 + 1, 1)


def iso_date(day: int) -> str:
    return (_EPOCH.date() + dt.timedelta(days=day)).isoformat()


def day_number(date: dt.date) -> int:
    return (date - _EPOCH.date()).days


def iso_instant(instant: int, zone_name: str) -> str:
    """ISO 8601 with the zone's offset; microseconds only where there are some."""
    moment = _EPOCH + dt.timedelta(microseconds=instant)
    return moment.astimezone(ZoneInfo(zone_name)).isoformat()


def local_text(instant: int, zone_name: str) -> str:
    """`2026-10-01 08:00:00` in the zone; microseconds only where there are some."""
    moment = _EPOCH + dt.timedelta(microseconds=instant)
    return str(moment.astimezone(ZoneInfo(zone_name)).replace(tzinfo=None))


def instant_of_text(text: str, zone_name: str) -> int | None:
    """Microseconds of an ISO instant; one without an offset is local to the zone. None: unreadable."""
    try:
        moment = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone_name))
    return (moment - _EPOCH) // dt.timedelta(microseconds=1)


@lru_cache(maxsize=64)
def load_zone(name: str, first: int, last: int) -> Zone:
    """The zone between two instants, with two days to spare on both sides."""
    info = ZoneInfo(name)
    low, high = (first - 2 * DAY_US) // SECOND_US, (last + 2 * DAY_US) // SECOND_US

    def offset(second: int) -> int:
        moment = _EPOCH + dt.timedelta(seconds=second)
        delta = moment.astimezone(info).utcoffset()
        assert delta is not None
        return delta // dt.timedelta(microseconds=1)

    found: list[Transition] = []
    step = 86_400
    at, before = low, offset(low)
    first_offset = before
    while at < high:
        after = offset(at + step)
        if after != before:
            left, right = at, at + step
            while right - left > 1:
                middle = (left + right) // 2
                if offset(middle) == before:
                    left = middle
                else:
                    right = middle
            found.append(Transition(right * SECOND_US, before, offset(right)))
            before = found[-1].after
            at = right
            continue
        at += step
    return Zone(name, first_offset, tuple(found))
