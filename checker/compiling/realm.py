"""A data set that is not there yet: its places, agents and as-of are tables of the script."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import Any

import ibis
import ibis.expr.types as ir

from checker.compiling.recorder import Recorder, Step
from checker.compiling.sources import Columns, Stamps, given_schema, given_table, instant, raw_table
from checker.data.dataset import Dataset, OpenTable
from checker.facts.given import Place, stored_name
from checker.facts.realm import Realm
from checker.facts.zones import Zone
from checker.language.catalog import STORED, TABLES
from checker.language.types import Kind

_KEYS = {"platform": "string", "shop_id": "string", "pk": "int32"}


class Sketch(Realm):
    """The realm of a script. What the data alone can tell, the script looks up when it runs."""

    def __init__(
        self,
        recorder: Recorder,
        columns: Columns,
        zone: Zone,
        *,
        stamps: Stamps,
        platform: str | None,
        as_of: int | None,
    ) -> None:
        """`platform` is that of every row, or None; `as_of` None is the last instant in the data."""
        self.columns_of, self.stamps, self.platform, self.given_as_of = (
            columns,
            stamps,
            platform,
            as_of,
        )
        self._read: dict[str, ir.Table] = {}
        self._without: dict[str, Step] = {}
        self._present: dict[str, Step] = {}
        moment: Any = ibis.table({"as_of": "int64"}, name="as_of")["as_of"].as_scalar()
        super().__init__(recorder, _dataset(columns), zone, moment)

    # -- what the base class knows from the data ---------------------------------------------------

    @cached_property
    def places(self) -> tuple[Place, ...]:
        return ()  # no place is left out: the script reads rows of the rule's platform only

    @cached_property
    def place_table(self) -> ir.Table:
        return ibis.table(_KEYS, name="places")

    @cached_property
    def agent_table(self) -> ir.Table:
        return ibis.table({"agent_id": "string", "ak": "int32"}, name="agent_keys")

    def given(self, name: str) -> ir.Table:
        if name not in self._read:
            schema = given_schema(name, self.columns_of[name])
            self._read[name] = ibis.table(schema, name=f"{name}_given")
        return self._read[name]

    def is_lacking(self, place: ir.IntegerValue, table: str, column: str) -> ir.BooleanValue:
        if not self.has(table) or column not in self.columns(table):
            return ibis.literal(True)
        return place.isin(self._places_without(table, column))

    def given_for(self, table: str, column: str) -> tuple[bool, bool]:
        if not self.has(table) or column not in self.columns(table):
            return False, True
        found = TABLES[table].column(column)
        return True, not (found is not None and found.required)

    def rowless(self, table: str) -> Callable[[ir.IntegerValue], ir.BooleanValue] | None:
        keys = self._places_without(table, None)
        return lambda place: place.isin(keys)

    def _places_without(self, table: str, column: str | None) -> ir.Column:
        """Keys of the places of platforms that have no value in a column, or no row in a table."""
        name = f"places_without_{table}" + (f"_{column}" if column else "")
        if name not in self._without:
            rows = self.given(table)
            if column is not None:
                rows = rows.filter(rows[stored_name(table, column)].notnull())
            have = rows.select("platform").distinct()
            places = self.place_table
            without = places.anti_join(have, [places["platform"] == have["platform"]])
            self._without[name] = Step(name, without.select("pk"))
        return ibis.table({"pk": "int32"}, name=name)["pk"]

    def present(self, table: str) -> ir.Table:
        """platform, rows and, for each column, the number of its values."""
        name = f"{table}_present"
        rows = self.given(table)
        counted = {c: rows[c].count() for c in rows.columns if c not in ("platform", "shop_id")}
        step = Step(name, rows.group_by("platform").agg(rows=rows.count(), **counted))
        self._present[name] = step
        return ibis.table(step.query.schema(), name=name)

    # -- the steps that only the whole script determines -------------------------------------------

    def opening(self) -> Iterator[Step]:
        """The steps before all others: tables read, as-of, places and agents."""
        tables = [name for name in STORED if name in self._read]
        for name in tables:
            rows = given_table(name, self.columns_of[name], self.zone, self.stamps, self.platform)
            yield Step(f"{name}_given", rows)
        yield Step("bounds", self._bounds())
        bounds = ibis.table({"first_at": "int64", "last_at": "int64"}, name="bounds")
        if self.given_as_of is None:
            yield Step("as_of", bounds.select(as_of="last_at"))
        else:
            literal = ibis.literal(self.given_as_of, "int64")
            yield Step("as_of", literal.name("as_of").as_table())
        named = [self._read[name].select("platform", "shop_id") for name in tables]
        every = ibis.union(*named, distinct=True) if len(named) > 1 else named[0].distinct()
        order = [every["platform"], every["shop_id"]]
        yield Step("places", every.mutate(pk=ibis.row_number().over(order_by=order).cast("int32")))
        yield Step("agent_keys", self._agents(tables))
        yield from self._without.values()
        yield from self._present.values()

    def _agents(self, tables: list[str]) -> ir.Table:
        named = [
            self._read[name].select("agent_id")
            for name in tables
            if "agent_id" in self._read[name].columns
        ]
        if not named:
            return self.workspace.table(
                {"agent_id": [], "ak": []}, {"agent_id": "string", "ak": "int32"}
            )
        every = ibis.union(*named, distinct=True) if len(named) > 1 else named[0].distinct()
        every = every.filter(every["agent_id"].notnull())
        return every.mutate(ak=ibis.row_number().over(order_by=every["agent_id"]).cast("int32"))

    def _bounds(self) -> ir.Table:
        """The first and the last instant of every table that the warehouse has."""
        found = []
        for name, columns in self.columns_of.items():
            raw = raw_table(name, columns)
            for column, type_ in columns.items():
                if type_.kind is Kind.INSTANT and TABLES[name].column(column) is not None:
                    found.append(raw.agg(first_at=raw[column].min(), last_at=raw[column].max()))
        every = ibis.union(*found) if len(found) > 1 else found[0]
        ends = every.agg(first_at=every["first_at"].min(), last_at=every["last_at"].max())
        return ends.select(
            **{name: instant(ends[name], self.zone, self.stamps) for name in ends.columns}
        )


def _dataset(columns: Columns) -> Dataset:
    """Which tables and columns there are; their rows are never asked for."""
    return Dataset(
        {
            name: OpenTable(
                name,
                partial(raw_table, name, have),
                frozenset({"platform", "shop_id", *have}),
                naive={},
                ends={},
                by_place={},
                present={},
                complete=frozenset(),
            )
            for name, have in columns.items()
        }
    )
