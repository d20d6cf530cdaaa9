"""The oracle's facts as rows for the interpreter: every column of the catalog, with its relations."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from typing import Any

from interpreter import Row
from oracle import facts
from oracle.facts import Session, World, missing_last
from oracle.moments import of_time
from oracle.staffing import settings
from oracle.turns import Clock, Turn, turns_of

from checker.language.catalog import PARENT_TABLE, TABLES

EPOCH = date(1970, 1, 1)


@dataclass
class Placed:
    """A row with what groups it. `later` is the row as it will be when open turns are answered at
    as-of; `order` is the order of the fact."""

    row: Row
    later: Row
    at: int | None
    scopes: Mapping[str, Any]
    order: tuple[Any, ...] = field(default=())


class FactRows:
    """Rows of each fact of one platform under one clock."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world, self.clock = world, clock
        self.shops = {row["shop_id"]: row for row in world.rows["shops"]}
        self.agents = settings(world)
        self.known: dict[str, list[Placed]] = {}
        self.turns = {id(s): turns_of(s, clock, world) for s in world.sessions}
        self.by_key = {(s.shop, s.session_id): s for s in world.sessions}

    def of(self, fact: str) -> list[Placed]:
        """The rows of a fact, in its order."""
        if fact not in self.known:
            found: list[Placed] = list(getattr(self, "turn_rows" if fact == "turns" else fact)())
            self.known[fact] = sorted(found, key=lambda one: one.order)
        return self.known[fact]

    def sessions(self) -> Iterator[Placed]:
        for s in self.world.sessions:
            values = self._session(s)
            order = (missing_last(s.started_at), s.shop or "", s.session_id)
            yield self._placed("sessions", s.shop, values, s, s.started_at, order, relations=True)

    def _turns_of(self, later: bool, s: Session) -> list[Row]:
        own = (self._turn(t, later) for t in self.turns[id(s)])
        return [self._row("turns", s.shop, values, s) for values in own]

    def turn_rows(self) -> Iterator[Placed]:
        for s in self.world.sessions:
            for t in self.turns[id(s)]:
                order = (t.asked_at, s.shop or "", s.session_id, t.index)
                placed = self._placed("turns", s.shop, self._turn(t), s, t.asked_at, order)
                placed.later = self._row("turns", s.shop, self._turn(t, later=True), s)
                yield placed

    def messages(self) -> Iterator[Placed]:
        for s in self.world.sessions:
            for number, m in enumerate(s.messages):
                order = (m["ts"], s.shop or "", s.session_id, number)
                yield self._placed("messages", s.shop, m, s, m["ts"], order)

    def ratings(self) -> Iterator[Placed]:
        for r in self.world.rows["ratings"]:
            s = self.by_key.get((r["shop_id"], r.get("session_id")))  # type: ignore[arg-type]
            order = (missing_last(r["rated_at"]), r["shop_id"] or "", *facts.rating_order(r))
            yield self._placed("ratings", r["shop_id"], r, s, r["rated_at"], order)

    def assignments(self) -> Iterator[Placed]:
        for a in self.world.assignments:
            values = self._assignment(a)
            ends = missing_last(a.end)
            order = (a.start, ends, a.shop or "", a.session_id, missing_last(a.agent_id))
            yield self._placed("assignments", a.shop, values, a.session, a.start, order)

    # -- values ----------------------------------------------------------------------------------

    def _session(self, s: Session) -> dict[str, Any]:
        start, end = s.started_at, s.ended_at
        return {
            **s.row,
            "session_id": s.session_id,
            "agent_id": s.agent_id,
            "last_agent_id": s.assignments[-1].agent_id if s.assignments else None,
            "duration": None if start is None or end is None else end - start,
            "ended": s.ended,
        }

    @staticmethod
    def _turn(t: Turn, later: bool = False) -> dict[str, Any]:
        names = ("index", "asked_at", "last_asked_at", "answered_at", "messages")
        values = {name: getattr(t, name) for name in (*names, "agent_id", "assigned_at", "is_last")}
        wait = t.wait_by_now if later else t.wait
        return {**values, "wait": wait, "session_id": t.session.session_id}

    @staticmethod
    def _assignment(a: facts.Assignment) -> dict[str, Any]:
        names = ("session_id", "agent_id", "replies", "first_reply_at", "is_last")
        return {name: getattr(a, name) for name in names} | {"from": a.start, "to": a.end}

    # -- rows ------------------------------------------------------------------------------------

    def _placed(
        self,
        fact: str,
        shop: str | None,
        values: Mapping[str, Any],
        session: Session | None,
        at: int | None,
        order: tuple[Any, ...],
        *,
        relations: bool = False,
    ) -> Placed:
        row = self._row(fact, shop, values, session)
        later = row
        if relations and session is not None:
            row = Row(row.values, self._relations(session, later=False), row.shop, row.pauses)
            later = Row(row.values, self._relations(session, later=True), row.shop, row.pauses)
        of_session = {} if session is None else self._session(session)
        own = {column.name for column in TABLES[fact].columns}
        agent = values.get("agent_id") if "agent_id" in own else of_session.get("agent_id")
        buyer = values.get("buyer_id") if "buyer_id" in own else of_session.get("buyer_id")
        scopes = {
            "platform": self.world.platform,
            "shop": shop,
            "agent": agent,
            "buyer": buyer,
            "channel": of_session.get("channel"),
        }
        return Placed(row, later, at, scopes, order)

    def _relations(self, s: Session, *, later: bool) -> dict[str, list[Row]]:
        def rows(fact: str, given: list[dict[str, Any]]) -> list[Row]:
            return [self._row(fact, s.shop, values, s) for values in given]

        return {
            "messages": rows("messages", s.messages),
            "turns": self._turns_of(later, s),
            "assignments": rows("assignments", [self._assignment(a) for a in s.assignments]),
            "ratings": rows("ratings", s.ratings),
            "invites": rows("invites", s.invites),
        }

    def _row(
        self, fact: str, shop: str | None, values: Mapping[str, Any], session: Session | None
    ) -> Row:
        found = self._own(fact, shop, values)
        hours = {c: self._own("shops", shop, self.shops.get(shop, {}))["", c] for c in _HOURS}
        for parent in TABLES[fact].parents:
            home = PARENT_TABLE[parent]
            given: Mapping[str, Any] | None = None
            if parent == "session" and session is not None:
                given = self._session(session)
            elif parent == "shop":
                given = self.shops.get(shop, {})
            elif parent == "agent":
                agent = values.get("agent_id")
                given = None if agent is None else self.agents.get((shop, agent), {})
            found |= {
                (parent, name): one for (_, name), one in self._own(home, shop, given).items()
            }
        return Row(found, shop=hours, pauses=self._pauses(shop, session))

    def _own(
        self, fact: str, shop: str | None, given: Mapping[str, Any] | None
    ) -> dict[tuple[str, str], Any]:
        """The stored values with their defaults; `given` None is a row that there is not."""
        values: dict[tuple[str, str], Any] = {}
        for column in TABLES[fact].columns:
            value = None if given is None else given.get(column.name)
            if column.name in _HOURS and value is not None:
                value = of_time(value)
            if value is None and given is not None and "'" in column.default:
                value = column.default.strip("'")
            if value is None and given is not None and column.default == "true":
                value = True
            values["", column.name] = value
        if fact == "messages" and given is not None:
            weight, took = given.get("weight"), given.get("took")
            values["", "internal"] = given.get("internal") == "true"
            values["", "weight"] = None if weight is None else Fraction(weight)
            values["", "took"] = _TOOK.get(took)
        if given is not None:
            values["", "platform"], values["", "shop_id"] = self.world.platform, shop
        return values

    def _pauses(self, shop: str | None, session: Session | None) -> list[tuple[int, int, Row]]:
        if session is None:
            return []
        found = []
        for pause in self.world.rows["pauses"]:
            if (pause["shop_id"], pause["session_id"]) == (shop, session.session_id):
                end = self.world.as_of if pause.get("to") is None else pause["to"]
                end = min(end, self.world.as_of)
                if pause["from"] < end:
                    row = Row(self._own("pauses", shop, pause))
                    found.append((pause["from"], end, row))
        return found


_TOOK = {"45s": 45_000_000, "3m": 180_000_000, "0.5s": 500_000}
_HOURS = ("opens_at", "closes_at")
