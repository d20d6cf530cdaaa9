"""JD's rules as plain loops."""

from __future__ import annotations

from collections.abc import Callable

from .facts import Session, World
from .figures import Expected, NotEvaluated, mean, quotient, ratio
from .groups import blame_session
from .moments import HOUR, SECOND, daily
from .rules_douyin import late, sessions_by_shop, turns_by_shop
from .turns import PLAIN, every_turn, turns_of, within

LIMIT = 30 * SECOND
NEEDED = ("messages", "sessions.end_reason")


def is_offline(session: Session) -> bool:
    return session.get("end_reason") == "no_agent"


def first_reply_30s(world: World) -> Expected:
    if not world.has(*NEEDED):
        return NotEvaluated(NEEDED)
    assessed = daily(9 * HOUR, 23 * HOUR, world.zone)
    turns = {id(s): turns_of(s, PLAIN, world) for s in world.sessions}
    return ratio(
        sessions_by_shop(world, "day"),
        where=lambda s: assessed(s.started_at) and bool(turns[id(s)]) and not is_offline(s),
        good=lambda s: within(turns[id(s)][0].wait, LIMIT),
        good_by_now=lambda s: within(turns[id(s)][0].wait_by_now, LIMIT),
        blame=lambda s: blame_session(s, turns[id(s)][:1], late(LIMIT)),
    )


def average_response(world: World) -> Expected:
    if not world.has(*NEEDED):
        return NotEvaluated(NEEDED)
    assessed = daily(9 * HOUR, 23 * HOUR, world.zone)
    groups = turns_by_shop(every_turn(world, PLAIN), world, "day")
    return {
        key: mean(
            t.wait for t in turns if assessed(t.session.started_at) and not is_offline(t.session)
        )
        for key, turns in groups.items()
    }


def offline_share(world: World) -> Expected:
    if not world.has("sessions.end_reason"):
        return NotEvaluated(("sessions.end_reason",))
    groups = sessions_by_shop(world, "month")
    return {
        key: quotient(
            sum(map(is_offline, sessions)),
            len(sessions),
            blamed=map(blame_session, filter(is_offline, sessions)),
        )
        for key, sessions in groups.items()
    }


RULES: dict[str, Callable[[World], Expected]] = {
    "jd/first-reply-30s": first_reply_30s,
    "jd/average-response": average_response,
    "jd/offline-share": offline_share,
}
