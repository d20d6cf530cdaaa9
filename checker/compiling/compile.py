"""The SQL of one rule in one dialect, with all that can be wrong with the wish."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace

import sqlglot
from ibis.common.exceptions import IbisError
from sqlglot.errors import SqlglotError

from checker.compiling.dialects import DIALECTS, Dialect
from checker.compiling.header import Wish, header
from checker.compiling.presence import lacking, settled_by
from checker.compiling.realm import Sketch
from checker.compiling.recorder import Recorder
from checker.compiling.rule import rule_figures
from checker.compiling.script import as_query, as_script, assembled, qualified, tables_read
from checker.compiling.sources import Columns
from checker.data.wanted import wanted_columns
from checker.diagnostics import Diagnostic, nearest
from checker.engine.flags import DayRange
from checker.engine.relations import EngineGap
from checker.facts.zones import SECOND_US, day_number, instant_of_text, load_zone
from checker.language.catalog import STORED
from checker.language.types import Type
from checker.packs.model import Ask
from checker.packs.typed import TypedPack, TypedRule

FIRST_YEAR, LAST_YEAR = 2015, 2035
"""The changes of the clocks that a script knows; it is right outside of them where there are none."""

FORMS = ("query", "script")


def compile_rule(
    packs: Sequence[TypedPack], name: str, wish: Wish
) -> tuple[str | None, tuple[Diagnostic, ...]]:
    """The SQL text, or None and why not."""
    found = find_rule(packs, name)
    if isinstance(found, Diagnostic):
        return None, (found,)
    pack, rule = found
    dialect = DIALECTS.get(wish.dialect)
    if dialect is None:
        return None, (
            _unknown("E540", f"unknown dialect `{wish.dialect}`", wish.dialect, tuple(DIALECTS)),
        )
    if any(isinstance(revision.measure, Ask) for revision in rule.revisions):
        note = "it is answered by a person: checker checklist prints it"
        return None, (Diagnostic("E542", f"{rule.id} is a question, not a measure", notes=(note,)),)
    if wish.form == "script" and dialect.temporary is None:
        note = "leave out --as script: one query does the same"
        message = f"{dialect.title} has no temporary tables to write a script with"
        return None, (Diagnostic("E544", message, notes=(note,)),)
    columns, wrong = warehouse_columns(pack, rule, wish.without)
    if wrong:
        return None, wrong
    return _compiled(pack, rule, dialect, columns, wish)


def find_rule(packs: Sequence[TypedPack], name: str) -> tuple[TypedPack, TypedRule] | Diagnostic:
    """The rule of that id; its pack may be left out where no other pack has such a rule."""
    every = [(pack, rule) for pack in packs for rule in pack.rules]
    named = [pair for pair in every if name in (pair[1].id, pair[1].rule.id)]
    exact = [pair for pair in named if pair[1].id == name]
    if len(exact or named) == 1:
        return (exact or named)[0]
    if named:
        note = f"say which: {', '.join(rule.id for _, rule in named)}"
        return Diagnostic("E541", f"several packs have a rule `{name}`", notes=(note,))
    known = [i for _, rule in every for i in (rule.id, rule.rule.id)]
    best = nearest(name, known)
    meant = (f"did you mean `{best}`?",) if best else ()
    return Diagnostic(
        "E541", f"unknown rule `{name}`", notes=(*meant, "checker show lists all rules")
    )


def warehouse_columns(
    pack: TypedPack, rule: TypedRule, without: Sequence[str]
) -> tuple[Columns, tuple[Diagnostic, ...]]:
    """The tables and columns that the warehouse has: all that the rule can read, but for `without`."""
    wanted = wanted_columns([replace(pack, rules=(rule,))])
    tables: dict[str, Mapping[str, Type]] = {
        table: {c: t for c, t in columns.items() if c not in ("platform", "shop_id")}
        for table, columns in wanted.items()
        if table != "reported"  # figures that a platform reports are not computed
    }
    wrong = []
    for text in without:
        table, dot, column = text.partition(".")
        if table not in STORED or table == "reported":
            known = tuple(t for t in STORED if t != "reported")
            wrong.append(
                _unknown("E546", f"--without {text}: unknown table `{table}`", table, known)
            )
        elif not dot:
            tables.pop(table, None)
        elif column not in wanted[table] and column in ("platform", "shop_id"):
            note = "every table has both; a shop_id may be empty"
            wrong.append(Diagnostic("E546", f"--without {text}: not to be left out", notes=(note,)))
        elif column not in wanted[table]:
            known = tuple(wanted[table])
            wrong.append(
                _unknown("E546", f"--without {text}: unknown column `{column}`", column, known)
            )
        elif table in tables:
            tables[table] = {c: t for c, t in tables[table].items() if c != column}
    return tables, tuple(wrong)


def _unknown(code: str, message: str, given: str, known: Sequence[str]) -> Diagnostic:
    best = nearest(given, tuple(known))
    meant = (f"did you mean `{best}`?",) if best else ()
    return Diagnostic(code, message, notes=(*meant, f"there are: {', '.join(known)}"))


def _compiled(
    pack: TypedPack, rule: TypedRule, dialect: Dialect, columns: Columns, wish: Wish
) -> tuple[str | None, tuple[Diagnostic, ...]]:
    zone_name = pack.pack.timezone
    as_of = None
    if wish.as_of is not None:
        as_of = instant_of_text(wish.as_of, zone_name)
        if as_of is None:
            note = 'write it as "2026-10-31T23:59:59" or "2026-10-31T23:59:59+08:00"'
            return None, (
                Diagnostic("E304", f"`--as-of {wish.as_of}` is no instant", notes=(note,)),
            )
    platform = wish.platform if pack.pack.platform == "any" else pack.pack.platform
    years = [FIRST_YEAR, LAST_YEAR, *(d.year for d in (wish.first, wish.through) if d is not None)]
    zone = load_zone(zone_name, _new_year(min(years)), _new_year(max(years) + 1))
    sketch = Sketch(Recorder(), columns, zone, stamps=wish.stamps, platform=platform, as_of=as_of)
    for revision in rule.revisions:
        missing = lacking(revision, settled_by(sketch, frozenset()))
        if missing:
            message = f"{rule.id} cannot be judged without {', '.join(missing)}"
            return None, (Diagnostic("E545", message, notes=("--without leaves it out",)),)
    days = DayRange(_day(wish.first), _day(wish.through))
    try:
        figures = rule_figures(sketch, pack, rule, days, platform)
        recorder = sketch.workspace
        assert isinstance(recorder, Recorder)
        steps = (*sketch.opening(), *recorder.script)
        query = assembled(steps, figures.table, figures.order, dialect)
        found = tables_read(query)
        read = {
            table: [c for c in ("platform", "shop_id", *have) if c in found[table]]
            for table, have in columns.items()
            if table in found
        }
        query = qualified(query, wish.schema, dialect)
        text = as_script(query, dialect) if wish.form == "script" else as_query(query, dialect)
        sqlglot.parse(text, read=dialect.sqlglot)
    except (EngineGap, IbisError, SqlglotError) as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
        message = f"{rule.id} cannot be written in {dialect.title}"
        return None, (Diagnostic("E543", message, notes=(reason,)),)
    return header(pack, rule, dialect, wish, platform, read) + text, ()


def _new_year(year: int) -> int:
    return int(dt.datetime(year, 1, 1, tzinfo=dt.UTC).timestamp()) * SECOND_US


def _day(date: dt.date | None) -> int | None:
    return None if date is None else day_number(date)


__all__ = ["FORMS", "Wish", "compile_rule"]
