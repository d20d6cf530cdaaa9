"""Failures beside an earlier result: new, still there, repaired, gone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from checker.cli.exits import exit_code
from checker.packs.model import Text
from checker.reports.json import to_json
from checker.verdicts.baseline import beside, read_baseline
from checker.verdicts.model import DataSummary, Outcome, PeriodSpan, Result, Verdict

DAY = PeriodSpan("day", "2026-10-01", "2026-10-01")


def verdict(outcome: Outcome, period: PeriodSpan = DAY, **changes: object) -> Verdict:
    made = Verdict(
        pack="p",
        rule="p/r",
        title=Text("t", "t"),
        severity="error",
        scope={"platform": "p", "shop": None},
        period=period,
        outcome=outcome,
        reason=None,
        type="ratio",
        basis="computed",
        reported=None,
        value=None,
        numerator=None,
        denominator=None,
        pending=0,
        require=">= 80%",
        aim=None,
        shortfall=None,
        recover_with=None,
        spare=None,
        revision=None,
        source=None,
        aim_source=None,
        waiver=None,
        attestation=None,
        offender_count=0,
        offenders=(),
    )
    return made._replace(**changes)  # type: ignore[arg-type]


def result(*verdicts: Verdict) -> Result:
    return Result(DataSummary({}, None, None), (), verdicts)


def compared(before: Result, now: Result, folder: Path) -> Result:
    file = folder / "before.json"
    file.write_text(to_json(before), "utf-8")
    baseline, found = read_baseline(file)
    assert baseline is not None, found
    made, _ = beside(now, baseline)
    return made


@pytest.mark.parametrize("before", sorted(Outcome))
@pytest.mark.parametrize("now", sorted(Outcome))
def test_every_pair_of_outcomes(before: Outcome, now: Outcome, tmp_path: Path) -> None:
    made = compared(result(verdict(before)), result(verdict(now)), tmp_path)
    wanted = None
    if now is Outcome.FAIL:
        wanted = "still" if before is Outcome.FAIL else "new"
    elif before is Outcome.FAIL and now in (Outcome.PASS, Outcome.WARN):
        wanted = "repaired"
    assert made.verdicts[0].baseline == wanted
    counts = made.baseline
    assert counts is not None
    marks = {"new": counts.new, "still": counts.still, "repaired": counts.repaired}
    assert marks == {key: int(key == wanted) for key in marks} and counts.gone == 0


@pytest.mark.parametrize("kind", ["all", "rolling"])
def test_a_period_without_fixed_dates_goes_together_by_its_kind(kind: str, tmp_path: Path) -> None:
    before = verdict(Outcome.FAIL, PeriodSpan(kind, "2026-09-01", "2026-09-30"))
    now = verdict(Outcome.FAIL, PeriodSpan(kind, "2026-09-02", "2026-10-01"))
    assert compared(result(before), result(now), tmp_path).verdicts[0].baseline == "still"


def test_another_day_or_shop_or_rule_is_new_and_what_failed_then_is_gone(tmp_path: Path) -> None:
    before = result(verdict(Outcome.FAIL))
    others = (
        verdict(Outcome.FAIL, PeriodSpan("day", "2026-10-02", "2026-10-02")),
        verdict(Outcome.FAIL, scope={"platform": "p", "shop": "s"}),
        verdict(Outcome.FAIL, rule="p/other"),
    )
    made = compared(before, result(*others), tmp_path)
    assert [v.baseline for v in made.verdicts] == ["new"] * 3
    assert made.baseline is not None and made.baseline.gone == 1


def test_the_order_of_a_scope_does_not_matter(tmp_path: Path) -> None:
    before = verdict(Outcome.FAIL, scope={"agent": "a", "shop": "s", "platform": "p"})
    now = verdict(Outcome.FAIL, scope={"platform": "p", "shop": "s", "agent": "a"})
    assert compared(result(before), result(now), tmp_path).verdicts[0].baseline == "still"


def test_only_new_passes_over_old_failures_and_nothing_else(tmp_path: Path) -> None:
    before = result(verdict(Outcome.FAIL))
    old = compared(before, result(verdict(Outcome.FAIL), verdict(Outcome.WARN)), tmp_path)
    assert exit_code(old, (), False) == 1
    assert exit_code(old, (), False, only_new=True) == 0
    assert exit_code(old, (), True, only_new=True) == 3
    new = compared(
        before, result(verdict(Outcome.FAIL), verdict(Outcome.FAIL, rule="p/n")), tmp_path
    )
    assert exit_code(new, (), False, only_new=True) == 1


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "E330"),
        (b"\xff\xfe", "E330"),
        (b"[" * 100_000, "E330"),
        (b"[]", "E331"),
        (b"{}", "E331"),
        (b'{"schema": 2, "verdicts": []}', "E331"),
        (b'{"schema": 1, "verdicts": [{"rule": "p/r"}]}', "E331"),
    ],
)
def test_a_file_that_is_no_result_is_refused(content: bytes, code: str, tmp_path: Path) -> None:
    file = tmp_path / "before.json"
    file.write_bytes(content)
    baseline, found = read_baseline(file)
    assert baseline is None and [d.code for d in found] == [code]


def test_a_result_of_another_version_is_read_where_it_says_what_is_needed(tmp_path: Path) -> None:
    read = json.loads(to_json(result(verdict(Outcome.FAIL))))
    read["later"] = 1
    del read["verdicts"][0]["baseline"], read["baseline"]
    file = tmp_path / "before.json"
    file.write_text("\ufeff" + json.dumps(read), "utf-8")
    baseline, found = read_baseline(file)
    assert baseline is not None and not found
