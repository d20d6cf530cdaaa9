"""Puts a verdict into a supervisor's words, in Chinese or English. Nothing is judged here."""

from __future__ import annotations

import datetime as dt
import re
from fractions import Fraction
from zoneinfo import ZoneInfo

from checker.packs.model import Source
from checker.reports.clean import clean
from checker.reports.figures import duration, figure, percent, requirement_text
from checker.reports.phrases import NOUNS, PHRASES
from checker.verdicts.model import Offender, Outcome, PeriodSpan, Verdict
from checker.verdicts.requirement import Requirement, read_requirement

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
SCOPES = ("shop", "agent", "channel", "buyer", "hour_of_day", "weekday")
_NO_TABLE = re.compile(
    r"(?i)(?:the )?(?:data have )?(?:no )?table [`']?(\w+)[`']?(?: is (?:missing|absent))?"
)
_NO_COLUMN = re.compile(
    r"(?i)(?:the )?(?:data have )?(?:no )?column [`']?([\w.]+)[`']?(?: is (?:missing|absent))?"
)


def say(key: str, lang: str, **parts: object) -> str:
    """The phrase `key`; the parts are put in as they are, so clean what strangers wrote first."""
    phrase = PHRASES[key]
    return (phrase.zh if lang == "zh" else phrase.en).format(**parts)


def counted(number: int, noun: str, lang: str) -> str:
    """`12 sessions`, `12 通会话`; an unknown noun counts rows."""
    known = NOUNS.get(noun) or NOUNS["rows"]
    if lang == "zh":
        return f"{number:,} {known.measure}{known.zh}"
    return f"{number:,} {known.one if number == 1 else known.many}"


def measured(number: int, noun: str, lang: str) -> str:
    """The number alone, in Chinese with its measure word: `12`, `12 通`."""
    known = NOUNS.get(noun) or NOUNS["rows"]
    return f"{number:,} {known.measure}" if lang == "zh" else f"{number:,}"


def unit(noun: str, number: int, lang: str) -> str:
    """The noun without its number: `days`, `天`."""
    known = NOUNS.get(noun) or NOUNS["rows"]
    if lang == "zh":
        return known.measure + known.zh
    return known.one if number == 1 else known.many


def outcome(which: Outcome, lang: str) -> str:
    return say(which.value, lang)


def asked(verdict: Verdict) -> Requirement | None:
    """What the verdict was measured against: the aim of a warning, else the requirement."""
    if verdict.outcome is Outcome.WARN:
        return read_requirement(verdict.aim)
    if verdict.require is None and verdict.type == "every":
        return read_requirement(">= 100%")
    return read_requirement(verdict.require or verdict.aim)


def value(verdict: Verdict, lang: str) -> str:
    """The verdict's value, told apart from what is required of it."""
    if verdict.type == "manual" and verdict.attestation:
        return answer_word(verdict.attestation.get("answer"), lang)
    if verdict.value is None:
        return say("no_value", lang)
    found = asked(verdict)
    return figure(verdict.value, verdict.type, lang, bound=found.bound if found else None)


def answer_word(answer: object, lang: str) -> str:
    """Yes or no. A result made elsewhere may say so with a truth value."""
    if answer in ("yes", "no", True, False):
        return say("answer_yes" if answer in ("yes", True) else "answer_no", lang)
    return clean(str(answer))


def required(verdict: Verdict, lang: str) -> str:
    if verdict.require is None and verdict.type == "every":
        return "100%"
    return clean(requirement_text(verdict.require, verdict.type, lang))


def aimed(verdict: Verdict, lang: str) -> str:
    return clean(requirement_text(verdict.aim, verdict.type, lang))


def value_against(verdict: Verdict, lang: str) -> str:
    """`61.3% (≥ 80%)`: the value with what it misses: the requirement, or for a warning the aim."""
    bound = aimed(verdict, lang) if verdict.outcome is Outcome.WARN else required(verdict, lang)
    text = value_with_basis(verdict, lang)
    return say("against", lang, value=text, requirement=bound) if bound else text


def value_with_basis(verdict: Verdict, lang: str) -> str:
    """The value, and that it is the platform's own where it is."""
    text = value(verdict, lang)
    if verdict.basis == "reported" and verdict.value is not None:
        return say("reported_basis", lang, value=text)
    return text


