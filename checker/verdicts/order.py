"""The order of verdicts, the same whatever the engine, the threads or the order of rows."""

from __future__ import annotations

from checker.language.catalog import SCOPES
from checker.language.types import WEEKDAYS
from checker.verdicts.model import Verdict

OrderKey = tuple[object, ...]


def verdict_key(verdict: Verdict) -> OrderKey:
    """Within a rule: rows added by `--by` last, then scope, then period; missing values last."""
    scope = tuple(_scope_key(verdict, name) for name in SCOPES)
    period = verdict.period
    return (verdict.added, scope, period.kind, period.start is None, period.start or "")


def _scope_key(verdict: Verdict, name: str) -> OrderKey:
    if name not in verdict.scope:
        return (0,)
    value = verdict.scope[name]
    if value is None:
        return (2,)
    if name == "hour_of_day":
        return (1, int(value))
    return (1, WEEKDAYS.index(value)) if name == "weekday" else (1, value)
