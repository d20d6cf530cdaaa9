"""One audit as a history keeps it: what was judged, by which rules, as of when, and its key."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass

from checker.verdicts.model import DataSummary, PackRun, Result, Verdict


@dataclass(frozen=True)
class Recording:
    """`key` is the same for the same data, rules, as-of instants and days.

    It is a digest of what the audit found, not of the files it read: of every figure of every verdict,
    of the number of rows of each table, and of the digests of the rules. So the same rows in another
    order, another format or from a database are the same data; and where one figure differs, for
    whatever reason, the audit is another one.
    """

    key: str
    data: DataSummary
    packs: tuple[PackRun, ...]
    verdicts: tuple[Verdict, ...]
    first: dt.date | None
    through: dt.date | None
    asked: Mapping[str, tuple[str, ...]]  # options that change figures
    pseudonymized: bool


def recording(
    result: Result,
    *,
    first: dt.date | None = None,
    through: dt.date | None = None,
    asked: Mapping[str, tuple[str, ...]] | None = None,
    pseudonymized: bool = False,
) -> Recording:
    """The audit to be appended. Sessions, offenders and what people wrote are left out."""
    options = {name: values for name, values in sorted((asked or {}).items()) if values}
    content = {
        "data": [dict(sorted(result.data.tables.items())), result.data.first, result.data.last],
        "packs": [[p.name, p.digest, p.timezone, p.as_of] for p in result.packs],
        "days": [None if day is None else day.isoformat() for day in (first, through)],
        "asked": options,
        "verdicts": [_figures(verdict) for verdict in result.verdicts],
    }
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"))
    return Recording(
        hashlib.sha256(text.encode("ascii")).hexdigest(),
        result.data,
        result.packs,
        result.verdicts,
        first,
        through,
        options,
        pseudonymized,
    )


def _figures(v: Verdict) -> list[object]:
    period = v.period
    return [
        *(v.rule, v.severity, list(v.scope.items()), v.added),
        *(period.kind, period.start, period.through),
        *(v.outcome.value, v.type, v.basis, None if v.value is None else str(v.value)),
        *(v.numerator, v.denominator, v.pending, v.require, v.aim, v.shortfall),
        *(v.revision, v.offender_count),
    ]
