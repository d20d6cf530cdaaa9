"""Mapping files → mappings: YAML, schema, and what the schema cannot see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from checker.diagnostics import Diagnostic, has_errors, nearest
from checker.imports.input_checks import listed
from checker.imports.model import Input, Mapping, Output, Param, Sessions
from checker.imports.read_inputs import read_inputs
from checker.language import types as t
from checker.language.syntax import parse_literal
from checker.packs.access import (
    child,
    content,
    entries,
    expression,
    items,
    mapping,
    scalar,
    text,
    texts,
    word,
)
from checker.packs.model import Expr, Source, Text
from checker.packs.nodes import MapNode, Node
from checker.packs.schema import check
from checker.packs.yaml import read_yaml

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
        inputs = read_inputs(root, self.found)
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
            self.tell(
                "E263", f"there is no input `{name.text}`", name, label, listed("inputs", inputs)
            )
            return
        shared, where = _expressions(node), expression(node, "where")
        one_per = texts(node, "one_per")
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
            # A row's own condition replaces that of its table.
            chosen = expression(row, "where") or where
            yield Output(table, name.text, {**shared, **own}, chosen, one_per, row.span, label)

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
        return Sessions(texts(section, "by"), idle, merge or 0, key.span)

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


def _expressions(node: MapNode) -> dict[str, Expr]:
    section = child(node, "columns")
    if section is None:
        return {}
    return {n: Expr(scalar(v).text, scalar(v)) for n, v in mapping(section)}


def _source(name: str, node: MapNode) -> Source:
    written = word(node, "retrieved")
    try:
        day = dt.date.fromisoformat(written) if written else None
    except ValueError:
        day = None
    return Source(name, text(node, "title") or Text(), word(node, "cite") or "", day, node.span)
