"""Building rules: what each says from the beginning and from each of its revisions on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Literal

from checker.diagnostics import Diagnostic, Span, nearest
from checker.language.catalog import PERIODS
from checker.packs.access import (
    child,
    entries,
    expression,
    items,
    mapping,
    names,
    needed_expression,
    needed_text,
    scalar,
    text,
    whole_number,
    word,
)
from checker.packs.merge import MEASURES, revise, without
from checker.packs.model import Ask, Measure, Part, Parts, Period, Ratio, Revision, Rule
from checker.packs.nodes import MapNode, ScalarNode
from checker.packs.schema import check
from checker.packs.windows import parse_date

_NOT_ASKED = ("clock", "require", "aim", "min_sample")


@dataclass(frozen=True)
class Names:
    """What rules of a pack may refer to."""

    pack: str
    sources: frozenset[str]
    clocks: frozenset[str]


def build_rule(
    key: ScalarNode, node: MapNode, known: Names, found: list[Diagnostic]
) -> Rule | None:
    """The rule, or None where `found` says what is wrong with it."""
    own: list[Diagnostic] = []
    states = _states(key.text, node, own)
    if not own:
        revisions = [_revision(since, state, key.span, known, own) for since, state in states]
    subject = f"rule {known.pack}/{key.text}"
    found.extend(replace(d, subject=subject) for d in own)
    if own:
        return None
    group, status = word(node, "group"), word(node, "status")
    provisional: Literal["stable", "provisional"] = (
        "provisional" if status == "provisional" else "stable"
    )
    return Rule(key.text, tuple(revisions), group, provisional, key.span)


def _states(
    name: str, node: MapNode, found: list[Diagnostic]
) -> list[tuple[dt.date | None, MapNode]]:
    """The rule's own keys from the beginning, and after each revision in the order of dates."""
    state = without(node, {"revisions"})
    states: list[tuple[dt.date | None, MapNode]] = [(None, state)]
    listed = child(node, "revisions")
    dated: list[tuple[dt.date, MapNode]] = []
    for item in items(listed) if listed is not None else ():
        revision = mapping(item)
        place = scalar(child(revision, "from"))
        since = parse_date(place, found)
        if since is None:
            continue
        if any(since == earlier for earlier, _ in dated):
            message = f"two revisions are from {since}"
            found.append(Diagnostic("E045", message, place.span, "make one of them"))
        dated.append((since, revision))
    for since, revision in sorted(dated, key=lambda pair: pair[0]):
        state, problems = revise(state, revision)
        wrong = [p.diagnostic for p in check(state, "completeRule", ("rules", name)) if not p.echo]
        found.extend((*problems, *wrong))
        states.append((since, state))
    return states


def _revision(
    since: dt.date | None, node: MapNode, place: Span, known: Names, found: list[Diagnostic]
) -> Revision:
    measure = _measure(node, found)
    scopes, period = _per(node, measure, found)
    source, clock = word(node, "source"), word(node, "clock")
    _refer(node, "source", source, known.sources, "E030", found)
    _refer(node, "clock", clock, known.clocks, "E031", found)
    aim, aim_source = expression(node, "aim"), word(node, "aim_source")
    _refer(node, "aim_source", aim_source, known.sources, "E030", found)
    if aim_source is not None and aim is None:
        message, label = "`aim_source` without `aim`", "add `aim`, or remove it"
        found.append(Diagnostic("E054", message, node.keys["aim_source"].span, label))
    require = expression(node, "require")
    if require is not None and source is None:
        message = "`require` without a source"
        label = "add `source`, or make it an `aim` of the house's own"
        found.append(Diagnostic("E033", message, node.keys["require"].span, label))
    if isinstance(measure, Ask):
        for key in _NOT_ASKED:
            if child(node, key) is not None:
                message = f"`{key}` does not go with `ask`: a person answers yes or no"
                found.append(Diagnostic("E053", message, node.keys[key].span, "remove it"))
    elif child(node, "evidence") is not None:
        message = "`evidence` goes with `ask` only"
        found.append(Diagnostic("E053", message, node.keys["evidence"].span, "remove it"))
    return Revision(
        since=since,
        severity="warning" if word(node, "severity") == "warning" else "error",
        clock=clock,
        measure=measure,
        scopes=scopes,
        period=period,
        require=require,
        aim=aim,
        source=source,
        aim_source=aim_source,
        min_sample=whole_number(node, "min_sample") or 1,
        title=needed_text(node, "title"),
        advice=text(node, "advice"),
    )


