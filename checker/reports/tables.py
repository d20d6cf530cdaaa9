"""The tables of the terminal report: the summary by shop, worst cases, breakdowns, measured values."""

from __future__ import annotations

from collections.abc import Sequence

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.grouping import UNJUDGED, RuleGroup, blamed, closest, ranked
from checker.reports.layout import Column, cells
from checker.reports.page import Page
from checker.reports.summary import by_shop
from checker.reports.words import counted, say
from checker.verdicts.model import Offender, Outcome, Verdict

SHOPS = 20  # rows of the summary
SCOPES = 5  # scopes of one rule
RANKS = 10  # rows of a breakdown
_ORDER = (Outcome.FAIL, Outcome.WARN, Outcome.PASS, Outcome.INFO, Outcome.WAIVED)


def matrix(page: Page, verdicts: Sequence[Verdict], lang: str) -> None:
    """Numbers of verdicts by platform and shop, shops with most failures first."""
    tally = by_shop(verdicts, lang)
    if not tally:
        return
    keys = list(tally)
    shown = keys[:SHOPS]
    used = [o for o in (*_ORDER, *UNJUDGED) if any(tally[k][o] for k in keys)]
    columns = [(words.outcome(o, lang), [o]) for o in used]
    if sum(cells(heading) + 2 for heading, _ in columns) > page.width - 34:
        columns = [(words.outcome(o, lang), [o]) for o in used if o in _ORDER]
        columns.append((say("unjudged", lang), list(UNJUDGED)))
    page.heading(say("by_shop", lang))
    names = [
        Column(say("platform", lang), [k[0] for k in shown], shrinks=True, least=8),
        Column(say("shop", lang), [k[1] for k in shown], shrinks=True, least=8),
    ]
    counts = [
        Column(heading, [f"{sum(tally[k][o] for o in outcomes):,}" for k in shown], right=True)
        for heading, outcomes in columns
    ]
    page.table([*names, *counts], indent=2)
    more(page, len(keys) - len(shown), "shops", lang, indent=2)


def worst_cases(page: Page, groups: Sequence[RuleGroup], limit: int, lang: str) -> None:
    """Of every failing rule the sessions and turns with the longest waits."""
    found = [(group, cases) for group in groups if (cases := blamed(group))]
    if not found:
        return
    page.heading(say("worst_cases", lang))
    for group, cases in found:
        page.blank()
        title = clean(group.verdicts[0].title.get(lang))
        page.paragraph(f"{title}  ({clean(group.rule)})", indent=2, hang=2)
        cases_table(page, cases[:limit], lang)
        total = sum(v.offender_count for v in group.verdicts if v.outcome is Outcome.FAIL)
        more(page, total - min(limit, len(cases)), "cases", lang, indent=4)


def cases_table(page: Page, cases: Sequence[tuple[Offender, str]], lang: str) -> None:
    year = page.width >= 76

    def text(heading: str, values: list[str | None], least: int = 5) -> Column:
        shown = [clean(v or "") for v in values]
        return Column(say(heading, lang), shown, shrinks=True, least=least)

    times = ["" if o.at is None else words.instant(o.at, zone, year=year) for o, zone in cases]
    turns = ["" if o.turn is None else str(o.turn) for o, _ in cases]
    columns = [
        text("shop", [o.shop_id for o, _ in cases]),
        text("session", [o.session_id for o, _ in cases], least=16),
        Column(say("turn", lang), turns, right=True),
        text("agent", [o.agent_id for o, _ in cases]),
        Column(say("local_time", lang), times),
        Column(say("wait", lang), [words.wait(o, lang) for o, _ in cases], right=True),
    ]
    page.table(columns, indent=4 if year else 2)


