"""Running typed packs over a data set: every rule's exact figures, by scope and period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from checker.engine import formula as fm
from checker.engine.availability import Availability
from checker.engine.buckets import Bucket, Buckets, Progress
from checker.engine.expressions import WindowHours
from checker.engine.flags import EVERY_DAY, DayRange
from checker.engine.formula import Exact
from checker.engine.frames import Frames
from checker.engine.measured import Measured, Offender, PeriodSpan
from checker.engine.needs import reads_staffing
from checker.engine.periods import Periods
from checker.engine.remembered import Figures
from checker.engine.tally import GroupKey, Tally
from checker.engine.tasks import Task, by_fits, tasks_of
from checker.engine.windows import window_hours
from checker.facts.realm import Realm
from checker.language import tree as tr
from checker.language.types import WEEKDAYS
from checker.packs.model import Window
from checker.packs.typed import (
    TypedClock,
    TypedPack,
    TypedParts,
    TypedRevision,
    TypedRule,
    TypedValue,
)

BucketKey = tuple[str, str, TypedClock | None, frozenset[str]]
"""Pack, fact, clock and platforms: what tasks of one flags table share."""


@dataclass(frozen=True)
class RunOptions:
    days: DayRange = EVERY_DAY
    by: tuple[str, ...] = ()
    offenders: int = 20
    only_rules: frozenset[str] | None = None
    progress: Progress | None = None
    staffing: bool = False  # of all platforms, whether a rule needs it or not
    trusts: bool = False  # as Realm does


class Run:
    """One realm and the packs that are judged in it; clocks and facts are shared between them."""

    def __init__(self, realm: Realm, packs: Sequence[TypedPack], options: RunOptions) -> None:
        self.realm, self.options = realm, options
        self.packs = packs
        self.shared: dict[str, tuple[str, ...]] = {}  # stage -> the rules that are computed in it
        self.platforms = {pack.pack.name: self._platforms(pack) for pack in packs}
        self.periods = Periods(realm, options.days)
        self.buckets = Buckets(
            realm,
            self.periods.last_day,
            days=options.days,
            offenders=options.offenders,
            progress=options.progress,
            trusts=options.trusts,
        )
        clock_places: dict[TypedClock, frozenset[str]] = {}
        for pack in packs:
            for rule in pack.rules:
                for revision in rule.revisions:
                    if revision.clock is not None:
                        known = clock_places.get(revision.clock, frozenset())
                        clock_places[revision.clock] = known | self.platforms[pack.pack.name]
        staffed = frozenset[str]().union(
            *(
                self.platforms[pack.pack.name]
                for pack in packs
                if options.staffing or any(map(reads_staffing, pack.rules))
            )
        )
        self.frames = {
            pack.pack.name: Frames(realm, self._windows(pack.windows), clock_places, staffed)
            for pack in packs
        }
        first = next(iter(self.frames.values()), None)
        for frames in self.frames.values():
            assert first is not None
            frames.share(first)

    def _platforms(self, pack: TypedPack) -> frozenset[str]:
        every = frozenset(self.realm.dataset.platforms)
        return every if pack.pack.platform == "any" else frozenset({pack.pack.platform})

    def _windows(self, windows: Mapping[str, Window]) -> dict[str, WindowHours]:
        return {name: window_hours(self.realm, window) for name, window in windows.items()}

    # -- all rules -------------------------------------------------------------------------------

    def measure(self) -> Iterator[Measured]:
        """Every rule's figures, those of some rules while others are still being computed."""
        result: list[Measured] = []
        buckets: dict[BucketKey, list[Task]] = {}
        owners: dict[Task, str] = {}
        for pack in self.packs:
            for rule in pack.rules:
                if self.options.only_rules is not None and rule.id not in self.options.only_rules:
                    continue
                platforms = self._evaluable(pack, rule, result)
                for task in tasks_of(rule, platforms, self._by(rule)) if platforms else ():
                    owners[task] = pack.pack.name
                    key = (pack.pack.name, task.fact, task.clock, task.platforms)
                    buckets.setdefault(key, []).append(task)
        asked = [
            Bucket(_shared(owners[tasks[0]], tasks), self.frames[owners[tasks[0]]], tasks)
            for tasks in _with_clockless(buckets).values()
        ]
        for bucket in asked:
            self.shared[bucket.stage] = tuple(dict.fromkeys(t.rule.id for t in bucket.tasks))
        yield from result
        by_revision: dict[tuple[str, int, object], list[Task]] = {}
        for task in owners:
            by_revision.setdefault((task.rule.id, id(task.revision), task.grouping), []).append(
                task
            )
        figures: dict[Task, Figures | str] = {}
        for found in self.buckets.figures(asked):
            figures |= found
            for same, tasks in list(by_revision.items()):
                if figures.keys() >= set(tasks):
                    yield from self._combined(by_revision.pop(same), figures)

    def _by(self, rule: TypedRule) -> tuple[str, ...]:
        return tuple(name for name in self.options.by if by_fits(rule, name))

    def _evaluable(
        self, pack: TypedPack, rule: TypedRule, result: list[Measured]
    ) -> frozenset[str]:
        """The platforms whose data can feed the rule; for the others the reason goes to `result`."""
        fine = set()
        for platform in sorted(self.platforms[pack.pack.name]):
            available = Availability(self.realm.dataset, platform)
            reasons = [available.reason(revision) for revision in rule.revisions]
            if any(reasons):
                reason = next(r for r in reasons if r)
                result.append(self._nothing(rule, rule.revisions[-1], platform, reason))
            else:
                fine.add(platform)
        return frozenset(fine)

    def _nothing(
        self, rule: TypedRule, revision: TypedRevision, platform: str, reason: str | None
    ) -> Measured:
        period = PeriodSpan(revision.period.kind, None, None)
        return Measured(
            rule, revision, {"platform": platform}, period, fm.MISSING, 0, 0, 0, (), False, reason
        )

    # -- from group keys to scopes and periods -----------------------------------------------------

    def _combined(
        self,
        tasks: list[Task],
        figures: Mapping[Task, Figures | str],
    ) -> list[Measured]:
        """Measured figures of one revision and grouping; parts of a formula are put together."""
        first = tasks[0]
        revision = first.revision
        platforms = sorted(first.platforms)
        found: dict[str | None, Figures] = {}
        for task in tasks:
            groups = figures[task]
            if isinstance(groups, str):
                if first.added:
                    return []
                return [self._nothing(first.rule, revision, p, groups) for p in platforms]
            found[task.part] = groups
        keys = {key for groups in found.values() for key in groups}
        spans = {period: self._span(first, period) for period in {key[-1] for key in keys}}
        result = []
        for key in keys:
            if (span := spans[key[-1]]) is not None:
                result.append(self._measured(first, platforms, key, span, found))
        seen = {platforms[key[0]] for key in keys}
        latest = first.rule.revisions[-1] is revision
        for platform in platforms:
            if platform not in seen and latest and not first.added:
                result.append(self._nothing(first.rule, revision, platform, None))
        return result

    def _span(self, task: Task, period: Any) -> PeriodSpan | None:
        """The period of a group, where it is one that the task's revision judges."""
        span, judged = self.periods.span(task.grouping.period, period)
        return span if self._in_force(task.rule, task.revision, judged) else None

    def _in_force(self, rule: TypedRule, revision: TypedRevision, day: int | None) -> bool:
        """`revision` is the one that a period is judged by (an undated one: by the latest)."""
        date = None if day is None else dt.date(1970, 1, 1) + dt.timedelta(days=day)
        current = rule.revisions[0]
        for one in rule.revisions:
            if one.since is None or date is None or one.since <= date:
                current = one
        return current is revision

    def _measured(
        self,
        task: Task,
        platforms: list[str],
        key: GroupKey,
        span: PeriodSpan,
        found: Mapping[str | None, Figures],
    ) -> Measured:
        scope = self.scope(task, platforms, key)
        measure = task.revision.measure
        if isinstance(measure, TypedParts):
            figure, rows = _of_parts(
                measure, {name: groups.get(key) for name, groups in found.items()}
            )
            tallies = [groups[key] for groups in found.values() if key in groups]
            offenders = tuple(o for _, listed in tallies for o in listed)[: self.options.offenders]
            count = sum(tally.offenders for tally, _ in tallies)
            return Measured(
                task.rule, task.revision, scope, span, figure, rows, 0, count, offenders, task.added
            )
        tally, listed = found[None][key]
        if isinstance(measure, TypedValue):
            figure = fm.evaluate(measure.formula, lambda node: tally.figures[node])  # type: ignore[index]
        else:
            figure = fm.quotient(tally.good, tally.rows)
        return Measured(
            task.rule,
            task.revision,
            scope,
            span,
            figure,
            tally.rows,
            tally.pending,
            tally.offenders,
            listed,
            task.added,
        )

    def scope(self, task: Task, platforms: list[str], key: GroupKey) -> dict[str, str | None]:
        """Whom a group is about, in words of the data."""
        scope: dict[str, str | None] = {"platform": platforms[key[0]]}
        for name, value in zip(task.grouping.scopes, key[1:-1], strict=True):
            scope[name] = self._scope_text(name, value)
        return scope

    def _scope_text(self, name: str, value: Any) -> str | None:
        if value is None:
            return None
        match name:
            case "shop":
                return self.realm.places[int(value)].shop
            case "agent":
                return self.realm.agent_ids[int(value)]
            case "weekday":
                return WEEKDAYS[int(value)]
        return str(value)


