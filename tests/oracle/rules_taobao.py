"""Taobao's rules as plain loops over turns."""

from __future__ import annotations

from collections.abc import Callable

from .facts import Row, World
from .figures import Expected, NotEvaluated, mean, ratio
from .groups import blame_turn
from .moments import HOUR, MINUTE, SECOND, daily
from .rules_douyin import blame_rating, ratings_by_shop, turns_by_shop
from .turns import PLAIN, every_turn, within

PATIENCE = 15 * SECOND


def average_response(world: World) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))
    groups = turns_by_shop(every_turn(world, PLAIN), world, "month")
    return {
        key: mean(
            (t.wait for t in turns),
            (blame_turn(t) for t in turns if t.wait is not None and t.wait > PATIENCE),
        )
        for key, turns in groups.items()
    }


def reply_3m(world: World, min_sample: int = 1) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))
    assessed = daily(8 * HOUR, 23 * HOUR, world.zone)
    return ratio(
        turns_by_shop(every_turn(world, PLAIN), world, "month"),
        where=lambda t: assessed(t.asked_at),
        good=lambda t: within(t.wait, 3 * MINUTE),
        good_by_now=lambda t: within(t.wait_by_now, 3 * MINUTE),
        blame=blame_turn,
        min_sample=min_sample,
    )


def badge_reply_3m(world: World) -> Expected:
    return reply_3m(world, min_sample=100)


def satisfaction(world: World) -> Expected:
    if not world.has("ratings.unresolved"):
        return NotEvaluated(("ratings.unresolved",))

    def satisfied(rating: Row) -> bool:
        return bool(rating["score"] >= 4) and not rating.get("unresolved")

    return ratio(
        ratings_by_shop(world, "rolling 30d"),
        good=satisfied,
        blame=blame_rating(world),
        min_sample=30,
    )


RULES: dict[str, Callable[[World], Expected]] = {
    "taobao/average-response": average_response,
    "taobao/reply-3m": reply_3m,
    "taobao/badge-reply-3m": badge_reply_3m,
    "taobao/satisfaction": satisfaction,
}
