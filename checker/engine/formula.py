"""Formulas over aggregates: exact arithmetic on fractions, outside the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction

from checker.language import tree as tr

Known = Callable[[tr.Aggregate | tr.PartValue], "Exact"]


@dataclass(frozen=True, slots=True)
class Exact:
    """A figure, missing as None, with the integers behind a share, a mean or a quotient."""

    value: Fraction | None
    numerator: int | None = None
    denominator: int | None = None


MISSING = Exact(None)
ZERO = Exact(Fraction(0))


def aggregates_of(tree: tr.Tree) -> Iterator[tr.Aggregate]:
    for node in tr.walk(tree):
        if isinstance(node, tr.Aggregate):
            yield node


def quotient(numerator: int, denominator: int) -> Exact:
    if denominator == 0:
        return Exact(None, numerator, denominator)
    return Exact(Fraction(numerator, denominator), numerator, denominator)


def evaluate(tree: tr.Tree, known: Known) -> Exact:
    """The figure of a formula; arithmetic with a missing value and division by zero are missing."""
    match tree:
        case tr.Lit(value=value):
            assert not isinstance(value, str)
            return Exact(Fraction(value))
        case tr.Aggregate() | tr.PartValue():
            return known(tree)
        case tr.Arithmetic(op=op, left=left, right=right):
            return _arithmetic(op, evaluate(left, known).value, evaluate(right, known).value)
        case tr.Function(name=name, arguments=arguments):
            return Exact(_function(name, [evaluate(a, known).value for a in arguments]))
        case _:
            raise AssertionError(f"{type(tree).__name__} in a formula over rows")


def _arithmetic(op: str, left: Fraction | None, right: Fraction | None) -> Exact:
    if left is None or right is None:
        return MISSING
    match op:
        case "+":
            return Exact(left + right)
        case "-":
            return Exact(left - right)
        case "*":
            return Exact(left * right)
    if left.denominator == 1 and right.denominator == 1:
        return quotient(left.numerator, right.numerator)
    return Exact(left / right) if right else MISSING


def _function(name: str, values: list[Fraction | None]) -> Fraction | None:
    present = [value for value in values if value is not None]
    match name:
        case "coalesce":
            return present[0] if present else None
        case "least":
            return min(present, default=None)
        case "greatest":
            return max(present, default=None)
    if not present:
        return None
    value = present[0]
    if name == "abs":
        return abs(value)
    if name == "round":
        size = (abs(value) * 2 + 1) // 2
        return Fraction(size if value >= 0 else -size)
    raise AssertionError(f"{name} in a formula over rows")
