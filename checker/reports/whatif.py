"""What a change of rules would do to the verdicts on some data, for a terminal."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from rich.console import Console

from checker.reports import words
from checker.reports.change_words import sentence
from checker.reports.clean import clean
from checker.reports.layout import Column, cells
from checker.reports.page import Page
from checker.reports.phrases import Phrase
from checker.reports.tables import more
from checker.reports.words import counted
from checker.verdicts.model import Offender, Outcome, Verdict
from checker.verdicts.whatif import Flip, PlaceShift, RuleShift, WhatIf

PLACES = 20  # rows of a summary
FLIPS = 8  # verdicts of one rule
CASES = 6  # sessions of one verdict

_SAID: Mapping[str, Phrase] = {
    "nothing": Phrase("判定不变", "NO VERDICT FLIPS"),
    "flips": Phrase("{verdicts}会变", "{verdicts} flip"),
    "one_flips": Phrase("{verdicts}会变", "{verdicts} flips"),
    "newly": Phrase("{things}转为不达标", "newly failing {things}"),
    "recovered": Phrase("{things}不再不达标", "no longer failing {things}"),
    "others": Phrase("{n} 次{old} → {new}", "{n} {old} → {new}"),
    "rest": Phrase(
        "{moved}仅数值有变，{same}不变",
        "{moved} keep their outcome with another figure, {same} stay as they are",
    ),
    "old": Phrase("原规则", "before"),
    "new": Phrase("新规则", "after"),
    "verdicts": Phrase("判定", "verdicts"),
    "by_shop": Phrase("各店铺（判定次数）", "BY SHOP (number of verdicts)"),
    "by_agent": Phrase("各客服（判定次数）", "BY AGENT (number of verdicts)"),
    "newly_heading": Phrase("转不达标", "newly fail"),
    "recovered_heading": Phrase("转好", "no longer"),
    "other_heading": Phrase("其他", "other"),
    "rules": Phrase("判定有变的规则", "RULES WHOSE VERDICTS FLIP"),
    "why": Phrase("原因：", "why: "),
    "no_why": Phrase("规则本身未变", "the rule itself is the same"),
    "figures": Phrase("，数值 {old} → {new}", ", {old} → {new}"),
    "same_figure": Phrase("，数值 {old}", ", {old}"),
    "asks": Phrase("（要求 {old} → {new}）", " (asked {old} → {new})"),
    "same_asks": Phrase("（要求 {old}）", " (asked {old})"),
    "blamed": Phrase("新增个案：", "newly blamed: "),
    "cleared": Phrase("不再计入：", "no longer blamed: "),
    "kept": Phrase("计入的个案不变（{n} 例）", "blamed are the same as before ({n})"),
    "cut": Phrase("个案过多，未逐一比较", "too many cases to compare them one by one"),
    "turn": Phrase("第 {n} 轮", "turn {n}"),
    "more_cases": Phrase("另有 {n} 例", "{n} more"),
    "unpaired": Phrase("只在一边有的判定", "VERDICTS ON ONE SIDE ONLY"),
    "only_old": Phrase("仅原规则：", "before only: "),
    "only_new": Phrase("仅新规则：", "after only: "),
}
_STYLES = {Outcome.FAIL: "fail", Outcome.WARN: "warn", Outcome.PASS: "pass"}


def _say(key: str, lang: str, **parts: str) -> str:
    phrase = _SAID[key]
    return (phrase.zh if lang == "zh" else phrase.en).format(**parts)


def _and(lang: str) -> str:
    return words.say("comma", lang)


def render_whatif(found: WhatIf, console: Console, *, lang: str) -> None:
    """Prints the comparison on `console` in `lang` (zh or en)."""
    page = Page(console)
    _headline(page, found, lang)
    _places(page, "by_shop", found.shops, lang)
    _places(page, "by_agent", found.agents, lang)
    flipping = [rule for rule in found.rules if rule.flips]
    if flipping:
        page.heading(_say("rules", lang))
    for rule in flipping:
        _rule(page, rule, lang)
    _unpaired(page, found.rules, lang)


def _headline(page: Page, found: WhatIf, lang: str) -> None:
    flips = found.flips
    if flips:
        verdicts = counted(len(flips), "verdicts", lang)
        text = _say("one_flips" if len(flips) == 1 else "flips", lang, verdicts=verdicts)
        text += words.say("colon", lang) + _and(lang).join(_who(found, lang))
    else:
        text = _say("nothing", lang)
    page.paragraph(text, style="title", hang=2)
    page.blank()
    facts = [
        (key, words.say("and", lang).join(clean(run.name) for run in side) or "–")
        for key, side in (("old", found.old), ("new", found.new))
    ]
    moved, same = (counted(n, "verdicts", lang) for n in (found.moved, found.same))
    facts.append(("verdicts", _say("rest", lang, moved=moved, same=same)))
    hang = max(cells(_say(key, lang)) for key, _ in facts) + 2
    for key, text in facts:
        lead = _say(key, lang)
        lead += " " * (hang - cells(lead))
        page.paragraph(text, indent=2, hang=hang, lead=lead, lead_style="quiet")


def _who(found: WhatIf, lang: str) -> list[str]:
    """`newly failing 3 shops, 1 agent`, `2 pass → warn`."""
    parts = []
    for key, field in (("newly", "newly_failing"), ("recovered", "recovered")):
        things = [
            counted(number, noun, lang)
            for noun, places in (("shops", found.shops), ("agents", found.agents))
            if (number := sum(getattr(place, field) > 0 for place in places))
        ]
        if things:
            parts.append(_say(key, lang, things=words.say("and", lang).join(things)))
    others = Counter(
        (flip.before.outcome, flip.after.outcome)
        for flip in found.flips
        if Outcome.FAIL not in (flip.before.outcome, flip.after.outcome)
    )
    for (was, now), number in others.items():
        old, new = (words.outcome(outcome, lang) for outcome in (was, now))
        parts.append(_say("others", lang, n=f"{number:,}", old=old, new=new))
    return parts


def _places(page: Page, heading: str, places: Sequence[PlaceShift], lang: str) -> None:
    if not places:
        return
    page.heading(_say(heading, lang))
    shown = places[:PLACES]
    names = [
        Column(
            words.say(kind, lang),
            [_name(kind, getattr(p, kind), lang) for p in shown],
            shrinks=True,
        )
        for kind in ("platform", "shop", "agent")
        if kind != "agent" or heading == "by_agent"
    ]
    numbers = [
        Column(_say(key, lang), [f"{getattr(p, field):,}" for p in shown], right=True)
        for key, field in (
            ("newly_heading", "newly_failing"),
            ("recovered_heading", "recovered"),
            ("other_heading", "other"),
        )
    ]
    page.table([*names, *numbers], indent=2)
    more(
        page,
        len(places) - len(shown),
        "shops" if heading == "by_shop" else "agents",
        lang,
        indent=2,
    )


def _name(kind: str, name: str | None, lang: str) -> str:
    if kind == "shop" and name is None:
        return words.say("one_shop", lang)
    return words.scope_value(kind, name, lang)


def _rule(page: Page, rule: RuleShift, lang: str) -> None:
    page.blank()
    name = clean(rule.new or rule.old or "")
    page.paragraph(f"{clean(rule.title.get(lang))}  ({name})", indent=2, hang=2, style="title")
    why = [sentence(change, lang) for change in rule.changes] or [_say("no_why", lang)]
    lead = _say("why", lang)
    for number, text in enumerate(why):
        start = lead if not number else " " * cells(lead)
        page.paragraph(text, indent=4, hang=cells(lead), lead=start, lead_style="quiet")
    with_platform = len({f.after.scope.get("platform") for f in rule.flips}) > 1
    for flip in rule.flips[:FLIPS]:
        _flip(page, flip, lang, with_platform)
    more(page, len(rule.flips) - FLIPS, "verdicts", lang, indent=4)


def _flip(page: Page, flip: Flip, lang: str, with_platform: bool) -> None:
    before, after = flip.before, flip.after
    lead = words.scope(after, lang, with_platform=with_platform)
    if after.period.kind != "all":
        lead += words.say("comma", lang) + words.period(after.period, lang)
    lead += words.say("colon", lang)
    text = f"{words.outcome(before.outcome, lang)} → {words.outcome(after.outcome, lang)}"
    old, new = (_figure(v, lang) for v in (before, after))
    text += _say("same_figure" if old == new else "figures", lang, old=old, new=new)
    # A warning is about the aim; all else is about what is required, where something is.
    aims = Outcome.WARN in (before.outcome, after.outcome) and Outcome.FAIL not in (
        before.outcome,
        after.outcome,
    )
    old, new = (_asked(v, aims, lang) for v in (before, after))
    if old or new:
        text += _say("same_asks" if old == new else "asks", lang, old=old or "–", new=new or "–")
    style = _STYLES.get(after.outcome, "plain")
    page.paragraph(text, indent=4, hang=4, lead=lead, style="plain", lead_style=style)
    if not flip.whole:
        page.paragraph(_say("cut", lang), indent=8, style="quiet")
        return
    for key, cases in (("blamed", flip.blamed), ("cleared", flip.cleared)):
        if cases:
            page.paragraph(
                _cases(cases, after.timezone, lang), indent=8, hang=2, lead=_say(key, lang)
            )
    if flip.kept and not flip.blamed and not flip.cleared:
        page.paragraph(_say("kept", lang, n=f"{flip.kept:,}"), indent=8, hang=2)


def _figure(verdict: Verdict, lang: str) -> str:
    value, fraction = words.value(verdict, lang), words.fraction(verdict)
    return f"{value} = {fraction}" if fraction and verdict.value is not None else value


def _asked(verdict: Verdict, aims: bool, lang: str) -> str:
    required, aimed = words.required(verdict, lang), words.aimed(verdict, lang)
    return (aimed or required) if aims else (required or aimed)


def _cases(cases: Sequence[Offender], zone: str, lang: str) -> str:
    named = [_case(case, zone, lang) for case in cases[:CASES]]
    if len(cases) > CASES:
        named.append(_say("more_cases", lang, n=f"{len(cases) - CASES:,}"))
    return words.say("and", lang).join(named)


def _case(case: Offender, zone: str, lang: str) -> str:
    """`S9 (turn 2, 4m 00s)`; what is no session is told by its time, as `a1 10-13 14:02:00`."""
    name = clean(case.session_id or case.agent_id or case.shop_id or words.say("missing", lang))
    if case.session_id is None and case.at is not None:
        name += f" {words.instant(case.at, zone, year=False)}"
    parts = [_say("turn", lang, n=str(case.turn))] if case.turn is not None else []
    if wait := words.wait(case, lang):
        parts.append(wait)
    if not parts:
        return name
    inside = _and(lang).join(parts)
    return f"{name}（{inside}）" if lang == "zh" else f"{name} ({inside})"


def _unpaired(page: Page, rules: Sequence[RuleShift], lang: str) -> None:
    """Verdicts without a counterpart: rules of one side only, or judged by another scope or period."""
    lone = [rule for rule in rules if rule.only_before or rule.only_after]
    if not lone:
        return
    page.heading(_say("unpaired", lang))
    for rule in lone:
        name = clean(rule.new or rule.old or "")
        page.paragraph(f"{clean(rule.title.get(lang))}  ({name})", indent=2, hang=2)
        for key, outcomes in (("only_old", rule.only_before), ("only_new", rule.only_after)):
            numbers = [
                f"{outcomes[o]:,} {words.outcome(o, lang)}" for o in Outcome if outcomes.get(o)
            ]
            if numbers:
                text = words.say("and", lang).join(numbers)
                page.paragraph(text, indent=4, hang=2, lead=_say(key, lang), lead_style="quiet")
