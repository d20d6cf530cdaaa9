"""Diagnostics, or the failures of an audit, as workflow commands of GitHub, which shows them on the page of
the run and beside changed lines."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from checker.diagnostics import Diagnostic, Span
from checker.reports.clean import clean
from checker.reports.grouping import badness
from checker.reports.places import relative
from checker.reports.sarif import is_grave, told
from checker.verdicts.model import Outcome, Result

_DATA = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_PROPERTY = {**_DATA, ":": "%3A", ",": "%2C"}


def to_annotations(diagnostics: Iterable[Diagnostic], here: Path) -> str:
    """One command a line, `::error file=…,line=…,title=E105::message`; notes on lines of the message.

    Files are named relative to `here` where they lie below it.
    """
    found = sorted(dict.fromkeys(diagnostics), key=lambda d: d.sort_key)
    return "".join(_command(d, here) for d in found)


def audit_annotations(result: Result, *, lang: str, here: Path | None = None) -> str:
    """The failures and warnings, each at the place of its rule in the pack's file; the gravest first, for
    of one step GitHub shows ten errors and ten warnings."""
    here = here or Path.cwd()
    places = {rule: span for pack in result.packs for rule, span in pack.places.items()}
    found = [v for v in result.verdicts if v.outcome in (Outcome.FAIL, Outcome.WARN)]
    found.sort(key=lambda v: (is_grave(v), badness(v)), reverse=True)
    return "".join(
        _line(
            "error" if is_grave(verdict) else "warning",
            places.get(verdict.rule),
            verdict.rule,
            told(verdict, lang),
            here,
        )
        for verdict in found
    )


def _command(diagnostic: Diagnostic, here: Path) -> str:
    title = diagnostic.code + (f" ({diagnostic.subject})" if diagnostic.subject else "")
    label = f" ({diagnostic.label})" if diagnostic.label else ""
    lines = [diagnostic.message + label, *diagnostic.notes]
    message = "\n".join(map(clean, lines))
    return _line(diagnostic.level, diagnostic.span, title, message, here)


def _line(level: str, span: Span | None, title: str, message: str, here: Path) -> str:
    properties = {}
    if span is not None:
        properties = {"file": relative(span.file, here), "line": str(max(span.line, 1))}
        properties["endLine"] = str(max(span.end_line, span.line, 1))
        if span.line == span.end_line:
            properties["col"] = str(max(span.column, 1))
            properties["endColumn"] = str(max(span.end_column, 1))
    properties["title"] = title
    listed = ",".join(
        f"{key}={_escaped(clean(text), _PROPERTY)}" for key, text in properties.items()
    )
    return f"::{level} {listed}::{_escaped(message, _DATA)}\n"


def _escaped(text: str, table: dict[str, str]) -> str:
    return "".join(table.get(char, char) for char in text)
