"""Why a session is judged as it is: its events, its turns, and every condition of every rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

import ibis
import ibis.expr.types as ir

from checker.engine import expressions as ex
from checker.engine.availability import Availability
from checker.engine.flags import row_order
from checker.engine.frames import SESSION_FACTS, Frame, Frames
from checker.engine.needs import Needs, needs_of
from checker.engine.relations import kept
from checker.engine.run import Run, RunOptions
from checker.engine.tasks import populations
from checker.facts import zones
from checker.facts.realm import Realm
from checker.language import tree as tr
from checker.language.catalog import ROLES
from checker.language.show import literal_text
from checker.language.types import Kind
from checker.packs.model import Expr, Part, Parts, Ratio
from checker.packs.typed import (
    TypedClock,
    TypedPack,
    TypedRatio,
    TypedRevision,
    TypedRule,
    TypedValue,
)
from checker.verdicts.explanation import (
    ConditionReading,
    RuleReading,
    SessionTimeline,
    TimelineEvent,
    TurnRow,
)

Within = Literal["where", "good"]


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
        for one in self.pack.rules:
            if rule is not None and rule not in (one.id, one.rule.id):
                continue
            revision = self._in_force(one, session["started_at"])
            if available.reason(revision) is None:
                readings += self._readings(one, revision, sk)
                if revision.clock is not None:
                    clocks.setdefault(revision.clock, str(revision.written.clock))
        turns = [
            row for clock, name in clocks.items() for row in self._turns(clock, name, sk, session)
        ]
        return SessionTimeline(
            session["session_id"],
            place.shop,
            place.platform,
            self.pack.pack.name,
            self.pack.pack.timezone,
            session["started_at"],
            session["ended_at"],
            self.realm.as_of,
            tuple(sorted(self._events(sk, session), key=lambda event: event.at)),
            tuple(turns),
            tuple(readings),
        )

    def _in_force(self, rule: TypedRule, at: int | None) -> TypedRevision:
        current = rule.revisions[0]
        for one in rule.revisions:
            day = None if at is None else self.realm.zone.local_day(at)
            if one.since is None or day is None or zones.day_number(one.since) <= day:
                current = one
        return current

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
        rows = rows.order_by(self.realm.message_order(rows, rows.columns))
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
            good = _wanted(population)
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
                    tuple(self._shown(row, i, c) for i, c in enumerate(conditions)),
                )

    def _judged(
        self,
        frame: Frame,
        fact: str,
        sk: int,
        population: TypedRatio | TypedValue,
        conditions: list[_Condition],
    ) -> Iterator[dict[str, Any]]:
        table = frame.table.filter(frame.table["sk"] == sk)
        where, good = population.rows.where, _wanted(population)
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
            for j, node in enumerate(_read_values(one.tree)):
                columns |= kept(f"v{i}_{j}", ex.evaluate(node, frame.row))
        order = row_order(self.frames, fact, table)
        rows = table.order_by(order).select(**columns)
        for values in self.realm.workspace.fetch(rows):
            yield dict(zip(columns, values, strict=True))

    def _shown(self, row: Mapping[str, Any], i: int, one: _Condition) -> ConditionReading:
        values = []
        for j, node in enumerate(_read_values(one.tree)):
            name = f"v{i}_{j}"
            value = row[name]
            if f"{name}__over" in row and value is not None:
                bottom = row[f"{name}__over"]
                value = None if bottom is None else Fraction(int(value), int(bottom))
            values.append((_name(node), self._text(node, value)))
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
        """The conjuncts of where and good, and the alternatives of those that are an `or`."""
        written = revision.written.measure
        if isinstance(written, Parts) and part is not None:
            written = written.parts[part]
        assert isinstance(written, Ratio | Part)
        pairs: list[tuple[Expr | None, tr.Tree | None, Within]] = [
            (written.where, population.rows.where, "where")
        ]
        if isinstance(population, TypedRatio) and isinstance(written, Ratio):
            pairs.append((written.good, population.good, "good"))
        for expr, tree, within in pairs:
            if expr is not None and tree is not None:
                yield from _split(expr, tree, within, 0)


def _wanted(population: TypedRatio | TypedValue) -> tr.Tree | None:
    """What a row has to fulfil to be good; None where rows are only counted or summed."""
    if isinstance(population, TypedRatio):
        return population.good
    if population.offender is not None:
        return tr.Not(population.offender.type, population.offender)
    return None


def _split(expr: Expr, tree: tr.Tree, within: Within, depth: int) -> Iterator[_Condition]:
    if isinstance(tree, tr.Junction) and (tree.op == "and" or depth == 0):
        if tree.op == "or":
            yield _Condition(expr.text[tree.start : tree.end].strip(), tree, within, depth)
            depth += 1
        for item in tree.items:
            yield from _split(expr, item, within, depth)
        return
    yield _Condition(expr.text[tree.start : tree.end].strip(), tree, within, depth)


def _read_values(tree: tr.Tree) -> list[tr.Tree]:
    """Columns and figures of relations that a condition reads, each once."""
    found: dict[tr.Tree, None] = {}
    for node in tr.walk_row(tree):
        if isinstance(node, tr.Col) or (
            isinstance(node, tr.Relation) and node.function not in ("any", "all", "none")
        ):
            found.setdefault(node)
    return list(found)


def _name(node: tr.Tree) -> str:
    if isinstance(node, tr.Col):
        return f"{node.parent}.{node.name}" if node.parent else node.name
    assert isinstance(node, tr.Relation)
    inner = f", {_name(node.value)}" if isinstance(node.value, tr.Col) else ""
    return f"{node.function}({node.relation}{inner})"
