"""What each kind of schema failure is called: code, message, place and what would work instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from checker.diagnostics import Diagnostic, Span, nearest
from checker.packs.access import is_null
from checker.packs.nodes import MapNode, Node, ScalarNode, SeqNode

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError

Path = tuple[str | int, ...]
"""The way from the root of a pack to a value: ("rules", "reply", "ratio", "good")."""

_KINDS = {
    "string": "text",
    "object": "a mapping",
    "array": "a list",
    "number": "a number",
    "integer": "a whole number",
    "boolean": "true or false",
}
_SECTIONS = {
    "rules": "rule",
    "windows": "window",
    "clocks": "clock",
    "sources": "source",
    "params": "param",
    "columns": "columns of",
}
_HOMES = {
    "of": "ratio, value and every",
    "where": "ratio, value and every",
    "good": "ratio and every",
    "one_per": "ratio and value",
    "keep": "ratio and value",
    "is": "value",
    "offender": "value",
    "parts": "value",
}


@dataclass(frozen=True)
class Problem:
    """A diagnostic and the value to leave out so that reading can go on."""

    path: Path
    diagnostic: Diagnostic
    echo: bool = False  # follows from another problem: nothing to tell


@dataclass(frozen=True)
class Failure:
    root: MapNode
    path: Path  # from root
    full: Path  # from the pack
    error: ValidationError
    whole: str

    @property
    def instance(self) -> Any:
        return self.error.instance

    @property
    def schema(self) -> Mapping[str, Any]:
        """The piece of the schema that does not hold."""
        return self.error.schema if isinstance(self.error.schema, Mapping) else {}

    @property
    def demanded(self) -> Any:
        """What the piece asks for: the value of its keyword."""
        return self.error.validator_value

    @property
    def node(self) -> Node:
        return node_at(self.root, self.path)

    @property
    def name(self) -> str:
        """What to call the value: its key, or its section and name."""
        names = [part for part in self.full if isinstance(part, str)]
        if not names:
            return self.whole
        if len(names) == 2 and names[0] in _SECTIONS:
            return f"{_SECTIONS[names[0]]} `{names[1]}`"
        return f"`{names[-1]}`"

    @property
    def head(self) -> Span:
        """The key of the value, or its first character."""
        if self.path:
            parent = node_at(self.root, self.path[:-1])
            if isinstance(parent, MapNode):
                return parent.keys[str(self.path[-1])].span
        span = self.node.span
        return replace(span, end_line=span.line, end_column=span.column + 1)

    def tell(
        self,
        code: str,
        message: str,
        span: Span | None = None,
        label: str = "",
        notes: tuple[str, ...] = (),
        key: str | None = None,
    ) -> Problem:
        path = self.full if key is None else (*self.full, key)
        return Problem(path, Diagnostic(code, message, span or self.node.span, label, notes))


def node_at(root: Node, path: Path) -> Node:
    for part in path:
        if isinstance(root, MapNode):
            root = root.entries[str(part)]
        elif isinstance(root, SeqNode):
            root = root.items[int(part)]
    return root


def _unknown_key(failure: Failure) -> Iterator[Problem]:
    node = failure.node
    assert isinstance(node, MapNode)
    allowed = list(failure.schema.get("properties", ()))
    for key, value in node:
        if key in allowed or is_null(value):
            continue
        label = _belongs(key, allowed)
        meant = None if label else nearest(key, allowed)
        label = f"did you mean `{meant}`?" if meant else label
        notes = (f"keys of {failure.name}: {', '.join(allowed)}",)
        message = f"unknown key `{key}` in {failure.name}"
        yield failure.tell("E020", message, node.keys[key].span, label, notes, key)


def _belongs(key: str, allowed: list[str]) -> str:
    """Where a key of some measure goes that stands in the rule itself, or in another measure."""
    inside = "ratio" in allowed or "good" in allowed or "is" in allowed
    return f"`{key}` goes into {_HOMES[key]}" if inside and key in _HOMES else ""


def _missing(failure: Failure) -> Iterator[Problem]:
    for key in failure.demanded:
        if key not in failure.instance:
            source = key == "cite" and len(failure.full) == 2 and failure.full[0] == "sources"
            code = "E032" if source else "E021"
            yield failure.tell(code, f"{failure.name} has no `{key}`", failure.head, f"add {key}")


def _wrong_type(failure: Failure) -> Iterator[Problem]:
    schema, node = failure.schema, failure.node
    wanted = failure.demanded
    names = [wanted] if isinstance(wanted, str) else [w for w in wanted if w != "null"]
    expected = schema.get("title") or " or ".join(_KINDS[n] for n in names)
    label = ""
    if isinstance(node, ScalarNode) and not isinstance(node.value, str) and "string" in names:
        label = f'quote it: "{node.text}"'
    span = node.span if isinstance(node, ScalarNode) else failure.head
    yield failure.tell(
        "E022", f"{failure.name} must be {expected}, found {_kind(node)}", span, label
    )


def _kind(node: Node) -> str:
    if isinstance(node, MapNode):
        return "a mapping"
    if isinstance(node, SeqNode):
        return "a list"
    if isinstance(node.value, bool):
        return f"the truth value {node.text}"
    if isinstance(node.value, int | float):
        return f"the number {node.text}"
    return "nothing" if node.value is None else f"the text `{node.text}`"


def _not_allowed(failure: Failure) -> Iterator[Problem]:
    allowed = [str(v) for v in failure.demanded if v is not None]
    written = str(failure.instance)
    meant = nearest(written, allowed)
    yield failure.tell(
        "E023",
        f"unknown value `{written}` in {failure.name}",
        label=f"did you mean `{meant}`?" if meant else "",
        notes=(f"one of: {', '.join(allowed)}",),
    )


def _wrong_form(failure: Failure) -> Iterator[Problem]:
    written, title = failure.instance, failure.schema.get("title", "of that form")
    if failure.demanded == "\\S":
        yield failure.tell("E026", f"{failure.name} is empty")
    elif "propertyNames" in failure.error.absolute_schema_path:
        node = failure.node
        assert isinstance(node, MapNode)
        span = node.keys[written].span
        yield failure.tell("E024", f"`{written}` is not {title}", span, key=written)
    else:
        yield failure.tell("E024", f"{failure.name}: `{written}` is not {title}")


def _too_few(failure: Failure) -> Iterator[Problem]:
    yield failure.tell("E026", f"{failure.name} is empty", failure.head)


def _too_small(failure: Failure) -> Iterator[Problem]:
    least = failure.demanded
    yield failure.tell("E027", f"{failure.name} must be at least {least}, found {failure.instance}")


def _not_exactly_one(failure: Failure) -> Iterator[Problem]:
    choices = [choice["required"][0] for choice in failure.demanded]
    node = failure.node
    assert isinstance(node, MapNode)
    found = [key for key, value in node if key in choices and not is_null(value)]
    told = f"found {' and '.join(found)}" if found else "found none"
    span = node.keys[found[1]].span if found else failure.head
    notes = (f"one of: {', '.join(choices)}",)
    yield failure.tell(
        "E025", f"{failure.name} needs exactly one of {', '.join(choices)}", span, told, notes
    )


def _twice(failure: Failure) -> Iterator[Problem]:
    node = failure.node
    assert isinstance(node, SeqNode)
    seen: list[Any] = []
    for item in node.items:
        if item.plain in seen:
            written = item.text if isinstance(item, ScalarNode) else "this"
            yield failure.tell("E036", f"{failure.name} has `{written}` twice", item.span)
        seen.append(item.plain)


def _language(failure: Failure) -> Iterator[Problem]:
    message = f"this version reads rule language 1, not {failure.instance}"
    yield failure.tell("E046", message, label="write language: 1")


def tell_other(failure: Failure) -> Iterator[Problem]:
    yield failure.tell("E022", f"{failure.name}: {failure.error.message}", failure.head)


TELLERS: Mapping[str, Callable[[Failure], Iterator[Problem]]] = {
    "additionalProperties": _unknown_key,
    "required": _missing,
    "type": _wrong_type,
    "enum": _not_allowed,
    "pattern": _wrong_form,
    "minItems": _too_few,
    "minProperties": _too_few,
    "minimum": _too_small,
    "oneOf": _not_exactly_one,
    "uniqueItems": _twice,
    "const": _language,
}
