"""The definition of a rule as lines of YAML-like text: measure, clock, windows, requirement."""

from __future__ import annotations

from checker.language.types import WEEKDAYS
from checker.packs.model import (
    DAY_US,
    Ask,
    Bound,
    Clock,
    Measure,
    Part,
    Parts,
    Ratio,
    Window,
    WindowSpan,
)
from checker.packs.typed import Demand
from checker.reports.clean import clean
from checker.reports.figures import requirement_text

_SECOND = 1_000_000


def measure_lines(measure: Measure, lang: str) -> list[str]:
    """`ratio:` with its `of`, `where`, `good` below it, and so on for the other measures."""
    match measure:
        case Ask():
            return [f"ask: {clean(measure.question.get(lang))}"]
        case Ratio():
            return [
                "every:" if measure.every else "ratio:",
                *_rows(measure),
                f"  good: {clean(measure.good.text)}",
            ]
        case Part():
            return ["value:", *_part(measure)]
        case Parts():
            lines = ["value:", "  parts:"]
            for name, part in measure.parts.items():
                lines += [f"    {clean(name)}:", *("    " + line for line in _part(part))]
            return [*lines, f"  is: {clean(measure.formula.text)}"]


def _rows(rows: Ratio | Part) -> list[str]:
    lines = [f"  of: {rows.of}"]
    if rows.where is not None:
        lines.append(f"  where: {clean(rows.where.text)}")
    if rows.one_per:
        lines.append(f"  one_per: [{', '.join(rows.one_per)}], keep: {rows.keep}")
    return lines


def _part(part: Part) -> list[str]:
    lines = [*_rows(part), f"  is: {clean(part.formula.text)}"]
    if part.offender is not None:
        lines.append(f"  offender: {clean(part.offender.text)}")
    return lines


def clock_lines(clock: Clock) -> list[str]:
    lines = [f"opens: {clean(clock.opens.text)}", f"closes: {clean(clock.closes.text)}"]
    if clock.ignores_before is not None:
        lines.append(f"ignores_before: {clean(clock.ignores_before.text)}")
    if clock.wait is not None:
        lines.append(f"wait: {clean(clock.wait.text)}")
    return lines


def window_lines(window: Window) -> list[str]:
    return [_span(span) for span in window.spans]


def _span(span: WindowSpan) -> str:
    end = span.end
    word = "until"
    if span.end_through and end.shop is None:
        word, end = "through", Bound(end.time - _SECOND)
    elif span.end_through:
        word = "through"
    text = f"from {_bound(span.start)} {word} {_bound(end)}"
    if span.days is not None:
        text += f", days {', '.join(WEEKDAYS[d] for d in sorted(span.days))}"
    if span.excluded:
        text += f", except {', '.join(str(d) for d in sorted(span.excluded))}"
    if span.only is not None:
        text += f", only {', '.join(str(d) for d in sorted(span.only))}"
    return text


def _bound(bound: Bound) -> str:
    seconds, micros = divmod(bound.time % (DAY_US + 1), _SECOND)
    text = f"{seconds // 3600:02d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if micros:
        text += f".{micros:06d}".rstrip("0")
    return text if bound.shop is None else f"the shop's {bound.shop} (default {text})"


def demand_text(demand: Demand, kind: str, lang: str) -> str:
    """`≥ 80%`; a requirement that names a param is shown with the param's value."""
    shown = requirement_text(demand.text, kind, lang)
    if shown != demand.text:
        return shown
    return requirement_text(f"{demand.op} {_literal(demand, kind)}", kind, lang)


def _literal(demand: Demand, kind: str) -> str:
    bound = demand.bound
    if kind in {"ratio", "every"}:
        return f"{float(bound * 100):g}%"
    if kind == "duration":
        return f"{float(bound / _SECOND):g}s"
    if kind == "time":
        return _bound(Bound(int(bound)))
    return f"{float(bound):g}"
