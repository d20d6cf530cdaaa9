"""The matrix platform × rule × shop: in each cell the worst verdict and how often it is so."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.grouping import UNJUDGED, RuleGroup, badness_in_rule
from checker.reports.html.both import Both, both
from checker.reports.words import say
from checker.verdicts.checklist import WORST_FIRST
from checker.verdicts.model import Outcome, Verdict

SHOPS = 24  # columns of one platform
WHOLE = "\0"  # the column of verdicts without a shop


@dataclass(frozen=True)
class Cell:
    outcome: str
    word: Both
    value: Both
    often: str  # `5/14`; "" for one verdict
    rest: Both  # what the others are, where this one could not be judged
    where: Both  # of the verdict shown


@dataclass(frozen=True)
class Row:
    rule: str
    number: int | None  # of the rule's section, where it has one
    title: Both
    asked: Both
    outcome: str
    cells: tuple[Cell | None, ...]  # one per shop; a single one where it is about all of them


@dataclass(frozen=True)
class PlatformMatrix:
    platform: str
    shops: tuple[Both, ...]
    rows: tuple[Row, ...]
    total_shops: int


def matrices(groups: Sequence[RuleGroup], numbers: Mapping[str, int]) -> tuple[PlatformMatrix, ...]:
    platforms: dict[str, list[tuple[str, list[Verdict]]]] = {}
    for group in groups:
        mine: dict[str, list[Verdict]] = {}
        for verdict in group.verdicts:
            mine.setdefault(verdict.scope.get("platform") or "", []).append(verdict)
        for platform, verdicts in mine.items():
            platforms.setdefault(platform, []).append((group.rule, verdicts))
    return tuple(_matrix(p, rules, numbers) for p, rules in sorted(platforms.items()))


def _column(verdict: Verdict) -> str:
    return (verdict.scope["shop"] or "") if "shop" in verdict.scope else WHOLE


def _matrix(
    platform: str, rules: Sequence[tuple[str, list[Verdict]]], numbers: Mapping[str, int]
) -> PlatformMatrix:
    fails: Counter[str] = Counter()
    warns: Counter[str] = Counter()
    for _, verdicts in rules:
        for verdict in verdicts:
            fails[_column(verdict)] += verdict.outcome is Outcome.FAIL
            warns[_column(verdict)] += verdict.outcome is Outcome.WARN
    every = sorted(fails, key=lambda c: (c == WHOLE, -fails[c], -warns[c], c))
    shops = [c for c in every if c != WHOLE]
    shown = shops[:SHOPS]
    if not shown or any(_mixed(verdicts) for _, verdicts in rules):
        shown = [*shown, WHOLE]
    rows = tuple(_row(rule, verdicts, shown, numbers) for rule, verdicts in rules)
    return PlatformMatrix(clean(platform), tuple(map(_heading, shown)), rows, len(shops))


def _mixed(verdicts: Sequence[Verdict]) -> bool:
    """Some of them are about a shop and some about the platform."""
    return len({_column(v) == WHOLE for v in verdicts}) > 1


def _heading(column: str) -> Both:
    if column == WHOLE:
        return both(lambda lang: say("whole_platform", lang))
    return both(lambda lang: clean(column) or say("one_shop", lang))


def _row(
    rule: str, verdicts: Sequence[Verdict], shown: Sequence[str], numbers: Mapping[str, int]
) -> Row:
    by_column: dict[str, list[Verdict]] = {}
    for verdict in verdicts:
        by_column.setdefault(_column(verdict), []).append(verdict)
    first = verdicts[0]
    return Row(
        rule,
        numbers.get(rule),
        both(lambda lang: clean(first.title.get(lang)) or clean(rule)),
        both(lambda lang: words.required(first, lang) or words.aimed(first, lang)),
        _worst(verdicts).value,
        (_cell(by_column[WHOLE]),)
        if by_column.keys() == {WHOLE}
        else tuple(_cell(by_column[c]) if c in by_column else None for c in shown),
    )


def _worst(verdicts: Sequence[Verdict]) -> Outcome:
    found = {verdict.outcome for verdict in verdicts}
    return next(outcome for outcome in WORST_FIRST if outcome in found)


def _cell(verdicts: Sequence[Verdict]) -> Cell:
    outcome = _worst(verdicts)
    hits = [v for v in verdicts if v.outcome is outcome]
    # Of what passes, the nearest to missing has the smallest distance.
    choose = min if outcome is Outcome.PASS else max
    one = choose(hits, key=badness_in_rule)
    return Cell(
        outcome.value,
        both(lambda lang: words.outcome(outcome, lang)),
        both(lambda lang: words.value(one, lang) if one.value is not None else ""),
        f"{len(hits):,}/{len(verdicts):,}" if len(verdicts) > 1 else "",
        both(lambda lang: _rest(outcome, verdicts, lang)),
        both(lambda lang: words.scope(one, lang) + say("comma", lang) + words.when(one, lang)),
    )


def _rest(outcome: Outcome, verdicts: Sequence[Verdict], lang: str) -> str:
    if outcome not in UNJUDGED:
        return ""
    others = Counter(v.outcome for v in verdicts if v.outcome is not outcome)
    return ", ".join(f"{others[o]:,} {words.outcome(o, lang)}" for o in WORST_FIRST if others[o])
