"""`checker whatif`: what other rules would say of the same data."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import options as o

FORMATS = ("terminal", "json")


def whatif(
    data: Annotated[str, typer.Argument(metavar="DATA", help="Folder, file, or postgres://…")],
    rules: Annotated[
        list[Path] | None,
        typer.Option("--rules", metavar="NEW", help="The new rules; may be repeated."),
    ] = None,
    against: Annotated[
        list[Path] | None,
        typer.Option(
            "--against",
            metavar="OLD",
            help="The old rules; may be repeated. Default: the bundled ones.",
        ),
    ] = None,
    pack: Annotated[
        list[str] | None,
        typer.Option("--pack", metavar="NAME", help="Only this pack of NEW; may be repeated."),
    ] = None,
    platform: o.Platform = None,
    mapping: o.Mapping = None,
    first: Annotated[
        str | None, typer.Option("--from", metavar="D", help="First day, as 2026-10-01.")
    ] = None,
    through: Annotated[
        str | None, typer.Option("--through", metavar="D", help="Last day, included.")
    ] = None,
    as_of: o.AsOf = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="K=V", help="Change a value of the new rules; may be repeated."
        ),
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", "-f", metavar="|".join(FORMATS), help="Format of the report.")
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
    """Show which verdicts a change of rules would flip.

    By shop and agent, with the sessions that cause it, the figures before and after, and why. Exit
    code: 0, or 2 for wrong usage, rules or input.
    """
    from checker.cli.exits import OK, WRONG_INPUT
    from checker.cli.output import Output
    from checker.cli.progress import stages
    from checker.cli.streams import colored, paper, tell, width
    from checker.diagnostics import Diagnostic

    found: list[Diagnostic] = []
    target = Output(output)
    language = o.language(lang, found)
    days = o.stretch(first, through, found)
    settings, params = o.params(o.settings(setting, found), mapping)
    o.one_of("--format", format_, FORMATS, found)
    o.at_least("--threads", 1, threads, found)
    if not (rules or against or setting):
        note = "say --rules NEW, or --set NAME=VALUE"
        found.append(Diagnostic("E361", "both sides are the bundled rules", notes=(note,)))
    target.check(found)
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.comparing import whatif as run
    from checker.pipeline import AuditOptions

    with stages(quiet) as progress:
        result, diagnostics = run(
            data,
            AuditOptions(
                rules=tuple(rules or ()),
                packs=tuple(pack or ()),
                platform=platform,
                mapping=mapping,
                params=params,
                first=days[0],
                through=days[1],
                as_of=as_of,
                settings=settings,
                pseudonymize=pseudonymize,
                threads=threads,
                progress=progress,
            ),
            tuple(against or ()),
        )
    tell(diagnostics, quiet=quiet)
    if result is None:
        raise typer.Exit(WRONG_INPUT)
    if format_ == "json":
        from checker.reports.whatif_json import whatif_json

        text = whatif_json(result)
    else:
        from checker.reports.whatif import render_whatif

        console, page = paper(False, 80) if target.to_file else paper(colored(sys.stdout), width())
        render_whatif(result, console, lang=language)
        text = page.getvalue()
    refused = target.write(text)
    tell(refused)
    raise typer.Exit(WRONG_INPUT if refused else OK)
