"""Made-up sessions whose questions are open, and a plain loop that says when each limit passes."""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

SECOND = 1_000_000
MINUTE, HOUR, DAY = 60 * SECOND, 3_600 * SECOND, 86_400 * SECOND
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
FOREVER = 10**18

RULES = """
language: 1
pack: watched
platform: house
title: Watched
timezone: ZONE
windows:
  work:
    - {from: "09:00:00", until: "12:00:00", days: [mon, tue, wed, thu, fri]}
    - {from: "13:00:00", until: "18:00:00", days: [mon, tue, wed, thu, fri]}
  night: {from: "22:00:00", until: "03:00:00"}
clocks:
  reply: {opens: role = 'buyer', closes: role = 'agent'}
  held: {opens: role = 'buyer', closes: role = 'agent', wait: "answered_at - greatest(asked_at, assigned_at)"}
  hours: {opens: role = 'buyer', closes: role = 'agent', wait: "overlap(asked_at, answered_at, work)"}
  nights: {opens: role = 'buyer', closes: role = 'agent', wait: "overlap(asked_at, answered_at, night)"}
  unpaused: {opens: role = 'buyer', closes: role = 'agent', wait: "overlap(asked_at, answered_at, always, pauses)"}
  both: {opens: role = 'buyer', closes: role = 'agent', wait: "overlap(asked_at, answered_at, work, pauses)"}
rules:
  at-most: {title: T, clock: reply, ratio: {of: turns, good: wait <= 3m}}
  less: {title: T, clock: reply, ratio: {of: turns, good: wait < 3m}}
  sessions: {title: T, clock: reply, every: {of: sessions, where: any(turns), good: "all(turns, wait <= 3m)"}}
  first-ended: {title: T, clock: reply, ratio: {of: sessions, where: any(turns), good: "first(turns, wait) <= 45s and ended"}}
  total: {title: T, clock: reply, ratio: {of: sessions, where: any(turns), good: "sum(turns, wait) <= 6m"}}
  held: {title: T, clock: held, per: [agent, day], ratio: {of: turns, good: wait <= 2m}}
  hours: {title: T, clock: hours, ratio: {of: turns, good: wait <= 40m}}
  nights: {title: T, clock: nights, ratio: {of: turns, good: wait <= 2h}}
  unpaused: {title: T, clock: unpaused, ratio: {of: turns, good: wait <= 5m}}
  both: {title: T, clock: both, ratio: {of: turns, good: wait <= 30m}}
  buyers: {title: T, clock: reply, per: [shop, day], ratio: {of: buyer_days, good: "all(turns, wait <= 3m)"}}
  either: {title: T, clock: reply, ratio: {of: turns, good: "wait <= 1m or index > 1 and wait <= 4m"}}
  count: {title: T, clock: reply, value: {of: turns, is: mean(wait)}}
  asked: {title: T, ask: T}
"""


def micros(moment: dt.datetime) -> int:
    return (moment - EPOCH) // dt.timedelta(microseconds=1)


def iso(instant: int) -> str:
    return (EPOCH + dt.timedelta(microseconds=instant)).isoformat()


@dataclass
class Session:
    name: str
    buyer: str
    ended: bool = False
    rounds: list[tuple[int, int | None]] = field(default_factory=list)  # asked, answered
    assigned: int | None = None
    pauses: list[tuple[int, int | None]] = field(default_factory=list)

    @property
    def asked(self) -> int | None:
        """When the open question was asked."""
        asked, answered = self.rounds[-1]
        return asked if answered is None and not self.ended else None


def made(seed: int, now: int) -> list[Session]:
    dice = random.Random(seed)
    found = []
    for number in range(24):
        one = Session(f"S{number:02d}", f"b{dice.randrange(16)}", ended=dice.random() < 0.15)
        at = now - dice.choice((10 * MINUTE, 6 * HOUR, 3 * DAY)) + dice.randrange(MINUTE)
        for last in [False] * dice.randrange(3) + [True]:
            asked = min(at + dice.randrange(4 * MINUTE), now)
            answered = asked + dice.randrange(1, 4 * MINUTE)
            open_ = (last and dice.random() < 0.8) or answered > now
            one.rounds.append((asked, None if open_ else answered))
            if open_:
                break
            at = answered + 1
        if dice.random() < 0.7:
            one.assigned = min(now, one.rounds[0][0] + dice.randrange(5 * MINUTE))
        begin = one.rounds[-1][0]
        for _ in range(dice.randrange(3)):
            begin = begin + dice.randrange(MINUTE)
            until = begin + dice.randrange(1, 3 * MINUTE) if dice.random() < 0.7 else None
            if begin <= now:
                one.pauses.append((begin, until))
        found.append(one)
    return found


