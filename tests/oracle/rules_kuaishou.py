"""Kuaishou's rules as plain loops."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from .facts import Row, Session, World, rating_order
from .figures import Blamed, Expected, NotEvaluated, mean, ratio
from .groups import (
    blame_row,
    blame_session,
    blame_turn,
    buyer_day_place,
    by_agent,
    by_turn,
    groups,
    rating_place,
)
from .moments import HOUR, MINUTE, SECOND, daily, day_of
from .rules_douyin import blame_rating, ratings_by_shop, sessions_by_shop, turns_by_shop
from .staffing import BuyerDay, buyer_days
from .turns import HUMAN_REPLY, PER_AGENT, PLAIN, Turn, every_turn, within

LIMIT = 3 * MINUTE
BOTS_COUNT_UNTIL = date(2023, 3, 1)


def reply_3m_shop(world: World) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))
    assessed = daily(8 * HOUR, 23 * HOUR, world.zone)
    return ratio(
        turns_by_shop(every_turn(world, PLAIN), world, "day"),
        where=lambda t: assessed(t.asked_at),
        good=lambda t: within(t.wait, LIMIT),
        good_by_now=lambda t: within(t.wait_by_now, LIMIT),
        blame=blame_turn,
    )


def reply_3m_agent(world: World) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))
    assessed = daily(8 * HOUR, 23 * HOUR, world.zone)
    return ratio(
        groups(world, every_turn(world, PER_AGENT), by_turn, "day", "agent"),
        where=lambda t: assessed(t.asked_at),
        good=lambda t: within(t.wait, LIMIT),
        good_by_now=lambda t: within(t.wait_by_now, LIMIT),
        blame=blame_turn,
    )


def reply_3m_buyer(world: World) -> Expected:
    if not world.has("messages", "sessions.buyer_id"):
        return NotEvaluated(("messages", "sessions.buyer_id"))
    assessed = daily(8 * HOUR, 23 * HOUR, world.zone)

    def all_within(turns: tuple[Turn, ...], wait: Callable[[Turn], int | None]) -> bool:
        return all(within(wait(t), LIMIT) for t in turns if assessed(t.asked_at))

    def blame(b: BuyerDay) -> Blamed:
        return next(
            blame_turn(t)
            for t in b.turns
            if assessed(t.asked_at) and not within(t.wait_by_now, LIMIT)
        )

    return ratio(
        groups(world, buyer_days(world, HUMAN_REPLY), buyer_day_place(world), "day"),
        where=lambda b: any(assessed(t.asked_at) for t in b.turns),
        good=lambda b: all_within(b.turns, lambda t: t.wait),
        good_by_now=lambda b: all_within(b.turns, lambda t: t.wait_by_now),
        blame=blame,
    )


def good_rating(world: World) -> Expected:
    if not world.has("ratings"):
        return NotEvaluated(("ratings",))

    def counts(rating: Row) -> bool:
        human = (rating.get("subject") or "human") == "human"
        return human or day_of(rating["rated_at"], world.zone) < BOTS_COUNT_UNTIL

    place = rating_place(world)
    last: dict[tuple[Any, ...], Row] = {}
    for rating in sorted(filter(counts, world.rows["ratings"]), key=rating_order):
        said = place(rating).scopes
        who = (said["shop"], said["buyer"], said["agent"])
        last[(*who, day_of(rating["rated_at"], world.zone))] = rating
    kept = {id(r) for r in last.values()}
    return ratio(
        ratings_by_shop(world, "day"),
        where=lambda r: id(r) in kept,
        good=lambda r: r["score"] >= 4,
        blame=blame_rating(world),
    )


def max_reception_range(world: World) -> Expected:
    if not world.has("agents.max_reception"):
        return NotEvaluated(("agents.max_reception",))

    def allowed(agent: Row) -> bool:
        cap = agent.get("max_reception")
        return cap is None or cap == 0 or 1 <= cap <= 500

    return ratio(
        groups(world, world.rows["agents"], by_agent, "all"),
        good=allowed,
        blame=lambda a: blame_row(by_agent(a)),
        kind="every",
    )


def idle_close(world: World) -> Expected:
    if not world.has("messages", "sessions.ended_at"):
        return NotEvaluated(("messages", "sessions.ended_at"))

    def in_time(s: Session) -> bool:
        assert s.ended_at is not None
        return bool(s.ended_at - s.messages[-1]["ts"] <= 20 * MINUTE + 10 * SECOND)

    return ratio(
        sessions_by_shop(world, "all"),
        where=lambda s: (
            s.ended_at is not None
            and len(s.messages) > 0
            and s.messages[-1]["role"] in ("agent", "bot")
        ),
        good=in_time,
        blame=blame_session,
        kind="every",
    )


def queue_wait(world: World) -> Expected:
    needed = ("sessions.assigned_at", "sessions.human_requested_at")
    if not world.has(*needed):
        return NotEvaluated(needed)

    def waited(s: Session) -> int | None:
        assigned, asked = s.get("assigned_at"), s.get("human_requested_at")
        if assigned is None or asked is None or assigned <= asked:
            return None
        return int(assigned - asked)

    by_day = sessions_by_shop(world, "day")
    return {key: mean(waited(s) for s in sessions) for key, sessions in by_day.items()}


RULES: dict[str, Callable[[World], Expected]] = {
    "kuaishou/reply-3m-shop": reply_3m_shop,
    "kuaishou/reply-3m-agent": reply_3m_agent,
    "kuaishou/reply-3m-buyer": reply_3m_buyer,
    "kuaishou/good-rating": good_rating,
    "kuaishou/max-reception-range": max_reception_range,
    "kuaishou/idle-close": idle_close,
    "kuaishou/queue-wait": queue_wait,
}
