"""A result of `checker audit --format json` against the oracle, verdict by verdict, both ways."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Hashable, Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from .figures import Expected, Figures, Key, NotEvaluated, scope
from .judge import outcome_differences
from .moments import micros

Verdict = Mapping[str, Any]
UTC = ZoneInfo("UTC")


def compare(
    result: Mapping[str, Any],
    expected: Mapping[str, Expected],
    *,
    platform: str | None = None,
    unchecked: Collection[str] = (),
) -> list[str]:
    """Differences as sentences. Checklist items and the rules in `unchecked` are passed over."""
    found: list[str] = []
    by_rule: dict[str, list[Verdict]] = {}
    counts: Counter[str] = Counter()
    for verdict in result["verdicts"]:
        counts[verdict["outcome"]] += 1
        if verdict["type"] != "manual" and verdict["rule"] not in unchecked:
            by_rule.setdefault(verdict["rule"], []).append(verdict)
            if platform is not None and verdict["scope"].get("platform") != platform:
                found.append(f"{verdict['rule']}: scope {verdict['scope']} is not on {platform}")
    said = {outcome: n for outcome, n in result["summary"].items() if n}
    if said != dict(counts):
        found.append(f"summary says {said}, the verdicts say {dict(counts)}")
    for rule in sorted(by_rule.keys() - expected.keys()):
        found.append(f"{rule}: not known to the oracle")
    for rule, want in expected.items():
        found.extend(_rule(rule, by_rule.get(rule, []), want))
    return found


def _rule(rule: str, verdicts: list[Verdict], want: Expected) -> list[str]:
    if not verdicts:
        return [f"{rule}: no verdict at all"]
    if isinstance(want, NotEvaluated):
        return [
            f"{rule}: {v['outcome']} though the data lack {', '.join(want.lacking)}"
            for v in verdicts
            if v["outcome"] != "not_evaluated" or not v["reason"] or v["value"] is not None
        ]
    if not want:
        outcomes = [v["outcome"] for v in verdicts]
        return [] if outcomes == ["no_data"] else [f"{rule}: {outcomes} though there is no row"]
    found: list[str] = []
    got: dict[Key, Verdict] = {}
    for verdict in verdicts:
        key = key_of(verdict)
        if key in got:
            found.append(f"{rule} {_named(key)}: two verdicts")
        got[key] = verdict
    found += [f"{rule} {_named(k)}: verdict missing" for k in want if k not in got]
    found += [f"{rule} {_named(k)}: verdict too many" for k in got if k not in want]
    for key in want.keys() & got.keys():
        where = f"{rule} {_named(key)}"
        found += [f"{where}: {text}" for text in _figures(got[key], want[key])]
        found += [f"{where}: {text}" for text in outcome_differences(got[key], want[key])]
    return sorted(found)


def key_of(verdict: Verdict) -> Key:
    """Scope without platform, and the period's first day (month: its month; `all`: just that)."""
    named = {k: v for k, v in verdict["scope"].items() if k != "platform"}
    period, start = verdict["period"], verdict["period"].get("from")
    if period["kind"] == "all":
        return (scope(**named), "all")
    if period["kind"] == "hour" and start is not None:
        return (scope(**named), datetime.fromisoformat(start).strftime("%Y-%m-%dT%H%z"))
    if period["kind"] == "month" and start is not None:
        return (scope(**named), start[:7])
    return (scope(**named), start)


def _named(key: Key) -> str:
    return " ".join([*(f"{k}={v}" for k, v in key[0]), str(key[1])])


def _figures(got: Verdict, want: Figures) -> list[str]:
    found: list[str] = []

    def differ(what: str, is_: object, should: object) -> None:
        found.append(f"{what} is {is_}, not {should}")

    if not same_number(got["value"], want.value):
        differ("value", got["value"], want.value)
    numbers = (want.numerator, want.denominator)
    if want.value is None and want.kind == "value":
        numbers = (got["numerator"], got["denominator"])
    if not want.exact and want.value is not None:
        numbers = (got["numerator"], got["denominator"])
    if (got["numerator"], got["denominator"]) != numbers:
        differ("fraction", f"{got['numerator']}/{got['denominator']}", "{}/{}".format(*numbers))
    if (got["pending"] or 0) != want.pending:
        differ("pending", got["pending"], want.pending)
    count = want.offender_count
    if count is not None and got["offender_count"] != count:
        differ("offender_count", got["offender_count"], count)
    if want.offenders is not None:
        blamed: Counter[Hashable] = Counter(_blamed(o, want) for o in got["offenders"])
        for who in blamed - want.offenders:
            found.append(f"blames {who} wrongly")
        for who in want.offenders - blamed:
            found.append(f"does not blame {who}")
    return found


def _blamed(offender: Mapping[str, Any], want: Figures) -> tuple[Any, ...]:
    """(session, turn), or for ratings (session, instant), as the oracle names them."""
    by_instant = any(
        isinstance(who, tuple) and isinstance(who[1], int) and who[1] > 10**9
        for who in want.offenders or ()
    )
    if by_instant:
        at = datetime.fromisoformat(offender["at"])
        return (offender["session_id"], micros(at, UTC))
    return (offender["session_id"], offender["turn"])


def same_number(got: float | None, want: Fraction | None) -> bool:
    if got is None or want is None:
        return got is None and want is None
    return math.isclose(got, float(want), rel_tol=1e-12, abs_tol=1e-12)
