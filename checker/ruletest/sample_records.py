"""What a platform records about the sample sessions: assignments, ratings, invites, pauses."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pyarrow as pa

from checker.ruletest.sample_columns import (
    MISSING,
    Ints,
    chosen,
    constant,
    instants,
    numbered,
    numbers,
)
from checker.ruletest.sample_messages import Talk, write_messages
from checker.ruletest.sample_profile import CHANNELS, MINUTE, SECOND, Month, Shop
from checker.ruletest.sample_sessions import Kind, Plan, plan_sessions
from checker.ruletest.sample_staff import Roster, plan_roster, staff_tables

_REASONS = ("agent_closed", "timed_out", "no_agent", "buyer_left", "bot_resolved")
_SLOW = 180 * SECOND


def shop_tables(shop: Shop, month: Month, seed: int) -> Mapping[str, pa.Table]:
    """Every table of one shop. The same shop, month and seed give the same rows."""
    rng = np.random.default_rng([seed, 2, shop.index])
    roster = plan_roster(shop, month)
    plan = plan_sessions(shop, month, roster, rng)
    ids = numbered(f"{shop.shop_id}-", len(plan))
    messages, talk = write_messages(shop, month, roster, plan, ids, rng)
    ended, reason = _ends(month, plan, talk, rng)
    buyers = rng.integers(0, max(1, len(plan) * 7 // 10), len(plan))
    buyer_ids = numbered(f"{shop.platform[:2]}{shop.index:03d}-b", max(1, len(plan) * 7 // 10))
    place = _Place(shop, ids)
    return {
        "messages": messages,
        "sessions": _sessions(place, plan, talk, ended, reason, chosen(buyers, buyer_ids), rng),
        "assignments": _assignments(place, roster, plan, talk, ended),
        "ratings": _ratings(place, month, roster, plan, talk, ended, (buyers, buyer_ids), rng),
        "invites": _invites(place, month, plan, talk, rng),
        "pauses": _pauses(place, plan, talk, rng),
        **staff_tables(shop, month, roster, rng),
    }


class _Place:
    """The columns that say to which session of which shop a row belongs."""

    def __init__(self, shop: Shop, session_ids: pa.Array) -> None:
        self.shop = shop
        self.session_ids = session_ids

    def table(self, sessions: Ints, columns: Mapping[str, pa.Array]) -> pa.Table:
        return pa.table(
            {
                "platform": constant(self.shop.platform, len(sessions)),
                "shop_id": constant(self.shop.shop_id, len(sessions)),
                "session_id": chosen(sessions, self.session_ids),
                **columns,
            }
        )

    def times(self, values: Ints) -> pa.Array:
        return instants(values, self.shop.grain)


def _ends(month: Month, plan: Plan, talk: Talk, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Close and its reason; MISSING and -1 for a session that is still open when the export ends."""
    n = len(plan)
    draw = rng.random(n)
    reason = np.where(draw < 0.55, 0, np.where(draw < 0.93, 1, 3))
    bot = plan.kind == Kind.BOT
    reason[bot] = np.where(draw < 0.7, 4, 1)[bot]
    reason[plan.kind == Kind.NO_AGENT] = 2
    idle = np.where(reason == 1, 20 * MINUTE, rng.integers(10, 300, n) * SECOND)
    idle += rng.integers(0, 6 * SECOND, n)
    forgotten = (reason == 1) & (rng.random(n) < 0.02)
    idle += np.where(forgotten, rng.integers(1, 60, n) * MINUTE, 0)
    ended = talk.last + idle
    known = plan.shows & (ended <= month.cap)
    return np.where(known, ended, MISSING), np.where(known, reason, -1)


def _sessions(
    place: _Place,
    plan: Plan,
    talk: Talk,
    ended: Ints,
    reason: Ints,
    buyers: pa.Array,
    rng: np.random.Generator,
) -> pa.Table:
    asked = (plan.kind == Kind.HUMAN) | (plan.kind == Kind.NO_AGENT)
    assigned = _assigned(plan, talk)
    merchant = plan.kind == Kind.MERCHANT
    channel = np.searchsorted(np.cumsum([0.4, 0.35, 0.15]), rng.random(len(plan)))
    return place.table(
        np.arange(len(plan)),
        {
            "buyer_id": buyers,
            "channel": chosen(channel, CHANNELS),
            "initiated_by": chosen(merchant.astype(np.int64), ("buyer", "merchant")),
            "started_at": place.times(plan.start),
            "human_requested_at": place.times(np.where(asked, talk.requested, MISSING)),
            "assigned_at": place.times(assigned),
            "ended_at": place.times(ended),
            "end_reason": chosen(reason, _REASONS),
        },
    )


