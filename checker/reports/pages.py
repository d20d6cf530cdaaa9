"""Every generated page of docs/, by its path: the reference, the packs, and what covers the sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from checker.diagnostics import Explanation
from checker.packs.coverage import Statement
from checker.packs.model import Ask, Revision, Text
from checker.packs.typed import TypedPack, TypedRule
from checker.reports import words
from checker.reports.definition import clock_lines, measure_lines, window_lines
from checker.reports.reference import (
    MADE,
    codes_page,
    data_set_page,
    engines_page,
    language_page,
    mapping_page,
)


def pages(
    packs: Sequence[TypedPack],
    codes: Mapping[str, Explanation],
    statements: Sequence[Statement],
) -> Mapping[str, str]:
    """Path below docs/ → text. The same input gives the same bytes."""
    made = {
        "reference/language.md": language_page(),
        "reference/data-set.md": data_set_page(),
        "reference/mapping-functions.md": mapping_page(),
        "reference/codes.md": codes_page(codes),
        "reference/engines.md": engines_page(),
        "coverage.md": coverage_page(statements),
    }
    for typed in packs:
        made[f"rules/{typed.pack.name}.md"] = pack_page(typed)
    return {path: text.rstrip("\n") + "\n" for path, text in made.items()}


def coverage_page(statements: Sequence[Statement]) -> str:
    """docs/coverage.md."""
    reached = sum(bool(s.covered_by) for s in statements)
    lines = [
        "# What of the sources is covered\n",
        MADE,
        f"{len(statements)} checkable statements, {reached} covered by rules or checklist items, "
        f"{len(statements) - reached} out of reach with the reason.",
    ]
    for source, group in groupby(statements, key=lambda s: s.source):
        lines += [f"\n## {source}\n", "| statement | covered by |", "|---|---|"]
        for statement in group:
            by = ", ".join(_link(rule) for rule in statement.covered_by)
            covered = by or f"out of reach: {statement.out_of_reach}"
            lines.append(f"| {_both(statement.text, '<br>')} | {_cell(covered)} |")
    return "\n".join(lines)


def pack_page(typed: TypedPack) -> str:
    """docs/rules/<pack>.md."""
    pack = typed.pack
    lines = [f"# {_both(pack.title, ' · ')}\n", MADE]
    lines.append(f"Pack `{pack.name}`, platform `{pack.platform}`, time zone {pack.timezone}.\n")
    if pack.windows:
        lines += ["## Windows\n"]
        for name, window in pack.windows.items():
            lines.append(f"- `{name}`: {'; '.join(window_lines(window))}")
        lines.append("")
    if pack.clocks:
        lines += ["## Clocks\n"]
        for name, clock in pack.clocks.items():
            lines += [f"`{name}`\n", *_code(clock_lines(clock)), ""]
    lines += ["## Rules\n"]
    for rule in typed.rules:
        lines += _rule(typed, rule)
    lines += ["## Sources\n"]
    for key, source in pack.sources.items():
        lines.append(f"- `{key}`: {words.source(source, 'en')}")
    return "\n".join(lines)


def _rule(typed: TypedPack, rule: TypedRule) -> list[str]:
    first, *later = rule.rule.revisions
    facts = [f"`{rule.id}`"]
    facts += [rule.rule.group] if rule.rule.group else []
    facts += ["provisional"] if rule.rule.status == "provisional" else []
    lines = [f"### {rule.rule.id}\n", f"{_both(first.title, ' · ')} ({', '.join(facts)})\n"]
    lines += [*_code(_definition(first)), ""]
    for revision in later:
        earlier = set(_definition(first))
        changed = [line for line in _definition(revision) if line not in earlier]
        lines += [
            f"From {revision.since} on:\n",
            *_code(changed or ["(another title or advice)"]),
            "",
        ]
    cited = typed.pack.sources.get(rule.rule.latest.source or "")
    if cited is not None:
        lines.append(f"Source: {words.source(cited, 'en')}\n")
    advice = rule.rule.latest.advice
    if advice is not None:
        lines += [f"{text}\n" for text in dict.fromkeys((advice.zh, advice.en)) if text]
    return lines


def _definition(revision: Revision) -> list[str]:
    period = revision.period
    kind = f"{{rolling: {period.days}d}}" if period.kind == "rolling" else period.kind
    lines = measure_lines(revision.measure, "en")
    if isinstance(revision.measure, Ask):
        return lines
    lines.append(f"per: [{', '.join((*revision.scopes, kind))}]")
    if revision.clock:
        lines.append(f"clock: {revision.clock}")
    if revision.require:
        lines.append(f"require: {revision.require.text}")
    if revision.aim:
        own = "" if revision.aim_source else "  # the house's own"
        lines.append(f"aim: {revision.aim.text}{own}")
    if revision.severity != "error":
        lines.append(f"severity: {revision.severity}")
    if revision.min_sample > 1:
        lines.append(f"min_sample: {revision.min_sample}")
    return lines


def _code(lines: Sequence[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _both(text: Text, joint: str) -> str:
    return joint.join(_cell(t) for t in dict.fromkeys((text.zh, text.en)) if t)


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _link(rule: str) -> str:
    pack, _, name = rule.partition("/")
    return f"[{rule}](rules/{pack}.md#{name})"
