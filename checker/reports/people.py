"""What people said of a verdict, in words: an answer with its age, a waiver with its approver."""

from __future__ import annotations

from collections.abc import Mapping

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.words import counted, say
from checker.verdicts.model import Outcome, Verdict


def answer(verdict: Verdict, lang: str) -> str:
    """`answered no, by Li, on 2026-10-05 (13 days ago), valid until 2026-11-03; evidence: …`."""
    given = verdict.attestation or {}
    if verdict.outcome is Outcome.MANUAL or given.get("answer") is None:
        return words.reason(verdict, lang)
    text = say("answered", lang, answer=words.answer_word(given["answer"], lang))
    for key, phrase in (("by", "answered_by"), ("on", "answered_on")):
        if given.get(key):
            text += say(phrase, lang, **{key: clean(str(given[key]))})
    age = given.get("age_days")
    if isinstance(age, int):
        days = counted(age, "day", lang)
        text += say("answer_age", lang, days=days) if age else say("answer_today", lang)
    if given.get("valid_until"):
        text += say("answer_until", lang, until=clean(str(given["valid_until"])))
    if given.get("evidence"):
        text += say("answer_evidence", lang, evidence=clean(str(given["evidence"])))
    return text


def waiver(given: Mapping[str, object], lang: str) -> str:
    """`waived until 2026-10-31: new team, approved by Wang`."""
    until, reason, by = (given.get(key) for key in ("until", "reason", "approved_by"))
    text = (
        say("waived_until", lang, until=clean(str(until)))
        if until
        else say("waived_for_good", lang)
    )
    if reason:
        text += say("colon", lang) + clean(str(reason))
    return text + (say("approved_by", lang, by=clean(str(by))) if by else "")
