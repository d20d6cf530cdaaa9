"""Tests of mappings: each file in cases/ holds a test file, and the report or the diagnostics of it.

`test` is run beside mine.yaml. `report` is what `checker test --coverage` prints, `diagnostics` are
code, line and message.
"""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import pytest
import yaml

from checker.maptest.run import run_all, run_mapping_tests
from checker.ruletest.report import render

HERE = Path(__file__).parent
CASES = sorted((HERE / "cases").glob("*.yaml"))
RULE_TEST = """\
pack: mine-rules
tests:
  - name: a rule beside a mapping
    chat: S1 08:00:00 buyer 在吗
    expect: {asked: 1}
"""
PACK = """\
language: 1
pack: mine-rules
platform: mine
title: Mine
timezone: Asia/Shanghai
rules:
  asked: {title: Asked, value: {of: messages, is: count()}}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text((HERE / "mine.yaml").read_text("utf-8"), "utf-8")
    Path("real.csv").write_text("会话ID,时间,角色\nR1,2026-10-01 08:00:00,买家\n", "gb18030")
    return tmp_path


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_case(path: Path, folder: Path) -> None:
    case = yaml.safe_load(path.read_text("utf-8"))
    Path("mine.test.yaml").write_text(case["test"], "utf-8")
    report = run_all([Path("mine.test.yaml")])
    told = [f"{d.code} {d.span.line if d.span else '-'}: {d.message}" for d in report.diagnostics]
    assert told == case.get("diagnostics", [])
    if "diagnostics" in case:
        assert not report.results
    else:
        text = render(report, color=False, width=80, verbose=True, coverage=True)
        assert text.splitlines() == case["report"].splitlines()


def test_one_folder_may_hold_tests_of_rules_and_of_mappings(folder: Path) -> None:
    case = yaml.safe_load((HERE / "cases" / "rows may stand in any order.yaml").read_text("utf-8"))
    Path("mine.test.yaml").write_text(case["test"], "utf-8")
    Path("mine-rules.yaml").write_text(PACK, "utf-8")
    Path("mine-rules.test.yaml").write_text(RULE_TEST, "utf-8")
    report = run_all([folder])
    assert not report.diagnostics
    assert [result.case.name for result in report.results if result.passed] == [
        "a rule beside a mapping",
        "rows may stand in any order",
    ]
    assert {gap.what for gap in report.gaps} == {"rule", "mapping"}
    beside = run_all([Path("mine.yaml")])
    assert [result.case.name for result in beside.results] == ["rows may stand in any order"]


def test_processes_change_nothing(folder: Path) -> None:
    case = yaml.safe_load((HERE / "cases" / "rows may stand in any order.yaml").read_text("utf-8"))
    Path("mine.test.yaml").write_text(case["test"], "utf-8")
    one, two = (run_mapping_tests([Path("mine.test.yaml")], processes=n) for n in (1, 2))
    assert one.results and dataclasses.astuple(one) == dataclasses.astuple(two)


def test_the_example_of_the_page_on_mappings_passes(folder: Path) -> None:
    page = (HERE.parents[1] / "docs" / "mappings.md").read_text("utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", page, re.DOTALL)
    Path("my-export.yaml").write_text(examples[0], "utf-8")
    Path("my-export.test.yaml").write_text(examples[-1], "utf-8")
    report = run_all([Path("my-export.yaml")])
    assert (report.passed, report.failed, report.gaps, report.diagnostics) == (1, 0, (), ())
