"""A made-up month of two shops and a half: every outcome, every type, hostile names."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction

from checker.diagnostics import Diagnostic, Span
from checker.packs.model import Source, Text
from checker.verdicts.model import (
    DataSummary,
    Offender,
    Outcome,
    PackRun,
    PeriodSpan,
    Result,
    Verdict,
)

ZONE = "Asia/Shanghai"
NOWHERE = Span("rules/douyin/pack.yaml", 1, 1, 1, 2, "")
RATE = Text("三分钟回复率(会话)", "3-minute reply rate by session")
ADVICE = Text(
    "进入飞鸽后台「客服管理-排班」，在午间高峰增派一名客服；排队超过两分钟的会话由组长手动转接，并在当天复盘超时会话。",
    "Open Feige, staff → roster, and add one agent over the lunch peak; sessions that queue for more "
    "than two minutes are handed over by the team leader, who goes through the late ones the same day.",
)


def at(day: int, clock: str) -> int:
    local = dt.datetime.fromisoformat(f"2026-10-{day:02d}T{clock}+08:00")
    return int(local.timestamp()) * 1_000_000


def day(number: int) -> PeriodSpan:
    text = f"2026-10-{number:02d}"
    return PeriodSpan("day", text, text)


MONTH = PeriodSpan("month", "2026-10-01", "2026-10-31")
ALL = PeriodSpan("all", "2026-10-01", "2026-10-31")

BLANK = Verdict(
    pack="douyin",
    rule="douyin/reply-3m-session",
    title=RATE,
    severity="error",
    scope={"platform": "douyin", "shop": "s1"},
    period=day(1),
    outcome=Outcome.PASS,
    reason=None,
    type="ratio",
    basis="computed",
    reported=None,
    value=None,
    numerator=None,
    denominator=None,
    pending=0,
    require=">= 80%",
    aim=None,
    shortfall=None,
    recover_with=None,
    spare=None,
    revision=None,
    source="feige-session-rate",
    aim_source=None,
    waiver=None,
    attestation=None,
    offender_count=0,
    offenders=(),
    timezone=ZONE,
    advice=ADVICE,
    of="sessions",
)


def share(good: int, among: int, **changes: object) -> Verdict:
    """A session rate against 80 %, with the figures that a judge would give."""
    value = Fraction(good, among)
    fails = value < Fraction(4, 5)
    shortfall = max(0, -((-4 * among) // 5) - good)
    given: dict[str, object] = {
        "outcome": Outcome.FAIL if fails else Outcome.PASS,
        "value": value,
        "numerator": good,
        "denominator": among,
        "shortfall": shortfall,
        "recover_with": 4 * among - 5 * good if fails else 0,
        "spare": 0 if fails else good * 5 // 4 - among,
        "offender_count": among - good,
    }
    return BLANK._replace(**{**given, **changes})  # type: ignore[arg-type]


def offender(number: int, wait: int | None, **changes: object) -> Offender:
    made = Offender(
        "s1",
        f"7402{number:04d}55102",
        number,
        f"客服{number}",
        at(number, "12:31:07"),
        None if wait is None else wait * 1_000_000,
    )
    return made._replace(**changes)  # type: ignore[arg-type]


def _session_rates() -> list[Verdict]:
    made = [share(84 if n % 3 else 60 + n, 96, period=day(n)) for n in range(1, 31)]
    late = (offender(1, 245), offender(2, None), offender(3, 3723), offender(4, 181))
    made[2] = made[2]._replace(offenders=late[:2], pending=2)
    made[5] = made[5]._replace(offenders=late[2:])
    other = {"platform": "douyin", "shop": "美妆旗舰店（华东）"}
    made += [
        share(79999 if n == 7 else 95_000, 100_000, period=day(n), scope=other)
        for n in range(1, 31)
    ]
    by_agent = [
        share(
            n * 9,
            96,
            outcome=Outcome.INFO,
            added=True,
            period=ALL,
            scope={"platform": "douyin", "shop": "s1", "agent": name},
        )
        for n, name in ((9, "李娜"), (5, "novice-07"), (10, "王伟"))
    ]
    return made + by_agent


def _others() -> list[Verdict]:
    shop = BLANK._replace(period=MONTH, advice=None)
    title = Text("平均响应时长", "Average response time")
    return [
        shop._replace(
            rule="taobao/average-response",
            pack="taobao",
            title=title,
            scope={"platform": "taobao", "shop": None},
            type="duration",
            outcome=Outcome.WARN,
            value=Fraction(93_000_000, 5),
            numerator=93_000_000,
            denominator=5,
            require=None,
            aim="<= 15s",
            source=None,
            of="turns",
            offender_count=2,
        ),
        BLANK._replace(
            rule="douyin/last-word-is-ours",
            title=Text("买家最后一句要有回复", "The last word is ours"),
            type="every",
            outcome=Outcome.FAIL,
            period=ALL,
            value=Fraction(95, 96),
            numerator=95,
            denominator=96,
            require=None,
            shortfall=1,
            revision="2024-07-01",
            offender_count=1,
            offenders=(offender(9, None, turn=None, session_id="S\x1b[31m9\u202e", agent_id=None),),
        ),
        BLANK._replace(
            rule="douyin/unassigned-sessions",
            title=Text("未分配会话", "Unassigned sessions"),
            severity="warning",
            type="int",
            outcome=Outcome.FAIL,
            period=day(4),
            value=Fraction(7),
            require="= 0",
            advice=None,
            offender_count=7,
        ),
        BLANK._replace(
            rule="douyin/roster-covers-holidays",
            title=Text("节假日已排班", "Roster covers holidays"),
            type="manual",
            outcome=Outcome.FAIL,
            scope={"platform": "douyin"},
            period=ALL,
            require=None,
            source=None,
            advice=None,
            attestation={
                "answer": "no",
                "on": "2026-10-30",
                "by": "王主管",
                "evidence": None,
                "valid_until": "2026-11-28",
                "age_days": 1,
            },
            of="",
        ),
        BLANK._replace(
            rule="douyin/notifications-on",
            title=Text("消息提醒已打开", "Message notifications are on"),
            type="manual",
            outcome=Outcome.MANUAL,
            scope={"platform": "douyin"},
            period=ALL,
            require=None,
        ),
        share(70, 100, period=MONTH)._replace(
            rule="douyin/reply-3m-message",
            title=Text("三分钟回复率(消息)", "3-minute reply rate by message"),
            outcome=Outcome.WAIVED,
            of="turns",
            basis="reported",
            waiver={
                "reason": "系统迁移 / migration",
                "approved_by": "赵总",
                "from": "2026-10-01",
                "until": "2026-11-30",
            },
        ),
        *(
            BLANK._replace(
                rule="douyin/satisfaction",
                title=Text("满意率", "Satisfaction"),
                period=day(n),
                outcome=Outcome.NO_DATA,
                numerator=0,
                denominator=0,
                of="ratings",
            )
            for n in range(1, 4)
        ),
        BLANK._replace(
            rule="douyin/one-invite",
            title=Text("每通会话最多一次邀评", "At most one rating card a session"),
            type="every",
            period=ALL,
            value=Fraction(1),
            numerator=96,
            denominator=96,
            require=None,
        ),
        *(
            share(77 + n, 96, period=day(n))._replace(
                rule="douyin/reply-3m-human",
                title=Text("人工三分钟回复率", "3-minute reply rate of people"),
            )
            for n in range(1, 4)
        ),
        BLANK._replace(
            rule="douyin/someone-online",
            title=Text("时段内有人在线", "Someone is online"),
            outcome=Outcome.NOT_EVALUATED,
            reason="table `presence` is missing",
            period=ALL,
        ),
        BLANK._replace(
            rule="douyin/queue-wait",
            title=Text("平均排队时长", "Mean time in the queue"),
            type="duration",
            outcome=Outcome.INFO,
            value=Fraction(185_000_000),
            numerator=370_000_000,
            denominator=2,
            require=None,
            source=None,
            period=MONTH,
        ),
    ]


def result() -> Result:
    sources = {
        "feige-session-rate": Source(
            "feige-session-rate",
            Text("如何提升三分钟回复率(会话)指标?", None),
            "000_a235b25afaf3b604.txt",
            dt.date(2026, 11, 21),
            NOWHERE,
        )
    }
    title = Text("抖音 · 飞鸽客服", "Douyin · Feige customer service")
    as_of = at(31, "23:59:59") + 500_000
    return Result(
        DataSummary({"messages": 123_456, "sessions": 5_760}, at(1, "00:00:03"), as_of),
        (
            PackRun("douyin", title, "douyin", "ab12", ZONE, as_of, sources),
            PackRun("taobao", Text("淘宝", "Taobao"), "taobao", "cd34", ZONE, as_of),
        ),
        tuple(_session_rates() + _others()),
        (Diagnostic("W201", "12 messages have equal times and no seq", level="warning"),),
    )
