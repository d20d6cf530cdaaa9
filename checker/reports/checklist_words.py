"""Puts an item of the checklist into words; the terminal and Markdown lay them out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.definition import demand_text
from checker.reports.people import answer, waiver
from checker.reports.phrases import Phrase
from checker.reports.words import counted, unit
from checker.verdicts.checklist import Checklist, Finding, Item, PackChecklist
from checker.verdicts.model import Outcome, Verdict

PHRASES: Mapping[str, Phrase] = {
    "heading": Phrase("考核前自查表  {title}", "CHECKLIST  {title}"),
    "reply": Phrase("回复", "REPLY"),
    "satisfaction": Phrase("满意度", "SATISFACTION"),
    "staffing": Phrase("排班与人力", "STAFFING"),
    "settings": Phrase("设置", "SETTINGS"),
    "conduct": Phrase("服务规范", "CONDUCT"),
    "other": Phrase("其他", "OTHER"),
    "sources": Phrase("出处", "SOURCES"),
    "items": Phrase("{n} 项：{parts}", "{n}: {parts}"),
    "from_data": Phrase("{n} 项由数据判定", "{n} from data"),
    "by_person": Phrase("{n} 项由人工确认", "{n} by a person"),
    "shop_reviewed": Phrase(
        "店铺 ____________  检查人 ____________  日期 __________",
        "shop ______________  reviewer ______________  date __________",
    ),
    "measured_only": Phrase("仅统计，无要求", "measured, nothing required"),
    "per_hour": Phrase("小时", "hour"),
    "per_day": Phrase("日", "day"),
    "per_week": Phrase("周", "week"),
    "per_month": Phrase("月", "month"),
    "per_rolling": Phrase("滚动周期", "rolling period"),
    "per": Phrase("按{kinds}", "by {kinds}"),
    "evidence": Phrase("所需凭证：", "evidence wanted: "),
    "todo": Phrase("建议：", "what to do: "),
    "worst": Phrase("最差：", "worst: "),
    "range": Phrase("数值 {low} 至 {high}", "values {low} to {high}"),
    "one_value": Phrase("数值 {value}", "value {value}"),
    "counted": Phrase("{where}（{counts}）", "{where} ({counts})"),
    "scopes": Phrase("{hit}/{total} {unit}", "{hit} of {total} {unit}"),
    "found_blank": Phrase(
        "结果 ____________  [ ] 达标  [ ] 不达标", "found ____________  [ ] met  [ ] not met"
    ),
    "value_blank": Phrase("结果 ____________", "found ____________"),
    "answer_blank": Phrase(
        "[ ] 是  [ ] 否  检查人 ____________  日期 __________",
        "[ ] yes  [ ] no   by ______________  on __________",
    ),
}
_BOXES = {
    Outcome.PASS: "✓",
    Outcome.FAIL: "✗",
    Outcome.WARN: "!",
    Outcome.WAIVED: "~",
    Outcome.INFO: "i",
    Outcome.MANUAL: " ",
}
_BAD = (Outcome.FAIL, Outcome.WARN)
_ANSWERS = 5  # scopes whose answers are told one by one


class Line(NamedTuple):
    """A line below an item's title: a word that leads it, and the text."""

    lead: str
    text: str


def say(key: str, lang: str, **parts: object) -> str:
    phrase = PHRASES[key]
    return (phrase.zh if lang == "zh" else phrase.en).format(**parts)


def box(item: Item) -> str:
    """`[✓]`; empty where somebody still has to look, `?` where it could not be judged."""
    return "[ ]" if item.finding is None else f"[{_BOXES.get(item.finding.outcome, '?')}]"


def state(item: Item, lang: str) -> str:
    return words.outcome(item.finding.outcome, lang) if item.finding else ""


def tally(one: PackChecklist, lang: str) -> str:
    """`17 items: 5 fail, 2 pass, …`, or where nothing is judged how many are for whom."""
    items = one.items
    found = Counter(item.finding.outcome for item in items if item.finding)
    parts = [f"{found[o]:,} {words.outcome(o, lang)}" for o in Outcome if found[o]]
    blank = [item for item in items if item.finding is None]
    people = sum(item.manual for item in blank)
    for key, number in (("from_data", len(blank) - people), ("by_person", people)):
        if number:
            parts.append(say(key, lang, n=f"{number:,}"))
    noun = f"{len(items):,} item{'s' * (len(items) != 1)}"
    total = f"{len(items):,}" if lang == "zh" else noun
    return say("items", lang, n=total, parts=words.say("and", lang).join(parts))


def as_of(one: PackChecklist, checklist: Checklist, lang: str) -> str:
    """The instant of judging and the dates of the data; "" for a blank form."""
    if one.as_of is None:
        return ""
    at = words.instant(one.as_of, one.timezone)
    text = words.say("as_of", lang, at=at, zone=one.timezone)
    data = checklist.data
    if data is not None and data.first is not None and data.last is not None:
        first, last = (words.instant(t, one.timezone)[:10] for t in (data.first, data.last))
        text += words.say("semicolon", lang) + words.say("data", lang) + " "
        text += words.say("dates", lang, first=first, last=last)
    return text


