"""Who holds which session: assignments, and the agents of a session."""

from __future__ import annotations

from collections.abc import Callable

import ibis
import ibis.expr.types as ir

from checker.facts.order import table_order
from checker.facts.realm import Realm
from checker.language.catalog import ROLES

AGENT = ROLES.index("agent")
_LATE = 1 << 62
Places = Callable[[ir.IntegerValue], ir.BooleanValue]


def first_repliers(realm: Realm) -> ir.Table:
    """sk and ak of each session's first message with role agent that is not automatic."""
    messages = realm.messages
    human = messages.filter((messages["role"] == AGENT) & ~messages["automatic"])
    key = {"ts": human["ts"], "ak": ibis.coalesce(human["ak"], 1 << 30)}
    if "seq" in human.columns:
        key = {"ts": human["ts"], "seq": ibis.coalesce(human["seq"], _LATE), "ak": key["ak"]}
    return human.group_by("sk").agg(ak=human["ak"].argmin(ibis.struct(key)))


def assignments(realm: Realm) -> ir.Table:
    """Given assignments, and for platforms without any the one that each session's first agent has.

    Columns: pk, sk, ak, agent_id, from, to, rn (order in the table), is_last (of its session), and
    stray: the id of a session that only assignments name, which has no sk.
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
    order = table_order("assignments", rows)
    rows = rows.mutate(
        stray=ibis.ifelse(rows["sk"].isnull(), rows["session_id"], ibis.null("string"))
    )
    rows = rows.mutate(rn=ibis.row_number().over(order_by=order))
    of_session = ibis.window(group_by=["pk", "sk", "stray"])
    last = rows["rn"].max().over(of_session)
    return realm.workspace.keep(rows.mutate(is_last=rows["rn"] == last), "assignments_keyed")


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
            agent_id=ibis.null("string"),
            **{"from": ibis.null("int64"), "to": ibis.null("int64")},
        )
    first = first_repliers(realm)
    agents = realm.agent_table
    held = sessions.inner_join(first, sessions["sk"] == first["sk"])
    held = held.select(
        sessions["pk"],
        sessions["sk"],
        sessions["session_id"],
        first["ak"],
        **{
            "from": ibis.coalesce(sessions["assigned_at"], sessions["started_at"]),
            "to": sessions["ended_at"],
        },
    )
    return held.inner_join(agents, held["ak"] == agents["ak"]).select(
        *(held[c] for c in held.columns), agents["agent_id"]
    )


def session_agents(realm: Realm, assigned: ir.Table) -> ir.Table:
    """sk, ak (first human reply, else first assignment), last_ak and last_from (last assignment)."""
    held = assigned.filter(assigned["sk"].notnull())
    ends = held.group_by("sk").agg(
        first_ak=held["ak"].argmin(held["rn"]),
        last_ak=held["ak"].argmax(held["rn"]),
        last_from=held["from"].argmax(held["rn"]),
    )
    if not realm.has("messages"):
        only = ends.mutate(ak=ends["first_ak"]).drop("first_ak")
        return realm.workspace.keep(only, "session_agents")
    first = first_repliers(realm)
    both = first.outer_join(ends, first["sk"] == ends["sk"], rname="e_{name}")
    return realm.workspace.keep(
        both.select(
            sk=ibis.coalesce(both["sk"], both["e_sk"]),
            ak=ibis.coalesce(both["ak"], both["first_ak"]),
            last_ak=both["last_ak"],
            last_from=both["last_from"],
        ),
        "session_agents",
    )


def replies(realm: Realm, assigned: ir.Table) -> ir.Table:
    """rn, replies and first_reply_at of each assignment that has replies."""
    messages = realm.messages
    human = messages.filter((messages["role"] == AGENT) & ~messages["automatic"])
    pairs = assigned.inner_join(
        human, [assigned["sk"] == human["sk"], assigned["ak"] == human["ak"]], rname="m_{name}"
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
