"""One session or one verdict explained: what happened, and which part of which rule held."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from checker.data.dataset import Dataset
from checker.data.losses import telling_losses
from checker.data.wanted import wanted_columns
from checker.data.workspace import Workspace
from checker.diagnostics import Diagnostic, has_errors, nearest
from checker.engine.bounds import dated, open_realm
from checker.engine.reconcile import measured_and_reported
from checker.engine.run import Run
from checker.excepting import excepted, exceptions_of, local_day
from checker.judging import questions, run_options
from checker.opening import engaged
from checker.options import AuditOptions, check_options, masked
from checker.packs.typed import TypedPack, TypedRule
from checker.rulesets import applicable, choose_packs, load_packs
from checker.verdicts.exceptions import Exceptions
from checker.verdicts.explain import explain_session
from checker.verdicts.explain_verdict import Funnel, VerdictReading, verdict_funnels
from checker.verdicts.explanation import SessionTimeline
from checker.verdicts.judge import Judge
from checker.verdicts.order import verdict_key
from checker.verdicts.verdict_names import choose


@telling_losses(())
def explain(
    data: str | Path,
    session: str,
    options: AuditOptions,
    rule: str | None = None,
    *,
    show_text: bool = False,
) -> tuple[tuple[SessionTimeline, ...], tuple[Diagnostic, ...]]:
    """A session as a timeline under each pack that applies to it, and how its rules read it."""
    packs, _, found = _packs(options)
    found = (*found, *_unknown_rule(packs, rule))
    if show_text and options.pseudonymize is not None:
        note = "leave out one of the two"
        message = "--show-text: what was said cannot be pseudonymized"
        found = (*found, Diagnostic("E390", message, notes=(note,)))
    if has_errors(found):
        return (), found
    workspace, dataset, packs, more = _opened(data, packs, options, text=show_text)
    found = (*found, *more)
    if dataset is None:
        return (), found
    timelines: list[SessionTimeline] = []
    for pack in packs:
        if rule is not None and not _named(pack, rule):
            continue
        whole = open_realm(workspace, dataset, pack.pack.timezone, options.as_of)
        timelines += explain_session(whole.narrowed(session), pack, rule)
    if not timelines and not has_errors(found):
        found = (*found, Diagnostic("E312", f"no session `{session}` in the data"))
    return masked(tuple(timelines), options), found


@telling_losses(None)
def explain_verdict(
    data: str | Path, rule: str, scope: str, period: str, options: AuditOptions
) -> tuple[VerdictReading | None, tuple[Diagnostic, ...]]:
    """The verdict of a rule on a scope and a period, written as verdict_names says, and its funnel.

    Naming a rule names its pack, as `--pack` does. Waivers and attestations count as in an audit.
    """
    packs, exceptions, found = _packs(options)
    named = [(pack, one) for pack in packs for one in _named(pack, rule)]
    found = (*found, *_unknown_rule(packs, rule))
    if len(named) > 1:
        notes = (f"rules: {', '.join(one.id for _, one in named)}",)
        message = f"`{rule}` is a rule of {len(named)} packs"
        found = (*found, Diagnostic("E520", message, notes=notes))
    if has_errors(found):
        return None, found
    ((pack, chosen),) = named
    options = replace(options, packs=(pack.pack.name,), only_rules=frozenset({chosen.id}))
    workspace, dataset, packs, more = _opened(data, [pack], options)
    found = (*found, *more)
    if dataset is None:
        return None, found
    realm = open_realm(workspace, dataset, pack.pack.timezone, options.as_of)
    run = Run(realm, [pack], run_options(options))
    measured = list(measured_and_reported(run))
    timed = options.as_of is not None or dated(dataset)
    today = local_day(realm.as_of if timed else None, pack.pack.timezone)
    verdicts = (*map(Judge([pack.pack]), measured), *questions(pack, run, options))
    said = exceptions.of_rule(chosen.id)
    verdicts, more = excepted(verdicts, said, {pack.pack.name: today}, options)
    found = (*found, *more)
    # Scopes are named as reports name them, with pseudonyms where these are asked for.
    shown = masked(verdicts, options)
    verdict, more = choose(sorted(shown, key=verdict_key), scope, period)
    found = (*found, *more)
    if verdict is None:
        return None, found
    place = next(i for i, one in enumerate(shown) if one is verdict)
    written, funnels = chosen.rule.latest, tuple[Funnel, ...]()
    if place < len(measured):
        one = measured[place]
        written, funnels = one.revision.written, verdict_funnels(run, one)
    clock = pack.pack.clocks.get(written.clock) if written.clock else None
    return VerdictReading(verdict, written, clock, funnels), found


def _packs(
    options: AuditOptions,
) -> tuple[tuple[TypedPack, ...], Exceptions, tuple[Diagnostic, ...]]:
    """The packs that are asked for, and what people say of the rules of all."""
    loaded, found = load_packs(options.rules, options.settings)
    if has_errors(found):
        return (), Exceptions(), found
    exceptions, wrong = exceptions_of(loaded, options)
    packs, more = choose_packs(loaded, options.packs)
    return packs, exceptions, (*wrong, *found, *more, *check_options(options))


def _opened(
    data: str | Path, packs: Sequence[TypedPack], options: AuditOptions, *, text: bool = False
) -> tuple[Workspace, Dataset | None, tuple[TypedPack, ...], tuple[Diagnostic, ...]]:
    """The data set and the packs that apply to it; no data set where something is wrong."""
    wanted = wanted_columns(packs, text=text)
    workspace, dataset, found = engaged(data, wanted, options)
    if dataset is None:
        return workspace, None, (), found
    fitting, more = applicable(packs, dataset, options)
    found = (*found, *more)
    return workspace, None if has_errors(found) else dataset, fitting, found


def _named(pack: TypedPack, rule: str) -> list[TypedRule]:
    return [one for one in pack.rules if rule in (one.id, one.rule.id)]


def _unknown_rule(packs: Sequence[TypedPack], rule: str | None) -> tuple[Diagnostic, ...]:
    known = [one.id for pack in packs for one in pack.rules]
    if rule is None or not packs or any(_named(pack, rule) for pack in packs):
        return ()
    best = nearest(rule, known)
    hint = (f"did you mean `{best}`?",) if best else ()
    return (
        Diagnostic("E313", f"unknown rule `{rule}`", notes=(*hint, "`checker show` lists them")),
    )
