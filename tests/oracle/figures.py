"""Figures of a rule, group by group: numerator, denominator, pending and who is to blame."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, TypeVar

R = TypeVar("R")
Scope = tuple[tuple[str, str | None], ...]
Key = tuple[Scope, str]


@dataclass(frozen=True, slots=True)
class Blamed:
    """An offender as the result shows it; `at` and `wait` in microseconds."""

    shop: str | None
    session: str | None
    turn: int | None
    agent: str | None
    at: int | None
    wait: int | None


@dataclass(frozen=True, slots=True)
class Figures:
    """`value` as in the result (seconds for durations). Offenders stand in the order of their rows.

    `exact` says whether numerator and denominator are to be compared; a sum, say, has none.
    `added` marks the figures of `--by`: they inform, and list nobody.
    """

    value: Fraction | None
    numerator: int | None = None
    denominator: int | None = None
    pending: int = 0
    offenders: tuple[Blamed, ...] = ()
    min_sample: int = 1
    exact: bool = True
    added: bool = False
    kind: Literal["ratio", "every", "value"] = "value"


@dataclass(frozen=True, slots=True)
class NotEvaluated:
    """The data lack a table or column that the rule reads."""

    lacking: tuple[str, ...]


Expected = dict[Key, Figures] | NotEvaluated
"""An empty mapping: the fact has no row at all, so there is a single verdict without data."""


def scope(**values: Any) -> Scope:
    return tuple(sorted((k, None if v is None else str(v)) for k, v in values.items()))


def ratio(
    groups: dict[Key, list[R]],
    *,
    where: Callable[[R], bool] = lambda _: True,
    good: Callable[[R], bool],
    good_by_now: Callable[[R], bool] | None = None,
    blame: Callable[[R], Blamed],
    kind: Literal["ratio", "every"] = "ratio",
    min_sample: int = 1,
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
            tuple(map(blame, bad)),
            min_sample,
            kind=kind,
        )
    return result


def mean(values: Iterable[int | None], blamed: Iterable[Blamed] = ()) -> Figures:
    """Mean of durations in microseconds; missing ones are skipped."""
    there = [v for v in values if v is not None]
    return quotient(sum(there), len(there), per=1_000_000, blamed=blamed)


def quotient(
    numerator: int, denominator: int, per: int = 1, blamed: Iterable[Blamed] = ()
) -> Figures:
    value = Fraction(numerator, denominator * per) if denominator else None
    return Figures(value, numerator, denominator, offenders=tuple(blamed))


def plain(value: Fraction | int | None, blamed: Iterable[Blamed] = ()) -> Figures:
    """A count, sum, minimum or maximum: no numerator and denominator stand behind it."""
    exact = None if value is None else Fraction(value)
    return Figures(exact, offenders=tuple(blamed), exact=False)
