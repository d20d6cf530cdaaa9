"""Insights say what a hand count says, and the same as the verdicts that they illustrate."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import replace
from pathlib import Path

import pytest

from checker.options import AuditOptions
from checker.pipeline import audit
from checker.reports.json import to_json
from checker.verdicts.insights import AgentStanding, DayCount, HourCell, Insights, Shop, Stage
from checker.verdicts.model import Result

ROOT = Path(__file__).parents[2]
SECOND = 1_000_000

PACK = """\
language: 1
pack: house
platform: house
title: {en: House}
timezone: Asia/Shanghai
windows:
  open: {from: "08:00:00", until: "20:00:00"}
clocks:
  reply: {opens: role = 'buyer', closes: role = 'agent'}
rules:
  turns:
    title: {en: Turns}
    per: [shop, day]
    clock: reply
    ratio: {of: turns, where: asked_at in open, good: wait <= 2m}
    aim: "= 100%"
  sessions:
    title: {en: Sessions}
    per: [shop]
    clock: reply
    ratio:
      of: sessions
      where: started_at in open and initiated_by = 'buyer'
      good: all(turns, wait <= 2m)
    aim: "= 100%"
  days:
    title: {en: Days}
    per: [shop]
    clock: reply
    ratio:
      of: buyer_days
      where: any(turns, asked_at in open)
      good: all(turns, wait <= 2m or asked_at not in open)
    aim: "= 100%"
  talk:
    title: {en: Talk}
    per: [shop]
    value:
      parts:
        on_duty: {of: presence, is: count()}
        said: {of: messages, where: role = 'agent', is: count()}
      is: said / on_duty
    aim: ">= 3"
