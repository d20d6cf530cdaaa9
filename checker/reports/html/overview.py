"""The first screen: do we pass, where not, what to do first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from checker.reports import words
from checker.reports.blocks import what_happened
from checker.reports.clean import clean
from checker.reports.grouping import JUDGED, UNJUDGED, RuleGroup, ScopeGroup
from checker.reports.html.both import Both, both
from checker.reports.summary import by_shop, facts, headline
from checker.reports.words import say
from checker.verdicts.model import Outcome, Result

SHOPS = 10
ACTIONS = 3
_GRAVE = (Outcome.FAIL, Outcome.WARN)
_ORDER = (*_GRAVE, *(o for o in Outcome if o not in _GRAVE))


@dataclass(frozen=True)
class Tile:
    number: int
    label: str  # key of a phrase
    style: str


@dataclass(frozen=True)
class ShopRow:
    """A shop's verdicts; `parts` are (outcome, number) without zeros, for a bar and as words."""

    platform: str
    shop: Both
    parts: tuple[tuple[str, int], ...]
    total: int


@dataclass(frozen=True)
class Action:
    number: int  # of the rule's section
    outcome: str
    title: Both
    place: Both
    gap: Both
    advice: Both


@dataclass(frozen=True)
class Overview:
    style: str  # fail | warn | pass | none
    word: Both
    sentence: Both
    about: Both  # dates and platforms
    facts: tuple[tuple[Both, Both], ...]
    tiles: tuple[Tile, ...]
    shops: tuple[ShopRow, ...]
    more_shops: int
    actions: tuple[Action, ...]


def overview(
    result: Result,
    groups: Sequence[RuleGroup],
    gravest: Sequence[tuple[RuleGroup, Outcome]],
    numbers: Mapping[str, int],
) -> Overview:
    """`gravest` are failing and then warning rules, the worst first; `numbers` their sections."""
    failing = [group for group, outcome in gravest if outcome is Outcome.FAIL]
    style = headline(groups, failing, "en")[0].removeprefix("headline_")
    told = [facts(result, lang) for lang in ("zh", "en")]
    shops = _shops(result)
    return Overview(
        style,
        both(lambda lang: say(f"headline_{style}", lang)),
        both(lambda lang: headline(groups, failing, lang)[1]),
        both(lambda lang: _about(result, lang)),
        tuple(
            (Both(say(key, "zh"), say(key, "en")), Both(zh, en))
            for (key, zh), (_, en) in zip(*told, strict=True)
        ),
        _tiles(groups),
        tuple(shops[:SHOPS]),
        max(0, len(shops) - SHOPS),
        tuple(_action(*one, numbers) for one in gravest[:ACTIONS]),
    )


def _about(result: Result, lang: str) -> str:
    parts = []
    zone = next((p.timezone for p in result.packs), "UTC")
    if result.data.first is not None and result.data.last is not None:
        first, last = (words.instant(t, zone)[:10] for t in (result.data.first, result.data.last))
        parts.append(say("dates", lang, first=first, last=last))
    parts += [clean(p.title.get(lang)) or clean(p.name) for p in result.packs]
    return " | ".join(parts)


def _tiles(groups: Sequence[RuleGroup]) -> tuple[Tile, ...]:
    """Rules by their gravest outcome."""
    found = dict.fromkeys(("failed", "warned", "met", "open"), 0)
    for group in groups:
        outcomes = {verdict.outcome for verdict in group.verdicts}
        if Outcome.FAIL in outcomes:
            found["failed"] += 1
        elif Outcome.WARN in outcomes:
            found["warned"] += 1
        elif outcomes and outcomes <= JUDGED:
            found["met"] += Outcome.PASS in outcomes
        if outcomes & set(UNJUDGED):
            found["open"] += 1
    styles = {"failed": "fail", "warned": "warn", "met": "pass", "open": "open"}
    return tuple(Tile(number, f"rules_{key}", styles[key]) for key, number in found.items())


def _shops(result: Result) -> list[ShopRow]:
    """The shops where anything fails or warns."""
    zh, en = (by_shop(result.verdicts, lang) for lang in ("zh", "en"))
    rows = []
    for (platform, name_zh), (_, name_en) in zip(zh, en, strict=True):
        counts = zh[platform, name_zh]
        parts = tuple((o.value, counts[o]) for o in _ORDER if counts[o])
        if any(counts[o] for o in _GRAVE):
            rows.append(ShopRow(platform, Both(name_zh, name_en), parts, counts.total()))
    return rows


def _action(group: RuleGroup, outcome: Outcome, numbers: Mapping[str, int]) -> Action:
    found = group.having({outcome})[0]
    worst, advice = found.worst, found.worst.advice
    return Action(
        numbers[group.rule],
        outcome.value,
        both(lambda lang: clean(worst.title.get(lang)) or clean(group.rule)),
        both(lambda lang: place(found, lang)),
        both(lambda lang: _happened(found, outcome, lang)),
        both(lambda lang: clean(advice.get(lang)) if advice else ""),
    )


def _happened(found: ScopeGroup, outcome: Outcome, lang: str) -> str:
    """How often, how badly and how far off: `fails on 3 of 14 days, worst 2026-10-05: 0% (≥ 80%)`."""
    text, gap = what_happened(found, outcome, lang), words.gap(found.worst, lang)
    return text + (say("semicolon", lang) + gap if gap else "")


def place(found: ScopeGroup, lang: str) -> str:
    """`douyin, shop s1`, and the period where there is but one."""
    worst = found.worst
    text = words.scope(worst, lang, with_platform=True)
    if found.judged > 1 or worst.period.kind == "all":
        return text
    return text + say("comma", lang) + words.period(worst.period, lang)
