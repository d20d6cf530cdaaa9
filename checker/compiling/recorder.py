"""A workspace without an engine: what would be kept is written down as steps of a script."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import ibis
import ibis.expr.types as ir

from checker.data.workspace import Workspace


@dataclass(frozen=True)
class Step:
    """A table of the script: its name, and the expression over earlier tables that makes it."""

    name: str
    query: ir.Table


class Recorder(Workspace):
    """Names every table that the engine would have kept. There are no rows to fetch."""

    keeps_order: ClassVar[bool] = False

    def __init__(self) -> None:
        super().__init__(con=None)
        self.script: list[Step] = []
        self._names: set[str] = set()

    def keep(self, expression: ir.Table, what: str = "kept") -> ir.Table:
        """A table that stands for the expression; a second one of the same name is numbered."""
        name, number = what, 1
        while name in self._names:
            number += 1
            name = f"{what}_{number}"
        self._names.add(name)
        self.script.append(Step(name, expression))
        return ibis.table(expression.schema(), name=name)

    def table(self, columns: Mapping[str, Sequence[object]], types: Mapping[str, str]) -> ir.Table:
        """Only tables without rows: those of settings that nobody has."""
        assert not any(columns.values()), "there are no values before there are data"
        one = ibis.literal(1).name("one").as_table()
        empty = one.filter(ibis.literal(False))
        kinds = {"string": "string", "bool": "boolean"}
        return empty.select(**{c: ibis.null(kinds.get(types[c], types[c])) for c in columns})

    def ask(self, expression: ir.Table) -> Callable[[], list[tuple[Any, ...]]]:
        raise AssertionError("a rule is compiled without data")
