"""The sessions of one sample shop: who comes when, who takes it, how it ends."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

import numpy as np
import numpy.typing as npt

from checker.ruletest.sample_columns import Flags, Ints
from checker.ruletest.sample_profile import (
    DAY,
    DUTY_FROM,
    DUTY_TO,
    HALF_HOURS,
    HOUR,
    LUNCH_HOLE,
    MINUTE,
    NOVICE_SLOWDOWN,
    OUTAGE,
    OUTAGE_SLOWDOWN,
    PEAK_SLOWDOWN,
    SECOND,
    WEEKEND_MORNING,
    WEEKEND_VOLUME,
    Month,
    Shop,
)
from checker.ruletest.sample_staff import Roster

Floats = npt.NDArray[np.float64]


class Kind(IntEnum):
    HUMAN = 0  # a buyer who reaches an agent, perhaps through the bot
    BOT = 1  # the bot handles all of it
    NO_AGENT = 2  # a buyer asks for a human and gets none
    MERCHANT = 3  # an agent writes first


class Notice(IntEnum):
    """What follows the buyer's request for a human, before anybody replies."""

    NONE = 0
    SYSTEM = 1
    AUTOMATIC = 2


@dataclass(frozen=True, slots=True)
class Plan:
    """What is settled about each session before its messages; one entry per session everywhere."""

    size: Ints  # messages
    start: Ints
    kind: Ints
    prelude: Ints  # messages exchanged with the bot before the request for a human
    notice: Ints
    queue: Ints  # microseconds from the request to the assignment
    agent: Ints  # number in the roster, negative without one
    second_agent: Ints  # who takes over at a transfer, negative without one
    transfer_round: Ints  # the reply, from 1, that is the second agent's first
    reply_mu: Floats  # logarithm of the median wait in seconds
    answered: Flags  # the last word shall be the agent's or the bot's
    shows: Flags  # ended_at is known

    def __len__(self) -> int:
        return len(self.size)


def plan_sessions(shop: Shop, month: Month, roster: Roster, rng: np.random.Generator) -> Plan:
    """Sessions in order of their start whose sizes add up to exactly the shop's messages."""
    size = _sizes(shop.messages, rng)
    n = len(size)
    start = _starts(shop, month, n, rng)
    local = start % DAY
    hour = local / HOUR
    day = (start - month.start) // DAY
    night = (hour < DUTY_FROM) | (hour >= DUTY_TO)
    outage = np.zeros(n, bool)
    if shop.outage_day is not None:
        outage = (day == shop.outage_day) & (hour >= OUTAGE[0]) & (hour < OUTAGE[1])
    hole = shop.lunch_hole & (hour >= LUNCH_HOLE[0]) & (hour < LUNCH_HOLE[1])
    peak = ((hour >= 12) & (hour < 13.5)) | ((hour >= 20) & (hour < 22.5))

    bot = np.where(night, 0.5, np.where(outage, 0.05, 0.12))
    nobody = np.where(night, 0.25, shop.unassigned * np.where(peak, 1.5, 1.0))
    nobody = np.where(outage, 0.3, np.where(hole, 0.12, nobody))
    merchant = np.where(night | outage, 0.0, 0.04)
    draw = rng.random(n)
    kind = np.full(n, int(Kind.HUMAN))
    kind[draw < bot + nobody + merchant] = Kind.MERCHANT
    kind[draw < bot + nobody] = Kind.NO_AGENT
    kind[draw < bot] = Kind.BOT
    kind[(kind == Kind.HUMAN) & ((size < 2) | (night & (start >= month.end - HOUR)))] = (
        Kind.NO_AGENT
    )
    human = kind == Kind.HUMAN

    bot_first = (human | (kind == Kind.NO_AGENT)) & (rng.random(n) < 0.35) & (size >= 7)
    prelude = np.where(bot_first, 2 + 2 * (rng.random(n) < 0.35), 0)
    draw = rng.random(n)
    notice = np.where(
        draw < 0.35, Notice.SYSTEM, np.where(draw < 0.6, Notice.AUTOMATIC, Notice.NONE)
    )
    notice[~human | (size - prelude < 4)] = Notice.NONE
    notice[(kind == Kind.NO_AGENT) & (size - prelude >= 2)] = Notice.SYSTEM

    queues = rng.random(n) < np.where(peak | outage | hole, 0.45, 0.15)
    seconds = shop.queue * np.exp(rng.standard_normal(n) * 0.8) * np.where(outage, 8, 1)
    queue = np.where(queues, (np.minimum(seconds, 3600) * SECOND).astype(np.int64), 0)
    opening = start - local + np.where(hour < DUTY_FROM, DUTY_FROM * HOUR, DAY + DUTY_FROM * HOUR)
    backlog = opening - start + rng.integers(0, 20 * MINUTE, n)
    queue = np.where(human, np.where(night, backlog, queue), 0)

    assigned = start + np.where(night, queue, 0)
    a_day = np.minimum((assigned - month.start) // DAY, month.days - 1)
    a_hour = assigned % DAY // HOUR
    available = np.maximum(roster.on_duty[a_day, a_hour], 1)
    seat = (rng.random(n) * available).astype(np.int64)
    held = human | (kind == Kind.MERCHANT)
    agent = np.where(held, roster.order[a_day, a_hour, seat], -1)
    colleague = roster.order[a_day, a_hour, (seat + 1) % available]
    transferred = human & ~night & (available > 1) & (rng.random(n) < 0.06)

    slow = (
        np.where(peak, PEAK_SLOWDOWN, 1.0)
        * np.where(outage, OUTAGE_SLOWDOWN, 1.0)
        * np.where(hole, 2.5, 1.0)
    )
    slow *= np.where(roster.novice[agent] & held, NOVICE_SLOWDOWN, 1.0)
    return Plan(
        size=size,
        start=start,
        kind=kind,
        prelude=prelude,
        notice=notice,
        queue=queue,
        agent=agent,
        second_agent=np.where(transferred, colleague, -1),
        transfer_round=1 + (rng.random(n) * 3.3).astype(np.int64),
        reply_mu=np.log(shop.median_wait * slow),
        answered=rng.random(n) >= shop.unanswered,
        shows=rng.random(n) >= 0.006,
    )


def _sizes(messages: int, rng: np.random.Generator) -> Ints:
    parts: list[Ints] = []
    left = messages
    while left > 0:
        draw = 2 + np.exp(1.95 + 0.65 * rng.standard_normal(left // 8 + 16))
        size = np.minimum(draw, 60).astype(np.int64)
        ends = np.cumsum(size)
        size = size[: int(np.searchsorted(ends, left)) + 1]
        parts.append(size)
        left -= int(size.sum())
    if parts:
        parts[-1][-1] += left  # the last session stops where the budget does
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def _starts(shop: Shop, month: Month, n: int, rng: np.random.Generator) -> Ints:
    weekend = month.weekend()
    by_day = np.where(weekend, WEEKEND_VOLUME, 1.0) * np.exp(0.1 * rng.standard_normal(month.days))
    weights = by_day[:, None] * HALF_HOURS
    weights[:, :20] *= np.where(weekend, WEEKEND_MORNING, 1.0)[:, None]
    ends = np.cumsum(weights.ravel())
    slot = np.searchsorted(ends, rng.random(n) * ends[-1], side="right")
    slot = np.minimum(slot, len(ends) - 1)
    starts = month.start + slot * (HOUR // 2) + rng.integers(0, HOUR // 2, n)
    return np.sort(starts).astype(np.int64)
