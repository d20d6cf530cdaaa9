"""What goes to the terminal and in which language: stdout for data, stderr for everything else."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterable
from contextlib import suppress
from io import StringIO
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.console import Console

    from checker.diagnostics import Diagnostic

LANGUAGES = ("zh", "en")


def prepare() -> None:
    """Text that the terminal's encoding lacks must not end a run; files and pipes get UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        with suppress(AttributeError, ValueError):
            if stream.isatty():
                stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
            else:
                stream.reconfigure(encoding="utf-8", errors="backslashreplace")  # type: ignore[union-attr]


def locale_language() -> str:
    """zh where the locale says so, else en."""
    chosen = next((v for n in ("LC_ALL", "LC_MESSAGES", "LANG") if (v := os.environ.get(n))), "")
    return "zh" if chosen.lower().startswith("zh") else "en"


def colored(stream: TextIO) -> bool:
    """NO_COLOR wins, then FORCE_COLOR; else a terminal that can."""
    if os.environ.get("NO_COLOR"):
        return False
    if os.environ.get("FORCE_COLOR"):
        return True
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def can_draw(stream: TextIO, signs: str) -> bool:
    """Whether the stream's encoding has the signs."""
    try:
        signs.encode(stream.encoding or "ascii")
    except (UnicodeEncodeError, LookupError):
        return False
    return True


def width() -> int:
    return shutil.get_terminal_size((80, 24)).columns


def paper(color: bool, cells: int) -> tuple[Console, StringIO]:
    """A console that prints into memory, so that output is written whole or not at all."""
    from rich.console import Console

    text = StringIO()
    console = Console(
        file=text,
        width=cells,
        color_system="standard" if color else None,
        force_terminal=color,
        no_color=not color,
        legacy_windows=False,
        emoji=False,
        markup=False,
        highlight=False,
    )
    return console, text


def printed(draw: Callable[[Console], None], *, to_file: bool) -> str:
    """What `draw` prints: for a file plain and 80 cells wide, else as the terminal is."""
    console, text = paper(False, 80) if to_file else paper(colored(sys.stdout), width())
    draw(console)
    return text.getvalue()


def put(text: str) -> None:
    """Writes to stdout. A reader that has gone away is no mistake: the run keeps its exit code."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        _silence(sys.stdout)


def put_bytes(data: bytes) -> None:
    """Writes a file to stdout, byte by byte as it is."""
    try:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    except BrokenPipeError:
        _silence(sys.stdout)


def tell(diagnostics: Iterable[Diagnostic], *, quiet: bool = False) -> None:
    """Draws the diagnostics on stderr; `quiet` leaves out warnings."""
    from checker.reports.diagnostics import render

    shown = [d for d in diagnostics if not (quiet and d.level == "warning")]
    say(render(shown, color=colored(sys.stderr), width=min(width(), 120)))


def say(text: str) -> None:
    try:
        sys.stderr.write(text)
        sys.stderr.flush()
    except BrokenPipeError:
        _silence(sys.stderr)


def _silence(stream: TextIO) -> None:
    """Python flushes once more when it ends; that must not complain about the same pipe again."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
