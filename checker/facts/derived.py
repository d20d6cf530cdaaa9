"""Derived facts of a realm: each is built when a rule first needs it, and kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from checker.data.lazily import ibis, ir
from checker.facts import staff, sweeps, zones
from checker.facts.joins import beside
from checker.facts.order import message_order, only_filtered
from checker.facts.realm import Realm
from checker.facts.turns import build_turns

_HELD = (({"agent_id", "ak"}, "ak", "agent_id"), ({"last_agent_id"}, "last_ak", "last_agent_id"))
"""Columns of sessions that need a key, the key, and the text behind it."""


@dataclass(frozen=True)
class Near:
    """What is known of the rows at hand before their sessions are joined: they are at `places` (None:
    anywhere), and with `few` they are a handful."""

    places: tuple[int, ...] | None = None
    few: bool = False

    def of(self, home: ir.Table, rows: ir.Table) -> ir.Table:
        """The rows of `home` that can be of the sessions of `rows`: a join holds its right side."""
        if self.few:
            return home.semi_join(rows, home["sk"] == rows["sk"])
        return home if self.places is None else home.filter(home["pk"].isin(self.places))


class Derived:
    """`staffed` are the platforms whose load and coverage somebody asks for; None: of all."""

    def __init__(self, realm: Realm, staffed: frozenset[str] | None = None) -> None:
        self.realm, self.staffed = realm, staffed
        self._replies: dict[tuple[int, ...] | None, ir.Table] = {}

    def turns(self, messages: ir.Table, details: bool) -> ir.Table:
        """Turns of the messages that a clock sees; see build_turns."""
        own = self.realm.messages.columns

        def order(table: ir.Table) -> list[ir.Value]:
            return message_order(table, own)

        with self.realm.workspace.stage("turns"):
            in_place = self.in_place(messages)
            turns = build_turns(messages, order, details=details, in_place=in_place)
            return self.realm.workspace.keep(turns, "turns")

    def in_place(self, messages: ir.Table) -> bool:
        """Each session's messages lie next to each other and in order."""
        realm = self.realm
        return realm.workspace.keeps_order and only_filtered(messages, realm.messages)

    @cached_property
    def assignments(self) -> ir.Table:
        with self.realm.workspace.stage("assignments"):
            return staff.assignments(self.realm)

    @cached_property
    def session_agents(self) -> ir.Table:
        assignments = self.assignments
        with self.realm.workspace.stage("agents of sessions"):
            messages = self.realm.messages if self.realm.has("messages") else None
            agents = staff.session_agents(assignments, messages)
            return self.realm.workspace.keep(agents, "session_agents")

    def with_turn_agent(self, turns: ir.Table, near: Near, *, assigned: bool) -> ir.Table:
        """`turns` with ak: who answered, or who holds the session; and `assigned_at` if wanted."""
        assignments = near.of(self.assignments, turns)
        last = {"last_ak": "last_ak", "last_from": "last_from"}
        held = beside(turns, staff.last_holders(assignments), {"sk": "sk"}, last)
        if assigned:
            starts = staff.turn_assignments(turns, assignments)
            found = {"assigned_at": "own_from"}
            held = beside(held, starts, {"sk": "sk", "index": "index"}, found)
        answered = held["answered_at"].notnull()
        columns = {c: held[c] for c in turns.columns}
        columns["ak"] = ibis.ifelse(answered, held["ak"], held["last_ak"])
        if assigned:
            columns["assigned_at"] = ibis.ifelse(answered, held["own_from"], held["last_from"])
        return held.select(**columns)

    def with_session_columns(self, sessions: ir.Table, wanted: set[str], near: Near) -> ir.Table:
        """`sessions` with those of its derived columns that are wanted."""
        added = {}
        if "ended" in wanted:
            lacking = self.realm.is_lacking(sessions["pk"], "sessions", "ended_at")
            added["ended"] = sessions["ended_at"].notnull() | lacking
        if "duration" in wanted:
            added["duration"] = sessions["ended_at"] - sessions["started_at"]
        table = sessions.mutate(**added) if added else sessions
        for names, key, name in _HELD:
            if wanted & names:
                table = beside(table, self._holders(key, sessions, near), {"sk": "sk"}, {key: key})
            if name in wanted:
                table = beside(table, self.realm.agent_table, {key: "ak"}, {"agent_id": name})
        return table

    def replies(self, assignments: ir.Table, near: Near) -> ir.Table:
        """rn, replies and first_reply_at of the assignments; kept for others at the same places."""
        if near.few:
            return staff.replies(near.of(self.realm.messages, assignments), assignments)
        if near.places not in self._replies:
            messages = near.of(self.realm.messages, assignments)
            counts = staff.replies(messages, near.of(self.assignments, assignments))
            with self.realm.workspace.stage("replies"):
                self._replies[near.places] = self.realm.workspace.keep(counts, "replies")
        return self._replies[near.places]

    def _holders(self, key: str, sessions: ir.Table, near: Near) -> ir.Table:
        if key == "last_ak":
            return staff.last_holders(near.of(self.assignments, sessions))
        if not near.few:
            return self.session_agents
        messages = near.of(self.realm.messages, sessions) if self.realm.has("messages") else None
        return staff.session_agents(near.of(self.assignments, sessions), messages)

    def buyer_days(self, turns: ir.Table) -> ir.Table:
        """pk, buyer_id and date (a day number) of each buyer's local day with a turn."""
        dated = self.dated(turns)
        return dated.select("pk", "buyer_id", "date").distinct()

    def dated(self, turns: ir.Table) -> ir.Table:
        """`turns` of known buyers with the buyer_id and date of the buyer day that each belongs to."""
        named = turns.filter(turns["session__buyer_id"].notnull())
        return named.mutate(
            buyer_id=named["session__buyer_id"],
            date=zones.day_of(self.realm.zone.local(named["asked_at"])),
        )

    # -- staffing --------------------------------------------------------------------------------

    def _of_staffed(self, rows: ir.Table) -> ir.Table:
        if self.staffed is None:
            return rows
        return rows.filter(rows["pk"].isin(self.realm.place_keys(self.staffed)))

    @cached_property
    def _held(self) -> ir.Table:
        """pk, ak, from, to of assignments up to as-of, one union per agent and session.

        Whoever holds a session that only assignments name is busy, too.
        """
        rows = self._of_staffed(sweeps.clipped(self.realm, self.assignments))
        rows = rows.filter(rows["ak"].notnull())
        ends = ["pk", "ak", "from", "to"]
        known = sweeps.union_of(rows.filter(rows["sk"].notnull()), ["pk", "ak", "sk"])
        strays = sweeps.union_of(rows.filter(rows["sk"].isnull()), ["pk", "ak", "stray"])
        return self.realm.workspace.keep(known.select(ends).union(strays.select(ends)), "held")

    @cached_property
    def _agents(self) -> ir.Table:
        """pk, ak, max_reception, counted of the agents table; empty where there is none."""
        if self.realm.has("agents"):
            rows = self.realm.keyed("agents")
            return rows.select("pk", "ak", "max_reception", "counted")
        return self.realm.workspace.table(
            {"pk": [], "ak": [], "max_reception": [], "counted": []},
            {"pk": "int32", "ak": "int32", "max_reception": "int64", "counted": "boolean"},
        )

    @cached_property
    def load(self) -> ir.Table:
        """Stretches with at least one open session of an agent; see DESIGN's derived facts."""
        with self.realm.workspace.stage("load"):
            return self._load()

    def _load(self) -> ir.Table:
        held, keys = self._held, ["pk", "ak"]
        events = sweeps.edges(held, keys).rename(open_sessions="step")
        days = sweeps.day_span(self.realm, held, keys)
        runs = sweeps.stretches(self.realm, events, keys, days, ["open_sessions"])
        runs = runs.filter(runs["open_sessions"] > 0)
        limit = {"max_reception": "max_reception"}
        rows = beside(runs, self._agents, {"pk": "pk", "ak": "ak"}, limit)
        return self.realm.workspace.keep(rows, "load")

    @cached_property
    def coverage(self) -> ir.Table:
        """Stretches of constant staffing of each shop; see DESIGN's derived facts."""
        with self.realm.workspace.stage("coverage"):
            return self._coverage()

    def _coverage(self) -> ir.Table:
        realm = self.realm
        presence = self._of_staffed(sweeps.clipped(realm, realm.keyed("presence")))
        agents = self._agents
        rows = beside(presence, agents, {"pk": "pk", "ak": "ak"}, {"counted": "counted"})
        online = rows.filter(
            (rows["status"] == "online") & ibis.coalesce(rows["counted"], True)
        ).select("pk", "ak", "from", "to")
        days = realm.workspace.keep(sweeps.day_span(realm, presence, ["pk"]), "presence_days")
        merged = realm.workspace.keep(sweeps.union_of(online, ["pk", "ak"]), "online")
        full = sweeps.union_of(self._full(agents), ["pk", "ak"])
        busy = sweeps.intersection(merged, full, ["pk", "ak"])
        up = sweeps.edges(merged, ["pk"])
        down = sweeps.edges(busy, ["pk"])
        events = up.mutate(online_agents=up["step"], available_agents=up["step"]).drop("step")
        events = events.union(
            down.mutate(online_agents=down["step"] * 0, available_agents=-down["step"]).drop("step")
        )
        runs = sweeps.stretches(realm, events, ["pk"], days, ["online_agents", "available_agents"])
        return realm.workspace.keep(runs, "coverage")

    def _full(self, agents: ir.Table) -> ir.Table:
        """pk, ak, from, to in which an agent with a limit holds as many sessions as it allows."""
        limited = agents.filter(agents["max_reception"].notnull())
        load = self.load
        pairs = [load["pk"] == limited["pk"], load["ak"] == limited["ak"]]
        joined = load.inner_join(limited, pairs, rname="a_{name}")
        at_limit = joined.filter(load["open_sessions"] >= limited["max_reception"])
        full = at_limit.select(load["pk"], load["ak"], load["from"], load["to"])
        # A limit of 0 is reached by holding nothing, at any time.
        none = limited.filter(limited["max_reception"] <= 0)
        always = none.select(
            "pk",
            "ak",
            **{"from": ibis.literal(-(1 << 61), "int64"), "to": ibis.literal(1 << 61, "int64")},
        )
        return full.union(always)
