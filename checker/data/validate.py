"""What is wrong with the values of a table: closed sets, ranges, gaps, text that cannot be read.

One aggregate finds everything that is wrong and everything the result has to know. Only if something
is wrong, further queries look for the first row and the values.
"""

from __future__ import annotations

from collections.abc import Mapping

from checker.data.canonical import WRITTEN, cannot_be, phrase
from checker.data.counting import Check, Counts, count
from checker.data.duck import DuckDB
from checker.data.places import Placed
from checker.data.sql import Sql, literal, name, rows
from checker.data.staging import staged_value
from checker.diagnostics import Diagnostic, nearest
from checker.language.catalog import TABLES
from checker.language.types import Kind, Type

SHOWN_VALUES = 5
KEYS: Mapping[str, tuple[str, ...]] = {
    "sessions": ("platform", "shop_id", "session_id"),
    "agents": ("platform", "shop_id", "agent_id"),
    "shops": ("platform", "shop_id"),
}
"""Tables in which one thing has one row."""


def validate(con: DuckDB, placed: Placed) -> tuple[Counts, tuple[Diagnostic, ...]]:
    """Counts a table and reports every kind of bad value once, with how many and the first of them."""
    checks = _checks(placed)
    counts = count(con, placed, checks)
    found = [_diagnose(con, placed, c, n) for c, n in counts.bad.items() if n]
    if not found:
        found += _duplicates(con, placed)
    return counts, tuple(found)


def required(table: str) -> tuple[str, ...]:
    columns = tuple(c.name for c in TABLES[table].columns if c.required)
    return ("shop_id", *columns) if table == "shops" else columns


def _checks(placed: Placed) -> tuple[Check, ...]:
    staged = placed.staged
    text_file = staged.source.format in ("csv", "tsv", "json", "workbook")
    checks = []
    if placed.platform is None:
        checks.append(Check("platform", "E217", lambda c: f"{c} IS NULL"))
    for column, type_ in staged.columns.items():
        if column == "platform" and placed.platform is not None:
            continue
        if column in required(staged.table):
            checks.append(Check(column, "E212", lambda c: f"{c} IS NULL"))
        if type_.kind is Kind.ENUM:
            checks.append(Check(column, "E210", _foreign(type_)))
        elif type_.kind is Kind.TEXT:
            if text_file:
                checks.append(Check(column, "E209", lambda c: f"contains({c}, chr(0))"))
        elif column not in staged.exact:
            code = "E213" if type_.kind is Kind.INSTANT else "E214"
            checks.append(Check(column, code, cannot_be(type_.kind)))
        if (staged.table, column) == ("ratings", "score") and type_.kind is Kind.INT:
            checks.append(Check(column, "E211", _no_score))
    return tuple(checks)


def _foreign(type_: Type) -> Sql:
    values = ", ".join(literal(v) for v in type_.values)
    return lambda c: f"{c} NOT IN ({values})"


def _no_score(c: str) -> str:
    return f"({c} NOT BETWEEN 1 AND 5 AND NOT {cannot_be(Kind.INT)(c)})"


def _diagnose(con: DuckDB, placed: Placed, check: Check, number: int) -> Diagnostic:
    table, column = placed.staged.table, check.column
    type_ = placed.staged.columns.get(column)
    first = _first(con, placed, check)
    where = f"in {number} row{'s' if number != 1 else ''}"
    what = f"`{column}` of {table}"
    notes: list[str] = []
    quotes: tuple[str, ...] = ()
    if check.code == "E217":
        message = f"the platform of {table} is missing {where}"
        if column in placed.inherited:
            notes.append("their session_id occurs in no row that has one")
        notes.append("give it with --platform, such as --platform douyin")
    elif check.code == "E212":
        message = f"{what} is missing {where}"
    elif check.code == "E209":
        message = f"{what} has a NUL character {where}"
    elif check.code == "E210" and type_:
        message = f"{what} has an unknown value {where}"
        listed, quotes = _foreign_values(con, placed, check, type_)
        notes += listed
    elif check.code == "E211":
        message = f"{what} is not one of 1 to 5 {where}"
    else:
        message = f"{what} cannot be read as {phrase(type_)} {where}"
        notes += [WRITTEN[type_.kind]] if type_ else []
    if first:
        where, quoted = first
        notes.insert(0, f"first: {where}")
        quotes = (*quotes, *quoted)
    return Diagnostic(check.code, message, notes=tuple(notes), subject=table, quotes=quotes)


