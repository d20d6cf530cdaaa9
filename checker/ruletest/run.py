"""Running tests of rules: files in, a report out."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from checker.diagnostics import Diagnostic, has_errors, nearest
from checker.packs.access import scalar
from checker.packs.discover import bundled_files
from checker.packs.nodes import MapNode
from checker.packs.typed import TypedPack
from checker.ruletest.compare import compare
from checker.ruletest.coverage import gaps
from checker.ruletest.dataset import write_dataset
from checker.ruletest.files import bundled_pack, find_tests, near_packs
from checker.ruletest.model import Case, CaseResult, Failure, TestReport
from checker.ruletest.read import read_cases, read_root

_ALL = 1_000_000  # a test compares every offender
_WORTH_A_PROCESS = 16
"""Tests that take about as long as a further process needs to start."""


def run_tests(paths: Sequence[Path], processes: int | None = None) -> TestReport:
    """Runs the test files at `paths` (files and folders) against the packs there or bundled.

    User mistakes are `diagnostics` of the report; tests of packs with errors are not run.
    `processes` 1 runs all tests in this one; by default there are as many as are worth it.
    """
    files, found = find_tests(paths)
    report = run_test_files([path for path in paths if path.exists()], files, processes)
    told = {*report.diagnostics, *found}
    return replace(report, diagnostics=tuple(sorted(told, key=lambda d: d.sort_key)))


def run_test_files(
    places: Sequence[Path], files: Sequence[Path], processes: int | None = None
) -> TestReport:
    """Runs test files against the packs at `places`, beside the files, or bundled."""
    near = near_packs(places, files)
    diagnostics = list(near.diagnostics)
    packs = dict(near.typed)
    cases: list[Case] = []
    for file in files:
        root, problems = read_root(file)
        diagnostics.extend(problems)
        if root is None:
            continue
        pack = _pack_of(root, packs, near.sound, diagnostics)
        if pack is not None:
            read, problems = read_cases(root, pack)
            diagnostics.extend(problems)
            cases.extend(read)
    results = () if not near.sound else _run(cases, packs, processes)
    told = sorted(dict.fromkeys(diagnostics), key=lambda d: d.sort_key)
    return TestReport(results, gaps(packs.values(), results), tuple(told))


def _pack_of(
    root: MapNode, packs: dict[str, TypedPack], sound: bool, found: list[Diagnostic]
) -> TypedPack | None:
    node = scalar(root.get("pack"))
    if node.text not in packs and sound:
        bundled = bundled_pack(node.text)
        found.extend(bundled.diagnostics)
        if not bundled.sound:
            return None
        packs.update(bundled.typed)
    if node.text not in packs and sound:
        known = sorted({*packs, *bundled_files()})
        meant = nearest(node.text, known)
        label = f"did you mean `{meant}`?" if meant else ""
        notes = (f"packs: {', '.join(known)}",)
        message = f"there is no pack `{node.text}` to test"
        found.append(Diagnostic("E403", message, node.span, label, notes))
    return packs.get(node.text)


def _run(
    cases: Sequence[Case], packs: Mapping[str, TypedPack], processes: int | None
) -> tuple[CaseResult, ...]:
    wanted = processes or min(os.cpu_count() or 1, len(cases) // _WORTH_A_PROCESS)
    if wanted < 2:
        return tuple(run_case(case, packs[case.pack]) for case in cases)
    # Started afresh: a copy of this process would share the engine's threads and locks.
    pool = ProcessPoolExecutor(
        wanted, mp_context=get_context("spawn"), initializer=_begin, initargs=(dict(packs),)
    )
    with pool:
        return tuple(pool.map(_run_one, cases, chunksize=4))


_packs: dict[str, TypedPack] = {}  # of a worker process


def _begin(packs: dict[str, TypedPack]) -> None:
    _packs.update(packs)


def _run_one(case: Case) -> CaseResult:
    return run_case(case, _packs[case.pack])


def run_case(case: Case, pack: TypedPack) -> CaseResult:
    """One test: its rows to Parquet, an audit of them, and its verdicts compared."""
    with TemporaryDirectory(prefix="checker-test-") as name:
        folder = Path(name)
        write_dataset(case, pack.catalog, folder)
        # Naming offenders takes a third of the time: only where they are compared, or to be shown.
        blamed = any(expectation.offenders is not None for expectation in case.expectations)
        result = _audited(case, pack, folder, listed=blamed)
        if not result.passed and not blamed:
            result = _audited(case, pack, folder, listed=True)
        return result


def _audited(case: Case, pack: TypedPack, folder: Path, *, listed: bool) -> CaseResult:
    from checker.options import AuditOptions
    from checker.pipeline import audit_packs

    options = AuditOptions(
        packs=(case.pack,),  # by name, so that a pack for any platform applies
        as_of=case.as_of.isoformat() if case.as_of is not None else None,
        offenders=_ALL if listed else 0,
        only_rules=frozenset(expectation.rule for expectation in case.expectations),
        threads=1,
    )
    result, found = audit_packs(folder, [pack], options)
    if result is None or has_errors(found):
        errors = (d.message for d in found if d.level == "error")
        told = "; ".join(message.replace(str(folder), "the data") for message in errors)
        failure = Failure("", case.span, "data that can be audited", told or "no result")
        return CaseResult(case, (failure,))
    failures, seen = compare(case, result.verdicts)
    return CaseResult(case, failures, seen)
