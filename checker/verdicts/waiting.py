"""What is waiting now: open turns, and the limits of rules that they run up against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from checker.packs.model import Text

State = Literal["passed", "near", "running", "lost", "none"]
"""Of a limit: passed; near, so that it passes soon; running; lost, for something else broke the rule
before this turn; none, for the clock stands still or the rule does not ask for this answer."""

GRAVITY: tuple[State, ...] = ("passed", "near", "running", "none", "lost")


@dataclass(frozen=True, slots=True)
class Limit:
    """One rule about one open turn. `passes_at` is the first instant (microseconds) at which the rule
    is broken if nothing happens until then."""

    rule: str
    title: Text
    severity: str
    turn: int
    passes_at: int | None
    lost: bool

    def state(self, now: int, soon: int) -> State:
        if self.lost:
            return "lost"
        if self.passes_at is None:
            return "none"
        left = self.passes_at - now
        return "passed" if left <= 0 else "near" if left <= soon else "running"


@dataclass(frozen=True, slots=True)
class WaitingTurn:
    """A question without an answer; clocks that see it begin at the same message share it. `limits`
    have the one that passes first in front."""

    platform: str
    shop_id: str | None
    session_id: str
    agent_id: str | None
    asked_at: int
    timezone: str
    limits: tuple[Limit, ...]

    @property
    def key(self) -> tuple[str, str | None, str, int]:
        return (self.platform, self.shop_id, self.session_id, self.asked_at)

    def state(self, now: int, soon: int) -> State:
        """The gravest state of its limits."""
        return min((limit.state(now, soon) for limit in self.limits), key=GRAVITY.index)

    def first(self, now: int, soon: int) -> Limit:
        """The limit that the state is about: of those passed the one that passed first."""
        state = self.state(now, soon)
        return next(limit for limit in self.limits if limit.state(now, soon) == state)


@dataclass(frozen=True)
class Snapshot:
    """All that waits at one instant, longest waiting first. `unwatched` says of rules about waits why
    they are not watched; `left_out` lists the rules of the packs that waiting cannot break."""

    now: int
    timezone: str
    soon: int
    turns: tuple[WaitingTurn, ...]
    watched: tuple[str, ...]
    unwatched: Mapping[str, str]
    left_out: tuple[str, ...]
    tables: Mapping[str, int]

    def count(self, state: State, now: int | None = None) -> int:
        at = self.now if now is None else now
        return sum(turn.state(at, self.soon) == state for turn in self.turns)
