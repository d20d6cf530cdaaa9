"""What `checker audit` is told, what is wrong with it, and the pseudonyms that it may ask for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from checker.diagnostics import Diagnostic
from checker.facts.zones import instant_of_text

if TYPE_CHECKING:
    from checker.data.workspace import Timing
    from checker.verdicts.model import Verdict

T = TypeVar("T")


@dataclass(frozen=True)
class AuditOptions:
    """What `checker audit` is told; see its help. Dates are local to each pack's time zone."""

    rules: tuple[Path, ...] = ()
    packs: tuple[str, ...] = ()
    platform: str | None = None
    mapping: str | None = None  # the data are exports: what makes canonical tables of them
    params: tuple[tuple[str, str], ...] = ()  # of the mapping
    first: dt.date | None = None
    through: dt.date | None = None
    as_of: str | None = None
    by: tuple[str, ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    waivers: tuple[Path, ...] = ()
    attestations: tuple[Path, ...] = ()
    baseline: Path | None = None
    history: Path | None = None  # of earlier audits; for charts, and checked, but not written
    offenders: int = 20
    insights: bool = False  # figures for charts, too
    pseudonymize: str | None = None  # the salt
    threads: int | None = None
    memory: str | None = None  # as 4GB
    spill: Path | None = None  # the folder for what does not fit
    cache: Path | None = None  # the folder for what another run on the same data can use
    engine: str | None = None  # None: DuckDB
    only_rules: frozenset[str] | None = None
    plan: bool = False  # what is asked of the engine, too
    progress: Callable[[str, int, int], None] | None = None
    timer: Callable[[Timing], None] | None = None
    # Is told each verdict when it is made, before exceptions and a baseline are applied.
    told: Callable[[Verdict], None] | None = None
    # No statement runs ahead of its stage, so that each takes the time that is told.
    in_turn: bool = False


def check_options(options: AuditOptions) -> tuple[Diagnostic, ...]:
    if options.as_of is not None and instant_of_text(options.as_of, "UTC") is None:
        return (
            Diagnostic(
                "E304",
                f"`--as-of {options.as_of}` is no instant",
                notes=('write it as "2026-10-31T23:59:59" or "2026-10-31T23:59:59+08:00"',),
            ),
        )
    if options.pseudonymize is None:
        return ()
    from checker.verdicts.pseudonyms import check_salt  # few audits have pseudonyms

    return check_salt(options.pseudonymize)


def masked(reported: T, options: AuditOptions) -> T:
    """What is reported, with pseudonyms where they are asked for."""
    if options.pseudonymize is None:
        return reported
    from checker.verdicts.pseudonyms import pseudonymous

    return pseudonymous(reported, options.pseudonymize)


def veiled(found: tuple[Diagnostic, ...], options: AuditOptions) -> tuple[Diagnostic, ...]:
    """What is told, without a word of the data where pseudonyms are asked for."""
    if options.pseudonymize is None:
        return found
    from checker.verdicts.pseudonyms import without_quotes

    return without_quotes(found, (*options.waivers, *options.attestations))
