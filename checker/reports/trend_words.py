"""Puts a trend into words: where it stands, which way it goes, and since when."""

from __future__ import annotations

from collections.abc import Mapping

from checker.reports import words
from checker.reports.figures import duration, figure, percent
from checker.reports.phrases import Noun, Phrase
from checker.reports.words import say
from checker.verdicts.history import FLOATING, Point, Trend
from checker.verdicts.model import Outcome, Verdict

_PHRASES: Mapping[str, Phrase] = {
    "title": Phrase("历次审计的走势", "Trend over the audits"),
    "now_fail": Phrase(
        "{total}中目前有 {failed} 条不达标", "{failed} of {total} not met at the latest"
    ),
    "now_warn": Phrase(
        "目前没有不达标的规则；{rules}未达目标",
        "no rule is missed at the latest; {rules} short of the aim",
    ),
    "now_met": Phrase("目前{total}全部达标", "all met at the latest ({total})"),
    "now_none": Phrase("没有已判定的规则", "nothing in it was judged"),
    "moves": Phrase(
        "；较上期，{all} 处中 {better} 处好转、{worse} 处变差",
        "; against the period before, {better} of {all} better and {worse} worse",
    ),
    "history": Phrase("历史", "history"),
    "audits": Phrase("{audits}，最近一次截至 {at}", "{audits}, the latest as of {at}"),
    "periods": Phrase("周期", "periods"),
    "replaced": Phrase("取舍", "the newest"),
    "replaced_text": Phrase(
        "{n} 个判定被同一周期较新的审计取代（先看截止时间，再看写入先后）",
        "{n} verdicts gave way to those of newer audits of the same period (later as-of instant, then "
        "later appended)",
    ),
    "how": Phrase("图例", "bars"),
    "how_text": Phrase(
        "每格一个周期，由左至右；{edge} 之后为要求的高度；{fail} 不达标 {warn} 预警 {met} 达标",
        "a period each, the latest last; behind {edge} stands what is required; {fail} fails, {warn} "
        "warns, {met} met",
    ),
    "failing": Phrase("目前不达标（最严重的在前）", "NOT MET NOW (worst first)"),
    "warning": Phrase("目前预警", "WARNINGS NOW (met, but short of the aim)"),
    "recovered": Phrase("曾不达标，目前达标", "RECOVERED (failed before, met now)"),
    "met": Phrase("一直达标（各取最接近要求的一处）", "NEVER FAILED (the closest call of each)"),
    "measured": Phrase("仅统计的指标", "MEASURED (nothing required)"),
    "unjudged": Phrase("从未判定", "NEVER JUDGED"),
    "gone": Phrase(
        "另有 {n} 处不在该规则最近一次审计中（已离开的客服、店铺等），见 --format json",
        "{n} more are not in the latest audit of their rule (agents or shops that are gone); "
        "--format json has them",
    ),
    "at": Phrase("{value}，{period}", "{value}, {period}"),
    "point": Phrase("{n} 个百分点", "{n} point"),
    "to": Phrase("截至 {through}", "to {through}"),
    "better": Phrase("较 {before} 好转 {by}", "{by} better than {before}"),
    "worse": Phrase("较 {before} 变差 {by}", "{by} worse than {before}"),
    "same": Phrase("与 {before} 持平", "the same as {before}"),
    "up": Phrase("较 {before} 上升 {by}", "{by} up from {before}"),
    "down": Phrase("较 {before} 下降 {by}", "{by} down from {before}"),
    "fails_since": Phrase("自 {since} 起不达标", "fails since {since}"),
    "warns_since": Phrase("自 {since} 起预警", "warns since {since}"),
    "met_since": Phrase("自 {since} 起达标", "met since {since}"),
    "first_known": Phrase("（历史中最早的一期）", ", the first known"),
    "in_a_row": Phrase("，连续 {times}", " ({times} in a row)"),
    "of": Phrase("；合计 {n}/{all} {unit}", "; {n} of {all} {unit} in all"),
    "first_failed": Phrase("；首次不达标 {first}", "; first failed {first}"),
    "last_failed": Phrase("上次不达标", "last failed"),
    "open": Phrase("；此后 {period} {outcome}", "; {outcome} since, {period}"),
    "requirement_was": Phrase("（当时要求 {requirement}）", " (then required {requirement})"),
    "trend": Phrase("走势", "trend"),
    "latest": Phrase("最新", "latest"),
    "change": Phrase("变化", "change"),
    "next": Phrase("下一步：看一条规则的全部范围", "NEXT: see every scope of one rule"),
    "more": Phrase("……另有 {n} 处", "… and {n} more"),
}
_NOUNS: Mapping[str, Noun] = {
    "audit": Noun("次", "审计", "audit", "audits"),
}
_SINCE = {Outcome.FAIL: "fails_since", Outcome.WARN: "warns_since", Outcome.PASS: "met_since"}


