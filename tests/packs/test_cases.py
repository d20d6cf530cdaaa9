"""Rule files in, diagnostics out: each file in cases/ is one case, its name says what it shows."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from casefiles import outcome, sections

from checker import diagnostics
from checker.packs.load import read_packs

CASES = sorted((Path(__file__).parent / "cases").glob("*.case"))
CODES = Path(diagnostics.__file__).parent / "codes"
# Cases of these are bytes, or whole folders, and stand in test_files.py.
ELSEWHERE = {"E001", "E002", "E014", "E015", "E016"}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert outcome(case, read_packs) == sections(case)["diagnostics"].splitlines()


def test_there_are_cases() -> None:
    assert len(CASES) > 40


def test_each_code_of_rule_files_has_a_case() -> None:
    explained: set[str] = set()
    for area in ("files", "structure"):
        explained |= set(yaml.safe_load((CODES / f"{area}.yaml").read_text("utf-8")))
    shown = {line[:4] for case in CASES for line in sections(case)["diagnostics"].splitlines()}
    assert explained - ELSEWHERE == shown - {"E310", "E311"}
