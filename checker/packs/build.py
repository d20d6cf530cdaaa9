"""A checked tree of nodes → the frozen model of a pack."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from zoneinfo import ZoneInfo, available_timezones

from checker.diagnostics import Diagnostic, has_errors, nearest
from checker.language import types as t
from checker.language.catalog import TABLES
from checker.language.types import Type
from checker.packs.access import (
    child,
    content,
    entries,
    expression,
    is_null,
    mapping,
    needed_expression,
    needed_text,
    scalar,
    text,
    word,
)
from checker.packs.model import Clock, Pack, Param, Source, Text, Window
from checker.packs.nodes import MapNode, ScalarNode
from checker.packs.rules import Names, build_rule
from checker.packs.windows import build_window, parse_date, shop_times

_TYPES: Mapping[str, Type] = {
    "bool": t.BOOL,
    "int": t.INT,
    "number": t.NUMBER,
    "ratio": t.RATIO,
    "duration": t.DURATION,
    "instant": t.INSTANT,
    "date": t.DATE,
    "time of day": t.TIME,
    "time": t.TIME,
    "text": t.TEXT,
}
_RESERVED_WINDOW = "always"


def build_pack(
    root: MapNode, file: str, known: Names
) -> tuple[Pack | None, tuple[Diagnostic, ...]]:
    """The pack without the rules that are wrong, and what is wrong; None where it is something
    that rules share: its windows, params or columns.

    `root` has passed the schema with what failed left out; `known` still has the names of what was
    left out, so that a rule is not blamed for the mistake of its clock. Raises SchemaGapError where
    the schema passed something that the model cannot hold: that is a bug of ours.
    """
    found: list[Diagnostic] = []
    columns = _columns(root, found)
    times = frozenset(c for c, type_ in columns.get("shops", {}).items() if type_ == t.TIME)
    windows = _windows(root, shop_times(times), found)
    params = _params(root, frozenset(windows), found)
    shared = has_errors(found)
    sources = {name: _source(root, name, node, found) for name, node in entries(root, "sources")}
    rules = [
        build_rule(mapping(child(root, "rules")).keys[name], node, known, found)
        for name, node in entries(root, "rules")
    ]
    status = word(root, "status")
    pack = Pack(
        name=known.pack,
        platform=word(root, "platform") or known.pack,
        title=text(root, "title") or Text(en=known.pack),
        timezone=_timezone(root, found),
        sources={name: source for name, source in sources.items() if source is not None},
        windows=windows,
        clocks={name: _clock(root, name, node) for name, node in entries(root, "clocks")},
        params=params,
        columns=columns,
        rules=tuple(rule for rule in rules if rule is not None),
        file=file,
        digest=digest(root),
        status="provisional" if status == "provisional" else "stable",
    )
    return None if shared else pack, tuple(found)


def digest(root: MapNode) -> str:
    """A name for what a pack says, whatever its formatting, comments and order of keys."""
    canonical = json.dumps(content(root), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return f"sha256:{hashlib.sha256(canonical.encode()).hexdigest()}"


def _key(root: MapNode, section: str, name: str) -> ScalarNode:
    return mapping(child(root, section)).keys[name]


def _timezone(root: MapNode, found: list[Diagnostic]) -> str:
    node = child(root, "timezone")
    if node is None:
        return "UTC"
    name = scalar(node).text
    try:
        ZoneInfo(name)
        return name
    except (KeyError, OSError, ValueError):  # ZoneInfoNotFoundError is a KeyError
        meant = nearest(name, available_timezones())
        label = f"did you mean `{meant}`?" if meant else "write it as Asia/Shanghai"
        found.append(Diagnostic("E037", f"unknown time zone `{name}`", node.span, label))
        return "UTC"


def _source(root: MapNode, name: str, node: MapNode, found: list[Diagnostic]) -> Source | None:
    dates: dict[str, dt.date | None] = {}
    for key in ("date", "retrieved"):
        written = child(node, key)
        dates[key] = None if written is None else parse_date(scalar(written), found)
    title, cite = needed_text(node, "title"), word(node, "cite") or ""
    return Source(name, title, cite, dates["retrieved"], _key(root, "sources", name).span)


def _windows(root: MapNode, times: frozenset[str], found: list[Diagnostic]) -> dict[str, Window]:
    section = child(root, "windows")
    result: dict[str, Window] = {}
    for name, node in mapping(section) if section is not None else ():
        key = _key(root, "windows", name)
        if name == _RESERVED_WINDOW:
            message = "`always` is the window that never closes; it cannot be another"
            found.append(Diagnostic("E052", message, key.span, "choose another name"))
        elif not is_null(node):
            window = build_window(name, node, times, key, found)
            if window is not None:
                result[name] = window
    return result


def _params(root: MapNode, windows: frozenset[str], found: list[Diagnostic]) -> dict[str, Param]:
    section = child(root, "params")
    result: dict[str, Param] = {}
    for name, node in mapping(section) if section is not None else ():
        if name in windows:
            key = _key(root, "params", name)
            message = f"`{name}` is the name of a window, too"
            found.append(Diagnostic("E052", message, key.span, "choose another name"))
        if not is_null(node):
            result[name] = Param(name, scalar(node).text, scalar(node))
    return result


def _clock(root: MapNode, name: str, node: MapNode) -> Clock:
    return Clock(
        name,
        opens=needed_expression(node, "opens"),
        closes=needed_expression(node, "closes"),
        ignores_before=expression(node, "ignores_before"),
        wait=expression(node, "wait"),
        span=_key(root, "clocks", name).span,
    )


def _columns(root: MapNode, found: list[Diagnostic]) -> dict[str, dict[str, Type]]:
    result: dict[str, dict[str, Type]] = {}
    for table, node in entries(root, "columns"):
        result[table] = {}
        for name, type_ in node:
            if TABLES[table].column(name) is not None:
                message = f"{table} have a column `{name}` already"
                span = node.keys[name].span
                found.append(Diagnostic("E049", message, span, "remove it, or choose another name"))
            elif not is_null(type_):
                result[table][name] = _TYPES[scalar(type_).text]
    return result
