"""The history for programs: JSON and CSV, every period of every trend, the worst trend first."""

from __future__ import annotations

from collections.abc import Sequence

from checker.reports.csv import SCOPES, csv_file
from checker.reports.json import as_json_text, figure_number
from checker.reports.trend_order import worst_first
from checker.text.instants import instant_text
from checker.verdicts.history import History, Point, Run, Trend

SCHEMA = 1
COLUMNS = (
    *("pack", "rule", "title", "severity"),
    *SCOPES,
    *("period", "from", "through", "as_of", "run", "added", "current", "outcome", "type", "basis"),
    *("value", "numerator", "denominator", "pending", "require", "aim", "shortfall", "offenders"),
    "revision",
)


def trend_json(history: History) -> str:
    """The history as JSON text; `schemas/trend.schema.json` describes it."""
    return as_json_text(
        {
            "schema": SCHEMA,
            "runs": [_run(run) for run in history.runs],
            "replaced": history.replaced,
            "trends": [_trend(trend) for trend in worst_first(history.trends)],
        }
    )


def trend_csv(history: History, *, lang: str) -> bytes:
    """One row for each period of each trend. A ratio's 1 is 100 %, a duration is in seconds."""
    rows = (
        _row(trend, point, lang) for trend in worst_first(history.trends) for point in trend.points
    )
    return csv_file(COLUMNS, rows)


def _run(run: Run) -> dict[str, object]:
    return {
        "run": run.number,
        "as_of": instant_text(run.as_of, run.timezone),
        "packs": list(run.packs),
    }


def _trend(trend: Trend) -> dict[str, object]:
    verdict = trend.verdict
    kind = "duration" if verdict.type == "time" else verdict.type
    fails = verdict.outcome.value == "fail"
    return {
        "rule": verdict.rule,
        "title": {"zh": verdict.title.zh, "en": verdict.title.en},
        "severity": verdict.severity,
        "scope": dict(verdict.scope),
        "added": verdict.added,
        "current": trend.current,
        "outcome": verdict.outcome.value,
        "type": verdict.type,
        "period": _period(trend.latest),
        "value": figure_number(verdict.value, verdict.type),
        "require": verdict.require,
        "aim": verdict.aim,
        "change": figure_number(trend.change, kind),
        "direction": trend.direction,
        "judged": trend.judged,
        "failed": trend.failed,
        "alike": trend.alike,
        "since": _period(trend.since),
        "streak": trend.streak,
        "failing_since": _period(trend.since) if fails else None,
        "first_failed": _period(trend.first_failed),
        "last_failed": _period(trend.last_failed),
        "points": [_point(point) for point in trend.points],
    }


def _point(point: Point) -> dict[str, object]:
    verdict = point.verdict
    return {
        "period": _period(point),
        "as_of": instant_text(point.as_of, verdict.timezone),
        "run": point.number,
        "outcome": verdict.outcome.value,
        "basis": verdict.basis,
        "value": figure_number(verdict.value, verdict.type),
        "numerator": verdict.numerator,
        "denominator": verdict.denominator,
        "pending": verdict.pending,
        "require": verdict.require,
        "aim": verdict.aim,
        "shortfall": verdict.shortfall,
        "offender_count": verdict.offender_count,
        "revision": verdict.revision,
    }


def _period(point: Point | None) -> dict[str, object] | None:
    if point is None:
        return None
    period = point.verdict.period
    return {"kind": period.kind, "from": period.start, "through": period.through}


def _row(trend: Trend, point: Point, lang: str) -> Sequence[str | int | float | None]:
    verdict, period = point.verdict, point.verdict.period
    return [
        *(verdict.pack, verdict.rule, verdict.title.get(lang), verdict.severity),
        *(verdict.scope.get(kind) for kind in SCOPES),
        *(period.kind, period.start, period.through),
        *(instant_text(point.as_of, verdict.timezone), point.number),
        *("yes" if verdict.added else "no", "yes" if trend.current else "no"),
        *(verdict.outcome.value, verdict.type, verdict.basis),
        figure_number(verdict.value, verdict.type),
        *(verdict.numerator, verdict.denominator, verdict.pending, verdict.require, verdict.aim),
        *(verdict.shortfall, verdict.offender_count, verdict.revision),
    ]
