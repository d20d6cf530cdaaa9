"""The section of each rule that fails, warns or is waived: the gap in words, advice, source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.reports import words
from checker.reports.blocks import asking, what_happened
from checker.reports.clean import clean
from checker.reports.grouping import RuleGroup, ScopeGroup
from checker.reports.html.both import Both, both
from checker.reports.html.texts import Definition, Sources
from checker.reports.people import waiver
from checker.reports.summary import beside_baseline
from checker.verdicts.insights import Insights
from checker.verdicts.model import Outcome, Verdict

SCOPES = 8


@dataclass(frozen=True)
class Place:
    """One shop or agent: how often and how far it misses."""

    name: Both
    text: Both
    gap: Both
    waiver: Both


@dataclass(frozen=True)
class Section:
    number: int
    rule: str
    outcome: str
    word: Both
    title: Both
    severity: Both
    baseline: Both
    asked: Both
    places: tuple[Place, ...]
    more: int
    advice: Both
    definition: Definition | None
    source: Both
    charts: bool


def sections(
    gravest: Sequence[tuple[RuleGroup, Outcome]],
    numbers: Mapping[str, int],
    sources: Sources,
    texts: Mapping[str, Definition],
    insights: Insights | None,
) -> tuple[Section, ...]:
    known = insights.rules if insights else {}
    return tuple(
        _section(group, outcome, numbers[group.rule], sources, texts, group.rule in known)
        for group, outcome in gravest
    )


def _section(
    group: RuleGroup,
    outcome: Outcome,
    number: int,
    sources: Sources,
    texts: Mapping[str, Definition],
    charts: bool,
) -> Section:
    scopes = group.having({outcome})
    worst = scopes[0].worst
    platforms = len({v.scope.get("platform") for v in group.verdicts}) > 1
    mild = outcome is Outcome.FAIL and worst.severity != "error"
    hits = [v for v in group.verdicts if v.outcome is outcome]
    return Section(
        number,
        clean(group.rule),
        outcome.value,
        both(lambda lang: words.outcome(outcome, lang)),
        both(lambda lang: clean(worst.title.get(lang)) or clean(group.rule)),
        both(lambda lang: words.say("severity_warning", lang).strip(" （）()") if mild else ""),
        both(lambda lang: beside_baseline(hits, lang)),
        both(lambda lang: asking(worst, lang)),
        tuple(_place(one, outcome, with_platform=platforms) for one in scopes[:SCOPES]),
        max(0, len(scopes) - SCOPES),
        both(lambda lang: clean(worst.advice.get(lang)) if worst.advice else ""),
        texts.get(group.rule),
        both(lambda lang: _cited(worst, worst.source, sources, lang)),
        charts,
    )


def _place(found: ScopeGroup, outcome: Outcome, *, with_platform: bool) -> Place:
    worst = found.worst
    waived = outcome is Outcome.WAIVED and worst.waiver is not None
    return Place(
        both(lambda lang: _named(found, with_platform, lang)),
        both(lambda lang: what_happened(found, outcome, lang)),
        both(lambda lang: "" if waived else words.gap(worst, lang)),
        both(lambda lang: waiver(worst.waiver, lang) if waived and worst.waiver else ""),
    )


def _named(found: ScopeGroup, with_platform: bool, lang: str) -> str:
    text = words.scope(found.worst, lang, with_platform=with_platform)
    if found.judged <= 1 and found.worst.period.kind != "all":
        text += words.say("comma", lang) + words.period(found.worst.period, lang)
    return text


def _cited(verdict: Verdict, key: str | None, sources: Sources, lang: str) -> str:
    if key is None:
        return ""
    known = sources.get((verdict.pack, key))
    return words.source(known, lang) if known else clean(key)
