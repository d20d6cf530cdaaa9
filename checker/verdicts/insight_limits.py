"""Where the limit of a rule passes while a turn waits: the rule's own conditions say whether, and which."""

from __future__ import annotations

import functools
import operator
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from checker.data.lazily import ibis, ir
from checker.engine import expressions as ex
from checker.engine.expressions import Row
from checker.engine.frames import Frames
from checker.engine.needs import Needs, needs_of
from checker.engine.values import Value
from checker.language import tree as tr
from checker.packs.typed import TypedClock
from checker.verdicts.explanation import LimitMark, TurnRow
from checker.verdicts.insight_tasks import Wanted

Limits = Mapping[tuple[str, int], Sequence[tuple[str, int]]]
"""By the name of a clock and the index of a turn: rules, and the wait in microseconds that each of
them lets pass."""


def limits_of(
    frames: Frames, wanted: Iterable[Wanted], sessions: Collection[int]
) -> dict[int, Limits]:
    """By session (sk) the limits of its turns, that a turn may have passed or not.

    A turn is asked what the rule would make of it, had it waited longer: so a window or a kind of
    message in a condition counts, as does that only the first turn is asked. Turns that `where` leaves
    out have no limit.
    """
    by_clock: dict[TypedClock, list[Wanted]] = defaultdict(list)
    for one in wanted:
        if one.revision.clock is not None and one.limits:
            by_clock[one.revision.clock].append(one)
    found: dict[int, dict[tuple[str, int], list[tuple[str, int]]]] = {sk: {} for sk in sessions}
    for clock, asked in by_clock.items():
        trees = [tree for one in asked for tree in _trees(one)]
        frame = frames.frame("turns", clock, needs_of(trees) | Needs(frozenset({("", "wait")})))
        turns = frame.table.filter(frame.table["sk"].isin(sorted(sessions)))
        columns = {f"limit_{i}": _limit(one, frame.row, turns) for i, one in enumerate(asked)}
        rows = turns.select("sk", "index", **columns)
        for sk, index, *limits in frames.realm.workspace.fetch(rows):
            for one, limit in zip(asked, limits, strict=True):
                if limit is not None:
                    key = str(one.revision.written.clock), index
                    found[sk].setdefault(key, []).append((one.rule.id, int(limit)))
    return dict(found)


def _trees(one: Wanted) -> Iterator[tr.Tree]:
    yield from (condition.predicate for condition in one.conditions)
    if one.reads_turns and one.rows.where is not None:
        yield one.rows.where


def _limit(one: Wanted, row: Row, turns: ir.Table) -> ir.Value:
    """The shortest of the rule's limits that the turn must not pass."""
    breaks = ibis.cases(*((_breaks(one, row, turns, limit), limit) for limit in one.limits))
    if not one.reads_turns or one.rows.where is None:
        return breaks
    return ex.condition(one.rows.where, row).ifelse(breaks, ibis.null("int64"))


def _breaks(one: Wanted, row: Row, turns: ir.Table, limit: int) -> ir.BooleanValue:
    def waited(column: tr.Col) -> Value:
        mine = not column.parent and column.name == "wait"
        return ibis.literal(limit + 1, "int64") if mine else row.column(column)

    longer = replace(row, column=waited)
    at = {"first": turns["index"] == 1, "last": turns["is_last"]}
    broken = [~ex.condition(c.predicate, longer) & at.get(c.position, True) for c in one.conditions]
    return functools.reduce(operator.or_, broken)


def limit_marks(
    wanted: Iterable[Wanted], limits: Limits, rows: Sequence[TurnRow]
) -> Iterator[LimitMark]:
    """Where a wait is a plain difference ending at the answer, the limit passes that much earlier."""
    clocks = {one.rule.id: one.revision.clock for one in wanted}
    for turn in rows:
        for rule, limit in limits.get((turn.clock, turn.index), ()):
            clock = clocks[rule]
            if clock is not None and (at := _passed(clock, turn, limit)) is not None:
                yield LimitMark(rule, turn.index, at)


def _passed(clock: TypedClock, turn: TurnRow, limit: int) -> int | None:
    match clock.wait:
        case tr.Arithmetic(op="-", left=tr.Col(name="answered_at", parent=""), right=right):
            plain = isinstance(right, tr.Col) and right.name == "asked_at"
        case _:
            return None
    if turn.answered_at is not None and turn.wait is not None:
        return turn.answered_at - turn.wait + limit if turn.wait > limit else None
    if plain and turn.waited is not None and turn.waited > limit:
        return turn.asked_at + limit
    return None
