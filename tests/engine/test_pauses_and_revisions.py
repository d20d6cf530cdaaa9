"""Waits without pauses against a walk second by second, and revisions that change in mid-month."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from checker.options import AuditOptions
from checker.pipeline import audit

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
PAUSED = """
language: 1
pack: p
title: p
timezone: {zone}
windows:
  work: {{from: "08:00:00", until: "20:00:00", days: [mon, tue, wed, thu, fri, sat, sun]}}
clocks:
  working:
    opens: role = 'buyer'
    closes: role = 'agent'
    wait: overlap(asked_at, answered_at, work, pauses)
  excused:
    opens: role = 'buyer'
    closes: role = 'agent'
    wait: overlap(asked_at, answered_at, work, pauses, reason = 'hold')
rules:
  all-pauses:
    title: without every pause
    per: [shop]
    clock: working
    value:
      of: turns
      is: sum(wait)
  holds:
    title: without holds
    per: [shop]
    clock: excused
    value:
      of: turns
      is: sum(wait)
"""


def seconds(moment: dt.datetime) -> int:
    return int((moment - EPOCH).total_seconds())


def walked(turns: list[dict], pauses: list[dict], zone: str, *, hold: bool) -> int:
    """Open seconds of all turns: one step a second, each looked up by itself."""
    total = 0
    for turn in turns:
        mine = [
            (p["from"], p["to"])
            for p in pauses
            if p["session_id"] == turn["session_id"] and (not hold or p["reason"] == "hold")
        ]
        for second in range(turn["asked"], turn["answered"]):
            local = dt.datetime.fromtimestamp(second, ZoneInfo(zone))
            if 8 <= local.hour < 20 and not any(a <= second < b for a, b in mine):
                total += 1
    return total


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "Europe/Berlin"])
@pytest.mark.parametrize("seed", range(3))
def test_waits_leave_out_the_union_of_pauses(tmp_path: Path, zone: str, seed: int) -> None:
    rng = random.Random(seed)
    # The night of 2026-03-29 has 23 hours in Berlin.
    start = seconds(dt.datetime(2026, 3, 28, 17, tzinfo=ZoneInfo(zone)))
    turns, pauses = [], []
    for number in range(12):
        asked = start + rng.randrange(0, 50_000)
        answered = asked + rng.choice([0, 1, 59, 3_600, 40_000])
        turns.append({"session_id": f"S{number}", "asked": asked, "answered": answered})
        for _ in range(rng.randrange(0, 5)):
            begin = asked + rng.randrange(-2_000, 20_000)
            length = rng.choice([0, 1, 600, 9_000])
            reason = rng.choice(["hold", "pending"])
            pauses.append(
                {
                    "session_id": f"S{number}",
                    "from": begin,
                    "to": begin + length,
                    "reason": reason,
                }
            )

    def instant(second: int) -> dt.datetime:
        return EPOCH + dt.timedelta(seconds=second)

    messages = [
        {"session_id": t["session_id"], "ts": instant(t[key]), "role": role}
        for t in turns
        for key, role in (("asked", "buyer"), ("answered", "agent"))
    ]
    rows = [{**p, "from": instant(p["from"]), "to": instant(p["to"])} for p in pauses]
    pq.write_table(pa.Table.from_pylist(messages), tmp_path / "messages.parquet")
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "pauses.parquet")
    (tmp_path / "p.yaml").write_text(PAUSED.format(zone=zone))
    result, diagnostics = audit(tmp_path, AuditOptions(rules=(tmp_path / "p.yaml",), platform="p"))
    assert result is not None, diagnostics
    found = {v.rule: v.value for v in result.verdicts}
    assert found == {
        "p/all-pauses": walked(turns, pauses, zone, hold=False) * 1_000_000,
        "p/holds": walked(turns, pauses, zone, hold=True) * 1_000_000,
    }, [v.reason for v in result.verdicts]


REVISED = """
language: 1
pack: p
title: p
timezone: Asia/Shanghai
sources:
  s: {title: s, cite: s}
rules:
  by-day:
    title: good ratings
    source: s
    per: [shop, day]
    ratio:
      of: ratings
      good: score >= 4
    require: ">= 50%"
    revisions:
      - {from: 2026-05-15, require: ">= 80%"}
      - {from: 2026-06-10, require: null, aim: ">= 90%"}
  by-month:
    title: good ratings
    source: s
    per: [shop, month]
    ratio:
      of: ratings
      good: score >= 4
    require: ">= 50%"
    revisions:
      - {from: 2026-05-15, require: ">= 80%"}
      - {from: 2026-06-10, require: null, aim: ">= 90%"}
  at-all:
    title: good ratings
    source: s
    ratio:
      of: ratings
      good: score >= 4
    require: ">= 50%"
    revisions:
      - {from: 2026-05-15, require: ">= 80%"}
      - {from: 2026-06-10, require: null, aim: ">= 90%"}
"""


def test_a_period_is_judged_by_the_revision_in_force_on_its_first_day(tmp_path: Path) -> None:
    days = ["2026-05-14", "2026-05-15", "2026-06-09", "2026-06-10"]
    ratings = [
        {"rated_at": f"{day} 12:00:00", "score": score}
        for day in days
        for score in (5, 5, 1)  # two thirds: between 50 % and 80 %
    ]
    pq.write_table(pa.Table.from_pylist(ratings), tmp_path / "ratings.parquet")
    messages = [{"session_id": "S", "ts": "2026-06-10 13:00:00", "role": "system"}]
    pq.write_table(pa.Table.from_pylist(messages), tmp_path / "messages.parquet")
    (tmp_path / "p.yaml").write_text(REVISED)
    result, diagnostics = audit(tmp_path, AuditOptions(rules=(tmp_path / "p.yaml",), platform="p"))
    assert result is not None, diagnostics
    said = [(v.rule, v.period.start, v.revision, v.outcome.value) for v in result.verdicts]
    assert said == [
        ("p/by-day", "2026-05-14", None, "pass"),
        ("p/by-day", "2026-05-15", "2026-05-15", "fail"),
        ("p/by-day", "2026-06-09", "2026-05-15", "fail"),
        ("p/by-day", "2026-06-10", "2026-06-10", "warn"),
        # May began before the first change, June after it and before the second.
        ("p/by-month", "2026-05-01", None, "pass"),
        ("p/by-month", "2026-06-01", "2026-05-15", "fail"),
        # The whole stretch goes by its last day.
        ("p/at-all", "2026-05-14", "2026-06-10", "warn"),
    ]
