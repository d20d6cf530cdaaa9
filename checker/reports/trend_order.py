"""Orders trends for reading: what is missed now before what is met, the worst first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from checker.reports.grouping import badness
from checker.verdicts.history import Trend
from checker.verdicts.model import Outcome

_ORDER = (Outcome.FAIL, Outcome.WARN)


def worst_first(trends: Sequence[Trend]) -> list[Trend]:
    """Failures, then warnings, by severity and by distance from what is asked; then what is met, the
    most often failed and the nearest to failing first."""

    def key(trend: Trend) -> tuple[object, ...]:
        outcome = trend.verdict.outcome
        grave = len(_ORDER) - _ORDER.index(outcome) if outcome in _ORDER else 0
        severe, distance, blamed = badness(trend.verdict)
        worse = (distance, blamed) if grave else (trend.failed, -distance)
        return trend.current, bool(trend.judged), grave, severe, *worse, trend.streak

    return sorted(trends, key=key, reverse=True)


def by_rule(trends: Sequence[Trend]) -> Mapping[str, list[Trend]]:
    """The rule with the worst trend first, and in each the worst scope first."""
    found: dict[str, list[Trend]] = {}
    for trend in worst_first(trends):
        found.setdefault(trend.verdict.rule, []).append(trend)
    return found
