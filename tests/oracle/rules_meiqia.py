"""Meiqia's house standard as plain loops, on whatever platform."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import time
from fractions import Fraction

from .facts import Row, Session, World
from .figures import Expected, Figures, NotEvaluated, mean, plain, quotient, ratio
from .groups import (
    blame_row,
    blame_session,
    by_agent,
    by_assignment,
    by_presence,
    by_session,
    by_visit,
    groups,
)
from .moments import DAY, SECOND, clock_time, day_of, of_time
from .rules_douyin import blame_rating, ratings_by_shop, sessions_by_shop
from .turns import PLAIN, turns_of

PROMISE = 20 * SECOND


def _first_waits(world: World, sessions: Iterable[Session], *, blaming: bool) -> Figures:
    firsts = [(s, turns_of(s, PLAIN, world)[:1]) for s in sessions]
    slow = [
        blame_session(s, first, lambda _: True)
        for s, first in firsts
        if blaming and first and first[0].wait is not None and first[0].wait >= PROMISE
    ]
    return mean((first[0].wait for _, first in firsts if first), slow)


def first_response(world: World) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))
    by_month = sessions_by_shop(world, "month")
    return {key: _first_waits(world, many, blaming=True) for key, many in by_month.items()}


def hourly_first_response(world: World) -> Expected:
    if not world.has("messages"):
        return NotEvaluated(("messages",))
    by_hour = groups(world, world.sessions, by_session, "month", "hour_of_day")
    return {key: _first_waits(world, many, blaming=False) for key, many in by_hour.items()}


def _conversations(world: World, *per: str) -> Expected:
    if not world.has("visits") or (per and not world.has("sessions.channel")):
        return NotEvaluated(("visits", "sessions.channel"))
    sessions = groups(world, world.sessions, by_session, "month", *per)
    visits = groups(world, world.rows["visits"], by_visit, "month", *per)
    result = {}
    for group in sessions.keys() | visits.keys():
        visitors = sum(v["visitors"] for v in visits.get(group, ()))
        count = len(sessions.get(group, ()))
        result[group] = plain(Fraction(count, visitors) if visitors else None)
    return result


def conversation_rate(world: World) -> Expected:
    return _conversations(world)


def conversation_rate_by_channel(world: World) -> Expected:
    return _conversations(world, "channel")


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
        ratings_by_shop(world, "month"), good=lambda r: r["score"] >= 4, blame=blame_rating(world)
    )


def sessions_per_agent_day(world: World) -> Expected:
    if not (world.has("assignments") or world.has("messages.agent_id")):
        return NotEvaluated(("assignments or messages.agent_id",))
    result = {}
    for key, sessions in sessions_by_shop(world, "month").items():
        served = [s for s in sessions if s.agent_id is not None]
        pairs = {
            (s.agent_id, day_of(s.started_at, world.zone))
            for s in served
            if s.started_at is not None
        }
        result[key] = quotient(len(served), len(pairs))
    return result


def duration(world: World) -> Expected:
    if not world.has("sessions.ended_at"):
        return NotEvaluated(("sessions.ended_at",))

    def lasted(s: Session) -> int | None:
        if s.ended_at is None or s.started_at is None:
            return None
        return s.ended_at - s.started_at

    by_month = sessions_by_shop(world, "month")
    return {key: mean(lasted(s) for s in sessions) for key, sessions in by_month.items()}


def agent_hour_load(world: World) -> Expected:
    if not (world.has("assignments") or world.has("messages.agent_id")):
        return NotEvaluated(("assignments or messages.agent_id",))
    by_hour = groups(world, world.assignments, by_assignment, "hour", "agent")
    return {key: plain(len({a.session_id for a in held})) for key, held in by_hour.items()}


def _cap(
    world: World,
    where: Callable[[Row], bool],
    good: Callable[[int | None], bool],
    *needed: str,
) -> Expected:
    if not world.has("agents.max_reception", *needed):
        return NotEvaluated(("agents.max_reception", *needed))
    return ratio(
        groups(world, world.rows["agents"], by_agent, "all"),
        where=where,
        good=lambda a: good(a.get("max_reception")),
        blame=lambda a: blame_row(by_agent(a)),
        kind="every",
    )


def novice_cap(world: World) -> Expected:
    return _cap(
        world,
        lambda a: a.get("experience") == "novice",
        lambda cap: cap is not None and cap <= 5,
        "agents.experience",
    )


def idle_staff_cap(world: World) -> Expected:
    """`counted` has a default, so that the rule needs no such column."""
    return _cap(world, lambda a: a.get("counted") is False, lambda cap: cap == 0)


def _on_time(
    world: World, value: Callable[[Row, time, time], int | None], pick: Callable[[list[int]], int]
) -> Expected:
    """[shop, day] over the online rows of presence of shops that publish hours and close at times."""
    needed = ("presence", "shops.opens_at", "shops.closes_at")
    if not world.has(*needed):
        return NotEvaluated(needed)
    shops = {s["shop_id"]: s for s in world.rows["shops"]}
    result = {}
    for key, rows in groups(world, world.rows["presence"], by_presence, "day").items():
        there = []
        for row in rows:
            shop = shops.get(row["shop_id"], {})
            opens, closes = shop.get("opens_at"), shop.get("closes_at")
            if row["status"] == "online" and opens is not None and closes not in (None, opens):
                there.append(value(row, opens, closes))
        known = [v for v in there if v is not None]
        result[key] = plain(Fraction(pick(known), SECOND) if known else None)
    return result


def on_time_start(world: World) -> Expected:
    def after_opening(row: Row, opens: time, _: time) -> int:
        return clock_time(row["from"], world.zone) - of_time(opens)

    return _on_time(world, after_opening, min)


def on_time_end(world: World) -> Expected:
    """From closing to the end of the day's last online row, over midnight where the shop is open then."""

    def after_closing(row: Row, opens: time, closes: time) -> int | None:
        if row.get("to") is None:
            return None
        end = clock_time(row["from"], world.zone) + row["to"] - row["from"]
        return int(end) - of_time(closes) - (DAY if closes < opens else 0)

    return _on_time(world, after_closing, max)


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
