"""The formats of an audit: how each is stored, and which report writes it."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from checker.cli.outputs import Format

if TYPE_CHECKING:
    from checker.reports.json import Lines
    from checker.verdicts.model import Result

FORMATS: Mapping[str, Format] = {
    "terminal": Format("audit.txt", (".txt",)),
    "json": Format("audit.json", (".json",)),
    "html": Format("audit.html", (".html", ".htm")),
    "xlsx": Format("audit.xlsx", (".xlsx",), binary=True),
    "csv": Format("audit.csv", (".csv",)),
    "csv-offenders": Format("offenders.csv"),
    "markdown": Format("audit.md", (".md", ".markdown")),
    "junit": Format("audit.xml", (".xml",)),
    "sarif": Format("audit.sarif", (".sarif", ".sarif.json")),
    "github": Format("audit.github"),
}


def lines_for(names: Collection[str]) -> Lines | None:
    """Where the result is to be in JSON: what puts its lines down while it is made."""
    if "json" not in names:
        return None
    from checker.reports.json import Lines

    return Lines()


def rendered(
    name: str,
    result: Result,
    *,
    lang: str,
    offenders: int,
    data: str,
    to_file: bool,
    asked: Sequence[str] = (),
    lines: Lines | None = None,
) -> str | bytes:
    """The result in the format `name`. `offenders` bounds what the terminal lists; the command that it
    ends with is about `data`, with the options `asked`. `lines` are what JSON has of verdicts."""
    if name == "terminal":
        return _terminal(result, lang, offenders, data, asked, to_file)
    if name == "json":
        from checker.reports.json import to_json

        return to_json(result, lines)
    return _REPORTS[name](result, lang)


def _terminal(
    result: Result, lang: str, offenders: int, data: str, asked: Sequence[str], to_file: bool
) -> str:
    from checker.cli.streams import colored, paper, width
    from checker.reports.terminal import render_terminal

    console, page = paper(False, 80) if to_file else paper(colored(sys.stdout), width())
    render_terminal(result, console, lang=lang, offenders=offenders, data=data, asked=asked)
    return page.getvalue()


def _html(result: Result, lang: str) -> str:
    from checker.reports.html.page import to_html

    return to_html(result, lang=lang)


def _xlsx(result: Result, lang: str) -> bytes:
    from checker.reports.xlsx import to_xlsx

    return to_xlsx(result, lang=lang)


def _csv(result: Result, lang: str) -> bytes:
    from checker.reports.csv import verdicts_csv

    return verdicts_csv(result, lang=lang)


def _csv_offenders(result: Result, lang: str) -> bytes:
    from checker.reports.csv import offenders_csv

    return offenders_csv(result, lang=lang)


def _markdown(result: Result, lang: str) -> str:
    from checker.reports.markdown import to_markdown

    return to_markdown(result, lang=lang)


def _junit(result: Result, lang: str) -> str:
    from checker.reports.junit import to_junit

    return to_junit(result, lang=lang)


def _sarif(result: Result, lang: str) -> str:
    from checker.reports.sarif import audit_sarif

    return audit_sarif(result, lang=lang)


def _github(result: Result, lang: str) -> str:
    from checker.reports.github import audit_annotations

    return audit_annotations(result, lang=lang)


# Each imports its report when it is asked for: a run loads only what it writes.
_REPORTS: Mapping[str, Callable[[Result, str], str | bytes]] = {
    "html": _html,
    "xlsx": _xlsx,
    "csv": _csv,
    "csv-offenders": _csv_offenders,
    "markdown": _markdown,
    "junit": _junit,
    "sarif": _sarif,
    "github": _github,
}