def _refer(
    node: MapNode,
    key: str,
    name: str | None,
    known: frozenset[str],
    code: str,
    found: list[Diagnostic],
) -> None:
    if name is None or name in known:
        return
    meant = nearest(name, known)
    label = f"did you mean `{meant}`?" if meant else ""
    notes = (f"{key.removeprefix('aim_')}s: {', '.join(sorted(known)) or 'none'}",)
    span = scalar(child(node, key)).span
    found.append(Diagnostic(code, f"unknown {key} `{name}`", span, label, notes))


def _measure(node: MapNode, found: list[Diagnostic]) -> Measure:
    kind = next(key for key in MEASURES if child(node, key) is not None)
    if kind == "ask":
        return Ask(needed_text(node, "ask"), text(node, "evidence"))
    inner, span = mapping(child(node, kind)), node.keys[kind].span
    if kind == "value":
        if child(inner, "parts") is None:
            return _part(inner, span, found)
        parts = {
            name: _part(part, mapping(child(inner, "parts")).keys[name].span, found)
            for name, part in entries(inner, "parts")
        }
        return Parts(parts, needed_expression(inner, "is"), span)
    return Ratio(
        of=word(inner, "of") or "",
        where=expression(inner, "where"),
        good=needed_expression(inner, "good"),
        one_per=names(inner, "one_per"),
        keep=_keep(inner, found),
        every=kind == "every",
        span=span,
    )


def _part(node: MapNode, span: Span, found: list[Diagnostic]) -> Part:
    return Part(
        of=word(node, "of") or "",
        where=expression(node, "where"),
        formula=needed_expression(node, "is"),
        one_per=names(node, "one_per"),
        keep=_keep(node, found),
        offender=expression(node, "offender"),
        span=span,
    )


def _keep(node: MapNode, found: list[Diagnostic]) -> Literal["first", "last"]:
    keep = word(node, "keep")
    if keep is not None and child(node, "one_per") is None:
        message, label = "`keep` without `one_per`", "say of which groups one row is kept"
        found.append(Diagnostic("E044", message, node.keys["keep"].span, label))
    return "first" if keep == "first" else "last"


def _per(
    node: MapNode, measure: Measure, found: list[Diagnostic]
) -> tuple[tuple[str, ...], Period]:
    listed = child(node, "per")
    if listed is None:
        return (() if isinstance(measure, Ask) else ("shop",)), Period("all")
    scopes: list[str] = []
    period: Period | None = None
    for item in items(listed):
        if isinstance(item, ScalarNode) and item.text not in PERIODS:
            scopes.append(item.text)
            if isinstance(measure, Ask) and item.text not in ("shop", "platform"):
                message = f"a checklist item is not answered per {item.text}"
                found.append(Diagnostic("E053", message, item.span, "per: [shop], or none"))
            continue
        if period is not None:
            message = "`per` has more than one period"
            found.append(Diagnostic("E035", message, item.span, "keep one"))
        if isinstance(item, ScalarNode):
            period = Period(item.text)
        else:
            days = scalar(child(mapping(item), "rolling")).text.removesuffix("d")
            period = Period("rolling", int(days))
        if isinstance(measure, Ask) and period.kind != "all":
            message = "a checklist item has no period"
            found.append(Diagnostic("E053", message, item.span, "per: [shop], or none"))
    return tuple(scopes), period or Period("all")
