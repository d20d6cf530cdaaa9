"""`checker lint`: read and check rules, waivers and attestations without any data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import options as o
from checker.cli.outputs import Format, Job

if TYPE_CHECKING:
    from checker.linting import Linted

FORMATS: Mapping[str, Format] = {
    "text": Format("lint.txt", (".txt",)),
    "json": Format("lint.json", (".json",)),
    "sarif": Format("lint.sarif", (".sarif", ".sarif.json")),
    "github": Format("lint.github"),
}


def lint(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="PATH",
            help="Rules, waivers, attestations; files or folders. Default: the bundled packs.",
        ),
    ] = None,
    format_: Annotated[list[str] | None, o.format_option(FORMATS)] = None,
    output: o.Outputs = None,
) -> None:
    """Check rules, waivers and attestations.

    Structure, names, types and units; of waivers and attestations what they name, and expiry.

    Exit code: 0 no errors (there may be warnings), 2 errors.
    """
    from checker.cli.exits import WRONG_INPUT, input_code
    from checker.cli.output import write_all
    from checker.cli.outputs import jobs
    from checker.cli.streams import tell
    from checker.diagnostics import Diagnostic

    found: list[Diagnostic] = []
    reports = jobs(format_ or (), output or (), FORMATS, found)
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.linting import lint as run
    from checker.reports.diagnostics import render, to_dicts

    linted = run(tuple(paths or ()))
    diagnostics = linted.diagnostics

    def report(job: Job) -> str:
        match job.format:
            case "json":
                from checker.text.quoted import escaped

                return (
                    escaped(json.dumps(to_dicts(diagnostics), ensure_ascii=False, indent=1)) + "\n"
                )
            case "sarif":
                from checker.diagnostics.explanations import explanations
                from checker.reports.sarif import lint_sarif

                return lint_sarif(diagnostics, explanations(), Path.cwd())
            case "github":
                from checker.reports.github import to_annotations

                return to_annotations(diagnostics, Path.cwd())
        # In a file the problems stand above their number; a terminal has them on stderr.
        drawn = render(diagnostics, color=False, width=80) if job.output.to_file else ""
        return f"{drawn}{_read(linted)}\n"

    if any(job.format == "text" and not job.output.to_file for job in reports):
        tell(diagnostics)
    refused = write_all([(job.output, report(job)) for job in reports])
    tell(refused)
    raise typer.Exit(input_code((*diagnostics, *refused)))


def _read(linted: Linted) -> str:
    """What was read, and how much is wrong with it."""
    from checker.reports.diagnostics import summary

    read = {
        "pack": len(linted.packs),
        "rule": sum(len(p.pack.rules) for p in linted.packs),
        "waiver": len(linted.exceptions.waivers),
        "attestation": len(linted.exceptions.attestations),
    }
    if linted.mappings:
        read["mapping"] = linted.mappings
    return summary(read, linted.diagnostics)
