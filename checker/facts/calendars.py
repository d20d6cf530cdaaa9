"""Windows as calendars: which stretches of which local day are open, and for how long."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from checker.data.lazily import ibis, ir
from checker.facts import zones
from checker.facts.zones import DAY_US, SECOND_US, Zone
from checker.packs.model import Bound, Window, WindowSpan

Hours = tuple[tuple[int, int], ...]
"""Disjoint, sorted, half-open stretches of a day in microseconds since midnight."""


@dataclass(frozen=True)
class Calendar:
    """`week[w]` are the hours of weekday w (0 is Monday), `dates` those of single days."""

    week: tuple[Hours, ...]
    dates: Mapping[int, Hours]  # days since 1970-01-01

    def hours(self, day: int) -> Hours:
        return self.dates.get(day, self.week[(day + 3) % 7])

    def opened_us(self, local: int) -> int:
        """Open microseconds from 1970-01-01 (Thursday) to a local time; negative before."""
        day, time = local // DAY_US, local % DAY_US
        weeks, rest = (day + 3) // 7, (day + 3) % 7
        total = weeks * sum(map(_length, self.week)) + sum(map(_length, self.week[:rest]))
        for date, hours in self.dates.items():
            if date < day:
                total += _length(hours) - _length(self.week[(date + 3) % 7])
        return total + sum(max(0, min(time, b) - a) for a, b in self.hours(day))

    def holds(self, local: ir.IntegerValue) -> ir.BooleanValue:
        """Local time is inside."""
        day, time = zones.day_of(local), zones.time_of(local)

        def inside(hours: Hours) -> ir.BooleanValue:
            if not hours:
                return ibis.literal(False)
            parts = [
                (time >= a) & (time < b) if a and b < DAY_US else time >= a if a else time < b
                for a, b in hours
            ]
            result = parts[0]
            for part in parts[1:]:
                result = result | part
            return result

        return self._by_day(day, inside)

    def opened(self, local: ir.IntegerValue) -> ir.IntegerValue:
        """Open microseconds up to a local time, counted from a fixed day; only differences mean
        something."""
        day, time = zones.day_of(local), zones.time_of(local)
        monday = day + 3
        lengths = [_length(hours) for hours in self.week]
        if len(set(lengths)) == 1:
            total = monday * lengths[0]
        else:
            weekday = zones.weekday_of(day)
            before = [(weekday == w, sum(lengths[:w])) for w in range(1, 7)]
            weeks = (monday - weekday) // 7
            total = weeks * sum(lengths) + ibis.cases(*before, else_=0)
        for date, hours in sorted(self.dates.items()):
            extra = _length(hours) - lengths[(date + 3) % 7]
            if extra:
                total = total + ibis.ifelse(day > date, extra, 0)

        def partial(hours: Hours) -> ir.IntegerValue:
            result = ibis.literal(0, "int64")
            for a, b in hours:
                result = result + ibis.greatest(ibis.least(time, b) - a, 0)
            return result

        return total + self._by_day(day, partial)

    def _by_day(self, day: ir.IntegerValue, of: object) -> ir.Value:
        """`of(hours)` of the day's hours, each different set of hours written once."""
        make = of
        assert callable(make)
        usual: dict[Hours, list[int]] = {}
        for weekday, hours in enumerate(self.week):
            usual.setdefault(hours, []).append(weekday)
        ranked = sorted(usual.items(), key=lambda item: -len(item[1]))
        cases: list[tuple[ir.BooleanValue, ir.Value]] = []
        special: dict[Hours, list[int]] = {}
        for date, hours in sorted(self.dates.items()):
            special.setdefault(hours, []).append(date)
        cases += [(day.isin(dates), make(hours)) for hours, dates in special.items()]
        weekday_expr = zones.weekday_of(day)
        cases += [(weekday_expr.isin(days), make(hours)) for hours, days in ranked[1:]]
        usual_value = make(ranked[0][0])
        return ibis.cases(*cases, else_=usual_value) if cases else usual_value


