"""Aggregates over the rows of a population, as `is` uses them, and the types of what they give."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

from checker.language import functions as fn
from checker.language import syntax as s
from checker.language import tree as tr
from checker.language import types as t
from checker.language.faults import AlreadyTold, Fault, a, at
from checker.language.types import Kind, Type

if TYPE_CHECKING:
    from checker.language.check import Checker

_ARITY = {"count": (0, 1), "share": (1, 1), "distinct": (1, 2), "percentile": (2, 3)}
_AVERAGED = t.NUMERIC | {Kind.DURATION, Kind.TIME}


def arity(node: s.Call, low: int, high: int, signature: fn.Signature) -> None:
    given = len(node.arguments)
    if not low <= given <= high:
        said = (
            f"{given} argument{'' if given == 1 else 's'}" if given else "nothing in its brackets"
        )
        raise Fault("E108", node, f"`{node.function}` with {said}", signature.usage)


def aggregate(checker: Checker, node: s.Call) -> tr.Tree:
    name, signature, arguments = node.function, fn.AGGREGATES[node.function], node.arguments
    arity(node, *_ARITY.get(name, (1, 2)), signature)
    rows = checker.scope.of_rows()
    if name in ("count", "share"):
        predicate = checker.condition(arguments[0], rows) if arguments else None
        result = t.RATIO if name == "share" else t.INT
        return tr.Aggregate(result, name, (), predicate, **at(node))
    if name == "distinct":
        values = [checker.try_type(argument, rows) for argument in arguments]
        sound = tuple(value for value in values if value is not None)
        if len(sound) < len(values):
            raise AlreadyTold
        return tr.Aggregate(t.INT, name, sound, None, **at(node))
    value = checker.within(rows, arguments[0])
    fraction = None
    rest = arguments[1:]
    if name == "percentile":
        fraction, rest = _share(checker, arguments[1], signature), arguments[2:]
    predicate = checker.condition(rest[0], rows) if rest else None
    result = folded(node, name, value)
    return tr.Aggregate(result, name, (value,), predicate, fraction, **at(node))


def _share(checker: Checker, node: s.Syntax, signature: fn.Signature) -> Fraction:
    """Which percentile is asked for, from 0 to 1."""
    (given,) = checker.typed(node)
    match given:
        case tr.Lit(type=t.RATIO, value=int() | Fraction() as value) if 0 <= value <= 1:
            return Fraction(value)
    raise Fault("E108", node, "which percentile is a share from 0% to 100%", signature.usage)


def folded(node: s.Call, name: str, value: tr.Tree | None) -> Type:
    """The type that an aggregate of `value` has."""
    if value is None:
        return t.INT if name == "count" else t.BOOL
    kind = value.type.kind
    if name in ("first", "last"):
        return value.type
    if name in ("min", "max") and kind in t.ORDERED:
        return value.type
    if name == "sum" and kind in t.NUMERIC | {Kind.DURATION}:
        return value.type
    if name in ("mean", "median", "percentile") and kind in _AVERAGED:
        return t.NUMBER if kind is Kind.INT else value.type
    hint = "a number or a duration"
    if kind is Kind.BOOL:
        hint = "share(…) and count(…) are for conditions"
    raise Fault("E108", node, f"{name} of {a(value.type)} has no meaning", hint)