def _foreign_values(
    con: DuckDB, placed: Placed, check: Check, type_: Type
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Two notes, and the values that they quote."""
    column = name(check.column)
    found = rows(
        con,
        f"SELECT {column}, count(*), count(*) OVER () FROM {placed.sql} "
        f"WHERE {check.bad(column)} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {SHOWN_VALUES}",
    )
    said = []
    for value, number, _ in found:
        near = nearest(value, type_.values)
        times = "once" if number == 1 else f"{number} times"
        said.append(f"{_shown(value)} {times}" + (f" (did you mean `{near}`?)" if near else ""))
    others = found[0][2] - len(found) if found else 0
    more = f", and {others} other values" if others else ""
    notes = (f"{', '.join(said)}{more}", f"it can be {', '.join(type_.values)}")
    return notes, tuple(_shown(row[0]) for row in found)


def _first(con: DuckDB, placed: Placed, check: Check) -> tuple[str, tuple[str, ...]] | None:
    """The first bad row in the order of files, found by reading them again, and what it quotes."""
    staged, column = placed.staged, check.column
    type_ = staged.columns.get(column)
    for relation in staged.relations:
        raw = relation.columns.get(column)
        for file in relation.files:
            if raw is None or type_ is None:
                if check.code == "E212":
                    return f"every row of `{file}`, which has no column `{column}`", ()
                continue
            value = staged_value(relation, column, type_)
            found = rows(
                con,
                f"SELECT number, raw FROM (SELECT row_number() OVER () AS number, "
                f"CAST({raw.sql} AS VARCHAR) AS raw, {value} AS staged "
                f"FROM {relation.scan((file,), (column,))}) "
                f"WHERE {check.bad('staged')} ORDER BY number LIMIT 1",
            )
            if found:
                number, text = found[0]
                quoted = (_shown(text),) if text is not None and text.strip() else ()
                return ", ".join((f"row {number} of `{file}`", *quoted)), quoted
    return None


def _duplicates(con: DuckDB, placed: Placed) -> tuple[Diagnostic, ...]:
    table = placed.staged.table
    key = KEYS.get(table, ())
    have = {"platform", "shop_id", *placed.staged.columns}
    if not key or not have.issuperset(key):
        return ()
    columns = ", ".join(name(c) for c in key)
    several = f"SELECT {columns}, count(*) AS n FROM {placed.sql} GROUP BY {columns} HAVING n > 1"
    groups, extra = rows(con, f"SELECT count(*), sum(n) FROM ({several})")[0]
    if not groups:
        return ()
    example = rows(con, f"{several} ORDER BY {columns} LIMIT 1")[0]
    said = ", ".join(
        f"{c} {_shown(v)}" for c, v in zip(key, example, strict=False) if v is not None
    )
    what = key[-1] if table != "shops" else "shop_id"
    return (
        Diagnostic(
            "E216",
            f"{groups} {what}{'s' if groups > 1 else ''} of {table} {'have' if groups > 1 else 'has'} "
            f"more than one row ({extra} rows)",
            notes=(
                f"first: {said}, {example[-1]} rows",
                f"{table} has one row per {', '.join(key)}",
            ),
            subject=table,
            quotes=tuple(_shown(v) for v in example[:-1] if v is not None),
        ),
    )


def _shown(value: object) -> str:
    text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in str(value))
    return f"`{text[:60]}{'…' if len(text) > 60 else ''}`"
