"""Typed trees to Ibis expressions. Missing values are two-valued: a comparison with one is false."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

from checker.data.lazily import ibis, ir, ops
from checker.engine import cells
from checker.engine import values as v
from checker.engine.values import Coded, Quotient, Value
from checker.facts import zones
from checker.facts.calendars import Calendar, overlap
from checker.facts.zones import Zone
from checker.language import tree as tr
from checker.language.functions import ALWAYS
from checker.language.types import NUMERIC, WEEKDAYS, Kind

PlacedCalendars = tuple[tuple[tuple[int, ...], Calendar], ...]


@dataclass(frozen=True)
class WindowHours:
    """A window's calendar for most places, and those of places (keys) with hours of their own.

    `of_row` makes a row's own calendar where no place is known before the data are.
    """

    usual: Calendar
    others: PlacedCalendars = ()
    of_row: Callable[[Row], Calendar] | None = None

    def at(self, place: int) -> Calendar:
        return next((own for places, own in self.others if place in places), self.usual)


@dataclass(frozen=True)
class Row:
    """What a tree is compiled against: how to reach columns, relations, pauses and window hours."""

    column: Callable[[tr.Col], Value]
    relation: Callable[[tr.Relation], Value]
    paused: Callable[[tr.Overlap], ir.IntegerValue]
    place: ir.IntegerValue | None
    zone: Zone
    windows: Mapping[str, WindowHours]


def condition(tree: tr.Tree, row: Row) -> ir.BooleanValue:
    """A predicate as a boolean that is never null."""
    loose = _loose(tree, row)
    return loose if _has_default(loose) else ibis.coalesce(loose, False)


def _has_default(value: ir.Value) -> bool:
    """It is a column or relation that is false where it is missing."""
    op = value.op()
    return isinstance(op, ops.Coalesce) and isinstance(op.arg[-1], ops.Literal)


def _loose(tree: tr.Tree, row: Row) -> ir.BooleanValue:
    """A predicate in which null stands for false: and, or keep that; not must not see it."""
    match tree:
        case tr.Lit(value=value):
            return ibis.literal(bool(value))
        case tr.Junction(op=op, items=items):
            parts = [_loose(item, row) for item in items]
            result = parts[0]
            for part in parts[1:]:
                result = (result & part) if op == "and" else (result | part)
            return result
        case tr.Not(item=tr.IsMissing(item=item)):
            return v.present(evaluate(item, row))
        case tr.Not(item=item):
            return ~condition(item, row)
        case tr.IsMissing(item=item):
            return ~v.present(evaluate(item, row))
        case tr.Compare():
            return _comparison(tree, row)
        case tr.OneOf(item=item, members=members):
            return _one_of(evaluate(item, row), members)
        case tr.InWindow(item=item, window=window):
            return _in_window(item, window, row)
        case tr.Function(name="matches", arguments=(text, tr.Lit(value=pattern))):
            return v.expression(evaluate(text, row)).re_search(pattern)
        case _:
            return v.expression(evaluate(tree, row))


def evaluate(tree: tr.Tree, row: Row) -> Value:
    """A row's value; null where it is missing (bools never are)."""
    match tree:
        case tr.Lit(value=literal):
            return v.from_fraction(literal) if isinstance(literal, Fraction) else literal
        case tr.Col(type=type_):
            found = row.column(tree)
            if type_.kind in (Kind.NUMBER, Kind.RATIO) and not isinstance(found, Quotient):
                return Quotient(found, 1_000_000)
            return ibis.coalesce(found, False) if type_.kind is Kind.BOOL else found
        case tr.Relation(type=type_):
            found = row.relation(tree)
            return ibis.coalesce(found, False) if type_.kind is Kind.BOOL else found
        case tr.Overlap():
            return _overlap(tree, row)
        case tr.Arithmetic():
            return _arithmetic(tree, row)
        case tr.Function(name="matches"):
            return condition(tree, row)
        case tr.Function():
            return _function(tree, row)
        case tr.Aggregate() | tr.PartValue():
            raise AssertionError("an aggregate has no value of one row")
        case _:
            return condition(tree, row)


def _exact(kind: Kind) -> bool:
    return kind in NUMERIC or kind is Kind.DURATION


def _comparison(tree: tr.Compare, row: Row) -> ir.BooleanValue:
    left, right = evaluate(tree.left, row), evaluate(tree.right, row)
    if _exact(tree.left.type.kind) or isinstance(left, Quotient) or isinstance(right, Quotient):
        return v.compare(tree.op, v.quotient(left), v.quotient(right))
    for coded, other in ((left, right), (right, left)):
        if isinstance(coded, Coded) and isinstance(other, str):
            return v.apply_comparison(tree.op, coded.code, _code(coded, other))
    return v.apply_comparison(tree.op, v.expression(left), v.expression(right))


def _code(coded: Coded, text: str) -> int:
    return coded.values.index(text) if text in coded.values else -1


def _one_of(item: Value, members: tuple[tr.Lit, ...]) -> ir.BooleanValue:
    if isinstance(item, Coded):
        return item.code.isin([_code(item, str(m.value)) for m in members])
    if isinstance(item, Quotient) or any(isinstance(m.value, Fraction) for m in members):
        results = [v.compare("=", v.quotient(item), v.quotient(_literal(m))) for m in members]
        result = results[0]
        for one in results[1:]:
            result = result | one
        return result
    return v.expression(item).isin([m.value for m in members])


