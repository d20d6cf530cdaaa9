"""When an open turn breaks a rule: the first microsecond at which, with nothing new, its row is bad.

A row is judged by the engine itself, with the wait of its open turns running up to a candidate instant
in place of as-of. The candidates close in on the deadline from both sides, all rows of a rule at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeAlias

import ibis
import ibis.expr.types as ir

from checker.data.workspace import Workspace
from checker.engine.flags import EVERY_DAY, build_flags, period_key, row_keys
from checker.engine.frames import Frames
from checker.engine.needs import Needs, mentions_wait
from checker.engine.offenders import linked_turns
from checker.engine.run import ENGINE_ERRORS, Run, RunOptions
from checker.engine.tasks import Task, grouping_of
from checker.facts.realm import Realm
from checker.facts.zones import DAY_US
from checker.language import tree as tr
from checker.language.types import Kind
from checker.packs.typed import TypedClock, TypedPack, TypedRatio, TypedRevision, TypedRule

HORIZON_US = 400 * DAY_US
"""A limit that does not pass within this time of the question is no limit: the clock stands still."""

RowKey: TypeAlias = tuple[Any, ...]
Moments: TypeAlias = Mapping[int, int]
"""Session key to the instant up to which its open turn waits."""


@dataclass(frozen=True, slots=True)
class OpenTurn:
    """An unanswered turn of a session that has not ended. Instants and waits are microseconds; `wait`
    is the clock's, up to as-of, or None where the clock gives none."""

    platform: str
    shop_id: str | None
    session_id: str
    index: int
    agent_id: str | None
    asked_at: int
    wait: int | None


@dataclass(frozen=True, slots=True)
class RunningLimit:
    """What a rule says of an open turn. `deadline` is the first instant at which the row is bad (None:
    never, as things stand); `lost` says that it was bad before this turn began to wait."""

    rule: TypedRule
    revision: TypedRevision
    turn: OpenTurn
    deadline: int | None
    lost: bool = False


def is_watched(rule: TypedRule) -> bool:
    """Whether waiting can break the rule: rows that are good or bad, and a wait among what decides."""
    return any(_ratio(revision) is not None for revision in rule.revisions)


def _ratio(revision: TypedRevision) -> TypedRatio | None:
    measure = revision.measure
    if not isinstance(measure, TypedRatio) or not mentions_wait(measure.good):
        return None
    return replace(measure, good=waiting_part(measure.good))


def waiting_part(good: tr.Tree) -> tr.Tree:
    """Of what must hold, the conditions that read a wait: the others are not broken by waiting.

    `first(turns, wait) <= 45s and ended` has no pending row, for nothing has ended that is open; what
    runs out is its first half.
    """
    match good:
        case tr.Junction(op="and", items=items):
            parts = tuple(waiting_part(item) for item in items if mentions_wait(item))
            return parts[0] if len(parts) == 1 else replace(good, items=parts)
        case tr.Relation(function="all", relation="turns", predicate=tr.Typed() as predicate):
            return replace(good, predicate=waiting_part(predicate))
    return good


_TOLD = Needs(
    frozenset({("", "wait"), ("", "agent_id"), ("session", "session_id"), ("session", "buyer_id")})
)


@dataclass(frozen=True, slots=True)
class _Turn:
    told: OpenTurn
    session: int
    row: RowKey


@dataclass
class _Search:
    """One row between `low`, at which it is not bad, and `high`, at which it is. `sessions` are those
    of its open turns, `asked` and `wait` those of the first of them."""

    sessions: tuple[int, ...]
    asked: int
    wait: int | None
    low: int = 0
    high: int | None = None
    lost: bool = False

    @property
    def solved(self) -> bool:
        return self.lost or (self.high is not None and self.high - self.low <= 1)

    def learn(self, at: int, bad: bool) -> None:
        if bad and at > self.low and (self.high is None or at < self.high):
            self.high = at
        elif not bad and at > self.low and (self.high is None or at < self.high):
            self.low = at


