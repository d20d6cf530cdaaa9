"""The audit as Markdown: for a pull request, the summary of a build, a wiki page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from checker.packs.model import Source
from checker.reports import words
from checker.reports.grouping import UNJUDGED, RuleGroup, blamed, by_rule, worst_first
from checker.reports.markup import code, table, text
from checker.reports.phrases import Phrase
from checker.reports.reported import (
    apart,
    computed,
    explained,
    platforms_own,
    reported_period,
    reported_verdicts,
)
from checker.reports.summary import beside_baseline, by_shop, facts, headline, periods
from checker.reports.words import counted, say
from checker.verdicts.model import Outcome, Result, Verdict

SHOPS = 20
SCOPES = 5  # of one rule
CASES = 5
_MARK = {Outcome.FAIL: "❌", Outcome.WARN: "⚠️"}

_SAID: Mapping[str, Phrase] = {
    "by_shop": Phrase("各店铺结果（判定次数）", "By shop (number of verdicts)"),
    "not_met": Phrase("不达标的规则", "Rules not met"),
    "warned": Phrase("预警", "Warnings"),
    "worst": Phrase("最严重的个案", "Worst cases"),
    "repaired": Phrase("已改善", "Repaired"),
    "unjudged": Phrase("未能判定", "Not judged"),
    "reported": Phrase("平台公布的数值", "The platform's own figures"),
    "why": Phrase("差异原因", "why they differ"),
    "gap": Phrase("差距", "gap"),
    "baseline": Phrase("对比上次", "baseline"),
    "rules": Phrase("条规则", "rules"),
    "reason": Phrase("原因", "reason"),
    "result": Phrase("结果", "outcome"),
}


def _said(key: str, lang: str) -> str:
    return _SAID[key].zh if lang == "zh" else _SAID[key].en


def to_markdown(result: Result, *, lang: str) -> str:
    """A page in GitHub's Markdown, bounded whatever the size of the audit."""
    groups = by_rule(result.verdicts)
    failing = worst_first(groups, Outcome.FAIL)
    sources = {(p.name, key): source for p in result.packs for key, source in p.sources.items()}
    parts = [
        _headline(groups, failing, lang),
        _facts(result, lang),
        *_matrix(result.verdicts, lang),
        *_rules(failing, Outcome.FAIL, sources, lang),
        *_cases(failing, lang),
        *_rules(worst_first(groups, Outcome.WARN), Outcome.WARN, sources, lang),
        *_repaired(result.verdicts, lang),
        *_unjudged(groups, lang),
        *_reported(result.verdicts, lang),
    ]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _headline(groups: Sequence[RuleGroup], failing: Sequence[RuleGroup], lang: str) -> str:
    word, sentence = headline(groups, failing, lang)
    mark = {"headline_fail": "❌", "headline_pass": "✅"}.get(word, "⚠️")
    return f"# {mark} {say(word, lang)}{say('colon', lang)}{text(sentence)}\n"


def _facts(result: Result, lang: str) -> str:
    colon = say("colon", lang)
    lines = [f"- {say(key, lang)}{colon}{text(said, 400)}" for key, said in facts(result, lang)]
    return "\n".join(lines) + "\n"


def _matrix(verdicts: Sequence[Verdict], lang: str) -> Iterator[str]:
    tally = by_shop(verdicts, lang)
    if not tally:
        return
    yield f"## {_said('by_shop', lang)}\n"
    used = [o for o in Outcome if any(counts[o] for counts in tally.values())]
    headings = [say("platform", lang), say("shop", lang), *(words.outcome(o, lang) for o in used)]
    rows = [
        [text(key[0]), text(key[1]), *(f"{counts[o]:,}" for o in used)]
        for key, counts in list(tally.items())[:SHOPS]
    ]
    yield table(headings, rows, right=range(2, len(headings)))
    yield from _more(len(tally) - SHOPS, "shops", lang)


