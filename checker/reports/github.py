"""Diagnostics as workflow commands of GitHub, which show them beside the changed lines."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from checker.diagnostics import Diagnostic
from checker.reports.clean import clean
from checker.reports.places import relative

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def to_annotations(diagnostics: Iterable[Diagnostic], here: Path) -> str:
    """One command a line, `::error file=…,line=…,title=E105::message`; notes on lines of the message.

    Files are named relative to `here` where they lie below it.
    """
    found = sorted(dict.fromkeys(diagnostics), key=lambda d: d.sort_key)
    return "".join(f"{_command(d, here)}\n" for d in found)


def _command(diagnostic: Diagnostic, here: Path) -> str:
    span = diagnostic.span
    properties = {}
    if span is not None:
        properties = {"file": relative(span.file, here), "line": str(max(span.line, 1))}
        properties["endLine"] = str(max(span.end_line, span.line, 1))
        if span.line == span.end_line:
            properties["col"] = str(max(span.column, 1))
            properties["endColumn"] = str(max(span.end_column, 1))
    title = diagnostic.code + (f" ({diagnostic.subject})" if diagnostic.subject else "")
    properties["title"] = title
    told = ",".join(f"{key}={_escaped(clean(text), _PROPERTY)}" for key, text in properties.items())
    label = f" ({diagnostic.label})" if diagnostic.label else ""
    lines = [diagnostic.message + label, *diagnostic.notes]
    message = "\n".join(map(clean, lines))
    return f"::{diagnostic.level} {told}::{_escaped(message, _DATA)}"


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(char, char) for char in text)
