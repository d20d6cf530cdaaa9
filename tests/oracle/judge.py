"""What outcome a figure must have under the requirement that its verdict quotes, on integers."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping
from fractions import Fraction
from math import ceil, floor
from typing import Any

from .figures import Figures

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
    "=": operator.eq,
    "!=": operator.ne,
}
UNITS = {"d": 86_400, "h": 3_600, "m": 60, "s": 1}


def read(requirement: str) -> tuple[str, Fraction] | None:
    """Comparison and bound (seconds for durations); None for a bound that is no literal."""
    split = re.fullmatch(r"\s*(>=|<=|!=|>|<|=)\s*(\S+)\s*", requirement)
    if split is None:
        return None
    sign, text = split.groups()
    if re.fullmatch(r"-?\d+(\.\d+)?%", text):
        return sign, Fraction(text[:-1]) / 100
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        return sign, Fraction(text)
    if re.fullmatch(r"-?(\d+(\.\d+)?[dhms])+", text):
        parts = re.findall(r"(\d+(?:\.\d+)?)([dhms])", text)
        total = sum((Fraction(n) * UNITS[u] for n, u in parts), Fraction(0))
        return sign, -total if text.startswith("-") else total
    return None


def outcome_differences(verdict: Mapping[str, Any], want: Figures) -> list[str]:
    """Whether the outcome, and the distance from the requirement, follow from the figures."""
    found = []
    should = expected_outcome(verdict, want)
    if should is not None and verdict["outcome"] != should:
        found.append(f"outcome is {verdict['outcome']}, not {should}")
    if want.added:
        return found
    text = verdict["require"] or verdict["aim"]
    bound = read(text) if text else None
    if want.kind != "value" and want.denominator and bound is not None and bound[0] == ">=":
        assert want.numerator is not None
        for name, value in distances(want.numerator, want.denominator, bound[1]).items():
            if (verdict[name] or 0) != (value or 0):
                found.append(f"{name} is {verdict[name]}, not {value}")
    return found


def expected_outcome(verdict: Mapping[str, Any], want: Figures) -> str | None:
    if want.added:
        return "info"
    if want.value is None:
        return "no_data"
    if want.kind == "every":
        return "pass" if want.value == 1 else "fail"
    if not verdict["require"] and not verdict["aim"]:
        return "info"
    if want.denominator is not None and want.denominator < want.min_sample:
        return "small_sample"
    for field, otherwise in (("require", "fail"), ("aim", "warn")):
        if verdict[field]:
            bound = read(verdict[field])
            if bound is None:
                return None
            if not COMPARISONS[bound[0]](want.value, bound[1]):
                return otherwise
    return "pass"


def distances(good: int, all_: int, bound: Fraction) -> dict[str, int | None]:
    """With `>= bound`: how far below (shortfall, recover_with) or above (spare) a ratio is."""
    if Fraction(good, all_) < bound:
        recover = ceil((bound * all_ - good) / (1 - bound)) if bound < 1 else None
        return {"shortfall": ceil(bound * all_) - good, "recover_with": recover, "spare": 0}
    spare = floor(good / bound) - all_ if bound > 0 else None
    return {"shortfall": 0, "recover_with": 0, "spare": spare}
