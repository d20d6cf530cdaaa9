"""What a page of charts needs beyond verdicts: where rows are lost, waits, hours, agents, sessions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from checker.packs.typed import TypedPack
from checker.verdicts.explanation import SessionTimeline

StageKey = Literal[
    "all", "in_window", "where", "eligible", "one_each", "settled", "answered", "good"
]


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop of a platform; `shop` None is its one nameless shop."""

    platform: str
    shop: str | None


@dataclass(frozen=True, slots=True)
class Stage:
    """How many rows are left at one step from all rows to the good ones.

    `conditions` are those of the rule that a row has to fulfil at this step, as they are written.
    """

    key: StageKey
    rows: int
    conditions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Waits:
    """How long was waited: `counts[i]` waits are at most `edges[i]` microseconds and more than the
    edge before; the last count is of those beyond every edge."""

    edges: tuple[int, ...]
    counts: tuple[int, ...]
    unanswered: int


@dataclass(frozen=True, slots=True)
class HourCell:
    """Rows that were judged and bad ones among them, in one local hour of a weekday (0 is Monday)."""

    weekday: int
    hour: int
    rows: int
    bad: int


@dataclass(frozen=True, slots=True)
class DayCount:
    """Rows that were judged on one local day, and the good ones among them."""

    day: dt.date
    rows: int
    good: int


@dataclass(frozen=True, slots=True)
class StaffHour:
    """Counted agents online in one local hour of a weekday, on average, in thousandths."""

    weekday: int
    hour: int
    milli_agents: int


@dataclass(frozen=True, slots=True)
class Slice:
    """One rule's rows in one shop, or with `shop` None in all that it was judged in; `staff` is that
    of the same shops."""

    shop: Shop | None
    funnel: tuple[Stage, ...]
    waits: Waits | None
    hours: tuple[HourCell, ...]
    days: tuple[DayCount, ...]
    staff: tuple[StaffHour, ...] = ()


@dataclass(frozen=True, slots=True)
class AgentStanding:
    """One agent's rows under one rule."""

    shop: Shop
    agent: str
    rows: int
    bad: int


@dataclass(frozen=True, slots=True)
class RuleInsight:
    """`limit` is the longest wait that the rule lets pass, in microseconds; None where it names none.
    `part` is the part of a formula over parts whose rows these are.

    `slices` begin with the one of all shops; then the shops with most bad rows, as many as are kept
    of `shops`. `agents` are those with most bad rows, as many as are kept of `agent_count`.
    """

    rule: str
    fact: str
    clock: str | None
    limit: int | None
    judges: bool  # rows are good or bad, not only counted
    slices: tuple[Slice, ...]
    shops: int
    agents: tuple[AgentStanding, ...]
    agent_count: int
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A session that a rule blames, as it went; texts of messages are never read."""

    timeline: SessionTimeline


@dataclass(frozen=True)
class Insights:
    """Figures of the rules that fail or warn, by rule and there one for each of its parts, and the
    sessions that they blame most."""

    packs: tuple[TypedPack, ...] = ()
    rules: Mapping[str, tuple[RuleInsight, ...]] = field(default_factory=dict)
    cases: tuple[Case, ...] = ()

    def __or__(self, other: Insights) -> Insights:
        return Insights(
            (*self.packs, *other.packs),
            {**self.rules, **other.rules},
            (*self.cases, *other.cases),
        )
