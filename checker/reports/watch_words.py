"""What the watch says, in Chinese and English."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from checker.reports.figures import duration
from checker.reports.phrases import Phrase

SECOND_US = 1_000_000

WORDS: Mapping[str, Phrase] = {
    "watching": Phrase("客服等待监控", "WAITING"),
    "counts": Phrase(
        "{passed} 轮已超时，{near} 轮即将超时，另有 {more} 轮在等",
        "{passed} over the limit, {near} near it, {more} more waiting",
    ),
    "as_of": Phrase("截至 {at}（{zone}）", "as of {at}, {zone}"),
    "live": Phrase("每 {every} 更新，按 Ctrl-C 结束", "read every {every}, Ctrl-C ends it"),
    "nobody": Phrase("没有人等到时限附近。", "Nobody waits near a limit."),
    "limit": Phrase("时限", "limit"),
    "waited": Phrase("已等", "waited"),
    "platform": Phrase("平台", "platform"),
    "shop": Phrase("店铺", "shop"),
    "agent": Phrase("客服", "agent"),
    "session": Phrase("会话", "session"),
    "rule": Phrase("规则", "rule"),
    "over": Phrase("超 {time}", "{time} over"),
    "left": Phrase("剩 {time}", "{time} left"),
    "others": Phrase("{title} +{n}", "{title} +{n}"),
    "more_rows": Phrase("…… 还有 {n} 轮", "… and {n} more"),
    "all_in_json": Phrase(
        "…… 还有 {n} 轮（--format json 列出全部）", "… and {n} more (--format json lists all)"
    ),
    "by_agent": Phrase("按店铺和客服", "BY SHOP AND AGENT"),
    "passed": Phrase("已超时", "over"),
    "near": Phrase("即将", "near"),
    "waiting": Phrase("在等", "waiting"),
    "longest": Phrase("最长已等", "longest"),
    "nobody_holds": Phrase("（无人接待）", "(nobody)"),
    "one_shop": Phrase("（单店）", "(one shop)"),
    "watched": Phrase("监控的规则：{rules}", "rules watched: {rules}"),
    "unwatched": Phrase(
        "{rule} 未监控：{reason}",
        "{rule} is not watched: {reason}",
    ),
    "left_out": Phrase(
        "另有 {n} 条规则不因等待而被打破，不在监控之列。",
        "Of the packs, {n} more rules cannot be broken by waiting and are not watched.",
    ),
    "left_out_one": Phrase(
        "另有 1 条规则不因等待而被打破，不在监控之列。",
        "Of the packs, 1 more rule cannot be broken by waiting and is not watched.",
    ),
    "nothing_watched": Phrase(
        "没有可监控的规则：见下面的原因。", "No rule is watched; the reasons are below."
    ),
    "starting": Phrase("正在读取数据 ……", "Reading the data …"),
    "trouble": Phrase(
        "自 {since} 起读不到数据，下面是当时的情况：{what}",
        "The data cannot be read since {since}; this is how things stood then: {what}",
    ),
    "event": Phrase("{at} {state}：{what}", "{at} {state}: {what}"),
    "event_passed": Phrase("超时", "over the limit"),
    "event_near": Phrase("即将超时", "near the limit"),
}


def say(key: str, lang: str, **parts: object) -> str:
    phrase = WORDS[key]
    return (phrase.zh if lang == "zh" else phrase.en).format(**parts)


_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def length(micros: int, lang: str) -> str:
    """A length of time as it ticks, its two greatest units: `10d 22h`, `1m 05s`. What is left of it is
    never told longer than it is."""
    rest = max(0, micros) // SECOND_US
    greatest = next((size for _, size in _UNITS if rest >= size), 1)
    least = next((size for _, size in _UNITS if size < greatest), 1)
    return duration(Fraction(rest // least * least * SECOND_US), lang, short=greatest > 3_600)


def to_limit(passes_at: int, now: int, lang: str) -> str:
    """`45s left`, `2m 10s over`."""
    left = passes_at - now
    if left > 0:
        return say("left", lang, time=length(left, lang))
    return say("over", lang, time=length(-left, lang))