def ranking(page: Page, group: RuleGroup, lang: str) -> None:
    """The rows that --by added to a rule, the worst first."""
    rows = ranked(group)
    shown = rows[:RANKS]
    if not shown:
        return
    kinds = [k for k in words.SCOPES if any(k in v.scope for v in rows)]
    columns = [
        Column(
            say(kind, lang),
            [
                words.scope_value(kind, v.scope[kind], lang) if kind in v.scope else ""
                for v in shown
            ],
            shrinks=True,
        )
        for kind in kinds
        if kind != "shop" or any(v.scope.get("shop") is not None for v in rows)
    ]
    if len({v.period for v in rows}) > 1:
        columns.append(Column(say("period", lang), [words.period(v.period, lang) for v in shown]))
    columns.append(Column(say("value", lang), [words.value(v, lang) for v in shown], right=True))
    columns.append(Column(say("counted", lang), [words.fraction(v) for v in shown], right=True))
    own = {kind for v in group.verdicts for kind in v.scope}
    finer = [say(kind, lang) for kind in kinds if kind not in own] or [say("period", lang)]
    page.paragraph(say("breakdown", lang, kinds=say("and", lang).join(finer)), indent=2)
    page.table(columns, indent=4)
    more(page, len(rows) - len(shown), "groups", lang, indent=4)


def measured_values(page: Page, groups: Sequence[RuleGroup], lang: str) -> None:
    """What was measured for information: the latest period of every scope."""
    rows: list[Verdict] = []
    for group in groups:
        latest: dict[tuple[tuple[str, str | None], ...], Verdict] = {}
        for verdict in group.verdicts:
            if verdict.outcome is Outcome.INFO:
                latest[tuple(verdict.scope.items())] = verdict
        rows += list(latest.values())[:SCOPES]
    if not rows:
        return
    page.heading(say("measured", lang))
    columns = [
        Column(say("rule", lang), [clean(v.title.get(lang)) for v in rows], shrinks=True, least=16),
        Column(
            say("scope_heading", lang), [words.scope(v, lang) for v in rows], shrinks=True, least=8
        ),
        Column(say("period", lang), [words.period(v.period, lang) for v in rows]),
        Column(say("value", lang), [words.value(v, lang) for v in rows], right=True),
        Column(say("counted", lang), [words.fraction(v) for v in rows], right=True),
    ]
    page.table(columns, indent=2)


def repaired(page: Page, verdicts: Sequence[Verdict], lang: str) -> None:
    """What failed in the baseline and is met now."""
    found = [v for v in verdicts if v.baseline == "repaired"]
    if not found:
        return
    page.heading(say("repaired_section", lang))
    shown = found[:RANKS]
    columns = [
        Column(
            say("rule", lang), [clean(v.title.get(lang)) for v in shown], shrinks=True, least=16
        ),
        Column(say("scope_heading", lang), [words.scope(v, lang) for v in shown], shrinks=True),
        Column(say("period", lang), [words.period(v.period, lang) for v in shown]),
        Column(say("value", lang), [words.value(v, lang) for v in shown], right=True),
        Column(say("requirement", lang), [words.required(v, lang) for v in shown], right=True),
    ]
    page.table(columns, indent=2)
    more(page, len(found) - len(shown), "verdicts", lang, indent=2)


def met(page: Page, groups: Sequence[RuleGroup], lang: str) -> None:
    """Rules that are met wherever they were judged, each by its narrowest margin."""
    found = [v for group in groups if (v := closest(group)) is not None]
    if not found:
        return
    page.heading(say("met", lang))
    columns = [
        Column(
            say("rule", lang), [clean(v.title.get(lang)) for v in found], shrinks=True, least=16
        ),
        Column(say("scope_heading", lang), [words.scope(v, lang) for v in found], shrinks=True),
        Column(say("period", lang), [words.when(v, lang) for v in found]),
        Column(say("value", lang), [words.value(v, lang) for v in found], right=True),
        Column(say("requirement", lang), [words.required(v, lang) for v in found], right=True),
    ]
    page.table(columns, indent=2)


def more(page: Page, number: int, noun: str, lang: str, *, indent: int) -> None:
    """How many are not shown, where some are not."""
    if number > 0:
        things = counted(number, noun, lang)
        unit = words.unit(noun, number, lang)
        text = say("more", lang, things=things, n=f"{number:,}", unit=unit)
        page.line((" " * indent + text, "quiet"))
