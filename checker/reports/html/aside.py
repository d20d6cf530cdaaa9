"""What else a reader asks: agents, waivers, answers, what was not judged, what is odd in the data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.figures import percent
from checker.reports.grouping import UNJUDGED, RuleGroup
from checker.reports.html.both import Both, both, short
from checker.reports.html.chart_data import agents_of
from checker.reports.people import answer, waiver
from checker.reports.words import counted, say
from checker.verdicts.insights import Insights
from checker.verdicts.model import Outcome, Result, Verdict

LISTED = 200
_NOTE = 400  # characters of a notice


@dataclass(frozen=True)
class AgentRow:
    agent: str
    shop: Both
    rows: int
    bad: int
    share: str
    width: int  # of a bar, in hundredths of the longest


@dataclass(frozen=True)
class AgentTable:
    rule: str
    title: Both
    agents: tuple[AgentRow, ...]
    count: int


@dataclass(frozen=True)
class Told:
    """A rule with something that people said or that stood in the way."""

    outcome: str
    word: Both
    title: Both
    rule: str
    scope: Both
    text: Both


@dataclass(frozen=True)
class Aside:
    waived: tuple[Told, ...]
    manual: tuple[Told, ...]
    unjudged: tuple[Told, ...]
    notices: tuple[tuple[str, str, tuple[str, ...]], ...]  # code, message, notes
    tables: tuple[tuple[str, str], ...]


def agents(insights: Insights | None, groups: Sequence[RuleGroup]) -> tuple[AgentTable, ...]:
    """Of each rule whose rows have agents, those with most bad rows."""
    titles = {g.rule: g.verdicts[0].title for g in groups}
    tables = []
    for rule, insight in agents_of(insights, titles):
        most = max(a.bad for a in insight.agents)
        rows = tuple(
            AgentRow(
                short(a.agent),
                both(
                    lambda lang, shop=a.shop.shop: (  # type: ignore[misc]
                        say("one_shop", lang) if shop is None else short(shop)
                    )
                ),
                a.rows,
                a.bad,
                percent(Fraction(a.bad, a.rows)) if a.rows else "",
                a.bad * 100 // most,
            )
            for a in insight.agents
        )
        title = both(lambda lang, r=rule: clean(titles[r].get(lang)) or clean(r))  # type: ignore[misc]
        tables.append(AgentTable(clean(rule), title, rows, insight.agent_count))
    # Where most goes wrong is where a ranking says most.
    return tuple(sorted(tables, key=lambda one: -sum(row.bad for row in one.agents)))


def aside(result: Result, groups: Sequence[RuleGroup]) -> Aside:
    verdicts = [v for g in groups for v in g.verdicts]
    waived = [_told(v, _waiver) for v in verdicts if v.outcome is Outcome.WAIVED]
    manual = [_told(v, answer) for v in verdicts if v.type == "manual"]
    return Aside(
        tuple(waived[:LISTED]),
        tuple(manual[:LISTED]),
        tuple(_unjudged(groups)),
        tuple(
            (d.code, short(d.message, _NOTE), tuple(short(note, _NOTE) for note in d.notes))
            for d in result.diagnostics[:LISTED]
        ),
        tuple((clean(name), f"{rows:,}") for name, rows in result.data.tables.items()),
    )


def _told(verdict: Verdict, tell: Callable[[Verdict, str], str]) -> Told:
    return Told(
        verdict.outcome.value,
        both(lambda lang: words.outcome(verdict.outcome, lang)),
        both(lambda lang: clean(verdict.title.get(lang)) or clean(verdict.rule)),
        clean(verdict.rule),
        both(lambda lang: _where(verdict, lang)),
        both(lambda lang: tell(verdict, lang)),
    )


def _where(verdict: Verdict, lang: str) -> str:
    text = words.scope(verdict, lang, with_platform=True)
    if verdict.period.kind == "all":
        return text
    return text + say("comma", lang) + words.period(verdict.period, lang)


def _waiver(verdict: Verdict, lang: str) -> str:
    return waiver(verdict.waiver, lang) if verdict.waiver else ""


def _unjudged(groups: Sequence[RuleGroup]) -> list[Told]:
    """Rules without a judgement, once for each reason; questions are told elsewhere."""
    found = []
    for group in groups:
        reasons: dict[tuple[Outcome, str], list[Verdict]] = {}
        for verdict in group.verdicts:
            if verdict.outcome in UNJUDGED and verdict.type != "manual":
                key = verdict.outcome, words.reason(verdict, "en")
                reasons.setdefault(key, []).append(verdict)
        found += [_open(members) for members in reasons.values()]
    return found


def _open(members: Sequence[Verdict]) -> Told:
    one = members[0]
    return Told(
        one.outcome.value,
        both(lambda lang: words.outcome(one.outcome, lang)),
        both(lambda lang: clean(one.title.get(lang)) or clean(one.rule)),
        clean(one.rule),
        both(lambda lang: counted(len(members), "verdicts", lang)),
        both(lambda lang: words.reason(one, lang)),
    )
