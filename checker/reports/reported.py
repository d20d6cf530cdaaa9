"""The platform's own figures in the terminal report: beside the computed ones, or in their place."""

from __future__ import annotations

from collections.abc import Sequence

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.figures import duration, figure, percent
from checker.reports.layout import Column
from checker.reports.page import Page
from checker.reports.tables import more
from checker.reports.words import counted, say
from checker.verdicts.model import Verdict

ROWS = 20
NAMED = 8  # candidates of one figure


def reported_figures(page: Page, verdicts: Sequence[Verdict], lang: str) -> None:
    """Every reported figure with the computed one, those that differ first."""
    found = [v for v in verdicts if v.basis == "reported" or v.reconciliation is not None]
    if not found:
        return
    found.sort(key=lambda v: not _differs(v))
    shown = found[:ROWS]
    page.heading(say("reported_section", lang))
    columns = [
        Column(
            say("rule", lang), [clean(v.title.get(lang)) for v in shown], shrinks=True, least=12
        ),
        Column(
            say("scope_heading", lang), [words.scope(v, lang) for v in shown], shrinks=True, least=8
        ),
        Column(say("period", lang), [_period(v, lang) for v in shown]),
        Column(say("computed", lang), [_ours(v, lang) for v in shown], right=True),
        Column(say("reported_value", lang), [_theirs(v, lang) for v in shown], right=True),
        Column(say("apart", lang), [_apart(v, lang) for v in shown], right=True),
    ]
    page.table(columns, indent=2)
    more(page, len(found) - len(shown), "reported", lang, indent=2)
    for verdict in filter(_differs, shown):
        _explained(page, verdict, lang)


def _differs(verdict: Verdict) -> bool:
    return verdict.reconciliation is not None and verdict.reconciliation.differs


def _period(verdict: Verdict, lang: str) -> str:
    """A figure for a stretch of its own is told by its days."""
    period = verdict.period
    if period.kind != "all" or period.start is None:
        return words.period(period, lang)
    return "–".join(dict.fromkeys(filter(None, (period.start, period.through))))


def _ours(verdict: Verdict, lang: str) -> str:
    return "" if verdict.basis == "reported" else words.value(verdict, lang)


def _theirs(verdict: Verdict, lang: str) -> str:
    value = verdict.value if verdict.basis == "reported" else verdict.reported
    return say("no_value", lang) if value is None else figure(value, verdict.type, lang)


def _apart(verdict: Verdict, lang: str) -> str:
    gap = verdict.difference
    if not _differs(verdict) or gap is None:
        return ""
    sign = "+" if gap > 0 else "-"
    if verdict.type in {"ratio", "every"}:
        return sign + say("points", lang, n=percent(abs(gap)).removesuffix("%"))
    if verdict.type == "time":
        return sign + duration(abs(gap), lang)
    return sign + figure(abs(gap), verdict.type, lang)


def _explained(page: Page, verdict: Verdict, lang: str) -> None:
    """What the platform counted otherwise, and which rows could be why."""
    found = verdict.reconciliation
    assert found is not None
    said = []
    for number, above, below in (
        (found.more_rows, "more_rows", "fewer_rows"),
        (found.more_bad, "more_bad", "fewer_bad"),
    ):
        if number:
            rows = counted(abs(number), verdict.of, lang)
            said.append(say(above if number > 0 else below, lang, rows=rows))
    lead = f"{words.scope(verdict, lang)}{say('comma', lang)}{_period(verdict, lang)}"
    text = say("semicolon", lang).join(said) or say("differs", lang)
    page.blank()
    page.paragraph(
        f"{clean(verdict.title.get(lang))}{say('comma', lang)}{lead}{say('colon', lang)}{text}",
        indent=2,
        hang=4,
    )
    names = dict.fromkeys(clean(o.session_id) for o in found.candidates if o.session_id)
    if names:
        listed = say("and", lang).join(list(names)[:NAMED])
        listed += " …" if len(names) > NAMED else ""
        page.paragraph(say("candidates", lang, things=listed), indent=6)
    elif verdict.type in {"ratio", "every"} and not found.candidates:
        page.paragraph(say("no_candidates", lang), indent=6)
