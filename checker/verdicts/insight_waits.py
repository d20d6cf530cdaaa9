"""How long was waited under a rule: waits counted by place up to fixed edges and the rule's limit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import ibis
import ibis.expr.types as ir

from checker.engine.flags import Flags
from checker.engine.frames import Frames
from checker.engine.needs import Needs
from checker.facts import zones
from checker.verdicts.insight_tasks import WAIT_KEY, Wanted
from checker.verdicts.insights import Waits

_S = zones.SECOND_US
_EDGES = tuple(s * _S for s in (10, 30, 60, 120, 180, 300, 600, 1800, 3600, 14_400, 86_400))
_UNANSWERED = -1


def _edges(one: Wanted) -> tuple[int, ...]:
    return tuple(sorted({*_EDGES, *([one.limit] if one.limit and one.limit > 0 else [])}))


def count_waits(frames: Frames, flags: Flags, one: Wanted) -> dict[int, dict[int, int]] | None:
    """For each place the number of waits by the index of their edge; None where nothing waits."""
    if one.reads_turns:
        table = flags.table.filter(flags["in", one.rows])
        return _counted(frames, table, table[flags.columns[WAIT_KEY]], _edges(one))
    clock = one.rule.revisions[-1].clock
    if one.rows.of != "sessions" or clock is None or one.answered is None:
        return None
    turns = frames.frame("turns", clock, Needs(frozenset({("", "wait")}))).table
    if all(c.position == "first" for c in one.conditions):
        turns = turns.filter(turns["index"] == 1)
    chosen = flags.table.filter(flags["in", one.rows]).select("sk")
    turns = turns.semi_join(chosen, "sk")
    return _counted(frames, turns, turns["wait"], _edges(one))


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
