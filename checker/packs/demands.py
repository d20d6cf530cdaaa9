"""What a rule requires or aims at: one comparison of its figure with a literal or a param."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from checker.diagnostics import Diagnostic, Span
from checker.language import syntax as s
from checker.language import tree as tr
from checker.language.arithmetic import comparable, unit_hint
from checker.language.check import check, syntax_diagnostic
from checker.language.faults import a
from checker.language.scope import Scope
from checker.language.show import literal_text
from checker.language.types import Kind, Type
from checker.packs.model import Expr
from checker.packs.typed import Demand

_EXAMPLES: Mapping[Kind, str] = {
    Kind.INT: "<= 3",
    Kind.NUMBER: "<= 2.5",
    Kind.RATIO: ">= 80%",
    Kind.DURATION: "<= 45s",
    Kind.TIME: "<= 09:00:00",
}
_ONE_COMPARISON = "a requirement is one comparison with a literal or a param"


def typed_demand(
    expr: Expr, type_: Type | None, scope: Scope, subject: str, found: list[Diagnostic]
) -> Demand | None:
    """The demand on a figure of the type; what is wrong with it is added to `found`."""

    def tell(message: str, span: Span, label: str, code: str = "E127") -> None:
        found.append(Diagnostic(code, message, span, label=label, subject=subject))

    parsed = s.parse_requirement(expr.text)
    if isinstance(parsed, s.SyntaxFault):
        bare = s.parse_expression(expr.text)
        if isinstance(bare, s.Literal | s.Name):
            label = f'write ">= {expr.text}" or "<= {expr.text}"'
            tell(_ONE_COMPARISON, expr.span(), label)
        elif expr.text[parsed.start : parsed.end] in ("and", "or"):
            place = expr.span(parsed.start, parsed.end)
            tell(_ONE_COMPARISON, place, "two bounds are two rules")
        else:
            found.append(syntax_diagnostic(parsed, expr.span, subject))
        return None
    place = expr.span(parsed.bound.start, parsed.bound.end)
    if not _is_bound(parsed.bound):
        label = "a bound that depends on the row belongs into `good`"
        tell(_ONE_COMPARISON, place, label)
        return None
    text = expr.text[parsed.bound.start : parsed.bound.end]
    shift = parsed.bound.start
    tree, wrong = check(text, scope, lambda at, end: expr.span(at + shift, end + shift), subject)
    found += wrong
    if tree is None or type_ is None:
        return None
    if not isinstance(tree, tr.Lit) or isinstance(tree.value, str):
        tell(_ONE_COMPARISON, place, "a text has no order")
        return None
    if not comparable(type_, tree.type, parsed.op):
        hint = unit_hint(tree, tr.Col(type_, "")) or f"such as {_EXAMPLES[type_.kind]}"
        message = f"the rule measures {a(type_)}, the requirement is {a(tree.type)}"
        tell(message, place, hint, "E121")
        return None
    written = text if s.parse_literal(text) else literal_text(tree.type, tree.value)
    return Demand(parsed.op, Fraction(tree.value), f"{parsed.op} {written}")


def _is_bound(node: s.Syntax) -> bool:
    match node:
        case s.Operation(op="negative", operands=(operand,)):
            return isinstance(operand, s.Literal)
    return isinstance(node, s.Literal | s.Name)
