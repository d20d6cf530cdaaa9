"""Why a verdict is as it is: which of its rows each condition of the rule leaves, down to the good ones."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from checker.engine.flags import build_flags
from checker.engine.measured import Measured
from checker.engine.run import Run
from checker.engine.tasks import grouping_of
from checker.packs.model import Clock, Revision
from checker.verdicts.funnel import Counts, funnel, grouped, steps
from checker.verdicts.insight_tasks import Wanted, wanted
from checker.verdicts.insights import Stage
from checker.verdicts.model import Verdict


@dataclass(frozen=True, slots=True)
class Funnel:
    """The rows of a verdict step by step; `part` is the part of a formula over parts that counts
    them, `limit` the longest wait that the rule lets pass, in microseconds."""

    part: str | None
    fact: str
    stages: tuple[Stage, ...]
    judges: bool  # rows are good or bad, not only counted
    limit: int | None


@dataclass(frozen=True, slots=True)
class VerdictReading:
    """A verdict, its rule as it stood then, and the funnels of its rows: none where a person answers
    or the platform's own figure was judged."""

    verdict: Verdict
    revision: Revision
    clock: Clock | None
    funnels: tuple[Funnel, ...] = ()


def verdict_funnels(run: Run, one: Measured) -> tuple[Funnel, ...]:
    """The funnels of a computed figure, one for each part of the rule."""
    if one.basis != "computed" or one.reason is not None:
        return ()
    platforms = frozenset({str(one.scope["platform"])})
    grouping = grouping_of(one.revision)
    return tuple(
        Funnel(
            asked.part,
            asked.rows.of,
            _stages(run, one, asked),
            asked.good is not None,
            asked.limit,
        )
        for asked in wanted(one.rule, one.revision, platforms, grouping)
    )


def _stages(run: Run, one: Measured, asked: Wanted) -> tuple[Stage, ...]:
    """The rows of the verdict's group; none where a part has none in it."""
    tasks = list(asked.tasks())
    flags = build_flags(run.frames[one.rule.pack], tasks, run.options.days)
    query = run.buckets.group_query(flags, tasks[:1])
    found = steps(query.flags, asked)
    rows = grouped(run.realm.workspace, query.flags.table, query.keys, {0: found})[0]
    mine = [counts for key, counts in _named(run, asked, rows) if key == (one.scope, one.period)]
    return funnel(found, mine)


def _named(
    run: Run, asked: Wanted, rows: list[tuple[object, ...]]
) -> Iterator[tuple[tuple[object, object], Counts]]:
    """Groups by the scope and the period that a verdict names."""
    task = next(iter(asked.tasks()))
    platforms = sorted(asked.platforms)
    for *key, counts in rows:
        span, _ = run.periods.span(asked.grouping.period, key[-1])
        yield (run.scope(task, platforms, tuple(key)), span), counts  # type: ignore[misc]
