"""`checker lint`: read and type-check rules without any data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

FORMATS = ("text", "json")


def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(metavar="PATH", help="Rule files or folders. Default: the bundled packs."),
    ] = None,
    format_: Annotated[
        str,
        typer.Option("--format", "-f", metavar="|".join(FORMATS), help="How problems are shown."),
    ] = "text",
) -> None:
    """Check rule files: structure, names, types, units.

    Exit code: 0 no errors (there may be warnings), 2 errors.
    """
    from checker.cli import options as o
    from checker.cli.exits import WRONG_INPUT, input_code
    from checker.cli.streams import put, tell
    from checker.diagnostics import Diagnostic

    found: list[Diagnostic] = []
    o.one_of("--format", format_, FORMATS, found)
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.pipeline import load_packs
    from checker.reports.diagnostics import summary, to_dicts

    packs, diagnostics = load_packs(tuple(paths or ()), ())
    if format_ == "json":
        put(json.dumps(to_dicts(diagnostics), ensure_ascii=False, indent=1) + "\n")
    else:
        tell(diagnostics)
        put(summary(len(packs), sum(len(p.pack.rules) for p in packs), diagnostics) + "\n")
    raise typer.Exit(input_code(diagnostics))
