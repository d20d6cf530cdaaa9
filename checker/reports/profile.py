"""A data set's profile: in a terminal, in two languages, and as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from rich.console import Console

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.layout import cells
from checker.reports.page import Page
from checker.reports.phrases import Phrase
from checker.reports.words import counted
from checker.verdicts.profile import Finding, Profile, Reach

SCHEMA = 1
_UNLOCKS = 8
_NAMED = 6  # rules in a list
_BAR = 24

_SAID: Mapping[str, Phrase] = {
    "holds": Phrase("数据内容", "WHAT IS IN IT"),
    "lacks": Phrase("没有 {columns}", "lacks {columns}"),
    "platforms": Phrase("平台", "platforms"),
    "shops": Phrase("{name}（{n} 家店铺）", "{name} ({n})"),
    "who": Phrase("规模", "size"),
    "span": Phrase("时间", "span"),
    "to": Phrase("{first} 至 {last}，{zone}", "{first} to {last}, {zone}"),
    "messages.role": Phrase("角色", "roles"),
    "messages.kind": Phrase("消息类型", "kinds"),
    "sessions.channel": Phrase("渠道", "channels"),
    "hours": Phrase("各小时流量（{zone}）", "TRAFFIC BY LOCAL HOUR ({zone})"),
    "shift": Phrase(
        "最安静的时段不在夜里：时间可能偏{way}约 {n} 小时（时区不对？）。带时区的时间不会有此问题。",
        "people seem to sleep at the wrong time: the times may be about {n} hours too {way}, as when they "
        "were written in another zone. Times with an offset leave no doubt.",
    ),
    "early": Phrase("早", "early"),
    "late": Phrase("晚", "late"),
    "wrong": Phrase("可疑之处", "WHAT LOOKS WRONG"),
    "nothing": Phrase("未发现问题", "nothing was found"),
    "of": Phrase("{table}：{rows}/{of}", "{table}: {rows} of {of}"),
    "such_as": Phrase("，如 {names}", ", such as {names}"),
    "reach": Phrase(
        "{platform}（{pack}）能评估哪些规则", "RULES THAT {platform} CAN FEED ({pack})"
    ),
    "fed": Phrase(
        "{fed}/{all} 条规则可以计算，{asked} 条由人工回答",
        "{fed} of {all} rules can be computed; {asked} more are answered by people",
    ),
    "unlocks": Phrase("补上 {what} 即可评估：{rules}", "{what} alone would unlock {rules}"),
    "helps": Phrase(
        "{what} 与其他缺失数据一起：{rules}", "{what}, with other missing data: {rules}"
    ),
    "more": Phrase(" 等 {n} 条", " and {n} more"),
    "and_more": Phrase("……另缺 {n} 项", "… and {n} more things are missing"),
    "no_rules": Phrase("没有适用于这些平台的规则", "no rules are for these platforms"),
    "ties": Phrase(
        "同一会话中时间相同，没有 seq 定先后",
        "messages of a session at the same instant, without seq to order them",
    ),
    "duplicates": Phrase(
        "除正文（未读取）外完全相同的消息",
        "messages that are the same in all but the text, which is not read",
    ),
    "clock_backwards": Phrase(
        "按 seq 在后，时间却在前", "messages that come later by seq and earlier by ts"
    ),
    "before_start": Phrase("早于所属会话的开始", "messages before their session starts"),
    "after_end": Phrase("晚于所属会话的结束", "messages after their session ends"),
    "no_session_row": Phrase(
        "有消息但 sessions 表中没有的会话", "sessions of messages that have no row in sessions"
    ),
    "no_messages": Phrase("没有任何消息的会话", "sessions without messages"),
    "stray_ratings": Phrase(
        "所属会话不存在，或早于会话开始的评价",
        "ratings of sessions that are not there, or from before they start",
    ),
    "no_settings": Phrase(
        "agents 表中没有的客服", "agents at work here that have no row in agents"
    ),
    "overlaps": Phrase("同一客服的状态重叠", "statuses of one agent that overlap"),
    "no_length": Phrase("结束不晚于开始", "ends that are not after the start"),
    "future": Phrase("时间在未来", "times that lie in the future"),
}


def profile_json(profile: Profile) -> str:
    """`schemas/profile.schema.json` describes it; the same bytes for the same data and instant."""

    def at(instant: int | None) -> str | None:
        return None if instant is None else words.instant(instant, profile.timezone)

    body = {
        "schema": SCHEMA,
        "timezone": profile.timezone,
        "as_of": at(profile.as_of),
        "from": at(profile.first),
        "through": at(profile.last),
        "tables": [
            {"table": t.name, "rows": t.rows, "columns": t.columns, "absent": t.absent}
            for t in profile.tables
        ],
        "platforms": [{"platform": p, "shops": n} for p, n in profile.platforms.items()],
        "sessions": profile.sessions,
        "buyers": profile.buyers,
        "agents": profile.agents,
        "values": {
            column: [{"value": value, "rows": rows} for value, rows in found]
            for column, found in profile.values.items()
        },
        "hours": profile.hours,
        "suspected_shift_hours": profile.shift,
        "findings": [
            {"check": f.check, "table": f.table, "rows": f.rows, "of": f.of, "examples": f.examples}
            for f in profile.findings
        ],
        "rules": [
            {
                "platform": r.platform,
                "pack": r.pack,
                "fed": r.fed,
                "unfed": r.unfed,
                "asked": r.asked,
                "unlocks": [
                    {"missing": u.what, "alone": u.alone, "together": u.together} for u in r.unlocks
                ],
            }
            for r in profile.reaches
        ],
    }
    return json.dumps(body, ensure_ascii=True, indent=1) + "\n"


def render_profile(profile: Profile, console: Console, *, lang: str) -> None:
    """Prints the profile on `console` in `lang` (zh or en)."""
    page = Page(console)
    _holds(page, profile, lang)
    if profile.hours:
        _hours(page, profile, lang)
    page.heading(_say("wrong", lang))
    if not profile.findings and profile.shift is None:
        page.line(("  " + _say("nothing", lang), "pass"))
    if profile.shift is not None:
        way = _say("early" if profile.shift > 0 else "late", lang)
        text = _say("shift", lang, way=way, n=str(abs(profile.shift)))
        page.paragraph(text, indent=2, hang=2)
    for finding in profile.findings:
        page.paragraph(_finding(finding, lang), indent=2, hang=4)
    for reach in profile.reaches:
        _reach(page, reach, lang)
    if not profile.reaches:
        page.blank()
        page.line((_say("no_rules", lang), "warn"))


def _say(key: str, lang: str, **parts: str) -> str:
    phrase = _SAID[key]
    return (phrase.zh if lang == "zh" else phrase.en).format(**parts)


def _holds(page: Page, profile: Profile, lang: str) -> None:
    joint = words.say("comma", lang)
    shops = [
        _say("shops", lang, name=clean(p), n=str(n) if lang == "zh" else counted(n, "shops", lang))
        for p, n in profile.platforms.items()
    ]
    size = [
        counted(profile.sessions, "sessions", lang),
        counted(profile.agents, "agents", lang),
        counted(profile.buyers, "buyers", lang),
    ]
    facts = [("platforms", joint.join(shops)), ("who", joint.join(size))]
    if profile.first is not None and profile.last is not None:
        first, last = (words.instant(t, profile.timezone) for t in (profile.first, profile.last))
        facts.append(("span", _say("to", lang, first=first, last=last, zone=profile.timezone)))
    for column, found in profile.values.items():
        if column in _SAID:
            facts.append((column, joint.join(f"{clean(v)} {n:,}" for v, n in found)))
    page.line((_say("holds", lang), "title"))
    hang = max(cells(_say(key, lang)) for key, _ in facts) + 2
    for key, text in facts:
        lead = _say(key, lang)
        lead += " " * (hang - cells(lead))
        page.paragraph(text, indent=2, hang=hang, lead=lead, lead_style="quiet")
    page.blank()
    names = [t.name for t in profile.tables]
    rows = [f"{t.rows:,}" for t in profile.tables]
    wide, long = max(map(cells, names)), max(map(cells, rows))
    for table, number in zip(profile.tables, rows, strict=True):
        lacks = _say("lacks", lang, columns=", ".join(table.absent)) if table.absent else ""
        lead = f"{table.name:<{wide}}  {number:>{long}}  "
        page.paragraph(lacks, indent=2, hang=cells(lead), lead=lead)


def _hours(page: Page, profile: Profile, lang: str) -> None:
    page.heading(_say("hours", lang, zone=profile.timezone))
    pairs = [sum(profile.hours[start : start + 2]) for start in range(0, 24, 2)]
    most, total = max(pairs), sum(pairs)
    for start, number in zip(range(0, 24, 2), pairs, strict=True):
        bar = "█" * -(-number * _BAR // most) if number else ""
        share = f"{number / total:6.1%}" if total else ""
        page.line((f"  {start:02d}–{start + 2:02d}  {share}  {bar}".rstrip(), "plain"))


def _finding(finding: Finding, lang: str) -> str:
    text = _say(finding.check, lang) + words.say("semicolon", lang)
    rows, of = f"{finding.rows:,}", f"{finding.of:,}"
    text += _say("of", lang, table=finding.table, rows=rows, of=of)
    if finding.examples:
        names = words.say("and", lang).join(clean(name) for name in finding.examples)
        text += _say("such_as", lang, names=names)
    return text


def _reach(page: Page, reach: Reach, lang: str) -> None:
    names = {"platform": clean(reach.platform), "pack": clean(reach.pack)}
    page.heading(_say("reach", lang, **names))
    every = len(reach.fed) + len(reach.unfed)
    text = _say("fed", lang, fed=str(len(reach.fed)), all=str(every), asked=str(len(reach.asked)))
    page.paragraph(text, indent=2, hang=2)
    shown = reach.unlocks[:_UNLOCKS]
    for unlock in shown:
        if unlock.alone:
            rules = _rules(unlock.alone, lang)
            page.paragraph(_say("unlocks", lang, what=unlock.what, rules=rules), indent=2, hang=4)
        if unlock.together:
            rules = _rules(unlock.together, lang)
            page.paragraph(_say("helps", lang, what=unlock.what, rules=rules), indent=2, hang=4)
    if rest := len(reach.unlocks) - len(shown):
        page.line(("  " + _say("and_more", lang, n=str(rest)), "quiet"))


def _rules(rules: Sequence[str], lang: str) -> str:
    names = [clean(rule.partition("/")[2]) for rule in rules[:_NAMED]]
    rest = len(rules) - len(names)
    text = words.say("and", lang).join(names)
    return text + (_say("more", lang, n=str(rest)) if rest else "")
