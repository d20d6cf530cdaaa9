"""One table's wanted columns in canonical types: a lazy view, or where reading is dear a table, or what the
cache holds of each file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from checker.data.cache import Cache, scan_of
from checker.data.canonical import STAGED_TYPE, WRITTEN, Conversion, conversion, phrase
from checker.data.duck import DuckDB
from checker.data.files import Source, as_path
from checker.data.readers import Relation, unreadable
from checker.data.sql import DuckDBError, literal, name, run
from checker.data.torn import first_torn_line
from checker.diagnostics import Diagnostic
from checker.language.types import Kind, Type


@dataclass(frozen=True)
class Staged:
    """A table whose columns are converted but not checked yet. `sql` is the relation that has them.

    `exact` are columns whose stored type leaves nothing to check; `naive` says of an instant whether
    it is local (True), has an offset (False) or says it row by row in the column `c__naive` (None).
    """

    source: Source
    relations: tuple[Relation, ...]
    columns: Mapping[str, Type]
    sql: str
    exact: frozenset[str]
    naive: Mapping[str, bool | None]

    @property
    def table(self) -> str:
        return self.source.table


_OF_FILES = frozenset({"csv", "tsv", "json", "parquet"})
"""Formats whose files are read one by one, and whole."""


def naive_name(column: str) -> str:
    return f"{column}__naive"


def stage(
    con: DuckDB,
    source: Source,
    relations: tuple[Relation, ...],
    columns: Mapping[str, Type],
    prefix: str,
    cache: Cache | None = None,
) -> tuple[Staged | None, tuple[Diagnostic, ...]]:
    """`columns` are those that at least one relation has."""
    conversions: dict[tuple[int, str], Conversion | None] = {}
    diagnostics: list[Diagnostic] = []
    for number, relation in enumerate(relations):
        for column, type_ in columns.items():
            raw = relation.columns.get(column)
            if raw is None:
                conversions[number, column] = None
                continue
            found = conversion(raw.type, type_)
            conversions[number, column] = found
            if found is None:
                diagnostics.append(_wrong_type(relation, column, raw.type, type_))
    if diagnostics:
        return None, tuple(diagnostics)
    text = source.format in ("csv", "tsv", "json", "workbook")
    slow = text or any(c.slow for c in conversions.values() if c)
    view = name(f"{prefix}_{source.table}_staged")
    staged = Staged(
        source,
        relations,
        columns,
        view,
        frozenset(c for c in columns if _all_exact(c, relations, conversions)),
        {
            c: _naive(c, relations, conversions)
            for c, t in columns.items()
            if t.kind is Kind.INSTANT
        },
    )
    if slow:
        one_by_one = source.format in _OF_FILES and not source.has_values_in_folders
        if cache is not None and one_by_one and _held(con, staged, cache):
            return staged, ()
        return _load(con, staged)
    selects = " UNION ALL ".join(_select(staged, relation) for relation in relations)
    run(con, f"CREATE VIEW {view} AS {selects}")
    return staged, ()


def staged_value(relation: Relation, column: str, type_: Type) -> str:
    """The conversion of one column of one relation, as SQL."""
    raw = relation.columns[column]
    found = conversion(raw.type, type_)
    return found.staged(raw.sql) if found else "NULL"


def _held(con: DuckDB, staged: Staged, cache: Cache) -> bool:
    """Makes a view of what the cache holds of each file, read now where it is new; False where that fails,
    for whatever reason."""
    try:
        held = [_of_file(con, staged, r, file, cache) for r in staged.relations for file in r.files]
        known = [one for one in held if one is not None]
        if len(known) < len(held):
            return False
        run(con, f"CREATE VIEW {staged.sql} AS SELECT {_columns(staged)} FROM {scan_of(known)}")
    except DuckDBError:  # told by those who read the files without a cache
        return False
    return True


def _of_file(
    con: DuckDB, staged: Staged, relation: Relation, file: Path, cache: Cache
) -> Path | None:
    select = _select(staged, replace(relation, files=(file,)))
    return cache.of_file(con, file, select.replace(literal(as_path(file)), "file"), select)


def _columns(staged: Staged) -> str:
    """All of them, in types that what is held must have already."""
    flags = ((naive_name(c), "BOOLEAN") for c in staged.naive)
    types = (*((c, STAGED_TYPE[t.kind]) for c, t in staged.columns.items()), *flags)
    return ", ".join(f"CAST({name(c)} AS {type_}) AS {name(c)}" for c, type_ in types) or "*"


def _load(con: DuckDB, staged: Staged) -> tuple[Staged | None, tuple[Diagnostic, ...]]:
    """Reads everything once into a temporary table: text is dear to parse in every query."""
    types = [f"{name(c)} {STAGED_TYPE[t.kind]}" for c, t in staged.columns.items()]
    types += [f"{name(naive_name(c))} BOOLEAN" for c in staged.naive]
    run(con, f"CREATE TABLE {staged.sql} ({', '.join(types)})")
    relations: list[Relation] = []
    diagnostics: list[Diagnostic] = []
    for relation in staged.relations:
        read, found = _insert(con, staged, relation)
        relations.append(read)
        diagnostics += found
    if diagnostics:
        return None, tuple(diagnostics)
    return replace(staged, relations=tuple(relations)), ()


def _insert(
    con: DuckDB, staged: Staged, relation: Relation
) -> tuple[Relation, tuple[Diagnostic, ...]]:
    try:
        run(con, f"INSERT INTO {staged.sql} {_select(staged, relation)}")
        return relation, ()
    except DuckDBError as error:
        torn = first_torn_line(relation, error)
        if torn:
            return relation, (torn,)
    lenient = replace(relation, lenient=True)
    try:
        run(con, f"INSERT INTO {staged.sql} {_select(staged, lenient)}")
        return lenient, ()
    except DuckDBError as error:
        return relation, (unreadable(relation.source, relation.files[0], error),)


def _select(staged: Staged, relation: Relation) -> str:
    parts = []
    for column, type_ in staged.columns.items():
        value = "NULL"
        if column in relation.columns:
            value = staged_value(relation, column, type_)
        parts.append(f"CAST({value} AS {STAGED_TYPE[type_.kind]}) AS {name(column)}")
    for column in staged.naive:
        naive = "NULL"
        raw = relation.columns.get(column)
        found = conversion(raw.type, staged.columns[column]) if raw else None
        if raw and found and found.naive:
            naive = found.naive(raw.sql)
        parts.append(f"CAST({naive} AS BOOLEAN) AS {name(naive_name(column))}")
    scan = relation.scan(relation.files, staged.columns)
    return f"SELECT {', '.join(parts) or '1 AS nothing'} FROM {scan}"


def _all_exact(
    column: str, relations: tuple[Relation, ...], found: Mapping[tuple[int, str], Conversion | None]
) -> bool:
    return all(c is None or c.exact for c in (found[i, column] for i in range(len(relations))))


def _naive(
    column: str, relations: tuple[Relation, ...], found: Mapping[tuple[int, str], Conversion | None]
) -> bool | None:
    said = set()
    for number, relation in enumerate(relations):
        one = found[number, column]
        if one is not None:
            said.add(one.naive(relation.columns[column].sql) if one.naive else "NULL")
    return {"true": True, "false": False}.get(said.pop()) if len(said) == 1 else None


def _wrong_type(relation: Relation, column: str, raw_type: str, type_: Type) -> Diagnostic:
    table = relation.source.table
    return Diagnostic(
        "E215",
        f"`{column}` of {table} is stored as {raw_type}; {phrase(type_)} is needed",
        notes=(f"in `{relation.files[0]}`", WRITTEN[type_.kind]),
        subject=table,
    )
