"""Offenders: the first rows to blame of each group, with session, turn, agent, instant and wait."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any

import ibis
import ibis.expr.types as ir

from checker.engine import expressions as ex
from checker.engine.blame import TurnCondition, turn_conditions
from checker.engine.flags import Flags, row_keys, row_order
from checker.engine.frames import Frames
from checker.engine.measured import Offender
from checker.engine.needs import Needs, needs_of
from checker.engine.tally import GroupKey
from checker.engine.tasks import Grouping, Task
from checker.facts import zones
from checker.language import tree as tr
from checker.language import types as t
from checker.language.catalog import TABLES
from checker.packs.typed import TypedRatio

RowId = tuple[Any, ...]
_ID_TYPES = {
    "sk": "int32",
    "index": "int32",
    "rn": "int64",
    "ts": "int64",
    "pk": "int32",
    "ak": "int32",
    "from": "int64",
    "date": "int64",
    "buyer_id": "string",
}


@dataclass(frozen=True)
class Job:
    """One task whose bad rows are wanted, and the columns that name its groups; `wanted` asks for
    other rows instead."""

    task: Task
    flags: Flags
    keys: Mapping[str, ir.Value]
    wanted: ir.BooleanValue | None = None


@dataclass(frozen=True, slots=True)
class _Picked:
    group: GroupKey
    rank: int
    place: int
    row: RowId


@dataclass(frozen=True, slots=True)
class _Detail:
    session: str | None
    turn: int | None
    agent: int | None
    at: int | None
    wait: int | None


def list_offenders(
    frames: Frames, jobs: Sequence[Job], limit: int
) -> dict[Task, dict[GroupKey, tuple[Offender, ...]]]:
    """At most `limit` offenders of each group of each job, in the order of the fact's rows.

    The jobs share fact, clock and platforms. What describes a row is fetched once for all of them.
    """
    picked = _picked(frames, jobs, limit)
    rows = {one.row for found in picked.values() for one in found}
    if not rows:
        return {}
    task = jobs[0].task
    details = _details(frames, task, rows)
    blamed = _blamed_turns(frames, [job.task for job in jobs], rows)
    result: dict[Task, dict[GroupKey, tuple[Offender, ...]]] = {}
    for job in jobs:
        turns = blamed.get(job.task, {})
        groups: dict[GroupKey, list[_Picked]] = {}
        for one in picked[job.task]:
            groups.setdefault(one.group, []).append(one)
        result[job.task] = {
            group: tuple(
                _offender(frames, one.place, turns.get(one.row, details[one.row]))
                for one in sorted(found, key=lambda p: p.rank)
            )
            for group, found in groups.items()
        }
    return result


def _offender(frames: Frames, place: int, detail: _Detail) -> Offender:
    agent = None if detail.agent is None else frames.realm.agent_ids[detail.agent]
    shop = frames.realm.places[place].shop
    return Offender(shop, detail.session, detail.turn, agent, detail.at, detail.wait)


def _picked(frames: Frames, jobs: Sequence[Job], limit: int) -> dict[Task, list[_Picked]]:
    """The first bad rows of each group of each job, by their keys; one query per grouping."""
    found: dict[Task, list[_Picked]] = {job.task: [] for job in jobs}
    groupings: dict[Grouping, list[Job]] = {}
    for job in jobs:
        groupings.setdefault(job.task.grouping, []).append(job)
    for same in groupings.values():
        ranked = [one for i, job in enumerate(same) if (one := _ranked(frames, job, i)) is not None]
        if not ranked:
            continue
        every = reduce(lambda one, other: one.union(other), ranked)
        width = len(same[0].keys)
        for row in frames.realm.workspace.fetch(every.filter(every["number"] < limit)):
            one = _Picked(
                tuple(row[1 : width + 1]), row[-1], row[width + 1], tuple(row[width + 2 : -1])
            )
            found[same[row[0]].task].append(one)
    return found


def _ranked(frames: Frames, job: Job, index: int) -> ir.Table | None:
    """job, the group's keys, pk, the row's keys and its number among the bad rows of its group."""
    bad = _bad(job.flags, job.task) if job.wanted is None else job.wanted
    if bad is None:
        return None
    table = job.flags.table.mutate(**job.keys).filter(bad)
    order = row_order(frames, job.task.fact, table)
    number = ibis.row_number().over(ibis.window(group_by=list(job.keys), order_by=order))
    return table.select(
        ibis.literal(index, "int32").name("job"),
        *job.keys,
        table["pk"].name("place"),
        *row_keys(job.task.fact),
        number=number,
    )


def _bad(flags: Flags, task: Task) -> ir.BooleanValue | None:
    if isinstance(task.population, TypedRatio):
        rows, good = task.rows, task.population.good
        bad = flags["in", rows] & ~flags["good", rows, good]
        if ("pending", rows, good) in flags.columns:
            bad = bad & ~flags["pending", rows, good]
        return bad
    return flags["bad", task.rows, task.bad] if task.bad is not None else None


def _row_table(frames: Frames, names: Sequence[str], rows: Iterable[RowId]) -> ir.Table:
    columns = list(zip(*sorted(rows), strict=True))
    return frames.realm.workspace.table(
        {f"row_{name}": values for name, values in zip(names, columns, strict=True)},
        {f"row_{name}": _ID_TYPES[name] for name in names},
    )


# -- what describes a row ------------------------------------------------------------------------


def _details(frames: Frames, task: Task, rows: set[RowId]) -> dict[RowId, _Detail]:
    """Session, turn, agent, instant and wait of rows of a fact."""
    fact, names = task.fact, row_keys(task.fact)
    if fact == "messages":
        sessions = _sessions(frames, {row[:1] for row in rows})
        return {row: _Detail(sessions[row[0]], None, row[2], row[1], None) for row in rows}
    wanted = _row_table(frames, names, rows)
    needs, scopes = _detail_needs(fact), _detail_scopes(fact)
    frame = frames.frame(fact, task.clock, needs, scopes, only=wanted).table
    described = frame.select(*names, **_described(frames, fact, frame))
    width = len(names)
    return {
        tuple(row[:width]): _Detail(*row[width:]) for row in frames.realm.workspace.fetch(described)
    }


def _sessions(frames: Frames, keys: set[RowId]) -> dict[int, str]:
    wanted = _row_table(frames, ["sk"], keys)
    sessions = frames.realm.sessions
    joined = wanted.inner_join(sessions, wanted["row_sk"] == sessions["sk"])
    return dict(frames.realm.workspace.fetch(joined.select("row_sk", sessions["session_id"])))


def _detail_needs(fact: str) -> Needs:
    table = TABLES[fact]
    if fact == "turns":
        return _TURN
    return Needs(frozenset({("", "session_id")} if table.column("session_id") else ()))


def _detail_scopes(fact: str) -> frozenset[str]:
    table = TABLES[fact]
    named = table.column("agent_id") or "session" in table.parents
    return frozenset({"agent"} if named and fact != "turns" else ())


_TURN = Needs(frozenset({("", "wait"), ("", "ak"), ("", "agent_id"), ("session", "session_id")}))


def _described(frames: Frames, fact: str, frame: ir.Table) -> dict[str, ir.Value]:
    """The columns of _Detail, in its order."""
    have = frame.columns
    session = next((c for c in ("session__session_id", "session_id") if c in have), None)
    agent = "ak" if fact == "turns" else "scope_agent"
    time = TABLES[fact].time
    at = frame[time] if time in have else ibis.null("int64")
    if fact == "buyer_days":
        at = frames.realm.zone.instant(frame["date"].cast("int64") * zones.DAY_US)
    return {
        "said_session": frame[session] if session else ibis.null("string"),
        "said_turn": frame["index"] if fact == "turns" else ibis.null("int32"),
        "said_agent": frame[agent] if agent in have else ibis.null("int32"),
        "said_at": at,
        "said_wait": frame["wait"] if fact == "turns" else ibis.null("int64"),
    }


# -- the turn to blame ---------------------------------------------------------------------------


def _blamed_turns(
    frames: Frames, tasks: Sequence[Task], rows: set[RowId]
) -> dict[Task, dict[RowId, _Detail]]:
    """For sessions and buyer days the first turn that broke each rule, where one can be named.

    A wait that may still end well breaks nothing, so open turns count as answered at as-of.
    """
    fact = tasks[0].fact
    conditions = {task: _conditions(task) for task in tasks} if fact in _WITH_TURNS else {}
    blaming = [task for task in tasks if conditions.get(task)]
    if not blaming:
        return {}
    clock = blaming[0].clock
    needs = _TURN | needs_of([c.predicate for task in blaming for c in conditions[task]])
    if fact == "buyer_days":
        needs |= Needs(frozenset({("session", "buyer_id")}))
    names = row_keys(fact)
    wanted = _row_table(frames, names, rows)
    only = wanted if fact == "sessions" else None
    places = frames.realm.place_keys(blaming[0].platforms)
    frame = frames.frame("turns", clock, needs, pending=True, places=places, only=only)
    turns = linked_turns(frames, fact, frame.table)
    if only is None:
        turns = turns.semi_join(wanted, [turns[k] == wanted[f"row_{k}"] for k in names])
    first = []
    for index, task in enumerate(blaming):
        broken = turns.filter(_broken(conditions[task], frame.pending_row, turns))
        order = [broken["asked_at"], broken["sk"], broken["index"]]
        place = ibis.row_number().over(ibis.window(group_by=names, order_by=order))
        numbered = broken.mutate(place=place)
        numbered = numbered.filter(numbered["place"] == 0)
        described = _described(frames, "turns", numbered)
        first.append(numbered.select(ibis.literal(index, "int32").name("job"), *names, **described))
    found: dict[Task, dict[RowId, _Detail]] = {}
    every = reduce(lambda one, other: one.union(other), first)
    width = len(names) + 1
    for row in frames.realm.workspace.fetch(every):
        found.setdefault(blaming[row[0]], {})[tuple(row[1:width])] = _Detail(*row[width:])
    return found


_WITH_TURNS = ("sessions", "buyer_days")


def _conditions(task: Task) -> list[TurnCondition]:
    if task.clock is None:
        return []
    if isinstance(task.population, TypedRatio):
        return list(turn_conditions(task.population.good))
    assert task.bad is not None
    return list(turn_conditions(tr.Not(t.BOOL, task.bad)))


def linked_turns(frames: Frames, fact: str, turns: ir.Table) -> ir.Table:
    """`turns` with the row keys of the session or buyer day that each belongs to."""
    return frames.derived.dated(turns) if fact == "buyer_days" else turns


def _broken(conditions: Sequence[TurnCondition], row: ex.Row, turns: ir.Table) -> ir.BooleanValue:
    broken = ibis.literal(False)
    for one in conditions:
        fails = ~ex.condition(one.predicate, row)
        if one.position == "first":
            fails = fails & (turns["index"] == 1)
        elif one.position == "last":
            fails = fails & turns["is_last"]
        broken = broken | fails
    return broken