def _rules(
    groups: Sequence[RuleGroup],
    outcome: Outcome,
    sources: Mapping[tuple[str, str], Source],
    lang: str,
) -> Iterator[str]:
    if groups:
        yield f"## {_said('not_met' if outcome is Outcome.FAIL else 'warned', lang)}\n"
    for group in groups:
        scopes = group.having({outcome})
        worst = scopes[0].worst
        yield f"### {_MARK[outcome]} {text(worst.title.get(lang))} ({code(group.rule)})\n"
        several = any(v.baseline for v in group.verdicts)
        headings = [say(key, lang) for key in ("scope_heading", "period", "value", "requirement")]
        headings += [_said("gap", lang), *([_said("baseline", lang)] if several else [])]
        rows = []
        for found in scopes[:SCOPES]:
            v = found.worst
            asked = words.aimed if outcome is Outcome.WARN else words.required
            row = [
                text(words.scope(v, lang, with_platform=True)),
                text(periods(found, lang)),
                text(words.value_with_basis(v, lang)),
                text(asked(v, lang)),
                text(words.gap(v, lang)),
            ]
            rows.append(row + ([text(beside_baseline(found.verdicts, lang))] if several else []))
        yield table(headings, rows)
        yield from _more(len(scopes) - SCOPES, "groups", lang)
        if worst.advice and (advice := worst.advice.get(lang)):
            yield f"{say('advice', lang)}{text(advice, 2000)}\n"
        if worst.source:
            cited = sources.get((worst.pack, worst.source))
            yield f"{say('source', lang)}{text(words.source(cited, lang) if cited else worst.source, 400)}\n"


def _cases(groups: Sequence[RuleGroup], lang: str) -> Iterator[str]:
    rows = [
        [
            text(group.verdicts[0].title.get(lang)),
            text(o.shop_id or ""),
            text(o.session_id or ""),
            "" if o.turn is None else str(o.turn),
            text(o.agent_id or ""),
            "" if o.at is None else text(words.instant(o.at, zone)),
            text(words.wait(o, lang)),
        ]
        for group in groups
        for o, zone in blamed(group)[:CASES]
    ]
    if rows:
        yield f"## {_said('worst', lang)}\n"
        keys = ("rule", "shop", "session", "turn", "agent", "local_time", "wait")
        yield table([say(key, lang) for key in keys], rows, right=(3, 6))


def _repaired(verdicts: Sequence[Verdict], lang: str) -> Iterator[str]:
    found = [v for v in verdicts if v.baseline == "repaired"]
    if not found:
        return
    yield f"## {_said('repaired', lang)}\n"
    rows = [
        [
            text(v.title.get(lang)),
            text(words.scope(v, lang, with_platform=True)),
            text(words.period(v.period, lang)),
            text(words.value(v, lang)),
        ]
        for v in found[:SHOPS]
    ]
    yield table([say(key, lang) for key in ("rule", "scope_heading", "period", "value")], rows)
    yield from _more(len(found) - SHOPS, "verdicts", lang)


def _unjudged(groups: Sequence[RuleGroup], lang: str) -> Iterator[str]:
    found: Counter[tuple[str, str, str]] = Counter()
    for group in groups:
        for v in group.verdicts:
            if v.outcome in UNJUDGED:
                key = words.outcome(v.outcome, lang), words.reason(v, lang), v.title.get(lang)
                found[key] += 1
    if found:
        yield f"## {_said('unjudged', lang)}\n"
        headings = [_said("result", lang), _said("reason", lang), say("rule", lang)]
        rows = [[text(outcome), text(why), text(rule)] for outcome, why, rule in found]
        yield table(
            [*headings, say("verdicts", lang)],
            [[*row, f"{n:,}"] for row, n in zip(rows, found.values(), strict=True)],
            right=(3,),
        )


def _reported(verdicts: Sequence[Verdict], lang: str) -> Iterator[str]:
    """Figures of the platform beside those of the data, and which sessions could explain it."""
    found = reported_verdicts(verdicts)
    if not found:
        return
    yield f"## {_said('reported', lang)}\n"
    keys = ("rule", "scope_heading", "period", "computed", "reported_value", "apart")
    rows = [
        [
            text(v.title.get(lang)),
            text(words.scope(v, lang, with_platform=True)),
            text(reported_period(v, lang)),
            text(computed(v, lang)),
            text(platforms_own(v, lang)),
            text(apart(v, lang)),
            text(explained(v, lang), 400),
        ]
        for v in found[:SHOPS]
    ]
    headings = [*(say(key, lang) for key in keys), _said("why", lang)]
    yield table(headings, rows, right=(3, 4, 5))
    yield from _more(len(found) - SHOPS, "reported", lang)


def _more(number: int, noun: str, lang: str) -> Iterator[str]:
    if number > 0:
        unit = words.unit(noun, number, lang)
        yield (
            text(say("more", lang, things=counted(number, noun, lang), n=f"{number:,}", unit=unit))
            + "\n"
        )
