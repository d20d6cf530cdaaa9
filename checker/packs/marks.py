"""Where each character of a YAML scalar stands in its file, whatever its style."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Generator, Iterator, Sequence

from checker.diagnostics import Span

_BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")
_ESCAPES = {
    "0": "\0",
    "a": "\a",
    "b": "\b",
    "t": "\t",
    "\t": "\t",
    "n": "\n",
    "v": "\v",
    "f": "\f",
    "r": "\r",
    "e": "\x1b",
    "N": "\x85",
    "_": "\xa0",
    "L": "\u2028",
    "P": "\u2029",
}
_CODES = {"x": 2, "u": 4, "U": 8}

Char = tuple[str, int]
"""A character of a scalar and the index in the file's text that it comes from."""


class PlacedText:
    """The text of one file, which turns an index into a line and a column (from 1)."""

    def __init__(self, file: str, text: str) -> None:
        self.file = file
        self.text = text
        self._starts = [0, *(match.end() for match in _BREAK.finditer(text))]
        ends = [*(match.start() for match in _BREAK.finditer(text)), len(text)]
        self.lines = tuple(text[a:b] for a, b in zip(self._starts, ends, strict=True))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, PlacedText) and (self.file, self.text) == (other.file, other.text)

    def __hash__(self) -> int:
        return hash((self.file, self.text))

    def place(self, index: int) -> tuple[int, int]:
        line = bisect_right(self._starts, index)
        return line, index - self._starts[line - 1] + 1

    def line_start(self, line: int) -> int:
        return self._starts[line - 1]

    def span(self, start: int, end: int) -> Span:
        """At least one column wide, so that there is always something to point at."""
        line, column = self.place(start)
        end_line, end_column = self.place(max(end, start))
        if (end_line, end_column) <= (line, column):
            end_line, end_column = line, column + 1
        return Span(self.file, line, column, end_line, end_column, self.lines[line - 1])


def scalar_indexes(text: str, start: int, end: int, style: str, value: str) -> Sequence[int] | None:
    """The index of each character of `value`, and of its end; None if the two do not agree."""
    if style in ("|", ">"):
        return _block_indexes(text, start, end, style == ">", value)
    begin, stop = (start + 1, end - 1) if style else (start, end)
    if text[begin:stop] == value:
        return range(begin, stop + 1)  # as most scalars: written as they are read
    return _agreed(list(_flow_chars(text, begin, stop, style)), value, stop)


def plain_scalar(text: str, start: int, end: int) -> tuple[str, tuple[int, ...]]:
    """`text[start:end]` read as a plain scalar: its value and its indexes."""
    chars = list(_flow_chars(text, start, end, ""))
    return "".join(c for c, _ in chars), (*(i for _, i in chars), end)


def _agreed(chars: list[Char], value: str, stop: int) -> Sequence[int] | None:
    if "".join(c for c, _ in chars) != value:
        return None
    indexes = [i for _, i in chars]
    return (*indexes, max(stop, indexes[-1] + 1 if indexes else 0))


def _line_break(text: str, index: int) -> tuple[str, int] | None:
    """The break at `index` as YAML normalizes it, and the index behind it."""
    match = _BREAK.match(text, index)
    if match is None:
        return None
    return (match[0] if match[0] in "\u2028\u2029" else "\n"), match.end()


def _flow_chars(text: str, i: int, end: int, quote: str) -> Iterator[Char]:
    while i < end:
        char = text[i]
        if char in " \t" or _BREAK.match(char):
            i = yield from _whitespace(text, i, end, keep_last=bool(quote))
        elif char == "'" == quote:
            yield char, i
            i += 2
        elif char == "\\" and quote == '"':
            i = yield from _escape(text, i, end)
        else:
            yield char, i
            i += 1


def _whitespace(text: str, i: int, end: int, keep_last: bool) -> Generator[Char, None, int]:
    """Spaces stay inside a line; around a line break they fold away with it."""
    stop = i
    while stop < end and text[stop] in " \t":
        stop += 1
    broken = _line_break(text, stop) if stop < end else None
    if broken is None:
        if stop < end or keep_last:
            yield from ((text[k], k) for k in range(i, stop))
        return stop
    char, after = broken
    more, rest = _blank_lines(text, after, end)
    if char != "\n":
        yield char, stop
    elif not more:
        yield " ", stop
    yield from more
    return rest


def _blank_lines(text: str, i: int, end: int) -> tuple[list[Char], int]:
    breaks: list[Char] = []
    while True:
        while i < end and text[i] in " \t":
            i += 1
        broken = _line_break(text, i) if i < end else None
        if broken is None:
            return breaks, i
        breaks.append((broken[0], i))
        i = broken[1]


def _escape(text: str, i: int, end: int) -> Generator[Char, None, int]:
    code = text[i + 1]
    if code in _CODES:
        stop = i + 2 + _CODES[code]
        yield chr(int(text[i + 2 : stop], 16)), i
        return stop
    broken = _line_break(text, i + 1)
    if broken is not None:
        more, stop = _blank_lines(text, broken[1], end)
        yield from more
        return stop
    yield _ESCAPES.get(code, code), i
    return i + 2


def _block_indexes(
    text: str, start: int, end: int, folded: bool, value: str
) -> Sequence[int] | None:
    header = _BREAK.search(text, start)
    if header is None:
        return (start,) if not value else None
    indicators = text[start : header.start()].split("#")[0]
    lines: list[tuple[int, int, int]] = []
    begin = header.end()
    while begin < max(end, header.end() + 1) and begin < len(text):
        found = _BREAK.search(text, begin)
        stop, after = (found.start(), found.end()) if found else (len(text), len(text))
        lines.append((begin, stop, after))
        begin = after
    filled = [a for a, b, _ in lines if text[a:b].strip(" ")]
    widest = _indent(text, filled[0]) if filled else max((b - a for a, b, _ in lines), default=0)
    for indent in range(widest, -1, -1):
        chars, stop = _block_chars(text, lines, indent, folded, indicators)
        agreed = _agreed(chars, value, stop)
        if agreed is not None:
            return agreed
    return None


def _indent(text: str, index: int) -> int:
    stop = index
    while stop < len(text) and text[stop] == " ":
        stop += 1
    return stop - index


def _block_chars(
    text: str, lines: list[tuple[int, int, int]], indent: int, folded: bool, indicators: str
) -> tuple[list[Char], int]:
    """A block scalar's characters for one guess of its indentation, by the rules of the YAML scanner."""
    chars: list[Char] = []
    blank: list[Char] = []
    ended: Char | None = None  # the break of the last line with content
    flush = False  # that line began at the indentation
    stop = lines[0][0] if lines else 0
    for begin, line_stop, after in lines:
        depth = _indent(text, begin)
        broken = _line_break(text, line_stop)
        if begin + min(depth, indent) >= line_stop:
            if broken:
                blank.append((broken[0], line_stop))
            continue
        if depth < indent:
            break
        first = begin + indent
        starts_flush = text[first] not in " \t"
        if ended is not None:
            if folded and ended[0] == "\n" and flush and starts_flush:
                if not blank:
                    chars.append((" ", ended[1]))
            else:
                chars.append(ended)
        chars.extend(blank)
        chars.extend((text[k], k) for k in range(first, line_stop))
        blank, flush, stop = [], starts_flush, line_stop
        ended = (broken[0], line_stop) if broken and after > line_stop else None
    if "-" not in indicators and ended is not None:
        chars.append(ended)
    if "+" in indicators:
        chars.extend(blank)
    return chars, stop
