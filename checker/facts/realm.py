"""A data set seen through one time zone and one as-of instant: canonical tables with dense keys.

Keys: `pk` numbers the places (platform, shop), `sk` the sessions, `ak` the agents, each in the order of
their texts, so that ordering by a key is ordering by the ids. Instants are int64 microseconds.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, cached_property
from typing import Any

from checker.data.canonical_text import canonical
from checker.data.dataset import Dataset
from checker.data.lazily import ibis, ir
from checker.data.workspace import Workspace
from checker.facts.given import NO_SHOP, Given, stored_name
from checker.facts.joins import beside
from checker.facts.order import CARRIED, message_order, table_order
from checker.facts.zones import Zone
from checker.language.catalog import ROLES, TABLES
from checker.language.types import Kind


class Realm(Given):
    """Tables are built when first asked for, kept, and shared by all rules."""

    def __init__(
        self,
        workspace: Workspace,
        dataset: Dataset,
        zone: Zone,
        as_of: int,
        *,
        first: int = 0,
        last: int = 0,
        carried: frozenset[str] = frozenset(),
        only_session: str | None = None,
    ) -> None:
        """`first` and `last` are the first and last instant in the data; `carried` are the stored columns
        of the session that messages have as `session__…`."""
        super().__init__(dataset, zone, only_session)
        self.workspace, self.as_of = workspace, as_of
        self.first, self.last, self.carried = first, last, carried
        self.trusts = False
        """It is taken for granted that the sessions of all messages are declared, where it can be.
        Whoever reads messages is told as `Miscounted` if they are not."""
        self._tables: dict[tuple[str, bool, tuple[int, ...] | None], ir.Table] = {}

    def narrowed(self, session: str) -> Realm:
        """The same with nothing of any other session."""
        return Realm(
            self.workspace,
            self.dataset,
            self.zone,
            self.as_of,
            first=self.first,
            last=self.last,
            carried=self.carried,
            only_session=session,
        )

    def known(self, what: str, asked: Callable[[], list[Any]]) -> list[Any]:
        """Rows that only the data and as-of decide, as an earlier run has left them, or as they are asked
        for now."""
        key = canonical((what, self.zone, self.as_of, self.only_session))
        rows: list[Any] | None = self.workspace.recall(key)
        if rows is None:
            rows = asked()
            self.workspace.leave(key, rows)
        return rows

    def _kept(self, name: str, table: ir.Table, what: str) -> ir.Table:
        with self.workspace.stage(name):
            return self.workspace.keep(table, what)

    # -- keys ------------------------------------------------------------------------------------

    @cached_property
    def place_table(self) -> ir.Table:
        return self.workspace.table(
            {
                "platform": [p.platform for p in self.places],
                "shop_id": [p.shop or NO_SHOP for p in self.places],
                "pk": list(range(len(self.places))),
            },
            {"platform": "string", "shop_id": "string", "pk": "int32"},
        )

    def place_keys(self, platforms: frozenset[str]) -> tuple[int, ...]:
        return tuple(i for i, place in enumerate(self.places) if place.platform in platforms)

    def with_place(self, table: ir.Table) -> ir.Table:
        """`table` with pk instead of platform and shop_id."""
        on = {"platform": "platform", "shop_id": "shop_id"}
        kept = [c for c in table.columns if c not in on]
        return beside(table, self.place_table, on, {"pk": "pk"}, how="inner", kept=kept)

    @cached_property
    def agent_table(self) -> ir.Table:
        """agent_id and ak of every agent that any table names."""
        columns = [
            self.given(name).select("agent_id").filter(lambda t: t["agent_id"].notnull()).distinct()
            for name in ("messages", "assignments", "ratings", "presence", "agents")
            if "agent_id" in self.columns(name)
        ]
        if not columns:
            return self.workspace.table(
                {"agent_id": [], "ak": []}, {"agent_id": "string", "ak": "int32"}
            )
        every = columns[0]
        for one in columns[1:]:
            every = every.union(one)
        every = every.distinct()
        numbered = every.mutate(ak=ibis.row_number().over(order_by=every["agent_id"]).cast("int32"))
        return self._kept("agents", numbered, "agent_keys")

    @cached_property
    def agent_ids_asked(self) -> Callable[[], list[str]]:
        """The ids of agents by ak, to be had when they are needed."""
        answer = self.workspace.ask(self.agent_table.select("ak", "agent_id"))
        return cache(lambda: [agent for _, agent in sorted(answer())])

    @cached_property
    def agent_ids(self) -> list[str]:
        return self.known("agents", lambda: self.agent_ids_asked())

    def with_agent(self, table: ir.Table) -> ir.Table:
        """`table` with ak (null where no agent is named) instead of agent_id."""
        if "agent_id" not in table.columns:
            return table.mutate(ak=ibis.null("int32"))
        kept = [c for c in table.columns if c != "agent_id"]
        return beside(table, self.agent_table, {"agent_id": "agent_id"}, {"ak": "ak"}, kept=kept)

    # -- sessions and messages -------------------------------------------------------------------

    @cached_property
    def _session_rows(self) -> ir.Table:
        """One row per (platform, shop_id, session_id) of messages, with its first instant."""
        messages = self.given("messages")
        keys = ["platform", "shop_id", "session_id"]
        first = messages.group_by(keys).agg(first_ts=messages["ts"].min())
        return self._kept("sessions", first, "sessions_of_messages")

    @cached_property
    def sessions(self) -> ir.Table:
        """Every session: sk, pk and its columns with their defaults, as seen at as-of."""
        declared = {
            stored_name("sessions", c)
            for c in self.columns("sessions")
            if stored_name("sessions", c) != c
        }
        stored = [
            c for c in TABLES["sessions"].stored_columns if c.name not in ("platform", "shop_id")
        ]
        names = [c.name for c in stored if c.name != "session_id"] + sorted(declared)
        keys = ["platform", "shop_id", "session_id"]
        if not self.has("sessions"):
            seen = self._session_rows
            rows = seen.filter(seen["first_ts"] <= self.as_of).select(
                *keys, "first_ts", **{n: _null("sessions", n) for n in names}
            )
        elif self._all_declared():
            rows = self._declared_sessions(keys, names).mutate(first_ts=ibis.null("int64"))
        else:
            rows = self._joined_sessions(keys, names)
        ended = rows["ended_at"]
        rows = rows.mutate(
            started_at=ibis.coalesce(rows["started_at"], rows["first_ts"]),
            initiated_by=ibis.coalesce(rows["initiated_by"], "buyer"),
            ended_at=ibis.ifelse(ended <= self.as_of, ended, ibis.null("int64")),
        ).select(*keys, *names)  # by name: of a star, compiled SQL could leave no column out
        rows = self.with_place(rows)
        rows = self.workspace.numbered(rows, [rows["pk"], rows["session_id"]], "sk")
        return self._kept("sessions", rows.mutate(sk=rows["sk"].cast("int32")), "sessions_keyed")

    @property
    def trusted(self) -> bool:
        """What is taken for granted can be so."""
        return self.trusts and self.workspace.keeps_order and self._could_be_declared

    @property
    def _could_be_declared(self) -> bool:
        """The table of sessions says when each began, and nothing is later than as-of."""
        opened = self.dataset.tables.get("sessions")
        return opened is not None and "started_at" in opened.complete and self.as_of >= self.last

    def _all_declared(self) -> bool:
        """The table of sessions says when each began, none after as-of, and has those of all messages."""
        if not self._could_be_declared:
            return False
        if not self.has("messages") or self.trusted:
            return True
        messages, sessions = self.given("messages"), self.given("sessions")
        pairs = [messages[k] == sessions[k] for k in ("platform", "shop_id", "session_id")]
        with self.workspace.stage("sessions"):
            others = messages.anti_join(sessions, pairs)
            ((number,),) = self.workspace.fetch(others.agg(number=others.count()))
        return not number

    def _declared_sessions(self, keys: list[str], names: list[str]) -> ir.Table:
        given = self.given("sessions")
        have = {stored_name("sessions", c) for c in self.columns("sessions")}
        columns = {n: given[n] if n in have else _null("sessions", n) for n in names}
        return given.select(*keys, **columns)

    def _joined_sessions(self, keys: list[str], names: list[str]) -> ir.Table:
        given = self._declared_sessions(keys, names)
        if not self.has("messages"):
            rows = given.mutate(first_ts=ibis.null("int64"))
            started = rows["started_at"]
            return rows.filter(started.isnull() | (started <= self.as_of))
        seen = self._session_rows
        pairs = [given[k] == seen[k] for k in keys]
        joined = given.outer_join(seen, pairs, rname="m_{name}")
        started = ibis.coalesce(joined["started_at"], joined["first_ts"])
        later = started > self.as_of  # the row is not seen; its messages may be
        joined = joined.filter(
            started.isnull() | (started <= self.as_of) | (joined["first_ts"] <= self.as_of)
        )
        later = ibis.coalesce(later, False)
        return joined.select(
            **{k: ibis.coalesce(joined[k], joined[f"m_{k}"]) for k in keys},
            first_ts=joined["first_ts"],
            **{n: ibis.ifelse(later, ibis.null(joined[n].type()), joined[n]) for n in names},
        )

    @cached_property
    def session_keys(self) -> ir.Table:
        """platform, shop_id, session_id, sk, pk and `carried`: for joining rows to their session."""
        texts = {"platform": "platform", "shop_id": "shop_id"}
        kept = ["session_id", "sk", "pk", *sorted(self.carried)]
        return beside(self.sessions, self.place_table, {"pk": "pk"}, texts, how="inner", kept=kept)

    @cached_property
    def messages(self) -> ir.Table:
        """Narrow messages up to as-of: sk, ts, role (a code in the order of ROLES), ak, and the rest."""
        given = self.given("messages")
        given = given.filter(given["ts"] <= self.as_of)
        roles = ibis.cases(
            *((given["role"] == role, code) for code, role in enumerate(ROLES)), else_=-1
        ).cast("int8")
        given = given.mutate(role=roles)
        if "automatic" in given.columns:
            given = given.mutate(automatic=ibis.coalesce(given["automatic"], False))
        else:
            given = given.mutate(automatic=ibis.literal(False))
        given = self.with_agent(given)
        on = {c: c for c in ("platform", "shop_id", "session_id")}
        found = {"sk": "sk", "pk": "pk"} | {c: f"{CARRIED}{c}" for c in sorted(self.carried)}
        kept = [c for c in given.columns if c not in on]
        narrow = beside(given, self.session_keys, on, found, how="inner", kept=kept)
        with self.workspace.stage("messages"):
            rising = [c for c in ("ts", "seq") if c in narrow.columns]
            return self.workspace.keep_ordered(
                narrow,
                "sk",
                rising,
                lambda rows: message_order(rows, rows.columns),
                "messages_keyed",
                rows=self.dataset.tables["messages"].rows if self.trusted else None,
            )

    # -- other tables ----------------------------------------------------------------------------

    def keyed(
        self, name: str, *, numbered: bool = True, places: tuple[int, ...] | None = None
    ) -> ir.Table:
        """Any other stored table with pk, and with sk and ak instead of its session_id and agent_id;
        `stray` is the id of a session that has no sk, as only such tables name it.

        Rows later than as-of are left out; `rn` is the row's number in the table's order. Rows that need
        no number may lack it, and are then just those at `places` (None: all).
        """
        whole = (name, True, None)
        if numbered or whole in self._tables:
            numbered, places = whole[1:]
        if (name, numbered, places) not in self._tables:
            rows = self.keyed_rows(name, places)
            rows = numbered_rows(self.workspace, name, rows) if numbered else with_stray(rows)
            self._tables[name, numbered, places] = self._kept(name, rows, f"{name}_keyed")
        return self._tables[name, numbered, places]

    def keyed_rows(self, name: str, places: tuple[int, ...] | None = None) -> ir.Table:
        """The same with its session_id, without `rn` and `stray`, and not kept."""
        table = TABLES[name]
        rows = self.given(name)
        missing = [
            c.name
            for c in table.stored_columns
            if c.name not in rows.columns and c.name not in ("platform", "shop_id")
        ]
        rows = rows.mutate(**{c: _null(name, c) for c in missing})
        if table.time is not None:
            time = rows[table.time]
            rows = rows.filter(time.isnull() | (time <= self.as_of))
        if name == "ratings":
            rows = rows.mutate(subject=ibis.coalesce(rows["subject"], "human"))
        if name == "agents":
            rows = rows.mutate(counted=ibis.coalesce(rows["counted"], True))
        rows = self.with_place(rows)
        if places is not None:
            rows = rows.filter(rows["pk"].isin(places))
        if table.column("agent_id"):
            rows = self.with_agent(rows)
        if "session_id" in rows.columns:
            sessions = self.sessions
            if places is not None:
                sessions = sessions.filter(sessions["pk"].isin(places))
            on = {c: c for c in ("pk", "session_id")}
            rows = beside(rows, sessions, on, {"sk": "sk"})
        return rows


def numbered_rows(workspace: Workspace, name: str, rows: ir.Table) -> ir.Table:
    """`rows`, as `keyed_rows` makes them, with `rn` and `stray`."""
    return with_stray(workspace.numbered(rows, table_order(name, rows), "rn"))


def with_stray(rows: ir.Table) -> ir.Table:
    """`rows` with `stray` instead of session_id."""
    if "session_id" not in rows.columns:
        return rows
    stray = ibis.ifelse(rows["sk"].isnull(), rows["session_id"], ibis.null("string"))
    return rows.mutate(stray=stray).drop("session_id")


def _null(table: str, column: str) -> ir.Value:
    found = TABLES[table].column(column)
    kinds = {
        Kind.BOOL: "boolean",
        Kind.TEXT: "string",
        Kind.ENUM: "string",
        Kind.DATE: "int32",
    }
    return ibis.null(kinds.get(found.type.kind, "int64") if found else "string")
