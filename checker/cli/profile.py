"""`checker profile`: what is in a data set, what is wrong with it, and which rules it can feed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

import typer

from checker.cli import options as o
from checker.cli.outputs import Format

FORMATS: Mapping[str, Format] = {
    "terminal": Format("profile.txt", (".txt",)),
    "json": Format("profile.json", (".json",)),
}


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
    format_: Annotated[list[str] | None, o.format_option(FORMATS)] = None,
    output: o.Outputs = None,
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
    from checker.cli.outputs import jobs, write_reports
    from checker.cli.streams import tell
    from checker.diagnostics import Diagnostic

    found: list[Diagnostic] = []
    language = o.language(lang, found)
    reports = jobs(format_ or (), output or (), FORMATS, found)
    settings, params = o.params(o.settings(setting, found), mapping)
    o.at_least("--threads", 1, threads, found)
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.options import AuditOptions
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
    refused = write_reports(
        reports,
        lambda console: render_profile(made, console, lang=language),
        {"json": lambda: profile_json(made)},
    )
    tell(refused)
    raise typer.Exit(WRONG_INPUT if refused else OK)
