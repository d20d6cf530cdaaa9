"""`checker checklist`: what to look at before a review, and what was found."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import options as o
from checker.cli.output import Content
from checker.cli.outputs import Format

if TYPE_CHECKING:
    from checker.verdicts.checklist import Checklist

FORMATS: Mapping[str, Format] = {
    "terminal": Format("checklist.txt", (".txt",)),
    "markdown": Format("checklist.md", (".md", ".markdown")),
    "html": Format("checklist.html", (".html", ".htm")),
    "xlsx": Format("checklist.xlsx", (".xlsx",), binary=True),
}


def checklist(
    packs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="PACK",
            help="Only these packs. Default: those of the data's platforms, or all.",
        ),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option(
            "--data", metavar="DATA", help="Judge this data set; without it a blank form."
        ),
    ] = None,
    attest: o.Attestations = None,
    waivers: o.Waivers = None,
    rules: o.Rules = None,
    platform: o.Platform = None,
    mapping: o.Mapping = None,
    first: o.First = None,
    through: o.Through = None,
    as_of: o.AsOf = None,
    setting: o.Settings = None,
    format_: Annotated[list[str] | None, o.format_option(FORMATS)] = None,
    output: o.Outputs = None,
    pseudonymize: o.Pseudonymize = None,
    lang: o.Lang = None,
    threads: o.Threads = None,
    quiet: o.Quiet = False,
) -> None:
    """Print the pre-review checklist: blank, or filled in from data.

    Exit code: as of audit; 0 for a blank form.
    """
    from checker.cli.exits import WRONG_INPUT, verdicts_code
    from checker.cli.outputs import jobs, write_reports
    from checker.cli.progress import stages
    from checker.cli.streams import tell
    from checker.diagnostics import Diagnostic

    found: list[Diagnostic] = []
    language = o.language(lang, found)
    days = o.stretch(first, through, found)
    settings, params = o.params(o.settings(setting, found), mapping)
    if mapping is not None and data is None:
        found.append(Diagnostic("E298", "--mapping: of which data?", notes=("add --data DATA",)))
    reports = jobs(format_ or (), output or (), FORMATS, found)
    o.at_least("--threads", 1, threads, found)
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.checklist import checklist as run
    from checker.options import AuditOptions

    with stages(quiet) as progress:
        made, diagnostics = run(
            data,
            AuditOptions(
                rules=tuple(rules or ()),
                packs=tuple(packs or ()),
                platform=platform,
                mapping=mapping,
                params=params,
                first=days[0],
                through=days[1],
                as_of=as_of,
                settings=settings,
                pseudonymize=pseudonymize,
                waivers=tuple(waivers or ()),
                attestations=tuple(attest or ()),
                threads=threads,
                progress=progress,
            ),
        )
    tell(diagnostics, quiet=quiet)
    if made is None:
        raise typer.Exit(WRONG_INPUT)
    from checker.reports.checklist import render_checklist

    refused = write_reports(
        reports,
        lambda console: render_checklist(made, console, lang=language),
        {name: partial(write, made, language) for name, write in _OTHERS.items()},
    )
    tell(refused)
    raise typer.Exit(verdicts_code(made.verdicts, (*diagnostics, *refused)))


def _markdown(made: Checklist, lang: str) -> str:
    from checker.reports.checklist_markdown import checklist_markdown

    return checklist_markdown(made, lang)


def _html(made: Checklist, lang: str) -> str:
    from checker.reports.html.checklist import checklist_html

    return checklist_html(made, lang=lang)


def _xlsx(made: Checklist, lang: str) -> bytes:
    from checker.reports.checklist_xlsx import checklist_xlsx

    return checklist_xlsx(made, lang=lang)


# Each imports its report when it is asked for: a run loads only what it writes.
_OTHERS: Mapping[str, Callable[[Checklist, str], Content]] = {
    "markdown": _markdown,
    "html": _html,
    "xlsx": _xlsx,
}
