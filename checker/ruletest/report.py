"""What came of tests, as text: what failed and why, what no test shows, and the counts."""

from __future__ import annotations

from collections.abc import Iterator

from checker.diagnostics import Span
from checker.reports.clean import clean
from checker.reports.layout import wrap
from checker.ruletest.model import CaseResult, Failure, Gap, TestReport

_RESET = "\x1b[0m"
_STYLES = {"PASS": "\x1b[32m", "FAIL": "\x1b[1;31m", "LACKS": "\x1b[1;33m"}
_SHOWN = 10  # offenders listed below a failure


def render(
    report: TestReport, *, color: bool, width: int, verbose: bool = False, coverage: bool = False
) -> str:
    """The failed tests (with `verbose` all), with `coverage` the gaps, and one line of counts.

    Lines keep to `width` cells, save those that name a place in a file.
    """
    page = _Page(color, max(width, 40))
    lines: list[str] = []
    for result in report.results:
        if verbose or not result.passed:
            lines.extend(page.result(result))
    if coverage:
        for gap in report.gaps:
            lines.extend(page.gap(gap))
    if lines:
        lines.append("")
    return "\n".join([*lines, *page.counts(report, coverage)]) + "\n"


class _Page:
    def __init__(self, color: bool, width: int) -> None:
        self._color = color
        self._width = width

    def result(self, result: CaseResult) -> Iterator[str]:
        yield from self._head("PASS" if result.passed else "FAIL", clean(result.case.name))
        for failure in result.failures:
            yield from self._failure(failure)

    def _failure(self, failure: Failure) -> Iterator[str]:
        yield f"      {_place(failure.span)}"
        if failure.rule:
            yield from self._wrapped("rule      ", failure.rule)
        yield from self._wrapped("expected  ", clean(failure.wanted))
        yield from self._wrapped("came      ", clean(failure.came))
        if failure.offenders:
            more = len(failure.offenders) - _SHOWN
            listed = ", ".join(failure.offenders[:_SHOWN])
            told = f"{listed} and {more} more" if more > 0 else listed
            yield from self._wrapped("offenders ", clean(told))

    def gap(self, gap: Gap) -> Iterator[str]:
        yield from self._head("LACKS", f"{gap.rule}: no case of {', '.join(gap.missing)}")
        yield f"      {_place(gap.span)}"

    def counts(self, report: TestReport, coverage: bool) -> Iterator[str]:
        told = f"{report.passed:,} passed, {report.failed:,} failed"
        if coverage and report.gaps:
            parts = [(what, sum(gap.what == what for gap in report.gaps)) for what in report.of]
            told += "; " + ", ".join(_lacking(what, n) for what, n in parts if n)
        elif coverage and report.results:
            told += f"; every {' and '.join(report.of)} has its cases"
        yield from wrap(told, self._width)

    def _head(self, word: str, text: str) -> Iterator[str]:
        first, *rest = wrap(text, self._width - 6) or [""]
        styled = f"{_STYLES[word]}{word}{_RESET}" if self._color else word
        yield f"{styled}{' ' * (6 - len(word))}{first}"
        yield from (f"      {line}" for line in rest)

    def _wrapped(self, label: str, text: str) -> Iterator[str]:
        first, *rest = wrap(text, self._width - 8 - len(label)) or [""]
        yield f"        {label}{first}"
        yield from (f"{' ' * (8 + len(label))}{line}" for line in rest)


def _lacking(what: str, n: int) -> str:
    if what == "rule":
        return f"{n:,} rule{'s' * (n != 1)} lack{'s' * (n == 1)} a case"
    return f"{n:,} part{'s' * (n != 1)} of {what}s lack{'s' * (n == 1)} a case"


def _place(span: Span) -> str:
    return f"{span.file}:{span.line}"
