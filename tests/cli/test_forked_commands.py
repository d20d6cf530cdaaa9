"""A command that is a fork is given what a started one is, and ends as it does."""

from __future__ import annotations

from pathlib import Path

import pytest
from console import ROOT, environment, run

LINES = {
    "words, streams and exit code": "checker show 好 'a b' \"\"; checker version < /dev/null >&2",
    "a file as its output": "checker show douyin/satisfaction > out; cat out",
    "its folder": "mkdir there; cd there; checker init house -q; find . | sort",
    "a pipe": "checker show | head -n 2",
    "no such command": "checker nonsense",
    "a failing audit": "checker audit examples/douyin-week --quiet",
    "processes of its own": "checker test rules/taobao",
    "two at once": "checker show E510 > one & checker show E511 > two; wait; cat one two",
    "what the environment says": "COLUMNS=60 FORCE_COLOR=1 LANG=zh LC_ALL= checker show E510",
    "a folder for passing things": "TMPDIR=$PWD checker audit examples/douyin-week -o out; ls",
}


@pytest.mark.parametrize("what", LINES)
def test_a_fork_differs_in_nothing_but_its_start(what: str, tmp_path: Path) -> None:
    seen = []
    for started in (True, False):
        folder = tmp_path / str(started) / "here"
        folder.mkdir(parents=True)
        for name in ("examples", "rules"):
            (folder / name).symlink_to(ROOT / name, target_is_directory=True)
        env = environment(tmp_path / str(started) / "bin", started=started)
        seen.append(run(LINES[what], folder, env))
    assert seen[0] == seen[1]
    assert any(seen[0])
