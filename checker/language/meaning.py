"""What an expression says, without how it is laid out: equal for two texts that say the same."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields

from checker.language.syntax import (
    Name,
    Part,
    Requirement,
    SyntaxFault,
    parse_expression,
    parse_requirement,
)


def expression_meaning(text: str) -> object:
    """Equal for `wait<=3m` and `(wait <= 180s)`. A text that is no expression means itself."""
    parsed = parse_expression(text)
    return " ".join(text.split()) if isinstance(parsed, SyntaxFault) else _key(parsed)


def requirement_meaning(text: str) -> object:
    """Equal for `>=80%` and `>= 80.0%`."""
    parsed = parse_requirement(text)
    return " ".join(text.split()) if isinstance(parsed, SyntaxFault) else _key(parsed)


def names_in(text: str) -> frozenset[str]:
    """The names that an expression or a requirement says: columns, windows, params, relations."""
    for parse in (parse_expression, parse_requirement):
        parsed = parse(text)
        if not isinstance(parsed, SyntaxFault):
            return frozenset(_names(parsed))
    return frozenset()


def _key(part: object) -> object:
    if isinstance(part, tuple):
        return tuple(map(_key, part))
    if not isinstance(part, Part):
        return part
    said = (getattr(part, f.name) for f in fields(part) if f.name not in ("start", "end"))
    return (type(part).__name__, *map(_key, said))


def _names(part: object) -> Iterator[str]:
    if isinstance(part, tuple):
        for item in part:
            yield from _names(item)
    elif isinstance(part, Name):
        yield from part.parts
    elif isinstance(part, Part | Requirement):
        for field in fields(part):
            yield from _names(getattr(part, field.name))
