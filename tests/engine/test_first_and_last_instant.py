"""The first and the last instant of data whose times are local, have offsets, or are of both kinds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from checker.data.open import open_dataset
from checker.data.wanted import wanted_columns
from checker.data.workspace import connect_duckdb
from checker.engine.bounds import open_realm

EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

# zone, times of messages, times of presence, how many queries it takes
CASES = {
    "all local": ("Asia/Shanghai", ["2026-01-05T08:00", "2026-01-05T23:30"], [], 0),
    "all with offsets": ("Asia/Shanghai", ["2026-01-05T08:00Z", "2026-01-05T09:00+08:00"], [], 0),
    "one table local, the other not": (
        "Asia/Shanghai",
        ["2026-01-05T08:00", "2026-01-05T23:30"],
        ["2026-01-05T01:00Z", "2026-01-05T15:45Z"],
        0,
    ),
    "one column of both kinds": (
        "Asia/Shanghai",
        ["2026-01-05T08:00", "2026-01-05T15:45Z", "2026-01-05T23:30"],
        [],
        1,
    ),
    "the last local time is one that the clocks skip": (
        "America/New_York",
        ["2026-03-08T01:00", "2026-03-08T02:50", "2026-03-08T03:10"],
        [],
        1,
    ),
    "offsets in a zone whose clocks change": (
        "America/New_York",
        ["2026-03-08T01:00-05:00", "2026-03-08T06:30Z"],
        [],
        0,
    ),
}


def _instant(text: str, zone: str) -> int:
    moment = dt.datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=ZoneInfo(zone))
    return (moment - EPOCH) // dt.timedelta(microseconds=1)


@pytest.mark.parametrize("name", CASES)
def test_ends(name: str, tmp_path: Path) -> None:
    zone, messages, presence, queries = CASES[name]
    lines = [f"p,S{i},{ts},buyer" for i, ts in enumerate(messages)]
    (tmp_path / "messages.csv").write_text("\n".join(["platform,session_id,ts,role", *lines]))
    if presence:
        rows = [f"p,a{i},online,{at}" for i, at in enumerate(presence)]
        text = "\n".join(["platform,agent_id,status,from", *rows])
        (tmp_path / "presence.csv").write_text(text)
    workspace = connect_duckdb(threads=1)
    dataset, found = open_dataset(workspace.con, tmp_path, wanted_columns([]))
    assert dataset is not None, found
    realm = open_realm(workspace, dataset, zone, None)
    instants = [_instant(text, zone) for text in (*messages, *presence)]
    assert (realm.first, realm.last) == (min(instants), max(instants))
    assert len(workspace.steps) == queries
