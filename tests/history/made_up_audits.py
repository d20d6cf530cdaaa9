"""Made-up audits for a history: days that fail or pass, as of any instant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from reports import made_up_result as made_up

from checker.diagnostics import Diagnostic
from checker.verdicts.history import History
from checker.verdicts.history_append import append
from checker.verdicts.history_read import read_history
from checker.verdicts.model import DataSummary, PackRun, PeriodSpan, Result, Verdict
from checker.verdicts.recording import Recording, recording

SHOP: Mapping[str, str | None] = {"platform": "douyin", "shop": "s1"}


def rate(day: int, good: int, of: int = 10, **changes: object) -> Verdict:
    """The session rate of one day of October against 80 %."""
    return made_up.share(good, of, **{"period": made_up.day(day), **changes})


def audit(
    *verdicts: Verdict, as_of: int = 31, clock: str = "23:59:59", **changes: object
) -> Recording:
    """An audit of these verdicts as of that day of October."""
    instant = made_up.at(as_of, clock)
    packs = (PackRun("douyin", made_up.RATE, "douyin", "sha256:ab12", made_up.ZONE, instant),)
    made = Result(
        DataSummary({"messages": 100}, made_up.at(1, "00:00:00"), instant), packs, verdicts
    )
    return recording(made, **changes)  # type: ignore[arg-type]


def whole() -> Recording:
    """The made-up month: every outcome, every type."""
    return recording(made_up.result())


def month() -> PeriodSpan:
    return made_up.MONTH


def put(path: Path, *audits: Recording) -> tuple[str, ...]:
    """Appends them one after the other; the codes of what was said."""
    said: list[Diagnostic] = []
    for one in audits:
        pending, found = append(path, one, now(), patience=30)
        said += found
        if pending is not None:
            said += pending.commit()
    return tuple(d.code for d in said)


def read(path: Path, **options: object) -> History:
    known, found = read_history(path, **options)  # type: ignore[arg-type]
    assert known is not None, found
    return known


def now() -> int:
    return int(dt.datetime(2026, 11, 1, tzinfo=dt.UTC).timestamp()) * 1_000_000
