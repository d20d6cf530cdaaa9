"""Files of waivers and attestations in, diagnostics out: each file in cases/ is one case, its name
says what it shows.

A case is text with a line `=== NAME` before each file (waivers*.yaml or attest*.yaml), `=== today`
with the day where it matters, and `=== diagnostics` with what must come out, one a line. pack.yaml
beside this file holds the rules.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import yaml

from checker import diagnostics
from checker.diagnostics import Diagnostic
from checker.rulesets import load_packs
from checker.verdicts.exception_files import read_exceptions
from checker.verdicts.exception_lint import check_exceptions, check_expiry

HERE = Path(__file__).parent
CASES = sorted((HERE / "cases").glob("*.case"))
CODES = Path(diagnostics.__file__).parent / "codes" / "exceptions.yaml"
TODAY = "2026-10-20"


def sections(case: Path) -> dict[str, str]:
    found = {}
    for part in ("\n" + case.read_text("utf-8")).split("\n=== ")[1:]:
        name, _, body = part.partition("\n")
        found[name.strip()] = body if body.endswith("\n") or not body else body + "\n"
    return found


def told(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    place = f"{span.file}:{span.line}:{span.column}-{span.end_column}" if span else ""
    parts = (place, diagnostic.message, diagnostic.label, *diagnostic.notes, diagnostic.subject)
    return " | ".join((diagnostic.code, *(part for part in parts if part)))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = sections(case)
    wanted = given.pop("diagnostics").splitlines()
    today = dt.date.fromisoformat(given.pop("today", TODAY).strip())
    monkeypatch.chdir(tmp_path)
    for name, text in given.items():
        Path(name).write_text(text, "utf-8")
    files = [Path(name) for name in given]
    packs, wrong = load_packs((HERE / "pack.yaml",))
    assert not wrong
    exceptions, found = read_exceptions(
        [f for f in files if f.name.startswith("waivers")],
        [f for f in files if f.name.startswith("attest")],
    )
    found = (
        *found,
        *check_exceptions(exceptions, packs),
        *check_expiry(exceptions, {"mine": today}),
    )
    assert [told(d) for d in found] == wanted
    assert all((d.level == "warning") == d.code.startswith("W") for d in found)


def test_each_code_has_a_case() -> None:
    shown = {line[:4] for case in CASES for line in sections(case)["diagnostics"].splitlines()}
    assert set(yaml.safe_load(CODES.read_text("utf-8"))) <= shown


def test_files_that_are_not_there_are_told() -> None:
    _, found = read_exceptions([HERE / "gone.yaml"], [])
    assert [d.code for d in found] == ["E001"]
