"""A result of `checker audit --format json` against the oracle, verdict by verdict, both ways."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

from .figures import Blamed, Expected, Figures, Key, NotEvaluated, scope
from .judge import outcome_differences
from .moments import micros

Verdict = Mapping[str, Any]
UTC = ZoneInfo("UTC")


def compare(
    result: Mapping[str, Any],
    expected: Mapping[str, Expected],
    *,
    platform: str | None = None,
) -> list[str]:
    """Differences as sentences. Of `platform`'s verdicts only, where one is named; checklist items
    are passed over."""
    found: list[str] = []
    by_rule: dict[str, list[Verdict]] = {}
    counts: Counter[str] = Counter()
    for verdict in result["verdicts"]:
        counts[verdict["outcome"]] += 1
        if platform is not None and verdict["scope"]["platform"] != platform:
            continue
        if verdict["type"] != "manual":
            by_rule.setdefault(verdict["rule"], []).append(verdict)
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
    """Scope without platform, and the period: `all`, a month, a week of the year, a first day or hour."""
    named = scope(**{k: v for k, v in verdict["scope"].items() if k != "platform"})
    kind, start = verdict["period"]["kind"], verdict["period"]["from"]
    if kind == "all":
        return (named, "all")
    if start is None:
        return (named, f"no {kind}")
    at = datetime.fromisoformat(start)
    formats = {"hour": "%Y-%m-%dT%H%z", "week": "%G-W%V", "month": "%Y-%m"}
    return (named, at.strftime(formats.get(kind, "%Y-%m-%d")))


def _named(key: Key) -> str:
    return " ".join([*(f"{k}={v}" for k, v in key[0]), key[1]])


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
    if got["offender_count"] != len(want.offenders):
        differ("offender_count", got["offender_count"], len(want.offenders))
    blamed = [_blamed(o) for o in got["offenders"]]
    should = [] if want.added else list(want.offenders)
    found += [f"blames {who} wrongly" for who in Counter(blamed) - Counter(should)]
    found += [f"does not blame {who}" for who in Counter(should) - Counter(blamed)]
    if blamed != should and Counter(blamed) == Counter(should):
        found.append("offenders are out of order")
    return found


def _blamed(offender: Mapping[str, Any]) -> Blamed:
    at, wait = offender["at"], offender["wait_s"]
    return Blamed(
        offender["shop_id"],
        offender["session_id"],
        offender["turn"],
        offender["agent_id"],
        None if at is None else micros(datetime.fromisoformat(at), UTC),
        None if wait is None else round(wait * 1_000_000),
    )


def same_number(got: float | None, want: Fraction | None) -> bool:
    if got is None or want is None:
        return got is None and want is None
    return math.isclose(got, float(want), rel_tol=1e-12, abs_tol=1e-12)
