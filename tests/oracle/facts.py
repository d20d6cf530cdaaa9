"""Canonical rows with their defaults, as of an instant: sessions, assignments, ratings and the rest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from .moments import day_of, micros

Row = dict[str, Any]
Tables = Mapping[str, Sequence[Mapping[str, Any]]]

INSTANTS = {
    "messages": ("ts",),
    "sessions": ("started_at", "human_requested_at", "assigned_at", "ended_at"),
    "assignments": ("from", "to"),
    "ratings": ("rated_at",),
    "invites": ("sent_at",),
    "presence": ("from", "to"),
    "agents": (),
    "shops": (),
    "visits": ("at",),
    "pauses": ("from", "to"),
}
INSTANT_NAMES = frozenset(name for names in INSTANTS.values() for name in names)
OWN_TIME = {
    "messages": "ts",
    "sessions": "started_at",
    "assignments": "from",
    "ratings": "rated_at",
    "invites": "sent_at",
    "presence": "from",
    "visits": "at",
    "pauses": "from",
}
ROLE_RANK = {"buyer": 0, "bot": 1, "system": 2, "agent": 3}


def missing_last(value: Any) -> tuple[bool, Any]:
    return (value is None, 0 if value is None else value)


@dataclass(slots=True)
class Assignment:
    shop: str | None
    session_id: str
    agent_id: str | None
    start: int
    end: int | None
    session: Session | None = None
    replies: int = 0
    first_reply_at: int | None = None
    is_last: bool = False


@dataclass(slots=True)
class Session:
    shop: str | None
    session_id: str
    row: Row = field(default_factory=dict)
    messages: list[Row] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    ratings: list[Row] = field(default_factory=list)
    invites: list[Row] = field(default_factory=list)
    agent_id: str | None = None
    ended: bool = False

    def get(self, column: str) -> Any:
        return self.row.get(column)

    @property
    def started_at(self) -> int | None:
        return self.row.get("started_at")

    @property
    def ended_at(self) -> int | None:
        return self.row.get("ended_at")


@dataclass(slots=True)
class World:
    """What one platform's rows say as of an instant (microseconds); `columns` are those present."""

    platform: str
    zone: ZoneInfo
    as_of: int
    columns: frozenset[tuple[str, str]]
    sessions: list[Session]
    assignments: list[Assignment]
    rows: dict[str, list[Row]]
    first: date | None = None
    through: date | None = None
    by: str | None = None

    def has_column(self, table: str, column: str) -> bool:
        return (table, column) in self.columns

    def has(self, *names: str) -> bool:
        """Whether every `table` or `table.column` named holds something for this platform."""
        tables = {table for table, _ in self.columns}
        return all(
            tuple(name.split(".")) in self.columns if "." in name else name in tables
            for name in names
        )

    def asked_for(self, instant: int | None) -> bool:
        """Whether a row of that time lies in the days that the audit is limited to."""
        if self.first is None and self.through is None:
            return True
        if instant is None:
            return False
        day = day_of(instant, self.zone)
        return (self.first is None or self.first <= day) and (
            self.through is None or day <= self.through
        )


def last_instant(tables: Tables, zone: ZoneInfo) -> int:
    found = [
        micros(row.get(column), zone)
        for table, columns in INSTANTS.items()
        for row in tables.get(table, ())
        for column in columns
    ]
    return max(instant for instant in found if instant is not None)


def derive(
    tables: Tables,
    *,
    platform: str,
    zone: str = "Asia/Shanghai",
    as_of: datetime | None = None,
    override: bool = False,
    first: date | None = None,
    through: date | None = None,
) -> World:
    """The facts of one platform; `override` makes every row that platform, as `--platform` does."""
    tz = ZoneInfo(zone)
    now = last_instant(tables, tz) if as_of is None else micros(as_of, tz)
    assert now is not None
    columns: set[tuple[str, str]] = set()
    rows: dict[str, list[Row]] = {}
    begun: dict[tuple[Any, Any], Any] = {}
    for table, instants in INSTANTS.items():
        rows[table] = []
        for raw in tables.get(table, ()):
            if not override and raw.get("platform") != platform:
                continue
            row: Row = {k: micros(v, tz) if k in instants else v for k, v in raw.items()}
            columns |= {(table, name) for name, value in row.items() if value is not None}
            row.setdefault("shop_id", None)
            own = row.get(OWN_TIME[table]) if table in OWN_TIME else None
            key = (row["shop_id"], row.get("session_id"))
            if table == "messages" and own is not None:
                begun[key] = min(own, begun.get(key, own))
            if table == "sessions" and own is None:
                own = begun.get(key)  # its first message, be it still to come
            if own is None or own <= now:
                rows[table].append(row)
    world = World(platform, tz, now, frozenset(columns), [], [], rows, first, through)
    world.sessions = _sessions(world)
    world.assignments = _assignments(world)
    for session in world.sessions:
        spoken = [m["agent_id"] for m in session.messages if human_reply(m)]
        held = [a.agent_id for a in session.assignments]
        known = [agent for agent in (*spoken[:1], *held[:1]) if agent is not None]
        session.agent_id = known[0] if known else None
    return world


