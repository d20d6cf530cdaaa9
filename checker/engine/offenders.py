"""Offenders: the first rows to blame of each group, with session, turn, agent, instant and wait."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis
import ibis.expr.types as ir

from checker.engine import expressions as ex
from checker.engine.blame import TurnCondition, turn_conditions
from checker.engine.flags import Flags, row_keys, row_order
from checker.engine.frames import Frames, scope_key
from checker.engine.measured import Offender
from checker.engine.needs import Needs, needs_of
from checker.engine.tally import GroupKey
from checker.engine.tasks import Task
from checker.facts import zones
from checker.language import tree as tr
from checker.language import types as t
from checker.language.catalog import TABLES
from checker.packs.typed import TypedRatio


def list_offenders(
    frames: Frames, flags: Flags, keys: Mapping[str, ir.Value], task: Task, limit: int
) -> dict[GroupKey, tuple[Offender, ...]]:
    """At most `limit` offenders of each group, in the order of the fact's rows."""
    bad = _bad(flags, task)
    if bad is None or limit == 0:
        return {}
    table = flags.table.mutate(**keys).filter(bad)
    order = row_order(frames, task.fact, table)
    number = ibis.row_number().over(ibis.window(group_by=list(keys), order_by=order))
    ranked = table.mutate(number=number)
    ids = row_keys(task.fact)
    chosen = ranked.filter(ranked["number"] < limit).select(*keys, "number", "pk", *ids)
    chosen = frames.realm.workspace.keep(chosen)
    described = _described(frames, task, chosen)
    columns = [
        described[c] for c in (*keys, "number", "pk", "session_id", "turn", "ak", "at", "wait")
    ]
    found: dict[GroupKey, list[tuple[int, Offender]]] = {}
    agents, places = frames.realm.agent_ids, frames.realm.places
    for *group, rank, pk, session, turn, ak, at, wait in frames.realm.workspace.fetch(
        described.select(*columns)
    ):
        offender = Offender(
            places[pk].shop,
            session,
            turn,
            None if ak is None else agents[ak],
            at,
            wait,
        )
        found.setdefault(tuple(group), []).append((rank, offender))
    return {
        group: tuple(offender for _, offender in sorted(rows, key=_rank))
        for group, rows in found.items()
    }


def _rank(row: tuple[int, Any]) -> int:
    return row[0]


def _bad(flags: Flags, task: Task) -> ir.BooleanValue | None:
    if isinstance(task.population, TypedRatio):
        rows, good = task.rows, task.population.good
        bad = flags["in", rows] & ~flags["good", rows, good]
        if ("pending", rows, good) in flags.columns:
            bad = bad & ~flags["pending", rows, good]
        return bad
    return flags["bad", task.rows, task.bad] if task.bad is not None else None


def _described(frames: Frames, task: Task, chosen: ir.Table) -> ir.Table:
    """`chosen` with session_id, turn, ak, at and wait of each row."""
    match task.fact:
        case "turns":
            return _turns(frames, task, chosen, ["sk", "index"])
        case "sessions" | "buyer_days":
            return _by_turn(frames, task, chosen)
    return _others(frames, task, chosen)


_TURN = Needs(frozenset({("", "wait"), ("", "ak"), ("", "agent_id"), ("session", "session_id")}))


def _turns(frames: Frames, task: Task, chosen: ir.Table, keys: list[str]) -> ir.Table:
    turns = frames.frame("turns", task.clock, _TURN).table
    joined = chosen.inner_join(turns, [chosen[k] == turns[k] for k in keys], rname="t_{name}")
    return joined.select(
        *(chosen[c] for c in chosen.columns),
        session_id=turns["session__session_id"],
        turn=turns["index"],
        ak=turns["ak"],
        at=turns["asked_at"],
        wait=turns["wait"],
    )


def _by_turn(frames: Frames, task: Task, chosen: ir.Table) -> ir.Table:
    """Sessions and buyer days, with the first turn that broke the rule where one can be named."""
    predicate: tr.Tree
    if isinstance(task.population, TypedRatio):
        predicate = task.population.good
    else:
        assert task.bad is not None
        predicate = tr.Not(t.BOOL, task.bad)
    conditions = list(turn_conditions(predicate)) if task.clock is not None else []
    plain = _without_turn(frames, task, chosen)
    if not conditions:
        return plain
    worst = _blamed(frames, task, chosen, conditions)
    joined = plain.left_join(worst, plain["number_id"] == worst["number_id"], rname="w_{name}")
    return joined.select(
        *(plain[c] for c in plain.columns if c not in _DETAILS),
        session_id=ibis.coalesce(worst["session_id"], plain["session_id"]),
        turn=worst["turn"],
        ak=ibis.ifelse(worst["turn"].notnull(), worst["ak"], plain["ak"]),
        at=ibis.coalesce(worst["at"], plain["at"]),
        wait=worst["wait"],
    )


_DETAILS = ("session_id", "turn", "ak", "at", "wait")


