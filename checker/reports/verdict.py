"""One verdict in a terminal: the figure, the rule as it stood, and where its rows are lost."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from rich.console import Console

from checker.reports import words
from checker.reports.blocks import asking
from checker.reports.clean import clean
from checker.reports.definition import clock_lines, measure_lines
from checker.reports.figures import duration, percent
from checker.reports.funnel_words import condition_text, step_name
from checker.reports.layout import Column, cells, pad
from checker.reports.page import Page
from checker.reports.people import answer, waiver
from checker.reports.phrases import Phrase
from checker.reports.tables import cases_table, more
from checker.verdicts.explain_verdict import Funnel, VerdictReading
from checker.verdicts.insights import Stage
from checker.verdicts.model import Outcome, Verdict

_BAR = 24  # cells of all rows
_STYLES = {Outcome.FAIL: "fail", Outcome.WARN: "warn", Outcome.PASS: "pass"}

_SAID: Mapping[str, Phrase] = {
    "on": Phrase("{scope}，{period}", "{scope}, {period}"),
    "rule": Phrase("规则写法", "THE RULE"),
    "funnel": Phrase("从全部到合格", "FROM ALL ROWS TO GOOD ONES"),
    "counted": Phrase("从全部到计入", "FROM ALL ROWS TO THOSE COUNTED"),
    "part": Phrase("{title}（分项 {part}）", "{title} (PART {part})"),
    "limit": Phrase("限时 {limit}", "limit {limit}"),
    "step": Phrase("环节", "step"),
    "rows": Phrase("数量", "rows"),
    "lost": Phrase("减少", "lost"),
    "share": Phrase("占上一环节", "of step before"),
    "condition": Phrase("条件", "condition"),
    "blamed": Phrase("应负责的个案", "WHAT IS TO BLAME"),
    "no_reported": Phrase(
        "判定依据是平台公布值，数据中没有可逐步统计的行。",
        "Judged on the platform's own figure: the data have no rows to count.",
    ),
    "no_manual": Phrase(
        "这是人工项目，由人回答，没有可统计的行。",
        "A person answers this: there are no rows to count.",
    ),
    "no_rows": Phrase("没有可逐步统计的行。", "There are no rows to count."),
    "next": Phrase("下一步：查看其中一通会话", "NEXT: see one of these sessions"),
}


def render_verdict(
    reading: VerdictReading,
    console: Console,
    *,
    lang: str,
    offenders: int = 5,
    data: str = "DATA",
) -> None:
    """Prints the verdict on `console` in `lang` (zh or en), with that many offenders."""
    page = Page(console)
    verdict = reading.verdict
    _head(page, verdict, lang)
    page.heading(_say("rule", lang))
    _rule(page, reading, lang)
    for funnel in reading.funnels:
        _funnel(page, funnel, lang)
    if not reading.funnels:
        page.blank()
        page.paragraph(_say(_why_none(verdict), lang), indent=2)
    if verdict.offenders and offenders > 0:
        _blamed(page, verdict, offenders, lang)
        _next(page, verdict, data, lang)


def _say(key: str, lang: str, **parts: object) -> str:
    phrase = _SAID[key]
    return (phrase.zh if lang == "zh" else phrase.en).format(**parts)


def _head(page: Page, verdict: Verdict, lang: str) -> None:
    title = clean(verdict.title.get(lang)) or clean(verdict.rule)
    page.paragraph(f"{title}  ({clean(verdict.rule)})", style="title", hang=2)
    where = words.scope(verdict, lang, with_platform=True)
    when = words.period(verdict.period, lang)
    page.paragraph(_say("on", lang, scope=where, period=when), indent=2, hang=2)
    word = words.outcome(verdict.outcome, lang)
    text = words.value_against(verdict, lang)
    if verdict.attestation is not None:
        text = answer(verdict, lang)
    elif verdict.outcome in (Outcome.NO_DATA, Outcome.NOT_EVALUATED, Outcome.MANUAL):
        text = words.reason(verdict, lang)
    page.paragraph(
        text,
        indent=2,
        hang=2,
        lead=word + words.say("colon", lang),
        lead_style=_STYLES.get(verdict.outcome, "plain"),
    )
    if verdict.waiver is not None:
        page.paragraph(waiver(verdict.waiver, lang), indent=2, hang=2)
    told = words.gap(verdict, lang)
    if told and verdict.value is not None:
        page.paragraph(told, indent=2, hang=2)
    asked = asking(verdict, lang)
    if asked:
        page.paragraph(asked, indent=2, hang=2, style="quiet")


def _rule(page: Page, reading: VerdictReading, lang: str) -> None:
    lines = measure_lines(reading.revision.measure, lang)
    if reading.clock is not None:
        lines.append(f"clock {clean(reading.clock.name)}:")
        lines += [f"  {line}" for line in clock_lines(reading.clock)]
    for line in lines:
        inset = len(line) - len(line.lstrip())
        page.paragraph(line.lstrip(), indent=2 + inset, hang=2)


def _funnel(page: Page, funnel: Funnel, lang: str) -> None:
    title = _say("funnel" if funnel.judges else "counted", lang)
    if funnel.part is not None:
        title = _say("part", lang, title=title, part=clean(funnel.part))
    if funnel.limit is not None:
        limit = duration(Fraction(funnel.limit), lang, short=True)
        title += words.say("comma", lang) + _say("limit", lang, limit=limit)
    page.heading(title)
    stages = funnel.stages

    def name(stage: Stage) -> str:
        return step_name(stage, funnel.fact, lang, timed=funnel.limit is not None)

    before = (None, *stages)
    columns = (
        Column(_say("step", lang), [name(s) for s in stages], shrinks=True),
        Column(_say("rows", lang), [f"{s.rows:,}" for s in stages], right=True),
        Column(" ", [_bar(s.rows, stages[0].rows) for s in stages], shrinks=True, least=4),
        Column(
            _say("lost", lang),
            [
                "" if b is None or b.rows == s.rows else f"-{b.rows - s.rows:,}"
                for b, s in zip(before, stages, strict=False)
            ],
            right=True,
        ),
        Column(
            _say("share", lang),
            [
                "" if b is None or not b.rows else percent(Fraction(s.rows, b.rows))
                for b, s in zip(before, stages, strict=False)
            ],
            right=True,
        ),
    )
    page.table(columns, indent=2)
    # A step whose name is its condition says all.
    told = [(name(s), condition_text(s)) for s in stages if s.conditions and s.key != "where"]
    if told:
        page.blank()
    room = max((cells(step) for step, _ in told), default=0) + 2
    for step, text in told:
        page.paragraph(text, indent=2, hang=room, lead=pad(step, room), lead_style="quiet")


def _bar(rows: int, among: int) -> str:
    """At least one cell for any row."""
    return "█" * max(1, round(Fraction(_BAR * rows, among))) if rows and among else ""


def _why_none(verdict: Verdict) -> str:
    if verdict.type == "manual":
        return "no_manual"
    return "no_reported" if verdict.basis == "reported" else "no_rows"


def _blamed(page: Page, verdict: Verdict, limit: int, lang: str) -> None:
    page.heading(_say("blamed", lang))
    shown = verdict.offenders[:limit]
    cases_table(page, [(o, verdict.timezone) for o in shown], lang)
    more(page, verdict.offender_count - len(shown), "cases", lang, indent=4)


def _next(page: Page, verdict: Verdict, data: str, lang: str) -> None:
    """The command that shows the first session to blame whose name can be typed."""
    found = next((o.session_id for o in verdict.offenders if page.can_type(o.session_id)), None)
    if found is not None:
        page.heading(_say("next", lang))
        where = data if page.can_type(data) else "DATA"
        page.command(["checker", "explain", where, found, "--rule", verdict.rule])
