"""The first and last instant of a data set, and the realm that they bound."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import ibis
import ibis.expr.types as ir

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


def open_realm(
    workspace: Workspace,
    dataset: Dataset,
    zone_name: str,
    as_of: str | None,
    carried: frozenset[str] = frozenset(),
) -> Realm:
    """The data set seen through a zone, with messages that carry columns of their session. As-of defaults to the last instant in the data, or without
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


def _bounds(workspace: Workspace, dataset: Dataset) -> tuple[int, int] | None:
    """Smallest and largest microseconds as stored, local ones taken as they stand."""
    return _ends(workspace, [(opened, opened.table) for opened in dataset.tables.values()])


def _zoned_bounds(realm: Realm, low: int, high: int) -> tuple[int, int]:
    """The same as instants of the realm's zone."""
    tables = realm.dataset.tables
    if all(naive == "none" for opened in tables.values() for naive in opened.naive.values()):
        return low, high
    zoned = [(opened, realm.given(name)) for name, opened in tables.items() if name != "reported"]
    return _ends(realm.workspace, zoned) or (low, high)


def _ends(
    workspace: Workspace, tables: Sequence[tuple[OpenTable, ir.Table]]
) -> tuple[int, int] | None:
    """The smallest and the largest instant of any column, in one query; None without any."""
    ends = []
    for opened, table in tables:
        columns = [table[c] for c in instant_columns(opened)]
        if columns:
            aggregates = {f"low_{i}": column.min() for i, column in enumerate(columns)}
            aggregates |= {f"high_{i}": column.max() for i, column in enumerate(columns)}
            found = table.agg(**aggregates)
            lows = [found[f"low_{i}"] for i in range(len(columns))]
            highs = [found[f"high_{i}"] for i in range(len(columns))]
            ends.append(found.select(low=ibis.least(*lows), high=ibis.greatest(*highs)))
    if not ends:
        return None
    with workspace.stage("first and last instant"):
        rows = workspace.fetch(reduce(lambda one, other: one.union(other), ends))
    known = [(low, high) for low, high in rows if low is not None]
    if not known:
        return None
    return min(low for low, _ in known), max(high for _, high in known)
