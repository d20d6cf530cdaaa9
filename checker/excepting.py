"""Waivers and attestations of an audit: read, checked against its rules, and set beside its verdicts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from zoneinfo import ZoneInfo

from checker.diagnostics import Diagnostic
from checker.facts.zones import iso_instant
from checker.options import AuditOptions, veiled
from checker.packs.typed import TypedPack
from checker.verdicts.apply import apply
from checker.verdicts.exception_files import read_exceptions
from checker.verdicts.exception_lint import check_exceptions, check_expiry
from checker.verdicts.exceptions import Exceptions
from checker.verdicts.model import Verdict


def exceptions_of(
    packs: Sequence[TypedPack], options: AuditOptions
) -> tuple[Exceptions, tuple[Diagnostic, ...]]:
    """The waivers and attestations of the options, checked against all rules that are loaded."""
    exceptions, found = read_exceptions(options.waivers, options.attestations)
    return exceptions, veiled((*found, *check_exceptions(exceptions, packs)), options)


def excepted(
    verdicts: Sequence[Verdict],
    exceptions: Exceptions,
    today: Mapping[str, dt.date],
    options: AuditOptions,
) -> tuple[tuple[Verdict, ...], tuple[Diagnostic, ...]]:
    """The verdicts as they stand with waivers and attestations; `today` is the as-of day by pack."""
    if not exceptions:
        return tuple(verdicts), ()
    stand = apply(verdicts, exceptions.waivers, exceptions.attestations, today)
    return stand, veiled(tuple(check_expiry(exceptions, today)), options)


def local_day(instant: int | None, timezone: str) -> dt.date:
    """The local date of an instant, or of now."""
    if instant is None:
        return dt.datetime.now(ZoneInfo(timezone)).date()
    return dt.date.fromisoformat(iso_instant(instant, timezone)[:10])
