"""Figures to verdicts: outcomes, and how far a rate is from its requirement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from checker.engine.measured import Measured, PeriodSpan
from checker.packs.model import Ask, Pack
from checker.packs.typed import Demand, TypedRatio, TypedRevision, TypedRule, TypedValue
from checker.verdicts.model import Outcome, Verdict


class Margin(NamedTuple):
    """`shortfall`: how many of the bad should have been good; `recover_with`: how many further good
    ones reach the bound; `spare`: how many further bad ones it can bear. None: no number does."""

    shortfall: int | None = None
    recover_with: int | None = None
    spare: int | None = None


def margin(demand: Demand | None, good: int, total: int) -> Margin:
    """The margin of `good` of `total` against `>= t` or `> t`; unknown for other comparisons."""
    if demand is None or demand.op not in (">=", ">") or total == 0:
        return Margin()
    bound, strict = demand.bound, demand.op == ">"
    top, bottom = bound.numerator, bound.denominator
    shortfall = max(0, _least(top * total, bottom, strict) - good)
    if shortfall > 0:
        # (good + m) / (total + m) reaches t from m = (t * total - good) / (1 - t) on.
        reach = None
        if top < bottom:
            reach = max(0, _least(top * total - bottom * good, bottom - top, strict))
        possible = shortfall <= total - good
        return Margin(shortfall if possible else None, reach, 0)
    if top <= 0:
        return Margin(0, 0, None)
    # good / (total + s) stays at t up to s = good / t - total.
    spare, rest = divmod(good * bottom - total * top, top)
    if strict and rest == 0:
        spare -= 1
    return Margin(0, 0, max(0, spare))


def _least(top: int, bottom: int, strict: bool) -> int:
    """The least integer >= top / bottom, or > it."""
    return top // bottom + 1 if strict else -(-top // bottom)


def outcome_of(measured: Measured) -> Outcome:
    """The one table of outcomes; nothing that could not be judged passes."""
    revision = measured.revision
    if measured.reason is not None:
        return Outcome.NOT_EVALUATED
    value = measured.figure.value
    if measured.added:
        return Outcome.INFO
    if value is None:
        return Outcome.NO_DATA
    if revision.require is None and revision.aim is None:
        return Outcome.INFO
    if measured.rows < revision.written.min_sample:
        return Outcome.SMALL_SAMPLE
    if revision.require is not None and not revision.require.holds(value):
        return Outcome.FAIL
    if revision.aim is not None and not revision.aim.holds(value):
        return Outcome.WARN
    return Outcome.PASS


class Judge:
    """Gives the verdict on one measured figure of a rule of `packs`. What verdicts of one revision share
    is put together once."""

    def __init__(self, packs: Iterable[Pack]) -> None:
        self._packs = {pack.name: pack for pack in packs}
        # By identity, which the revision itself keeps from another: rules are large to compare.
        self._known: dict[int, tuple[TypedRevision, dict[str, Any]]] = {}

    def __call__(self, measured: Measured) -> Verdict:
        known = self._known.get(id(measured.revision))
        if known is None:
            rule, revision = measured.rule, measured.revision
            known = revision, _of_rule(rule, revision, self._packs[rule.pack])
            self._known[id(revision)] = known
        return _judged(measured, known[1])


def _judged(measured: Measured, said: dict[str, Any]) -> Verdict:
    """The verdict, with what is said of the rule."""
    revision, figure = measured.revision, measured.figure
    gap = Margin()
    judged = not measured.added and measured.reason is None
    demand = revision.require or revision.aim
    if isinstance(revision.measure, TypedRatio) and judged and _exact(measured, demand):
        gap = margin(demand, figure.numerator or 0, figure.denominator or 0)
    return Verdict(
        **said,
        scope=measured.scope,
        period=measured.period,
        outcome=outcome_of(measured),
        reason=measured.reason,
        basis=measured.basis,
        reported=_reported(measured),
        value=figure.value,
        numerator=figure.numerator,
        denominator=figure.denominator,
        pending=measured.pending,
        shortfall=gap.shortfall,
        recover_with=gap.recover_with,
        spare=gap.spare,
        waiver=None,
        attestation=None,
        offender_count=measured.offender_count,
        offenders=measured.offenders,
        added=measured.added,
        reconciliation=measured.reconciliation,
    )


def _exact(measured: Measured, demand: Demand | None) -> bool:
    """The integers say the same as the value; a reported value may be rounded over the bound."""
    figure = measured.figure
    if demand is None or figure.value is None or not figure.denominator:
        return True
    if measured.basis == "computed":
        return True  # they are what it was made of
    counted = demand.holds_quotient(figure.numerator or 0, figure.denominator)
    return demand.holds(figure.value) == counted


def _reported(measured: Measured) -> Fraction | None:
    other = measured.reconciliation
    return other.reported.value if other is not None else None


def manual(rule: TypedRule, pack: Pack, scope: Mapping[str, str | None]) -> Verdict:
    """The verdict on a question that only a person can answer, before any attestation."""
    return Verdict(
        **_of_rule(rule, rule.revisions[-1], pack),
        scope=scope,
        period=PeriodSpan("all", None, None),
        outcome=Outcome.MANUAL,
        reason=None,
        basis="computed",
        reported=None,
        value=None,
        numerator=None,
        denominator=None,
        pending=0,
        shortfall=None,
        recover_with=None,
        spare=None,
        waiver=None,
        attestation=None,
        offender_count=0,
        offenders=(),
    )


def _of_rule(rule: TypedRule, revision: TypedRevision, pack: Pack) -> dict[str, Any]:
    """What a verdict says of its rule, before any figure."""
    written, measure = revision.written, revision.measure
    return {
        "pack": pack.name,
        "rule": rule.id,
        "title": written.title,
        "severity": written.severity,
        "type": revision.type,
        "require": _shown(revision.require),
        "aim": _shown(revision.aim),
        "revision": written.since.isoformat() if written.since else None,
        "source": written.source,
        "aim_source": written.aim_source,
        "timezone": pack.timezone,
        "advice": written.advice,
        "of": measure.rows.of if isinstance(measure, TypedRatio | TypedValue) else "",
    }


def is_question(rule: TypedRule) -> bool:
    return isinstance(rule.revisions[-1].measure, Ask)


def _shown(demand: Demand | None) -> str | None:
    return demand.text if demand else None
