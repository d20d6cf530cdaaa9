"""Typed rules: what the engine computes. Every name is known, every unit fits."""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, TypeAlias

from checker.language.catalog import Table
from checker.language.tree import Tree
from checker.packs.model import Ask, Pack, Period, Revision, Rule, Window


@dataclass(frozen=True)
class TypedClock:
    """Two clocks are one when they are equal, whatever they are called."""

    opens: Tree
    closes: Tree
    ignores_before: Tree | None
    wait: Tree


@dataclass(frozen=True)
class Demand:
    """A requirement: the measured figure `op` the bound (microseconds, or 1 for 100 %)."""

    op: str
    bound: Fraction
    text: str

    def holds(self, value: Fraction) -> bool:
        return self.holds_quotient(value.numerator, value.denominator)

    def holds_quotient(self, top: int, bottom: int) -> bool:
        """The same of `top / bottom`, which is above 0. Fractions would compare by way of abstract types,
        which takes ten times as long."""
        ours = top * self.bound.denominator
        return _COMPARISONS[self.op](ours, self.bound.numerator * bottom)


_COMPARISONS: Mapping[str, Callable[[int, int], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


@dataclass(frozen=True)
class Rows:
    """The rows that a measure is about: a fact, its population, and one row per group of it."""

    of: str
    where: Tree | None
    one_per: tuple[str, ...] = ()
    keep: Literal["first", "last"] = "last"


@dataclass(frozen=True)
class TypedRatio:
    rows: Rows
    good: Tree
    every: bool


@dataclass(frozen=True)
class TypedValue:
    rows: Rows
    formula: Tree
    offender: Tree | None


@dataclass(frozen=True)
class TypedParts:
    parts: Mapping[str, TypedValue]
    formula: Tree


TypedMeasure: TypeAlias = TypedRatio | TypedValue | TypedParts | Ask


@dataclass(frozen=True)
class TypedRevision:
    """A rule as it stands from `since` on; `type` is that of verdicts (ratio, duration, …)."""

    since: dt.date | None
    written: Revision
    clock: TypedClock | None
    measure: TypedMeasure
    type: str
    scopes: tuple[str, ...]
    period: Period
    require: Demand | None
    aim: Demand | None


@dataclass(frozen=True)
class TypedRule:
    pack: str
    rule: Rule
    revisions: tuple[TypedRevision, ...]

    @property
    def id(self) -> str:
        return f"{self.pack}/{self.rule.id}"


@dataclass(frozen=True)
class TypedPack:
    pack: Pack
    catalog: Mapping[str, Table]
    windows: Mapping[str, Window]
    rules: tuple[TypedRule, ...]
