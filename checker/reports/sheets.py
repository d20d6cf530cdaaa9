"""The sheets of the spreadsheet: summary, verdicts, offenders, agents, rules, quality, own figures."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from checker.reports import sheet, words
from checker.reports.agents import by_agent
from checker.reports.clean import clean
from checker.reports.grouping import RuleGroup, by_rule, worst_first
from checker.reports.people import answer, waiver
from checker.reports.quality import quality
from checker.reports.reported import (
    apart,
    candidates,
    counted_otherwise,
    reported_period,
    reported_verdicts,
)
from checker.reports.sheet import NOTHING, Cell, Sheet
from checker.reports.sheet_words import said
from checker.reports.summary import beside_baseline, by_shop, facts, headline, periods
from checker.verdicts.model import Outcome, Result, Verdict

# Columns of the summary's grid.
_RULE, _SCOPE, _PERIOD, _GAP = 3, 3, 2, 6
_BLAMED = (Outcome.FAIL, Outcome.WARN, Outcome.WAIVED)


def sheets(result: Result, lang: str) -> Iterator[Sheet]:
    groups = by_rule(result.verdicts)
    yield Sheet(said("summary", lang), (), _summary(result, groups, lang), colored=(0,))
    yield _verdicts(result, lang)
    yield _offenders(result, lang)
    yield _agents(groups, lang)
    yield _rules(result, groups, lang)
    headings = [said(key, lang) for key in ("what", "which", "detail", "number")]
    rows = (
        (
            sheet.text(row.what),
            sheet.text(row.which),
            sheet.text(row.detail),
            sheet.whole(row.number),
        )
        for row in quality(result, groups, lang)
    )
    yield Sheet(said("quality", lang), headings, rows)
    if reported := reported_verdicts(result.verdicts):
        yield _reported(reported, lang)


def _summary(result: Result, groups: Sequence[RuleGroup], lang: str) -> Iterator[Sequence[Cell]]:
    failing = worst_first(groups, Outcome.FAIL)
    word, sentence = headline(groups, failing, lang)
    title = words.say(word, lang) + words.say("colon", lang) + sentence
    yield [sheet.text(title, "title")]
    yield []
    for key, told in facts(result, lang):
        yield [sheet.text(words.say(key, lang), "quiet"), sheet.text(told)]
    yield []
    tally = by_shop(result.verdicts, lang)
    used = [o for o in Outcome if any(counts[o] for counts in tally.values())]
    yield [
        sheet.text(said("platform", lang), "heading"),
        sheet.text(said("shop", lang), "heading", _RULE),
        *(sheet.text(words.outcome(o, lang), "number_heading") for o in used),
    ]
    for (platform, shop), counts in tally.items():
        numbers = [sheet.whole(counts[o]) for o in used]
        yield [sheet.text(platform), sheet.text(shop, span=_RULE), *numbers]
    for outcome in (Outcome.FAIL, Outcome.WARN):
        found = worst_first(groups, outcome)
        if found:
            yield []
            yield [
                sheet.text(said(key, lang), style, span)
                for key, style, span in (
                    ("outcome", "heading", 1),
                    ("rule", "heading", _RULE),
                    ("scope_heading", "heading", _SCOPE),
                    ("period", "heading", _PERIOD),
                    ("value", "number_heading", 1),
                    ("requirement", "heading", 1),
                    ("gap", "heading", _GAP),
                )
            ]
        for group in found:
            yield from _missed(group, outcome, lang)


def _missed(group: RuleGroup, outcome: Outcome, lang: str) -> Iterator[Sequence[Cell]]:
    asked = words.aimed if outcome is Outcome.WARN else words.required
    for found in group.having({outcome}):
        worst = found.worst
        yield [
            sheet.text(words.outcome(outcome, lang)),
            sheet.text(worst.title.get(lang), span=_RULE),
            sheet.text(words.scope(worst, lang, with_platform=True), span=_SCOPE),
            sheet.text(periods(found, lang), span=_PERIOD),
            _value(worst),
            sheet.text(asked(worst, lang)),
            sheet.text(words.gap(worst, lang) or _people(worst, lang), span=_GAP),
        ]


def _verdicts(result: Result, lang: str) -> Sheet:
    kinds = [k for k in words.SCOPES if any(k in v.scope for v in result.verdicts)]
    beside = ["baseline"] if result.baseline is not None else []
    keys = ["outcome", *beside, "rule", "platform", *kinds, "first", "through", "value"]
    keys += ["requirement", "aim", "gap", "numerator", "denominator", "pending", "reported"]
    keys += ["cases", "reason", "severity", "period_kind", "added", "revision", "id"]

    def rows() -> Iterator[Sequence[Cell]]:
        for v in result.verdicts:
            marks = [sheet.text(beside_baseline([v], lang))] if beside else []
            yield [
                sheet.text(words.outcome(v.outcome, lang)),
                *marks,
                sheet.text(v.title.get(lang)),
                sheet.text(words.scope_value("platform", v.scope.get("platform"), lang)),
                *(_scope(v, kind, lang) for kind in kinds),
                sheet.day(v.period.start),
                sheet.day(v.period.through),
                _value(v),
                sheet.text(words.required(v, lang) if v.type != "manual" else ""),
                sheet.text(words.aimed(v, lang)),
                sheet.text(words.gap(v, lang)),
                *_counts(v),
                sheet.whole(v.pending),
                sheet.figure(v.reported, v.type, v.value),
                sheet.whole(v.offender_count),
                sheet.text(_why(v, lang)),
                sheet.text(said(v.severity, lang)),
                sheet.text(words.unit(v.period.kind, 1, lang)),
                sheet.text(said("yes", lang) if v.added else ""),
                sheet.day(v.revision),
                sheet.text(v.rule),
            ]

    headings = [said(key, lang) for key in keys]
    return Sheet(
        said("verdicts", lang),
        headings,
        rows(),
        range(1 + len(beside)),
        fixed=2 + len(beside),
        printed=keys.index("gap") + 1,
    )


def _value(verdict: Verdict) -> Cell:
    bound = words.asked(verdict)
    return sheet.figure(verdict.value, verdict.type, bound.bound if bound else None)


def _scope(verdict: Verdict, kind: str, lang: str) -> Cell:
    if kind not in verdict.scope:
        return NOTHING
    return sheet.text(words.scope_value(kind, verdict.scope[kind], lang))


def _counts(verdict: Verdict) -> tuple[Cell, Cell]:
    """Numerator and denominator; the sum of a mean of durations is a duration."""
    if verdict.type == "duration":
        return sheet.duration(verdict.numerator), sheet.whole(verdict.denominator)
    return sheet.whole(verdict.numerator), sheet.whole(verdict.denominator)


def _why(verdict: Verdict, lang: str) -> str:
    """Why there is no judgement, or what people said of it."""
    if people := _people(verdict, lang):
        return people
    judged = verdict.outcome in (Outcome.PASS, Outcome.FAIL, Outcome.WARN, Outcome.INFO)
    if verdict.basis == "reported":
        return said("reported_basis", lang)
    return "" if judged else words.reason(verdict, lang)


def _people(verdict: Verdict, lang: str) -> str:
    if verdict.waiver is not None:
        return waiver(verdict.waiver, lang)
    return answer(verdict, lang) if verdict.type == "manual" else ""


def _offenders(result: Result, lang: str) -> Sheet:
    keys = ("outcome", "rule", "platform", "shop", "session", "turn", "agent", "local_time", "wait")
    more = ("period", "zone", "id")

    def rows() -> Iterator[Sequence[Cell]]:
        for v in result.verdicts:
            if v.outcome in _BLAMED and not v.added:
                yield from _blamed(v, lang)

    headings = [said(key, lang) for key in (*keys, *more)]
    return Sheet(
        said("offenders", lang), headings, rows(), colored=(0,), fixed=2, printed=len(keys)
    )


def _blamed(verdict: Verdict, lang: str) -> Iterator[Sequence[Cell]]:
    """A row for each offender; what they share is made once, for there may be a million of them."""
    before = (
        sheet.text(words.outcome(verdict.outcome, lang)),
        sheet.text(verdict.title.get(lang)),
        sheet.text(words.scope_value("platform", verdict.scope.get("platform"), lang)),
    )
    behind = (
        sheet.text(words.period(verdict.period, lang)),
        sheet.text(verdict.timezone),
        sheet.text(verdict.rule),
    )
    no_reply = sheet.text(words.say("no_reply", lang))
    for one in verdict.offenders:
        yield (
            *before,
            sheet.text(one.shop_id),
            sheet.text(one.session_id),
            sheet.whole(one.turn),
            sheet.text(one.agent_id),
            sheet.instant(one.at, verdict.timezone),
            no_reply if one.wait is None and one.turn is not None else sheet.duration(one.wait),
            *behind,
        )


def _agents(groups: Sequence[RuleGroup], lang: str) -> Sheet:
    keys = ("rank", "platform", "shop", "agent", "rule", "value", "requirement", "period")
    more = ("listed", "unanswered", "longest", "id")

    def rows() -> Iterator[Sequence[Cell]]:
        for rank, row in enumerate(by_agent(groups), 1):
            v = row.verdict
            yield [
                sheet.whole(rank),
                sheet.text(words.scope_value("platform", row.platform, lang)),
                sheet.text(row.shop),
                sheet.text(row.agent),
                sheet.text(row.group.verdicts[0].title.get(lang) if row.group.verdicts else ""),
                _value(v) if v else NOTHING,
                sheet.text(words.required(v, lang) or words.aimed(v, lang)) if v else NOTHING,
                sheet.text(words.period(v.period, lang)) if v else NOTHING,
                sheet.whole(row.cases),
                sheet.whole(row.unanswered),
                sheet.duration(None if row.longest is None else Fraction(row.longest)),
                sheet.text(row.group.rule),
            ]

    headings = [said(key, lang) for key in (*keys, *more)]
    return Sheet(said("agents", lang), headings, rows(), fixed=4, printed=len(headings) - 1)


def _reported(verdicts: Sequence[Verdict], lang: str) -> Sheet:
    """The platform's own figures beside those of the data, and which sessions could explain it."""
    keys = ("outcome", "rule", "platform", "scope_heading", "period", "value", "reported")
    more = ("apart", "why_apart", "candidates", "id")

    def rows() -> Iterator[Sequence[Cell]]:
        for v in verdicts:
            own = v.value if v.basis == "reported" else v.reported
            yield [
                sheet.text(words.outcome(v.outcome, lang)),
                sheet.text(v.title.get(lang)),
                sheet.text(words.scope_value("platform", v.scope.get("platform"), lang)),
                sheet.text(words.scope(v, lang)),
                sheet.text(reported_period(v, lang)),
                NOTHING if v.basis == "reported" else _value(v),
                sheet.figure(own, v.type, None),
                sheet.text(apart(v, lang)),
                sheet.text(counted_otherwise(v, lang)),
                sheet.text("; ".join(candidates(v))),
                sheet.text(v.rule),
            ]

    headings = [said(key, lang) for key in (*keys, *more)]
    name = said("own_figures", lang)
    return Sheet(name, headings, rows(), fixed=2, printed=len(keys) + 3)


