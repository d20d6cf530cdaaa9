"""`checker audit`: judge a data set."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import options as o

FORMATS = ("terminal", "json")
_SHOWN = 5  # worst cases that a reader takes in; --offenders changes it
_LISTED = 20  # per verdict in files


def audit(
    data: Annotated[str, typer.Argument(metavar="DATA", help="Folder, file or DuckDB file.")],
    rules: o.Rules = None,
    pack: o.Packs = None,
    platform: o.Platform = None,
    first: o.First = None,
    through: o.Through = None,
    as_of: o.AsOf = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by", metavar="X", help="Break down by agent, channel, hour …; may be repeated."
        ),
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", "-f", metavar="|".join(FORMATS), help="Format of the report.")
    ] = "terminal",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write there; - is stdout."),
    ] = None,
    waivers: o.Waivers = None,
    attest: o.Attestations = None,
    setting: o.Settings = None,
    lang: o.Lang = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 unless everything was judged and met.")
    ] = False,
    offenders: Annotated[
        int | None,
        typer.Option(
            "--offenders", metavar="N", help="List that many offenders (terminal 5, json 20)."
        ),
    ] = None,
    threads: o.Threads = None,
    quiet: o.Quiet = False,
) -> None:
    """Judge a data set by the rules.

    Exit code: 0 nothing failed, 1 a rule failed, 2 wrong usage, rules or input, 3 see --strict.
    """
    from checker.cli.exits import WRONG_INPUT, exit_code
    from checker.cli.output import Output
    from checker.cli.progress import stages
    from checker.cli.streams import colored, paper, tell, width
    from checker.diagnostics import Diagnostic

    found: list[Diagnostic] = []
    target = Output(output)
    language = o.language(lang, found)
    days = o.stretch(first, through, found)
    settings = o.settings(setting, found)
    breakdowns = o.breakdowns(by, found)
    o.one_of("--format", format_, FORMATS, found)
    o.at_least("--offenders", 0, offenders, found)
    o.at_least("--threads", 1, threads, found)
    target.check(found)
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.pipeline import AuditOptions
    from checker.pipeline import audit as run

    listed = offenders if offenders is not None else _LISTED
    with stages(quiet) as progress:
        result, diagnostics = run(
            data,
            AuditOptions(
                rules=tuple(rules or ()),
                packs=tuple(pack or ()),
                platform=platform,
                first=days[0],
                through=days[1],
                as_of=as_of,
                by=breakdowns,
                settings=settings,
                waivers=tuple(waivers or ()),
                attestations=tuple(attest or ()),
                offenders=listed,
                threads=threads,
                progress=progress,
            ),
        )
    tell(diagnostics, quiet=quiet)
    if result is None:
        raise typer.Exit(WRONG_INPUT)
    if format_ == "json":
        from checker.reports.json import to_json

        text = to_json(result)
    else:
        from checker.reports.terminal import render_terminal

        console, page = paper(False, 80) if target.to_file else paper(colored(sys.stdout), width())
        shown = offenders if offenders is not None else _SHOWN
        render_terminal(result, console, lang=language, offenders=shown, data=data)
        text = page.getvalue()
    refused = target.write(text)
    tell(refused)
    raise typer.Exit(exit_code(result, (*diagnostics, *refused), strict))
