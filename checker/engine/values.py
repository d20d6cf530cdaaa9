"""Exact values of expressions on the engine: integers, and quotients of integers."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TypeAlias

from checker.data.lazily import ibis, ir

Integer: TypeAlias = "ir.IntegerValue | int"


@dataclass(frozen=True)
class Quotient:
    """numerator / denominator; the denominator is positive, or null where the value is missing."""

    numerator: Integer
    denominator: Integer


@dataclass(frozen=True)
class Coded:
    """An enum kept as the position of its value."""

    code: ir.IntegerValue
    values: tuple[str, ...]

    @property
    def text(self) -> ir.StringValue:
        cases = ((self.code == i, value) for i, value in enumerate(self.values))
        return ibis.cases(*cases, else_=ibis.null("string"))


Value: TypeAlias = "ir.Value | Quotient | Coded | int | str | bool"

_EXACT = "decimal(19, 0)"  # the product of two fits 38 digits, which both engines have
_SMALL = 1 << 10


def expression(value: Value) -> ir.Value:
    """A plain engine expression; a quotient has none."""
    if isinstance(value, Coded):
        return value.text
    assert not isinstance(value, Quotient)
    if isinstance(value, bool | str):
        return ibis.literal(value)
    return integer(value) if isinstance(value, int) else value


def integer(value: Integer) -> ir.IntegerValue:
    """64 bits, whatever the engine takes a short literal for: products of literals need them."""
    return ibis.literal(value).cast("int64") if isinstance(value, int) else value


def _equal(a: Integer, b: Integer) -> bool:
    """Two literals that are the same; a column may be missing and equals nothing here."""
    return isinstance(a, int) and isinstance(b, int) and a == b


def quotient(value: Value) -> Quotient:
    if isinstance(value, Quotient):
        return value
    assert not isinstance(value, str | Coded)
    return Quotient(value, 1)


def from_fraction(value: Fraction) -> Value:
    if value.denominator == 1:
        return value.numerator
    return Quotient(value.numerator, value.denominator)


def _times(a: Integer, b: Integer, *, wide: bool = False) -> Integer:
    """a * b; `wide` where both may be large, so that the product cannot overflow."""
    if isinstance(a, int) and isinstance(b, int):
        return a * b
    for one, other in ((a, b), (b, a)):
        if isinstance(one, int) and one == 1:
            return other
    if not wide or any(isinstance(one, int) and abs(one) < _SMALL for one in (a, b)):
        return a * b
    return _wide(a) * _wide(b)


def _wide(a: Integer) -> ir.DecimalValue:
    return (ibis.literal(a, "int64") if isinstance(a, int) else a).cast(_EXACT)


def compare(op: str, left: Quotient, right: Quotient) -> ir.BooleanValue:
    """Exact comparison by cross multiplication; null where a side is missing."""
    if _equal(left.denominator, right.denominator):
        return apply_comparison(op, expression(left.numerator), expression(right.numerator))
    a = _times(left.numerator, right.denominator, wide=True)
    b = _times(right.numerator, left.denominator, wide=True)
    if isinstance(a, int) and isinstance(b, int):
        a = ibis.literal(a, "int64")
    return apply_comparison(op, a, b)


def apply_comparison(op: str, a: ir.Value, b: ir.Value | int) -> ir.BooleanValue:
    match op:
        case "=":
            return a == b
        case "!=":
            return a != b
        case "<":
            return a < b
        case "<=":
            return a <= b
        case ">":
            return a > b
        case _:
            return a >= b


def add(left: Quotient, right: Quotient, sign: int) -> Quotient:
    same = left.denominator is right.denominator
    if same or _equal(left.denominator, right.denominator):
        a, b, denominator = left.numerator, right.numerator, left.denominator
    else:
        a = _times(left.numerator, right.denominator)
        b = _times(right.numerator, left.denominator)
        denominator = _times(left.denominator, right.denominator)
    return Quotient(a + b if sign > 0 else a - b, denominator)


def multiply(left: Quotient, right: Quotient) -> Quotient:
    return Quotient(
        _times(left.numerator, right.numerator), _times(left.denominator, right.denominator)
    )


def divide(left: Quotient, right: Quotient) -> Quotient:
    """left / right; missing where right is zero."""
    numerator = _times(left.numerator, right.denominator)
    denominator = _times(left.denominator, right.numerator)
    if isinstance(denominator, int):
        if denominator == 0:
            return Quotient(numerator, ibis.null("int64"))
        return Quotient(numerator if denominator > 0 else -numerator, abs(denominator))
    positive = denominator.abs().nullif(0)
    top = integer(numerator)
    return Quotient(ibis.ifelse(denominator < 0, -top, top), positive)


def floor(value: Quotient) -> ir.IntegerValue:
    """The greatest integer that is not above `value`."""
    top, bottom = expression(value.numerator), value.denominator
    rest = (top % bottom + bottom) % bottom
    return ((top - rest) / bottom).cast("int64")


def negated(value: Value) -> Value:
    if isinstance(value, Quotient):
        return Quotient(-value.numerator, value.denominator)
    return -expression(value)


def whole(value: Value) -> ir.Value:
    """An engine expression; of a quotient, the whole microsecond or number that it falls into."""
    return floor(value) if isinstance(value, Quotient) else expression(value)


def present(value: Value) -> ir.BooleanValue:
    """The value is not missing."""
    if isinstance(value, Quotient):
        parts = [p for p in (value.numerator, value.denominator) if not isinstance(p, int)]
        result = ibis.literal(True)
        for part in parts:
            result = result & part.notnull()
        return result
    if isinstance(value, Coded):
        return value.code.notnull()
    return ibis.literal(True) if isinstance(value, int | str) else value.notnull()


def choose(condition: ir.BooleanValue, yes: Value, no: Value) -> Value:
    """`yes` where the condition holds, else `no`; numbers stay exact."""
    if isinstance(yes, Quotient) or isinstance(no, Quotient):
        a, b = quotient(yes), quotient(no)
        return Quotient(
            ibis.ifelse(condition, integer(a.numerator), integer(b.numerator)),
            ibis.ifelse(condition, integer(a.denominator), integer(b.denominator)),
        )
    return ibis.ifelse(condition, expression(yes), expression(no))


def only_where(condition: ir.BooleanValue, value: Value) -> Value:
    """`value` where the condition holds, else missing."""
    if isinstance(value, Quotient):
        top = integer(value.numerator)
        return Quotient(ibis.ifelse(condition, top, ibis.null(top.type())), value.denominator)
    found = expression(value)
    return ibis.ifelse(condition, found, ibis.null(found.type()))
