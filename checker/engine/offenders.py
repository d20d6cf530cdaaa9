"""Offenders: the first rows to blame of each group, with session, turn, agent, instant and wait."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import itemgetter

from checker.data.lazily import ibis, ir
from checker.engine import expressions as ex
from checker.engine.blame import TurnCondition, turn_conditions
from checker.engine.flags import Flags, row_keys, row_order
from checker.engine.frames import Frames
from checker.engine.measured import Offender
from checker.engine.needs import Needs, needs_of
from checker.engine.tally import GroupKey
from checker.engine.tasks import Task
from checker.facts import zones
from checker.facts.joins import among
from checker.language import tree as tr
from checker.language import types as t
from checker.language.catalog import TABLES
from checker.packs.typed import TypedRatio

Listed = dict[Task, dict[GroupKey, tuple[Offender, ...]]]
_KEY_TYPES = {"channel": "string", "buyer": "string"}  # all others are integers


@dataclass(frozen=True)
class Job:
    """One task whose bad rows are wanted, and the columns that name its groups; `wanted` asks for
    other rows instead."""

    task: Task
    flags: Flags
    keys: Mapping[str, ir.Value]
    wanted: ir.BooleanValue | None = None

    @property
    def named_keys(self) -> dict[str, ir.Value]:
        """The keys by what they stand for."""
        names = ("platform", *self.task.grouping.scopes, "period")
        return dict(zip(names, self.keys.values(), strict=True))


def ask_offenders(frames: Frames, jobs: Sequence[Job], limit: int) -> Callable[[], Listed]:
    """At most `limit` offenders of each group of each job, in the order of the fact's rows; to be had
    when they are needed. The jobs share fact, clock and platforms."""
    jobs = [job for job in jobs if _wanted(job) is not None]
    if not jobs or not limit:
        return dict
    realm = frames.realm
    names = list(dict.fromkeys(name for job in jobs for name in job.named_keys))
    picked = _picked(frames, jobs, names, limit)
    described = _described(frames, [job.task for job in jobs], names, picked)
    answer = realm.workspace.ask(described)
    agents = realm.agent_ids_asked
    groups_of = [itemgetter(*(1 + names.index(name) for name in job.named_keys)) for job in jobs]
    rank = itemgetter(1 + len(names))

    def listed() -> Listed:
        found: list[dict[GroupKey, list[Offender]]] = [{} for _ in jobs]
        ids = agents()
        for row in sorted(answer(), key=rank):
            job, place, session, turn, agent, at, wait = row[0], *row[-6:]
            shop, agent_id = realm.places[place].shop, None if agent is None else ids[agent]
            one = Offender(shop, session, turn, agent_id, at, wait)
            found[job].setdefault(groups_of[job](row), []).append(one)
        return {
            job.task: {group: tuple(rows) for group, rows in groups.items()}
            for job, groups in zip(jobs, found, strict=True)
        }

    return listed


def _key(name: str) -> str:
    return f"of_{name}"


def _picked(frames: Frames, jobs: Sequence[Job], names: Sequence[str], limit: int) -> ir.Table:
    """The first bad rows of each group of each job: job, the group's keys, number in the group, pk, the
    row's keys, and what its flags say of it."""
    bad = [_bad_rows(frames, index, job, names) for index, job in enumerate(jobs)]
    every = reduce(lambda one, other: one.union(other), bad)
    order = [c for c in every.columns if c.startswith("order_")]
    group = ["job", *map(_key, names)]
    number = ibis.row_number().over(ibis.window(group_by=group, order_by=order))
    numbered = every.select(*(c for c in every.columns if c not in order), number=number)
    return numbered.filter(numbered["number"] < limit)


def _bad_rows(frames: Frames, index: int, job: Job, names: Sequence[str]) -> ir.Table:
    fact, table = job.task.fact, job.flags.table
    own, types = job.named_keys, {name: _KEY_TYPES.get(name, "int64") for name in names}
    keys = {
        _key(name): own[name].cast(types[name]) if name in own else ibis.null(types[name])
        for name in names
    }
    order = {f"order_{i}": key for i, key in enumerate(row_order(frames, fact, table))}
    rows = {name: table[name] for name in ("pk", *row_keys(fact))}
    job_number = ibis.literal(index, "int32").name("job")
    said = _flagged(frames, fact, table)
    return table.filter(_wanted(job)).select(job_number, **keys, **rows, **said, **order)


def _wanted(job: Job) -> ir.BooleanValue | None:
    return _bad(job.flags, job.task) if job.wanted is None else job.wanted


def _bad(flags: Flags, task: Task) -> ir.BooleanValue | None:
    if isinstance(task.population, TypedRatio):
        rows, good = task.rows, task.population.good
        bad = flags["in", rows] & ~flags["good", rows, good]
        if ("pending", rows, good) in flags.columns:
            bad = bad & ~flags["pending", rows, good]
        return bad
    return flags["bad", task.rows, task.bad] if task.bad is not None else None


# -- what is said of a row -----------------------------------------------------------------------

_SAID = {"session": "string", "turn": "int32", "agent": "int32", "at": "int64", "wait": "int64"}
"""What is said of a row beside its shop; agents by their keys."""

_COLUMNS = {"session": "session_id", "agent": "scope_agent", "at": "time", "wait": "wait"}
"""Where flags and frames have it."""


def _flagged(frames: Frames, fact: str, table: ir.Table) -> dict[str, ir.Value]:
    """What flags say of a row."""
    own = {"turns": {"turn": "index"}, "messages": {"agent": "ak"}}.get(fact, {})
    said = {n: table[c] for n, c in (_COLUMNS | own).items() if c in table.columns}
    if fact == "buyer_days":
        said["at"] = frames.realm.zone.instant(table["day"].cast("int64") * zones.DAY_US)
    return said


