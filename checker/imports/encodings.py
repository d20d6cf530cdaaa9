"""Text files in any encoding → UTF-8, in one pass of bounded memory, or why they are no text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checker.diagnostics import Diagnostic, nearest

MAX_LINE = 8 << 20
"""Characters of one line; a longer one is no table."""
_CHUNK = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CHINESE_UTF8 = re.compile(rb"[\xe4-\xe9][\x80-\xbf]{2}")
_NAMES = ("utf-8", "gb18030", "gbk", "utf-16", "big5", "shift_jis", "euc-kr", "windows-1252")


@dataclass(frozen=True)
class Decoded:
    """A UTF-8 copy of a text file whose lines end in LF, and the encoding that it was read as."""

    path: Path
    encoding: str


def known_encoding(name: str) -> Diagnostic | None:
    try:
        codecs.lookup(name)
    except LookupError:
        meant = nearest(name, _NAMES)
        notes = (f"did you mean {meant}?",) if meant else ()
        listed = f"encodings: {', '.join(_NAMES)} …"
        return Diagnostic("E269", f"unknown encoding `{name}`", notes=(*notes, listed))
    return None


def decode(
    file: Path, target: Path, encoding: str | None = None, *, filler: str = ""
) -> Decoded | Diagnostic:
    """Writes `file` to `target` as UTF-8. The encoding is the given one, else that of its mark, else
    UTF-8 or GB18030, whichever reads all of it. An empty line outside of quotes holds the `filler`,
    so that a reader which leaves empty lines out counts rows as a person does."""
    try:
        return _decode(file, target, encoding, filler)
    except OSError as error:
        reason = error.strerror or str(error)
        return Diagnostic("E204", f"cannot read `{file}`: {reason}")


def _decode(file: Path, target: Path, encoding: str | None, filler: str) -> Decoded | Diagnostic:
    tried: list[str] = []
    for name in (encoding,) if encoding else _candidates(file):
        try:
            with target.open("w", encoding="utf-8", newline="") as out:
                for text in _lines(file, name, filler):
                    out.write(text)
            return Decoded(target, name)
        except UnicodeDecodeError:
            tried.append(name)
        except _Refused as refused:
            return refused.diagnostic
        if tried == ["utf-8"]:
            mixed = _mixed(file)
            if mixed is not None:
                return mixed
    return _undecodable(file, tried)


def _candidates(file: Path) -> tuple[str, ...]:
    with file.open("rb") as stream:
        start = stream.read(4096)
    for mark, name in _BOMS:
        if start.startswith(mark):
            return (name,)
    # Without a mark, UTF-16 shows as a NUL beside every ASCII character.
    for offset, name in ((1, "utf-16-le"), (0, "utf-16-be")):
        half = start[offset::2]
        if (
            len(start) >= 4
            and half.count(0) * 5 > len(half) * 2
            and not start[1 - offset :: 2].count(0)
        ):
            return (name,)
    return ("utf-8", "gb18030")


class _Refused(Exception):
    def __init__(self, diagnostic: Diagnostic) -> None:
        super().__init__(diagnostic.message)
        self.diagnostic = diagnostic


def _lines(file: Path, encoding: str, filler: str) -> Iterator[str]:
    """Whole lines, a chunk at a time."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    rest, line, quoted = "", 1, False
    with file.open("rb") as stream:
        while True:
            data = stream.read(_CHUNK)
            text = rest + decoder.decode(data, final=not data)
            # A CR at the very end may be half of a line break.
            held = "\r" if data and text.endswith("\r") else ""
            text = text.removesuffix(held).replace("\r\n", "\n").replace("\r", "\n")
            cut = text.rfind("\n") + 1 if data else len(text)
            block, rest = text[:cut], text[cut:] + held
            if len(rest) > MAX_LINE:
                raise _Refused(_too_long(file, line + block.count("\n")))
            if "\0" in block:
                at = line + block[: block.index("\0")].count("\n")
                raise _Refused(_nul(file, at))
            line += block.count("\n")
            if block:
                block, quoted = _filled(block, filler, quoted)
                yield block
            if not data:
                return


def _filled(block: str, filler: str, quoted: bool) -> tuple[str, bool]:
    """Empty lines outside of quotes get the filler."""
    if not filler or not (block.startswith("\n") or "\n\n" in block):
        return block, quoted ^ (block.count('"') % 2 == 1)
    lines = block.split("\n")
    last = len(lines) - 1
    for number, line in enumerate(lines):
        if not line and not quoted and number != last:
            lines[number] = filler
        quoted ^= line.count('"') % 2 == 1
    return "\n".join(lines), quoted


def _too_long(file: Path, line: int) -> Diagnostic:
    return Diagnostic(
        "E271",
        f"line {line} of `{file}` has more than {MAX_LINE:,} characters",
        notes=("a table has a line break after every row; a quote that never ends hides them",),
    )


def _nul(file: Path, line: int) -> Diagnostic:
    return Diagnostic(
        "E270",
        f"line {line} of `{file}` has a NUL character",
        notes=("the file is damaged, or no text: export it again, or name its encoding",),
    )


def _mixed(file: Path) -> Diagnostic | None:
    """Whether some lines are Chinese in UTF-8 and others in another encoding: GB18030 would read
    all of them, and most of it wrong."""
    good: list[int] = []
    bad: list[int] = []
    with file.open("rb") as stream:
        for number, line in enumerate(iter(lambda: stream.readline(MAX_LINE), b""), 1):
            if line.isascii():
                continue
            try:
                line.decode("utf-8")
            except UnicodeDecodeError:
                bad.append(number)
            else:
                if len(_CHINESE_UTF8.findall(line)) >= 2:
                    good.append(number)
            if good and bad:
                break
    if not (good and bad):
        return None
    return Diagnostic(
        "E269",
        f"`{file}` mixes two encodings",
        notes=(
            f"line {good[0]} is UTF-8, line {bad[0]} is not",
            "two files were joined: import them as two files",
        ),
    )


def _undecodable(file: Path, tried: list[str]) -> Diagnostic:
    best, place = "", -1
    for name in tried:
        at = _first_bad(file, name)
        if at > place:
            best, place = name, at
    notes = (
        f"read as {best}, it breaks off in line {place}",
        "name its encoding in the mapping, as in encoding: big5, or save the file as UTF-8",
    )
    names = " nor ".join(tried)
    what = f"is neither {names}" if len(tried) > 1 else f"is not {names}"
    return Diagnostic("E269", f"`{file}` {what}", notes=notes)


def _first_bad(file: Path, encoding: str) -> int:
    """The line of the first byte that cannot be decoded."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    with file.open("rb") as stream:
        while data := stream.read(_CHUNK):
            try:
                line += decoder.decode(data).count("\n")
            except UnicodeDecodeError as error:
                return line + data[: error.start].count(b"\n")
    return line
