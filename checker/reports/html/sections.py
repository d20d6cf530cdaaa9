"""The section of each rule that fails, warns or is waived: the gap in words, advice, text, source."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.packs.model import Source
from checker.packs.typed import TypedRule
from checker.reports import words
from checker.reports.blocks import asking, what_happened
from checker.reports.clean import clean
from checker.reports.definition import clock_lines, measure_lines, window_lines
from checker.reports.grouping import RuleGroup, ScopeGroup
from checker.reports.html.both import Both, both
from checker.reports.html.phrases import ui
from checker.reports.people import waiver
from checker.reports.summary import beside_baseline
from checker.verdicts.insights import Insights
from checker.verdicts.model import Outcome, Verdict

SCOPES = 8

Sources = Mapping[tuple[str, str], Source]


@dataclass(frozen=True)
class Place:
    """One shop or agent: how often and how far it misses."""

    name: Both
    text: Both
    gap: Both
    waiver: Both


@dataclass(frozen=True)
class Definition:
    """The rule as written. `lines` are the same in both languages but for a question."""

    rule: str
    title: Both
    asked: Both
    lines: Both
    sources: tuple[Both, ...]
    revisions: tuple[Both, ...]


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


def definitions(insights: Insights | None, sources: Sources) -> dict[str, Definition]:
    """The texts of all rules of the audit, by id; nothing where no insights were gathered."""
    found = {}
    for pack in insights.packs if insights else ():
        clocks, windows = pack.pack.clocks, pack.pack.windows
        for rule in pack.rules:
            written = rule.revisions[-1].written

            def text(lang: str, rule: TypedRule = rule) -> str:
                one = rule.revisions[-1].written
                lines = list(measure_lines(one.measure, lang))
                if one.clock and one.clock in clocks:
                    told = clock_lines(clocks[one.clock])
                    lines += [f"clock {clean(one.clock)}:", *(f"  {line}" for line in told)]
                joined = "\n".join(lines)
                for name, window in windows.items():
                    if name in joined:
                        lines += [f"window {clean(name)}:"]
                        lines += [f"  {line}" for line in window_lines(window)]
                return "\n".join(lines)

            keys = dict.fromkeys((written.source, written.aim_source))
            cited = [sources[rule.pack, key] for key in keys if key and (rule.pack, key) in sources]
            found[rule.id] = Definition(
                clean(rule.id),
                both(lambda lang, w=written: clean(w.title.get(lang))),  # type: ignore[misc]
                both(lambda lang, r=rule: _demands(r, lang)),  # type: ignore[misc]
                both(text),
                tuple(both(lambda lang, c=c: words.source(c, lang)) for c in cited),  # type: ignore[misc]
                tuple(_revision(rule, i) for i in range(len(rule.revisions))),
            )
    return found


def _demands(rule: TypedRule, lang: str) -> str:
    """What the latest revision asks."""
    from checker.reports.definition import demand_text

    latest = rule.revisions[-1]
    parts = []
    if latest.require is not None:
        bound = clean(demand_text(latest.require, latest.type, lang))
        parts.append(words.say("required", lang, requirement=bound))
    if latest.aim is not None:
        key = "aimed" if latest.written.aim_source else "house_aim"
        bound = clean(demand_text(latest.aim, latest.type, lang))
        parts.append(words.say(key, lang, requirement=bound))
    return words.say("semicolon", lang).join(parts)


def _revision(rule: TypedRule, index: int) -> Both:
    since = rule.revisions[index].since
    return ui("revision_first") if since is None else ui("revision_from", since=since.isoformat())
