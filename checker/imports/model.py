"""A mapping as it travels: what is read, what is dropped, which canonical rows come of it."""

from __future__ import annotations

import re
from collections.abc import Mapping as Dict
from dataclasses import dataclass, field
from typing import Literal

from checker.diagnostics import Span
from checker.language.types import Type
from checker.packs.model import Expr, Source, Text

Form = Literal["table", "json", "text", "sql"]

PLACES = ("file", "sheet", "row", "item")
"""Names that every expression may use: where a row comes from, and its number in the list `each`."""


_PLACEHOLDER = re.compile(r"%\((\w*)\)s")


def placeholders(sql: str) -> tuple[str, ...]:
    """The params that a query names, as `%(name)s`."""
    return tuple(dict.fromkeys(_PLACEHOLDER.findall(sql)))


@dataclass(frozen=True)
class RawColumn:
    """A column of an export under the name that expressions use. `headers` are the names that it has
    in files (in JSON: paths)."""

    name: str
    headers: tuple[str, ...]
    required: bool
    span: Span


@dataclass(frozen=True)
class Blocks:
    """A text of blocks. `begin` is the pattern of a block's first line, its named groups are columns;
    `fields` says which of the following lines is which column: a number, `last`, `rest`."""

    begin: str
    fields: Dict[str, str]


@dataclass(frozen=True)
class Condition:
    """A named condition under which a row is left out."""

    name: str
    where: Expr


@dataclass(frozen=True)
class Input:
    """One kind of raw table. `parent` and `each` make it of a list inside the rows of another, `sql`
    of what a database answers: it stands behind FROM, and the headers are expressions of it."""

    name: str
    form: Form
    columns: tuple[RawColumn, ...]
    span: Span
    files: tuple[str, ...] = ()
    sheets: tuple[str, ...] = ()
    encoding: str | None = None
    header_row: int | None = None
    header_rows: int = 1
    missing: tuple[str, ...] = ()
    carry: Dict[str, str] = field(default_factory=dict)
    drop: tuple[Condition, ...] = ()
    records: str = ""
    parent: str | None = None
    each: str = ""
    blocks: Blocks | None = None
    optional: bool = False
    sql: str = ""


@dataclass(frozen=True)
class Param:
    """A value that the user gives. Without a default it is needed, unless `optional`: then it is
    missing."""

    name: str
    type: Type
    default: str | None
    optional: bool
    doc: Text | None
    span: Span


@dataclass(frozen=True)
class Output:
    """Rows of one canonical table: one per row of the input for which `where` holds."""

    table: str
    input: str
    columns: Dict[str, Expr]
    where: Expr | None
    one_per: tuple[str, ...]
    span: Span
    label: str = ""


@dataclass(frozen=True)
class Sessions:
    """How sessions are made, or joined. Durations are in microseconds."""

    by: tuple[str, ...]
    idle: int | None
    merge_within: int
    span: Span


@dataclass(frozen=True)
class Mapping:
    name: str
    title: Text
    platform: str
    timezone: str
    status: Literal["stable", "provisional"]
    sources: Dict[str, Source]
    inputs: Dict[str, Input]
    outputs: tuple[Output, ...]
    params: Dict[str, Param]
    values: Dict[str, Dict[str, str | int | bool]]
    sessions: Sessions | None
    note: str
    file: str

    @property
    def of_database(self) -> bool:
        """Whether it reads a database and not files."""
        return any(one.form == "sql" for one in self.inputs.values())
