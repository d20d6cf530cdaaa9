"""Typing a pack: every expression of every rule, and what only a whole rule can get wrong."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from checker.diagnostics import Diagnostic, Span
from checker.language import syntax as s
from checker.language import tree as tr
from checker.language import types as t
from checker.language.catalog import PERIODS, SCOPE_COLUMN, SCOPES, TABLES, Table, declared
from checker.language.check import check
from checker.language.faults import a
from checker.language.scope import Scope
from checker.language.types import Kind, Type
from checker.packs.demands import typed_demand
from checker.packs.model import Ask, Clock, Expr, Pack, Part, Parts, Ratio, Revision, Rule
from checker.packs.typed import (
    Demand,
    Rows,
    TypedClock,
    TypedMeasure,
    TypedPack,
    TypedParts,
    TypedRatio,
    TypedRevision,
    TypedRule,
    TypedValue,
)

_MEASURED: Mapping[Kind, str] = {
    Kind.INT: "int",
    Kind.NUMBER: "number",
    Kind.RATIO: "ratio",
    Kind.DURATION: "duration",
    Kind.TIME: "time",
}


def check_pack(pack: Pack) -> tuple[TypedPack, tuple[Diagnostic, ...]]:
    """The pack with its sound rules typed, and what is wrong with the others."""
    work = _PackCheck(pack)
    rules = [typed for rule in pack.rules if (typed := work.rule(rule)) is not None]
    typed_pack = TypedPack(pack, work.catalog, pack.windows, tuple(rules))
    unique = {(d.code, d.message, d.span, d.label): d for d in reversed(work.found)}
    return typed_pack, tuple(sorted(unique.values(), key=lambda d: d.sort_key))


class _PackCheck:
    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.catalog = declared(TABLES, pack.columns)
        self.found: list[Diagnostic] = []
        self.params = {name: _param(param.text) for name, param in pack.params.items()}
        self.windows = frozenset(pack.windows)
        self.clocks = {name: self.clock(clock) for name, clock in pack.clocks.items()}

    # -- expressions ---------------------------------------------------------------------------

    def scope(self, table: Table | None, *, aggregate: bool = False, clock: bool = True) -> Scope:
        return Scope(
            self.catalog, table, self.params, self.windows, aggregate=aggregate, clock=clock
        )

    def tree(
        self, expr: Expr, scope: Scope, subject: str, wanted: Kind | None = None
    ) -> tr.Tree | None:
        tree, found = check(expr.text, scope, expr.span, subject, wanted=wanted)
        self.found.extend(found)
        return tree

    def problem(
        self, code: str, message: str, span: Span | None, subject: str, label: str = "", *notes: str
    ) -> None:
        self.found.append(
            Diagnostic(code, message, span, label=label, notes=notes, subject=subject)
        )

    def clock(self, clock: Clock) -> TypedClock | None:
        subject = f"clock {self.pack.name}/{clock.name}"
        messages = self.scope(self.catalog["messages"])
        opens = self.tree(clock.opens, messages, subject, Kind.BOOL)
        closes = self.tree(clock.closes, messages, subject, Kind.BOOL)
        ignores = None
        if clock.ignores_before is not None:
            ignores = self.tree(clock.ignores_before, messages, subject, Kind.INSTANT)
            if ignores is None:
                return None
        wait = self.wait(clock, subject)
        if opens is None or closes is None or wait is None:
            return None
        return TypedClock(opens, closes, ignores, wait)

    def wait(self, clock: Clock, subject: str) -> tr.Tree | None:
        if clock.wait is None:
            asked, answered = (tr.Col(t.INSTANT, name) for name in ("asked_at", "answered_at"))
            return tr.Arithmetic(t.DURATION, "-", answered, asked)
        turns = self.catalog["turns"]
        columns = tuple(c for c in turns.columns if c.name != "wait")
        table = Table(
            turns.name, turns.doc, columns, turns.time, turns.parents, turns.relations, True, False
        )
        return self.tree(clock.wait, self.scope(table), subject, Kind.DURATION)

    # -- rules ---------------------------------------------------------------------------------

    def rule(self, rule: Rule) -> TypedRule | None:
        subject = f"rule {self.pack.name}/{rule.id}"
        revisions = [self.revision(rule, revision, subject) for revision in rule.revisions]
        if any(revision is None for revision in revisions):
            return None
        return TypedRule(self.pack.name, rule, tuple(r for r in revisions if r is not None))

    def revision(self, rule: Rule, written: Revision, subject: str) -> TypedRevision | None:
        before = len(self.found)
        clock = self.clocks.get(written.clock) if written.clock else None
        typed = self.measure(rule, written, subject)
        if typed is None or (written.clock and clock is None):
            return None
        measure, type_ = typed
        demands = Scope(self.catalog, None, self.params, self.windows)
        require, aim = (
            None if expr is None else typed_demand(expr, type_, demands, subject, self.found)
            for expr in (written.require, written.aim)
        )
        if len(self.found) > before and any(d.level == "error" for d in self.found[before:]):
            return None
        every = isinstance(measure, TypedRatio) and measure.every
        if every and require is None:
            require = Demand(">=", Fraction(1), ">= 100%")
        name = "every" if every else "manual" if type_ is None else _MEASURED[type_.kind]
        return TypedRevision(
            written.since,
            written,
            clock,
            measure,
            name,
            written.scopes,
            written.period,
            require,
            aim,
        )

    def measure(
        self, rule: Rule, written: Revision, subject: str
    ) -> tuple[TypedMeasure, Type | None] | None:
        match written.measure:
            case Ask() as ask:
                return ask, None
            case Ratio() as ratio:
                return self.ratio(rule, written, ratio, subject)
            case Part() as part:
                value = self.value(rule, written, part, subject)
                return (value, value.formula.type) if value else None
            case Parts() as parts:
                return self.parts(rule, written, parts, subject)

    def ratio(
        self, rule: Rule, written: Revision, ratio: Ratio, subject: str
    ) -> tuple[TypedRatio, Type] | None:
        table = self.fact(ratio.of, rule, written, ratio.span, subject)
        if table is None:
            return None
        scope = self.scope(table, clock=written.clock is not None)
        where = self.tree(ratio.where, scope, subject, Kind.BOOL) if ratio.where else None
        good = self.tree(ratio.good, scope, subject, Kind.BOOL)
        if good is None or (ratio.where and where is None):
            return None
        rows = self.rows(ratio, where, table, rule, subject)
        return TypedRatio(rows, good, ratio.every), t.RATIO

    def rows(
        self, given: Ratio | Part, where: tr.Tree | None, table: Table, rule: Rule, subject: str
    ) -> Rows:
        for name in given.one_per:
            self.readable(name, table, given.span or rule.span, subject)
        return Rows(given.of, where, given.one_per, given.keep)

    def value(self, rule: Rule, written: Revision, part: Part, subject: str) -> TypedValue | None:
        table = self.fact(part.of, rule, written, part.span, subject)
        if table is None:
            return None
        clock = written.clock is not None
        rows = self.scope(table, clock=clock)
        where = self.tree(part.where, rows, subject, Kind.BOOL) if part.where else None
        offender = self.tree(part.offender, rows, subject, Kind.BOOL) if part.offender else None
        formula = self.formula(
            part.formula, self.scope(table, aggregate=True, clock=clock), subject
        )
        if (
            formula is None
            or (part.where and where is None)
            or (part.offender and offender is None)
        ):
            return None
        return TypedValue(self.rows(part, where, table, rule, subject), formula, offender)

    def formula(self, expr: Expr, scope: Scope, subject: str) -> tr.Tree | None:
        tree = self.tree(expr, scope, subject)
        if tree is not None and tree.type.kind not in _MEASURED:
            self.problem(
                "E124",
                f"a rule cannot measure {a(tree.type)}",
                expr.span(),
                subject,
                "a number, a ratio, a duration or a time of day",
            )
            return None
        return tree

    def parts(
        self, rule: Rule, written: Revision, parts: Parts, subject: str
    ) -> tuple[TypedParts, Type] | None:
        typed = {
            name: self.value(rule, written, part, subject) for name, part in parts.parts.items()
        }
        sound = {name: value for name, value in typed.items() if value is not None}
        if len(sound) < len(typed):
            return None
        scope = Scope(
            self.catalog,
            None,
            self.params,
            self.windows,
            parts={name: value.formula.type for name, value in sound.items()},
        )
        formula = self.formula(parts.formula, scope, subject)
        return None if formula is None else (TypedParts(sound, formula), formula.type)

    # -- what only a whole rule can get wrong ----------------------------------------------------

    def fact(
        self, name: str, rule: Rule, written: Revision, span: Span | None, subject: str
    ) -> Table | None:
        span = span or rule.span
        table = self.catalog[name]
        if table.needs_clock and written.clock is None:
            self.problem(
                "E120",
                f"{name} need a clock, and the rule names none",
                span,
                subject,
                "add `clock:`",
                f"clocks: {', '.join(self.pack.clocks) or 'none'}",
            )
            return None
        for scope in written.scopes:
            self.readable(scope, table, rule.span, subject)
        if written.period.kind != "all":
            self.readable(written.period.kind, table, rule.span, subject)
        return table

    def scopes_of(self, table: Table) -> list[str]:
        """The scopes that can be read from the rows of a table."""
        homes = [table, *([self.catalog["sessions"]] if "session" in table.parents else [])]
        return [
            scope
            for scope in SCOPES
            if (table.time is not None and scope not in SCOPE_COLUMN)
            or any(home.column(SCOPE_COLUMN.get(scope, "")) for home in homes)
        ]

    def readable(self, scope: str, table: Table, span: Span, subject: str) -> None:
        """A scope is read from the row, else from its session; a period from the fact's time."""
        if scope in SCOPE_COLUMN:
            column = SCOPE_COLUMN[scope]
            sessions = self.catalog["sessions"]
            found = table.column(column) or ("session" in table.parents and sessions.column(column))
            if not found:
                self.problem(
                    "E122",
                    f"a row of {table.name} has no {scope}, and no session to read it from",
                    span,
                    subject,
                    "",
                    f"scopes of {table.name}: {', '.join(self.scopes_of(table))}",
                )
        elif table.time is None and (
            scope in PERIODS or scope in ("rolling", "hour_of_day", "weekday")
        ):
            self.problem(
                "E123",
                f"{table.name} have no time, so `{scope}` cannot be said of them",
                span,
                subject,
                "use `all`",
            )


def _param(text: str) -> tr.Lit:
    literal = s.parse_literal(text)
    return tr.Lit(literal.type, literal.value) if literal else tr.Lit(t.TEXT, text)
