"""Why a session is judged as it is: what happened in it, and what the rules in force make of it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from checker.engine.availability import Availability
from checker.engine.frames import Frames
from checker.engine.run import Run, RunOptions
from checker.facts import zones
from checker.facts.calendars import open_stretches
from checker.facts.realm import Realm
from checker.language import tree as tr
from checker.packs.typed import TypedClock, TypedPack, TypedRevision, TypedRule
from checker.verdicts.explain_events import session_events, session_turns
from checker.verdicts.explain_readings import Readings
from checker.verdicts.explanation import OpenHours, RuleReading, SessionTimeline, TimelineEvent
from checker.verdicts.insight_limits import limit_marks, limits_of
from checker.verdicts.insight_tasks import Wanted, wanted


def explain_session(realm: Realm, pack: TypedPack, rule: str | None) -> list[SessionTimeline]:
    """The timelines of a realm's only session under one pack: one for each shop that has it."""
    run = Run(realm, [pack], RunOptions())
    work = _Explanation(realm, pack, run.frames[pack.pack.name])
    rows = realm.workspace.fetch(realm.sessions.select("sk", "pk", *_SESSION).order_by("sk"))
    return [
        work.timeline(sk, pk, dict(zip(_SESSION, values, strict=True)), rule)
        for sk, pk, *values in rows
        if pack.pack.platform in ("any", realm.places[pk].platform)
    ]


_SESSION = (
    "session_id",
    "started_at",
    "human_requested_at",
    "assigned_at",
    "ended_at",
    "end_reason",
)


class _Explanation:
    def __init__(self, realm: Realm, pack: TypedPack, frames: Frames) -> None:
        self.realm, self.pack, self.frames = realm, pack, frames
        self.readings = Readings(frames, pack.pack.timezone)

    def timeline(
        self, sk: int, pk: int, session: Mapping[str, Any], rule: str | None
    ) -> SessionTimeline:
        place = self.realm.places[pk]
        available = Availability(self.realm.dataset, place.platform)
        readings: list[RuleReading] = []
        clocks: dict[TypedClock, str] = {}
        asked: list[Wanted] = []
        for one in self.pack.rules:
            if rule is not None and rule not in (one.id, one.rule.id):
                continue
            revision = self._in_force(one, session["started_at"])
            if available.reason(revision) is None:
                readings += self.readings.of(one, revision, sk)
                asked += wanted(one, revision, frozenset({place.platform}))
                if revision.clock is not None:
                    clocks.setdefault(revision.clock, str(revision.written.clock))
        turns = [
            row
            for clock, name in clocks.items()
            for row in session_turns(self.realm, self.frames, clock, name, sk, session)
        ]
        events = tuple(sorted(session_events(self.realm, sk, session), key=lambda event: event.at))
        named = self.pack.pack.clocks
        # A limit is none for a rule that does not count the session, or holds it good all the same.
        blaming = {one.rule for one in readings if one.in_population and not one.good}
        limiting = [one for one in asked if one.rule.id in blaming]
        limits = limits_of(self.frames, limiting, (sk,))[sk]
        return SessionTimeline(
            session["session_id"],
            place.shop,
            place.platform,
            self.pack.pack.name,
            self.pack.pack.timezone,
            session["started_at"],
            session["ended_at"],
            self.realm.as_of,
            events,
            tuple(turns),
            tuple(readings),
            tuple(limit_marks(limiting, limits, turns)),
            tuple(self._open_hours(asked, pk, events)),
            tuple(named[name] for name in clocks.values() if name in named),
        )

    def _in_force(self, rule: TypedRule, at: int | None) -> TypedRevision:
        current = rule.revisions[0]
        for one in rule.revisions:
            day = None if at is None else self.realm.zone.local_day(at)
            if one.since is None or day is None or zones.day_number(one.since) <= day:
                current = one
        return current

    def _open_hours(
        self, asked: Iterable[Wanted], pk: int, events: Sequence[TimelineEvent]
    ) -> Iterator[OpenHours]:
        """The windows that the rules read, from the session's first event to its last."""
        trees = [tree for one in asked for tree in (one.rows.where, one.good) if tree is not None]
        used = {
            node.window
            for tree in trees
            for node in tr.walk(tree)
            if isinstance(node, tr.InWindow | tr.Overlap)
        }
        for name, hours in self.frames.windows.items():
            if name in used and events:
                calendar = hours.at(pk)
                stretches = open_stretches(calendar, self.realm.zone, events[0].at, events[-1].at)
                yield OpenHours(name, stretches)
