"""Whether a value fits a schema, for the keywords that ours have: the short way to say that all is well.

What is wrong jsonschema tells. To load it and to go through the bundled packs takes it longer than
all else that reading them does, and most of what is read is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

Schema = Mapping[str, Any]

_MOST_COMPARED = 100  # items of a list, each with each


class _UnsureError(Exception):
    """The schema or the value has something that is not told here."""


def fits(value: Any, schema: Schema, whole: Schema) -> bool:
    """True only where `value` fits `schema`; False also where that is not told here.

    `whole` is the schema whose `$defs` are meant by `$ref`. The value is what JSON can hold.
    """
    try:
        return _fits(value, schema, whole)
    except _UnsureError:
        return False


def _fits(value: Any, schema: Schema | bool, whole: Schema) -> bool:
    if isinstance(schema, bool):
        return schema
    for keyword, demanded in schema.items():
        holds = _KEYWORDS.get(keyword)
        if holds is None:
            raise _UnsureError(keyword)
        if not holds(value, demanded, schema, whole):
            return False
    return True


def _noted(value: Any, demanded: Any, schema: Schema, whole: Schema) -> bool:
    """It demands nothing, or is read with another keyword."""
    return True


def _ref(value: Any, demanded: str, schema: Schema, whole: Schema) -> bool:
    head, _, name = demanded.rpartition("/")
    if head != "#/$defs":
        raise _UnsureError(demanded)
    return _fits(value, whole["$defs"][name], whole)


_TYPES: Mapping[str, Callable[[Any], bool]] = {
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "null": lambda value: value is None,
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "integer": lambda value: (
        (isinstance(value, int) and not isinstance(value, bool))
        or (isinstance(value, float) and value.is_integer())
    ),
}


def _type(value: Any, demanded: str | list[str], schema: Schema, whole: Schema) -> bool:
    names = [demanded] if isinstance(demanded, str) else demanded
    return any(_TYPES[name](value) for name in names)


def _required(value: Any, demanded: list[str], schema: Schema, whole: Schema) -> bool:
    return not isinstance(value, dict) or all(key in value for key in demanded)


def _properties(value: Any, demanded: Schema, schema: Schema, whole: Schema) -> bool:
    return not isinstance(value, dict) or all(
        _fits(inner, demanded[key], whole) for key, inner in value.items() if key in demanded
    )


def _additional(value: Any, demanded: Schema | bool, schema: Schema, whole: Schema) -> bool:
    known = schema.get("properties", ())
    return not isinstance(value, dict) or all(
        _fits(inner, demanded, whole) for key, inner in value.items() if key not in known
    )


def _names(value: Any, demanded: Schema, schema: Schema, whole: Schema) -> bool:
    return not isinstance(value, dict) or all(_fits(key, demanded, whole) for key in value)


def _items(value: Any, demanded: Schema | bool, schema: Schema, whole: Schema) -> bool:
    return not isinstance(value, list) or all(_fits(item, demanded, whole) for item in value)


def _unique(value: Any, demanded: bool, schema: Schema, whole: Schema) -> bool:
    if not demanded or not isinstance(value, list):
        return True
    if len(value) > _MOST_COMPARED or any(one in value[:i] for i, one in enumerate(value)):
        raise _UnsureError  # to Python True is 1, to JSON it is not
    return True


def _same(value: Any, demanded: Any) -> bool:
    if isinstance(demanded, list | dict):
        raise _UnsureError
    return isinstance(value, bool) is isinstance(demanded, bool) and bool(value == demanded)


def _one_of(value: Any, demanded: list[Schema], schema: Schema, whole: Schema) -> bool:
    return sum(_fits(value, one, whole) for one in demanded) == 1


def _if(value: Any, demanded: Schema, schema: Schema, whole: Schema) -> bool:
    branch = schema.get("then" if _fits(value, demanded, whole) else "else", True)
    return _fits(value, branch, whole)


_NOTES = ("$schema", "$id", "$comment", "$defs", "title", "description", "then", "else")

_KEYWORDS: Mapping[str, Callable[[Any, Any, Schema, Schema], bool]] = {
    **dict.fromkeys(_NOTES, _noted),
    "$ref": _ref,
    "type": _type,
    "required": _required,
    "properties": _properties,
    "additionalProperties": _additional,
    "propertyNames": _names,
    "items": _items,
    "uniqueItems": _unique,
    "oneOf": _one_of,
    "if": _if,
    "const": lambda value, demanded, schema, whole: _same(value, demanded),
    "enum": lambda value, demanded, schema, whole: any(_same(value, one) for one in demanded),
    "minItems": lambda value, demanded, schema, whole: (
        not isinstance(value, list) or len(value) >= demanded
    ),
    "minProperties": lambda value, demanded, schema, whole: (
        not isinstance(value, dict) or len(value) >= demanded
    ),
    "pattern": lambda value, demanded, schema, whole: (
        not isinstance(value, str) or re.search(demanded, value) is not None
    ),
    "minimum": lambda value, demanded, schema, whole: (
        not _TYPES["number"](value) or not value < demanded
    ),
    "maximum": lambda value, demanded, schema, whole: (
        not _TYPES["number"](value) or not value > demanded
    ),
}
