"""Mappings → typed mappings: every expression checked against its input and its canonical column."""

from __future__ import annotations

from collections.abc import Mapping as Dict
from dataclasses import dataclass

from checker.data.validate import required
from checker.diagnostics import Diagnostic, has_errors, nearest
from checker.imports.model import PLACES, Input, Mapping, Output, placeholders
from checker.language import tree as tr
from checker.language import types as t
from checker.language.catalog import TABLES, Column, Table
from checker.language.check import check
from checker.language.faults import a
from checker.language.scope import Scope
from checker.language.types import Kind, Type
from checker.packs.model import Expr

_NUMBERS = frozenset({Kind.INT, Kind.RATIO, Kind.DURATION})
"""What may stand for a number: a share of 1, a duration in seconds."""


@dataclass(frozen=True)
class TypedOutput:
    written: Output
    columns: Dict[str, tr.Tree]
    types: Dict[str, Type]
    where: tr.Tree | None


@dataclass(frozen=True)
class TypedMapping:
    written: Mapping
    outputs: tuple[TypedOutput, ...]
    drops: Dict[str, tuple[tuple[str, tr.Tree], ...]]

    @property
    def params(self) -> frozenset[str]:
        """The params that some expression or query uses."""
        trees = [tree for out in self.outputs for tree in (*out.columns.values(), out.where)]
        trees += [tree for drops in self.drops.values() for _, tree in drops]
        used = {n.name for one in trees if one for n in tr.walk(one) if isinstance(n, tr.Col)}
        used |= {p for one in self.written.inputs.values() for p in placeholders(one.sql)}
        return frozenset(used & set(self.written.params))


def check_mapping(mapping: Mapping) -> tuple[TypedMapping | None, tuple[Diagnostic, ...]]:
    """The typed mapping, or None and everything that is wrong with its expressions and columns."""
    found: list[Diagnostic] = []
    scopes = {name: _scope(mapping, one, found) for name, one in mapping.inputs.items()}
    drops = {}
    for name, one in mapping.inputs.items():
        trees = [(c.name, _condition(c.where, scopes[name], name, found)) for c in one.drop]
        drops[name] = tuple((label, tree) for label, tree in trees if tree is not None)
    outputs = [_output(mapping, out, scopes[out.input], found) for out in mapping.outputs]
    _sessions(mapping, found)
    if has_errors(found):
        return None, tuple(sorted(found, key=lambda d: d.sort_key))
    return TypedMapping(mapping, tuple(outputs), drops), tuple(found)


def _scope(mapping: Mapping, one: Input, found: list[Diagnostic]) -> Scope:
    taken = {c.name for c in one.columns}
    for name, param in mapping.params.items():
        if name in taken or name in PLACES:
            message = f"`{name}` is a param and a column of input `{one.name}`"
            found.append(Diagnostic("E263", message, param.span, "name one of them otherwise"))
    columns = [Column(c.name, t.TEXT, "") for c in one.columns]
    columns += [Column(name, param.type, "") for name, param in mapping.params.items()]
    columns += [Column(name, t.INT if name in ("row", "item") else t.TEXT, "") for name in PLACES]
    table = Table(f"input {one.name}", "a raw row", tuple(columns), None, parents=())
    return Scope({}, table, values=mapping.values)


def _condition(
    where: Expr | None, scope: Scope, subject: str, found: list[Diagnostic]
) -> tr.Tree | None:
    if where is None:
        return None
    tree, problems = check(where.text, scope, where.span, subject, wanted=Kind.BOOL)
    found += problems
    return tree


