"""What every report says first: the headline, what was audited, the verdicts by shop, the baseline."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.grouping import JUDGED, UNJUDGED, RuleGroup, ScopeGroup
from checker.reports.words import counted, say
from checker.verdicts.model import Outcome, Result, Verdict


def headline(
    groups: Sequence[RuleGroup], failing: Sequence[RuleGroup], lang: str
) -> tuple[str, str]:
    """The key of its first word (headline_fail, _warn, _pass or _none), and the sentence."""
    grave = [g for g in failing if any(_fails_gravely(v) for v in g.verdicts)]
    judged = [g for g in groups if any(v.outcome in JUDGED for v in g.verdicts)]
    open_ = [g for g in groups if any(v.outcome in UNJUDGED for v in g.verdicts)]
    short = [g for g in groups if any(v.outcome is Outcome.WARN for v in g.verdicts)]
    total = counted(len(groups), "rules", lang)
    if grave:
        word = "headline_fail"
        text = say("failed_rules", lang, total=total, failed=f"{len(failing):,}")
    elif not judged:
        word, text = "headline_none", say("nothing_judged", lang)
    else:
        word = "headline_pass"
        text = say("all_met", lang, total=counted(len(judged), "rules", lang))
        if failing:
            text = say("only_warnings", lang, failed=f"{len(failing):,}")
        elif short:
            text = say("short_of_aim", lang, rules=counted(len(short), "rules", lang))
        if failing or short:
            word = "headline_warn"
    waived = [g for g in groups if any(v.outcome is Outcome.WAIVED for v in g.verdicts)]
    if waived:
        text += say("and_waived", lang, rules=counted(len(waived), "rules", lang))
    if open_ and judged:
        text += say("and_unjudged", lang, rules=counted(len(open_), "rules", lang))
    return word, text


def _fails_gravely(verdict: Verdict) -> bool:
    return verdict.outcome is Outcome.FAIL and verdict.severity == "error"


def facts(result: Result, lang: str) -> list[tuple[str, str]]:
    """What was audited, as keys of phrases with texts: data, packs, verdicts by outcome, baseline."""
    tables = [counted(rows, name, lang) for name, rows in result.data.tables.items()]
    zone = next((p.timezone for p in result.packs), "UTC")
    if result.data.first is not None and result.data.last is not None:
        first, last = (words.instant(t, zone)[:10] for t in (result.data.first, result.data.last))
        tables.append(say("dates", lang, first=first, last=last))
    found = [("data", say("comma", lang).join(tables))]
    for pack in result.packs:
        title = clean(pack.title.get(lang)) or clean(pack.name)
        if pack.as_of is not None:
            at = words.instant(pack.as_of, pack.timezone)
            title += say("comma", lang) + say("as_of", lang, at=at, zone=pack.timezone)
        found.append(("rules", title))
    numbers = [f"{n:,} {words.outcome(o, lang)}" for o, n in result.counts.items() if n]
    found.append(("verdicts", say("and", lang).join(numbers)))
    if result.baseline is not None:
        counts = result.baseline
        marks = [("new", counts.new), ("still", counts.still), ("repaired", counts.repaired)]
        marks += [("gone", counts.gone)] * bool(counts.gone)
        text = say("comma", lang).join(say(f"baseline_{k}", lang, n=f"{n:,}") for k, n in marks)
        found.append(("baseline", text))
    if result.diagnostics:
        found.append(("problems", counted(len(result.diagnostics), "problems", lang)))
    return found


def by_shop(verdicts: Sequence[Verdict], lang: str) -> Mapping[tuple[str, str], Counter[Outcome]]:
    """Numbers of verdicts by platform and shop, as they are printed; shops with most failures first."""
    tally: dict[tuple[str, str], Counter[Outcome]] = {}
    for verdict in verdicts:
        if not verdict.added:
            tally.setdefault(_shop(verdict, lang), Counter())[verdict.outcome] += 1
    keys = sorted(tally, key=lambda k: (-tally[k][Outcome.FAIL], -tally[k][Outcome.WARN], k))
    return {key: tally[key] for key in keys}


def _shop(verdict: Verdict, lang: str) -> tuple[str, str]:
    platform = words.scope_value("platform", verdict.scope.get("platform"), lang)
    if "shop" not in verdict.scope:
        return platform, say("whole_platform", lang)
    shop = verdict.scope["shop"]
    return platform, say("one_shop", lang) if shop is None else clean(shop)


def periods(found: ScopeGroup, lang: str) -> str:
    """The worst period, and of how many it is the worst: `2026-10-16 (7/9 days)`."""
    text = words.period(found.worst.period, lang)
    if found.judged <= 1:
        return text
    unit = words.unit(found.worst.period.kind, found.judged, lang)
    return f"{text} ({len(found.verdicts):,}/{found.judged:,} {unit})"


def beside_baseline(verdicts: Collection[Verdict], lang: str) -> str:
    """`new`, `still failing`, of several verdicts with their numbers; "" where there is no baseline."""
    marks = Counter(v.baseline for v in verdicts if v.baseline)
    told = [key for key in ("new", "still", "repaired") if marks[key]]
    if len(told) == 1 and marks[told[0]] == len(verdicts):
        return say(f"mark_{told[0]}", lang)
    return say("comma", lang).join(f"{marks[key]:,} {say(f'mark_{key}', lang)}" for key in told)
