"""An engine that breaks is asked once more on one thread; half of an audit is never shown."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from checker.data.workspace import Workspace
from checker.pipeline import AuditOptions, audit
from checker.reports.json import to_json

EXAMPLE = Path(__file__).parents[2] / "examples" / "douyin-week"


def breaking(monkeypatch: pytest.MonkeyPatch, when: int, times: int) -> list[int]:
    """Lets so many statements, each the `when`th of its connection, break as DuckDB's own mistakes do."""
    asked: dict[int, int] = {}
    broken: list[int] = []
    rows = Workspace._rows

    def run(self: Workspace, sql: str) -> Any:
        asked[id(self)] = asked.get(id(self), 0) + 1
        if asked[id(self)] == when and len(broken) < times:
            broken.append(when)

            class Broken:
                def raw_sql(self, sql: str) -> Any:
                    raise duckdb.InternalException("INTERNAL Error: made up\nStack Trace: …")

            whole, self.con = self.con, Broken()
            try:
                return rows(self, sql)
            finally:
                self.con = whole
        return rows(self, sql)

    monkeypatch.setattr(Workspace, "_rows", run)
    return broken


def test_a_broken_engine_is_asked_once_more(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted, _ = audit(EXAMPLE)
    broken = breaking(monkeypatch, 12, 1)
    result, _ = audit(EXAMPLE)
    assert broken and wanted is not None and result is not None
    assert to_json(result) == to_json(wanted)


@pytest.mark.parametrize("threads", [None, 1])
def test_one_that_stays_broken_judges_nothing(
    monkeypatch: pytest.MonkeyPatch, threads: int | None
) -> None:
    broken = breaking(monkeypatch, 12, 9)
    result, found = audit(EXAMPLE, AuditOptions(threads=threads))
    assert result is None
    assert [d.code for d in found if d.level == "error"] == ["E536"]
    assert "made up" in found[-1].message and "Stack" not in found[-1].message
    assert len(broken) == (1 if threads else 2)
