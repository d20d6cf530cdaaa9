"""What stands between the data and a judgement: notices, missing tables, empty and open rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.grouping import UNJUDGED, RuleGroup
from checker.reports.sheet_words import said
from checker.verdicts.model import Outcome, Result

_SHOWN = (Outcome.FAIL, Outcome.WARN, Outcome.WAIVED)


@dataclass(frozen=True)
class QualityRow:
    """What it is, which rule or table it is about, why, and how often."""

    what: str
    which: str
    detail: str
    number: int | None = None


def quality(result: Result, groups: Sequence[RuleGroup], lang: str) -> Iterator[QualityRow]:
    """Notices first, then rule by rule what was not judged, is undated, open, or not listed."""
    for diagnostic in result.diagnostics:
        detail = words.say("semicolon", lang).join(
            clean(part) for part in (diagnostic.message, *diagnostic.notes)
        )
        what = f"{said('notice', lang)} {diagnostic.code}"
        yield QualityRow(what, clean(diagnostic.subject), detail)
    for outcome in UNJUDGED:
        for group in groups:
            reasons = Counter(words.reason(v, lang) for v in group.verdicts if v.outcome is outcome)
            for reason, number in reasons.items():
                yield QualityRow(words.outcome(outcome, lang), _name(group, lang), reason, number)
    for group in groups:
        yield from _left_out(group, lang)


def _left_out(group: RuleGroup, lang: str) -> Iterator[QualityRow]:
    dated = [v for v in group.verdicts if v.period.kind != "all" and v.period.start is None]
    undated = [v for v in dated if v.outcome not in UNJUDGED]
    pending = sum(v.pending for v in group.verdicts)
    blaming = [v for v in group.verdicts if v.outcome in _SHOWN]
    unlisted = sum(v.offender_count - len(v.offenders) for v in blaming)
    for key, number in (("undated", len(undated)), ("pending", pending), ("unlisted", unlisted)):
        if number > 0:
            what, detail = said(key, lang), said(f"{key}_text", lang)
            yield QualityRow(what, _name(group, lang), detail, number)


def _name(group: RuleGroup, lang: str) -> str:
    title = clean(group.verdicts[0].title.get(lang)) if group.verdicts else ""
    return f"{title} ({clean(group.rule)})" if title else clean(group.rule)
