"""Opening a data set on DuckDB: files → relations → staged → placed → validated → Dataset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from checker.data.cache import Cache
from checker.data.canonical import IBIS_TYPE, STAGED_TYPE, final
from checker.data.counting import Counts, as_lists, counts_from
from checker.data.dataset import Dataset, Naive, OpenTable
from checker.data.duck import DuckDB
from checker.data.files import Source, find
from checker.data.lazily import ir
from checker.data.places import PLACE, Placed, lacking, place
from checker.data.readers import RawColumn, Relation, describe, unreadable
from checker.data.sql import DuckDBError, literal, name, rows, run, typed_view, unused_prefix
from checker.data.staging import Staged, naive_name, stage
from checker.data.validate import required, validate
from checker.diagnostics import Diagnostic, has_errors, nearest
from checker.language import types as t
from checker.language.catalog import ENTRY_TABLES, STORED, TABLES
from checker.language.types import Type


def open_dataset(
    con: DuckDB,
    path: str | Path,
    wanted: Mapping[str, Mapping[str, Type]],
    *,
    platform: str | None = None,
    cache: Cache | None = None,
) -> tuple[Dataset | None, tuple[Diagnostic, ...]]:
    """Opens a folder, a file or a DuckDB file; None with at least one error when it is not usable.

    `wanted[table][column]` are the stored columns to open and their types; others are never read.
    `platform` and `shop_id` are always opened. Tables that are not wanted are counted. `platform`
    makes every row of that platform, whatever the data say. What `cache` knows of right values is
    not checked again.
    """
    prefix = unused_prefix()
    sources, diagnostics = find(Path(path))
    if has_errors(diagnostics):
        return None, diagnostics
    if cache is not None and not cache.of_just(sources):
        cache = None
    if sources[0].format == "duckdb":
        sources, diagnostics = _attached(con, sources[0], prefix)
        if has_errors(diagnostics):
            return None, diagnostics
        if cache is not None and _has_views(con, prefix):
            cache.usable, cache = False, None
    elif Path(path).is_file() and sources[0].format == "workbook":
        from checker.data.workbook_tables import sheets_of

        sources = sheets_of(sources[0])
    relations, diagnostics = _described(con, sources)
    diagnostics += _missing(relations)
    if has_errors(diagnostics):
        return None, diagnostics
    return _opened(con, relations, wanted, platform, prefix, cache)


Named: TypeAlias = "Callable[[str, Mapping[str, str]], ir.Table]"
Relations = Mapping[str, tuple[Relation, ...]]
"""The relations of each table."""


def _attached(
    con: DuckDB, source: Source, prefix: str
) -> tuple[tuple[Source, ...], tuple[Diagnostic, ...]]:
    """The tables and views of a DuckDB file that have the name of a table of a data set."""
    file = source.files[0]
    try:
        run(con, f"ATTACH {literal(str(file))} AS {name(prefix)} (READ_ONLY)")
        found = rows(
            con,
            "SELECT table_schema, table_name FROM information_schema.tables "
            f"WHERE table_catalog = {literal(prefix)} ORDER BY table_schema = 'main' DESC, 1, 2",
        )
    except DuckDBError as error:
        return (), (unreadable(source, file, error),)
    tables: dict[str, Source] = {}
    for schema, table in found:
        if table in STORED and table not in tables:
            relation = f"{name(prefix)}.{name(schema)}.{name(table)}"
            tables[table] = replace(source, table=table, relation=relation)
    if not tables:
        named = ", ".join(f"`{table}`" for _, table in found[:10]) or "none"
        return (), (
            Diagnostic(
                "E201",
                f"the DuckDB file `{file}` has no known table",
                notes=(f"its tables: {named}", f"tables: {', '.join(STORED)}"),
            ),
        )
    return tuple(tables[table] for table in STORED if table in tables), ()


def _has_views(con: DuckDB, attached: str) -> bool:
    """Tables of a DuckDB file that may be read from other files."""
    tables = ", ".join(map(literal, STORED))
    ((number,),) = rows(
        con,
        "SELECT count(*) FROM information_schema.tables WHERE table_type = 'VIEW' "
        f"AND table_catalog = {literal(attached)} AND table_name IN ({tables})",
    )
    return bool(number)


def _described(
    con: DuckDB, sources: tuple[Source, ...]
) -> tuple[Relations, tuple[Diagnostic, ...]]:
    result: dict[str, tuple[Relation, ...]] = {}
    diagnostics: list[Diagnostic] = []
    for source in sources:
        relations, found = describe(con, source)
        diagnostics += found
        if not source.table and relations:
            if not set(required("messages")) <= set(relations[0].columns):
                diagnostics.append(_no_table(source, relations[0]))
                continue
            source = replace(source, table="messages")
            relations = tuple(replace(r, source=source) for r in relations)
        result[source.table] = relations
    ordered = {table: result[table] for table in STORED if table in result}
    if not diagnostics and not any(table in ordered for table in ENTRY_TABLES):
        have = ", ".join(ordered)
        diagnostics.append(
            Diagnostic(
                "E202",
                f"the data have {have}, but none of {', '.join(ENTRY_TABLES)}",
                notes=("one of these is required, as a file such as messages.parquet",),
            )
        )
    return ordered, tuple(diagnostics)


def _no_table(source: Source, relation: Relation) -> Diagnostic:
    file = source.files[0]
    near = nearest(file.name.split(".")[0], STORED)
    notes = [f"name it after its table: {', '.join(STORED)}"]
    if near:
        notes.insert(0, f"did you mean {near}?")
    notes.append(
        f"a file of any other name is read as messages if it has {_list(required('messages'))}"
    )
    notes.append(f"its columns: {_list(tuple(relation.columns)[:20])}")
    return Diagnostic("E201", f"`{file}` has the name of no table", notes=tuple(notes))


def _missing(relations: Relations) -> tuple[Diagnostic, ...]:
    """Required columns that no file of a table has."""
    found = []
    for table, group in relations.items():
        have = {column for relation in group for column in relation.columns}
        for column in required(table):
            if group and column not in have:
                near = nearest(column, have - set(required(table)))
                notes = [f"did you mean `{near}`?"] if near else []
                notes.append(
                    f"columns of `{group[0].files[0]}`: {_list(tuple(group[0].columns)[:20])}"
                )
                found.append(
                    Diagnostic(
                        "E219",
                        f"{table} has no column `{column}`, which it needs",
                        notes=tuple(notes),
                        subject=table,
                    )
                )
    return tuple(found)


def _list(names: tuple[str, ...]) -> str:
    return ", ".join(n.strip() or "(no name)" for n in names)


def _opened(
    con: DuckDB,
    relations: Relations,
    wanted: Mapping[str, Mapping[str, Type]],
    platform: str | None,
    prefix: str,
    cache: Cache | None,
) -> tuple[Dataset | None, tuple[Diagnostic, ...]]:
    have = {
        table: frozenset(c for r in group for c in r.columns) for table, group in relations.items()
    }
    by_session = lacking(have, platform)
    staged: dict[str, Staged] = {}
    diagnostics: list[Diagnostic] = []
    for table, group in relations.items():
        columns = wanted_of(table, wanted, platform, by_session=by_session)
        if group[0].source.format == "json":
            group = tuple(_told(r, columns) for r in group)
            have[table] |= columns.keys() - set(PLACE)
        columns = {c: type_ for c, type_ in columns.items() if c in have[table]}
        one, found = stage(con, group[0].source, group, columns, prefix, cache)
        diagnostics += found
        if one:
            staged[table] = one
    if has_errors(diagnostics):
        return None, tuple(diagnostics)
    try:
        return finished(con, staged, platform, prefix, partial(typed_view, con), cache)
    except DuckDBError:
        broken = _broken(con, staged)
        if broken is None:
            raise
        return None, (broken,)


def wanted_of(
    table: str, wanted: Mapping[str, Mapping[str, Type]], platform: str | None, *, by_session: bool
) -> dict[str, Type]:
    """The columns of a table to open where the data have them."""
    columns = {c: t.TEXT for c in PLACE if c != "platform" or platform is None}
    columns |= {c: type_ for c, type_ in wanted.get(table, {}).items() if c not in PLACE}
    if by_session and TABLES[table].column("session_id"):
        columns.setdefault("session_id", t.TEXT)
    return columns


def _told(relation: Relation, columns: Mapping[str, Type]) -> Relation:
    """JSON lines beyond the sampled ones may have further keys: all that are wanted are looked for."""
    more = {c: RawColumn(name(c), "VARCHAR") for c in columns if c not in PLACE}
    return replace(relation, columns={**more, **relation.columns})


def _broken(con: DuckDB, staged: Mapping[str, Staged]) -> Diagnostic | None:
    """The first lazily read file that breaks off in the middle."""
    for one in staged.values():
        for relation in one.relations:
            raw = [relation.columns[c].sql for c in one.columns if c in relation.columns]
            read = ", ".join(f"bit_xor(hash({c}))" for c in raw)  # counting would not decompress
            for file in relation.files:
                try:
                    rows(con, f"SELECT {read or '1'} FROM {relation.scan((file,), ())}")
                except DuckDBError as error:
                    return unreadable(one.source, file, error)
    return None


def finished(
    con: Any,
    staged: Mapping[str, Staged],
    platform: str | None,
    prefix: str,
    named: Named,
    cache: Cache | None = None,
) -> tuple[Dataset | None, tuple[Diagnostic, ...]]:
    """Places and checks staged tables; `named` gives a view of `con`, whose columns
    have these types of Ibis, as an expression."""
    placed, diagnostics = place(con, staged, platform, prefix)
    counts: dict[str, Counts] = {}
    for table, one in placed.items():
        counts[table], found = _checked(con, one, cache)
        diagnostics += found
    if has_errors(diagnostics):
        return None, diagnostics
    tables = {
        table: _open_table(con, one, counts[table], prefix, named) for table, one in placed.items()
    }
    return Dataset(tables), diagnostics


def _checked(
    con: Any, placed: Placed, cache: Cache | None
) -> tuple[Counts, tuple[Diagnostic, ...]]:
    """What is counted of a table, and what is wrong with it; the cache knows what is right."""
    if cache is None:
        return validate(con, placed)
    key = f"counts of {placed.staged.table}"
    known = cache.recall(key)
    if known is not None and (counts := counts_from(known)) is not None:
        return counts, ()
    counts, found = validate(con, placed)
    if not found:
        cache.remember(key, as_lists(counts))
    return counts, found


def _open_table(
    con: DuckDB,
    placed: Placed,
    counts: Counts,
    prefix: str,
    named: Named,
) -> OpenTable:
    staged = placed.staged
    naive: dict[str, Naive] = {}
    columns = {c: type_ for c, type_ in staged.columns.items() if c not in PLACE}
    parts = [name(place) for place in PLACE]
    types = dict.fromkeys(PLACE, "string")
    types |= {c: IBIS_TYPE[STAGED_TYPE[t_.kind]] for c, t_ in columns.items()}
    parts += [f"{final(t_.kind, name(c))} AS {name(c)}" for c, t_ in columns.items()]
    for column in staged.naive:
        local, zoned = counts.local[column], counts.zoned[column]
        naive[column] = "mixed" if local and zoned else "all" if local else "none"
        if naive[column] == "mixed":
            parts.append(name(naive_name(column)))
            types[naive_name(column)] = "boolean"
    total = sum(counts.rows.values())
    view = f"{prefix}_{staged.table}"
    run(con, f"CREATE VIEW {name(view)} AS SELECT {', '.join(parts)} FROM {placed.sql}")
    return OpenTable(
        name=staged.table,
        view=partial(named, view, types),
        columns=frozenset((*PLACE, *columns)),
        naive=naive,
        ends=counts.ends,
        by_place=counts.rows,
        present={
            p: frozenset(c for c, n in values.items() if n) for p, values in counts.values.items()
        },
        complete=frozenset(
            c for c in columns if total == sum(v[c] for v in counts.values.values())
        ),
    )
