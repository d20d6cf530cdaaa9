"""Progress is shown on a terminal only."""

from __future__ import annotations

import os
import pty
import subprocess
import sys

from console import ROOT

from checker.cli.progress import stages

SCRIPT = """
import time
from checker.cli import progress
progress._PATIENCE = 0.05
with progress.stages({quiet}) as report:
    if report is not None:
        report("reading", 0, 4)
        time.sleep(0.5)
        report("reading", 4, 4)
"""


def on_a_terminal(quiet: bool) -> bytes:
    ours, theirs = pty.openpty()
    env = {**os.environ, "PYTHONPATH": str(ROOT), "TERM": "xterm"}
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT.format(quiet=quiet)], stderr=theirs, env=env
    )
    process.wait(timeout=20)
    os.close(theirs)
    shown = b""
    try:
        while part := os.read(ours, 4096):
            shown += part
    except OSError:  # Linux reports the end of a terminal as an error
        pass
    os.close(ours)
    return shown


def test_a_pipe_gets_no_progress() -> None:
    with stages(quiet=False) as report:
        assert report is None


def test_a_terminal_gets_the_stage_with_its_numbers() -> None:
    shown = on_a_terminal(quiet=False)
    assert b"reading" in shown
    assert b"/4" in shown


def test_quiet_is_quiet() -> None:
    assert on_a_terminal(quiet=True) == b""
