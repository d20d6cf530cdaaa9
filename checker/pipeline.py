"""Every stage of an audit, in order. The file to read first.

rule files -> packs -> typed packs ┐
                                   ├ realm -> figures -> verdicts ┐
data set  -> canonical tables      ┘                              ├ result
waivers, attestations ────────────────────────────────────────────┘
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

from checker.data.cache import CachedWorkspace, open_cache
from checker.data.dataset import Dataset
from checker.data.engines import Opened, choose_engine, is_uri
from checker.data.losses import telling_losses
from checker.data.open import open_dataset
from checker.data.urls import is_database
from checker.data.wanted import wanted_columns
from checker.data.workspace import Timing, Workspace, duckdb_connection
from checker.diagnostics import Diagnostic, has_errors, nearest
from checker.engine.bounds import dated, open_realm
from checker.engine.flags import DayRange
from checker.engine.reconcile import measured_and_reported
from checker.engine.reported import check_reported, reported_places, reported_rows
from checker.engine.run import Run, RunOptions
from checker.facts.realm import Realm
from checker.facts.zones import day_number, instant_of_text, iso_instant
from checker.language.types import Type
from checker.packs.check import check_pack
from checker.packs.load import BUNDLED, read_packs
from checker.packs.typed import TypedPack, TypedRule
from checker.verdicts.apply import apply
from checker.verdicts.baseline import beside, read_baseline
from checker.verdicts.exception_files import read_exceptions
from checker.verdicts.exception_lint import check_exceptions, check_expiry
from checker.verdicts.exceptions import Exceptions
from checker.verdicts.history_read import read_history
from checker.verdicts.insight import gather
from checker.verdicts.insights import Insights
from checker.verdicts.judge import is_question, judge, manual
from checker.verdicts.model import DataSummary, Outcome, PackRun, Result, Verdict
from checker.verdicts.order import verdict_key
from checker.verdicts.plan import Plan, PlanStep
from checker.verdicts.pseudonyms import check_salt, pseudonymous, without_quotes
from checker.verdicts.recording import Recording, recording

T = TypeVar("T")
Loaded = tuple[tuple[TypedPack, ...], tuple[Diagnostic, ...]]
READING = "reading"


@dataclass(frozen=True)
class AuditOptions:
    """What `checker audit` is told; see its help. Dates are local to each pack's time zone."""

    rules: tuple[Path, ...] = ()
    packs: tuple[str, ...] = ()
    platform: str | None = None
    mapping: str | None = None  # the data are exports: what makes canonical tables of them
    params: tuple[tuple[str, str], ...] = ()  # of the mapping
    first: dt.date | None = None
    through: dt.date | None = None
    as_of: str | None = None
    by: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    waivers: tuple[Path, ...] = ()
    attestations: tuple[Path, ...] = ()
    baseline: Path | None = None
    history: Path | None = None  # of earlier audits; for charts, and checked, but not written
    offenders: int = 20
    insights: bool = False  # figures for charts, too
    pseudonymize: str | None = None  # the salt
    threads: int | None = None
    memory: str | None = None  # as 4GB
    spill: Path | None = None  # the folder for what does not fit
    cache: Path | None = None  # the folder for what another run on the same data can use
    engine: str | None = None  # None: DuckDB
    only_rules: frozenset[str] | None = None
    plan: bool = False  # what is asked of the engine, too
    progress: Callable[[str, int, int], None] | None = None
    timer: Callable[[Timing], None] | None = None
    in_turn: bool = (
        False  # no statement runs ahead of its stage, so that each takes the time that is told
    )


def load_packs(rules: Sequence[Path] = (), settings: Sequence[tuple[str, str]] = ()) -> Loaded:
    """Typed packs from files and folders (none given: the bundled ones), and all that is wrong."""
    return _loaded(rules, settings) if rules or settings else _shipped()


