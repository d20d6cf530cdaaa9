"""Douyin's rules as plain loops over sessions, turns, ratings and staffing."""

from __future__ import annotations

from collections.abc import Callable

from .facts import Row, Session, World
from .figures import Blamed, Expected, Key, NotEvaluated, plain, ratio
from .groups import (
    Period,
    blame_row,
    blame_session,
    blame_turn,
    by_session,
    by_turn,
    groups,
    rating_place,
)
from .moments import HOUR, MINUTE, daily
from .turns import HUMAN_REPLY, Turn, every_turn, turns_of, within

LIMIT = 3 * MINUTE


def late(limit: int) -> Callable[[Turn], bool]:
    """Whether a turn is to blame: one that may still end within the limit is not."""
    return lambda turn: not within(turn.wait_by_now, limit)


def unanswered_at_the_end(turn: Turn) -> bool:
    return turn.is_last and turn.answered_at is None


def sessions_by_shop(world: World, period: Period) -> dict[Key, list[Session]]:
    return groups(world, world.sessions, by_session, period)


def turns_by_shop(turns: list[Turn], world: World, period: Period) -> dict[Key, list[Turn]]:
    return groups(world, turns, by_turn, period)


def ratings_by_shop(world: World, period: Period) -> dict[Key, list[Row]]:
    return groups(world, world.rows["ratings"], rating_place(world), period)


def blame_rating(world: World) -> Callable[[Row], Blamed]:
    place = rating_place(world)
    return lambda rating: blame_row(place(rating), rating.get("session_id"))


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
        blame=lambda s: blame_session(s, turns[id(s)], late(LIMIT)),
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
        blame=blame_rating(world),
    )


def _count_in_window(world: World, offends: Callable[[Session], bool]) -> Expected:
    assessed = daily(8 * HOUR, 23 * HOUR, world.zone)
    result = {}
    for key, sessions in sessions_by_shop(world, "day").items():
        population = [s for s in sessions if assessed(s.started_at)]
        blamed = [s for s in population if offends(s)]
        count = len(blamed) if population else None
        result[key] = plain(count, map(blame_session, blamed))
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
        blame=lambda s: blame_session(s, turns[id(s)], unanswered_at_the_end),
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
