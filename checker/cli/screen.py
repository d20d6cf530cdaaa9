"""A screen of its own that is painted over and over, and leaves the terminal as it was."""

from __future__ import annotations

import sys
from contextlib import suppress
from types import TracebackType

_ENTER = "\x1b[?1049h\x1b[?25l"  # the other screen, without a cursor
_LEAVE = "\x1b[?25h\x1b[?1049l"
_HOME, _REST, _BELOW = "\x1b[H", "\x1b[K", "\x1b[J"


class LiveScreen:
    """Takes the terminal at stdout while it is entered."""

    def __enter__(self) -> LiveScreen:
        sys.stdout.write(_ENTER)
        sys.stdout.flush()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        where: TracebackType | None,
    ) -> None:
        with suppress(OSError):  # the terminal may be gone
            sys.stdout.write(_LEAVE)
            sys.stdout.flush()

    def paint(self, text: str, rows: int) -> None:
        """Puts the lines in place of those that were there; what has no room is left out."""
        lines = text.rstrip("\n").split("\n")[: max(1, rows)]
        # Without a line break at the end: it would scroll a full screen.
        painted = "\r\n".join(line + _REST for line in lines)
        sys.stdout.write(_HOME + painted + _BELOW)
        sys.stdout.flush()

    def ring(self) -> None:
        sys.stdout.write("\a")
        sys.stdout.flush()
