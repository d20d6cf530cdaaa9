"""Verdicts against expectations: exactly equal, or a failure that says what came instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from fractions import Fraction

from checker.language.types import Kind
from checker.ruletest.expect import WORDS
from checker.ruletest.model import Case, Expectation, Failure, Figure, Sighting
from checker.verdicts.model import Offender, Outcome, Verdict

_UNJUDGED = (Outcome.NO_DATA, Outcome.NOT_EVALUATED)
_KINDS = {
    "ratio": (Kind.RATIO,),
    "every": (Kind.RATIO,),
    "duration": (Kind.DURATION,),
    "time": (Kind.TIME,),
    "number": (Kind.NUMBER, Kind.INT),
    "int": (Kind.INT,),
}
_DAY_FORMATS = {"day": "%Y-%m-%d", "month": "%Y-%m", "week": "%G-W%V"}
_SHOWN = 8


def compare(
    case: Case, verdicts: Sequence[Verdict]
) -> tuple[tuple[Failure, ...], tuple[Sighting, ...]]:
    """What did not come as expected, and the outcomes that rules were seen with."""
    failures: list[Failure] = []
    seen: list[Sighting] = []
    for expectation in case.expectations:
        of_rule = [v for v in verdicts if v.rule == expectation.rule]
        picked = [v for v in of_rule if _picked(v, expectation)]
        if not picked:
            if expectation.outcome in _UNJUDGED and not of_rule:
                seen.append(Sighting(expectation.rule, expectation.outcome))
            else:
                failures.append(_unmatched(expectation, of_rule))
            continue
        failed = [f for v in picked if (f := _judged(expectation, v)) is not None]
        failures.extend(failed)
        if not failed:
            seen.extend(Sighting(v.rule, v.outcome) for v in picked)
    return tuple(failures), tuple(seen)


def _picked(verdict: Verdict, expectation: Expectation) -> bool:
    return all(_fits(verdict, key, wanted) for key, wanted in expectation.picks.items())


def _fits(verdict: Verdict, key: str, wanted: str) -> bool:
    if key == "hour_of_day":
        found = verdict.scope.get(key)
        return found is not None and wanted.isdigit() and int(found) == int(wanted)
    if key not in ("hour", *_DAY_FORMATS):
        return verdict.scope.get(key) == (None if wanted == "" else wanted)
    start = verdict.period.start
    if verdict.period.kind != key or start is None:
        return False
    if key == "hour":
        try:
            hour = dt.datetime.fromisoformat(wanted)
        except ValueError:
            return False
        begin = dt.datetime.fromisoformat(start)
        return begin == hour if hour.tzinfo else begin.replace(tzinfo=None) == hour
    first = dt.date.fromisoformat(start)
    return wanted in (first.isoformat(), first.strftime(_DAY_FORMATS[key]))


def _unmatched(expectation: Expectation, of_rule: Sequence[Verdict]) -> Failure:
    came = "no verdict of this rule"
    if of_rule:
        came = "; ".join(f"{_place(v)}: {_outcome(v)}" for v in of_rule[:_SHOWN])
        came = f"no such verdict, only {came}" + (" …" if len(of_rule) > _SHOWN else "")
    picks = ", ".join(f"{key} {value}" for key, value in expectation.picks.items())
    wanted = f"a verdict of {picks}" if picks else "a verdict"
    return Failure(expectation.rule, expectation.span, wanted, came)


def _judged(expectation: Expectation, verdict: Verdict) -> Failure | None:
    wanted: list[str] = []
    came: list[str] = []

    def differ(name: str, want: str, got: str) -> None:
        wanted.append(f"{name} {want}")
        came.append(f"{name} {got}")

    if verdict.outcome in _UNJUDGED and expectation.outcome not in _UNJUDGED:
        # A rule that found nothing to judge has shown nothing, whatever else was expected.
        outcome = expectation.outcome
        differ("outcome", outcome.value if outcome else "from at least one row", _outcome(verdict))
    elif expectation.outcome is not None and expectation.outcome is not verdict.outcome:
        differ("outcome", expectation.outcome.value, _outcome(verdict))
    figure = expectation.figure
    if figure is not None and not _equal(figure, verdict):
        differ("value", figure.text, shown(verdict))
    for name, count in expectation.counts.items():
        if getattr(verdict, name) != count:
            differ(name, str(count), str(getattr(verdict, name)))
    for name in WORDS:
        word = expectation.words.get(name)
        if word is not None and word not in (getattr(verdict, name) or ""):
            differ(name, word, str(getattr(verdict, name)))
    blamed = {_name(offender) for offender in verdict.offenders}
    if expectation.offenders is not None and expectation.offenders != blamed:
        differ("offenders", _names(expectation.offenders), _names(blamed))
    if not wanted:
        return None
    at = _place(verdict) if expectation.picks or verdict.period.kind != "all" else ""
    told = ", ".join(came) + (f" ({at})" if at else "")
    return Failure(
        expectation.rule, expectation.span, ", ".join(wanted), told, tuple(sorted(blamed))
    )


def _outcome(verdict: Verdict) -> str:
    return f"{verdict.outcome.value}: {verdict.reason}" if verdict.reason else verdict.outcome.value


def _equal(figure: Figure, verdict: Verdict) -> bool:
    if figure.value is None or verdict.value is None:
        return figure.value is verdict.value
    if figure.kind is not None and figure.kind not in _KINDS.get(verdict.type, ()):
        return False
    return figure.value == verdict.value


def shown(verdict: Verdict) -> str:
    """A verdict's value as a test would have to write it."""
    value = verdict.value
    if value is None:
        return "none"
    if verdict.type in ("ratio", "every"):
        percent = _written(value * 100)
        return f"{percent}%" if percent else f"{value.numerator}/{value.denominator}"
    if verdict.type == "duration":
        seconds = _written(value / 1_000_000)
        return f"{seconds}s" if seconds else f"{value.numerator}us/{value.denominator}"
    if verdict.type == "time" and value.denominator == 1:
        midnight = dt.datetime(2000, 1, 1)
        return (midnight + dt.timedelta(microseconds=value.numerator)).time().isoformat()
    return _written(value) or f"{value.numerator}/{value.denominator}"


def _written(value: Fraction) -> str:
    """A fraction as a decimal of at most six digits; empty where it is none."""
    scaled = value * 1_000_000
    if scaled.denominator != 1:
        return ""
    whole, rest = divmod(abs(scaled.numerator), 1_000_000)
    sign = "-" if value < 0 else ""
    return f"{sign}{whole}.{rest:06d}".rstrip("0").rstrip(".")


def _place(verdict: Verdict) -> str:
    scope = [f"{k} {v}" for k, v in verdict.scope.items() if k != "platform"]
    period = verdict.period
    dated = [f"{period.kind} {period.start}"] if period.start and period.kind != "all" else []
    return ", ".join((*scope, *dated)) or "the whole data"


def _name(offender: Offender) -> str:
    return offender.session_id or offender.agent_id or offender.shop_id or "?"


def _names(names: Iterable[str]) -> str:
    return f"[{', '.join(sorted(names))}]"
