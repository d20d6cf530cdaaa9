"""Watching a growing data set: what waits now, by the rules and the meaning of pending that audits have.

data ──mirror──▶ data set ──narrowed──▶ sessions that may be open ──deadlines──▶ snapshot
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from checker.data.copies import Copies
from checker.data.dataset import Dataset
from checker.data.mirror import Mirror
from checker.data.narrowing import Seen, SessionId, narrowed
from checker.data.sql import DuckDBError, complaint
from checker.data.urls import is_database, shown
from checker.data.workspace import EngineLost, Workspace, connect_duckdb
from checker.diagnostics import Diagnostic, has_errors
from checker.engine.bounds import instant_columns
from checker.engine.deadlines import Deadlines, RunningLimit
from checker.engine.probe import HORIZON_US
from checker.engine.watchable import (
    Wanted,
    is_watched,
    needs_all,
    reads_buyers,
    watched_columns,
)
from checker.facts.realm import Realm
from checker.facts.zones import DAY_US, instant_of_text, load_zone
from checker.opening import opened
from checker.options import AuditOptions, check_options, masked, veiled
from checker.packs.typed import TypedPack
from checker.rulesets import applicable, choose_packs, load_packs
from checker.verdicts.waiting import Limit, Snapshot, WaitingTurn

YEAR_US = 366 * DAY_US
_TRIES, _PAUSE = 3, 0.1  # a file that vanished may be back at once


@dataclass
class Watch:
    """What `checker watch` knows between two refreshes. `soon` is in microseconds."""

    data: str | Path
    options: AuditOptions
    soon: int
    packs: tuple[TypedPack, ...] = ()
    _wanted: Wanted = field(default_factory=dict)
    _source: Mirror | Copies | None = None
    _stale: bool = True
    _restless: bool = False  # what is to come is in the data already
    _seen: Seen | None = None
    _last: Snapshot | None = None
    _workspace: Workspace | None = None

    def start(self) -> tuple[Diagnostic, ...]:
        """Reads the rules. Errors among what is found mean that nothing can be watched."""
        packs, found = load_packs(self.options.rules, self.options.settings)
        if has_errors(found):
            return found
        packs, more = choose_packs(packs, self.options.packs)
        found = (*found, *more, *check_options(self.options))
        if has_errors(found):
            return found
        if not any(is_watched(rule) for pack in packs for rule in pack.rules):
            return (*found, _nothing_to_watch(packs))
        self.packs, self._wanted = tuple(packs), watched_columns(packs)
        if not is_database(self.data):
            path = Path(self.data)
            exports = self.options.mapping is not None
            self._source = Copies(path) if exports else Mirror(path, self._wanted)
        return found

    def as_of(self) -> int | None:
        """The instant of the options, in the time zone of the first pack."""
        if self.options.as_of is None:
            return None
        return instant_of_text(self.options.as_of, self.packs[0].pack.timezone)

    def refresh(self, now: int) -> tuple[Snapshot | None, tuple[Diagnostic, ...]]:
        """What waits at `now` (microseconds), or what hinders; then the next refresh tries again."""
        for _ in range(_TRIES):
            self._workspace = connect_duckdb(threads=self.options.threads)
            try:
                snapshot, found = self._refreshed(self._workspace, now)
            except (DuckDBError, EngineLost) as error:
                # A file may vanish, or be written anew, between any two queries.
                self._stale = True
                what = f"cannot read `{shown(self.data)}`: {complaint(error)}"
                snapshot, found = None, (Diagnostic("E204", what),)
            finally:
                self._workspace.con.disconnect()
                self._workspace = None
            if snapshot is not None or self._source is None:
                break
            time.sleep(_PAUSE)
        return snapshot, found

    def interrupt(self) -> None:
        """Breaks off the refresh that another thread is at."""
        workspace = self._workspace
        if workspace is not None:
            with suppress(DuckDBError):
                workspace.interrupt()

    def _refreshed(
        self, workspace: Workspace, now: int
    ) -> tuple[Snapshot | None, tuple[Diagnostic, ...]]:
        changed, found = self._update(workspace)
        self._stale = self._stale or changed
        if has_errors(found):
            return None, found
        same_day = self._last is not None and self._last.now // DAY_US == now // DAY_US
        if self._last is not None and same_day and not self._stale:
            return replace(self._last, now=now), found
        data = self.data if self._source is None else self._source.place
        dataset, more = opened(workspace, data, self._wanted, self.options)
        found = (*found, *more)
        if dataset is None:
            return None, found
        packs, more = applicable(self.packs, dataset, self.options)
        found = (*found, *more)
        if has_errors(found):
            return None, found
        snapshot = self._snapshot(workspace, dataset, packs, now)
        self._last = masked(snapshot, self.options)
        # A database does not say that it has changed.
        self._stale = self._source is None or self._restless
        return self._last, found

    def _update(self, workspace: Workspace) -> tuple[bool, tuple[Diagnostic, ...]]:
        match self._source:
            case Mirror() as mirror:
                changed, found = mirror.update(workspace.con)
                found = veiled(found, self.options)
                return changed, (*found, *_left_out(mirror.left_out))
            case Copies() as copies:
                try:
                    return copies.update(), ()
                except OSError as error:
                    reason = error.strerror or str(error)
                    file = error.filename or self.data
                    return True, (Diagnostic("E204", f"cannot read `{file}`: {reason}"),)
        return True, ()

    def _snapshot(
        self, workspace: Workspace, dataset: Dataset, packs: Sequence[TypedPack], now: int
    ) -> Snapshot:
        some = dataset
        if not any(needs_all(pack) for pack in packs):
            buyers = any(reads_buyers(pack) for pack in packs)
            some, marks = narrowed(workspace, dataset, now, self._seen, whole_buyers=buyers)
        else:
            tables = {k: t.showing(workspace.keep(t.table)) for k, t in dataset.tables.items()}
            some, marks = Dataset(tables), None
        turns: list[WaitingTurn] = []
        unwatched: dict[str, str] = {}
        watched: list[str] = []
        left_out: list[str] = []
        open_: set[SessionId] = set()
        future = False
        for zone_name in dict.fromkeys(pack.pack.timezone for pack in packs):
            local = [pack for pack in packs if pack.pack.timezone == zone_name]
            realm = _realm(workspace, some, zone_name, now)
            run = Deadlines(realm, local)
            for pack in local:
                for rule in pack.rules:
                    if not is_watched(rule):
                        left_out.append(rule.id)
                    elif (reason := run.unwatched(rule, pack)) is not None:
                        unwatched[rule.id] = reason
                    else:
                        watched.append(rule.id)
            turns += _turns(run.limits(), zone_name)
            unwatched |= run.failures
            open_ |= run.open_sessions
            future = future or realm.last > now
        if marks is not None:
            self._seen = Seen(marks, frozenset(open_))
        self._restless = future
        turns.sort(key=lambda turn: (turn.asked_at, turn.platform, turn.shop_id or "", turn.key))
        numbers = {name: dataset.tables[name].rows for name in sorted(dataset.tables)}
        return Snapshot(
            now,
            packs[0].pack.timezone,
            self.soon,
            tuple(turns),
            tuple(rule for rule in watched if rule not in unwatched),
            unwatched,
            tuple(left_out),
            numbers,
        )


def _realm(workspace: Workspace, dataset: Dataset, zone_name: str, now: int) -> Realm:
    """The data as seen at `now`, in a zone that is known as far as any limit may lie."""
    lows = [now]
    for opened_ in dataset.tables.values():
        columns = instant_columns(opened_)
        if columns:
            lowest = {c: opened_.table[c].min() for c in columns}
            (row,) = workspace.fetch(opened_.table.agg(**lowest))
            lows += [value for value in row if value is not None]
    # Years are read in steps, so that the zone is worked out once and not at every refresh.
    first = min(lows) // YEAR_US * YEAR_US
    end = (now // YEAR_US + 1) * YEAR_US + 2 * HORIZON_US
    zone = load_zone(zone_name, first, end)
    last = _last(workspace, Realm(workspace, dataset, zone, now, first=first))
    return Realm(workspace, dataset, zone, now, first=first, last=last)


def _last(workspace: Workspace, realm: Realm) -> int:
    """The last instant of the data, or now if that is later: what is later than now will be seen without
    any change of the data."""
    latest = [realm.as_of]
    for name in realm.dataset.tables:
        columns = instant_columns(realm.dataset.tables[name])
        table = realm.given(name)
        if columns:
            (row,) = workspace.fetch(table.agg(**{f"last_{c}": table[c].max() for c in columns}))
            latest += [value for value in row if value is not None]
    return max(latest)


def _turns(limits: Iterable[RunningLimit], zone_name: str) -> list[WaitingTurn]:
    """Open turns, each with its limits: first what passes first, what never does at the end."""
    found: dict[tuple[object, ...], list[RunningLimit]] = {}
    for one in limits:
        turn = one.turn
        key = (turn.platform, turn.shop_id, turn.session_id, turn.asked_at)
        found.setdefault(key, []).append(one)
    return [
        WaitingTurn(
            mine[0].turn.platform,
            mine[0].turn.shop_id,
            mine[0].turn.session_id,
            mine[0].turn.agent_id,
            mine[0].turn.asked_at,
            zone_name,
            tuple(sorted(map(_limit, mine), key=_passing)),
        )
        for mine in found.values()
    ]


def _limit(one: RunningLimit) -> Limit:
    written = one.revision.written
    passes_at = None if one.lost else one.deadline
    return Limit(one.rule.id, written.title, written.severity, one.turn.index, passes_at, one.lost)


def _passing(limit: Limit) -> tuple[bool, bool, int, str]:
    return (limit.lost, limit.passes_at is None, limit.passes_at or 0, limit.rule)


def _left_out(number: int) -> tuple[Diagnostic, ...]:
    if not number:
        return ()
    lines = f"{number} new line{'s' if number != 1 else ''} cannot be read and"
    message = f"{lines} {'are' if number != 1 else 'is'} left out"
    return (Diagnostic("W511", message, level="warning"),)


def _nothing_to_watch(packs: Sequence[TypedPack]) -> Diagnostic:
    names = ", ".join(pack.pack.name for pack in packs)
    return Diagnostic(
        "E511",
        f"no rule of {names or 'no pack'} can be watched",
        notes=(
            "watched are rules of a ratio or of `every` row whose `good` reads a wait, "
            "such as `wait <= 3m`",
        ),
    )
