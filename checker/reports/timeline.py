"""One session in a terminal: its events, its waits as bars to scale, and which conditions held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rich.console import Console

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.definition import clock_lines
from checker.reports.figures import duration
from checker.reports.layout import Column, cells, pad, table, wrap
from checker.reports.page import Page
from checker.reports.phrases import NOUNS, Phrase
from checker.verdicts.explanation import (
    ConditionReading,
    OpenHours,
    RuleReading,
    SessionTimeline,
    TimelineEvent,
    TurnRow,
)

_BAR = 20  # cells of the longest wait
_EDGES = 40  # of windows, the first; a session of months has hundreds

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


def render_timelines(
    timelines: Sequence[SessionTimeline], console: Console, *, lang: str, show_text: bool = False
) -> None:
    """Prints each session on `console` in `lang` (zh or en); what was said only with `show_text`."""
    for number, timeline in enumerate(timelines):
        if number:
            console.print()
        _timeline(Page(console), timeline, lang, show_text)


def _timeline(page: Page, timeline: SessionTimeline, lang: str, show_text: bool) -> None:
    _head(page, timeline, lang)
    if timeline.events:
        page.heading(_say("events", lang))
        _events(page, timeline, lang, show_text)
    clocks = dict.fromkeys(turn.clock for turn in timeline.turns)
    for clock in clocks:
        page.heading(_say("turns", lang, clock=clean(clock)))
        for known in timeline.clocks:
            if known.name == clock:
                text = "; ".join(clock_lines(known))
                page.paragraph(text, indent=2, hang=2, lead=_say("clock", lang), style="quiet")
        _turns(page, timeline, [t for t in timeline.turns if t.clock == clock], lang)
    if not clocks:
        page.blank()
        page.line((_say("no_turns", lang), "plain"))
    page.heading(_say("rules", lang))
    if not timeline.rules:
        page.line(("  " + _say("no_rules", lang), "plain"))
    for reading in timeline.rules:
        _reading(page, reading, lang)


def _say(key: str, lang: str, **parts: str) -> str:
    phrase = _SAID[key]
    return (phrase.zh if lang == "zh" else phrase.en).format(**parts)


def _head(page: Page, timeline: SessionTimeline, lang: str) -> None:
    zone = timeline.timezone
    title = _say("session", lang, id=clean(timeline.session_id))
    if timeline.shop_id is not None:
        title += _say("shop", lang, id=clean(timeline.shop_id))
    page.paragraph(title, style="title", hang=2)
    platform, pack = clean(timeline.platform), clean(timeline.pack)
    page.paragraph(_say("rules_of", lang, platform=platform, pack=pack), indent=2)
    if timeline.started_at is not None:
        start = words.instant(timeline.started_at, zone)
        if timeline.ended_at is None:
            text = _say("from_on", lang, start=start, zone=zone)
        else:
            long = duration(Fraction(timeline.ended_at - timeline.started_at), lang)
            end = words.instant(timeline.ended_at, zone)
            text = _say("from_to", lang, start=start, end=end, zone=zone, long=long)
        page.paragraph(text, indent=2)
    if timeline.as_of is not None:
        at = words.instant(timeline.as_of, zone)
        page.paragraph(_say("as_of", lang, at=at), indent=2)
    for hours in timeline.windows:
        page.paragraph(_window(hours, timeline, lang), indent=2, hang=2)


def _window(hours: OpenHours, timeline: SessionTimeline, lang: str) -> str:
    begin = timeline.started_at if timeline.started_at is not None else timeline.events[0].at
    now = [pair for pair in hours.stretches if pair[0] <= begin < pair[1]]
    if not now:
        return _say("window_out", lang, window=clean(hours.window))
    start, end = (words.instant(at, timeline.timezone) for at in now[0])
    if start[:10] == end[:10]:
        end = end[11:]
    return _say("window_in", lang, window=clean(hours.window), start=start, end=end)


@dataclass(frozen=True)
class _Row:
    """A line of what happened: an event; or a window's edge or a limit that passes, which is `aside`."""

    at: int
    who: str = ""
    what: str = ""
    aside: str = ""


