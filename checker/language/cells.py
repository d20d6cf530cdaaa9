"""Calls that only the expressions of mappings have: what a cell of an export says."""

from __future__ import annotations

from typing import TYPE_CHECKING

from checker.language import syntax as s
from checker.language import tree as tr
from checker.language import types as t
from checker.language.aggregates import arity
from checker.language.conversions import CHOICES, CONVERSIONS
from checker.language.faults import Fault, a, at, did_you_mean, listing
from checker.language.types import Kind, Type

if TYPE_CHECKING:
    from checker.language.check import Checker

FUNCTIONS = frozenset({*CONVERSIONS, *CHOICES})

MAPPED = "map"
"""A call of `map` in a typed tree: the text, then pairs of key and value, then the else, if any."""


def of_cell(checker: Checker, node: s.Call) -> tr.Tree:
    match node.function:
        case "if":
            return _choice(checker, node)
        case "map":
            return _mapped(checker, node)
        case "concat":
            return _joined(checker, node)
    return _converted(checker, node)


def _converted(checker: Checker, node: s.Call) -> tr.Tree:
    function = CONVERSIONS[node.function]
    arity(node, function.least, function.most, function.signature)
    arguments = checker.typed(*node.arguments)
    plain = function.most - function.literals
    for index, (written, tree) in enumerate(zip(node.arguments, arguments, strict=True)):
        if index >= plain and not isinstance(tree, tr.Lit):
            usage = function.signature.usage
            raise Fault("E108", written, "only a text in quotes can stand here", usage)
        if tree.type.kind not in (Kind.TEXT, Kind.ENUM):
            known = " already" if tree.type == function.result else ""
            message = f"`{node.function}` reads text, this is{known} {a(tree.type)}"
            raise Fault("E108", written, message, function.signature.usage)
    if node.function in ("extract", "replace"):
        from checker.language.calls import check_pattern

        check_pattern(node.arguments[1], arguments[1])
    return tr.Function(function.result, node.function, arguments, **at(node))


def _choice(checker: Checker, node: s.Call) -> tr.Tree:
    from checker.language.calls import common_type

    arity(node, 2, 3, CHOICES["if"])
    predicate = checker.condition(node.arguments[0])
    branches = checker.typed(*node.arguments[1:])
    result = common_type(branches)
    if result is None:
        given = " or ".join(str(branch.type) for branch in branches)
        raise Fault("E108", node, f"`if` gives one type, not {given}", CHOICES["if"].usage)
    return tr.Function(result, "if", (predicate, *branches), **at(node))


def _joined(checker: Checker, node: s.Call) -> tr.Tree:
    arity(node, 2, 20, CHOICES["concat"])
    arguments = checker.typed(*node.arguments)
    for written, tree in zip(node.arguments, arguments, strict=True):
        if tree.type.kind not in (Kind.TEXT, Kind.ENUM, Kind.INT):
            message = f"`concat` joins texts and whole numbers, this is {a(tree.type)}"
            raise Fault("E108", written, message, CHOICES["concat"].usage)
    return tr.Function(t.TEXT, "concat", arguments, **at(node))


def _mapped(checker: Checker, node: s.Call) -> tr.Tree:
    signature = CHOICES["map"]
    arity(node, 2, 3, signature)
    (item,) = checker.typed(node.arguments[0])
    if item.type.kind not in (Kind.TEXT, Kind.ENUM):
        message = f"`map` reads text, this is {a(item.type)}"
        raise Fault("E108", node.arguments[0], message, signature.usage)
    chosen = _value_map(checker, node.arguments[1])
    pairs: list[tr.Tree] = []
    result = value_type(chosen.values())
    for key, value in chosen.items():
        pairs += [tr.Lit(t.TEXT, key, **at(node)), tr.Lit(result, value, **at(node))]
    otherwise = checker.typed(*node.arguments[2:])
    for tree in otherwise:
        if tree.type.kind is not result.kind:
            message = f"the map gives {a(result)}, this is {a(tree.type)}"
            raise Fault("E108", node.arguments[2], message, signature.usage)
    return tr.Function(result, MAPPED, (item, *pairs, *otherwise), **at(node))


def _value_map(checker: Checker, node: s.Syntax) -> dict[str, str | int | bool]:
    maps = checker.scope.values or {}
    if isinstance(node, s.Name) and len(node.parts) == 1 and node.parts[0] in maps:
        return dict(maps[node.parts[0]])
    shown = f"`{'.'.join(node.parts)}`" if isinstance(node, s.Name) else "this"
    meant = did_you_mean(node.parts[0], maps) if isinstance(node, s.Name) else ""
    raise Fault("E106", node, f"{shown} is no map of `values`", meant, listing("values", maps))


def value_type(values: object) -> Type:
    """The type of the values of one map."""
    kinds = {type(value) for value in values}  # type: ignore[attr-defined]
    return t.BOOL if kinds == {bool} else t.INT if kinds == {int} else t.TEXT
