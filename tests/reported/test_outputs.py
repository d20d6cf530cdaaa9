"""Every output tells what the platform reports itself, how far off it is, and which sessions could be why."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from checker.cli.formats import FORMATS, rendered
from checker.options import AuditOptions
from checker.pipeline import audit
from checker.verdicts.model import Result

HERE = Path(__file__).parent
MESSAGES = """\
shop_id,session_id,ts,role,agent_id
s1,A,2026-10-01 09:00:00,buyer,
s1,A,2026-10-01 09:01:00,agent,a1
s1,NEAR-THE-LIMIT,2026-10-01 10:00:00,buyer,
s1,NEAR-THE-LIMIT,2026-10-01 10:03:00,agent,a1
s1,C,2026-10-01 11:00:00,buyer,
s1,C,2026-10-01 11:09:00,agent,a2
s1,D,2026-10-01 12:00:00,buyer,
s1,D,2026-10-01 12:01:00,agent,a2
"""
REPORTED = """\
shop_id,rule,from,through,value,numerator,denominator
s1,quick,2026-10-01,2026-10-01,0.5,2,4
s9,quick,2026-10-01,2026-10-01,0.7,7,10
"""


@pytest.fixture
def result(tmp_path: Path) -> Result:
    (tmp_path / "messages.csv").write_text(MESSAGES, "utf-8")
    (tmp_path / "reported.csv").write_text(REPORTED, "utf-8")
    rules = (HERE / "rules.yaml",)
    options = AuditOptions(rules=rules, platform="douyin", insights=True)
    found, _ = audit(tmp_path, options)
    assert found is not None
    return found


def shown(result: Result, name: str, lang: str) -> str:
    content = rendered(name, result, lang=lang, offenders=5, data="data", to_file=True)
    texts = []
    for part in content.values() if isinstance(content, dict) else (content,):
        if name == "xlsx":
            assert isinstance(part, bytes)
            book = CalamineWorkbook.from_filelike(io.BytesIO(part))
            rows = [row for n in book.sheet_names for row in book.get_sheet_by_name(n).to_python()]
            texts += ["\n".join(" | ".join(map(str, row)) for row in rows)]
        else:
            texts.append(part.decode("utf-8-sig") if isinstance(part, bytes) else part)
    text = "\n".join(texts)
    return json.dumps(json.loads(text), ensure_ascii=False) if name in ("json", "sarif") else text


BASIS = {"zh": "平台公布值", "en": "platform's own figure"}
APART = {"zh": "25 个百分点", "en": "25 points"}
EXACT = {
    "csv": (",reported,0.7,", ",0.75,0.5,-0.25,NEAR-THE-LIMIT,"),
    "json": ('"basis": "reported"', '"difference": -0.25'),
}


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", [f for f in FORMATS if f != "csv-offenders"])
def test_an_output_tells_the_figure_the_difference_and_the_sessions(
    name: str, lang: str, result: Result
) -> None:
    text = shown(result, name, lang).replace("&#39;", "'").replace("&apos;", "'")
    wanted = EXACT.get(name, (BASIS[lang], APART[lang]))
    assert [part for part in wanted if part not in text] == []
    assert "NEAR-THE-LIMIT" in text
