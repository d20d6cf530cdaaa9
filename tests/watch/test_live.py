"""The command as a process: what it prints, how it ends, and what it leaves behind."""

from __future__ import annotations

import datetime as dt
import json
import os
import pty
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from console import environment, run

import checker

SCHEMA = json.loads(
    (Path(checker.__file__).parent / "schemas" / "watch.schema.json").read_text("utf-8")
)
RULES = """
language: 1
pack: live
platform: house
title: Live
timezone: Asia/Shanghai
clocks:
  reply: {opens: role = 'buyer', closes: role = 'agent'}
rules:
  quick: {title: {zh: 快, en: Quick}, clock: reply, ratio: {of: turns, good: wait <= 3m}}
  mean: {title: M, clock: reply, value: {of: turns, is: mean(wait)}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "pack.yaml").write_text(RULES, "utf-8")
    (tmp_path / "data").mkdir()
    return tmp_path


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    (tmp_path / "temporary").mkdir()
    return environment(tmp_path / "bin") | {"TMPDIR": str(tmp_path / "temporary")}


def left_behind(folder: Path) -> list[str]:
    return [path.name for path in (folder / "temporary").glob("checker-*")]


def say(folder: Path, session: str, role: str, ago: float = 0) -> None:
    at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=ago)
    row = {"platform": "house", "session_id": session, "ts": at.isoformat(), "role": role}
    with (folder / "data" / "messages.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps(row) + "\n")


def _hears_hangups() -> None:
    """Under nohup the tests ignore them, and so would what they start."""
    signal.signal(signal.SIGHUP, signal.SIG_DFL)


class Process:
    def __init__(self, folder: Path, env: dict[str, str], *words: str, tty: bool = False) -> None:
        line = ["checker", "watch", "data", "--rules", "pack.yaml", "--interval", "0.2s", *words]
        self.ours, theirs = pty.openpty()
        self.process = subprocess.Popen(
            line,
            cwd=folder,
            env=env | {"LC_ALL": "C.UTF-8", "TERM": "xterm", "COLUMNS": "80", "LINES": "24"},
            stdin=subprocess.DEVNULL,
            stdout=theirs if tty else subprocess.PIPE,
            stderr=subprocess.PIPE,
            preexec_fn=_hears_hangups,
        )
        os.close(theirs)
        if tty:
            self.output = self.ours
        else:
            assert self.process.stdout is not None
            self.output = self.process.stdout.fileno()
        os.set_blocking(self.output, False)
        self.text = ""

    def read(self) -> str:
        try:
            while part := os.read(self.output, 1 << 16):
                self.text += part.decode("utf-8", "replace")
        except OSError:  # nothing more at present, or the terminal is closed
            pass
        return self.text

    def until(self, holds: Callable[[str], bool], seconds: float = 60) -> str:
        end = time.monotonic() + seconds
        while not holds(self.read()):
            assert time.monotonic() < end, self.text
            assert self.process.poll() is None, self.process.stderr and self.process.stderr.read()
            time.sleep(0.05)
        return self.text

    def end(self, with_: signal.Signals) -> int:
        self.process.send_signal(with_)
        code = self.process.wait(timeout=30)
        self.read()
        return code


@pytest.fixture
def start(folder: Path, env: dict[str, str]) -> Iterator[Callable[..., Process]]:
    made: list[Process] = []

    def one(*words: str, tty: bool = False) -> Process:
        made.append(Process(folder, env, *words, tty=tty))
        return made[-1]

    yield one
    for process in made:
        process.process.kill()
        process.process.wait()
        os.close(process.ours)


def test_a_growing_file_is_followed_line_by_line(
    folder: Path, start: Callable[..., Process]
) -> None:
    say(folder, "A", "buyer", ago=200)
    say(folder, "B", "buyer", ago=20)
    process = start("--lang", "en")
    process.until(lambda text: "A" in text)
    assert "over the limit: house (one shop) (nobody) A" in process.text
    assert " B " not in process.text  # its limit is not near
    say(folder, "C", "buyer", ago=150)
    text = process.until(lambda text: " C " in text)
    assert "near the limit: house (one shop) (nobody) C" in text
    assert process.end(signal.SIGINT) == 130
    assert "\x1b" not in process.text


def test_json_is_a_line_for_every_look(folder: Path, start: Callable[..., Process]) -> None:
    say(folder, "A", "buyer", ago=200)
    process = start("--format", "json")
    process.until(lambda text: text.count("\n") >= 2)
    say(folder, "A", "agent")
    process.until(lambda text: '"turns": []' in text)
    assert process.end(signal.SIGTERM) == 0
    lines = [json.loads(line) for line in process.text.splitlines()]
    for one in lines:
        jsonschema.validate(one, SCHEMA)
    assert lines[0]["summary"]["passed"] == 1
    assert lines[-1]["summary"] == dict.fromkeys(lines[0]["summary"], 0)


@pytest.mark.parametrize("with_", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_the_terminal_is_left_as_it_was(
    folder: Path, start: Callable[..., Process], with_: signal.Signals
) -> None:
    say(folder, "A", "buyer", ago=200)
    process = start("--lang", "zh", tty=True)
    process.until(lambda text: "超 " in text)
    assert "\a" not in process.text  # it was late before anybody looked
    say(folder, "B", "buyer", ago=179)
    process.until(lambda text: "\a" in text)
    assert left_behind(folder)
    assert process.end(with_) == (130 if with_ is signal.SIGINT else 0)
    assert left_behind(folder) == []
    entered, left = process.text.find("\x1b[?1049h"), process.text.rfind("\x1b[?1049l")
    assert 0 <= entered < left
    assert process.text.rstrip().endswith("\x1b[?25h\x1b[?1049l")
    # No screen is longer than the terminal, so that nothing scrolls away.
    for screen in process.text.split("\x1b[H")[1:]:
        assert screen.count("\r\n") < 24


@pytest.mark.parametrize("with_", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_nothing_is_left_when_it_ends_before_its_first_look(
    folder: Path, start: Callable[..., Process], with_: signal.Signals
) -> None:
    say(folder, "A", "buyer", ago=200)
    # A pipe that nobody writes to keeps it at its first look.
    os.mkfifo(folder / "data" / "shops.csv")
    process = start("--once")
    end = time.monotonic() + 30
    while not left_behind(folder):
        assert time.monotonic() < end and process.process.poll() is None
        time.sleep(0.01)
    assert process.end(with_) == 128 + with_
    assert left_behind(folder) == []


def test_no_bell_is_silent(folder: Path, start: Callable[..., Process]) -> None:
    say(folder, "A", "buyer", ago=200)
    process = start("--lang", "en", "--no-bell", tty=True)
    process.until(lambda text: "over" in text)
    say(folder, "B", "buyer", ago=200)
    process.until(lambda text: " B " in text)
    time.sleep(1.2)
    assert "\a" not in process.read()
    assert process.end(signal.SIGINT) == 130


def test_data_that_go_away_are_told_and_come_back(
    folder: Path, start: Callable[..., Process]
) -> None:
    say(folder, "A", "buyer", ago=200)
    process = start("--lang", "en", tty=True)
    process.until(lambda text: "A" in text)
    (folder / "data").rename(folder / "away")
    process.until(lambda text: "cannot be read since" in text)
    (folder / "away").rename(folder / "data")
    say(folder, "B", "buyer", ago=250)
    process.until(lambda text: " B " in text.rsplit("\x1b[H", 1)[1])
    assert "cannot be read" not in process.read().rsplit("\x1b[H", 1)[1]
    assert process.end(signal.SIGINT) == 130


def once(folder: Path, env: dict[str, str], words: str) -> tuple[dict[str, Any], int]:
    line = f"checker watch data --rules pack.yaml --once --format json {words}"
    out, _, code = run(line, folder, env)
    made = json.loads(out)
    jsonschema.validate(made, SCHEMA)
    return made, code


def test_once_exits_with_1_when_a_limit_is_passed(folder: Path, env: dict[str, str]) -> None:
    say(folder, "A", "buyer", ago=30)
    made, code = once(folder, env, "--soon 10s")
    assert (made["summary"]["running"], code) == (1, 0)
    made, code = once(folder, env, "--soon 3m")
    assert (made["summary"]["near"], code) == (1, 0)
    say(folder, "B", "buyer", ago=181)
    made, code = once(folder, env, "")
    assert (made["summary"]["passed"], code) == (1, 1)
    assert [turn["session_id"] for turn in made["turns"]] == ["B", "A"]
    assert made["rules"]["without_a_wait"] == ["live/mean"]


def test_what_is_later_than_as_of_is_not_seen(folder: Path, env: dict[str, str]) -> None:
    say(folder, "A", "buyer", ago=600)
    say(folder, "A", "agent", ago=500)
    say(folder, "B", "buyer", ago=100)
    at = dt.datetime.now(dt.UTC) - dt.timedelta(seconds=550)
    made, code = once(folder, env, f"--as-of {at.isoformat()}")
    assert [turn["session_id"] for turn in made["turns"]] == ["A"]
    assert (made["turns"][0]["state"], code) == ("running", 0)
    masked, _ = once(folder, env, f"--as-of {at.isoformat()} --pseudonymize salt-salt-salt")
    assert masked["turns"][0]["session_id"] == "A"
