"""Douyin's rules as plain loops over sessions, turns, ratings and staffing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from .facts import Row, Session, World
from .figures import Expected, Key, NotEvaluated, Period, grouped, period_of, plain, ratio, scope
from .moments import HOUR, MINUTE, daily
from .turns import HUMAN_REPLY, Turn, every_turn, turns_of, within

LIMIT = 3 * MINUTE


def sessions_by_shop(world: World, period: Period) -> dict[Key, list[Session]]:
    return grouped(
        world.sessions,
        lambda s: (scope(shop=s.shop), period_of(world, period, s.started_at)),
        lambda s: world.asked_for(s.started_at),
    )


def turns_by_shop(turns: list[Turn], world: World, period: Period) -> dict[Key, list[Turn]]:
    return grouped(
        turns,
        lambda t: (scope(shop=t.session.shop), period_of(world, period, t.asked_at)),
        lambda t: world.asked_for(t.asked_at),
    )


def ratings_by_shop(world: World, period: Period) -> dict[Key, list[Row]]:
    return grouped(
        world.rows["ratings"],
        lambda r: (scope(shop=r["shop_id"]), period_of(world, period, r["rated_at"])),
        lambda r: world.asked_for(r["rated_at"]),
    )


def blame_turn(turn: Turn) -> tuple[str, int]:
    return (turn.session.session_id, turn.index)


def blame_session(session: Session) -> tuple[str, None]:
    return (session.session_id, None)


def blame_rating(rating: Row) -> tuple[str | None, int]:
    return (rating.get("session_id"), rating["rated_at"])


def reply_3m_session(world: World) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))
    assessed = daily(8 * HOUR, 23 * HOUR, world.zone)
    turns = {id(s): turns_of(s, HUMAN_REPLY, world) for s in world.sessions}
    return ratio(
        sessions_by_shop(world, "day"),
        where=lambda s: assessed(s.started_at) and len(turns[id(s)]) > 0,
        good=lambda s: all(within(t.wait, LIMIT) for t in turns[id(s)]),
        good_by_now=lambda s: all(within(t.wait_by_now, LIMIT) for t in turns[id(s)]),
        blame=blame_session,
    )


def reply_3m_message(world: World) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))
    assessed = daily(8 * HOUR, 23 * HOUR, world.zone)
    return ratio(
        turns_by_shop(every_turn(world, HUMAN_REPLY), world, "day"),
        where=lambda t: assessed(t.asked_at),
        good=lambda t: within(t.wait, LIMIT),
        good_by_now=lambda t: within(t.wait_by_now, LIMIT),
        blame=blame_turn,
    )


def satisfaction(world: World) -> Expected:
    if not world.has("ratings"):
        return NotEvaluated(("ratings",))
    assessed = daily(8 * HOUR, 23 * HOUR, world.zone)
    return ratio(
        ratings_by_shop(world, "day"),
        where=lambda r: (r.get("subject") or "human") == "human" and assessed(r["rated_at"]),
        good=lambda r: r["score"] >= 4,
        blame=blame_rating,
    )


def _count_in_window(world: World, offends: Callable[[Session], bool]) -> Expected:
    assessed = daily(8 * HOUR, 23 * HOUR, world.zone)
    result = {}
    for key, sessions in sessions_by_shop(world, "day").items():
        population = [s for s in sessions if assessed(s.started_at)]
        blamed = [s for s in population if offends(s)]
        count = len(blamed) if population else None
        result[key] = plain(count, Counter(blame_session(s) for s in blamed))
    return result


def unassigned_sessions(world: World) -> Expected:
    if not world.has("sessions.end_reason"):
        return NotEvaluated(("sessions.end_reason",))
    return _count_in_window(world, lambda s: s.get("end_reason") == "no_agent")


def queued_sessions(world: World) -> Expected:
    needed = ("sessions.assigned_at", "sessions.human_requested_at")
    if not world.has(*needed):
        return NotEvaluated(needed)

    def queued(s: Session) -> bool:
        assigned, asked = s.get("assigned_at"), s.get("human_requested_at")
        return assigned is not None and asked is not None and assigned > asked

    return _count_in_window(world, queued)


def last_word_is_ours(world: World) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))
    assessed = daily(8 * HOUR, 23 * HOUR, world.zone)
    turns = {id(s): turns_of(s, HUMAN_REPLY, world) for s in world.sessions}
    return ratio(
        sessions_by_shop(world, "all"),
        where=lambda s: assessed(s.started_at) and len(turns[id(s)]) > 0,
        good=lambda s: turns[id(s)][-1].answered_at is not None,
        blame=blame_session,
        kind="every",
    )


def one_invite(world: World) -> Expected:
    if not world.has("invites"):
        return NotEvaluated(("invites",))
    return ratio(
        sessions_by_shop(world, "all"),
        good=lambda s: len(s.invites) <= 1,
        blame=blame_session,
        kind="every",
    )


RULES: dict[str, Callable[[World], Expected]] = {
    "douyin/reply-3m-session": reply_3m_session,
    "douyin/reply-3m-message": reply_3m_message,
    "douyin/satisfaction": satisfaction,
    "douyin/unassigned-sessions": unassigned_sessions,
    "douyin/queued-sessions": queued_sessions,
    "douyin/last-word-is-ours": last_word_is_ours,
    "douyin/one-invite": one_invite,
}
