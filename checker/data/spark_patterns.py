"""RE2 patterns, which the language has, as Java's, which Spark has: the same texts match."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from checker.data.workspace import EngineFailure

_WORD = "[0-9A-Za-z_]"
_SPACE = r"\t\n\f\r "  # Java's \s has a vertical tab, too
_EDGE = f"(?:(?<={_WORD})(?!{_WORD})|(?<!{_WORD})(?={_WORD}))"
_INNER = f"(?:(?<={_WORD})(?={_WORD})|(?<!{_WORD})(?!{_WORD}))"
_POSIX = {
    **{name: name.capitalize() for name in ("alpha", "digit", "alnum", "upper", "lower", "punct")},
    **{name: name.capitalize() for name in ("graph", "print", "blank", "cntrl", "space")},
    "xdigit": "XDigit",
    "ascii": "ASCII",
}
_TOKEN = re.compile(
    r"""(?P<quoted>\\Q.*?(?:\\E|$))
      | (?P<property>\\[pP]\{\^?\w+\})
      | (?P<escape>\\.)
      | (?P<posix>\[:\^?\w+:\])
      | (?P<name>\(\?P<)
      | (?P<flags>\(\?[a-zA-Z]*(?:-[a-zA-Z]+)?[:)])
      | (?P<other>.)""",
    re.VERBOSE | re.DOTALL,
)


def java_pattern(pattern: str) -> str:
    r"""The pattern as Java reads it; what Java cannot say fails.

    >>> java_pattern(r"^退款\s*$")
    '(?d)^退款[\\t\\n\\f\\r ]*\\z'
    """
    lines = re.search(r"\(\?[a-zA-Z]*m", pattern) is not None
    made: list[str] = []
    inside = False  # a class
    first = False  # nothing in the class yet
    for token in _TOKEN.finditer(pattern):
        kind, text = str(token.lastgroup), token[0]
        if kind == "other" and inside:
            if text == "]" and not first:
                inside = False
            elif text in "[&]":  # nested classes and intersections are Java's own
                text = "\\" + text
            first = first and text == "^"
        elif kind == "other":
            inside = first = text == "["
            if text == "$" and not lines:
                text = r"\z"  # Java's $ also matches before a last line break
        else:
            text = _REWRITTEN.get(kind, _as_it_is)(text, inside)
            first = False
        made.append(text)
    return "(?d)" + "".join(made)


def _as_it_is(text: str, inside: bool) -> str:
    return text


def _escape(text: str, inside: bool) -> str:
    if text in (r"\C", r"\S") and (inside or text == r"\C"):
        raise EngineFailure(f"Spark has no `{text}` in such a pattern")
    if inside:
        return {r"\s": _SPACE}.get(text, text)
    return {r"\s": f"[{_SPACE}]", r"\S": f"[^{_SPACE}]", r"\b": _EDGE, r"\B": _INNER}.get(
        text, text
    )


def _property(text: str, inside: bool) -> str:
    name = text[3:-1]
    negated = name.startswith("^")
    letter = ("P" if text[1] == "p" else "p") if negated else text[1]
    name = name.lstrip("^")
    return f"\\{letter}{{{name if len(name) < 3 else 'Is' + name}}}"


def _posix(text: str, inside: bool) -> str:
    if not inside:
        return "[" + re.escape(text[1:-1]) + "]"
    name = text[2:-2]
    letter, name = ("P", name[1:]) if name.startswith("^") else ("p", name)
    if name == "word":
        return r"\W" if letter == "P" else r"\w"
    return f"\\{letter}{{{_POSIX.get(name, name)}}}"


def _flags(text: str, inside: bool) -> str:
    on, _, off = text[2:-1].partition("-")
    if "U" in on + off:
        raise EngineFailure("Spark has no ungreedy patterns, `(?U)`")
    wide = "u" if "i" in on else ""  # case of every alphabet, not of ASCII alone
    return f"(?{on}{wide}{'-' + off if off else ''}{text[-1]}"


_REWRITTEN: Mapping[str, Callable[[str, bool], str]] = {
    "escape": _escape,
    "property": _property,
    "posix": _posix,
    "name": lambda text, inside: "(?<",
    "flags": _flags,
}
