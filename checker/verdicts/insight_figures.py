"""Insights of rules: funnels, waits, hours, days and agents, each for all rules of a fact in one query."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from checker.engine.flags import DayRange, build_flags
from checker.engine.frames import Frames
from checker.facts import zones
from checker.verdicts.funnel import Counts, Step, bad, funnel, grouped, judged, steps
from checker.verdicts.insight_staffing import Staffing, together
from checker.verdicts.insight_tasks import Wanted
from checker.verdicts.insight_waits import count_waits, histogram
from checker.verdicts.insights import (
    AgentStanding,
    DayCount,
    HourCell,
    RuleInsight,
    Shop,
    Slice,
)

SHOPS = 12  # of one rule, those with most bad rows
AGENTS = 100
_EPOCH = dt.date(1970, 1, 1)


def rule_insights(
    frames: Frames, bucket: Sequence[Wanted], days: DayRange, staff: Staffing
) -> Iterator[RuleInsight]:
    """The insights of populations that share fact, clock and platforms."""
    flags = build_flags(frames, [task for one in bucket for task in one.tasks()], days)
    asked = {i: steps(flags, one) for i, one in enumerate(bucket)}
    table, workspace = flags.table, frames.realm.workspace
    place = {"pk": table["pk"]}
    rows = _Rows(grouped(workspace, table, place, asked))
    if "local" in table.columns:
        keys = {
            "weekday": zones.weekday_of(table["day"]),
            "hour": zones.hour_of(table["local"]),
        }
        rows.hours = grouped(workspace, table, place | keys, asked)
    if "day" in table.columns:
        rows.days = grouped(workspace, table, place | {"at_day": table["day"]}, asked)
    if "scope_agent" in table.columns:
        rows.agents = grouped(workspace, table, place | {"agent": table["scope_agent"]}, asked)
    for i, one in enumerate(bucket):
        waits = count_waits(frames, flags, one)
        yield _insight(frames, one, asked[i], rows, waits, staff, i)


Grouped = Mapping[int, Sequence[tuple[Any, ...]]]


@dataclass
class _Rows:
    """Counts by step for each funnel of a bucket: by place, and there by hour, day and agent."""

    totals: Grouped
    hours: Grouped = field(default_factory=dict)
    days: Grouped = field(default_factory=dict)
    agents: Grouped = field(default_factory=dict)


def _insight(
    frames: Frames,
    one: Wanted,
    found: Sequence[Step],
    rows: _Rows,
    waits: Mapping[int, Mapping[int, int]] | None,
    staff: Staffing,
    i: int,
) -> RuleInsight:
    by_shop: dict[int, Counts] = {
        pk: counts for pk, counts in rows.totals[i] if counts[found[len(one.narrowings) - 1].name]
    }
    worst = sorted(by_shop, key=lambda pk: (-bad(found, by_shop[pk]), pk))
    slices = []
    for keys in (worst, *([pk] for pk in worst[:SHOPS] if len(worst) > 1)):
        mine = frozenset(keys)
        slices.append(
            Slice(
                None if keys is worst else _shop(frames, keys[0]),
                funnel(found, [by_shop[pk] for pk in mine]),
                histogram(one, waits, mine),
                _hours(found, rows.hours.get(i, ()), mine),
                _days(found, rows.days.get(i, ()), mine),
                together(staff, mine),
            )
        )
    standings = _standings(frames, found, rows.agents.get(i, ()))
    return RuleInsight(
        one.rule.id,
        one.rows.of,
        one.revision.written.clock,
        one.limit,
        one.good is not None,
        tuple(slices),
        len(worst),
        standings[:AGENTS],
        len(standings),
        one.part,
    )


def _shop(frames: Frames, pk: int) -> Shop:
    place = frames.realm.places[pk]
    return Shop(place.platform, place.shop)


def _hours(
    found: Sequence[Step], rows: Iterable[tuple[Any, ...]], mine: frozenset[int]
) -> tuple[HourCell, ...]:
    cells: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for pk, weekday, hour, counts in rows:
        if pk in mine and weekday is not None:
            cell = cells[int(weekday), int(hour)]
            cell[0] += judged(found, counts)
            cell[1] += bad(found, counts)
    return tuple(HourCell(*key, *cell) for key, cell in sorted(cells.items()) if cell[0])


def _days(
    found: Sequence[Step], rows: Iterable[tuple[Any, ...]], mine: frozenset[int]
) -> tuple[DayCount, ...]:
    cells: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for pk, day, counts in rows:
        if pk in mine and day is not None and "good" in counts:
            cells[day][0] += judged(found, counts)
            cells[day][1] += counts["good"]
    return tuple(
        DayCount(_EPOCH + dt.timedelta(days=day), *cell)
        for day, cell in sorted(cells.items())
        if cell[0]
    )


def _standings(
    frames: Frames, found: Sequence[Step], rows: Iterable[tuple[Any, ...]]
) -> tuple[AgentStanding, ...]:
    """Agents with a bad row, those with most of them first."""
    agents = frames.realm.agent_ids
    standings = [
        AgentStanding(_shop(frames, pk), agents[ak], judged(found, counts), bad(found, counts))
        for pk, ak, counts in rows
        if ak is not None and bad(found, counts)
    ]
    return tuple(sorted(standings, key=lambda a: (-a.bad, a.rows, str(a.shop), a.agent)))
