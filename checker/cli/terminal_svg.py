"""A terminal as SVG: coloured lines in a window, every character in its cells.

Rich draws SVG, too, but gives a Chinese character one cell where a terminal gives it two, and fetches a
font from the network.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from itertools import groupby

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style

_CELL, _LINE, _FONT = 8.4, 19.0, 14
_LEFT, _TOP, _BOTTOM = 14.0, 44.0, 14.0
_PAPER, _INK, _QUIET = "#1d2330", "#dfe4ee", "#8b95a9"
_COLORS = {1: "#ff7b7b", 2: "#7fd29a", 3: "#f2c46d"}  # red, green, yellow of ANSI
_FONTS = "ui-monospace,Menlo,Consolas,'DejaVu Sans Mono','Noto Sans Mono CJK SC',monospace"
_DOTS = ("#ff5f57", "#febc2e", "#28c840")


def terminal_svg(lines: Sequence[Sequence[Segment]], width: int, title: str) -> str:
    """The lines of a console, `width` cells wide, as the text of an SVG file."""
    wide, tall = 2 * _LEFT + width * _CELL, _TOP + len(lines) * _LINE + _BOTTOM
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:g} {tall:g}" width="{wide:g}"'
        f' height="{tall:g}" role="img" aria-label="{escape(title)}">',
        f'<rect width="{wide:g}" height="{tall:g}" rx="9" fill="{_PAPER}"/>',
        *(f'<circle cx="{20 + i * 20}" cy="18" r="6" fill="{c}"/>' for i, c in enumerate(_DOTS)),
        f'<g font-family="{_FONTS}" font-size="{_FONT}" fill="{_INK}" xml:space="preserve">',
    ]
    for number, line in enumerate(lines):
        parts += _line(line, _TOP + number * _LINE + _FONT)
    return "\n".join([*parts, "</g>", "</svg>", ""])


def _line(line: Sequence[Segment], y: float) -> Iterator[str]:
    at = 0
    for text, style, _ in line:
        for (_, blank), run in groupby(text, key=lambda c: (cell_len(c), c == " ")):
            piece = "".join(run)
            size = cell_len(piece)
            if size and not blank:
                place = f'x="{_LEFT + at * _CELL:.1f}" y="{y:g}" textLength="{size * _CELL:.1f}"'
                yield f"<text {place}{_look(style)}>{escape(piece)}</text>"
            at += size


def _look(style: Style | None) -> str:
    if style is None:
        return ""
    color = _COLORS.get(style.color.number or 0) if style.color else None
    color = color or (_QUIET if style.dim else None)
    return (f' fill="{color}"' if color else "") + (' font-weight="bold"' if style.bold else "")
