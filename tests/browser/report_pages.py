"""The pages that the browser opens: a real audit, a hostile one, one with 200,000 offenders."""

from __future__ import annotations

import dataclasses
from fractions import Fraction
from pathlib import Path

from hostile import hostile_data
from reports import made_up_result as made_up

from checker.checklist import checklist as run_checklist
from checker.diagnostics import Diagnostic
from checker.pipeline import AuditOptions, audit
from checker.reports.html.checklist import checklist_html
from checker.reports.html.page import to_html
from checker.verdicts.model import Outcome, Result

ROOT = Path(__file__).parents[2]
MANY = 200_000


def write(result: Result, file: Path, lang: str = "zh") -> Path:
    file.write_text(to_html(result, lang=lang), "utf-8")
    return file


def real() -> Result:
    exceptions = ROOT / "examples" / "exceptions"
    result, found = audit(
        ROOT / "examples" / "four-platforms",
        AuditOptions(
            insights=True,
            waivers=(exceptions / "waivers.yaml",),
            attestations=(exceptions / "attestations.yaml",),
        ),
    )
    assert result is not None, found
    return dataclasses.replace(result, diagnostics=found)


def hostile() -> Result:
    result = hostile_data.result(insights=True)
    notices = tuple(
        Diagnostic("W201", name, notes=(name,), level="warning")
        for name in hostile_data.NAMES.values()
    )
    return dataclasses.replace(result, diagnostics=notices)


def checklist(file: Path) -> Path:
    made, found = run_checklist(ROOT / "examples" / "four-platforms", AuditOptions())
    assert made is not None, found
    file.write_text(checklist_html(made, lang="zh"), "utf-8")
    return file


def many() -> Result:
    """A day on which 200,000 sessions were late."""
    late = tuple(
        dataclasses.replace(
            made_up.offender(1, 181 + i % 7_000), session_id=f"S{i:06d}", agent_id=f"a{i % 400}"
        )
        for i in range(MANY)
    )
    verdict = dataclasses.replace(
        made_up.share(0, MANY, period=made_up.day(1)),
        outcome=Outcome.FAIL,
        value=Fraction(0),
        offenders=late,
    )
    return dataclasses.replace(made_up.result(), verdicts=(verdict,))
