"""Puts a session into words: who did what when, how long one waited, whether a window was open."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.figures import duration
from checker.reports.phrases import Phrase
from checker.verdicts.explanation import OpenHours, SessionTimeline, TimelineEvent, TurnRow

_SAID: Mapping[str, Phrase] = {
    "session": Phrase("会话 {id}", "session {id}"),
    "shop": Phrase("，店铺 {id}", ", shop {id}"),
    "rules_of": Phrase("平台 {platform}，规则包 {pack}", "platform {platform}, pack {pack}"),
    "from_to": Phrase("{start} 至 {end}（{zone}），共 {long}", "{start} to {end} ({zone}), {long}"),
    "from_on": Phrase("{start} 起（{zone}），未结束", "from {start} ({zone}), not ended"),
    "as_of": Phrase("截至 {at} 判定", "judged as of {at}"),
    "window_in": Phrase(
        "时段 {window}：会话开始时在时段内（{start} 至 {end}）",
        "window {window}: the session starts inside it ({start} to {end})",
    ),
    "window_out": Phrase(
        "时段 {window}：会话开始时不在时段内", "window {window}: the session starts outside it"
    ),
    "opens": Phrase("时段 {window} 开始", "window {window} opens"),
    "closes": Phrase("时段 {window} 结束", "window {window} closes"),
    "passes": Phrase("第 {turn} 轮超过限时（{rules}）", "turn {turn} passes the limit ({rules})"),
    "clock": Phrase("计时：", "clock: "),
    "legend_limit": Phrase("! 超过限时", "! the limit passes"),
    "legend_edge": Phrase(
        "| 时段边界，▒ 时段外（{window}）", "| edge of the window, ▒ outside it ({window})"
    ),
    "legend_none": Phrase("░ 未回复", "░ no reply"),
    "events": Phrase("经过", "WHAT HAPPENED"),
    "turns": Phrase("轮次与等待（时钟 {clock}）", "TURNS AND WAITS (clock {clock})"),
    "no_turns": Phrase("没有任何轮次", "no turn"),
    "rules": Phrase("各规则的判断", "WHAT THE RULES MAKE OF IT"),
    "no_rules": Phrase("没有规则涉及此会话", "no rule reads this session"),
    "time": Phrase("时间", "time"),
    "since": Phrase("距开始", "since start"),
    "who": Phrase("谁", "who"),
    "what": Phrase("内容", "what"),
    "turn": Phrase("轮", "turn"),
    "asked": Phrase("提问", "asked"),
    "answered": Phrase("回复", "answered"),
    "wait": Phrase("等待", "wait"),
    "agent": Phrase("客服", "agent"),
    "open": Phrase("未到时", "still open"),
    "never": Phrase("未回复", "no reply"),
    "started": Phrase("会话开始", "session starts"),
    "human_requested": Phrase("要求人工", "asks for a human"),
    "assigned": Phrase("分配客服", "assigned"),
    "paused": Phrase("暂停计时", "clock may pause"),
    "resumed": Phrase("恢复计时", "clock runs again"),
    "invited": Phrase("发出评价邀请", "rating card sent"),
    "rated": Phrase("评价", "rating"),
    "ended": Phrase("会话结束", "session ends"),
    "message": Phrase("消息", "message"),
    "automatic": Phrase("自动回复", "automatic"),
    "buyer": Phrase("买家", "buyer"),
    "agent_role": Phrase("客服", "agent"),
    "bot": Phrase("机器人", "bot"),
    "system": Phrase("系统", "system"),
    "good": Phrase("合格", "good"),
    "bad": Phrase("不合格", "bad"),
    "measured": Phrase("计入", "measured"),
    "pending": Phrase("未到时，暂不计入", "still open, not counted"),
    "outside": Phrase("不在统计范围", "not counted"),
    "holds": Phrase("成立", "holds"),
    "fails": Phrase("不成立", "does not hold"),
    "where": Phrase("范围", "where"),
    "good_when": Phrase("合格条件", "good"),
    "bad_when": Phrase("不合格条件", "offender"),
}


def say(key: str, lang: str, **parts: str) -> str:
    phrase = _SAID[key]
    return (phrase.zh if lang == "zh" else phrase.en).format(**parts)


def window_line(hours: OpenHours, timeline: SessionTimeline, lang: str) -> str:
    begin = timeline.started_at if timeline.started_at is not None else timeline.events[0].at
    now = [pair for pair in hours.stretches if pair[0] <= begin < pair[1]]
    if not now:
        return say("window_out", lang, window=clean(hours.window))
    start, end = (words.instant(at, timeline.timezone) for at in now[0])
    if start[:10] == end[:10]:
        end = end[11:]
    return say("window_in", lang, window=clean(hours.window), start=start, end=end)


def since(micros: int, lang: str) -> str:
    return ("-" if micros < 0 else "+") + duration(Fraction(abs(micros)), lang)


def who(event: TimelineEvent, lang: str) -> str:
    role = event.role or ""
    key = "agent_role" if role == "agent" else role
    name = say(key, lang) if key in _SAID else clean(role)
    return " ".join(part for part in (name, clean(event.agent_id or "")) if part)


def what(event: TimelineEvent, lang: str, show_text: bool) -> str:
    note = clean(event.note)
    if event.kind != "message":
        return " ".join(part for part in (say(event.kind, lang), note) if part)
    marks = [note if note and note != "text" else "", say("automatic", lang) * event.automatic]
    label = words.say("and", lang).join(mark for mark in marks if mark)
    if show_text and event.text:
        said = clean(event.text)
        return f"[{label}] {said}" if label else said
    return label or say("message", lang)


def wait(turn: TurnRow, lang: str) -> str:
    if turn.wait is not None:
        return duration(Fraction(turn.wait), lang)
    return say("open" if turn.pending else "never", lang)
