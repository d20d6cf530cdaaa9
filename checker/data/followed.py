"""One growing text file: what of it was read, and what became of it: grown, rotated, written anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from checker.data.chunks import Lines
from checker.data.lines import Edges, Stat, edges, meets, remembered, whole_lines
from checker.diagnostics import Diagnostic

Write = Callable[[Lines], tuple[list[Path], tuple[Diagnostic, ...]]]
"""Makes files of some lines; empty-handed where something is wrong with them."""


@dataclass
class Generation:
    """What was read between two rotations: the files made of it, and lines to know it again by."""

    parts: list[Path] = field(default_factory=list)
    lines: frozenset[int] = frozenset()


@dataclass
class Followed:
    """`older` are the generations that were rotated away; their questions may still be open."""

    path: Path
    table: str
    stat: Stat | None = None
    known: Edges = field(default_factory=Edges)
    header: bytes = b""
    line: int = 1
    current: Generation = field(default_factory=Generation)
    older: list[Generation] = field(default_factory=list)

    @property
    def parts(self) -> list[Path]:
        return [part for one in (*self.older, self.current) for part in one.parts]

    @property
    def is_table(self) -> bool:
        """CSV and TSV: a header, and quotes in which a line may go on."""
        return self.path.suffix.lower() in (".csv", ".tsv")

    def update(self, write: Write) -> tuple[bool, tuple[Diagnostic, ...]]:
        """Reads what is new. Whether anything changed, and what is wrong with the new lines.

        Raises OSError when the file vanishes meanwhile.
        """
        stat = Stat.of(self.path)
        if stat == self.stat:
            return False, ()
        # Messages are added at the end; the rows of any other table change where they stand.
        grows = (
            self.table == "messages"
            and self.known.read > 0
            and stat.size >= self.known.read
            and self.known.begin(self.path)
        )
        changed = False
        if not grows:
            changed = self._start_again()
        more, found = self._read(write)
        if not found:
            self.stat = stat
        return changed or more, found

    def _start_again(self) -> bool:
        """The file was rotated or written anew; which of the two, its lines will tell."""
        before = bool(self.current.parts)
        if before:
            self.older.append(self.current)
        self.current, self.known, self.header, self.line = Generation(), Edges(), b"", 1
        return before

    def _read(self, write: Write) -> tuple[bool, tuple[Diagnostic, ...]]:
        changed = False
        for block in whole_lines(self.path, self.known.read, quoted=self.is_table):
            body, header = block, self.header
            if self.is_table and not header:
                header, body = _split(block)
            if body:
                parts, found = write(
                    Lines(self.path, self.table, header, body, self.line + (body is not block))
                )
                if found:
                    return changed, found
                self.current.parts += parts
                self._forget(body)
                self.current.lines = remembered(body) | (
                    frozenset() if len(self.current.lines) > 10_000 else self.current.lines
                )
            self.header = header
            self.known = edges(self.path, self.known.read + len(block))
            self.line += block.count(b"\n")
            changed = True
        return changed, ()

    def _forget(self, body: bytes) -> None:
        """A file that has lines of an older generation is that one written anew."""
        for one in [g for g in self.older if meets(body, g.lines)]:
            self.older.remove(one)
            for part in one.parts:
                part.unlink(missing_ok=True)

    def drop(self) -> None:
        for part in self.parts:
            part.unlink(missing_ok=True)


def _split(block: bytes) -> tuple[bytes, bytes]:
    """The header, which may have quoted line breaks, and the rest."""
    end = block.find(b"\n") + 1
    while block.count(b'"', 0, end) % 2 and (more := block.find(b"\n", end)) >= 0:
        end = more + 1
    return block[:end], block[end:]
