"""What a reader most likely meant where an expression cannot be read."""

from __future__ import annotations

import re

from lark.exceptions import UnexpectedEOF, UnexpectedToken

Mistake = tuple[int, int, str, str]
"""Start and end in the text, what is wrong, and what would work."""

_ASCII = {
    "（": "(",
    "）": ")",
    "，": ",",
    "、": ",",
    "。": ".",
    "‘": "'",
    "’": "'",
    "“": "'",
    "”": "'",
    "＇": "'",
    "＝": "=",
    "＜": "<",
    "＞": ">",
    "≤": "<=",
    "≥": ">=",
    "≠": "!=",
    "％": "%",
    "：": ":",
    "＋": "+",
    "－": "-",
    "−": "-",
    "–": "-",
    "×": "*",
    "＊": "*",
    "÷": "/",
    "／": "/",
}
_HINTS = {
    '"': "texts stand in single quotes: 'agent'",
    "`": "names stand bare, texts in single quotes",
    "&": "write `and`",
    "|": "write `or`",
    "!": "write `not`, or `!=` for unequal",
    "'": "the text is not closed: add a single quote",
    "[": "lists and groups stand in round brackets: ('a', 'b')",
    "]": "lists and groups stand in round brackets: ('a', 'b')",
    "%": "a percentage is a number and %: 75%",
    ";": "one expression at a time: leave it out",
}
_UNITS = {"m": "m", "s": "s", "h": "h", "d": "d", "w": "w"}
_NUMBER = r"\d+(?:\.\d+)?"
_LONG_UNIT = re.compile(
    rf"({_NUMBER})\s*(min|minutes?|sec|seconds?|hrs?|hours?|days?|weeks?|分钟?|秒钟?|小时|天)(?!\w)"
)
_CHINESE_UNITS = {"分": "m", "秒": "s", "小": "h", "天": "d"}
_NO_UNIT = re.compile(rf"{_NUMBER}[^\W\d]\w*")


def bad_character(text: str, at: int) -> Mistake:
    rest = text[at:]
    if found := _LONG_UNIT.match(rest):
        unit = (_UNITS | _CHINESE_UNITS)[found[2][0]]
        return (at, at + found.end(), f"unknown unit in `{found[0]}`", f"write {found[1]}{unit}")
    if found := _NO_UNIT.match(rest):
        lower = found[0].lower()
        known = lower != found[0] and re.fullmatch(rf"{_NUMBER}(us|ms|s|m|h|d|w)", lower)
        hint = f"write {lower}" if known else "units are us ms s m h d w, as in 1m30s"
        return (at, at + found.end(), f"unknown unit in `{found[0]}`", hint)
    if found := re.match(r"(\d+)\.(?!\d)", rest):
        return (at, at + found.end(), f"`{found[0]}` cannot stand here", f"write {found[1]}")
    if rest[0] in _ASCII:
        return (at, at + 1, f"`{rest[0]}` cannot stand here", f"write an ASCII `{_ASCII[rest[0]]}`")
    hint = _HINTS.get(rest[0], "checker docs describe what an expression can hold")
    return (at, at + 1, f"`{rest[0]}` cannot stand here", hint)


def bad_token(text: str, error: UnexpectedToken) -> Mistake:
    token = error.token
    if isinstance(error, UnexpectedEOF) or token.type == "$END":
        return _too_early(text)
    at, end = int(token.start_pos or 0), int(token.end_pos or 0)
    before = text[:at].rstrip()
    number = re.search(rf"(?<![\w.]){_NUMBER}$", before)
    if number and _LONG_UNIT.match(text[number.start() :]):
        return bad_character(text, number.start())
    if token.type == "COMPARE" and before and before[-1] in "=<>":
        doubled = f"{before[-1]}{token}"
        written = {"==": "=", "<>": "!=", "=<": "<=", "=>": ">="}.get(doubled)
        if written:
            return (len(before) - 1, end, f"`{doubled}` is not used", f"write `{written}`")
    return (at, max(end, at + 1), f"`{token}` cannot stand here", _meant(text, token, before))


def _too_early(text: str) -> Mistake:
    end = len(text.rstrip())
    bare = re.sub(r"'[^']*'", "", text)
    hint = "close the bracket" if bare.count("(") > bare.count(")") else "say what follows"
    return (max(end - 1, 0), end, "the expression ends too early", hint)


def _meant(text: str, token: object, before: str) -> str:
    """What to write instead of a token that cannot stand where it does."""
    word, kind = str(token), getattr(token, "type", "")
    if kind == "COMPARE":
        if not before or before.endswith(("(", ",", " and", " or", " not")):
            return "say what is compared: `wait <= 3m`"
        return "comparisons do not chain: write `a < b and b < c`"
    if word.lower() in ("null", "none", "nil") or (kind == "NAME" and before.endswith(" is")):
        return "write `is missing` or `is present`"
    if before.endswith(" is") and word == "not":
        return "write `is present`"
    if word.lower() == "between":
        return "write `x >= a and x <= b`, or `x in window`"
    if word.lower() == "like":
        return "write matches(text, 'pattern')"
    if word.lower() in ("and", "or", "not", "in", "is") and not word.islower():
        return f"write `{word.lower()}` in small letters"
    if kind == "RPAR":
        bare = re.sub(r"'[^']*'", "", text)
        if bare.count(")") > bare.count("("):
            return "this bracket closes nothing"
        return "something is missing before this bracket"
    if kind == "COMMA" and re.search(r"\bin\s*\([^()]*$", before):
        return "a list holds literals, texts in quotes: ('a', 'b')"
    if kind == "COMMA":
        return "a comma stands between the arguments of a function or the values of a list"
    if kind == "DOT" and (found := re.match(r"\.\d+", text[len(before) :].lstrip())):
        return f"write 0{found[0]}"
    if kind == "DOT":
        return "a dot stands between a parent and its column: session.channel"
    operand = kind in ("NAME", "INTEGER", "DECIMAL", "DURATION", "PERCENT", "TIME", "TEXT", "LPAR")
    if operand and before:
        return "expected an operator such as `and`, `<=`, `in`, `+`"
    return "expected a name, a value or a function"
