"""Syntax tree to typed tree: names, types and units of one expression, with every problem named."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TypedDict

from checker.diagnostics import Diagnostic, Span, nearest
from checker.language import functions as fn
from checker.language import syntax as s
from checker.language import tree as tr
from checker.language import types as t
from checker.language.arithmetic import arithmetic_type, comparable, unit_hint
from checker.language.catalog import PARENT_TABLE, Table
from checker.language.types import Kind, Type

EPOCH = dt.date(1970, 1, 1)


@dataclass(frozen=True)
class Scope:
    """What an expression may name.

    `table` is the fact whose row it sees; `aggregate` says that it is an `is` formula over rows;
    `parts` are the named parts of a formula over parts. `clock` is false where a rule names none.
    """

    catalog: Mapping[str, Table]
    table: Table | None
    params: Mapping[str, tr.Lit] = field(default_factory=dict)
    windows: frozenset[str] = frozenset()
    aggregate: bool = False
    parts: Mapping[str, Type] = field(default_factory=dict)
    clock: bool = True


class _Fault(Exception):
    """Stops the typing of one expression; becomes a diagnostic at the edge of this module."""

    def __init__(self, code: str, part: s.Part, message: str, label: str = "", *notes: str) -> None:
        super().__init__(message)
        self.code, self.part, self.message, self.label, self.notes = (
            code,
            part,
            message,
            label,
            notes,
        )


def check(
    text: str,
    scope: Scope,
    place: Callable[[int, int], Span],
    subject: str = "",
    *,
    wanted: Kind | None = None,
) -> tuple[tr.Tree | None, tuple[Diagnostic, ...]]:
    """The typed tree of `text`, or None and what is wrong. `place` gives the span of a stretch;
    `wanted` is the kind that the result must have."""
    parsed = s.parse_expression(text)
    if isinstance(parsed, s.SyntaxFault):
        return None, (syntax_diagnostic(parsed, place, subject),)
    checker = _Checker(scope, place, subject)
    tree = checker.try_type(parsed)
    if tree is not None and wanted is not None and tree.type.kind is not wanted:
        needed = "a condition" if wanted is Kind.BOOL else _a(Type(wanted))
        checker.found.append(
            Diagnostic(
                "E111",
                f"{needed} is needed here, this is {_a(tree.type)}",
                place(0, len(text)),
                subject=subject,
            )
        )
    return (tree if not checker.found else None), tuple(checker.found)


def syntax_diagnostic(
    fault: s.SyntaxFault, place: Callable[[int, int], Span], subject: str
) -> Diagnostic:
    code = "E101" if "unknown unit" in fault.message else "E100"
    return Diagnostic(
        code, fault.message, place(fault.start, fault.end), label=fault.hint, subject=subject
    )


class _Checker:
    def __init__(self, scope: Scope, place: Callable[[int, int], Span], subject: str) -> None:
        self.scope, self.place, self.subject = scope, place, subject
        self.found: list[Diagnostic] = []

    # Every operand is typed even when another one is wrong, so that all problems are told at once.
    def try_type(self, node: s.Syntax, scope: Scope | None = None) -> tr.Tree | None:
        outer, self.scope = self.scope, scope or self.scope
        try:
            return self.type_of(node)
        except _Fault as fault:
            if fault.code:
                self.found.append(
                    Diagnostic(
                        fault.code,
                        fault.message,
                        self.place(fault.part.start, fault.part.end),
                        label=fault.label,
                        notes=tuple(fault.notes),
                        subject=self.subject,
                    )
                )
            return None
        finally:
            self.scope = outer

    def typed(self, *nodes: s.Syntax) -> tuple[tr.Tree, ...]:
        trees = [self.try_type(node) for node in nodes]
        if any(tree is None for tree in trees):
            raise _Fault("", nodes[0], "already told")
        return tuple(tree for tree in trees if tree is not None)

    def condition(self, node: s.Syntax, scope: Scope | None = None) -> tr.Tree:
        tree = self.try_type(node, scope)
        if tree is None:
            raise _Fault("", node, "already told")
        if tree.type.kind is not Kind.BOOL:
            raise _Fault(
                "E111", node, f"a condition is needed here, this is {_a(tree.type)}", "compare it"
            )
        return tree

    def type_of(self, node: s.Syntax) -> tr.Tree:
        match node:
            case s.Literal():
                return self.literal(node)
            case s.Name():
                return self.name(node)
            case s.Operation(op="and" | "or"):
                return self.junction(node)
            case s.Operation(op="not"):
                return tr.Not(t.BOOL, self.condition(node.operands[0]), **_at(node))
            case s.Operation(op="is missing" | "is present"):
                return self.missing(node)
            case s.Operation(op="negative"):
                return self.negative(node)
            case s.Operation(op="+" | "-" | "*" | "/"):
                return self.arithmetic(node)
            case s.Operation():
                return self.comparison(node)
            case s.Membership():
                return self.membership(node)
            case s.Call():
                return self.call(node)

    def literal(self, node: s.Literal) -> tr.Tree:
        if node.type == t.TIME and node.value == -1:
            raise _Fault("E115", node, "no such time of day", "00:00:00 to 24:00:00")
        return tr.Lit(node.type, node.value, **_at(node))

    # -- names ---------------------------------------------------------------------------------

    def name(self, node: s.Name) -> tr.Tree:
        if len(node.parts) > 2:
            raise _Fault("E110", node, "a row has parents, but not grandparents", "one dot at most")
        if len(node.parts) == 2:
            return self.parent_column(node)
        name = node.parts[0]
        if name in self.scope.parts:
            return tr.PartValue(self.scope.parts[name], name, **_at(node))
        table = self.scope.table
        if table and not self.scope.aggregate and (column := table.column(name)):
            return tr.Col(column.type, name, **_at(node))
        if name in self.scope.params:
            lit = self.scope.params[name]
            return tr.Lit(lit.type, lit.value, **_at(node))
        if self.scope.aggregate and table and table.column(name):
            raise _Fault(
                "E112",
                node,
                f"`{name}` belongs to one row, `is` needs one figure for all rows",
                f"aggregate it: sum({name}), mean({name}), max({name}) …",
            )
        self.unknown_name(node, name, table)
        raise AssertionError("unreachable")

    def unknown_name(self, node: s.Name, name: str, table: Table | None) -> None:
        if table and name in table.relations:
            raise _Fault(
                "E109",
                node,
                f"`{name}` is a relation of {table.name}, not a value",
                f"any({name}), count({name}) …",
            )
        if name in self.scope.windows or name == fn.ALWAYS:
            raise _Fault("E106", node, f"`{name}` is a window, not a value", f"… in {name}")
        known = [*(c.name for c in table.columns)] if table else []
        names = [*known, *self.scope.params, *self.scope.parts]
        label = f"did you mean `{best}`?" if (best := nearest(name, names)) else ""
        if table is None:
            raise _Fault(
                "E106", node, f"unknown name `{name}`", label, _listing("parts", self.scope.parts)
            )
        notes = [_listing(f"columns of {table.name}", known)]
        if self.scope.params:
            notes.append(_listing("params", self.scope.params))
        raise _Fault("E105", node, f"unknown column `{name}` in {table.name}", label, *notes)

    def parent_column(self, node: s.Name) -> tr.Tree:
        parent, name = node.parts
        table = self.scope.table
        parents = table.parents if table and not self.scope.aggregate else ()
        if parent not in parents:
            of = table.name if table else "a formula over parts"
            where = (
                _listing(f"parents of {of}", parents) if parents else f"{of} has no parents here"
            )
            raise _Fault("E110", node, f"`{parent}.{name}` cannot be reached from here", "", where)
        home = self.scope.catalog[PARENT_TABLE[parent]]
        column = home.column(name)
        if column is None:
            known = [c.name for c in home.columns]
            best = nearest(name, known)
            raise _Fault(
                "E105",
                node,
                f"unknown column `{name}` in {home.name}",
                f"did you mean `{parent}.{best}`?" if best else "",
                _listing(f"columns of {home.name}", known),
            )
        return tr.Col(column.type, name, parent, **_at(node))

    # -- conditions ----------------------------------------------------------------------------

    def junction(self, node: s.Operation) -> tr.Tree:
        items: list[tr.Tree] = []
        failed = False
        for operand in node.operands:
            try:
                items.append(self.condition(operand))
            except _Fault as fault:
                failed = True
                if fault.code:
                    self.found.append(
                        Diagnostic(
                            fault.code,
                            fault.message,
                            self.place(fault.part.start, fault.part.end),
                            label=fault.label,
                            subject=self.subject,
                        )
                    )
        if failed:
            raise _Fault("", node, "already told")
        return tr.Junction(t.BOOL, node.op, tuple(items), **_at(node))

    def missing(self, node: s.Operation) -> tr.Tree:
        (item,) = self.typed(*node.operands)
        tree = tr.IsMissing(t.BOOL, item, **_at(node))
        return tr.Not(t.BOOL, tree, **_at(node)) if node.op == "is present" else tree

    def comparison(self, node: s.Operation) -> tr.Tree:
        left, right = self.typed(*node.operands)
        left, right = self.coerced(left, right, node), self.coerced(right, left, node)
        if not comparable(left.type, right.type, node.op):
            hint = unit_hint(left, right)
            raise _Fault(
                "E102" if hint else "E103",
                node,
                f"{_a(left.type)} cannot be compared with {_a(right.type)} by `{node.op}`",
                hint,
            )
        return tr.Compare(t.BOOL, node.op, left, right, **_at(node))

    def coerced(self, tree: tr.Tree, other: tr.Tree, node: s.Part) -> tr.Tree:
        """A text literal beside an enum must be one of its values; beside a date, a date."""
        if not isinstance(tree, tr.Lit) or tree.type != t.TEXT or not isinstance(tree.value, str):
            return tree
        if other.type.kind is Kind.ENUM:
            if tree.value not in other.type.values:
                best = nearest(tree.value, other.type.values)
                raise _Fault(
                    "E104",
                    s.Part(tree.start, tree.end),
                    f"'{tree.value}' is never a value here",
                    f"did you mean '{best}'?" if best else "",
                    _listing("values", other.type.values),
                )
            return tr.Lit(other.type, tree.value, start=tree.start, end=tree.end)
        if other.type.kind is Kind.DATE:
            try:
                day = (dt.date.fromisoformat(tree.value) - EPOCH).days
            except ValueError:
                raise _Fault(
                    "E103",
                    s.Part(tree.start, tree.end),
                    f"'{tree.value}' is no date",
                    "write it as '2026-10-01'",
                ) from None
            return tr.Lit(t.DATE, day, start=tree.start, end=tree.end)
        return tree

    def membership(self, node: s.Membership) -> tr.Tree:
        (item,) = self.typed(node.item)
        first = node.members[0]
        tree: tr.Tree
        if len(node.members) == 1 and isinstance(first, s.Name) and len(first.parts) == 1:
            tree = self.in_window(node, item, first)
        else:
            members = []
            for member in self.typed(*node.members):
                lit = self.coerced(member, item, node)
                if not isinstance(lit, tr.Lit):
                    raise _Fault(
                        "E106", first, "after `in` stands a window or a list", "('a', 'b')"
                    )
                if not comparable(item.type, lit.type, "="):
                    raise _Fault(
                        "E103",
                        s.Part(lit.start, lit.end),
                        f"{_a(lit.type)} in a list for {_a(item.type)}",
                        unit_hint(item, lit),
                    )
                members.append(lit)
            tree = tr.OneOf(t.BOOL, item, tuple(members), **_at(node))
        return tr.Not(t.BOOL, tree, **_at(node)) if node.negated else tree

    def in_window(self, node: s.Membership, item: tr.Tree, name: s.Name) -> tr.Tree:
        self.window(name)
        if item.type != t.INSTANT:
            raise _Fault(
                "E103", node.item, f"only an instant is in a window, this is {_a(item.type)}", ""
            )
        if self.scope.table and "shop" not in self.scope.table.parents:
            raise _Fault("E110", name, f"a row of {self.scope.table.name} has no shop", "")
        return tr.InWindow(t.BOOL, item, name.parts[0], **_at(node))

    def window(self, name: s.Syntax) -> str:
        if isinstance(name, s.Name) and len(name.parts) == 1:
            if name.parts[0] in self.scope.windows or name.parts[0] == fn.ALWAYS:
                return name.parts[0]
            best = nearest(name.parts[0], self.scope.windows)
            raise _Fault(
                "E114",
                name,
                f"unknown window `{name.parts[0]}`",
                f"did you mean `{best}`?" if best else "",
                _listing("windows", [*sorted(self.scope.windows), fn.ALWAYS]),
            )
        raise _Fault("E114", name, "the name of a window is needed here", "")

    # -- arithmetic ----------------------------------------------------------------------------

    def negative(self, node: s.Operation) -> tr.Tree:
        (item,) = self.typed(*node.operands)
        if item.type.kind not in t.NUMERIC | {Kind.DURATION}:
            raise _Fault("E103", node, f"{_a(item.type)} has no negative", "")
        if isinstance(item, tr.Lit) and not isinstance(item.value, str):
            return tr.Lit(item.type, -item.value, **_at(node))
        zero = tr.Lit(item.type, 0, **_at(node))
        return tr.Arithmetic(item.type, "-", zero, item, **_at(node))

    def arithmetic(self, node: s.Operation) -> tr.Tree:
        left, right = self.typed(*node.operands)
        result = arithmetic_type(node.op, left.type, right.type)
        if result is None:
            hint = unit_hint(left, right)
            raise _Fault(
                "E102" if hint else "E103",
                node,
                f"{_a(left.type)} {node.op} {_a(right.type)} has no meaning",
                hint,
            )
        return tr.Arithmetic(result, node.op, left, right, **_at(node))

    # -- functions -----------------------------------------------------------------------------

    def call(self, node: s.Call) -> tr.Tree:
        name, table = node.function, self.scope.table
        if name == "overlap":
            return self.overlap(node)
        first = node.arguments[0] if node.arguments else None
        names_relation = (
            isinstance(first, s.Name)
            and table is not None
            and first.parts[0] in _all_relations(self.scope)
        )
        if (
            self.scope.aggregate
            and name in fn.AGGREGATES
            and not (names_relation and name not in ("count",))
        ):
            if names_relation:
                raise _Fault(
                    "E112",
                    node,
                    "this counts within one row, `is` needs one figure for all rows",
                    "aggregate it: sum(count(…))",
                )
            return self.aggregate(node)
        if name in fn.RELATION_FUNCTIONS and (names_relation or name not in fn.AGGREGATES):
            return self.relation(node)
        if name in fn.AGGREGATES:
            if table is None:
                raise _Fault("E112", node, "a formula over parts has no rows", "name a part")
            if name in fn.RELATION_FUNCTIONS:
                return self.relation(node)
            raise _Fault(
                "E112", node, f"`{name}` is over all rows; a row cannot use it", "use it in `is`"
            )
        if name in fn.SCALARS:
            return self.scalar(node)
        known = [*fn.SCALARS, *fn.RELATION_FUNCTIONS, *fn.AGGREGATES, "overlap"]
        best = nearest(name, known)
        raise _Fault(
            "E107",
            s.Part(node.start, node.start + len(name)),
            f"unknown function `{name}`",
            f"did you mean `{best}`?" if best else "",
            _listing("functions", sorted(set(known))),
        )

    def arity(self, node: s.Call, low: int, high: int, signature: fn.Signature) -> None:
        if not low <= len(node.arguments) <= high:
            raise _Fault(
                "E108",
                node,
                f"`{node.function}` with {len(node.arguments)} arguments",
                signature.usage,
            )

    def relation(self, node: s.Call) -> tr.Tree:
        name, signature = node.function, fn.RELATION_FUNCTIONS[node.function]
        takes_value = name in ("sum", "mean", "min", "max", "first", "last")
        low = 2 if takes_value or name in ("all", "none") else 1
        self.arity(node, low, 3 if takes_value else 2, signature)
        home = self.relation_table(node.arguments[0])
        inner = Scope(
            self.scope.catalog, home, self.scope.params, self.scope.windows, clock=self.scope.clock
        )
        rest = list(node.arguments[1:])
        value = None
        if takes_value:
            value = self.try_type(rest.pop(0), inner)
            if value is None:
                raise _Fault("", node, "already told")
        predicate = self.condition(rest[0], inner) if rest else None
        result = self.folded(node, name, value)
        return tr.Relation(result, name, home.name, value, predicate, **_at(node))

    def relation_table(self, node: s.Syntax) -> Table:
        table = self.scope.table
        relations = table.relations if table and not self.scope.aggregate else ()
        if not isinstance(node, s.Name) or len(node.parts) != 1 or node.parts[0] not in relations:
            shown = "this" if not isinstance(node, s.Name) else f"`{'.'.join(node.parts)}`"
            of = table.name if table else "a formula over parts"
            best = nearest(node.parts[0], relations) if isinstance(node, s.Name) else None
            raise _Fault(
                "E109",
                node,
                f"{shown} is no relation of {of}",
                f"did you mean `{best}`?" if best else "",
                _listing(f"relations of {of}", relations)
                if relations
                else f"{of} has no relations",
            )
        home = self.scope.catalog[node.parts[0]]
        if home.needs_clock and not self.scope.clock:
            raise _Fault(
                "E120", node, f"{home.name} need a clock, and the rule names none", "add `clock:`"
            )
        return home

    def aggregate(self, node: s.Call) -> tr.Tree:
        name, signature = node.function, fn.AGGREGATES[node.function]
        bounds = {"count": (0, 1), "share": (1, 1), "distinct": (1, 2), "percentile": (2, 3)}
        self.arity(node, *bounds.get(name, (1, 2)), signature)
        rows = Scope(
            self.scope.catalog,
            self.scope.table,
            self.scope.params,
            self.scope.windows,
            clock=self.scope.clock,
        )
        arguments = node.arguments
        if name in ("count", "share"):
            predicate = self.condition(arguments[0], rows) if arguments else None
            result = t.RATIO if name == "share" else t.INT
            return tr.Aggregate(result, name, (), predicate, **_at(node))
        if name == "distinct":
            values = [self.try_type(argument, rows) for argument in arguments]
            if any(value is None for value in values):
                raise _Fault("", node, "already told")
            return tr.Aggregate(
                t.INT, name, tuple(v for v in values if v is not None), None, **_at(node)
            )
        value = self.try_type(arguments[0], rows)
        if value is None:
            raise _Fault("", node, "already told")
        fraction = None
        rest = arguments[1:]
        if name == "percentile":
            given = self.try_type(arguments[1])
            rest = arguments[2:]
            if not isinstance(given, tr.Lit) or given.type != t.RATIO or not 0 <= given.value <= 1:  # type: ignore[operator]
                raise _Fault("E108", arguments[1], "the share must be 0% to 100%", signature.usage)
            fraction = Fraction(given.value)
        predicate = self.condition(rest[0], rows) if rest else None
        result = self.folded(node, name, value)
        return tr.Aggregate(result, name, (value,), predicate, fraction, **_at(node))

    def folded(self, node: s.Call, name: str, value: tr.Tree | None) -> Type:
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
        if name in ("mean", "median", "percentile") and kind in t.NUMERIC | {
            Kind.DURATION,
            Kind.TIME,
        }:
            return t.NUMBER if kind is Kind.INT else value.type
        raise _Fault(
            "E108", node, f"{name} of {_a(value.type)} has no meaning", "a number or a duration"
        )

    def scalar(self, node: s.Call) -> tr.Tree:
        name, signature = node.function, fn.SCALARS[node.function]
        low, high = {
            "least": (2, 20),
            "greatest": (2, 20),
            "coalesce": (2, 20),
            "matches": (2, 2),
        }.get(name, (1, 1))
        self.arity(node, low, high, signature)
        arguments = self.typed(*node.arguments)
        kinds = {argument.type.kind for argument in arguments}
        result: Type | None = None
        match name:
            case "least" | "greatest":
                result = _common(arguments) if kinds <= t.ORDERED else None
            case "coalesce":
                result = _common(arguments)
            case "abs":
                result = arguments[0].type if kinds <= t.NUMERIC | {Kind.DURATION} else None
            case "round":
                result = t.INT if kinds <= {Kind.INT, Kind.NUMBER} else None
            case "lower" | "length":
                if kinds <= {Kind.TEXT, Kind.ENUM}:
                    result = t.TEXT if name == "lower" else t.INT
            case "matches":
                if kinds <= {Kind.TEXT, Kind.ENUM}:
                    self.pattern(node.arguments[1], arguments[1])
                    result = t.BOOL
            case _:
                if kinds == {Kind.INSTANT}:
                    result = {
                        "date_of": t.DATE,
                        "time_of": t.TIME,
                        "hour_of": t.INT,
                        "weekday_of": t.WEEKDAY,
                    }[name]
        if result is None:
            given = ", ".join(str(a.type) for a in arguments)
            raise _Fault("E108", node, f"`{name}` does not take {given}", signature.usage)
        return tr.Function(result, name, arguments, **_at(node))

    def pattern(self, node: s.Syntax, tree: tr.Tree) -> None:
        if not isinstance(tree, tr.Lit) or not isinstance(tree.value, str):
            raise _Fault("E116", node, "the pattern must be a text literal", "'发货|物流'")
        if re.search(r"\(\?[=!<]|\\[1-9]", tree.value):
            raise _Fault("E116", node, "RE2 has no look-around and no back-references", "")
        try:
            re.compile(tree.value)
        except (re.error, RecursionError, OverflowError) as error:
            raise _Fault("E116", node, f"not a pattern: {error}", "") from None

    def overlap(self, node: s.Call) -> tr.Tree:
        self.arity(node, 3, 5, fn.OVERLAP)
        begin, until = self.typed(*node.arguments[:2])
        for tree, argument in ((begin, node.arguments[0]), (until, node.arguments[1])):
            if tree.type != t.INSTANT:
                raise _Fault("E108", argument, f"an instant is needed, this is {_a(tree.type)}", "")
        window = self.window(node.arguments[2])
        pause = None
        if len(node.arguments) > 3:
            given = node.arguments[3]
            if not isinstance(given, s.Name) or given.parts != ("pauses",):
                raise _Fault("E108", given, "only `pauses` can be left out", fn.OVERLAP.usage)
            table = self.scope.table
            if table is None or not ("session" in table.parents or table.name == "sessions"):
                raise _Fault(
                    "E110", given, "the row belongs to no session, so it has no pauses", ""
                )
            if len(node.arguments) > 4:
                inner = Scope(
                    self.scope.catalog,
                    self.scope.catalog["pauses"],
                    self.scope.params,
                    self.scope.windows,
                )
                pause = self.condition(node.arguments[4], inner)
        return tr.Overlap(
            t.DURATION, begin, until, window, len(node.arguments) > 3, pause, **_at(node)
        )


def _all_relations(scope: Scope) -> frozenset[str]:
    """Names of relations anywhere, so that a wrong one is told as such."""
    names = frozenset(name for table in scope.catalog.values() for name in table.relations)
    columns = frozenset(c.name for c in scope.table.columns) if scope.table else frozenset()
    own = frozenset(scope.table.relations) if scope.table else frozenset()
    return own | (names - columns)


def _common(arguments: tuple[tr.Tree, ...]) -> Type | None:
    first = arguments[0].type
    kinds = {argument.type.kind for argument in arguments}
    if len(kinds) == 1:
        return first
    if kinds <= {Kind.INT, Kind.NUMBER}:
        return t.NUMBER
    if kinds <= {Kind.TEXT, Kind.ENUM}:
        return t.TEXT
    return None


class _Offsets(TypedDict):
    start: int
    end: int


def _at(node: s.Part) -> _Offsets:
    return {"start": node.start, "end": node.end}


def _a(type_: Type) -> str:
    article = "an" if type_.kind.value[0] in "aeiou" else "a"
    return "text" if type_.kind is Kind.TEXT else f"{article} {type_}"


def _listing(what: str, names: object) -> str:
    listed = ", ".join(str(name) for name in names)  # type: ignore[attr-defined]
    return f"{what}: {listed}" if listed else f"{what}: none"
