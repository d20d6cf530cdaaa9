"""Completion answers at once: it reads no rule, and loads neither engine nor parser."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from console import environment, run

from checker.cli import completion
from checker.diagnostics.explanations import explanations
from checker.imports.shipped import shipped
from checker.rulesets import load_packs

HEAVY = ("ibis", "duckdb", "pyarrow", "lark", "jsonschema", "rich", "yaml", "numpy", "pandas")
CASES = {
    "checker w": {"watch", "whatif"},
    "checker audit data --pack do": {"douyin"},
    "checker audit data --mapping qianniu-c": {"qianniu-chat-text"},
    "checker audit data --format j": {"json", "junit"},
    "checker audit data --lang ": {"zh", "en"},
    "checker explain data S1 --rule douyin/reply-3m-": {
        "douyin/reply-3m-session",
        "douyin/reply-3m-message",
    },
    "checker show xiaohongshu/first": {"xiaohongshu/first-reply-45s"},
    "checker show E51": {"E510", "E511", "E512"},
    "checker watch data --form": {"--format"},
    "checker watch data --format t": {"terminal"},
}
SCRIPT = """
import sys, checker.cli
try:
    checker.cli.main()
except SystemExit:
    pass
print([m for m in {heavy!r} if m in sys.modules], file=sys.stderr)
"""


@pytest.mark.parametrize("line", CASES)
def test_the_shell_is_offered_what_fits(line: str, tmp_path: Path) -> None:
    *before, last = line.split(" ")
    env = environment(tmp_path / "bin") | {
        "_CHECKER_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(len(before)),
    }
    script = SCRIPT.format(heavy=HEAVY)
    done = subprocess.run(
        [sys.executable, "-c", script], env=env, capture_output=True, text=True, check=True
    )
    assert set(done.stdout.split()) == CASES[line]
    assert all(word.startswith(last) for word in done.stdout.split())
    assert done.stderr.strip() == "[]"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_shell_gets_its_script(shell: str, tmp_path: Path) -> None:
    env = environment(tmp_path / "bin") | {"_CHECKER_COMPLETE": f"source_{shell}"}
    out, _, code = run("checker", tmp_path, env)
    assert code == 0
    assert "_CHECKER_COMPLETE" in out


def test_names_are_those_that_are_read() -> None:
    packs, _ = load_packs()
    assert completion.packs("") == sorted(pack.pack.name for pack in packs)
    assert set(completion.rules("")) == {rule.id for pack in packs for rule in pack.rules}
    codes = [name for name in completion.rules_or_codes("") if "/" not in name]
    assert sorted(set(codes)) == sorted(explanations())
    assert set(completion.mappings("")) == {"auto", *shipped()}
