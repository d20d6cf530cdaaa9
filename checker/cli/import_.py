"""`checker import`: exports to a data set."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checker.cli import options as o

FORMATS = ("parquet", "csv")


def import_(
    source: Annotated[
        str,
        typer.Argument(metavar="SRC", help="Exported file, folder of them, or postgres://…"),
    ],
    mapping: Annotated[
        str,
        typer.Option(
            "--mapping", "-m", metavar="M", help="Name of a shipped mapping, a file, or auto."
        ),
    ],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="DIR", help="A new or an empty folder.")
    ],
    format_: Annotated[
        str, typer.Option("--format", "-f", metavar="|".join(FORMATS), help="Format of the tables.")
    ] = "parquet",
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="D", help="First day of a report that does not say it."),
    ] = None,
    through: Annotated[
        str | None, typer.Option("--through", metavar="D", help="Last day, included.")
    ] = None,
    setting: o.Settings = None,
    text: Annotated[
        bool, typer.Option("--text", help="From a database: also copy what was said.")
    ] = False,
    threads: o.Threads = None,
    quiet: o.Quiet = False,
) -> None:
    """Turn exports into a data set.

    What was read, dropped and written is told on stderr, and kept as import-report.json in DIR.
    """
    from checker.cli.exits import WRONG_INPUT
    from checker.cli.streams import put, say, tell
    from checker.diagnostics import Diagnostic

    found: list[Diagnostic] = []
    o.one_of("--format", format_, FORMATS, found)
    o.at_least("--threads", 1, threads, found)
    o.stretch(first, through, found)
    settings = o.settings(setting, found)
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.imports.account import account_text
    from checker.imports.options import ImportOptions
    from checker.imports.run import import_data

    account, diagnostics = import_data(
        source,
        output,
        ImportOptions(mapping, settings, first, through, format_, threads, text=text),
    )
    tell(diagnostics, quiet=quiet)
    if account is None:
        raise typer.Exit(WRONG_INPUT)
    if not quiet:
        say(account_text(account))
    put("".join(f"{count:>10,}  {table}\n" for table, count in account.written.items()))
