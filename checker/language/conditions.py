"""Conditions: and, or, comparisons, lists and windows."""

from __future__ import annotations

import datetime as dt
from functools import partial
from typing import TYPE_CHECKING

from checker.language import names
from checker.language import syntax as s
from checker.language import tree as tr
from checker.language import types as t
from checker.language.arithmetic import comparable, unit_hint
from checker.language.faults import AlreadyTold, Fault, a, at, did_you_mean, listing
from checker.language.types import Kind

if TYPE_CHECKING:
    from checker.language.check import Checker

_EPOCH = dt.date(1970, 1, 1)


def junction(checker: Checker, node: s.Operation) -> tr.Tree:
    items = [checker.tried(partial(checker.condition, operand)) for operand in node.operands]
    sound = tuple(item for item in items if item is not None)
    if len(sound) < len(items):
        raise AlreadyTold
    return tr.Junction(t.BOOL, node.op, sound, **at(node))


def missing(checker: Checker, node: s.Operation) -> tr.Tree:
    (item,) = checker.typed(*node.operands)
    tree = tr.IsMissing(t.BOOL, item, **at(node))
    return tr.Not(t.BOOL, tree, **at(node)) if node.op == "is present" else tree


def comparison(checker: Checker, node: s.Operation) -> tr.Tree:
    _check_quotes(checker, node.operands)
    given = checker.typed(*node.operands)
    left, right = coerced(given[0], given[1]), coerced(given[1], given[0])
    if not comparable(left.type, right.type, node.op):
        hint = unit_hint(left, right)
        raise Fault(
            "E102" if hint else "E103",
            node,
            f"{a(left.type)} cannot be compared with {a(right.type)} by `{node.op}`",
            hint or _pair_hint(left, right),
        )
    return tr.Compare(t.BOOL, node.op, left, right, **at(node))


def _check_quotes(checker: Checker, operands: tuple[s.Syntax, ...]) -> None:
    """A bare word beside a text or an enum was most likely meant as a text."""
    for word, other in (operands, operands[::-1]):
        if not isinstance(word, s.Name) or len(word.parts) > 1 or isinstance(other, s.Literal):
            continue
        (name,) = word.parts
        if names.known(checker.scope, name) or name.lower() in names.FOREIGN:
            continue
        type_ = checker.within(checker.scope, other).type
        if name in type_.values or (
            type_.kind in (Kind.TEXT, Kind.ENUM) and not names.resembles(checker.scope, name)
        ):
            raise Fault(
                "E106", word, f"unknown name `{name}`", f"a text stands in quotes: '{name}'"
            )


_PAIRS = {
    frozenset({Kind.INSTANT, Kind.TIME}): "take the time of day of the instant: time_of(…)",
    frozenset({Kind.INSTANT, Kind.DATE}): "take the date of the instant: date_of(…)",
    frozenset({Kind.INSTANT, Kind.TEXT}): "take the date of the instant: date_of(…)",
    frozenset({Kind.NUMBER, Kind.RATIO}): "make the number a ratio: … * 100%",
    frozenset({Kind.INT, Kind.RATIO}): "make the number a ratio: … * 100%",
}


def _pair_hint(left: tr.Tree, right: tr.Tree) -> str:
    """What to write where two types cannot be compared."""
    kinds = frozenset({left.type.kind, right.type.kind})
    if len(kinds) == 1 or kinds == {Kind.TEXT, Kind.ENUM}:
        return "these have no order: use `=`, `!=` or `in`"
    if Kind.BOOL in kinds:
        return "a condition stands by itself: `ended`, `not ended`"
    for tree, other in ((left, right), (right, left)):
        if isinstance(tree, tr.Lit) and tree.type.kind is Kind.INT and other.type.kind is Kind.TEXT:
            return f"a text stands in quotes: '{tree.value}'"
        number = other.type.kind in (Kind.INT, Kind.NUMBER)
        if isinstance(tree, tr.Lit) and tree.type.kind is Kind.TEXT and number:
            return "a number stands without quotes"
    return _PAIRS.get(kinds, "")


def coerced(tree: tr.Tree, other: tr.Tree) -> tr.Tree:
    """A text literal beside an enum must be one of its values; beside a date, a date."""
    if not isinstance(tree, tr.Lit) or tree.type != t.TEXT or not isinstance(tree.value, str):
        return tree
    place = s.Part(tree.start, tree.end)
    if other.type.kind is Kind.ENUM:
        if tree.value not in other.type.values:
            meant = did_you_mean(tree.value, other.type.values).replace("`", "'")
            values = listing("values", other.type.values)
            raise Fault("E104", place, f"'{tree.value}' is never a value here", meant, values)
        return tr.Lit(other.type, tree.value, **at(place))
    if other.type.kind is Kind.DATE:
        try:
            day = (dt.date.fromisoformat(tree.value) - _EPOCH).days
        except ValueError:
            message = f"'{tree.value}' is no date"
            raise Fault("E103", place, message, "write it as '2026-10-01'") from None
        return tr.Lit(t.DATE, day, **at(place))
    return tree


def membership(checker: Checker, node: s.Membership) -> tr.Tree:
    (item,) = checker.typed(node.item)
    first = node.members[0]
    tree: tr.Tree
    if len(node.members) == 1 and isinstance(first, s.Name) and len(first.parts) == 1:
        tree = _in_window(checker, node, item, first)
    else:
        members = tuple(_member(member, item, first) for member in checker.typed(*node.members))
        tree = tr.OneOf(t.BOOL, item, members, **at(node))
    return tr.Not(t.BOOL, tree, **at(node)) if node.negated else tree


def _member(member: tr.Tree, item: tr.Tree, first: s.Part) -> tr.Lit:
    lit = coerced(member, item)
    if not isinstance(lit, tr.Lit):
        raise Fault("E106", first, "after `in` stands a window or a list", "('a', 'b')")
    if not comparable(item.type, lit.type, "="):
        place = s.Part(lit.start, lit.end)
        message = f"{a(lit.type)} in a list for {a(item.type)}"
        raise Fault("E103", place, message, unit_hint(item, lit) or _pair_hint(item, lit))
    return lit


def _in_window(checker: Checker, node: s.Membership, item: tr.Tree, name: s.Name) -> tr.Tree:
    scope = checker.scope
    window = names.window(scope, name)
    if item.type != t.INSTANT:
        message = f"only an instant is in a window, this is {a(item.type)}"
        raise Fault("E103", node.item, message, "such as started_at, asked_at, ts")
    if scope.table and "shop" not in scope.table.parents:
        raise Fault("E110", name, f"a row of {scope.table.name} has no shop")
    return tr.InWindow(t.BOOL, item, window, **at(node))
