"""The funnel of a rule: how many rows each of its conditions leaves, from all to the good ones.

One computation for all reports: the page draws it for whole shops, `checker explain --verdict` prints it
for the rows of one verdict.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checker.data.lazily import ibis, ir
from checker.data.workspace import Workspace
from checker.engine.flags import Flags
from checker.verdicts.insight_tasks import Wanted
from checker.verdicts.insights import Stage, StageKey

Counts = Mapping[str, int]
"""A step's name → rows"""


@dataclass(frozen=True, eq=False)
class Step:
    """`holds` says which rows are left. `name` tells the steps of one funnel apart."""

    key: StageKey
    name: str
    holds: ir.BooleanValue
    conditions: tuple[str, ...] = ()


def steps(flags: Flags, one: Wanted) -> list[Step]:
    """The funnel's steps as conditions on the rows of `flags`.

    `settled` are the rows that are not pending: they may still become good.
    """
    found = [
        Step(step.key, f"{step.key}{i}", flags["in", step.rows], step.conditions)
        for i, step in enumerate(one.narrowings)
    ]
    settled: Any = flags["in", one.rows]
    if one.pending_key in flags.columns:
        settled = settled & ~flags[one.pending_key]
        found.append(Step("settled", "settled", settled))
    if one.answered is not None:
        found.append(Step("answered", "answered", flags[one.answered_key] & settled))
    if one.good is not None:
        texts = (one.good_text,) if one.good_text else ()
        found.append(Step("good", "good", flags[one.good_key], texts))
    return found


def sums(prefix: str, found: Sequence[Step]) -> Iterator[tuple[str, ir.IntegerScalar]]:
    """For a group query: how many rows each step leaves, as columns that begin with `prefix`."""
    for step in found:
        yield f"{prefix}{step.name}", ibis.ifelse(step.holds, 1, 0).cast("int64").sum()


def grouped(
    workspace: Workspace,
    table: ir.Table,
    keys: Mapping[str, ir.Value],
    asked: Mapping[int, Sequence[Step]],
) -> dict[int, list[tuple[Any, ...]]]:
    """For each funnel, rows (keys …, counts by step) of one query over all of them."""
    marked = table.mutate(**keys)
    columns = dict(pair for i, found in asked.items() for pair in sums(f"n{i}_", found))
    counted = marked.group_by(list(keys)).agg(**columns)
    names = counted.columns
    result: dict[int, list[tuple[Any, ...]]] = {i: [] for i in asked}
    for row in workspace.fetch(counted):
        value = dict(zip(names, row, strict=True))
        group = [value[k] for k in keys]
        for i, found in asked.items():
            counts = {step.name: int(value[f"n{i}_{step.name}"] or 0) for step in found}
            result[i].append((*group, counts))
    return result


def funnel(found: Sequence[Step], counts: Sequence[Counts]) -> tuple[Stage, ...]:
    """The stages of some groups together. Pending rows are a step only where there are some."""
    kept: list[Stage] = []
    for step in found:
        rows = sum(one[step.name] for one in counts)
        if not (step.key == "settled" and kept and kept[-1].rows == rows):
            kept.append(Stage(step.key, rows, step.conditions))
    return tuple(kept)


def judged(found: Sequence[Step], counts: Counts) -> int:
    """The rows that were judged: the population without what is pending."""
    inside = [s for s in found if s.key not in ("answered", "good")]
    return counts[inside[-1].name]


def bad(found: Sequence[Step], counts: Counts) -> int:
    """The rows that were judged and are not good; 0 where rows are only counted."""
    return judged(found, counts) - counts["good"] if "good" in counts else 0
