"""One pass over a table: how many rows and values it has, where, and how many are wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from checker.data.canonical import HIGHEST_US, LOWEST_US
from checker.data.duck import DuckDB
from checker.data.places import PLACE, Placed
from checker.data.sql import Sql, name, rows
from checker.data.staging import naive_name
from checker.language.types import Kind


@dataclass(frozen=True)
class Check:
    """One thing that may be wrong with a column: `bad` over a staged value."""

    column: str
    code: str
    bad: Sql


@dataclass(frozen=True)
class Counts:
    """What one pass over a table finds. `rows` counts them per platform and shop, `values` per platform
    the values of each column; `ends` has the least and the greatest value of instants that have any;
    `local` and `zoned` count the instants without and with an offset."""

    rows: Mapping[tuple[str | None, str | None], int]
    values: Mapping[str | None, Mapping[str, int]]
    ends: Mapping[str, tuple[int, int]]
    bad: Mapping[Check, int]
    local: Mapping[str, int]
    zoned: Mapping[str, int]


def as_lists(counts: Counts) -> list[Any]:
    """Counts of a table in which nothing is bad, as JSON has them."""
    values = [[platform, dict(found)] for platform, found in counts.values.items()]
    rows = [[*place, number] for place, number in counts.rows.items()]
    return [rows, values, dict(counts.ends), dict(counts.local), dict(counts.zoned)]


def counts_from(lists: Any) -> Counts | None:
    """The same read again; None where they are something else."""
    try:
        rows, values, ends, local, zoned = lists
        by_place = {(platform, shop): int(number) for platform, shop, number in rows}
        found = {platform: Counter(known) for platform, known in values}
        outer = {column: (int(low), int(high)) for column, (low, high) in ends.items()}
        return Counts(by_place, found, outer, {}, Counter(local), Counter(zoned))
    except (AttributeError, TypeError, ValueError):
        return None


MISSING = ("E212", "E217")
OUT_OF_TIME = "E213"
FOREIGN = "E210"
Told = Callable[[str | None, Any], None]
"""Is told the platform, and a figure of one of its shops."""


def count(con: DuckDB, placed: Placed, checks: tuple[Check, ...]) -> Counts:
    """Counts a table. What is wrong with a closed set of values is looked for once for each different
    one, what is missing or out of time not at all unless counts or ends tell of it."""
    types = placed.staged.columns
    closed = [c for c in types if types[c].kind is Kind.ENUM]
    values: dict[str | None, Counter[str]] = {}
    ends: dict[str, tuple[int, int]] = {}
    bad: Counter[Check] = Counter()
    local: Counter[str] = Counter()
    zoned: Counter[str] = Counter()

    def value(column: str) -> Told:
        return lambda platform, n: values[platform].update({column: int(n)})

    def into(found: Counter[Any], key: object) -> Told:
        return lambda _, n: found.update({key: int(n)})

    def end(column: str) -> Told:
        def tell(_: str | None, at: int | None) -> None:
            if at is not None:
                low, high = ends.get(column, (at, at))
                ends[column] = min(low, at), max(high, at)

        return tell

    asked = _Asked()
    for column in types:
        if column not in (*PLACE, *closed):
            asked.sum(f"count({name(column)})", value(column))
    for check in checks:
        if check.code == FOREIGN:
            asked.of_groups(check.bad(name(check.column)), into(bad, check))
        elif check.code not in (*MISSING, OUT_OF_TIME):
            asked.sum(f"count(*) FILTER (WHERE {check.bad(name(check.column))})", into(bad, check))
    for column in closed:
        asked.of_groups(f"{name(column)} IS NOT NULL", value(column))
    for column in (c for c in types if types[c].kind is Kind.INSTANT):
        asked.end("min", column, end(column))
        asked.end("max", column, end(column))
    for column, said in placed.staged.naive.items():
        if said is None:
            flag = name(naive_name(column))
            asked.sum(f"count(*) FILTER (WHERE {flag})", into(local, column))
            asked.sum(f"count(*) FILTER (WHERE NOT {flag})", into(zoned, column))
    by_place: dict[tuple[str | None, str | None], int] = {}
    for platform, shop, number, *figures in rows(con, asked.sql(placed.sql, (*PLACE, *closed))):
        by_place[platform, shop] = int(number)
        have = values.setdefault(platform, Counter(dict.fromkeys((*PLACE, *types), 0)))
        known = {"platform": platform, "shop_id": shop}
        have.update({column: int(number) for column, said in known.items() if said is not None})
        for tell, figure in zip(asked.told, figures, strict=True):
            tell(platform, figure)
    for check in checks:
        column = check.column
        if check.code in MISSING:
            bad[check] = sum(by_place.values()) - sum(v[column] for v in values.values())
        elif check.code == OUT_OF_TIME and not _in_time(ends.get(column)):
            condition = check.bad(name(column))
            ((bad[check],),) = rows(con, f"SELECT count(*) FROM {placed.sql} WHERE {condition}")
    for column, said in placed.staged.naive.items():
        if said is not None:
            (local if said else zoned)[column] = sum(v[column] for v in values.values())
    wrong = {check: bad[check] for check in checks}
    return Counts(by_place, values, ends, wrong, local, zoned)


class _Asked:
    """Figures of each shop, made of those of its groups: rows with the same closed values."""

    def __init__(self) -> None:
        self.told: list[Told] = []
        self._inner: list[str] = []
        self._outer: list[str] = []

    def sum(self, counted: str, tell: Told) -> None:
        self._outer.append(f"sum(f{len(self._inner)})")
        self._inner.append(counted)
        self.told.append(tell)

    def end(self, aggregate: str, column: str, tell: Told) -> None:
        self._outer.append(f"{aggregate}(f{len(self._inner)})")
        self._inner.append(f"{aggregate}({name(column)})")
        self.told.append(tell)

    def of_groups(self, condition: str, tell: Told) -> None:
        """The rows of the groups for which it holds."""
        self._outer.append(f"coalesce(sum(n) FILTER (WHERE {condition}), 0)")
        self.told.append(tell)

    def sql(self, source: str, keys: tuple[str, ...]) -> str:
        within = ", ".join(map(name, dict.fromkeys(keys)))
        inner = ", ".join(
            ("count(*) AS n", *(f"{part} AS f{i}" for i, part in enumerate(self._inner)))
        )
        place = ", ".join(map(name, PLACE))
        outer = ", ".join((place, "sum(n)", *self._outer))
        grouped = f"SELECT {within}, {inner} FROM {source} GROUP BY {within}"
        return f"SELECT {outer} FROM ({grouped}) GROUP BY {place}"


def _in_time(ends: tuple[int, int] | None) -> bool:
    return ends is None or (ends[0] >= LOWEST_US and ends[1] < HIGHEST_US)
