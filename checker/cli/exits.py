"""The table of exit codes: what a run ends with, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from checker.diagnostics import Diagnostic
from checker.verdicts.model import STRICT_OUTCOMES, Outcome, Result, Verdict

OK = 0
FAILED = 1
WRONG_INPUT = 2
NOT_CLEAN = 3
INTERRUPTED = 130

MEANINGS = {
    OK: "nothing failed",
    FAILED: "at least one rule of severity error failed",
    WRONG_INPUT: "wrong usage, rules or input; nothing was judged",
    NOT_CLEAN: (
        "with --strict: something warned, could not be judged, or waits for a person, "
        "or a rule of severity warning failed"
    ),
    INTERRUPTED: "interrupted from the keyboard",
}


def exit_code(
    result: Result | None, diagnostics: Iterable[Diagnostic], strict: bool, only_new: bool = False
) -> int:
    """The gravest that is true: wrong input, then a failed rule, then with `strict` all that is not clean.

    `only_new` passes over the failures that the baseline had, too.
    """
    if result is None:
        return WRONG_INPUT
    counting = [v for v in result.verdicts if not (only_new and v.baseline == "still")]
    return verdicts_code(counting, diagnostics, strict)


def verdicts_code(
    verdicts: Sequence[Verdict], diagnostics: Iterable[Diagnostic], strict: bool = False
) -> int:
    """The same for verdicts without a result."""
    if any(d.level == "error" for d in diagnostics):
        return WRONG_INPUT
    failed = {v.severity for v in verdicts if v.outcome is Outcome.FAIL}
    if "error" in failed:
        return FAILED
    if strict and (failed or any(v.outcome in STRICT_OUTCOMES for v in verdicts)):
        return NOT_CLEAN
    return OK


def input_code(diagnostics: Iterable[Diagnostic]) -> int:
    """For commands that judge nothing."""
    return WRONG_INPUT if any(d.level == "error" for d in diagnostics) else OK
