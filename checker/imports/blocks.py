"""Texts of blocks as raw tables: one row per block of lines."""

from __future__ import annotations

import re
from pathlib import Path

from checker.data.sql import literal, name, rows, run
from checker.diagnostics import Diagnostic
from checker.imports.account import FileAccount
from checker.imports.grids import line_grid
from checker.imports.inputs import line_value
from checker.imports.model import Input
from checker.imports.raw import Raw, create_raw
from checker.imports.sources import Sources, no_file


def block_rows(
    sources: Sources, wanted: Input, table: str
) -> tuple[Raw | None, tuple[Diagnostic, ...]]:
    """An input of texts: one row per block of lines."""
    files = sources.of(wanted)
    if not files:
        return None, (no_file(sources, wanted),)
    create_raw(sources.con, table, wanted)
    accounts = []
    problems: list[Diagnostic] = []
    not_read: dict[str, str] = {}
    for file in files:
        account = _blocks(sources, wanted, file, table)
        if isinstance(account, Diagnostic):
            problems.append(account)
            not_read[sources.shown(file)] = account.message
        else:
            accounts.append(account)
    damaged = [p for p in problems if p.code != "E267"]
    if damaged or not accounts:
        return None, tuple(damaged or problems)
    return Raw(wanted, table, tuple(accounts), {}, not_read), ()


def _blocks(sources: Sources, wanted: Input, file: Path, table: str) -> FileAccount | Diagnostic:
    con = sources.con
    grid, wrong = line_grid(con, file, sources.folder, wanted.encoding)
    if grid is None:
        return wrong[0]
    assert wanted.blocks is not None
    begin = f"^(?:{wanted.blocks.begin})$"
    groups = list(re.compile(wanted.blocks.begin).groupindex)
    begins = f"regexp_matches(c0, {literal(begin)})"
    lines = {c: line_value("c0", p) for c, p in wanted.carry.items()}
    on_line = " OR ".join(f"{sql} IS NOT NULL" for sql in lines.values()) or "false"
    carried = "".join(
        f", last_value({sql} IGNORE NULLS) OVER (ORDER BY row) AS {name('line ' + c)}"
        for c, sql in lines.items()
    )
    source = (
        f"SELECT row, c0, {begins} AS begins, NOT {begins} AND ({on_line}) AS on_line, "
        f"count(*) FILTER (WHERE {begins}) OVER (ORDER BY row) AS block{carried} "
        f"FROM {name(grid.table)} WHERE c0 IS NOT NULL"
    )
    whole = "".join(
        f", first({name('line ' + c)} ORDER BY row) AS {name('line ' + c)}" for c in lines
    )
    grouped = (
        f"SELECT min(row) AS row, list(c0 ORDER BY row) AS lines{whole} FROM ({source}) "
        "WHERE block > 0 AND NOT on_line GROUP BY block"
    )
    values = [_field(c.name, wanted, begin, groups, lines) for c in wanted.columns]
    places = f"{literal(sources.shown(file))}, NULL, row, 1"
    run(con, f"INSERT INTO {name(table)} SELECT {', '.join((places, *values))} FROM ({grouped})")
    total, filled, carry, above, blocks = rows(
        con,
        f"SELECT {grid.rows}, count(*), count(*) FILTER (WHERE on_line), "
        f"count(*) FILTER (WHERE block = 0 AND NOT on_line), coalesce(max(block), 0) FROM ({source})",
    )[0]
    if not blocks:
        return Diagnostic(
            "E267",
            f"`{file}` has no block of input `{wanted.name}`",
            notes=(f"a block begins with a line like {wanted.blocks.begin}",),
            subject=wanted.name,
        )
    return FileAccount(
        wanted.name,
        sources.shown(file),
        None,
        grid.encoding,
        total,
        above,
        total - filled,
        carry,
        filled - carry - above - blocks,
        {},
        blocks,
    )


def _field(column: str, wanted: Input, begin: str, groups: list[str], lines: dict[str, str]) -> str:
    """A column of a block as SQL over its list of lines."""
    assert wanted.blocks is not None
    if column in lines:
        return name("line " + column)
    if column in groups:
        number = list(re.compile(begin).groupindex).index(column)
        place = list(re.compile(begin).groupindex.values())[number]
        return f"nullif(trim(regexp_extract(lines[1], {literal(begin)}, {place})), '')"
    fields = wanted.blocks.fields
    numbers = [int(f) for f in fields.values() if f.isdigit()]
    has_last = "last" in fields.values()
    which = fields[column]
    if which == "last":
        return f"CASE WHEN len(lines) > {max([0, *numbers]) + 2} THEN lines[-1] END"
    if which == "rest":
        first = max([0, *numbers]) + 2
        # A block with a single line below has a content, but nobody who said it.
        last = (
            f"CASE WHEN len(lines) > {first} THEN len(lines) - 1 ELSE len(lines) END"
            if has_last
            else "len(lines)"
        )
        return f"nullif(array_to_string(lines[{first}:{last}], chr(10)), '')"
    return f"lines[{int(which) + 1}]"
