"""A pack's own columns may have any name, those that the engine uses for its keys, too."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from checker.options import AuditOptions
from checker.pipeline import audit

NAMES = (
    "pk",
    "sk",
    "ak",
    "rn",
    "day",
    "time",
    "local",
    "closes",
    "row",
    "first_ts",
    "k0",
    "f0",
    "s0",
)
PACK = """
language: 1
pack: p
title: p
timezone: UTC
columns:
  messages: {{{name}: int}}
  sessions: {{{name}: text}}
  ratings: {{{name}: number}}
clocks:
  plain:
    opens: role = 'buyer' and {name} = 1
    closes: role = 'agent'
rules:
  messages:
    title: messages
    per: [shop, agent, day]
    value:
      of: messages
      is: sum({name})
      offender: {name} = 2
  sessions:
    title: sessions
    per: [shop, day]
    clock: plain
    ratio:
      of: sessions
      where: {name} = 'x' and count(turns) = 1
      good: max(messages, {name}) = 2
  turns:
    title: turns
    clock: plain
    ratio:
      of: turns
      one_per: [day]
      good: session.{name} = 'x'
  ratings:
    title: ratings
    per: [shop, week]
    value:
      of: ratings
      is: max({name})
"""


@pytest.mark.parametrize("name", NAMES)
def test_own_columns_never_meet_the_keys_of_the_engine(tmp_path: Path, name: str) -> None:
    start = "2026-01-05T08:00:00+00:00"
    tables: dict[str, list[dict[str, object]]] = {
        "messages": [
            {"session_id": "S", "ts": start, "role": "buyer", "agent_id": None, name: 1},
            {"session_id": "S", "ts": start, "role": "agent", "agent_id": "a", name: 2},
        ],
        "sessions": [{"session_id": "S", name: "x"}],
        "ratings": [{"session_id": "S", "rated_at": start, "score": 5, name: 0.25}],
    }
    for table, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / f"{table}.parquet")
    (tmp_path / "p.yaml").write_text(PACK.format(name=name))
    result, diagnostics = audit(tmp_path, AuditOptions(rules=(tmp_path / "p.yaml",), platform="p"))
    assert result is not None, diagnostics
    said = [(v.rule, v.scope.get("agent"), str(v.value), v.offender_count) for v in result.verdicts]
    assert said == [
        ("p/messages", "a", "2", 1),
        ("p/messages", None, "1", 0),
        ("p/sessions", None, "1", 0),
        ("p/turns", None, "1", 0),
        ("p/ratings", None, "1/4", 0),
    ], [v.reason for v in result.verdicts]
