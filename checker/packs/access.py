"""Taking values out of nodes whose structure the schema has already checked."""

from __future__ import annotations

from typing import Any

from checker.packs.model import Expr, Text
from checker.packs.nodes import MapNode, Node, ScalarNode, SeqNode


class SchemaGapError(RuntimeError):
    """The schema let something through that the model cannot hold: a bug of ours."""

    def __init__(self, node: Node | None, expected: str) -> None:
        place = f"{node.span.file}:{node.span.line}" if node is not None else "a missing value"
        super().__init__(
            f"bug in checker, not in your rules: the schema passed {place}, "
            f"but the model needs {expected} there; please report it"
        )


def is_null(node: Node) -> bool:
    return isinstance(node, ScalarNode) and node.value is None


def content(node: Node) -> Any:
    """The plain content of a node without the keys whose value is null."""
    if isinstance(node, MapNode):
        return {key: content(child) for key, child in node if not is_null(child)}
    if isinstance(node, SeqNode):
        return [content(item) for item in node.items]
    return node.value


def child(node: MapNode, key: str) -> Node | None:
    """The value of a key; None where it is absent or null."""
    found = node.entries.get(key)
    return None if found is None or is_null(found) else found


def mapping(node: Node | None) -> MapNode:
    if not isinstance(node, MapNode):
        raise SchemaGapError(node, "a mapping")
    return node


def scalar(node: Node | None) -> ScalarNode:
    if not isinstance(node, ScalarNode):
        raise SchemaGapError(node, "a scalar")
    return node


def items(node: Node | None) -> tuple[Node, ...]:
    if not isinstance(node, SeqNode):
        raise SchemaGapError(node, "a list")
    return node.items


def entries(node: MapNode, key: str) -> tuple[tuple[str, MapNode], ...]:
    """The mappings below a key, by name."""
    section = child(node, key)
    if section is None:
        return ()
    return tuple((name, mapping(value)) for name, value in mapping(section) if not is_null(value))


def word(node: MapNode, key: str) -> str | None:
    found = child(node, key)
    return None if found is None else scalar(found).text


def whole_number(node: MapNode, key: str) -> int | None:
    found = child(node, key)
    if found is None:
        return None
    value = scalar(found).value
    if not isinstance(value, int | float):
        raise SchemaGapError(found, "a whole number")
    return int(value)


def names(node: MapNode, key: str) -> tuple[str, ...]:
    found = child(node, key)
    return () if found is None else tuple(scalar(item).text for item in items(found))


def texts(node: MapNode, key: str) -> tuple[str, ...]:
    """One text, or each of a list."""
    found = child(node, key)
    if isinstance(found, SeqNode):
        return tuple(scalar(item).text for item in found.items)
    return () if found is None else (scalar(found).text,)


def expression(node: MapNode, key: str) -> Expr | None:
    found = child(node, key)
    return None if found is None else Expr(scalar(found).text, scalar(found))


def needed_expression(node: MapNode, key: str) -> Expr:
    found = expression(node, key)
    if found is None:
        raise SchemaGapError(node, f"the key `{key}`")
    return found


def text(node: MapNode, key: str) -> Text | None:
    """A bare text is in the language that it is written in."""
    found = child(node, key)
    if found is None:
        return None
    if isinstance(found, MapNode):
        return Text(word(found, "zh"), word(found, "en"))
    written = scalar(found).text
    chinese = any("\u3400" <= sign <= "\u9fff" for sign in written)
    return Text(zh=written) if chinese else Text(en=written)


def needed_text(node: MapNode, key: str) -> Text:
    found = text(node, key)
    if found is None:
        raise SchemaGapError(node, f"the key `{key}`")
    return found
