"""What a watch knows after many small refreshes is what one that starts now sees."""

from __future__ import annotations

import json
import random
from pathlib import Path

from checker.options import AuditOptions
from checker.verdicts.waiting import WaitingTurn
from checker.watching import Watch
from watch.watched_data import DAY, MINUTE, SECOND, iso

RULES = """
language: 1
pack: watched
platform: house
title: Watched
timezone: Asia/Shanghai
clocks:
  reply: {opens: role = 'buyer', closes: role = 'agent'}
  held:
    opens: role = 'buyer'
    closes: role = 'agent'
    wait: overlap(greatest(asked_at, assigned_at), answered_at, always, pauses)
rules:
  held: {title: T, clock: held, ratio: {of: turns, good: wait <= 2m}}
  buyers: {title: T, clock: reply, ratio: {of: buyer_days, good: "all(turns, wait <= 3m)"}}
"""
NOW = 1_760_000_000 * SECOND


def waiting(watch: Watch, now: int) -> tuple[WaitingTurn, ...]:
    found, diagnostics = watch.refresh(now)
    assert found is not None, diagnostics
    return found.turns


def test_small_refreshes_are_as_good_as_a_fresh_start(tmp_path: Path) -> None:
    dice = random.Random(0)
    rules = tmp_path / "pack.yaml"
    rules.write_text(RULES, "utf-8")
    data = tmp_path / "data"
    data.mkdir()
    sessions = {f"S{i}": {"buyer_id": f"b{i % 5}", "ended_at": None} for i in range(12)}
    pauses: list[dict[str, object]] = []
    held: list[dict[str, object]] = []
    now = NOW - 3 * DAY
    place = {"platform": "house", "shop_id": "s1"}

    def say(name: str, role: str, at: int) -> None:
        row = {**place, "session_id": name, "ts": iso(at), "role": role, "agent_id": "a1" if role == "agent" else None}  # fmt: skip
        with (data / "messages.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def table(name: str, rows: list[dict[str, object]]) -> None:
        text = "".join(json.dumps({**place, **row}) + "\n" for row in rows)
        (data / f"{name}.jsonl").write_text(text, "utf-8")

    for name in ("S0", "S1"):
        say(name, "buyer", now)
        say(name, "agent", now + SECOND)
    pauses.append({"session_id": "S0", "from": iso(now), "to": iso(now + 1)})
    held.append({"session_id": "S0", "agent_id": "a1", "from": iso(now)})
    sessions["S1"]["ended_at"] = iso(now + 2 * SECOND)
    options = AuditOptions(rules=(rules,))
    kept = Watch(data, options, soon=MINUTE)
    assert not kept.start()
    alarms = 0
    for step in range(9):
        # Days, hours and seconds between two looks: what is long gone is looked at no more.
        now += dice.choice((SECOND, MINUTE, MINUTE, DAY // 3, 2 * DAY))
        for _ in range(dice.randrange(4)):
            name = dice.choice(list(sessions))
            match dice.randrange(6):
                case 0 | 1:
                    say(name, "buyer", now - dice.randrange(MINUTE))
                case 2:
                    say(name, "agent", now - dice.randrange(MINUTE))
                case 3:
                    ended = sessions[name]["ended_at"]
                    sessions[name]["ended_at"] = iso(now + MINUTE) if ended is None else None
                case 4:
                    pauses.append({"session_id": name, "from": iso(now - MINUTE), "to": None})
                case 5:
                    held.append({"session_id": name, "agent_id": "a1", "from": iso(now)})
        if step % 3 == 0:
            say(dice.choice(list(sessions)), "buyer", now + 30 * SECOND)  # a clock that is fast
        table("sessions", [{"session_id": name, **row} for name, row in sessions.items()])
        table("pauses", pauses)
        table("assignments", held)
        fresh = Watch(data, options, soon=MINUTE)
        assert not fresh.start()
        wanted = waiting(fresh, now)
        assert waiting(kept, now) == wanted
        later = now + 40 * SECOND
        assert waiting(kept, later) == waiting(fresh, later)
        alarms += len(wanted)
    assert alarms > 10
