"""Which turn is to blame: a row's predicate read as conditions on single turns."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from checker.language import tree as tr
from checker.language import types as t


@dataclass(frozen=True)
class TurnCondition:
    """`predicate` should hold for the turns at `position`; the first that breaks it is to blame."""

    position: Literal["every", "first", "last"]
    predicate: tr.Tree


def turn_conditions(tree: tr.Tree, wanted: bool = True) -> Iterator[TurnCondition]:
    """What turns had to fulfil for `tree` to be `wanted`; nothing where that cannot be told.

    `all(turns, p)` asks p of every turn, `first(turns, x) <= y` asks `x <= y` of the first one.
    """
    match tree:
        case tr.Junction(items=items):
            for item in items:
                yield from turn_conditions(item, wanted)
        case tr.Not(item=tr.IsMissing(item=tr.Relation() as relation)):
            yield from _of_end(relation, lambda x: _not(tr.IsMissing(t.BOOL, x)), wanted)
        case tr.Not(item=item):
            yield from turn_conditions(item, not wanted)
        case tr.Relation(relation="turns", function=function, predicate=tr.Typed() as predicate):
            if function == "all" and wanted:
                yield TurnCondition("every", predicate)
            elif (function == "none" and wanted) or (function == "any" and not wanted):
                yield TurnCondition("every", _not(predicate))
        case tr.Compare(op=op, left=tr.Relation() as left, right=tr.Lit() as bound):
            if left.function == "count" and left.relation == "turns" and left.predicate:
                if wanted and op == "=" and bound.value == 0:
                    yield TurnCondition("every", _not(left.predicate))
                return
            yield from _of_end(left, lambda x: tr.Compare(t.BOOL, op, x, bound), wanted)
        case tr.IsMissing(item=tr.Relation() as relation):
            yield from _of_end(relation, lambda x: tr.IsMissing(t.BOOL, x), wanted)


def _of_end(relation: tr.Relation, make: object, wanted: bool) -> Iterator[TurnCondition]:
    assert callable(make)
    if relation.relation != "turns" or relation.value is None or relation.predicate is not None:
        return
    predicate = make(relation.value)
    if relation.function == "first":
        yield TurnCondition("first", predicate if wanted else _not(predicate))
    elif relation.function == "last":
        yield TurnCondition("last", predicate if wanted else _not(predicate))


def _not(tree: tr.Tree) -> tr.Tree:
    return tr.Not(t.BOOL, tree)
