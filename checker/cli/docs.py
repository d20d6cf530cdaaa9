"""`checker docs`: the pages of docs/ that are made from the rules and the language itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def docs(
    write: Annotated[
        Path | None, typer.Option("--write", metavar="DIR", help="Write the pages there.")
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option("--check", metavar="DIR", help="Say which pages are not up to date."),
    ] = None,
) -> None:
    """Write the generated reference pages, or check that they are up to date."""
    from checker.cli.exits import OK, WRONG_INPUT
    from checker.cli.output import Output
    from checker.cli.streams import put, tell
    from checker.diagnostics import Diagnostic, has_errors
    from checker.diagnostics.explanations import explanations
    from checker.packs.coverage import read_coverage
    from checker.pipeline import load_packs
    from checker.reports.pages import pages

    if (write is None) == (check is None):
        raise typer.BadParameter("name a folder with either --write or --check")
    packs, diagnostics = load_packs((), ())
    if has_errors(diagnostics):
        tell(diagnostics)
        raise typer.Exit(WRONG_INPUT)
    made = pages(packs, explanations(), read_coverage())
    if write is not None:
        refused = [d for path, text in made.items() for d in Output(write / path).write(text)]
        tell(refused)
        put(f"{len(made)} pages in {write}\n")
        raise typer.Exit(WRONG_INPUT if refused else OK)
    assert check is not None
    stale = [
        Diagnostic(
            "E315",
            f"{(check / path).as_posix()} is not what the rules and the language give",
            notes=(f"run checker docs --write {check}",),
        )
        for path, text in made.items()
        if not (check / path).is_file() or (check / path).read_text("utf-8") != text
    ]
    tell(stale)
    if not stale:
        put(f"{len(made)} pages are up to date\n")
    raise typer.Exit(WRONG_INPUT if stale else OK)
