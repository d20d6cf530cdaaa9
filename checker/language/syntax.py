"""Text to syntax tree: what was written, before names and types are known."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeAlias

from lark import Token, Transformer, Tree, v_args
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from checker.language import types as t
from checker.language.mistakes import bad_character, bad_token
from checker.language.tables import parser
from checker.language.types import Type

UNIT_US = {
    "us": 1,
    "ms": 1_000,
    "s": 1_000_000,
    "m": 60_000_000,
    "h": 3_600_000_000,
    "d": 86_400_000_000,
    "w": 7 * 86_400_000_000,
}
DAY_US = UNIT_US["d"]


@dataclass(frozen=True, slots=True)
class Part:
    """`start` and `end` are offsets into the text of the expression."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Literal(Part):
    """`value` in the units of its type: microseconds, exact fractions (1 is 100 %), text."""

    type: Type
    value: bool | int | str | Fraction


@dataclass(frozen=True, slots=True)
class Name(Part):
    parts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call(Part):
    function: str
    arguments: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Operation(Part):
    """`op` is one of and, or, not, + - * /, negative, the comparisons, `is missing`, `is present`."""

    op: str
    operands: tuple[Syntax, ...]


@dataclass(frozen=True, slots=True)
class Membership(Part):
    """`item in members`; members is a list of literals, or one syntax (a window's name, a text)."""

    item: Syntax
    members: tuple[Syntax, ...]
    negated: bool


Syntax: TypeAlias = Literal | Name | Call | Operation | Membership


@dataclass(frozen=True, slots=True)
class Requirement(Part):
    op: str
    bound: Syntax


@dataclass(frozen=True, slots=True)
class SyntaxFault(Part):
    """Where and why a text is no expression; `hint` says what would work."""

    message: str
    hint: str


def parse_expression(text: str) -> Syntax | SyntaxFault:
    return _parse(text, "expression")  # type: ignore[return-value]


def parse_requirement(text: str) -> Requirement | SyntaxFault:
    return _parse(text, "requirement")  # type: ignore[return-value]


def parse_literal(text: str) -> Literal | None:
    """The literal that `text` reads as, negative ones included; None when it is anything else."""
    found = parse_expression(text)
    match found:
        case Literal():
            return found
        case Operation(op="negative", operands=(Literal(type=type_, value=value),)) if (
            not isinstance(value, str | bool)
        ):
            return Literal(0, len(text), type_, -value)
    return None


_LONGEST = 10_000
_DEEPEST = 100


@lru_cache(maxsize=4096)
def _parse(text: str, start: str) -> Syntax | Requirement | SyntaxFault:
    if len(text) > _LONGEST:
        return SyntaxFault(0, len(text), f"longer than {_LONGEST:,} characters", "split it up")
    if not text.strip():
        return SyntaxFault(0, 1, "the expression is empty", "write a formula or leave the key out")
    try:
        tree = parser().parse(text, start=start)
    except UnexpectedCharacters as error:
        return SyntaxFault(*bad_character(text, error.pos_in_stream or 0))
    except UnexpectedToken as error:
        return SyntaxFault(*bad_token(text, error))
    if _depth(tree) > _DEEPEST:
        message = f"nested more than {_DEEPEST} levels deep"
        return SyntaxFault(0, len(text), message, "split it up")
    return _Builder().transform(tree)  # type: ignore[no-any-return]


def _depth(tree: Tree[Token]) -> int:
    """How deep a tree is; it may be deeper than Python can recurse."""
    depth, level = 0, [tree]
    while level:
        depth += 1
        level = [child for one in level for child in one.children if isinstance(child, Tree)]
    return depth


def _duration_us(text: str) -> Fraction:
    return sum(
        (
            Fraction(n) * UNIT_US[u]
            for n, u in re.findall(r"(\d+(?:\.\d+)?)(us|ms|s|m|h|d|w)", text)
        ),
        Fraction(0),
    )


