"""How long was waited under a rule: waits counted by place up to fixed edges and the rule's limit."""

from __future__ import annotations

import functools
import operator
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from checker.data.lazily import ibis, ir
from checker.engine import expressions as ex
from checker.engine.blame import TurnCondition
from checker.engine.expressions import Row
from checker.engine.flags import Flags, row_keys
from checker.engine.frames import Frames
from checker.engine.needs import Needs, needs_of
from checker.engine.offenders import linked_turns
from checker.engine.values import Value
from checker.facts import zones
from checker.language import tree as tr
from checker.verdicts.insight_tasks import WAIT_KEY, Wanted
from checker.verdicts.insights import Waits

_S = zones.SECOND_US
_EDGES = tuple(s * _S for s in (10, 30, 60, 120, 180, 300, 600, 1800, 3600, 14_400, 86_400))
_UNANSWERED = -1


def _edges(one: Wanted) -> tuple[int, ...]:
    return tuple(sorted({*_EDGES, *([one.limit] if one.limit and one.limit > 0 else [])}))


def count_waits(frames: Frames, flags: Flags, one: Wanted) -> dict[int, dict[int, int]] | None:
    """For each place the number of waits by the index of their edge; None where nothing waits.

    Of sessions and buyer days the turns that the rule asks about: those that it would not let pass
    without an answer.
    """
    if one.reads_turns:
        table = flags.table.filter(flags["in", one.rows])
        return _counted(frames, table, table[flags.columns[WAIT_KEY]], _edges(one))
    fact, clock = one.rows.of, one.revision.clock
    if fact not in ("sessions", "buyer_days") or clock is None or one.answered is None:
        return None
    needs = Needs(frozenset({("", "wait")})) | needs_of([c.predicate for c in one.conditions])
    if fact == "buyer_days":
        needs |= Needs(frozenset({("session", "buyer_id")}))
    frame = frames.frame("turns", clock, needs)
    turns = linked_turns(frames, fact, frame.table)
    asked = [_asked(c, frame.row, turns) for c in one.conditions]
    turns = turns.filter(functools.reduce(operator.or_, asked))
    chosen = flags.table.filter(flags["in", one.rows])
    turns = turns.semi_join(chosen, [turns[k] == chosen[k] for k in row_keys(fact)])
    return _counted(frames, turns, turns["wait"], _edges(one))


def _asked(one: TurnCondition, row: Row, turns: ir.Table) -> ir.BooleanValue:
    """The condition would not hold without an answer, and so is about the wait of this turn."""

    def unanswered(column: tr.Col) -> Value:
        mine = not column.parent and column.name in ("wait", "answered_at")
        return ibis.null("int64") if mine else row.column(column)

    matters = ~ex.condition(one.predicate, replace(row, column=unanswered))
    if one.position == "first":
        return matters & (turns["index"] == 1)
    return matters & turns["is_last"] if one.position == "last" else matters


def _counted(
    frames: Frames, table: ir.Table, wait: ir.Value, edges: Sequence[int]
) -> dict[int, dict[int, int]]:
    bucket = ibis.cases(
        (wait.isnull(), _UNANSWERED),
        *((wait <= edge, i) for i, edge in enumerate(edges)),
        else_=len(edges),
    ).cast("int32")
    counted = table.mutate(bucket=bucket).group_by(["pk", "bucket"]).agg(n=lambda x: x.count())
    found: dict[int, dict[int, int]] = defaultdict(dict)
    for pk, index, number in frames.realm.workspace.fetch(counted):
        found[pk][index] = int(number)
    return found


def histogram(
    one: Wanted, waits: Mapping[int, Mapping[int, int]] | None, mine: frozenset[int]
) -> Waits | None:
    """The waits of some places together."""
    if waits is None:
        return None
    edges = _edges(one)

    def number(index: int) -> int:
        return sum(waits.get(pk, {}).get(index, 0) for pk in mine)

    counts = tuple(number(i) for i in range(len(edges) + 1))
    return Waits(edges, counts, number(_UNANSWERED))
