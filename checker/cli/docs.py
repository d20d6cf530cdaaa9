"""`checker docs`: the pages of docs/ that are made from the rules and the language, and the pictures."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from checker.diagnostics import Diagnostic


def docs(
    write: Annotated[
        Path | None, typer.Option("--write", metavar="DIR", help="Write the pages there.")
    ] = None,
    check: Annotated[
        Path | None,
        typer.Option("--check", metavar="DIR", help="Say which pages are not up to date."),
    ] = None,
) -> None:
    """Write the generated pages and pictures, or check that they are up to date.

    Pictures are made of the example that lies beside DIR; those of the HTML report need a chromium.
    """
    from checker.cli import pictures
    from checker.cli.exits import OK, WRONG_INPUT
    from checker.cli.output import Output
    from checker.cli.streams import put, tell
    from checker.diagnostics import Diagnostic, has_errors
    from checker.diagnostics.explanations import explanations
    from checker.packs.coverage import read_coverage
    from checker.reports.pages import pages
    from checker.rulesets import load_packs

    if (write is None) == (check is None):
        raise typer.BadParameter("name a folder with either --write or --check")
    packs, diagnostics = load_packs((), ())
    if has_errors(diagnostics):
        tell(diagnostics)
        raise typer.Exit(WRONG_INPUT)
    folder = write or check
    assert folder is not None
    made = dict(pages(packs, explanations(), read_coverage()))
    example = folder.resolve().parent / pictures.EXAMPLE
    result = pictures.audited(example) if example.is_dir() else None
    shown: Mapping[str, str] = {}
    if result is not None:
        made |= pictures.terminals(result)
        shown = pictures.pages(result)
    if write is not None:
        refused = [d for path, text in made.items() for d in Output(write / path).write(text)]
        refused += _screenshots(write, shown)
        tell(refused)
        put(f"{len(made) + len(shown)} pages and pictures in {write}\n")
        raise typer.Exit(WRONG_INPUT if has_errors(refused) else OK)
    stale = [
        path
        for path, text in made.items()
        if not (folder / path).is_file() or (folder / path).read_text("utf-8") != text
    ]
    stale += _stale(folder, shown)
    tell(
        Diagnostic(
            "E315",
            f"{(folder / path).as_posix()} is not what the rules and the language give",
            notes=(f"run checker docs --write {folder}",),
        )
        for path in stale
    )
    if not stale:
        put(f"{len(made) + len(shown)} pages and pictures are up to date\n")
    raise typer.Exit(WRONG_INPUT if stale else OK)


def _screenshots(folder: Path, shown: Mapping[str, str]) -> list[Diagnostic]:
    """Takes those that are not up to date: a browser does not give the same bytes twice."""
    from checker.cli import pictures
    from checker.cli.output import Output
    from checker.diagnostics import Diagnostic

    stale = _stale(folder, shown)
    browser = pictures.browser()
    if stale and browser is None:
        message = f"no chromium: {', '.join(stale)} stay as they are"
        notes = ("install chromium and run this again",)
        return [Diagnostic("W525", message, notes=notes, level="warning")]
    return [
        refused
        for path in stale
        for refused in Output(folder / path).write(pictures.screenshot(str(browser), shown[path]))
    ]


def _stale(folder: Path, shown: Mapping[str, str]) -> list[str]:
    """The screenshots that show another page than the one of today, or nothing."""
    from checker.cli import pictures

    return [
        path
        for path, page in shown.items()
        if not (folder / path).is_file()
        or pictures.shown_page((folder / path).read_bytes()) != pictures.digest(page)
    ]
