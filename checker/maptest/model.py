"""Tests of mappings as they travel: an export, and what an import must make of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from checker.diagnostics import Span
from checker.imports.typing import TypedMapping
from checker.language.types import Type

Cell: TypeAlias = "str | int | float | bool | Moment | None"

Value: TypeAlias = "str | int | bool | tuple[int, int] | None"
"""A canonical value in a form that can be compared; a number is numerator and denominator."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A cell that a workbook has as a date, with or without a time."""

    text: str


@dataclass(frozen=True)
class TextFile:
    text: str
    encoding: str
    span: Span = field(compare=False)


@dataclass(frozen=True)
class CopiedFile:
    """A file that lies beside the test."""

    source: Path
    span: Span = field(compare=False)


Workbook: TypeAlias = Mapping[str, tuple[tuple[Cell, ...], ...]]
"""Rows by the name of their sheet."""

Sample: TypeAlias = "TextFile | CopiedFile | Workbook"


@dataclass(frozen=True)
class ExpectedRow:
    written: tuple[str, ...]
    values: tuple[Value, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True)
class ExpectedTable:
    """All rows of a canonical table, in any order, as far as the named columns go."""

    columns: tuple[str, ...]
    types: tuple[Type, ...]
    rows: tuple[ExpectedRow, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True)
class Counts:
    """Counts of the account that are expected, by the names of import-report.json. `of` is an input
    or a table."""

    of: str
    numbers: Mapping[str, int]
    dropped: Mapping[str, int] | None
    encoding: str | None
    span: Span = field(compare=False)


@dataclass(frozen=True)
class Expected:
    tables: Mapping[str, ExpectedTable]
    read: tuple[Counts, ...]
    made: tuple[Counts, ...]
    not_read: tuple[str, ...] | None
    diagnostics: tuple[str, ...]
    span: Span = field(compare=False)


@dataclass(frozen=True)
class MappingCase:
    """One test: files (or what a database answers), options, and what must come of them."""

    name: str
    tags: frozenset[str]
    mapping: TypedMapping
    files: Mapping[str, Sample]
    answers: Mapping[str, tuple[tuple[str | None, ...], ...]]
    settings: tuple[tuple[str, str], ...]
    first: str | None
    through: str | None
    expected: Expected
    span: Span = field(compare=False)
