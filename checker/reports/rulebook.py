"""What the rules say, in a terminal: the list of them, one rule in full, one diagnostic code."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rich.console import Console

from checker.diagnostics import Diagnostic, Explanation, nearest
from checker.packs.model import Ask, Clock, Ratio, Revision, Text
from checker.packs.typed import TypedPack, TypedRule
from checker.reports import words
from checker.reports.clean import clean
from checker.reports.definition import clock_lines, demand_text, measure_lines, window_lines
from checker.reports.layout import Column, pad
from checker.reports.page import Page
from checker.reports.phrases import Phrase

_NAME = re.compile(r"[^\W\d]\w*")
_SAID = {
    "title": Phrase("名称", "title"),
    "measures": Phrase("定义", "definition"),
    "per": Phrase("按", "per"),
    "clock": Phrase("时钟", "clock"),
    "window": Phrase("时段", "windows"),
    "zone": Phrase("时区", "time zone"),
    "params": Phrase("参数", "params"),
    "require": Phrase("要求", "require"),
    "aim": Phrase("目标", "aim"),
    "severity": Phrase("级别", "severity"),
    "min_sample": Phrase("最小样本", "min. sample"),
    "status": Phrase("状态", "status"),
    "group": Phrase("类别", "group"),
    "source": Phrase("出处", "source"),
    "advice": Phrase("建议", "what to do"),
    "evidence": Phrase("证据", "evidence"),
    "revised": Phrase("自 {since} 起", "from {since} on"),
    "rule": Phrase("规则", "rule"),
    "required": Phrase("要求或目标", "required or aim"),
    "manual": Phrase("人工填报", "manual"),
    "own_aim": Phrase("自定", "the house's own"),
    "wrong": Phrase("错误示例", "wrong"),
    "right": Phrase("正确示例", "right"),
    "provisional": Phrase("暂定", "provisional"),
    "stable": Phrase("稳定", "stable"),
}


def _say(key: str, lang: str, **parts: str) -> str:
    phrase = _SAID[key]
    return (phrase.zh if lang == "zh" else phrase.en).format(**parts)


def chosen(
    packs: Sequence[TypedPack], named: Sequence[str], rule: str | None
) -> tuple[tuple[TypedPack, ...], tuple[Diagnostic, ...]]:
    """The packs that are named (all without a name) and hold the rule; a bare rule id is enough."""
    known = [p.pack.name for p in packs]
    wrong = []
    for name in named:
        if name not in known:
            best = nearest(name, tuple(known))
            meant = (f"did you mean `{best}`?",) if best else ()
            listed = f"packs: {', '.join(known)}"
            wrong.append(Diagnostic("E303", f"unknown pack `{name}`", notes=(*meant, listed)))
    if wrong:
        return (), tuple(wrong)
    kept = tuple(p for p in packs if not named or p.pack.name in named)
    if rule is None:
        return kept, ()
    ids = [r.id for p in kept for r in p.rules]
    if rule in ids or rule in {name.partition("/")[2] for name in ids}:
        return tuple(p for p in kept if any(_is(r, rule) for r in p.rules)), ()
    if rule in {p.pack.name for p in kept}:
        note = f"checker show --pack {rule} lists its rules"
        return (), (Diagnostic("E313", f"`{rule}` is a pack, not a rule", notes=(note,)),)
    best = nearest(rule, tuple(ids))
    notes = (f"did you mean `{best}`?",) if best else ()
    listed = "checker show lists all rules"
    return (), (Diagnostic("E313", f"there is no rule `{rule}`", notes=(*notes, listed)),)


def _is(rule: TypedRule, name: str) -> bool:
    return name in (rule.id, rule.rule.id)


def list_rules(packs: Sequence[TypedPack], console: Console, lang: str) -> None:
    """Every pack with its rules: id, title, what is required, and what is provisional."""
    page = Page(console)
    for number, typed in enumerate(packs):
        if number:
            page.blank()
        title = clean(typed.pack.title.get(lang))
        page.paragraph(f"{title}  ({typed.pack.name})", style="title", hang=2)
        rules = typed.rules
        page.table(
            (
                Column(_say("rule", lang), [r.rule.id for r in rules]),
                Column(
                    _say("title", lang),
                    [clean(r.rule.latest.title.get(lang)) for r in rules],
                    shrinks=True,
                    least=16,
                ),
                Column(_say("required", lang), [_required(r, lang) for r in rules]),
                Column(
                    _say("status", lang),
                    [
                        _say("provisional", lang) if r.rule.status == "provisional" else ""
                        for r in rules
                    ],
                ),
            ),
            indent=2,
        )


def _required(rule: TypedRule, lang: str) -> str:
    latest = rule.revisions[-1]
    if isinstance(latest.measure, Ask):
        return _say("manual", lang)
    if latest.require is not None:
        return demand_text(latest.require, latest.type, lang)
    if latest.aim is not None:
        return f"{_say('aim', lang)} {demand_text(latest.aim, latest.type, lang)}"
    return ""


def show_rule(typed: TypedPack, name: str, console: Console, lang: str) -> None:
    """Everything about one rule of the pack; revisions say what changes from their day on."""
    page = Page(console)
    for rule in typed.rules:
        if not _is(rule, name):
            continue
        first = rule.rule.revisions[0]
        page.paragraph(clean(rule.id), style="title")
        _fields(page, _common(typed, rule, lang))
        _fields(page, _revision(typed, first, None, lang))
        for before, after in zip(rule.rule.revisions, rule.rule.revisions[1:], strict=False):
            page.heading(_say("revised", lang, since=str(after.since)))
            _fields(page, _revision(typed, after, before, lang))


def _common(typed: TypedPack, rule: TypedRule, lang: str) -> list[tuple[str, list[str]]]:
    group = [rule.rule.group] if rule.rule.group else []
    return [
        (_say("status", lang), [_say(rule.rule.status, lang)]),
        (_say("group", lang), group),
        (_say("zone", lang), [typed.pack.timezone]),
    ]


def _revision(
    typed: TypedPack, now: Revision, before: Revision | None, lang: str
) -> list[tuple[str, list[str]]]:
    """The fields of a revision; after an earlier one only those that differ from it."""
    fields = _all_fields(typed, now, lang)
    if before is None:
        return fields
    earlier = dict(_all_fields(typed, before, lang))
    return [(name, lines or ["–"]) for name, lines in fields if earlier.get(name) != lines]


def _all_fields(typed: TypedPack, now: Revision, lang: str) -> list[tuple[str, list[str]]]:
    definition = measure_lines(now.measure, lang)
    clock = typed.pack.clocks.get(now.clock or "")
    aim = f"{now.aim.text}" if now.aim else ""
    if now.aim and not now.aim_source:
        aim += f" ({_say('own_aim', lang)})"
    period = f"{{rolling: {now.period.days}d}}" if now.period.kind == "rolling" else now.period.kind
    evidence = now.measure.evidence if isinstance(now.measure, Ask) else None
    fields = [
        (_say("title", lang), _texts(now.title)),
        (_say("measures", lang), definition),
        (_say("per", lang), [", ".join((*now.scopes, period))]),
    ]
    if clock is not None:
        below = [f"  {line}" for line in clock_lines(clock)]
        fields.append((_say("clock", lang), [f"{clock.name}:", *below]))
    used = _windows(typed, definition, clock)
    lines = [f"{name}: {part}" for name in used for part in window_lines(typed.pack.windows[name])]
    fields.append((_say("window", lang), lines))
    written = [*definition, *(e.text for e in (now.require, now.aim) if e)]
    params = [p for p in typed.pack.params.values() if p.name in _names(written)]
    fields.append((_say("params", lang), [f"{p.name} = {clean(p.text)}" for p in params]))
    cited = typed.pack.sources.get(now.source or "")
    fields += [
        (_say("require", lang), [now.require.text] if now.require else []),
        (_say("aim", lang), [aim] if aim else []),
        (_say("severity", lang), [now.severity] if _required_of(now) else []),
        (_say("min_sample", lang), [str(now.min_sample)] if now.min_sample > 1 else []),
        (_say("source", lang), [words.source(cited, lang)] if cited else []),
        (_say("evidence", lang), [clean(evidence.get(lang))] if evidence else []),
        (_say("advice", lang), [clean(now.advice.get(lang))] if now.advice else []),
    ]
    return fields


def _required_of(now: Revision) -> bool:
    return now.require is not None or (isinstance(now.measure, Ratio) and now.measure.every)


def _texts(text: Text) -> list[str]:
    return [clean(t) for t in dict.fromkeys((text.zh, text.en)) if t]


def _windows(typed: TypedPack, definition: list[str], clock: Clock | None) -> list[str]:
    """The windows that the rule names, in the order of the file."""
    used = _names([*definition, *(clock_lines(clock) if clock else ())])
    return [name for name in typed.pack.windows if name in used]


def _names(lines: Sequence[str]) -> frozenset[str]:
    return frozenset(_NAME.findall(" ".join(lines)))


def _fields(page: Page, fields: Sequence[tuple[str, list[str]]]) -> None:
    room = 16
    for name, lines in fields:
        lead = pad(clean(name), room)
        for line in lines:
            inset = len(line) - len(line.lstrip())
            page.paragraph(
                line.lstrip(),
                indent=2,
                hang=room + inset + 2,
                lead=lead + " " * inset,
                lead_style="quiet",
            )
            lead = " " * room


def show_code(code: str, explained: Explanation, console: Console) -> None:
    """What `checker show CODE` prints."""
    page = Page(console)
    level = "error" if code.startswith("E") else "warning"
    page.paragraph(explained.title, lead=f"{level}[{code}]: ", lead_style="title", style="title")
    page.blank()
    page.paragraph(explained.text)
    for key, text in (("wrong", explained.wrong), ("right", explained.right)):
        if text:
            page.blank()
            page.line((_say(key, "en") + ":", "quiet"))
            for line in text.splitlines():
                page.line(("    " + line, "plain"))
