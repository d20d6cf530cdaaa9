"""Insights of rules: funnels, waits, hours, days and agents, each for all rules of a fact in one query."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import ibis
import ibis.expr.types as ir

from checker.engine.flags import DayRange, Flags, build_flags
from checker.engine.frames import Frames
from checker.facts import zones
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
    Stage,
    StageKey,
)

SHOPS = 12  # of one rule, those with most bad rows
AGENTS = 100
_EPOCH = dt.date(1970, 1, 1)

Counts = dict[str, int]
"""stage → rows, and `bad`"""


def rule_insights(
    frames: Frames, bucket: Sequence[Wanted], days: DayRange, staff: Staffing
) -> Iterator[RuleInsight]:
    """The insights of rules that share fact, clock and platforms."""
    flags = build_flags(frames, [task for one in bucket for task in one.tasks()], days)
    asked = {i: _stages(flags, one) for i, one in enumerate(bucket)}
    table = flags.table
    hours: dict[int, list[tuple[Any, ...]]] = {}
    by_day: dict[int, list[tuple[Any, ...]]] = {}
    if "local" in table.columns:
        keys = {
            "weekday": zones.weekday_of(table["day"]),
            "hour": zones.hour_of(table["local"]),
        }
        hours = _grouped(frames, table, keys, asked)
    if "day" in table.columns:
        by_day = _grouped(frames, table, {"at_day": table["day"]}, asked)
    totals = _grouped(frames, table, {}, asked)
    agents = {}
    if "scope_agent" in table.columns:
        agents = _grouped(frames, table, {"agent": table["scope_agent"]}, asked)
    for i, one in enumerate(bucket):
        stages = list(asked[i])
        waits = count_waits(frames, flags, one)
        yield _insight(frames, one, stages, totals, hours, by_day, agents, waits, staff, i)


def _stages(flags: Flags, one: Wanted) -> dict[str, ir.BooleanValue]:
    """The steps of a rule's funnel as conditions, and `bad`."""
    inside = flags["in", one.rows]
    found: dict[str, Any] = {"all": flags["in", one.every]}
    if one.window is not None:
        found["in_window"] = flags["in", one.window]
    found["eligible"] = inside
    settled = inside
    if one.pending_key in flags.columns:
        settled = inside & ~flags[one.pending_key]
        found["settled"] = settled
    if one.answered is not None:
        found["answered"] = flags[one.answered_key] & settled
    if one.good is not None:
        found["good"] = flags[one.good_key]
        found["bad"] = settled & ~flags[one.good_key]
    return found


def _grouped(
    frames: Frames,
    table: ir.Table,
    keys: Mapping[str, ir.Value],
    asked: Mapping[int, Mapping[str, ir.BooleanValue]],
) -> dict[int, list[tuple[Any, ...]]]:
    """For each rule, rows (place, keys …, counts by stage) of one query over all of them."""
    marked = table.mutate(**keys)
    sums = {
        f"n{i}_{stage}": ibis.ifelse(holds, 1, 0).cast("int64").sum()
        for i, stages in asked.items()
        for stage, holds in stages.items()
    }
    grouped = marked.group_by(["pk", *keys]).agg(**sums)
    names = grouped.columns
    result: dict[int, list[tuple[Any, ...]]] = {i: [] for i in asked}
    for row in frames.realm.workspace.fetch(grouped):
        value = dict(zip(names, row, strict=True))
        group = [value["pk"], *(value[k] for k in keys)]
        for i, stages in asked.items():
            counts = {stage: int(value[f"n{i}_{stage}"] or 0) for stage in stages}
            result[i].append((*group, counts))
    return result


def _insight(
    frames: Frames,
    one: Wanted,
    stages: Sequence[str],
    totals: Mapping[int, Sequence[tuple[Any, ...]]],
    hours: Mapping[int, Sequence[tuple[Any, ...]]],
    days: Mapping[int, Sequence[tuple[Any, ...]]],
    agents: Mapping[int, Sequence[tuple[Any, ...]]],
    waits: Mapping[int, Mapping[int, int]] | None,
    staff: Staffing,
    i: int,
) -> RuleInsight:
    revision = one.rule.revisions[-1]
    by_shop: dict[int, Counts] = dict(totals[i])
    by_shop = {pk: counts for pk, counts in by_shop.items() if counts["eligible"]}
    worst = sorted(by_shop, key=lambda pk: (-by_shop[pk].get("bad", 0), pk))
    slices = []
    for keys in (worst, *([pk] for pk in worst[:SHOPS] if len(worst) > 1)):
        mine = frozenset(keys)
        shop = None if keys is worst else _shop(frames, keys[0])
        funnel = tuple(
            Stage(_stage_key(key), sum(by_shop[pk][key] for pk in mine))
            for key in stages
            if key != "bad"
        )
        slices.append(
            Slice(
                shop,
                _without_repeats(funnel),
                histogram(one, waits, mine),
                _hours(hours.get(i, ()), mine),
                _days(days.get(i, ()), mine),
                together(staff, mine),
            )
        )
    standings = _standings(frames, one, agents.get(i, ()))
    return RuleInsight(
        one.rule.id,
        one.rows.of,
        revision.written.clock,
        one.limit,
        one.good is not None,
        tuple(slices),
        len(worst),
        standings[:AGENTS],
        len(standings),
    )


def _shop(frames: Frames, pk: int) -> Shop:
    place = frames.realm.places[pk]
    return Shop(place.platform, place.shop)


def _stage_key(key: str) -> StageKey:
    return key  # type: ignore[return-value]


def _without_repeats(funnel: Iterable[Stage]) -> tuple[Stage, ...]:
    """Pending rows are a step only where there are some."""
    kept: list[Stage] = []
    for stage in funnel:
        if not (stage.key == "settled" and kept and kept[-1].rows == stage.rows):
            kept.append(stage)
    return tuple(kept)


def _hours(rows: Iterable[tuple[Any, ...]], mine: frozenset[int]) -> tuple[HourCell, ...]:
    cells: dict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
    for pk, weekday, hour, counts in rows:
        if pk in mine and weekday is not None:
            cell = cells[int(weekday), int(hour)]
            cell[0] += _judged(counts)
            cell[1] += counts.get("bad", 0)
    return tuple(HourCell(*key, *cell) for key, cell in sorted(cells.items()) if cell[0])


def _days(rows: Iterable[tuple[Any, ...]], mine: frozenset[int]) -> tuple[DayCount, ...]:
    found: dict[int, list[int]] = defaultdict(lambda: [0, 0])
    for pk, day, counts in rows:
        if pk in mine and day is not None and "good" in counts:
            found[day][0] += _judged(counts)
            found[day][1] += counts["good"]
    return tuple(
        DayCount(_EPOCH + dt.timedelta(days=day), *cell)
        for day, cell in sorted(found.items())
        if cell[0]
    )


def _judged(counts: Counts) -> int:
    return counts.get("settled", counts["eligible"])


def _standings(
    frames: Frames, one: Wanted, rows: Iterable[tuple[Any, ...]]
) -> tuple[AgentStanding, ...]:
    """Agents with a bad row, those with most of them first."""
    found = [
        AgentStanding(_shop(frames, pk), frames.realm.agent_ids[ak], _judged(counts), counts["bad"])
        for pk, ak, counts in rows
        if ak is not None and counts.get("bad")
    ]
    return tuple(sorted(found, key=lambda a: (-a.bad, a.rows, str(a.shop), a.agent)))