def lines(item: Item, lang: str) -> Iterator[Line]:
    """Everything below an item's title."""
    if item.question is not None:
        yield Line("", clean(item.question.get(lang)))
    else:
        yield Line("", _asked(item, lang))
    if item.evidence is not None:
        yield Line(say("evidence", lang), clean(item.evidence.get(lang)))
    finding = item.finding
    if finding is not None:
        yield from _answers(finding, lang) if item.manual else _judged(finding, lang)
    if item.advice is not None and (finding is None or finding.outcome not in _SETTLED):
        yield Line(say("todo", lang), clean(item.advice.get(lang)))
    if item.manual and (finding is None or finding.outcome is Outcome.MANUAL):
        yield Line("", say("answer_blank", lang))
    elif finding is None:
        asks = item.require is not None or item.aim is not None
        yield Line("", say("found_blank" if asks else "value_blank", lang))


_SETTLED = frozenset({Outcome.PASS, Outcome.INFO, Outcome.WAIVED})


def _asked(item: Item, lang: str) -> str:
    parts = []
    if item.require is not None:
        bound = clean(demand_text(item.require, item.type, lang))
        parts.append(words.say("required", lang, requirement=bound))
    if item.aim is not None:
        bound = clean(demand_text(item.aim, item.type, lang))
        key = "aimed" if item.aim_source else "house_aim"
        parts.append(words.say(key, lang, requirement=bound))
    if not parts:
        parts.append(say("measured_only", lang))
    kinds = [words.say(kind, lang) for kind in item.scopes]
    if item.period != "all":
        kinds.append(say(f"per_{item.period}", lang))
    if kinds:
        parts.append(say("per", lang, kinds=words.say("and", lang).join(kinds)))
    return words.say("semicolon", lang).join(parts)


def _judged(finding: Finding, lang: str) -> Iterator[Line]:
    worst, join = finding.worst, words.say("semicolon", lang)
    counts = [f"{n:,} {words.outcome(o, lang)}" for o, n in finding.counts.items()]
    several = sum(finding.counts.values()) > 1
    parts = [words.say("and", lang).join(counts)] if several else []
    if parts and finding.outcome in _BAD:
        parts = [say("counted", lang, where=_where(finding, lang), counts=parts[0])]
    if finding.lowest is not None and finding.highest is not None:
        low, high = words.value(finding.lowest, lang), words.value(finding.highest, lang)
        same = say("one_value", lang, value=low)
        parts.append(same if low == high else say("range", lang, low=low, high=high))
    elif worst.value is not None and finding.outcome not in _BAD:
        parts.append(words.value_against(worst, lang))
    if finding.outcome is Outcome.WAIVED and worst.waiver is not None:
        parts.append(waiver(worst.waiver, lang))
    elif finding.outcome not in {*_BAD, *_SETTLED}:
        parts.append(words.reason(worst, lang))
    lead = words.outcome(finding.outcome, lang) + words.say("colon", lang)
    yield Line(lead, join.join(parts) or _place(worst, lang))
    if finding.outcome in _BAD:
        text = _place(worst, lang) + words.say("colon", lang) + words.value_against(worst, lang)
        gap = words.gap(worst, lang)
        yield Line(say("worst", lang), text + (join + gap if gap else ""))


def _where(finding: Finding, lang: str) -> str:
    """`2 of 3 shops, 12 of 21 days`: how widely an item fails."""
    worst = finding.worst
    kinds = worst.scope.keys() - {"platform"}
    noun = "agents" if "agent" in kinds else "shops" if kinds == {"shop"} else "groups"
    counted_ = []
    for share, name in ((finding.scopes, noun), (finding.periods, worst.period.kind)):
        if share.total > 1:
            named = unit(name, share.total, lang)
            counted_.append(say("scopes", lang, hit=share.hit, total=share.total, unit=named))
    return words.say("and", lang).join(counted_)


def _answers(finding: Finding, lang: str) -> Iterator[Line]:
    several = len(finding.answers) > 1
    told = sorted(finding.answers, key=lambda v: v.outcome is not finding.outcome)
    for verdict in told[:_ANSWERS]:
        lead = words.outcome(verdict.outcome, lang) + words.say("colon", lang)
        place = words.scope(verdict, lang) + words.say("colon", lang) if several else ""
        text = place + answer(verdict, lang)
        if verdict.waiver is not None:
            text += words.say("semicolon", lang) + waiver(verdict.waiver, lang)
        yield Line(lead, text)
    if len(told) > _ANSWERS:
        rest = len(told) - _ANSWERS
        things, noun = counted(rest, "shops", lang), unit("shops", rest, lang)
        yield Line("", words.say("more", lang, things=things, n=f"{rest:,}", unit=noun))


def _place(verdict: Verdict, lang: str) -> str:
    place = words.scope(verdict, lang)
    if verdict.period.kind == "all":
        return place
    return place + words.say("comma", lang) + words.period(verdict.period, lang)


def numbered(one: PackChecklist) -> dict[str, int]:
    """The sources that items cite, numbered in the order of the items."""
    cited = [s for item in one.items for s in (item.source, item.aim_source) if s in one.sources]
    return {source: n for n, source in enumerate(dict.fromkeys(filter(None, cited)), 1)}


def marks(item: Item, numbers: Mapping[str, int]) -> str:
    """`[1]` or `[1][2]`: where an item comes from."""
    found = dict.fromkeys(s for s in (item.source, item.aim_source) if s in numbers)
    return "".join(f"[{numbers[source]}]" for source in found if source)
