"""When an open turn breaks a rule: the first microsecond at which, with nothing new, its row is bad.

A row is judged by the engine itself, with the wait of its open turns running up to a candidate instant
in place of as-of. The candidates close in on the deadline from both sides, all rows of a rule at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from checker.engine.buckets import engine_errors
from checker.engine.flags import row_keys
from checker.engine.frames import Frames
from checker.engine.needs import Needs
from checker.engine.offenders import linked_turns
from checker.engine.probe import HORIZON_US, Probe, RowKey
from checker.engine.run import Run, RunOptions
from checker.engine.tasks import Task, grouping_of
from checker.engine.watchable import is_watched, waiting_ratio
from checker.facts.realm import Realm
from checker.language import tree as tr
from checker.language.types import Kind
from checker.packs.typed import TypedClock, TypedPack, TypedRatio, TypedRevision, TypedRule


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
                    ratio = waiting_ratio(revision)
                    if ratio is None or revision.clock is None or not platforms:
                        continue
                    grouping = grouping_of(revision)
                    task = Task(rule, revision, None, ratio, grouping, platforms, False)
                    try:
                        found += self._of_task(pack, task, revision.clock)
                    except engine_errors() as error:
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
        probe = Probe(frames, task)
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
            table = linked_turns(frames, task.fact, table)
        told_of = ("pk", "session__session_id", "index", "ak", "asked_at", "pending_wait", "sk")
        row = row_keys(task.fact) if of_days else []
        agents, known = self.realm.agent_ids, self.realm.places
        rows = table.select(
            **{f"told_{c}": table[c] for c in told_of}, **{c: table[c] for c in row}
        )
        for pk, session, index, ak, asked, wait, sk, *key in self.realm.workspace.fetch(rows):
            agent = None if ak is None else agents[ak]
            place = known[pk]
            told = OpenTurn(place.platform, place.shop, session, index, agent, asked, wait)
            yield _Turn(told, sk, tuple(key))

    def _close_in(
        self,
        rows: Mapping[RowKey, _Search],
        probe: Probe,
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
