"""Who was there and how busy: coverage, load and buyer days, by asking at every moment of change."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import TypeVar

from .facts import Assignment, Row, World
from .moments import day_of, midnight
from .turns import Clock, Turn, every_turn

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Coverage:
    shop: str | None
    start: int
    end: int
    online_agents: int
    available_agents: int


@dataclass(frozen=True, slots=True)
class Load:
    shop: str | None
    agent_id: str
    start: int
    end: int
    open_sessions: int
    max_reception: int | None

    @property
    def saturation(self) -> Fraction | None:
        return Fraction(self.open_sessions, self.max_reception) if self.max_reception else None


@dataclass(frozen=True, slots=True)
class BuyerDay:
    shop: str | None
    buyer_id: str
    date: date
    turns: tuple[Turn, ...]


S = TypeVar("S", Coverage, Load)


def settings(world: World) -> dict[tuple[str | None, str], Row]:
    return {(a["shop_id"], a["agent_id"]): a for a in world.rows["agents"]}


def lasts(start: int, end: int | None, world: World) -> Span:
    """Half-open; what has not happened by as-of has not happened."""
    return (start, world.as_of if end is None else min(end, world.as_of))


def held(world: World) -> dict[tuple[str | None, str], list[Assignment]]:
    found: dict[tuple[str | None, str], list[Assignment]] = {}
    for a in world.assignments:
        if a.agent_id is not None:
            found.setdefault((a.shop, a.agent_id), []).append(a)
    return found


def open_sessions(held_by_agent: Iterable[Assignment], at: int, world: World) -> int:
    spans = ((a.session_id, *lasts(a.start, a.end, world)) for a in held_by_agent)
    return len({session for session, start, end in spans if start <= at < end})


def _pieces(moments: Iterable[int], first: date, last: date, world: World) -> Iterator[Span]:
    """From the midnight before `first` to the one after `last`, as-of at the latest, cut at `moments`
    and midnights."""
    days = [first + timedelta(days=n) for n in range((last - first).days + 2)]
    midnights = [midnight(day, world.zone) for day in days]
    inside = {m for m in moments if midnights[0] < m < midnights[-1]}
    cuts = sorted({min(cut, world.as_of) for cut in inside | set(midnights)})
    yield from pairwise(cuts)


def _touched(spans: Iterable[Span], world: World) -> tuple[date, date] | None:
    """First and last local day; a span that ends at 00:00 does not touch the day that begins."""
    real = [(a, b) for a, b in spans if a < b]
    if not real:
        return None
    return (
        day_of(min(a for a, _ in real), world.zone),
        day_of(max(b for _, b in real) - 1, world.zone),
    )


def coverage(world: World) -> list[Coverage]:
    found: list[Coverage] = []
    agents, sessions = settings(world), held(world)
    for shop in {r["shop_id"] for r in world.rows["presence"]}:
        rows = [r for r in world.rows["presence"] if r["shop_id"] == shop]
        spans = [lasts(r["from"], r.get("to"), world) for r in rows]
        days = _touched(spans, world)
        if days is None:
            continue
        mine = [a for (s, _), many in sessions.items() if s == shop for a in many]
        moments = {m for span in spans for m in span}
        moments |= {m for a in mine for m in lasts(a.start, a.end, world)}
        for start, end in _pieces(moments, *days, world):
            online = {
                r["agent_id"]
                for r, (a, b) in zip(rows, spans, strict=True)
                if r["status"] == "online" and a <= start < b
            }
            counted = [a for a in online if _counted(agents.get((shop, a)))]
            free = [a for a in counted if _free(world, shop, a, agents, sessions, start)]
            found.append(Coverage(shop, start, end, len(counted), len(free)))
    return _constant(found, world)


def _constant(stretches: list[S], world: World) -> list[S]:
    """Neighbours alike in all but their time are one stretch, unless a midnight parts them."""
    found: list[S] = []
    for one in stretches:
        last = found[-1] if found else None
        if last is not None and replace(last, start=one.start, end=one.end) == one:
            same_day = day_of(last.start, world.zone) == day_of(one.start, world.zone)
            if last.end == one.start and same_day:
                found[-1] = replace(last, end=one.end)
                continue
        found.append(one)
    return found


def _counted(agent: Row | None) -> bool:
    return agent is None or agent.get("counted") is not False


def _free(
    world: World,
    shop: str | None,
    agent: str,
    agents: dict[tuple[str | None, str], Row],
    sessions: dict[tuple[str | None, str], list[Assignment]],
    at: int,
) -> bool:
    cap = agents.get((shop, agent), {}).get("max_reception")
    return cap is None or open_sessions(sessions.get((shop, agent), ()), at, world) < cap


def load(world: World) -> list[Load]:
    found: list[Load] = []
    agents = settings(world)
    for (shop, agent), assignments in held(world).items():
        spans = [lasts(a.start, a.end, world) for a in assignments]
        days = _touched(spans, world)
        if days is None:
            continue
        cap = agents.get((shop, agent), {}).get("max_reception")
        for start, end in _pieces({m for span in spans for m in span}, *days, world):
            count = open_sessions(assignments, start, world)
            if count:
                found.append(Load(shop, agent, start, end, count, cap))
    return _constant(found, world)


def buyer_days(world: World, clock: Clock) -> list[BuyerDay]:
    found: dict[tuple[str | None, str, date], list[Turn]] = {}
    for turn in every_turn(world, clock):
        buyer = turn.session.get("buyer_id")
        if buyer is not None:
            day = day_of(turn.asked_at, world.zone)
            found.setdefault((turn.session.shop, buyer, day), []).append(turn)
    return [BuyerDay(*key, tuple(sorted(turns, key=_turn_order))) for key, turns in found.items()]


def _turn_order(turn: Turn) -> tuple[int, str, int]:
    return (turn.asked_at, turn.session.session_id, turn.index)
