"""`--verbose` says what took how long; a terminal shows the stage while it lasts."""

from __future__ import annotations

import re
from io import StringIO
from pathlib import Path

import pytest
from console import ROOT, environment, run
from rich.console import Console

from checker.data.workspace import Timing, Workspace
from checker.reports.timing import render_timings


@pytest.mark.parametrize(("lang", "first", "last"), [("en", "reading", "all"), ("zh", "读取数据", "合计")])  # fmt: skip
def test_verbose_tells_stages_rows_and_seconds(
    lang: str, first: str, last: str, tmp_path: Path
) -> None:
    env = environment(tmp_path / "bin", started=False)
    out, err, _ = run(f"checker audit examples/douyin-week --verbose --lang {lang}", ROOT, env)
    plain, silent, _ = run(f"checker audit examples/douyin-week --lang {lang}", ROOT, env)
    assert (out, silent) == (plain, "")
    lines = err.splitlines()
    assert lines[1].startswith(first)
    assert lines[-1].startswith(last)
    assert re.search(r"clock human_reply .* [\d,]+ +\d+\.\d\d$", err, re.M)
    messages = {"en": "messages", "zh": "消息"}[lang]
    assert re.search(rf"^{messages} +1,500 +\d+\.\d\d$", err, re.M)
    whole = float(lines[-1].split()[-1])
    outer = sum(float(line.split()[-1]) for line in lines[1:-1] if not line.startswith(" "))
    assert 0 < outer <= whole


def test_stages_stand_above_what_they_hold() -> None:
    made = [(("a", "x"), 1), (("b",), 2), (("a",), 3), (("a", "x"), 4), (("a", "x", "deep"), 5)]
    text = StringIO()
    console = Console(file=text, width=60)
    render_timings([Timing(k, n, 1.0) for k, n in made], 9.0, console, lang="en")
    assert [line.split()[:2] for line in text.getvalue().splitlines()[1:]] == [
        ["a", "3"],
        ["x", "5"],
        ["deep", "5"],
        ["b", "2"],
        ["all", "9.00"],
    ]


def test_a_stage_is_told_as_it_begins_and_ends() -> None:
    told: list[Timing] = []
    workspace = Workspace(None, timer=told.append)
    with workspace.stage("outer"), workspace.stage("inner"):
        pass
    assert [(t.stages, t.seconds is None) for t in told] == [
        (("outer",), True),
        (("outer", "inner"), True),
        (("outer", "inner"), False),
        (("outer",), False),
    ]
    assert all(t.seconds is None or t.seconds >= 0 for t in told)
