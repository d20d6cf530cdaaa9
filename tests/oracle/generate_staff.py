"""Generated settings and staffing: agents, shops, presence and visitor counts."""

from __future__ import annotations

from datetime import date, time
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

from .moments import DAY, HOUR, MINUTE, SECOND, midnight

Row = dict[str, Any]

CAPS = (0, 1, 2, 5, 6, 500, 501, None)
HOURS = (
    (time(9), time(22)),
    (None, None),
    (time(10), time(10)),
    (time(20), time(4)),
    (time(8, 30), time(23, 30)),
    (None, time(21)),
)
SHIFT_EDGES = (0, -5 * MINUTE, -5 * MINUTE + 1, SECOND, -1, 5 * MINUTE, 5 * MINUTE - 1)


def agents_of(shop: str, rng: Random) -> list[Row]:
    """Five agents whose ids recur in every shop; `a6` stands in no settings table."""
    return [
        {
            "shop_id": shop,
            "agent_id": f"a{number}",
            "name": rng.choice(("小王", "Li", None)),
            "max_reception": rng.choice(CAPS),
            "counted": rng.choice((True, True, False, None)),
            "experience": rng.choice(("novice", "regular", None)),
        }
        for number in range(1, 6)
    ]


def presence_of(
    agents: list[Row], days: list[date], tz: ZoneInfo, rng: Random, end: int
) -> list[Row]:
    """Shifts with lunch gaps, overlaps, no length or no end; the second day lacks the first shop."""
    found: list[Row] = []
    staff = [(a["shop_id"], a["agent_id"]) for a in agents]
    staff += sorted({(shop, "a6") for shop, _ in staff})
    for shop, agent in staff:
        for number, day in enumerate(days):
            if (number == 1 and shop == agents[0]["shop_id"]) or rng.random() < 0.4:
                continue
            for start, until in _shifts(rng, midnight(day, tz)):
                status = rng.choice(("online", "online", "online", "busy", "break", "offline"))
                row = {"shop_id": shop, "agent_id": agent, "status": status}
                row |= {"from": start, "to": None if rng.random() < 0.03 else until}
                found.append(row)
    kept = [r for r in found if r["from"] < end]
    for row in kept:
        if row["to"] is not None and row["to"] > end:
            row["to"] = end
    return kept


def _shifts(rng: Random, day: int) -> list[tuple[int, int]]:
    opens = day + rng.choice((8, 9, 20)) * HOUR + rng.choice(SHIFT_EDGES)
    noon = day + 12 * HOUR + rng.choice((0, 1, 15 * MINUTE))
    closes = day + rng.choice((22, 23, 24, 28)) * HOUR + rng.choice(SHIFT_EDGES)
    ways = [
        [(opens, max(opens, noon)), (noon + rng.choice((-MINUTE, 0, HOUR)), closes)],
        [(opens, closes), (noon, noon + HOUR)],
        [(opens, opens), (opens, closes)],
        [(day, day + DAY)],
        [(noon, noon + 1)],
    ]
    return [(a, b) for a, b in rng.choice(ways) if a <= b]


def shops_of(names: list[str]) -> list[Row]:
    found: list[Row] = []
    for number, shop in enumerate(names):
        opens, closes = HOURS[number % len(HOURS)]
        found.append({"shop_id": shop, "name": shop, "opens_at": opens, "closes_at": closes})
    return found


def visits_of(names: list[str], days: list[date], tz: ZoneInfo, rng: Random, end: int) -> list[Row]:
    found: list[Row] = []
    for shop in names:
        for day in days:
            for channel in rng.sample(("app", "web", "小程序", "none", None), k=3):
                at = midnight(day, tz) + rng.choice((0, 1, 12 * HOUR, DAY - 1))
                row = {"shop_id": shop, "at": min(at, end), "channel": channel}
                found.append({**row, "visitors": rng.choice((0, 1, 7, 50))})
    return found
