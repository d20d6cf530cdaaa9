"""Shows how far long work is, on stderr and only where that is a terminal; and how long it took."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Timer
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from checker.data.workspace import Timing

_PATIENCE = 0.7  # seconds; shorter work shows nothing
_BAR = 10  # cells
_LEAST = 54  # cells of a terminal, below which the bar is left out


class Report:
    """What work calls: with a stage, how much is done of how much; or with the timing of a stage."""

    def __init__(self, bar: Progress, room: int) -> None:
        self.bar, self.room = bar, room
        self.task: TaskID | None = None

    def __call__(self, stage: str, done: int, total: int) -> None:
        self._show(stage, completed=done, total=total)

    def timed(self, timing: Timing) -> None:
        if timing.seconds is None:
            self._show(timing.stages[-1])
        elif self.task is not None and timing.rows:
            self.bar.update(self.task, rows=f"{timing.rows:,}")

    def _show(self, stage: str, **more: float | None) -> None:
        from checker.reports.clean import clean
        from checker.reports.layout import crop, pad

        # The columns behind it must not move about, nor the line wrap.
        described = pad(crop(clean(stage), self.room), self.room)
        if self.task is None:
            more = {"total": None, **more}
            self.task = self.bar.add_task(described, rows="", **more)  # type: ignore[arg-type]
        else:
            self.bar.update(self.task, description=described, **more)  # type: ignore[arg-type]


@contextmanager
def stages(quiet: bool) -> Iterator[Report | None]:
    """Something to report to, or None where nobody watches."""
    if quiet or not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True, markup=False, highlight=False, emoji=False)
    wide = console.width >= _LEAST
    rows = TextColumn("{task.fields[rows]}", justify="right", markup=False)
    columns = (
        TextColumn("{task.description}", markup=False),
        *((BarColumn(_BAR), MofNCompleteColumn(), rows) if wide else ()),
        TimeElapsedColumn(),
        TimeRemainingColumn(elapsed_when_finished=True),
    )
    bar = Progress(*columns, console=console, transient=True)
    # Two times of seven cells, a bar with its numbers, rows of eleven, and the gaps.
    room = max(6, min(30, console.width - (_BAR + 6 + 11 if wide else 0) - 2 * 7 - 6))
    timer = Timer(_PATIENCE, bar.start)
    timer.daemon = True
    timer.start()
    try:
        yield Report(bar, room)
    finally:
        timer.cancel()
        timer.join()
        bar.stop()


class Stopwatch:
    """Notes how long each stage took, and tells the progress."""

    def __init__(self, report: Report | None) -> None:
        self.report = report
        self.began = time.monotonic()
        self.timings: list[Timing] = []

    def __call__(self, timing: Timing) -> None:
        if timing.seconds is not None:
            self.timings.append(timing)
        if self.report is not None:
            self.report.timed(timing)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """A stage outside of the engine, such as writing."""
        from checker.data.workspace import Timing

        began = time.monotonic()
        yield
        self(Timing((name,), 0, time.monotonic() - began))

    def tell(self, lang: str) -> None:
        """Says on stderr what took how long."""
        from checker.cli.streams import colored, paper, say, width
        from checker.reports.timing import render_timings

        console, page = paper(colored(sys.stderr), width())
        render_timings(self.timings, time.monotonic() - self.began, console, lang=lang)
        say(page.getvalue())
