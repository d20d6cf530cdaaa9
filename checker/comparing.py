"""Two rule sets side by side: what changed in words, and which verdicts that flips on given data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from checker.data.losses import telling_losses
from checker.data.wanted import wanted_columns
from checker.diagnostics import Diagnostic, has_errors
from checker.judging import judged
from checker.opening import engaged
from checker.options import AuditOptions, check_options, masked
from checker.packs.diff import PackDiff, Pairs, diff_packs, pair_packs
from checker.packs.load import BUNDLED
from checker.rulesets import applicable, choose_packs, load_packs
from checker.verdicts.model import Result
from checker.verdicts.whatif import Pairing, WhatIf, changed_rules, compare

_FLIPPED_OFFENDERS = 10_000  # of a verdict that flips; more are counted only


def diff_rules(old: Path, new: Path) -> tuple[tuple[PackDiff, ...] | None, tuple[Diagnostic, ...]]:
    """What changed between two rule files or folders; the path `bundled`, where there is no such
    file, means those of the shipped packs that the other side has, too."""
    before, after = (load_packs((_rules_at(path),)) for path in (old, new))
    found = tuple(d for d in dict.fromkeys((*before[1], *after[1])) if d.level == "error")
    if found:
        return None, found
    pairs = pair_packs(before[0], after[0])
    for shipped, other in ((old, 1), (new, 0)):
        if _rules_at(shipped) == BUNDLED:
            pairs = tuple(pair for pair in pairs if pair[other] is not None)
            if not any(all(pair) for pair in pairs):
                return None, (_nothing_shipped(pairs, old if other == 0 else new),)
    return diff_packs(pairs), ()


@telling_losses(None)
def whatif(
    data: str | Path, options: AuditOptions, against: Sequence[Path] = ()
) -> tuple[WhatIf | None, tuple[Diagnostic, ...]]:
    """The data judged by the rules of `options` and by those of `against` (none given: the bundled
    ones), and what differs. Settings are for the rules of `options` only."""
    packs, found = load_packs(options.rules, options.settings)
    before, more = load_packs([_rules_at(path) for path in against])
    found = tuple(dict.fromkeys((*found, *more)))
    if has_errors(found):
        return None, found
    packs, more = choose_packs(packs, options.packs)
    found = (*found, *more, *check_options(options))
    if has_errors(found):
        return None, found
    pairs = pair_packs(before, packs)
    if options.packs or not against:
        pairs = tuple(pair for pair in pairs if pair[1] is not None)
    before = tuple(old for old, _ in pairs if old is not None)
    wanted = wanted_columns((*before, *packs))
    workspace, dataset, more = engaged(data, wanted, options)
    found = (*found, *more)
    if dataset is None:
        return None, found
    packs, more = applicable(packs, dataset, options)
    found = (*found, *more)
    if has_errors(found):
        return None, found
    before, _ = applicable(before, dataset, options)
    sides = before, packs
    pairing = Pairing(diff_packs(pairs))
    # Naming offenders takes time and is needed of the rules that flip only.
    plain = replace(options, offenders=0)
    new = judged(workspace, dataset, packs, plain)
    # Where the old side has no pack for the data, its verdicts are none.
    old = judged(workspace, dataset, before, plain) if before else Result(new.data, (), ())
    flipping = changed_rules(old, new, pairing)
    again = replace(options, offenders=_FLIPPED_OFFENDERS, only_rules=flipping)
    if not flipping:
        return masked(compare(old, new, ((), ()), pairing), options), found
    was, now = (judged(workspace, dataset, side, again).verdicts for side in sides)
    return masked(compare(old, new, (was, now), pairing), options), found


def _rules_at(path: Path) -> Path:
    return BUNDLED if str(path) == "bundled" and not path.exists() else path


def _nothing_shipped(pairs: Pairs, given: Path) -> Diagnostic:
    there = sorted(pack.pack.name for pair in pairs for pack in pair if pack is not None)
    return Diagnostic(
        "E360",
        f"no bundled pack goes with the packs of {given.as_posix()}",
        notes=(f"packs there: {', '.join(there)}", "packs go together by name or by platform"),
    )
