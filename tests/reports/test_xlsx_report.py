"""The spreadsheet: typed cells, bounded sheets, the same bytes again."""

from __future__ import annotations

import datetime as dt
import io
import xml.etree.ElementTree as ET
import zipfile
from fractions import Fraction

import made_up_result as made_up
import pytest
from python_calamine import CalamineWorkbook

from checker.reports import xlsx
from checker.reports.reported import reported_verdicts
from checker.reports.sheet import Cell, day, duration, figure, instant
from checker.reports.sheet_words import said
from checker.verdicts.model import BaselineCounts, DataSummary, Result, Verdict

LANGS = ("zh", "en")
NAMES = ("summary", "verdicts", "offenders", "agents", "rules", "quality", "own_figures")


def sheet(result: Result, name: str, lang: str) -> list[list[object]]:
    book = CalamineWorkbook.from_filelike(io.BytesIO(xlsx.to_xlsx(result, lang=lang)))
    own = reported_verdicts(result.verdicts)
    names = [key for key in NAMES if key != "own_figures" or own]
    assert book.sheet_names == [said(key, lang) for key in names]
    rows: list[list[object]] = book.get_sheet_by_name(said(name, lang)).to_python()
    return rows


def table(result: Result, name: str, lang: str = "en") -> list[dict[object, object]]:
    heading, *rows = sheet(result, name, lang)
    assert len(set(heading)) == len(heading)
    return [dict(zip(heading, row, strict=True)) for row in rows]


@pytest.mark.parametrize("lang", LANGS)
def test_every_verdict_is_a_row_of_typed_cells(lang: str) -> None:
    result = made_up.result()
    rows = table(result, "verdicts", lang)
    assert len(rows) == len(result.verdicts)
    first, told = rows[0], result.verdicts[0]
    assert first[said("value", lang)] == pytest.approx(float(told.value or 0))
    assert first[said("first", lang)] == dt.date(2026, 10, 1)
    assert first[said("numerator", lang)] == told.numerator
    (mean,) = [r for r in rows if r[said("id", lang)] == "taobao/average-response"]
    assert mean[said("value", lang)] == dt.timedelta(seconds=18.6)


def test_offenders_have_local_times_and_waits() -> None:
    rows = table(made_up.result(), "offenders")
    assert rows[0]["local time"] == dt.datetime(2026, 10, 1, 12, 31, 7)
    assert rows[0]["wait"] == dt.timedelta(seconds=245)
    assert rows[1]["wait"] == "no reply"
    assert rows[0]["session"] == "7402000155102"  # text: a number would lose its digits


def test_agents_are_ranked_by_the_cases_laid_to_them() -> None:
    rows = table(made_up.result(), "agents")
    assert [row["rank"] for row in rows] == [float(n + 1) for n in range(len(rows))]
    cases = [row["listed cases"] for row in rows]
    assert cases == sorted(cases, reverse=True)  # type: ignore[type-var]
    assert {"李娜", "novice-07", "王伟", "客服1"} <= {row["agent"] for row in rows}


def test_agents_without_cases_stand_by_their_worst_period_the_nearest_to_missing_first() -> None:
    def peak(agent: str, percent: int, number: int) -> Verdict:
        return made_up.BLANK._replace(
            rule="douyin/saturation",
            scope={"platform": "douyin", "shop": "s1", "agent": agent},
            period=made_up.day(number),
            value=Fraction(percent, 100),
            require="< 100%",
        )

    told = (peak("calm", 5, 1), peak("calm", 20, 2), peak("busy", 90, 1), peak("busy", 2, 2))
    rows = table(Result(DataSummary({}, None, None), (), told), "agents")
    assert [(row["agent"], row["value"]) for row in rows] == [("busy", 0.9), ("calm", 0.2)]


def test_quality_says_what_was_not_judged_and_what_is_not_listed() -> None:
    rows = table(made_up.result(), "quality")
    kinds = {row["what"] for row in rows}
    assert {"notice about data or rules W201", "not evaluated", "no data", "manual"} <= kinds
    assert {"still open", "pending"} & kinds and "cases that are not listed" in kinds


def test_the_baseline_is_a_column_where_there_is_one() -> None:
    result = made_up.result()
    assert "baseline" not in sheet(result, "verdicts", "en")[0]
    marked = tuple(v._replace(baseline="new") for v in result.verdicts[:2])
    beside = Result(DataSummary({}, None, None), (), marked, baseline=BaselineCounts(2, 0, 0, 0))
    assert [row["baseline"] for row in table(beside, "verdicts")] == ["new", "new"]


@pytest.mark.parametrize("lang", LANGS)
def test_headers_stay_rows_can_be_filtered_and_outcomes_are_coloured(lang: str) -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx.to_xlsx(made_up.result(), lang=lang))) as book:
        for number in range(2, 7):
            root = ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            tags = [element.tag.rpartition("}")[2] for element in root.iter()]
            assert "autoFilter" in tags and "pane" in tags
            assert ("conditionalFormatting" in tags) == (number in (2, 3))
            widths = [float(e.attrib["width"]) for e in root.iter() if e.tag.endswith("}col")]
            assert widths and max(widths) < 62


