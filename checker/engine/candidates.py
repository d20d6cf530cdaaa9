"""Rows that a platform may have counted differently: their judgement hangs on very little.

Each rule whose figures differ is evaluated again with its limits of waiting a second longer and shorter
and its windows a minute earlier and later; a row that is judged otherwise then, or is pending, is a
candidate. Nothing says that the platform did count it otherwise.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import fields, replace
from fractions import Fraction
from functools import partial
from typing import Any

from checker.data.lazily import ibis, ir
from checker.engine.buckets import engine_errors
from checker.engine.flags import Flags, build_flags
from checker.engine.measured import Measured, Offender
from checker.engine.offenders import Job, ask_offenders
from checker.engine.run import Run
from checker.engine.tasks import Task, grouping_of
from checker.facts.zones import SECOND_US
from checker.language import tree as tr
from checker.language.types import DURATION, INSTANT, Kind
from checker.packs.typed import TypedRatio

SECOND, MINUTE = SECOND_US, 60 * SECOND_US


def find_candidates(run: Run, measured: Sequence[Measured]) -> list[Measured]:
    """The same figures; those that differ from the platform's, with the rows that could be why."""
    wanted: dict[tuple[str, int], list[int]] = {}
    for place, one in enumerate(measured):
        if _explainable(one):
            wanted.setdefault((one.rule.id, id(one.revision)), []).append(place)
    result = list(measured)
    for places in wanted.values():
        one = measured[places[0]]
        try:
            found = _listed(run, one)
        except engine_errors():
            continue  # the figure stands without them
        for place in places:
            other = result[place].reconciliation
            assert other is not None
            rows = found.get(_key(result[place]), ())
            known = replace(other, candidates=rows)
            result[place] = result[place]._replace(reconciliation=known)
    return result


def _explainable(one: Measured) -> bool:
    other = one.reconciliation
    return (
        other is not None
        and not one.added
        and other.differs
        and isinstance(one.revision.measure, TypedRatio)
    )


def _key(one: Measured) -> tuple[object, ...]:
    return frozenset(one.scope.items()), one.period


def _listed(run: Run, one: Measured) -> Mapping[tuple[object, ...], tuple[Offender, ...]]:
    """The candidates of one revision by scope and period."""
    measure = one.revision.measure
    assert isinstance(measure, TypedRatio)
    platforms = run.platforms[one.rule.pack]
    grouping = grouping_of(one.revision)
    plain = Task(one.rule, one.revision, None, measure, grouping, platforms, False)
    shifted = [replace(plain, population=other) for other in _shifts(measure)]
    frames = run.frames[one.rule.pack]
    flags = build_flags(frames, [plain, *shifted], run.options.days)
    query = run.buckets.group_query(flags, [plain])
    hangs = _hangs(query.flags, plain, shifted)
    job = Job(plain, query.flags, query.keys, hangs)
    listed = ask_offenders(frames, [job], run.options.offenders)()
    names = sorted(platforms)
    found: dict[tuple[object, ...], tuple[Offender, ...]] = {}
    for key, rows in listed.get(plain, {}).items():
        span, _ = run.periods.span(grouping.period, key[-1])
        found[frozenset(run.scope(plain, names, key).items()), span] = rows
    return found


def _hangs(flags: Flags, plain: Task, shifted: Sequence[Task]) -> ir.BooleanValue:
    inside, good = _judgement(flags, plain)
    result: Any = ibis.literal(False)
    assert isinstance(plain.population, TypedRatio)
    pending = ("pending", plain.rows, plain.population.good)
    if pending in flags.columns:
        result = result | flags[pending]
    for other in shifted:
        then_inside, then_good = _judgement(flags, other)
        result = result | (inside != then_inside) | (inside & (good != then_good))
    return result


def _judgement(flags: Flags, task: Task) -> tuple[ir.Value, ir.Value]:
    assert isinstance(task.population, TypedRatio)
    return flags["in", task.rows], flags["good", task.rows, task.population.good]


def _shifts(measure: TypedRatio) -> Iterator[TypedRatio]:
    """The measure with every limit of waiting, and every window, a little off."""
    where, good = measure.rows.where, measure.good
    for change in (-SECOND, SECOND):
        moved = _moved(good, partial(_longer, by=change))
        if moved != good:
            yield replace(measure, good=moved)
    for change in (-MINUTE, MINUTE):
        moved_where = where and _moved(where, partial(_later, by=change))
        moved = _moved(good, partial(_later, by=change))
        if (moved_where, moved) != (where, good):
            yield replace(measure, rows=replace(measure.rows, where=moved_where), good=moved)


def _longer(tree: tr.Tree, by: int) -> tr.Tree:
    """A comparison of a duration with a literal, with another literal."""
    if isinstance(tree, tr.Compare) and tree.left.type.kind is Kind.DURATION:
        left, right = (_more(side, by) for side in (tree.left, tree.right))
        return replace(tree, left=left, right=right)
    return tree


def _more(side: tr.Tree, by: int) -> tr.Tree:
    if isinstance(side, tr.Lit) and isinstance(side.value, int | Fraction):
        return replace(side, value=side.value + by)
    return side


def _later(tree: tr.Tree, by: int) -> tr.Tree:
    """`item in window` as if the row had happened later."""
    if isinstance(tree, tr.InWindow) and tree.item.type.kind is Kind.INSTANT:
        shift = tr.Lit(DURATION, by)
        return replace(tree, item=tr.Arithmetic(INSTANT, "+", tree.item, shift))
    return tree


def _moved(tree: tr.Tree, change: Callable[[tr.Tree], tr.Tree]) -> tr.Tree:
    """The tree with `change` made to every node, leaves first."""
    changes: dict[str, Any] = {}
    for one in fields(tree):
        value = getattr(tree, one.name)
        if isinstance(value, tr.Typed):
            changes[one.name] = _moved(value, change)  # type: ignore[arg-type]
        elif isinstance(value, tuple) and any(isinstance(v, tr.Typed) for v in value):
            changes[one.name] = tuple(_moved(v, change) for v in value)
    return change(replace(tree, **changes))
