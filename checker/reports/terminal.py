"""The audit as a supervisor reads it in a terminal: do we pass, where not, by how much, what to do."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from rich.console import Console

from checker.reports.blocks import block, unjudged
from checker.reports.clean import clean
from checker.reports.grouping import RuleGroup, blamed, by_rule, worst_first
from checker.reports.layout import cells
from checker.reports.page import Page
from checker.reports.reported import reported_figures
from checker.reports.summary import facts, headline
from checker.reports.tables import matrix, measured_values, met, ranking, repaired, worst_cases
from checker.reports.words import say
from checker.verdicts.model import Outcome, Result


def render_terminal(
    result: Result,
    console: Console,
    *,
    lang: str,
    offenders: int = 5,
    data: str = "DATA",
    asked: Sequence[str] = (),
) -> None:
    """Prints the result on `console` in `lang` (zh or en), with that many offenders per rule.

    `data` is the data set's path as the user gave it, for the command that the report ends with;
    `asked` are the options without which that command would see other data or rules.
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
    repaired(page, result.verdicts, lang)
    unjudged(page, groups, lang)
    met(page, groups, lang)
    measured_values(page, groups, lang)
    reported_figures(page, result.verdicts, lang)
    _rankings(page, groups, lang)
    _next(page, failing, data, asked, lang)


def _headline(
    page: Page, result: Result, groups: Sequence[RuleGroup], failing: Sequence[RuleGroup], lang: str
) -> None:
    word, text = headline(groups, failing, lang)
    style = {"headline_fail": "fail", "headline_pass": "pass"}.get(word, "warn")
    page.paragraph(text, lead=say(word, lang) + "  ", lead_style=style, hang=2, style="title")
    page.blank()
    _facts(page, result, lang)


def _facts(page: Page, result: Result, lang: str) -> None:
    """What was audited: the data, the packs, and the verdicts by outcome."""
    told = facts(result, lang)
    hang = max(cells(say(key, lang)) for key, _ in told) + 2
    for key, text in told:
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


def _next(
    page: Page, failing: Sequence[RuleGroup], data: str, asked: Sequence[str], lang: str
) -> None:
    """The command that shows the worst case from its first message to its last."""
    if not all(map(page.can_type, asked)):
        return
    where = data if page.can_type(data) else "DATA"
    for group in failing:
        for offender, _ in blamed(group):
            session = offender.session_id
            # A name that cannot be typed, or has no line to stand on, is no example.
            if session is not None and page.can_type(session):
                page.heading(say("next", lang))
                page.command(_explain(where, session, ["--rule", group.rule, *asked]))
                return
    if failing:
        page.heading(say("next_settings", lang))
        rules = [word for pair in pairwise(asked) if pair[0] == "--rules" for word in pair]
        page.command(["checker", "show", failing[0].rule, *rules])


def _explain(data: str, session: str, options: Sequence[str]) -> list[str]:
    if data.startswith("-") or session.startswith("-"):  # what follows -- is no option
        return ["checker", "explain", *options, "--", data, session]
    return ["checker", "explain", data, session, *options]