def tell(key: str, lang: str, **parts: object) -> str:
    phrase = _PHRASES[key]
    return (phrase.zh if lang == "zh" else phrase.en).format(**parts)


def audits(number: int, lang: str) -> str:
    noun = _NOUNS["audit"]
    if lang == "zh":
        return f"{number:,} {noun.measure}{noun.zh}"
    return f"{number:,} {noun.one if number == 1 else noun.many}"


def unit(kind: str, number: int, lang: str) -> str:
    """`days`; of periods that end with the audit, `audits`."""
    if kind in FLOATING:
        return audits(number, lang).partition(" ")[2]
    return words.unit(kind, number, lang)


def period(point: Point, lang: str) -> str:
    """`2026-10-13`; of the whole time, where it ended: `to 2026-10-18`."""
    if point.verdict.period.kind == "all":
        return tell("to", lang, through=point.place)
    return words.period(point.verdict.period, lang)


def moment(point: Point, lang: str) -> str:
    """The same as a point in time, after `since`: of a period that ends with the audit, its end."""
    if point.verdict.period.kind in FLOATING:
        return point.place
    return words.period(point.verdict.period, lang)


def value(trend: Trend, lang: str) -> str:
    """`61.3% (≥ 80%)`, or the outcome of what has no value."""
    verdict = trend.verdict
    if verdict.value is None:
        return words.outcome(verdict.outcome, lang)
    return words.value_against(verdict, lang)


def standing(trend: Trend, lang: str) -> str:
    """`61.3% (≥ 80%), 2026-10-18; 3.2 points worse than 2026-10-17`."""
    text = tell("at", lang, value=value(trend, lang), period=period(trend.latest, lang))
    if moved := change(trend, lang):
        text += say("semicolon", lang) + moved
    return text


def change(trend: Trend, lang: str, *, brief: bool = False) -> str:
    """Which way it went since the point before; "" where there is none. `brief` leaves that out."""
    if trend.change is None or trend.previous is None:
        return ""
    before = moment(trend.previous, lang)
    by = amount(trend, lang)
    if brief:
        sign = "=" if not trend.change else "+" if trend.change > 0 else "-"
        return "=" if sign == "=" else f"{sign}{by}"
    if not trend.change:
        text = tell("same", lang, before=before)
    else:
        way = trend.direction or ("up" if trend.change > 0 else "down")
        text = (
            tell("same", lang, before=before)
            if way == "same"
            else tell(way, lang, before=before, by=by)
        )
    earlier = trend.previous.verdict
    if (earlier.require, earlier.aim) != (trend.verdict.require, trend.verdict.aim):
        demanded = words.required(earlier, lang) or words.aimed(earlier, lang)
        text += tell("requirement_was", lang, requirement=demanded) if demanded else ""
    return text


def amount(trend: Trend, lang: str) -> str:
    """The change without its sign: `3.2 points`, `25m 00s`."""
    assert trend.change is not None
    off, kind = abs(trend.change), trend.verdict.type
    if kind in {"ratio", "every"}:
        number = percent(off).removesuffix("%")
        return tell("point", lang, n=number) if number == "1" else say("points", lang, n=number)
    return duration(off, lang) if kind == "time" else figure(off, kind, lang)


def since(trend: Trend, lang: str, *, counts: bool = True) -> str:
    """`fails since 2026-10-14 (5 in a row); so on 9 of 14 days; first failed 2026-10-05`."""
    key = _SINCE.get(trend.verdict.outcome)
    if key is None or trend.since is None:
        return _open(trend, lang).removeprefix(say("semicolon", lang))
    text = tell(key, lang, since=moment(trend.since, lang))
    if trend.always:
        text += tell("first_known", lang)
    kind = trend.verdict.period.kind
    if trend.streak > 1:
        times = f"{trend.streak:,}"
        if lang == "zh":
            times += f" {unit(kind, trend.streak, lang)}"
        text += tell("in_a_row", lang, times=times)
    if counts and not trend.always:
        numbers = {"n": f"{trend.alike:,}", "all": f"{trend.judged:,}"}
        text += tell("of", lang, **numbers, unit=unit(kind, trend.judged, lang))
    if counts and trend.first_failed not in (None, trend.since):
        assert trend.first_failed is not None
        text += tell("first_failed", lang, first=moment(trend.first_failed, lang))
    return text + _open(trend, lang)


def _open(trend: Trend, lang: str) -> str:
    """That later periods could not be judged."""
    last = trend.points[-1]
    if last is trend.latest:
        return ""
    outcome = words.outcome(last.verdict.outcome, lang)
    return tell("open", lang, period=moment(last, lang), outcome=outcome)


def title(verdict: Verdict, lang: str) -> str:
    return verdict.title.get(lang) or verdict.rule