def _happened(timeline: SessionTimeline, lang: str, show_text: bool) -> list[_Row]:
    rows = [_Row(e.at, _who(e, lang), _what(e, lang, show_text)) for e in timeline.events]
    first, last = timeline.events[0].at, timeline.events[-1].at
    edges = [
        _Row(at, aside=f"-- {_say(key, lang, window=clean(hours.window))} --")
        for hours in timeline.windows
        for stretch in hours.stretches
        for key, at in zip(("opens", "closes"), stretch, strict=True)
        if first < at <= last
    ]
    passed: dict[tuple[int, int], list[str]] = {}
    for mark in timeline.marks:
        passed.setdefault((mark.at, mark.turn), []).append(clean(mark.rule))
    limits = [
        _Row(at, aside=f"!! {_say('passes', lang, turn=str(turn), rules=', '.join(rules))}")
        for (at, turn), rules in passed.items()
    ]
    # At one instant the window's edge comes first: it decides whether what follows counts.
    return sorted([*edges[:_EDGES], *rows, *limits], key=lambda row: row.at)


def _events(page: Page, timeline: SessionTimeline, lang: str, show_text: bool) -> None:
    zone = timeline.timezone
    rows = _happened(timeline, lang, show_text)
    origin = timeline.started_at if timeline.started_at is not None else rows[0].at
    days = {words.instant(row.at, zone)[:10] for row in rows}
    begin = 11 if len(days) == 1 else 5  # a session within one day needs no dates
    columns = (
        Column(_say("time", lang), [words.instant(row.at, zone)[begin:] for row in rows]),
        Column(_say("since", lang), [_since(row.at - origin, lang) for row in rows], right=True),
        Column(_say("who", lang), [row.who for row in rows], shrinks=True, least=8),
        Column(_say("what", lang), [row.what for row in rows], shrinks=True, least=12),
    )
    heading, *lines = table(columns, page.width - 2)
    page.line(("  " + heading, "quiet"))
    behind = next(c.heading for c in columns[2:] if any(c.values))
    start = cells(heading[: heading.rindex(behind)])
    for row, line in zip(rows, lines, strict=True):
        first, *rest = wrap(row.aside, page.width - 2 - start)
        page.line(("  " + (pad(line, start) + first if row.aside else line), "plain"))
        for more in rest:
            page.line((" " * (2 + start) + more, "plain"))


def _since(micros: int, lang: str) -> str:
    return ("-" if micros < 0 else "+") + duration(Fraction(abs(micros)), lang)


def _who(event: TimelineEvent, lang: str) -> str:
    role = event.role or ""
    key = "agent_role" if role == "agent" else role
    name = _say(key, lang) if key in _SAID else clean(role)
    return " ".join(part for part in (name, clean(event.agent_id or "")) if part)


def _what(event: TimelineEvent, lang: str, show_text: bool) -> str:
    note = clean(event.note)
    if event.kind != "message":
        return " ".join(part for part in (_say(event.kind, lang), note) if part)
    marks = [note if note and note != "text" else "", _say("automatic", lang) * event.automatic]
    label = words.say("and", lang).join(mark for mark in marks if mark)
    if show_text and event.text:
        said = clean(event.text)
        return f"[{label}] {said}" if label else said
    return label or _say("message", lang)


def _turns(page: Page, timeline: SessionTimeline, turns: list[TurnRow], lang: str) -> None:
    zone = timeline.timezone
    longest = max((_lasted(turn) for turn in turns), default=0)
    bars = [_bar(turn, longest, timeline) for turn in turns]
    columns = (
        Column(_say("turn", lang), [str(t.index) for t in turns], right=True),
        Column(_say("asked", lang), [words.instant(t.asked_at, zone)[11:] for t in turns]),
        Column(
            _say("answered", lang),
            [words.instant(t.answered_at, zone)[11:] if t.answered_at else "" for t in turns],
        ),
        Column(_say("wait", lang), [_wait(t, lang) for t in turns], right=True),
        Column(" ", bars),
        Column(_say("agent", lang), [clean(t.agent_id or "") for t in turns], shrinks=True),
    )
    for line in table(columns, page.width - 2):
        page.line(("  " + line, "plain"))
    drawn = "".join(bars)
    window = clean(timeline.windows[0].window) if timeline.windows else ""
    legend = [
        _say(key, lang, window=window)
        for key, signs in (("legend_limit", "!"), ("legend_edge", "|▒"), ("legend_none", "░"))
        if any(sign in drawn for sign in signs)
    ]
    if legend:
        page.paragraph(words.say("semicolon", lang).join(legend), indent=2, style="quiet")