@pytest.mark.parametrize("lang", LANGS)
def test_sheets_go_on_paper_across_and_as_wide_as_it(lang: str) -> None:
    """A4 across, one page wide; tables repeat their headings and leave out columns for machines."""
    with zipfile.ZipFile(io.BytesIO(xlsx.to_xlsx(made_up.result(), lang=lang))) as book:
        for number in range(1, len(NAMES) + 1):
            root = ET.fromstring(book.read(f"xl/worksheets/sheet{number}.xml"))
            (setup,) = (e for e in root.iter() if e.tag.endswith("}pageSetup"))
            told = {key: setup.attrib[key] for key in ("paperSize", "orientation", "fitToHeight")}
            assert told == {"paperSize": "9", "orientation": "landscape", "fitToHeight": "0"}
        names = ET.fromstring(book.read("xl/workbook.xml"))
        defined = [e for e in names.iter() if e.tag.endswith("}definedName")]
        for name in ("_xlnm.Print_Titles", "_xlnm.Print_Area"):
            found = [e.attrib["localSheetId"] for e in defined if e.attrib["name"] == name]
            assert sorted(found) == [str(n) for n in range(1, len(NAMES))]
    printed = sheet(made_up.result(), "verdicts", lang)[0].index(said("gap", lang))
    (area,) = (
        e.text
        for e in defined
        if e.attrib["name"] == "_xlnm.Print_Area" and e.attrib["localSheetId"] == "1"
    )
    assert str(area).split(":")[1].startswith(f"${chr(ord('A') + printed)}$")


def test_a_folded_text_has_lines_to_stand_on() -> None:
    with zipfile.ZipFile(io.BytesIO(xlsx.to_xlsx(made_up.result(), lang="en"))) as book:
        root = ET.fromstring(book.read(f"xl/worksheets/sheet{NAMES.index('rules') + 1}.xml"))
    heights = {e.attrib["r"]: e.attrib.get("ht") for e in root.iter() if e.tag.endswith("}row")}
    long = [
        any(isinstance(value, str) and len(value) > 48 for value in row.values())
        for row in table(made_up.result(), "rules")
    ]
    assert [heights[str(number)] is not None for number, _ in enumerate(long, 2)] == long
    assert any(long) and not all(long)


def test_the_same_result_gives_the_same_bytes() -> None:
    assert xlsx.to_xlsx(made_up.result(), lang="zh") == xlsx.to_xlsx(made_up.result(), lang="zh")


def test_a_sheet_that_is_full_says_how_many_rows_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "ROWS", 10)
    rows = sheet(made_up.result(), "verdicts", "en")
    assert len(rows) == 10
    left = len(made_up.result().verdicts) - 8
    assert (
        rows[-1][0]
        == f"… and {left} more rows: a sheet holds no more, the csv formats have them all"
    )


def test_nothing_at_all_is_a_file() -> None:
    assert sheet(Result(DataSummary({}, None, None), (), ()), "verdicts", "en")[0]


@pytest.mark.parametrize(
    ("cell", "wanted"),
    [
        (figure(Fraction(1, 2), "ratio"), Cell(0.5, "percent", 2)),
        (figure(Fraction(79_999, 100_000), "ratio", Fraction(4, 5)), Cell(0.79999, "percent", 3)),
        (figure(Fraction(90_000_000), "duration"), Cell(90 / 86400, "duration")),
        (figure(Fraction(-300_000_000), "duration"), Cell(-300.0, "seconds")),
        (figure(Fraction(32_400_000_000), "time"), Cell(0.375, "time")),
        (figure(Fraction(7), "int"), Cell(7, "whole")),
        (figure(Fraction(5, 2), "number"), Cell(2.5, "number", 2)),
        (figure(Fraction(10**16), "int"), Cell("10000000000000000")),
        (figure(None, "ratio"), Cell(None)),
        (duration(1_500_000), Cell(1.5 / 86400, "duration", 3)),
        (day("2026-10-01"), Cell(dt.date(2026, 10, 1), "date")),
        (day("2026-10-01T14:00:00+08:00"), Cell(dt.datetime(2026, 10, 1, 14), "minute")),
        (day("1899-12-31"), Cell("1899-12-31")),
        (day("=1+1"), Cell("=1+1")),
        (instant(0, "Asia/Shanghai"), Cell(dt.datetime(1970, 1, 1, 8), "second")),
    ],
)
def test_a_cell_has_the_type_of_its_value(cell: Cell, wanted: Cell) -> None:
    assert cell == wanted


def test_a_text_that_is_longer_than_a_cell_keeps_its_beginning_and_its_end() -> None:
    for char in ("a", "字", "👨"):
        made = xlsx.bounded("<" + char * 40_000 + ">")
        assert len(made.encode("utf-16-le")) // 2 <= xlsx.CHARACTERS
        assert made.startswith("<" + char) and "…" in made and made.endswith(">")
    assert xlsx.bounded("a" * xlsx.CHARACTERS) == "a" * xlsx.CHARACTERS
