"""What the schema cannot see of a mapping's inputs: words without a meaning there, unknown params, odd nesting."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from checker.diagnostics import Diagnostic, nearest
from checker.imports.model import PLACES, Input, placeholders
from checker.packs.access import child, entries, mapping, scalar, word
from checker.packs.nodes import MapNode, Node, ScalarNode

_OF_FILES = ("files", "sheet", "encoding", "may_be_absent")


def check_input(made: Input, node: MapNode, key: ScalarNode, root: MapNode) -> Iterator[Diagnostic]:
    names = [c.name for c in made.columns]
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield _wrong(f"input `{made.name}` has two columns `{name}`", key)
        if name in PLACES:
            taken = ", ".join(PLACES)
            message = f"`{name}` is where a row comes from; it cannot be a column, too"
            yield _wrong(message, key, "name it otherwise", f"these are taken: {taken}")
    if not names:
        yield _wrong(f"input `{made.name}` has no columns", key, "add columns")
    wrong = {
        "json": ("sheet", "header", "blocks", "carry", "from"),
        "table": ("records", "of", "each", "blocks", "from"),
        "text": ("sheet", "header", "records", "of", "each", "from"),
        "sql": (*_OF_FILES, "header", "blocks", "carry", "records", "of", "each"),
    }[made.form]
    for word_ in wrong:
        if child(node, word_) is not None:
            yield _wrong(f"`{word_}` has no meaning for format {made.form}", node.keys[word_])
    if made.form == "text" and made.blocks is None:
        yield _wrong(f"input `{made.name}` is text without `blocks`", key, "add blocks")
    if made.form == "sql":
        yield from _check_query(made, node, key, root)
    if (made.parent is None) != (not made.each):
        yield _wrong(f"input `{made.name}` needs both `of` and `each`", key)


def _check_query(
    made: Input, node: MapNode, key: ScalarNode, root: MapNode
) -> Iterator[Diagnostic]:
    if not made.sql:
        yield _wrong(f"input `{made.name}` is sql without `from`", key, "add from")
        return
    params = [name for name, _ in entries(root, "params")]
    place = scalar(child(node, "from"))
    for name in placeholders(made.sql):
        if name not in params:
            yield _wrong(f"`%({name})s` is no param", place, "", listed("params", params))
    others = [n for n, one in entries(root, "inputs") if word(one, "format") != "sql"]
    if others:
        message = "a mapping reads files or a database, not both"
        yield _wrong(message, key, "", f"inputs of files: {', '.join(others)}")


def check_parent(one: Input, inputs: Mapping[str, Input], root: MapNode) -> Iterator[Diagnostic]:
    if one.parent is None:
        return
    chain = [one.name]
    parent: str | None = one.parent
    while parent is not None and parent in inputs and parent not in chain:
        chain.append(parent)
        parent = inputs[parent].parent
    if parent is None:
        return
    node = mapping(child(root, "inputs")).entries[one.name]
    place = scalar(child(mapping(node), "of"))
    meant = nearest(one.parent, tuple(inputs))
    label = f"did you mean `{meant}`?" if meant and parent not in chain else ""
    what = "holds itself" if parent in chain else f"is of an unknown input `{parent}`"
    yield _wrong(f"input `{one.name}` {what}", place, label, listed("inputs", inputs))


def _wrong(message: str, node: Node, label: str = "", *notes: str) -> Diagnostic:
    return Diagnostic("E263", message, node.span, label, notes)


def listed(what: str, names: Iterable[str]) -> str:
    return f"{what}: {', '.join(names) or 'none'}"
