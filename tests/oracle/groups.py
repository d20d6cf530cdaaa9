"""Which scope and period a row belongs to, and in what order the rows of a fact stand."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from .facts import Assignment, Row, Session, World, missing_last, rating_order
from .figures import Blamed, Key, scope
from .moments import day_of, local, midnight
from .staffing import BuyerDay, Coverage, Load
from .turns import Turn

R = TypeVar("R")
Period = str
"""`hour`, `day`, `week`, `month`, `all` or `rolling 30d`."""
FORMATS = {"hour": "%Y-%m-%dT%H%z", "day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m"}
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Place:
    """What a row says of itself: its time (None: the fact has one, the row does not), its scopes."""

    at: int | None
    scopes: Mapping[str, Any]
    order: tuple[Any, ...]
    timed: bool = True
    dated: bool = False
    """The row has a day and no hour."""


class DoesNotFitError(Exception):
    """`--by` names a scope that the rows of this fact cannot say."""


def groups(
    world: World,
    rows: Iterable[R],
    place: Callable[[R], Place],
    period: Period,
    *per: str,
) -> dict[Key, list[R]]:
    """Rows in order, by group; `per` are scopes besides the shop. `world.by` adds one, or a period."""
    names = ("shop", *per)
    if world.by in FORMATS or world.by == "all":
        period = world.by
    elif world.by is not None:
        names = tuple(dict.fromkeys((*names, world.by)))
    first = day_of(world.as_of - 1, world.zone) - timedelta(days=29)
    found: dict[Key, list[R]] = {}
    for row in sorted(rows, key=lambda r: place(r).order):
        where = place(row)
        if (period in FORMATS and not where.timed) or (period == "hour" and where.dated):
            raise DoesNotFitError
        if where.timed and not world.asked_for(where.at):
            continue
        if period == "rolling 30d":
            if where.at is None or not first <= day_of(where.at, world.zone):
                continue
            found.setdefault((_scope(world, where, names), first.isoformat()), []).append(row)
            continue
        key = (_scope(world, where, names), period_of(world, period, where.at))
        found.setdefault(key, []).append(row)
    return found


def period_of(world: World, period: Period, instant: int | None) -> str:
    if period == "all":
        return "all"
    return (
        f"no {period}" if instant is None else local(instant, world.zone).strftime(FORMATS[period])
    )


def _scope(
    world: World, where: Place, names: tuple[str, ...]
) -> tuple[tuple[str, str | None], ...]:
    said = {}
    for name in names:
        if name in ("hour_of_day", "weekday"):
            if not where.timed or (name == "hour_of_day" and where.dated):
                raise DoesNotFitError
            at = None if where.at is None else local(where.at, world.zone)
            clock = {"hour_of_day": at and str(at.hour), "weekday": at and WEEKDAYS[at.weekday()]}
            said[name] = clock[name]
        elif name not in where.scopes:
            raise DoesNotFitError
        else:
            said[name] = where.scopes[name]
    return scope(**said)


def _of_session(session: Session) -> dict[str, Any]:
    return {
        "shop": session.shop,
        "agent": session.agent_id,
        "channel": session.get("channel"),
        "buyer": session.get("buyer_id"),
    }


def by_session(s: Session) -> Place:
    return Place(s.started_at, _of_session(s), (missing_last(s.started_at), s.session_id))


def by_turn(t: Turn) -> Place:
    scopes = {**_of_session(t.session), "agent": t.agent_id}
    return Place(t.asked_at, scopes, (t.asked_at, t.session.session_id, t.index))


def by_assignment(a: Assignment) -> Place:
    session = {} if a.session is None else _of_session(a.session)
    scopes = {"channel": None, "buyer": None, **session, "shop": a.shop, "agent": a.agent_id}
    order = (missing_last(a.start), missing_last(a.end), a.session_id, missing_last(a.agent_id))
    return Place(a.start, scopes, order)


def rating_place(world: World) -> Callable[[Row], Place]:
    """Buyer and agent of a rating are its own, or of its session where no rating has them."""
    sessions = {(s.shop, s.session_id): s for s in world.sessions}

    def place(r: Row) -> Place:
        session = sessions.get((r["shop_id"], r.get("session_id")))  # type: ignore[arg-type]
        scopes = {"channel": None, "agent": None, "buyer": None}
        scopes |= {} if session is None else _of_session(session)
        for column in ("agent_id", "buyer_id"):
            if world.has_column("ratings", column):
                scopes[column[:-3]] = r.get(column)
        return Place(r["rated_at"], {**scopes, "shop": r["shop_id"]}, rating_order(r))

    return place


def by_agent(a: Row) -> Place:
    names = ("agent_id", "name", "max_reception", "counted", "experience")
    order = tuple(missing_last(a.get(name)) for name in names)
    return Place(None, {"shop": a["shop_id"], "agent": a["agent_id"]}, order, timed=False)


def by_shop(s: Row) -> Place:
    return Place(None, {"shop": s["shop_id"]}, (missing_last(s["shop_id"]),), timed=False)


def by_presence(p: Row) -> Place:
    order = (p["from"], missing_last(p.get("to")), p["agent_id"], p["status"])
    return Place(p["from"], {"shop": p["shop_id"], "agent": p["agent_id"]}, order)


def by_visit(v: Row) -> Place:
    return Place(v["at"], {"shop": v["shop_id"], "channel": v.get("channel")}, (v["at"],))


def by_coverage(c: Coverage) -> Place:
    return Place(c.start, {"shop": c.shop}, (c.start,))


def by_load(one: Load) -> Place:
    return Place(one.start, {"shop": one.shop, "agent": one.agent_id}, (one.start, one.agent_id))


def buyer_day_place(world: World) -> Callable[[BuyerDay], Place]:
    def place(b: BuyerDay) -> Place:
        scopes = {"shop": b.shop, "buyer": b.buyer_id}
        at = midnight(b.date, world.zone)
        return Place(at, scopes, (b.date, b.buyer_id), dated=True)

    return place


def blame_turn(t: Turn) -> Blamed:
    s = t.session
    return Blamed(s.shop, s.session_id, t.index, t.agent_id, t.asked_at, t.wait)


def blame_session(
    s: Session, turns: Iterable[Turn] = (), breaks: Callable[[Turn], bool] = lambda _: False
) -> Blamed:
    """The session with its first turn for which `breaks` holds; without one, its agent and start."""
    for turn in turns:
        if breaks(turn):
            return blame_turn(turn)
    return Blamed(s.shop, s.session_id, None, s.agent_id, s.started_at, None)


def blame_row(place: Place, session: str | None = None) -> Blamed:
    agent = place.scopes.get("agent")
    return Blamed(place.scopes["shop"], session, None, agent, place.at, None)
