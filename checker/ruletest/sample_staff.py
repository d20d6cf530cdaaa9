"""Who works in a sample shop, and when: agents, shifts, presence, opening hours, visitors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from checker.ruletest.sample_columns import (
    MISSING,
    Flags,
    Ints,
    chosen,
    constant,
    instants,
    numbers,
)
from checker.ruletest.sample_profile import (
    CHANNELS,
    DUTY_FROM,
    DUTY_TO,
    HALF_HOURS,
    HOUR,
    LUNCH_HOLE,
    MESSAGES_PER_SESSION,
    MINUTE,
    SECOND,
    WEEKEND_VOLUME,
    Month,
    Shop,
)

_SHIFTS = ((8, 16), (15, 23), (11, 20))
_STATUSES = ("online", "break", "busy", "offline")
_ONLINE, _BREAK, _BUSY, _OFFLINE = range(4)
_VISITORS_PER_SESSION = 9


@dataclass(frozen=True, slots=True)
class Roster:
    """The agents of one shop. The last one is the manager, who takes no sessions.

    `on_duty[day, hour]` agents work then, and `order[day, hour]` names these first.
    """

    agent_ids: pa.Array
    novice: Flags
    duty: Flags  # agent, day, hour
    on_duty: Ints
    order: Ints


def plan_roster(shop: Shop, month: Month) -> Roster:
    """Five days of seven, shifts that change by the week, and no hour of the day without anybody."""
    agent, day, hour = np.ogrid[: shop.agents, : month.days, :24]
    weekday = (day + month.first_day.weekday()) % 7
    off = (weekday == (2 * agent) % 7) | (weekday == (2 * agent + 1) % 7)
    shift = (agent + day // 7) % len(_SHIFTS)
    starts, ends = (np.array(bounds)[shift] for bounds in zip(*_SHIFTS, strict=True))
    duty = ~off & (hour >= starts) & (hour < ends)
    open_hour = (hour >= DUTY_FROM) & (hour < DUTY_TO)
    # the regular whose turn it is stays longer rather than leave an hour empty
    stand_in = agent == day % min(3, shop.agents)
    duty |= open_hour & ~duty.any(axis=0, keepdims=True) & stand_in
    return Roster(
        agent_ids=pa.array([f"{shop.shop_id}-a{n + 1:02d}" for n in range(shop.agents + 1)]),
        novice=np.arange(shop.agents + 1) % 4 == 3,
        duty=duty,
        on_duty=duty.sum(axis=0),
        order=np.moveaxis(np.argsort(~duty, axis=0, kind="stable"), 0, -1),
    )


def staff_tables(
    shop: Shop, month: Month, roster: Roster, rng: np.random.Generator
) -> Mapping[str, pa.Table]:
    return {
        "presence": _presence(shop, month, roster, rng),
        "agents": _agents(shop, roster),
        "shops": pa.table(
            {
                "platform": [shop.platform],
                "shop_id": [shop.shop_id],
                "name": [shop.name],
                "opens_at": [shop.opens_at],
                "closes_at": [shop.closes_at],
            }
        ),
        "visits": _visits(shop, month, rng),
    }


def _presence(shop: Shop, month: Month, roster: Roster, rng: np.random.Generator) -> pa.Table:
    """Stretches on duty with a break in the long ones, some busy minutes, some explicit offline rows."""
    edges = np.diff(roster.duty.astype(np.int8), axis=2, prepend=0, append=0)
    agent, day, first = np.nonzero(edges == 1)
    _, _, after = np.nonzero(edges == -1)
    n = len(agent)
    midnight = month.start + day * 24 * HOUR
    # most log in five to twelve minutes early and leave late; some do not
    start = (
        midnight + first * HOUR - rng.integers(-2, 13, n) * MINUTE - rng.integers(0, 60, n) * SECOND
    )
    end = midnight + after * HOUR + rng.integers(-1, 16, n) * MINUTE
    pause = midnight + first * HOUR + rng.integers(150, 270, n) * MINUTE
    resume = pause + rng.integers(25, 46, n) * MINUTE
    rests = after - first >= 6
    if shop.lunch_hole:
        noon = (first <= LUNCH_HOLE[0]) & (after >= LUNCH_HOLE[1])
        pause = np.where(noon, midnight + int(LUNCH_HOLE[0] * HOUR), pause)
        resume = np.where(noon, midnight + int(LUNCH_HOLE[1] * HOUR), resume)
        rests |= noon
    busy_from = resume + rng.integers(30, 60, n) * MINUTE
    busy_to = busy_from + 10 * MINUTE
    busy = rests & (rng.random(n) < 0.15) & (busy_to < end)
    signs_off = rng.random(n) < 0.1
    manager = np.arange(month.days)
    manager_from = month.start + manager * 24 * HOUR + 9 * HOUR
    parts = (
        (agent, _ONLINE, start, np.where(rests, pause, end), np.ones(n, bool)),
        (agent, _BREAK, pause, resume, rests),
        (agent, _ONLINE, resume, np.where(busy, busy_from, end), rests),
        (agent, _BUSY, busy_from, busy_to, busy),
        (agent, _ONLINE, busy_to, end, busy),
        (
            agent,
            _OFFLINE,
            end,
            np.minimum(end + 8 * HOUR, month.end),
            signs_off & (end < month.end),
        ),
        (
            np.full(month.days, shop.agents),
            _ONLINE,
            manager_from,
            manager_from + 9 * HOUR,
            ~month.weekend(),
        ),
    )
    who = np.concatenate([p[0][p[4]] for p in parts])
    status = np.concatenate([np.full(int(p[4].sum()), p[1]) for p in parts])
    since = np.concatenate([p[2][p[4]] for p in parts])
    until = np.concatenate([p[3][p[4]] for p in parts])
    order = np.lexsort((until, since))
    return pa.table(
        {
            "platform": constant(shop.platform, len(who)),
            "shop_id": constant(shop.shop_id, len(who)),
            "agent_id": chosen(who[order], roster.agent_ids),
            "status": chosen(status[order], _STATUSES),
            "from": instants(since[order], shop.grain),
            "to": instants(until[order], shop.grain),
        }
    )


def _agents(shop: Shop, roster: Roster) -> pa.Table:
    count = shop.agents + 1
    number = np.arange(count)
    limits = np.array([50, 20, MISSING, 50])[number % 4]
    limits[roster.novice] = 20 if shop.lunch_hole else 5  # the bad shop overloads its novices, too
    limits[-1] = 0  # suspended: the manager is online and takes nobody
    novice = roster.novice & (number < shop.agents)
    return pa.table(
        {
            "platform": constant(shop.platform, count),
            "shop_id": constant(shop.shop_id, count),
            "agent_id": chosen(number, roster.agent_ids),
            "name": pa.array([f"客服{n + 1:02d}" for n in range(shop.agents)] + ["店长"]),
            "max_reception": numbers(limits),
            "counted": pa.array(number < shop.agents),
            "experience": chosen(np.where(novice, 0, 1), ("novice", "regular")),
        }
    )


def _visits(shop: Shop, month: Month, rng: np.random.Generator) -> pa.Table:
    """One row per hour and channel that had a visitor."""
    sessions_a_day = shop.messages / MESSAGES_PER_SESSION / month.days
    by_hour: npt.NDArray[np.float64] = HALF_HOURS.reshape(24, 2).sum(axis=1) / HALF_HOURS.sum()
    by_day = np.where(month.weekend(), WEEKEND_VOLUME, 1.0)
    by_channel = np.array([0.45, 0.2, 0.25, 0.1])
    mean = by_day[:, None, None] * by_hour[:, None] * by_channel
    visitors = rng.poisson(mean * sessions_a_day * _VISITORS_PER_SESSION)
    day, hour, channel = np.nonzero(visitors)
    return pa.table(
        {
            "platform": constant(shop.platform, len(day)),
            "shop_id": constant(shop.shop_id, len(day)),
            "at": instants(month.start + (day * 24 + hour) * HOUR, shop.grain),
            "channel": chosen(channel, CHANNELS),
            "visitors": numbers(visitors[day, hour, channel]),
        }
    )
