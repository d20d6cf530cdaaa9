"""The oracle's own examples, worked out by hand, so that it may be trusted about the rest."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from . import rules_douyin, rules_taobao
from .facts import World, derive
from .figures import Blamed, Figures, NotEvaluated, scope
from .generate import generate, naive
from .judge import distances, read
from .moments import HOUR, MINUTE, SECOND, daily, micros, time_inside
from .turns import HUMAN_REPLY, PER_AGENT, PLAIN, turns_of

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = "2026-01-05"


def at(clock: str, day: str = DAY) -> datetime:
    return datetime.combine(date.fromisoformat(day), time.fromisoformat(clock))


def said(text: str, session: str = "S1", shop: str = "s1") -> list[dict[str, Any]]:
    """One message a line: `08:00:00 buyer`, `08:01:00 agent:a1`, `08:01:00 agent:a1 auto`."""
    found = []
    for line in text.strip().splitlines():
        clock, who, *rest = line.split()
        role, _, agent = who.partition(":")
        row = {"platform": "p", "shop_id": shop, "session_id": session, "ts": at(clock)}
        row |= {"role": role, "agent_id": agent or None, "automatic": rest == ["auto"]}
        found.append(row)
    return found


def world(
    messages: list[dict[str, Any]], as_of: str | None = None, **tables: list[dict[str, Any]]
) -> World:
    for rows in tables.values():
        for row in rows:
            row.setdefault("platform", "p")
            row.setdefault("shop_id", "s1")
    now = None if as_of is None else at(as_of)
    return derive({"messages": messages, **tables}, platform="p", as_of=now)


def only(found: Any) -> Figures:
    assert not isinstance(found, NotEvaluated)
    [figures] = found.values()
    assert isinstance(figures, Figures)
    return figures


def test_one_slow_turn_zeroes_the_session_and_not_the_message_rate() -> None:
    chat = said("08:00:00 buyer\n08:01:00 agent:a1\n08:02:00 buyer\n08:06:00 agent:a1")
    by_session = only(rules_douyin.reply_3m_session(world(chat)))
    assert (by_session.numerator, by_session.denominator) == (0, 1)
    [blamed] = by_session.offenders
    asked = micros(at("08:02:00"), SHANGHAI)
    assert blamed == Blamed("s1", "S1", 2, "a1", asked, 4 * MINUTE)
    by_turn = only(rules_douyin.reply_3m_message(world(chat)))
    assert by_turn.value == Fraction(1, 2)
    assert by_turn.offenders == by_session.offenders


@pytest.mark.parametrize(
    ("chat", "numerator", "denominator"),
    [
        ("10:10:15 buyer\n10:15:20 buyer\n10:18:10 agent:a1", 0, 1),
        (
            "10:10:15 buyer\n10:15:20 buyer\n10:18:10 agent:a1\n10:18:30 buyer\n10:19:00 agent:a1",
            1,
            2,
        ),
        ("\n".join(f"10:1{n}:00 buyer" for n in range(10)), 0, 1),
        ("10:00:00 buyer\n10:03:00 agent:a1", 1, 1),
        ("10:00:00 buyer\n10:03:00.000001 agent:a1", 0, 1),
        ("07:59:59.999999 buyer\n08:00:01 agent:a1", 0, 0),
        ("08:00:00 buyer\n08:00:01 agent:a1", 1, 1),
        ("22:59:59.999999 buyer\n23:00:01 agent:a1", 1, 1),
        ("23:00:00 buyer\n23:00:01 agent:a1", 0, 0),
        ("10:00:00 buyer\n10:00:01 agent:a1 auto\n10:04:00 agent:a1", 0, 1),
    ],
)
def test_taobao_counts_turns_as_its_notice_does(
    chat: str, numerator: int, denominator: int
) -> None:
    figures = only(rules_taobao.reply_3m(world(said(chat), as_of="23:59:59")))
    assert (figures.numerator, figures.denominator) == (numerator, denominator)
    assert figures.value == (Fraction(numerator, denominator) if denominator else None)


def test_average_response_is_weighted_by_turn() -> None:
    first = said(
        "10:00:00 buyer\n10:00:45 agent:a1\n10:01:00 buyer\n10:01:05 agent:a1\n"
        "10:02:00 buyer\n10:02:03 agent:a1"
    )
    second = said(
        "10:00:00 buyer\n10:00:25 agent:a1\n10:01:00 buyer\n10:01:15 agent:a1", session="S2"
    )
    figures = only(rules_taobao.average_response(world(first + second)))
    assert figures.value == Fraction("18.6")
    assert (figures.numerator, figures.denominator) == (93 * SECOND, 5)


@pytest.mark.parametrize(
    ("ended", "as_of", "pending", "denominator"),
    [
        (False, "10:03:00", 1, 0),
        (False, "10:03:00.000001", 0, 1),
        (True, "10:03:00", 0, 1),
    ],
)
def test_a_fresh_question_is_pending_until_the_session_ends(
    ended: bool, as_of: str, pending: int, denominator: int
) -> None:
    row = {"session_id": "S1", "ended_at": at("10:02:00") if ended else None}
    seen = world(said("10:00:00 buyer"), as_of=as_of, sessions=[row])
    figures = only(rules_taobao.reply_3m(seen))
    assert (figures.pending, figures.denominator) == (pending, denominator)


def test_a_later_end_is_no_end_yet() -> None:
    rows = [{"session_id": "S1", "ended_at": at("10:05:00")}]
    seen = world(said("10:00:00 buyer"), as_of="10:01:00", sessions=rows)
    assert seen.sessions[0].ended is False
    assert only(rules_taobao.reply_3m(seen)).pending == 1


def test_what_is_said_before_asking_for_a_human_is_not_heard() -> None:
    chat = said("10:00:00 buyer\n10:00:30 bot\n10:10:00 buyer\n10:11:00 agent:a1")
    rows = [{"session_id": "S1", "human_requested_at": at("10:00:01")}]
    [turn] = turns_of(world(chat, sessions=rows).sessions[0], HUMAN_REPLY, world(chat))
    assert turn.asked_at == micros(at("10:00:00"), SHANGHAI), "without the column all are heard"
    seen = world(chat, sessions=[dict(rows[0])])
    [turn] = turns_of(seen.sessions[0], HUMAN_REPLY, seen)
    assert (turn.index, turn.wait) == (1, MINUTE)


def test_sessions_that_never_ask_for_a_human_have_no_turns() -> None:
    rows: list[dict[str, Any]] = [
        {"session_id": "S1", "human_requested_at": None},
        {"session_id": "S2", "human_requested_at": at("10:00:00")},
    ]
    chat = said("10:00:00 buyer") + said("10:00:00 buyer", session="S2")
    seen = world(chat, sessions=rows)
    assert [len(turns_of(s, HUMAN_REPLY, seen)) for s in seen.sessions] == [0, 1]
    assert [len(turns_of(s, PLAIN, seen)) for s in seen.sessions] == [1, 1]


def test_at_one_instant_the_buyer_speaks_before_the_agent_unless_seq_says_otherwise() -> None:
    chat = said("10:00:00 agent:a1\n10:00:00 buyer")
    seen = world(chat)
    assert [t.wait for t in turns_of(seen.sessions[0], PLAIN, seen)] == [0]
    numbered = [{**m, "seq": n} for n, m in enumerate(chat)]
    seen = world(numbered)
    assert [t.wait for t in turns_of(seen.sessions[0], PLAIN, seen)] == [None]


def test_queueing_is_outside_the_agents_clock() -> None:
    rows = [{"session_id": "S1", "agent_id": "a1", "from": at("10:04:00"), "to": None}]
    seen = world(said("10:00:00 buyer\n10:05:00 agent:a1"), assignments=rows)
    [turn] = turns_of(seen.sessions[0], PER_AGENT, seen)
    assert (turn.wait, turn.agent_id) == (MINUTE, "a1")
    assert seen.assignments[0].replies == 1


def test_without_assignments_the_first_agent_holds_the_session_to_its_end() -> None:
    rows = [{"session_id": "S1", "assigned_at": at("10:00:30"), "ended_at": at("10:09:00")}]
    seen = world(said("10:00:00 buyer\n10:05:00 agent:a2\n10:06:00 agent:a3"), sessions=rows)
    [held] = seen.assignments
    assert (held.agent_id, held.replies, held.is_last) == ("a2", 1, True)
    assert held.end is not None
    assert held.end - held.start == 8 * MINUTE + 30 * SECOND


def test_counts_of_sessions_in_the_window_are_missing_where_there_are_none() -> None:
    rows = [
        {"session_id": "in", "started_at": at("08:00:00"), "end_reason": "no_agent"},
        {"session_id": "out", "started_at": at("23:00:00"), "end_reason": "no_agent"},
        {"session_id": "other", "started_at": at("07:59:59"), "shop_id": "s2", "end_reason": "x"},
    ]
    found = rules_douyin.unassigned_sessions(world([], sessions=rows))
    assert not isinstance(found, NotEvaluated)
    assert found[scope(shop="s1"), DAY].value == 1
    assert found[scope(shop="s1"), DAY].offenders == (
        Blamed("s1", "in", None, None, micros(at("08:00:00"), SHANGHAI), None),
    )
    assert found[scope(shop="s2"), DAY].value is None


def test_a_repeated_hour_is_read_as_its_earlier_pass() -> None:
    new_york = ZoneInfo("America/New_York")
    twice = micros(datetime(2026, 11, 1, 1, 30), new_york)
    assert twice == micros(datetime(2026, 11, 1, 5, 30, tzinfo=UTC), new_york)
    night = daily(0, 3 * HOUR, new_york)
    start, end = (micros(datetime(2026, 11, d), new_york) for d in (1, 2))
    assert start is not None
    assert end is not None
    assert time_inside(start, end, night, new_york) == 4 * HOUR


@pytest.mark.parametrize(
    ("good", "all_", "bound", "shortfall", "recover", "spare"),
    [(1, 2, "80%", 1, 3, 0), (9, 10, "80%", 0, 0, 1), (8, 10, "80%", 0, 0, 0)],
)
def test_distances_from_a_requirement(
    good: int, all_: int, bound: str, shortfall: int, recover: int, spare: int
) -> None:
    parsed = read(f">= {bound}")
    assert parsed is not None
    found = distances(good, all_, parsed[1])
    assert found == {"shortfall": shortfall, "recover_with": recover, "spare": spare}


def test_a_seed_always_gives_the_same_data_and_seeds_differ() -> None:
    one, again, other = (generate(seed, platform="p", gaps=False) for seed in (1, 1, 2))
    assert one == again
    assert one != other


def test_generated_data_meet_the_edges_that_the_rules_turn_on() -> None:
    waits: set[int | None] = set()
    clocks: set[str] = set()
    pending = 0
    for seed in range(6):
        tables = naive(generate(seed, platform="p", gaps=False))
        clocks |= {m["ts"].time().isoformat() for m in tables["messages"]}
        seen = derive(tables, platform="p")
        waits |= {t.wait for s in seen.sessions for t in turns_of(s, PLAIN, seen)}
        found = rules_taobao.reply_3m(seen)
        assert not isinstance(found, NotEvaluated)
        pending += sum(f.pending for f in found.values())
    limit = 180 * SECOND
    assert {None, 0, limit - 1, limit, limit + 1, 45 * SECOND, 45 * SECOND + 1} <= waits
    assert {"07:59:59.999999", "08:00:00", "22:59:59.999999", "23:00:00"} <= clocks
    assert pending > 0
