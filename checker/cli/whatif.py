"""`checker whatif`: what other rules would say of the same data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import options as o
from checker.cli.outputs import Format

FORMATS: Mapping[str, Format] = {
    "terminal": Format("whatif.txt", (".txt",)),
    "json": Format("whatif.json", (".json",)),
}


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
    first: o.First = None,
    through: o.Through = None,
    as_of: o.AsOf = None,
    setting: Annotated[
        list[str] | None,
        typer.Option(
            "--set", metavar="K=V", help="Change a value of the new rules; may be repeated."
        ),
    ] = None,
    format_: Annotated[list[str] | None, o.format_option(FORMATS)] = None,
    output: o.Outputs = None,
    pseudonymize: o.Pseudonymize = None,
    lang: o.Lang = None,
    engine: o.EngineName = None,
    threads: o.Threads = None,
    quiet: o.Quiet = False,
) -> None:
    """Show which verdicts a change of rules would flip.

    By shop and agent, with the sessions that cause it, the figures before and after, and why. Exit
    code: 0, or 2 for wrong usage, rules or input.
    """
    from checker.cli.exits import OK, WRONG_INPUT
    from checker.cli.outputs import jobs, write_reports
    from checker.cli.progress import stages
    from checker.cli.streams import tell
    from checker.diagnostics import Diagnostic

    found: list[Diagnostic] = []
    language = o.language(lang, found)
    days = o.stretch(first, through, found)
    settings, params = o.params(o.settings(setting, found), mapping)
    reports = jobs(format_ or (), output or (), FORMATS, found)
    o.at_least("--threads", 1, threads, found)
    if not (rules or against or setting):
        note = "say --rules NEW, or --set NAME=VALUE"
        found.append(Diagnostic("E361", "both sides are the bundled rules", notes=(note,)))
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.comparing import whatif as run
    from checker.options import AuditOptions

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
                engine=engine,
                threads=threads,
                progress=progress,
            ),
            tuple(against or ()),
        )
    tell(diagnostics, quiet=quiet)
    if result is None:
        raise typer.Exit(WRONG_INPUT)
    from checker.reports.whatif import render_whatif
    from checker.reports.whatif_json import whatif_json

    refused = write_reports(
        reports,
        lambda console: render_whatif(result, console, lang=language),
        {"json": lambda: whatif_json(result)},
    )
    tell(refused)
    raise typer.Exit(WRONG_INPUT if refused else OK)
