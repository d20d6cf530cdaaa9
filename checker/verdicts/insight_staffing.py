"""How many agents are online in each hour of the week, on average, by shop."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from checker.data.lazily import ibis
from checker.engine.flags import DayRange
from checker.engine.frames import Frames
from checker.facts import zones
from checker.verdicts.insights import StaffHour

_HOUR = zones.HOUR_US


Staffing = Mapping[int, Mapping[tuple[int, int], int]]
"""place → (weekday, hour) → thousandths of agents"""


def together(staff: Staffing, places: Iterable[int]) -> tuple[StaffHour, ...]:
    """The agents of several shops added up."""
    total: Counter[tuple[int, int]] = Counter()
    for place in places:
        total.update(staff.get(place, {}))
    return tuple(StaffHour(*key, number) for key, number in sorted(total.items()))


def staffing(frames: Frames, places: frozenset[int], days: DayRange) -> Staffing:
    """Agents online in each hour of the week, from each shop's stretches of constant staffing.

    Stretches are cut at local midnights; on a day on which clocks change, the hours after the change
    are taken as if they had not changed, which moves an average over weeks by less than it shows.
    """
    realm = frames.realm
    if not realm.has("presence"):
        return {}
    runs = frames.derived.coverage
    runs = runs.filter(runs["pk"].isin(sorted(places)))
    local = realm.zone.local(runs["from"])
    runs = runs.mutate(day=zones.day_of(local), begin=zones.time_of(local))
    runs = runs.mutate(end=runs["begin"] + (runs["to"] - runs["from"]))
    if days.first is not None:
        runs = runs.filter(runs["day"] >= days.first)
    if days.through is not None:
        runs = runs.filter(runs["day"] <= days.through)
    hourly = runs.mutate(hour=ibis.range(0, 24)).unnest("hour")
    hour = hourly["hour"].cast("int64")
    inside = ibis.least(hourly["end"], (hour + 1) * _HOUR) - ibis.greatest(
        hourly["begin"], hour * _HOUR
    )
    hourly = hourly.mutate(inside=inside, weekday=zones.weekday_of(hourly["day"]))
    hourly = hourly.filter(hourly["inside"] > 0)
    # Milliseconds, so that sums over years of many agents stay far from the ends of int64.
    span = (hourly["inside"] / 1000).cast("int64")
    totals = hourly.group_by(["pk", "weekday", "hour"]).agg(
        staffed=(span * hourly["online_agents"]).sum(), time=span.sum()
    )
    found: dict[int, dict[tuple[int, int], int]] = {}
    for pk, weekday, at, staffed, time in realm.workspace.fetch(totals):
        if time:
            hours = found.setdefault(pk, {})
            hours[int(weekday), int(at)] = round(int(staffed) * 1000 / int(time))
    return found
