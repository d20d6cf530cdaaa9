"""The tables and columns that expressions may name: stored ones and derived ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from checker.language import types as t
from checker.language.types import Type


@dataclass(frozen=True, slots=True)
class Column:
    """One column. `default` says what stands in where the data lack it; `derived` hides a stored one."""

    name: str
    type: Type
    doc: str
    required: bool = False
    default: str = ""
    derived: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """One fact that rules may measure.

    `time` is the column that assigns a row to a period; `parents` are reached as `session.x`;
    `relations` are the facts whose rows belong to one row of this fact.
    """

    name: str
    doc: str
    columns: tuple[Column, ...]
    time: str | None
    parents: tuple[str, ...] = ("shop",)
    relations: tuple[str, ...] = ()
    needs_clock: bool = False
    stored: bool = True

    def column(self, name: str) -> Column | None:
        return next((c for c in self.columns if c.name == name), None)

    @property
    def stored_columns(self) -> tuple[Column, ...]:
        return tuple(c for c in self.columns if not c.derived)


ROLES = ("buyer", "bot", "system", "agent")  # also the order among equal timestamps

_PLACE = (
    Column("platform", t.TEXT, "platform id, e.g. `douyin`"),
    Column("shop_id", t.TEXT, "shop; absent: one shop"),
)


def _stored(name: str, type_: Type, doc: str, default: str = "") -> Column:
    return Column(name, type_, doc, default=default)


def _required(name: str, type_: Type, doc: str) -> Column:
    return Column(name, type_, doc, required=True)


def _derived(name: str, type_: Type, doc: str) -> Column:
    return Column(name, type_, doc, derived=True)


_ALL = (
    Table(
        "messages",
        "one message",
        (
            _required("session_id", t.TEXT, "session"),
            _required("ts", t.INSTANT, "when it was sent"),
            _required("role", t.enum("buyer", "agent", "bot", "system"), "who sent it"),
            _stored("agent_id", t.TEXT, "agent who sent it"),
            _stored("automatic", t.BOOL, "sent by an auto-reply on an agent's account", "false"),
            _stored("kind", t.TEXT, "`text`, `image`, `emoji`, `card`, `order`, `system` …"),
            _stored("seq", t.INT, "order within equal `ts`"),
            _stored("text", t.TEXT, "what was said"),
        ),
        time="ts",
        parents=("session", "shop", "agent"),
    ),
    Table(
        "sessions",
        "one reception, from start to close",
        (
            _required("session_id", t.TEXT, "session"),
            _stored("buyer_id", t.TEXT, "buyer"),
            _stored("channel", t.TEXT, "where it came from"),
            _stored("initiated_by", t.enum("buyer", "merchant"), "who began", "'buyer'"),
            _stored("started_at", t.INSTANT, "start", "its first message"),
            _stored("human_requested_at", t.INSTANT, "when the buyer asked for a human"),
            _stored("assigned_at", t.INSTANT, "when an agent first got it"),
            _stored("ended_at", t.INSTANT, "close; a later one than as-of counts as missing"),
            _stored(
                "end_reason", t.TEXT, "`agent_closed`, `timed_out`, `no_agent`, `buyer_left` …"
            ),
            _derived(
                "agent_id",
                t.TEXT,
                "agent of the first message by an agent that is not automatic, else of the first assignment",
            ),
            _derived("last_agent_id", t.TEXT, "agent of the last assignment"),
            _derived("duration", t.DURATION, "`ended_at - started_at`"),
            _derived(
                "ended", t.BOOL, "`ended_at` is present; true where the data have no such column"
            ),
        ),
        time="started_at",
        parents=("shop", "agent"),
        relations=("messages", "turns", "assignments", "ratings", "invites"),
    ),
    Table(
        "turns",
        "one round: a buyer's first open message up to the reply that answers it",
        (
            _derived("session_id", t.TEXT, "session"),
            _derived("index", t.INT, "number of the turn in its session, from 1"),
            _derived("asked_at", t.INSTANT, "the round's first message"),
            _derived("last_asked_at", t.INSTANT, "the round's last buyer message"),
            _derived("answered_at", t.INSTANT, "the reply; missing while unanswered"),
            _derived("wait", t.DURATION, "the clock's formula, default `answered_at - asked_at`"),
            _derived("messages", t.INT, "messages of the round before the reply"),
            _derived("agent_id", t.TEXT, "who answered; unanswered: who holds the session"),
            _derived("assigned_at", t.INSTANT, "start of that agent's assignment"),
            _derived("is_last", t.BOOL, "last turn of its session"),
        ),
        time="asked_at",
        parents=("session", "shop", "agent"),
        needs_clock=True,
        stored=False,
    ),
    Table(
        "assignments",
        "one agent holding one session",
        (
            _required("session_id", t.TEXT, "session"),
            _required("agent_id", t.TEXT, "agent"),
            _required("from", t.INSTANT, "start"),
            _stored("to", t.INSTANT, "end; missing: still held"),
            _derived(
                "replies", t.INT, "messages of that agent, not automatic, `from` <= ts < `to`"
            ),
            _derived("first_reply_at", t.INSTANT, "the first of these"),
            _derived("is_last", t.BOOL, "last assignment of its session"),
        ),
        time="from",
        parents=("session", "shop", "agent"),
    ),
    Table(
        "ratings",
        "one rating card answered",
        (
            _stored("session_id", t.TEXT, "session"),
            _stored("buyer_id", t.TEXT, "buyer"),
            _stored("agent_id", t.TEXT, "agent"),
            _required("rated_at", t.INSTANT, "when"),
            _required("score", t.INT, "1 to 5"),
            _stored("subject", t.enum("human", "bot"), "who was rated", "'human'"),
        ),
        time="rated_at",
        parents=("session", "shop", "agent"),
    ),
    Table(
        "invites",
        "one rating card sent",
        (
            _required("session_id", t.TEXT, "session"),
            _stored("sent_at", t.INSTANT, "when"),
            _stored("by", t.enum("agent", "system"), "who sent it"),
        ),
        time="sent_at",
        parents=("session", "shop"),
    ),
    Table(
        "presence",
        "one agent in one status",
        (
            _required("agent_id", t.TEXT, "agent"),
            _required("status", t.enum("online", "busy", "break", "offline"), "status"),
            _required("from", t.INSTANT, "start"),
            _stored("to", t.INSTANT, "end; missing: lasts to the as-of instant"),
        ),
        time="from",
        parents=("shop", "agent"),
    ),
    Table(
        "agents",
        "settings of one agent",
        (
            _required("agent_id", t.TEXT, "agent"),
            _stored("name", t.TEXT, "name"),
            _stored("max_reception", t.INT, "sessions at once; missing: no automatic suspension"),
            _stored("counted", t.BOOL, "service staff", "true"),
            _stored("experience", t.enum("novice", "regular"), "experience"),
        ),
        time=None,
        parents=("shop",),
    ),
    Table(
        "shops",
        "settings of one shop",
        (
            _stored("name", t.TEXT, "name"),
            _stored("opens_at", t.TIME, "start of the working day"),
            _stored("closes_at", t.TIME, "end of the working day"),
        ),
        time=None,
        parents=(),
    ),
    Table(
        "visits",
        "visitor counts",
        (
            _stored("at", t.INSTANT, "when"),
            _stored("channel", t.TEXT, "channel"),
            _required("visitors", t.INT, "number of visitors"),
        ),
        time="at",
    ),
    Table(
        "pauses",
        "a stretch in which a session's clock may stop",
        (
            _required("session_id", t.TEXT, "session"),
            _required("from", t.INSTANT, "start"),
            _stored("to", t.INSTANT, "end; missing: lasts to the as-of instant"),
            _stored("reason", t.TEXT, "why"),
        ),
        time="from",
        parents=("session", "shop"),
    ),
    Table(
        "reported",
        "a figure that the platform itself reports",
        (
            _required("rule", t.TEXT, "id of the rule"),
            _stored("agent_id", t.TEXT, "agent"),
            _stored("channel", t.TEXT, "channel"),
            _required("from", t.DATE, "first day"),
            _required("through", t.DATE, "last day"),
            _required("value", t.NUMBER, "the figure"),
            _stored("numerator", t.NUMBER, "numerator"),
            _stored("denominator", t.NUMBER, "denominator"),
        ),
        time=None,
    ),
    Table(
        "buyer_days",
        "one buyer at one shop on one local day on which they opened a turn",
        (
            _derived("buyer_id", t.TEXT, "buyer"),
            _derived("date", t.DATE, "the day"),
        ),
        time="date",
        relations=("turns",),
        needs_clock=True,
        stored=False,
    ),
    Table(
        "coverage",
        "a stretch of constant staffing of one shop, cut at local midnights",
        (
            _derived("from", t.INSTANT, "start"),
            _derived("to", t.INSTANT, "end"),
            _derived("online_agents", t.INT, "counted agents with a status online"),
            _derived(
                "available_agents",
                t.INT,
                "of those, with open sessions below max_reception where one is set",
            ),
        ),
        time="from",
        stored=False,
    ),
    Table(
        "load",
        "a stretch of constant load of one agent, at least one session, cut at local midnights",
        (
            _derived("from", t.INSTANT, "start"),
            _derived("to", t.INSTANT, "end"),
            _derived("agent_id", t.TEXT, "agent"),
            _derived("open_sessions", t.INT, "sessions held at once"),
            _derived("max_reception", t.INT, "the agent's limit"),
            _derived("saturation", t.RATIO, "open_sessions / max_reception"),
        ),
        time="from",
        parents=("shop", "agent"),
        stored=False,
    ),
)

TABLES: Mapping[str, Table] = {
    table.name: replace(table, columns=(*_PLACE, *table.columns)) for table in _ALL
}
STORED: tuple[str, ...] = tuple(table.name for table in _ALL if table.stored)
FACTS: tuple[str, ...] = tuple(table.name for table in _ALL if table.name != "reported")
PARENT_TABLE: Mapping[str, str] = {"session": "sessions", "shop": "shops", "agent": "agents"}
"""`session.x` of a row is the column x of its row in `sessions`, and so on."""

ENTRY_TABLES = ("messages", "sessions", "reported")
"""A data set has at least one of these."""

SCOPES = ("platform", "shop", "agent", "channel", "buyer", "hour_of_day", "weekday")
PERIODS = ("hour", "day", "week", "month", "all")
SCOPE_COLUMN: Mapping[str, str] = {
    "platform": "platform",
    "shop": "shop_id",
    "agent": "agent_id",
    "channel": "channel",
    "buyer": "buyer_id",
}
"""The column a scope is read from; `hour_of_day` and `weekday` come from the fact's time."""


def declared(
    tables: Mapping[str, Table], columns: Mapping[str, Mapping[str, Type]]
) -> Mapping[str, Table]:
    """The catalog with a pack's own `columns:` added. A derived column hides one of the same name."""
    result = dict(tables)
    for name, extra in columns.items():
        table = result[name]
        known = {c.name for c in table.columns}
        added = tuple(
            Column(column, type_, "declared by the pack")
            for column, type_ in extra.items()
            if column not in known
        )
        result[name] = replace(table, columns=(*table.columns, *added))
    return result
