"""What a rule says wrong, file in, diagnostics out: each file in cases/ is one case."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from casefiles import outcome, sections

import checker
from checker.diagnostics.explanations import explanations
from checker.rulesets import load_packs

CASES = sorted((Path(__file__).parent / "cases").glob("*.case"))
TESTS = Path(__file__).parent.parent
MAPPINGS = TESTS.parent / "checker" / "mappings"
SOURCE = Path(checker.__file__).parent
CODE = re.compile(r"(?<![\w-])[EW]\d{3}(?!\w)")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert outcome(case, load_packs) == sections(case)["diagnostics"].splitlines()


def emitted() -> set[str]:
    """Every code that stands as a literal of its own in the source."""
    literal = re.compile(r'"([EW]\d{3})"')
    return {
        code for file in SOURCE.rglob("*.py") for code in literal.findall(file.read_text("utf-8"))
    }


def test_every_code_that_can_be_told_is_explained_and_no_other() -> None:
    assert emitted() == set(explanations())


def test_every_explanation_says_what_works() -> None:
    bare = [c for c, one in explanations().items() if not (one.title and one.text and one.right)]
    assert bare == []


def test_every_code_of_the_language_has_a_case_of_its_own() -> None:
    told = {line[:4] for case in CASES for line in sections(case)["diagnostics"].splitlines()}
    assert {code for code in explanations() if code.startswith("E1")} - told == set()


def test_every_code_occurs_in_some_test() -> None:
    shown: set[str] = set()
    for file in (*TESTS.rglob("*"), *MAPPINGS.glob("*.test.yaml")):
        if file.is_file() and file.suffix in (".case", ".py", ".txt", ".yaml", ".json"):
            shown |= set(CODE.findall(file.read_text("utf-8", errors="ignore")))
    assert set(explanations()) - shown == set()
