"""Xiaohongshu's rules as plain loops over sessions that a buyer began."""

from __future__ import annotations

from collections.abc import Callable
from datetime import time

from .facts import Row, Session, World
from .figures import Expected, NotEvaluated, quotient, ratio
from .groups import blame_row, blame_session, by_assignment, by_shop, groups
from .moments import DAY, HOUR, MINUTE, SECOND, Window, daily, of_time
from .rules_douyin import late, sessions_by_shop, unanswered_at_the_end
from .rules_staffing import time_without
from .turns import PLAIN, Turn, turns_of, within


def shop_hours(world: World) -> Callable[[str | None], Window]:
    """The shop's own hours, 09:00 until 22:00 where it names none; equal ones are the whole day."""
    known = {s["shop_id"]: s for s in world.rows["shops"]}

    def window(shop: str | None) -> Window:
        row = known.get(shop, {})
        opens, closes = row.get("opens_at"), row.get("closes_at")
        if opens is not None and opens == closes:
            return daily(0, DAY, world.zone)
        return daily(
            of_time(opens) if opens is not None else 9 * HOUR,
            of_time(closes) if closes is not None else 22 * HOUR,
            world.zone,
        )

    return window


def _by_buyer(session: Session) -> bool:
    return bool(session.get("initiated_by") == "buyer")


def _handed_over_replied(session: Session) -> bool:
    return all(a.is_last or a.replies > 0 for a in session.assignments)


def _first_wait(
    world: World, limit: int, where: Callable[[Session], bool], ended: bool
) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))
    turns = {id(s): turns_of(s, PLAIN, world) for s in world.sessions}

    def good(s: Session, wait: Callable[[Turn], int | None]) -> bool:
        first = turns[id(s)][:1]
        in_time = bool(first) and within(wait(first[0]), limit)
        return in_time and (s.ended or not ended) and _handed_over_replied(s)

    return ratio(
        sessions_by_shop(world, "month"),
        where=lambda s: _by_buyer(s) and where(s),
        good=lambda s: good(s, lambda t: t.wait),
        good_by_now=lambda s: good(s, lambda t: t.wait_by_now),
        blame=lambda s: blame_session(s, turns[id(s)][:1], late(limit)),
    )


def first_reply_45s(world: World) -> Expected:
    hours = shop_hours(world)
    return _first_wait(world, 45 * SECOND, lambda s: hours(s.shop)(s.started_at), ended=True)


def reply_24h(world: World) -> Expected:
    return _first_wait(world, 24 * HOUR, lambda _: True, ended=False)


def satisfaction(world: World) -> Expected:
    if not world.has("ratings"):
        return NotEvaluated(("ratings",))
    return ratio(
        sessions_by_shop(world, "month"),
        where=lambda s: _by_buyer(s) and len(s.ratings) > 0,
        good=lambda s: s.ratings[-1]["score"] >= 4,
        blame=blame_session,
    )


def participation(world: World) -> Expected:
    if not world.has("ratings"):
        return NotEvaluated(("ratings",))
    return ratio(
        sessions_by_shop(world, "month"),
        where=_by_buyer,
        good=lambda s: len(s.ratings) > 0,
        blame=blame_session,
    )


def _intervals(world: World, *, per_gap: bool) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))
    result = {}
    for key, sessions in sessions_by_shop(world, "month").items():
        gaps: dict[int, list[int]] = {}
        counted = [s for s in sessions if _by_buyer(s) and s.ended]
        for session in counted:
            later = turns_of(session, PLAIN, world)[1:]
            gaps[id(session)] = [t.wait for t in later if t.wait is not None]
        total = sum(sum(g) for g in gaps.values())
        count = sum(len(g) if per_gap else bool(g) for g in gaps.values())
        slow = [s for s in counted if not per_gap and sum(gaps[id(s)]) > MINUTE]
        result[key] = quotient(total, count, SECOND, map(blame_session, slow))
    return result


def reply_interval(world: World) -> Expected:
    return _intervals(world, per_gap=False)


def reply_interval_per_gap(world: World) -> Expected:
    return _intervals(world, per_gap=True)


def handled_means_replied(world: World) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))

    return ratio(
        groups(world, world.assignments, by_assignment, "all"),
        where=lambda a: not a.is_last,
        good=lambda a: a.replies > 0,
        blame=lambda a: blame_row(by_assignment(a), a.session_id),
        kind="every",
    )


def last_word_is_ours(world: World) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))
    turns = {id(s): turns_of(s, PLAIN, world) for s in world.sessions}
    return ratio(
        sessions_by_shop(world, "all"),
        where=lambda s: _by_buyer(s) and len(turns[id(s)]) > 0,
        good=lambda s: turns[id(s)][-1].answered_at is not None,
        blame=lambda s: blame_session(s, turns[id(s)], unanswered_at_the_end),
        kind="every",
    )


def working_hours(world: World) -> Expected:
    needed = ("shops.opens_at", "shops.closes_at")
    if not world.has(*needed):
        return NotEvaluated(needed)

    def long_enough(shop: Row) -> bool:
        opens, closes = shop.get("opens_at"), shop.get("closes_at")
        if opens is None or closes is None:
            return False
        return bool(
            opens == closes or (opens <= time(9) and (closes >= time(22) or closes < opens))
        )

    return ratio(
        groups(world, world.rows["shops"], by_shop, "all"),
        good=long_enough,
        blame=lambda s: blame_row(by_shop(s)),
        kind="every",
    )


def no_empty_shift(world: World) -> Expected:
    return time_without(world, shop_hours(world), lambda c: c.online_agents == 0)


RULES: dict[str, Callable[[World], Expected]] = {
    "xiaohongshu/first-reply-45s": first_reply_45s,
    "xiaohongshu/reply-24h": reply_24h,
    "xiaohongshu/satisfaction": satisfaction,
    "xiaohongshu/participation": participation,
    "xiaohongshu/reply-interval": reply_interval,
    "xiaohongshu/reply-interval-per-gap": reply_interval_per_gap,
    "xiaohongshu/handled-means-replied": handled_means_replied,
    "xiaohongshu/last-word-is-ours": last_word_is_ours,
    "xiaohongshu/working-hours": working_hours,
    "xiaohongshu/no-empty-shift": no_empty_shift,
}
