"""Syntax tree to typed tree: names, types and units of one expression, with every problem named."""

from __future__ import annotations

from collections.abc import Callable

from checker.diagnostics import Diagnostic, Span
from checker.language import conditions, names
from checker.language import syntax as s
from checker.language import tree as tr
from checker.language import types as t
from checker.language.arithmetic import arithmetic_type, unit_hint
from checker.language.calls import call
from checker.language.faults import AlreadyTold, Fault, a, at
from checker.language.scope import Scope
from checker.language.types import Kind, Type

Place = Callable[[int, int], Span]
"""The span in the file of a stretch of the expression."""


def check(
    text: str, scope: Scope, place: Place, subject: str = "", *, wanted: Kind | None = None
) -> tuple[tr.Tree | None, tuple[Diagnostic, ...]]:
    """The typed tree of `text`, or None and what is wrong; `wanted` is the kind that it must have."""
    parsed = s.parse_expression(text)
    if isinstance(parsed, s.SyntaxFault):
        return None, (syntax_diagnostic(parsed, place, subject),)
    checker = Checker(scope, place, subject)
    tree = checker.try_type(parsed)
    if tree is not None and wanted is not None and tree.type.kind is not wanted:
        needed = "a condition" if wanted is Kind.BOOL else a(Type(wanted))
        label = "compare it: … <= …, … is present" if wanted is Kind.BOOL else ""
        checker.tell(
            Fault("E111", parsed, f"{needed} is needed here, this is {a(tree.type)}", label)
        )
    return (tree if not checker.found else None), tuple(checker.found)


def syntax_diagnostic(fault: s.SyntaxFault, place: Place, subject: str) -> Diagnostic:
    code = "E101" if "unknown unit" in fault.message else "E100"
    return Diagnostic(
        code, fault.message, place(fault.start, fault.end), label=fault.hint, subject=subject
    )


class Checker:
    """Types one expression. Every operand is typed even when another one is wrong, so that all
    problems are told at once."""

    def __init__(self, scope: Scope, place: Place, subject: str) -> None:
        self.scope, self.place, self.subject = scope, place, subject
        self.found: list[Diagnostic] = []

    def tell(self, fault: Fault) -> None:
        span = self.place(fault.part.start, fault.part.end)
        self.found.append(
            Diagnostic(fault.code, fault.message, span, fault.label, fault.notes, self.subject)
        )

    def tried(self, make: Callable[[], tr.Tree]) -> tr.Tree | None:
        """What `make` gives, or None once its fault has been told."""
        try:
            return make()
        except Fault as fault:
            self.tell(fault)
        except AlreadyTold:
            pass
        return None

    def try_type(self, node: s.Syntax, scope: Scope | None = None) -> tr.Tree | None:
        outer, self.scope = self.scope, scope or self.scope
        try:
            return self.tried(lambda: self.type_of(node))
        finally:
            self.scope = outer

    def typed(self, *nodes: s.Syntax) -> tuple[tr.Tree, ...]:
        trees = [self.try_type(node) for node in nodes]
        if any(tree is None for tree in trees):
            raise AlreadyTold
        return tuple(tree for tree in trees if tree is not None)

    def within(self, scope: Scope, node: s.Syntax) -> tr.Tree:
        tree = self.try_type(node, scope)
        if tree is None:
            raise AlreadyTold
        return tree

    def condition(self, node: s.Syntax, scope: Scope | None = None) -> tr.Tree:
        tree = self.within(scope or self.scope, node)
        if tree.type.kind is not Kind.BOOL:
            message = f"a condition is needed here, this is {a(tree.type)}"
            raise Fault("E111", node, message, "compare it: … <= …, … is present")
        return tree

    def type_of(self, node: s.Syntax) -> tr.Tree:
        match node:
            case s.Literal():
                return _literal(node)
            case s.Name():
                return names.name(self.scope, node)
            case s.Operation(op="and" | "or"):
                return conditions.junction(self, node)
            case s.Operation(op="not"):
                return tr.Not(t.BOOL, self.condition(node.operands[0]), **at(node))
            case s.Operation(op="is missing" | "is present"):
                return conditions.missing(self, node)
            case s.Operation(op="negative"):
                return self._negative(node)
            case s.Operation(op="+" | "-" | "*" | "/"):
                return self._arithmetic(node)
            case s.Operation():
                return conditions.comparison(self, node)
            case s.Membership():
                return conditions.membership(self, node)
            case s.Call():
                return call(self, node)

    def _negative(self, node: s.Operation) -> tr.Tree:
        (item,) = self.typed(*node.operands)
        if item.type.kind not in t.NUMERIC | {Kind.DURATION}:
            raise Fault("E103", node, f"{a(item.type)} has no negative")
        if isinstance(item, tr.Lit) and not isinstance(item.value, str):
            return tr.Lit(item.type, -item.value, **at(node))
        zero = tr.Lit(item.type, 0, **at(node))
        return tr.Arithmetic(item.type, "-", zero, item, **at(node))

    def _arithmetic(self, node: s.Operation) -> tr.Tree:
        left, right = self.typed(*node.operands)
        result = arithmetic_type(node.op, left.type, right.type)
        if result is None:
            hint = unit_hint(left, right)
            message = f"{a(left.type)} {node.op} {a(right.type)} has no meaning"
            raise Fault("E102" if hint else "E103", node, message, hint)
        return tr.Arithmetic(result, node.op, left, right, **at(node))


def _literal(node: s.Literal) -> tr.Tree:
    if node.type == t.TIME and node.value == -1:
        raise Fault("E115", node, "no such time of day", "00:00:00 to 24:00:00")
    return tr.Lit(node.type, node.value, **at(node))
