"""Data sets made of edges, deterministic by seed: every bound is met to the microsecond."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from .facts import INSTANT_NAMES
from .generate_chat import chat
from .generate_staff import agents_of, presence_of, shops_of, visits_of
from .moments import EPOCH, SECOND, micros

Row = dict[str, Any]
Tables = dict[str, list[Row]]

EDGES_OF_DAY = (
    "00:00:00",
    "07:59:59",
    "07:59:59.999999",
    "08:00:00",
    "08:00:00.000001",
    "08:59:59.999999",
    "09:00:00",
    "21:59:59.999999",
    "22:00:00",
    "22:59:58",
    "22:59:59",
    "22:59:59.500000",
    "22:59:59.999999",
    "23:00:00",
    "23:59:59.999999",
)
OPEN_FOR = (0, 1, 10 * SECOND, 180 * SECOND - 1, 180 * SECOND, 180 * SECOND + 1, 7200 * SECOND)
SHOP_NAMES = ("s1", "旗舰店", "003", "s,4")
DROPPED = (
    *[("sessions", c) for c in ("human_requested_at", "ended_at", "end_reason", "assigned_at")],
    *[("sessions", c) for c in ("channel", "buyer_id", "started_at", "initiated_by", "")],
    *[("messages", c) for c in ("automatic", "seq", "kind")],
    *[("ratings", c) for c in ("subject", "agent_id", "unresolved", "")],
    *[("invites", c) for c in ("by", "")],
    *[("agents", c) for c in ("max_reception", "counted", "experience", "")],
    *[("shops", c) for c in ("opens_at", "")],
    *[(table, "") for table in ("assignments", "presence", "visits")],
)
"""Columns, or with "" whole tables, that the rules can do without or must miss aloud."""


def generate(
    seed: int,
    *,
    platform: str,
    shops: int = 2,
    days: int = 4,
    sessions: int = 60,
    zone: str = "Asia/Shanghai",
    start: date = date(2026, 1, 30),
    transfers: bool = True,
    gaps: bool = True,
    undated: bool = False,
    with_shop: bool = True,
    with_platform: bool = True,
) -> Tables:
    """Canonical tables as rows, instants aware in `zone`; the default days span two months.

    `gaps` leaves out a column or table in two seeds of three; `undated` adds a session of which
    nobody knows when it was; `transfers` fills the assignments table.
    """
    rng = Random(f"{platform}-{seed}")
    tz = ZoneInfo(zone)
    end = _at(start + timedelta(days=days - 1), time(22, 57), tz)
    tables: Tables = {
        name: [] for name in ("messages", "sessions", "assignments", "ratings", "invites", "pauses")
    }
    names = [SHOP_NAMES[i % len(SHOP_NAMES)] for i in range(shops)]
    tables["agents"] = [row for shop in names for row in agents_of(shop, rng)]
    for number in range(sessions):
        shop = names[number % shops]
        agents = [a["agent_id"] for a in tables["agents"] if a["shop_id"] == shop]
        session_id = _session_id(number // shops)
        began = _start(rng, start, days, tz, end)
        for table, rows in chat(rng, shop, session_id, began, agents, transfers).items():
            tables[table].extend(rows)
    _until(tables, end)
    _open_at_the_end(tables, names[0], end)
    if undated:
        tables["sessions"].append(
            {**dict.fromkeys(tables["sessions"][0]), "shop_id": names[0], "session_id": "undated"}
        )
    every_day = [start + timedelta(days=d) for d in range(days)]
    tables["presence"] = presence_of(tables["agents"], every_day, tz, rng, end)
    tables["shops"] = shops_of(names)
    tables["visits"] = visits_of(names, every_day, tz, rng, end)
    _finish(tables, tz, platform if with_platform else None, with_shop)
    if gaps and seed % 3:
        table, column = rng.choice(DROPPED)
        if column:
            for row in tables[table]:
                row.pop(column, None)
        else:
            del tables[table]
    return {table: rows for table, rows in tables.items() if rows}


def naive(tables: Tables) -> Tables:
    """The same rows with local instants that say nothing of their zone."""
    return {
        table: [
            {
                k: v.replace(tzinfo=None, fold=0) if isinstance(v, datetime) else v
                for k, v in row.items()
            }
            for row in rows
        ]
        for table, rows in tables.items()
    }


def as_of_points(tables: Tables, seed: int) -> list[datetime]:
    """Instants worth asking at: on a message, just before one, and 180 s after a question."""
    rng = Random(seed)
    moments = sorted(m["ts"] for m in tables["messages"])
    asked = sorted(m["ts"] for m in tables["messages"] if m["role"] == "buyer")
    late, question = moments[rng.randrange(len(moments) // 2, len(moments))], asked[-1]
    later = asked[rng.randrange(len(asked) // 2, len(asked))]
    return [
        late,
        late - timedelta(microseconds=1),
        question,
        later + timedelta(seconds=180),
        later + timedelta(seconds=180, microseconds=1),
    ]


def _at(day: date, clock: time, tz: ZoneInfo) -> int:
    instant = micros(datetime.combine(day, clock), tz)
    assert instant is not None
    return instant


def _start(rng: Random, first: date, days: int, tz: ZoneInfo, end: int) -> int:
    day = first + timedelta(days=rng.randrange(days))
    if rng.random() < 0.5:
        return min(_at(day, time.fromisoformat(rng.choice(EDGES_OF_DAY)), tz), end)
    seconds = rng.randrange(6 * 3600, 24 * 3600)
    return min(_at(day, time(), tz) + seconds * SECOND + rng.choice((0, 0, 1, 999_999)), end)


def _session_id(number: int) -> str:
    """Ids recur in every shop, and some look like numbers or need quotes in a CSV file."""
    return {0: "007", 1: "1e5", 2: "S,2", 3: '会话"3"', 4: "true"}.get(number, f"S{number}")


def _until(tables: Tables, end: int) -> None:
    """Nothing happens after `end`, so that the last instant in the data is known."""
    own = {"messages": "ts", "ratings": "rated_at", "invites": "sent_at", "sessions": "started_at"}
    for table, rows in tables.items():
        column = own.get(table, "from")
        kept = [r for r in rows if r.get(column) is None or r[column] <= end]
        for row in kept:
            for name in INSTANT_NAMES & row.keys():
                if row[name] is not None and row[name] > end:
                    row[name] = None
        tables[table] = kept


def _open_at_the_end(tables: Tables, shop: str, end: int) -> None:
    """Sessions still open when the data end, their question as old as an edge of three minutes."""
    for number, age in enumerate(OPEN_FOR):
        began = end - age
        session = dict.fromkeys(tables["sessions"][0])
        session |= {"shop_id": shop, "session_id": f"open{number}", "buyer_id": f"n{number}"}
        session |= {"started_at": began, "human_requested_at": began}
        tables["sessions"].append(session)
        message = dict.fromkeys(tables["messages"][0])
        message |= {"shop_id": shop, "session_id": f"open{number}", "role": "buyer", "ts": began}
        tables["messages"].append(message)


def _finish(tables: Tables, tz: ZoneInfo, platform: str | None, with_shop: bool) -> None:
    for table, rows in tables.items():
        for row in rows:
            for name in INSTANT_NAMES & row.keys():
                if row[name] is not None:
                    row[name] = (EPOCH + timedelta(microseconds=row[name])).astimezone(tz)
            if platform is not None:
                row["platform"] = platform
            if not with_shop and table != "shops":
                shop = row.pop("shop_id")
                for key in ("session_id", "agent_id"):
                    if row.get(key) is not None:
                        row[key] = f"{shop}-{row[key]}"
    if not with_shop:
        del tables["shops"]
