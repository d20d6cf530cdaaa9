"""What the engine says of a rule: exact figures by scope and period, with the rows to blame."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from checker.engine.formula import Exact
from checker.packs.typed import TypedRevision, TypedRule


class Offender(NamedTuple):
    """A row to blame. `at` is microseconds since 1970 UTC; `wait` is microseconds; `turn` counts from 1."""

    shop_id: str | None
    session_id: str | None
    turn: int | None
    agent_id: str | None
    at: int | None
    wait: int | None


@dataclass(frozen=True, slots=True)
class PeriodSpan:
    """`start` and `through` as they are printed: ISO dates, or ISO instants for an hour."""

    kind: str
    start: str | None
    through: str | None


@dataclass(frozen=True)
class Reconciliation:
    """The platform's own figure beside a computed one. Of a share of rows that both give with their
    counts, `more_rows` and `more_bad` are how many more rows, and bad ones, the platform counted.

    `candidates` are rows that it may have counted differently: those whose judgement hangs on a second
    of waiting, on a minute at the edge of a window, or on the as-of instant.
    """

    reported: Exact
    differs: bool = False  # by more than the rounding of the reported figure
    more_rows: int | None = None
    more_bad: int | None = None
    candidates: tuple[Offender, ...] = ()


class Measured(NamedTuple):
    """One rule's figures for one scope and period. `rows` is the size of the population, without
    pending rows; `reason` says why nothing could be measured."""

    rule: TypedRule
    revision: TypedRevision
    scope: Mapping[str, str | None]
    period: PeriodSpan
    figure: Exact
    rows: int
    pending: int
    offender_count: int
    offenders: Sequence[Offender]
    added: bool
    reason: str | None = None
    basis: str = "computed"  # computed | reported
    reconciliation: Reconciliation | None = None
