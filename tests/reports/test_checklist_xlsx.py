"""The checklist as a spreadsheet, opened again by a reader."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from checker.checklist import checklist
from checker.options import AuditOptions
from checker.reports.checklist_xlsx import checklist_xlsx

ROOT = Path(__file__).parents[2]


def opened(data: str | None, lang: str) -> dict[str, list[list[object]]]:
    made, _ = checklist(data, AuditOptions(packs=("douyin",)))
    assert made is not None
    content = checklist_xlsx(made, lang=lang)
    assert content == checklist_xlsx(made, lang=lang)
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_blank_form_has_every_rule_and_no_outcome(lang: str) -> None:
    ((name, (head, *rows)),) = opened(None, lang).items()
    assert name == "douyin"
    assert head[-2:] == (["检查人", "日期"] if lang == "zh" else ["checked by", "date"])
    assert len(rows) == 17
    assert {row[3] for row in rows} == {""}
    assert all(row[0] and row[1] and str(row[2]).startswith("douyin/") and row[4] for row in rows)


def test_with_data_each_item_has_its_outcome() -> None:
    ((_, (_, *rows)),) = opened(str(ROOT / "examples" / "douyin-week"), "en").items()
    found = {str(row[2]): row[3] for row in rows}
    assert found["douyin/someone-online"] == "fail"
    assert found["douyin/holiday-roster"] == "manual"
    assert "" not in found.values()
