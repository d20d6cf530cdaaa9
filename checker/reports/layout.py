"""Fits text into terminal cells: width, cropping, padding, wrapping and tables, right for Chinese."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

_NO_START = frozenset("，。、；：？！）》」』】”’…%,.;:?!)]}")  # may not begin a line
# A number stays with what it counts, a sign with its bound, minutes with their seconds.
_TOGETHER = re.compile(r"(?<=[≥≤≠=<>\d]) (?=\S)|(?<=\d[dhm]) (?=\d\d)")
_GLUE = "\u00a0"
_NO_END = frozenset("（《「『【“‘([{")  # may not end a line


@functools.lru_cache(maxsize=4096)
def _char_cells(char: str) -> int:
    return cell_len(char)


def cells(text: str) -> int:
    """How many terminal cells `text` takes at most (joined emoji may take fewer)."""
    return len(text) if text.isascii() else sum(map(_char_cells, text))


def crop(text: str, width: int) -> str:
    """`text` in at most `width` cells; what is left out is left out of the middle, ids end in what differs."""
    if cells(text) <= width and len(text) <= 4 * width + 8:
        return text
    if width <= 1:
        return "…"[:width]
    tail = _take(text[::-1], (width - 1) // 3)[::-1]
    return _take(text, width - 1 - cells(tail)) + "…" + tail


def _take(text: str, width: int) -> str:
    used = 0
    # Characters of no width are bounded, too: a name may hold a million of them.
    for index, char in enumerate(text[: 4 * width]):
        used += _char_cells(char)
        if used > width:
            return text[:index]
    return text[: 4 * width]


def pad(text: str, width: int, right: bool = False) -> str:
    space = " " * (width - cells(text))
    return space + text if right else text + space


def wrap(text: str, width: int, first: int | None = None) -> list[str]:
    """`text` in lines of at most `width` cells (the first of at most `first`), broken at spaces and
    between wide characters, but not before closing or after opening punctuation."""
    lines: list[str] = []
    line = ""
    room = width if first is None else first
    for piece in _pieces(_TOGETHER.sub(_GLUE, text), max(1, min(width, room))):
        if line and cells(line) + cells(piece.rstrip()) > room:
            lines.append(line.rstrip())
            line, room = piece.lstrip(), width
        else:
            line += piece
    lines.append(line.rstrip())
    return [line.replace(_GLUE, " ") for line in lines]


def _pieces(text: str, width: int) -> Iterator[str]:
    """The stretches of `text` that stay together; none is wider than `width`."""
    piece = ""
    for char in text:
        if piece and (_breaks(piece[-1], char) or cells(piece) + _char_cells(char) > width):
            yield piece
            piece = ""
        piece += char
    yield piece


def _breaks(before: str, after: str) -> bool:
    if after == " " or before in _NO_END or after in _NO_START:
        return False
    return before == " " or _char_cells(before) > 1 or _char_cells(after) > 1


@dataclass(frozen=True)
class Column:
    """A column of a table. One that `shrinks` gives up cells, down to `least`, when the page is narrow."""

    heading: str
    values: Sequence[str]
    right: bool = False
    shrinks: bool = False
    least: int = 6

    @property
    def natural(self) -> int:
        return max(map(cells, (self.heading, *self.values)))


def table(columns: Sequence[Column], width: int) -> list[str]:
    """The heading and the rows, each at most `width` cells wide. Columns without any value are left out."""
    used = [c for c in columns if any(c.values)]
    if not used:
        return []
    widths = [c.natural for c in used]
    gap = 2 if sum(widths) + 2 * (len(used) - 1) <= width else 1
    while sum(widths) + gap * (len(used) - 1) > width:
        shrinking = [i for i, c in enumerate(used) if c.shrinks and widths[i] > 1]
        candidates = [i for i in shrinking if widths[i] > used[i].least] or shrinking
        if not candidates:
            break
        widths[max(candidates, key=widths.__getitem__)] -= 1
    rows = zip(*((c.heading, *c.values) for c in used), strict=True)
    lines = [
        (" " * gap).join(
            pad(crop(value, size), size, column.right)
            for value, size, column in zip(row, widths, used, strict=True)
        )
        for row in rows
    ]
    return [_take(line, width).rstrip() for line in lines]
