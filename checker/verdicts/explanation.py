"""One session as `checker explain` shows it: what happened, how waits were timed, how rules read it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from checker.packs.model import Clock, Text

EventKind = Literal[
    "started",
    "human_requested",
    "assigned",
    "message",
    "paused",
    "resumed",
    "invited",
    "rated",
    "ended",
]
Within = Literal["where", "good", "offender"]


@dataclass(frozen=True, slots=True)
class TimelineEvent:
    """Something that happened, at microseconds since 1970 UTC.

    `note` is data, never a phrase: a message's kind, a rating's score, a pause's or an end's reason.
    """

    at: int
    kind: EventKind
    role: str | None = None
    agent_id: str | None = None
    automatic: bool = False
    text: str | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class TurnRow:
    """One turn as one clock timed it. `waited` is, for an unanswered turn, the time from `asked_at` to
    the session's end or else the as-of instant; `pending` says that it may still be answered."""

    clock: str
    index: int
    asked_at: int
    answered_at: int | None
    wait: int | None
    pending: bool = False
    agent_id: str | None = None
    waited: int | None = None


@dataclass(frozen=True, slots=True)
class LimitMark:
    """The instant at which a turn's wait passed what a rule lets pass."""

    rule: str
    turn: int
    at: int


@dataclass(frozen=True, slots=True)
class OpenHours:
    """A window of the pack: its stretches, half-open, that touch the session."""

    window: str
    stretches: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ConditionReading:
    """A condition of a rule, or a part of one (`depth` 1 and more), and whether it held.

    `values` are the columns that it reads, each with its value as it is to be shown.
    """

    text: str
    holds: bool
    values: tuple[tuple[str, str], ...] = ()
    within: Within = "good"
    depth: int = 0


@dataclass(frozen=True, slots=True)
class RuleReading:
    """What one rule makes of one row of the session. `row` names it among its like (`2` of the turns),
    "" for the session itself. `good` is None where a row is only counted or summed."""

    rule: str
    title: Text
    fact: str
    row: str
    in_population: bool
    good: bool | None
    pending: bool = False
    parts: tuple[ConditionReading, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionTimeline:
    """A session under one pack; instants are microseconds since 1970 UTC, shown in `timezone`."""

    session_id: str
    shop_id: str | None
    platform: str
    pack: str
    timezone: str
    started_at: int | None
    ended_at: int | None
    as_of: int | None
    events: tuple[TimelineEvent, ...] = ()
    turns: tuple[TurnRow, ...] = ()
    rules: tuple[RuleReading, ...] = ()
    marks: tuple[LimitMark, ...] = ()
    windows: tuple[OpenHours, ...] = ()
    clocks: tuple[Clock, ...] = ()  # as the pack defines those of the turns
