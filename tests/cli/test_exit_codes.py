"""The table of exit codes: the gravest that is true."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.cli.exits import MEANINGS, exit_code, input_code
from checker.diagnostics import Diagnostic
from checker.verdicts.model import STRICT_OUTCOMES, DataSummary, Outcome, Result

ERROR = Diagnostic("E001", "wrong")
WARNING = Diagnostic("W001", "odd", level="warning")


class Judged:
    """As much of a verdict as the table looks at."""

    def __init__(self, outcome: Outcome, severity: str = "error") -> None:
        self.outcome = outcome
        self.severity = severity


def result(*verdicts: Judged) -> Result:
    return Result(DataSummary({}, None, None), (), verdicts)  # type: ignore[arg-type]


@pytest.mark.parametrize("strict", [False, True])
def test_wrong_input_is_graver_than_a_failed_rule(strict: bool) -> None:
    failed = result(Judged(Outcome.FAIL))
    assert exit_code(None, (), strict) == 2
    assert exit_code(failed, (ERROR,), strict) == 2
    assert exit_code(failed, (WARNING,), strict) == 1


@pytest.mark.parametrize("outcome", sorted(Outcome))
def test_strict_exits_with_3_for_all_that_is_not_clean(outcome: Outcome) -> None:
    for severity in ("error", "warning"):
        one = result(Judged(Outcome.PASS), Judged(outcome, severity))
        failed = outcome is Outcome.FAIL
        assert exit_code(one, (), False) == (1 if failed and severity == "error" else 0)
        unclean = outcome in STRICT_OUTCOMES or (failed and severity == "warning")
        assert exit_code(one, (), True) == (3 if unclean else exit_code(one, (), False))


def test_info_and_waived_are_clean() -> None:
    assert exit_code(result(Judged(Outcome.INFO), Judged(Outcome.WAIVED)), (), True) == 0


def test_a_warning_about_rules_is_no_error() -> None:
    assert input_code((WARNING,)) == 0
    assert input_code((WARNING, ERROR)) == 2


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_the_readme_lists_every_code(page: str) -> None:
    text = (Path(__file__).parents[2] / page).read_text("utf-8")
    for code, meaning in MEANINGS.items():
        assert f"| {code} | " in text
        shown = meaning.replace("--strict", "`--strict`")
        assert page != "README.md" or f"| {code} | {shown} |" in text
