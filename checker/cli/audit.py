"""`checker audit`: judge a data set."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from checker.cli import options as o
from checker.cli.formats import FORMATS

_SHOWN = 5  # worst cases that a reader takes in; --offenders changes it
_LISTED = 20  # per verdict in files


def audit(
    data: Annotated[str, typer.Argument(metavar="DATA", help="Folder, file, or postgres://…")],
    rules: o.Rules = None,
    pack: o.Packs = None,
    platform: o.Platform = None,
    mapping: o.Mapping = None,
    first: o.First = None,
    through: o.Through = None,
    as_of: o.AsOf = None,
    by: Annotated[
        list[str] | None,
        typer.Option(
            "--by", metavar="X", help="Break down by agent, channel, hour …; may be repeated."
        ),
    ] = None,
    format_: Annotated[list[str] | None, o.format_option(FORMATS)] = None,
    output: o.Outputs = None,
    waivers: o.Waivers = None,
    attest: o.Attestations = None,
    baseline: Annotated[
        Path | None,
        typer.Option(
            "--baseline",
            metavar="FILE",
            help="An earlier result (--format json): mark what is new, still failing, repaired.",
        ),
    ] = None,
    only_new: Annotated[
        bool,
        typer.Option("--only-new", help="Exit code: only failures that --baseline has not."),
    ] = False,
    history: Annotated[
        Path | None,
        typer.Option(
            "--history",
            metavar="FILE.duckdb",
            help="Append this audit there, for checker trend and the charts of html.",
        ),
    ] = None,
    setting: o.Settings = None,
    pseudonymize: o.Pseudonymize = None,
    lang: o.Lang = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 3 unless everything was judged and met.")
    ] = False,
    offenders: Annotated[
        int | None,
        typer.Option(
            "--offenders",
            metavar="N",
            help="List that many offenders of a verdict (terminal 5, files 20).",
        ),
    ] = None,
    engine: o.EngineName = None,
    threads: o.Threads = None,
    memory: o.Memory = None,
    spill: o.Spill = None,
    cache: Annotated[
        Path | None,
        typer.Option(
            "--cache",
            metavar="DIR",
            help="Keep turns and other tables there for the next audit of the same data.",
        ),
    ] = None,
    explain_plan: Annotated[
        bool,
        typer.Option(
            "--explain-plan",
            help="Print, instead of the report, which rules share which query, the SQL, its rows"
            " and seconds.",
        ),
    ] = False,
    quiet: o.Quiet = False,
    verbose: o.Verbose = False,
) -> None:
    """Judge a data set by the rules.

    Exit code: 0 nothing failed, 1 a rule failed, 2 wrong usage, rules or input, 3 see --strict.
    """
    from dataclasses import replace

    from checker.cli.exits import WRONG_INPUT, exit_code
    from checker.cli.formats import lines_for, rendered
    from checker.cli.output import write_all
    from checker.cli.outputs import jobs
    from checker.cli.progress import Stopwatch, stages
    from checker.cli.streams import put, tell
    from checker.data.urls import is_database
    from checker.data.urls import shown as data_shown
    from checker.diagnostics import Diagnostic

    found: list[Diagnostic] = []
    language = o.language(lang, found)
    days = o.stretch(first, through, found)
    settings, params = o.params(o.settings(setting, found), mapping)
    breakdowns = o.breakdowns(by, found)
    reports = jobs(format_ or (), output or (), FORMATS, found)
    if history is not None and history.resolve() in {
        job.output.path.resolve() for job in reports if job.output.path
    }:
        notes = ("give each a place of its own",)
        found.append(
            Diagnostic("E327", f"{history} cannot hold a report and the history", notes=notes)
        )
    o.at_least("--offenders", 0, offenders, found)
    o.at_least("--threads", 1, threads, found)
    o.memory(memory, spill, found)
    if only_new and baseline is None:
        note = "add --baseline FILE, a result of --format json"
        found.append(Diagnostic("E332", "--only-new: beside which result?", notes=(note,)))
    if found:
        tell(found)
        raise typer.Exit(WRONG_INPUT)

    from checker.diagnostics import has_errors
    from checker.options import AuditOptions
    from checker.pipeline import audit as run
    from checker.pipeline import recorded

    listed = offenders if offenders is not None else _LISTED
    # Pseudonyms make other verdicts of those that are told.
    lines = lines_for([job.format for job in reports]) if pseudonymize is None else None
    with stages(quiet) as progress:
        watch = Stopwatch(progress)
        options = AuditOptions(
            rules=tuple(rules or ()),
            packs=tuple(pack or ()),
            platform=platform,
            mapping=mapping,
            params=params,
            first=days[0],
            through=days[1],
            as_of=as_of,
            by=breakdowns,
            settings=settings,
            pseudonymize=pseudonymize,
            waivers=tuple(waivers or ()),
            attestations=tuple(attest or ()),
            baseline=baseline,
            history=history,
            offenders=listed,
            insights=any(job.format == "html" for job in reports),
            engine=engine,
            threads=threads,
            memory=memory,
            spill=spill,
            cache=cache,
            plan=explain_plan,
            progress=progress,
            timer=watch,
            told=None if lines is None else lines.add,
            in_turn=verbose,
        )
        result, diagnostics = run(data, options)
    tell(diagnostics, quiet=quiet)
    if result is None:
        raise typer.Exit(WRONG_INPUT)
    shown = offenders if offenders is not None else _SHOWN
    told = replace(result, diagnostics=diagnostics)
    if result.plan is not None:
        from checker.reports.plan import plan_text

        put(plan_text(result.plan, language))
        reports = tuple(job for job in reports if job.output.to_file)
    of_source = mapping is not None or is_database(data)
    asked = o.again(
        {
            "--rules": rules,
            "--pack": pack,
            "--platform": platform,
            "--mapping": mapping,
            "--set": setting,
            "--from": first if of_source else None,
            "--through": through if of_source else None,
            "--as-of": as_of,
            "--engine": engine,
        }
    )
    with watch.stage("writing"):
        contents = [
            (
                job.output,
                rendered(
                    job.format,
                    told if job.format == "html" else result,
                    lang=language,
                    offenders=shown,
                    data=data_shown(data),
                    to_file=job.output.to_file,
                    asked=asked,
                    lines=lines,
                ),
            )
            for job in reports
        ]
        pending = None
        refused: tuple[Diagnostic, ...] = ()
        if history is not None:
            from checker.verdicts.history_append import append  # imports Arrow; most do without

            pending, refused = append(history, recorded(result, options), time.time_ns() // 1000)
        if not has_errors(refused):
            refused = (*refused, *write_all(contents, also=pending))
    tell(refused, quiet=quiet)
    if verbose:
        watch.tell(language)
    raise typer.Exit(exit_code(result, (*diagnostics, *refused), strict, only_new))
