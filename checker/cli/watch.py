"""`checker watch`: who waits now, and whose limit is near or passed."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated

import typer

from checker.cli import completion
from checker.cli import options as o

if TYPE_CHECKING:
    from checker.diagnostics import Diagnostic
    from checker.verdicts.waiting import Snapshot

_FORMATS = ("terminal", "json")


def watch(
    data: Annotated[str, typer.Argument(metavar="DATA", help="Folder, file, or postgres://…")],
    rules: o.Rules = None,
    pack: o.Packs = None,
    platform: o.Platform = None,
    mapping: o.Mapping = None,
    first: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="D", help="With --mapping: nothing that was over before that day."
        ),
    ] = None,
    interval: Annotated[
        str, typer.Option("--interval", metavar="TIME", help="Look for new data that often.")
    ] = "5s",
    soon: Annotated[
        str, typer.Option("--soon", metavar="TIME", help="A limit is near that long before.")
    ] = "60s",
    once: Annotated[
        bool, typer.Option("--once", help="Print what waits now, and end: 1 if a limit is passed.")
    ] = False,
    format_: Annotated[
        str,
        typer.Option(
            "--format",
            "-f",
            metavar="|".join(_FORMATS),
            help="Format.",
            autocompletion=completion.of(*_FORMATS),
        ),
    ] = "terminal",
    bell: Annotated[
        bool, typer.Option("--bell/--no-bell", help="Ring when a limit comes near or passes.")
    ] = True,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="T", help="As things stood then; implies --once."),
    ] = None,
    setting: o.Settings = None,
    pseudonymize: o.Pseudonymize = None,
    lang: o.Lang = None,
    threads: o.Threads = None,
    quiet: o.Quiet = False,
) -> None:
    """Show who waits now and whose limit is near.

    Follows growing files, a folder, or a database until Ctrl-C. Exit code with --once: 0 no limit is
    passed, 1 one is, 2 wrong usage, rules or input.
    """
    from checker.cli.exits import WRONG_INPUT
    from checker.cli.streams import tell
    from checker.diagnostics import Diagnostic, has_errors

    found: list[Diagnostic] = []
    language = o.language(lang, found)
    settings, params = o.params(o.settings(setting, found), mapping)
    o.one_of("--format", format_, _FORMATS, found)
    o.at_least("--threads", 1, threads, found)
    every = o.length("--interval", interval, 100_000, found)
    ahead = o.length("--soon", soon, 0, found)
    since = o.day("--from", first, found)
    if since is not None and mapping is None:
        note = "leave it out: of a data set only what may be open is looked at"
        found.append(Diagnostic("E512", "--from is for what a mapping reads", notes=(note,)))
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.cli import live
    from checker.cli.progress import stages
    from checker.data.workspace import Timing
    from checker.opening import READING
    from checker.options import AuditOptions
    from checker.watching import Watch

    options = AuditOptions(
        rules=tuple(rules or ()),
        packs=tuple(pack or ()),
        platform=platform,
        mapping=mapping,
        params=params,
        first=since,
        settings=settings,
        as_of=as_of,
        pseudonymize=pseudonymize,
        threads=threads,
    )
    live.end_when_asked(following=False)
    watched = Watch(data, options, ahead)
    diagnostics = watched.start()
    tell(diagnostics, quiet=quiet)
    if has_errors(diagnostics):
        raise typer.Exit(WRONG_INPUT)
    now = watched.as_of()
    with stages(quiet) as report:
        if report is not None:
            report.timed(Timing((READING,), 0, None))
        snapshot, diagnostics = watched.refresh(live.now_us() if now is None else now)
    tell(diagnostics, quiet=quiet)
    if snapshot is None:
        raise typer.Exit(WRONG_INPUT)
    if once or as_of is not None:
        raise typer.Exit(_once(snapshot, diagnostics, format_, language))

    from checker.reports.watch_json import watch_line
    from checker.reports.watch_words import length

    live.end_when_asked(following=True)
    with live.Reader(watched, every / 1_000_000, snapshot, diagnostics) as reader:
        if format_ == "json":
            live.to_lines(reader, watch_line)
        elif sys.stdout.isatty():
            live.to_screen(reader, language, length(every, language), bell=bell)
        else:
            live.to_log(reader, language)


def _once(
    snapshot: Snapshot, diagnostics: tuple[Diagnostic, ...], format_: str, language: str
) -> int:
    from checker.cli.exits import FAILED, OK
    from checker.cli.streams import colored, paper, put, width
    from checker.reports.watch import render_watch
    from checker.reports.watch_json import watch_json

    if format_ == "json":
        put(watch_json(snapshot, diagnostics))
    else:
        console, page = paper(colored(sys.stdout), width())
        render_watch(snapshot, console, lang=language, now=snapshot.now)
        put(page.getvalue())
    return FAILED if snapshot.count("passed") else OK
