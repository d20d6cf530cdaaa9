"""Period keys to the periods that are printed, and the day by which each is judged."""

from __future__ import annotations

import datetime as dt
from typing import Any

from checker.engine.flags import DayRange
from checker.engine.measured import PeriodSpan
from checker.facts import zones
from checker.facts.realm import Realm
from checker.facts.zones import HOUR_US, SECOND_US
from checker.packs.model import Period


class Periods:
    """Periods of one realm. `all` and `rolling` end on the day of the instant before as-of."""

    def __init__(self, realm: Realm, days: DayRange) -> None:
        zone = realm.zone
        self.zone_name = zone.name
        self.last_day = zone.local_day(realm.as_of - 1)
        first = min(zone.local_day(realm.first), self.last_day)
        self.first_day = first if days.first is None else days.first
        through = days.through
        self.all_through = self.last_day if through is None else min(through, self.last_day)

    def span(self, period: Period, key: Any) -> tuple[PeriodSpan, int | None]:
        """What is printed for a period key, and the day whose revision judges it."""
        if key is None:
            return PeriodSpan(period.kind, None, None), None
        match period.kind:
            case "day":
                return self._days("day", key, key), key
            case "week":
                return self._days("week", key, key + 6), key
            case "month":
                first = zones.day_number(zones.month_start(key))
                through = zones.day_number(zones.month_start(key + 1)) - 1
                return self._days("month", first, through), first
            case "hour":
                start = zones.iso_instant(key, self.zone_name)
                end = zones.iso_instant(key + HOUR_US - SECOND_US, self.zone_name)
                local = dt.datetime.fromisoformat(start).date()
                return PeriodSpan("hour", start, end), zones.day_number(local)
            case "rolling":
                first = self.last_day - period.days + 1
                return self._days("rolling", first, self.last_day), self.last_day
        return self._days("all", self.first_day, self.all_through), self.all_through

    @staticmethod
    def _days(kind: str, first: int, through: int) -> PeriodSpan:
        return PeriodSpan(kind, zones.iso_date(first), zones.iso_date(through))
