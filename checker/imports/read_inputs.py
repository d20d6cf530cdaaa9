"""The inputs of a mapping file: what is read from which files, below which headers, or by which query."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from checker.diagnostics import Diagnostic
from checker.imports.encodings import known_encoding
from checker.imports.input_checks import check_input, check_parent
from checker.imports.model import Blocks, Condition, Form, Input, RawColumn
from checker.packs.access import child, content, entries, mapping, scalar, texts, word
from checker.packs.model import Expr
from checker.packs.nodes import MapNode, Node, ScalarNode, SeqNode


def read_inputs(root: MapNode, found: list[Diagnostic]) -> dict[str, Input]:
    """The inputs by name; what is wrong with them is added to `found`."""
    reader = _Reader(root, found)
    inputs = {name: reader.input(name, node) for name, node in entries(root, "inputs")}
    for one in inputs.values():
        found += check_parent(one, inputs, root)
    return {name: _with_parents(one, inputs) for name, one in inputs.items()}


class _Reader:
    def __init__(self, root: MapNode, found: list[Diagnostic]) -> None:
        self.root, self.found = root, found

    def tell(self, code: str, message: str, node: Node, label: str = "") -> None:
        self.found.append(Diagnostic(code, message, node.span, label))

    def input(self, name: str, node: MapNode) -> Input:
        key = mapping(child(self.root, "inputs")).keys[name]
        form = word(node, "format") or ("json" if child(node, "each") else "table")
        header = child(node, "header")
        place = content(header) if header is not None else {}
        blocks = child(node, "blocks")
        columns = [*_columns(node, "columns", True), *_columns(node, "optional", False)]
        made = Input(
            name,
            _form(form),
            tuple(columns),
            key.span,
            files=texts(node, "files"),
            sheets=texts(node, "sheet"),
            encoding=word(node, "encoding"),
            header_row=place.get("row"),
            header_rows=place.get("rows", 1),
            missing=texts(node, "missing"),
            carry=self.patterns(node, "carry"),
            drop=tuple(self.drops(node)),
            records=word(node, "records") or "",
            parent=word(node, "of"),
            each=word(node, "each") or "",
            blocks=None if blocks is None else self.blocks(mapping(blocks)),
            optional=content(node).get("may_be_absent", False),
            sql=word(node, "from") or "",
        )
        if made.blocks is not None:
            fields = (*re.compile(made.blocks.begin).groupindex, *made.blocks.fields)
            made = replace(
                made, columns=(*made.columns, *(RawColumn(f, (), True, key.span) for f in fields))
            )
        carried = tuple(RawColumn(c, (), False, key.span) for c in made.carry)
        made = replace(made, columns=(*made.columns, *carried))
        self.found += check_input(made, node, key, self.root)
        wrong = None if made.encoding is None else known_encoding(made.encoding)
        if wrong is not None:
            self.found.append(replace(wrong, span=scalar(child(node, "encoding")).span))
        return made

    def patterns(self, node: MapNode, key: str) -> dict[str, str]:
        section = child(node, key)
        if section is None:
            return {}
        return {n: self.pattern(scalar(v)) for n, v in mapping(section)}

    def pattern(self, node: ScalarNode) -> str:
        try:
            re.compile(node.text)
        except (re.error, RecursionError, OverflowError) as error:
            self.tell("E116", f"not a pattern: {error}", node)
            return "$."
        return node.text

    def drops(self, node: MapNode) -> Iterator[Condition]:
        section = child(node, "drop")
        for name, value in mapping(section) if section is not None else ():
            yield Condition(name, Expr(scalar(value).text, scalar(value)))

    def blocks(self, node: MapNode) -> Blocks:
        fields = {}
        for name, value in mapping(child(node, "lines")):
            written = scalar(value).text
            if written not in ("last", "rest") and not (written.isdigit() and int(written)):
                self.tell("E024", f"`{written}` is no line of a block", value, "1, 2 …, last, rest")
            fields[name] = written
        return Blocks(self.pattern(scalar(child(node, "begin"))), fields)


def _with_parents(one: Input, inputs: dict[str, Input]) -> Input:
    """A nested input sees the columns of what it lies in, unless it has one of that name."""
    own = {c.name for c in one.columns}
    columns = list(one.columns)
    parent, seen = one.parent, {one.name}
    while parent in inputs and parent not in seen:
        outer = inputs[parent]
        columns += [replace(c, headers=()) for c in outer.columns if c.name not in own]
        own |= {c.name for c in outer.columns}
        seen.add(outer.name)
        parent = outer.parent
    return replace(one, columns=tuple(columns))


def _columns(node: MapNode, key: str, required: bool) -> Iterator[RawColumn]:
    section = child(node, key)
    if section is None:
        return
    for name, value in mapping(section).entries.items():
        place = mapping(section).keys[name].span
        if isinstance(value, SeqNode):
            headers = tuple(scalar(item).text for item in value.items)
        else:
            written = scalar(value)
            headers = (name,) if written.value is None else (written.text,)
        yield RawColumn(name, headers, required, place)


def _form(word_: str) -> Form:
    forms: dict[str, Form] = {"table": "table", "json": "json", "text": "text", "sql": "sql"}
    return forms[word_]
