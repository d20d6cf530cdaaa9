"""Meiqia's house standard as plain loops, on whatever platform."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import time, timedelta
from fractions import Fraction

from .facts import Row, Session, World
from .figures import (
    Expected,
    Figures,
    Key,
    NotEvaluated,
    grouped,
    mean,
    period_of,
    plain,
    quotient,
    ratio,
    scope,
)
from .moments import SECOND, clock_time, day_of, local, midnight, of_time
from .rules_douyin import blame_rating, blame_session, ratings_by_shop, sessions_by_shop
from .staffing import lasts
from .turns import PLAIN, turns_of


def _first_waits(world: World, sessions: Iterable[Session]) -> Figures:
    firsts = (turns_of(s, PLAIN, world)[:1] for s in sessions)
    return mean(first[0].wait for first in firsts if first)


def first_response(world: World) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))
    groups = sessions_by_shop(world, "month")
    return {key: _first_waits(world, sessions) for key, sessions in groups.items()}


def hourly_first_response(world: World) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))

    def key(s: Session) -> Key:
        hour = None if s.started_at is None else local(s.started_at, world.zone).hour
        return (scope(shop=s.shop, hour_of_day=hour), period_of(world, "month", s.started_at))

    groups = grouped(world.sessions, key, lambda s: world.asked_for(s.started_at))
    return {key: _first_waits(world, sessions) for key, sessions in groups.items()}


def _conversations(world: World, by_channel: bool) -> Expected:
    if not world.has("visits") or (by_channel and not world.has("sessions.channel")):
        return NotEvaluated(("visits", "sessions.channel"))

    def key(shop: str | None, channel: str | None, at: int | None) -> Key:
        named = scope(shop=shop, channel=channel) if by_channel else scope(shop=shop)
        return (named, period_of(world, "month", at))

    sessions = grouped(
        world.sessions,
        lambda s: key(s.shop, s.get("channel"), s.started_at),
        lambda s: world.asked_for(s.started_at),
    )
    visits = grouped(
        world.rows["visits"],
        lambda v: key(v["shop_id"], v.get("channel"), v["at"]),
        lambda v: world.asked_for(v["at"]),
    )
    result = {}
    for group in sessions.keys() | visits.keys():
        visitors = sum(v["visitors"] for v in visits.get(group, ()))
        count = len(sessions.get(group, ()))
        result[group] = plain(Fraction(count, visitors) if visitors else None)
    return result


def conversation_rate(world: World) -> Expected:
    return _conversations(world, by_channel=False)


def conversation_rate_by_channel(world: World) -> Expected:
    return _conversations(world, by_channel=True)


def participation(world: World) -> Expected:
    if not world.has("ratings"):
        return NotEvaluated(("ratings",))
    return ratio(
        sessions_by_shop(world, "month"), good=lambda s: len(s.ratings) > 0, blame=blame_session
    )


def good_rate(world: World) -> Expected:
    if not world.has("ratings"):
        return NotEvaluated(("ratings",))
    return ratio(
        ratings_by_shop(world, "month"), good=lambda r: r["score"] >= 4, blame=blame_rating
    )


def sessions_per_agent_day(world: World) -> Expected:
    result = {}
    for key, sessions in sessions_by_shop(world, "month").items():
        pairs = {
            (s.agent_id, day_of(s.started_at, world.zone))
            for s in sessions
            if s.agent_id is not None and s.started_at is not None
        }
        result[key] = quotient(len(sessions), len(pairs))
    return result


def duration(world: World) -> Expected:
    if not world.has("sessions.ended_at"):
        return NotEvaluated(("sessions.ended_at",))
    groups = sessions_by_shop(world, "month")

    def lasted(s: Session) -> int | None:
        if s.ended_at is None or s.started_at is None:
            return None
        return s.ended_at - s.started_at

    return {key: mean(lasted(s) for s in sessions) for key, sessions in groups.items()}


def agent_hour_load(world: World) -> Expected:
    groups = grouped(
        world.assignments,
        lambda a: (scope(shop=a.shop, agent=a.agent_id), period_of(world, "hour", a.start)),
        lambda a: world.asked_for(a.start),
    )
    return {key: plain(len({a.session_id for a in held})) for key, held in groups.items()}


def _cap(
    world: World, column: str, where: Callable[[Row], bool], good: Callable[[int | None], bool]
) -> Expected:
    needed = ("agents.max_reception", column)
    if not world.has(*needed):
        return NotEvaluated(needed)
    groups = grouped(
        world.rows["agents"], lambda a: (scope(shop=a["shop_id"]), "all"), lambda _: True
    )
    return ratio(groups, where=where, good=lambda a: good(a.get("max_reception")), kind="every")


def novice_cap(world: World) -> Expected:
    return _cap(
        world,
        "agents.experience",
        lambda a: a.get("experience") == "novice",
        lambda cap: cap is not None and cap <= 5,
    )


def idle_staff_cap(world: World) -> Expected:
    return _cap(world, "agents.counted", lambda a: a.get("counted") is False, lambda cap: cap == 0)


def _on_time(world: World, late: Callable[[Row, time | None, time | None], int | None]) -> Expected:
    """[shop, day] least value of `late` over the online rows of presence, by the day of `from`."""
    needed = ("presence", "shops.opens_at", "shops.closes_at")
    if not world.has(*needed):
        return NotEvaluated(needed)
    shops = {s["shop_id"]: s for s in world.rows["shops"]}
    groups = grouped(
        world.rows["presence"],
        lambda p: (scope(shop=p["shop_id"]), period_of(world, "day", p["from"])),
        lambda p: world.asked_for(p["from"]),
    )
    result = {}
    for key, rows in groups.items():
        shop = shops.get(rows[0]["shop_id"], {})
        hours = (shop.get("opens_at"), shop.get("closes_at"))
        values = [late(row, *hours) for row in rows if row["status"] == "online"]
        there = [v for v in values if v is not None]
        result[key] = plain(Fraction(min(there), SECOND) if there else None)
    return result


def on_time_start(world: World) -> Expected:
    def after_opening(row: Row, opens: time | None, _: time | None) -> int | None:
        return None if opens is None else clock_time(row["from"], world.zone) - of_time(opens)

    return _on_time(world, after_opening)


def on_time_end(world: World) -> Expected:
    """Seconds from closing to the end of the day's last online row; negative when it ends early."""

    def before_end(row: Row, opens: time | None, closes: time | None) -> int | None:
        if closes is None:
            return None
        day = day_of(row["from"], world.zone)
        if opens is not None and closes <= opens:
            day += timedelta(days=1)
        end = lasts(row["from"], row.get("to"), world)[1]
        return midnight(day, world.zone) + of_time(closes) - end

    found = _on_time(world, before_end)
    if isinstance(found, NotEvaluated):
        return found
    return {k: plain(None if f.value is None else -f.value) for k, f in found.items()}


RULES: dict[str, Callable[[World], Expected]] = {
    "meiqia/first-response": first_response,
    "meiqia/conversation-rate": conversation_rate,
    "meiqia/conversation-rate-by-channel": conversation_rate_by_channel,
    "meiqia/participation": participation,
    "meiqia/good-rate": good_rate,
    "meiqia/sessions-per-agent-day": sessions_per_agent_day,
    "meiqia/duration": duration,
    "meiqia/agent-hour-load": agent_hour_load,
    "meiqia/novice-cap": novice_cap,
    "meiqia/idle-staff-cap": idle_staff_cap,
    "meiqia/on-time-start": on_time_start,
    "meiqia/on-time-end": on_time_end,
    "meiqia/hourly-first-response": hourly_first_response,
}
