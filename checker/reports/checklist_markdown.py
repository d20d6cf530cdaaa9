"""The checklist as Markdown: task lists that a wiki or an issue tracker shows with boxes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.reports import words
from checker.reports.checklist_words import as_of, lines, marks, numbered, say, tally
from checker.reports.clean import clean
from checker.verdicts.checklist import Checklist, Item, PackChecklist
from checker.verdicts.model import Outcome

_MARKUP = re.compile(r"([\\`*_\[\]<>#|~])")
_BOX = re.compile(r"\\\[ \\\]")
_BLANK = re.compile(r"(?:\\_){4,}")


def checklist_markdown(checklist: Checklist, lang: str) -> str:
    """The checklists of all packs in `lang` (zh or en), as one Markdown text."""
    parts = ["\n".join(_pack(checklist, one, lang)) for one in checklist.packs]
    return "\n\n".join(parts) + "\n"


def _pack(checklist: Checklist, one: PackChecklist, lang: str) -> Iterator[str]:
    title = clean(one.title.get(lang)) or clean(one.pack)
    yield f"# {_text(say('heading', lang, title=title))}"
    yield ""
    if judged := as_of(one, checklist, lang):
        yield f"{_text(judged)}  "
    yield _text(tally(one, lang))
    if checklist.blank:
        yield ""
        yield _text(say("shop_reviewed", lang))
    numbers = numbered(one)
    for section in one.sections:
        yield ""
        yield f"## {_text(say(section.group, lang))}"
        yield ""
        for item in section.items:
            yield from _item(item, marks(item, numbers), lang)
    if numbers:
        yield ""
        yield f"## {_text(say('sources', lang))}"
        yield ""
    for source, mark in numbers.items():
        yield f"{mark}. {_text(words.source(one.sources[source], lang))}"


def _item(item: Item, mark: str, lang: str) -> Iterator[str]:
    """A box is ticked where nothing is left to do."""
    done = item.finding is not None and item.finding.outcome in (Outcome.PASS, Outcome.INFO)
    name = f"**{_text(clean(item.title.get(lang)))}** (`{clean(item.rule)}`)"
    yield f"- [{'x' if done else ' '}] {name}{' ' + _text(mark) if mark else ''}"
    for line in lines(item, lang):
        lead = f"*{_text(line.lead.strip())}* " if line.lead else ""
        yield f"  - {lead}{_text(line.text)}"


def _text(text: str) -> str:
    """`text` with nothing in it that Markdown would take for markup; boxes and blanks stay."""
    escaped = _MARKUP.sub(r"\\\1", clean(text))
    escaped = _BOX.sub("☐", escaped)
    return _BLANK.sub(lambda found: "_" * (len(found[0]) // 2), escaped)
