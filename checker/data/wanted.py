"""Which columns of a data set an audit reads: what rules name, and what every run needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from checker.language import tree as tr
from checker.language.catalog import PARENT_TABLE, STORED, TABLES
from checker.language.types import Type
from checker.packs.typed import (
    TypedClock,
    TypedPack,
    TypedParts,
    TypedRatio,
    TypedRevision,
    TypedValue,
)

_HEAVY = {"messages": frozenset({"kind", "text"})}
"""Columns that are read only where a rule names them."""


def wanted_columns(
    packs: Sequence[TypedPack], *, text: bool = False
) -> dict[str, Mapping[str, Type]]:
    """For each stored table the columns to open. Message text is among them only if a rule uses it,
    or `text` asks for it."""
    named = {name for pack in packs for name in _named(pack)}
    if text:
        named |= {("messages", "kind"), ("messages", "text")}
    wanted: dict[str, Mapping[str, Type]] = {}
    for table in STORED:
        heavy = _HEAVY.get(table, frozenset())
        columns = {
            column.name: column.type
            for column in TABLES[table].stored_columns
            if column.name not in heavy or (table, column.name) in named
        }
        for pack in packs:
            for name, type_ in pack.pack.columns.get(table, {}).items():
                if (table, name) in named:
                    columns.setdefault(name, type_)
        wanted[table] = columns
    return wanted


def _named(pack: TypedPack) -> Iterator[tuple[str, str]]:
    """(table, column) of every column that an expression of the pack names."""
    for rule in pack.rules:
        for revision in rule.revisions:
            for fact, tree in revision_trees(revision):
                yield from _columns(fact, tree)


def revision_trees(revision: TypedRevision) -> Iterator[tuple[str, tr.Tree]]:
    """Every expression of a rule with the fact whose rows it sees."""
    measure = revision.measure
    values = measure.parts.values() if isinstance(measure, TypedParts) else (measure,)
    for one in values:
        if isinstance(one, TypedRatio):
            found = [one.rows.where, one.good]
        elif isinstance(one, TypedValue):
            found = [one.rows.where, one.offender, one.formula]
        else:
            continue
        yield from ((one.rows.of, tree) for tree in found if tree is not None)
    if revision.clock is not None:
        yield from _clock_trees(revision.clock)


def _clock_trees(clock: TypedClock) -> Iterator[tuple[str, tr.Tree]]:
    for tree in (clock.opens, clock.closes, clock.ignores_before):
        if tree is not None:
            yield "messages", tree
    yield "turns", clock.wait


def _columns(fact: str, tree: tr.Tree) -> Iterator[tuple[str, str]]:
    match tree:
        case tr.Col(name=name, parent=parent):
            yield (PARENT_TABLE[parent] if parent else fact, name)
        case tr.Relation(relation=relation, value=value, predicate=predicate):
            for inner in (value, predicate):
                if inner is not None:
                    yield from _columns(relation, inner)
        case tr.Overlap(begin=begin, until=until, pause=pause):
            yield from _columns(fact, begin)
            yield from _columns(fact, until)
            if pause is not None:
                yield from _columns("pauses", pause)
        case _:
            for child in tr.children(tree):
                yield from _columns(fact, child)
