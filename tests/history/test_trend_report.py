"""The history as it is read: in a terminal of any width, by programs, and with names of any kind."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import unicodedata
from fractions import Fraction
from pathlib import Path

import made_up_audits as m
import pytest
from hostile.hostile_data import NAMES
from jsonschema import Draft202012Validator
from reports import made_up_result

from checker.cli.streams import can_draw, paper
from checker.packs.schema import read_schema
from checker.reports.layout import cells
from checker.reports.sparkline import ASCII, UNICODE, Signs, sparkline
from checker.reports.trend import render_trend
from checker.reports.trend_data import trend_csv, trend_json
from checker.verdicts.history import History, history, points_of, run_of
from checker.verdicts.model import Outcome


def shown(known: History, width: int = 80, lang: str = "en", **options: object) -> str:
    console, page = paper(False, width)
    render_trend(known, console, lang=lang, **options)  # type: ignore[arg-type]
    return page.getvalue()


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> History:
    """The made-up month, and the same a day later with fewer good sessions."""
    file = tmp_path_factory.mktemp("month") / "h.duckdb"
    later = m.audit(m.rate(31, 1), m.rate(29, 10), as_of=31)
    assert m.put(file, m.whole(), later) == ()
    return m.read(file)


@pytest.fixture(scope="module")
def hostile() -> History:
    """Every hostile name as a shop and an agent, with a figure that got worse."""
    verdicts = [
        m.rate(day, good, scope={"platform": "douyin", "shop": name, "agent": name})
        for name in NAMES.values()
        for day, good in ((1, 7), (2, 3))
    ]
    one = m.audit(*verdicts)
    return history((run_of(one),), points_of(one))


@pytest.mark.parametrize("width", [60, 80, 200])
@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("which", ["month", "hostile"])
@pytest.mark.parametrize("every", [False, True], ids=["short", "every scope"])
def test_it_fits(
    which: str, lang: str, width: int, every: bool, request: pytest.FixtureRequest
) -> None:
    text = shown(request.getfixturevalue(which), width, lang, every=every)
    assert [line for line in text.splitlines() if cells(line) > width] == []
    assert [line for line in text.splitlines() if line != line.rstrip()] == []


def test_no_name_reaches_the_terminal_raw(hostile: History) -> None:
    text = shown(hostile, every=True)
    raw = {c for c in text if unicodedata.category(c) in ("Cc", "Cf") and c not in "\n\u200c\u200d"}
    assert raw == set()


def test_it_says_where_it_stands_which_way_it_goes_and_since_when() -> None:
    days = [m.rate(day, good) for day, good in ((1, 9), (2, 9), (3, 7), (4, 5), (5, 6))]
    one = m.audit(*days)
    text = shown(history((run_of(one),), points_of(one)))
    headline = (
        "FAIL 1 of 1 rule not met at the latest; against the period before, 1 of 1 better and"
    )
    assert " ".join(text.split()).startswith(headline)
    assert "shop s1: 60% (≥ 80%), 2026-10-05; 10 points better than 2026-10-04" in text
    assert "      ██▅▁▃ │▆\n      ··×××\n" in text
    assert "fails since 2026-10-03 (3 in a row); 3 of 5 days in all" in text


def test_the_worst_comes_first(month: History) -> None:
    text = shown(month)
    assert text.index("NOT MET NOW") < text.index("WARNINGS NOW") < text.index("NEVER JUDGED")
    not_met = text[text.index("NOT MET NOW") : text.index("WARNINGS NOW")]
    severities = ["(severity" in line for line in not_met.splitlines() if line.startswith("FAIL")]
    assert severities == sorted(severities) and len(severities) == 4
    ordered = [t["rule"] for t in json.loads(trend_json(month))["trends"]]
    assert ordered[0] == "douyin/reply-3m-session"


def test_what_is_met_now_begins_with_what_failed_most_often() -> None:
    shops = {"often": (3, 2, 9), "once": (9, 2, 9), "never": (9, 9, 10), "close": (9, 9, 8)}
    verdicts = [
        m.rate(day, good, scope={"platform": "douyin", "shop": shop})
        for shop, days in shops.items()
        for day, good in enumerate(days, 1)
    ]
    told = json.loads(trend_json(history((), points_of(m.audit(*verdicts)))))
    assert [t["scope"]["shop"] for t in told["trends"]] == ["often", "once", "close", "never"]


def test_a_requirement_that_changed_is_said() -> None:
    one = m.audit(m.rate(1, 7), m.rate(2, 7)._replace(require=">= 90%"))
    text = " ".join(shown(history((run_of(one),), points_of(one))).split())
    assert "the same as 2026-10-01 (then required ≥ 80%)" in text


@pytest.mark.parametrize("signs", [UNICODE, ASCII])
def test_bars_rise_with_the_figures_and_what_is_required_stands_among_them(signs: Signs) -> None:
    drawn = sparkline([m.rate(day, good) for day, good in ((1, 0), (2, 10), (3, 5))], 20, signs)
    assert [text for text, _ in drawn.bars] == [signs.bars[0], signs.bars[7], signs.bars[4]]
    assert drawn.bound == signs.edge + signs.bars[6]
    assert "".join(text for text, _ in drawn.marks) == signs.fail + signs.met + signs.fail


def test_bars_keep_to_their_width_and_show_the_latest() -> None:
    days = [m.rate(1 + day % 30, day % 11) for day in range(500)]
    drawn = sparkline(days, 22, UNICODE)
    assert len(drawn.bars) == 20 and len(drawn.text) == 22
    assert drawn.bars == sparkline(days[-20:], 22, UNICODE).bars


def test_a_period_without_a_figure_is_a_gap() -> None:
    none = m.rate(2, 0)._replace(outcome=Outcome.NO_DATA, value=None)
    drawn = sparkline([m.rate(1, 4), none, m.rate(3, 4)], 9, UNICODE)
    assert [text for text, _ in drawn.bars][1] == " "
    assert sparkline([none], 9, UNICODE).text == " "


def test_ascii_is_ascii(month: History) -> None:
    text = shown(month, signs=ASCII)
    assert [line for line in text.splitlines() if not line.isascii() and "  " * 3 in line[:6]] == []
    assert not set(text) & set(UNICODE.bars + "│×·")


@pytest.mark.parametrize(
    ("encoding", "can"), [("utf-8", True), ("ascii", False), ("cp1252", False)]
)
def test_a_terminal_without_the_signs_is_known(encoding: str, can: bool) -> None:
    stream = io.TextIOWrapper(io.BytesIO(), encoding=encoding)
    assert can_draw(stream, UNICODE.bars) is can


@pytest.mark.parametrize("which", ["month", "hostile"])
def test_json_is_as_its_schema_says(which: str, request: pytest.FixtureRequest) -> None:
    known: History = request.getfixturevalue(which)
    if which == "hostile":  # of an audit that is not appended nobody asks for JSON
        known = dataclasses.replace(known, runs=(), trends=())
    told = json.loads(trend_json(known))
    schema = read_schema("trend")
    Draft202012Validator.check_schema(schema)
    Draft202012Validator(schema).validate(told)


def test_programs_are_told_the_same_figures(month: History) -> None:
    told = json.loads(trend_json(month))
    assert [run["run"] for run in told["runs"]] == [1, 2]
    (rate,) = (
        t
        for t in told["trends"]
        if t["rule"] == "douyin/reply-3m-session" and t["scope"] == dict(m.SHOP)
    )
    by_day = {p["period"]["from"]: p for p in rate["points"]}
    assert (by_day["2026-10-31"]["run"], by_day["2026-10-31"]["value"]) == (2, 0.1)
    assert by_day["2026-10-01"]["run"] == 1
    assert rate["change"] == float(
        Fraction(1, 10) - next(v.value for v in m.whole().verdicts if _is(v, 30))
    )
    rows = list(csv.DictReader(io.StringIO(trend_csv(month, lang="en").decode("utf-8-sig"))))
    assert len(rows) == sum(len(t["points"]) for t in told["trends"])
    (row,) = (r for r in rows if r["run"] == "2" and r["from"] == "2026-10-31")
    assert (row["numerator"], row["denominator"], row["value"]) == ("1", "10", "0.1")


def _is(verdict: object, day: int) -> bool:
    return (verdict.rule, dict(verdict.scope), verdict.period) == (  # type: ignore[attr-defined]
        "douyin/reply-3m-session",
        dict(m.SHOP),
        made_up_result.day(day),
    )


def test_a_spreadsheet_computes_nothing_of_it(hostile: History) -> None:
    rows = csv.reader(io.StringIO(trend_csv(hostile, lang="zh").decode("utf-8-sig")))
    for cell in (cell for row in rows for cell in row):
        assert not cell.startswith(("=", "+", "@", "\t", "＝")), cell


def test_a_history_without_verdicts_says_so(tmp_path: Path) -> None:
    file = tmp_path / "h.duckdb"
    m.put(file, m.audit())
    assert shown(m.read(file)).startswith("NOT JUDGED  nothing in it was judged\n")
