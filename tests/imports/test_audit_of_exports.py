"""An audit reads exports by a mapping as it reads a data set."""

from __future__ import annotations

from pathlib import Path

from checker.explaining import explain
from checker.options import AuditOptions
from checker.pipeline import audit

PAIRS = str(Path(__file__).parent / "mappings" / "pairs.yaml")
CHAT = (
    "buyer,at,role\n"
    "b1,2026-10-01 08:00:00,buyer\n"
    "b1,2026-10-01 08:04:00,agent\n"
    "b1,2026-10-01 12:00:00,buyer\n"
    "b1,2026-10-01 12:01:00,agent\n"
)


def test_an_audit_of_exports_judges_the_sessions_that_the_mapping_makes(tmp_path: Path) -> None:
    (tmp_path / "chat.csv").write_text(CHAT)
    result, found = audit(tmp_path, AuditOptions(mapping=PAIRS))
    assert result is not None, found
    assert result.data.tables == {"messages": 4, "sessions": 2}
    rates = {v.rule: (v.numerator, v.denominator) for v in result.verdicts}
    assert rates["kuaishou/reply-3m-shop"] == (1, 2)


def test_a_session_of_exports_can_be_explained(tmp_path: Path) -> None:
    (tmp_path / "chat.csv").write_text(CHAT)
    timelines, found = explain(tmp_path, "2026-10-01T08:00:00", AuditOptions(mapping=PAIRS))
    assert not [d for d in found if d.level == "error"]
    assert timelines


def test_bad_exports_stop_an_audit(tmp_path: Path) -> None:
    (tmp_path / "chat.csv").write_text(CHAT.replace("08:04:00", "later"))
    result, found = audit(tmp_path, AuditOptions(mapping=PAIRS))
    assert result is None
    assert [d.code for d in found] == ["E275"]


def test_a_recognised_mapping_is_named(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("客服昵称,3分钟人工回复率(会话)\n小王,97%\n", "utf-8")
    days = {"params": (("from", "2026-10-01"), ("through", "2026-10-01"))}
    result, found = audit(tmp_path, AuditOptions(mapping="auto", **days))
    assert result is not None, found
    assert "W279" in [d.code for d in found]


def test_rows_that_were_left_out_are_told(tmp_path: Path) -> None:
    rows = "客服昵称,3分钟人工回复率(会话)\n小王,97%\n店铺汇总值,97%\n小李,--\n"
    (tmp_path / "x.csv").write_text(rows, "utf-8")
    (tmp_path / "notes.pdf").write_text("")
    days = {"params": (("from", "2026-10-01"), ("through", "2026-10-01"))}
    _, found = audit(tmp_path, AuditOptions(mapping="feige-agent-report", **days))
    told = next(d for d in found if d.code == "W283")
    assert told.notes == (
        "x.csv: 1 dropped as totals",
        "douyin/reply-3m-session: 1 row not meant",
        "douyin/reply-3m-message: 2 rows not meant",
        "douyin/satisfaction: 2 rows not meant",
        "notes.pdf was not read: not of the kind that the mapping reads",
    )
