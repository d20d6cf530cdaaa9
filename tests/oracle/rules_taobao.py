"""Taobao's rules as plain loops over turns."""

from __future__ import annotations

from collections.abc import Callable

from .facts import World
from .figures import Expected, NotEvaluated, mean, ratio
from .moments import HOUR, MINUTE, daily
from .rules_douyin import blame_turn, turns_by_shop
from .turns import PLAIN, every_turn, within


def average_response(world: World) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))
    groups = turns_by_shop(every_turn(world, PLAIN), world, "month")
    return {key: mean(t.wait for t in turns) for key, turns in groups.items()}


def reply_3m(world: World) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))
    assessed = daily(8 * HOUR, 23 * HOUR, world.zone)
    return ratio(
        turns_by_shop(every_turn(world, PLAIN), world, "month"),
        where=lambda t: assessed(t.asked_at),
        good=lambda t: within(t.wait, 3 * MINUTE),
        good_by_now=lambda t: within(t.wait_by_now, 3 * MINUTE),
        blame=blame_turn,
    )


RULES: dict[str, Callable[[World], Expected]] = {
    "taobao/average-response": average_response,
    "taobao/reply-3m": reply_3m,
}
