"""`checker explain`: one session as a timeline, or one verdict as a funnel."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import completion
from checker.cli import options as o
from checker.cli.outputs import Format

if TYPE_CHECKING:
    from checker.diagnostics import Diagnostic

FORMATS: Mapping[str, Format] = {
    "terminal": Format("explain.txt", (".txt",)),
    "json": Format("explain.json", (".json",)),
}


def explain(
    data: Annotated[str, typer.Argument(metavar="DATA", help="Folder, file, or postgres://…")],
    session: Annotated[
        str | None, typer.Argument(metavar="SESSION", help="Id of the session.")
    ] = None,
    verdict: Annotated[
        tuple[str, str, str] | None,
        typer.Option(
            "--verdict",
            metavar="RULE SCOPE PERIOD",
            help="Explain a verdict: douyin/reply-3m-session shop=s1 2026-10-01.",
        ),
    ] = None,
    rule: Annotated[
        str | None,
        typer.Option(
            "--rule",
            metavar="R",
            help="Only this rule, as in douyin/reply-3m-session.",
            autocompletion=completion.rules,
        ),
    ] = None,
    rules: o.Rules = None,
    pack: o.Packs = None,
    platform: o.Platform = None,
    mapping: o.Mapping = None,
    first: o.First = None,
    through: o.Through = None,
    as_of: o.AsOf = None,
    setting: o.Settings = None,
    show_text: Annotated[
        bool, typer.Option("--show-text", help="Print what was said; it may be personal.")
    ] = False,
    format_: Annotated[list[str] | None, o.format_option(FORMATS)] = None,
    output: o.Outputs = None,
    offenders: Annotated[
        int | None,
        typer.Option(
            "--offenders",
            metavar="N",
            help="List that many cases of a verdict (terminal 5, files 20).",
        ),
    ] = None,
    waivers: o.Waivers = None,
    attest: o.Attestations = None,
    pseudonymize: o.Pseudonymize = None,
    engine: o.EngineName = None,
    lang: o.Lang = None,
) -> None:
    """Show a session as a timeline, or a verdict as a funnel.

    SESSION: messages, turns and waits, and which part of which rule held or did not. --verdict: all
    rows, in the window, eligible, answered, in time; SCOPE is shop=s1,agent=a1 or s1; PERIOD is
    2026-10-01, 2026-10, 2026-W40, 2026-10-01T14, rolling or all.
    """
    from checker.cli.exits import WRONG_INPUT, input_code
    from checker.cli.output import Content, write_all
    from checker.cli.outputs import Job, jobs
    from checker.cli.streams import printed, tell
    from checker.data.urls import shown as data_shown

    found: list[Diagnostic] = []
    language = o.language(lang, found)
    days = o.stretch(first, through, found)
    settings, params = o.params(o.settings(setting, found), mapping)
    reports = jobs(format_ or (), output or (), FORMATS, found)
    o.at_least("--offenders", 0, offenders, found)
    people = {"--waivers": waivers, "--attest": attest}
    found += _asked(session, verdict, {"--rule": rule, "--show-text": show_text}, people)
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker import explaining
    from checker.options import AuditOptions
    from checker.reports.explain_json import timelines_json, verdict_json
    from checker.reports.timeline import render_timelines
    from checker.reports.verdict import render_verdict

    options = AuditOptions(
        rules=tuple(rules or ()),
        packs=tuple(pack or ()),
        platform=platform,
        mapping=mapping,
        params=params,
        first=days[0],
        through=days[1],
        as_of=as_of,
        settings=settings,
        waivers=tuple(waivers or ()),
        attestations=tuple(attest or ()),
        pseudonymize=pseudonymize,
        engine=engine,
        offenders=20 if offenders is None else offenders,
    )
    contents: list[tuple[Job, Content]]
    if verdict is None:
        timelines, diagnostics = explaining.explain(
            data, str(session), options, rule, show_text=show_text
        )

        def timeline(job: Job) -> str:
            if job.format == "json":
                return timelines_json(timelines, show_text=show_text)
            return printed(
                lambda console: render_timelines(
                    timelines, console, lang=language, show_text=show_text
                ),
                to_file=job.output.to_file,
            )

        contents = [(job, timeline(job)) for job in reports] if timelines else []
    else:
        reading, diagnostics = explaining.explain_verdict(data, *verdict, options)
        shown = 5 if offenders is None else offenders

        def funnel(job: Job) -> str:
            assert reading is not None
            if job.format == "json":
                return verdict_json(reading)
            return printed(
                lambda console: render_verdict(
                    reading, console, lang=language, offenders=shown, data=data_shown(data)
                ),
                to_file=job.output.to_file,
            )

        contents = [(job, funnel(job)) for job in reports] if reading else []
    tell(diagnostics)
    refused = write_all([(job.output, content) for job, content in contents])
    tell(refused)
    raise typer.Exit(input_code((*diagnostics, *refused)))


def _asked(
    session: str | None,
    verdict: tuple[str, str, str] | None,
    of_session: Mapping[str, object],
    of_verdict: Mapping[str, object],
) -> list[Diagnostic]:
    """What does not go together."""
    from checker.diagnostics import Diagnostic

    notes = (
        "checker explain DATA SESSION [--rule R]",
        "checker explain DATA --verdict RULE SCOPE PERIOD",
    )
    if (session is None) == (verdict is None):
        one = "either a session or --verdict, not both"
        message = f"say {one if session is not None else 'a session, or a verdict with --verdict'}"
        return [Diagnostic("E524", message, notes=notes)]
    misplaced, told = of_verdict, "goes with --verdict, not with a session"
    if verdict is not None:
        misplaced, told = of_session, "goes with a session, not with --verdict"
    names = ", ".join(name for name, on in misplaced.items() if on)
    return [Diagnostic("E524", f"{names}: {told}", notes=notes)] if names else []
