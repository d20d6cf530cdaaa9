"""Bad data that Spark reads itself: the diagnostics that DuckDB gives, with the same counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from checker.diagnostics import Diagnostic
from checker.options import AuditOptions
from checker.pipeline import audit

MOMENT = dt.datetime(2026, 1, 5, 8, 0)
MESSAGES: Mapping[str, list[Any]] = {
    "platform": ["douyin"] * 4,
    "shop_id": ["s1"] * 4,
    "session_id": ["S1", "S1", "S2", "S2"],
    "ts": [MOMENT, MOMENT + dt.timedelta(minutes=1), MOMENT, MOMENT],
    "role": ["buyer", "agent", "buyer", "agent"],
}
SESSIONS: Mapping[str, list[Any]] = {
    "platform": ["douyin"] * 2,
    "shop_id": ["s1"] * 2,
    "session_id": ["S1", "S2"],
}
RATINGS = {
    "platform": ["douyin"] * 2,
    "shop_id": ["s1"] * 2,
    "rated_at": [MOMENT] * 2,
}
OLD = dt.datetime(1850, 1, 1)

CASES: Mapping[str, Mapping[str, Mapping[str, list[Any]]]] = {
    "a role that does not exist": {
        "messages": {**MESSAGES, "role": ["buyer", "robot", "robot", "Agent"]}
    },
    "more unknown values than are shown": {
        "messages": {k: v * 2 for k, v in MESSAGES.items() if k != "role"}
        | {"role": [f"r{i}" for i in range(8)]}
    },
    "instants that are missing, and one of another century": {
        "messages": {**MESSAGES, "ts": [MOMENT, None, None, OLD]}
    },
    "a score of nine and one that is no whole number": {
        "messages": MESSAGES,
        "ratings": {**RATINGS, "score": [9.0, 4.5]},
    },
    "a session that occurs twice": {
        "messages": MESSAGES,
        "sessions": {**SESSIONS, "session_id": ["S1", "S1"]},
    },
    "no platform at all": {"messages": {k: v for k, v in MESSAGES.items() if k != "platform"}},
    "a platform that is missing in a row": {
        "messages": {**MESSAGES, "platform": ["douyin", None, "douyin", "douyin"]}
    },
    "a table that does not say its shop": {
        "messages": {**MESSAGES, "shop_id": ["s1", "s2", "s1", "s1"]},
        "presence": {
            "platform": ["douyin"],
            "agent_id": ["a1"],
            "status": ["online"],
            "from": [MOMENT],
        },
    },
    "a session of two shops, whose ratings name none": {
        "messages": {**MESSAGES, "shop_id": ["s1", "s2", "s1", "s1"]},
        "ratings": {
            "platform": ["douyin"],
            "session_id": ["S1"],
            "rated_at": [MOMENT],
            "score": [5],
        },
    },
    "a column that is needed and misspelt": {
        "messages": {("rolle" if k == "role" else k): v for k, v in MESSAGES.items()}
    },
    "nothing to begin with": {"ratings": {**RATINGS, "score": [5, 5]}},
}


def told(data: Path | str, engine: str | None) -> list[tuple[str, str]]:
    result, found = audit(data, AuditOptions(engine=engine))
    assert result is None

    def plain(one: Diagnostic) -> tuple[str, str]:
        return one.code, one.message

    return [plain(one) for one in found]


@pytest.mark.usefixtures("spark_session")
@pytest.mark.parametrize("case", CASES)
def test_the_same_diagnostics(case: str, tmp_path: Path) -> None:
    for table, columns in CASES[case].items():
        pq.write_table(pa.table(dict(columns)), tmp_path / f"{table}.parquet")
    wanted = told(tmp_path, None)
    assert wanted
    assert told(tmp_path.as_uri(), "spark") == wanted


@pytest.mark.usefixtures("spark_session")
def test_what_spark_cannot_read_is_said(tmp_path: Path) -> None:
    pq.write_table(
        pa.table({**MESSAGES, "ts": ["2026-01-05 08:00:00"] * 4}), tmp_path / "messages.parquet"
    )
    result, (one,) = audit(tmp_path.as_uri(), AuditOptions(engine="spark"))
    assert (result, one.code) == (None, "E215")
    assert any("checker import" in note for note in one.notes)
    result, (one,) = audit((tmp_path / "none").as_uri(), AuditOptions(engine="spark"))
    assert (result, one.code) == (None, "E200")
    result, (one,) = audit("s3a://bucket/data", AuditOptions(engine="spark"))
    assert (result, one.code) == (None, "E204")
    assert any("spark.jars.packages" in note for note in one.notes)