def gap(verdict: Verdict, lang: str) -> str:
    """How far off, in words: `12 of 96 sessions late; 8 fewer would have passed`; "" when unknown."""
    good, among = verdict.numerator, verdict.denominator
    found = asked(verdict)
    rising = found is None or found.sign in {">=", ">"}
    if verdict.type in {"ratio", "every"} and good is not None and among:
        if good <= among and rising and verdict.of:
            text = _rows_gap(verdict, good, among, lang)
        else:
            text = say("quotient", lang, n=f"{good:,}", d=f"{among:,}")
    else:
        text = _distance(verdict, found.bound, lang) if found else ""
    return text + _open_rows(verdict, lang) + _reported_too(verdict, lang)


def _rows_gap(verdict: Verdict, good: int, among: int, lang: str) -> str:
    bad, of = among - good, verdict.of
    rows = counted(among, of, lang)
    if verdict.outcome in {Outcome.PASS, Outcome.INFO, Outcome.NO_DATA}:
        text = say("good_of", lang, all=rows, good=measured(good, of, lang))
        if verdict.spare is not None and verdict.outcome is Outcome.PASS:
            more = measured(verdict.spare, of, lang)
            text += say("can_spare", lang, n=more) if verdict.spare else say("can_spare_none", lang)
        return text
    text = say("bad_of", lang, all=rows, bad=measured(bad, of, lang), word=_bad_word(verdict, lang))
    if verdict.shortfall is None or verdict.shortfall <= 0:
        return text
    if verdict.shortfall == bad:
        return text + say("none_may", lang, measure=(NOUNS.get(of) or NOUNS["rows"]).measure)
    text += say("fewer", lang, n=measured(verdict.shortfall, of, lang))
    if verdict.recover_with:
        text += say("recover", lang, n=measured(verdict.recover_with, of, lang))
    return text


def _bad_word(verdict: Verdict, lang: str) -> str:
    """`late` only where every row to blame is a turn that was waited for: not all rules are about waits."""
    shown = verdict.offenders
    if not any(o.wait is not None for o in shown) or any(o.turn is None for o in shown):
        return say("short", lang)
    all_answered = len(shown) == verdict.offender_count and all(o.wait is not None for o in shown)
    return say("late" if all_answered else "late_or_unanswered", lang)


def _distance(verdict: Verdict, bound: Fraction, lang: str) -> str:
    if verdict.value is None or verdict.value == bound:
        return ""
    over = verdict.value > bound
    off = abs(verdict.value - bound)
    if verdict.outcome is Outcome.PASS:
        ratio = verdict.type in {"ratio", "every"}
        left = _points(off, lang) if ratio else figure(off, _unsigned(verdict.type), lang)
        return say("to_spare", lang, gap=left)
    if verdict.type == "int":
        return say("too_many" if over else "too_few", lang, gap=figure(off, "int", lang))
    if verdict.type == "time":
        return say("too_late" if over else "too_early", lang, gap=duration(off, lang))
    text = (
        _points(off, lang)
        if verdict.type in {"ratio", "every"}
        else figure(off, verdict.type, lang)
    )
    return say("too_much" if over else "too_little", lang, gap=text)


def _unsigned(type_: str) -> str:
    """Between two times of day there is a duration."""
    return "duration" if type_ == "time" else type_


def _points(off: Fraction, lang: str) -> str:
    return say("points", lang, n=percent(off).removesuffix("%"))


def _open_rows(verdict: Verdict, lang: str) -> str:
    return (
        say("pending", lang, rows=counted(verdict.pending, verdict.of, lang))
        if verdict.pending
        else ""
    )


def _reported_too(verdict: Verdict, lang: str) -> str:
    if verdict.reported is None or verdict.value is None or verdict.basis == "reported":
        return ""
    off = abs(verdict.reported - verdict.value)
    if not off:
        return ""
    ratio = verdict.type in {"ratio", "every"}
    apart = _points(off, lang) if ratio else figure(off, verdict.type, lang)
    theirs = figure(verdict.reported, verdict.type, lang, bound=verdict.value)
    return say("reported_too", lang, value=theirs, gap=apart)


