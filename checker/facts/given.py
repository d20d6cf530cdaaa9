"""A data set as given, seen through a time zone: its places, its tables, and what they lack."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

from checker.data.dataset import Dataset, OpenTable
from checker.data.lazily import ibis, ir
from checker.facts.zones import Zone
from checker.language.catalog import TABLES


def stored_name(table: str, column: str) -> str:
    """Where a column is kept: a pack's own columns must not meet the keys of the engine."""
    return column if TABLES[table].column(column) else f"own__{column}"


NO_SHOP = ""  # a missing shop_id inside the engine: empty text is missing, so it cannot clash


@dataclass(frozen=True, slots=True)
class Place:
    platform: str
    shop: str | None


class Given:
    """With `only_session` the tables have nothing of any other session."""

    def __init__(self, dataset: Dataset, zone: Zone, only_session: str | None) -> None:
        self.dataset, self.zone, self.only_session = dataset, zone, only_session
        self._given: dict[str, ir.Table] = {}

    @cached_property
    def places(self) -> tuple[Place, ...]:
        found = {
            (platform, shop or NO_SHOP)
            for name, opened in self.dataset.tables.items()
            if name != "reported"
            for platform, shop in opened.by_place
            if platform is not None
        }
        return tuple(Place(platform, shop or None) for platform, shop in sorted(found))

    def has(self, table: str) -> bool:
        return table in self.dataset.tables

    def columns(self, table: str) -> frozenset[str]:
        return self.dataset.tables[table].columns if self.has(table) else frozenset()

    def lacking(self, table: str, column: str) -> list[int]:
        """Places (pk) of platforms whose data have no value in a column: there it is absent."""
        opened = self.dataset.tables.get(table)
        have = opened.present if opened is not None else {}
        return [
            key
            for key, place in enumerate(self.places)
            if column not in have.get(place.platform, frozenset())
        ]

    def is_lacking(self, place: ir.IntegerValue, table: str, column: str) -> ir.BooleanValue:
        """The same of the place of a row."""
        return place.isin(self.lacking(table, column))

    def given_for(self, table: str, column: str) -> tuple[bool, bool]:
        """Whether some places have a value in a column, and whether some have none."""
        without = self.lacking(table, column)
        return len(without) < len(self.places), bool(without)

    def rowless(self, table: str) -> Callable[[ir.IntegerValue], ir.BooleanValue] | None:
        """Tells a row's place whether its platform has no row in a table; None: every one has some."""
        counts = self.dataset.tables[table].rows_by_platform
        holders = frozenset(p for p, rows in counts.items() if rows and p is not None)
        without = [i for i, place in enumerate(self.places) if place.platform not in holders]
        return (lambda place: place.isin(without)) if without else None

    def given(self, name: str) -> ir.Table:
        """A stored table with instants in this zone and a shop that is never null."""
        if name not in self._given:
            self._given[name] = self._as_given(self.dataset.tables[name])
        return self._given[name]

    def _as_given(self, opened: OpenTable) -> ir.Table:
        table = opened.table
        if self.only_session is not None and "session_id" in opened.columns:
            table = table.filter(table["session_id"] == self.only_session)
        columns = {
            stored_name(opened.name, c): self._instant(opened, table, c)
            if opened.naive.get(c, "none") != "none"
            else table[c]
            for c in table.columns
            if not c.endswith("__naive")
        }
        shop = table["shop_id"] if "shop_id" in opened.columns else ibis.null("string")
        return table.select(**columns | {"shop_id": ibis.coalesce(shop.cast("string"), NO_SHOP)})

    def _instant(self, opened: OpenTable, table: ir.Table, column: str) -> ir.IntegerValue:
        local = self.zone.instant(table[column])
        if opened.naive[column] == "mixed":
            return ibis.ifelse(table[f"{column}__naive"], local, table[column])
        return local
