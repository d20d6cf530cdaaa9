"""The whole lines of a text file that somebody is writing: what is half written is left for later."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

BLOCK = 64 << 20  # bytes that are looked at at once; a row must fit in
EDGE = 4096  # bytes at either end of what was read, by which a file is known again
REMEMBERED = 2000  # lines by which a file that was written anew is told from one that was rotated
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class Stat:
    """What tells that a file may have changed."""

    inode: int
    size: int
    changed: int

    @classmethod
    def of(cls, path: Path) -> Stat:
        found = os.stat(path)  # noqa: PTH116
        return cls(found.st_ino, found.st_size, found.st_mtime_ns)


def is_followed(path: Path) -> bool:
    """Whether a file grows line by line: packed files and Excel do not, UTF-16 has other line ends."""
    if not path.name.lower().endswith((".csv", ".tsv", ".jsonl", ".ndjson")):
        return False
    with path.open("rb") as file:
        return not file.read(2).startswith(_UTF16)


def whole_lines(path: Path, start: int, *, quoted: bool) -> Iterator[bytes]:
    """Blocks of complete lines from byte `start` on. In `quoted` text a line does not end in a quote."""
    with path.open("rb") as file:
        file.seek(start)
        while block := file.read(BLOCK):
            end = _end(block, quoted)
            if end == 0:
                return
            yield block[:end]
            file.seek(start := start + end)


def _end(block: bytes, quoted: bool) -> int:
    end = block.rfind(b"\n") + 1
    if not quoted:
        return end
    quotes = block.count(b'"', 0, end)
    while end and quotes % 2:
        before = block.rfind(b"\n", 0, end - 1) + 1
        quotes -= block.count(b'"', before, end)
        end = before
    return end


@dataclass(frozen=True, slots=True)
class Edges:
    """The first and the last bytes of what was read of a file."""

    read: int = 0
    first: bytes = b""
    last: bytes = b""

    def begin(self, path: Path) -> bool:
        """Whether the file still begins with what was read of it."""
        return self == edges(path, self.read)


def edges(path: Path, read: int) -> Edges:
    with path.open("rb") as file:
        first = file.read(min(EDGE, read))
        file.seek(max(0, read - EDGE))
        last = file.read(min(EDGE, read))
    return Edges(read, _digest(first), _digest(last))


def _digest(part: bytes) -> bytes:
    return hashlib.blake2b(part, digest_size=16).digest()


def remembered(lines: bytes) -> frozenset[int]:
    """Hashes of the last lines of a block."""
    return frozenset(map(hash, lines.splitlines()[-REMEMBERED:]))


def meets(lines: bytes, known: frozenset[int]) -> bool:
    """Whether any of the lines is a known one."""
    return bool(known) and any(hash(line) in known for line in lines.splitlines())
