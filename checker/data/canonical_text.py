"""One text for equal values, the same in every process: what digests are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Set
from dataclasses import fields, is_dataclass
from enum import Enum
from fractions import Fraction


def canonical(value: object) -> str:
    """A text that two values share only if they are equal. TypeError for what it has no text for: an
    object that is left out would make different values one."""
    if isinstance(value, Enum):  # before the texts and numbers that some are
        return f"{type(value).__name__}.{value.name}"
    if value is None or isinstance(value, bool | int | str | Fraction | dt.date):
        return repr(value)
    if isinstance(value, tuple | list):
        return f"({','.join(map(canonical, value))})"
    if isinstance(value, Set):
        return f"{{{','.join(sorted(map(canonical, value)))}}}"
    if isinstance(value, Mapping):
        items = sorted((canonical(key), canonical(one)) for key, one in value.items())
        return f"{{{','.join(f'{key}:{one}' for key, one in items)}}}"
    if is_dataclass(value) and not isinstance(value, type):
        parts = [
            f"{f.name}={canonical(getattr(value, f.name))}" for f in fields(value) if f.compare
        ]
        return f"{type(value).__name__}({','.join(parts)})"
    raise TypeError(f"{type(value).__name__} has no canonical text")
