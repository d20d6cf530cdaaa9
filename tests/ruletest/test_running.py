"""Tests of rules run end to end: rows to Parquet, an audit, and a report that people read."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.packs.discover import BUNDLED
from checker.ruletest.report import render
from checker.ruletest.run import run_tests

HERE = Path(__file__).parent
TESTS = """\
pack: mine
tests:
  - name: a reply in time passes
    case: [pass, boundary]
    chat: |
      S1 08:00:00 buyer 在吗
      S1 +180s agent:a1 在的
    expect:
      fast: {value: 100%, outcome: pass, offenders: []}
      mean-wait: {agent: a1, month: 2026-01, value: 180s, outcome: info}

  - name: a test that is wrong about everything has all of it told, and its name is long
    chat:
      - repeat: 3
        lines: |
          S{n} 08:00:00 buyer 在吗
          S{n} +240s agent:a1 在的
    expect:
      fast: {value: 50%, outcome: pass, numerator: 1}
      mean-wait: {agent: a2, value: 240s}
      rated: 80%

  - name: rows that make no data set
    agents:
      - {agent_id: a1}
    expect:
      fast: no_data
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("mine.yaml").write_text((HERE / "mine.yaml").read_text("utf-8"), "utf-8")
    Path("mine.test.yaml").write_text(TESTS, "utf-8")
    return tmp_path


def test_what_fails_is_told_with_its_place(folder: Path) -> None:
    report = run_tests([Path("mine.test.yaml")])
    assert not report.diagnostics
    assert [result.passed for result in report.results] == [True, False, False]
    told = [
        (f.rule, f.span.line, f.wanted, f.came.partition(" (")[0], f.offenders)
        for f in report.results[1].failures
    ]
    assert told[0] == (
        "mine/fast",
        19,
        "outcome pass, value 50%, numerator 1",
        "outcome fail, value 0%, numerator 0",
        ("S1", "S2", "S3"),
    )
    assert told[1][:3] == ("mine/mean-wait", 20, "a verdict of agent a2")
    assert told[2][:3] == ("mine/rated", 21, "outcome from at least one row, value 80%")
    text = render(report, color=False, width=80, coverage=True)
    assert text.startswith(
        "FAIL  a test that is wrong about everything has all of it told, and its name is\n"
        "      long\n"
        "      mine.test.yaml:19\n"
        "        rule      mine/fast\n"
        "        expected  outcome pass, value 50%, numerator 1\n"
        "        came      outcome fail, value 0%, numerator 0 (shop s1, day 2026-01-05)\n"
        "        offenders S1, S2, S3\n"
    )
    assert "LACKS mine/fast: no case of fail, no_data\n      mine.yaml:" in text
    assert "PASS" not in text
    assert text.endswith("1 passed, 2 failed; 4 rules lack a case\n")
    assert all(len(line) <= 80 for line in text.splitlines())
    assert render(report, color=False, width=80, verbose=True).startswith("PASS  a reply in time")


def test_processes_change_nothing(folder: Path) -> None:
    paths = [Path("mine.test.yaml")]
    assert run_tests(paths, processes=2) == run_tests(paths, processes=1)


def test_the_tests_of_bundled_rules_pass_and_are_complete() -> None:
    """Of one pack; `checker test --coverage` runs those of all."""
    report = run_tests([BUNDLED / "taobao"])
    assert not report.diagnostics
    assert len(report.results) > 10
    text = render(report, color=False, width=80, coverage=True)
    assert (report.failed, len(report.gaps)) == (0, 0), text
