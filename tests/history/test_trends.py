"""Which way a rule goes and since when: cases as data, and which audit counts for a period."""

from __future__ import annotations

import dataclasses
import datetime as dt
from fractions import Fraction
from itertools import permutations
from pathlib import Path
from typing import Any

import made_up_audits as m
import pytest
import yaml

from checker.verdicts.history import Point, history
from checker.verdicts.model import Outcome

CASES = yaml.safe_load((Path(__file__).parent / "trends.yaml").read_text("utf-8"))


def points(case: dict[str, Any]) -> list[Point]:
    made = []
    for day, outcome, value in case["points"]:
        verdict = m.rate(day, 8)._replace(
            outcome=Outcome(outcome),
            value=None if value is None else Fraction(value),
            type=case.get("type", "ratio"),
            require=case.get("require"),
            aim=case.get("aim"),
        )
        made.append(Point(verdict, day, day))
    return made


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_a_trend_tells(case: dict[str, Any]) -> None:
    (trend,) = history((), reversed(points(case))).trends
    told: dict[str, Any] = {}
    for name in case["want"]:
        found = getattr(trend, name)
        told[name] = int(found.place[-2:]) if isinstance(found, Point) else found
    wanted = dict(case["want"])
    if wanted["change"] is not None:
        wanted["change"] = Fraction(wanted["change"])
    assert told == wanted


def test_last_bounds_what_is_shown_and_not_what_is_told() -> None:
    case = CASES[0]
    (whole,) = history((), points(case)).trends
    (short,) = history((), points(case), last=2).trends
    assert [p.place for p in short.points] == ["2026-10-03", "2026-10-04"]
    assert dataclasses.replace(short, points=whole.points) == whole


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_the_latest_as_of_counts_whatever_the_order_of_appending(
    order: tuple[int, ...], tmp_path: Path
) -> None:
    file = tmp_path / "h.duckdb"
    audits = [m.audit(m.rate(5, good), as_of=day) for good, day in ((1, 6), (9, 8), (5, 7))]
    assert m.put(file, *(audits[i] for i in order)) == ()
    known = m.read(file)
    assert [p.verdict.value for t in known.trends for p in t.points] == [Fraction(9, 10)]
    assert known.replaced == 2


@pytest.mark.parametrize("second", [2, 7])
def test_of_one_as_of_instant_the_last_appended_counts(second: int, tmp_path: Path) -> None:
    file = tmp_path / "h.duckdb"
    m.put(file, m.audit(m.rate(5, 4)), m.audit(m.rate(5, second)))
    (trend,) = m.read(file).trends
    assert trend.verdict.value == Fraction(second, 10)


def test_a_month_that_was_cut_short_gives_way_to_the_whole(tmp_path: Path) -> None:
    file = tmp_path / "h.duckdb"
    month = m.rate(1, 6, period=m.month())
    part = m.rate(1, 3, period=m.month())
    m.put(file, m.audit(month, as_of=20), m.audit(part, as_of=31, first=dt.date(2026, 10, 25)))
    (trend,) = m.read(file).trends
    assert trend.verdict.value == Fraction(6, 10)


def test_a_rule_over_the_whole_time_has_a_point_for_each_audit(tmp_path: Path) -> None:
    file = tmp_path / "h.duckdb"
    for through, good in ((10, 5), (20, 7), (31, 9)):
        whole = dataclasses.replace(m.month(), kind="all", through=f"2026-10-{through}")
        m.put(file, m.audit(m.rate(1, good, period=whole), as_of=through))
    (trend,) = m.read(file).trends
    assert [p.place for p in trend.points] == ["2026-10-10", "2026-10-20", "2026-10-31"]
    assert trend.change == Fraction(1, 5) and trend.direction == "better"


def test_who_is_gone_is_not_current(tmp_path: Path) -> None:
    """An agent whom the newest audit of the shop does not know any more; another shop is nobody's."""
    file = tmp_path / "h.duckdb"
    left, stayed = ({**m.SHOP, "agent": name} for name in ("anna", "bert"))
    other = {**m.SHOP, "shop": "s2", "agent": "carl"}
    m.put(
        file,
        m.audit(*(m.rate(5, 1, scope=scope) for scope in (left, stayed, other)), as_of=6),
        m.audit(m.rate(6, 1, scope=stayed), as_of=7),
    )
    current = {trend.verdict.scope["agent"]: trend.current for trend in m.read(file).trends}
    assert current == {"anna": False, "bert": True, "carl": True}


def test_rows_of_by_are_a_series_of_their_own(tmp_path: Path) -> None:
    file = tmp_path / "h.duckdb"
    m.put(file, m.audit(m.rate(5, 1), m.rate(5, 9, added=True, outcome=Outcome.INFO)))
    assert [t.verdict.added for t in m.read(file).trends] == [False]
    both = m.read(file, breakdowns=True)
    assert [(t.verdict.added, len(t.points)) for t in both.trends] == [(False, 1), (True, 1)]
    assert both.replaced == 0
