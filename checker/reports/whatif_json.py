"""What a change of rules would do to the verdicts, for programs: the same bytes for the same data."""

from __future__ import annotations

from collections.abc import Mapping

from checker.reports.diff import change_dict
from checker.reports.json import as_json_text, figure_number, offender_dict, pack_dict
from checker.verdicts.model import Outcome, Verdict
from checker.verdicts.whatif import Flip, PlaceShift, RuleShift, WhatIf

SCHEMA = 1


def whatif_json(found: WhatIf) -> str:
    """The comparison as JSON text; `schemas/whatif.schema.json` describes it."""
    flips = found.flips
    body = {
        "schema": SCHEMA,
        "packs": {
            "old": [pack_dict(run) for run in found.old],
            "new": [pack_dict(run) for run in found.new],
        },
        "summary": {
            "flips": len(flips),
            "moved": found.moved,
            "same": found.same,
            "newly_failing_shops": sum(p.newly_failing > 0 for p in found.shops),
            "recovered_shops": sum(p.recovered > 0 for p in found.shops),
            "newly_failing_agents": sum(p.newly_failing > 0 for p in found.agents),
            "recovered_agents": sum(p.recovered > 0 for p in found.agents),
        },
        "shops": [_place(place) for place in found.shops],
        "agents": [_place(place) | {"agent": place.agent} for place in found.agents],
        "rules": [_rule(rule) for rule in found.rules],
        "flips": [_flip(flip) for flip in flips],
    }
    return as_json_text(body)


def _place(place: PlaceShift) -> dict[str, object]:
    return {
        "platform": place.platform,
        "shop": place.shop,
        "newly_failing": place.newly_failing,
        "recovered": place.recovered,
        "other": place.other,
    }


def _rule(rule: RuleShift) -> dict[str, object]:
    return {
        "old": rule.old,
        "new": rule.new,
        "title": {"zh": rule.title.zh, "en": rule.title.en},
        "flips": len(rule.flips),
        "moved": rule.moved,
        "same": rule.same,
        "only_old": _numbers(rule.only_before),
        "only_new": _numbers(rule.only_after),
        "changes": [change_dict(change) for change in rule.changes],
    }


def _numbers(outcomes: Mapping[Outcome, int]) -> dict[str, int]:
    return {o.value: outcomes[o] for o in Outcome if outcomes.get(o)}


def _flip(flip: Flip) -> dict[str, object]:
    after = flip.after
    return {
        "rule": after.rule,
        "scope": dict(after.scope),
        "period": {
            "kind": after.period.kind,
            "from": after.period.start,
            "through": after.period.through,
        },
        "direction": flip.direction,
        "old": _side(flip.before),
        "new": _side(after),
        "complete": flip.whole,
        "kept": flip.kept,
        "blamed": [offender_dict(o, after.timezone) for o in flip.blamed],
        "cleared": [offender_dict(o, flip.before.timezone) for o in flip.cleared],
    }


def _side(verdict: Verdict) -> dict[str, object]:
    return {
        "outcome": verdict.outcome.value,
        "type": verdict.type,
        "value": figure_number(verdict.value, verdict.type),
        "numerator": verdict.numerator,
        "denominator": verdict.denominator,
        "require": verdict.require,
        "aim": verdict.aim,
        "severity": verdict.severity,
        "offender_count": verdict.offender_count,
    }
