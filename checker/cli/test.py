"""`checker test`: run the tests of rules and of mappings."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer


def test(
    paths: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[PATH]...", help="Test files or folders. Default: all that are bundled."
        ),
    ] = None,
    coverage: Annotated[
        bool,
        typer.Option(
            "--coverage",
            help="Also name rules without a passing, failing, boundary or no-data case, and parts"
            " of mappings that no test meets.",
        ),
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Name the tests that pass, too.")
    ] = False,
) -> None:
    """Run the tests of rules and of mappings (*.test.yaml).

    Exit code: 0 all passed, 1 a test failed or with --coverage a case is lacking, 2 wrong rules or tests.
    """
    from checker.cli.exits import FAILED, OK, input_code
    from checker.cli.streams import colored, put, tell, width
    from checker.maptest.run import ALL, run_all
    from checker.ruletest.report import render

    report = run_all(paths or ALL)
    tell(report.diagnostics)
    put(
        render(
            report,
            color=colored(sys.stdout),
            width=min(width(), 80),
            verbose=verbose,
            coverage=coverage,
        )
    )
    failed = report.failed > 0 or (coverage and bool(report.gaps))
    raise typer.Exit(input_code(report.diagnostics) or (FAILED if failed else OK))
