"""A pack and its rules as named fields, each with the value to show and the meaning to compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TypeAlias

from checker.language.meaning import expression_meaning, names_in, requirement_meaning
from checker.language.syntax import parse_literal
from checker.packs.model import (
    Ask,
    Clock,
    Expr,
    Measure,
    Pack,
    Part,
    Parts,
    Ratio,
    Revision,
    Rule,
    Source,
    Text,
    Window,
)

Value: TypeAlias = str | Window


@dataclass(frozen=True)
class Facet:
    """One field: its value as written, and what two equal ones have in common."""

    value: Value
    meaning: object


Facets: TypeAlias = Mapping[str, Facet]

_DEFAULT_WAIT = "answered_at - asked_at"


def rule_facets(rule: Rule, revision: Revision) -> Facets:
    """What a rule says in one of its revisions, in the order in which people read it."""
    found: dict[str, Facet] = {}
    found |= _text("title", revision.title)
    found |= _measure(revision.measure)
    per = (*revision.scopes, revision.period.kind)
    if revision.period.kind == "rolling":
        per = (*revision.scopes, f"rolling {revision.period.days}d")
    found["per"] = _plain(", ".join(per))
    if revision.clock is not None:
        found["clock"] = _plain(revision.clock)
    for key, demand in (("require", revision.require), ("aim", revision.aim)):
        if demand is not None:
            found[key] = Facet(demand.text, requirement_meaning(demand.text))
    if not isinstance(revision.measure, Ask):
        found["severity"] = _plain(revision.severity)
        found["min_sample"] = _plain(str(revision.min_sample))
    for key, word in (
        ("source", revision.source),
        ("aim_source", revision.aim_source),
        ("status", rule.status),
        ("group", rule.group),
    ):
        if word is not None:
            found[key] = _plain(word)
    return found | _text("advice", revision.advice)


def pack_facets(pack: Pack) -> Facets:
    """What a pack says for all of its rules, without windows, clocks and the like."""
    return {
        "pack": _plain(pack.name),
        **_text("title", pack.title),
        "platform": _plain(pack.platform),
        "timezone": _plain(pack.timezone),
        "status": _plain(pack.status),
    }


def definition_facets(pack: Pack) -> Mapping[str, Facets]:
    """What rules refer to, as `windows.assessed`: one field where it is one value, else several."""
    found: dict[str, Facets] = {}
    for name, window in pack.windows.items():
        found[f"windows.{name}"] = {"": Facet(window, _window(window))}
    for name, clock in pack.clocks.items():
        found[f"clocks.{name}"] = _clock(clock)
    for name, param in pack.params.items():
        literal = parse_literal(param.text)
        meaning = (literal.type, literal.value) if literal else param.text
        found[f"params.{name}"] = {"": Facet(param.text, meaning)}
    for table, columns in pack.columns.items():
        for name, type_ in columns.items():
            found[f"columns.{table}.{name}"] = {"": _plain(str(type_))}
    for name, source in pack.sources.items():
        found[f"sources.{name}"] = _source(source)
    return found


def names_of_rule(pack: Pack, rule: Rule) -> frozenset[str]:
    """The definitions that a rule rests on in any revision, named as by `definition_facets`."""
    found: set[str] = set()
    for revision in rule.revisions:
        written = [
            e for e in (revision.require, revision.aim, *_expressions(revision.measure)) if e
        ]
        clock = pack.clocks.get(revision.clock or "")
        if clock is not None:
            found.add(f"clocks.{clock.name}")
            written += [
                e for e in (clock.opens, clock.closes, clock.ignores_before, clock.wait) if e
            ]
        found |= {f"sources.{s}" for s in (revision.source, revision.aim_source) if s is not None}
        names = frozenset[str]().union(*(names_in(e.text) for e in written))
        found |= {f"windows.{name}" for name in names & pack.windows.keys()}
        found |= {f"params.{name}" for name in names & pack.params.keys()}
        for table, columns in pack.columns.items():
            found |= {f"columns.{table}.{name}" for name in names & columns.keys()}
    return frozenset(found)


def _plain(text: str) -> Facet:
    return Facet(text, text)


def _text(key: str, text: Text | None) -> dict[str, Facet]:
    said = {} if text is None else {"zh": text.zh, "en": text.en}
    return {f"{key}.{lang}": Facet(t, " ".join(t.split())) for lang, t in said.items() if t}


def _expr(expr: Expr) -> Facet:
    return Facet(expr.text, expression_meaning(expr.text))


def _measure(measure: Measure) -> dict[str, Facet]:
    match measure:
        case Ask():
            found = {"measure": _plain("ask"), **_text("ask", measure.question)}
            return found | _text("evidence", measure.evidence)
        case Ratio():
            kind = "every" if measure.every else "ratio"
            return {"measure": _plain(kind), **_rows(measure), "good": _expr(measure.good)}
        case Part():
            return {"measure": _plain("value"), **_part(measure)}
        case Parts():
            found = {"measure": _plain("value")}
            for name, part in measure.parts.items():
                found |= {f"parts.{name}.{key}": facet for key, facet in _part(part).items()}
            return found | {"is": _expr(measure.formula)}


def _rows(rows: Ratio | Part) -> dict[str, Facet]:
    found = {"of": _plain(rows.of)}
    if rows.where is not None:
        found["where"] = _expr(rows.where)
    if rows.one_per:
        found["one_per"] = Facet(", ".join(rows.one_per), frozenset(rows.one_per))
        found["keep"] = _plain(rows.keep)
    return found


def _part(part: Part) -> dict[str, Facet]:
    found = {**_rows(part), "is": _expr(part.formula)}
    return found | ({"offender": _expr(part.offender)} if part.offender is not None else {})


def _expressions(measure: Measure) -> Iterator[Expr | None]:
    match measure:
        case Ratio():
            yield from (measure.where, measure.good)
        case Part():
            yield from (measure.where, measure.formula, measure.offender)
        case Parts():
            yield measure.formula
            for part in measure.parts.values():
                yield from _expressions(part)


def _window(window: Window) -> object:
    """A fixed `through` has become an exclusive end already: only a shop's end keeps the word."""
    return frozenset(
        replace(span, end_through=span.end_through and span.end.shop is not None)
        for span in window.spans
    )


def _clock(clock: Clock) -> dict[str, Facet]:
    found = {"opens": _expr(clock.opens), "closes": _expr(clock.closes)}
    if clock.ignores_before is not None:
        found["ignores_before"] = _expr(clock.ignores_before)
    wait = clock.wait.text if clock.wait is not None else _DEFAULT_WAIT
    return found | {"wait": Facet(wait, expression_meaning(wait))}


def _source(source: Source) -> dict[str, Facet]:
    found = {**_text("title", source.title), "cite": _plain(source.cite)}
    if source.retrieved is not None:
        found["retrieved"] = _plain(source.retrieved.isoformat())
    return found
