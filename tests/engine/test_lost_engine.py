"""Half of an audit is never shown: an engine that breaks judges nothing, and is kept from breaking."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from checker.data.workspace import Workspace, duckdb_connection
from checker.pipeline import audit

EXAMPLE = Path(__file__).parents[2] / "examples" / "douyin-week"


def breaking(monkeypatch: pytest.MonkeyPatch, when: int) -> list[int]:
    """Lets the `when`th statement break as DuckDB's own mistakes do."""
    asked: list[str] = []
    broken: list[int] = []
    rows = Workspace._rows

    def run(self: Workspace, sql: str) -> Any:
        asked.append(sql)
        if len(asked) == when:
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


def test_one_that_breaks_judges_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = breaking(monkeypatch, 12)
    result, found = audit(EXAMPLE)
    assert broken and result is None
    assert [d.code for d in found if d.level == "error"] == ["E536"]
    assert "made up" in found[-1].message and "Stack" not in found[-1].message


def test_no_left_join_becomes_a_right_join() -> None:
    """Those of DuckDB 2.0.0 break the join that follows; left alone, it makes them of this one."""

    def plan(con: duckdb.DuckDBPyConnection) -> str:
        con.execute("CREATE TEMP TABLE few AS SELECT i FROM range(10) t(i)")
        con.execute("CREATE TEMP TABLE many AS SELECT i, i AS j FROM range(10000) t(i)")
        rows = con.execute("EXPLAIN SELECT few.i, j FROM few LEFT JOIN many USING (i)").fetchall()
        return str(rows[0][1])

    assert "Join Type: RIGHT" in plan(duckdb.connect())
    own = duckdb_connection()
    ours = plan(own.con)
    assert "Join Type: LEFT" in ours and "RIGHT" not in ours
