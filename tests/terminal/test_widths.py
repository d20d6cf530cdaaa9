"""Every command at 60, 80 and 200 columns, piped, with hostile data: nothing is wider, nothing escapes."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from console import environment, run
from hostile import hostile_data as hostile
from rich.cells import cell_len

COMMANDS = {
    "audit": "checker audit data --rules pack.yaml --by shop --offenders 50",
    "verbose": "checker audit data --rules pack.yaml --verbose -o /dev/null",
    "explain": "checker explain data {session} --rules pack.yaml --show-text",
    "checklist": "checker checklist --rules pack.yaml --data data",
    "whatif": "checker whatif data --against pack.yaml --rules new.yaml",
    "diff": "checker diff pack.yaml new.yaml",
    "show": "checker show --rules pack.yaml && checker show house/quick --rules pack.yaml",
    "lint": "checker lint pack.yaml broken.yaml",
    "test": "checker test pack.yaml tests",
    "profile": "checker profile data --rules pack.yaml",
    "watch": "checker watch data --rules pack.yaml --as-of 2026-10-01T10:00:00",
    "bad input": "checker audit bad --rules pack.yaml",
}  # fmt: skip
SHAPES = ((60, "zh"), (80, "en"), (200, "zh"))
SPOKEN = ("audit", "explain", "checklist", "whatif", "diff", "show", "profile", "watch")
TEST = """
pack: house
tests:
  - name: NAME
    chat: |
      S1 08:00:00 buyer hello
      S1 +60s agent:a1 hello
    expect: {quick: 0%}
"""


def prepared(folder: Path) -> None:
    rows = hostile._rows()
    (folder / "data").mkdir()
    (folder / "bad").mkdir()
    text = "".join(json.dumps(row) + "\n" for row in rows)
    (folder / "data" / "messages.jsonl").write_text(text, "utf-8")
    wrong = [row | {"role": row["session_id"]} for row in rows]
    text = "".join(json.dumps(row) + "\n" for row in wrong)
    (folder / "bad" / "messages.jsonl").write_text(text, "utf-8")
    rules = hostile._rules()
    (folder / "pack.yaml").write_text(rules, "utf-8")
    (folder / "new.yaml").write_text(rules.replace("3m", "8m").replace("80%", "99%"), "utf-8")
    broken = rules.replace("wait <= 3m", "wiat <= 3m and score = 'x' and nothing > " + "1" * 300)
    (folder / "broken.yaml").write_text(broken.replace("pack: house", "pack: other"), "utf-8")
    (folder / "tests").mkdir()
    name = json.dumps(" ".join(n for n in hostile.NAMES.values() if len(n) < 1_000))
    (folder / "tests" / "pack.yaml").write_text(rules, "utf-8")
    (folder / "tests" / "pack.test.yaml").write_text(TEST.replace("NAME", name), "utf-8")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(("columns", "lang"), SHAPES)
def test_no_line_is_wider_than_the_terminal(
    command: str, columns: int, lang: str, tmp_path: Path
) -> None:
    prepared(tmp_path)
    env = environment(tmp_path / "bin", started=False) | {
        "COLUMNS": str(columns),
        "TERM": "xterm-256color",
    }
    session = "'" + hostile.NAMES["rich markup"].replace("'", "'\\''") + "'"
    line = COMMANDS[command].replace("{session}", session)
    if command in SPOKEN:
        line = line.replace(" &&", f" --lang {lang} &&") + f" --lang {lang}"
    out, err, code = run(line, tmp_path, env)
    assert "this is a bug" not in err, err
    assert code in (0, 1, 2), err
    assert out or err
    printed = (out + err).split("\n")
    assert len(printed) > 5
    wide = [text for text in printed if cell_len(text) > columns]
    assert not wide
    assert not re.search(
        "[\x00-\x09\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]", out + err
    )
