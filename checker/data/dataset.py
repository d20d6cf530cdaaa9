"""An opened data set: canonical columns, before a time zone is applied."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

from checker.data.lazily import ir

Naive = Literal["none", "all", "mixed"]


@dataclass(frozen=True)
class OpenTable:
    """One table as the engine sees it.

    `table`, which `view` makes where somebody asks for rows, has the platform, shop_id and the wanted
    canonical columns that the data have, under their canonical names, and these engine types: text and
    enum as string (empty text is missing), bool as boolean, int as int64, number and ratio as int64
    millionths, duration as int64 microseconds, time of day as int64 microseconds since midnight, date as
    int32 days since 1970-01-01, instant as int64 microseconds since 1970.

    An instant without an offset is *local*: its microseconds count from local 1970-01-01T00:00, and the
    engine converts it with a pack's zone. `naive[c]` says which values of c are local; for `mixed` the
    boolean column `c__naive` says it row by row. `ends[c]` are the least and the greatest microseconds
    of an instant that has any, as they stand. `by_place` counts the rows of each platform and shop.
    """

    name: str
    view: Callable[[], ir.Table]
    columns: frozenset[str]
    naive: Mapping[str, Naive]
    ends: Mapping[str, tuple[int, int]]
    by_place: Mapping[tuple[str | None, str | None], int]
    present: Mapping[str | None, frozenset[str]]  # platform -> columns with at least one value
    complete: frozenset[str]  # columns without a missing value

    @cached_property
    def table(self) -> ir.Table:
        return self.view()

    def showing(self, rows: ir.Table) -> OpenTable:
        """The same with other rows, which have the same columns."""
        return replace(self, view=lambda: rows)

    @property
    def rows(self) -> int:
        return sum(self.by_place.values())

    @cached_property
    def rows_by_platform(self) -> Mapping[str | None, int]:
        found: dict[str | None, int] = {}
        for (platform, _), number in self.by_place.items():
            found[platform] = found.get(platform, 0) + number
        return found


@dataclass(frozen=True)
class Dataset:
    tables: Mapping[str, OpenTable]

    @property
    def platforms(self) -> tuple[str, ...]:
        """Every platform that has a row, sorted."""
        found = {p for t in self.tables.values() for p in t.rows_by_platform if p is not None}
        return tuple(sorted(found))
