"""The rows of a fact with just the columns, parents and relations that expressions need."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.data.lazily import ibis, ir
from checker.engine import expressions as ex
from checker.engine import relations
from checker.engine import values as v
from checker.engine.expressions import Row, WindowHours
from checker.engine.homes import LINKED, TIMED, moment, scope_homes
from checker.engine.needs import ColumnKey, Needs, needs_of
from checker.engine.values import Coded, Value
from checker.facts import staff
from checker.facts.derived import Derived, Near
from checker.facts.given import stored_name
from checker.facts.joins import among, beside
from checker.facts.realm import Realm
from checker.language import tree as tr
from checker.language.catalog import PARENT_TABLE, ROLES, SCOPE_COLUMN, TABLES
from checker.packs.typed import TypedClock

SESSION_FACTS = frozenset(
    name for name, table in TABLES.items() if "session" in table.parents or name == "sessions"
)


@dataclass(frozen=True)
class Frame:
    """`table` has pk, the fact's keys (sk, index, rn …) and what was asked for, under flat names:
    `name`, `parent__name`, `relation_i`, `scope_agent` …; `day` or `time` place a row in a period."""

    table: ir.Table
    row: Row
    pending_row: Row  # the same with the wait of open turns running up to as-of


class Frames:
    """Builds frames over one realm; what is costly is built once per clock and kept."""

    def __init__(
        self,
        realm: Realm,
        windows: Mapping[str, WindowHours],
        clock_places: Mapping[TypedClock, frozenset[str]],
        staffed: frozenset[str] | None = None,
    ) -> None:
        self.realm, self.windows, self.clock_places = realm, windows, clock_places
        self.derived = Derived(realm, staffed)
        self._turns: dict[tuple[TypedClock, bool], ir.Table] = {}
        self._days: dict[tuple[TypedClock, tuple[int, ...] | None], ir.Table] = {}

    def share(self, other: Frames) -> None:
        """Use what `other`, over the same realm, has built: turns do not depend on a pack's windows
        unless its clocks do."""
        self.derived = other.derived
        if not self.windows or not any(reads_window(clock) for clock in self.clock_places):
            self._turns, self._days = other._turns, other._days

    def frame(
        self,
        fact: str,
        clock: TypedClock | None,
        needs: Needs,
        scopes: frozenset[str] = frozenset(),
        *,
        pending: bool = False,
        places: tuple[int, ...] | None = None,
        only: ir.Table | None = None,
        ordered: bool = True,
    ) -> Frame:
        """Rows of `fact` at `places` (None: all); with `pending` also what `pending_row` needs.

        Without `ordered` they may lack `rn`, which costs a sort. `only` has a column `row_k` for some of
        the fact's keys k: just the rows that it names.
        """
        columns = set(needs.columns)
        said = {
            scope: scope_homes(self.realm, fact, scope) for scope in sorted(scopes & set(LINKED))
        }
        columns |= {("", LINKED[scope]) for scope, (in_row, _) in said.items() if in_row}
        pauses = set(needs.pauses)
        waits: dict[str, tr.Tree] = {}
        if fact == "turns" and ("", "wait") in columns:
            assert clock is not None
            waits = self._waits(clock, pending=pending)
            columns |= set(_OPEN) if pending else set()
        for tree in waits.values():
            columns |= needs_of([tree]).columns
            pauses |= needs_of([tree]).pauses
        for overlap in pauses:
            columns |= needs_of([overlap.begin, overlap.until]).columns
        if places is not None and len(places) == len(self.realm.places):
            places = None
        near = Near(places, few=only is not None)
        if fact == "buyer_days" and only is not None:
            table = only.rename({c.removeprefix("row_"): c for c in only.columns}).distinct()
        else:
            table = self._base(fact, clock, columns, places, ordered=ordered)
            if only is not None:
                table = among(table, only, {c.removeprefix("row_"): c for c in only.columns})
        if places is not None:
            table = table.filter(table["pk"].isin(list(places)))
        table = self._with_own(fact, table, columns, near)
        for parent in ("session", "shop", "agent"):
            wanted = sorted(
                name
                for home, name in columns
                if home == parent and f"{parent}__{name}" not in table.columns
            )
            if wanted:
                table = self._with_parent(table, parent, wanted, near)
        names: dict[object, str] = {}
        if "pending_wait" in waits:
            table = self._with_now(table)
        if pauses:
            table = relations.attach_pauses(self, fact, table, pauses, names)
        if waits:
            row = self._row(fact, table, names, pending=False)
            found = {name: ex.evaluate(tree, row) for name, tree in waits.items()}
            table = table.mutate(**{name: v.whole(value) for name, value in found.items()})
        table = relations.attach(
            self, fact, clock, table, needs.relations, names, pending=pending, places=places
        )
        table = self._with_scopes(fact, table, scopes, said, near)
        row = self._row(fact, table, names, pending=False)
        return Frame(table, row, self._row(fact, table, names, pending=True) if pending else row)

    # -- reaching values -------------------------------------------------------------------------

    def _row(
        self, fact: str, table: ir.Table, names: Mapping[object, str], *, pending: bool
    ) -> Row:
        def column(col: tr.Col) -> Value:
            name = f"{col.parent}__{col.name}" if col.parent else col.name
            if not col.parent and TABLES[fact].stored:
                name = stored_name(fact, col.name)
            if pending and name == "wait" and "pending_wait" in table.columns:
                name = "pending_wait"
            if fact == "messages" and name == "role":
                return Coded(table["role"], ROLES)
            return relations.stored_value(table, name, col.type)

        def relation(node: tr.Relation) -> Value:
            name = names.get((node, True)) if pending else None
            return relations.stored_value(table, name or names[node, False], node.type)

        def paused(node: tr.Overlap) -> ir.IntegerValue:
            return table[names[node]]

        return Row(column, relation, paused, table["pk"], self.realm.zone, self.windows)

    def bare_row(self, fact: str, table: ir.Table) -> Row:
        """A row of `table` for expressions without relations and pauses."""
        return self._row(fact, table, {}, pending=False)

    # -- rows and their own columns --------------------------------------------------------------

    def turns(self, clock: TypedClock, *, details: bool) -> ir.Table:
        """Turns of a clock, over the platforms that use it. Built once."""
        if (clock, True) in self._turns:
            return self._turns[clock, True]
        if (clock, details) not in self._turns:
            self._turns[clock, details] = self.derived.turns(self._clock_messages(clock), details)
        return self._turns[clock, details]

    def _clock_messages(self, clock: TypedClock) -> ir.Table:
        """The messages that the clock sees, with `closes`."""
        needs = needs_of([clock.opens, clock.closes, clock.ignores_before])
        frame = self.frame("messages", None, needs)
        table = frame.table
        keys = self.realm.place_keys(self.clock_places[clock])
        if len(keys) < len(self.realm.places):
            table = table.filter(table["pk"].isin(list(keys)))
        opens = ex.condition(clock.opens, frame.row)
        closes = ex.condition(clock.closes, frame.row)
        seen = opens | closes
        if clock.ignores_before is not None:
            before = v.expression(ex.evaluate(clock.ignores_before, frame.row))
            late = ibis.coalesce(table["ts"] >= before, False)
            seen = seen & (late | self._without(clock.ignores_before, table["pk"]))
        return table.filter(seen).mutate(closes=closes)

    def _without(self, tree: tr.Tree, place: ir.IntegerValue) -> ir.BooleanValue:
        """The place's data lack a column of `ignores_before`: nothing is ignored there."""
        found = []
        for parent, name in sorted(needs_of([tree]).columns):
            home = PARENT_TABLE[parent] if parent else "messages"
            column = TABLES[home].column(name)
            if column is None or not (column.derived or column.default or column.required):
                found.append(self.realm.is_lacking(place, home, name))
        return ibis.or_(*found)

    def _base(
        self,
        fact: str,
        clock: TypedClock | None,
        columns: set[ColumnKey],
        places: tuple[int, ...] | None,
        *,
        ordered: bool,
    ) -> ir.Table:
        realm = self.realm
        match fact:
            case "messages":
                return realm.messages
            case "sessions":
                return realm.sessions
            case "turns":
                assert clock is not None
                details = bool(columns & {("", "last_asked_at"), ("", "messages")})
                return self.turns(clock, details=details)
            case "assignments":
                table = self.derived.assignments
                return staff.with_is_last(table) if ("", "is_last") in columns else table
            case "buyer_days":
                assert clock is not None
                if (clock, places) not in self._days:
                    buyer = Needs(frozenset({("session", "buyer_id")}))
                    turns = self.frame("turns", clock, buyer, places=places).table
                    self._days[clock, places] = self.derived.buyer_days(turns)
                return self._days[clock, places]
            case "coverage":
                return self.derived.coverage
            case "load":
                return self.derived.load
            case _:
                return realm.keyed(fact, numbered=ordered, places=places)

    def _with_own(
        self, fact: str, table: ir.Table, columns: set[ColumnKey], near: Near
    ) -> ir.Table:
        """Derived columns of the row itself, and texts behind keys."""
        own = {name for parent, name in columns if not parent}
        if any(parent == "agent" for parent, _ in columns):
            own.add("ak")
        if fact == "turns" and own & {"agent_id", "ak", "assigned_at"}:
            table = self.derived.with_turn_agent(table, near, assigned="assigned_at" in own)
        if fact == "sessions":
            table = self.derived.with_session_columns(table, own, near)
        if fact == "assignments" and own & {"replies", "first_reply_at"}:
            counts = self.derived.replies(table, near)
            found = {"replies": "replies", "first_reply_at": "first_reply_at"}
            table = beside(table, counts, {"rn": "rn"}, found, absent={"replies": 0})
        if "agent_id" in own and "agent_id" not in table.columns:
            table = self._agent_text(table, "ak", "agent_id")
        if own & {"platform", "shop_id"}:
            table = self._place_text(table)
        if "session_id" in own and "session_id" not in table.columns:
            home = near.of(self.realm.sessions, table)
            table = beside(table, home, {"sk": "sk"}, {"session_id": "session_id"})
            if "stray" in table.columns:
                table = table.mutate(session_id=ibis.coalesce(table["session_id"], table["stray"]))
        return table

    def _agent_text(self, table: ir.Table, key: str, name: str) -> ir.Table:
        return beside(table, self.realm.agent_table, {key: "ak"}, {"agent_id": name})

    def _place_text(self, table: ir.Table) -> ir.Table:
        texts = {"platform": "platform", "shop_id": "shop_id"}
        named = beside(table, self.realm.place_table, {"pk": "pk"}, texts)
        return named.mutate(shop_id=named["shop_id"].nullif(""))

    def _with_parent(self, table: ir.Table, parent: str, wanted: list[str], near: Near) -> ir.Table:
        stored = PARENT_TABLE[parent]
        names = {stored_name(stored, name): f"{parent}__{name}" for name in wanted}
        if parent == "session":
            home = near.of(self.realm.sessions, table)
            home = self._with_own("sessions", home, {("", n) for n in wanted}, near)
            return beside(table, home, {"sk": "sk"}, names)
        if self.realm.has(stored):
            home = self._with_own(stored, self.realm.keyed(stored), {("", n) for n in wanted}, near)
            keys = {"pk": "pk"} if parent == "shop" else {"pk": "pk", "ak": "ak"}
            table = beside(table, home, keys, names)
        else:
            table = table.mutate(
                **{new: relations.missing(TABLES[stored].column(old)) for old, new in names.items()}
            )
        if parent == "agent" and "counted" in wanted:
            # Staff count unless their settings say otherwise; nobody does not.
            counted = ibis.coalesce(table["agent__counted"], True) & table["ak"].notnull()
            table = table.mutate(agent__counted=counted)
        return table

    def _waits(self, clock: TypedClock, *, pending: bool) -> dict[str, tr.Tree]:
        """The clock's formula; with `pending` also with open turns answered at as-of."""
        if not pending:
            return {"wait": clock.wait}
        return {"wait": clock.wait, "pending_wait": tr.renamed(clock.wait, "answered_at", _NOW)}

    def _with_now(self, table: ir.Table) -> ir.Table:
        is_open = table["answered_at"].isnull() & table["session__ended_at"].isnull()
        now = ibis.ifelse(is_open, self.realm.as_of, table["answered_at"])
        return table.mutate(**{_NOW: now.cast("int64")})

    # -- scopes and periods ----------------------------------------------------------------------

    def _with_scopes(
        self,
        fact: str,
        table: ir.Table,
        scopes: frozenset[str],
        said: Mapping[str, tuple[bool, bool]],
        near: Near,
    ) -> ir.Table:
        linked = {LINKED[s]: f"session_{s}" for s, (_, in_session) in said.items() if in_session}
        if linked:
            home = near.of(self.realm.sessions, table)
            home = self._with_own("sessions", home, {("", n) for n in linked}, near)
            table = beside(table, home, {"sk": "sk"}, linked)
        added: dict[str, ir.Value] = {}
        for scope, (in_row, in_session) in said.items():
            value = table[LINKED[scope]] if in_row else table[f"session_{scope}"]
            if in_row and in_session:
                without = self.realm.is_lacking(table["pk"], fact, SCOPE_COLUMN[scope])
                value = ibis.ifelse(without, table[f"session_{scope}"], value)
            added[f"scope_{scope}"] = value
        if scopes & TIMED:
            added |= moment(self.realm, fact, table)
        return table.mutate(**added) if added else table


_NOW = "answered_or_as_of"
_OPEN = (("", "answered_at"), ("session", "ended_at"))


def reads_window(clock: TypedClock) -> bool:
    trees = (clock.opens, clock.closes, clock.ignores_before)
    return any(isinstance(n, tr.InWindow | tr.Overlap) for t in trees if t for n in tr.walk(t))