"""
# Monday, 2026-10-05. S1: 30 s, then 5 min. S2: never answered, ended. S3: begins before opening.
# S4: open for a minute at the as-of instant.
MESSAGES = """\
shop_id,session_id,ts,role,agent_id
s1,S1,2026-10-05 09:00:00,buyer,
s1,S1,2026-10-05 09:00:30,agent,anna
s1,S1,2026-10-05 09:10:00,buyer,
s1,S1,2026-10-05 09:15:00,agent,anna
s1,S2,2026-10-05 10:00:00,buyer,
s1,S3,2026-10-05 07:00:00,buyer,
s1,S3,2026-10-05 07:00:10,agent,bert
s1,S4,2026-10-05 11:00:00,buyer,
"""
SESSIONS = """\
shop_id,session_id,buyer_id,ended_at
s1,S1,b1,2026-10-05 09:20:00
s1,S2,b2,2026-10-05 10:30:00
s1,S3,b1,2026-10-05 07:30:00
s1,S4,b4,
"""
PRESENCE = """\
shop_id,agent_id,status,from,to
s1,anna,online,2026-10-05 09:00:00,2026-10-05 10:00:00
s1,bert,online,2026-10-05 09:30:00,2026-10-05 10:00:00
"""


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("data")
    for name, text in (("messages", MESSAGES), ("sessions", SESSIONS), ("presence", PRESENCE)):
        (folder / f"{name}.csv").write_text(text, "utf-8")
    rules = folder / "rules.yaml"
    rules.write_text(PACK, "utf-8")
    options = AuditOptions(
        rules=(rules,), platform="house", as_of="2026-10-05T11:01:00", insights=True
    )
    made, found = audit(folder, options)
    assert made is not None, found
    return made


@pytest.fixture(scope="module")
def insights(result: Result) -> Insights:
    assert result.insights is not None
    return result.insights


def test_the_funnel_loses_rows_step_by_step(insights: Insights) -> None:
    everything = insights.rules["house/turns"][0].slices[0]
    assert everything.funnel == (
        Stage("all", 5),
        Stage("in_window", 4, ("asked_at in open",)),
        Stage("eligible", 4),
        Stage("settled", 3),  # S4 may still be answered in time
        Stage("answered", 2),
        Stage("good", 1, ("wait <= 2m",)),
    )
    sessions = insights.rules["house/sessions"][0].slices[0]
    assert [(s.key, s.rows) for s in sessions.funnel] == [
        ("all", 4),
        ("in_window", 3),
        ("eligible", 3),
        ("settled", 2),
        ("answered", 1),
        ("good", 0),
    ]


@pytest.mark.parametrize("rule", ["house/turns", "house/sessions", "house/days"])
def test_waits_are_counted_up_to_the_edge_that_they_reach(insights: Insights, rule: str) -> None:
    (one,) = insights.rules[rule]
    assert one.limit == 120 * SECOND
    waits = one.slices[0].waits
    assert waits is not None
    found = {e // SECOND: n for e, n in zip(waits.edges, waits.counts, strict=False) if n}
    assert found == {30: 1, 300: 1}  # 30 seconds are not more than 30 seconds
    assert waits.unanswered == 2


def test_buyer_days_are_answered_where_the_rule_asks_for_an_answer(insights: Insights) -> None:
    (one,) = insights.rules["house/days"]
    rows = [(s.key, s.rows) for s in one.slices[0].funnel]
    # b1 is late, b2 has no answer, b4 may still get one in time.
    assert rows == [
        ("all", 3),
        ("in_window", 3),
        ("eligible", 3),
        ("settled", 2),
        ("answered", 1),
        ("good", 0),
    ]


def test_parts_stand_in_the_order_of_the_rule(insights: Insights) -> None:
    found = {one.part: one.slices[0].funnel for one in insights.rules["house/talk"]}
    assert list(found) == ["on_duty", "said"]
    assert found["on_duty"] == (Stage("all", 2),)
    assert found["said"] == (Stage("all", 8), Stage("eligible", 3, ("role = 'agent'",)))


def test_hours_days_and_agents(insights: Insights) -> None:
    (one,) = insights.rules["house/turns"]
    everything = one.slices[0]
    assert everything.hours == (HourCell(0, 9, 2, 1), HourCell(0, 10, 1, 1))
    assert everything.days == (DayCount(dt.date(2026, 10, 5), 3, 1),)
    assert one.agents == (AgentStanding(Shop("house", "s1"), "anna", 2, 1),)


def test_staffing_is_the_mean_over_the_hour(insights: Insights) -> None:
    staff = {h.hour: h.milli_agents for h in insights.rules["house/turns"][0].slices[0].staff}
    assert (staff[8], staff[9], staff.get(10)) == (0, 1500, 0)


def test_a_case_marks_where_the_limit_passed(insights: Insights) -> None:
    cases = {case.timeline.session_id: case for case in insights.cases}
    assert cases.keys() == {"S1", "S2"}
    start = cases["S1"].timeline.started_at
    assert start is not None
    marks = [(m.rule, m.turn, (m.at - start) // SECOND) for m in cases["S1"].timeline.marks]
    assert marks == [(f"house/{name}", 2, 720) for name in ("turns", "sessions", "days")]
    assert [t.index for t in cases["S1"].timeline.turns] == [1, 2]
    (open_turn,) = cases["S2"].timeline.turns
    assert (open_turn.waited, open_turn.pending) == (1800 * SECOND, False)
    assert all(e.text is None for case in insights.cases for e in case.timeline.events)


def test_json_does_not_change(result: Result) -> None:
    assert to_json(result) == to_json(replace(result, insights=None))


def test_they_add_up_to_the_verdicts_of_an_example() -> None:
    """Of rules without revisions, that are judged in periods without gaps."""
    result, found = audit(ROOT / "examples" / "four-platforms", AuditOptions(insights=True))
    assert result is not None and result.insights is not None, found
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for v in result.verdicts:
        if v.type in ("ratio", "every") and v.denominator is not None:
            sums[v.rule][0] += v.numerator or 0
            sums[v.rule][1] += v.denominator
            sums[v.rule][2] += v.offender_count
    revised = {r.id for p in result.insights.packs for r in p.rules if len(r.revisions) > 1}
    checked = 0
    for rule, (one, *_) in result.insights.rules.items():
        if rule not in sums or rule in revised:
            continue
        whole, *shops = one.slices
        rows = {stage.key: stage.rows for stage in whole.funnel}
        good, judged, bad = sums[rule]
        population = [s.rows for s in whole.funnel if s.key not in ("answered", "good")][-1]
        assert (rows["good"], population) == (good, judged), rule
        assert judged - good == bad
        if whole.hours:
            assert (sum(h.rows for h in whole.hours), sum(h.bad for h in whole.hours)) == (
                judged,
                bad,
            )
        assert sum(d.good for d in whole.days) in (good, 0)
        if shops and one.shops == len(shops):
            assert sum(s.funnel[-1].rows for s in shops) == good
        assert sum(a.bad for a in one.agents) <= bad
        checked += 1
    assert checked >= 8
