"""A data set under packs: realm, figures, verdicts. Exceptions come later."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

from checker.data.dataset import Dataset
from checker.data.workspace import Miscounted, Workspace
from checker.engine.bounds import dated, open_realm
from checker.engine.flags import DayRange
from checker.engine.needs import carried_by_messages
from checker.engine.reconcile import measured_and_reported
from checker.engine.reported import reported_places, reported_rows
from checker.engine.run import Run, RunOptions
from checker.facts.realm import Realm
from checker.facts.zones import day_number
from checker.options import AuditOptions
from checker.packs.typed import TypedPack, TypedRule
from checker.verdicts.judge import Judge, is_question, manual
from checker.verdicts.model import DataSummary, PackRun, Result, Verdict
from checker.verdicts.order import verdict_key

if TYPE_CHECKING:
    from checker.verdicts.insights import Insights
    from checker.verdicts.plan import Plan


def judged(
    workspace: Workspace, dataset: Dataset, packs: Sequence[TypedPack], options: AuditOptions
) -> Result:
    """Packs of one time zone share a realm, and with it clocks and facts."""
    try:
        return _judged(workspace, dataset, packs, options, trusts=True)
    except Miscounted:  # messages of sessions that the table of sessions lacks
        return _judged(workspace, dataset, packs, options, trusts=False)


def _judged(
    workspace: Workspace,
    dataset: Dataset,
    packs: Sequence[TypedPack],
    options: AuditOptions,
    *,
    trusts: bool,
) -> Result:
    verdicts: list[Verdict] = []
    runs: dict[str, PackRun] = {}
    spans: list[tuple[int, int]] = []
    insights: Insights | None = None
    runs_made: list[Run] = []
    with nullcontext() if options.in_turn else workspace.running_ahead(abreast=_abreast(options)):
        for zone_name in dict.fromkeys(pack.pack.timezone for pack in packs):
            local = [pack for pack in packs if pack.pack.timezone == zone_name]
            realm = open_realm(
                workspace, dataset, zone_name, options.as_of, carried_by_messages(local)
            )
            spans.append((realm.first, realm.last))
            run = Run(realm, local, replace(run_options(options), trusts=trusts))
            runs_made.append(run)
            judge, judged = Judge(pack.pack for pack in local), []
            for one in measured_and_reported(run):
                judged.append(judge(one))
                if options.told is not None:
                    options.told(judged[-1])
            verdicts += judged
            if options.insights:
                with workspace.stage("insights"):
                    found = _insights(run, judged)
                    insights = found if insights is None else insights | found
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


def _abreast(options: AuditOptions) -> int:
    """How many statements may run at a time: a second one fills the processors that the first leaves
    idle. A plan has an order."""
    return 1 if options.plan or options.threads == 1 else 2


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


def _insights(run: Run, verdicts: Sequence[Verdict]) -> Insights:
    from checker.verdicts.insight import gather  # only charts need it

    return gather(run, verdicts, run.options.days)


def _plan(workspace: Workspace, runs: Sequence[Run]) -> Plan:
    from checker.verdicts.plan import Plan, PlanStep

    shared = {stage: rules for run in runs for stage, rules in run.shared.items()}
    steps = [
        PlanStep(
            s.stages,
            f"CREATE TABLE {s.kept} AS {s.sql}" if s.kept else s.sql,
            s.rows,
            s.seconds,
        )
        for s in workspace.steps
    ]
    return Plan(workspace.con.dialect.__name__.lower(), shared, tuple(steps))


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
