"""What an audit says: verdicts with their offenders, and the result that holds them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from checker.diagnostics import Diagnostic, Span
from checker.engine.listed import Listed, offender_line
from checker.engine.measured import Offender, PeriodSpan, Reconciliation
from checker.packs.model import Source, Text

if TYPE_CHECKING:
    from checker.verdicts.history import History
    from checker.verdicts.insights import Insights
    from checker.verdicts.plan import Plan

__all__ = [
    "STRICT_OUTCOMES",
    "BaselineCounts",
    "DataSummary",
    "Listed",
    "Offender",
    "Outcome",
    "PackRun",
    "PeriodSpan",
    "Reconciliation",
    "Result",
    "Verdict",
    "offender_line",
]


class Outcome(StrEnum):
    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    INFO = "info"
    NO_DATA = "no_data"
    SMALL_SAMPLE = "small_sample"
    NOT_EVALUATED = "not_evaluated"
    MANUAL = "manual"
    WAIVED = "waived"


STRICT_OUTCOMES = frozenset(
    {
        Outcome.WARN,
        Outcome.NO_DATA,
        Outcome.SMALL_SAMPLE,
        Outcome.NOT_EVALUATED,
        Outcome.MANUAL,
    }
)
"""Outcomes that `--strict` turns into exit code 3 (a `fail` of severity warning does so, too)."""


class Verdict(NamedTuple):
    """One rule judged for one scope and period. A tuple, as a result may have ten thousands: a frozen
    dataclass takes eight times as long to make.

    `value`, exact: a ratio's 1 is 100 %; a duration is in microseconds; a time of day in microseconds
    since midnight. `type` is ratio, duration, number, int, time, every or manual.
    """

    pack: str
    rule: str  # "douyin/reply-3m-session"
    title: Text
    severity: str
    scope: Mapping[str, str | None]
    period: PeriodSpan
    outcome: Outcome
    reason: str | None
    type: str
    basis: str  # computed | reported
    reported: Fraction | None
    value: Fraction | None
    numerator: int | None
    denominator: int | None
    pending: int
    require: str | None
    aim: str | None
    shortfall: int | None
    recover_with: int | None
    spare: int | None
    revision: str | None
    source: str | None
    aim_source: str | None  # None: an aim is the house's own
    waiver: Mapping[str, object] | None
    attestation: Mapping[str, object] | None
    offender_count: int
    offenders: Sequence[Offender]
    added: bool = False  # by --by; never judged
    timezone: str = "UTC"
    advice: Text | None = None
    of: str = ""  # the fact whose rows were counted
    reconciliation: Reconciliation | None = None  # where there is a computed and a reported figure
    baseline: str | None = None  # new | still | repaired: a failure, beside an earlier result

    @property
    def difference(self) -> Fraction | None:
        """How far the platform's own figure lies above the computed one."""
        if self.reported is None or self.value is None or self.basis == "reported":
            return None
        return self.reported - self.value


@dataclass(frozen=True)
class PackRun:
    name: str
    title: Text
    platform: str
    digest: str
    timezone: str
    as_of: int | None  # microseconds since 1970 UTC
    sources: Mapping[str, Source] = field(default_factory=dict)
    places: Mapping[str, Span] = field(
        default_factory=dict
    )  # where each rule stands: its id → span


@dataclass(frozen=True)
class DataSummary:
    """Rows per table, and the first and last instant in microseconds since 1970 UTC."""

    tables: Mapping[str, int]
    first: int | None
    last: int | None


@dataclass(frozen=True)
class BaselineCounts:
    """Failures beside those of an earlier result. `gone`: failed then, and nothing was judged now."""

    new: int
    still: int
    repaired: int
    gone: int


@dataclass(frozen=True)
class Result:
    """Everything a report needs. Verdicts are ordered by pack, rule in file order, scope, period."""

    data: DataSummary
    packs: tuple[PackRun, ...]
    verdicts: tuple[Verdict, ...]
    diagnostics: tuple[Diagnostic, ...] = ()
    generated: dt.datetime | None = None
    baseline: BaselineCounts | None = None
    insights: Insights | None = None  # where they were asked for
    plan: Plan | None = None  # where it was asked for
    history: History | None = (
        None  # of what fails or warns, where there is one and it was asked for
    )

    @property
    def counts(self) -> Mapping[Outcome, int]:
        counts = dict.fromkeys(Outcome, 0)
        for verdict in self.verdicts:
            counts[verdict.outcome] += 1
        return counts