def _unflagged(fact: str, flagged: Sequence[str]) -> list[str]:
    """What flags do not say, and the rows themselves do; sessions are looked up by their keys."""
    table = TABLES[fact]
    told = ["wait"] if fact == "turns" else []
    if table.column("agent_id") or "session" in table.parents:
        told.append("agent")
    if table.column("session_id") and "sk" not in row_keys(fact):
        told.append("session")
    return [name for name in told if name not in flagged]


def _described(
    frames: Frames, tasks: Sequence[Task], names: Sequence[str], picked: ir.Table
) -> ir.Table:
    """job, the groups' keys, number, pk and all that is said of the picked rows."""
    fact = tasks[0].fact
    unflagged = _unflagged(fact, picked.columns)
    conditions = {i: c for i, task in enumerate(tasks) if (c := _conditions(task))}
    rows = frames.realm.workspace.keep(picked, "picked") if unflagged or conditions else picked
    joined: ir.Table = rows
    said = {name: rows[name] for name in _SAID if name in rows.columns}
    if "sk" in row_keys(fact):
        # Sessions look up the few rows: what stands on the right of a join is built in memory.
        sessions = frames.realm.sessions
        joined = sessions.inner_join(rows, sessions["sk"] == rows["sk"], rname="r_{name}")
        said["session"] = sessions["session_id"]
    if unflagged:
        own = _own(frames, tasks[0], unflagged, rows)
        pairs = [rows[key] == own[f"row_{key}"] for key in row_keys(fact)]
        joined = joined.left_join(own, pairs)
        said |= {name: own[f"own_{name}"] for name in unflagged}
    said = {name: said.get(name, ibis.null(kind)) for name, kind in _SAID.items()}
    if conditions:
        keys = row_keys(fact)
        turns = _blamed_turns(frames, tasks, conditions, _only(rows, keys))
        pairs = [rows[key] == turns[f"blamed_{key}"] for key in keys]
        joined = joined.left_join(turns, [rows["job"] == turns["blamed_job"], *pairs])
        found = turns["blamed_job"].notnull()
        for name in said:
            if (column := f"blamed_{name}") in turns.columns:
                said[name] = ibis.ifelse(found, turns[column], said[name])
    heads = ("job", *map(_key, names), "number", "pk")
    return joined.select(*(rows[name] for name in heads), **said)


def _own(frames: Frames, task: Task, names: Sequence[str], rows: ir.Table) -> ir.Table:
    """The keys of the fact's `rows`, and what the fact itself says of them under `names`."""
    keys = row_keys(task.fact)
    scopes = frozenset({"agent"} & set(names))
    needs = Needs(frozenset(("", _COLUMNS[name]) for name in names if name not in scopes))
    frame = frames.frame(task.fact, task.clock, needs, scopes, only=_only(rows, keys)).table
    said = {f"own_{name}": frame[_COLUMNS[name]] for name in names}
    return frame.select(**{f"row_{key}": frame[key] for key in keys}, **said)


def _only(rows: ir.Table, keys: Sequence[str]) -> ir.Table:
    return rows.select(**{f"row_{key}": rows[key] for key in keys})


# -- the turn to blame ---------------------------------------------------------------------------


_TURN = {"turn": "index", "agent": "ak", "at": "asked_at", "wait": "wait"}
_OF_DAY = {"session": "session__session_id"}  # of which a buyer day may have several


def _blamed_turns(
    frames: Frames,
    tasks: Sequence[Task],
    conditions: Mapping[int, Sequence[TurnCondition]],
    only: ir.Table,
) -> ir.Table:
    """The first turn of each row of `only` that broke the conditions of each task.

    A wait that may still end well breaks nothing, so open turns count as answered at as-of.
    """
    fact, clock = tasks[0].fact, tasks[next(iter(conditions))].clock
    keys = row_keys(fact)
    needs = needs_of([one.predicate for found in conditions.values() for one in found])
    needs |= Needs(frozenset({("", "wait"), ("", "ak")}))
    columns = _TURN
    if fact == "buyer_days":
        needs |= Needs(frozenset({("session", "buyer_id"), ("session", "session_id")}))
        columns = _TURN | _OF_DAY
    frame = frames.frame(
        "turns",
        clock,
        needs,
        pending=True,
        places=frames.realm.place_keys(tasks[0].platforms),
        only=only if fact == "sessions" else None,
    )
    turns = linked_turns(frames, fact, frame.table)
    if fact == "buyer_days":
        turns = among(turns, only, {key: f"row_{key}" for key in keys})
    first = []
    for index, found in conditions.items():
        broken = turns.filter(_broken(found, frame.pending_row, turns))
        order = [broken["asked_at"], broken["sk"], broken["index"]]
        place = ibis.row_number().over(ibis.window(group_by=keys, order_by=order))
        broken = broken.mutate(place=place)
        broken = broken.filter(broken["place"] == 0)
        said = {f"blamed_{name}": broken[column] for name, column in columns.items()}
        job = ibis.literal(index, "int32").name("blamed_job")
        of_row = {f"blamed_{key}": broken[key] for key in keys}
        first.append(broken.select(job, **of_row, **said))
    return reduce(lambda one, other: one.union(other), first)


def _conditions(task: Task) -> list[TurnCondition]:
    if task.clock is None or task.fact not in ("sessions", "buyer_days"):
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
