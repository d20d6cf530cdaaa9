"""Formulas over aggregates as SQL: a quotient of integers where there is one, else a number."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

import ibis
import ibis.expr.types as ir

from checker.compiling.groups import INTEGER, NUMBER, Tallies
from checker.engine.relations import EngineGap
from checker.language import tree as tr
from checker.packs.typed import Rows, TypedParts, TypedValue


@dataclass(frozen=True)
class Figure:
    """`value` is a number; `whole` the same as an integer, where it is one for sure."""

    value: ir.Value
    whole: ir.IntegerValue | None = None
    numerator: ir.IntegerValue | None = None
    denominator: ir.IntegerValue | None = None


def whole(value: ir.IntegerValue) -> Figure:
    return Figure(value.cast(NUMBER), value)


def quotient(numerator: ir.IntegerValue, denominator: ir.IntegerValue) -> Figure:
    """Missing where the denominator is 0."""
    value = numerator.cast(NUMBER) / denominator.nullif(0).cast(NUMBER)
    return Figure(value, None, numerator, denominator)


Known = Callable[[tr.Aggregate | tr.PartValue], Figure]


def aggregate_figure(found: Tallies, rows: Rows, aggregate: tr.Aggregate) -> Figure:
    """What the engine's tally makes of an aggregate; nothing where the population is empty."""
    key = ("in", rows) if aggregate.predicate is None else ("if", rows, aggregate.predicate)
    size = found["count", ("in", rows)]
    some = ibis.coalesce(size, 0) > 0

    def there(value: ir.IntegerValue) -> ir.IntegerValue:
        return ibis.ifelse(some, ibis.coalesce(value, 0), ibis.null(INTEGER))

    match aggregate.function:
        case "count":
            return whole(there(found["count", key]))
        case "share":
            return quotient(there(found["count", key]), there(size))
    if (aggregate, rows) in found.names:
        value = found[aggregate, rows]
        if aggregate.function == "sum" and value.type().is_floating():
            value = ibis.coalesce(value, 0.0)
        value = ibis.ifelse(some, value, ibis.null(value.type()))
        if value.type().is_integer():
            return whole(there(value)) if aggregate.function == "distinct" else whole(value)
        return Figure(value)
    total = there(found["sum", key, aggregate.arguments])
    if aggregate.function == "sum":
        return whole(total)
    return quotient(total, there(found["n", key, aggregate.arguments]))


def or_zero(aggregate: tr.Aggregate, figure: Figure) -> Figure:
    """Of a part without rows: its counts and sums are 0."""
    if aggregate.function not in ("count", "sum", "distinct"):
        return figure
    if figure.whole is not None:
        return whole(ibis.coalesce(figure.whole, 0))
    return Figure(ibis.coalesce(figure.value, 0.0))


def evaluate(tree: tr.Tree, known: Known) -> Figure:
    match tree:
        case tr.Lit(value=value):
            assert not isinstance(value, str)
            exact = Fraction(value)
            if exact.denominator == 1:
                return whole(ibis.literal(exact.numerator, INTEGER))
            return Figure(ibis.literal(float(exact), NUMBER))
        case tr.Aggregate() | tr.PartValue():
            return known(tree)
        case tr.Arithmetic(op=op, left=left, right=right):
            return _arithmetic(op, evaluate(left, known), evaluate(right, known))
        case tr.Function(name=name, arguments=arguments):
            return Figure(_function(name, [evaluate(a, known).value for a in arguments]))
        case _:
            raise AssertionError(f"{type(tree).__name__} in a formula over rows")


def _arithmetic(op: str, left: Figure, right: Figure) -> Figure:
    a, b = left.whole, right.whole
    if op == "/":
        if a is not None and b is not None:
            return quotient(a, b)
        return Figure(left.value / right.value.nullif(0.0))
    if a is not None and b is not None:
        return whole(a + b if op == "+" else a - b if op == "-" else a * b)
    x, y = left.value, right.value
    return Figure(x + y if op == "+" else x - y if op == "-" else x * y)


def _function(name: str, values: list[ir.Value]) -> ir.Value:
    match name:
        case "coalesce":
            return ibis.coalesce(*values)
        case "least" | "greatest":
            return _extreme(name, values)
        case "abs":
            return values[0].abs()
    raise EngineGap(f"{name} over aggregates")


def _extreme(name: str, values: list[ir.Value]) -> ir.Value:
    """Missing values are skipped, whatever the dialect does with them."""
    result = values[0]
    for one in values[1:]:
        better = one < result if name == "least" else one > result
        take = ibis.coalesce(better, False) | result.isnull()
        result = ibis.ifelse(take, one, result)
    return result


def of_rows(measure: TypedValue, found: Tallies) -> Figure:
    """The formula over one population."""

    def known(node: tr.Aggregate | tr.PartValue) -> Figure:
        assert isinstance(node, tr.Aggregate)
        return aggregate_figure(found, measure.rows, node)

    return evaluate(measure.formula, known)


def of_parts(
    measure: TypedParts, parts: Mapping[str | None, Tallies]
) -> tuple[Figure, ir.IntegerValue]:
    """The formula over parts, missing where no part has a row; see the engine's."""
    size = ibis.literal(0, INTEGER)
    for name, one in measure.parts.items():
        size = size + ibis.coalesce(parts[name]["count", ("in", one.rows)], 0)
    some = size > 0

    def part(node: tr.Aggregate | tr.PartValue) -> Figure:
        assert isinstance(node, tr.PartValue)
        one, found = measure.parts[node.name], parts[node.name]

        def known(inner: tr.Aggregate | tr.PartValue) -> Figure:
            assert isinstance(inner, tr.Aggregate)
            return or_zero(inner, aggregate_figure(found, one.rows, inner))

        figure = evaluate(one.formula, known)
        return Figure(figure.value, figure.whole)

    figure = evaluate(measure.formula, part)

    def there(value: ir.Value | None) -> ir.Value | None:
        return None if value is None else ibis.ifelse(some, value, ibis.null(value.type()))

    value = there(figure.value)
    assert value is not None
    return Figure(value, None, there(figure.numerator), there(figure.denominator)), size
