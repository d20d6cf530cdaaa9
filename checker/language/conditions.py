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
    given = checker.typed(*node.operands)
    left, right = coerced(given[0], given[1]), coerced(given[1], given[0])
    if not comparable(left.type, right.type, node.op):
        hint = unit_hint(left, right)
        raise Fault(
            "E102" if hint else "E103",
            node,
            f"{a(left.type)} cannot be compared with {a(right.type)} by `{node.op}`",
            hint or _order_hint(left, right),
        )
    return tr.Compare(t.BOOL, node.op, left, right, **at(node))


def _order_hint(left: tr.Tree, right: tr.Tree) -> str:
    if left.type.kind is right.type.kind or {left.type.kind, right.type.kind} <= {
        Kind.TEXT,
        Kind.ENUM,
    }:
        return "these have no order: use `=`, `!=` or `in`"
    if {left.type.kind, right.type.kind} == {Kind.INSTANT, Kind.TIME}:
        return "take its time of day: time_of(…)"
    if {left.type.kind, right.type.kind} == {Kind.INSTANT, Kind.DATE}:
        return "take its date: date_of(…)"
    return ""


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
        raise Fault("E103", place, message, unit_hint(item, lit))
    return lit


def _in_window(checker: Checker, node: s.Membership, item: tr.Tree, name: s.Name) -> tr.Tree:
    scope = checker.scope
    window = names.window(scope, name)
    if item.type != t.INSTANT:
        message = f"only an instant is in a window, this is {a(item.type)}"
        raise Fault("E103", node.item, message)
    if scope.table and "shop" not in scope.table.parents:
        raise Fault("E110", name, f"a row of {scope.table.name} has no shop")
    return tr.InWindow(t.BOOL, item, window, **at(node))
