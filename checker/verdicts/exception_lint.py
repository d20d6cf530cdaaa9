"""Waivers and attestations against the rules: what they name must exist, and still count."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

from checker.diagnostics import Diagnostic, nearest
from checker.packs.discover import bundled_files
from checker.packs.typed import TypedPack, TypedRule
from checker.verdicts.exceptions import SCOPE_KEYS, Attestation, Exceptions, Waiver
from checker.verdicts.judge import is_question

Entry = Waiver | Attestation


def check_exceptions(exceptions: Exceptions, packs: Sequence[TypedPack]) -> tuple[Diagnostic, ...]:
    """What is wrong with entries whatever the day: rules, scopes, and entries that repeat others."""
    rules = {rule.id: (pack, rule) for pack in packs for rule in pack.rules}
    names = {pack.pack.name for pack in packs}
    found: list[Diagnostic] = []
    for entry in _all(exceptions):
        if entry.rule not in rules:
            found.append(_unknown(entry, rules, names))
            continue
        pack, rule = rules[entry.rule]
        if isinstance(entry, Attestation) and not is_question(rule):
            message = f"{entry.rule} is judged from data, not by an attestation"
            found.append(_said("E343", entry, message, "rule", "a waiver is for such a rule"))
        else:
            found.extend(_scope_faults(entry, pack, rule))
    found.extend(_repeated_waivers(exceptions.waivers))
    found.extend(_repeated_answers(exceptions.attestations))
    return tuple(found)


def check_expiry(exceptions: Exceptions, today: Mapping[str, dt.date]) -> tuple[Diagnostic, ...]:
    """Warnings about entries that no longer count on the day of their pack (by its name)."""
    found: list[Diagnostic] = []
    # A register may keep old answers: only the last one of a question can be overdue.
    latest: dict[tuple[object, ...], dt.date] = {}
    for answer in exceptions.attestations:
        latest[_question(answer)] = max(answer.on, latest.get(_question(answer), answer.on))
    for entry in _all(exceptions):
        day = today.get(entry.rule.split("/")[0])
        if day is None:
            continue
        if isinstance(entry, Waiver) and entry.until < day:
            message = f"the waiver ended on {entry.until}; it covers no later day"
            found.append(_said("W340", entry, message, "until", "extend it, or remove it"))
        overdue = isinstance(entry, Attestation) and entry.valid_until < day
        if isinstance(entry, Attestation) and overdue and entry.on == latest[_question(entry)]:
            message = f"the answer of {entry.on} was valid until {entry.valid_until}"
            found.append(_said("W341", entry, message, "on", "ask again"))
    return tuple(found)


def _all(exceptions: Exceptions) -> tuple[Entry, ...]:
    return (*exceptions.waivers, *exceptions.attestations)


def _unknown(
    entry: Entry, rules: Mapping[str, tuple[TypedPack, TypedRule]], names: set[str]
) -> Diagnostic:
    pack = entry.rule.split("/")[0]
    if pack not in names and pack in bundled_files():
        message = f"the pack `{pack}` is not among the rules that are read"
        return _said("W343", entry, message, "rule", "this entry does nothing")
    # Within the pack first: the pack is mostly right, and the rule misspelt.
    best = nearest(entry.rule, [r for r in rules if r.startswith(f"{pack}/")]) or nearest(
        entry.rule, list(rules)
    )
    label = f"did you mean `{best}`?" if best else ""
    notes = ("`checker show` lists the rules",)
    return _said("E342", entry, f"unknown rule `{entry.rule}`", "rule", label, notes)


def _scope_faults(entry: Entry, pack: TypedPack, rule: TypedRule) -> Iterator[Diagnostic]:
    scopes = {"platform"}.union(*(revision.scopes for revision in rule.revisions))
    if scopes & {"agent", "buyer"}:
        scopes.add("shop")  # agents and buyers exist within a shop
    listed = ", ".join(key for key in SCOPE_KEYS if key in scopes)
    for key, value in entry.scope.items():
        if key not in scopes:
            message = f"{entry.rule} is not judged by {key}: no verdict has that scope"
            notes = (f"scopes of {entry.rule}: {listed}",)
            yield _said("E344", entry, message, f"scope.{key}", "remove it", notes)
        elif key == "platform" and pack.pack.platform not in ("any", value):
            message = f"{entry.rule} judges the platform {pack.pack.platform}, not `{value}`"
            yield _said("E344", entry, message, "scope.platform", "remove it")


def _repeated_waivers(waivers: Sequence[Waiver]) -> Iterator[Diagnostic]:
    for index, later in enumerate(waivers):
        for first in waivers[:index]:
            same = (first.rule, first.scope) == (later.rule, later.scope)
            if same and first.first <= later.until and later.first <= first.until:
                message = "another waiver of the same rule and scope has days in common"
                yield _said("W342", later, message, "rule", _first_at(first, later))
                break


def _repeated_answers(answers: Sequence[Attestation]) -> Iterator[Diagnostic]:
    seen: dict[tuple[object, ...], Attestation] = {}
    for answer in answers:
        key = (*_question(answer), answer.on)
        if key in seen:
            message = f"the same question was answered twice on {answer.on}; this answer counts"
            yield _said("W342", answer, message, "rule", _first_at(seen[key], answer))
        seen[key] = answer


def _question(answer: Attestation) -> tuple[object, ...]:
    return answer.rule, tuple(sorted(answer.scope.items()))


def _first_at(first: Entry, later: Entry) -> str:
    file = "" if first.span.file == later.span.file else f"{first.span.file}, "
    return f"the first is in {file}line {first.span.line}"


def _said(
    code: str,
    entry: Entry,
    message: str,
    place: str,
    label: str = "",
    notes: tuple[str, ...] = (),
) -> Diagnostic:
    kind = "waiver" if isinstance(entry, Waiver) else "attestation"
    return Diagnostic(
        code,
        message,
        entry.places.get(place, entry.span),
        label,
        notes,
        f"{kind} of {entry.rule}",
        level="warning" if code.startswith("W") else "error",
    )
