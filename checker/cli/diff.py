"""`checker diff`: what changed between two versions of the rules."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import options as o
from checker.cli.outputs import Format

FORMATS: Mapping[str, Format] = {
    "terminal": Format("diff.txt", (".txt",)),
    "json": Format("diff.json", (".json",)),
    "markdown": Format("diff.md", (".md", ".markdown")),
}


def diff(
    old: Annotated[
        Path, typer.Argument(metavar="OLD", help="Rule file or folder, or the word bundled.")
    ],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The same; compared with OLD.")],
    format_: Annotated[list[str] | None, o.format_option(FORMATS)] = None,
    output: o.Outputs = None,
    lang: o.Lang = None,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 1 if the rules differ.")
    ] = False,
) -> None:
    """Show what changed between two versions of the rules.

    Packs are compared by name, else by platform; layout and comments do not count. Exit code: 0, or 2
    for wrong usage or rules; with --exit-code also 1 where the rules differ.
    """
    from checker.cli.exits import FAILED, OK, WRONG_INPUT
    from checker.cli.outputs import jobs, write_reports
    from checker.cli.streams import tell
    from checker.diagnostics import Diagnostic

    found: list[Diagnostic] = []
    language = o.language(lang, found)
    reports = jobs(format_ or (), output or (), FORMATS, found)
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.comparing import diff_rules
    from checker.reports.diff import diff_json, diff_markdown, render_diff

    packs, diagnostics = diff_rules(old, new)
    tell(diagnostics)
    if packs is None:
        raise typer.Exit(WRONG_INPUT)
    refused = write_reports(
        reports,
        lambda console: render_diff(packs, console, lang=language),
        {
            "json": lambda: diff_json(packs),
            "markdown": lambda: diff_markdown(packs, lang=language),
        },
    )
    tell(refused)
    if refused:
        raise typer.Exit(WRONG_INPUT)
    different = any(pack.different for pack in packs)
    raise typer.Exit(FAILED if exit_code and different else OK)
