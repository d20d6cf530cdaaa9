"""`checker compile`: the SQL of a rule."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from checker.cli import options as o


def compile_(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="As in douyin/reply-3m-session.")],
    dialect: Annotated[
        str,
        typer.Option(
            "--dialect",
            "-d",
            metavar="D",
            help="duckdb, spark, postgres, clickhouse, snowflake, bigquery or trino.",
        ),
    ],
    rules: o.Rules = None,
    setting: o.Settings = None,
    platform: Annotated[
        str | None,
        typer.Option("--platform", metavar="P", help="Only its rows, of a rule for any platform."),
    ] = None,
    first: o.First = None,
    through: o.Through = None,
    as_of: o.AsOf = None,
    form: Annotated[
        str,
        typer.Option("--as", metavar="query|script", help="One query, or temporary tables."),
    ] = "query",
    timestamps: Annotated[
        str,
        typer.Option(
            "--timestamps",
            metavar="local|utc|zoned",
            help="What timestamps say: the pack's clock, UTC, or an instant (TIMESTAMPTZ).",
        ),
    ] = "local",
    without: Annotated[
        list[str] | None,
        typer.Option(
            "--without",
            metavar="TABLE[.COLUMN]",
            help="The warehouse does not have it; may be repeated.",
        ),
    ] = None,
    schema: Annotated[
        str | None, typer.Option("--schema", metavar="NAME", help="Where the tables are.")
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="Write there; - is stdout."),
    ] = None,
    lang: o.Lang = None,
) -> None:
    """Print a rule as SQL, to be run in a warehouse with the tables of a data set.

    Exit code: 0, or 2 where the rule cannot be written in the dialect.
    """
    from checker.cli.exits import OK, WRONG_INPUT
    from checker.cli.output import Output
    from checker.cli.streams import tell
    from checker.diagnostics import Diagnostic, has_errors

    found: list[Diagnostic] = []
    language = o.language(lang, found)
    days = o.stretch(first, through, found)
    settings = o.settings(setting, found)
    for option, given, known in (
        ("--as", form, ("query", "script")),
        ("--timestamps", timestamps, ("local", "utc", "zoned")),
    ):
        if given not in known:
            note = f"there are: {', '.join(known)}"
            found.append(Diagnostic("E547", f"{option} {given}: unknown", notes=(note,)))
    target = Output(output)
    target.check(found)
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.compiling.compile import Wish, compile_rule
    from checker.rulesets import load_packs

    packs, diagnostics = load_packs(tuple(rules or ()), settings)
    tell(diagnostics)
    if has_errors(diagnostics):
        raise typer.Exit(WRONG_INPUT)
    wish = Wish(
        dialect=dialect,
        form=form,
        stamps=timestamps,  # type: ignore[arg-type]
        platform=platform,
        first=days[0],
        through=days[1],
        as_of=as_of,
        without=tuple(without or ()),
        schema=schema,
        lang=language,
    )
    text, wrong = compile_rule(packs, rule, wish)
    tell(wrong)
    if text is None:
        raise typer.Exit(WRONG_INPUT)
    refused = target.write(text)
    tell(refused)
    raise typer.Exit(WRONG_INPUT if refused else OK)