def _literal(lit: tr.Lit) -> Value:
    return v.from_fraction(lit.value) if isinstance(lit.value, Fraction) else lit.value


def _by_place(hours: WindowHours, row: Row, make: Callable[[Calendar], ir.Value]) -> ir.Value:
    if hours.of_row is not None:
        return make(hours.of_row(row))
    usual = make(hours.usual)
    if not hours.others or row.place is None:
        return usual
    cases = [(row.place.isin(list(keys)), make(calendar)) for keys, calendar in hours.others]
    return ibis.cases(*cases, else_=usual)


def _in_window(item: tr.Tree, window: str, row: Row) -> ir.BooleanValue:
    instant = v.expression(evaluate(item, row))
    if window == ALWAYS:
        return instant.notnull()
    local = row.zone.local(instant)
    return _by_place(row.windows[window], row, lambda calendar: calendar.holds(local))


def _overlap(tree: tr.Overlap, row: Row) -> ir.IntegerValue:
    if tree.pauses:
        return row.paused(tree)
    begin = v.expression(evaluate(tree.begin, row))
    until = v.expression(evaluate(tree.until, row))
    return window_overlap(tree.window, begin, until, row)


def window_overlap(
    window: str, begin: ir.IntegerValue, until: ir.IntegerValue, row: Row
) -> ir.IntegerValue:
    """Elapsed microseconds of [begin, until) inside a named window."""
    if window == ALWAYS:
        return overlap(None, row.zone, begin, until)
    return _by_place(
        row.windows[window], row, lambda calendar: overlap(calendar, row.zone, begin, until)
    )


def _arithmetic(tree: tr.Arithmetic, row: Row) -> Value:
    left, right = evaluate(tree.left, row), evaluate(tree.right, row)
    if tree.left.type.kind is Kind.DATE:
        return (v.expression(left) - v.expression(right)).cast("int64") * zones.DAY_US
    if not (_exact(tree.left.type.kind) and _exact(tree.right.type.kind)):
        if not (isinstance(left, Quotient) or isinstance(right, Quotient)):
            a, b = v.expression(left), v.expression(right)
            return a + b if tree.op == "+" else a - b
        sign = 1 if tree.op == "+" else -1
        if tree.type.kind is not Kind.INSTANT:
            return v.add(v.quotient(left), v.quotient(right), sign)
        # An instant is a whole number of microseconds: the one that it falls into.
        return v.whole(left) + v.whole(v.negated(right) if sign < 0 else right)
    a, b = v.quotient(left), v.quotient(right)
    match tree.op:
        case "+":
            result = v.add(a, b, 1)
        case "-":
            result = v.add(a, b, -1)
        case "*":
            result = v.multiply(a, b)
        case _:
            result = v.divide(a, b)
    whole = isinstance(result.denominator, int) and result.denominator == 1
    return result.numerator if whole else result


def _function(tree: tr.Function, row: Row) -> Value:
    if tree.name == "if":
        predicate, yes, *no = tree.arguments
        chosen, value = condition(predicate, row), evaluate(yes, row)
        return v.choose(chosen, value, evaluate(no[0], row)) if no else v.only_where(chosen, value)
    arguments = [evaluate(argument, row) for argument in tree.arguments]
    first = arguments[0]
    if tree.name in cells.FUNCTIONS:
        return cells.value(tree, arguments, row.zone)
    match tree.name:
        case "coalesce":
            result = arguments[-1]
            for one in reversed(arguments[:-1]):
                result = v.choose(v.present(one), one, result)
            return result
        case "least" | "greatest":
            return _extreme(arguments, "<" if tree.name == "least" else ">")
        case "abs":
            whole = v.quotient(first)
            top = whole.numerator
            top = abs(top) if isinstance(top, int) else top.abs()
            return top if not isinstance(first, Quotient) else Quotient(top, whole.denominator)
        case "round":
            return _rounded(v.quotient(first))
        case "lower":
            return v.expression(first).lower()
        case "length":
            return v.expression(first).length().cast("int64")
        case _:
            local = row.zone.local(v.expression(first))
            return _calendar_part(tree.name, local)


def _calendar_part(name: str, local: ir.IntegerValue) -> Value:
    match name:
        case "date_of":
            return zones.day_of(local)
        case "time_of":
            return zones.time_of(local)
        case "hour_of":
            return zones.hour_of(local)
        case _:
            return Coded(zones.weekday_of(zones.day_of(local)), WEEKDAYS)


def _extreme(arguments: list[Value], op: str) -> Value:
    result = arguments[0]
    for one in arguments[1:]:
        if isinstance(result, Quotient) or isinstance(one, Quotient):
            better = v.compare(op, v.quotient(one), v.quotient(result))
        else:
            better = v.apply_comparison(op, v.expression(one), v.expression(result))
        result = v.choose(ibis.coalesce(better, False) | ~v.present(result), one, result)
    return result


def _rounded(number: Quotient) -> Value:
    """Nearest integer, halves away from zero, in integers: (2|n| + d) div 2d with the sign of n."""
    top, bottom = number.numerator, number.denominator
    if isinstance(bottom, int) and bottom == 1:
        return top
    top = v.expression(top)
    size = v.floor(Quotient(top.abs() * 2 + bottom, bottom * 2))
    return ibis.ifelse(top < 0, -size, size)
