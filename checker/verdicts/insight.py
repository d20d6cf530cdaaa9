"""Gathers the insights of one time zone: of every rule that fails or warns, in a few queries."""

from __future__ import annotations

from collections.abc import Sequence

from checker.engine.buckets import engine_errors
from checker.engine.flags import DayRange
from checker.engine.run import Run
from checker.packs.typed import TypedPack
from checker.verdicts.insight_cases import session_cases, worst_sessions
from checker.verdicts.insight_figures import rule_insights
from checker.verdicts.insight_staffing import staffing
from checker.verdicts.insight_tasks import Wanted, wanted
from checker.verdicts.insights import Insights, RuleInsight
from checker.verdicts.model import Outcome, Verdict


def gather(run: Run, verdicts: Sequence[Verdict], days: DayRange) -> Insights:
    """What charts need of the packs of one run, whose verdicts these are.

    What the engine cannot compute is left out: it only illustrates verdicts that stand without it.
    """
    rules: dict[str, tuple[RuleInsight, ...]] = {}
    cases = []
    sessions = worst_sessions(verdicts)
    places = run.realm.place_keys(frozenset().union(*run.platforms.values()))
    staff = staffing(next(iter(run.frames.values())), frozenset(places), days)
    for pack in run.packs:
        asked = _wanted(run, pack, verdicts)
        parts: list[RuleInsight] = []
        frames = run.frames[pack.pack.name]
        for bucket in _buckets(asked):
            try:
                parts += rule_insights(frames, bucket, days, staff)
            except engine_errors():
                continue
        order = {(one.rule.id, one.part): i for i, one in enumerate(asked)}
        for one in sorted(parts, key=lambda x: order[x.rule, x.part]):
            rules[one.rule] = (*rules.get(one.rule, ()), one)
        cases += session_cases(run.realm, frames, pack, asked, sessions)
    ordered = {v.rule: rules[v.rule] for v in verdicts if v.rule in rules}
    return Insights(tuple(run.packs), ordered, tuple(cases))


def _wanted(run: Run, pack: TypedPack, verdicts: Sequence[Verdict]) -> list[Wanted]:
    missed: dict[str, set[str]] = {}
    for verdict in verdicts:
        computed = verdict.basis == "computed" and not verdict.added
        if computed and verdict.outcome in (Outcome.FAIL, Outcome.WARN):
            missed.setdefault(verdict.rule, set()).add(verdict.scope.get("platform") or "")
    known = run.platforms[pack.pack.name]
    return [
        one
        for rule in pack.rules
        if rule.id in missed
        for one in wanted(rule, rule.revisions[-1], known & frozenset(missed[rule.id]))
    ]


def _buckets(asked: Sequence[Wanted]) -> list[list[Wanted]]:
    """Rules that share fact, clock and platforms."""
    found: dict[object, list[Wanted]] = {}
    for one in asked:
        key = (one.rows.of, one.revision.clock, one.platforms)
        found.setdefault(key, []).append(one)
    return list(found.values())