def _output(mapping: Mapping, out: Output, scope: Scope, found: list[Diagnostic]) -> TypedOutput:
    table = TABLES[out.table]
    known = {c.name: c.type for c in table.stored_columns if c.name != "platform"}
    if mapping.sessions and out.table == "messages":
        known |= {c: t.TEXT for c in mapping.sessions.by if c not in known}
    trees: dict[str, tr.Tree] = {}
    for name, expr in out.columns.items():
        tree, problems = check(expr.text, scope, expr.span, f"{out.table}.{name}")
        found += problems
        if name not in known:
            meant = nearest(name, tuple(known))
            label = f"did you mean `{meant}`?" if meant else ""
            notes = (f"columns of {out.table}: {', '.join(known)}",)
            message = f"{out.table} has no column `{name}`"
            found.append(Diagnostic("E262", message, expr.node.span, label, notes))
        elif tree is not None and not _fits(tree, known[name]):
            found.append(_misfit(out, name, expr, tree, known[name]))
        elif tree is not None:
            trees[name] = tree
    found += _lacking(mapping, out)
    where = _condition(out.where, scope, out.table, found)
    return TypedOutput(out, trees, {c: known[c] for c in trees}, where)


def _fits(tree: tr.Tree, column: Type) -> bool:
    kind = tree.type.kind
    if isinstance(tree, tr.Lit) and column.kind is Kind.ENUM and kind is Kind.TEXT:
        return tree.value in column.values
    return (
        kind is column.kind
        or (column.kind in (Kind.TEXT, Kind.ENUM) and kind in (Kind.TEXT, Kind.ENUM))
        or (column.kind is Kind.TEXT and kind is Kind.INT)
        or (column.kind is Kind.NUMBER and kind in _NUMBERS)
    )


_READERS: Dict[Kind, str] = {
    Kind.INSTANT: "instant(x), epoch_seconds(x), excel_instant(x) …",
    Kind.DATE: "date(x), or date_of(instant(x))",
    Kind.TIME: "time(x)",
    Kind.INT: "integer(x)",
    Kind.NUMBER: "number(x), ratio(x), seconds(x) …",
    Kind.BOOL: "compare it, or map(x, name)",
}


def _misfit(out: Output, name: str, expr: Expr, tree: tr.Tree, column: Type) -> Diagnostic:
    if isinstance(tree, tr.Lit) and column.kind is Kind.ENUM:
        meant = nearest(str(tree.value), column.values)
        label = f"did you mean '{meant}'?" if meant else ""
        notes = (f"it can be {', '.join(column.values)}",)
        message = f"`{name}` of {out.table} is never '{tree.value}'"
        return Diagnostic("E264", message, expr.span(), label, notes)
    message = f"`{name}` of {out.table} is {a(column)}, this is {a(tree.type)}"
    return Diagnostic("E264", message, expr.span(), _READERS.get(column.kind, ""))


def _lacking(mapping: Mapping, out: Output) -> list[Diagnostic]:
    needed = [c for c in required(out.table) if c != "platform"]
    if mapping.sessions and mapping.sessions.idle is not None:
        needed = [c for c in needed if c != "session_id"]
        if out.table == "messages":
            needed += [c for c in mapping.sessions.by if c != "shop_id"]
    return [
        Diagnostic(
            "E262",
            f"{out.table} needs a column `{column}`",
            out.span,
            notes=(f"it has {', '.join(out.columns) or 'none'}",),
        )
        for column in needed
        if column not in out.columns
    ]


def _sessions(mapping: Mapping, found: list[Diagnostic]) -> None:
    sessions = mapping.sessions
    if sessions is None:
        return
    made = {out.table for out in mapping.outputs}
    needed = "messages" if sessions.idle is not None else "sessions"
    if needed not in made:
        what = (
            "`idle` makes sessions of messages"
            if sessions.idle is not None
            else ("`merge_within` without `idle` joins the rows of sessions")
        )
        found.append(Diagnostic("E263", f"{what}; no table {needed} is made", sessions.span))
    if sessions.idle is not None and "sessions" in made:
        message = "sessions are made of messages by `idle` and come of an input, too"
        found.append(Diagnostic("E263", message, sessions.span, "remove one of them"))