def overlap(
    calendar: Calendar | None, zone: Zone, begin: ir.IntegerValue, until: ir.IntegerValue
) -> ir.IntegerValue:
    """Elapsed open microseconds of [begin, until); 0 where it is empty, missing where an end is.

    Local differences are corrected at each change of the zone: an hour that the clocks skip has no
    time, one that they repeat has it twice. `calendar` None is the window that never closes.
    """
    if calendar is None:
        elapsed = until - begin
    else:
        elapsed = _opened(calendar, zone, until) - _opened(calendar, zone, begin)
    known = begin.notnull() & until.notnull()
    return ibis.ifelse(known, ibis.greatest(elapsed, 0), ibis.null("int64"))


def open_stretches(
    calendar: Calendar, zone: Zone, first: int, last: int
) -> tuple[tuple[int, int], ...]:
    """The open stretches that touch [first, last], whole, as half-open pairs of instants."""
    found: list[tuple[int, int]] = []
    for day in range(zone.local_day(first) - 1, zone.local_day(last) + 2):
        for a, b in calendar.hours(day):
            begin, end = zone.instant_us(day * DAY_US + a), zone.instant_us(day * DAY_US + b)
            if found and begin <= found[-1][1]:
                found[-1] = (found[-1][0], end)
            else:
                found.append((begin, end))
    return tuple(pair for pair in found if pair[0] <= last and pair[1] > first)


def _opened(calendar: Calendar, zone: Zone, instant: ir.IntegerValue) -> ir.IntegerValue:
    total = calendar.opened(zone.local(instant))
    corrections: list[tuple[int, int]] = []
    sum_ = 0
    for one in zone.transitions:
        sum_ += calendar.opened_us(one.at + one.after) - calendar.opened_us(one.at + one.before)
        corrections.append((one.at, sum_))
    if not any(amount for _, amount in corrections):
        return total
    cases = [(instant >= at, amount) for at, amount in reversed(corrections)]
    return total - ibis.cases(*cases, else_=0)


def _length(hours: Hours) -> int:
    return sum(b - a for a, b in hours)


def calendar_of(window: Window, settings: Mapping[str, int | None]) -> Calendar:
    """The calendar of a window for one shop's settings (column -> microseconds, None: default)."""
    spans = [(span, *_ends(span, settings)) for span in window.spans]
    listed = {
        zones.day_number(date)
        for span in window.spans
        for date in (*span.excluded, *(span.only or ()))
    }
    dates = listed | {day + 1 for day in listed}
    week = tuple(
        _merged(
            [
                piece
                for span, begin, end in spans
                if span.only is None
                for shift, piece in _pieces(begin, end)
                if span.days is None or (weekday - shift) % 7 in span.days
            ]
        )
        for weekday in range(7)
    )
    special = {
        day: _merged(
            [
                piece
                for span, begin, end in spans
                for shift, piece in _pieces(begin, end)
                if _active(span, day - shift)
            ]
        )
        for day in sorted(dates)
    }
    calendar = Calendar(week, special)
    plain = {day: hours for day, hours in special.items() if hours != week[(day + 3) % 7]}
    return Calendar(calendar.week, plain)


def _active(span: WindowSpan, day: int) -> bool:
    date = dt.date(1970, 1, 1) + dt.timedelta(days=day)
    if date in span.excluded or (span.only is not None and date not in span.only):
        return False
    return span.days is None or date.weekday() in span.days


def _ends(span: WindowSpan, settings: Mapping[str, int | None]) -> tuple[int, int]:
    begin, end = _bound(span.start, settings), _bound(span.end, settings)
    if span.start.shop and span.end.shop and begin == end:
        return 0, DAY_US  # the shop is open all day
    if span.end.shop and span.end_through:
        end = min(end + SECOND_US, DAY_US)
    return begin, end


def _bound(bound: Bound, settings: Mapping[str, int | None]) -> int:
    if bound.shop is None:
        return bound.time
    value = settings.get(bound.shop)
    return bound.time if value is None else value


def _pieces(begin: int, end: int) -> list[tuple[int, tuple[int, int]]]:
    """(shift, stretch): the part on the day itself and, over midnight, the part on the next one."""
    if begin < end:
        return [(0, (begin, end))]
    return [(0, (begin, DAY_US)), (1, (0, end))]


def _merged(pieces: list[tuple[int, int]]) -> Hours:
    result: list[tuple[int, int]] = []
    for a, b in sorted(piece for piece in pieces if piece[0] < piece[1]):
        if result and a <= result[-1][1]:
            result[-1] = (result[-1][0], max(b, result[-1][1]))
        else:
            result.append((a, b))
    return tuple(result)
