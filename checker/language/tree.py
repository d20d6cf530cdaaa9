"""The typed tree: what an expression means once every name is known. Input of the compiler."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, fields, replace
from fractions import Fraction
from typing import TypeAlias

from checker.language.types import Type


@dataclass(frozen=True, slots=True)
class Typed:
    """`start` and `end` are offsets into the text it came from; they do not count for equality."""

    type: Type
    start: int = field(default=0, compare=False, kw_only=True)
    end: int = field(default=0, compare=False, kw_only=True)


@dataclass(frozen=True, slots=True)
class Lit(Typed):
    """Microseconds for durations and times of day, days since 1970 for dates, else the value."""

    value: bool | int | str | Fraction


@dataclass(frozen=True, slots=True)
class Col(Typed):
    """A column of the row, or of its `session`, `shop` or `agent`."""

    name: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class Not(Typed):
    item: Tree


@dataclass(frozen=True, slots=True)
class Junction(Typed):
    """`op` is and, or."""

    op: str
    items: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Compare(Typed):
    op: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class OneOf(Typed):
    item: Tree
    members: tuple[Lit, ...]


@dataclass(frozen=True, slots=True)
class InWindow(Typed):
    item: Tree
    window: str


@dataclass(frozen=True, slots=True)
class IsMissing(Typed):
    item: Tree


@dataclass(frozen=True, slots=True)
class Arithmetic(Typed):
    """`op` is + - * /."""

    op: str
    left: Tree
    right: Tree


@dataclass(frozen=True, slots=True)
class Function(Typed):
    """A scalar function of functions.SCALARS."""

    name: str
    arguments: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Overlap(Typed):
    """Time of [begin, until) inside a window, without the session's pauses for which `pause` holds."""

    begin: Tree
    until: Tree
    window: str
    pauses: bool = False
    pause: Tree | None = None


@dataclass(frozen=True, slots=True)
class Relation(Typed):
    """An aggregate over the rows of a relation that belong to one row."""

    function: str
    relation: str
    value: Tree | None
    predicate: Tree | None


@dataclass(frozen=True, slots=True)
class Aggregate(Typed):
    """An aggregate over the rows of a population. `fraction` is the share of percentile."""

    function: str
    arguments: tuple[Tree, ...]
    predicate: Tree | None
    fraction: Fraction | None = None


@dataclass(frozen=True, slots=True)
class PartValue(Typed):
    """The value of a named part in `value: {parts: …}`."""

    name: str


Tree: TypeAlias = (
    Lit
    | Col
    | Not
    | Junction
    | Compare
    | OneOf
    | InWindow
    | IsMissing
    | Arithmetic
    | Function
    | Overlap
    | Relation
    | Aggregate
    | PartValue
)


def children(tree: Tree) -> Iterator[Tree]:
    for one in fields(tree):
        value = getattr(tree, one.name)
        if isinstance(value, Typed):
            yield value  # type: ignore[misc]
        elif isinstance(value, tuple):
            yield from (item for item in value if isinstance(item, Typed))  # type: ignore[misc]


def walk(tree: Tree) -> Iterator[Tree]:
    """The tree and all below it, parents first."""
    yield tree
    for child in children(tree):
        yield from walk(child)


def renamed(tree: Tree, old: str, new: str) -> Tree:
    """The tree with a column of the row itself under another name."""
    if isinstance(tree, Col):
        return replace(tree, name=new) if tree.name == old and not tree.parent else tree
    changed: dict[str, object] = {}
    for one in fields(tree):
        value = getattr(tree, one.name)
        if isinstance(value, Typed):
            changed[one.name] = renamed(value, old, new)  # type: ignore[arg-type]
        elif isinstance(value, tuple) and value and isinstance(value[0], Typed):
            changed[one.name] = tuple(renamed(item, old, new) for item in value)
    return replace(tree, **changed)  # type: ignore[arg-type]


def walk_row(tree: Tree) -> Iterator[Tree]:
    """What is computed on the row itself: relations are yielded, but not entered."""
    yield tree
    match tree:
        case Relation():
            return
        case Overlap(begin=begin, until=until):
            yield from walk_row(begin)
            yield from walk_row(until)
        case _:
            for child in children(tree):
                yield from walk_row(child)
