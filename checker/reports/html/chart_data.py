"""What the charts draw, as plain values: figures for positions, and their texts in both languages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from itertools import pairwise

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.figures import duration, figure, percent
from checker.reports.grouping import RuleGroup, badness_in_rule
from checker.reports.html.both import Both, both, short
from checker.reports.phrases import NOUNS
from checker.reports.words import asked, say
from checker.verdicts.insights import Insights, RuleInsight, Shop, Slice, Waits
from checker.verdicts.model import Outcome, Verdict

PANELS = 12  # small charts of one rule, the worst scopes
POINTS = 400  # of one line, the latest
_SCALE: Mapping[str, Fraction] = {
    "ratio": Fraction(100),
    "every": Fraction(100),
    "duration": Fraction(1, 1_000_000),
    "time": Fraction(1, 1_000_000),
}


def chart_data(group: RuleGroup, insights: Insights | None) -> dict[str, object]:
    """All that is drawn of one rule: its periods, and below them each population that it measures."""
    return {
        "type": group.verdicts[0].type,
        "panels": _panels(group),
        "parts": [_part(one) for one in known_parts(insights, group.rule)],
    }


def known_parts(insights: Insights | None, rule: str) -> tuple[RuleInsight, ...]:
    """One for each population of a rule; none where nothing finer is known of it."""
    return insights.rules.get(rule, ()) if insights else ()


def _part(one: RuleInsight) -> dict[str, object]:
    limit = one.limit
    noun = NOUNS.get(one.fact) or NOUNS["rows"]
    return {
        "part": None if one.part is None else clean(one.part),
        "noun": [noun.zh, noun.many],
        "timed": limit is not None,
        "limit": None if limit is None else limit / 1_000_000,
        "limitText": None if limit is None else _wait(limit),
        "judges": one.judges,
        "slices": [_slice(each, one) for each in one.slices],
    }


# -- the periods of a rule -------------------------------------------------------------------------


def _panels(group: RuleGroup) -> list[dict[str, object]]:
    """A line for each scope, those that miss most often first."""
    scopes: dict[tuple[tuple[str, str | None], ...], list[Verdict]] = {}
    for verdict in group.verdicts:
        if verdict.value is not None:
            scopes.setdefault(tuple(verdict.scope.items()), []).append(verdict)
    ranked = sorted(scopes.values(), key=_missed, reverse=True)
    several = len({v.scope.get("platform") for v in group.verdicts}) > 1
    return [
        {
            "name": both(lambda lang, v=vs[0]: words.scope(v, lang, with_platform=several)),  # type: ignore[misc]
            "points": [
                point_data(v, both(lambda lang, v=v: words.period(v.period, lang)))  # type: ignore[misc]
                for v in vs[-POINTS:]
            ],
        }
        for vs in ranked[:PANELS]
    ]


def _missed(verdicts: Sequence[Verdict]) -> tuple[int, int, tuple[bool, Fraction, Fraction, int]]:
    fails = sum(v.outcome is Outcome.FAIL for v in verdicts)
    warns = sum(v.outcome is Outcome.WARN for v in verdicts)
    return fails, warns, max(map(badness_in_rule, verdicts))


def point_data(verdict: Verdict, label: Both) -> list[object]:
    """start, label, position, text, outcome, bound, text of the bound"""
    wanted = asked(verdict)
    bound = None if wanted is None else _position(wanted.bound, verdict.type)
    required = both(lambda lang: words.required(verdict, lang) or words.aimed(verdict, lang))
    assert verdict.value is not None
    return [
        verdict.period.start or "",
        label,
        _position(verdict.value, verdict.type),
        both(lambda lang: words.value(verdict, lang)),
        verdict.outcome.value,
        bound,
        required,
    ]


def _position(value: Fraction, kind: str) -> float:
    return round(float(value * _SCALE.get(kind, Fraction(1))), 4)


# -- slices ----------------------------------------------------------------------------------------


def _slice(one: Slice, insight: RuleInsight) -> dict[str, object]:
    return {
        "name": None if one.shop is None else _shop_name(one.shop),
        "funnel": [[stage.key, stage.rows, list(stage.conditions)] for stage in one.funnel],
        "shares": [
            percent(Fraction(after.rows, before.rows)) if before.rows else ""
            for before, after in pairwise(one.funnel)
        ],
        "waits": None if one.waits is None else _histogram(one.waits, insight.limit),
        "hours": [[h.weekday, h.hour, h.rows, h.bad] for h in one.hours] if insight.judges else [],
        "staff": [[h.weekday, h.hour, h.milli_agents] for h in one.staff if h.milli_agents],
        "days": [
            [d.day.isoformat(), d.rows, d.good, percent(Fraction(d.good, d.rows))] for d in one.days
        ],
    }


def _shop_name(shop: Shop) -> Both:
    if shop.shop is None:
        return both(lambda lang: say("one_shop", lang))
    return Both(short(shop.shop), short(shop.shop))


def _histogram(waits: Waits, limit: int | None) -> dict[str, object]:
    """Bars from the first to the last that holds anything, each with its text and whether it is late."""
    bars = [
        [_stretch(waits.edges, i), number, limit is not None and i > _index(waits.edges, limit)]
        for i, number in enumerate(waits.counts)
    ]
    last = max((i for i, number in enumerate(waits.counts) if number), default=-1)
    if limit is not None:
        last = max(last, _index(waits.edges, limit))
    return {"bars": bars[: last + 1], "unanswered": waits.unanswered, "total": sum(waits.counts)}


def _index(edges: Sequence[int], limit: int) -> int:
    return edges.index(limit) if limit in edges else -1


def _stretch(edges: Sequence[int], i: int) -> Both:
    """`≤ 10s`, `1m–2m`, `> 1d`."""
    if i == 0:
        return both(lambda lang: f"≤ {_text(edges[0], lang)}")
    if i == len(edges):
        return both(lambda lang: f"> {_text(edges[-1], lang)}")
    return both(lambda lang: f"{_text(edges[i - 1], lang)}–{_text(edges[i], lang)}")


def _text(micros: int, lang: str) -> str:
    return duration(Fraction(micros), lang, short=True)


def _wait(micros: int) -> Both:
    return both(lambda lang: figure(Fraction(micros), "duration", lang, short=True))


# -- agents over all rules -------------------------------------------------------------------------


def agents_of(insights: Insights | None, rules: Iterable[str]) -> list[tuple[str, RuleInsight]]:
    """The rules whose rows have agents, in the order given; several parts of one stand apart."""
    return [(rule, one) for rule in rules for one in known_parts(insights, rule) if one.agents]
