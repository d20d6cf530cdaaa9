"""Which rules can be watched, for waiting can break them, and what they read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from checker.data.wanted import revision_trees, wanted_columns
from checker.engine.needs import mentions_wait
from checker.language import tree as tr
from checker.language.catalog import PARENT_TABLE, STORED
from checker.language.types import Type
from checker.packs.typed import TypedPack, TypedRatio, TypedRevision, TypedRule

Wanted = dict[str, dict[str, Type]]


def is_watched(rule: TypedRule) -> bool:
    """Whether waiting can break the rule: rows that are good or bad, and a wait among what decides."""
    return any(waiting_ratio(revision) is not None for revision in rule.revisions)


def waiting_ratio(revision: TypedRevision) -> TypedRatio | None:
    measure = revision.measure
    if not isinstance(measure, TypedRatio) or not mentions_wait(measure.good):
        return None
    return replace(measure, good=waiting_part(measure.good))


def waiting_part(good: tr.Tree) -> tr.Tree:
    """Of what must hold, the conditions that read a wait: the others are not broken by waiting.

    `first(turns, wait) <= 45s and ended` has no pending row, for nothing has ended that is open; what
    runs out is its first half.
    """
    match good:
        case tr.Junction(op="and", items=items):
            parts = tuple(waiting_part(item) for item in items if mentions_wait(item))
            return parts[0] if len(parts) == 1 else replace(good, items=parts)
        case tr.Relation(function="all", relation="turns", predicate=tr.Typed() as predicate):
            return replace(good, predicate=waiting_part(predicate))
    return good


def watched_columns(packs: Sequence[TypedPack]) -> Wanted:
    """The tables and columns that open turns and watched rules need; nothing else is read."""
    some = [replace(p, rules=tuple(r for r in p.rules if is_watched(r))) for p in packs]
    tables = {"messages", "sessions", "assignments", "agents", "shops"}
    for pack in some:
        for rule in pack.rules:
            for revision in rule.revisions:
                for _, tree in revision_trees(revision):
                    tables |= _tables_of(tree)
    columns = wanted_columns(some)
    return {table: dict(columns[table]) for table in STORED if table in tables}


def _tables_of(tree: tr.Tree) -> set[str]:
    found: set[str] = set()
    for node in tr.walk(tree):
        match node:
            case tr.Relation(relation=relation):
                found.add(relation)
            case tr.Overlap(pauses=True):
                found.add("pauses")
            case tr.Col(parent=parent) if parent:
                found.add(PARENT_TABLE[parent])
    return found


def _ratios(pack: TypedPack) -> list[TypedRatio]:
    return [
        revision.measure
        for rule in pack.rules
        if is_watched(rule)
        for revision in rule.revisions
        if isinstance(revision.measure, TypedRatio)
    ]


def needs_all(pack: TypedPack) -> bool:
    """Which row of a group counts is told by all of its rows."""
    return any(ratio.rows.one_per for ratio in _ratios(pack))


def reads_buyers(pack: TypedPack) -> bool:
    return any(ratio.rows.of == "buyer_days" for ratio in _ratios(pack))
