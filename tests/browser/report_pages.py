"""The pages that the browser opens: a real audit, a hostile one, one with 200,000 offenders."""

from __future__ import annotations

import dataclasses
import datetime as dt
from fractions import Fraction
from pathlib import Path

from hostile import hostile_data
from reports import made_up_result as made_up

from checker.checklist import checklist as run_checklist
from checker.diagnostics import Diagnostic
from checker.options import AuditOptions
from checker.pipeline import audit, recorded
from checker.reports.html.checklist import checklist_html
from checker.reports.html.page import to_html
from checker.verdicts.history import history, points_of
from checker.verdicts.history_append import append
from checker.verdicts.model import Outcome, Result
from checker.verdicts.recording import recording

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


_NIGHT = """\
language: 1
pack: night
platform: house
title: Night
timezone: Asia/Shanghai
clocks:
  reply: {opens: role = 'buyer', closes: role = 'agent'}
rules:
  quick: {title: Quick, clock: reply, ratio: {of: turns, good: wait <= 15m}, aim: ">= 90%"}
"""


def over_midnight(folder: Path) -> Result:
    """A question before midnight that is answered after it."""
    (folder / "night.yaml").write_text(_NIGHT, "utf-8")
    (folder / "night.csv").write_text(
        "session_id,ts,role\n"
        "A,2026-10-01T23:50:00+08:00,buyer\n"
        "A,2026-10-02T00:20:00+08:00,agent\n",
        "utf-8",
    )
    options = AuditOptions(rules=(folder / "night.yaml",), platform="house", insights=True)
    result, found = audit(folder / "night.csv", options)
    assert result is not None, found
    return result


def parts() -> Result:
    """The house standard with an aim that a formula over parts misses."""
    options = AuditOptions(
        insights=True,
        packs=("meiqia",),
        settings=(("meiqia.conversation-rate.aim", ">= 50%"),),
    )
    result, found = audit(ROOT / "examples" / "four-platforms", options)
    assert result is not None, found
    return result


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


def with_history(folder: Path) -> Result:
    """The last two days of the week in the example, after two audits of the days before."""
    file = folder / "h.duckdb"
    data = ROOT / "examples" / "douyin-week"
    for day in (14, 16):
        options = AuditOptions(packs=("douyin",), as_of=f"2026-10-{day}T23:59:59")
        result, found = audit(data, options)
        assert result is not None, found
        pending, found = append(file, recorded(result, options), day)
        assert pending is not None and pending.commit() == (), found
    options = AuditOptions(
        packs=("douyin",), first=dt.date(2026, 10, 17), insights=True, history=file
    )
    result, found = audit(data, options)
    assert result is not None, found
    return result


def hostile_with_history() -> Result:
    """The hostile names, and the same figures a day before."""
    result = hostile()
    day = 86_400_000_000
    packs = tuple(dataclasses.replace(p, as_of=(p.as_of or day) - day) for p in result.packs)
    earlier = tuple(
        v._replace(period=dataclasses.replace(v.period, start="2026-09-30", through="2026-09-30"))
        for v in result.verdicts
    )
    one = recording(dataclasses.replace(result, packs=packs, verdicts=earlier))
    known = [dataclasses.replace(point, number=1) for point in points_of(one)]
    points = [*known, *points_of(recording(result))]
    return dataclasses.replace(result, history=history((), points))


def many() -> Result:
    """A day on which 200,000 sessions were late."""
    late = tuple(
        made_up.offender(1, 181 + i % 7_000)._replace(
            session_id=f"S{i:06d}", agent_id=f"a{i % 400}"
        )
        for i in range(MANY)
    )
    verdict = made_up.share(0, MANY, period=made_up.day(1))._replace(
        outcome=Outcome.FAIL,
        value=Fraction(0),
        offenders=late,
    )
    return dataclasses.replace(made_up.result(), verdicts=(verdict,))
