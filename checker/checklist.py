"""The way of a checklist: an audit where there are data, else a form with the answers so far."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from pathlib import Path

from checker.diagnostics import Diagnostic, has_errors, nearest
from checker.excepting import exceptions_of, local_day
from checker.facts.zones import instant_of_text
from checker.options import AuditOptions, check_options, masked
from checker.packs.typed import TypedPack, TypedRule
from checker.pipeline import audit_packs
from checker.rulesets import choose_packs, load_packs
from checker.verdicts.apply import apply
from checker.verdicts.checklist import Checklist, make_checklist
from checker.verdicts.exception_lint import check_expiry
from checker.verdicts.exceptions import Exceptions
from checker.verdicts.judge import is_question, manual
from checker.verdicts.model import Verdict


def checklist(
    data: str | Path | None, options: AuditOptions
) -> tuple[Checklist | None, tuple[Diagnostic, ...]]:
    """The checklist of the packs that apply; None when rules or input are wrong."""
    packs, found = load_packs(options.rules, options.settings)
    if has_errors(found):
        return None, found
    if data is None:
        made, more = _form(packs, options)
        return made, (*found, *more)
    result, more = audit_packs(data, packs, options)
    found = (*found, *more)
    if result is None:
        return None, found
    as_of = {run.name: run.as_of for run in result.packs if run.as_of is not None}
    applied = {pack.pack.name: pack for pack in packs}
    judged = [applied[run.name] for run in result.packs]
    return make_checklist(judged, result.verdicts, as_of, result.data), found


def _form(
    packs: Sequence[TypedPack], options: AuditOptions
) -> tuple[Checklist | None, tuple[Diagnostic, ...]]:
    """Without data nothing is judged but the answers, as of now or of the given instant."""
    exceptions, wrong = exceptions_of(packs, options)
    chosen, found = choose_packs(packs, options.packs)
    found = (*wrong, *found, *check_options(options))
    if not has_errors(found):
        chosen, more = _of_platform(chosen, options)
        found = (*found, *more)
    if has_errors(found):
        return None, found
    if not exceptions:
        return make_checklist(chosen), found
    as_of = {p.pack.name: _moment(options.as_of, p.pack.timezone) for p in chosen}
    today = {p.pack.name: local_day(as_of[p.pack.name], p.pack.timezone) for p in chosen}
    asked = _questions(chosen, exceptions, options.platform)
    verdicts = apply(asked, exceptions.waivers, exceptions.attestations, today)
    return masked(make_checklist(chosen, verdicts, as_of), options), (
        *found,
        *check_expiry(exceptions, today),
    )


def _of_platform(
    packs: Sequence[TypedPack], options: AuditOptions
) -> tuple[tuple[TypedPack, ...], tuple[Diagnostic, ...]]:
    """The packs of `--platform`, or of all; one for any platform only when it is named or given."""
    named = bool(options.packs or options.rules)
    fitting = tuple(
        pack
        for pack in packs
        if (named if pack.pack.platform == "any" else _is_of(pack, options.platform))
    )
    if fitting:
        return fitting, ()
    known = sorted({pack.pack.platform for pack in packs})
    best = nearest(options.platform or "", known)
    listed = f"platforms of the packs: {', '.join(known) or 'none'}"
    notes = (*((f"did you mean `{best}`?",) if best else ()), listed)
    return (), (Diagnostic("E305", f"no pack for the platform `{options.platform}`", notes=notes),)


def _is_of(pack: TypedPack, platform: str | None) -> bool:
    return platform is None or pack.pack.platform == platform


def _questions(
    packs: Sequence[TypedPack], exceptions: Exceptions, platform: str | None
) -> list[Verdict]:
    found = []
    for pack in packs:
        place = platform or pack.pack.platform
        for rule in filter(is_question, pack.rules):
            scopes = _scopes(rule, place, exceptions)
            found += [manual(rule, pack.pack, scope) for scope in scopes]
    return found


def _scopes(
    rule: TypedRule, platform: str, exceptions: Exceptions
) -> list[Mapping[str, str | None]]:
    """Without data the shops are those that somebody has answered for."""
    if "shop" not in rule.revisions[-1].scopes:
        return [{"platform": platform}]
    answered = [a.scope.get("shop") for a in exceptions.attestations if a.rule == rule.id]
    shops = sorted({shop for shop in answered if shop is not None})
    return [{"platform": platform, "shop": shop} for shop in shops or (None,)]


def _moment(as_of: str | None, timezone: str) -> int:
    """Microseconds since 1970 UTC, now in whole seconds."""
    given = None if as_of is None else instant_of_text(as_of, timezone)
    return int(dt.datetime.now(dt.UTC).timestamp()) * 1_000_000 if given is None else given
