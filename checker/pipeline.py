"""Every stage of an audit, in order. The file to read first.

rule files -> packs -> typed packs ┐
                                   ├ realm -> figures -> verdicts ┐
data set  -> canonical tables      ┘                              ├ result
waivers, attestations ────────────────────────────────────────────┘
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from duckdb import InterruptException

from checker.data.losses import telling_losses
from checker.data.sql import DuckDBError
from checker.data.wanted import wanted_columns
from checker.data.workspace import Doubtful, EngineLost
from checker.diagnostics import Diagnostic, has_errors
from checker.engine.reported import reported_rows
from checker.engine.reported_check import check_reported
from checker.excepting import excepted, exceptions_of, local_day
from checker.judging import judged
from checker.opening import engaged
from checker.options import AuditOptions, check_options, masked
from checker.packs.typed import TypedPack
from checker.rulesets import applicable, choose_packs, load_packs
from checker.verdicts.baseline import beside, read_baseline
from checker.verdicts.exceptions import Exceptions
from checker.verdicts.model import Outcome, Result
from checker.verdicts.recording import Recording, recording


@telling_losses(None)
def audit(
    data: str | Path, options: AuditOptions | None = None
) -> tuple[Result | None, tuple[Diagnostic, ...]]:
    """Audit a data set. The result is None when rules or input are wrong; the diagnostics say why."""
    options = options or AuditOptions()
    packs, found = load_packs(options.rules, options.settings)
    if has_errors(found):
        return None, found
    result, more = audit_packs(data, packs, options)
    return result, (*found, *more)


def audit_packs(
    data: str | Path, packs: Sequence[TypedPack], options: AuditOptions
) -> tuple[Result | None, tuple[Diagnostic, ...]]:
    """Audit a data set with packs that are already loaded."""
    if options.cache is not None:
        try:
            return _audited(data, packs, options)
        except InterruptException:
            raise
        except (Doubtful, DuckDBError, EngineLost):  # a cache may be emptied, or break, at any time
            options = replace(options, cache=None)
    return _audited(data, packs, options)


def _audited(
    data: str | Path, packs: Sequence[TypedPack], options: AuditOptions
) -> tuple[Result | None, tuple[Diagnostic, ...]]:
    exceptions, wrong = exceptions_of(packs, options)
    loaded = packs
    packs, found = choose_packs(packs, options.packs)
    baseline, more = read_baseline(options.baseline) if options.baseline else (None, ())
    found = (*wrong, *found, *more, *check_options(options))
    if options.history is not None:
        # It imports Arrow, which most audits do not need.
        from checker.verdicts.history_append import check_history

        masks = options.pseudonymize is not None
        found = (*found, *check_history(options.history, pseudonymized=masks))
    if has_errors(found):
        return None, found
    workspace, dataset, more = engaged(data, wanted_columns(packs), options)
    found = (*found, *more)
    if dataset is None:
        return None, found
    figures = masked(reported_rows(workspace, dataset), options)
    found = (*found, *check_reported(figures, loaded))
    packs, more = applicable(packs, dataset, options)
    found = (*found, *more)
    if has_errors(found):
        return None, found
    result = judged(workspace, dataset, packs, options)
    result, found = _with_exceptions(result, exceptions, options, found)
    # A baseline that was made with the same salt has the same pseudonyms.
    result = masked(result, options)
    result, more = beside(result, baseline) if baseline else (result, ())
    found = (*found, *more)
    result, more = _with_history(result, options)
    return (None if has_errors(more) else result), (*found, *more)


def recorded(result: Result, options: AuditOptions) -> Recording:
    """The audit as a history keeps it."""
    asked = {
        "platform": (options.platform,) if options.platform else (),
        "mapping": (options.mapping,) if options.mapping else (),
        "by": options.by,
        "set": tuple(f"{key}={value}" for key, value in (*options.settings, *options.params)),
    }
    return recording(
        result,
        first=options.first,
        through=options.through,
        asked=asked,
        pseudonymized=options.pseudonymize is not None,
    )


def _with_history(result: Result, options: AuditOptions) -> tuple[Result, tuple[Diagnostic, ...]]:
    """The result with the trends of what fails or warns in it, where charts are asked for."""
    if options.history is None or not options.insights or not options.history.exists():
        return result, ()
    from checker.verdicts.history_read import read_history  # few audits draw charts of one

    missed = {v.rule for v in result.verdicts if v.outcome in (Outcome.FAIL, Outcome.WARN)}
    known, found = read_history(options.history, rules=missed, this=recorded(result, options))
    return replace(result, history=known), found


def _with_exceptions(
    result: Result, exceptions: Exceptions, options: AuditOptions, found: tuple[Diagnostic, ...]
) -> tuple[Result, tuple[Diagnostic, ...]]:
    """The result as it stands with waivers and attestations, by the as-of day of each pack."""
    if not exceptions:
        return result, found
    dated = options.as_of is not None or result.data.last is not None
    today = {
        run.name: local_day(run.as_of if dated else None, run.timezone) for run in result.packs
    }
    verdicts, expired = excepted(result.verdicts, exceptions, today, options)
    return replace(result, verdicts=verdicts), (*found, *expired)
