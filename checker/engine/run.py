"""Running typed packs over a data set: every rule's exact figures, by scope and period."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import duckdb
import ibis
from ibis.common.exceptions import IbisError

from checker.data.workspace import EngineFailure
from checker.engine import formula as fm
from checker.engine.availability import Availability
from checker.engine.expressions import WindowHours
from checker.engine.flags import EVERY_DAY, DayRange, Flags, build_flags
from checker.engine.formula import Exact
from checker.engine.frames import Frames
from checker.engine.measured import Measured, Offender, PeriodSpan
from checker.engine.needs import reads_staffing
from checker.engine.offenders import Job, list_offenders
from checker.engine.periods import Periods
from checker.engine.relations import EngineGap
from checker.engine.tally import GroupKey, GroupQuery, Tally
from checker.engine.tasks import Grouping, Task, by_fits, tasks_of
from checker.facts.calendars import calendar_of
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

Progress = Callable[[str, int, int], None]
Figures = dict[GroupKey, tuple[Tally, tuple[Offender, ...]]]
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


@dataclass
class _Bucket:
    """Tasks that share a flags table, what is asked of it, and what is answered."""

    frames: Frames
    tasks: list[Task]
    questions: list[tuple[GroupQuery, Callable[[], list[dict[GroupKey, Tally]]]]] = field(
        default_factory=list
    )
    answers: list[tuple[GroupQuery, list[dict[GroupKey, Tally]]]] = field(default_factory=list)
    failure: Exception | None = None

    def answer(self) -> None:
        """Waits for the answers."""
        try:
            while self.questions and self.failure is None:
                query, answer = self.questions.pop(0)
                self.answers.append((query, answer()))
        except ENGINE_ERRORS as error:
            self.failure = error


class Run:
    """One realm and the packs that are judged in it; clocks and facts are shared between them."""

    def __init__(self, realm: Realm, packs: Sequence[TypedPack], options: RunOptions) -> None:
        self.realm, self.options = realm, options
        self.packs = packs
        self.shared: dict[str, tuple[str, ...]] = {}  # stage -> the rules that are computed in it
        self.platforms = {pack.pack.name: self._platforms(pack) for pack in packs}
        self.periods = Periods(realm, options.days)
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

    def measure(self) -> list[Measured]:
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
        buckets = _with_clockless(buckets)
        figures = self._computed([(owners[tasks[0]], tasks) for tasks in buckets.values()])
        by_revision: dict[tuple[str, int, object], list[Task]] = {}
        for task in owners:
            by_revision.setdefault((task.rule.id, id(task.revision), task.grouping), []).append(
                task
            )
        for tasks in by_revision.values():
            result.extend(self._combined(tasks, figures))
        return result

    @staticmethod
    def _shared(pack: str, tasks: Sequence[Task]) -> str:
        """What tasks of one bucket have in common, in words."""
        clock = next(
            (task.revision.written.clock for task in tasks if task.clock is not None), None
        )
        timed = f", clock {clock}" if clock else ""
        return f"{pack}: {tasks[0].fact}{timed} ({', '.join(sorted(tasks[0].platforms))})"

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self.options.progress is not None:
            self.options.progress(stage, done, total)

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

    # -- buckets ---------------------------------------------------------------------------------

    def _computed(self, buckets: Sequence[tuple[str, list[Task]]]) -> dict[Task, Figures | str]:
        """Figures of all tasks, or why there are none. Everything is asked for before the first answer
        is waited for, so that the engine works while the next question is put."""
        stage = self.realm.workspace.stage
        asked = []
        for pack, tasks in buckets:
            shared = self._shared(pack, tasks)
            self.shared[shared] = tuple(dict.fromkeys(task.rule.id for task in tasks))
            with stage(shared):
                asked.append((shared, self._asked(self.frames[pack], tasks)))
        for number, (_, bucket) in enumerate(asked):
            self._tell(bucket.tasks[0].fact, number, len(asked))
            bucket.answer()
        figures: dict[Task, Figures | str] = {}
        for number, (shared, bucket) in enumerate(asked):
            self._tell("offenders", number, len(asked))
            with stage(shared):
                figures |= self._figures(bucket)
        self._tell("", len(asked), len(asked))
        return figures

    def _asked(self, frames: Frames, tasks: list[Task]) -> _Bucket:
        """A query for each grouping of tasks that share fact, clock and platforms."""
        bucket = _Bucket(frames, tasks)
        stage = self.realm.workspace.stage
        groupings: dict[Grouping, list[Task]] = {}
        for task in tasks:
            groupings.setdefault(task.grouping, []).append(task)
        try:
            with stage("rows"):
                flags = build_flags(frames, tasks, self.options.days)
            for same in groupings.values():
                query = self.group_query(flags, same)
                with stage(f"figures by {same[0].grouping}"):
                    bucket.questions.append((query, query.ask()))
        except ENGINE_ERRORS as error:
            bucket.failure = error
        return bucket

    def _figures(self, bucket: _Bucket) -> dict[Task, Figures | str]:
        """A task that the engine cannot compute must not take the others with it: on failure each is
        tried alone."""
        bucket.answer()
        if bucket.failure is None:
            try:
                return dict(self._with_offenders(bucket))
            except ENGINE_ERRORS as error:
                bucket.failure = error
        if len(bucket.tasks) == 1:
            return {bucket.tasks[0]: _reason(bucket.failure)}
        result: dict[Task, Figures | str] = {}
        for task in bucket.tasks:
            result |= self._figures(self._asked(bucket.frames, [task]))
        return result

    def _with_offenders(self, bucket: _Bucket) -> dict[Task, Figures]:
        jobs = [
            Job(task, query.flags, query.keys)
            for query, found in bucket.answers
            for task, groups in zip(query.tasks, found, strict=True)
            if not task.added and any(tally.offenders for tally in groups.values())
        ]
        limit = self.options.offenders
        with self.realm.workspace.stage("offenders"):
            listed = list_offenders(bucket.frames, jobs, limit) if limit else {}
        return {
            task: {key: (tally, listed.get(task, {}).get(key, ())) for key, tally in groups.items()}
            for query, found in bucket.answers
            for task, groups in zip(query.tasks, found, strict=True)
        }

    def group_query(self, flags: Flags, tasks: Sequence[Task]) -> GroupQuery:
        """The query for tasks of one grouping."""
        first = tasks[0]
        index = self._platform_index(first.platforms)
        workspace, last_day = self.realm.workspace, self.periods.last_day
        return GroupQuery(workspace, flags, first.grouping, tasks, index, last_day)

    def _platform_index(self, platforms: frozenset[str]) -> ibis.Value:
        """The position of a row's platform among the task's platforms, sorted."""
        names = sorted(platforms)
        if len(names) == 1:
            return ibis.literal(0, "int32")
        cases = [
            (ibis._.pk.isin(list(self.realm.place_keys(frozenset({name})))), index)
            for index, name in enumerate(names)
        ]
        return ibis.cases(*cases, else_=ibis.null("int32"))

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
        result = []
        seen = set()
        for key in keys:
            seen.add(platforms[key[0]])
            span, judged = self.periods.span(first.grouping.period, key[-1])
            if not self._in_force(first.rule, revision, judged):
                continue
            result.append(self._measured(first, platforms, key, span, found))
        latest = first.rule.revisions[-1] is revision
        for platform in platforms:
            if platform not in seen and latest and not first.added:
                result.append(self._nothing(first.rule, revision, platform, None))
        return result

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
        found: Mapping[str | None, Mapping[GroupKey, tuple[Tally, tuple[Offender, ...]]]],
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


def _with_clockless(buckets: Mapping[BucketKey, list[Task]]) -> dict[BucketKey, list[Task]]:
    """Rules that need no clock ride along with those over the same rows that need one."""
    timed = {(k[0], k[1], k[3]): k for k in reversed(list(buckets)) if k[2] is not None}
    merged = {key: list(tasks) for key, tasks in buckets.items() if key[2] is not None}
    for key, tasks in buckets.items():
        if key[2] is None:
            merged.setdefault(timed.get((key[0], key[1], key[3]), key), []).extend(tasks)
    return merged


ENGINE_ERRORS: tuple[type[Exception], ...] = (EngineGap, EngineFailure, duckdb.Error, IbisError)


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return f"the engine failed: {lines[0][:200]}"


def _of_parts(
    measure: TypedParts, tallies: Mapping[str | None, tuple[Tally, tuple[Offender, ...]] | None]
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


def window_hours(realm: Realm, window: Window) -> WindowHours:
    """The window's calendars: one for most shops, more where a bound is a shop's own setting."""
    usual = calendar_of(window, {})
    columns = sorted(
        {b.shop for span in window.spans for b in (span.start, span.end) if b.shop is not None}
    )
    if not columns or not realm.has("shops"):
        return WindowHours(usual)
    shops = realm.keyed("shops")
    groups: dict[tuple[int | None, ...], list[int]] = {}
    for pk, *hours in realm.workspace.fetch(shops.select("pk", *columns)):
        groups.setdefault(tuple(hours), []).append(pk)
    others = []
    for setting, keys in sorted(groups.items(), key=lambda item: item[1]):
        calendar = calendar_of(window, dict(zip(columns, setting, strict=True)))
        if calendar != usual:
            others.append((tuple(sorted(keys)), calendar))
    return WindowHours(usual, tuple(others))
