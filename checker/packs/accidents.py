"""Values that YAML reads as something else unless they are quoted: finding them, and what to write."""

from __future__ import annotations

import re
from dataclasses import dataclass

from checker.diagnostics import Diagnostic, Span
from checker.packs.marks import PlacedText

EXPRESSION_KEYS = frozenset(
    {
        "where",
        "good",
        "is",
        "offender",
        "require",
        "aim",
        "opens",
        "closes",
        "ignores_before",
        "wait",
    }
)

_BLOCK_LINE = re.compile(r"^[ \t]*(?:- +)*([\w-]+)[ \t]*:[ \t]+(?![\[{])(\S.*?)[ \t]*$")
_FLOW_KEY = re.compile(r"[{,][ \t]*([\w-]+)[ \t]*:[ \t]+")
_WHOLLY_QUOTED = re.compile(r"""(?:'(?:[^']|'')*'|"(?:[^"\\]|\\.)*")(?:[ \t]+#.*)?$""")
_BLOCK_HEADER = re.compile(r"[|>][+-]?[1-9]?[+-]?(?:[ \t]+#.*)?$")
_STARTS_BADLY = re.compile(r"""['"%@`&*!|>]|[-?] """)
_LONGEST_LINE = 2_000  # nobody forgot quotes around more than that
_QUOTED_OR_BRACKET = re.compile(r"'[^']*'|\"[^\"]*\"|[()\[\]]")


@dataclass(frozen=True, slots=True)
class Accident:
    """`text[start:end]` of the file belongs in quotes."""

    key: str
    start: int
    end: int


def open_brackets(text: str) -> int:
    """How many brackets are left open, outside of quotes; 0 in what is too long to be meant."""
    if len(text) > _LONGEST_LINE:
        return 0
    marks = [m for m in _QUOTED_OR_BRACKET.findall(text) if len(m) == 1]
    return sum(1 if mark in "([" else -1 for mark in marks)


def quoted(text: str) -> str:
    """`text` as a YAML scalar on one line that reads back as `text`."""
    text = " ".join(text.split())
    if '"' not in text and "\\" not in text:
        return f'"{text}"'
    return "'" + text.replace("'", "''") + "'"


def accident_in_line(placed: PlacedText, line: int) -> Accident | None:
    """The value on `line` that made a syntax error of it for want of quotes, if there is one."""
    if not 1 <= line <= len(placed.lines) or len(placed.lines[line - 1]) > _LONGEST_LINE:
        return None
    source, offset = placed.lines[line - 1], placed.line_start(line)
    block = _BLOCK_LINE.match(source)
    if block:
        value = _without_comment(block[2])
        if _needs_quotes(value):
            return Accident(block[1], offset + block.start(2), offset + block.start(2) + len(value))
        return None
    for match in _FLOW_KEY.finditer(source):
        end = _flow_value_end(source, match.end())
        value = source[match.end() : end].rstrip()
        if value and _needs_quotes(value, flow=True):
            return Accident(match[1], offset + match.end(), offset + match.end() + len(value))
    return None


def accident_diagnostic(key: str, written: str, span: Span) -> Diagnostic:
    noun = "expression" if key in EXPRESSION_KEYS else "text"
    return Diagnostic(
        "E005",
        f"quote this {noun}: YAML reads it as something else",
        span,
        label=f"write {key}: {quoted(_unwrapped(key, written))}",
    )


def _unwrapped(key: str, written: str) -> str:
    """A text whose own quotes were broken by an apostrophe inside it loses them; an expression
    may well begin and end with a literal of its own."""
    if key not in EXPRESSION_KEYS and len(written) > 2 and written[0] == written[-1] in "'\"":
        return written[1:-1]
    return written


def _without_comment(value: str) -> str:
    for match in re.finditer(r"[ \t]+#", value):
        head = value[: match.start()]
        if open_brackets(head) == 0 and head.count("'") % 2 == 0:
            return head
    return value


def _needs_quotes(value: str, flow: bool = False) -> bool:
    if _WHOLLY_QUOTED.match(value) or _BLOCK_HEADER.match(value):
        return False
    if value[0] in "'\"" and value.count(value[0]) % 2 and value[-1] != value[0]:
        return False  # a quote that is never closed is another mistake
    if flow and value[0] in "{[":
        return False
    if flow and re.search(r"[,\[\]{}]", value):
        return True
    return bool(_STARTS_BADLY.match(value) or ": " in value or " #" in value or value.endswith(":"))


def _flow_value_end(source: str, start: int) -> int:
    """Where a value inside `{…}` was meant to end: at its `}`, or at a comma before the next key."""
    depth, quote = 0, ""
    for i in range(start, len(source)):
        char = source[i]
        if quote:
            quote = "" if char == quote else quote
        elif char in "'\"":
            quote = char
        elif char in "([{":
            depth += 1
        elif char in ")]}" and depth:
            depth -= 1
        elif char == "}" or (
            char == "," and not depth and re.match(r",[ \t]*[\w-]+[ \t]*:[ \t]", source[i:])
        ):
            return i
    return len(source)
