"""Mapping files → mappings: YAML, schema, and what the schema cannot see."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from checker.diagnostics import Diagnostic, has_errors, nearest
from checker.imports.encodings import known_encoding
from checker.imports.model import (
    PLACES,
    Blocks,
    Condition,
    Form,
    Input,
    Mapping,
    Output,
    Param,
    RawColumn,
    Sessions,
    placeholders,
)
from checker.language import types as t
from checker.language.syntax import parse_literal
from checker.packs.access import child, content, entries, items, mapping, scalar, text, word
from checker.packs.model import Expr, Source, Text
from checker.packs.nodes import MapNode, Node, ScalarNode, SeqNode
from checker.packs.schema import check
from checker.packs.yaml import read_yaml

_OF_FILES = ("files", "sheet", "encoding", "may_be_absent")
_PARAM_TYPES = {"text": t.TEXT, "int": t.INT, "date": t.DATE}


def read_mapping(file: Path) -> tuple[Mapping | None, tuple[Diagnostic, ...]]:
    """The mapping in `file`, or None and everything that is wrong with its structure."""
    root, problems = read_yaml(file)
    found = list(problems)
    if root is None:
        return None, tuple(found)
    if not isinstance(root, MapNode) or "mapping" not in root.entries:
        message = f"{file.as_posix()} is no mapping: it has no key `mapping`"
        found.append(Diagnostic("E015", message, notes=("begin with mapping: my-export",)))
        return None, tuple(found)
    found += [p.diagnostic for p in check(root, schema="mapping") if not p.echo]
    if has_errors(found):
        return None, tuple(found)
    made = _Reader(found).mapping(root, file)
    return (None if has_errors(found) else made), tuple(found)


class _Reader:
    def __init__(self, found: list[Diagnostic]) -> None:
        self.found = found

    def tell(self, code: str, message: str, node: Node, label: str = "", *notes: str) -> None:
        self.found.append(Diagnostic(code, message, node.span, label, notes))

    def mapping(self, root: MapNode, file: Path) -> Mapping:
        inputs = {name: self.input(name, node, root) for name, node in entries(root, "inputs")}
        for one in inputs.values():
            self.check_parent(one, inputs, root)
        inputs = {name: _with_parents(one, inputs) for name, one in inputs.items()}
        name = word(root, "mapping") or ""
        tables = child(root, "tables")
        outputs = [out for node in items(tables) for out in self.outputs(mapping(node), inputs)]
        status = word(root, "status")
        note = text(root, "note") or Text()
        return Mapping(
            name,
            text(root, "title") or Text(en=name),
            word(root, "platform") or "",
            self.timezone(root),
            "provisional" if status == "provisional" else "stable",
            {name: _source(name, node) for name, node in entries(root, "sources")},
            inputs,
            tuple(outputs),
            {name: self.param(name, node, root) for name, node in entries(root, "params")},
            {name: self.values(node) for name, node in entries(root, "values")},
            self.sessions(root),
            note.get("en"),
            file.as_posix(),
        )

    def timezone(self, root: MapNode) -> str:
        node = scalar(child(root, "timezone"))
        try:
            ZoneInfo(node.text)
        except (KeyError, OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError
            meant = nearest(node.text, available_timezones())
            label = f"did you mean `{meant}`?" if meant else "write it as Asia/Shanghai"
            self.tell("E037", f"unknown time zone `{node.text}`", node, label)
            return "UTC"
        return node.text

    def input(self, name: str, node: MapNode, root: MapNode) -> Input:
        key = mapping(child(root, "inputs")).keys[name]
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
            files=_texts(node, "files"),
            sheets=_texts(node, "sheet"),
            encoding=word(node, "encoding"),
            header_row=place.get("row"),
            header_rows=place.get("rows", 1),
            missing=_texts(node, "missing"),
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
        self.check_input(made, node, key, root)
        wrong = None if made.encoding is None else known_encoding(made.encoding)
        if wrong is not None:
            self.found.append(replace(wrong, span=scalar(child(node, "encoding")).span))
        return made

    def check_input(self, made: Input, node: MapNode, key: ScalarNode, root: MapNode) -> None:
        names = [c.name for c in made.columns]
        for name in dict.fromkeys(names):
            if names.count(name) > 1:
                self.tell("E263", f"input `{made.name}` has two columns `{name}`", key)
            if name in PLACES:
                listed = ", ".join(PLACES)
                message = f"`{name}` is where a row comes from; it cannot be a column, too"
                self.tell("E263", message, key, "name it otherwise", f"these are taken: {listed}")
        if not names:
            self.tell("E263", f"input `{made.name}` has no columns", key, "add columns")
        wrong = {
            "json": ("sheet", "header", "blocks", "carry", "from"),
            "table": ("records", "of", "each", "blocks", "from"),
            "text": ("sheet", "header", "records", "of", "each", "from"),
            "sql": (*_OF_FILES, "header", "blocks", "carry", "records", "of", "each"),
        }[made.form]
        for word_ in wrong:
            if child(node, word_) is not None:
                self.tell(
                    "E263", f"`{word_}` has no meaning for format {made.form}", node.keys[word_]
                )
        if made.form == "text" and made.blocks is None:
            self.tell("E263", f"input `{made.name}` is text without `blocks`", key, "add blocks")
        if made.form == "sql":
            self.check_query(made, node, key, root)
        if (made.parent is None) != (not made.each):
            self.tell("E263", f"input `{made.name}` needs both `of` and `each`", key)

    def check_query(self, made: Input, node: MapNode, key: ScalarNode, root: MapNode) -> None:
        if not made.sql:
            self.tell("E263", f"input `{made.name}` is sql without `from`", key, "add from")
            return
        params = [name for name, _ in entries(root, "params")]
        place = scalar(child(node, "from"))
        for name in placeholders(made.sql):
            if name not in params:
                listed = _listed("params", params)
                self.tell("E263", f"`%({name})s` is no param", place, "", listed)
        others = [n for n, one in entries(root, "inputs") if word(one, "format") != "sql"]
        if others:
            message = "a mapping reads files or a database, not both"
            self.tell("E263", message, key, "", f"inputs of files: {', '.join(others)}")

    def check_parent(self, one: Input, inputs: dict[str, Input], root: MapNode) -> None:
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
        self.tell("E263", f"input `{one.name}` {what}", place, label, _listed("inputs", inputs))

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

    def param(self, name: str, node: MapNode, root: MapNode) -> Param:
        key = mapping(child(root, "params")).keys[name]
        type_ = _PARAM_TYPES[word(node, "type") or "text"]
        default = word(node, "default")
        if default is not None and param_value(type_, default) is None:
            given = scalar(child(node, "default"))
            self.tell("E024", f"`{default}` is no {type_}", given)
        optional = bool(content(node).get("optional", False))
        return Param(name, type_, default, optional, text(node, "doc"), key.span)

    def values(self, node: MapNode) -> dict[str, str | int | bool]:
        found: dict[str, str | int | bool] = {}
        for key, value in node:
            written = scalar(value).value
            assert isinstance(written, str | int | bool)
            found[key] = written
        if len({type(v) for v in found.values()}) > 1:
            self.tell("E263", "the values of one map are of one type", node, "quote the numbers")
        return found

    def outputs(self, node: MapNode, inputs: dict[str, Input]) -> Iterator[Output]:
        name = scalar(child(node, "input"))
        if name.text not in inputs:
            meant = nearest(name.text, tuple(inputs))
            label = f"did you mean `{meant}`?" if meant else ""
            listed = _listed("inputs", inputs)
            self.tell("E263", f"there is no input `{name.text}`", name, label, listed)
            return
        shared, where = _expressions(node), _where(node)
        one_per = _texts(node, "one_per")
        rows = child(node, "rows")
        table = word(node, "table") or ""
        if rows is None:
            if not shared:
                self.tell("E263", f"{table} gets no columns", node.keys["table"], "add columns")
            yield Output(table, name.text, shared, where, one_per, node.span)
            return
        for row in (mapping(item) for item in items(rows)):
            own = _expressions(row)
            label = own["rule"].text.strip("'") if "rule" in own else ""
            both = _both(where, _where(row))
            yield Output(table, name.text, {**shared, **own}, both, one_per, row.span, label)

    def sessions(self, root: MapNode) -> Sessions | None:
        node = child(root, "sessions")
        if node is None:
            return None
        section = mapping(node)
        key = root.keys["sessions"]
        idle = self.length(section, "idle")
        merge = self.length(section, "merge_within")
        if idle is None and merge is None:
            self.tell("E263", "`sessions` needs `idle`, `merge_within`, or both", key, "idle: 20m")
        return Sessions(_texts(section, "by"), idle, merge or 0, key.span)

    def length(self, node: MapNode, key: str) -> int | None:
        value = child(node, key)
        if value is None:
            return None
        written = scalar(value).text
        found = parse_literal(written)
        if found is None or found.type != t.DURATION or not isinstance(found.value, int):
            self.tell("E024", f"`{written}` is no length of time", value, "write it as 20m")
            return None
        return found.value


def param_value(type_: t.Type, written: str) -> str | int | None:
    """A param as written, in the units of its type; None where it cannot be read."""
    try:
        if type_ == t.DATE:
            return (dt.date.fromisoformat(written) - dt.date(1970, 1, 1)).days
        return int(written) if type_ == t.INT else written
    except ValueError:
        return None


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


def _texts(node: MapNode, key: str) -> tuple[str, ...]:
    value = child(node, key)
    if value is None:
        return ()
    if isinstance(value, SeqNode):
        return tuple(scalar(item).text for item in value.items)
    return (scalar(value).text,)


def _expressions(node: MapNode) -> dict[str, Expr]:
    section = child(node, "columns")
    if section is None:
        return {}
    return {n: Expr(scalar(v).text, scalar(v)) for n, v in mapping(section)}


def _where(node: MapNode) -> Expr | None:
    value = child(node, "where")
    return None if value is None else Expr(scalar(value).text, scalar(value))


def _both(outer: Expr | None, own: Expr | None) -> Expr | None:
    """A row's own condition replaces that of its table."""
    return own or outer


def _source(name: str, node: MapNode) -> Source:
    written = word(node, "retrieved")
    try:
        day = dt.date.fromisoformat(written) if written else None
    except ValueError:
        day = None
    return Source(name, text(node, "title") or Text(), word(node, "cite") or "", day, node.span)


def _form(word_: str) -> Form:
    forms: dict[str, Form] = {"table": "table", "json": "json", "text": "text", "sql": "sql"}
    return forms[word_]


def _listed(what: str, names: Any) -> str:
    return f"{what}: {', '.join(names) or 'none'}"
