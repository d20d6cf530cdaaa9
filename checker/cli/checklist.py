"""`checker checklist`: what to look at before a review, and what was found."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import options as o

FORMATS = ("terminal", "markdown", "html", "xlsx")


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
    first: o.First = None,
    through: o.Through = None,
    as_of: o.AsOf = None,
    setting: o.Settings = None,
    format_: Annotated[
        str, typer.Option("--format", "-f", metavar="|".join(FORMATS), help="Format of the list.")
    ] = "terminal",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write there; - is stdout."),
    ] = None,
    pseudonymize: o.Pseudonymize = None,
    lang: o.Lang = None,
    threads: o.Threads = None,
    quiet: o.Quiet = False,
) -> None:
    """Print the pre-review checklist: blank, or filled in from data.

    Exit code: as of audit; 0 for a blank form.
    """
    from checker.cli.exits import WRONG_INPUT, verdicts_code
    from checker.cli.output import Output
    from checker.cli.progress import stages
    from checker.cli.streams import colored, paper, tell, width
    from checker.diagnostics import Diagnostic

    found: list[Diagnostic] = []
    target = Output(output)
    language = o.language(lang, found)
    days = o.stretch(first, through, found)
    settings = o.settings(setting, found)
    o.one_of("--format", format_, FORMATS, found)
    o.at_least("--threads", 1, threads, found)
    target.check(found)
    if format_ == "xlsx" and not target.to_file and sys.stdout.isatty():
        message = "--format xlsx: not for a terminal"
        found.append(Diagnostic("E328", message, notes=("name a file with -o",)))
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.checklist import checklist as run
    from checker.pipeline import AuditOptions

    with stages(quiet) as progress:
        made, diagnostics = run(
            data,
            AuditOptions(
                rules=tuple(rules or ()),
                packs=tuple(packs or ()),
                platform=platform,
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
    text: str | bytes
    if format_ == "xlsx":
        from checker.reports.checklist_xlsx import checklist_xlsx

        text = checklist_xlsx(made, lang=language)
    elif format_ == "markdown":
        from checker.reports.checklist_markdown import checklist_markdown

        text = checklist_markdown(made, language)
    elif format_ == "html":
        from checker.reports.html.checklist import checklist_html

        text = checklist_html(made, lang=language)
    else:
        from checker.reports.checklist import render_checklist

        console, page = paper(False, 80) if target.to_file else paper(colored(sys.stdout), width())
        render_checklist(made, console, lang=language)
        text = page.getvalue()
    refused = target.write(text)
    tell(refused)
    raise typer.Exit(verdicts_code(made.verdicts, (*diagnostics, *refused)))
