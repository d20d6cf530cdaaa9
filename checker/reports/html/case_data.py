"""The cases of a page and their timelines, as plain values with every name once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from zoneinfo import ZoneInfo

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.figures import duration
from checker.reports.grouping import RuleGroup
from checker.reports.html.both import Both, both, cut, short
from checker.reports.html.chart_data import known_parts
from checker.verdicts.insights import Case, Insights
from checker.verdicts.model import Offender, Outcome, Verdict

MOST = 5_000
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_SESSION = 4  # its place in a row
_GRAVE = (Outcome.FAIL, Outcome.WARN)

CaseKey = tuple[str, str, str | None, str]
"""pack, platform, shop, session, the names cut as the page cuts them"""


class _Names:
    """Texts by number, each stored once."""

    def __init__(self) -> None:
        self.texts: list[object] = []
        self._known: dict[object, int] = {}

    def number(self, text: object) -> int:
        if text not in self._known:
            self._known[text] = len(self.texts)
            self.texts.append(text)
        return self._known[text]


@dataclass(frozen=True)
class CaseTable:
    """`data` for the page's script; `listed` of `total` cases."""

    data: Mapping[str, object]
    listed: int
    total: int


def case_table(groups: Sequence[RuleGroup], insights: Insights | None) -> CaseTable:
    """At most MOST cases, of each rule the worst; `groups` are the rules with any, gravest first."""
    cases = insights.cases if insights else ()
    index = {_key(case): i for i, case in enumerate(cases)}
    names, waits = _Names(), _Names()
    rows: list[list[object]] = []
    rules: list[dict[str, object]] = []
    share = max(1, MOST // max(1, len(groups)))
    total = 0
    for group in groups:
        hits = [v for v in group.verdicts if v.outcome in _GRAVE]
        total += sum(v.offender_count for v in hits)
        title = group.verdicts[0].title
        rules.append(
            {
                "id": clean(group.rule),
                "title": both(lambda lang, t=title: clean(t.get(lang))),  # type: ignore[misc]
                "limit": _limit(insights, group.rule),
                "clock": _clock(insights, group.rule),
            }
        )
        for verdict, one in _worst(hits)[:share]:
            rows.append(_row(len(rules) - 1, verdict, one, names, waits, index))
    rows.sort(key=lambda row: row[_SESSION] == -1)  # what has a timeline first
    data = {
        "rules": rules,
        "names": names.texts,
        "waits": waits.texts,
        "rows": rows,
        "timelines": [_timeline(case) for case in cases],
    }
    return CaseTable(data, len(rows), total)


def _worst(verdicts: Sequence[Verdict]) -> list[tuple[Verdict, Offender]]:
    """Failures before warnings, the unanswered first, then the longest waits."""
    found = {one: verdict for verdict in reversed(verdicts) for one in verdict.offenders}

    def order(item: tuple[Verdict, Offender]) -> tuple[bool, bool, int, int]:
        verdict, one = item
        answered = one.turn is None or one.wait is not None
        return verdict.outcome is not Outcome.FAIL, answered, -(one.wait or 0), one.at or 0

    return sorted(((verdict, one) for one, verdict in found.items()), key=order)


def _row(
    rule: int,
    verdict: Verdict,
    one: Offender,
    names: _Names,
    waits: _Names,
    index: Mapping[CaseKey, int],
) -> list[object]:
    """rule, fails, platform, shop, session, turn, agent, local ms, wait ms (-1: none), text, timeline"""
    platform = verdict.scope.get("platform") or ""
    key = (verdict.pack, platform, one.shop_id, one.session_id or "")
    unanswered = one.turn is not None and one.wait is None
    text = both(lambda lang: words.wait(one, lang))
    return [
        rule,
        int(verdict.outcome is Outcome.FAIL),
        names.number(clean(platform)),
        -1 if one.shop_id is None else names.number(clean(one.shop_id)),
        -1 if one.session_id is None else names.number(clean(one.session_id)),
        one.turn,
        -1 if one.agent_id is None else names.number(clean(one.agent_id)),
        None if one.at is None else _local_ms(one.at, verdict.timezone),
        1e15 if unanswered else -1 if one.wait is None else one.wait / 1000,
        waits.number(text),
        index.get(key, -1),
    ]


def _limit(insights: Insights | None, rule: str) -> Both | None:
    found = [one.limit for one in known_parts(insights, rule) if one.limit is not None]
    if not found:
        return None
    return both(lambda lang: duration(Fraction(min(found)), lang, short=True))


def _clock(insights: Insights | None, rule: str) -> str | None:
    return next((one.clock for one in known_parts(insights, rule)), None)


# -- timelines -------------------------------------------------------------------------------------


def _key(case: Case) -> CaseKey:
    one = case.timeline
    shop = None if one.shop_id is None else cut(one.shop_id)
    return one.pack, one.platform, shop, cut(one.session_id)


def _timeline(case: Case) -> dict[str, object]:
    """Events as [local ms, kind, role, agent, automatic, note], turns as [clock, index, asked,
    answered, wait text, agent, pending, waited], marks as [rule, turn, local ms]."""
    one = case.timeline
    zone = one.timezone

    def at(instant: int | None) -> int | None:
        return None if instant is None else _local_ms(instant, zone)

    return {
        "session": short(one.session_id),
        "shop": None if one.shop_id is None else short(one.shop_id),
        "platform": clean(one.platform),
        "zone": zone,
        "asOf": at(one.as_of),
        "ended": at(one.ended_at),
        "events": [
            [
                at(e.at),
                e.kind,
                e.role or "",
                short(e.agent_id or ""),
                int(e.automatic),
                short(e.note),
            ]
            for e in one.events
        ],
        "turns": [
            [
                t.clock,
                t.index,
                at(t.asked_at),
                at(t.answered_at),
                _waited(t.wait, t.waited),
                short(t.agent_id or ""),
                int(t.pending),
            ]
            for t in one.turns
        ],
        "marks": [[clean(m.rule), m.turn, at(m.at)] for m in one.marks],
    }


def _waited(wait: int | None, so_far: int | None) -> Both:
    if wait is not None:
        return both(lambda lang: duration(Fraction(wait), lang))
    return both(
        lambda lang: (
            words.say("no_reply", lang)
            + ("" if so_far is None else f" ({duration(Fraction(so_far), lang)})")
        )
    )


def _local_ms(instant: int, zone: str) -> int:
    """Local wall time as milliseconds, to be shown as if it were UTC."""
    moment = _EPOCH + dt.timedelta(microseconds=instant)
    offset = moment.astimezone(ZoneInfo(zone)).utcoffset() or dt.timedelta()
    return (instant + offset // dt.timedelta(microseconds=1)) // 1000
