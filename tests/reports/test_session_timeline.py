"""The timeline of made-up sessions: what is shown, what is hidden, and bars to scale."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from checker.cli.streams import paper
from checker.diagnostics import Span
from checker.packs.model import Clock, Expr, Text
from checker.reports.layout import cells
from checker.reports.timeline import render_timelines
from checker.verdicts.explanation import (
    ConditionReading,
    LimitMark,
    OpenHours,
    RuleReading,
    SessionTimeline,
    TimelineEvent,
    TurnRow,
)

SECOND = 1_000_000
START = 1_790_816_400 * SECOND  # 2026-10-01 09:00:00 in Shanghai


def at(seconds: int) -> int:
    return START + seconds * SECOND


TIMELINE = SessionTimeline(
    session_id="S1",
    shop_id="shop-1",
    platform="douyin",
    pack="douyin",
    timezone="Asia/Shanghai",
    started_at=at(0),
    ended_at=at(600),
    as_of=at(3600),
    events=(
        TimelineEvent(at(0), "started"),
        TimelineEvent(at(5), "message", "buyer", text="在吗\x1b[31m"),
        TimelineEvent(at(6), "message", "agent", "a1", automatic=True, text="稍等"),
        TimelineEvent(at(65), "message", "agent", "a1", text="在的", note="image"),
        TimelineEvent(at(500), "rated", note="5"),
        TimelineEvent(at(600), "ended", note="agent_closed"),
    ),
    turns=(
        TurnRow("human_reply", 1, at(5), at(65), 60 * SECOND, agent_id="a1"),
        TurnRow("human_reply", 2, at(100), at(280), 180 * SECOND, agent_id="a1"),
        TurnRow("human_reply", 3, at(510), None, None, waited=90 * SECOND),
        TurnRow("human_reply", 4, at(511), None, None, pending=True, waited=1),
    ),
    rules=(
        RuleReading(
            "douyin/reply-3m-message",
            Text("三分钟回复率(消息)", "3-minute reply rate by turn"),
            "turns",
            "3",
            True,
            False,
            parts=(
                ConditionReading(
                    "asked_at in assessed", True, (("asked_at", "09:08:30"),), "where"
                ),
                ConditionReading("wait <= 3m", False, (("wait", "missing"),)),
                ConditionReading("deeper", True, depth=1),
            ),
        ),
        RuleReading("douyin/outside", Text(en="Outside"), "sessions", "", False, None),
        RuleReading("douyin/open", Text(en="Open"), "turns", "4", True, False, pending=True),
        RuleReading("douyin/counted", Text(en="Counted"), "sessions", "", True, None),
        RuleReading("douyin/good", Text(en="Good"), "sessions", "", True, True),
    ),
)


def printed(
    timeline: SessionTimeline = TIMELINE, lang: str = "en", width: int = 80, text: bool = False
) -> str:
    console, page = paper(False, width)
    render_timelines((timeline,), console, lang=lang, show_text=text)
    return page.getvalue()


def line_with(text: str, page: str) -> str:
    found = [line for line in page.splitlines() if text in line]
    assert len(found) == 1, (text, found)
    return found[0]


def test_messages_are_shown_only_when_asked_for() -> None:
    assert "在" not in printed()
    shown = printed(text=True)
    assert "在吗␛[31m" in shown
    assert "\x1b" not in shown
    assert "[automatic] 稍等" in shown
    assert "[image] 在的" in shown


def test_times_are_relative_to_the_start_and_local() -> None:
    line = line_with("image", printed())
    assert "09:01:05" in line
    assert "+1m 05s" in line
    assert "agent a1" in line


def test_dates_are_shown_when_the_session_crosses_midnight() -> None:
    late = TimelineEvent(at(86_400), "ended")
    assert "10-02 09:00:00" in printed(replace(TIMELINE, events=(*TIMELINE.events, late)))


def test_bars_are_to_scale_and_hollow_without_a_reply() -> None:
    page = printed()
    drawn = [line for line in page.splitlines() if "█" in line or "░" in line]
    rows = [line for line in drawn if line != "  ░ no reply"]
    assert len(drawn) == len(rows) + 1, "the hollow sign is explained"
    bars = [(line.count("█"), line.count("░")) for line in rows]
    assert bars == [(7, 0), (20, 0), (0, 10), (0, 1)]
    assert "no reply" in rows[2]
    assert "still open" in rows[3]


def test_edges_of_windows_and_limits_are_marked() -> None:
    """The window closes a minute into the second turn, and a limit of two minutes passes in it."""
    shown = replace(
        TIMELINE,
        windows=(OpenHours("assessed", ((at(-3600), at(160)), (at(300), at(7200)))),),
        marks=(LimitMark("douyin/reply", 2, at(220)), LimitMark("douyin/other", 2, at(220))),
    )
    page = printed(shown)
    assert "window assessed: the session starts inside it" in page
    assert "09:02:40" in line_with("window assessed closes", page)
    assert "09:05:00" in line_with("window assessed opens", page)
    assert "09:03:40" in line_with("turn 2 passes the limit", page)
    bar = line_with("3m 00s  ", page).split()[-2]
    # 180 seconds on 20 cells: the edge in the seventh, the limit at the end of the fourteenth.
    assert bar == "██████|▒▒▒▒▒▒!▒▒▒▒▒▒"
    assert "! the limit passes" in page
    outside = replace(shown, windows=(OpenHours("assessed", ((at(30), at(7200)),)),))
    assert "window assessed: the session starts outside it" in printed(outside)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_mark_is_told_whole_on_a_narrow_page(width: int) -> None:
    rules = ("douyin/reply-3m-session", "douyin/reply-3m-message")
    page = printed(
        replace(TIMELINE, marks=tuple(LimitMark(r, 2, at(220)) for r in rules)), width=width
    )
    assert all(cells(line) <= width for line in page.splitlines())
    (told,) = re.findall(r"!! (.*?\))", page, re.DOTALL)
    assert told.replace("\n", "").replace(" ", "") == f"turn2passesthelimit({','.join(rules)})"


def test_the_clock_of_the_turns_is_defined() -> None:
    here = Span("pack.yaml", 1, 1, 1, 2)
    opens, closes = (Expr(text, here) for text in ("role = 'buyer'", "role = 'agent'"))
    clock = Clock("human_reply", opens, closes, None, None, here)
    page = printed(replace(TIMELINE, clocks=(clock,)))
    assert "clock: opens: role = 'buyer'; closes: role = 'agent'" in page


def test_conditions_say_in_words_whether_they_held() -> None:
    page = printed()
    assert "✗ bad: 3-minute reply rate by turn (douyin/reply-3m-message), turn 3" in page
    assert "✓ asked_at in assessed  – holds  (asked_at = 09:08:30)" in line_with("asked_at", page)
    assert "✗ wait <= 3m  – does not hold  (wait = missing)" in line_with("wait <=", page)
    shallow, deep = line_with("wait <=", page), line_with("deeper", page)
    assert deep.index("✓") == shallow.index("✗") + 2


def test_every_reading_of_a_rule_has_its_own_word() -> None:
    page = printed()
    for lead in ("– not counted: Outside", "… still open, not counted: Open"):
        assert lead in page
    assert "• measured: Counted" in page
    assert "✓ good: Good" in page


def test_a_session_without_anything_says_so() -> None:
    bare = replace(TIMELINE, events=(), turns=(), rules=(), ended_at=None)
    page = printed(bare)
    assert "not ended" in page
    assert "no turn" in page
    assert "no rule reads this session" in page


def test_sessions_are_told_apart() -> None:
    console, page = paper(False, 80)
    render_timelines((TIMELINE, replace(TIMELINE, pack="other")), console, lang="en")
    assert "\n\nsession S1" in page.getvalue()


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [60, 80, 120])
def test_no_line_is_wider_than_the_page(lang: str, width: int) -> None:
    for line in printed(lang=lang, width=width, text=True).splitlines():
        assert cells(line) <= width, line
