"""The audit as CSV: one row for each verdict, or one for each offender; for programs and for Excel.

RFC 4180 in UTF-8 with a byte order mark, so that Excel reads Chinese. Names are made clean, and text
that a spreadsheet would compute begins with an apostrophe; exact texts are in the JSON result.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.json import figure_number
from checker.reports.reported import candidates
from checker.verdicts.model import Offender, Result, Verdict

Value = str | int | float | None

SCOPES = ("platform", *words.SCOPES)
VERDICT_COLUMNS = (
    "pack",
    "rule",
    "title",
    "severity",
    *SCOPES,
    "period",
    "from",
    "through",
    "outcome",
    "baseline",
    "added",
    "reason",
    "type",
    "basis",
    "value",
    "reported",
    "difference",
    "candidates",
    "numerator",
    "denominator",
    "pending",
    "require",
    "aim",
    "shortfall",
    "recover_with",
    "spare",
    "offenders",
    "gap",
    "revision",
    "source",
)
OFFENDER_COLUMNS = (
    "pack",
    "rule",
    "title",
    "severity",
    *SCOPES,
    "period",
    "from",
    "through",
    "outcome",
    "baseline",
    "shop_id",
    "session_id",
    "turn",
    "agent_id",
    "at",
    "wait_s",
)
# What a spreadsheet takes for the beginning of a formula, in full width, too; blanks are passed over.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠\t\r\n]")


def verdicts_csv(result: Result, *, lang: str) -> bytes:
    """One row for each verdict. A ratio's 1 is 100 %, a duration is in seconds, a time of day text."""
    return csv_file(VERDICT_COLUMNS, (_verdict(verdict, lang) for verdict in result.verdicts))


def offenders_csv(result: Result, *, lang: str) -> bytes:
    """One row for each offender that is listed, with the verdict that blames it."""
    rows = (
        [*_about(v, lang), v.outcome.value, v.baseline, *_offender(o, v.timezone)]
        for v in result.verdicts
        for o in v.offenders
        if not v.added
    )
    return csv_file(OFFENDER_COLUMNS, rows)


def csv_file(columns: Sequence[str], rows: Iterable[Sequence[Value]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([safe(value) if isinstance(value, str) else value for value in row])
    return text.getvalue().encode("utf-8-sig")


def safe(text: str) -> str:
    """`text` on one line, and with an apostrophe before it where a spreadsheet would compute it."""
    shown = clean(text)
    return "'" + shown if _FORMULA.match(text) or _FORMULA.match(shown) else shown


def _about(verdict: Verdict, lang: str) -> list[Value]:
    period = verdict.period
    return [
        verdict.pack,
        verdict.rule,
        verdict.title.get(lang),
        verdict.severity,
        *(verdict.scope.get(kind) for kind in SCOPES),
        period.kind,
        period.start,
        period.through,
    ]


def _verdict(verdict: Verdict, lang: str) -> list[Value]:
    return [
        *_about(verdict, lang),
        verdict.outcome.value,
        verdict.baseline,
        "yes" if verdict.added else "no",
        verdict.reason,
        verdict.type,
        verdict.basis,
        figure_number(verdict.value, verdict.type),
        figure_number(verdict.reported, verdict.type),
        figure_number(verdict.difference, verdict.type),
        "; ".join(candidates(verdict)) or None,
        verdict.numerator,
        verdict.denominator,
        verdict.pending,
        verdict.require,
        verdict.aim,
        verdict.shortfall,
        verdict.recover_with,
        verdict.spare,
        verdict.offender_count,
        words.gap(verdict, lang),
        verdict.revision,
        verdict.source,
    ]


def _offender(offender: Offender, zone: str) -> list[Value]:
    return [
        offender.shop_id,
        offender.session_id,
        offender.turn,
        offender.agent_id,
        None if offender.at is None else words.instant(offender.at, zone),
        None if offender.wait is None else offender.wait / 1_000_000,
    ]
