"""Bad cells as diagnostics: what, where, how many, and what would work."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from checker.diagnostics import Diagnostic, nearest
from checker.engine.values import Value
from checker.imports.raw import Raw
from checker.language import tree as tr
from checker.language.conversions import CONVERSIONS
from checker.packs.model import Expr

STRETCH = ("from", "through")
"""Params that --from and --through give."""

BadKind = Literal["unreadable", "unlisted", "missing", "foreign", "rounded"]


@dataclass(frozen=True)
class Bad:
    """One way in which cells of a column may be bad. `cell` is the expression that finds it and
    `value` what the cell says; `known` are the values that a closed set has."""

    kind: BadKind
    table: str
    column: str
    written: Expr
    cell: tr.Tree
    value: Value | None
    known: tuple[str, ...] = ()


_CODES: Mapping[BadKind, str] = {
    "unreadable": "E275",
    "unlisted": "E276",
    "foreign": "E276",
    "missing": "E277",
    "rounded": "E286",
}


def explain(
    bad: Bad,
    number: int,
    examples: Sequence[tuple[Any, ...]],
    raw: Raw,
    shapes: Sequence[tuple[str, int]] = (),
    not_given: Sequence[str] = (),
) -> Diagnostic:
    """One diagnostic for all cells that are bad in the same way."""
    column = raw_column(bad.cell)
    header = raw.written.get(column, column) if column else ""
    of = f"column `{header}`" if header else f"`{bad.written.text}`"
    cells = f"{number:,} cell{'s' if number != 1 else ''}"
    notes = [_place(example) for example in examples]
    quotes = [_quoted(example) for example in examples]
    if number > len(notes):
        notes.append(f"and {number - len(notes):,} more")
    if bad.kind == "unreadable":
        assert isinstance(bad.cell, tr.Function)
        signature = CONVERSIONS[bad.cell.name].signature
        message = f"{cells} of {of} cannot be read by `{signature.usage}`"
        notes.append(f"it reads {signature.doc}")
        if len(shapes) > 1:
            listed = ", ".join(f"{shape} ({n:,})" for shape, n in shapes)
            notes.append(f"the column is written in {len(shapes)} ways: {listed}")
            quotes += [shape for shape, _ in shapes]
        notes.append(_other_function(bad.cell.name, examples))
        notes.append(_if_empty(examples))
    elif bad.kind == "missing":
        rows = f"{number:,} row{'s' if number != 1 else ''}"
        message = f"`{bad.column}` of {bad.table} is missing in {rows}"
        if not_given:
            notes += [f"give it with {given_by(name)}" for name in not_given]
        else:
            notes.append("leave such rows out with `drop` or `where`, if they are meant to be")
            if any(sheet for _, sheet, _, _ in examples):
                notes.append(
                    "merged cells have their value in the first row only: unmerge and fill"
                )
    elif bad.kind == "rounded":
        message = (
            f"{cells} of {of} {'are ids' if number != 1 else 'is an id'} that a spreadsheet rounded"
        )
        notes.append("ids that were different may be the same now")
        notes.append("take the file as it was exported, or make the column text and fill it again")
    else:
        message = (
            f"{cells} of {of} {'are' if number != 1 else 'is'} no known value for `{bad.column}`"
        )
        known = bad.known or _keys(bad.cell)
        near = nearest(str(examples[0][3]), known) if examples else None
        if near:
            notes.append(f"did you mean `{near}`?")
        notes.append(f"known: {', '.join(known)}")
        if bad.kind == "unlisted":
            notes.append("add it to the mapping's `values`, or give map(…) an else")
    return Diagnostic(
        _CODES[bad.kind],
        message,
        bad.written.span(bad.cell.start, bad.cell.end),
        notes=tuple(note for note in notes if note),
        subject=f"{bad.table}.{bad.column}",
        quotes=tuple(dict.fromkeys(quote for quote in quotes if quote)),
    )


def given_by(param: str) -> str:
    """How the user gives a param."""
    return f"--{param} 2026-10-01" if param in STRETCH else f"--set {param}=…"


def raw_column(tree: tr.Tree) -> str | None:
    """The first raw column that an expression names."""
    for node in tr.walk(tree):
        if isinstance(node, tr.Col):
            return node.name
    return None


def _place(example: tuple[Any, ...]) -> str:
    file, sheet, row, value = example
    place = f"{file}" + (f" [{sheet}]" if sheet else "") + f" row {row}"
    return place if value is None else f"{place}: {_quoted(example)}"


def _quoted(example: tuple[Any, ...]) -> str:
    return "" if example[3] is None else f"`{_shown(example[3])}`"


def _shown(value: object) -> str:
    text = "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in str(value))
    return f"{text[:60]}{'…' if len(text) > 60 else ''}"


_NUMBERS = {10: "epoch_seconds", 13: "epoch_millis", 16: "epoch_micros", 5: "excel_instant"}


def _other_function(called: str, examples: Sequence[tuple[Any, ...]]) -> str:
    """The function for instants that are numbers, by how many digits stand before the point."""
    values = [str(e[3]) for e in examples]
    digits = {len(value.partition(".")[0]) for value in values}
    if called != "instant" or len(digits) != 1 or not all(map(_is_number, values)):
        return ""
    meant = _NUMBERS.get(digits.pop())
    return f"numbers are read by {meant}(x), if that is what they mean" if meant else ""


def _is_number(text: str) -> bool:
    return text.isascii() and text.replace(".", "", 1).isdigit()


def _if_empty(examples: Sequence[tuple[Any, ...]]) -> str:
    values = {str(e[3]) for e in examples}
    if values and all(not any(c.isalnum() for c in value) for value in values):
        listed = ", ".join(f'"{value}"' for value in sorted(values))
        return f"if that means that there is no value, add missing: [{listed}] to the input"
    return ""


def _keys(cell: tr.Tree) -> tuple[str, ...]:
    if isinstance(cell, tr.Function) and cell.name == "map":
        return tuple(str(key.value) for key in cell.arguments[1::2] if isinstance(key, tr.Lit))
    return ()
