"""Who holds which session: assignments, and the agents of a session."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

from checker.data.lazily import ibis, ir
from checker.facts.realm import Realm, numbered_rows
from checker.language.catalog import ROLES

AGENT = ROLES.index("agent")
_LATE = 1 << 62
Places: TypeAlias = "Callable[[ir.IntegerValue], ir.BooleanValue]"


def first_repliers(messages: ir.Table) -> ir.Table:
    """sk and ak of each session's first message with role agent that is not automatic."""
    human = messages.filter((messages["role"] == AGENT) & ~messages["automatic"])
    key = {"ts": human["ts"], "ak": ibis.coalesce(human["ak"], 1 << 30)}
    if "seq" in human.columns:
        key = {"ts": human["ts"], "seq": ibis.coalesce(human["seq"], _LATE), "ak": key["ak"]}
    return human.group_by("sk").agg(ak=human["ak"].argmin(ibis.struct(key)))


def assignments(realm: Realm) -> ir.Table:
    """Given assignments, and for platforms without any the one that each session's first agent has.

    Columns: pk, sk, ak, from, to, rn (order in the table), and stray: the id of a session that only
    assignments name, which has no sk.
    """
    parts = []
    without = None
    if realm.has("assignments"):
        parts.append(realm.keyed_rows("assignments"))
        without = realm.rowless("assignments")
    if without is not None or not parts:
        derived = _derived(realm, without)
        if parts:
            names = parts[0].columns
            types = parts[0].schema()
            derived = derived.select(
                *(
                    (derived[c] if c in derived.columns else ibis.null(types[c]))
                    .cast(types[c])
                    .name(c)
                    for c in names
                )
            )
        parts.append(derived)
    rows = parts[0] if len(parts) == 1 else parts[0].union(parts[1])
    return realm.workspace.keep(
        numbered_rows(realm.workspace, "assignments", rows), "assignments_keyed"
    )


def with_is_last(assigned: ir.Table) -> ir.Table:
    """`assigned` with is_last: of its session."""
    last = assigned["rn"].max().over(ibis.window(group_by=["pk", "sk", "stray"]))
    return assigned.mutate(is_last=assigned["rn"] == last)


def _derived(realm: Realm, at: Places | None) -> ir.Table:
    """One row per session at the places that `at` tells (None: all of them)."""
    sessions = realm.sessions
    if at is not None:
        sessions = sessions.filter(at(sessions["pk"]))
    if not realm.has("messages"):
        return sessions.filter(ibis.literal(False)).select(
            "pk",
            "sk",
            "session_id",
            ak=ibis.null("int32"),
            **{"from": ibis.null("int64"), "to": ibis.null("int64")},
        )
    first = first_repliers(realm.messages)
    first = first.filter(first["ak"].notnull())
    held = sessions.inner_join(first, sessions["sk"] == first["sk"])
    return held.select(
        sessions["pk"],
        sessions["sk"],
        sessions["session_id"],
        first["ak"],
        **{
            "from": ibis.coalesce(sessions["assigned_at"], sessions["started_at"]),
            "to": sessions["ended_at"],
        },
    )


def session_agents(assigned: ir.Table, messages: ir.Table | None) -> ir.Table:
    """sk and ak of each session's first human reply, else of its first assignment."""
    held = assigned.filter(assigned["sk"].notnull())
    first = held.group_by("sk").agg(rn=held["rn"].min())
    held = held.semi_join(first, held["rn"] == first["rn"]).select("sk", "ak")
    if messages is not None:
        first = first_repliers(messages)
        both = first.outer_join(held, first["sk"] == held["sk"], rname="held_{name}")
        held = both.select(
            sk=ibis.coalesce(both["sk"], both["held_sk"]),
            ak=ibis.coalesce(both["ak"], both["held_ak"]),
        )
    return held


def last_holders(assigned: ir.Table) -> ir.Table:
    """sk, last_ak and last_from of each session's last assignment."""
    held = assigned.filter(assigned["sk"].notnull())
    last = held.group_by("sk").agg(rn=held["rn"].max())
    ends = held.semi_join(last, held["rn"] == last["rn"])
    return ends.select("sk", last_ak=ends["ak"], last_from=ends["from"])


def replies(messages: ir.Table, assigned: ir.Table) -> ir.Table:
    """rn, replies and first_reply_at of each assignment that has replies."""
    human = messages.filter((messages["role"] == AGENT) & ~messages["automatic"])
    held = assigned.select("sk", "ak", "from", "to", "rn")
    # The engine holds the right side, which has fewer rows.
    pairs = human.inner_join(
        held, [human["sk"] == held["sk"], human["ak"] == held["ak"]], rname="a_{name}"
    )
    inside = (pairs["ts"] >= pairs["from"]) & (pairs["to"].isnull() | (pairs["ts"] < pairs["to"]))
    pairs = pairs.filter(inside)
    return pairs.group_by("rn").agg(replies=pairs.count(), first_reply_at=pairs["ts"].min())


def turn_assignments(turns: ir.Table, assigned: ir.Table) -> ir.Table:
    """sk, index and assigned_at: the start of the answering agent's latest assignment not after the
    answer. Unanswered turns are not here: theirs is the session's last assignment."""
    answered = turns.filter(turns["answered_at"].notnull())
    pairs = answered.inner_join(
        assigned,
        [answered["sk"] == assigned["sk"], answered["ak"] == assigned["ak"]],
        rname="a_{name}",
    )
    pairs = pairs.filter(pairs["from"] <= pairs["answered_at"])
    return pairs.group_by(["sk", "index"]).agg(assigned_at=pairs["from"].max())
