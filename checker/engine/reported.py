"""Figures that a platform reports itself: rows of `reported` as figures of rules."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from checker.data.dataset import Dataset
from checker.data.workspace import Workspace
from checker.engine.formula import Exact
from checker.engine.measured import Measured, PeriodSpan
from checker.engine.tasks import grouping_of
from checker.facts import zones
from checker.facts.given import Place
from checker.packs.model import Ask, Period
from checker.packs.typed import TypedPack, TypedRevision, TypedRule

UNIT = 1_000_000  # figures are stored as millionths, which of a second are microseconds
_NEVER = 1 << 40  # a day that no period reaches
_COLUMNS = ("agent_id", "channel", "from", "through", "value", "numerator", "denominator")
_FIELDS = ("platform", "shop_id", "rule", *_COLUMNS)


@dataclass(frozen=True, slots=True)
class ReportedRow:
    """One row as stored: days since 1970-01-01, figures in millionths."""

    platform: str
    shop: str | None
    rule: str
    agent: str | None
    channel: str | None
    first: int
    through: int
    value: int
    numerator: int | None
    denominator: int | None

    def __str__(self) -> str:
        days = dict.fromkeys((zones.iso_date(self.first), zones.iso_date(self.through)))
        named = (("shop", self.shop), ("agent", self.agent), ("channel", self.channel))
        whom = "".join(f", {kind} {name}" for kind, name in named if name is not None)
        return f"{self.rule} of {self.platform}{whom}, {' to '.join(days)}"


def reported_rows(workspace: Workspace, dataset: Dataset) -> tuple[ReportedRow, ...]:
    """The rows of the table, each once, in an order of their own."""
    opened = dataset.tables.get("reported")
    if opened is None:
        return ()
    names = [c for c in _FIELDS if c in opened.table.columns]
    found = set(workspace.fetch(opened.table.select(*names).distinct()))
    missing: dict[str, Any] = dict.fromkeys(_COLUMNS)
    rows = [missing | dict(zip(names, row, strict=True)) for row in found]
    return tuple(sorted((ReportedRow(*map(r.get, _FIELDS)) for r in rows), key=_row_order))  # type: ignore[arg-type]


def _row_order(row: ReportedRow) -> tuple[object, ...]:
    texts = (row.rule, row.platform, row.shop, row.agent, row.channel)
    numbers = (row.first, row.through, row.value, row.numerator, row.denominator)
    return (
        *((text is None, text or "") for text in texts),
        *((number is None, number or 0) for number in numbers),
    )


def reported_places(rows: Iterable[ReportedRow]) -> tuple[Place, ...]:
    """The shops that figures are about."""
    found = {(row.platform, row.shop or "") for row in rows}
    return tuple(Place(platform, shop or None) for platform, shop in sorted(found))


def reported_figures(
    rows: Iterable[ReportedRow], packs: Sequence[TypedPack], last_day: int
) -> list[Measured]:
    """The figures of the packs' rules. One for a scope or period that is not the rule's is `added`.

    `last_day` is the day of the as-of instant: a period that it lies in is whole up to then.
    """
    found = []
    for row in rows:
        for rule in rules_of(row, packs):
            revision, span = placed(rule, row, last_day)
            if isinstance(revision.measure, Ask):
                continue
            scope, fits = _scope(revision, row)
            rows_counted = row.denominator // UNIT if row.denominator is not None else 1
            found.append(
                Measured(
                    rule,
                    revision,
                    scope,
                    span or _natural(row),
                    _figure(revision, row),
                    rows_counted,
                    0,
                    0,
                    (),
                    added=not fits or span is None,
                    basis="reported",
                )
            )
    return found


def rules_of(row: ReportedRow, packs: Iterable[TypedPack]) -> Iterator[TypedRule]:
    """The rules that a row is about: by full id, or by the id within the packs of its platform."""
    for pack in packs:
        if pack.pack.platform in (row.platform, "any"):
            yield from (rule for rule in pack.rules if row.rule in (rule.id, rule.rule.id))


# -- scope and period ------------------------------------------------------------------------------


def _scope(revision: TypedRevision, row: ReportedRow) -> tuple[dict[str, str | None], bool]:
    """Whom the figure is about, and whether these are the scopes that the rule is judged by."""
    wanted = grouping_of(revision).scopes
    said = {"shop": row.shop, "agent": row.agent, "channel": row.channel}
    scope: dict[str, str | None] = {"platform": row.platform}
    for kind, name in said.items():
        # A shop that nobody names is the only one there is; an agent that nobody names is none.
        if name is not None or (kind == "shop" and kind in wanted):
            scope[kind] = name
    return scope, scope.keys() == {"platform", *wanted}


def placed(
    rule: TypedRule, row: ReportedRow, last_day: int
) -> tuple[TypedRevision, PeriodSpan | None]:
    """The revision that judges the row, and the period of that revision which the row covers."""
    for revision in rule.revisions:
        span = _span(revision.period, row, last_day)
        last = revision.period.kind in ("all", "rolling")
        if span is not None and _in_force(rule, row.through if last else row.first) is revision:
            return revision, span
    return _in_force(rule, row.first), None


def _in_force(rule: TypedRule, day: int) -> TypedRevision:
    date = dt.date(1970, 1, 1) + dt.timedelta(days=day)
    dated = [one for one in rule.revisions if one.since is None or one.since <= date]
    return dated[-1] if dated else rule.revisions[0]


def _span(period: Period, row: ReportedRow, last_day: int) -> PeriodSpan | None:
    """The rule's period that a row covers, to its end or to the last day."""
    first, through = row.first, row.through
    match period.kind:
        case "day":
            end = first
        case "week":
            end = first + 6 - _day(first).weekday()
        case "month":
            end = _month_end(first)
        case "rolling":
            end = first + period.days - 1
        case "all":
            end = through
        case _:
            return None
    begins = {"week": _day(first).weekday() == 0, "month": _day(first).day == 1}
    running = period.kind in begins and last_day <= through <= end
    whole = begins.get(period.kind, True) and (through == end or running)
    return _days(period.kind, first, end) if whole else None


def _natural(row: ReportedRow) -> PeriodSpan:
    """The calendar period that a row's days are, else a stretch of its own."""
    kinds = (Period(kind) for kind in ("day", "week", "month", "all"))
    return next(span for kind in kinds if (span := _span(kind, row, _NEVER)) is not None)


def _days(kind: str, first: int, through: int) -> PeriodSpan:
    return PeriodSpan(kind, zones.iso_date(first), zones.iso_date(through))


def _day(day: int) -> dt.date:
    return dt.date(1970, 1, 1) + dt.timedelta(days=day)


def _month_end(day: int) -> int:
    date = _day(day)
    return zones.day_number(zones.month_start(date.year * 12 + date.month)) - 1


# -- figures ---------------------------------------------------------------------------------------


def _figure(revision: TypedRevision, row: ReportedRow) -> Exact:
    """The value in the units of a verdict; of nothing (a denominator of 0) there is none."""
    if row.denominator == 0:
        return Exact(None, 0, 0)
    micros = revision.type in ("duration", "time")
    value = Fraction(row.value) if micros else Fraction(row.value, UNIT)
    if row.numerator is None or row.denominator is None:
        return Exact(value)
    above = row.numerator if revision.type == "duration" else row.numerator // UNIT
    return Exact(value, above, row.denominator // UNIT)
