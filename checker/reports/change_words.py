"""Puts one change of a rule into words, in Chinese or English. Nothing is compared here."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from checker.packs.diff import Change
from checker.packs.facets import Value
from checker.packs.model import Window
from checker.reports.clean import clean
from checker.reports.definition import window_lines
from checker.reports.phrases import Phrase
from checker.verdicts.requirement import read_requirement

Quote = Callable[[str], str]

_SAID: Mapping[str, Phrase] = {
    "changed": Phrase("{field} 改变：{old} → {new}", "{field} changed: {old} → {new}"),
    "raised": Phrase("{field} 由 {old} 提高到 {new}", "{field} raised from {old} to {new}"),
    "lowered": Phrase("{field} 由 {old} 降低到 {new}", "{field} lowered from {old} to {new}"),
    "added": Phrase("新增 {field} {new}", "{field} {new} added"),
    "removed": Phrase("删除 {field} {old}", "{field} {old} removed"),
    "only_field": Phrase("{field} 已改", "{field} changed"),
    "old": Phrase("原  ", "was  "),
    "new": Phrase("现  ", "now  "),
    "since": Phrase("自 {since} 起：", "from {since} on: "),
    "revision_added": Phrase("新增自 {since} 起的版本", "new revision from {since} on"),
    "revision_removed": Phrase("删除自 {since} 起的版本", "revision from {since} on removed"),
    "stricter": Phrase("更严", "stricter"),
    "looser": Phrase("更松", "looser"),
    "narrower": Phrase("缩短", "narrower"),
    "wider": Phrase("延长", "wider"),
    "wording": Phrase("仅文字", "wording only"),
    "remark": Phrase("（{remark}）", " ({remark})"),
}

_FIELDS: Mapping[str, Phrase] = {
    "require": Phrase("要求", "requirement"),
    "aim": Phrase("目标", "aim"),
    "severity": Phrase("级别", "severity"),
    "min_sample": Phrase("最小样本", "minimum sample"),
    "measure": Phrase("度量方式", "measure"),
    "of": Phrase("统计对象", "fact"),
    "where": Phrase("统计范围", "population (where)"),
    "one_per": Phrase("去重", "one row per"),
    "keep": Phrase("保留", "row kept"),
    "good": Phrase("合格条件", "good"),
    "is": Phrase("公式", "formula (is)"),
    "offender": Phrase("列出条件", "offender"),
    "ask": Phrase("问题", "question"),
    "evidence": Phrase("证据", "evidence"),
    "per": Phrase("按", "judged per"),
    "clock": Phrase("时钟", "clock"),
    "source": Phrase("出处", "source"),
    "aim_source": Phrase("目标出处", "source of the aim"),
    "status": Phrase("状态", "status"),
    "group": Phrase("类别", "group"),
    "title": Phrase("名称", "title"),
    "advice": Phrase("建议", "advice"),
    "pack": Phrase("规则包名", "name of the pack"),
    "platform": Phrase("平台", "platform"),
    "timezone": Phrase("时区", "time zone"),
    "opens": Phrase("开启", "opens"),
    "closes": Phrase("关闭", "closes"),
    "ignores_before": Phrase("忽略早于", "ignores before"),
    "wait": Phrase("等待", "wait"),
    "cite": Phrase("引用", "citation"),
    "retrieved": Phrase("取得于", "retrieved"),
}

_SECTIONS: Mapping[str, Phrase] = {
    "windows": Phrase("时段 {name}", "window {name}"),
    "clocks": Phrase("时钟 {name}", "clock {name}"),
    "params": Phrase("参数 {name}", "param {name}"),
    "columns": Phrase("列 {name}", "column {name}"),
    "sources": Phrase("出处 {name}", "source {name}"),
    "parts": Phrase("部分 {name}", "part {name}"),
}
_LANGUAGES = {"zh": Phrase("（中文）", " (zh)"), "en": Phrase("（英文）", " (en)")}


def _in(phrase: Phrase, lang: str, **parts: str) -> str:
    return (phrase.zh if lang == "zh" else phrase.en).format(**parts)


def value_text(value: Value | None) -> str:
    """A value on one line: an expression as written, a window with its bounds and days."""
    if isinstance(value, Window):
        return clean("; ".join(window_lines(value)))
    return clean(" ".join((value or "").split()))


def field_text(field: str, lang: str) -> str:
    """`requirement`, `window assessed`, `clock reply, closes`, `title (zh)`."""
    section, _, rest = field.partition(".")
    if section in _SECTIONS:
        name, _, key = rest.partition(".")
        if section == "columns":
            name, key = rest, ""
        text = _in(_SECTIONS[section], lang, name=clean(name))
        return f"{text}{'，' if lang == 'zh' else ', '}{field_text(key, lang)}" if key else text
    known = _FIELDS.get(section)
    text = _in(known, lang) if known else clean(section)
    return text + (_in(_LANGUAGES[rest], lang) if rest in _LANGUAGES else "")


def remarks(change: Change, lang: str) -> str:
    """` (stricter)`, ` (wording only)`, or nothing."""
    keys = [key for key in (change.effect, "wording" if change.wording else None) if key]
    said = ("，" if lang == "zh" else ", ").join(_in(_SAID[key], lang) for key in keys)
    return _in(_SAID["remark"], lang, remark=said) if said else ""


def lead(change: Change, lang: str) -> str:
    """`from 2027-01-01 on: ` before what a revision changes."""
    if change.since is None or change.field == "revision":
        return ""
    return _in(_SAID["since"], lang, since=change.since.isoformat())


def sentence(change: Change, lang: str, quote: Quote = str) -> str:
    """The whole change on one line: `requirement raised from >= 80% to >= 85% (stricter)`."""
    if change.field == "revision":
        since = value_text(change.new or change.old)
        return _in(_SAID[f"revision_{change.kind}"], lang, since=since)
    old, new = (quote(value_text(v)) if v is not None else "" for v in (change.old, change.new))
    text = _in(_SAID[_verb(change)], lang, field=field_text(change.field, lang), old=old, new=new)
    return lead(change, lang) + text + remarks(change, lang)


def before_and_after(change: Change, lang: str) -> tuple[str, tuple[str, str], tuple[str, str]]:
    """The change for values that need a line each: what changed, and (`was`, old), (`now`, new)."""
    field = _in(_SAID["only_field"], lang, field=field_text(change.field, lang))
    return (
        lead(change, lang) + field + remarks(change, lang),
        (_in(_SAID["old"], lang), value_text(change.old)),
        (_in(_SAID["new"], lang), value_text(change.new)),
    )


def _verb(change: Change) -> str:
    if change.kind != "changed" or change.field not in ("require", "aim"):
        return change.kind
    old, new = (read_requirement(value_text(v)) for v in (change.old, change.new))
    if old is None or new is None or old.sign != new.sign or old.bound == new.bound:
        return "changed"
    return "raised" if new.bound > old.bound else "lowered"
