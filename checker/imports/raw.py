"""A raw table: the rows of one input as texts under the mapping's names, with the places they are from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from checker.data.sql import name, run
from checker.imports.account import FileAccount
from checker.imports.model import PLACES, Input


@dataclass(frozen=True)
class Raw:
    """The rows of one input: the table has PLACES and its columns, as text. `written` is what files
    call a column."""

    input: Input
    table: str
    accounts: tuple[FileAccount, ...]
    written: dict[str, str]
    not_read: dict[str, str]


def create_raw(con: Any, table: str, wanted: Input, *more: str) -> None:
    """Makes the raw table of an input, still empty; `more` are columns that the mapping does not name."""
    parts = [f"{c} {'BIGINT' if c in ('row', 'item') else 'VARCHAR'}" for c in PLACES]
    parts += [f"{name(c.name)} VARCHAR" for c in wanted.columns]
    run(con, f"CREATE TEMP TABLE {name(table)} ({', '.join((*parts, *more))})")