def human_reply(message: Row) -> bool:
    return message["role"] == "agent" and not message["automatic"]


def message_order(message: Row) -> tuple[Any, ...]:
    return (
        message["ts"],
        missing_last(message.get("seq")),
        ROLE_RANK[message["role"]],
        missing_last(message.get("agent_id")),
    )


def _sessions(world: World) -> list[Session]:
    found: dict[tuple[str | None, str], Session] = {}
    for row in world.rows["sessions"]:
        key = (row["shop_id"], row["session_id"])
        assert key not in found, f"two rows of session {key}"
        found[key] = Session(*key, row=dict(row))
    for row in world.rows["messages"]:
        key = (row["shop_id"], row["session_id"])
        message = {**row, "automatic": bool(row.get("automatic"))}
        message.setdefault("agent_id", None)
        found.setdefault(key, Session(*key)).messages.append(message)
    for table, order in (("ratings", rating_order), ("invites", invite_order)):
        for row in sorted(world.rows[table], key=order):
            session = found.get((row["shop_id"], row.get("session_id")))  # type: ignore[arg-type]
            if session is not None:
                getattr(session, table).append(row)
    for session in found.values():
        session.messages.sort(key=message_order)
        row = session.row
        if row.get("started_at") is None and session.messages:
            row["started_at"] = session.messages[0]["ts"]
        row["initiated_by"] = row.get("initiated_by") or "buyer"
        if row.get("ended_at") is not None and row["ended_at"] > world.as_of:
            row["ended_at"] = None
        session.ended = not world.has("sessions.ended_at") or row.get("ended_at") is not None
    return list(found.values())


def rating_order(row: Row) -> tuple[Any, ...]:
    return tuple(
        missing_last(row.get(c))
        for c in ("rated_at", "session_id", "buyer_id", "agent_id", "score", "subject")
    )


def invite_order(row: Row) -> tuple[Any, ...]:
    return tuple(missing_last(row.get(c)) for c in ("sent_at", "session_id", "by"))


def _assignments(world: World) -> list[Assignment]:
    by_key = {(s.shop, s.session_id): s for s in world.sessions}
    found: list[Assignment] = []
    if world.has("assignments"):
        for row in world.rows["assignments"]:
            found.append(
                Assignment(
                    row["shop_id"], row["session_id"], row["agent_id"], row["from"], row.get("to")
                )
            )
    else:
        found.extend(_derived(world.sessions, world.as_of))
    found.sort(key=lambda a: (a.start, missing_last(a.end), a.session_id, missing_last(a.agent_id)))
    for held in found:
        session = by_key.get((held.shop, held.session_id))
        if session is None:
            continue
        session.assignments.append(held)
        held.session = session
        replies = [
            m["ts"]
            for m in session.messages
            if human_reply(m)
            and m["agent_id"] is not None
            and m["agent_id"] == held.agent_id
            and held.start <= m["ts"]
            and (held.end is None or m["ts"] < held.end)
        ]
        held.replies, held.first_reply_at = len(replies), min(replies, default=None)
    for held in {(a.shop, a.session_id): a for a in found}.values():
        held.is_last = True
    return found


def _derived(sessions: Iterable[Session], as_of: int) -> Iterable[Assignment]:
    for s in sessions:
        agents = [m["agent_id"] for m in s.messages if human_reply(m)]
        start = s.get("assigned_at") if s.get("assigned_at") is not None else s.started_at
        if agents and agents[0] is not None and start is not None and start <= as_of:
            yield Assignment(s.shop, s.session_id, agents[0], start, s.ended_at)
