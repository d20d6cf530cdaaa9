"""Rule files in, diagnostics out: each file in cases/ is one case, its name says what it shows.

A case is text with a line `=== NAME` before each file of the folder that is read, `=== settings`
with `--set` pairs where there are any, and `=== diagnostics` with what must come out, one a line.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from checker import diagnostics
from checker.diagnostics import Diagnostic
from checker.packs.load import read_packs

CASES = sorted((Path(__file__).parent / "cases").glob("*.case"))
CODES = Path(diagnostics.__file__).parent / "codes"
# Cases of these are bytes, or whole folders, and stand in test_files.py.
ELSEWHERE = {"E001", "E002", "E014", "E015", "E016"}


def sections(case: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in ("\n" + case.read_text("utf-8")).split("\n=== ")[1:]:
        name, _, body = part.partition("\n")
        found[name.strip()] = body if body.endswith("\n") or not body else body + "\n"
    return found


def told(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    place = ""
    if span is not None:
        place = f"{span.file}:{span.line}:{span.column}-{span.end_column}"
        if span.end_line != span.line:
            place = f"{span.file}:{span.line}:{span.column}-{span.end_line}:{span.end_column}"
    parts = (place, diagnostic.message, diagnostic.label, *diagnostic.notes, diagnostic.subject)
    return " | ".join((diagnostic.code, *(part for part in parts if part)))


def outcome(case: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(folder)
    given = sections(case)
    files = [name for name in given if name not in ("settings", "diagnostics")]
    for name in files:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(given[name], "utf-8")
    pairs = [line.partition("=") for line in given.get("settings", "").splitlines()]
    settings = [(key, value) for key, _, value in pairs]
    _, found = read_packs([Path(name) for name in files], settings)
    return [told(diagnostic) for diagnostic in found]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = sections(case)["diagnostics"].splitlines()
    assert outcome(case, tmp_path, monkeypatch) == wanted


def test_there_are_cases() -> None:
    assert len(CASES) > 40


def test_each_code_of_rule_files_has_a_case() -> None:
    explained: set[str] = set()
    for area in ("files", "structure"):
        explained |= set(yaml.safe_load((CODES / f"{area}.yaml").read_text("utf-8")))
    shown = {line[:4] for case in CASES for line in sections(case)["diagnostics"].splitlines()}
    assert explained - ELSEWHERE == shown - {"E310", "E311"}
