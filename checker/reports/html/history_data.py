"""What the charts draw of the history of a rule: earlier audits and this one, and since when it misses."""

from __future__ import annotations

from checker.reports import words
from checker.reports.html.both import both, bounded_names
from checker.reports.html.chart_data import PANELS, POINTS, point_data
from checker.reports.trend_order import worst_first
from checker.reports.trend_words import change, period, since
from checker.verdicts.history import History, Point, Trend


def history_data(rule: str, history: History | None) -> list[dict[str, object]]:
    """A line for each scope of this audit, the worst first; nothing where no earlier audit judged it."""
    if history is None:
        return []
    trends = [
        trend
        for trend in history.trends
        if trend.verdict.rule == rule and trend.current and trend.judged and not trend.verdict.added
    ]
    if not any(_earlier(point, history) for trend in trends for point in trend.points):
        return []
    several = len({trend.verdict.scope.get("platform") for trend in trends}) > 1
    return [_panel(trend, history, several) for trend in worst_first(trends)[:PANELS]]


def _earlier(point: Point, history: History) -> bool:
    return point.number != history.this and point.verdict.value is not None


def _panel(trend: Trend, history: History, several: bool) -> dict[str, object]:
    points = [point for point in trend.points if point.verdict.value is not None][-POINTS:]
    begins = next((i for i, p in enumerate(points) if not _earlier(p, history)), None)
    named = trend.verdict._replace(scope=bounded_names(trend.verdict.scope))
    return {
        "name": both(lambda lang: words.scope(named, lang, with_platform=several)),
        "since": both(lambda lang: _told(trend, lang)),
        "points": [
            point_data(point.verdict, both(lambda lang, p=point: period(p, lang)))  # type: ignore[misc]
            for point in points
        ],
        "begins": begins or None,
    }


def _told(trend: Trend, lang: str) -> str:
    return words.say("semicolon", lang).join(
        filter(None, (since(trend, lang), change(trend, lang)))
    )
