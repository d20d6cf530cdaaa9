"""Figures of a rule, group by group: numerator, denominator, pending and who is to blame."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeVar

from .facts import World
from .moments import local

R = TypeVar("R")
Scope = tuple[tuple[str, str | None], ...]
Key = tuple[Scope, str | None]
Period = Literal["hour", "day", "month", "all"]


@dataclass(frozen=True, slots=True)
class Figures:
    """`value` as in the result (seconds for durations). None in `offenders`: not compared.

    `exact` says whether numerator and denominator are to be compared; a sum, say, has none.
    """

    value: Fraction | None
    numerator: int | None = None
    denominator: int | None = None
    pending: int = 0
    offenders: Counter[Hashable] | None = None
    offender_count: int | None = None
    exact: bool = True
    kind: Literal["ratio", "every", "value"] = "value"


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """The data lack a table or column that the rule reads."""

    lacking: tuple[str, ...]


Expected = dict[Key, Figures] | NotEvaluated
"""An empty mapping: the fact has no row at all, so there is a single verdict without data."""


def scope(**values: Any) -> Scope:
    return tuple(sorted((k, None if v is None else str(v)) for k, v in values.items()))


def period_of(world: World, period: Period, instant: int | None) -> str | None:
    if period == "all":
        return "all"
    if instant is None:
        return None
    at = local(instant, world.zone)
    formats = {"hour": "%Y-%m-%dT%H%z", "day": "%Y-%m-%d", "month": "%Y-%m"}
    return at.strftime(formats[period])


def grouped(
    rows: Iterable[R], key: Callable[[R], Key], seen: Callable[[R], bool]
) -> dict[Key, list[R]]:
    groups: dict[Key, list[R]] = {}
    for row in rows:
        if seen(row):
            groups.setdefault(key(row), []).append(row)
    return groups


def ratio(
    groups: dict[Key, list[R]],
    *,
    where: Callable[[R], bool] = lambda _: True,
    good: Callable[[R], bool],
    good_by_now: Callable[[R], bool] | None = None,
    blame: Callable[[R], Hashable] | None = None,
    kind: Literal["ratio", "every"] = "ratio",
) -> dict[Key, Figures]:
    """`good_by_now` is `good` with the waits of open turns as of now; without it none is pending."""
    result: dict[Key, Figures] = {}
    for key, rows in groups.items():
        numerator = denominator = pending = 0
        bad: list[R] = []
        for row in rows:
            if not where(row):
                continue
            if good(row):
                numerator += 1
            elif good_by_now is not None and good_by_now(row):
                pending += 1
                continue
            else:
                bad.append(row)
            denominator += 1
        result[key] = Figures(
            Fraction(numerator, denominator) if denominator else None,
            numerator,
            denominator,
            pending,
            None if blame is None else Counter(blame(row) for row in bad),
            len(bad),
            kind=kind,
        )
    return result


def mean(values: Iterable[int | None]) -> Figures:
    """Mean of durations in microseconds; missing ones are skipped."""
    there = [v for v in values if v is not None]
    return quotient(sum(there), len(there), per=1_000_000)


def quotient(numerator: int, denominator: int, per: int = 1) -> Figures:
    value = Fraction(numerator, denominator * per) if denominator else None
    return Figures(value, numerator, denominator)


def plain(value: Fraction | int | None, blamed: Counter[Hashable] | None = None) -> Figures:
    """A count, sum, minimum or maximum: no numerator and denominator stand behind it."""
    return Figures(
        None if value is None else Fraction(value),
        offenders=blamed,
        offender_count=None if blamed is None else blamed.total(),
        exact=False,
    )
