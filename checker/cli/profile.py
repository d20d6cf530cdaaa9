"""`checker profile`: what is in a data set, what is wrong with it, and which rules it can feed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import options as o

FORMATS = ("terminal", "json")


def profile(
    data: Annotated[str, typer.Argument(metavar="DATA", help="Folder, file, or postgres://…")],
    rules: o.Rules = None,
    pack: o.Packs = None,
    platform: o.Platform = None,
    mapping: o.Mapping = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of", metavar="T", help="What is later lies in the future. Default: now."
        ),
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", "-f", metavar="|".join(FORMATS), help="Format of the report.")
    ] = "terminal",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write there; - is stdout."),
    ] = None,
    setting: o.Settings = None,
    pseudonymize: o.Pseudonymize = None,
    lang: o.Lang = None,
    threads: o.Threads = None,
    quiet: o.Quiet = False,
) -> None:
    """Show what a data set holds and what is wrong with it.

    Also which rules it can feed, and which missing table or column would unlock others.

    Exit code: 0, or 2 for wrong usage, rules or input. What the data hold is no failure.
    """
    from checker.cli.exits import OK, WRONG_INPUT
    from checker.cli.output import Output
    from checker.cli.streams import colored, paper, tell, width
    from checker.diagnostics import Diagnostic

    found: list[Diagnostic] = []
    target = Output(output)
    language = o.language(lang, found)
    o.one_of("--format", format_, FORMATS, found)
    settings, params = o.params(o.settings(setting, found), mapping)
    o.at_least("--threads", 1, threads, found)
    target.check(found)
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.pipeline import AuditOptions
    from checker.profile import profile as run
    from checker.reports.profile import profile_json, render_profile

    made, diagnostics = run(
        data,
        AuditOptions(
            rules=tuple(rules or ()),
            packs=tuple(pack or ()),
            platform=platform,
            mapping=mapping,
            params=params,
            settings=settings,
            as_of=as_of,
            pseudonymize=pseudonymize,
            threads=threads,
        ),
    )
    tell(diagnostics, quiet=quiet)
    if made is None:
        raise typer.Exit(WRONG_INPUT)
    if format_ == "json":
        text = profile_json(made)
    else:
        console, page = paper(False, 80) if target.to_file else paper(colored(sys.stdout), width())
        render_profile(made, console, lang=language)
        text = page.getvalue()
    refused = target.write(text)
    tell(refused)
    raise typer.Exit(WRONG_INPUT if refused else OK)
