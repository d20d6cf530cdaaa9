"""YAML events → nodes with places, within limits, mending what unquoted commas and `#` broke."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from checker.diagnostics import Diagnostic, Span
from checker.packs.accidents import (
    EXPRESSION_KEYS,
    Accident,
    accident_diagnostic,
    accident_in_line,
    open_brackets,
)
from checker.packs.marks import PlacedText, plain_scalar, scalar_indexes
from checker.packs.nodes import MapNode, Node, ScalarNode, SeqNode
from checker.packs.scalars import fits_tag, resolve

MAX_NODES = 50_000
MAX_DEPTH = 40
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # only its events are used


class RefusedError(Exception):
    """The file cannot be read further; carries what to tell the user."""

    def __init__(self, diagnostic: Diagnostic) -> None:
        self.diagnostic = diagnostic


@dataclass(slots=True)
class _Pair:
    """One entry of a mapping with where its parts stand in the file."""

    key: ScalarNode
    key_end: int
    value: Node
    start: int
    end: int
    plain: bool  # the value is a scalar without quotes
    joined: bool = False


def _end_of(event: Any) -> int:
    end: int = event.end_mark.index
    return end


class Composer:
    """Makes nodes of one document's events and collects what is wrong on the way."""

    def __init__(self, placed: PlacedText, text: str, repairs: dict[int, Accident]) -> None:
        self.diagnostics: list[Diagnostic] = []
        self._placed = placed
        self._text = text
        self._repairs = repairs
        self._events: Iterator[Any] = iter(yaml.parse(text, Loader=_LOADER))
        self._anchors: dict[str, tuple[Node, int, int] | None] = {}
        self._count = 0
        self._end = 0  # where the last node ended

    def document(self) -> Node | None:
        next(self._events)
        if isinstance(next(self._events), yaml.StreamEndEvent):
            self._report("E011", "the file is empty", 0, 0)
            return None
        node, _ = self._node(next(self._events), 1)
        next(self._events)
        after = next(self._events)
        if not isinstance(after, yaml.StreamEndEvent):
            at = after.start_mark.index
            self._report(
                "E010", "a second document begins here", at, at + 3, "one file holds one document"
            )
        return node

    def _report(self, code: str, message: str, start: int, end: int, label: str = "") -> None:
        self.diagnostics.append(Diagnostic(code, message, self._placed.span(start, end), label))

    def _refuse(self, code: str, message: str, event: Any, label: str = "") -> RefusedError:
        span = self._placed.span(event.start_mark.index, event.end_mark.index)
        return RefusedError(Diagnostic(code, message, span, label))

    def _node(self, event: Any, depth: int) -> tuple[Node, int]:
        """The node that `event` begins, and its height."""
        if depth > MAX_DEPTH:
            raise self._refuse("E009", f"nested more than {MAX_DEPTH} levels deep", event)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, depth)
        before = self._count
        self._count += 1
        if event.anchor:
            self._anchors[event.anchor] = None
        node: Node
        height = 1
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            self._tag(event, "seq")
            node, height = self._sequence(event, depth)
        else:
            self._tag(event, "map")
            node, height = self._mapping(event, depth)
        if event.anchor:
            self._anchors[event.anchor] = (node, self._count - before, height)
        if self._count > MAX_NODES:
            raise self._refuse("E009", f"more than {MAX_NODES:,} values, aliases counted", event)
        return node, height

    def _alias(self, event: Any, depth: int) -> tuple[Node, int]:
        name = event.anchor
        self._end = event.end_mark.index
        target = self._anchors.get(name)
        if name not in self._anchors:
            known = ", ".join(f"&{anchor}" for anchor in self._anchors) or "none"
            raise self._refuse(
                "E008", f"there is no anchor &{name}", event, f"anchors above: {known}"
            )
        if target is None:
            raise self._refuse("E008", f"*{name} stands inside its own anchor", event)
        node, size, height = target
        self._count += size
        if self._count > MAX_NODES:
            raise self._refuse("E008", f"aliases expand to more than {MAX_NODES:,} values", event)
        if depth + height > MAX_DEPTH:
            raise self._refuse("E008", f"aliases nest more than {MAX_DEPTH} levels deep", event)
        return node, height

    def _tag(self, event: Any, kind: str) -> None:
        if event.tag in (None, "!", f"tag:yaml.org,2002:{kind}"):
            return
        start, end = event.start_mark.index, event.end_mark.index
        name = event.tag.replace("tag:yaml.org,2002:", "!!")
        self._report(
            "E007", f"unknown tag {name}", start, end, "rule files have no tags; remove it"
        )

    def _scalar(self, event: Any) -> ScalarNode:
        start, end, text = event.start_mark.index, event.end_mark.index, event.value
        self._end = end
        style = event.style or ""
        accident = self._repairs.get(start)
        if accident is not None:
            return self._plain(accident.start, accident.end, self._placed.text)
        if event.tag and not fits_tag(event.tag, text):
            line_accident = accident_in_line(self._placed, self._placed.place(start)[0])
            if event.tag.startswith("!=") and line_accident:
                return self._quote(line_accident)
            self._tag(event, "str")
        if event.tag and style == "":
            start = self._text.find(text, start, end) if text else end  # the tag comes first
        if event.anchor and style == "" and not event.tag:
            start = max(self._text.rfind(text, start, end), start)
        indexes = scalar_indexes(self._text, start, end, style, text) or ()
        implicit = style == "" and event.tag in (None, "")
        value = resolve(text) if implicit or fits_tag(event.tag or "", text) else text
        return ScalarNode(self._placed.span(start, end), value, text, indexes, self._placed)

    def _plain(self, start: int, end: int, source: str) -> ScalarNode:
        text, indexes = plain_scalar(source, start, end)
        return ScalarNode(self._placed.span(start, end), text, text, indexes, self._placed)

    def _quote(self, accident: Accident) -> ScalarNode:
        written = self._placed.text[accident.start : accident.end]
        span = self._placed.span(accident.start, accident.end)
        self.diagnostics.append(accident_diagnostic(accident.key, written, span))
        return self._plain(accident.start, accident.end, self._placed.text)

    def _sequence(self, event: Any, depth: int) -> tuple[SeqNode, int]:
        items: list[Node] = []
        height = 0
        while not isinstance(child := next(self._events), yaml.SequenceEndEvent):
            node, below = self._node(child, depth + 1)
            items.append(node)
            height = max(height, below)
        if event.flow_style:
            self._end = max(self._end, _end_of(child))
        return SeqNode(
            self._placed.span(event.start_mark.index, self._end), tuple(items)
        ), height + 1

    def _mapping(self, event: Any, depth: int) -> tuple[MapNode, int]:
        pairs: list[_Pair] = []
        height = 0
        while not isinstance(child := next(self._events), yaml.MappingEndEvent):
            key, _ = self._node(child, depth + 1)
            key_end = self._end
            value_event = next(self._events)
            value, below = self._node(value_event, depth + 1)
            height = max(height, below)
            if not isinstance(key, ScalarNode):
                at = child.start_mark.index
                self._report("E013", "a key must be a text", at, at + 1)
                continue
            plain = isinstance(value_event, yaml.ScalarEvent) and not value_event.style
            start = value_event.start_mark.index
            pairs.append(_Pair(key, key_end, value, start, self._end, plain))
        if event.flow_style:
            self._end = _end_of(child)
            pairs = self._rejoined(pairs)
        span = self._placed.span(event.start_mark.index, self._end)
        return self._entries(span, pairs, bool(event.flow_style)), height + 1

    def _rejoined(self, pairs: list[_Pair]) -> list[_Pair]:
        """Puts a value that an unquoted comma cut in pieces together again."""
        result: list[_Pair] = []
        for pair in pairs:
            colon = ":" in self._text[pair.key_end : max(pair.start, pair.key_end)]
            bare = pair.plain and pair.start >= pair.end and not colon
            last = result[-1] if result else None
            if (
                last
                and last.plain
                and (bare or open_brackets(self._text[last.start : last.end]) > 0)
            ):
                last.end, last.joined = (pair.key_end if bare else pair.end), True
            else:
                result.append(pair)
        return result

    def _entries(self, span: Span, pairs: list[_Pair], flow: bool) -> MapNode:
        entries: dict[str, Node] = {}
        keys: dict[str, ScalarNode] = {}
        for pair in pairs:
            name = pair.key.text
            if name == "<<":
                message = "`<<` is no key of YAML 1.2: nothing is merged"
                label = "write the keys out, or use `extends`"
                self.diagnostics.append(Diagnostic("E012", message, pair.key.span, label))
            elif name in entries:
                message = f"the key `{name}` is there twice"
                label = f"first in line {keys[name].span.line}"
                self.diagnostics.append(Diagnostic("E006", message, pair.key.span, label))
            else:
                keys[name] = pair.key
                entries[name] = self._value(name, pair, flow)
        return MapNode(span, entries, keys)

    def _value(self, key: str, pair: _Pair, flow: bool) -> Node:
        end = pair.end
        if (
            not pair.joined
            and not flow
            and key in EXPRESSION_KEYS
            and isinstance(pair.value, ScalarNode)
        ):
            end = self._true_end(pair, pair.value)
        if pair.joined or end != pair.end:
            return self._quote(Accident(key, pair.start, end))
        return pair.value

    def _true_end(self, pair: _Pair, value: ScalarNode) -> int:
        """Where an expression ends that YAML cut short, at ` #` or as the header of a block."""
        line = self._placed.place(pair.end)[0]
        line_end = self._placed.line_start(line) + len(self._placed.lines[line - 1])
        if pair.plain and re.match(r"[ \t]+#", self._text[pair.end : line_end]):
            return line_end if open_brackets(value.text) > 0 else pair.end
        if not value.text.strip() and self._text[pair.start : pair.start + 1] in (">", "|"):
            line = self._placed.place(pair.start)[0]
            return self._placed.line_start(line) + len(self._placed.lines[line - 1])
        return pair.end