def _number_id(table: ir.Table) -> ir.Value:
    """Tells chosen rows apart: a row is in one group, and has one rank there."""
    return table["sk"] if "sk" in table.columns else table["rn"]


def _without_turn(frames: Frames, task: Task, chosen: ir.Table) -> ir.Table:
    if task.fact == "buyer_days":
        days = frames.frame("buyer_days", task.clock, Needs()).table
        joined = chosen.inner_join(days, chosen["rn"] == days["rn"], rname="d_{name}")
        midnight = frames.realm.zone.instant(days["date"].cast("int64") * zones.DAY_US)
        return joined.select(
            *(chosen[c] for c in chosen.columns),
            number_id=chosen["rn"],
            session_id=ibis.null("string"),
            turn=ibis.null("int32"),
            ak=ibis.null("int32"),
            at=midnight,
            wait=ibis.null("int64"),
        )
    needs = Needs(frozenset({("", "session_id"), ("", "started_at"), ("", "ak"), ("", "agent_id")}))
    sessions = frames.frame("sessions", task.clock, needs).table
    joined = chosen.inner_join(sessions, chosen["sk"] == sessions["sk"], rname="d_{name}")
    return joined.select(
        *(chosen[c] for c in chosen.columns),
        number_id=chosen["sk"],
        session_id=sessions["session_id"],
        turn=ibis.null("int32"),
        ak=sessions["ak"],
        at=sessions["started_at"],
        wait=ibis.null("int64"),
    )


def _blamed(
    frames: Frames, task: Task, chosen: ir.Table, conditions: list[TurnCondition]
) -> ir.Table:
    """number_id and the first turn that breaks a condition. A wait that may still end well does not
    break one, so conditions see open turns as answered at as-of."""
    needs = _TURN | needs_of([c.predicate for c in conditions])
    if task.fact == "buyer_days":
        needs |= Needs(frozenset({("session", "buyer_id")}))
    frame = frames.frame("turns", task.clock, needs, pending=True)
    turns = frame.table
    broken = ibis.literal(False)
    for one in conditions:
        fails = ~ex.condition(one.predicate, frame.pending_row)
        if one.position == "first":
            fails = fails & (turns["index"] == 1)
        elif one.position == "last":
            fails = fails & turns["is_last"]
        broken = broken | fails
    turns = turns.mutate(broken=broken)
    if task.fact == "buyer_days":
        days = frames.frame("buyer_days", task.clock, Needs()).table
        turns = turns.mutate(date=zones.day_of(frames.realm.zone.local(turns["asked_at"])))
        pairs = [
            turns["pk"] == days["pk"],
            turns["session__buyer_id"] == days["buyer_id"],
            turns["date"] == days["date"],
        ]
        linked = turns.inner_join(days, pairs, rname="d_{name}")
        turns = linked.select(*(turns[c] for c in turns.columns), number_id=days["rn"])
        ids = chosen.select(wanted=chosen["rn"]).distinct()
    else:
        turns = turns.mutate(number_id=turns["sk"])
        ids = chosen.select(wanted=chosen["sk"]).distinct()
    turns = turns.filter(turns["broken"]).semi_join(ids, turns["number_id"] == ids["wanted"])
    order = [turns["asked_at"], turns["sk"], turns["index"]]
    first = ibis.row_number().over(ibis.window(group_by="number_id", order_by=order))
    ranked = turns.mutate(place=first)
    ranked = ranked.filter(ranked["place"] == 0)
    return ranked.select(
        "number_id",
        "ak",
        "wait",
        session_id=ranked["session__session_id"],
        turn=ranked["index"],
        at=ranked["asked_at"],
    )


def _others(frames: Frames, task: Task, chosen: ir.Table) -> ir.Table:
    """Rows of any other fact: session and agent where they have them, and the fact's own time."""
    fact = task.fact
    table = TABLES[fact]
    columns = set()
    has_session = "session" in table.parents
    if has_session:
        columns.add(("", "session_id"))
    if table.column("agent_id") or has_session:
        columns.add(scope_key(fact, "agent", frames.realm))
    frame = frames.frame(fact, task.clock, Needs(frozenset(columns)))
    rows = frame.table
    keys = row_keys(fact)
    if fact == "messages":
        rows = rows.select(*keys, "session_id").distinct()
    pairs = [_same(chosen[k], rows[k]) for k in keys]
    joined = chosen.inner_join(rows, pairs, rname="o_{name}")
    agent = next((c for c in ("ak", "session__ak") if c in rows.columns), None)
    null_agent = ibis.null("int32")
    time = rows[table.time] if table.time in rows.columns else ibis.null("int64")
    return joined.select(
        *(chosen[c] for c in chosen.columns if c not in _DETAILS),
        session_id=rows["session_id"] if has_session else ibis.null("string"),
        turn=ibis.null("int32"),
        ak=rows[agent] if agent else null_agent,
        at=time,
        wait=ibis.null("int64"),
    )


def _same(left: ir.Value, right: ir.Value) -> ir.BooleanValue:
    return left.identical_to(right)
