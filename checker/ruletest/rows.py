"""Rows of a test's tables: each value is read as the type that its column has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from fractions import Fraction

from checker.diagnostics import Diagnostic, nearest
from checker.language.catalog import Column, Table
from checker.language.syntax import parse_literal, time_of_day_us
from checker.language.types import Kind
from checker.packs.access import is_null
from checker.packs.nodes import MapNode, ScalarNode, SeqNode
from checker.ruletest.model import Cell, Row
from checker.ruletest.times import Times, read_day

_DECIMAL = re.compile(r"-?\d+(\.\d+)?")
_WRITTEN = {
    Kind.BOOL: "write true or false",
    Kind.INT: "write a whole number",
    Kind.NUMBER: "write a number or a percentage",
    Kind.RATIO: "write a number or a percentage",
    Kind.DURATION: "write a length of time, as in 90s",
    Kind.INSTANT: 'write "08:00:00", or with another day "2026-01-06 08:00:00"',
    Kind.DATE: "write a day, as in 2026-01-05",
    Kind.TIME: 'write a time of day, as in "09:00:00"',
}


def read_rows(node: SeqNode, table: Table, times: Times, found: list[Diagnostic]) -> Iterator[Row]:
    """The rows below one table of a test; a row with `repeat: N` gives N, `{n}` being 1 to N."""
    columns = {c.name: c for c in table.stored_columns}
    for item in node.items:
        if not isinstance(item, MapNode):
            continue  # the schema has told
        cells = [
            (columns[key], value)
            for key, value in item
            if key != "repeat" and _known(key, item, table, columns, found)
        ]
        repeat = item.get("repeat")
        times_over = repeat.value if isinstance(repeat, ScalarNode) else None
        before = len(found)
        for n in range(1, (int(times_over) if isinstance(times_over, int) else 1) + 1):
            number = None if times_over is None else n
            row = {
                column.name: _cell(column, value, times, number, found)
                for column, value in cells
                if isinstance(value, ScalarNode)
            }
            if len(found) > before:
                break
            yield row


def _known(
    key: str, row: MapNode, table: Table, columns: dict[str, Column], found: list[Diagnostic]
) -> bool:
    if key in columns:
        return True
    column = table.column(key)
    meant = nearest(key, tuple(columns))
    if column is not None:
        message = f"`{key}` of {table.name} is computed and cannot be given"
    else:
        message = f"unknown column `{key}` in {table.name}"
    label = f"did you mean `{meant}`?" if meant else ""
    notes = (f"columns of {table.name}: {', '.join(columns)}",)
    found.append(Diagnostic("E404", message, row.keys[key].span, label, notes))
    return False


def _cell(
    column: Column, node: ScalarNode, times: Times, number: int | None, found: list[Diagnostic]
) -> Cell:
    if is_null(node):
        return None
    text = node.text if number is None else node.text.replace("{n}", str(number))
    value = _value(column, node, text, times)
    if value is None:
        kind = column.type
        allowed = f"write one of {', '.join(kind.values)}" if kind.values else _WRITTEN[kind.kind]
        message = f"`{text}` is not what `{column.name}` holds: {kind}"
        found.append(Diagnostic("E405", message, node.span, allowed))
    return value


def _value(column: Column, node: ScalarNode, text: str, times: Times) -> Cell:
    """The value of a cell, or None where the text is no such value."""
    match column.type.kind:
        case Kind.BOOL:
            return node.value if isinstance(node.value, bool) else None
        case Kind.INT:
            return int(text) if re.fullmatch(r"-?\d+", text) else None
        case Kind.INSTANT:
            return times.instant(text)
        case Kind.DATE:
            return text if read_day(text) else None
        case Kind.TIME:
            return text if time_of_day_us(text) is not None else None
        case Kind.DURATION:
            literal = parse_literal(text)
            return text if literal and literal.type.kind is Kind.DURATION else None
        case Kind.NUMBER | Kind.RATIO:
            if _DECIMAL.fullmatch(text.removesuffix("%")):
                return _decimal(text)
            return None
        case Kind.ENUM:
            return text if text in column.type.values else None
        case Kind.TEXT:
            return text


def _decimal(text: str) -> str:
    """A number as data write it: `85%` is 0.85, with all its digits."""
    if not text.endswith("%"):
        return text
    value = Fraction(text[:-1]) / 100
    digits = len(text) + 2
    whole = round(abs(value) * 10**digits)
    written = str(whole).rjust(digits + 1, "0")
    sign = "-" if value < 0 else ""
    return f"{sign}{written[:-digits]}.{written[-digits:]}"