def _shared(pack: str, tasks: Sequence[Task]) -> str:
    """What tasks of one bucket have in common, in words."""
    clock = next((task.revision.written.clock for task in tasks if task.clock is not None), None)
    timed = f", clock {clock}" if clock else ""
    return f"{pack}: {tasks[0].fact}{timed} ({', '.join(sorted(tasks[0].platforms))})"


def _with_clockless(buckets: Mapping[BucketKey, list[Task]]) -> dict[BucketKey, list[Task]]:
    """Rules that need no clock ride along with those over the same rows that need one."""
    timed = {(k[0], k[1], k[3]): k for k in reversed(list(buckets)) if k[2] is not None}
    merged = {key: list(tasks) for key, tasks in buckets.items() if key[2] is not None}
    for key, tasks in buckets.items():
        if key[2] is None:
            merged.setdefault(timed.get((key[0], key[1], key[3]), key), []).extend(tasks)
    return merged


def _of_parts(
    measure: TypedParts, tallies: Mapping[str | None, tuple[Tally, Sequence[Offender]] | None]
) -> tuple[Exact, int]:
    """The formula over parts. A part without rows gives count and sum 0, else missing."""
    rows = sum(entry[0].rows for entry in tallies.values() if entry is not None)

    def part(name: str) -> Exact:
        entry = tallies.get(name)
        formula = measure.parts[name].formula

        def known(node: tr.Aggregate | tr.PartValue) -> Exact:
            assert isinstance(node, tr.Aggregate)
            if entry is None or entry[0].rows == 0:
                return fm.ZERO if node.function in ("count", "sum", "distinct") else fm.MISSING
            return entry[0].figures[node]

        return fm.evaluate(formula, known)

    def named(node: tr.Aggregate | tr.PartValue) -> Exact:
        assert isinstance(node, tr.PartValue)
        return replace(part(node.name), numerator=None, denominator=None)

    return (fm.evaluate(measure.formula, named) if rows else fm.MISSING), rows
