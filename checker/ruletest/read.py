"""Test files → cases: read, checked against the schema, and every row and figure understood."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

from checker.diagnostics import Diagnostic
from checker.language.catalog import STORED
from checker.packs.access import child, mapping, names, scalar, word
from checker.packs.nodes import MapNode, Node, ScalarNode, SeqNode
from checker.packs.schema import check
from checker.packs.typed import TypedPack
from checker.packs.yaml import read_yaml
from checker.ruletest.chat import Block, ChatReader
from checker.ruletest.expect import read_expectations
from checker.ruletest.model import Case, Row
from checker.ruletest.rows import read_rows
from checker.ruletest.times import Times, read_day

DEFAULT_DAY = dt.date(2026, 1, 5)
DEFAULT_SHOP = "s1"
_ANY_PLATFORM = "web"  # what a pack for any platform is tested on unless the test says


def read_root(file: Path) -> tuple[MapNode | None, tuple[Diagnostic, ...]]:
    """The root of a test file that fits the schema; else None and what does not."""
    root, found = read_yaml(file)
    problems = list(found)
    if root is not None and not isinstance(root, MapNode):
        message = f"{file.as_posix()} is no test of rules: it has neither `pack` nor `tests`"
        problems.append(Diagnostic("E401", message, root.span, "begin with pack: NAME"))
    elif root is not None:
        problems.extend(p.diagnostic for p in check(root, schema="test"))
        if not any(p.level == "error" for p in problems):
            return root, tuple(problems)
    return None, tuple(problems)


def read_cases(root: MapNode, pack: TypedPack) -> tuple[tuple[Case, ...], tuple[Diagnostic, ...]]:
    """The tests that are sound, and everything wrong with the others."""
    cases: list[Case] = []
    found: list[Diagnostic] = []
    told: dict[str, ScalarNode] = {}
    tests = child(root, "tests")
    for node in tests.items if isinstance(tests, SeqNode) else ():
        test = mapping(node)
        name = scalar(test.get("name"))
        if first := told.get(name.text):
            message = f"the test `{name.text}` is there twice"
            label = f"first in line {first.span.line}"
            found.append(Diagnostic("E408", message, name.span, label))
        told.setdefault(name.text, name)
        before = len(found)
        case = _case(test, pack, found)
        if len(found) == before:
            cases.append(case)
    return tuple(cases), tuple(found)


def _case(test: MapNode, pack: TypedPack, found: list[Diagnostic]) -> Case:
    name = scalar(test.get("name"))
    times = Times(ZoneInfo(pack.pack.timezone), _day(test, found))
    platform = word(test, "platform") or pack.pack.platform
    place = {
        "platform": _ANY_PLATFORM if platform == "any" else platform,
        "shop_id": DEFAULT_SHOP,
    }
    tables: dict[str, tuple[Row, ...]] = {}
    for table in STORED:
        rows: list[Row] = []
        if table == "messages" and (chat := child(test, "chat")):
            reader = ChatReader(times, found)
            rows.extend(row for block in _blocks(chat) for row in reader.rows(block))
        if isinstance(given := child(test, table), SeqNode):
            rows.extend(read_rows(given, pack.catalog[table], times, found))
        if rows:
            tables[table] = tuple(_placed(row, place) for row in rows)
    tag = child(test, "case")
    return Case(
        name=name.text,
        tags=frozenset(names(test, "case") if isinstance(tag, SeqNode) else _one(tag)),
        as_of=_as_of(test, times, found),
        tables=tables,
        expectations=tuple(read_expectations(mapping(test.get("expect")), pack, found)),
        pack=pack.pack.name,
        span=name.span,
    )


def _one(node: Node | None) -> tuple[str, ...]:
    return (node.text,) if isinstance(node, ScalarNode) else ()


def _placed(row: Row, place: Mapping[str, str]) -> Row:
    """The row with the platform and shop that it does not name itself."""
    return {**row, **{key: value for key, value in place.items() if row.get(key) is None}}


def _blocks(chat: Node) -> list[Block]:
    if isinstance(chat, ScalarNode):
        return [Block(chat)]
    blocks: list[Block] = []
    for item in chat.items if isinstance(chat, SeqNode) else ():
        if isinstance(item, ScalarNode):
            blocks.append(Block(item))
        elif isinstance(item, MapNode):
            times_over = item.get("repeat")
            repeat = times_over.value if isinstance(times_over, ScalarNode) else None
            lines = scalar(item.get("lines"))
            blocks.append(Block(lines, repeat if isinstance(repeat, int) else None))
    return blocks


def _day(test: MapNode, found: list[Diagnostic]) -> dt.date:
    node = child(test, "day")
    if node is None:
        return DEFAULT_DAY
    day = read_day(scalar(node).text)
    if day is None:
        message = f"`{scalar(node).text}` is no day"
        found.append(Diagnostic("E409", message, node.span, "write 2026-01-05"))
    return day or DEFAULT_DAY


def _as_of(test: MapNode, times: Times, found: list[Diagnostic]) -> dt.datetime | None:
    node = child(test, "as_of")
    if node is None:
        return None
    instant = times.instant(scalar(node).text)
    if instant is None:
        message = f"`{scalar(node).text}` is no instant"
        label = 'write "2026-01-05 12:00:00", or a time of day'
        found.append(Diagnostic("E409", message, node.span, label))
    return instant
