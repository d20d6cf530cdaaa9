"""The rules of the audit as they are written: measure, clock, windows, revisions, sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from checker.packs.model import Source
from checker.packs.typed import TypedPack, TypedRule
from checker.reports import words
from checker.reports.clean import clean
from checker.reports.definition import clock_lines, demand_text, measure_lines, window_lines
from checker.reports.html.both import Both, both
from checker.reports.html.phrases import ui
from checker.verdicts.insights import Insights

Sources = Mapping[tuple[str, str], Source]


@dataclass(frozen=True)
class Definition:
    """The rule as written. `lines` are the same in both languages but for a question."""

    rule: str
    title: Both
    asked: Both
    lines: Both
    sources: tuple[Both, ...]
    revisions: tuple[Both, ...]


def definitions(insights: Insights | None, sources: Sources) -> dict[str, Definition]:
    """The texts of all rules of the audit, by id; nothing where no insights were gathered."""
    packs = insights.packs if insights else ()
    return {rule.id: _definition(pack, rule, sources) for pack in packs for rule in pack.rules}


def _definition(pack: TypedPack, rule: TypedRule, sources: Sources) -> Definition:
    written = rule.revisions[-1].written
    keys = dict.fromkeys((written.source, written.aim_source))
    cited = [sources[rule.pack, key] for key in keys if key and (rule.pack, key) in sources]
    return Definition(
        clean(rule.id),
        both(lambda lang: clean(written.title.get(lang))),
        both(lambda lang: _demands(rule, lang)),
        both(lambda lang: "\n".join(_lines(pack, rule, lang))),
        tuple(Both(words.source(one, "zh"), words.source(one, "en")) for one in cited),
        tuple(_revision(rule, i) for i in range(len(rule.revisions))),
    )


def _lines(pack: TypedPack, rule: TypedRule, lang: str) -> list[str]:
    """The measure, then the clock and the windows that it names."""
    written = rule.revisions[-1].written
    lines = list(measure_lines(written.measure, lang))
    clock = pack.pack.clocks.get(written.clock or "")
    if clock is not None:
        lines += [f"clock {clean(clock.name)}:", *(f"  {line}" for line in clock_lines(clock))]
    joined = "\n".join(lines)
    for name, window in pack.pack.windows.items():
        if name in joined:
            lines += [f"window {clean(name)}:", *(f"  {line}" for line in window_lines(window))]
    return lines


def _demands(rule: TypedRule, lang: str) -> str:
    """What the latest revision asks."""
    latest = rule.revisions[-1]
    parts = []
    if latest.require is not None:
        bound = clean(demand_text(latest.require, latest.type, lang))
        parts.append(words.say("required", lang, requirement=bound))
    if latest.aim is not None:
        key = "aimed" if latest.written.aim_source else "house_aim"
        bound = clean(demand_text(latest.aim, latest.type, lang))
        parts.append(words.say(key, lang, requirement=bound))
    return words.say("semicolon", lang).join(parts)


def _revision(rule: TypedRule, index: int) -> Both:
    since = rule.revisions[index].since
    return ui("revision_first") if since is None else ui("revision_from", since=since.isoformat())
