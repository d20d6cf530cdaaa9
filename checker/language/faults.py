"""Faults of one expression on their way to diagnostics, and the words that they are told in."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypedDict

from checker.diagnostics import nearest
from checker.language import syntax as s
from checker.language.types import Kind, Type


class Fault(Exception):
    """Stops the typing of one operand; `check` turns it into a diagnostic and goes on."""

    def __init__(self, code: str, part: s.Part, message: str, label: str = "", *notes: str) -> None:
        super().__init__(message)
        self.code, self.part, self.message = code, part, message
        self.label, self.notes = label, notes


class AlreadyTold(Exception):
    """An operand is wrong and has been told; what is made of it cannot be typed."""


def did_you_mean(name: str, known: Iterable[str], prefix: str = "") -> str:
    best = nearest(name, tuple(known))
    return f"did you mean `{prefix}{best}`?" if best else ""


def listing(what: str, names: Iterable[object]) -> str:
    listed = ", ".join(str(name) for name in names)
    return f"{what}: {listed or 'none'}"


def a(type_: Type) -> str:
    """The type with its article, as messages name it."""
    article = "an" if type_.kind.value[0] in "aeiou" else "a"
    return "text" if type_.kind is Kind.TEXT else f"{article} {type_}"


class Offsets(TypedDict):
    start: int
    end: int


def at(node: s.Part) -> Offsets:
    return {"start": node.start, "end": node.end}
