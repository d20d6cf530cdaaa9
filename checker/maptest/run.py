"""Running tests of mappings, and tests of all kinds at once: files in, a report out."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from checker.diagnostics import Diagnostic, has_errors
from checker.imports.account import Account
from checker.imports.finding import names_mapping
from checker.imports.options import ImportOptions
from checker.imports.run import import_data
from checker.imports.shipped import FOLDER
from checker.imports.typing import TypedMapping
from checker.maptest.compare import compare
from checker.maptest.model import MappingCase
from checker.maptest.read import read_cases
from checker.maptest.samples import write_samples
from checker.packs.discover import BUNDLED
from checker.ruletest.files import find_tests
from checker.ruletest.model import CaseResult, Gap, TestReport
from checker.ruletest.run import run_test_files

ALL = (BUNDLED, FOLDER)
"""Where the tests of the bundled packs and mappings lie."""

_WORTH_A_PROCESS = 4
"""Tests that take about as long as a further process needs to start."""


def run_all(paths: Sequence[Path], processes: int | None = None) -> TestReport:
    """Runs the tests of rules and of mappings at `paths`, files and folders.

    User mistakes are `diagnostics` of the report.
    """
    files, found = find_tests(paths)
    of_mappings = [file for file in files if names_mapping(file)]
    of_rules = [file for file in files if file not in of_mappings]
    places = [path for path in paths if path.exists() and not names_mapping(path)]
    rules = TestReport((), (), ())
    if of_rules or not of_mappings:
        rules = run_test_files(places, of_rules, processes)
    mappings = run_mapping_tests(of_mappings, processes)
    both = {*rules.diagnostics, *mappings.diagnostics, *found}
    of = (("rule",) if of_rules else ()) + (("mapping",) if of_mappings else ())
    return TestReport(
        (*rules.results, *mappings.results),
        (*rules.gaps, *mappings.gaps),
        tuple(sorted(both, key=lambda d: d.sort_key)),
        of or ("rule",),
    )


def run_mapping_tests(files: Sequence[Path], processes: int | None = None) -> TestReport:
    """Runs the tests in files that name a mapping. None of a file with an error is run."""
    diagnostics: list[Diagnostic] = []
    mappings: dict[str, TypedMapping] = {}
    cases: list[MappingCase] = []
    for file in files:
        typed, read, found = read_cases(file)
        diagnostics += found
        if typed is not None and not has_errors(found):
            mappings[typed.written.file] = typed
            cases += read
    ran = _run(cases, processes)
    accounts: dict[str, list[Account]] = {file: [] for file in mappings}
    for case, (result, account) in zip(cases, ran, strict=True):
        if result.passed and account is not None:
            accounts[case.mapping.written.file].append(account)
    gaps = [gap for file, typed in mappings.items() for gap in _gaps(typed, accounts[file])]
    results = tuple(result for result, _ in ran)
    return TestReport(results, tuple(gaps), tuple(dict.fromkeys(diagnostics)), ("mapping",))


def _run(
    cases: Sequence[MappingCase], processes: int | None
) -> list[tuple[CaseResult, Account | None]]:
    wanted = processes or min(os.cpu_count() or 1, len(cases) // _WORTH_A_PROCESS)
    if wanted < 2:
        return [run_mapping_case(case) for case in cases]
    # Started afresh: a copy of this process would share the engine's threads and locks.
    with ProcessPoolExecutor(wanted, mp_context=get_context("spawn")) as pool:
        return list(pool.map(run_mapping_case, cases, chunksize=2))


def run_mapping_case(case: MappingCase) -> tuple[CaseResult, Account | None]:
    """One test: its files written, imported, and what was made compared."""
    with TemporaryDirectory(prefix="checker-test-") as name:
        source, made = Path(name, "src"), Path(name, "data")
        source.mkdir()
        write_samples(case.files, source)
        options = ImportOptions(
            case.mapping.written.file,
            case.settings,
            case.first,
            case.through,
            format="csv",
            threads=1,
            text=True,
            answers=case.answers or None,
        )
        account, found = import_data(source, made, options)
        return CaseResult(case, compare(case, account, found, made, source)), account


def _gaps(mapping: TypedMapping, accounts: Sequence[Account]) -> Iterator[Gap]:
    """Rows that no test makes and conditions that no test meets, of the tests that passed."""
    made = {(t.table, t.input, t.label) for a in accounts for t in a.tables if t.written}
    dropped = {(f.input, label) for a in accounts for f in a.files for label in f.dropped}
    for out in mapping.outputs:
        written = out.written
        if (written.table, written.input, written.label) not in made:
            what = f"rows of {written.table} {written.label}".rstrip()
            yield Gap(mapping.written.name, written.span, (what,), "mapping")
    for name, drops in mapping.drops.items():
        for label, _ in drops:
            if (name, label) not in dropped:
                what = f"rows dropped as {label}"
                span = mapping.written.inputs[name].span
                yield Gap(mapping.written.name, span, (what,), "mapping")
