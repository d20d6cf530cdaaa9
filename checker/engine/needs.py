"""What an expression needs from its row: columns, relations, pauses. Nothing else is read or joined."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from checker.data.wanted import revision_trees
from checker.language import tree as tr
from checker.language.catalog import TABLES
from checker.packs.typed import TypedPack, TypedRule

ColumnKey = tuple[str, str]
"""(parent or "", column)"""


@dataclass(frozen=True)
class Needs:
    columns: frozenset[ColumnKey] = frozenset()
    relations: frozenset[tr.Relation] = frozenset()
    pauses: frozenset[tr.Overlap] = frozenset()

    def __or__(self, other: Needs) -> Needs:
        return Needs(
            self.columns | other.columns,
            self.relations | other.relations,
            self.pauses | other.pauses,
        )


def needs_of(trees: Iterable[tr.Tree | None]) -> Needs:
    columns: set[ColumnKey] = set()
    relations: set[tr.Relation] = set()
    pauses: set[tr.Overlap] = set()
    for tree in trees:
        if tree is None:
            continue
        for node in tr.walk_row(tree):
            match node:
                case tr.Col(name=name, parent=parent):
                    columns.add((parent, name))
                case tr.Relation():
                    relations.add(node)
                case tr.Overlap(pauses=True):
                    pauses.add(node)
    return Needs(frozenset(columns), frozenset(relations), frozenset(pauses))


def mentions_wait(tree: tr.Tree) -> bool:
    """The tree reads the wait of a turn: its own, or that of turns in a relation."""
    return any(isinstance(n, tr.Col) and n.name == "wait" and not n.parent for n in tr.walk(tree))


def carried_by_messages(packs: Iterable[TypedPack]) -> frozenset[str]:
    """The stored columns of the session that clocks read of every message."""
    clocks = {r.clock for pack in packs for rule in pack.rules for r in rule.revisions} - {None}
    needs = needs_of(tree for c in clocks if c for tree in (c.opens, c.closes, c.ignores_before))
    stored = {c.name for c in TABLES["sessions"].stored_columns}
    return frozenset(name for parent, name in needs.columns if parent == "session") & stored


def reads_staffing(rule: TypedRule) -> bool:
    """The rule is over load or coverage, or reads them beside its rows."""
    return any(
        fact in _STAFFING
        or any(isinstance(n, tr.Relation) and n.relation in _STAFFING for n in tr.walk(tree))
        for revision in rule.revisions
        for fact, tree in revision_trees(revision)
    )


_STAFFING = ("load", "coverage")
