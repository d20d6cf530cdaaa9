"""What is wrong with rules, input or usage: places, diagnostics and the table of codes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

Level = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of one source file. Lines and columns count from 1; the end is exclusive.

    `source` is the text of the first line, kept so that a caret can be drawn without a second read.
    """

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
    source: str = ""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem of a rule file, of input data or of usage. Findings about the data are verdicts.

    `label` stands beside the caret, `notes` below the snippet, `subject` names the rule or table.
    `quotes` are the parts of all of these that were taken from the data, as they stand there.
    """

    code: str
    message: str
    span: Span | None = None
    label: str = ""
    notes: tuple[str, ...] = ()
    subject: str = ""
    level: Level = field(default="error")
    quotes: tuple[str, ...] = ()

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        if self.span is None:
            return ("", 0, 0, self.code, self.message)
        return (self.span.file, self.span.line, self.span.column, self.code, self.message)


def has_errors(diagnostics: list[Diagnostic] | tuple[Diagnostic, ...]) -> bool:
    return any(d.level == "error" for d in diagnostics)


def nearest(
    name: str, known: list[str] | tuple[str, ...] | set[str] | frozenset[str]
) -> str | None:
    """The known name that is most like `name`, or None when none is alike enough to be meant."""
    from rapidfuzz import fuzz, process, utils  # most runs meet no wrong name

    found = process.extractOne(
        name, sorted(known), scorer=fuzz.WRatio, processor=utils.default_process, score_cutoff=70
    )
    return found[0] if found else None


@dataclass(frozen=True, slots=True)
class Explanation:
    """What `checker show CODE` prints: a title, why it is wrong, and what works instead."""

    title: str
    text: str
    wrong: str = ""
    right: str = ""
