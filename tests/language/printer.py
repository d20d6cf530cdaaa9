"""Syntax trees back to text, with brackets only where they are needed."""

from __future__ import annotations

from fractions import Fraction

from checker.language import syntax as s
from checker.language.types import Kind

# How tightly an operation binds: its operands need brackets when they bind less.
_RANK = {"or": 1, "and": 2, "not": 3, "+": 5, "-": 5, "*": 6, "/": 6, "negative": 7}
_ATOM = 8


def printed(node: s.Syntax) -> str:
    match node:
        case s.Literal():
            return _literal(node)
        case s.Name(parts=parts):
            return ".".join(parts)
        case s.Call(function=function, arguments=arguments):
            return f"{function}({', '.join(printed(one) for one in arguments)})"
        case s.Membership(item=item, members=members, negated=negated):
            word = "not in" if negated else "in"
            return f"{_at_least(5, item)} {word} {_members(members)}"
        case s.Operation(op="not", operands=(item,)):
            return f"not {_at_least(3, item)}"
        case s.Operation(op="negative", operands=(item,)):
            return f"-{_at_least(7, item)}"
        case s.Operation(op="is missing" | "is present" as op, operands=(item,)):
            return f"{_at_least(5, item)} {op}"
        case s.Operation(op="and" | "or" as op, operands=operands):
            return f" {op} ".join(_at_least(_RANK[op] + 1, one) for one in operands)
        case s.Operation(op=op, operands=(left, right)):
            rank = _RANK.get(op, 4)
            low = rank if rank > 4 else 5  # comparisons do not chain
            return f"{_at_least(low, left)} {op} {_at_least(rank + 1, right)}"
    raise AssertionError(node)


def _members(members: tuple[s.Syntax, ...]) -> str:
    if len(members) == 1:
        return _at_least(5, members[0])
    return f"({', '.join(printed(one) for one in members)})"


def _rank(node: s.Syntax) -> int:
    if isinstance(node, s.Operation):
        return _RANK.get(node.op, 4)
    return 4 if isinstance(node, s.Membership) else _ATOM


def _at_least(rank: int, node: s.Syntax) -> str:
    text = printed(node)
    return text if _rank(node) >= rank else f"({text})"


def _literal(node: s.Literal) -> str:
    value = node.value
    match node.type.kind:
        case Kind.BOOL:
            return "true" if value else "false"
        case Kind.TEXT:
            return "'" + str(value).replace("'", "''") + "'"
        case Kind.DURATION:
            return f"{value}us"
        case Kind.RATIO:
            return f"{_decimal(Fraction(value) * 100)}%"
        case Kind.NUMBER:
            text = _decimal(Fraction(value))
            return text if "." in text else f"{text}.0"
        case Kind.TIME:
            seconds, micros = divmod(int(value), 1_000_000)
            clock = f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}"
            return f"{clock}.{micros:06}" if micros else clock
    return str(value)


def _decimal(value: Fraction) -> str:
    whole, rest = divmod(value, 1)
    digits = ""
    while rest:
        digit, rest = divmod(rest * 10, 1)
        digits += str(int(digit))
    return f"{int(whole)}.{digits}" if digits else str(int(whole))
