"""YAML values that know their place: what the reader makes and the model builder walks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias

from checker.diagnostics import Span
from checker.packs.marks import PlacedText

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"


@dataclass(frozen=True)
class ScalarNode:
    """A scalar. `text` is what a reader sees after unquoting; `indexes[i]` is where `text[i]` stands in
    the text of the file, with one more for the end, so that carets survive quoting, folding and
    escapes. Without `placed`, the file, there are none."""

    span: Span
    value: str | int | float | bool | None
    text: str
    indexes: Sequence[int] = ()
    placed: PlacedText | None = field(default=None, compare=False, repr=False)

    @property
    def marks(self) -> tuple[tuple[int, int], ...]:
        """The line and column, from 1, of each index."""
        placed = self.placed
        return () if placed is None else tuple(placed.place(index) for index in self.indexes)

    def span_of(self, start: int, end: int) -> Span:
        """The place in the file of `text[start:end]`; at least one column wide."""
        if not self.indexes or self.placed is None:
            return self.span
        last = len(self.indexes) - 1
        line, column = self.placed.place(self.indexes[min(start, last)])
        end_line, end_column = self.placed.place(self.indexes[min(max(end - 1, start), last)])
        source = self.placed.lines[line - 1]
        return Span(self.span.file, line, column, end_line, end_column + 1, source)

    @property
    def plain(self) -> Plain:
        return self.value


@dataclass(frozen=True)
class SeqNode:
    span: Span
    items: tuple[Node, ...]

    @cached_property
    def plain(self) -> Plain:
        return [item.plain for item in self.items]


@dataclass(frozen=True)
class MapNode:
    """A mapping with text keys, in file order. `keys` holds the key's own node, for its place."""

    span: Span
    entries: Mapping[str, Node]
    keys: Mapping[str, ScalarNode]

    @cached_property
    def plain(self) -> Plain:
        return {key: node.plain for key, node in self.entries.items()}

    def get(self, key: str) -> Node | None:
        return self.entries.get(key)

    def __iter__(self) -> Iterator[tuple[str, Node]]:
        return iter(self.entries.items())


Node: TypeAlias = ScalarNode | SeqNode | MapNode