def time_of_day_us(text: str) -> int | None:
    """Microseconds since midnight of `HH:MM[:SS[.ffffff]]` up to 24:00:00, or None."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,6}))?)?", text)
    if not found:
        return None
    hours, minutes, seconds = int(found[1]), int(found[2]), int(found[3] or 0)
    micros = int((found[4] or "0").ljust(6, "0"))
    total = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000 + micros
    return total if minutes < 60 and seconds < 60 and total <= DAY_US else None


@v_args(meta=True)
class _Builder(Transformer[Token, Any]):
    """Lark's tree to ours. Methods are named after the rules of the grammar."""

    def expression(self, _meta: Any, items: list[Any]) -> Any:
        return items[0]

    def requirement(self, meta: Any, items: list[Any]) -> Requirement:
        return Requirement(meta.start_pos, meta.end_pos, str(items[0]), items[1])

    def _operation(self, op: str, meta: Any, items: list[Any]) -> Operation:
        return Operation(meta.start_pos, meta.end_pos, op, tuple(items))

    def or_(self, meta: Any, items: list[Any]) -> Operation:
        return self._operation("or", meta, items)

    def and_(self, meta: Any, items: list[Any]) -> Operation:
        return self._operation("and", meta, items)

    def not_(self, meta: Any, items: list[Any]) -> Operation:
        return self._operation("not", meta, items)

    def compare(self, meta: Any, items: list[Any]) -> Operation:
        return self._operation(str(items[1]), meta, [items[0], items[2]])

    def missing(self, meta: Any, items: list[Any]) -> Operation:
        return self._operation("is missing", meta, items)

    def present(self, meta: Any, items: list[Any]) -> Operation:
        return self._operation("is present", meta, items)

    def sum_(self, meta: Any, items: list[Any]) -> Operation:
        op = str(items[1]) if len(items) == 3 else "-"
        return self._operation(op, meta, [items[0], items[-1]])

    def product_(self, meta: Any, items: list[Any]) -> Operation:
        return self._operation(str(items[1]), meta, [items[0], items[2]])

    def negative(self, meta: Any, items: list[Any]) -> Operation:
        return self._operation("negative", meta, items)

    negative_literal = negative

    def list(self, _meta: Any, items: list[Any]) -> tuple[Any, ...]:
        return tuple(items)

    def _membership(self, meta: Any, items: Any, negated: bool) -> Membership:
        members = items[1] if isinstance(items[1], tuple) else (items[1],)
        return Membership(meta.start_pos, meta.end_pos, items[0], members, negated)

    def in_(self, meta: Any, items: Any) -> Membership:
        return self._membership(meta, items, negated=False)

    def not_in(self, meta: Any, items: Any) -> Membership:
        return self._membership(meta, items, negated=True)

    def call(self, meta: Any, items: Any) -> Call:
        return Call(meta.start_pos, meta.end_pos, str(items[0]), tuple(items[1:]))

    def name(self, meta: Any, items: Any) -> Name:
        return Name(meta.start_pos, meta.end_pos, tuple(str(i) for i in items))

    def _literal(self, meta: Any, type_: Type, value: bool | int | str | Fraction) -> Literal:
        return Literal(meta.start_pos, meta.end_pos, type_, value)

    def duration(self, meta: Any, items: Any) -> Literal:
        return self._literal(meta, t.DURATION, int(_duration_us(items[0])))

    def percent(self, meta: Any, items: Any) -> Literal:
        return self._literal(meta, t.RATIO, Fraction(items[0].rstrip("% ")) / 100)

    def time(self, meta: Any, items: Any) -> Literal:
        value = time_of_day_us(items[0])
        return self._literal(meta, t.TIME, -1 if value is None else value)

    def decimal(self, meta: Any, items: Any) -> Literal:
        return self._literal(meta, t.NUMBER, Fraction(items[0]))

    def integer(self, meta: Any, items: Any) -> Literal:
        return self._literal(meta, t.INT, int(items[0]))

    def text(self, meta: Any, items: Any) -> Literal:
        return self._literal(meta, t.TEXT, items[0][1:-1].replace("''", "'"))

    def true(self, meta: Any, _items: Any) -> Literal:
        return self._literal(meta, t.BOOL, True)

    def false(self, meta: Any, _items: Any) -> Literal:
        return self._literal(meta, t.BOOL, False)
