"""Waivers and attestations on one verdict each: applying.yaml is the table, its names say what holds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from made_up_verdict import verdict

from checker.excepting import local_day
from checker.verdicts.apply import apply
from checker.verdicts.exception_files import read_exceptions
from checker.verdicts.model import Outcome, PeriodSpan

CASES = yaml.load((Path(__file__).parent / "applying.yaml").read_text("utf-8"), yaml.BaseLoader)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["case"])
def test_applying(case: dict[str, Any], tmp_path: Path) -> None:
    given = case["verdict"]
    period = given.get("period", ["all"])
    judged = verdict(
        rule=given.get("rule", "mine/fast"),
        scope=given.get("scope", {"platform": "p", "shop": "s1"}),
        outcome=Outcome(given["outcome"]),
        period=PeriodSpan(period[0], *(period[1:] or (None, None))),
    )
    files: dict[str, list[Path]] = {"waivers": [], "attestations": []}
    for kind in files:
        if kind in case:
            files[kind] = [tmp_path / f"{kind}.yaml"]
            files[kind][0].write_text(yaml.safe_dump({kind: _filled(kind, case[kind])}), "utf-8")
    exceptions, found = read_exceptions(files["waivers"], files["attestations"])
    assert not found
    today = {"mine": dt.date.fromisoformat(case.get("today", "2026-10-20"))}
    (after,) = apply([judged], exceptions.waivers, exceptions.attestations, today)
    wanted = case["then"]
    shown = {
        "outcome": after.outcome.value,
        "waiver": after.waiver and {key: str(value) for key, value in after.waiver.items()},
        "attestation": after.attestation
        and {key: str(value) for key, value in after.attestation.items()},
        "reason": after.reason,
    }
    for key in ("waiver", "attestation"):
        if isinstance(shown[key], dict) and key in wanted:
            shown[key] = {name: shown[key][name] for name in wanted[key]}
    assert {key: shown[key] for key in wanted} == wanted
    if "waiver" not in wanted:
        assert after.waiver is None
    if "attestation" not in wanted:
        assert after.attestation is None


def _filled(kind: str, entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The entries with what a case does not care about."""
    who = {"waivers": {"reason": "moving", "approved_by": "Wang"}, "attestations": {"by": "Li"}}
    return [{"rule": "mine/fast", **who[kind], **entry} for entry in entries]


@pytest.mark.parametrize(
    ("instant", "zone", "day"),
    [
        ("2026-10-31T15:59:59+00:00", "Asia/Shanghai", "2026-10-31"),
        ("2026-10-31T16:00:00+00:00", "Asia/Shanghai", "2026-11-01"),
        ("2026-11-01T03:59:59+00:00", "America/New_York", "2026-10-31"),
        ("2026-11-01T04:00:00+00:00", "America/New_York", "2026-11-01"),
        ("2026-11-02T04:59:59+00:00", "America/New_York", "2026-11-01"),  # after 25 hours
        ("2026-11-02T05:00:00+00:00", "America/New_York", "2026-11-02"),
        ("2026-10-31T23:59:59+00:00", "UTC", "2026-10-31"),
    ],
)
def test_the_day_of_an_audit_is_that_of_the_packs_zone(instant: str, zone: str, day: str) -> None:
    micros = int(dt.datetime.fromisoformat(instant).timestamp()) * 1_000_000
    assert local_day(micros, zone) == dt.date.fromisoformat(day)
