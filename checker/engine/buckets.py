"""Figures and offenders of tasks: those that share a fact, a clock and platforms share one table of flags."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import duckdb

from checker.data.lazily import ibis
from checker.data.workspace import Doubtful, EngineFailure, Miscounted
from checker.engine.flags import DayRange, Flags, build_flags
from checker.engine.frames import Frames
from checker.engine.offenders import Job, Listed, ask_offenders
from checker.engine.relations import EngineGap
from checker.engine.remembered import Figures, Remembered
from checker.engine.tally import GroupKey, GroupQuery, Tally
from checker.engine.tasks import Grouping, Task
from checker.facts.realm import Realm

Progress = Callable[[str, int, int], None]


def engine_errors() -> tuple[type[Exception], ...]:
    """What one task may fail with while the others go on."""
    from ibis.common.exceptions import IbisError  # a run that puts no question does without Ibis

    return EngineGap, EngineFailure, duckdb.Error, IbisError


@dataclass
class Bucket:
    """Tasks that share a flags table, what is asked of it, and what is answered. `stage` says in words
    what they share; `known` are figures that an earlier run has left; `listed` waits for the offenders."""

    stage: str
    frames: Frames
    tasks: Sequence[Task]
    known: dict[Task, Figures] = field(default_factory=dict)
    questions: list[tuple[GroupQuery, Callable[[], list[dict[GroupKey, Tally]]]]] = field(
        default_factory=list
    )
    answers: list[tuple[GroupQuery, list[dict[GroupKey, Tally]]]] = field(default_factory=list)
    listed: Callable[[], Listed] = dict
    failure: Exception | None = None

    @property
    def unknown(self) -> list[Task]:
        return [task for task in self.tasks if task not in self.known]

    def answer(self) -> None:
        """Waits for the answers."""
        try:
            while self.questions and self.failure is None:
                query, answer = self.questions.pop(0)
                self.answers.append((query, answer()))
        except engine_errors() as error:
            self.failure = error


class Buckets:
    """Asks for the figures of buckets. `last_day` of the data is where rolling periods end; at most
    `offenders` rows to blame are listed of each group. What an earlier run has left in the cache is not
    asked for again; where the engine fails beside a cache, `Doubtful` is raised. With `trusts` it is taken for
    granted that the sessions of all messages are declared; if they are not, or it is not to be found out,
    `Miscounted` is raised."""

    def __init__(
        self,
        realm: Realm,
        last_day: int,
        *,
        days: DayRange,
        offenders: int,
        progress: Progress | None,
        trusts: bool,
    ) -> None:
        self.realm, self.last_day, self.days = realm, last_day, days
        self.offenders, self.progress, self.trusts = offenders, progress, trusts
        self._remembered = Remembered(realm, last_day, days=days, offenders=offenders)

    def figures(self, buckets: Sequence[Bucket]) -> Iterator[dict[Task, Figures | str]]:
        """Figures of the tasks of each bucket, or why there are none.

        All figures are asked for before the first answer is waited for, and the offenders of a bucket as
        soon as its figures are there, before those of later ones: the engine works while the next question
        is put, and while its answers are made use of.
        """
        workspace = self.realm.workspace
        for bucket in buckets:
            self._recall(bucket)
        confirmed = self._trusting(buckets)
        for bucket in buckets:
            with workspace.stage(bucket.stage):
                self._ask(bucket)
        confirmed()  # before anything is told, or left in the cache
        ready: Bucket | None = None
        for number, bucket in enumerate(buckets):
            self._tell(bucket.tasks[0].fact, number, len(buckets))
            with workspace.stage(bucket.stage), workspace.urgent():
                self._ask_offenders(bucket)
            if ready is not None:
                yield self._staged(ready)
            ready = bucket
        if ready is not None:
            yield self._staged(ready)
        self._tell("", len(buckets), len(buckets))

    def _trusting(self, buckets: Sequence[Bucket]) -> Callable[[], None]:
        """Trusts the table of sessions where messages are read, which tell whether that is right; to be
        asked for when there is time."""
        realm, timed = self.realm, any(t.clock is not None for b in buckets for t in b.unknown)
        realm.trusts = self.trusts and timed and realm.has("messages")
        if not realm.trusted:
            return lambda: None
        try:
            messages = realm.messages
            with realm.workspace.stage("messages"):
                answer = realm.workspace.ask(messages.agg(number=messages.count()))
        except engine_errors() as error:
            raise Miscounted("messages could not be counted") from error

        def confirmed() -> None:
            try:
                answer()
            except engine_errors() as error:
                raise Miscounted("messages could not be counted") from error

        return confirmed

    def _staged(self, bucket: Bucket) -> dict[Task, Figures | str]:
        with self.realm.workspace.stage(bucket.stage):
            found = self._figures(bucket) if bucket.unknown else {}
        for task, figures in found.items():
            if not isinstance(figures, str):
                found[task] = self._remembered.leave(bucket.frames, task, figures)
        return {**found, **bucket.known}

    def _recall(self, bucket: Bucket) -> None:
        for task in bucket.tasks:
            known = self._remembered.recall(bucket.frames, task)
            if known is not None:
                bucket.known[task] = known

    def _ask(self, bucket: Bucket) -> None:
        """A query for each grouping."""
        stage = self.realm.workspace.stage
        groupings: dict[Grouping, list[Task]] = {}
        unknown = bucket.unknown
        for task in unknown:
            groupings.setdefault(task.grouping, []).append(task)
        if not unknown:
            return
        try:
            with stage("rows"):
                flags = build_flags(bucket.frames, unknown, self.days)
            for same in groupings.values():
                query = self.group_query(flags, same)
                with stage(f"figures by {same[0].grouping}"):
                    bucket.questions.append((query, query.ask()))
        except engine_errors() as error:
            bucket.failure = error

    def _ask_offenders(self, bucket: Bucket) -> None:
        """Asks for the rows to blame, once it is known which tasks have some."""
        bucket.answer()
        if bucket.failure is not None:
            return
        jobs = [
            Job(task, query.flags, query.keys)
            for query, found in bucket.answers
            for task, groups in zip(query.tasks, found, strict=True)
            if not task.added and any(tally.offenders for tally in groups.values())
        ]
        try:
            with self.realm.workspace.stage("offenders"):
                bucket.listed = ask_offenders(bucket.frames, jobs, self.offenders)
        except engine_errors() as error:
            bucket.failure = error

    def _figures(self, bucket: Bucket) -> dict[Task, Figures | str]:
        """A task that the engine cannot compute must not take the others with it: on failure each is
        tried alone."""
        if bucket.failure is None:
            try:
                return dict(self._with_offenders(bucket))
            except engine_errors() as error:
                bucket.failure = error
        unknown = bucket.unknown
        if len(unknown) == 1:
            if self.realm.workspace.remembers and not isinstance(bucket.failure, EngineGap):
                raise Doubtful(_reason(bucket.failure)) from bucket.failure
            return {unknown[0]: _reason(bucket.failure)}
        result: dict[Task, Figures | str] = {}
        for task in unknown:
            alone = Bucket(bucket.stage, bucket.frames, [task])
            self._ask(alone)
            self._ask_offenders(alone)
            result |= self._figures(alone)
        return result

    def _with_offenders(self, bucket: Bucket) -> dict[Task, Figures]:
        listed = bucket.listed()
        return {
            task: {key: (tally, listed.get(task, {}).get(key, ())) for key, tally in groups.items()}
            for query, found in bucket.answers
            for task, groups in zip(query.tasks, found, strict=True)
        }

    def group_query(self, flags: Flags, tasks: Sequence[Task]) -> GroupQuery:
        """The query for tasks of one grouping."""
        first = tasks[0]
        index = self._platform_index(first.platforms)
        workspace = self.realm.workspace
        return GroupQuery(workspace, flags, first.grouping, tasks, index, self.last_day)

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

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self.progress is not None:
            self.progress(stage, done, total)


def _reason(error: Exception) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return f"the engine failed: {lines[0][:200]}"