def write(folder: Path, sessions: Iterable[Session], now: int) -> None:
    messages: list[dict[str, object]] = []
    rows: list[dict[str, object]] = []
    pauses: list[dict[str, object]] = []
    held: list[dict[str, object]] = []
    for one in sessions:
        place = {"platform": "house", "shop_id": "s1", "session_id": one.name}
        for asked, answered in one.rounds:
            messages.append({**place, "ts": iso(asked), "role": "buyer"})
            if answered is not None:
                messages.append({**place, "ts": iso(answered), "role": "agent", "agent_id": "a1"})
        ended = iso(now) if one.ended else None
        rows.append({**place, "buyer_id": one.buyer, "ended_at": ended})
        for begin, until in one.pauses:
            pauses.append({**place, "from": iso(begin), "to": until and iso(until)})
        if one.assigned is not None:
            held.append({**place, "agent_id": "a1", "from": iso(one.assigned)})
    # A reply far in the past, so that the data always know of a finished and a paused session.
    folder.mkdir(exist_ok=True)
    for table, lines in (
        ("messages", messages),
        ("sessions", rows),
        ("pauses", pauses),
        ("assignments", held),
    ):
        text = "".join(json.dumps(line) + "\n" for line in lines)
        (folder / f"{table}.jsonl").write_text(text, "utf-8")


# -- when limits pass, by hand ---------------------------------------------------------------------

Stretch = tuple[int, int]


def after(stretches: Iterable[Stretch], begin: int, limit: int) -> int | None:
    """The first instant at which more than `limit` has run in the stretches since `begin`."""
    for start, end in stretches:
        start = max(start, begin)
        if end - start > limit:
            return start + limit + 1
        limit -= max(0, end - start)
    return None


def always() -> Iterator[Stretch]:
    yield -FOREVER, FOREVER


def window(zone: str, spans: Iterable[tuple[int, int]], begin: int, *, work: bool) -> list[Stretch]:
    """Stretches of a window, day by day, in hours after local midnight."""
    info = ZoneInfo(zone)
    first = (EPOCH + dt.timedelta(microseconds=begin)).astimezone(info).date()
    found = []
    for number in range(-2, 60):
        day = first + dt.timedelta(days=number)
        if work and day.weekday() >= 5:
            continue
        for start, end in spans:
            edges = []
            for hour in (start, end):
                later = day + dt.timedelta(days=hour // 24)
                local = dt.datetime.combine(later, dt.time(hour % 24), info)
                edges.append(micros(local.astimezone(dt.UTC)))
            found.append((edges[0], edges[1]))
    return found


def without(stretches: Iterable[Stretch], pauses: Iterable[tuple[int, int | None]], now: int) -> list[Stretch]:  # fmt: skip
    left = list(stretches)
    for begin, until in pauses:
        until = FOREVER if until is None or until > now else until
        left = [
            part
            for start, end in left
            for part in ((start, min(end, begin)), (max(start, until), end))
            if part[0] < part[1]
        ]
    return left


WORK, NIGHT = ((9, 12), (13, 18)), ((22, 27),)
Oracle = Callable[[Session, list[Session], int, str], "int | str | None"]


def _spent(one: Session) -> int:
    return sum(answered - asked for asked, answered in one.rounds if answered is not None)


def _sessions(one: Session, *_: object) -> int | str:
    slow = any(r is not None and r - a > 3 * MINUTE for a, r in one.rounds)
    return "lost" if slow else (one.asked or 0) + 3 * MINUTE + 1


def _first(one: Session, *_: object) -> int | str | None:
    asked, answered = one.rounds[0]
    if answered is None:
        return asked + 45 * SECOND + 1
    return None if answered - asked <= 45 * SECOND else "lost"


def _total(one: Session, *_: object) -> str | None:
    """A sum passes over waits that are missing: an open turn cannot break it."""
    return "lost" if _spent(one) > 6 * MINUTE else None


def _local_day(instant: int, zone: str) -> dt.date:
    return (EPOCH + dt.timedelta(microseconds=instant)).astimezone(ZoneInfo(zone)).date()


def _buyers(one: Session, every: list[Session], now: int, zone: str) -> int | str:
    """The first of the buyer's turns of that day that is late; what was late before, lost the day."""
    day = _local_day(one.asked or 0, zone)
    turns = [
        (other, asked, answered)
        for other in every
        if other.buyer == one.buyer
        for asked, answered in other.rounds
        if _local_day(asked, zone) == day
    ]
    if any(r is not None and r - a > 3 * MINUTE for _, a, r in turns):
        return "lost"
    # Without an answer when its session ended, it waits for ever.
    if any(r is None and other.ended for other, _, r in turns):
        return "lost"
    return min(a for _, a, r in turns if r is None) + 3 * MINUTE + 1


ORACLE: dict[str, Oracle] = {
    "at-most": lambda s, *_: (s.asked or 0) + 3 * MINUTE + 1,
    "less": lambda s, *_: (s.asked or 0) + 3 * MINUTE,
    "sessions": _sessions,
    "first-ended": _first,
    "total": _total,
    "held": lambda s, *_: max(s.asked or 0, s.assigned or 0) + 2 * MINUTE + 1,
    "hours": lambda s, e, now, z: after(window(z, WORK, s.asked or 0, work=True), s.asked or 0, 40 * MINUTE),
    "nights": lambda s, e, now, z: after(window(z, NIGHT, s.asked or 0, work=False), s.asked or 0, 2 * HOUR),
    "unpaused": lambda s, e, now, z: after(without(always(), s.pauses, now), s.asked or 0, 5 * MINUTE),
    "both": lambda s, e, now, z: after(
        without(window(z, WORK, s.asked or 0, work=True), s.pauses, now), s.asked or 0, 30 * MINUTE
    ),
    "buyers": _buyers,
    "either": lambda s, *_: (s.asked or 0) + (1 if len(s.rounds) == 1 else 4) * MINUTE + 1,
}  # fmt: skip
