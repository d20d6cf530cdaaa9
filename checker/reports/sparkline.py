"""A row of bars for figures over time, one cell each, and below it marks that say which were met."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from checker.reports.words import asked
from checker.verdicts.model import Outcome, Verdict


@dataclass(frozen=True)
class Signs:
    """What a terminal can print. `bars` rise; `edge` stands before the bar of what is required."""

    bars: str
    edge: str
    fail: str
    warn: str
    met: str


UNICODE = Signs("▁▂▃▄▅▆▇█", "│", "×", "!", "·")
ASCII = Signs("_.:-=+*#", "|", "x", "!", ".")

_STYLES = {Outcome.FAIL: "fail", Outcome.WARN: "warn", Outcome.PASS: "pass"}


@dataclass(frozen=True)
class Sparkline:
    """(text, style) parts of a line; `bound` is the bar of what is required, "" where nothing is."""

    bars: tuple[tuple[str, str], ...]
    marks: tuple[tuple[str, str], ...]
    bound: str

    @property
    def text(self) -> str:
        """Both lines in one, for a cell of a table: the bars, and what is required."""
        return "".join(text for text, _ in self.bars) + self.bound


def sparkline(verdicts: Sequence[Verdict], width: int, signs: Signs) -> Sparkline:
    """The last verdicts, oldest first, in at most `width` cells with two for what is required.

    Bars rise from the least to the greatest of the figures that are shown and of what is required of
    the last; a verdict without a figure leaves a gap.
    """
    shown = verdicts[-max(1, width - 2) :]
    demand = asked(shown[-1]) if shown else None
    figures = [v.value for v in shown if v.value is not None]
    edges = [*figures, *([demand.bound] if demand is not None and figures else [])]
    bars, marks = [], []
    for verdict in shown:
        style = _STYLES.get(verdict.outcome, "plain")
        bars.append((_bar(verdict.value, edges, signs), style))
        marks.append((_mark(verdict, signs), style))
    while marks and not marks[-1][0].strip():
        marks.pop()
    bound = f"{signs.edge}{_bar(demand.bound, edges, signs)}" if demand and figures else ""
    return Sparkline(tuple(bars), tuple(marks), bound)


def _bar(value: Fraction | None, edges: Sequence[Fraction], signs: Signs) -> str:
    if value is None:
        return " "
    low, high = min(edges), max(edges)
    last = len(signs.bars) - 1
    return signs.bars[last // 2 if low == high else round((value - low) / (high - low) * last)]


def _mark(verdict: Verdict, signs: Signs) -> str:
    known = {Outcome.FAIL: signs.fail, Outcome.WARN: signs.warn, Outcome.PASS: signs.met}
    return known.get(verdict.outcome, " ")
