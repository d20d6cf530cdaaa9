"""`checker explain`: one session as a timeline, and which part of which rule held."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from checker.cli import options as o


def explain(
    data: Annotated[str, typer.Argument(metavar="DATA", help="Folder, file, or postgres://…")],
    session: Annotated[str, typer.Argument(metavar="SESSION", help="Id of the session.")],
    rule: Annotated[
        str | None,
        typer.Option("--rule", metavar="R", help="Only this rule, as in douyin/reply-3m-session."),
    ] = None,
    rules: o.Rules = None,
    pack: o.Packs = None,
    platform: o.Platform = None,
    mapping: o.Mapping = None,
    as_of: o.AsOf = None,
    setting: o.Settings = None,
    show_text: Annotated[
        bool, typer.Option("--show-text", help="Print what was said; it may be personal.")
    ] = False,
    pseudonymize: o.Pseudonymize = None,
    lang: o.Lang = None,
) -> None:
    """Show one session as a timeline.

    Messages, turns and waits, and which part of which rule held or did not.
    """
    from checker.cli.exits import WRONG_INPUT, input_code
    from checker.cli.streams import colored, paper, put, tell, width
    from checker.diagnostics import Diagnostic

    found: list[Diagnostic] = []
    language = o.language(lang, found)
    settings, params = o.params(o.settings(setting, found), mapping)
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.pipeline import AuditOptions
    from checker.pipeline import explain as run
    from checker.reports.timeline import render_timelines

    asked = AuditOptions(
        rules=tuple(rules or ()),
        packs=tuple(pack or ()),
        platform=platform,
        mapping=mapping,
        params=params,
        as_of=as_of,
        settings=settings,
        pseudonymize=pseudonymize,
    )
    timelines, diagnostics = run(data, session, asked, rule, show_text=show_text)
    tell(diagnostics)
    console, page = paper(colored(sys.stdout), width())
    render_timelines(timelines, console, lang=language, show_text=show_text)
    put(page.getvalue())
    raise typer.Exit(input_code(diagnostics))
