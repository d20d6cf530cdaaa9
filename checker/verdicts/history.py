"""What several audits said of one rule and scope, period by period: is it getting better, since when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal
from zoneinfo import ZoneInfo

from checker.verdicts.model import Outcome, PeriodSpan, Verdict
from checker.verdicts.recording import Recording
from checker.verdicts.requirement import read_requirement

Direction = Literal["better", "worse", "same"]

FLOATING = frozenset({"all", "rolling"})
"""Periods whose dates depend on the data and the as-of instant: they are told apart by their end."""
_JUDGED = frozenset({Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.INFO, Outcome.WAIVED})
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

Scope = tuple[tuple[str, str | None], ...]
SeriesKey = tuple[str, Scope, str, bool]


@dataclass(frozen=True)
class Run:
    """One audit of the history. `number` counts from 1 in the order of appending; None: not appended.

    `as_of` is the latest of its packs, in microseconds since 1970 UTC.
    """

    number: int | None
    as_of: int | None
    timezone: str
    packs: tuple[str, ...]


@dataclass(frozen=True)
class Point:
    """The verdict that stands for one period: that of the newest audit which saw the whole of it."""

    verdict: Verdict
    as_of: int | None
    number: int | None  # of the run; None: not appended yet
    cut: bool = False  # --from or --through of that audit ended inside the period

    @property
    def place(self) -> str:
        """Where it stands in time: the first day or hour of the period, of a floating one the last."""
        period = self.verdict.period
        dated = period.through if period.kind in FLOATING else period.start
        return dated or _local_day(self.as_of, self.verdict.timezone)

    @property
    def rank(self) -> tuple[bool, int, float]:
        """The greatest of one period counts: whole before cut, then as-of, then the order of appending."""
        number = float("inf") if self.number is None else self.number
        return not self.cut, _instant(self.as_of), number

    @property
    def key(self) -> SeriesKey:
        verdict = self.verdict
        scope = tuple(sorted(verdict.scope.items()))
        return verdict.rule, scope, verdict.period.kind, verdict.added


@dataclass(frozen=True)
class Trend:
    """One rule in one scope. `points` are oldest first; all else tells of these and of those before.

    `current`: the newest audit of the rule in that shop still judged this scope. `latest` is the last
    point with a judgement (the last of all where none has one), `previous` the one before it.
    `change` is latest less previous, in the units of a verdict's value. `since` begins the unbroken row
    of `streak` points that have the outcome of `latest`; `alike` have it in all.
    """

    points: tuple[Point, ...]
    current: bool
    latest: Point
    previous: Point | None = None
    change: Fraction | None = None
    direction: Direction | None = None
    judged: int = 0
    alike: int = 0
    since: Point | None = None
    streak: int = 0
    failed: int = 0
    first_failed: Point | None = None
    last_failed: Point | None = None

    @property
    def verdict(self) -> Verdict:
        return self.latest.verdict

    @property
    def always(self) -> bool:
        """Every point with a judgement has the outcome of the latest."""
        return self.streak == self.judged


@dataclass(frozen=True)
class History:
    """Audits in the order of appending, and their trends. `replaced` verdicts gave way to those of
    another audit of the same period. `this` is the number of the audit that is under way; None, as in
    its points, where it is not appended yet."""

    runs: tuple[Run, ...]
    trends: tuple[Trend, ...]
    replaced: int = 0
    this: int | None = None


def history(
    runs: Sequence[Run], points: Iterable[Point], *, replaced: int = 0, last: int | None = None
) -> History:
    """The trends of points, by rule, scope and kind of period, in the order of their first verdict.

    Of several points of one period the one of the greatest rank counts. `last` bounds the points of
    each trend that are kept to be shown.
    """
    series: dict[SeriesKey, dict[str, Point]] = {}
    for point in points:
        periods = series.setdefault(point.key, {})
        other = periods.get(point.place)
        replaced += other is not None
        if other is None or other.rank < point.rank:
            periods[point.place] = point
    newest: dict[object, tuple[int, float]] = {}
    for periods in series.values():
        for point in periods.values():
            group = _group(point)
            newest[group] = max(newest.get(group, point.rank[1:]), point.rank[1:])
    trends = []
    for periods in series.values():
        ordered = tuple(sorted(periods.values(), key=lambda p: (p.place, p.rank)))
        age = max(point.rank[1:] for point in ordered)
        trends.append(_trend(ordered, age == newest[_group(ordered[0])], last))
    return History(tuple(runs), tuple(trends), replaced)


def points_of(recording: Recording) -> tuple[Point, ...]:
    """The points of an audit that is not appended yet."""
    as_of = {pack.name: pack.as_of for pack in recording.packs}
    return tuple(
        Point(verdict, as_of.get(verdict.pack), None, cut(verdict.period, recording))
        for verdict in recording.verdicts
    )


def run_of(recording: Recording) -> Run:
    latest = max(recording.packs, key=lambda pack: _instant(pack.as_of), default=None)
    return Run(
        None,
        latest.as_of if latest else None,
        latest.timezone if latest else "UTC",
        tuple(pack.name for pack in recording.packs),
    )


def cut(period: PeriodSpan, recording: Recording) -> bool:
    """Whether the days of an audit end inside the period."""
    if period.kind in FLOATING or period.start is None or period.through is None:
        return False
    first, through = recording.first, recording.through
    return (first is not None and period.start[:10] < first.isoformat()) or (
        through is not None and period.through[:10] > through.isoformat()
    )


def _group(point: Point) -> tuple[str, str | None, str | None, bool]:
    scope = point.verdict.scope
    return point.verdict.rule, scope.get("platform"), scope.get("shop"), point.verdict.added


def _trend(points: tuple[Point, ...], current: bool, last: int | None) -> Trend:
    shown = points if last is None else points[-last:]
    judged = [point for point in points if point.verdict.outcome in _JUDGED]
    if not judged:
        return Trend(shown, current, points[-1])
    failed = [point for point in judged if point.verdict.outcome is Outcome.FAIL]
    latest, previous = judged[-1], judged[-2] if len(judged) > 1 else None
    alike = [point.verdict.outcome is latest.verdict.outcome for point in judged]
    streak = (*reversed(alike), False).index(False)
    change = _change(latest.verdict, previous.verdict) if previous else None
    return Trend(
        shown,
        current,
        latest,
        previous,
        change,
        _direction(latest.verdict, previous.verdict) if previous and change is not None else None,
        len(judged),
        sum(alike),
        judged[-streak],
        streak,
        len(failed),
        failed[0] if failed else None,
        failed[-1] if failed else None,
    )


def _change(latest: Verdict, previous: Verdict) -> Fraction | None:
    """None, too, where a rule has come to measure something else."""
    if latest.value is None or previous.value is None or latest.type != previous.type:
        return None
    return latest.value - previous.value


def _direction(latest: Verdict, previous: Verdict) -> Direction | None:
    """By what the rule asks for now; None where it asks for nothing."""
    demand = read_requirement(latest.require or latest.aim)
    if latest.value is None or previous.value is None:
        return None
    if latest.value == previous.value:
        return "same"
    if demand is None or demand.sign == "!=":
        return None
    if demand.sign == "=":
        off = abs(latest.value - demand.bound), abs(previous.value - demand.bound)
        return "same" if off[0] == off[1] else "better" if off[0] < off[1] else "worse"
    rose = latest.value > previous.value
    return "better" if rose == (demand.sign in (">", ">=")) else "worse"


def _instant(as_of: int | None) -> int:
    return -1 if as_of is None else as_of


def _local_day(as_of: int | None, zone: str) -> str:
    """Of the instant before as-of, as everywhere."""
    if as_of is None:
        return ""
    return (
        (_EPOCH + dt.timedelta(microseconds=as_of - 1))
        .astimezone(ZoneInfo(zone))
        .date()
        .isoformat()
    )
