"""Which kinds of case the tests lack: a rule wants to be seen passing, failing, and at its bounds."""

from __future__ import annotations

from collections.abc import Iterable

from checker.packs.model import Ask
from checker.packs.typed import TypedPack, TypedRule
from checker.ruletest.model import CaseResult, Gap
from checker.verdicts.model import Outcome

_KINDS = {
    Outcome.PASS: "pass",
    Outcome.WARN: "fail",
    Outcome.FAIL: "fail",
    Outcome.NO_DATA: "no_data",
    Outcome.NOT_EVALUATED: "no_data",
}
_BOUNDARY = "boundary"


def gaps(packs: Iterable[TypedPack], results: Iterable[CaseResult]) -> tuple[Gap, ...]:
    """The rules that no test shows in one of the kinds of case it needs, by pack and file order.

    A kind counts where everything expected of the rule held; `boundary` is what a test says of
    itself. Questions for people need no test.
    """
    shown: dict[str, set[str]] = {}
    for result in results:
        for sighting in result.seen:
            kinds = shown.setdefault(sighting.rule, set())
            if sighting.outcome is Outcome.INFO:
                kinds.add("info")
            if sighting.outcome in _KINDS:
                kinds.add(_KINDS[sighting.outcome])
            if _BOUNDARY in result.case.tags:
                kinds.add(_BOUNDARY)
    return tuple(
        Gap(rule.id, rule.rule.span, missing)
        for pack in sorted(packs, key=lambda p: p.pack.name)
        for rule in pack.rules
        if (missing := _missing(rule, shown.get(rule.id, set())))
    )


def _missing(rule: TypedRule, shown: set[str]) -> tuple[str, ...]:
    if all(isinstance(revision.measure, Ask) for revision in rule.revisions):
        return ()
    demands = any(r.require is not None or r.aim is not None for r in rule.revisions)
    wanted = ("pass", "fail", _BOUNDARY, "no_data") if demands else ("info", _BOUNDARY, "no_data")
    return tuple("pass" if kind == "info" else kind for kind in wanted if kind not in shown)
