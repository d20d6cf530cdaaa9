"""Hand-worked examples of staffing and of the rules that rest on it, so that the oracle is trusted."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from . import rules_kuaishou, rules_meiqia, rules_staffing, rules_xiaohongshu
from .figures import NotEvaluated, scope
from .staffing import coverage, load
from .test_oracle_self import DAY, at, only, said, world

NEXT_DAY = "2026-01-06"


def there(agent: str, start: str, end: str | None, status: str = "online") -> dict[str, Any]:
    span = {"from": at(start), "to": None if end is None else at(end)}
    return {"agent_id": agent, "status": status, **span}


def holds(session: str, agent: str, start: str, end: str | None) -> dict[str, Any]:
    span = {"from": at(start), "to": None if end is None else at(end)}
    return {"session_id": session, "agent_id": agent, **span}


def test_a_lunch_gap_a_break_and_an_uncounted_agent_leave_nobody() -> None:
    presence = [
        there("a1", "07:00:00", "12:00:00"),
        there("a1", "12:10:00", "23:30:00"),
        there("a2", "11:00:00", "13:00:00", "break"),
        there("a3", "11:00:00", "13:00:00"),
    ]
    agents = [{"agent_id": "a3", "counted": False}]
    seen = world([], as_of="23:59:59", presence=presence, agents=agents)
    assert only(rules_staffing.someone_online(seen)).value == 600
    assert [c.online_agents for c in coverage(seen)].count(0) > 0


def test_two_statuses_at_once_are_online_if_one_is() -> None:
    presence = [there("a1", "08:00:00", "23:00:00"), there("a1", "08:00:00", "23:00:00", "busy")]
    seen = world([], as_of="23:59:59", presence=presence)
    assert only(rules_staffing.someone_online(seen)).value == 0


def test_a_day_without_any_row_between_two_shifts_has_nobody_all_day() -> None:
    row = {"agent_id": "a1", "status": "online"}
    days = ("2026-01-05", "2026-01-07")
    presence = [{**row, "from": at("08:00:00", d), "to": at("23:00:00", d)} for d in days]
    found = rules_staffing.someone_online(world([], presence=presence))
    assert not isinstance(found, NotEvaluated)
    assert [found[scope(shop="s1"), f"2026-01-0{n}"].value for n in (5, 6, 7)] == [0, 54000, 0]


def test_a_shift_that_ends_at_midnight_does_not_touch_the_next_day() -> None:
    end = {**there("a1", "08:00:00", None), "to": at("00:00:00", NEXT_DAY)}
    found = rules_staffing.someone_online(world([], presence=[end]))
    assert not isinstance(found, NotEvaluated)
    assert list(found) == [(scope(shop="s1"), DAY)]


def test_everybody_saturated_is_nobody_available() -> None:
    seen = world(
        [],
        as_of="23:59:59",
        presence=[there("a1", "08:00:00", "23:00:00")],
        agents=[{"agent_id": "a1", "max_reception": 2}],
        assignments=[
            holds("S1", "a1", "10:00:00", "10:30:00"),
            holds("S1", "a1", "10:05:00", "10:25:00"),
            holds("S2", "a1", "10:20:00", "10:50:00"),
            holds("S3", "a1", "10:40:00", "10:40:00"),
        ],
    )
    assert only(rules_staffing.someone_available(seen)).value == 600
    assert only(rules_staffing.saturation(seen)).value == 1
    assert [s.open_sessions for s in load(seen)] == [1, 2, 1]


def test_a_cap_of_zero_is_never_available_and_has_no_saturation() -> None:
    seen = world(
        [],
        as_of="23:59:59",
        presence=[there("a1", "08:00:00", "23:00:00")],
        agents=[{"agent_id": "a1", "max_reception": 0}],
        assignments=[holds("S1", "a1", "10:00:00", "10:30:00")],
    )
    assert only(rules_staffing.someone_available(seen)).value == 54000
    assert only(rules_staffing.saturation(seen)).value is None


def test_one_late_turn_in_the_window_fails_the_buyers_day() -> None:
    sessions = [
        {"session_id": s, "buyer_id": "b1", "human_requested_at": at(clock)}
        for s, clock in (("S1", "09:00:00"), ("S2", "23:00:00"), ("S3", "12:00:00"))
    ]
    chat = said("09:00:00 buyer\n09:03:00 agent:a1", "S1")
    chat += said("23:00:00 buyer\n23:30:00 agent:a1", "S2")
    good = rules_kuaishou.reply_3m_buyer(world(chat, sessions=sessions))
    assert (only(good).numerator, only(good).denominator) == (1, 1)
    chat += said("12:00:00 buyer\n12:03:01 agent:a1", "S3")
    bad = rules_kuaishou.reply_3m_buyer(world(chat, sessions=[dict(s) for s in sessions]))
    assert (only(bad).numerator, only(bad).denominator) == (0, 1)


def test_the_last_rating_of_buyer_agent_and_day_counts_and_bots_do_not() -> None:
    def rated(clock: str, score: int, agent: str, subject: str | None = None) -> dict[str, Any]:
        row = {"session_id": "S1", "buyer_id": "b1", "agent_id": agent, "subject": subject}
        return {**row, "rated_at": at(clock), "score": score}

    ratings = [
        rated("10:00:00", 5, "a1"),
        rated("11:00:00", 3, "a1"),
        rated("10:30:00", 4, "a2"),
        rated("12:00:00", 5, "a3", "bot"),
    ]
    figures = only(rules_kuaishou.good_rating(world([], ratings=ratings)))
    assert (figures.numerator, figures.denominator) == (1, 2)


def test_who_receives_must_reply_before_handing_over() -> None:
    chat = said("10:00:00 buyer\n10:00:30 agent:a2")
    assignments = [
        holds("S1", "a1", "10:00:00", "10:00:20"),
        holds("S1", "a2", "10:00:20", "10:05:00"),
    ]
    sessions = [{"session_id": "S1", "ended_at": at("10:05:00")}]
    seen = world(chat, sessions=sessions, assignments=assignments)
    assert only(rules_xiaohongshu.handled_means_replied(seen)).value == 0
    assert only(rules_xiaohongshu.first_reply_45s(seen)).value == 0
    alone = world(chat, sessions=[dict(s) for s in sessions], assignments=assignments[1:])
    assert only(rules_xiaohongshu.first_reply_45s(alone)).value == 1


def test_the_literal_interval_divides_by_sessions_and_the_other_by_gaps() -> None:
    chat = said(
        "10:00:00 buyer\n10:00:30 agent:a1\n10:01:00 buyer\n10:02:00 agent:a1\n"
        "10:03:00 buyer\n10:03:30 agent:a1"
    )
    sessions = [{"session_id": "S1", "ended_at": at("10:05:00")}]
    seen = world(chat, sessions=sessions)
    assert only(rules_xiaohongshu.reply_interval(seen)).value == 90
    assert only(rules_xiaohongshu.reply_interval_per_gap(seen)).value == 45


def test_closing_over_midnight_is_measured_on_the_next_day() -> None:
    shops = [{"opens_at": at("20:00:00").time(), "closes_at": at("02:00:00").time()}]
    shift = {**there("a1", "19:55:00", None), "to": at("02:05:00", NEXT_DAY)}
    seen = world([], presence=[shift], shops=shops)
    assert only(rules_meiqia.on_time_start(seen)).value == -300
    assert only(rules_meiqia.on_time_end(seen)).value == 300


def test_a_conversation_rate_may_exceed_one() -> None:
    visits = [{"at": at("09:00:00"), "visitors": 2, "channel": "app"}]
    chat = [m for n in range(3) for m in said("10:00:00 buyer", f"S{n}")]
    assert only(rules_meiqia.conversation_rate(world(chat, visits=visits))).value == Fraction(3, 2)
