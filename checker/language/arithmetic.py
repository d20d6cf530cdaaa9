"""Which types may be compared, added, multiplied: units are never guessed."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from checker.language import tree as tr
from checker.language import types as t
from checker.language.types import Kind, Type

_I, _N, _R, _D = Kind.INT, Kind.NUMBER, Kind.RATIO, Kind.DURATION

_RESULTS: Mapping[tuple[str, Kind, Kind], Type] = {
    ("+", _I, _I): t.INT,
    ("-", _I, _I): t.INT,
    ("*", _I, _I): t.INT,
    ("/", _I, _I): t.NUMBER,
    ("+", _R, _R): t.RATIO,
    ("-", _R, _R): t.RATIO,
    ("*", _R, _R): t.RATIO,
    ("/", _R, _R): t.NUMBER,
    ("+", _D, _D): t.DURATION,
    ("-", _D, _D): t.DURATION,
    ("/", _D, _D): t.NUMBER,
    ("+", Kind.INSTANT, _D): t.INSTANT,
    ("+", _D, Kind.INSTANT): t.INSTANT,
    ("-", Kind.INSTANT, _D): t.INSTANT,
    ("-", Kind.INSTANT, Kind.INSTANT): t.DURATION,
    ("-", Kind.TIME, Kind.TIME): t.DURATION,
    ("-", Kind.DATE, Kind.DATE): t.DURATION,
    **{(op, a, b): t.NUMBER for op in "+-*/" for a, b in ((_I, _N), (_N, _I), (_N, _N))},
    **{("*", a, _R): t.RATIO for a in (_I, _N)},
    **{("*", _R, b): t.RATIO for b in (_I, _N)},
    **{("/", _R, b): t.RATIO for b in (_I, _N)},
    **{("*", a, _D): t.DURATION for a in (_I, _N, _R)},
    **{("*", _D, b): t.DURATION for b in (_I, _N, _R)},
    **{("/", _D, b): t.DURATION for b in (_I, _N, _R)},
}


def arithmetic_type(op: str, left: Type, right: Type) -> Type | None:
    """The type of `left op right`, or None where that has no meaning."""
    return _RESULTS.get((op, left.kind, right.kind))


def comparable(left: Type, right: Type, op: str) -> bool:
    a, b = left.kind, right.kind
    same = a == b or {a, b} == {_I, _N} or {a, b} == {Kind.TEXT, Kind.ENUM}
    if not same:
        return False
    return op in ("=", "!=") or (a in t.ORDERED and b in t.ORDERED)


def unit_hint(left: tr.Tree, right: tr.Tree) -> str:
    """What to write instead of a bare number beside a duration, or of a number beside a ratio."""
    for tree, other in ((left, right), (right, left)):
        if not isinstance(tree, tr.Lit) or tree.type.kind not in (_I, _N):
            continue
        value = tree.value
        if other.type.kind is _D:
            if isinstance(value, int) and value % 60 == 0 and value:
                return f"write {value}s or {value // 60}m"
            return f"write {value}s" if isinstance(value, int) else "write a duration such as 90s"
        if other.type.kind is _R and isinstance(value, int | Fraction):
            if value == 1:
                return "write 1% or 100%"
            below_one = not isinstance(value, int) and value <= 1
            return f"write {float(value * 100 if below_one else value):g}%"
    return ""
