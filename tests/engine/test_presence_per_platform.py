"""A column is absent for a platform that has no value in it, whatever other platforms have."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from checker.options import AuditOptions
from checker.pipeline import audit

PACK = """
language: 1
pack: {name}
platform: {name}
title: {name}
timezone: UTC
clocks:
  after_request:
    opens: role = 'buyer'
    closes: role = 'agent'
    ignores_before: session.human_requested_at
  plain:
    opens: role = 'buyer'
    closes: role = 'agent'
rules:
  ended:
    title: ended
    ratio:
      of: sessions
      good: ended
  turns:
    title: turns after the request
    clock: after_request
    value:
      of: turns
      is: count()
  pausing:
    title: waits without pauses, open turns too
    clock: working
    ratio:
      of: turns
      good: wait <= 60s
"""
PAUSING = """  working:
    opens: role = 'buyer'
    closes: role = 'agent'
    wait: overlap(asked_at, answered_at, always, pauses)
rules:"""


def second(number: int) -> str:
    return f"2026-01-05T08:{number // 60:02}:{number % 60:02}+00:00"


def write(folder: Path) -> list[Path]:
    tables: dict[str, list[dict[str, object]]] = {
        "messages": [
            {"platform": p, "session_id": "S", "ts": second(at), "role": role}
            for p in ("a", "b")
            for at, role in ((0, "buyer"), (10, "agent"), (20, "buyer"), (30, "agent"))
        ]
        + [
            {"platform": "b", "session_id": "T", "ts": second(at), "role": "buyer"}
            for at in (0, 600)
        ],
        "sessions": [
            {
                "platform": "a",
                "session_id": "S",
                "human_requested_at": second(15),
                "ended_at": None,
                "started_at": second(0),
            },
            {
                "platform": "a",
                "session_id": "other",
                "human_requested_at": None,
                "ended_at": second(20),
                "started_at": second(0),
            },
            {
                "platform": "b",
                "session_id": "S",
                "human_requested_at": None,
                "ended_at": None,
                "started_at": second(0),
            },
        ],
        "pauses": [{"platform": "b", "session_id": "T", "from": second(30), "to": second(580)}],
    }
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    rules = []
    for name in ("a", "b"):
        rules.append(folder / f"{name}.yaml")
        rules[-1].write_text(PACK.replace("{name}", name).replace("rules:", PAUSING, 1))
    return rules


def values(folder: Path) -> dict[str, tuple[int | None, int | None, int, str | None]]:
    result, diagnostics = audit(folder, AuditOptions(rules=tuple(write(folder))))
    assert result is not None, diagnostics
    return {
        v.rule: (
            v.numerator,
            v.denominator,
            v.pending,
            str(v.value) if v.value is not None else None,
        )
        for v in result.verdicts
    }


def test_absence_is_judged_per_platform(tmp_path: Path) -> None:
    found = values(tmp_path)
    assert found["a/ended"] == (1, 2, 0, "1/2")
    assert found["b/ended"] == (2, 2, 0, "1")  # b has no ended_at at all: every session counts
    assert found["a/turns"][3] == "1"  # the first question came before the request
    assert found["b/turns"][3] == "3"  # b has no requests at all: nothing is ignored


def test_an_open_turn_is_pending_by_its_wait_without_pauses(tmp_path: Path) -> None:
    # T asks at 0 s and is still open at 600 s, of which 550 s were paused: 50 s so far.
    assert values(tmp_path)["b/pausing"] == (2, 2, 1, "1")
