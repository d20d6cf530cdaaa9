"""Period keys to the first and last day of a period, and to the revision that judges it, in SQL."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir

from checker.compiling.realm import Sketch
from checker.engine.flags import DayRange
from checker.facts import zones
from checker.packs.model import Period
from checker.packs.typed import TypedRevision


@dataclass(frozen=True)
class SpanColumns:
    """Day numbers, and the local hour of an hourly period; `judged` is null without a date."""

    first: ir.IntegerValue
    through: ir.IntegerValue
    hour: ir.IntegerValue
    judged: ir.IntegerValue


class Calendar:
    """As `engine.periods.Periods`, for a script."""

    def __init__(self, sketch: Sketch, days: DayRange) -> None:
        self.sketch, self.days = sketch, days
        zone = sketch.zone
        as_of = ibis.table({"as_of": "int64"}, name="as_of")
        last = as_of.select(day=zones.day_of(zone.local(as_of["as_of"] - 1)).cast("int64"))
        self.last_day = last["day"].as_scalar()

    def _first_day(self) -> ir.IntegerValue:
        if self.days.first is not None:
            return ibis.literal(self.days.first, "int64")
        bounds = ibis.table({"first_at": "int64", "last_at": "int64"}, name="bounds")
        first = zones.day_of(self.sketch.zone.local(bounds["first_at"])).cast("int64")
        day = bounds.select(day=first)["day"].as_scalar()
        return ibis.ifelse(day < self.last_day, day, self.last_day)

    def _all_through(self) -> ir.IntegerValue:
        through = self.days.through
        if through is None:
            return self.last_day
        return ibis.ifelse(self.last_day < through, self.last_day, through)

    def span(self, period: Period, key: ir.IntegerValue) -> SpanColumns:
        nothing = ibis.null("int32")
        match period.kind:
            case "day":
                return SpanColumns(key, key, nothing, key)
            case "week":
                return SpanColumns(key, key + 6, nothing, key)
            case "month":
                first = month_first_day(key)
                return SpanColumns(first, month_first_day(key + 1) - 1, nothing, first)
            case "hour":
                local = self.sketch.zone.local(key)
                day = zones.day_of(local)
                return SpanColumns(day, day, zones.hour_of(local), day)
            case "rolling":
                first = self.last_day - (period.days - 1)
                return SpanColumns(first, self.last_day, nothing, self.last_day)
        through = self._all_through()
        return SpanColumns(self._first_day(), through, nothing, through)


def month_first_day(month: ir.IntegerValue) -> ir.IntegerValue:
    """The day number of the first of a month that counts from year 0; `zones.month_of` inverted.

    After Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
    """
    shifted = month - 2  # March is the first month of a year
    year, of_year = shifted // 12, shifted % 12
    era = year // 400
    of_era = year - era * 400
    day = (153 * of_year + 2) // 5 + of_era * 365 + of_era // 4 - of_era // 100
    return era * 146_097 + day - 719_468


def in_force(
    revisions: Sequence[TypedRevision], chosen: Sequence[TypedRevision], judged: ir.IntegerValue
) -> ir.BooleanValue | None:
    """One of the chosen revisions judges the day; None: whatever the day.

    A revision is in force until the next one is; a period without a day is judged by the latest.
    """
    if len(chosen) == len(revisions):
        return None
    result = ibis.literal(False)
    for number, one in enumerate(revisions):
        if one not in chosen:
            continue
        later = [r.since for r in revisions[number + 1 :] if r.since is not None]
        fits = ibis.literal(True)
        if one.since is not None and number > 0:
            fits = fits & (judged >= _day(one.since))
        # A period without a day is judged by the latest.
        fits = fits & (judged < _day(min(later))) if later else fits | judged.isnull()
        result = result | ibis.coalesce(fits, False)
    return result


def revision_text(revisions: Sequence[TypedRevision], judged: ir.IntegerValue) -> ir.StringValue:
    """The day from which the judging revision holds; null for the first one."""
    dated = [r.since for r in revisions[1:] if r.since is not None]
    nothing = ibis.null("string")
    if not dated:
        return nothing
    cases = [(judged >= _day(since), since.isoformat()) for since in reversed(dated)]
    return ibis.cases((judged.isnull(), dated[-1].isoformat()), *cases, else_=nothing)


def _day(date: dt.date) -> int:
    return zones.day_number(date)
