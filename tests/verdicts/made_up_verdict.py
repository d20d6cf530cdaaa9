"""A verdict without figures, to be told apart by what a test says of it."""

from __future__ import annotations

from typing import Any

from checker.packs.model import Text
from checker.verdicts.model import Outcome, PeriodSpan, Verdict

_EMPTY = dict.fromkeys(Verdict._fields)


def verdict(**changes: Any) -> Verdict:
    known: dict[str, Any] = {
        "pack": "mine",
        "rule": "mine/fast",
        "title": Text(en="Fast answers"),
        "severity": "error",
        "scope": {"platform": "p", "shop": "s1"},
        "period": PeriodSpan("all", None, None),
        "outcome": Outcome.FAIL,
        "type": "ratio",
        "basis": "computed",
        "pending": 0,
        "offender_count": 0,
        "offenders": (),
        "added": False,
        "timezone": "Asia/Shanghai",
        "of": "sessions",
    }
    return Verdict(**(_EMPTY | known | changes))
