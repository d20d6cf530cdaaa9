"""What waits now, for a terminal: longest waiting first, then by shop and agent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.layout import Column, table, wrap
from checker.reports.page import Page
from checker.reports.watch_words import length, say, to_limit
from checker.verdicts.waiting import Limit, Snapshot, WaitingTurn

LISTED = 50  # turns of a snapshot that is printed once
_STYLE = {"passed": "fail", "near": "warn"}


@dataclass(frozen=True)
class Screen:
    """What a live screen knows besides the snapshot. `rows` are the lines that it has."""

    every: str
    rows: int
    trouble: str = ""
    since: int | None = None
    notice: str = ""


def render_watch(
    snapshot: Snapshot, console: Console, *, lang: str, now: int, screen: Screen | None = None
) -> None:
    """Prints what waits at `now`. With a `screen`, no more than it holds."""
    page = Page(console)
    shown = [t for t in snapshot.turns if t.state(now, snapshot.soon) in _STYLE]
    head = _head(page, snapshot, shown, now, lang, screen)
    _trouble(page, snapshot, lang, screen)
    people = _by_agent(snapshot.turns, snapshot, now, lang)
    room = LISTED
    if screen is not None:
        # Half of what is left below the head is for the turns, more where few agents hold them.
        left = max(0, screen.rows - head - 4)
        room = max(left // 2, left - len(people) - 3, 1)
    if shown:
        _turns(page, shown, snapshot, now, lang, room, live=screen is not None)
    else:
        page.blank()
        page.paragraph(say("nobody", lang), indent=2, hang=2, style="pass")
    if people:
        lines = table(_agent_columns(people, snapshot, lang), page.width - 2)
        if screen is not None:
            used = head + 3 + min(len(shown), room) + (len(shown) > room) + 3
            lines = lines[: max(2, screen.rows - used)]
        page.heading(say("by_agent", lang))
        for number, line in enumerate(lines):
            page.line(("  " + line, "plain" if number else "quiet"))
    if screen is None:
        _rules(page, snapshot, lang)


def _head(
    page: Page,
    snapshot: Snapshot,
    shown: Sequence[WaitingTurn],
    now: int,
    lang: str,
    screen: Screen | None,
) -> int:
    """The headline and the instant; how many lines they take."""
    states = [turn.state(now, snapshot.soon) for turn in snapshot.turns]
    passed, near = states.count("passed"), states.count("near")
    counts = say("counts", lang, passed=passed, near=near, more=len(states) - passed - near)
    style = "fail" if passed else "warn" if near else "pass"
    lead = say("watching", lang) + "  "
    page.paragraph(counts, lead=lead, lead_style=style, hang=2, style="title")
    at = words.instant(now, snapshot.timezone)
    told = say("as_of", lang, at=at, zone=clean(snapshot.timezone))
    if screen is not None:
        told += ("，" if lang == "zh" else "; ") + say("live", lang, every=screen.every)
    page.paragraph(told, indent=2, hang=2, style="quiet")
    width = page.width
    return len(wrap(lead + counts, width)) + len(wrap(told, width - 4))


def _trouble(page: Page, snapshot: Snapshot, lang: str, screen: Screen | None) -> None:
    if screen is None:
        return
    if screen.trouble:
        since = words.instant(screen.since or snapshot.now, snapshot.timezone)
        told = say("trouble", lang, since=since, what=clean(screen.trouble))
        page.paragraph(told, indent=2, hang=2, style="fail")
    if screen.notice:
        page.paragraph(clean(screen.notice), indent=2, hang=2, style="warn")


def _turns(
    page: Page,
    shown: Sequence[WaitingTurn],
    snapshot: Snapshot,
    now: int,
    lang: str,
    room: int,
    *,
    live: bool,
) -> None:
    listed = shown[:room]
    several = _several(snapshot)
    columns = [
        Column(
            say("limit", lang), [_to_limit(turn, snapshot, now, lang) for turn in listed], True
        ),
        Column(say("waited", lang), [length(now - t.asked_at, lang) for t in listed], True),
        Column(
            say("platform", lang), [clean(t.platform) if several else "" for t in listed],
            shrinks=True, least=4,
        ),
        Column(say("shop", lang), [_shop(t, lang) for t in listed], shrinks=True, least=6),
        Column(say("agent", lang), [_agent(t, lang) for t in listed], shrinks=True, least=8),
        Column(say("session", lang), [clean(t.session_id) for t in listed], shrinks=True, least=8),
        Column(
            say("rule", lang), [_rule(t, snapshot, now, lang) for t in listed], shrinks=True,
            least=8,
        ),
    ]  # fmt: skip
    page.blank()
    head, *rows = table(columns, page.width - 2)
    page.line(("  " + head, "quiet"))
    for turn, line in zip(listed, rows, strict=True):
        page.line(("  " + line, _STYLE[turn.state(now, snapshot.soon)]))
    if len(shown) > room:
        key = "more_rows" if live else "all_in_json"
        page.paragraph(say(key, lang, n=len(shown) - room), indent=2, hang=2, style="quiet")


def _several(snapshot: Snapshot) -> bool:
    """Shops of several platforms that their names do not tell apart."""
    places = {(turn.platform, turn.shop_id) for turn in snapshot.turns}
    return len(places) > len({shop for _, shop in places})


def _to_limit(turn: WaitingTurn, snapshot: Snapshot, now: int, lang: str) -> str:
    passes_at = turn.first(now, snapshot.soon).passes_at
    return "" if passes_at is None else to_limit(passes_at, now, lang)


def _shop(turn: WaitingTurn, lang: str) -> str:
    return clean(turn.shop_id) if turn.shop_id is not None else say("one_shop", lang)


def _agent(turn: WaitingTurn, lang: str) -> str:
    return clean(turn.agent_id) if turn.agent_id is not None else say("nobody_holds", lang)


def _rule(turn: WaitingTurn, snapshot: Snapshot, now: int, lang: str) -> str:
    first = turn.first(now, snapshot.soon)
    title = clean(first.title.get(lang)) or clean(first.rule)
    near = [one for one in turn.limits if one.state(now, snapshot.soon) in _STYLE]
    if len(near) < 2:
        return title
    return say("others", lang, title=title, n=len(near) - 1)


@dataclass
class _Person:
    platform: str
    shop: str
    agent: str
    passed: int = 0
    near: int = 0
    waiting: int = 0
    longest: int = 0


def _by_agent(
    turns: Sequence[WaitingTurn], snapshot: Snapshot, now: int, lang: str
) -> list[_Person]:
    """Who has how many waiting: most over the limit first."""
    found: dict[tuple[str, str | None, str | None], _Person] = {}
    for turn in turns:
        key = (turn.platform, turn.shop_id, turn.agent_id)
        one = found.setdefault(
            key, _Person(clean(turn.platform), _shop(turn, lang), _agent(turn, lang))
        )
        state = turn.state(now, snapshot.soon)
        one.passed += state == "passed"
        one.near += state == "near"
        one.waiting += 1
        one.longest = max(one.longest, now - turn.asked_at)
    return sorted(
        found.values(), key=lambda p: (-p.passed, -p.near, -p.longest, p.platform, p.shop, p.agent)
    )


def _agent_columns(people: Sequence[_Person], snapshot: Snapshot, lang: str) -> list[Column]:
    several = _several(snapshot)
    return [
        Column(
            say("platform", lang), [p.platform if several else "" for p in people], shrinks=True,
            least=4,
        ),
        Column(say("shop", lang), [p.shop for p in people], shrinks=True),
        Column(say("agent", lang), [p.agent for p in people], shrinks=True),
        Column(say("passed", lang), [str(p.passed) for p in people], True),
        Column(say("near", lang), [str(p.near) for p in people], True),
        Column(say("waiting", lang), [str(p.waiting) for p in people], True),
        Column(say("longest", lang), [length(p.longest, lang) for p in people], True),
    ]  # fmt: skip


def _rules(page: Page, snapshot: Snapshot, lang: str) -> None:
    """Which rules are watched, which are not, and why."""
    page.blank()
    if snapshot.watched:
        rules = ("、" if lang == "zh" else ", ").join(map(clean, snapshot.watched))
        page.paragraph(say("watched", lang, rules=rules), style="quiet")
    else:
        page.paragraph(say("nothing_watched", lang), style="warn")
    for rule, reason in snapshot.unwatched.items():
        told = words.missing(reason, lang)
        page.paragraph(say("unwatched", lang, rule=clean(rule), reason=told), style="quiet")
    if number := len(snapshot.left_out):
        key = "left_out" if number > 1 else "left_out_one"
        page.paragraph(say(key, lang, n=number), style="quiet")


def event_line(turn: WaitingTurn, limit: Limit, snapshot: Snapshot, now: int, lang: str) -> str:
    """One line for a log: whose limit has just come near, or passed."""
    state = limit.state(now, snapshot.soon)
    left = "" if limit.passes_at is None else to_limit(limit.passes_at, now, lang)
    title = clean(limit.title.get(lang)) or clean(limit.rule)
    who = (clean(turn.platform), _shop(turn, lang), _agent(turn, lang), clean(turn.session_id))
    at = words.instant(now, turn.timezone)
    what = " ".join((*who, left, title))
    return say("event", lang, at=at, state=say(f"event_{state}", lang), what=what)