@lru_cache(maxsize=1)
def _shipped() -> Loaded:
    """The bundled packs as they are, which no run changes."""
    return _loaded((BUNDLED,), ())


def _loaded(rules: Sequence[Path], settings: Sequence[tuple[str, str]]) -> Loaded:
    packs, found = read_packs(rules or (BUNDLED,), settings)
    typed = [check_pack(pack) for pack in packs]
    diagnostics = [*found, *(d for _, one in typed for d in one)]
    return tuple(pack for pack, _ in typed), tuple(sorted(diagnostics, key=lambda d: d.sort_key))


@telling_losses(None)
def audit(
    data: str | Path, options: AuditOptions | None = None
) -> tuple[Result | None, tuple[Diagnostic, ...]]:
    """Audit a data set. The result is None when rules or input are wrong; the diagnostics say why."""
    options = options or AuditOptions()
    packs, found = load_packs(options.rules, options.settings)
    if has_errors(found):
        return None, found
    result, more = audit_packs(data, packs, options)
    return result, (*found, *more)


def audit_packs(
    data: str | Path, packs: Sequence[TypedPack], options: AuditOptions
) -> tuple[Result | None, tuple[Diagnostic, ...]]:
    """Audit a data set with packs that are already loaded."""
    exceptions, wrong = exceptions_of(packs, options)
    loaded = packs
    packs, found = choose_packs(packs, options.packs)
    baseline, more = read_baseline(options.baseline) if options.baseline else (None, ())
    found = (*wrong, *found, *more, *check_options(options))
    if options.history is not None:
        from checker.verdicts.history_append import (
            check_history,
        )  # imports Arrow; most do not need it

        masks = options.pseudonymize is not None
        found = (*found, *check_history(options.history, pseudonymized=masks))
    if has_errors(found):
        return None, found
    workspace, dataset, more = engaged(data, wanted_columns(packs), options)
    found = (*found, *more)
    if dataset is None:
        return None, found
    figures = masked(reported_rows(workspace, dataset), options)
    found = (*found, *check_reported(figures, loaded))
    packs, more = applicable(packs, dataset, options)
    found = (*found, *more)
    if has_errors(found):
        return None, found
    result = judged(workspace, dataset, packs, options)
    result, found = _with_exceptions(result, exceptions, options, found)
    # A baseline that was made with the same salt has the same pseudonyms.
    result = masked(result, options)
    result, more = beside(result, baseline) if baseline else (result, ())
    found = (*found, *more)
    result, more = _with_history(result, options)
    return (None if has_errors(more) else result), (*found, *more)


def recorded(result: Result, options: AuditOptions) -> Recording:
    """The audit as a history keeps it."""
    asked = {
        "platform": (options.platform,) if options.platform else (),
        "mapping": (options.mapping,) if options.mapping else (),
        "by": options.by,
        "set": tuple(f"{key}={value}" for key, value in (*options.settings, *options.params)),
    }
    return recording(
        result,
        first=options.first,
        through=options.through,
        asked=asked,
        pseudonymized=options.pseudonymize is not None,
    )


def _with_history(result: Result, options: AuditOptions) -> tuple[Result, tuple[Diagnostic, ...]]:
    """The result with the trends of what fails or warns in it, where charts are asked for."""
    if options.history is None or not options.insights or not options.history.exists():
        return result, ()
    missed = {v.rule for v in result.verdicts if v.outcome in (Outcome.FAIL, Outcome.WARN)}
    known, found = read_history(options.history, rules=missed, this=recorded(result, options))
    return replace(result, history=known), found


def masked(reported: T, options: AuditOptions) -> T:
    """What is reported, with pseudonyms where they are asked for."""
    if options.pseudonymize is None:
        return reported
    return pseudonymous(reported, options.pseudonymize)


