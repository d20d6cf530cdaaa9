"""Which platforms can feed a rule: the needs of `engine.availability` as a condition of the script.

No data never passes: a platform whose data lack a table or column has no figure, instead of a wrong one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import ibis
import ibis.expr.types as ir

from checker.compiling.realm import Sketch
from checker.data.dataset import Dataset
from checker.engine.availability import Availability, Need
from checker.facts.given import stored_name
from checker.language.catalog import TABLES
from checker.packs.typed import TypedRevision

Decision: TypeAlias = "bool | tuple[Need, Decision, Decision]"
"""True or False, or a need with what follows where it is met and where it is not."""


class _Unknown(Exception):
    def __init__(self, need: Need) -> None:
        self.need = need


class _Asking(Availability):
    """Availability for data of which only some needs are known."""

    def __init__(self, known: Mapping[Need, bool]) -> None:
        super().__init__(Dataset({}), "")
        self.known = known

    def has(self, table: str, column: str | None = None) -> bool:
        need = (table, column)
        if need not in self.known:
            raise _Unknown(need)
        return self.known[need]


def decide(
    revision: TypedRevision, settled: Callable[[Need], bool | None], known: Mapping[Need, bool]
) -> Decision:
    """What the rule's evaluability hangs on. `settled` answers needs that no data have to tell."""
    asking = _Asking(known)
    try:
        return not asking.lacking(revision)
    except _Unknown as unknown:
        need = unknown.need
    answer = settled(need)
    if answer is not None:
        return decide(revision, settled, {**known, need: answer})
    yes = decide(revision, settled, {**known, need: True})
    no = decide(revision, settled, {**known, need: False})
    return yes if yes == no else (need, yes, no)


def lacking(revision: TypedRevision, settled: Callable[[Need], bool | None]) -> tuple[str, ...]:
    """What the warehouse surely lacks, in the words of the audit, taking all else for given."""

    class _Best(Availability):
        def has(self, table: str, column: str | None = None) -> bool:
            answer = settled((table, column))
            return True if answer is None else answer

    return _Best(Dataset({}), "").lacking(revision)


def settled_by(sketch: Sketch, certain: frozenset[str]) -> Callable[[Need], bool | None]:
    """Needs that the columns of the warehouse settle, and rows that a figure comes from anyway."""

    def settled(need: Need) -> bool | None:
        table, column = need
        if not sketch.has(table) or (column is not None and column not in sketch.columns(table)):
            return False
        found = TABLES[table].column(column) if column is not None else None
        rows = column is None or (found is not None and found.required)
        return True if rows and table in certain else None

    return settled


def evaluable(sketch: Sketch, decision: Decision) -> ir.Table:
    """The platforms for which the decision is True."""
    platforms = sketch.place_table.select("platform").distinct()
    tables = {table for table, _ in _needs(decision)}
    rows = platforms
    names: dict[Need, str] = {}
    for table in sorted(tables):
        counted = sketch.present(table)
        wanted = {c for t, c in _needs(decision) if t == table}
        right = counted.select(
            has_platform=counted["platform"],
            **{
                f"{table}__{c or ''}": counted[stored_name(table, c) if c else "rows"]
                for c in sorted(wanted, key=str)
            },
        )
        joined = rows.left_join(right, [rows["platform"] == right["has_platform"]])
        rows = joined.drop("has_platform")
        names |= {(table, c): f"{table}__{c or ''}" for c in wanted}
    condition = _condition(decision, lambda need: ibis.coalesce(rows[names[need]], 0) > 0)
    return rows.filter(condition).select("platform")


def _needs(decision: Decision) -> set[Need]:
    if isinstance(decision, bool):
        return set()
    need, yes, no = decision
    return {need} | _needs(yes) | _needs(no)


def _condition(decision: Decision, of: Callable[[Need], ir.BooleanValue]) -> ir.BooleanValue:
    if isinstance(decision, bool):
        return ibis.literal(decision)
    need, yes, no = decision
    met = of(need)
    if yes is True:
        return met if no is False else met | _condition(no, of)
    if no is False:
        return met & _condition(yes, of)
    return ibis.ifelse(met, _condition(yes, of), _condition(no, of))
