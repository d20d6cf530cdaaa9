"""What happened in a session: its events and its turns, as the tables and a clock tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from checker.data.lazily import ibis
from checker.engine.frames import Frames
from checker.engine.needs import Needs
from checker.facts.order import message_order
from checker.facts.realm import Realm
from checker.language.catalog import ROLES
from checker.packs.typed import TypedClock
from checker.verdicts.explanation import TimelineEvent, TurnRow


def session_events(realm: Realm, sk: int, session: Mapping[str, Any]) -> Iterator[TimelineEvent]:
    """Every event, table by table."""
    for column, kind in (
        ("started_at", "started"),
        ("human_requested_at", "human_requested"),
        ("assigned_at", "assigned"),
    ):
        listed = column == "assigned_at" and realm.has("assignments")
        if session[column] is not None and not listed:
            yield TimelineEvent(session[column], kind)  # type: ignore[arg-type]
    yield from _messages(realm, sk)
    agents = realm.agent_ids
    if realm.has("assignments"):
        for at, ak in _rows(realm, "assignments", sk, "from", "ak"):
            yield TimelineEvent(at, "assigned", agent_id=agents[ak] if ak is not None else None)
    if realm.has("pauses"):
        for begin, end, reason in _rows(realm, "pauses", sk, "from", "to", "reason"):
            yield TimelineEvent(begin, "paused", note=reason or "")
            if end is not None and end <= realm.as_of:
                yield TimelineEvent(end, "resumed")
    if realm.has("invites"):
        for at, by in _rows(realm, "invites", sk, "sent_at", "by"):
            if at is not None:
                yield TimelineEvent(at, "invited", role=by)
    if realm.has("ratings"):
        for at, score, ak in _rows(realm, "ratings", sk, "rated_at", "score", "ak"):
            agent = agents[ak] if ak is not None else None
            yield TimelineEvent(at, "rated", agent_id=agent, note=str(score))
    if session["ended_at"] is not None:
        yield TimelineEvent(session["ended_at"], "ended", note=session["end_reason"] or "")


def _rows(realm: Realm, name: str, sk: int, *columns: str) -> list[tuple[Any, ...]]:
    table = realm.keyed(name)
    rows = table.filter(table["sk"] == sk).order_by("rn")
    return realm.workspace.fetch(rows.select(*columns))


def _messages(realm: Realm, sk: int) -> Iterator[TimelineEvent]:
    if not realm.has("messages"):
        return
    table = realm.messages
    rows = table.filter(table["sk"] == sk)
    rows = rows.order_by(message_order(rows, rows.columns))
    extra = [
        rows[c] if c in rows.columns else ibis.null("string").name(c) for c in ("kind", "text")
    ]
    agents = realm.agent_ids
    for ts, role, ak, automatic, kind, text in realm.workspace.fetch(
        rows.select("ts", "role", "ak", "automatic", *extra)
    ):
        agent = agents[ak] if ak is not None else None
        yield TimelineEvent(ts, "message", ROLES[role], agent, automatic, text, kind or "")


def session_turns(
    realm: Realm,
    frames: Frames,
    clock: TypedClock,
    name: str,
    sk: int,
    session: Mapping[str, Any],
) -> Iterator[TurnRow]:
    """The turns of a clock, which the pack calls `name`, up to as-of or the session's end."""
    needs = Needs(frozenset({("", "wait"), ("", "ak"), ("", "agent_id")}))
    table = frames.frame("turns", clock, needs).table
    rows = table.filter(table["sk"] == sk).order_by("index")
    agents = realm.agent_ids
    ended = session["ended_at"]
    for index, asked, answered, wait, ak in realm.workspace.fetch(
        rows.select("index", "asked_at", "answered_at", "wait", "ak")
    ):
        until = realm.as_of if ended is None else ended
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
