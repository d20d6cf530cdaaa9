"""The JSON result: the audit for programs, the same bytes for the same data."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from fractions import Fraction
from functools import lru_cache

from checker.packs.model import Text
from checker.reports.diagnostics import to_dicts
from checker.text.instants import instant_text
from checker.text.quoted import escaped, quoted, quoted_name
from checker.verdicts.model import (
    BaselineCounts,
    Listed,
    Offender,
    PackRun,
    PeriodSpan,
    Result,
    Verdict,
    offender_line,
)

SCHEMA = 1
_MICROSECOND = dt.timedelta(microseconds=1)
_SCOPES = ("platform", "shop", "agent", "channel", "buyer", "hour_of_day", "weekday")


class Lines:
    """What verdicts are in JSON, put down as they are made, while the engine works at later ones."""

    def __init__(self) -> None:
        # By identity: a changed verdict is another one.
        self._known: dict[int, tuple[Verdict, str]] = {}

    def add(self, verdict: Verdict) -> None:
        self._known[id(verdict)] = verdict, _verdict(verdict)

    def of(self, verdict: Verdict) -> str:
        known = self._known.get(id(verdict))
        return _verdict(verdict) if known is None else known[1]


def to_json(result: Result, lines: Lines | None = None) -> str:
    """The result as JSON text with a newline at its end; `schemas/result.schema.json` describes it.

    Verdicts and offenders stand on a line each, so that two results can be compared line by line. `lines`
    may know some of its verdicts.
    """
    line = _verdict if lines is None else lines.of
    told = list(map(line, result.verdicts)) or [""]
    before = ",\n ".join(
        (
            f'"schema": {SCHEMA}',
            f'"data": {_line(_data(result))}',
            f'"packs": {_list(_line(pack_dict(p)) for p in result.packs)}',
            f'"summary": {_line({o.value: n for o, n in result.counts.items()})}',
            f'"baseline": {_line(_baseline(result.baseline))}',
        )
    )
    after = f'"diagnostics": {_list(map(_line, to_dicts(result.diagnostics)))}'
    begins = "[\n  " if result.verdicts else "["
    # At the ends of the longest list, so that all of the text is copied once.
    told[0] = f'{{{before},\n "verdicts": {begins}{told[0]}'
    told[-1] = f"{told[-1]}],\n {after}}}\n"
    return ",\n  ".join(told)


def as_json_text(body: Mapping[str, object]) -> str:
    """Another report of this project as JSON text, an entry of its lists on a line each."""
    lines = [
        f"{_line(key)}: {_list(map(_line, value), '  ') if isinstance(value, list) else _line(value)}"
        for key, value in body.items()
    ]
    return "{" + ",\n ".join(lines) + "}\n"


def _encode_other(value: object) -> str:
    """Waivers and attestations hold the dates that YAML made."""
    if isinstance(value, dt.date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in the JSON result")


_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False, default=_encode_other).encode


def _line(value: object) -> str:
    text = _encode(value)
    return text if text.isprintable() else escaped(text)  # what is printable needs no search


def _list(lines: Iterable[str], indent: str = "  ") -> str:
    body = f",\n{indent}".join(lines)
    return f"[\n{indent}{body}]" if body else "[]"


def _data(result: Result) -> dict[str, object]:
    zones = {pack.timezone for pack in result.packs}
    zone = zones.pop() if len(zones) == 1 else "UTC"
    return {
        "tables": dict(sorted(result.data.tables.items())),
        "from": instant_text(result.data.first, zone),
        "through": instant_text(result.data.last, zone),
    }


def pack_dict(pack: PackRun) -> dict[str, object]:
    digest = pack.digest if pack.digest.startswith("sha256:") else f"sha256:{pack.digest}"
    as_of = instant_text(pack.as_of, pack.timezone)
    return {"pack": pack.name, "digest": digest, "timezone": pack.timezone, "as_of": as_of}


def _baseline(counts: BaselineCounts | None) -> dict[str, int] | None:
    return None if counts is None else asdict(counts)


def verdict_dict(verdict: Verdict) -> dict[str, object]:
    """A verdict as the schema of results describes it."""
    fields: dict[str, object] = json.loads(_verdict(verdict))
    return fields


def _verdict(verdict: Verdict) -> str:
    """One verdict on one line, and below it its offenders on a line each. Put together here, from parts
    that many verdicts share: a result may have ten thousands, and an encoder takes thrice as long."""
    v, kind = verdict, verdict.type
    compared = "null" if v.reconciliation is None else _line(_reconciliation(v))
    return (
        f'{{"rule": {quoted_name(v.rule)}, "title": {_text(v.title)}, "severity": {quoted_name(v.severity)}, '
        f'"scope": {_scope(v.scope)}, "period": {_period(v.period)}, '
        f'"outcome": {quoted_name(v.outcome.value)}, "reason": {quoted(v.reason)}, '
        f'"type": {quoted_name(kind)}, "basis": {quoted_name(v.basis)}, '
        f'"reported": {_figure(v.reported, kind)}, "value": {_figure(v.value, kind)}, '
        f'"numerator": {_int(v.numerator)}, "denominator": {_int(v.denominator)}, '
        f'"pending": {v.pending}, "require": {quoted_name(v.require)}, "aim": {quoted_name(v.aim)}, '
        f'"shortfall": {_int(v.shortfall)}, "recover_with": {_int(v.recover_with)}, '
        f'"spare": {_int(v.spare)}, "revision": {quoted_name(v.revision)}, "source": {quoted_name(v.source)}, '
        f'"aim_source": {quoted_name(v.aim_source)}, "waiver": {_mapping(v.waiver)}, '
        f'"attestation": {_mapping(v.attestation)}, "baseline": {quoted_name(v.baseline)}, '
        f'"offender_count": {v.offender_count}, "offenders": {_offenders(v)}, '
        f'"reconciliation": {compared}}}'
    )


def _reconciliation(verdict: Verdict) -> dict[str, object] | None:
    """What the platform's own figure says beside the computed one."""
    found = verdict.reconciliation
    if found is None:
        return None
    # The difference of two times of day is a length of time.
    kind = "duration" if verdict.type == "time" else verdict.type
    return {
        "difference": figure_number(verdict.difference, kind),
        "differs": found.differs,
        "numerator": found.reported.numerator,
        "denominator": found.reported.denominator,
        "more_rows": found.more_rows,
        "more_bad": found.more_bad,
        "candidates": [offender_dict(o, verdict.timezone) for o in found.candidates],
    }