def fraction(verdict: Verdict) -> str:
    """`84/96`: the rows behind a share; "" for sums of time and the like."""
    if verdict.type not in {"ratio", "every"} or verdict.numerator is None:
        return ""
    return f"{verdict.numerator:,}/{verdict.denominator:,}"


def period(span: PeriodSpan, lang: str) -> str:
    """`2026-10-13`, `week of 2026-10-12`, `2026-10`, `30 days to 2026-10-31`, `2026-10-13 14:00`."""
    start, through = span.start or "", span.through or span.start or ""
    if span.kind == "all" or not start:
        return say("all_time", lang)
    if span.kind == "hour":
        return start[:16].replace("T", " ")
    if span.kind == "week":
        return say("week_of", lang, start=start)
    if span.kind == "month":
        return start[:7]
    if span.kind == "rolling":
        days = (dt.date.fromisoformat(through[:10]) - dt.date.fromisoformat(start[:10])).days + 1
        return say("rolling", lang, days=counted(days, "day", lang), through=through[:10])
    return start


def when(verdict: Verdict, lang: str) -> str:
    """The period that was judged, or the day of an answer."""
    on = verdict.attestation.get("on") if verdict.attestation else None
    return clean(str(on)) if on else period(verdict.period, lang)


def scope_value(kind: str, name: str | None, lang: str) -> str:
    if name is None:
        return say("missing", lang)
    if kind == "weekday" and name in PHRASES:
        return say(name, lang)
    if kind == "hour_of_day" and name.isdigit():
        return f"{int(name):02d}:00"
    return clean(name)


def scope(verdict: Verdict, lang: str, *, with_platform: bool = False) -> str:
    """`shop s1, agent a1`. A platform with one nameless shop is that shop."""
    parts = [
        say("scope", lang, kind=say(kind, lang), name=scope_value(kind, verdict.scope[kind], lang))
        for kind in SCOPES
        if kind in verdict.scope and not (kind == "shop" and verdict.scope[kind] is None)
    ]
    if not parts:
        parts = [say("one_shop" if "shop" in verdict.scope else "whole_platform", lang)]
    if with_platform:
        parts.insert(0, scope_value("platform", verdict.scope.get("platform"), lang))
    return say("and", lang).join(parts)


def instant(micros: int, zone: str, *, year: bool = True) -> str:
    """Local wall time, to the second: `2026-10-01 08:02:00`."""
    local = (_EPOCH + dt.timedelta(microseconds=micros)).astimezone(ZoneInfo(zone))
    return local.strftime("%Y-%m-%d %H:%M:%S" if year else "%m-%d %H:%M:%S")


def wait(offender: Offender, lang: str) -> str:
    if offender.wait is not None:
        return duration(Fraction(offender.wait), lang)
    return say("no_reply", lang) if offender.turn is not None else ""


def reason(verdict: Verdict, lang: str) -> str:
    """Why there is no judgement, in the reader's language where the reason is a known one."""
    text = clean(verdict.reason or "")
    if verdict.attestation:
        given = verdict.attestation
        age = given.get("age_days")
        # An answer that is younger than the audit has no age.
        key = "reason_expired" if isinstance(age, int) else "reason_early"
        told = {name: clean(str(given.get(name))) for name in ("on", "by", "valid_until")}
        told["days"] = counted(age, "day", lang) if isinstance(age, int) else ""
        return say(key, lang, answer=answer_word(given.get("answer"), lang), **told)
    if text:
        return missing(text, lang)
    key = f"reason_{verdict.outcome.value}"
    return say(key if key in PHRASES else "no_reason", lang)


def missing(text: str, lang: str) -> str:
    """A reason as the engine gives it; what the data lack, in the reader's language."""
    if found := _NO_TABLE.fullmatch(text):
        return say("reason_table", lang, table=found[1])
    if found := _NO_COLUMN.fullmatch(text):
        return say("reason_column", lang, column=found[1])
    return clean(text)


def source(cited: Source, lang: str) -> str:
    """`title (cite, retrieved 2026-11-21)`."""
    title, cite = clean(cited.title.get(lang)), clean(cited.cite)
    if cited.retrieved:
        cite += say("retrieved", lang, on=cited.retrieved.isoformat())
    if not title:
        return cite
    return f"{title}（{cite}）" if lang == "zh" else f"{title} ({cite})"
