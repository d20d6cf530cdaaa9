"""One generated session: its messages, row, assignments, ratings, invites and pauses."""

from __future__ import annotations

from random import Random
from typing import Any

from .moments import HOUR, MINUTE, SECOND

Row = dict[str, Any]

WAITS = (
    *(0, 1, 3 * SECOND, 5 * SECOND, 15 * SECOND, 25 * SECOND),
    *(45 * SECOND - 1, 45 * SECOND, 45 * SECOND + 1),
    *(60 * SECOND - 1, 60 * SECOND, 60 * SECOND + 1),
    *(179 * SECOND, 180 * SECOND - 1, 180 * SECOND, 180 * SECOND + 1, 181 * SECOND),
    *(10 * MINUTE, 24 * HOUR, 24 * HOUR + 1),
)
QUICK = WAITS[:11]
PAUSES_BETWEEN = (0, 1, SECOND, 30 * SECOND, 4 * MINUTE, 20 * MINUTE + 10 * SECOND, HOUR)
KINDS = ("text", "image", "emoji", "card", "order", "utter", None)


def chat(
    rng: Random, shop: str, session_id: str, began: int, agents: list[str], transfers: bool
) -> dict[str, list[Row]]:
    """Rows by table, instants in microseconds."""
    key = {"shop_id": shop, "session_id": session_id}
    plot = rng.choice(("served",) * 6 + ("bot", "merchant", "nobody", "silent", "row_only"))
    held_by = rng.sample(agents, k=min(len(agents), rng.choice((1, 1, 1, 2, 3))))
    messages = [] if plot == "row_only" else _messages(rng, plot, began, held_by)
    _number(rng, messages)
    last = max((m["ts"] for m in messages), default=began)
    buyer = rng.choice(("b1", "b2", "b3", "b4", "b5", "b6", None))
    session = _session(rng, plot, began, last, messages)
    tables: dict[str, list[Row]] = {
        "messages": [{**key, **m} for m in messages],
        "sessions": [{**key, "buyer_id": buyer, **session}],
        "assignments": [],
        "ratings": [{**key, **r} for r in _ratings(rng, last, buyer, held_by)],
        "invites": [
            {**key, "sent_at": last + rng.choice((0, 1, MINUTE)), "by": by}
            for by in rng.choices(("agent", "system", None), k=rng.choice((0, 0, 1, 1, 2, 3)))
        ],
        "pauses": [{**key, **p} for p in _pauses(rng, began, last)],
    }
    if messages and rng.random() < 0.12:
        tables["sessions"] = []
    if transfers and rng.random() < 0.85:
        held = _assignments(rng, session["assigned_at"] or began, last, held_by, messages)
        tables["assignments"] = [{**key, **a} for a in held]
    for rating in tables["ratings"]:
        if rng.random() < 0.2:
            rating["session_id"] = None
    return tables


def _messages(rng: Random, plot: str, began: int, held_by: list[str]) -> list[Row]:
    def say(at: int, role: str, agent: str | None = None, automatic: bool | None = None) -> None:
        said = {"ts": at, "role": role, "agent_id": agent, "automatic": automatic, "seq": None}
        found.append({**said, "kind": rng.choice(KINDS)})

    found: list[Row] = []
    at = began + rng.choice((0, 0, 0, 1, SECOND, 2 * MINUTE))
    if plot == "merchant":
        say(at, "agent", held_by[0])
        at += rng.choice(PAUSES_BETWEEN)
    waits = WAITS if rng.random() < 0.5 else QUICK
    for _ in range(rng.choice((1, 1, 2, 3, 5))):
        asked = at
        for _ in range(rng.choice((1, 1, 2, 3))):
            say(at, "buyer")
            for role in ("bot", "system"):
                if rng.random() < 0.15:
                    say(at + rng.choice((0, 1, SECOND)), role)
            if rng.random() < 0.2:
                say(at + rng.choice((0, 1, SECOND)), "agent", rng.choice(held_by), True)
            at += rng.choice((0, 1, SECOND, 20 * SECOND))
        if plot in ("bot", "nobody", "silent") or rng.random() < 0.08:
            if plot == "bot":
                say(at, "bot")
            at += rng.choice(PAUSES_BETWEEN)
            continue
        answered = asked + rng.choice(waits)
        who = rng.choice(held_by) if rng.random() < 0.95 else None
        for _ in range(rng.choice((1, 1, 2))):
            say(answered, "agent", who, rng.choice((False, None)))
            answered += rng.choice((0, 1, SECOND))
        at = max(at, answered) + rng.choice(PAUSES_BETWEEN)
    return found


