"""`checker sample`: realistic data to try things with."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checker.cli import options as o


def sample(
    dir_: Annotated[Path, typer.Argument(metavar="DIR", help="A new or an empty folder.")],
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", help="The same seed gives the same rows.")
    ] = 7,
    messages: Annotated[
        int, typer.Option("--messages", metavar="N", help="Number of messages, met exactly.")
    ] = 60_000,
    days: Annotated[int, typer.Option("--days", metavar="N", help="Number of days.")] = 31,
    first: Annotated[
        str | None, typer.Option("--from", metavar="D", help="First day. Default: 2026-10-01.")
    ] = None,
    format_: Annotated[
        str, typer.Option("--format", "-f", metavar="parquet|csv", help="Format of the files.")
    ] = "parquet",
    platform: Annotated[
        list[str] | None,
        typer.Option("--platform", metavar="P", help="Only this platform; may be repeated."),
    ] = None,
    quiet: o.Quiet = False,
) -> None:
    """Write realistic sample data.

    A month of shops, agents, sessions, ratings and staffing. The folder must be new or empty.
    """
    from checker.cli.exits import WRONG_INPUT
    from checker.cli.progress import stages
    from checker.cli.streams import put, tell
    from checker.diagnostics import Diagnostic
    from checker.ruletest.sample import DEFAULT_PLATFORMS, FIRST_DAY, write_sample

    found: list[Diagnostic] = []
    o.at_least("--seed", 0, seed, found)
    start = o.day("--from", first, found)
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)
    with stages(quiet) as progress:
        rows, diagnostics = write_sample(
            dir_,
            seed=seed,
            messages=messages,
            days=days,
            first_day=start or FIRST_DAY,
            fmt=format_,
            platforms=tuple(platform or DEFAULT_PLATFORMS),
            progress=(lambda done, total: progress("messages", done, total)) if progress else None,
        )
    tell(diagnostics)
    if rows is None:
        raise typer.Exit(WRONG_INPUT)
    put("".join(f"{count:>10,}  {table}\n" for table, count in rows.items()))
