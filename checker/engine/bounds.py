"""The first and last instant of a data set, and the realm that they bound."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import reduce

from checker.data.dataset import Dataset, OpenTable
from checker.data.lazily import ibis
from checker.data.workspace import Workspace
from checker.facts.realm import Realm
from checker.facts.zones import DAY_US, SECOND_US, instant_of_text, load_zone
from checker.language.catalog import TABLES
from checker.language.types import Kind

Ends = tuple[int, int]
"""The first and the last of some instants, in microseconds."""


def instant_columns(opened: OpenTable) -> list[str]:
    """The canonical instants of a stored table that the data have; figures that a platform reports
    are no events."""
    if opened.name == "reported":
        return []
    wanted = [c.name for c in TABLES[opened.name].stored_columns if c.type.kind is Kind.INSTANT]
    return [name for name in wanted if name in opened.columns]


def open_realm(
    workspace: Workspace,
    dataset: Dataset,
    zone_name: str,
    as_of: str | None,
    carried: frozenset[str] = frozenset(),
) -> Realm:
    """The data set seen through a zone, with messages that carry columns of their session.

    As-of defaults to the last instant in the data, or without any to the end of the last day for which
    the platform reports a figure.
    """
    stored = _stored_ends(dataset)
    low, high = _outermost(stored.values()) if stored else _reported_days(workspace, dataset)
    zone = load_zone(zone_name, low - DAY_US, high + DAY_US)
    if not stored:
        first, last = zone.instant_us(low), zone.instant_us(high)
    else:
        first, last = _zoned_ends(Realm(workspace, dataset, zone, high, first=low), stored)
    given = instant_of_text(as_of, zone_name) if as_of is not None else None
    end = last if given is None else given
    return Realm(workspace, dataset, zone, end, first=first, last=last, carried=carried)


def dated(dataset: Dataset) -> bool:
    """The data say of any time at all."""
    reported = dataset.tables.get("reported")
    return any(map(instant_columns, dataset.tables.values())) or bool(reported and reported.rows)


def _reported_days(workspace: Workspace, dataset: Dataset) -> tuple[int, int]:
    """The first and the last second of the days of reported figures, in local microseconds."""
    opened = dataset.tables.get("reported")
    if opened is None or not opened.rows:
        return 0, 0
    table = opened.table
    ((first, last),) = workspace.fetch(
        table.agg(first=table["from"].min(), last=table["through"].max())
    )
    return first * DAY_US, (last + 1) * DAY_US - SECOND_US


def _stored_ends(dataset: Dataset) -> dict[bool, Ends]:
    """The ends of instants as they are stored, by whether they are local (of a column with both: it
    may be either)."""
    found: dict[bool, list[Ends]] = {}
    for opened in dataset.tables.values():
        for column in instant_columns(opened):
            if column in opened.ends:
                local = opened.naive.get(column) == "all"
                found.setdefault(local, []).append(opened.ends[column])
    return {local: _outermost(ends) for local, ends in found.items()}


def _zoned_ends(realm: Realm, stored: Mapping[bool, Ends]) -> Ends:
    """The same as instants of the realm's zone."""
    tables = realm.dataset.tables.values()
    mixed = any(naive == "mixed" for opened in tables for naive in opened.naive.values())
    if mixed or (realm.zone.transitions and True in stored):
        # Where clocks are put forward, the last local time need not be the last instant.
        return _ends(realm, [opened for opened in tables if instant_columns(opened)])
    shift = realm.zone.instant_us
    return _outermost(
        (shift(low), shift(high)) if local else (low, high) for local, (low, high) in stored.items()
    )


def _outermost(ends: Iterable[Ends]) -> Ends:
    lows, highs = zip(*ends, strict=True)
    return min(lows), max(highs)


def _ends(realm: Realm, tables: Sequence[OpenTable]) -> Ends:
    """The smallest and the largest instant of tables of which one has any, in one query."""

    def asked() -> list[tuple[int | None, ...]]:
        ends = []
        for opened in tables:
            table, columns = realm.given(opened.name), instant_columns(opened)
            lows = {f"low_{i}": table[column].min() for i, column in enumerate(columns)}
            highs = {f"high_{i}": table[column].max() for i, column in enumerate(columns)}
            found = table.agg(**lows, **highs)
            low = ibis.least(*(found[name] for name in lows))
            high = ibis.greatest(*(found[name] for name in highs))
            ends.append(found.select(low=low, high=high))
        with realm.workspace.stage("first and last instant"):
            return realm.workspace.fetch(reduce(lambda one, other: one.union(other), ends))

    rows = realm.known("first and last instant", asked)
    return _outermost((low, high) for low, high in rows if low is not None)
