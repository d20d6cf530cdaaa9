"""What a rule needs from the data, per platform: a missing table or column is never a pass."""

from __future__ import annotations

from collections.abc import Iterator

from checker.data.dataset import Dataset
from checker.engine.formula import aggregates_of
from checker.engine.tasks import populations
from checker.language import tree as tr
from checker.language.catalog import PARENT_TABLE, SCOPE_COLUMN, TABLES
from checker.packs.typed import TypedRatio, TypedRevision

Need = tuple[str, str | None]
"""(table, column); column None: any row of the table."""


class Availability:
    def __init__(self, dataset: Dataset, platform: str) -> None:
        self.dataset, self.platform = dataset, platform

    def has(self, table: str, column: str | None = None) -> bool:
        opened = self.dataset.tables.get(table)
        if opened is None or not opened.rows_by_platform.get(self.platform):
            return False
        return column is None or column in opened.present.get(self.platform, frozenset())

    def reason(self, revision: TypedRevision) -> str | None:
        """Why a rule cannot be evaluated, or None."""
        lacking = self.lacking(revision)
        if not lacking:
            return None
        return "; ".join(
            f"{'column' if '.' in what else 'table'} `{what}` is missing" for what in lacking
        )

    def lacking(self, revision: TypedRevision) -> tuple[str, ...]:
        """The tables and `table.column`s that a rule needs and the data lack; `a or b`: one of both."""
        return tuple(dict.fromkeys(self._lacking(revision)))

    def _lacking(self, revision: TypedRevision) -> Iterator[str]:
        for _, population in populations(revision):
            fact = population.rows.of
            yield from self._fact(fact)
            for scope in (*revision.scopes, *population.rows.one_per):
                yield from self._scope(fact, scope)
            trees: list[tr.Tree | None] = [population.rows.where]
            if isinstance(population, TypedRatio):
                trees.append(population.good)
            else:
                trees.append(population.offender)
                for aggregate in aggregates_of(population.formula):
                    trees += [*aggregate.arguments, aggregate.predicate]
            for tree in trees:
                if tree is not None:
                    yield from self._tree(fact, tree, revision)
            if TABLES[fact].needs_clock:
                yield from self._clock(revision)

    def _clock(self, revision: TypedRevision) -> Iterator[str]:
        clock = revision.clock
        assert clock is not None
        for tree in (clock.opens, clock.closes):
            yield from self._tree("messages", tree, revision)
        for node in tr.walk(clock.wait):
            if isinstance(node, tr.Col) and not (not node.parent and node.name == "wait"):
                yield from self._column("turns", node)

    def _tree(self, fact: str, tree: tr.Tree, revision: TypedRevision) -> Iterator[str]:
        for node in tr.walk_row(tree):
            match node:
                case tr.Col():
                    yield from self._column(fact, node)
                case tr.Relation(relation=relation, value=value, predicate=predicate):
                    yield from self._fact(relation)
                    if TABLES[relation].needs_clock:
                        yield from self._clock(revision)
                    for inner in (value, predicate):
                        if inner is not None:
                            yield from self._tree(relation, inner, revision)
                case tr.Overlap(pauses=True, pause=pause):
                    yield from self._need("pauses")
                    if pause is not None:
                        yield from self._tree("pauses", pause, revision)

    def _need(self, table: str, column: str | None = None) -> Iterator[str]:
        if not self.has(table):
            yield table
        elif not self.has(table, column):
            yield f"{table}.{column}"

    def _any(self, *needs: Need) -> Iterator[str]:
        if not any(self.has(table, column) for table, column in needs):
            yield " or ".join(f"{table}.{column}" if column else table for table, column in needs)

    def _fact(self, fact: str) -> Iterator[str]:
        match fact:
            case "sessions":
                yield from self._any(("messages", None), ("sessions", None))
            case "turns" | "buyer_days":
                yield from self._need("messages")
                if fact == "buyer_days":
                    yield from self._need("sessions", "buyer_id")
            case "assignments" | "load":
                yield from self._agents()
            case "coverage":
                yield from self._need("presence")
            case _:
                yield from self._need(fact)

    def _agents(self) -> Iterator[str]:
        yield from self._any(("assignments", None), ("messages", "agent_id"))

    def _column(self, fact: str, col: tr.Col) -> Iterator[str]:
        home = PARENT_TABLE[col.parent] if col.parent else fact
        table = TABLES[home]
        column = table.column(col.name)
        if column is not None and column.derived:
            yield from self._derived(home, col.name)
            return
        if col.name in ("platform", "shop_id"):
            return
        if home == "assignments" and column is not None and not self.has("assignments"):
            yield from self._agents()  # each session's first agent holds it to its end
            if col.name == "to":
                yield from self._need("sessions", "ended_at")
            return
        if home == "sessions" and (column is None or not (column.default or column.required)):
            yield from self._need("sessions", col.name)
        elif table.stored and home != "sessions" and not (column and column.default):
            yield from self._need(home, col.name)

    def _derived(self, home: str, name: str) -> Iterator[str]:
        match home, name:
            case "sessions", "agent_id" | "last_agent_id":
                yield from self._agents()
            case "sessions", "duration":
                yield from self._need("sessions", "ended_at")
            case "turns", "agent_id" | "assigned_at":
                yield from self._agents()
            case "assignments", "replies" | "first_reply_at":
                yield from self._need("messages")
            case "load", "max_reception" | "saturation":
                yield from self._need("agents", "max_reception")

    def _scope(self, fact: str, scope: str) -> Iterator[str]:
        if scope not in SCOPE_COLUMN or scope in ("platform", "shop"):
            return
        column = SCOPE_COLUMN[scope]
        table = TABLES[fact]
        own = table.column(column)
        if own is not None and own.derived:
            yield from self._derived(fact, column)
        elif own is not None and self.has(fact, column):
            return
        elif "session" in table.parents:
            yield from self._column(
                fact, tr.Col(TABLES["sessions"].columns[0].type, column, "session")
            )
        else:
            yield from self._need(fact, column)
