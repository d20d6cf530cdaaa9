"""`checker trend`: what the audits of a history say, over time."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import options as o
from checker.cli.outputs import Format, jobs

FORMATS = {
    "terminal": Format("trend.txt", (".txt",)),
    "json": Format("trend.json", (".json",)),
    "csv": Format("trend.csv", (".csv",)),
}


def trend(
    history: Annotated[
        Path, typer.Argument(metavar="FILE.duckdb", help="What checker audit --history wrote.")
    ],
    rule: Annotated[
        str | None, typer.Option("--rule", metavar="R", help="Only this rule, every scope of it.")
    ] = None,
    shop: Annotated[
        str | None, typer.Option("--shop", metavar="S", help="Only this shop, by its id.")
    ] = None,
    last: Annotated[
        int | None, typer.Option("--last", metavar="N", help="Show the last N periods of each.")
    ] = None,
    breakdowns: Annotated[
        bool, typer.Option("--breakdowns", help="Also the rows that --by of the audits added.")
    ] = False,
    format_: Annotated[list[str] | None, o.format_option(FORMATS)] = None,
    output: o.Outputs = None,
    plain: Annotated[
        bool, typer.Option("--ascii", help="Draw with ASCII. Default: where the terminal needs it.")
    ] = False,
    lang: o.Lang = None,
) -> None:
    """Show what is getting better or worse, where, and since when.

    Of several audits of one period the newest counts. Exit code: 0, or 2 for wrong usage or input.
    """
    from checker.cli.exits import OK, WRONG_INPUT
    from checker.cli.output import write_all
    from checker.cli.streams import tell
    from checker.diagnostics import Diagnostic, has_errors

    found: list[Diagnostic] = []
    language = o.language(lang, found)
    reports = jobs(format_ or (), output or (), FORMATS, found)
    o.at_least("--last", 1, last, found)
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.verdicts.history_read import read_history

    known, diagnostics = read_history(
        history, rule=rule, shop=shop, last=last, breakdowns=breakdowns
    )
    tell(diagnostics)
    if known is None:
        raise typer.Exit(WRONG_INPUT)

    def written(name: str, to_file: bool) -> str | bytes:
        if name == "json":
            from checker.reports.trend_data import trend_json

            return trend_json(known)
        if name == "csv":
            from checker.reports.trend_data import trend_csv

            return trend_csv(known, lang=language)
        from checker.cli.streams import can_draw, colored, paper, width
        from checker.reports.sparkline import ASCII, UNICODE
        from checker.reports.trend import render_trend

        console, page = paper(False, 80) if to_file else paper(colored(sys.stdout), width())
        drawn = not plain and (to_file or can_draw(sys.stdout, UNICODE.bars))
        render_trend(
            known,
            console,
            lang=language,
            signs=UNICODE if drawn else ASCII,
            file=str(history),
            every=rule is not None,
        )
        return page.getvalue()

    refused = write_all([(job.output, written(job.format, job.output.to_file)) for job in reports])
    tell(refused)
    raise typer.Exit(WRONG_INPUT if has_errors(refused) else OK)
