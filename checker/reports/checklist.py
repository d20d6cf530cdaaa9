"""The checklist in a terminal: to be read with what was found, or printed and filled in by hand."""

from __future__ import annotations

from rich.console import Console

from checker.reports import words
from checker.reports.checklist_words import (
    as_of,
    box,
    lines,
    marks,
    numbered,
    say,
    state,
    tally,
)
from checker.reports.clean import clean
from checker.reports.page import Page
from checker.verdicts.checklist import Checklist, Item, PackChecklist
from checker.verdicts.model import Outcome

_INDENT = 6  # below the title, beside the box
_STYLES = {Outcome.FAIL: "fail", Outcome.WARN: "warn", Outcome.PASS: "pass"}


def render_checklist(checklist: Checklist, console: Console, *, lang: str) -> None:
    """Prints the checklists of all packs on `console` in `lang` (zh or en)."""
    page = Page(console)
    for number, one in enumerate(checklist.packs):
        if number:
            page.blank()
            page.blank()
        _pack(page, checklist, one, lang)


def _pack(page: Page, checklist: Checklist, one: PackChecklist, lang: str) -> None:
    title = clean(one.title.get(lang)) or clean(one.pack)
    page.paragraph(say("heading", lang, title=title), style="title", hang=2)
    if judged := as_of(one, checklist, lang):
        page.paragraph(judged, indent=2, hang=2)
    page.paragraph(tally(one, lang), indent=2, hang=2)
    if checklist.blank:
        page.blank()
        page.line(("  " + say("shop_reviewed", lang), "plain"))
    numbers = numbered(one)
    for section in one.sections:
        page.heading(say(section.group, lang))
        for item in section.items:
            _item(page, item, marks(item, numbers), lang)
    if numbers:
        page.heading(say("sources", lang))
    for source, mark in numbers.items():
        cited = words.source(one.sources[source], lang)
        page.paragraph(cited, indent=2, hang=4, lead=f"[{mark}] ", style="quiet")


def _item(page: Page, item: Item, mark: str, lang: str) -> None:
    style = _STYLES.get(item.finding.outcome, "plain") if item.finding else "plain"
    page.blank()
    name = f"{clean(item.title.get(lang))}  ({clean(item.rule)})"
    if item.severity != "error" and not item.manual:
        name += words.say("severity_warning", lang)
    name += f" {mark}" if mark else ""
    page.paragraph(name, indent=2, hang=4, lead=box(item) + " ", lead_style=style, style="title")
    led = state(item, lang)
    for line in lines(item, lang):
        own = bool(led) and line.lead.startswith(led)
        page.paragraph(
            line.text,
            indent=_INDENT,
            hang=2,
            lead=line.lead,
            lead_style=style if own else "plain",
        )
