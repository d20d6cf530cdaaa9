"""The steps of a funnel in words, for the terminal and for the page."""

from __future__ import annotations

from collections.abc import Mapping

from checker.reports.clean import clean
from checker.reports.phrases import NOUNS, Phrase
from checker.verdicts.insights import Stage

STEPS: Mapping[str, Phrase] = {
    "all": Phrase("全部{noun}", "all {noun}"),
    "in_window": Phrase("在考核时段内", "in the window"),
    "where": Phrase("且 {condition}", "and {condition}"),
    "eligible": Phrase("计入考核", "eligible"),
    "one_each": Phrase("每组保留一条", "one of each kept"),
    "settled": Phrase("已到判定时间", "due by now"),
    "answered": Phrase("已回复", "answered"),
    "good": Phrase("合格", "as required"),
    "good_in_time": Phrase("按时", "in time"),
}


def step_name(stage: Stage, fact: str, lang: str, *, timed: bool) -> str:
    """`all sessions`, `in the window`, `in time`; `timed`: the rule lets a wait pass up to a limit."""
    phrase = STEPS["good_in_time" if stage.key == "good" and timed else stage.key]
    noun = NOUNS.get(fact) or NOUNS["rows"]
    condition = condition_text(stage)
    if lang == "zh":
        return phrase.zh.format(noun=noun.zh, condition=condition)
    return phrase.en.format(noun=noun.many, condition=condition)


def condition_text(stage: Stage) -> str:
    """What a row has to fulfil at this step, as the rule says it."""
    return " and ".join(map(clean, stage.conditions))
