"""One session in a terminal: its events, its waits as bars to scale, and which conditions held."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from rich.console import Console

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.definition import clock_lines
from checker.reports.figures import duration
from checker.reports.layout import Column, cells, pad, table, wrap
from checker.reports.page import Page
from checker.reports.phrases import NOUNS
from checker.reports.timeline_words import say, since, wait, what, who, window_line
from checker.verdicts.explanation import ConditionReading, RuleReading, SessionTimeline, TurnRow

_BAR = 20  # cells of the longest wait
_EDGES = 40  # of windows, the first; a session of months has hundreds


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
        page.heading(say("events", lang))
        _events(page, timeline, lang, show_text)
    clocks = dict.fromkeys(turn.clock for turn in timeline.turns)
    for clock in clocks:
        page.heading(say("turns", lang, clock=clean(clock)))
        for known in timeline.clocks:
            if known.name == clock:
                text = "; ".join(clock_lines(known))
                page.paragraph(text, indent=2, hang=2, lead=say("clock", lang), style="quiet")
        _turns(page, timeline, [t for t in timeline.turns if t.clock == clock], lang)
    if not clocks:
        page.blank()
        page.line((say("no_turns", lang), "plain"))
    page.heading(say("rules", lang))
    if not timeline.rules:
        page.line(("  " + say("no_rules", lang), "plain"))
    for reading in timeline.rules:
        _reading(page, reading, lang)


def _head(page: Page, timeline: SessionTimeline, lang: str) -> None:
    zone = timeline.timezone
    title = say("session", lang, id=clean(timeline.session_id))
    if timeline.shop_id is not None:
        title += say("shop", lang, id=clean(timeline.shop_id))
    page.paragraph(title, style="title", hang=2)
    platform, pack = clean(timeline.platform), clean(timeline.pack)
    page.paragraph(say("rules_of", lang, platform=platform, pack=pack), indent=2)
    if timeline.started_at is not None:
        start = words.instant(timeline.started_at, zone)
        if timeline.ended_at is None:
            text = say("from_on", lang, start=start, zone=zone)
        else:
            long = duration(Fraction(timeline.ended_at - timeline.started_at), lang)
            end = words.instant(timeline.ended_at, zone)
            text = say("from_to", lang, start=start, end=end, zone=zone, long=long)
        page.paragraph(text, indent=2)
    if timeline.as_of is not None:
        at = words.instant(timeline.as_of, zone)
        page.paragraph(say("as_of", lang, at=at), indent=2)
    for hours in timeline.windows:
        page.paragraph(window_line(hours, timeline, lang), indent=2, hang=2)


@dataclass(frozen=True)
class _Row:
    """A line of what happened: an event; or a window's edge or a limit that passes, which is `aside`."""

    at: int
    who: str = ""
    what: str = ""
    aside: str = ""


def _happened(timeline: SessionTimeline, lang: str, show_text: bool) -> list[_Row]:
    rows = [_Row(e.at, who(e, lang), what(e, lang, show_text)) for e in timeline.events]
    first, last = timeline.events[0].at, timeline.events[-1].at
    edges = [
        _Row(at, aside=f"-- {say(key, lang, window=clean(hours.window))} --")
        for hours in timeline.windows
        for stretch in hours.stretches
        for key, at in zip(("opens", "closes"), stretch, strict=True)
        if first < at <= last
    ]
    passed: dict[tuple[int, int], list[str]] = {}
    for mark in timeline.marks:
        passed.setdefault((mark.at, mark.turn), []).append(clean(mark.rule))
    limits = [
        _Row(at, aside=f"!! {say('passes', lang, turn=str(turn), rules=', '.join(rules))}")
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
        Column(say("time", lang), [words.instant(row.at, zone)[begin:] for row in rows]),
        Column(say("since", lang), [since(row.at - origin, lang) for row in rows], right=True),
        Column(say("who", lang), [row.who for row in rows], shrinks=True, least=8),
        Column(say("what", lang), [row.what for row in rows], shrinks=True, least=12),
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


def _turns(page: Page, timeline: SessionTimeline, turns: list[TurnRow], lang: str) -> None:
    zone = timeline.timezone
    longest = max((_lasted(turn) for turn in turns), default=0)
    bars = [_bar(turn, longest, timeline) for turn in turns]
    columns = (
        Column(say("turn", lang), [str(t.index) for t in turns], right=True),
        Column(say("asked", lang), [words.instant(t.asked_at, zone)[11:] for t in turns]),
        Column(
            say("answered", lang),
            [words.instant(t.answered_at, zone)[11:] if t.answered_at else "" for t in turns],
        ),
        Column(say("wait", lang), [wait(t, lang) for t in turns], right=True),
        Column(" ", bars),
        Column(say("agent", lang), [clean(t.agent_id or "") for t in turns], shrinks=True),
    )
    for line in table(columns, page.width - 2):
        page.line(("  " + line, "plain"))
    drawn = "".join(bars)
    window = clean(timeline.windows[0].window) if timeline.windows else ""
    legend = [
        say(key, lang, window=window)
        for key, signs in (("legend_limit", "!"), ("legend_edge", "|▒"), ("legend_none", "░"))
        if any(sign in drawn for sign in signs)
    ]
    if legend:
        page.paragraph(words.say("semicolon", lang).join(legend), indent=2, style="quiet")


def _lasted(turn: TurnRow) -> int:
    return max(0, turn.wait if turn.wait is not None else turn.waited or 0)


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
        lead=f"{mark} {say(key, lang)}{words.say('colon', lang)}",
        lead_style=style,
    )
    given = [
        (say(name, lang), [part for part in reading.parts if part.within == within])
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
        held = say("holds" if part.holds else "fails", lang)
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