@lru_cache(maxsize=4096)
def _text(text: Text) -> str:
    return _line({"zh": text.zh, "en": text.en})


@lru_cache(maxsize=4096)
def _period(period: PeriodSpan) -> str:
    return _line({"kind": period.kind, "from": period.start, "through": period.through})


def _scope(scope: Mapping[str, str | None]) -> str:
    return _scope_of(tuple(scope.items()))


@lru_cache(maxsize=16_384)
def _scope_of(items: tuple[tuple[str, str | None], ...]) -> str:
    scope = dict(items)
    kinds = [kind for kind in _SCOPES if kind in scope]
    kinds += sorted(scope.keys() - set(kinds))
    return (
        f"{{{', '.join([f'{quoted_name(kind)}: {quoted_name(scope[kind])}' for kind in kinds])}}}"
    )


def _mapping(entries: Mapping[str, object] | None) -> str:
    return "null" if entries is None else _line(dict(entries))


def _int(number: int | None) -> str:
    return "null" if number is None else str(number)


def _figure(value: Fraction | None, kind: str) -> str:
    number = figure_number(value, kind)
    return quoted(number) if number is None or isinstance(number, str) else repr(number)


def figure_number(value: Fraction | None, kind: str) -> int | float | str | None:
    """A float only here, at the edge: a ratio's 1 is 100 %, a duration is in seconds, a time of day text."""
    if value is None:
        return None
    if kind == "time":
        return (dt.datetime.min + round(value) * _MICROSECOND).time().isoformat()
    if kind == "int" and value.denominator == 1:
        return value.numerator
    # Not by way of another fraction, which is dear to make; the quotient is rounded once either way.
    return value.numerator / (value.denominator * (1_000_000 if kind == "duration" else 1))


def offender_dict(offender: Offender, zone: str) -> dict[str, object]:
    """An offender as the schema of results describes it."""
    fields: dict[str, object] = json.loads(offender_line(offender, zone))
    return fields


def _offenders(verdict: Verdict) -> str:
    listed, zone = verdict.offenders, verdict.timezone
    if isinstance(listed, Listed) and listed.zone == zone:
        lines = listed.lines
    else:
        lines = "\n".join([offender_line(one, zone) for one in listed])
    return "[\n   " + lines.replace("\n", ",\n   ") + "]" if lines else "[]"
