"""The one way in which waivers and attestations reach verdicts, and with them every output."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence

from checker.verdicts.exceptions import Attestation, Waiver
from checker.verdicts.model import Outcome, PeriodSpan, Verdict


def apply(
    verdicts: Sequence[Verdict],
    waivers: Sequence[Waiver],
    attestations: Sequence[Attestation],
    today: Mapping[str, dt.date],
) -> tuple[Verdict, ...]:
    """The verdicts as they stand after what people have said, in the same order.

    `today` is, by pack, the local day of the as-of instant in the pack's time zone. Answers come
    first, so that an answer of no can be waived like any other failure.
    """
    return tuple(
        _waived(_attested(verdict, attestations, today), waivers, today) for verdict in verdicts
    )


def _attested(
    verdict: Verdict, attestations: Sequence[Attestation], today: Mapping[str, dt.date]
) -> Verdict:
    if verdict.outcome is not Outcome.MANUAL:
        return verdict
    day = today[verdict.pack]
    fitting = [a for a in attestations if a.rule == verdict.rule and _within(verdict, a.scope)]
    if not fitting:
        return verdict
    valid = [a for a in fitting if a.valid_on(day)]
    if valid:
        answer = _newest(valid)
        outcome = Outcome.PASS if answer.answer == "yes" else Outcome.FAIL
        return verdict._replace(outcome=outcome, attestation=answer.shown(day))
    expired = [a for a in fitting if a.on <= day]
    if expired:
        answer = _newest(expired)
        reason = f"the answer of {answer.on} was valid until {answer.valid_until}"
    else:
        answer = min(fitting, key=lambda a: a.on)
        reason = f"the answer of {answer.on} is later than {day}, the day of the audit"
    return verdict._replace(reason=reason, attestation=answer.shown(day))


def _newest(answers: Sequence[Attestation]) -> Attestation:
    """By day; of one day the last in the files."""
    return max(enumerate(answers), key=lambda item: (item[1].on, item[0]))[1]


def _waived(verdict: Verdict, waivers: Sequence[Waiver], today: Mapping[str, dt.date]) -> Verdict:
    if verdict.outcome not in (Outcome.FAIL, Outcome.WARN):
        return verdict
    first, last = _days(verdict.period, today[verdict.pack])
    for waiver in waivers:
        covers = waiver.first <= first and last <= waiver.until
        if waiver.rule == verdict.rule and covers and _within(verdict, waiver.scope):
            return verdict._replace(outcome=Outcome.WAIVED, waiver=waiver.shown)
    return verdict


def _within(verdict: Verdict, scope: Mapping[str, str]) -> bool:
    return all(verdict.scope.get(key) == value for key, value in scope.items())


def _days(period: PeriodSpan, today: dt.date) -> tuple[dt.date, dt.date]:
    """The first and last local day by which a period is waived; what is not a calendar period is
    a state of affairs, and judged by the day of the audit."""
    if period.kind in ("all", "rolling") or period.start is None:
        return today, today
    # An hour is printed as instants in local time, whose first ten characters are the date.
    through = period.through or period.start
    return dt.date.fromisoformat(period.start[:10]), dt.date.fromisoformat(through[:10])
