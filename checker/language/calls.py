"""Calls that see one row: functions over its relations, scalar functions and `overlap`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from checker.language import functions as fn
from checker.language import names
from checker.language import syntax as s
from checker.language import tree as tr
from checker.language import types as t
from checker.language.aggregates import aggregate, arity, folded
from checker.language.catalog import Table
from checker.language.cells import FUNCTIONS, of_cell
from checker.language.faults import Fault, a, at, did_you_mean, listing
from checker.language.types import Kind, Type

if TYPE_CHECKING:
    from checker.language.check import Checker


def call(checker: Checker, node: s.Call) -> tr.Tree:
    """Several names are both: `count(turns)` is over a relation, `count(wait > 3m)` over all rows."""
    name, scope = node.function, checker.scope
    if scope.values is not None and name in FUNCTIONS:
        return of_cell(checker, node)
    if name == "overlap":
        return _overlap(checker, node)
    if name in fn.SCALARS:
        return _scalar(checker, node)
    first = node.arguments[0] if node.arguments else None
    over_relation = isinstance(first, s.Name) and bool(
        scope.table and scope.is_relation(first.parts[0])
    )
    if scope.aggregate and name in fn.AGGREGATES:
        if over_relation:
            raise Fault(
                "E112",
                node,
                "this is over the relation of one row, `is` needs one figure for all rows",
                f"aggregate it: sum({name}(…)), max({name}(…)) …",
            )
        return aggregate(checker, node)
    if scope.aggregate and name in fn.RELATION_FUNCTIONS:
        raise Fault(
            "E112",
            node,
            f"`{name}` is over the relation of one row, `is` needs one figure for all rows",
            f"count the rows: count({name}(…)), share({name}(…)) …",
        )
    if name in fn.AGGREGATES and scope.table is None:
        parts = listing("parts", scope.parts)
        raise Fault("E112", node, "a formula over parts has no rows", "name a part", parts)
    if name in fn.RELATION_FUNCTIONS:
        return _relation(checker, node)
    if name in fn.AGGREGATES:
        raise Fault(
            "E112", node, f"`{name}` is over all rows; a row cannot use it", "use it in `is`"
        )
    known = sorted({*fn.SCALARS, *fn.RELATION_FUNCTIONS, *fn.AGGREGATES, "overlap"})
    if scope.values is not None:
        known = sorted({*fn.SCALARS, *FUNCTIONS})
    elif name in FUNCTIONS:
        part = s.Part(node.start, node.start + len(name))
        message = f"`{name}` is a function of mappings, not of rules"
        raise Fault("E107", part, message, _ELSEWHERE.get(name, ""))
    raise Fault(
        "E107",
        s.Part(node.start, node.start + len(name)),
        f"unknown function `{name}`",
        _ELSEWHERE.get(name.lower()) or did_you_mean(name, known),
        listing("functions", known),
    )


_ELSEWHERE = {
    "avg": "write mean(x)",
    "average": "write mean(x)",
    "if": "there are no branches: write sum(x, condition), coalesce(a, b), `and`, `or`",
    "case": "there are no branches: write sum(x, condition), coalesce(a, b), `and`, `or`",
    "exists": "write any(turns, p)",
    "every": "write all(turns, p)",
    "len": "write length(text)",
    "ifnull": "write coalesce(a, b)",
    "regexp": "write matches(text, 're2')",
    "contains": "write matches(text, 're2')",
    "date": "write date_of(instant)",
    "hour": "write hour_of(instant)",
    "weekday": "write weekday_of(instant)",
    "now": "rules do not know the time of the run; open turns are pending by themselves",
}
"""What functions of other languages are called here."""


def _relation(checker: Checker, node: s.Call) -> tr.Tree:
    name, signature = node.function, fn.RELATION_FUNCTIONS[node.function]
    takes_value = name in ("sum", "mean", "min", "max", "first", "last")
    low = 2 if takes_value or name in ("all", "none") else 1
    arity(node, low, 3 if takes_value else 2, signature)
    home = _relation_table(checker, node.arguments[0])
    inner = checker.scope.of_rows(home)
    rest = list(node.arguments[1:])
    value = checker.within(inner, rest.pop(0)) if takes_value else None
    predicate = checker.condition(rest[0], inner) if rest else None
    result = folded(node, name, value)
    return tr.Relation(result, name, home.name, value, predicate, **at(node))


def _relation_table(checker: Checker, node: s.Syntax) -> Table:
    scope = checker.scope
    if not isinstance(node, s.Name) or len(node.parts) != 1 or node.parts[0] not in scope.relations:
        shown = f"`{'.'.join(node.parts)}`" if isinstance(node, s.Name) else "this"
        meant = did_you_mean(node.parts[0], scope.relations) if isinstance(node, s.Name) else ""
        known = (
            listing(f"relations of {scope.of}", scope.relations)
            if scope.relations
            else f"{scope.of} has no relations"
        )
        raise Fault("E109", node, f"{shown} is no relation of {scope.of}", meant, known)
    home = scope.catalog[node.parts[0]]
    if home.needs_clock and not scope.clock:
        raise Fault(
            "E120", node, f"{home.name} need a clock, and the rule names none", "add `clock:`"
        )
    return home


_ARITY = {"least": (2, 20), "greatest": (2, 20), "coalesce": (2, 20), "matches": (2, 2)}
_OF_INSTANT = {"date_of": t.DATE, "time_of": t.TIME, "hour_of": t.INT, "weekday_of": t.WEEKDAY}


def _scalar(checker: Checker, node: s.Call) -> tr.Tree:
    name, signature = node.function, fn.SCALARS[node.function]
    arity(node, *_ARITY.get(name, (1, 1)), signature)
    arguments = checker.typed(*node.arguments)
    result = _scalar_type(name, arguments)
    if result is None:
        given = ", ".join(a(argument.type) for argument in arguments)
        raise Fault("E108", node, f"`{name}` does not take {given}", signature.usage)
    if name == "matches":
        check_pattern(node.arguments[1], arguments[1])
    return tr.Function(result, name, arguments, **at(node))


def _scalar_type(name: str, arguments: tuple[tr.Tree, ...]) -> Type | None:
    """The type of a scalar function of these arguments, or None where it does not take them."""
    kinds = {argument.type.kind for argument in arguments}
    first = arguments[0].type
    match name:
        case "least" | "greatest":
            return common_type(arguments) if kinds <= t.ORDERED else None
        case "coalesce":
            return common_type(arguments)
        case "abs":
            return first if kinds <= t.NUMERIC | {Kind.DURATION} else None
        case "round":
            return t.INT if kinds <= {Kind.INT, Kind.NUMBER} else None
        case "lower":
            return t.TEXT if kinds <= {Kind.TEXT, Kind.ENUM} else None
        case "length":
            return t.INT if kinds <= {Kind.TEXT, Kind.ENUM} else None
        case "matches":
            return t.BOOL if kinds <= {Kind.TEXT, Kind.ENUM} else None
    return _OF_INSTANT[name] if kinds == {Kind.INSTANT} else None


def common_type(arguments: tuple[tr.Tree, ...]) -> Type | None:
    first = arguments[0].type
    kinds = {argument.type.kind for argument in arguments}
    if all(argument.type == first for argument in arguments):
        return first
    if kinds <= {Kind.INT, Kind.NUMBER}:
        return t.NUMBER
    if kinds <= {Kind.TEXT, Kind.ENUM}:
        return t.TEXT
    return None


def check_pattern(node: s.Syntax, tree: tr.Tree) -> None:
    if not isinstance(tree, tr.Lit) or not isinstance(tree.value, str):
        raise Fault("E116", node, "the pattern must be a text literal", "'发货|物流'")
    if re.search(r"\(\?<?[=!]|\(\?>|\\[1-9]", tree.value):
        raise Fault(
            "E116",
            node,
            "RE2 has no look-around and no back-references",
            "combine two `matches` with `and not`",
        )
    try:
        re.compile(tree.value)
    except (re.error, RecursionError, OverflowError) as error:
        raise Fault(
            "E116", node, f"not a pattern: {error}", r"a bracket or `*` itself is written \( or \*"
        ) from None


def _overlap(checker: Checker, node: s.Call) -> tr.Tree:
    arity(node, 3, 5, fn.OVERLAP)
    begin, until = checker.typed(*node.arguments[:2])
    for tree, argument in ((begin, node.arguments[0]), (until, node.arguments[1])):
        if tree.type != t.INSTANT:
            message = f"an instant is needed, this is {a(tree.type)}"
            raise Fault("E108", argument, message, fn.OVERLAP.usage)
    window = names.window(checker.scope, node.arguments[2])
    rest = node.arguments[3:]
    pause = _pause(checker, rest) if rest else None
    return tr.Overlap(t.DURATION, begin, until, window, bool(rest), pause, **at(node))


def _pause(checker: Checker, rest: tuple[s.Syntax, ...]) -> tr.Tree | None:
    """`pauses`, and which of them are left out of an overlap."""
    scope, given = checker.scope, rest[0]
    if not isinstance(given, s.Name) or given.parts != ("pauses",):
        raise Fault("E108", given, "only `pauses` can be left out", fn.OVERLAP.usage)
    table = scope.table
    if table is None or not ("session" in table.parents or table.name == "sessions"):
        raise Fault(
            "E110",
            given,
            f"a row of {scope.of} belongs to no session, so it has no pauses",
            "leave `pauses` out",
        )
    if len(rest) == 1:
        return None
    return checker.condition(rest[1], scope.of_rows(scope.catalog["pauses"]))
