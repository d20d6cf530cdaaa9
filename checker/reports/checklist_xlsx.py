"""The checklist as a spreadsheet file: a sheet for each pack, with room for a name and a date."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from checker.reports import words
from checker.reports.checklist_words import lines, say
from checker.reports.clean import clean
from checker.reports.sheet import NOTHING, Cell, Sheet, text
from checker.reports.sheet_words import said
from checker.reports.xlsx import book_of
from checker.verdicts.checklist import Checklist, Item, PackChecklist

_COLUMNS = ("group", "item", "id", "outcome", "details", "cited", "by", "on")
_OUTCOME = _COLUMNS.index("outcome")
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_NAME = 31  # characters of a sheet's name


def checklist_xlsx(checklist: Checklist, *, lang: str) -> bytes:
    """The file's bytes: the same for the same checklist."""
    as_of = max((p.as_of for p in checklist.packs if p.as_of is not None), default=None)
    return book_of([_sheet(one, lang) for one in checklist.packs], as_of, lang)


def _sheet(one: PackChecklist, lang: str) -> Sheet:
    headings = [said(name, lang) for name in _COLUMNS]
    name = _FORBIDDEN.sub("-", one.pack)[:_NAME]
    return Sheet(name, headings, list(_rows(one, lang)), colored=(_OUTCOME,), fixed=2)


def _rows(one: PackChecklist, lang: str) -> Iterator[Sequence[Cell]]:
    for section in one.sections:
        for item in section.items:
            source = one.sources.get(item.source) if item.source else None
            yield (
                text(say(section.group, lang)),
                text(clean(item.title.get(lang))),
                text(item.rule),
                text(words.outcome(item.finding.outcome, lang)) if item.finding else NOTHING,
                text(_details(item, lang)),
                text(words.source(source, lang)) if source else NOTHING,
                NOTHING,
                NOTHING,
            )


def _details(item: Item, lang: str) -> str:
    """What is asked, what was found and what to do, one sentence after the other."""
    found = [f"{line.lead}{line.text}".strip() for line in lines(item, lang)]
    return "  ".join(found)