def veiled(found: tuple[Diagnostic, ...], options: AuditOptions) -> tuple[Diagnostic, ...]:
    """What is told, without a word of the data where pseudonyms are asked for."""
    if options.pseudonymize is None:
        return found
    return without_quotes(found, (*options.waivers, *options.attestations))


def engaged(
    data: str | Path, wanted: Mapping[str, Mapping[str, Type]], options: AuditOptions
) -> Opened:
    """The data set in the engine that is asked for, and the workspace that it is in."""
    con = duckdb_connection(threads=options.threads, memory=options.memory, spill=options.spill)
    workspace = CachedWorkspace(con) if options.cache is not None else Workspace(con)
    engine, found = choose_engine(
        options.engine, threads=options.threads, memory=options.memory, spill=options.spill
    )
    if engine is None:
        return workspace, None, found
    if engine.reads(data) and options.mapping is None:
        space, dataset, more = engine.opened(workspace, str(data), wanted, options.platform)
        return space, dataset, veiled(more, options)
    began = time.monotonic()
    if options.timer is not None:
        options.timer(Timing((READING,), 0, None))
    dataset, found = opened(workspace, data, wanted, options)
    if dataset is None:
        return workspace, None, found
    space, dataset, more = engine.engaged(workspace, dataset)
    space.timer = options.timer
    if options.timer is not None:
        rows = sum(table.rows for table in dataset.tables.values()) if dataset else 0
        options.timer(Timing((READING,), rows, time.monotonic() - began))
    return space, dataset, (*found, *more)


def opened(
    workspace: Workspace,
    data: str | Path,
    wanted: Mapping[str, Mapping[str, Type]],
    options: AuditOptions,
) -> tuple[Dataset | None, tuple[Diagnostic, ...]]:
    """The data set, or what a mapping makes of exports or a database."""
    found: tuple[Diagnostic, ...] = ()
    if is_uri(data):
        notes = ("audit, whatif and explain do, with --engine spark; or copy the files here",)
        return None, (Diagnostic("E533", f"only Spark reads `{data}`", notes=notes),)
    if options.mapping is not None:
        from checker.imports.run import ImportOptions, import_beside  # most audits need neither

        days = (options.first, options.through)
        first, through = (None if day is None else day.isoformat() for day in days)
        asked = ImportOptions(options.mapping, options.params, first, through, wanted=wanted)
        made, found = import_beside(workspace, data, asked)
        if made is None:
            return None, veiled(found, options)
        data = made
    elif is_database(data):
        from checker.imports.queries import copied_tables

        made, found = copied_tables(workspace, str(data), wanted)
        if made is None:
            return None, veiled(found, options)
        data = made
    if isinstance(workspace, CachedWorkspace):
        assert options.cache is not None
        workspace.cache, more = open_cache(options.cache, Path(data), wanted, options.platform)
        found = (*found, *more)
        if workspace.cache is None:
            return None, veiled(found, options)
    dataset, more = open_dataset(workspace.con, data, wanted, platform=options.platform)
    return dataset, veiled((*found, *more), options)


def exceptions_of(
    packs: Sequence[TypedPack], options: AuditOptions
) -> tuple[Exceptions, tuple[Diagnostic, ...]]:
    """The waivers and attestations of the options, checked against all rules that are loaded."""
    exceptions, found = read_exceptions(options.waivers, options.attestations)
    return exceptions, veiled((*found, *check_exceptions(exceptions, packs)), options)


def _with_exceptions(
    result: Result, exceptions: Exceptions, options: AuditOptions, found: tuple[Diagnostic, ...]
) -> tuple[Result, tuple[Diagnostic, ...]]:
    """The result as it stands with waivers and attestations, by the as-of day of each pack."""
    if not exceptions:
        return result, found
    dated = options.as_of is not None or result.data.last is not None
    today = {
        run.name: local_day(run.as_of if dated else None, run.timezone) for run in result.packs
    }
    verdicts, expired = excepted(result.verdicts, exceptions, today, options)
    return replace(result, verdicts=verdicts), (*found, *expired)


