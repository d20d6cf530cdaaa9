"""The history in a terminal: what is not met now, which way it goes and since when, worst first."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Console

from checker.reports import words
from checker.reports.blocks import asking
from checker.reports.clean import clean
from checker.reports.grouping import badness
from checker.reports.layout import Column, cells
from checker.reports.page import STYLES, Page
from checker.reports.sparkline import UNICODE, Signs, sparkline
from checker.reports.trend_order import by_rule, worst_first
from checker.reports.trend_words import audits, change, moment, since, standing, tell, title
from checker.reports.words import counted, say
from checker.verdicts.history import History, Trend
from checker.verdicts.model import Outcome

_SCOPES = 5  # of one rule, unless one rule is asked for
_ROWS = 12  # of a table
_WIDEST = 40  # cells of a row of bars
_STYLES = {"now_fail": ("headline_fail", "fail"), "now_warn": ("headline_warn", "warn")}
_HEADINGS = {Outcome.FAIL: "failing", Outcome.WARN: "warning"}


def render_trend(
    history: History,
    console: Console,
    *,
    lang: str,
    signs: Signs = UNICODE,
    file: str = "FILE",
    every: bool = False,
) -> None:
    """Prints the history on `console` in `lang` (zh or en); with `every` no scope is left out.

    `file` is its path as the user gave it, for the command that the report ends with.
    """
    page = Page(console)
    current = [trend for trend in history.trends if trend.current and trend.judged]
    _headline(page, history, current, lang)
    _facts(page, history, signs, lang)
    left_out = False
    told: set[str] = set()
    for outcome, heading in _HEADINGS.items():
        chosen = [t for t in current if t.verdict.outcome is outcome]
        left_out |= _blocks(page, chosen, heading, signs, lang, None if every else _SCOPES)
        told |= {t.verdict.rule for t in chosen}
    rest = [t for t in current if t.verdict.outcome not in _HEADINGS]
    recovered = [t for t in rest if t.failed]
    told |= {t.verdict.rule for t in recovered}
    quiet = [t for t in rest if not t.failed and (every or t.verdict.rule not in told)]
    for heading, chosen in (
        ("recovered", recovered),
        ("met", [t for t in quiet if t.verdict.outcome is not Outcome.INFO]),
        ("measured", [t for t in quiet if t.verdict.outcome is Outcome.INFO]),
    ):
        if every:
            _blocks(page, chosen, heading, signs, lang, None)
        else:
            _table(page, chosen, heading, signs, lang)
    judged = {t.verdict.rule for t in current}
    blank = [t for t in history.trends if t.current and t.verdict.rule not in judged]
    _unjudged(page, blank, lang)
    gone = sum(not trend.current for trend in history.trends)
    if gone:
        page.blank()
        page.paragraph(tell("gone", lang, n=f"{gone:,}"), style="quiet")
    if left_out:
        _next(page, current, file, lang)


def _headline(page: Page, history: History, current: Sequence[Trend], lang: str) -> None:
    outcomes: dict[str, set[Outcome]] = {}
    for trend in current:
        outcomes.setdefault(trend.verdict.rule, set()).add(trend.verdict.outcome)
    judged = {rule for rule, found in outcomes.items() if found != {Outcome.INFO}}
    failed = sum(Outcome.FAIL in found for found in outcomes.values())
    warned = sum(Outcome.WARN in found for found in outcomes.values())
    total = counted(len(judged), "rules", lang)
    if failed:
        key, text = "now_fail", tell("now_fail", lang, failed=failed, total=total)
    elif warned:
        rules = counted(warned, "rules", lang)
        key, text = "now_warn", tell("now_warn", lang, rules=rules)
    elif judged:
        key, text = "now_met", tell("now_met", lang, total=total)
    else:
        key, text = "now_none", tell("now_none", lang)
    better, worse = (sum(t.direction == way for t in current) for way in ("better", "worse"))
    if better or worse:
        numbers = {"all": len(current), "better": better, "worse": worse}
        text += tell("moves", lang, **{name: f"{n:,}" for name, n in numbers.items()})
    default = ("headline_pass", "pass") if judged else ("headline_none", "warn")
    word, style = _STYLES.get(key, default)
    page.paragraph(text, lead=say(word, lang) + "  ", lead_style=style, hang=2, style="title")


def _facts(page: Page, history: History, signs: Signs, lang: str) -> None:
    told = []
    dated = [run for run in history.runs if run.as_of is not None]
    if dated:
        latest = max(dated, key=lambda run: run.as_of or 0)
        at = words.instant(latest.as_of or 0, latest.timezone)
        text = tell("audits", lang, audits=audits(len(history.runs), lang), at=at)
    else:
        text = audits(len(history.runs), lang)
    told.append(("history", text))
    places = sorted(point.place[:10] for trend in history.trends for point in trend.points)
    if places:
        told.append(("periods", say("dates", lang, first=places[0], last=places[-1])))
    if history.replaced:
        told.append(("replaced", tell("replaced_text", lang, n=f"{history.replaced:,}")))
    marks = {"edge": signs.edge, "fail": signs.fail, "warn": signs.warn, "met": signs.met}
    told.append(("how", tell("how_text", lang, **marks)))
    page.blank()
    hang = max(cells(tell(key, lang)) for key, _ in told) + 2
    for key, text in told:
        lead = tell(key, lang)
        lead += " " * (hang - cells(lead))
        page.paragraph(text, indent=2, hang=hang, lead=lead, lead_style="quiet")


def _blocks(
    page: Page, trends: list[Trend], heading: str, signs: Signs, lang: str, most: int | None
) -> bool:
    """Each rule with its scopes, at most so many; whether some were left out."""
    rules = by_rule(trends)
    if rules:
        page.heading(tell(heading, lang))
    for scopes in rules.values():
        _block(page, scopes, signs, lang, most)
    return most is not None and any(len(scopes) > most for scopes in rules.values())


def _block(page: Page, trends: list[Trend], signs: Signs, lang: str, most: int | None) -> None:
    worst = trends[0].verdict
    page.blank()
    lead = words.outcome(worst.outcome, lang)
    lead = (lead if lang == "zh" else lead.upper()) + "  "
    name = f"{clean(title(worst, lang))}  ({clean(worst.rule)})"
    if worst.outcome is Outcome.FAIL and worst.severity != "error":
        name += say("severity_warning", lang)
    style = worst.outcome.value if worst.outcome.value in STYLES else "plain"
    page.paragraph(name, lead=lead, lead_style=style, hang=cells(lead), style="title")
    if demands := asking(worst, lang):
        page.paragraph(demands, indent=2, hang=2)
    several = len(_platforms(trends)) > 1
    for trend in trends[:most]:
        scope = words.scope(trend.verdict, lang, with_platform=several) + say("colon", lang)
        page.paragraph(scope + standing(trend, lang), indent=2, hang=4)
        _bars(page, trend, signs)
        if text := since(trend, lang):
            page.paragraph(text, indent=6)
    left = len(trends) - len(trends[:most])
    if left:
        page.paragraph(tell("more", lang, n=f"{left:,}"), indent=2)


def _bars(page: Page, trend: Trend, signs: Signs) -> None:
    if len(trend.points) < 2:
        return
    width = min(page.width - 8, _WIDEST + max(0, page.width - 60))
    drawn = sparkline([point.verdict for point in trend.points], width, signs)
    indent = (" " * 6, "plain")
    if any(text.strip() for text, _ in drawn.bars):
        page.line(indent, *drawn.bars, *([(f" {drawn.bound}", "plain")] if drawn.bound else []))
    if any(text.strip() for text, _ in drawn.marks):
        page.line(indent, *drawn.marks)


def _table(page: Page, trends: list[Trend], heading: str, signs: Signs, lang: str) -> None:
    """A line for each scope that recovered; else for each rule, with the scope that is closest to fail."""
    back = heading == "recovered"
    chosen = sorted(trends, key=lambda t: (t.verdict.severity != "error", badness(t.verdict)[1]))
    if not back:
        chosen = list({t.verdict.rule: t for t in reversed(chosen)}.values())[::-1]
    if not chosen:
        return
    page.heading(tell(heading, lang))
    shown = chosen[:_ROWS]
    width = max(8, min(_WIDEST, page.width - 68))
    several = any(len(_platforms(same)) > 1 for same in by_rule(trends).values())
    scopes = [words.scope(t.verdict, lang, with_platform=several) for t in shown]
    lines = [sparkline([p.verdict for p in t.points], width, signs).text for t in shown]
    failed = [moment(t.last_failed, lang) if back and t.last_failed else "" for t in shown]
    columns = [
        Column(say("rule", lang), [clean(title(t.verdict, lang)) for t in shown], shrinks=True),
        Column(say("scope_heading", lang), scopes, shrinks=True),
        Column(tell("trend", lang), lines),
        Column(tell("latest", lang), [words.value(t.verdict, lang) for t in shown], right=True),
        Column(tell("change", lang), [change(t, lang, brief=True) for t in shown], right=True),
        Column(tell("last_failed", lang), failed),
    ]
    page.table(columns, indent=2)
    if len(chosen) > len(shown):
        page.paragraph(tell("more", lang, n=f"{len(chosen) - len(shown):,}"), indent=2)


def _platforms(trends: Sequence[Trend]) -> set[str | None]:
    return {trend.verdict.scope.get("platform") for trend in trends}


def _unjudged(page: Page, trends: Sequence[Trend], lang: str) -> None:
    rules: dict[tuple[str, Outcome], Trend] = {}
    for trend in trends:
        rules.setdefault((trend.verdict.rule, trend.verdict.outcome), trend)
    if not rules:
        return
    page.heading(tell("unjudged", lang))
    for trend in rules.values():
        outcome = words.outcome(trend.verdict.outcome, lang)
        name = f"{clean(title(trend.verdict, lang))}  ({clean(trend.verdict.rule)})"
        page.paragraph(name + say("colon", lang) + outcome, indent=2, hang=4)


def _next(page: Page, current: Sequence[Trend], file: str, lang: str) -> None:
    worst = worst_first(current)[0].verdict.rule
    shown = file if clean(file) == file and cells(file) < page.width - 16 else "FILE"
    page.heading(tell("next", lang))
    page.line((f"  checker trend {shown} --rule {worst}", "plain"))
