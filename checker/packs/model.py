"""The frozen model of a rule file: what was written, with places, before expressions are typed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from checker.diagnostics import Span
from checker.language.types import Type
from checker.packs.nodes import ScalarNode

Severity = Literal["error", "warning"]
DAY_US = 86_400_000_000


@dataclass(frozen=True, slots=True)
class Text:
    """A text in Chinese, English or both."""

    zh: str | None = None
    en: str | None = None

    def get(self, lang: str) -> str:
        first, second = (self.zh, self.en) if lang == "zh" else (self.en, self.zh)
        return first or second or ""


@dataclass(frozen=True)
class Expr:
    """An expression as written. `node` places any stretch of `text` in the file."""

    text: str
    node: ScalarNode = field(compare=False, repr=False)

    def span(self, start: int = 0, end: int | None = None) -> Span:
        return self.node.span_of(start, len(self.text) if end is None else end)


@dataclass(frozen=True)
class Source:
    id: str
    title: Text
    cite: str
    retrieved: dt.date | None
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Bound:
    """An end of a window: a time of day in microseconds since midnight (0 … one day), or a shop's
    setting (`shop` is the column) with such a time as its default."""

    time: int
    shop: str | None = None


@dataclass(frozen=True, slots=True)
class WindowSpan:
    """One daily stretch, half-open: [start, end), over midnight where end <= start.

    A fixed `through` has its second already added in `end.time`, so that it is exclusive. Where the
    end is a shop's setting, `end.time` is the default as written, without the second, and
    `end_through` tells the engine to add one to whichever value it uses. `days` are 0 (Monday) to
    6; None means every day. A date is in the span when it is in `only` (if given), not in
    `excluded`, and its weekday is in `days`; the part after midnight belongs to the day before.
    """

    start: Bound
    end: Bound
    end_through: bool  # written as `through`; only with `end.shop` is a second still to be added
    days: frozenset[int] | None = None
    excluded: frozenset[dt.date] = frozenset()
    only: frozenset[dt.date] | None = None


@dataclass(frozen=True)
class Window:
    name: str
    spans: tuple[WindowSpan, ...]
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True)
class Clock:
    name: str
    opens: Expr
    closes: Expr
    ignores_before: Expr | None
    wait: Expr | None  # None: answered_at - asked_at
    span: Span = field(compare=False, repr=False)


@dataclass(frozen=True)
class Ratio:
    """Share of rows that are good. `every` is a ratio that must be 100 %."""

    of: str
    where: Expr | None
    good: Expr
    one_per: tuple[str, ...] = ()
    keep: Literal["first", "last"] = "last"
    every: bool = False
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Part:
    """One aggregate over the rows of one fact."""

    of: str
    where: Expr | None
    formula: Expr
    one_per: tuple[str, ...] = ()
    keep: Literal["first", "last"] = "last"
    offender: Expr | None = None
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Parts:
    """A formula over named aggregates of several facts."""

    parts: Mapping[str, Part]
    formula: Expr
    span: Span | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True)
class Ask:
    """A manual checklist item."""

    question: Text
    evidence: Text | None


Measure: TypeAlias = Ratio | Part | Parts | Ask


@dataclass(frozen=True, slots=True)
class Period:
    """`kind` is hour, day, week, month, all or rolling; `days` is N of `{rolling: Nd}`."""

    kind: str
    days: int = 0


@dataclass(frozen=True)
class Revision:
    """What a rule says from one day on. `since` None: from the beginning."""

    since: dt.date | None
    severity: Severity
    clock: str | None
    measure: Measure
    scopes: tuple[str, ...]
    period: Period
    require: Expr | None
    aim: Expr | None
    source: str | None  # defines the rule, and gives `require`
    aim_source: str | None  # gives `aim`; None: the house's own
    min_sample: int
    title: Text
    advice: Text | None


@dataclass(frozen=True)
class Rule:
    """A rule with its revisions, oldest first; the first one has `since` None."""

    id: str
    revisions: tuple[Revision, ...]
    group: str | None  # reply, satisfaction, staffing, settings, conduct
    status: Literal["stable", "provisional"]
    span: Span = field(compare=False, repr=False)

    @property
    def latest(self) -> Revision:
        return self.revisions[-1]


@dataclass(frozen=True)
class Param:
    name: str
    text: str
    node: ScalarNode = field(compare=False, repr=False)


@dataclass(frozen=True)
class Pack:
    name: str
    platform: str  # "any": applies to every platform, when named
    title: Text
    timezone: str
    sources: Mapping[str, Source]
    windows: Mapping[str, Window]
    clocks: Mapping[str, Clock]
    params: Mapping[str, Param]
    columns: Mapping[str, Mapping[str, Type]]
    rules: tuple[Rule, ...]
    file: str
    digest: str  # sha256 of the merged, canonical content
    status: Literal["stable", "provisional"] = "stable"
