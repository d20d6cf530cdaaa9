"""Gathers verdicts for reading: by rule, and within a rule by scope, the worst first."""

from __future__ import annotations

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from fractions import Fraction

from checker.reports.words import asked
from checker.verdicts.model import Offender, Outcome, Verdict

JUDGED = frozenset({Outcome.PASS, Outcome.WARN, Outcome.FAIL, Outcome.INFO, Outcome.WAIVED})
UNJUDGED = (Outcome.NOT_EVALUATED, Outcome.NO_DATA, Outcome.SMALL_SAMPLE, Outcome.MANUAL)

_HOLDS: Mapping[str, Callable[[Fraction, Fraction], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "!=": operator.ne,
}

Key = tuple[tuple[str, str | None], ...]


@dataclass(frozen=True)
class RuleGroup:
    """All verdicts of one rule, and the rows that --by added."""

    rule: str
    verdicts: tuple[Verdict, ...]
    added: tuple[Verdict, ...]

    def having(self, outcomes: Collection[Outcome]) -> list[ScopeGroup]:
        """The scopes with such an outcome, the worst first."""
        groups: dict[Key, list[Verdict]] = {}
        for verdict in self.verdicts:
            groups.setdefault(tuple(verdict.scope.items()), []).append(verdict)
        found = []
        for members in groups.values():
            hits = [v for v in members if v.outcome in outcomes]
            if hits:
                judged = sum(v.outcome in JUDGED for v in members)
                found.append(
                    ScopeGroup(tuple(sorted(hits, key=badness_in_rule, reverse=True)), judged)
                )
        return sorted(
            found, key=lambda g: (badness_in_rule(g.worst), len(g.verdicts)), reverse=True
        )


@dataclass(frozen=True)
class ScopeGroup:
    """The verdicts of one rule and scope with a certain outcome, the worst first, and of how many
    judged periods they are."""

    verdicts: tuple[Verdict, ...]
    judged: int

    @property
    def worst(self) -> Verdict:
        return self.verdicts[0]


def by_rule(verdicts: Collection[Verdict]) -> list[RuleGroup]:
    """Rules in the order of the result."""
    groups: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        groups.setdefault(verdict.rule, []).append(verdict)
    return [
        RuleGroup(rule, tuple(v for v in vs if not v.added), tuple(v for v in vs if v.added))
        for rule, vs in groups.items()
    ]


def worst_first(groups: Collection[RuleGroup], outcome: Outcome) -> list[RuleGroup]:
    """The rules with that outcome, by severity, then by how far they are from what is asked."""
    found = [g for g in groups if any(v.outcome is outcome for v in g.verdicts)]
    return sorted(
        found,
        key=lambda g: max(badness(v) for v in g.verdicts if v.outcome is outcome),
        reverse=True,
    )


def badness(verdict: Verdict) -> tuple[bool, Fraction, int]:
    """Orders verdicts: severity, distance from what is asked (0 to 1, relative), rows to blame."""
    return verdict.severity == "error", _distance(verdict), verdict.offender_count


def badness_in_rule(verdict: Verdict) -> tuple[bool, Fraction, Fraction, int]:
    """Orders verdicts of one rule. Where nothing is asked for (`= 0`) every figure is as far from it
    as can be: there the figure itself tells."""
    severe, distance, blamed = badness(verdict)
    found, value = asked(verdict), verdict.value
    beyond = Fraction(0) if found is None or value is None else abs(value - found.bound)
    return severe, distance, beyond, blamed


def _distance(verdict: Verdict) -> Fraction:
    found, value = asked(verdict), verdict.value
    if found is None or value is None or value == found.bound:
        return Fraction(0)
    return min(abs(value - found.bound) / max(abs(value), abs(found.bound)), Fraction(1))


def missed_by(verdict: Verdict) -> Fraction:
    """The distance from what is asked: above 0 where it is missed, below 0 where it is met."""
    found, distance = asked(verdict), _distance(verdict)
    if found is None or verdict.value is None or distance == 0:
        return Fraction(0)
    return -distance if _HOLDS[found.sign](verdict.value, found.bound) else distance


def closest(group: RuleGroup) -> Verdict | None:
    """Of a rule that is met wherever it was judged, the verdict nearest to missing it."""
    judged = [v for v in group.verdicts if v.outcome in JUDGED]
    if not judged or any(v.outcome is not Outcome.PASS for v in judged):
        return None
    return min(judged, key=_distance)


def ranked(group: RuleGroup) -> list[Verdict]:
    """The rows that --by added, the worst first by what the rule asks; those without a value last."""
    asking = next(filter(None, map(asked, group.verdicts)), None)
    low_is_bad = asking is None or asking.sign in {">", ">="}

    def order(verdict: Verdict) -> tuple[bool, Fraction]:
        value = Fraction(0) if verdict.value is None else verdict.value
        return verdict.value is None, value if low_is_bad else -value

    return sorted(group.added, key=order)


def blamed(group: RuleGroup) -> list[tuple[Offender, str]]:
    """Offenders with their time zone: unanswered turns, then the longest waits, then by time."""
    found = {
        offender: verdict.timezone
        for verdict in group.verdicts
        if verdict.outcome is Outcome.FAIL
        for offender in verdict.offenders
    }

    def order(item: tuple[Offender, str]) -> tuple[bool, int, int]:
        offender = item[0]
        answered = offender.turn is None or offender.wait is not None
        return answered, -(offender.wait or 0), offender.at or 0

    return sorted(found.items(), key=order)
