"""A kept table of DuckDB whose groups of rows are put in order: only those that do not lie so already.

Exports are mostly written session by session. A join leaves nearly all of them as they were read, but
promises nothing, so that every row is looked at; a window without an order sees rows as they lie.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

Execute = Callable[[str], list[tuple[Any, ...]]]
"""Runs a statement, gives its rows."""


def stand_in(kept: str) -> str:
    """The name under which the statement that sorts rows reads them."""
    return f"{kept}_rows"


def put_in_order(
    execute: Execute, kept: str, group: str, rising: Sequence[str], sorting: str
) -> None:
    """Puts the rows of each group next to each other and in order.

    `sorting` selects all of `stand_in(kept)`, group by group, in order. A group whose rows lie together,
    each above the one before by the columns `rising`, with which that order begins, stays where it is.
    """
    rows, groups = stand_in(kept), f"{kept}_groups"
    execute(f"CREATE TABLE {groups} AS {_looked_at(kept, group, rising)}")
    ((every, wrong),) = execute(f"SELECT count(*), count(*) FILTER (wrong) FROM {groups}")
    if 2 * wrong > every:
        execute(f"ALTER TABLE {kept} RENAME TO {rows}")
        execute(f"CREATE TABLE {kept} AS {sorting}")
        execute(f"DROP TABLE {rows}")
    elif wrong:
        theirs = f"{group} IN (SELECT {group} FROM {groups} WHERE wrong)"
        execute(f"CREATE TABLE {rows} AS SELECT * FROM {kept} WHERE {theirs}")
        execute(f"DELETE FROM {kept} WHERE {theirs}")
        execute(f"INSERT INTO {kept} {sorting}")
        execute(f"DROP TABLE {rows}")
    execute(f"DROP TABLE {groups}")


def _looked_at(kept: str, group: str, rising: Sequence[str]) -> str:
    """Each group, and whether it lies in several places or a row is not above the one before."""
    above = "false"
    for column in reversed(rising):
        before = f"lag({column}) OVER ()"
        above = f"({column} > {before} OR ({column} = {before} AND {above}))"
    begins = f"{group} IS DISTINCT FROM lag({group}) OVER ()"
    return (
        f"SELECT {group}, count(*) FILTER (begins) > 1 OR bool_or(unclear) AS wrong FROM ("
        f"SELECT {group}, {begins} AS begins, NOT begins AND {above} IS NOT TRUE AS unclear "
        f"FROM {kept}) WHERE begins OR unclear GROUP BY {group}"
    )
