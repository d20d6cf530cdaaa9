"""Computed and reported figures side by side: what is judged, and what it is compared with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction

from checker.engine.candidates import find_candidates
from checker.engine.formula import Exact
from checker.engine.measured import Measured, Reconciliation
from checker.engine.reported import ReportedRow, reported_figures, reported_rows
from checker.engine.run import Run
from checker.facts.zones import SECOND_US
from checker.packs.typed import TypedRatio

Key = tuple[object, ...]


def measured_and_reported(run: Run) -> Iterable[Measured]:
    """Every figure to judge. A computed one is judged and carries the reported one for the same rule,
    scope and period; where nothing can be computed the reported one is judged."""
    rows = reported_rows(run.realm.workspace, run.realm.dataset)
    if not rows:
        return run.measure()
    figures = [
        figure
        for figure in reported_figures(_seen(run, rows), run.packs, run.periods.last_day)
        if run.options.only_rules is None or figure.rule.id in run.options.only_rules
    ]
    return find_candidates(run, _merged(run.measure(), figures))


def _seen(run: Run, rows: Sequence[ReportedRow]) -> Iterator[ReportedRow]:
    """The rows of the days that are asked for; what lies after an earlier as-of is not seen."""
    days, realm = run.options.days, run.realm
    for row in rows:
        inside = (days.first is None or days.first <= row.first) and (
            days.through is None or row.through <= days.through
        )
        if inside and (realm.as_of >= realm.last or row.first <= run.periods.last_day):
            yield row


def _merged(measured: Iterable[Measured], figures: Sequence[Measured]) -> list[Measured]:
    found = {_key(one): one for one in measured}
    for figure in figures:
        own = found.get(_key(figure))
        if own is not None and own.figure.value is not None:
            found[_key(figure)] = own._replace(reconciliation=_compared(own, figure.figure))
        elif own is None or figure.figure.value is not None:
            found[_key(figure)] = figure
    # A whole platform without data is not without a judgement where there are reported figures.
    judged = {(f.rule.id, f.scope["platform"]) for f in figures if not f.added}
    return [
        one
        for one in found.values()
        if one.basis == "reported"
        or one.period.start is not None
        or (one.rule.id, one.scope.get("platform")) not in judged
    ]


def _compared(own: Measured, theirs: Exact) -> Reconciliation:
    counts = (own.figure.numerator, own.figure.denominator, theirs.numerator, theirs.denominator)
    if not isinstance(own.revision.measure, TypedRatio) or None in counts:
        return Reconciliation(theirs, _differs(own.figure.value, theirs.value, own.revision.type))
    good, rows, their_good, their_rows = (n or 0 for n in counts)
    more = their_rows - rows
    more_bad = more - (their_good - good)
    return Reconciliation(theirs, bool(more or more_bad), more, more_bad)


def _differs(computed: Fraction | None, reported: Fraction | None, kind: str) -> bool:
    """More apart than the rounding of the reported figure explains."""
    if computed is None or reported is None:
        return computed is not reported
    unit = SECOND_US if kind in ("duration", "time") else 1
    value = reported / unit
    places = next(n for n in range(7) if (value * 10**n).denominator == 1 or n == 6)
    if kind in ("ratio", "every"):
        places = max(places, 4)  # per cents with two decimals, whose last may be 0
    return abs(computed / unit - value) > Fraction(1, 2 * 10**places)


def _key(one: Measured) -> Key:
    period = one.period
    return (one.rule.id, frozenset(one.scope.items()), period.kind, period.start, period.through)
