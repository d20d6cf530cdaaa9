"""The order of verdicts, the same whatever the engine, the threads or the order of rows."""

from __future__ import annotations

from functools import lru_cache

from checker.language.catalog import SCOPES
from checker.language.types import WEEKDAYS
from checker.verdicts.model import Verdict

OrderKey = tuple[object, ...]


def verdict_key(verdict: Verdict) -> OrderKey:
    """Within a rule: rows added by `--by` last, then scope, then period; missing values last."""
    scope = _scope_key(tuple(verdict.scope.items()))
    period = verdict.period
    return (verdict.added, scope, period.kind, period.start is None, period.start or "")


@lru_cache(maxsize=16_384)
def _scope_key(scope: tuple[tuple[str, str | None], ...]) -> OrderKey:
    given = dict(scope)
    return tuple(_value_key(name, given[name]) if name in given else (0,) for name in SCOPES)


def _value_key(name: str, value: str | None) -> OrderKey:
    if value is None:
        return (2,)
    if name == "hour_of_day":
        return (1, int(value))
    return (1, WEEKDAYS.index(value)) if name == "weekday" else (1, value)
