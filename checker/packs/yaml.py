"""Reading one YAML file under YAML 1.2 core rules into nodes that know their place."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from checker.diagnostics import Diagnostic, Span
from checker.packs.accidents import Accident, accident_diagnostic, accident_in_line
from checker.packs.compose import Composer, RefusedError
from checker.packs.marks import PlacedText
from checker.packs.nodes import Node

MAX_BYTES = 2_000_000
_MAX_REPAIRS = 50
_MAX_REREAD = 5_000_000  # characters read again for repairs: a broken file must not take long
# What is not among the printable characters of YAML; to name those instead takes 7 ms to compile.
_CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufeff\ufffe\uffff]"
)


def read_yaml(path: Path) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """The root node of the file, or None where it cannot be read, and everything wrong with it."""
    file = path.as_posix()
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        return None, (Diagnostic("E001", f"cannot read {file}: {reason}"),)
    return parse_yaml(file, data)


def parse_yaml(file: str, data: bytes) -> tuple[Node | None, tuple[Diagnostic, ...]]:
    """As `read_yaml`, from the bytes of a file."""
    try:
        placed = _decoded(file, data)
    except RefusedError as refused:
        return None, (refused.diagnostic,)
    found: list[Diagnostic] = []
    repairs: dict[int, Accident] = {}
    text = placed.text
    most = min(_MAX_REPAIRS, _MAX_REREAD // (len(text) + 1))
    while True:
        composer = Composer(placed, text, repairs)
        try:
            node = composer.document()
            return node, (*found, *composer.diagnostics)
        except RefusedError as refused:
            return None, (*found, *composer.diagnostics, refused.diagnostic)
        except yaml.YAMLError as error:
            accident = _accident(placed, error) if len(repairs) < most else None
            if accident is None or accident.start in repairs:
                return None, (*found, *composer.diagnostics, _syntax_error(placed, error))
            repairs[accident.start] = accident
            written = placed.text[accident.start : accident.end]
            span = placed.span(accident.start, accident.end)
            found.append(accident_diagnostic(accident.key, written, span))
            # As long as the original, so that every place after it stays right.
            stand_in = "x" * (accident.end - accident.start)
            text = text[: accident.start] + stand_in + text[accident.end :]


def _decoded(file: str, data: bytes) -> PlacedText:
    top = Span(file, 1, 1, 1, 2)
    if len(data) > MAX_BYTES:
        raise RefusedError(
            Diagnostic(
                "E009",
                f"{file} has {len(data):,} bytes; a rule file has at most {MAX_BYTES:,}",
                top,
            )
        )
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise RefusedError(
            Diagnostic("E002", f"{file} is UTF-16, not UTF-8", top, "save it as UTF-8")
        )
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        before = PlacedText(file, data[: error.start].decode("utf-8"))
        span = before.span(error.start and len(before.text), len(before.text))
        byte = f"byte 0x{data[error.start]:02x}"
        raise RefusedError(
            Diagnostic("E002", f"{file} is not UTF-8", span, f"{byte} here; save the file as UTF-8")
        ) from None
    placed = PlacedText(file, text)
    control = _CONTROL.search(text)
    if control:
        name = f"U+{ord(control[0]):04X}"
        span = placed.span(control.start(), control.end())
        raise RefusedError(
            Diagnostic("E014", f"character {name} cannot stand in a YAML file", span, "remove it")
        )
    return placed


def _accident(placed: PlacedText, error: yaml.YAMLError) -> Accident | None:
    mark = getattr(error, "problem_mark", None)
    if mark is None:
        return None
    line = placed.place(min(mark.index, len(placed.text)))[0]
    return accident_in_line(placed, line)


def _syntax_error(placed: PlacedText, error: yaml.YAMLError) -> Diagnostic:
    problem_mark = getattr(error, "problem_mark", None)
    context_mark = getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    context = getattr(error, "context", None) or ""
    mark = problem_mark or context_mark
    if mark is None:
        return Diagnostic("E003", f"not valid YAML: {problem}", placed.span(0, 0))
    index = min(mark.index, len(placed.text))
    line, _ = placed.place(index)
    for number in (line, line - 1):
        tab = re.match(r" *\t", placed.lines[number - 1]) if number else None
        if tab:
            at = placed.line_start(number) + tab.end() - 1
            return Diagnostic(
                "E004", "a tab cannot indent YAML", placed.span(at, at + 1), "use spaces"
            )
    opened = "scanning a quoted" in context
    if context_mark and (opened or ("flow" in context and context_mark.line != mark.line)):
        at = context_mark.index
        what = "quote" if opened else "bracket"
        return Diagnostic("E003", f"this {what} is never closed", placed.span(at, at + 1), problem)
    notes = (f"{context} that begins in line {context_mark.line + 1}",) if context_mark else ()
    return Diagnostic(
        "E003", f"not valid YAML: {problem}", placed.span(index, index + 1), notes=notes
    )
