"""The watch that goes on: one thread reads, this one paints, rings and listens to signals."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from shutil import get_terminal_size
from threading import Event, Lock, Thread
from types import FrameType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from checker.diagnostics import Diagnostic
    from checker.verdicts.waiting import Limit, Snapshot, State, WaitingTurn
    from checker.watching import Watch

_JOIN = 5.0  # seconds that a refresh is given to break off
Key = tuple[str, str | None, str, int, str]


def now_us() -> int:
    return time.time_ns() // 1000


@dataclass
class Reader:
    """Refreshes the watch every `interval` seconds, on a thread of its own."""

    watch: Watch
    interval: float
    snapshot: Snapshot
    found: tuple[Diagnostic, ...] = ()
    since: int | None = None  # when it began that the data cannot be read
    number: int = 0  # of refreshes
    failure: BaseException | None = None
    _lock: Lock = field(default_factory=Lock)
    _over: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def __enter__(self) -> Reader:
        self._thread = Thread(target=self._run, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.watch.interrupt()
        if self._thread is not None:
            self._thread.join(_JOIN)

    def state(self) -> tuple[Snapshot, tuple[Diagnostic, ...], int | None, int]:
        """What is known now: the last snapshot, what was found, since when that hinders, its number."""
        if self.failure is not None:
            raise self.failure
        with self._lock:
            return self.snapshot, self.found, self.since, self.number

    def _run(self) -> None:
        due = time.monotonic() + self.interval
        try:
            while not self._over.wait(max(0.0, due - time.monotonic())):
                due = max(due + self.interval, time.monotonic())
                now = now_us()
                snapshot, found = self.watch.refresh(now)
                with self._lock:
                    self.number += 1
                    self.found = found
                    if snapshot is None:
                        self.since = self.since or now
                    else:
                        self.snapshot, self.since = snapshot, None
        except BaseException as error:
            if not self._over.is_set():
                self.failure = error


def alarming(
    snapshot: Snapshot, now: int, before: Mapping[Key, State]
) -> tuple[list[tuple[WaitingTurn, Limit]], dict[Key, State]]:
    """Limits that have come near or passed since `before`, and the states of all."""
    every = [((*turn.key, one.rule), turn, one) for turn in snapshot.turns for one in turn.limits]
    states = {key: one.state(now, snapshot.soon) for key, _, one in every}
    fresh = [
        (turn, one)
        for key, turn, one in every
        if states[key] in ("near", "passed") and states[key] != before.get(key)
    ]
    return fresh, states


def end_when_asked(*, following: bool) -> None:
    """Asked to end, or left by its terminal, the watch ends by itself: the terminal is as it was, and
    no file stays behind. While it follows, that is its end, with 0; before, nothing has been told."""

    def end(signum: int, frame: FrameType | None) -> None:
        raise SystemExit(0 if following else 128 + signum)

    for name in ("SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)  # not every system has both
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:  # nohup
            signal.signal(number, end)


def to_screen(reader: Reader, lang: str, every: str, *, bell: bool) -> None:
    """Paints every second until a signal ends it."""
    from checker.cli.screen import LiveScreen
    from checker.cli.streams import colored, paper
    from checker.reports.watch import Screen, render_watch

    before: dict[Key, State] | None = None
    with LiveScreen() as screen:
        while True:
            snapshot, found, since, _ = reader.state()
            now = now_us()
            fresh, states = alarming(snapshot, now, before or {})
            size = get_terminal_size((80, 24))
            told = " ".join(d.message for d in found if d.level == "error" and since is not None)
            notice = " ".join(d.message for d in found if d.level == "warning")
            console, page = paper(colored(sys.stdout), size.columns)
            here = Screen(every, size.lines, told, since, notice)
            render_watch(snapshot, console, lang=lang, now=now, screen=here)
            screen.paint(page.getvalue(), size.lines)
            # What was late before anybody looked is no news.
            if bell and fresh and before is not None:
                screen.ring()
            before = states
            time.sleep(1 - time.time() % 1)


def to_log(reader: Reader, lang: str) -> None:
    """Prints a line for every limit that comes near or passes, until a signal ends it."""
    from checker.cli.streams import put, tell
    from checker.reports.watch import event_line

    before: dict[Key, State] = {}
    told: tuple[Diagnostic, ...] = ()
    while True:
        snapshot, found, _, _ = reader.state()
        now = now_us()
        fresh, before = alarming(snapshot, now, before)
        for turn, limit in fresh:
            put(event_line(turn, limit, snapshot, now, lang) + "\n")
        if found != told:
            tell(found)
            told = found
        time.sleep(1 - time.time() % 1)


def to_lines(reader: Reader, render: Callable[[Snapshot, tuple[Diagnostic, ...]], str]) -> None:
    """Prints every refresh as a line, until a signal ends it."""
    from checker.cli.streams import put

    last = -1
    while True:
        snapshot, found, _, number = reader.state()
        if number != last:
            put(render(snapshot, found))
            last = number
        time.sleep(0.1)
