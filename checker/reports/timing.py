"""How long each stage of a run took, with its rows: the stages within another stand below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from rich.console import Console

from checker.reports.clean import clean
from checker.reports.layout import Column, table
from checker.reports.page import Page
from checker.reports.phrases import Phrase


class Took(Protocol):
    @property
    def stages(self) -> tuple[str, ...]: ...
    @property
    def rows(self) -> int: ...
    @property
    def seconds(self) -> float | None: ...


_HEADINGS = {
    "stage": Phrase("阶段", "stage"),
    "rows": Phrase("行数", "rows"),
    "seconds": Phrase("秒", "seconds"),
    "all": Phrase("合计", "all"),
}
_STAGES: Mapping[str, Phrase] = {
    "reading": Phrase("读取数据", "reading"),
    "first and last instant": Phrase("最早与最晚时刻", "first and last instant"),
    "sessions": Phrase("会话", "sessions"),
    "messages": Phrase("消息", "messages"),
    "turns": Phrase("轮次", "turns"),
    "assignments": Phrase("接待", "assignments"),
    "agents": Phrase("客服", "agents"),
    "shops": Phrase("店铺", "shops"),
    "agents of sessions": Phrase("会话的客服", "agents of sessions"),
    "load": Phrase("接待负荷", "load"),
    "coverage": Phrase("在岗情况", "coverage"),
    "rows": Phrase("逐行判定", "rows"),
    "offenders": Phrase("问题明细", "offenders"),
    "insights": Phrase("图表数据", "insights"),
    "writing": Phrase("写出报告", "writing"),
}


def render_timings(timings: Sequence[Took], whole: float, console: Console, *, lang: str) -> None:
    """Prints a table of stages in the order in which they began, and the `whole` run in seconds."""
    seconds: dict[tuple[str, ...], float] = {}
    rows: dict[tuple[str, ...], int] = {}
    for one in timings:
        seconds[one.stages] = seconds.get(one.stages, 0.0) + (one.seconds or 0.0)
        rows[one.stages] = rows.get(one.stages, 0) + one.rows
    order = _in_order(list(seconds))
    page = Page(console)
    columns = [
        Column(
            _said("stage", lang),
            [*("  " * (len(key) - 1) + _name(key[-1], lang) for key in order), _said("all", lang)],
            shrinks=True,
        ),
        Column(_said("rows", lang), [*(f"{rows[k]:,}" if rows[k] else "" for k in order), ""], True),
        Column(
            _said("seconds", lang),
            [*(f"{seconds[key]:.2f}" for key in order), f"{whole:.2f}"],
            True,
        ),
    ]  # fmt: skip
    for number, line in enumerate(table(columns, page.width)):
        page.line((line, "plain" if number else "quiet"))


def _in_order(stages: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Each stage before those within it; a stage ends, and is told, after what it holds."""
    first: dict[tuple[str, ...], int] = {}
    for place, key in enumerate(stages):
        for depth in range(1, len(key) + 1):
            first.setdefault(key[:depth], place)
    known = set(stages)
    return [
        key
        for key in sorted(
            first, key=lambda k: [(first[k[:d]], k[:d]) for d in range(1, len(k) + 1)]
        )
        if key in known
    ]


def _said(key: str, lang: str) -> str:
    phrase = _HEADINGS[key]
    return phrase.zh if lang == "zh" else phrase.en


def _name(stage: str, lang: str) -> str:
    phrase = _STAGES.get(stage)
    if phrase is None:
        return clean(stage)
    return phrase.zh if lang == "zh" else phrase.en
