"""A rule's rows with their open turns waiting up to any instant: compiled once, asked often."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from checker.data.compiled import sql_of
from checker.data.lazily import ibis, ir
from checker.data.workspace import Workspace
from checker.engine.flags import EVERY_DAY, build_flags, period_key, row_keys
from checker.engine.frames import Frames
from checker.engine.tasks import Task
from checker.facts.realm import Realm
from checker.facts.zones import DAY_US
from checker.packs.typed import TypedClock, TypedRatio

HORIZON_US = 400 * DAY_US
"""A limit that does not pass within this time of the question is no limit: the clock stands still."""

RowKey: TypeAlias = tuple[Any, ...]
Moments: TypeAlias = Mapping[int, int]
"""Session key to the instant up to which its open turn waits."""


class Probe:
    """One task over the sessions of `moments`, which stand in place of as-of."""

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
        # The day of a buyer has no session of its own; there are few, so all are looked at.
        if task.fact != "buyer_days":
            table = table.semi_join(self.moments, table["sk"] == self.moments["probed"])
        self.width = len(row_keys(task.fact))
        period = period_key(flags.table, task.grouping.period)
        shown = table.filter(inside).select(*row_keys(task.fact), bad=bad, period=period)
        self._sql = sql_of(self.workspace.con, shown)

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
        shared = ("places", "place_table", "agent_table", "sessions", "session_keys")
        for name in (*shared, *(("messages",) if base.has("messages") else ())):
            self.__dict__[name] = getattr(base, name)

    def keyed(
        self, name: str, *, numbered: bool = True, places: tuple[int, ...] | None = None
    ) -> ir.Table:
        rows = self._base.keyed(name, numbered=numbered, places=places)
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
