"""The prose of the terminal report: a rule's block, and the rules that could not be judged."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from checker.packs.model import Source
from checker.reports import words
from checker.reports.clean import clean
from checker.reports.grouping import UNJUDGED, RuleGroup, ScopeGroup
from checker.reports.layout import cells
from checker.reports.page import Page
from checker.reports.people import answer, waiver
from checker.reports.summary import beside_baseline
from checker.reports.tables import more, ranking
from checker.reports.words import counted, say
from checker.verdicts.model import Outcome, Verdict

SCOPES = 5  # scopes of one rule
_ON = {Outcome.FAIL: "fails_on", Outcome.WARN: "warns_on", Outcome.WAIVED: "waived_on"}

Sources = Mapping[tuple[str, str], Source]


def block(
    page: Page,
    group: RuleGroup,
    outcome: Outcome,
    sources: Sources,
    lang: str,
    *,
    with_ranking: bool = True,
) -> None:
    """One rule: what is asked, where it is missed and by how much, what to do, who says so."""
    scopes = group.having({outcome})
    worst = scopes[0].worst
    style = {Outcome.FAIL: "fail", Outcome.WARN: "warn"}.get(outcome, "plain")
    page.blank()
    lead = words.outcome(outcome, lang)
    lead = (lead if lang == "zh" else lead.upper()) + "  "
    name = f"{clean(worst.title.get(lang))}  ({clean(group.rule)})"
    if outcome is Outcome.FAIL and worst.severity != "error":
        name += say("severity_warning", lang)
    page.paragraph(name, lead=lead, lead_style=style, hang=cells(lead), style="title")
    if demands := asking(worst, lang):
        page.paragraph(demands, indent=2, hang=2)
    for found in scopes[:SCOPES]:
        _scope(
            page, found, outcome, lang, len({v.scope.get("platform") for v in group.verdicts}) > 1
        )
    kinds = worst.scope.keys()
    noun = (
        "agents"
        if "agent" in kinds
        else "shops"
        if len(kinds - {"platform", "shop"}) == 0
        else "groups"
    )
    more(page, len(scopes) - SCOPES, noun, lang, indent=2)
    advice = clean(worst.advice.get(lang)) if worst.advice else ""
    if advice and outcome is not Outcome.WAIVED:
        page.paragraph(advice, indent=2, hang=2, lead=say("advice", lang), lead_style="title")
    if worst.source:
        cited = sources.get((worst.pack, worst.source))
        text = words.source(cited, lang) if cited else clean(worst.source)
        page.paragraph(
            text, indent=2, hang=2, lead=say("source", lang), lead_style="quiet", style="quiet"
        )
    if with_ranking:
        ranking(page, group, lang)


def asking(verdict: Verdict, lang: str) -> str:
    """`required ≥ 80%; aim ≥ 90% (the house's own), as revised from 2024-07-01`."""
    parts = []
    if required := words.required(verdict, lang):
        parts.append(say("required", lang, requirement=required))
    if verdict.aim:
        key = "aimed" if verdict.aim_source else "house_aim"
        parts.append(say(key, lang, requirement=words.aimed(verdict, lang)))
    text = say("semicolon", lang).join(map(clean, parts))
    return (
        text + say("revision", lang, since=clean(verdict.revision))
        if text and verdict.revision
        else text
    )


def _scope(page: Page, found: ScopeGroup, outcome: Outcome, lang: str, with_platform: bool) -> None:
    worst = found.worst
    lead = words.scope(worst, lang, with_platform=with_platform)
    if found.judged <= 1 and worst.period.kind != "all":
        lead += say("comma", lang) + words.period(worst.period, lang)
    lead += say("colon", lang)
    text = what_happened(found, outcome, lang)
    if mark := beside_baseline(found.verdicts, lang):
        text += say("beside_baseline", lang, name=mark)
    page.paragraph(lead + text, indent=2, hang=4)
    if outcome is not Outcome.WAIVED and (gap := words.gap(worst, lang)):
        page.paragraph(gap, indent=6)


def what_happened(found: ScopeGroup, outcome: Outcome, lang: str) -> str:
    """How often and how badly in one scope; what was answered; or how it is waived."""
    worst, period = found.worst, words.period(found.worst.period, lang)
    value = words.value_against(worst, lang)
    if worst.type == "manual":
        text = answer(worst, lang)
    elif found.judged > 1:
        numbers = {"n": f"{len(found.verdicts):,}", "total": f"{found.judged:,}"}
        unit = words.unit(worst.period.kind, found.judged, lang)
        text = say(_ON[outcome], lang, **numbers, unit=unit, period=period, value=value)
    else:
        text = value
    if worst.waiver is not None:
        text += say("semicolon", lang) + waiver(worst.waiver, lang)
    return text


def unjudged(page: Page, groups: Sequence[RuleGroup], lang: str) -> None:
    """Rules without a judgement, gathered by what is missing."""
    found: dict[tuple[Outcome, str], Counter[str]] = {}
    titles: dict[str, str] = {}
    for group in groups:
        for verdict in group.verdicts:
            if verdict.outcome in UNJUDGED:
                key = verdict.outcome, words.reason(verdict, lang)
                found.setdefault(key, Counter())[group.rule] += 1
                titles[group.rule] = clean(verdict.title.get(lang)) or clean(group.rule)
    if found:
        page.heading(say("unevaluated", lang))
    for (outcome, reason), rules in sorted(found.items(), key=lambda i: UNJUDGED.index(i[0][0])):
        lead = words.outcome(outcome, lang) + say("colon", lang)
        page.paragraph(reason, indent=2, hang=4, lead=lead, lead_style="warn")
        listed = [
            titles[rule] + (f" ({counted(number, 'verdicts', lang)})" if number > 1 else "")
            for rule, number in rules.items()
        ]
        page.paragraph(say("semicolon", lang).join(listed), indent=6)
