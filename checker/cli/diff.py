"""`checker diff`: what changed between two versions of the rules."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import options as o

FORMATS = ("terminal", "json", "markdown")


def diff(
    old: Annotated[
        Path, typer.Argument(metavar="OLD", help="Rule file or folder, or the word bundled.")
    ],
    new: Annotated[Path, typer.Argument(metavar="NEW", help="The same; compared with OLD.")],
    format_: Annotated[
        str, typer.Option("--format", "-f", metavar="|".join(FORMATS), help="Format of the report.")
    ] = "terminal",
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write there; - is stdout."),
    ] = None,
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
    from checker.cli.output import Output
    from checker.cli.streams import colored, paper, tell, width
    from checker.diagnostics import Diagnostic

    found: list[Diagnostic] = []
    target = Output(output)
    language = o.language(lang, found)
    o.one_of("--format", format_, FORMATS, found)
    target.check(found)
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.comparing import diff_rules
    from checker.reports.diff import diff_json, diff_markdown, render_diff

    packs, diagnostics = diff_rules(old, new)
    tell(diagnostics)
    if packs is None:
        raise typer.Exit(WRONG_INPUT)
    if format_ == "json":
        text = diff_json(packs)
    elif format_ == "markdown":
        text = diff_markdown(packs, lang=language)
    else:
        console, page = paper(False, 80) if target.to_file else paper(colored(sys.stdout), width())
        render_diff(packs, console, lang=language)
        text = page.getvalue()
    refused = target.write(text)
    tell(refused)
    if refused:
        raise typer.Exit(WRONG_INPUT)
    different = any(pack.different for pack in packs)
    raise typer.Exit(FAILED if exit_code and different else OK)
