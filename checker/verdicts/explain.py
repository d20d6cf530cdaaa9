"""Why a session is judged as it is: its events, its turns, and every condition of every rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis
import ibis.expr.types as ir

from checker.engine import expressions as ex
from checker.engine.availability import Availability
from checker.engine.frames import SESSION_FACTS, Frame, Frames
from checker.engine.needs import Needs, needs_of
from checker.engine.relations import kept
from checker.engine.run import Run, RunOptions
from checker.engine.tasks import populations
from checker.facts import zones
from checker.facts.calendars import open_stretches
from checker.facts.order import message_order
from checker.facts.realm import Realm
from checker.language import tree as tr
from checker.language.catalog import ROLES
from checker.language.show import literal_text
from checker.language.types import Kind
from checker.packs.model import Expr, Part, Ratio
from checker.packs.typed import (
    TypedClock,
    TypedPack,
    TypedRatio,
    TypedRevision,
    TypedRule,
    TypedValue,
)
from checker.verdicts.explain_relations import (
    in_order,
    quantified,
    read_values,
    relation_values,
    value_name,
    value_of,
)
from checker.verdicts.explanation import (
    ConditionReading,
    OpenHours,
    RuleReading,
    SessionTimeline,
    TimelineEvent,
    TurnRow,
    Within,
)
from checker.verdicts.insight_limits import limit_marks, limits_of
from checker.verdicts.insight_tasks import Wanted, wanted, wanted_of, written_of


@dataclass(frozen=True)
class _Condition:
    text: str
    tree: tr.Tree
    within: Within
    depth: int


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
                readings += self._readings(one, revision, sk)
                asked += wanted(one, revision, frozenset({place.platform}))
                if revision.clock is not None:
                    clocks.setdefault(revision.clock, str(revision.written.clock))
        turns = [
            row for clock, name in clocks.items() for row in self._turns(clock, name, sk, session)
        ]
        events = tuple(sorted(self._events(sk, session), key=lambda event: event.at))
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

    # -- what happened ---------------------------------------------------------------------------

    def _events(self, sk: int, session: Mapping[str, Any]) -> Iterator[TimelineEvent]:
        for column, kind in (
            ("started_at", "started"),
            ("human_requested_at", "human_requested"),
            ("assigned_at", "assigned"),
        ):
            listed = column == "assigned_at" and self.realm.has("assignments")
            if session[column] is not None and not listed:
                yield TimelineEvent(session[column], kind)  # type: ignore[arg-type]
        yield from self._messages(sk)
        agents = self.realm.agent_ids
        if self.realm.has("assignments"):
            for at, ak in self._rows("assignments", sk, "from", "ak"):
                yield TimelineEvent(at, "assigned", agent_id=agents[ak] if ak is not None else None)
        if self.realm.has("pauses"):
            for begin, end, reason in self._rows("pauses", sk, "from", "to", "reason"):
                yield TimelineEvent(begin, "paused", note=reason or "")
                if end is not None and end <= self.realm.as_of:
                    yield TimelineEvent(end, "resumed")
        if self.realm.has("invites"):
            for at, by in self._rows("invites", sk, "sent_at", "by"):
                if at is not None:
                    yield TimelineEvent(at, "invited", role=by)
        if self.realm.has("ratings"):
            for at, score, ak in self._rows("ratings", sk, "rated_at", "score", "ak"):
                agent = agents[ak] if ak is not None else None
                yield TimelineEvent(at, "rated", agent_id=agent, note=str(score))
        if session["ended_at"] is not None:
            yield TimelineEvent(session["ended_at"], "ended", note=session["end_reason"] or "")

    def _rows(self, name: str, sk: int, *columns: str) -> list[tuple[Any, ...]]:
        table = self.realm.keyed(name)
        rows = table.filter(table["sk"] == sk).order_by("rn")
        return self.realm.workspace.fetch(rows.select(*columns))

    def _messages(self, sk: int) -> Iterator[TimelineEvent]:
        if not self.realm.has("messages"):
            return
        table = self.realm.messages
        rows = table.filter(table["sk"] == sk)
        rows = rows.order_by(message_order(rows, rows.columns))
        extra = [
            rows[c] if c in rows.columns else ibis.null("string").name(c) for c in ("kind", "text")
        ]
        agents = self.realm.agent_ids
        for ts, role, ak, automatic, kind, text in self.realm.workspace.fetch(
            rows.select("ts", "role", "ak", "automatic", *extra)
        ):
            agent = agents[ak] if ak is not None else None
            yield TimelineEvent(ts, "message", ROLES[role], agent, automatic, text, kind or "")

    def _turns(
        self, clock: TypedClock, name: str, sk: int, session: Mapping[str, Any]
    ) -> Iterator[TurnRow]:
        needs = Needs(frozenset({("", "wait"), ("", "ak"), ("", "agent_id")}))
        table = self.frames.frame("turns", clock, needs).table
        rows = table.filter(table["sk"] == sk).order_by("index")
        agents = self.realm.agent_ids
        ended = session["ended_at"]
        for index, asked, answered, wait, ak in self.realm.workspace.fetch(
            rows.select("index", "asked_at", "answered_at", "wait", "ak")
        ):
            until = self.realm.as_of if ended is None else ended
            yield TurnRow(
                name,
                index,
                asked,
                answered,
                wait,
                answered is None and ended is None,
                agents[ak] if ak is not None else None,
                max(0, until - asked) if answered is None else None,
            )

    # -- what the rules make of it -----------------------------------------------------------------

    def _readings(self, rule: TypedRule, revision: TypedRevision, sk: int) -> Iterator[RuleReading]:
        for part, population in populations(revision):
            fact = population.rows.of
            if fact not in SESSION_FACTS:
                continue
            conditions = list(self._conditions(revision, part, population))
            good = wanted_of(population)
            trees = [population.rows.where, good, *(c.tree for c in conditions)]
            frame = self.frames.frame(fact, revision.clock, needs_of(trees), pending=True)
            for number, row in enumerate(self._judged(frame, fact, sk, population, conditions)):
                label = "" if fact == "sessions" else str(row["label"] or number + 1)
                yield RuleReading(
                    rule.id,
                    revision.written.title,
                    fact,
                    label,
                    row["inside"],
                    row["good"],
                    bool(row["pending"]),
                    tuple(
                        self._shown(row, i, c, revision.clock, sk) for i, c in enumerate(conditions)
                    ),
                )

    def _judged(
        self,
        frame: Frame,
        fact: str,
        sk: int,
        population: TypedRatio | TypedValue,
        conditions: list[_Condition],
    ) -> list[dict[str, Any]]:
        table = frame.table.filter(frame.table["sk"] == sk)
        where, good = population.rows.where, wanted_of(population)
        inside = ex.condition(where, frame.row) if where is not None else ibis.literal(True)
        columns: dict[str, ir.Value] = {
            "label": table["index"] if fact == "turns" else ibis.null("int32"),
            "inside": inside,
            "good": ibis.null("boolean"),
            "pending": ibis.literal(False),
        }
        if good is not None:
            holds = ex.condition(good, frame.row)
            columns["good"] = holds
            if isinstance(population, TypedRatio):
                columns["pending"] = inside & ~holds & ex.condition(good, frame.pending_row)
        for i, one in enumerate(conditions):
            columns[f"c{i}"] = ex.condition(one.tree, frame.row)
            for j, node in enumerate(read_values(one.tree)):
                columns |= kept(f"v{i}_{j}", ex.evaluate(node, frame.row))
        return in_order(self.frames, fact, table, columns)

    def _shown(
        self, row: Mapping[str, Any], i: int, one: _Condition, clock: TypedClock | None, sk: int
    ) -> ConditionReading:
        values = [
            (value_name(node), self._text(node, value_of(row, f"v{i}_{j}")))
            for j, node in enumerate(read_values(one.tree))
        ]
        for relation in quantified(one.tree):
            values += relation_values(self.frames, clock, relation, sk, self._text)
        return ConditionReading(one.text, bool(row[f"c{i}"]), tuple(values), one.within, one.depth)

    def _text(self, node: tr.Tree, value: Any) -> str:
        if value is not None and node.type.kind is Kind.INSTANT:
            return zones.local_text(value, self.pack.pack.timezone)
        if value is not None and node.type.kind is Kind.DATE:
            return zones.iso_date(value)
        return literal_text(node.type, value)

    def _conditions(
        self, revision: TypedRevision, part: str | None, population: TypedRatio | TypedValue
    ) -> Iterator[_Condition]:
        """The conjuncts of where, good and offender, and the alternatives of those that are an `or`."""
        written = written_of(revision, part)
        pairs: list[tuple[Expr | None, tr.Tree | None, Within]] = [
            (written.where, population.rows.where, "where")
        ]
        if isinstance(population, TypedRatio) and isinstance(written, Ratio):
            pairs.append((written.good, population.good, "good"))
        if isinstance(population, TypedValue) and isinstance(written, Part):
            pairs.append((written.offender, population.offender, "offender"))
        for expr, tree, within in pairs:
            if expr is not None and tree is not None:
                yield from _split(expr, tree, within, 0)


def _split(expr: Expr, tree: tr.Tree, within: Within, depth: int) -> Iterator[_Condition]:
    if isinstance(tree, tr.Junction) and (tree.op == "and" or depth == 0):
        if tree.op == "or":
            yield _Condition(expr.text[tree.start : tree.end].strip(), tree, within, depth)
            depth += 1
        for item in tree.items:
            yield from _split(expr, item, within, depth)
        return
    yield _Condition(expr.text[tree.start : tree.end].strip(), tree, within, depth)
