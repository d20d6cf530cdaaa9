"""A data set whose every name and text attacks one of the places where reports are opened."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from checker.options import AuditOptions
from checker.pipeline import audit
from checker.verdicts.model import Result

NAMES = {
    "ansi": "\x1b[31mred\x1b[0m\x1b]0;title\x07\x9b2J",
    "rich markup": "[bold red]rich[/] [link=http://evil.example]x[/link]",
    "script": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "attribute": "\" onmouseover=\"alert(1)' x='",
    "right to left": "abc\u202efdp.exe\u2066\u200f",
    "formula": '=HYPERLINK("http://evil.example","x")',
    "plus": "+1+1",
    "minus": "-2+3",
    "at": "@SUM(A1)",
    "tab": "\t=1+1",
    "carriage return": "\r=1+1",
    "full width": "＝1+1",
    "newlines": "one\r\n=1+1\n::error::two\u2028three",
    "long": "很长" * 5_000,
    "markdown": "| a | [x](javascript:alert(1)) ![i](http://evil.example/x.png) `code` **b**",
    "calls": "@octocat #12 www.evil.example https://evil.example <!-- x",
    "xml": "]]><x/>&amp;&lt;\ufffe\uffff",
    "escape of a spreadsheet": "_x0041_ https://evil.example",
    "csv": '",=1+1,"',
    "braces": "{0} {name} %s %(x)s ${HOME} {{ 7*7 }}",
    "emoji": "👨\u200d👩\u200d👧e\u0301",
}


def _rows() -> list[dict[str, object]]:
    made: list[dict[str, object]] = []
    for name in NAMES.values():
        who = {"platform": "house", "shop_id": name, "session_id": name, "agent_id": name}
        for minute, role in ((0, "buyer"), (7, "agent"), (9, "buyer")):
            at = f"2026-10-01T09:{minute:02d}:00"
            made.append({**who, "ts": at, "role": role, "text": name, "kind": "text"})
    return made


def _quoted(text: str) -> str:
    """A YAML scalar with every character escaped that is not plain ASCII."""
    return (
        '"' + "".join(c if c.isascii() and c.isalnum() else f"\\U{ord(c):08x}" for c in text) + '"'
    )


def _rules() -> str:
    every = _quoted(" ".join(name for name in NAMES.values() if len(name) < 1_000))
    text = f"{{zh: {every}, en: {every}}}"
    return f"""
language: 1
pack: house
title: {text}
timezone: Asia/Shanghai
sources:
  contract: {{title: {text}, cite: {every}, retrieved: 2026-10-01}}
clocks:
  reply: {{opens: role = 'buyer', closes: role = 'agent'}}
rules:
  quick:
    title: {text}
    source: contract
    per: [agent, day]
    clock: reply
    ratio: {{of: turns, good: wait <= 3m}}
    require: ">= 80%"
    advice: {text}
  rated:
    title: {text}
    ratio: {{of: ratings, good: score >= 4}}
  asked:
    title: {text}
    ask: {text}
"""


@lru_cache(maxsize=2)
def result(insights: bool = False) -> Result:
    """The audit of the hostile data."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        data = folder / "messages.jsonl"
        data.write_text("".join(json.dumps(row) + "\n" for row in _rows()), "utf-8")
        rules = folder / "pack.yaml"
        rules.write_text(_rules(), "utf-8")
        made, found = audit(data, AuditOptions(rules=(rules,), by=("shop",), insights=insights))
    assert made is not None, found
    return made
