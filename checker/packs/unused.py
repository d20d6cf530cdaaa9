"""What a pack defines and never uses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from checker.diagnostics import Diagnostic, Span
from checker.packs.model import Ask, Expr, Pack, Parts, Ratio, Revision

_TOKEN = re.compile(r"'(?:[^']|'')*'|[A-Za-z_][A-Za-z0-9_]*")


def unused(pack: Pack) -> tuple[Diagnostic, ...]:
    """Warnings for params, windows, clocks and sources of the pack's own file that nothing names."""
    revisions = [revision for rule in pack.rules for revision in rule.revisions]
    named = {name for expr in _expressions(pack, revisions) for name in _TOKEN.findall(expr.text)}
    clocks = {revision.clock for revision in revisions}
    sources = {name for r in revisions for name in (r.source, r.aim_source)}
    found: list[Diagnostic] = []

    def look(code: str, kind: str, name: str, used: bool, span: Span) -> None:
        # What a pack inherits it need not use.
        if not used and span.file == pack.file:
            message = f"the {kind} `{name}` is never used"
            found.append(Diagnostic(code, message, span, "remove it", level="warning"))

    for param in pack.params.values():
        look("W030", "param", param.name, param.name in named, param.node.span)
    for window in pack.windows.values():
        look("W031", "window", window.name, window.name in named, window.span)
    for clock in pack.clocks.values():
        look("W032", "clock", clock.name, clock.name in clocks, clock.span)
    for source in pack.sources.values():
        look("W033", "source", source.id, source.id in sources, source.span)
    return tuple(found)


def _expressions(pack: Pack, revisions: list[Revision]) -> Iterator[Expr]:
    written: list[Expr | None] = []
    for clock in pack.clocks.values():
        written += [clock.opens, clock.closes, clock.ignores_before, clock.wait]
    for revision in revisions:
        written += [revision.require, revision.aim]
        measure = revision.measure
        if isinstance(measure, Ratio):
            written += [measure.where, measure.good]
        elif not isinstance(measure, Ask):
            parts = measure.parts.values() if isinstance(measure, Parts) else (measure,)
            written += [measure.formula]
            for part in parts:
                written += [part.where, part.formula, part.offender]
    yield from (expr for expr in written if expr is not None)
