"""Text in Markdown: what strangers wrote is shown letter by letter and formats, links and calls nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from checker.reports.clean import clean
from checker.reports.layout import crop

_WIDEST = 120  # cells of one name or sentence; the whole text is in the other formats
_MARKS = re.compile(r"([\\`*_{}\[\]|~$>#])")
_HTML = {"&": "&amp;", "<": "&lt;"}
_LINK = re.compile(r"(?<=:)/|(?<=www)\.", re.IGNORECASE)  # GitHub links bare addresses
_LIST = re.compile(r"^([-+=]|\d+[.)])")
_TICKS = re.compile("`+")
# GitHub calls @name and links #12 wherever they stand, escaped or not; a joiner without width prevents it.
_CALL = re.compile(r"@|#(?=\d)")


def text(raw: str, width: int = _WIDEST) -> str:
    """`raw` as Markdown that prints it as it is, in at most `width` cells."""
    shown = crop(clean(raw), width).strip()
    shown = _CALL.sub("\\g<0>\u2060", _MARKS.sub(r"\\\1", shown))
    shown = _LINK.sub(r"\\\g<0>", re.sub("[&<]", lambda found: _HTML[found[0]], shown))
    return _LIST.sub(lambda found: f"{found[0][:-1]}\\{found[0][-1]}", shown)


def code(raw: str) -> str:
    """`raw` as a code span, which may stand in a table."""
    shown = clean(raw)
    ticks = "`" * (max(map(len, _TICKS.findall(shown)), default=0) + 1)
    inner = f" {shown} " if "`" in shown else shown
    return f"{ticks}{inner}{ticks}".replace("|", "\\|")


def table(headings: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> str:
    """A table of texts that are Markdown already; the columns `right` (from 0) stand at the right."""
    rule = ["---:" if index in right else "---" for index in range(len(headings))]
    return "\n".join("| " + " | ".join(row) + " |" for row in (headings, rule, *rows)) + "\n"
