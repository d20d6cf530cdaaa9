"""Finding the line that made a text file unreadable, after the fast reader has given up."""

from __future__ import annotations

import csv
import io
import json
import zlib
from collections.abc import Iterator
from pathlib import Path

from checker.data.readers import Relation, opened, unreadable
from checker.diagnostics import Diagnostic, Span

SHOWN = 120


def first_torn_line(relation: Relation, error: Exception) -> Diagnostic | None:
    """What is wrong with the first broken line among the relation's files.

    None when every row of a CSV file is whole: then only its line ends differ, which a lenient
    second reading gets right. `error` is what the fast reader said.
    """
    source = relation.source
    if source.format not in ("csv", "tsv", "json"):
        return _by_file(relation, error)
    for file in relation.files:
        try:
            found = (
                _json_line(relation, file) if source.format == "json" else _csv_row(relation, file)
            )
        except (OSError, EOFError, zlib.error) as broken:
            return unreadable(source, file, broken)
        if found:
            return found
    return None if source.format != "json" else unreadable(source, relation.files[0], error)


def _by_file(relation: Relation, error: Exception) -> Diagnostic:
    # With several files the reader names the one that broke.
    for file in relation.files:
        if len(relation.files) > 1 and str(file) in str(error):
            return unreadable(relation.source, file, error)
    return unreadable(relation.source, relation.files[0], error)


def _json_line(relation: Relation, file: Path) -> Diagnostic | None:
    table = relation.source.table
    with opened(file) as stream:
        for number, line in enumerate(stream, 1):
            if not line.strip():
                continue
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError as wrong:
                return _not_utf8(table, file, number, line, line[wrong.start])
            try:
                record = json.loads(text)
            except ValueError as wrong:
                what = str(wrong).split(":")[0]
                return _at(
                    "E206",
                    f"line {number} of `{file}` is not JSON: {what}",
                    table,
                    file,
                    number,
                    text,
                )
            if not isinstance(record, dict):
                return _at(
                    "E206",
                    f"line {number} of `{file}` is not a JSON object",
                    table,
                    file,
                    number,
                    text,
                )
    return None


def _csv_row(relation: Relation, file: Path) -> Diagnostic | None:
    table, width = relation.source.table, len(relation.columns)
    with opened(file) as stream:
        text = io.TextIOWrapper(stream, encoding="utf-8-sig", errors="surrogateescape", newline="")
        lines = _Lines(text)
        reader = csv.reader(lines, delimiter=relation.delimiter, strict=True)
        while True:
            start = reader.line_num + 1
            lines.seen.clear()
            try:
                row = next(reader)
            except StopIteration:
                return None
            except csv.Error:
                what = "a quoted field does not end as it should"
                return _at(
                    "E206", f"line {start} of `{file}`: {what}", table, file, start, lines.first
                )
            stray = next((c for field in row for c in field if "\udc80" <= c <= "\udcff"), None)
            if stray:
                raw = lines.first.encode("utf-8", "surrogateescape")
                return _not_utf8(table, file, start, raw, ord(stray) - 0xDC00)
            if row and len(row) != width:
                many = f"{len(row)} field{'s' if len(row) != 1 else ''}"
                return _at(
                    "E206",
                    f"line {start} of `{file}` has {many}; the header has {width}",
                    table,
                    file,
                    start,
                    lines.first,
                )


class _Lines:
    """The lines of a file, remembering those of the row that is being read."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self.seen: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._text)
        if not self.seen:
            self.seen.append(line)
        return line

    @property
    def first(self) -> str:
        return self.seen[0] if self.seen else ""


def _not_utf8(table: str, file: Path, number: int, line: bytes, byte: int) -> Diagnostic:
    text = line.decode("utf-8", "replace")
    message = f"line {number} of `{file}` is not UTF-8 text: byte 0x{byte:02x}"
    return _at("E207", message, table, file, number, text, ("save the file as UTF-8",))


def _at(
    code: str,
    message: str,
    table: str,
    file: Path,
    line: int,
    text: str,
    notes: tuple[str, ...] = (),
) -> Diagnostic:
    shown = "".join(c if c.isprintable() else "�" for c in text.rstrip("\r\n"))[:SHOWN]
    span = Span(str(file), line, 1, line, len(shown) + 1, shown)
    return Diagnostic(code, message, span, notes=notes, subject=table, quotes=(shown,))
