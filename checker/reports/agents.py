"""Agents as the audit names them: by the verdicts that are about them and the cases laid to them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from checker.reports.grouping import RuleGroup, missed_by, ranked
from checker.verdicts.model import Offender, Outcome, Verdict


@dataclass(frozen=True)
class AgentRow:
    """One agent under one rule. `verdict` is the worst that is about the agent, if there is one;
    `cases` counts the listed offenders of failures, `longest` is their longest wait in microseconds."""

    platform: str | None
    shop: str | None
    agent: str
    group: RuleGroup
    verdict: Verdict | None = None
    cases: int = 0
    unanswered: int = 0
    longest: int | None = None


def by_agent(groups: Sequence[RuleGroup]) -> list[AgentRow]:
    """Rows by the number of cases, then by how bad the worst verdict is; those with neither are left out."""
    rows: list[AgentRow] = []
    for group in groups:
        found: dict[tuple[str | None, str | None, str], AgentRow] = {}
        for verdict in _about_agents(group):
            agent = verdict.scope["agent"]
            if agent is not None:
                key = verdict.scope.get("platform"), verdict.scope.get("shop"), agent
                found.setdefault(key, AgentRow(*key, group, verdict))
        for platform, offender in _blamed(group):
            if offender.agent_id is not None:
                key = platform, offender.shop_id, offender.agent_id
                found[key] = _with(found.get(key) or AgentRow(*key, group), offender)
        rows += found.values()
    return sorted(rows, key=_order)


def _about_agents(group: RuleGroup) -> list[Verdict]:
    """Verdicts about agents, the worst first: those of the rule, else those that --by added."""
    own = [v for v in group.verdicts if "agent" in v.scope and v.value is not None]
    if own:
        return sorted(own, key=lambda v: (v.outcome is Outcome.FAIL, missed_by(v)), reverse=True)
    return [v for v in ranked(group) if "agent" in v.scope and v.value is not None]


def _blamed(group: RuleGroup) -> list[tuple[str | None, Offender]]:
    found = {
        (v.scope.get("platform"), offender)
        for v in group.verdicts
        if v.outcome is Outcome.FAIL or v.outcome is Outcome.WARN
        for offender in v.offenders
    }
    return list(found)


def _with(row: AgentRow, offender: Offender) -> AgentRow:
    waits = [wait for wait in (row.longest, offender.wait) if wait is not None]
    return replace(
        row,
        cases=row.cases + 1,
        unanswered=row.unanswered + (offender.turn is not None and offender.wait is None),
        longest=max(waits, default=None),
    )


def _order(row: AgentRow) -> tuple[object, ...]:
    light = row.verdict is None or row.verdict.severity != "error"
    missed = missed_by(row.verdict) if row.verdict else Fraction(0)
    name = (row.platform or "", row.shop or "", row.agent, row.group.rule)
    return (-row.cases, -(row.longest or 0), light, -missed, *name)
