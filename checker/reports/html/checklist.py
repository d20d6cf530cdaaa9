"""The checklist as an HTML page: to be read in two languages, printed and filled in by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.reports import words
from checker.reports.checklist_words import (
    Line,
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
from checker.reports.html.both import Both, both
from checker.reports.html.shell import filled
from checker.verdicts.checklist import Checklist, Item, PackChecklist


@dataclass(frozen=True)
class ItemView:
    box: str
    outcome: str  # "" where nothing was judged
    word: Both
    title: Both
    rule: str
    marks: str
    lines: tuple[tuple[str, tuple[Line, ...]], ...]  # by language


@dataclass(frozen=True)
class PackView:
    heading: Both
    judged: Both
    tally: Both
    blank: bool
    reviewed: Both
    sections: tuple[tuple[Both, tuple[ItemView, ...]], ...]
    sources: tuple[tuple[int, Both], ...]


def checklist_html(checklist: Checklist, *, lang: str) -> str:
    """One file that needs nothing else; `lang` is the language it opens in."""
    packs = [_pack(one, checklist) for one in checklist.packs]
    return filled("checklist.html.j2", ("page.js",), lang, packs=packs)


def _pack(one: PackChecklist, checklist: Checklist) -> PackView:
    numbers = numbered(one)
    return PackView(
        both(lambda lang: clean(one.title.get(lang)) or clean(one.pack)),
        both(lambda lang: as_of(one, checklist, lang)),
        both(lambda lang: tally(one, lang)),
        checklist.blank,
        both(lambda lang: say("shop_reviewed", lang)),
        tuple(
            (_heading(section.group), tuple(_item(item, numbers) for item in section.items))
            for section in one.sections
        ),
        tuple((mark, _cited(one, source)) for source, mark in numbers.items()),
    )


def _heading(group: str) -> Both:
    return both(lambda lang: say(group, lang).capitalize())


def _cited(one: PackChecklist, source: str) -> Both:
    return both(lambda lang: words.source(one.sources[source], lang))


def _item(item: Item, numbers: Mapping[str, int]) -> ItemView:
    return ItemView(
        box(item).strip("[]").strip(),
        item.finding.outcome.value if item.finding else "",
        both(lambda lang: state(item, lang)),
        both(lambda lang: clean(item.title.get(lang)) or clean(item.rule)),
        clean(item.rule),
        marks(item, numbers),
        tuple((lang, tuple(lines(item, lang))) for lang in ("zh", "en")),
    )