def _lasted(turn: TurnRow) -> int:
    return max(0, turn.wait if turn.wait is not None else turn.waited or 0)


def _wait(turn: TurnRow, lang: str) -> str:
    if turn.wait is not None:
        return duration(Fraction(turn.wait), lang)
    return _say("open" if turn.pending else "never", lang)


def _bar(turn: TurnRow, longest: int, timeline: SessionTimeline) -> str:
    """At least one cell for any wait; a wait without a reply is drawn hollow. Cells tell whether they
    lie in the first of the windows, where its edge is, and where a limit passes."""
    lasted = _lasted(turn)
    if not longest or not lasted:
        return ""
    size = max(1, round(Fraction(_BAR * lasted, longest)))
    begin = turn.asked_at if turn.answered_at is None else turn.answered_at - lasted
    open_ = timeline.windows[0].stretches if timeline.windows else None
    limits = {mark.at for mark in timeline.marks if mark.turn == turn.index}
    cells_ = ""
    for i in range(size):
        start, end = (begin + lasted * edge // size for edge in (i, i + 1))
        edges = {at for pair in open_ or () for at in pair}
        if any(start <= at < end for at in limits):
            cells_ += "!"
        elif any(start < at < end for at in edges):
            cells_ += "|"
        elif turn.wait is None:
            cells_ += "░"
        else:
            inside = open_ is None or any(a <= start < b for a, b in open_)
            cells_ += "█" if inside else "▒"
    return cells_


def _reading(page: Page, reading: RuleReading, lang: str) -> None:
    page.blank()
    mark, style, key = _verdict(reading)
    noun = NOUNS.get(reading.fact) or NOUNS["rows"]
    one = noun.zh if lang == "zh" else noun.one
    row = f"{words.say('comma', lang)}{one} {clean(reading.row)}" if reading.row else ""
    title = clean(reading.title.get(lang)) or clean(reading.rule)
    page.paragraph(
        f"{title} ({clean(reading.rule)}){row}",
        indent=2,
        hang=4,
        lead=f"{mark} {_say(key, lang)}{words.say('colon', lang)}",
        lead_style=style,
    )
    given = [
        (_say(name, lang), [part for part in reading.parts if part.within == within])
        for name, within in (("where", "where"), ("good_when", "good"), ("bad_when", "offender"))
    ]
    room = max((cells(heading) for heading, parts in given if parts), default=0) + 2
    for heading, parts in given:
        _conditions(page, pad(heading, room), parts, lang)


def _verdict(reading: RuleReading) -> tuple[str, str, str]:
    if not reading.in_population:
        return "–", "quiet", "outside"
    if reading.pending:
        return "…", "warn", "pending"
    if reading.good is None:
        return "•", "plain", "measured"
    return ("✓", "pass", "good") if reading.good else ("✗", "fail", "bad")


def _conditions(page: Page, lead: str, parts: Iterable[ConditionReading], lang: str) -> None:
    room = cells(lead)
    for part in parts:
        held = _say("holds" if part.holds else "fails", lang)
        mark = "✓" if part.holds else "✗"
        values = words.say("semicolon", lang).join(
            f"{clean(name)} = {clean(shown)}" for name, shown in part.values
        )
        text = f"{clean(part.text)}  – {held}" + (f"  ({values})" if values else "")
        inset = "  " * part.depth
        page.paragraph(
            text,
            indent=6,
            hang=room + 2 + len(inset),
            lead=f"{lead}{inset}{mark} ",
            lead_style="plain" if part.holds is not (part.within == "offender") else "fail",
        )
        lead = " " * room
