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


def reported_verdicts(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts that have a figure of the platform's own; those that differ from it first."""
    found = [v for v in verdicts if v.basis == "reported" or v.reconciliation is not None]
    return sorted(found, key=lambda v: not differs(v))


def reported_figures(page: Page, verdicts: Sequence[Verdict], lang: str) -> None:
    """Every reported figure with the computed one, those that differ first."""
    found = reported_verdicts(verdicts)
    if not found:
        return
    shown = found[:ROWS]
    page.heading(say("reported_section", lang))
    columns = [
        Column(
            say("rule", lang), [clean(v.title.get(lang)) for v in shown], shrinks=True, least=12
        ),
        Column(
            say("scope_heading", lang), [words.scope(v, lang) for v in shown], shrinks=True, least=8
        ),
        Column(say("period", lang), [reported_period(v, lang) for v in shown]),
        Column(say("computed", lang), [computed(v, lang) for v in shown], right=True),
        Column(say("reported_value", lang), [platforms_own(v, lang) for v in shown], right=True),
        Column(say("apart", lang), [apart(v, lang) for v in shown], right=True),
    ]
    page.table(columns, indent=2)
    more(page, len(found) - len(shown), "reported", lang, indent=2)
    for verdict in filter(differs, shown):
        lead = say("comma", lang).join(
            (
                clean(verdict.title.get(lang)),
                words.scope(verdict, lang),
                reported_period(verdict, lang),
            )
        )
        page.blank()
        page.paragraph(
            f"{lead}{say('colon', lang)}{counted_otherwise(verdict, lang)}", indent=2, hang=4
        )
        if blamed := possible_rows(verdict, lang):
            page.paragraph(blamed, indent=6)


def differs(verdict: Verdict) -> bool:
    return verdict.reconciliation is not None and verdict.reconciliation.differs


def reported_period(verdict: Verdict, lang: str) -> str:
    """A figure for a stretch of its own is told by its days."""
    period = verdict.period
    if period.kind != "all" or period.start is None:
        return words.period(period, lang)
    return "–".join(dict.fromkeys(filter(None, (period.start, period.through))))


def computed(verdict: Verdict, lang: str) -> str:
    return "" if verdict.basis == "reported" else words.value(verdict, lang)


def platforms_own(verdict: Verdict, lang: str) -> str:
    value = verdict.value if verdict.basis == "reported" else verdict.reported
    return say("no_value", lang) if value is None else figure(value, verdict.type, lang)


def apart(verdict: Verdict, lang: str) -> str:
    gap = verdict.difference
    if not differs(verdict) or gap is None:
        return ""
    sign = "+" if gap > 0 else "-"
    if verdict.type in {"ratio", "every"}:
        return sign + say("points", lang, n=percent(abs(gap)).removesuffix("%"))
    if verdict.type == "time":
        return sign + duration(abs(gap), lang)
    return sign + figure(abs(gap), verdict.type, lang)


def counted_otherwise(verdict: Verdict, lang: str) -> str:
    """How many rows, and how many bad ones, the platform counted otherwise; "" where they agree."""
    found = verdict.reconciliation
    if found is None or not found.differs:
        return ""
    said = []
    for number, above, below in (
        (found.more_rows, "more_rows", "fewer_rows"),
        (found.more_bad, "more_bad", "fewer_bad"),
    ):
        if number:
            rows = counted(abs(number), verdict.of, lang)
            said.append(say(above if number > 0 else below, lang, rows=rows))
    return say("semicolon", lang).join(said) or say("differs", lang)


def possible_rows(verdict: Verdict, lang: str, most: int = NAMED) -> str:
    """The sessions that the platform may have counted otherwise, in a sentence; "" where it says nothing
    to look for any."""
    found = verdict.reconciliation
    if found is None or not found.differs:
        return ""
    names = candidates(verdict)
    if names:
        listed = say("and", lang).join(names[:most])
        listed += " …" if len(names) > most else ""
        return say("candidates", lang, things=listed)
    if verdict.type in {"ratio", "every"} and not found.candidates:
        return say("no_candidates", lang)
    return ""


def candidates(verdict: Verdict) -> list[str]:
    """The sessions that the platform may have counted otherwise."""
    found = verdict.reconciliation.candidates if verdict.reconciliation is not None else ()
    return list(dict.fromkeys(clean(o.session_id) for o in found if o.session_id))


def explained(verdict: Verdict, lang: str) -> str:
    """Why the platform's figure differs, in one line; "" where it does not."""
    parts = (counted_otherwise(verdict, lang), possible_rows(verdict, lang))
    return say("semicolon", lang).join(part for part in parts if part)
