"""A page of plain lines on a Rich console: nothing wraps by itself, nothing raw gets through."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from typing import TypeGuard

from rich.console import Console
from rich.text import Text

from checker.reports.clean import clean
from checker.reports.layout import Column, cells, crop, table, wrap

_WIDEST = 120  # longer lines are hard to read
_LEAST = 40
_BESIDE = 12  # cells that a lead leaves for what follows it

STYLES = {
    "fail": "bold red",
    "warn": "bold yellow",
    "pass": "bold green",
    "title": "bold",
    "quiet": "dim",
    "plain": "",
}


class Page:
    """Prints lines that are cleaned and fit the console's width (at least 40 cells)."""

    def __init__(self, console: Console) -> None:
        self.console = console
        self.width = max(_LEAST, min(console.width, _WIDEST))

    def line(self, *parts: tuple[str, str]) -> None:
        """Prints (text, style) parts on one line; a style is a key of STYLES."""
        text = Text()
        for part, style in parts:
            text.append(clean(part), STYLES[style])
        self.console.print(text, soft_wrap=True)

    def blank(self) -> None:
        self.line()

    def heading(self, text: str) -> None:
        self.blank()
        for line in wrap(text, self.width):
            self.line((line, "title"))

    def paragraph(
        self,
        text: str,
        *,
        indent: int = 0,
        hang: int = 0,
        lead: str = "",
        lead_style: str = "plain",
        style: str = "plain",
    ) -> None:
        """Prints `lead` and then `text`, wrapped; lines after the first stand `hang` cells further in."""
        text = clean(text)
        room = self.width - indent
        lead = crop(clean(lead), max(1, room - hang - _BESIDE))
        first, *rest = wrap(text, room - hang, first=room - cells(lead))
        self.line((" " * indent, "plain"), (lead, lead_style), (first, style))
        for line in rest:
            self.line((" " * (indent + hang) + line, style))

    def can_type(self, name: str | None) -> TypeGuard[str]:
        """The name has a line to stand on, and what is printed is what it is."""
        return bool(name) and clean(str(name)) == name and cells(str(name)) <= self.width - 8

    def command(self, parts: Sequence[str]) -> None:
        """A command that can be copied: broken only where a shell allows it."""
        line = " "
        for part in map(shlex.quote, parts):
            if line.strip() and cells(f"{line} {part} \\") > self.width:
                self.line((f"{line} \\", "plain"))
                line = "   "
            line += f" {part}"
        self.line((line, "plain"))

    def table(self, columns: Sequence[Column], *, indent: int = 0) -> None:
        for number, line in enumerate(table(columns, self.width - indent)):
            self.line((" " * indent, "plain"), (line, "plain" if number else "quiet"))
