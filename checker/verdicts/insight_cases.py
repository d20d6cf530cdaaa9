"""The sessions that rules blame most, as they went: a few queries for all of them together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any

from checker.data.lazily import ibis, ir
from checker.engine.frames import Frames
from checker.engine.needs import Needs
from checker.facts.given import NO_SHOP
from checker.facts.order import message_order
from checker.facts.realm import Realm
from checker.language.catalog import ROLES
from checker.packs.typed import TypedClock, TypedPack
from checker.verdicts.explanation import SessionTimeline, TimelineEvent, TurnRow
from checker.verdicts.insight_limits import limit_marks, limits_of
from checker.verdicts.insight_tasks import Wanted
from checker.verdicts.insights import Case
from checker.verdicts.model import Offender, Outcome, Verdict

CASES = 200
EVENTS = 400  # of one session, the first
_TURN = Needs(frozenset({("", "wait"), ("", "ak"), ("", "agent_id")}))

Key = tuple[str, str, str]
"""platform, shop or "", session"""


def worst_sessions(verdicts: Iterable[Verdict], limit: int = CASES) -> list[Key]:
    """The sessions that failing and warning rules name, taking turns between rules: of each rule the
    unanswered first, then the longest waits."""
    by_rule: dict[tuple[bool, str], list[tuple[bool, int, Key]]] = defaultdict(list)
    for verdict in verdicts:
        if verdict.outcome not in (Outcome.FAIL, Outcome.WARN) or verdict.added:
            continue
        named = by_rule[verdict.outcome is not Outcome.FAIL, verdict.rule]
        platform = verdict.scope.get("platform") or ""
        named += [
            (_answered(o), -(o.wait or 0), (platform, o.shop_id or NO_SHOP, o.session_id))
            for o in verdict.offenders
            if o.session_id is not None
        ]
    ranked = [[key for *_, key in sorted(named)] for _, named in sorted(by_rule.items())]
    rounds = (key for each in zip_longest(*ranked) for key in each if key is not None)
    return list(dict.fromkeys(rounds))[:limit]


def _answered(offender: Offender) -> bool:
    return offender.turn is None or offender.wait is not None


def session_cases(
    realm: Realm, frames: Frames, pack: TypedPack, wanted: Sequence[Wanted], keys: Sequence[Key]
) -> list[Case]:
    """The cases of one pack among `keys`, in their order."""
    sessions = _sessions(realm, [k for k in keys if pack.pack.platform in ("any", k[0])])
    if not sessions:
        return []
    events = _events(realm, sessions)
    clocks = _clocks(wanted)
    turns = {name: _turns(realm, frames, name, clock, sessions) for name, clock in clocks.items()}
    limits = limits_of(frames, wanted, sessions)
    found = []
    for sk, session in sessions.items():
        rows = [row for name in clocks for row in turns[name].get(sk, ())]
        happened = sorted(events.get(sk, ()), key=lambda e: e.at)
        timeline = SessionTimeline(
            session["session_id"],
            session["shop_id"] or None,
            session["platform"],
            pack.pack.name,
            pack.pack.timezone,
            session["started_at"],
            session["ended_at"],
            realm.as_of,
            tuple(happened[:EVENTS]),
            tuple(rows),
            marks=tuple(limit_marks(wanted, limits[sk], rows)),
        )
        found.append(Case(timeline))
    return found


_COLUMNS = ("session_id", "started_at", "human_requested_at", "ended_at", "end_reason")


def _sessions(realm: Realm, keys: Sequence[Key]) -> dict[int, dict[str, Any]]:
    """By sk, in the order of `keys`."""
    if not keys:
        return {}
    named = ("platform", "shop_id", "session_id")
    wanted = realm.workspace.table(
        {f"wanted_{name}": [key[i] for key in keys] for i, name in enumerate(named)},
        {f"wanted_{name}": "string" for name in named},
    )
    known = realm.session_keys
    chosen = known.inner_join(wanted, [known[c] == wanted[f"wanted_{c}"] for c in named])
    numbers = {
        (platform, shop, session): sk
        for platform, shop, session, sk in realm.workspace.fetch(
            chosen.select(*(known[c] for c in named), known["sk"])
        )
    }
    rows = _chosen(realm.sessions, set(numbers.values())).select("sk", *_COLUMNS)
    details = {
        row[0]: dict(zip(rows.columns, row, strict=True)) for row in realm.workspace.fetch(rows)
    }
    return {
        numbers[key]: details[numbers[key]] | {"platform": key[0], "shop_id": key[1]}
        for key in keys
        if key in numbers
    }


def _chosen(table: ir.Table, sessions: Iterable[int]) -> ir.Table:
    return table.filter(table["sk"].isin(sorted(sessions)))


def _events(
    realm: Realm, sessions: Mapping[int, Mapping[str, Any]]
) -> dict[int, list[TimelineEvent]]:
    found: dict[int, list[TimelineEvent]] = defaultdict(list)
    for sk, one in sessions.items():
        if one["started_at"] is not None:
            found[sk].append(TimelineEvent(one["started_at"], "started"))
        if one["human_requested_at"] is not None:
            found[sk].append(TimelineEvent(one["human_requested_at"], "human_requested"))
        if one["ended_at"] is not None:
            note = one["end_reason"] or ""
            found[sk].append(TimelineEvent(one["ended_at"], "ended", note=note))
    agents = realm.agent_ids
    if realm.has("messages"):
        table = _chosen(realm.messages, sessions)
        table = table.order_by(["sk", *message_order(table, table.columns)])
        kind = table["kind"] if "kind" in table.columns else ibis.null("string")
        rows = table.select("sk", "ts", "role", "ak", "automatic", sort=kind)
        for sk, ts, role, ak, automatic, sort in realm.workspace.fetch(rows):
            agent = agents[ak] if ak is not None else None
            found[sk].append(
                TimelineEvent(ts, "message", ROLES[role], agent, automatic, note=sort or "")
            )
    for name, time, column in _ASIDE:
        if realm.has(name):
            table = _chosen(realm.keyed(name), sessions).order_by("rn")
            for sk, at, value in realm.workspace.fetch(table.select("sk", time, column)):
                if at is not None:
                    found[sk].append(_aside(name, at, value, agents))
    return found


_ASIDE = (("assignments", "from", "ak"), ("ratings", "rated_at", "score"))


def _aside(name: str, at: int, value: Any, agents: Sequence[str]) -> TimelineEvent:
    if name == "assignments":
        agent = agents[value] if value is not None else None
        return TimelineEvent(at, "assigned", agent_id=agent)
    return TimelineEvent(at, "rated", note="" if value is None else str(value))


def _clocks(wanted: Sequence[Wanted]) -> dict[str, TypedClock]:
    """By the names that rules use."""
    revisions = [one.revision for one in wanted]
    return {str(r.written.clock): r.clock for r in revisions if r.clock is not None}


def _turns(
    realm: Realm,
    frames: Frames,
    name: str,
    clock: TypedClock,
    sessions: Mapping[int, Mapping[str, Any]],
) -> dict[int, list[TurnRow]]:
    table = _chosen(frames.frame("turns", clock, _TURN).table, sessions)
    rows = table.order_by(["sk", "index"]).select(
        "sk", "index", "asked_at", "answered_at", "wait", "ak"
    )
    agents = realm.agent_ids
    found: dict[int, list[TurnRow]] = defaultdict(list)
    for sk, index, asked, answered, wait, ak in realm.workspace.fetch(rows):
        ended = sessions[sk]["ended_at"]
        waited = None
        if answered is None:
            waited = max(0, (realm.as_of if ended is None else ended) - asked)
        agent = agents[ak] if ak is not None else None
        pending = answered is None and ended is None
        found[sk].append(TurnRow(name, index, asked, answered, wait, pending, agent, waited))
    return found