class Deadlines(Run):
    """The open turns of a realm under its packs, and when each runs out under each rule."""

    def __init__(self, realm: Realm, packs: Sequence[TypedPack]) -> None:
        super().__init__(realm, packs, RunOptions())
        self.failures: dict[str, str] = {}  # rules that the engine could not compute, and why
        self._found: dict[object, list[_Turn]] = {}

    @property
    def open_sessions(self) -> set[tuple[str, str | None, str]]:
        """Platform, shop and session of every open turn that `limits` came across."""
        told = (turn.told for turns in self._found.values() for turn in turns)
        return {(turn.platform, turn.shop_id, turn.session_id) for turn in told}

    def limits(self) -> list[RunningLimit]:
        found: list[RunningLimit] = []
        for pack in self.packs:
            for rule in filter(is_watched, pack.rules):
                platforms = self._evaluable(pack, rule, [])
                for revision in rule.revisions:
                    ratio = _ratio(revision)
                    if ratio is None or revision.clock is None or not platforms:
                        continue
                    grouping = grouping_of(revision)
                    task = Task(rule, revision, None, ratio, grouping, platforms, False)
                    try:
                        found += self._of_task(pack, task, revision.clock)
                    except ENGINE_ERRORS as error:
                        self.failures[rule.id] = " ".join(str(error).split())[:200]
        return found

    def unwatched(self, rule: TypedRule, pack: TypedPack) -> str | None:
        """Why a rule that waiting can break is not watched: what the data lack, on every platform."""
        told: list[Any] = []
        if self._evaluable(pack, rule, told):
            return None
        return next((one.reason for one in told if one.reason), "")

    def _of_task(self, pack: TypedPack, task: Task, clock: TypedClock) -> list[RunningLimit]:
        frames = self.frames[pack.pack.name]
        turns = self._open_turns(frames, task, clock)
        if not turns:
            return []
        probe = _Probe(frames, task)
        by_row: dict[RowKey, list[_Turn]] = {}
        for turn in turns:
            by_row.setdefault(turn.row, []).append(turn)
        rows = {
            key: _Search(
                tuple(t.session for t in mine),
                min(t.told.asked_at for t in mine),
                max((t.told.wait for t in mine if t.told.wait is not None), default=None),
            )
            for key, mine in by_row.items()
        }
        at = {s: self.realm.as_of for one in rows.values() for s in one.sessions}
        periods = {key: period for key, _, period in probe.rows(at)}
        judged = {
            key: one
            for key, one in rows.items()
            if key in periods and self._mine(task, periods[key])
        }
        good = task.population.good if isinstance(task.population, TypedRatio) else None
        self._close_in(judged, probe, _durations(good), single=task.fact == "turns")
        return [
            RunningLimit(task.rule, task.revision, turn.told, one.high, one.lost)
            for key, one in judged.items()
            for turn in by_row[key]
        ]

    def _mine(self, task: Task, period: Any) -> bool:
        """This revision of the rule judges the period."""
        _, day = self.periods.span(task.grouping.period, period)
        return self._in_force(task.rule, task.revision, day)

    def _open_turns(self, frames: Frames, task: Task, clock: TypedClock) -> list[_Turn]:
        """The open turns of the task's platforms, each with the key of the row that it belongs to."""
        of_days = task.fact == "buyer_days"
        cached = (frames, clock, task.platforms, of_days)
        if cached not in self._found:
            self._found[cached] = list(self._fetch_turns(frames, task, clock, of_days))
        turns = self._found[cached]
        if task.fact == "turns":
            return [replace(turn, row=(turn.session, turn.told.index)) for turn in turns]
        return turns if of_days else [replace(turn, row=(turn.session,)) for turn in turns]

    def _fetch_turns(
        self, frames: Frames, task: Task, clock: TypedClock, of_days: bool
    ) -> Iterator[_Turn]:
        places = self.realm.place_keys(task.platforms)
        table = frames.frame("turns", clock, _TOLD, pending=True, places=places).table
        table = table.filter(table["answered_at"].isnull() & table["session__ended_at"].isnull())
        if of_days:
            table = linked_turns(frames, task.fact, clock, table)
        row = table["row"] if of_days else table["sk"].name("row")
        agents, known = self.realm.agent_ids, self.realm.places
        for pk, session, index, ak, asked, wait, sk, key in self.realm.workspace.fetch(
            table.select(
                "pk", "session__session_id", "index", "ak", "asked_at", "pending_wait", "sk", row
            )
        ):
            agent = None if ak is None else agents[ak]
            place = known[pk]
            told = OpenTurn(place.platform, place.shop, session, index, agent, asked, wait)
            yield _Turn(told, sk, (key,))

    def _close_in(
        self,
        rows: Mapping[RowKey, _Search],
        probe: _Probe,
        limits: Sequence[int],
        *,
        single: bool,
    ) -> None:
        def ask(chosen: Iterable[tuple[RowKey, int]]) -> None:
            at = dict(chosen)
            if not at:
                return
            bad = probe.bad({s: when for key, when in at.items() for s in rows[key].sessions})
            for key, when in at.items():
                rows[key].learn(when, key in bad)

        # A row that is bad as its turn begins was lost by something else; a turn itself cannot be.
        bad = probe.bad({s: one.asked for one in rows.values() for s in one.sessions})
        for key, one in rows.items():
            one.low = one.asked
            if key in bad:
                one.low, one.high, one.lost = one.asked - 1, one.asked, not single
        # Most clocks run now, and run out when the wait has reached a length that the rule names.
        for limit in limits:
            for extra in (0, 1):
                ask(
                    (key, self.realm.as_of + limit - one.wait + extra)
                    for key, one in rows.items()
                    if one.wait is not None and not one.solved
                )
        ask((k, one.asked + HORIZON_US) for k, one in rows.items() if one.high is None)
        while open_ := {
            k: one for k, one in rows.items() if one.high is not None and not one.solved
        }:
            ask((key, (one.low + (one.high or 0)) // 2) for key, one in open_.items())


def _durations(good: tr.Tree | None) -> list[int]:
    """Lengths of time that a condition names."""
    found = {
        int(node.value)
        for node in (tr.walk(good) if good is not None else ())
        if isinstance(node, tr.Lit) and node.type.kind is Kind.DURATION
    }
    return sorted(found)


class _Probe:
    """A rule's rows with their open turns waiting up to any instant: compiled once, asked often."""

    def __init__(self, frames: Frames, task: Task) -> None:
        self.workspace = frames.realm.workspace
        self.moments = self.workspace.table(
            {"probed": [], "probed_at": []}, {"probed": "int32", "probed_at": "int64"}
        )
        flags = build_flags(_ProbeFrames(frames, self.moments), [task], EVERY_DAY)
        table, rows = flags.table, task.rows
        assert isinstance(task.population, TypedRatio)
        good = task.population.good
        inside = flags["in", rows]
        bad = inside & ~flags["good", rows, good] & ~flags["pending", rows, good]
        # Of the day of a buyer the engine knows only the number; there are few, so all are looked at.
        if task.fact != "buyer_days":
            table = table.semi_join(self.moments, table["sk"] == self.moments["probed"])
        self.width = len(row_keys(task.fact))
        period = period_key(flags.table, task.grouping.period)
        shown = table.filter(inside).select(*row_keys(task.fact), bad=bad, period=period)
        self._sql = str(self.workspace.con.compile(shown))

    def _at(self, moments: Moments) -> None:
        con, name = self.workspace.con.con, self.moments.get_name()
        con.execute(f"DELETE FROM {name}")
        con.execute(
            f"INSERT INTO {name} SELECT unnest($1::INTEGER[]), unnest($2::BIGINT[])",
            [list(moments), list(moments.values())],
        )

    def rows(self, moments: Moments) -> Iterator[tuple[RowKey, bool, Any]]:
        """The rows that count with these instants in place of as-of; whether each is bad, neither good
        nor pending; and the key of its period."""
        self._at(moments)
        for row in self.workspace.con.raw_sql(self._sql).fetchall():
            yield row[: self.width], row[self.width], row[self.width + 1]

    def bad(self, moments: Moments) -> set[RowKey]:
        return {key for key, is_bad, _ in self.rows(moments) if is_bad}


class _Unkept(Workspace):
    """Nothing that depends on a candidate instant may be kept."""

    def keep(self, expression: ir.Table, what: str = "kept") -> ir.Table:
        return expression


class _ProbeRealm(Realm):
    """A realm in which what lasts to as-of lasts to the instant of its session; all else is the same."""

    def __init__(self, base: Realm, moments: ir.Table) -> None:
        horizon = base.as_of + 2 * HORIZON_US
        workspace = _Unkept(base.workspace.con)
        super().__init__(workspace, base.dataset, base.zone, horizon)
        self._base, self._moments = base, moments
        shared = ("places", "place_table", "agent_table", "agent_ids", "sessions", "session_keys")
        for name in (*shared, *(("messages",) if base.has("messages") else ())):
            self.__dict__[name] = getattr(base, name)

    def keyed(self, name: str) -> ir.Table:
        rows = self._base.keyed(name)
        if name != "pauses":
            return rows
        at = self._moments
        joined = rows.left_join(at, rows["sk"] == at["probed"])
        known = ibis.ifelse(rows["to"] <= self._base.as_of, rows["to"], ibis.null("int64"))
        until = ibis.least(ibis.coalesce(known, at["probed_at"]), at["probed_at"])
        # A session without a candidate has no open turn; its pauses stay as they are.
        return joined.select(
            *(rows[c] for c in rows.columns if c != "to"),
            to=ibis.coalesce(until, rows["to"]),
        )


class _ProbeFrames(Frames):
    def __init__(self, base: Frames, moments: ir.Table) -> None:
        super().__init__(_ProbeRealm(base.realm, moments), base.windows, base.clock_places)
        self._known, self._moments = base, moments
        self.derived = base.derived

    def turns(self, clock: TypedClock, *, details: bool) -> ir.Table:
        return self._known.turns(clock, details=details)

    def _with_now(self, table: ir.Table) -> ir.Table:
        at = self._moments
        joined = table.left_join(at, table["sk"] == at["probed"])
        is_open = table["answered_at"].isnull() & table["session__ended_at"].isnull()
        now = ibis.ifelse(is_open, at["probed_at"], table["answered_at"])
        return joined.select(
            *(table[c] for c in table.columns), answered_or_as_of=now.cast("int64")
        )
