"""The way of lint: rules, the waivers and attestations that name them, and mappings; no data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from checker.diagnostics import Diagnostic
from checker.excepting import local_day
from checker.imports.finding import find_mappings
from checker.packs.discover import find_files
from checker.packs.typed import TypedPack
from checker.rulesets import load_packs
from checker.verdicts.exception_files import (
    Kind,
    exception_kind,
    find_exceptions,
    read_exceptions,
)
from checker.verdicts.exception_lint import check_exceptions, check_expiry
from checker.verdicts.exceptions import Exceptions


@dataclass(frozen=True)
class Linted:
    """What was read. `packs` is empty where only waivers and attestations were named."""

    packs: tuple[TypedPack, ...]
    exceptions: Exceptions
    diagnostics: tuple[Diagnostic, ...]
    mappings: int = 0


def lint(paths: Sequence[Path]) -> Linted:
    """Rules, waivers, attestations and mappings at `paths` (none: the bundled packs), and all that is
    wrong.

    Waivers and attestations are checked against the rules that are named with them, else against
    the bundled ones; whether they still count, by the present day of each pack.
    """
    mappings = [file for path in paths for file in find_mappings(path)]
    rules, files = _parted([path for path in paths if path not in mappings], mappings)
    only = bool(mappings) and not rules and not files
    packs, found = ((), ()) if only else load_packs(rules)
    if mappings:
        from checker.imports.shipped import typed_file  # it imports the engine

        found = (*found, *(d for file in mappings for d in typed_file(file)[1]))
    waivers = [file for file, kind in files if kind == "waiver"]
    answers = [file for file, kind in files if kind == "attestation"]
    exceptions, wrong = read_exceptions(waivers, answers)
    today = {pack.pack.name: local_day(None, pack.pack.timezone) for pack in packs}
    found = (
        *found,
        *wrong,
        *check_exceptions(exceptions, packs),
        *check_expiry(exceptions, today),
    )
    named = packs if rules or not files else ()
    ordered = tuple(sorted(found, key=lambda d: d.sort_key))
    return Linted(named, exceptions, ordered, len(mappings))


def _parted(
    paths: Sequence[Path], mappings: Sequence[Path]
) -> tuple[list[Path], list[tuple[Path, Kind]]]:
    """The paths with rules, and the files of the other kinds. A folder may hold all of them."""
    rules: list[Path] = []
    files: list[tuple[Path, Kind]] = []
    for path in paths:
        if path.is_dir():
            inside = find_exceptions(path)
            files += inside
            other = inside or any(path in mapping.parents for mapping in mappings)
            if not other or find_files([path])[0]:
                rules.append(path)
        elif kind := exception_kind(path):
            files.append((path, kind))
        else:
            rules.append(path)
    return rules, files
