"""What a plain scalar is under the core schema of YAML 1.2: null, bool, int, float, else text."""

from __future__ import annotations

import re

_NULL = frozenset({"", "~", "null", "Null", "NULL"})
_BOOL = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INT = re.compile(r"[-+]?[0-9]+")
_OCT = re.compile(r"0o[0-7]+")
_HEX = re.compile(r"0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?")
_INFINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_FIRST_OF_NUMBERS = frozenset("+-.0123456789")
_LONGEST_NUMBER = 100  # longer ones are text: no figure of a rule has so many digits

_TAGS: dict[str, tuple[type, ...]] = {
    "null": (type(None),),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
}


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain scalar. `22:59:59`, `12:30`, `no`, `on` and dates stay text.

    >>> [resolve(t) for t in ("12:30", "no", "0o17", "1e3", "True", "~")]
    ['12:30', 'no', 15, 1000.0, True, None]
    """
    if text in _NULL:
        return None
    if text in _BOOL:
        return _BOOL[text]
    if text[0] not in _FIRST_OF_NUMBERS or len(text) > _LONGEST_NUMBER:
        return text
    if _INT.fullmatch(text):
        return int(text)
    if _OCT.fullmatch(text):
        return int(text[2:], 8)
    if _HEX.fullmatch(text):
        return int(text[2:], 16)
    if _FLOAT.fullmatch(text):
        return float(text)
    if _INFINITE.fullmatch(text):
        return float(text.replace(".", ""))
    return text


def fits_tag(tag: str, text: str) -> bool:
    """Whether an explicit tag of the core schema says what the text is anyway (`!!int 3`)."""
    kind = _TAGS.get(tag.removeprefix("tag:yaml.org,2002:"))
    return kind is not None and isinstance(resolve(text), kind)
