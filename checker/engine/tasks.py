"""What is to be computed: one task for each population and grouping of each rule."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

from checker.language.catalog import PERIODS, SCOPE_COLUMN, TABLES, Table
from checker.language.tree import Tree
from checker.packs.model import Ask, Period
from checker.packs.typed import (
    Rows,
    TypedClock,
    TypedParts,
    TypedRatio,
    TypedRevision,
    TypedRule,
    TypedValue,
)

Population: TypeAlias = "TypedRatio | TypedValue"


@dataclass(frozen=True)
class Grouping:
    """Scopes (without platform, which is always there) in the order of the catalog, and a period."""

    scopes: tuple[str, ...]
    period: Period

    def __str__(self) -> str:
        days = f"{self.period.days} days" if self.period.kind == "rolling" else self.period.kind
        return ", ".join((*self.scopes, days))


@dataclass(frozen=True, eq=False)
class Task:
    """`part` names the part of a formula over parts; `added` marks rows asked for by `--by`."""

    rule: TypedRule
    revision: TypedRevision
    part: str | None
    population: Population
    grouping: Grouping
    platforms: frozenset[str]
    added: bool

    @property
    def rows(self) -> Rows:
        return self.population.rows

    @property
    def fact(self) -> str:
        return self.rows.of

    @property
    def clock(self) -> TypedClock | None:
        return self.revision.clock

    @property
    def bad(self) -> Tree | None:
        """The predicate that lists offenders of a value, where it has one."""
        return self.population.offender if isinstance(self.population, TypedValue) else None


_SCOPE_ORDER = ("shop", "agent", "channel", "buyer", "hour_of_day", "weekday")


def grouping_of(revision: TypedRevision, by: str | None = None) -> Grouping:
    """The grouping of a rule, or with `by` added: a scope more, or another period."""
    scopes, period = set(revision.scopes), revision.period
    if by in PERIODS:
        period = Period(str(by))
    elif by is not None:
        scopes.add(by)
    if scopes & {"agent", "buyer"}:
        scopes.add("shop")  # agents and buyers exist within a shop
    return Grouping(tuple(s for s in _SCOPE_ORDER if s in scopes), period)


def tasks_of(rule: TypedRule, platforms: frozenset[str], by: tuple[str, ...]) -> Iterator[Task]:
    """The tasks of every revision of a rule that measures something."""
    for revision in rule.revisions:
        groupings = [(grouping_of(revision), False)]
        for name in by:
            grouping = grouping_of(revision, name)
            if all(grouping != known for known, _ in groupings):
                groupings.append((grouping, True))
        for grouping, added in groupings:
            for part, population in populations(revision):
                yield Task(rule, revision, part, population, grouping, platforms, added)


def populations(revision: TypedRevision) -> Iterator[tuple[str | None, Population]]:
    match revision.measure:
        case Ask():
            return
        case TypedParts(parts=parts):
            yield from parts.items()
        case TypedRatio() | TypedValue() as population:
            yield None, population


def by_fits(rule: TypedRule, by: str) -> bool:
    """`--by` can be read from every fact that the rule measures."""
    facts = {p.rows.of for revision in rule.revisions for _, p in populations(revision)}
    return all(_readable(TABLES[fact], by) for fact in facts)


def _readable(table: Table, scope: str) -> bool:
    if scope in SCOPE_COLUMN:
        column = SCOPE_COLUMN[scope]
        own = table.column(column) is not None
        return own or ("session" in table.parents and TABLES["sessions"].column(column) is not None)
    hours = scope in ("hour", "hour_of_day")
    return (table.time is not None and not (hours and table.time == "date")) or scope == "all"