def excepted(
    verdicts: Sequence[Verdict],
    exceptions: Exceptions,
    today: Mapping[str, dt.date],
    options: AuditOptions,
) -> tuple[tuple[Verdict, ...], tuple[Diagnostic, ...]]:
    """The verdicts as they stand with waivers and attestations; `today` is the as-of day by pack."""
    if not exceptions:
        return tuple(verdicts), ()
    stand = apply(verdicts, exceptions.waivers, exceptions.attestations, today)
    return stand, veiled(tuple(check_expiry(exceptions, today)), options)


def local_day(instant: int | None, timezone: str) -> dt.date:
    """The local date of an instant, or of now."""
    if instant is None:
        return dt.datetime.now(ZoneInfo(timezone)).date()
    return dt.date.fromisoformat(iso_instant(instant, timezone)[:10])


def choose_packs(
    packs: Sequence[TypedPack], names: Sequence[str]
) -> tuple[tuple[TypedPack, ...], tuple[Diagnostic, ...]]:
    """The packs that `--pack` names, or all."""
    known = {pack.pack.name: pack for pack in packs}
    found = []
    for name in names:
        if name not in known:
            best = nearest(name, list(known))
            found.append(
                Diagnostic(
                    "E303",
                    f"unknown pack `{name}`",
                    notes=(
                        *((f"did you mean `{best}`?",) if best else ()),
                        f"packs: {', '.join(sorted(known)) or 'none'}",
                    ),
                )
            )
    chosen = [known[name] for name in dict.fromkeys(names) if name in known]
    return (tuple(chosen) if names else tuple(packs)), tuple(found)


def check_options(options: AuditOptions) -> tuple[Diagnostic, ...]:
    if options.as_of is not None and instant_of_text(options.as_of, "UTC") is None:
        return (
            Diagnostic(
                "E304",
                f"`--as-of {options.as_of}` is no instant",
                notes=('write it as "2026-10-31T23:59:59" or "2026-10-31T23:59:59+08:00"',),
            ),
        )
    return check_salt(options.pseudonymize)


def applicable(
    packs: Sequence[TypedPack], dataset: Dataset, options: AuditOptions
) -> tuple[tuple[TypedPack, ...], tuple[Diagnostic, ...]]:
    """The packs whose platform occurs in the data, and those that `--pack` names; a pack for any
    platform only when it is named or given."""
    platforms = dataset.platforms
    given = bool(options.packs or options.rules)
    fitting = [
        pack
        for pack in packs
        if pack.pack.platform in platforms or (pack.pack.platform == "any" and given)
    ]
    known = sorted({pack.pack.platform for pack in packs})
    notes = (
        f"platforms in the data: {', '.join(platforms) or 'none'}",
        f"platforms of the packs: {', '.join(known) or 'none'}",
        "say `--platform P`, or give rules for it with `--rules`",
    )
    if not fitting:
        return (), (
            Diagnostic("E305", "no pack applies to the platforms in the data", notes=notes),
        )
    if not options.packs:
        return tuple(fitting), ()
    absent = [pack for pack in packs if pack not in fitting]
    return tuple(packs), tuple(
        Diagnostic(
            "W305",
            f"pack `{pack.pack.name}` is for platform `{pack.pack.platform}`, of which the data have"
            " no row: its rules are not evaluated",
            notes=notes[:1],
            level="warning",
        )
        for pack in absent
    )