def _assigned(plan: Plan, talk: Talk) -> Ints:
    # nobody is assigned after the session's last message: the queue is part of the wait for it
    assigned: Ints = np.where(
        plan.agent >= 0, np.minimum(talk.requested + plan.queue, talk.last), MISSING
    )
    return assigned


def _assignments(place: _Place, roster: Roster, plan: Plan, talk: Talk, ended: Ints) -> pa.Table:
    held = np.flatnonzero(plan.agent >= 0)
    moved = np.flatnonzero(talk.transferred != MISSING)
    session = np.concatenate([held, moved])
    agent = np.concatenate([plan.agent[held], plan.second_agent[moved]])
    since = np.concatenate([_assigned(plan, talk)[held], talk.transferred[moved]])
    until = np.where(talk.transferred != MISSING, talk.transferred, ended)[held]
    until = np.concatenate([until, ended[moved]])
    order = np.argsort(session, kind="stable")
    return place.table(
        session[order],
        {
            "agent_id": chosen(agent[order], roster.agent_ids),
            "from": place.times(since[order]),
            "to": place.times(until[order]),
        },
    )


def _ratings(
    place: _Place,
    month: Month,
    roster: Roster,
    plan: Plan,
    talk: Talk,
    ended: Ints,
    buyers: tuple[Ints, pa.Array],
    rng: np.random.Generator,
) -> pa.Table:
    """Scores follow the shop, and fall where the first reply was slow. A few buyers rate twice."""
    n = len(plan)
    chance = np.select([plan.kind == Kind.HUMAN, plan.kind == Kind.BOT], [0.24, 0.08], 0.0)
    rated = np.flatnonzero((rng.random(n) < chance) & (ended != MISSING))
    twice = rated[rng.random(len(rated)) < 0.02]
    session = np.concatenate([rated, twice])
    at = ended[session] + rng.integers(5, 600, len(session)) * SECOND
    at[len(rated) :] += 20 * MINUTE
    steps = np.cumsum(place.shop.scores)[:-1]
    score = 1 + np.searchsorted(steps, rng.random(len(session)))
    again = 1 + np.searchsorted(steps, rng.random(len(session)))
    score = np.where(talk.slow_start[session] > _SLOW, np.minimum(score, again), score)
    kept = np.flatnonzero(at <= month.cap)
    kept = kept[np.argsort(at[kept], kind="stable")]
    session, at, score = session[kept], at[kept], score[kept]
    bot = plan.kind[session] == Kind.BOT
    moved = talk.transferred[session] != MISSING
    agent = np.where(moved, plan.second_agent[session], plan.agent[session])
    return place.table(
        session,
        {
            "buyer_id": chosen(buyers[0][session], buyers[1]),
            "agent_id": chosen(agent, roster.agent_ids),
            "rated_at": place.times(at),
            "score": numbers(score),
            "subject": chosen(bot.astype(np.int64), ("human", "bot")),
        },
    )


def _invites(
    place: _Place, month: Month, plan: Plan, talk: Talk, rng: np.random.Generator
) -> pa.Table:
    invited = np.flatnonzero((plan.kind == Kind.HUMAN) & (rng.random(len(plan)) < 0.55))
    twice = invited[rng.random(len(invited)) < place.shop.second_invite]
    session = np.concatenate([invited, twice])
    at = talk.last[session] + rng.integers(1, 30, len(session)) * SECOND
    at[len(invited) :] += 2 * MINUTE
    kept = np.flatnonzero(at <= month.cap)
    kept = kept[np.argsort(at[kept], kind="stable")]
    by_system = rng.random(len(kept)) < 0.7
    return place.table(
        session[kept],
        {
            "sent_at": place.times(at[kept]),
            "by": chosen(by_system.astype(np.int64), ("agent", "system")),
        },
    )


def _pauses(place: _Place, plan: Plan, talk: Talk, rng: np.random.Generator) -> pa.Table:
    """Some sessions stand on hold for part of the time between request and last message."""
    length = talk.last - talk.requested
    paused = (plan.kind == Kind.HUMAN) & (length > 2 * MINUTE) & (rng.random(len(plan)) < 0.02)
    session = np.flatnonzero(paused)
    since = talk.requested[session] + length[session] // 3
    until = since + (length[session] * rng.uniform(0.1, 0.6, len(session))).astype(np.int64)
    reason = rng.integers(0, 2, len(session))
    return place.table(
        session,
        {
            "from": place.times(since),
            "to": place.times(until),
            "reason": chosen(reason, ("pending", "on_hold")),
        },
    )
