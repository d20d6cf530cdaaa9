"""The first and last instant of a data set, and the realm that they bound."""

from __future__ import annotations

from checker.data.dataset import Dataset, OpenTable
from checker.data.workspace import Workspace
from checker.facts.realm import Realm
from checker.facts.zones import DAY_US, SECOND_US, instant_of_text, load_zone
from checker.language.catalog import TABLES
from checker.language.types import Kind


def instant_columns(opened: OpenTable) -> list[str]:
    """The canonical instants of a stored table that the data have; figures that a platform reports
    are no events."""
    if opened.name == "reported":
        return []
    wanted = [c.name for c in TABLES[opened.name].stored_columns if c.type.kind is Kind.INSTANT]
    return [name for name in wanted if name in opened.columns]


def open_realm(workspace: Workspace, dataset: Dataset, zone_name: str, as_of: str | None) -> Realm:
    """The data set seen through a zone. As-of defaults to the last instant in the data, or without
    any to the end of the last day for which the platform reports a figure."""
    instants = _bounds(workspace, dataset)
    low, high = instants or _reported_days(workspace, dataset)
    zone = load_zone(zone_name, low - DAY_US, high + DAY_US)
    if instants is None:
        first, last = zone.instant_us(low), zone.instant_us(high)
    else:
        probe = Realm(workspace, dataset, zone, high, first=low)
        first, last = _zoned_bounds(probe, low, high)
    given = instant_of_text(as_of, zone_name) if as_of is not None else None
    return Realm(workspace, dataset, zone, last if given is None else given, first=first, last=last)


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


def _bounds(workspace: Workspace, dataset: Dataset) -> tuple[int, int] | None:
    """Smallest and largest microseconds as stored, local ones taken as they stand."""
    found = []
    for opened in dataset.tables.values():
        columns = instant_columns(opened)
        if columns:
            aggregates = {f"low_{c}": opened.table[c].min() for c in columns}
            aggregates |= {f"high_{c}": opened.table[c].max() for c in columns}
            (row,) = workspace.fetch(opened.table.agg(**aggregates))
            found += [value for value in row if value is not None]
    return (min(found), max(found)) if found else None


def _zoned_bounds(realm: Realm, low: int, high: int) -> tuple[int, int]:
    """The same as instants of the realm's zone."""
    if all(naive == "none" for t in realm.dataset.tables.values() for naive in t.naive.values()):
        return low, high
    found = []
    for name, opened in realm.dataset.tables.items():
        columns = instant_columns(opened)
        if columns:
            table = realm.given(name)
            aggregates = {f"low_{c}": table[c].min() for c in columns}
            aggregates |= {f"high_{c}": table[c].max() for c in columns}
            (row,) = realm.workspace.fetch(table.agg(**aggregates))
            found += [value for value in row if value is not None]
    return (min(found), max(found)) if found else (low, high)