def _number(rng: Random, messages: list[Row]) -> None:
    """seq: none, all, all backwards, all the same, or only where instants tie."""
    way = rng.choice(("none", "all", "backwards", "same", "ties"))
    instants = [m["ts"] for m in messages]
    for place, message in enumerate(messages):
        if way == "all" or (way == "ties" and instants.count(message["ts"]) > 1):
            message["seq"] = place
        elif way == "backwards":
            message["seq"] = 1000 - place
        elif way == "same":
            message["seq"] = 0


def _session(rng: Random, plot: str, began: int, last: int, messages: list[Row]) -> Row:
    asked = [m["ts"] for m in messages] or [began]
    wants = rng.choice((began, asked[0], asked[0], rng.choice(asked), rng.choice(asked) + 1))
    human = None if plot == "bot" or rng.random() < 0.1 else wants
    assigned = None
    if human is not None and plot not in ("nobody", "bot") and rng.random() < 0.9:
        assigned = human + rng.choice((-SECOND, 0, 0, 0, 1, 30 * SECOND, 4 * MINUTE))
    quiet = rng.choice((0, SECOND, 20 * MINUTE, 20 * MINUTE + 10 * SECOND))
    ended = last + quiet + rng.choice((0, 0, 1)) if rng.random() < 0.8 else None
    if ended is not None and rng.random() < 0.05:
        ended = began
    reason = rng.choice(("agent_closed", "timed_out", "buyer_left", "其他", None))
    return {
        "channel": rng.choice(("app", "web", "小程序", None)),
        "initiated_by": "merchant" if plot == "merchant" else rng.choice(("buyer", None)),
        "started_at": None if messages and rng.random() < 0.1 else began,
        "human_requested_at": human,
        "assigned_at": assigned,
        "ended_at": ended,
        "end_reason": None if ended is None else "no_agent" if plot == "nobody" else reason,
    }


def _ratings(rng: Random, last: int, buyer: str | None, held_by: list[str]) -> list[Row]:
    at, found = last + rng.choice((0, 1, SECOND, HOUR)), []
    for _ in range(rng.choice((0, 0, 1, 1, 2))):
        found.append(
            {
                "buyer_id": buyer,
                "agent_id": rng.choice((held_by[0], held_by[-1], "a1", None)),
                "rated_at": at,
                "score": rng.randint(1, 5),
                "subject": rng.choice(("human", "human", "bot", None)),
                "unresolved": rng.choice((True, False, False, None)),
            }
        )
        at += rng.choice((0, 1, MINUTE, HOUR))
    return found


def _assignments(
    rng: Random, began: int, last: int, held_by: list[str], messages: list[Row]
) -> list[Row]:
    """One after the other, cut on messages; some overlap, last no time at all, or never end."""
    spoken = sorted(m["ts"] for m in messages) or [began]
    found: list[Row] = []
    at = began
    for agent in held_by:
        until = max(at, rng.choice((rng.choice(spoken), last, last + MINUTE, at, at + 1)))
        open_end = rng.random() < (0.3 if agent == held_by[-1] else 0.05)
        found.append({"agent_id": agent, "from": at, "to": None if open_end else until})
        at = until if rng.random() < 0.8 else max(began, until - MINUTE)
    return found


def _pauses(rng: Random, began: int, last: int) -> list[Row]:
    found = []
    for _ in range(rng.choice((0, 0, 0, 1, 2))):
        start = rng.randint(began, last)
        until = start + rng.choice((0, 1, MINUTE, HOUR))
        found.append(
            {
                "from": start,
                "to": None if rng.random() < 0.2 else until,
                "reason": rng.choice(("pending", "on_hold", None)),
            }
        )
    return found
