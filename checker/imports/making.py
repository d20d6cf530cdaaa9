"""What all outputs of one import share: the mapping, its params, its zone, and rows to evaluate in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from checker.data.compiled import sql_of
from checker.data.lazily import ibis, ir
from checker.engine.expressions import Row
from checker.engine.values import Value
from checker.facts.zones import Zone, instant_of_text, load_zone
from checker.imports.model import Param
from checker.imports.typing import TypedMapping
from checker.language import tree as tr
from checker.language.types import Kind

Given = Mapping[str, str | int | None]
"""The params of a run, in the units of their types."""

_ENGINE_TYPE = {Kind.TEXT: "string", Kind.INT: "int64", Kind.DATE: "int32"}


@dataclass(frozen=True)
class Making:
    """What all outputs of one import share."""

    con: Any
    mapping: TypedMapping
    zone: Zone
    given: Given

    def row(self, table: ir.Table) -> Row:
        """A raw row: its columns are columns of the table or params."""
        params: Mapping[str, Param] = self.mapping.written.params

        def column(col: tr.Col) -> Value:
            if col.name not in params:
                return table[col.name]
            value = self.given.get(col.name)
            type_ = _ENGINE_TYPE[params[col.name].type.kind]
            return ibis.null(type_) if value is None else ibis.literal(value, type_)

        def none(_: object) -> Any:
            raise AssertionError("a raw row has neither relations nor pauses")

        return Row(column, none, none, None, self.zone, {})

    def compiled(self, expression: ir.Table) -> str:
        return sql_of(self.con, expression)


def making(con: Any, mapping: TypedMapping, given: Given) -> Making:
    name_ = mapping.written.timezone
    first, last = (instant_of_text(f"{year}-01-01", "UTC") or 0 for year in (2000, 2060))
    return Making(con, mapping, load_zone(name_, first, last), given)