def _rules(result: Result, groups: Sequence[RuleGroup], lang: str) -> Sheet:
    sources = {(p.name, key): source for p in result.packs for key, source in p.sources.items()}
    used = [o for o in Outcome if any(v.outcome is o for g in groups for v in g.verdicts)]
    keys = ("pack", "rule", "severity", "requirement", "aim")
    headings = [said(key, lang) for key in keys]
    headings += [words.outcome(o, lang) for o in used]
    headings += [said(key, lang) for key in ("advice", "source", "revision", "id")]

    def rows() -> Iterator[Sequence[Cell]]:
        for group in groups:
            if not group.verdicts:
                continue
            v = group.verdicts[-1]  # of the last period, and so of the latest revision
            counts = [sum(one.outcome is o for one in group.verdicts) for o in used]
            cited = sources.get((v.pack, v.source)) if v.source else None
            yield [
                sheet.text(v.pack),
                sheet.text(v.title.get(lang)),
                sheet.text(said(v.severity, lang)),
                sheet.text(words.required(v, lang) if v.type != "manual" else ""),
                sheet.text(words.aimed(v, lang)),
                *map(sheet.whole, counts),
                sheet.text(v.advice.get(lang) if v.advice else ""),
                sheet.text(words.source(cited, lang) if cited else clean(v.source or "")),
                sheet.day(v.revision),
                sheet.text(group.rule),
            ]

    return Sheet(said("rules", lang), headings, rows(), fixed=2, printed=len(headings) - 2)
