"""The way of a profile: the data set opened with all its columns but the text, and looked over."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from checker.data.wanted import wanted_columns
from checker.data.workspace import connect_duckdb
from checker.diagnostics import Diagnostic, has_errors
from checker.engine.bounds import dated, open_realm
from checker.language.catalog import STORED, TABLES
from checker.opening import opened
from checker.options import AuditOptions, check_options, masked
from checker.rulesets import applicable, choose_packs, load_packs
from checker.verdicts.profile import Profile, make_profile


def profile(
    data: str | Path, options: AuditOptions
) -> tuple[Profile | None, tuple[Diagnostic, ...]]:
    """What is in a data set, what is wrong with it and which rules it can feed. Times are read in the
    zone of the first pack that applies, else in UTC; `as_of` stands for now."""
    packs, found = load_packs(options.rules, options.settings)
    if has_errors(found):
        return None, found
    packs, more = choose_packs(packs, options.packs)
    found = (*found, *more, *check_options(options))
    if has_errors(found):
        return None, found
    wanted = wanted_columns(packs)
    for table in STORED:
        every = {c.name: c.type for c in TABLES[table].stored_columns if c.name != "text"}
        wanted[table] = every | dict(wanted[table])
    workspace = connect_duckdb(threads=options.threads)
    dataset, more = opened(workspace, data, wanted, options)
    found = (*found, *more)
    if dataset is None:
        return None, found
    # A data set without rules of its own is profiled, too.
    fitting, _ = applicable(packs, dataset, options)
    zone = fitting[0].pack.timezone if fitting else "UTC"
    now = options.as_of or dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
    realm = open_realm(workspace, dataset, zone, now)
    made = make_profile(realm, fitting, dated=dated(dataset))
    return masked(made, options), found
