"""`checker lint`: read and check rules, waivers and attestations without any data."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

FORMATS = ("text", "json", "sarif", "github")


def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="Rules, waivers, attestations; files or folders. Default: the bundled packs.",
        ),
    ] = None,
    format_: Annotated[
        str,
        typer.Option("--format", "-f", metavar="|".join(FORMATS), help="How problems are shown."),
    ] = "text",
) -> None:
    """Check rules, waivers and attestations.

    Structure, names, types and units; of waivers and attestations what they name, and expiry.

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

    from checker.linting import lint as run
    from checker.reports.diagnostics import summary, to_dicts

    linted = run(tuple(paths or ()))
    packs, diagnostics = linted.packs, linted.diagnostics
    if format_ == "json":
        from checker.reports.json import escaped

        put(escaped(json.dumps(to_dicts(diagnostics), ensure_ascii=False, indent=1)) + "\n")
    elif format_ == "sarif":
        from checker.diagnostics.explanations import explanations
        from checker.reports.sarif import lint_sarif

        put(lint_sarif(diagnostics, explanations(), Path.cwd()))
    elif format_ == "github":
        from checker.reports.github import to_annotations

        put(to_annotations(diagnostics, Path.cwd()))
    else:
        tell(diagnostics)
        read = {
            "pack": len(packs),
            "rule": sum(len(p.pack.rules) for p in packs),
            "waiver": len(linted.exceptions.waivers),
            "attestation": len(linted.exceptions.attestations),
        }
        if linted.mappings:
            read["mapping"] = linted.mappings
        put(summary(read, diagnostics) + "\n")
    raise typer.Exit(input_code(diagnostics))
