"""What an expression may name, by the place in a rule where it stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from checker.language import tree as tr
from checker.language.catalog import Table
from checker.language.types import Type


@dataclass(frozen=True)
class Scope:
    """`table` is the fact whose row the expression sees; `aggregate` says that it is an `is` formula
    over rows; `parts` are the named parts of a formula over parts. `clock` is false where a rule
    names none. `values` are the value maps of an import mapping, whose expressions have further
    functions; a rule has none."""

    catalog: Mapping[str, Table]
    table: Table | None
    params: Mapping[str, tr.Lit] = field(default_factory=dict)
    windows: frozenset[str] = frozenset()
    aggregate: bool = False
    parts: Mapping[str, Type] = field(default_factory=dict)
    clock: bool = True
    values: Mapping[str, Mapping[str, str | int | bool]] | None = None

    @property
    def of(self) -> str:
        """What the expression is about, in a message."""
        return self.table.name if self.table else "a formula over parts"

    @property
    def relations(self) -> tuple[str, ...]:
        """The relations of the row; a formula over rows has none."""
        return self.table.relations if self.table and not self.aggregate else ()

    def of_rows(self, table: Table | None = None) -> Scope:
        """The scope of a row of `table`, or of the rows that a formula is about."""
        return replace(self, table=table or self.table, aggregate=False, parts={})

    def is_relation(self, name: str) -> bool:
        """`name` is a relation of some fact, so that one at the wrong place is told as such."""
        if self.table and name in self.table.relations:
            return True
        if self.table and self.table.column(name):
            return False
        return any(name in table.relations for table in self.catalog.values())
