"""Draws diagnostics: what is wrong, where, with a caret under it, and what would work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from checker.diagnostics import Diagnostic, Span
from checker.reports.clean import clean
from checker.reports.layout import cells, wrap

_TAB = "    "
_RESET = "\x1b[0m"
_STYLES = {"error": "\x1b[1;31m", "warning": "\x1b[1;33m", "bold": "\x1b[1m", "gutter": "\x1b[34m"}
_LEAST = 40  # narrower pages are not laid out; lines then run on


def render(diagnostics: Iterable[Diagnostic], *, color: bool, width: int) -> str:
    """All diagnostics by file and line, then their number; "" without any.

    Lines keep to `width` cells, save the `-->` line: a place must stay in one piece to be clicked.
    """
    found = sorted(dict.fromkeys(diagnostics), key=lambda d: d.sort_key)
    if not found:
        return ""
    page = _Page(color, max(width, _LEAST))
    return "\n\n".join(page.block(d) for d in found) + f"\n\n{_count(found)}\n"


def summary(read: Mapping[str, int], diagnostics: Iterable[Diagnostic]) -> str:
    """`5 packs, 75 rules, no problems`: what was read, by its noun, and what is wrong with it."""
    told = {noun: number for noun, number in read.items() if number}
    if not told or "pack" in told:
        told = {"pack": 0, "rule": 0} | told
    parts = [f"{n:,} {noun}{'s' * (n != 1)}" for noun, n in told.items()]
    return ", ".join((*parts, _count(list(diagnostics)) or "no problems"))


def to_dicts(diagnostics: Iterable[Diagnostic]) -> list[dict[str, object]]:
    """The diagnostics as they stand in the JSON result. Columns count from 1, ends are exclusive."""
    return [_to_dict(d) for d in diagnostics]


def _to_dict(diagnostic: Diagnostic) -> dict[str, object]:
    span = diagnostic.span
    return {
        "code": diagnostic.code,
        "level": diagnostic.level,
        "message": diagnostic.message,
        "file": span.file if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
        "label": diagnostic.label,
        "notes": list(diagnostic.notes),
        "subject": diagnostic.subject,
    }


def _count(diagnostics: list[Diagnostic]) -> str:
    errors = sum(d.level == "error" for d in diagnostics)
    warnings = len(diagnostics) - errors
    parts = []
    if errors:
        parts.append(f"{errors} error{'s' * (errors != 1)}")
    if warnings:
        parts.append(f"{warnings} warning{'s' * (warnings != 1)}")
    return ", ".join(parts)


class _Page:
    def __init__(self, color: bool, width: int) -> None:
        self.color = color
        self.width = width

    def block(self, diagnostic: Diagnostic) -> str:
        span = diagnostic.span
        gutter = len(str(span.line)) if span else 1
        lines = self._heading(diagnostic)
        place = _place(span) if span else ""
        subject = _subject(diagnostic.subject)
        if place and subject:
            arrow = [f"{place}  ({subject})"]
            if gutter + 4 + cells(arrow[0]) > self.width:
                arrow = [place, f"({subject})"]
        else:
            arrow = [place or subject] if place or subject else []
        for index, text in enumerate(arrow):
            lines.append(
                " " * gutter + (self._paint("gutter", "-->") if index == 0 else "   ") + " " + text
            )
        drawn = span is not None and span.line > 0 and bool(span.source.strip())
        if span is not None and drawn:
            lines += self._snippet(span, clean(diagnostic.label), diagnostic.level, gutter)
        notes = [clean(note) for note in diagnostic.notes]
        if diagnostic.label and not drawn:
            notes.insert(0, clean(diagnostic.label))
        lines += self._notes(notes, diagnostic.code, gutter)
        return "\n".join(line.rstrip() for line in lines)

    def _paint(self, style: str, text: str) -> str:
        return f"{_STYLES[style]}{text}{_RESET}" if self.color and text else text

    def _heading(self, diagnostic: Diagnostic) -> list[str]:
        head = f"{diagnostic.level}[{clean(diagnostic.code)}]:"
        room = self.width - len(head) - 1
        first, *rest = wrap(clean(diagnostic.message), self.width - 2, first=room)
        return [
            f"{self._paint(diagnostic.level, head)} {self._paint('bold', first)}",
            *(f"  {self._paint('bold', line)}" for line in rest),
        ]

    def _snippet(self, span: Span, label: str, level: str, gutter: int) -> list[str]:
        room = self.width - gutter - 3
        text, column, length = _cut(*_stretch(span), room)
        empty = self._paint("gutter", " " * gutter + " |")
        lines = [
            empty,
            self._paint("gutter", f"{span.line:>{gutter}} |") + " " + text,
            f"{empty} {' ' * column}{self._paint(level, '^' * length)}",
        ]
        if not label:
            return lines
        if column + length + 1 + cells(label) <= room:
            lines[-1] += " " + self._paint(level, label)
            return lines
        # Beside the caret there is no room: below it, as far right as leaves the label legible.
        indent = max(0, min(column, room - max(30, room // 2)))
        return lines + [
            f"{empty} {' ' * indent}{self._paint(level, line)}"
            for line in wrap(label, room - indent)
        ]

    def _notes(self, notes: list[str], code: str, gutter: int) -> list[str]:
        hint = f"checker show {code}"
        lines: list[str] = []
        for number, note in enumerate(notes):
            if number == len(notes) - 1 and "checker show" not in note:
                note += f"   ({hint})"
            first, *rest = wrap(note, self.width - gutter - 3)
            lines.append(" " * (gutter + 1) + self._paint("gutter", "=") + " " + first.strip())
            lines += [" " * (gutter + 3) + line for line in rest]
        return lines or [" " * (gutter + 1) + self._paint("gutter", "=") + " " + hint]


def _place(span: Span) -> str:
    file = clean(span.file)
    if span.line < 1:
        return file
    return f"{file}:{span.line}:{span.column}" if span.column > 0 else f"{file}:{span.line}"


def _subject(subject: str) -> str:
    text = clean(subject)
    return f"rule {text}" if "/" in text and " " not in text else text


def _stretch(span: Span) -> tuple[str, int, int]:
    """The source line as it is printed, and the caret's first cell and length in it.

    Of a stretch over several lines the part on the first line is marked.
    """
    source = span.source.rstrip("\r\n")
    start = max(span.column - 1, 0)
    stop = span.end_column - 1 if span.end_line <= span.line else len(source.rstrip())
    marked = source[start : max(stop, start)]
    if marked.strip():  # indentation is not what is wrong
        start += len(marked) - len(marked.lstrip())
        marked = marked.strip()
    before = source[:start]
    column = cells(_shown(before)) + max(0, start - len(source))
    return _shown(source).rstrip(), column, max(cells(_shown(marked)), 1)


def _shown(source: str) -> str:
    # A tab takes the same cells wherever it stands, or a cut line would move its caret.
    return clean(source.replace("\t", _TAB))


def _cut(text: str, column: int, length: int, room: int) -> tuple[str, int, int]:
    """The part of a long line around the caret, with … where it was cut."""
    if cells(text) <= room and column + length <= room:
        return text, column, length
    begin = 0 if column + min(length, room // 2) <= room - 2 else max(0, column - room // 3)
    shown, at, used, first = "", 0, 0, None
    for char in text:
        size = cells(char)
        if at >= begin and used + size <= room - 2:
            first = at if first is None else first
            shown += char
            used += size
        elif first is not None:
            break
        at += size
    first = column if first is None else first
    lead = "…" if first else ""
    tail = "…" if first + used < cells(text) else ""
    column = min(column - first + len(lead), room - 1)
    return lead + shown + tail, column, max(1, min(length, len(lead) + used - column))
