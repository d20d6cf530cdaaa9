"""Typed trees evaluated one row at a time in plain Python: what the language means, without an engine.

Missing is None. Instants, durations and times of day are microseconds, dates days since 1970, numbers
and ratios Fractions. Nothing here is shared with the compiler but the tree itself.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from math import floor
from typing import Any
from zoneinfo import ZoneInfo

from window_walk import DAY, Windows, time_inside

from checker.language import tree as tr
from checker.language.types import WEEKDAYS, Kind

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Row:
    """`values` by (parent or "", column); `relations` in the order that first and last go by."""

    values: Mapping[tuple[str, str], Any]
    relations: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    shop: Mapping[str, int | None] = field(default_factory=dict)
    pauses: Sequence[tuple[int, int, Row]] = ()


@dataclass(frozen=True)
class Interpreter:
    zone: ZoneInfo
    windows: Windows

    def holds(self, tree: tr.Tree, row: Row) -> bool:
        return self.value(tree, row) is True

    def value(self, tree: tr.Tree, row: Row) -> Any:
        match tree:
            case tr.Lit(value=value):
                return value
            case tr.Col(name=name, parent=parent, type=type_):
                found = row.values[parent, name]
                return bool(found) if type_.kind is Kind.BOOL else found
            case tr.Not(item=item):
                return not self.holds(item, row)
            case tr.Junction(op=op, items=items):
                held = [self.holds(item, row) for item in items]
                return all(held) if op == "and" else any(held)
            case tr.IsMissing(item=item):
                return self.value(item, row) is None
            case tr.Compare(op=op, left=left, right=right):
                return compare(op, self.value(left, row), self.value(right, row))
            case tr.OneOf(item=item, members=members):
                found = self.value(item, row)
                return found is not None and any(found == m.value for m in members)
            case tr.InWindow(item=item, window=window):
                found = self.value(item, row)
                return found is not None and self.windows.is_open(
                    window, self.local(found), row.shop
                )
            case tr.Arithmetic(op=op, left=left, right=right):
                found = arithmetic(op, self.value(left, row), self.value(right, row))
                if found is None:
                    return None
                if left.type.kind is Kind.DATE:
                    return found * DAY
                return floor(found) if tree.type.kind is Kind.INSTANT else found
            case tr.Function(name=name, arguments=arguments):
                return self.function(name, [self.value(a, row) for a in arguments])
            case tr.Overlap():
                return self.overlap(tree, row)
            case tr.Relation():
                return self.relation(tree, row)
        raise AssertionError(tree)

    def local(self, instant: int) -> datetime:
        return (EPOCH + timedelta(microseconds=instant)).astimezone(self.zone)

    def function(self, name: str, given: list[Any]) -> Any:
        known = [one for one in given if one is not None]
        match name:
            case "coalesce":
                return known[0] if known else None
            case "least":
                return min(known, default=None)
            case "greatest":
                return max(known, default=None)
        first = given[0]
        if name == "matches":
            return first is not None and re.search(given[1], first) is not None
        if first is None:
            return None
        match name:
            case "abs":
                return abs(first)
            case "round":
                away = floor(abs(Fraction(first)) + Fraction(1, 2))
                return away if first >= 0 else -away
            case "lower":
                return first.lower()
            case "length":
                return len(first)
        local = self.local(first)
        match name:
            case "date_of":
                return (local.date() - EPOCH.date()).days
            case "hour_of":
                return local.hour
            case "weekday_of":
                return WEEKDAYS[local.weekday()]
            case "time_of":
                return clock_time(local)
        raise AssertionError(name)

    def overlap(self, tree: tr.Overlap, row: Row) -> int | None:
        begin, until = self.value(tree.begin, row), self.value(tree.until, row)
        if begin is None or until is None:
            return None
        out = []
        if tree.pauses:
            out = [
                (start, end)
                for start, end, pause in row.pauses
                if tree.pause is None or self.holds(tree.pause, pause)
            ]
        return time_inside(self.windows, tree.window, begin, until, row.shop, self.zone, out)

    def relation(self, tree: tr.Relation, row: Row) -> Any:
        rows = list(row.relations[tree.relation])
        predicate = tree.predicate
        kept = [one for one in rows if predicate is None or self.holds(predicate, one)]
        match tree.function:
            case "any":
                return bool(kept)
            case "all":
                return len(kept) == len(rows)
            case "none":
                return not kept
            case "count":
                return len(kept)
        assert tree.value is not None
        values = [self.value(tree.value, one) for one in kept]
        if tree.function in ("first", "last"):
            found = values[0 if tree.function == "first" else -1] if values else None
            return bool(found) if tree.type.kind is Kind.BOOL else found
        return aggregate(tree.function, values)

    # -- over rows -------------------------------------------------------------------------------

    def formula(self, tree: tr.Tree, rows: Sequence[Row]) -> Any:
        """An `is` formula over the rows of a population."""
        match tree:
            case tr.Lit(value=value):
                return value
            case tr.Arithmetic(op=op, left=left, right=right):
                return arithmetic(op, self.formula(left, rows), self.formula(right, rows))
            case tr.Function(name=name, arguments=arguments):
                return self.function(name, [self.formula(a, rows) for a in arguments])
            case tr.Aggregate():
                return self.aggregate(tree, rows)
        raise AssertionError(tree)

    def aggregate(self, tree: tr.Aggregate, rows: Sequence[Row]) -> Any:
        if not rows:
            return None
        predicate = tree.predicate
        kept = [row for row in rows if predicate is None or self.holds(predicate, row)]
        match tree.function:
            case "count":
                return len(kept)
            case "share":
                return Fraction(len(kept), len(rows))
            case "distinct":
                tuples = {tuple(self.value(a, row) for a in tree.arguments) for row in kept}
                return len([one for one in tuples if None not in one])
        values = [self.value(tree.arguments[0], row) for row in kept]
        if tree.function in ("median", "percentile"):
            share = Fraction(1, 2) if tree.fraction is None else tree.fraction
            return percentile([v for v in values if v is not None], share)
        return aggregate(tree.function, values)


def clock_time(local: datetime) -> int:
    return ((local.hour * 60 + local.minute) * 60 + local.second) * 1_000_000 + local.microsecond


def compare(op: str, left: Any, right: Any) -> bool:
    if left is None or right is None:
        return False
    return {
        "=": lambda: left == right,
        "!=": lambda: left != right,
        "<": lambda: left < right,
        "<=": lambda: left <= right,
        ">": lambda: left > right,
        ">=": lambda: left >= right,
    }[op]()


def arithmetic(op: str, left: Any, right: Any) -> Any:
    if left is None or right is None:
        return None
    match op:
        case "+":
            return left + right
        case "-":
            return left - right
        case "*":
            return left * right
    return Fraction(left) / Fraction(right) if right else None


def aggregate(name: str, values: Sequence[Any]) -> Any:
    known = [value for value in values if value is not None]
    match name:
        case "sum":
            return sum(known)
        case "min":
            return min(known, default=None)
        case "max":
            return max(known, default=None)
        case "mean":
            return Fraction(sum(known)) / len(known) if known else None
    raise AssertionError(name)


def percentile(values: list[Any], share: Fraction) -> Any:
    """PERCENTILE_CONT: between the two values around position share * (n - 1)."""
    if not values:
        return None
    ordered = sorted(values)
    at = share * (len(ordered) - 1)
    low = floor(at)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (at - low)
