"""Tests of rules as they travel: cases, what they expect, and what came of running them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Protocol, TypeAlias

from checker.diagnostics import Diagnostic, Span
from checker.language.types import Kind
from checker.verdicts.model import Outcome

Cell: TypeAlias = "str | int | bool | dt.datetime | None"
"""A value of a row: instants are aware, in the zone of the pack; days and times of day are text."""

Row: TypeAlias = Mapping[str, Cell]


@dataclass(frozen=True, slots=True)
class Figure:
    """A value that a test expects: microseconds, or 1 for 100 %. `kind` None: a bare fraction."""

    text: str
    kind: Kind | None
    value: Fraction | None  # None: no value


@dataclass(frozen=True)
class Expectation:
    """What the verdicts of one rule that fit `picks` must say. Keys that are not given are free."""

    rule: str  # douyin/reply-3m-session
    picks: Mapping[str, str]
    figure: Figure | None
    outcome: Outcome | None
    offenders: frozenset[str] | None
    counts: Mapping[str, int]  # numerator, denominator, pending …
    words: Mapping[str, str]  # reason, basis
    span: Span = field(compare=False)


@dataclass(frozen=True)
class Case:
    """One test: a small data set and what the rules must say about it."""

    name: str
    tags: frozenset[str]
    as_of: dt.datetime | None
    tables: Mapping[str, tuple[Row, ...]]
    expectations: tuple[Expectation, ...]
    pack: str
    span: Span = field(compare=False)


@dataclass(frozen=True, slots=True)
class Failure:
    """One expectation that did not hold. `rule` is empty where the data could not be audited."""

    rule: str
    span: Span
    wanted: str
    came: str
    offenders: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """A rule that was seen with an outcome, where everything expected of it held."""

    rule: str
    outcome: Outcome


class Test(Protocol):
    """A test of rules, or of anything else that is told in the same report."""

    @property
    def name(self) -> str: ...

    @property
    def tags(self) -> frozenset[str]: ...


@dataclass(frozen=True)
class CaseResult:
    case: Test
    failures: tuple[Failure, ...]
    seen: tuple[Sighting, ...] = ()

    @property
    def passed(self) -> bool:
        return not self.failures


@dataclass(frozen=True, slots=True)
class Gap:
    """A rule (or `what` it is) and the kinds of case that no test shows it in."""

    rule: str
    span: Span
    missing: tuple[str, ...]  # pass, fail, boundary, no_data
    what: str = "rule"


@dataclass(frozen=True)
class TestReport:
    """What came of the tests, in the order of their files; `gaps` are those of all packs in play.

    With an error among the `diagnostics`, some tests could not be read or run.
    """

    __test__ = False  # not for pytest, in spite of its name

    results: tuple[CaseResult, ...]
    gaps: tuple[Gap, ...]
    diagnostics: tuple[Diagnostic, ...]
    of: tuple[str, ...] = ("rule",)  # what was tested

    @property
    def failed(self) -> int:
        return sum(not result.passed for result in self.results)

    @property
    def passed(self) -> int:
        return len(self.results) - self.failed
