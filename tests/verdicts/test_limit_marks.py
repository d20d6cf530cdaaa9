"""A limit passes where the rule itself would not let a turn wait any longer, and nowhere else."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.explaining import explain
from checker.options import AuditOptions

MINUTE = 60_000_000
PACK = """\
language: 1
pack: house
platform: house
title: House
timezone: Asia/Shanghai
windows:
  open: {from: "09:00:00", until: "21:00:00"}
clocks:
  reply: {opens: role = 'buyer', closes: role = 'agent'}
rules:
  one:
    title: One
    clock: reply
    ratio: {of: OF, WHEREgood: "GOOD"}
    aim: ">= 90%"
"""
# Turn 1 is asked at 08:50 and waits 20 minutes, turn 2 at 09:20 and waits as long.
MESSAGES = """\
session_id,ts,role
A,2026-10-01T08:50:00+08:00,buyer
A,2026-10-01T09:10:00+08:00,agent
A,2026-10-01T09:20:00+08:00,buyer
A,2026-10-01T09:40:00+08:00,agent
"""


@pytest.mark.parametrize(
    ("of", "where", "good", "expected"),
    [
        ("turns", "", "wait <= 3m", [(1, 3), (2, 3)]),
        ("turns", "", "not (wait > 3m)", [(1, 3), (2, 3)]),
        ("turns", "", "wait <= 20m", []),
        # outside of what is counted, or good for another reason, no limit passes
        ("turns", "asked_at in open", "wait <= 3m", [(2, 3)]),
        ("turns", "", "wait <= 3m or asked_at not in open", [(2, 3)]),
        # outside opening hours another limit stands
        ("turns", "", "asked_at in open and wait <= 3m or wait <= 10m", [(1, 10), (2, 10)]),
        (
            "turns",
            "",
            "wait <= 3m or asked_at not in open and wait <= 10m",
            [(1, 10), (2, 3)],
        ),
        # what is asked of one turn is not asked of the others
        ("sessions", "", "first(turns, wait) <= 3m", [(1, 3)]),
        ("sessions", "", "last(turns, wait) <= 3m", [(2, 3)]),
        ("sessions", "", "all(turns, wait <= 3m or asked_at not in open)", [(2, 3)]),
        ("sessions", "", "all(turns, wait <= 3m) or count(messages) = 4", []),
        ("sessions", "started_at in open", "all(turns, wait <= 3m)", []),
    ],
)
def test_limits_pass_where_the_rule_says(
    tmp_path: Path, of: str, where: str, good: str, expected: list[tuple[int, int]]
) -> None:
    pack = PACK.replace("OF", of).replace("WHERE", f'where: "{where}", ' if where else "")
    (tmp_path / "pack.yaml").write_text(pack.replace("GOOD", good), "utf-8")
    (tmp_path / "messages.csv").write_text(MESSAGES, "utf-8")
    options = AuditOptions(rules=(tmp_path / "pack.yaml",), packs=("house",), platform="house")
    (timeline,), found = explain(tmp_path / "messages.csv", "A", options)
    assert {one.code for one in found} <= {"W031"}  # a window that no case uses
    asked = {turn.index: turn.asked_at for turn in timeline.turns}
    assert [(m.turn, (m.at - asked[m.turn]) // MINUTE) for m in timeline.marks] == expected
