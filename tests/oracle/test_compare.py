"""The comparison itself: silent about the oracle's own figures, loud about any that is off."""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from . import rules_douyin
from .compare import compare
from .facts import derive
from .figures import Blamed, Expected, Figures, Key, NotEvaluated
from .generate import generate
from .judge import distances, read
from .moments import EPOCH

TABLES = generate(5, platform="douyin", gaps=False)
EXPECTED: dict[str, Expected] = {
    rule: figures(derive({k: v for k, v in TABLES.items() if k != "invites"}, platform="douyin"))
    for rule, figures in rules_douyin.RULES.items()
}


def verdict(rule: str, key: Key, figures: Figures) -> dict[str, Any]:
    named, period = key
    need = ">= 80%" if figures.kind == "ratio" else None
    met = figures.value is not None and figures.value >= (read(">= 80%") or ("", 0))[1]
    outcome = "info" if need is None else "pass" if met else "fail"
    if figures.kind == "every":
        outcome = "pass" if figures.value == 1 else "fail"
    distance: dict[str, int | None] = dict.fromkeys(("shortfall", "recover_with", "spare"))
    if need and figures.denominator:
        bound = read(need)
        assert bound is not None
        distance = distances(figures.numerator or 0, figures.denominator, bound[1])
    return {
        "rule": rule,
        "scope": {"platform": "douyin", **dict(named)},
        "period": {"kind": "all" if period == "all" else "day", "from": period},
        "outcome": "no_data" if figures.value is None else outcome,
        "reason": None,
        "type": figures.kind,
        "value": None if figures.value is None else float(figures.value),
        "numerator": figures.numerator,
        "denominator": figures.denominator,
        "pending": figures.pending,
        "require": need,
        "aim": None,
        **distance,
        "offender_count": len(figures.offenders),
        "offenders": [offender(who) for who in figures.offenders],
    }


def offender(who: Blamed) -> dict[str, Any]:
    at = None if who.at is None else (EPOCH + timedelta(microseconds=who.at)).isoformat()
    wait = None if who.wait is None else who.wait / 1_000_000
    said = {"shop_id": who.shop, "session_id": who.session, "turn": who.turn}
    return {**said, "agent_id": who.agent, "at": at, "wait_s": wait}


def result() -> dict[str, Any]:
    verdicts: list[dict[str, Any]] = []
    for rule, expected in EXPECTED.items():
        if isinstance(expected, NotEvaluated):
            bare = verdict(rule, ((), "all"), Figures(None))
            verdicts.append({**bare, "outcome": "not_evaluated", "reason": "no such column"})
        else:
            verdicts += [verdict(rule, key, figures) for key, figures in expected.items()]
    return {"verdicts": verdicts, "summary": dict(Counter(v["outcome"] for v in verdicts))}


def test_the_oracles_own_figures_differ_in_nothing() -> None:
    assert any(isinstance(e, NotEvaluated) for e in EXPECTED.values())
    assert compare(result(), EXPECTED, platform="douyin") == []


def first(said: dict[str, Any], of: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
    found: dict[str, Any] = next(v for v in said["verdicts"] if of(v))
    return found


def drop(said: dict[str, Any]) -> None:
    said["verdicts"].remove(first(said, lambda v: v["denominator"]))


def double(said: dict[str, Any]) -> None:
    said["verdicts"].append(copy.deepcopy(first(said, lambda v: v["denominator"])))


def invent(said: dict[str, Any]) -> None:
    extra = copy.deepcopy(first(said, lambda v: v["denominator"]))
    said["verdicts"].append({**extra, "period": {"kind": "day", "from": "1999-01-01"}})


def blame(said: dict[str, Any]) -> None:
    offenders = first(said, lambda v: v["offenders"])["offenders"]
    offenders[0]["agent_id"] = "somebody else"


def disorder(said: dict[str, Any]) -> None:
    first(said, lambda v: v["offender_count"] > 1)["offenders"].reverse()


def change(name: str, by: float) -> Callable[[dict[str, Any]], None]:
    def apply(said: dict[str, Any]) -> None:
        first(said, lambda v: v["outcome"] == "fail" and v["type"] == "ratio")[name] += by

    return apply


def acquit(said: dict[str, Any]) -> None:
    first(said, lambda v: v["outcome"] == "fail")["outcome"] = "pass"


def evaluate(said: dict[str, Any]) -> None:
    first(said, lambda v: v["outcome"] == "not_evaluated")["outcome"] = "pass"


@pytest.mark.parametrize(
    ("spoil", "sentence"),
    [
        (drop, "verdict missing"),
        (double, "two verdicts"),
        (invent, "verdict too many"),
        (blame, "wrongly"),
        (blame, "does not blame"),
        (disorder, "out of order"),
        (change("value", 1e-6), "value is"),
        (change("numerator", 1), "fraction is"),
        (change("pending", 1), "pending is"),
        (change("offender_count", 1), "offender_count is"),
        (change("shortfall", 1), "shortfall is"),
        (change("recover_with", 1), "recover_with is"),
        (acquit, "outcome is pass, not fail"),
        (acquit, "summary says"),
        (evaluate, "though the data lack"),
    ],
)
def test_whatever_is_off_is_said(spoil: Callable[[dict[str, Any]], None], sentence: str) -> None:
    said = result()
    spoil(said)
    found = compare(said, EXPECTED, platform="douyin")
    assert any(sentence in text for text in found), found
