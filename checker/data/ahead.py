"""Statements that run one after the other beside the thread that writes the next ones."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any, TypeVar

T = TypeVar("T")

_PAUSE = 0.05  # seconds

KEPT = re.compile(r"\bkept_\d+\b")
"""The names of kept tables in SQL."""


class Ahead:
    """A queue for one connection, which nothing else may use until `settle` has returned.

    A table that could not be made is told by the statements that read it.
    """

    def __init__(self, interrupt: Callable[[], object]) -> None:
        self._thread = ThreadPoolExecutor(1, "statements")
        self._interrupt = interrupt
        self._failed: dict[str, Exception] = {}
        self._asked: list[Future[Any]] = []

    def make(self, name: str, sql: str, made: Callable[[], object]) -> None:
        """Runs a statement that makes a table."""

        def run() -> None:
            try:
                self._check(sql)
                made()
            except Exception as error:
                self._failed[name] = error

        self._asked.append(self._thread.submit(run))

    def ask(self, sql: str, asked: Callable[[], T]) -> Callable[[], T]:
        """Runs a statement for its rows; what is returned waits for them."""

        def run() -> T:
            self._check(sql)
            return asked()

        future = self._thread.submit(run)
        self._asked.append(future)
        return future.result

    def settle(self) -> None:
        """Waits until all that was asked for has run."""
        wait(self._asked)

    def stop(self) -> None:
        """Gives up what has not run yet, and breaks off what is running."""
        self._thread.shutdown(wait=False, cancel_futures=True)
        # A statement that is just about to begin does not hear it, so it is told more than once.
        while running := [future for future in self._asked if not future.done()]:
            self._interrupt()
            wait(running, timeout=_PAUSE)

    def _check(self, sql: str) -> None:
        for name in KEPT.findall(sql):
            if name in self._failed:
                raise self._failed[name]
