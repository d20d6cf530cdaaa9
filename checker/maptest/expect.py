"""What a test of a mapping expects: the values below `expect`, read by the types of their columns."""

from __future__ import annotations

from collections.abc import Iterator

from checker.diagnostics import Diagnostic, nearest
from checker.imports.typing import TypedMapping
from checker.language import types as t
from checker.language.catalog import STORED, TABLES
from checker.language.types import Type
from checker.maptest.model import Counts, Expected, ExpectedRow, ExpectedTable, Value
from checker.maptest.values import WRITTEN, UnreadableError, canonical
from checker.packs.access import child, content, items, mapping, scalar
from checker.packs.nodes import MapNode, Node, ScalarNode


def read_expected(node: MapNode, typed: TypedMapping, found: list[Diagnostic]) -> Expected:
    tables: dict[str, ExpectedTable] = {}
    for name, rows, place in _section(node, "tables"):
        if _known("table", name, STORED, place, found):
            table = _table(name, rows, place, typed, found)
            if table is not None:
                tables[name] = table
    listed = child(node, "not_read")
    told = child(node, "diagnostics")
    return Expected(
        tables,
        tuple(_counts(node, "read", tuple(typed.written.inputs), found)),
        tuple(_counts(node, "made", STORED, found)),
        None if listed is None else tuple(scalar(one).text for one in items(listed)),
        () if told is None else tuple(scalar(one).text.strip() for one in items(told)),
        node.span,
    )


def _section(node: MapNode, key: str) -> Iterator[tuple[str, Node, ScalarNode]]:
    section = child(node, key)
    if section is None:
        return
    for name, value in mapping(section):
        yield name, value, mapping(section).keys[name]


def _known(
    what: str, name: str, known: tuple[str, ...], place: Node, found: list[Diagnostic]
) -> bool:
    if name in known:
        return True
    meant = nearest(name, known)
    label = f"did you mean `{meant}`?" if meant else ""
    notes = (f"{what}s: {', '.join(known)}",)
    found.append(Diagnostic("E284", f"there is no {what} `{name}`", place.span, label, notes))
    return False


def _table(
    name: str, node: Node, place: ScalarNode, typed: TypedMapping, found: list[Diagnostic]
) -> ExpectedTable | None:
    """The header and rows of a table; without any it is expected not to be there."""
    lines = items(node)
    if not lines:
        return ExpectedTable((), (), (), place.span)
    types = {"platform": t.TEXT, **{c.name: c.type for c in TABLES[name].stored_columns}}
    header = [scalar(cell) for cell in items(lines[0])]
    sound = [_known(f"{name} column", one.text, tuple(types), one, found) for one in header]
    if len(lines) == 1:
        message = f"the test expects nothing of {name}: below the columns stands no row"
        label = f"add rows, or write {name}: [] if it is not made"
        found.append(Diagnostic("E284", message, place.span, label))
    if not all(sound):
        return None
    columns = tuple(types[one.text] for one in header)
    rows = []
    for line in lines[1:]:
        cells = [scalar(cell) for cell in items(line)]
        if len(cells) != len(header):
            message = f"the row has {len(cells)} cells for {len(header)} columns of {name}"
            found.append(Diagnostic("E284", message, line.span))
            continue
        texts = tuple("" if cell.value is None else cell.text for cell in cells)
        values = [_read(*pair, typed, found) for pair in zip(cells, columns, strict=True)]
        rows.append(ExpectedRow(texts, tuple(values), line.span))
    return ExpectedTable(tuple(one.text for one in header), columns, tuple(rows), place.span)


def _read(cell: ScalarNode, type_: Type, typed: TypedMapping, found: list[Diagnostic]) -> Value:
    if cell.value is None:
        return None
    try:
        return canonical(cell.text, type_, typed.written.timezone)
    except UnreadableError:
        ways = f"write one of {', '.join(type_.values)}" if type_.values else WRITTEN[type_.kind]
        message = f"`{cell.text}` is not what the column holds: {type_}"
        found.append(Diagnostic("E284", message, cell.span, ways))
        return None


def _counts(
    node: MapNode, key: str, known: tuple[str, ...], found: list[Diagnostic]
) -> Iterator[Counts]:
    what = "input" if key == "read" else "table"
    for name, value, place in _section(node, key):
        if not _known(what, name, known, place, found):
            continue
        given = content(value)
        numbers = {k: v for k, v in given.items() if k not in ("dropped", "encoding")}
        yield Counts(name, numbers, given.get("dropped"), given.get("encoding"), place.span)
