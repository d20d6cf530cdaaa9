"""Puts the page together: the template, the styles, the scripts and one block of data."""

from __future__ import annotations

import json
from collections.abc import Sequence

from markupsafe import Markup

from checker.reports.clean import clean
from checker.reports.grouping import RuleGroup, by_rule, worst_first
from checker.reports.html import overview as ov
from checker.reports.html.aside import agents, aside
from checker.reports.html.both import Both, both, bounded
from checker.reports.html.case_data import MOST, case_table
from checker.reports.html.chart_data import chart_data
from checker.reports.html.history_data import history_data
from checker.reports.html.matrix import matrices
from checker.reports.html.phrases import SCRIPT
from checker.reports.html.reported import own_figures
from checker.reports.html.sections import sections
from checker.reports.html.shell import filled
from checker.reports.html.texts import definitions
from checker.reports.words import outcome as outcome_word
from checker.reports.words import say
from checker.verdicts.model import Outcome, Result

_SCRIPTS = ("d3.min.js", "page.js", "charts.js", "cases.js", "timeline.js")
_SHOWN = (Outcome.FAIL, Outcome.WARN, Outcome.WAIVED)


def to_html(result: Result, *, lang: str) -> str:
    """The report as one HTML file that needs nothing else; `lang` is the language it opens in.

    Figures for charts are drawn where the result has insights.
    """
    result = bounded(result)
    groups = [g for g in by_rule(result.verdicts) if g.verdicts]
    gravest = _gravest(groups)
    numbers = {group.rule: i for i, (group, _) in enumerate(gravest, 1)}
    sources = {(p.name, key): source for p in result.packs for key, source in p.sources.items()}
    texts = definitions(result.insights, sources)
    blamed = [g for g, outcome in gravest if outcome is not Outcome.WAIVED]
    cases = case_table(blamed, result.insights)
    data = {
        "charts": {
            numbers[g.rule]: {
                **chart_data(g, result.insights),
                "history": history_data(g.rule, result.history),
            }
            for g in blamed
        },
        "cases": cases.data,
        "words": SCRIPT,
        "outcomes": {o.value: both(lambda lang, o=o: outcome_word(o, lang)) for o in Outcome},  # type: ignore[misc]
        "weekdays": [both(lambda lang, d=d: say(d, lang)) for d in _WEEKDAYS],  # type: ignore[misc]
    }
    return filled(
        "page.html.j2",
        _SCRIPTS,
        lang,
        data=Markup(_json(data)),
        overview=ov.overview(
            result, groups, [g for g in gravest if g[1] is not Outcome.WAIVED], numbers
        ),
        matrices=matrices(groups, numbers),
        sections=sections(gravest, numbers, sources, texts, result.insights),
        agents=agents(result.insights, blamed),
        own_figures=own_figures(result.verdicts),
        aside=aside(result, groups),
        definitions=list(texts.values()),
        cases=cases,
        most_cases=f"{MOST:,}",
        packs=[(both(lambda lang, p=p: clean(p.title.get(lang))), p) for p in result.packs],  # type: ignore[misc]
    )


_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def _gravest(groups: Sequence[RuleGroup]) -> list[tuple[RuleGroup, Outcome]]:
    """Every rule that fails, warns or is waived, once, under its gravest outcome."""
    found: dict[str, tuple[RuleGroup, Outcome]] = {}
    for outcome in _SHOWN:
        for group in worst_first(groups, outcome):
            found.setdefault(group.rule, (group, outcome))
    return list(found.values())


def _json(data: object) -> str:
    """JSON that cannot end the script element that it stands in."""
    text = json.dumps(_lean(data), ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text


def _lean(data: object) -> object:
    """The data with one text for both languages wherever they say the same."""
    match data:
        case Both(zh, en):
            return zh if zh == en else [zh, en]
        case dict():
            return {key: _lean(value) for key, value in data.items()}
        case list() | tuple():
            return [_lean(value) for value in data]
    return data
