"""Computed and reported figures side by side: what is judged, and what it is compared with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from checker.engine.candidates import find_candidates
from checker.engine.measured import Measured, Reconciliation
from checker.engine.reported import ReportedRow, reported_figures, reported_rows
from checker.engine.run import Run

Key = tuple[object, ...]


def measured_and_reported(run: Run) -> list[Measured]:
    """Every figure to judge. A computed one is judged and carries the reported one for the same rule,
    scope and period; where nothing can be computed the reported one is judged."""
    measured = run.measure()
    rows = reported_rows(run.realm.workspace, run.realm.dataset)
    if not rows:
        return measured
    figures = [
        figure
        for figure in reported_figures(_seen(run, rows), run.packs, run.periods.last_day)
        if run.options.only_rules is None or figure.rule.id in run.options.only_rules
    ]
    return find_candidates(run, _merged(measured, figures))


def _seen(run: Run, rows: Sequence[ReportedRow]) -> Iterator[ReportedRow]:
    """The rows of the days that are asked for; what lies after an earlier as-of is not seen."""
    days, realm = run.options.days, run.realm
    for row in rows:
        inside = (days.first is None or days.first <= row.first) and (
            days.through is None or row.through <= days.through
        )
        if inside and (realm.as_of >= realm.last or row.first <= run.periods.last_day):
            yield row


def _merged(measured: Sequence[Measured], figures: Sequence[Measured]) -> list[Measured]:
    found = {_key(one): one for one in measured}
    for figure in figures:
        own = found.get(_key(figure))
        if own is not None and own.figure.value is not None:
            found[_key(figure)] = replace(own, reconciliation=Reconciliation(figure.figure))
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


def _key(one: Measured) -> Key:
    period = one.period
    return (one.rule.id, frozenset(one.scope.items()), period.kind, period.start, period.through)
