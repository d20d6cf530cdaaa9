"""The instant at which each limit passes, to the microsecond: against a plain loop, and against audits."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from checker.options import AuditOptions
from checker.pipeline import audit
from checker.verdicts.waiting import Snapshot
from checker.watching import Watch
from watch.watched_data import ORACLE, RULES, Session, iso, made, micros, write

# A weekday, a night before a weekend, and a day before clocks go back.
MOMENTS = (
    ("Asia/Shanghai", dt.datetime(2026, 3, 4, 11, 58, 30, 123_456)),
    ("Asia/Shanghai", dt.datetime(2026, 3, 6, 23, 30)),
    ("Europe/Berlin", dt.datetime(2026, 10, 24, 23, 59, 59, 999_999)),
)
OF_THE_APP = """
language: 1
pack: watched
platform: house
title: Watched
timezone: Asia/Shanghai
clocks:
  reply: {opens: role = 'buyer', closes: role = 'agent'}
rules:
  app: {title: T, clock: reply, ratio: {of: turns, where: "session.channel = 'app'", good: wait <= 3m}}
"""


def snapshot(folder: Path, rules: Path, now: int) -> Snapshot:
    watch = Watch(folder, AuditOptions(rules=(rules,)), soon=60_000_000)
    assert not watch.start()
    found, diagnostics = watch.refresh(now)
    assert found is not None, diagnostics
    return found


def prepared(tmp_path: Path, seed: int, zone: str, local: dt.datetime) -> tuple[list[Session], Path, Path, int]:  # fmt: skip
    now = micros(local.replace(tzinfo=ZoneInfo(zone)))
    sessions = made(seed, now)
    write(tmp_path / "data", sessions, now)
    rules = tmp_path / "pack.yaml"
    rules.write_text(RULES.replace("ZONE", zone), "utf-8")
    return sessions, tmp_path / "data", rules, now


@pytest.fixture(scope="module")
def morning(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, int, Snapshot]:
    """Data and rules of the first moment, it, and what waits."""
    _, data, rules, now = prepared(tmp_path_factory.mktemp("morning"), 0, *MOMENTS[0])
    return data, rules, now, snapshot(data, rules, now)


@pytest.mark.parametrize("seed", range(1))
@pytest.mark.parametrize(("zone", "local"), MOMENTS)
def test_limits_pass_when_a_plain_loop_says(
    tmp_path: Path, seed: int, zone: str, local: dt.datetime
) -> None:
    sessions, data, rules, now = prepared(tmp_path, seed, zone, local)
    found = snapshot(data, rules, now)
    told = {
        (turn.session_id, limit.rule.split("/")[1]): "lost" if limit.lost else limit.passes_at
        for turn in found.turns
        for limit in turn.limits
    }
    wanted = {
        (one.name, rule): when(one, sessions, now, zone)
        for one in sessions
        if one.asked is not None
        for rule, when in ORACLE.items()
    }
    assert told == wanted
    # The made-up data meet every kind of answer.
    kinds = {type(value) for value in wanted.values()}
    assert kinds == {int, str, type(None)}
    assert {t.asked_at for t in found.turns} == {s.asked for s in sessions if s.asked is not None}


def test_an_audit_turns_from_pending_to_bad_at_that_microsecond(
    morning: tuple[Path, Path, int, Snapshot],
) -> None:
    data, rules, now, found = morning
    asked = 0
    for rule in ("at-most", "less", "unpaused", "both", "sessions"):
        coming = [
            limit.passes_at
            for turn in found.turns
            for limit in turn.limits
            if limit.rule == f"watched/{rule}" and (limit.passes_at or 0) > now
        ]
        for at in coming[:1]:
            assert at is not None
            before, after = (bad(data, rules, rule, instant) for instant in (at - 1, at))
            assert after > before
            asked += 1
    assert asked >= 4


def bad(data: Path, rules: Path, rule: str, instant: int) -> int:
    options = AuditOptions(
        rules=(rules,), as_of=iso(instant), only_rules=frozenset({f"watched/{rule}"})
    )
    result, found = audit(data, options)
    assert result is not None, found
    return sum(verdict.offender_count for verdict in result.verdicts)


def test_rules_that_waiting_cannot_break_are_named(
    morning: tuple[Path, Path, int, Snapshot], tmp_path: Path
) -> None:
    *_, found = morning
    assert set(found.left_out) == {"watched/count", "watched/asked"}
    assert set(found.watched) == {f"watched/{rule}" for rule in ORACLE}
    _, data, rules, now = prepared(tmp_path, 1, *MOMENTS[0])
    (data / "sessions.jsonl").unlink()
    found = snapshot(data, rules, now)
    assert set(found.unwatched) == {"watched/buyers"}
    assert "sessions" in found.unwatched["watched/buyers"]
    assert set(found.watched) == {f"watched/{rule}" for rule in ORACLE if rule != "buyers"}


def test_the_row_of_a_session_that_begins_later_is_not_seen_though_its_messages_are(
    tmp_path: Path,
) -> None:
    local = dt.datetime(2026, 3, 4, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    asked = micros(local)
    data = tmp_path / "data"
    data.mkdir()
    (data / "messages.csv").write_text(
        f"platform,session_id,ts,role\nhouse,S1,{iso(asked)},buyer\n", "utf-8"
    )
    (data / "sessions.csv").write_text(
        "platform,session_id,started_at,channel\n"
        f"house,S1,{iso(asked + 300_000_000)},app\nhouse,S2,{iso(asked)},app\n",
        "utf-8",
    )
    rules = tmp_path / "pack.yaml"
    rules.write_text(OF_THE_APP, "utf-8")

    def told(now: int) -> list[str]:
        return [limit.rule for turn in snapshot(data, rules, now).turns for limit in turn.limits]

    assert told(asked + 120_000_000) == []
    assert told(asked + 300_000_000) == ["watched/app"]
