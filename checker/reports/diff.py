"""What changed between two sets of rules: for a terminal, as Markdown and as JSON."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from rich.console import Console

from checker.packs.diff import Change, PackDiff, RuleDiff
from checker.reports.change_words import before_and_after, field_text, sentence, value_text
from checker.reports.clean import clean
from checker.reports.json import as_json_text
from checker.reports.layout import cells
from checker.reports.page import Page
from checker.reports.phrases import Phrase
from checker.reports.words import counted

SCHEMA = 1

_SAID: Mapping[str, Phrase] = {
    "same": Phrase("两边的规则相同", "the rules are the same"),
    "headline": Phrase("规则有变：{what}", "RULES DIFFER: {what}"),
    "only_shared": Phrase("仅共用的定义有变", "only what rules share"),
    "only_wording": Phrase("仅文字有变", "in wording only"),
    "rules_added": Phrase("新增 {rules}", "{rules} added"),
    "rules_removed": Phrase("删除 {rules}", "{rules} removed"),
    "rules_changed": Phrase("修改 {rules}", "{rules} changed"),
    "stricter": Phrase("{n} 处更严", "{n} stricter"),
    "looser": Phrase("{n} 处更松", "{n} looser"),
    "pack": Phrase("规则包 {name}", "PACK {name}"),
    "pack_added": Phrase("新增规则包 {name}", "NEW PACK {name}"),
    "pack_removed": Phrase("删除规则包 {name}", "PACK REMOVED {name}"),
    "renamed": Phrase("{old} → {new}", "{old} → {new}"),
    "added": Phrase("新增", "NEW"),
    "removed": Phrase("删除", "GONE"),
    "changed": Phrase("修改", "CHANGED"),
    "used_by": Phrase("用于：", "used by "),
    "and": Phrase("、", ", "),
}
_STYLES = {"added": "pass", "removed": "fail", "changed": "warn"}
_SHOWN = ("require", "aim", "per", "ask.zh", "ask.en")  # of a rule that is new or gone
_MARKS = re.compile(r"([\\`*_{}\[\]<>#|])")


def _say(key: str, lang: str, **parts: str) -> str:
    phrase = _SAID[key]
    return (phrase.zh if lang == "zh" else phrase.en).format(**parts)


def headline(packs: Sequence[PackDiff], lang: str) -> str:
    """`RULES DIFFER: 1 rule added, 3 rules changed, 2 stricter`."""
    if not any(pack.different for pack in packs):
        return _say("same", lang)
    kinds = Counter(rule.kind for pack in packs for rule in pack.rules)
    parts = [
        _say(f"rules_{kind}", lang, rules=counted(kinds[kind], "rules", lang))
        for kind in ("added", "removed", "changed")
        if kinds[kind]
    ] or [_say("only_wording" if _all_wording(packs) else "only_shared", lang)]
    effects = Counter(c.effect for pack in packs for r in pack.rules for c in r.changes)
    parts += [
        _say(effect, lang, n=f"{effects[effect]:,}")
        for effect in ("stricter", "looser")
        if effects[effect]
    ]
    return _say("headline", lang, what=("，" if lang == "zh" else ", ").join(parts))


def _all_wording(packs: Sequence[PackDiff]) -> bool:
    return all(c.wording for pack in packs for c in pack.changes)


def _pack_heading(pack: PackDiff, lang: str) -> str:
    names = [clean(name) for name in dict.fromkeys((pack.old, pack.new)) if name]
    name = names[0] if len(names) == 1 else _say("renamed", lang, old=names[0], new=names[1])
    key = "pack" if pack.kind == "changed" else f"pack_{pack.kind}"
    title = clean(pack.title.get(lang))
    return _say(key, lang, name=name) + (f"  {title}" if title else "")


def _shown(rule: RuleDiff, lang: str) -> Iterator[Change]:
    """The changes of a rule; of one that is new or gone only what it asks for, in one language."""
    other = "en" if lang == "zh" else "zh"
    asks = {c.field for c in rule.changes if c.field.startswith("ask.")}
    for change in rule.changes:
        if rule.kind != "changed":
            if change.field not in _SHOWN:
                continue
            if change.field == f"ask.{other}" and len(asks) > 1:
                continue
        yield change


def render_diff(packs: Sequence[PackDiff], console: Console, *, lang: str) -> None:
    """Prints the differences on `console` in `lang` (zh or en)."""
    page = Page(console)
    page.paragraph(headline(packs, lang), style="title", hang=2)
    for pack in packs:
        if not pack.different:
            continue
        page.heading(_pack_heading(pack, lang))
        for change in pack.changes:
            _change(page, change, lang, indent=2)
            if change.affects:
                used = _say("and", lang).join(map(clean, change.affects))
                page.paragraph(used, indent=6, hang=2, lead=_say("used_by", lang))
        for rule in pack.rules:
            _rule(page, pack, rule, lang)


def _rule(page: Page, pack: PackDiff, rule: RuleDiff, lang: str) -> None:
    lead = _say(rule.kind, lang) + "  "
    owner = pack.old if rule.kind == "removed" else pack.new
    name = f"{clean(rule.title.get(lang))}  ({clean(f'{owner}/{rule.id}')})"
    page.blank()
    page.paragraph(
        name, lead=lead, lead_style=_STYLES[rule.kind], indent=2, hang=cells(lead), style="title"
    )
    for change in _shown(rule, lang):
        if rule.kind == "changed":
            _change(page, change, lang, indent=4)
        else:
            _value(page, change, lang)


def _value(page: Page, change: Change, lang: str) -> None:
    value = value_text(change.new if change.new is not None else change.old)
    page.paragraph(value, indent=4, hang=2, lead=field_text(change.field, lang) + "  ")


def _change(page: Page, change: Change, lang: str, *, indent: int) -> None:
    text = sentence(change, lang)
    if change.kind != "changed" or cells(text) <= page.width - indent:
        page.paragraph(text, indent=indent, hang=2)
        return
    what, *values = before_and_after(change, lang)
    page.paragraph(what, indent=indent, hang=2)
    for lead, value in values:
        page.paragraph(value, indent=indent + 2, hang=cells(lead), lead=lead, lead_style="quiet")


def diff_markdown(packs: Sequence[PackDiff], *, lang: str) -> str:
    """The differences as a Markdown page: a section per pack, an item per rule."""
    lines = [f"# {_escaped(headline(packs, lang))}", ""]
    for pack in packs:
        if not pack.different:
            continue
        lines += [f"## {_escaped(_pack_heading(pack, lang))}", ""]
        for change in pack.changes:
            used = _say("and", lang).join(f"`{name}`" for name in change.affects)
            tail = f" — {_say('used_by', lang)}{used}" if used else ""
            lines.append(f"- {sentence(change, lang, _code)}{tail}")
        for rule in pack.rules:
            owner = pack.old if rule.kind == "removed" else pack.new
            title = _escaped(clean(rule.title.get(lang)))
            lines.append(f"- **{_say(rule.kind, lang)}** {title} (`{owner}/{rule.id}`)")
            for change in _shown(rule, lang):
                lines.append(f"  - {_item(change, rule, lang)}")
        lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def _item(change: Change, rule: RuleDiff, lang: str) -> str:
    if rule.kind == "changed":
        return sentence(change, lang, _code)
    value = value_text(change.new if change.new is not None else change.old)
    return f"{field_text(change.field, lang)} {_code(value)}"


def _escaped(text: str) -> str:
    return _MARKS.sub(r"\\\1", text)


def _code(text: str) -> str:
    ticks = "`" * (max(map(len, re.findall("`+", text)), default=0) + 1)
    return f"{ticks} {text} {ticks}" if "`" in text else f"`{text}`"


def diff_json(packs: Sequence[PackDiff]) -> str:
    """The differences as JSON text; `schemas/diff.schema.json` describes it."""
    body = {
        "schema": SCHEMA,
        "different": any(pack.different for pack in packs),
        "packs": [_pack_dict(pack) for pack in packs if pack.different],
    }
    return as_json_text(body)


def _pack_dict(pack: PackDiff) -> dict[str, object]:
    return {
        "old": pack.old,
        "new": pack.new,
        "kind": pack.kind,
        "title": {"zh": pack.title.zh, "en": pack.title.en},
        "changes": [change_dict(c) for c in pack.changes],
        "rules": [
            {
                "rule": rule.id,
                "kind": rule.kind,
                "title": {"zh": rule.title.zh, "en": rule.title.en},
                "changes": [change_dict(c) for c in rule.changes],
            }
            for rule in pack.rules
        ],
    }


def change_dict(change: Change) -> dict[str, object]:
    return {
        "field": change.field,
        "kind": change.kind,
        "old": None if change.old is None else value_text(change.old),
        "new": None if change.new is None else value_text(change.new),
        "since": None if change.since is None else change.since.isoformat(),
        "effect": change.effect,
        "wording": change.wording,
        "affects": list(change.affects),
    }
