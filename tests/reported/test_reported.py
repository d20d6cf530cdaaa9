"""Runs the cases: tables in, verdicts and diagnostics out. A case's name is the sentence it proves."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

import checker
from checker.diagnostics import Diagnostic
from checker.options import AuditOptions
from checker.pipeline import audit
from checker.reports.json import to_json
from checker.verdicts.model import Result, Verdict

HERE = Path(__file__).parent
CASES = sorted((HERE / "cases").glob("*.yaml"))
SCHEMA = json.loads(
    (Path(checker.__file__).parent / "schemas" / "result.schema.json").read_text("utf-8")
)


def read(path: Path) -> Any:
    return yaml.load(path.read_text("utf-8"), yaml.BaseLoader)


def write(case: Any, folder: Path, *, backwards: bool = False) -> Path:
    for name, text in case["files"].items():
        head, *rows = text.splitlines()
        rows = rows[::-1] if backwards else rows
        (folder / name).write_text("\n".join([head, *rows]) + "\n", "utf-8")
    return folder


def judged(
    case: Any, folder: Path, *, backwards: bool = False, threads: int = 1
) -> tuple[Result | None, tuple[Diagnostic, ...]]:
    options = AuditOptions(
        rules=(HERE / "rules.yaml",),
        platform="douyin",
        as_of=case.get("as_of"),
        by=tuple(case.get("by", ())),
        threads=threads,
    )
    return audit(write(case, folder, backwards=backwards), options)


def told(verdict: Verdict) -> str:
    """One verdict on one line: what a case expects."""
    scope = " ".join(f"{k}={v}" for k, v in verdict.scope.items() if k != "platform")
    period = f"{verdict.period.kind} {verdict.period.start}..{verdict.period.through}"
    counts = f"{verdict.numerator}/{verdict.denominator}"
    text = f"{verdict.rule[6:]} {scope}; {period}; {verdict.outcome} {verdict.basis}"
    text += f" {verdict.value} {counts}"
    if verdict.added:
        text += " added"
    if (other := verdict.reconciliation) is not None:
        text += f"; reported {verdict.reported}, {other.more_rows} rows {other.more_bad} bad more"
        text += (
            f", differs {other.differs}: {' '.join(str(o.session_id) for o in other.candidates)}"
        )
    return text.rstrip()


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_case(path: Path, tmp_path: Path) -> None:
    case = read(path)
    result, diagnostics = judged(case, tmp_path)
    said = [" | ".join((d.code, d.message, *d.notes)) for d in diagnostics]
    assert said == case.get("diagnostics", [])
    if "verdicts" not in case:
        assert result is None and said
        return
    assert result is not None
    wanted = set(case["rules"])
    assert [told(v) for v in result.verdicts if v.rule[6:] in wanted] == case["verdicts"]
    text = to_json(result)
    jsonschema.validate(json.loads(text), SCHEMA)
    again, _ = judged(case, tmp_path, backwards=True, threads=2)
    assert again is not None and to_json(again) == text


def test_a_rule_of_another_platform_is_named(tmp_path: Path) -> None:
    (tmp_path / "reported.csv").write_text(
        "platform,rule,from,through,value\n"
        "elsewhere,quick,2026-10-01,2026-10-01,0.9\n"
        "douyin,quick,2026-10-01,2026-10-01,0.9\n",
        "utf-8",
    )
    result, diagnostics = audit(tmp_path, AuditOptions(rules=(HERE / "rules.yaml",)))
    assert [(d.code, d.message, d.notes) for d in diagnostics] == [
        (
            "W381",
            "no rule `quick` for the platform `elsewhere`",
            ("rules of that name: house/quick",),
        )
    ]
    assert result is not None
    assert [v.scope["platform"] for v in result.verdicts if v.rule == "house/quick"] == ["douyin"]