def judged(
    workspace: Workspace, dataset: Dataset, packs: Sequence[TypedPack], options: AuditOptions
) -> Result:
    """Packs of one time zone share a realm, and with it clocks and facts."""
    verdicts: list[Verdict] = []
    runs: dict[str, PackRun] = {}
    spans: list[tuple[int, int]] = []
    insights: Insights | None = None
    runs_made: list[Run] = []
    ahead = nullcontext() if options.in_turn else workspace.running_ahead()
    with ahead:
        for zone_name in dict.fromkeys(pack.pack.timezone for pack in packs):
            local = [pack for pack in packs if pack.pack.timezone == zone_name]
            realm = open_realm(workspace, dataset, zone_name, options.as_of)
            spans.append((realm.first, realm.last))
            run = Run(realm, local, run_options(options))
            runs_made.append(run)
            owner = {pack.pack.name: pack.pack for pack in local}
            judged = [judge(one, owner[one.rule.pack]) for one in measured_and_reported(run)]
            verdicts += judged
            if options.insights:
                with workspace.stage("insights"):
                    insights = (insights or Insights()) | gather(run, judged, run.options.days)
            for pack in local:
                verdicts += questions(pack, run, options)
                runs[pack.pack.name] = _pack_run(pack, realm)
    order = {rule.id: (i, j) for i, p in enumerate(packs) for j, rule in enumerate(p.rules)}
    verdicts.sort(key=lambda verdict: (order[verdict.rule], verdict_key(verdict)))
    known = dated(dataset)
    summary = DataSummary(
        {name: dataset.tables[name].rows for name in sorted(dataset.tables)},
        min(first for first, _ in spans) if known else None,
        max(last for _, last in spans) if known else None,
    )
    packs_run = tuple(runs[pack.pack.name] for pack in packs)
    plan = _plan(workspace, runs_made) if options.plan else None
    return Result(summary, packs_run, tuple(verdicts), insights=insights, plan=plan)


def _plan(workspace: Workspace, runs: Sequence[Run]) -> Plan:
    shared = {stage: rules for run in runs for stage, rules in run.shared.items()}
    steps = [
        PlanStep(
            s.stages,
            f"CREATE TEMP TABLE {s.kept} AS {s.sql}" if s.kept else s.sql,
            s.rows,
            s.seconds,
        )
        for s in workspace.steps
    ]
    return Plan(workspace.con.dialect.__name__.lower(), shared, tuple(steps))


def run_options(options: AuditOptions) -> RunOptions:
    return RunOptions(
        DayRange(_day(options.first), _day(options.through)),
        options.by,
        options.offenders,
        options.only_rules,
        options.progress,
        staffing=options.insights,
    )


def questions(pack: TypedPack, run: Run, options: AuditOptions) -> list[Verdict]:
    """One verdict per platform, or per shop where the question says so."""
    found = []
    platforms = run.platforms[pack.pack.name]
    for rule in pack.rules:
        wanted = options.only_rules is None or rule.id in options.only_rules
        if not (wanted and is_question(rule)):
            continue
        scopes = dict.fromkeys(_question_scopes(rule, run.realm, platforms))
        found += [manual(rule, pack.pack, dict(scope)) for scope in scopes]
    return found


def _question_scopes(
    rule: TypedRule, realm: Realm, platforms: frozenset[str]
) -> list[tuple[tuple[str, str | None], ...]]:
    if "shop" not in rule.revisions[-1].scopes:
        return [(("platform", platform),) for platform in sorted(platforms)]
    # A shop of which nothing but reported figures is known is asked, too.
    known = {place.platform for place in realm.places}
    reported = reported_places(reported_rows(realm.workspace, realm.dataset))
    places = (*realm.places, *(place for place in reported if place.platform not in known))
    return [
        (("platform", place.platform), ("shop", place.shop))
        for place in places
        if place.platform in platforms
    ]


def _pack_run(pack: TypedPack, realm: Realm) -> PackRun:
    written = pack.pack
    return PackRun(
        written.name,
        written.title,
        written.platform,
        written.digest,
        written.timezone,
        realm.as_of,
        written.sources,
        {f"{written.name}/{rule.id}": rule.span for rule in written.rules},
    )


def _day(date: dt.date | None) -> int | None:
    return None if date is None else day_number(date)
