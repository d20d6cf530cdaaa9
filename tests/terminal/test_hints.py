"""The command that an audit ends with runs as it is printed, whatever its data are called."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from console import environment, run

RULES = """
language: 1
pack: house
platform: any
title: House
timezone: Asia/Shanghai
clocks:
  reply: {opens: role = 'buyer', closes: role = 'agent'}
params: {slow: 3m}
rules:
  quick:
    title: Quick
    clock: reply
    ratio: {of: turns, good: wait <= slow}
    require: ">= 80%"
    source: own
sources:
  own: {title: Own, cite: own.txt, retrieved: 2026-10-01}
"""
MAPPING = """
mapping: chat
platform: house
timezone: UTC
params:
  shop: {type: text, doc: The shop.}
values:
  roles: {customer: buyer, staff: agent}
inputs:
  chat:
    columns: {chat: null, time: null, who: [from]}
tables:
  - table: messages
    input: chat
    columns:
      shop_id: shop
      session_id: chat
      ts: instant(time)
      role: map(who, roles)
"""
CASES = {
    "a path with blanks and quotes": ("it's my data", "S 1", "--platform house --rules 'my pack.yaml'"),
    "names that begin with a dash": ("-data", "-S", "--platform house --rules 'my pack.yaml'"),
    "a shell's own signs": ("$(touch x) & data", "`S`;*", "--platform house --rules 'my pack.yaml' --set house.slow=2m"),
    "the past": ("data", "S", "--platform house --rules 'my pack.yaml' --as-of '2026-10-01 10:00'"),
    "Chinese names": ("数据", "会话一", "--platform house --rules 'my pack.yaml' --pack house --lang zh"),
    "exports": ("exports", "S", "--rules 'my pack.yaml' --mapping my.yaml --set shop=s1"),
}  # fmt: skip


@pytest.mark.parametrize("name", CASES)
def test_the_hint_runs(name: str, tmp_path: Path) -> None:
    folder, session, options = CASES[name]
    (tmp_path / "my pack.yaml").write_text(RULES, "utf-8")
    (tmp_path / "my.yaml").write_text(MAPPING, "utf-8")
    data = tmp_path / folder
    data.mkdir()
    if "--mapping" in options:
        lines = [
            f"{session},2026-10-01T09:0{m}:00Z,{w}" for m, w in ((0, "customer"), (9, "staff"))
        ]
        (data / "chat.csv").write_text("\n".join(["chat,time,from", *lines, ""]), "utf-8")
    else:
        rows = [
            {"session_id": session, "ts": f"2026-10-01T09:0{m}:00", "role": role}
            for m, role in ((0, "buyer"), (9, "agent"))
        ]
        text = "".join(json.dumps(row) + "\n" for row in rows)
        (data / "messages.jsonl").write_text(text, "utf-8")
    env = environment(tmp_path / "bin", started=False) | {"COLUMNS": "60"}
    quoted = "'" + folder.replace("'", "'\\''") + "'"
    out, err, code = run(f"checker audit {options} -- {quoted}", tmp_path, env)
    assert code == 1, err
    hint = out[out.index("  checker explain") :]
    again, err, code = run(hint, tmp_path, env)
    assert (code, err) == (0, "")
    assert session in again
    assert "house/quick" in again
    assert not (tmp_path / "x").exists()
