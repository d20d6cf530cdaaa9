"""YAML values that know their place: what the reader makes and the model builder walks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TypeAlias

from checker.diagnostics import Span

Plain: TypeAlias = "str | int | float | bool | list[Plain] | dict[str, Plain] | None"


@dataclass(frozen=True)
class ScalarNode:
    """A scalar. `text` is what a reader sees after unquoting; `marks[i]` is the (line, column) of
    `text[i]` in the file (1-based), with one more for the end, so that carets survive quoting,
    folding and escapes. `lines` are the lines of the file, for drawing them."""

    span: Span
    value: str | int | float | bool | None
    text: str
    marks: tuple[tuple[int, int], ...]
    lines: tuple[str, ...] = ()

    def span_of(self, start: int, end: int) -> Span:
        """The place in the file of `text[start:end]`; at least one column wide."""
        if not self.marks:
            return self.span
        last = len(self.marks) - 1
        line, column = self.marks[min(start, last)]
        end_line, end_column = self.marks[min(max(end - 1, start), last)]
        source = self.lines[line - 1] if line - 1 < len(self.lines) else self.span.source
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
