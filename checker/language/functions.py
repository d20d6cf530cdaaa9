"""The functions of the language, as tables: the type checker and the reference page read them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Signature:
    """`usage` as a reader writes it, and what it gives."""

    usage: str
    doc: str


RELATION_FUNCTIONS: Mapping[str, Signature] = {
    "any": Signature("any(turns[, p])", "some row (for which p holds); false without rows"),
    "all": Signature("all(turns, p)", "p holds for every row; true without rows"),
    "none": Signature("none(turns, p)", "p holds for no row; true without rows"),
    "count": Signature("count(turns[, p])", "number of rows; 0 without rows"),
    "sum": Signature("sum(turns, x[, p])", "sum of x; 0 without rows"),
    "mean": Signature("mean(turns, x[, p])", "mean of x; missing without values"),
    "min": Signature("min(turns, x[, p])", "smallest x; missing without values"),
    "max": Signature("max(turns, x[, p])", "largest x; missing without values"),
    "first": Signature("first(turns, x[, p])", "x of the first row, even if missing there"),
    "last": Signature("last(turns, x[, p])", "x of the last row, even if missing there"),
}

AGGREGATES: Mapping[str, Signature] = {
    "count": Signature("count([p])", "number of rows (for which p holds)"),
    "sum": Signature("sum(x[, p])", "sum of x over the rows that have one"),
    "mean": Signature("mean(x[, p])", "mean of x over the rows that have one, exact"),
    "min": Signature("min(x[, p])", "smallest x"),
    "max": Signature("max(x[, p])", "largest x"),
    "median": Signature("median(x[, p])", "median, interpolated linearly (PERCENTILE_CONT)"),
    "percentile": Signature("percentile(x, 95%[, p])", "percentile, interpolated linearly"),
    "share": Signature("share(p)", "share of the rows for which p holds, a ratio"),
    "distinct": Signature("distinct(x[, y])", "number of different values, or of pairs"),
}

SCALARS: Mapping[str, Signature] = {
    "least": Signature("least(a, b, …)", "smallest; missing ones are skipped"),
    "greatest": Signature("greatest(a, b, …)", "largest; missing ones are skipped"),
    "coalesce": Signature("coalesce(a, b, …)", "the first that is not missing"),
    "abs": Signature("abs(x)", "absolute value of a number or duration"),
    "round": Signature("round(x)", "nearest integer, halves away from zero"),
    "lower": Signature("lower(text)", "text in lower case"),
    "length": Signature("length(text)", "number of characters"),
    "matches": Signature("matches(text, 're2')", "the RE2 pattern is found in the text"),
    "date_of": Signature("date_of(instant)", "the local date"),
    "time_of": Signature("time_of(instant)", "the local time of day"),
    "hour_of": Signature("hour_of(instant)", "the local hour, 0 to 23"),
    "weekday_of": Signature("weekday_of(instant)", "the local weekday, 'mon' to 'sun'"),
}

OVERLAP = Signature(
    "overlap(from, to, window[, pauses[, p]])",
    "time between two instants inside the window, without the session's pauses (for which p holds); "
    "`always` is the window that never closes",
)
ALWAYS = "always"
