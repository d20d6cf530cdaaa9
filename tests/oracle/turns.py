"""Turns: a session's messages walked once, under a clock."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from .facts import Row, Session, World, human_reply

Wait = Callable[["Turn", int | None], int | None]


def plain_wait(turn: Turn, answered_at: int | None) -> int | None:
    return None if answered_at is None else answered_at - turn.asked_at


def wait_once_held(turn: Turn, answered_at: int | None) -> int | None:
    """`answered_at - greatest(asked_at, assigned_at)`, greatest skipping what is missing."""
    if answered_at is None:
        return None
    assigned = turn.asked_at if turn.assigned_at is None else turn.assigned_at
    return answered_at - max(turn.asked_at, assigned)


@dataclass(frozen=True, slots=True)
class Clock:
    opens: Callable[[Row], bool] = lambda m: m["role"] == "buyer"
    closes: Callable[[Row], bool] = human_reply
    after_human_request: bool = False
    wait: Wait = plain_wait


PLAIN = Clock()
HUMAN_REPLY = Clock(after_human_request=True)
PER_AGENT = Clock(wait=wait_once_held)


@dataclass(slots=True)
class Turn:
    session: Session
    index: int
    asked_at: int
    last_asked_at: int
    messages: int = 1
    answered_at: int | None = None
    agent_id: str | None = None
    assigned_at: int | None = None
    is_last: bool = False
    wait: int | None = None
    wait_by_now: int | None = None
    """The wait, or for an open turn what it would be were it answered at the as-of instant."""


def turns_of(session: Session, clock: Clock, world: World) -> list[Turn]:
    heard = session.messages
    if clock.after_human_request and world.has("sessions.human_requested_at"):
        since = session.get("human_requested_at")
        heard = [] if since is None else [m for m in heard if m["ts"] >= since]
    found: list[Turn] = []
    is_open = False
    for message in heard:
        if clock.closes(message):
            if is_open:
                found[-1].answered_at = message["ts"]
                found[-1].agent_id = message["agent_id"]
                is_open = False
        elif clock.opens(message):
            if is_open:
                found[-1].messages += 1
                found[-1].last_asked_at = message["ts"]
            else:
                found.append(Turn(session, len(found) + 1, message["ts"], message["ts"]))
                is_open = True
    for turn in found:
        _finish(turn, clock, world)
    if found:
        found[-1].is_last = True
    return found


def _finish(turn: Turn, clock: Clock, world: World) -> None:
    held = turn.session.assignments
    if turn.answered_at is None:
        if held:
            turn.agent_id, turn.assigned_at = held[-1].agent_id, held[-1].start
    else:
        for assignment in held:
            by_them = turn.agent_id is not None and assignment.agent_id == turn.agent_id
            if by_them and assignment.start <= turn.answered_at:
                turn.assigned_at = assignment.start
    turn.wait = clock.wait(turn, turn.answered_at)
    still_open = turn.answered_at is None and turn.session.ended_at is None
    turn.wait_by_now = clock.wait(turn, world.as_of) if still_open else turn.wait


def every_turn(world: World, clock: Clock) -> list[Turn]:
    return [t for s in world.sessions for t in turns_of(s, clock, world)]


def within(wait: int | None, limit: int) -> bool:
    """`wait <= limit`; false for a missing wait."""
    return wait is not None and wait <= limit
