"""Verdicts against what a test expects: each file in comparing/ is one case.

`expect` is what stands below `expect:` in a test, `verdicts` are what an audit gave, `failures` what
does not hold, one a line: rule | wanted | came.
"""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml

from checker.diagnostics import Diagnostic
from checker.packs.check import check_pack
from checker.packs.load import read_packs
from checker.packs.model import Text
from checker.packs.nodes import MapNode
from checker.packs.typed import TypedPack
from checker.packs.yaml import parse_yaml
from checker.ruletest.compare import compare
from checker.ruletest.coverage import gaps
from checker.ruletest.expect import read_expectations
from checker.ruletest.model import Case, CaseResult
from checker.verdicts.model import Offender, Outcome, PeriodSpan, Verdict

HERE = Path(__file__).parent
CASES = sorted((HERE / "comparing").glob("*.yaml"))


def typed_pack() -> TypedPack:
    packs, problems = read_packs([HERE / "mine.yaml"], ())
    assert not problems
    pack, found = check_pack(packs[0])
    assert not found
    return pack


def verdict(given: dict[str, Any]) -> Verdict:
    kind, start = (str(part) for part in given.get("period", ["all", ""]))
    offenders = tuple(
        Offender(
            "s1", None if one.startswith("a") else one, 1, one if one[0] == "a" else None, 0, 0
        )
        for one in given.get("offenders", [])
    )
    plain: dict[str, Any] = {
        **dict.fromkeys(("reason", "reported", "require", "aim", "revision", "source")),
        **dict.fromkeys(("numerator", "denominator", "shortfall", "recover_with", "spare")),
        **{key: value for key, value in given.items() if key in Verdict._fields},
    }
    value = given.get("value")
    plain.update(
        pack="mine",
        rule=f"mine/{given['rule']}",
        title=Text(en="A rule"),
        severity="error",
        scope={"platform": "mine", **given.get("scope", {})},
        period=PeriodSpan(kind, start or None, start or None),
        outcome=Outcome(given["outcome"]),
        value=None if value is None else Fraction(str(value)),
        pending=given.get("pending", 0),
        basis=given.get("basis", "computed"),
        aim_source=None,
        waiver=None,
        attestation=None,
        offenders=offenders,
        offender_count=len(offenders),
    )
    return Verdict(**plain)


def case_of(expect: str, tags: frozenset[str] = frozenset()) -> Case:
    node, problems = parse_yaml("t.test.yaml", expect.encode())
    assert isinstance(node, MapNode) and not problems
    found: list[Diagnostic] = []
    expectations = tuple(read_expectations(node, typed_pack(), found))
    assert not found
    return Case("it", tags, None, {}, expectations, "mine", node.span)


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_comparing(file: Path) -> None:
    given = yaml.safe_load(file.read_text("utf-8"))
    failures, _ = compare(case_of(given["expect"]), [verdict(v) for v in given["verdicts"]])
    assert [f"{f.rule} | {f.wanted} | {f.came}" for f in failures] == (given["failures"] or [])


@pytest.mark.parametrize(
    ("shown", "wanted"),
    [
        ([], {"fast": "pass fail boundary no_data", "mean-wait": "pass boundary no_data"}),
        (
            [("fast", "pass", "boundary"), ("fast", "fail", ""), ("mean-wait", "info", "boundary")],
            {"fast": "no_data", "mean-wait": "no_data"},
        ),
        (
            [
                *(("fast", outcome, "boundary") for outcome in ("pass", "warn", "no_data")),
                *(("mean-wait", outcome, "boundary") for outcome in ("info", "not_evaluated")),
            ],
            {},
        ),
        (  # too small a sample shows neither a pass nor a failure
            [("fast", "small_sample", "boundary"), ("mean-wait", "pass", "pass")],
            {"fast": "pass fail no_data", "mean-wait": "pass boundary no_data"},
        ),
    ],
)
def test_coverage(shown: list[tuple[str, str, str]], wanted: dict[str, str]) -> None:
    results = []
    for rule, outcome, tag in shown:
        case = case_of(f"{rule}: {outcome}", frozenset({tag}))
        failures, seen = compare(
            case, [verdict({"rule": rule, "type": "ratio", "outcome": outcome})]
        )
        results.append(CaseResult(case, failures, seen))
    found = {gap.rule.removeprefix("mine/"): gap for gap in gaps([typed_pack()], results)}
    assert "roster" not in found  # a question for people
    assert {
        r: " ".join(g.missing) for r, g in found.items() if r in ("fast", "mean-wait")
    } == wanted
    assert all(gap.span.file.endswith("mine.yaml") and gap.span.line > 1 for gap in found.values())


def test_what_failed_counts_for_no_coverage() -> None:
    case = case_of("fast: {outcome: fail, denominator: 2}", frozenset({"boundary"}))
    given = {"rule": "fast", "type": "ratio", "outcome": "fail", "denominator": 3}
    failures, seen = compare(case, [verdict(given)])
    assert failures and not seen
