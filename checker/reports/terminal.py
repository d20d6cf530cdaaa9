"""The audit as a supervisor reads it in a terminal: do we pass, where not, by how much, what to do."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from rich.console import Console

from checker.reports import words
from checker.reports.blocks import block, unjudged
from checker.reports.clean import clean
from checker.reports.grouping import JUDGED, UNJUDGED, RuleGroup, blamed, by_rule, worst_first
from checker.reports.layout import cells
from checker.reports.page import Page
from checker.reports.tables import matrix, measured_values, met, ranking, worst_cases
from checker.reports.words import counted, say
from checker.verdicts.model import Outcome, Result, Verdict


def render_terminal(
    result: Result, console: Console, *, lang: str, offenders: int = 5, data: str = "DATA"
) -> None:
    """Prints the result on `console` in `lang` (zh or en), with that many offenders per rule.

    `data` is the data set's path as the user gave it, for the command that the report ends with.
    """
    page = Page(console)
    groups = by_rule(result.verdicts)
    failing = worst_first(groups, Outcome.FAIL)
    warned = worst_first(groups, Outcome.WARN)
    sources = {(p.name, key): source for p in result.packs for key, source in p.sources.items()}

    _headline(page, result, groups, failing, lang)
    matrix(page, result.verdicts, lang)
    if failing:
        page.heading(say("not_met", lang))
        for group in failing:
            block(page, group, Outcome.FAIL, sources, lang)
    if failing and offenders > 0:
        worst_cases(page, failing, offenders, lang)
    for outcome, heading in ((Outcome.WARN, "warned"), (Outcome.WAIVED, "waived_section")):
        found = worst_first(groups, outcome)
        if found:
            page.heading(say(heading, lang))
        for group in found:
            # A rule's breakdown is shown once, under its gravest outcome.
            shown = group in failing or (outcome is Outcome.WAIVED and group in warned)
            block(page, group, outcome, sources, lang, with_ranking=not shown)
    unjudged(page, groups, lang)
    met(page, groups, lang)
    measured_values(page, groups, lang)
    _rankings(page, groups, lang)
    _next(page, failing, data, lang)


def _headline(
    page: Page, result: Result, groups: Sequence[RuleGroup], failing: Sequence[RuleGroup], lang: str
) -> None:
    grave = [g for g in failing if any(_fails_gravely(v) for v in g.verdicts)]
    judged = [g for g in groups if any(v.outcome in JUDGED for v in g.verdicts)]
    open_ = [g for g in groups if any(v.outcome in UNJUDGED for v in g.verdicts)]
    total = counted(len(groups), "rules", lang)
    if grave:
        word, style = "headline_fail", "fail"
        text = say("failed_rules", lang, total=total, failed=f"{len(failing):,}")
    elif not judged:
        word, style, text = "headline_none", "warn", say("nothing_judged", lang)
    else:
        word, style = "headline_pass", "pass"
        text = say("all_met", lang, total=counted(len(judged), "rules", lang))
        if failing:
            text = say("only_warnings", lang, failed=f"{len(failing):,}")
    waived = [g for g in groups if any(v.outcome is Outcome.WAIVED for v in g.verdicts)]
    if waived:
        text += say("and_waived", lang, rules=counted(len(waived), "rules", lang))
    if open_ and judged:
        text += say("and_unjudged", lang, rules=counted(len(open_), "rules", lang))
    page.paragraph(text, lead=say(word, lang) + "  ", lead_style=style, hang=2, style="title")
    page.blank()
    _facts(page, result, lang)


def _fails_gravely(verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.FAIL and verdict.severity == "error"


def _facts(page: Page, result: Result, lang: str) -> None:
    """What was audited: the data, the packs, and the verdicts by outcome."""
    tables = [counted(rows, name, lang) for name, rows in result.data.tables.items()]
    zone = next((p.timezone for p in result.packs), "UTC")
    if result.data.first is not None and result.data.last is not None:
        first, last = (words.instant(t, zone)[:10] for t in (result.data.first, result.data.last))
        tables.append(say("dates", lang, first=first, last=last))
    facts = [("data", say("comma", lang).join(tables))]
    for pack in result.packs:
        title = clean(pack.title.get(lang)) or clean(pack.name)
        if pack.as_of is not None:
            at = words.instant(pack.as_of, pack.timezone)
            title += say("comma", lang) + say("as_of", lang, at=at, zone=pack.timezone)
        facts.append(("rules", title))
    numbers = [f"{n:,} {words.outcome(o, lang)}" for o, n in result.counts.items() if n]
    facts.append(("verdicts", say("and", lang).join(numbers)))
    if result.diagnostics:
        facts.append(("problems", counted(len(result.diagnostics), "problems", lang)))
    hang = max(cells(say(key, lang)) for key, _ in facts) + 2
    for key, text in facts:
        lead = say(key, lang)
        lead += " " * (hang - cells(lead))
        page.paragraph(text, indent=2, hang=hang, lead=lead, lead_style="quiet")


def _rankings(page: Page, groups: Sequence[RuleGroup], lang: str) -> None:
    """Breakdowns of rules that have no block of their own, because nothing is wrong with them."""
    blocks = {Outcome.FAIL, Outcome.WARN, Outcome.WAIVED}
    quiet = [g for g in groups if g.added and not any(v.outcome in blocks for v in g.verdicts)]
    if quiet:
        page.heading(say("rankings", lang))
    for group in quiet:
        page.blank()
        title = clean(group.added[0].title.get(lang))
        page.paragraph(f"{title}  ({clean(group.rule)})", indent=2, hang=2)
        ranking(page, group, lang)


def _next(page: Page, failing: Sequence[RuleGroup], data: str, lang: str) -> None:
    """The command that shows the worst case from its first message to its last."""
    where = data if clean(data) == data and cells(data) <= page.width - 8 else "DATA"
    for group in failing:
        for offender, _ in blamed(group):
            session = offender.session_id
            # A name that cannot be typed, or has no line to stand on, is no example.
            if session and clean(session) == session and cells(session) <= page.width - 8:
                page.heading(say("next", lang))
                _command(page, ["checker", "explain", where, session, "--rule", group.rule])
                return
    if failing:
        page.heading(say("next_settings", lang))
        _command(page, ["checker", "show", failing[0].rule])


def _command(page: Page, words_: list[str]) -> None:
    """A command that can be copied: broken only where a shell allows it."""
    line = " "
    for part in map(shlex.quote, words_):
        if line.strip() and cells(f"{line} {part} \\") > page.width:
            page.line((f"{line} \\", "plain"))
            line = "   "
        line += f" {part}"
    page.line((line, "plain"))
