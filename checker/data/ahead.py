"""Statements that run beside the thread that writes the next ones."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

T = TypeVar("T")

_PAUSE = 0.05  # seconds

KEPT = re.compile(r"\bkept_\d+\b")
"""The names of kept tables in SQL."""


@dataclass(eq=False)
class _Statement:
    run: Callable[[], Any]
    reads: frozenset[str]  # tables that other statements make
    makes: str
    urgent: bool
    future: Future[Any] = field(default_factory=Future)


class Ahead:
    """A queue of statements for an engine, of which so many run abreast as there are `workers`.

    They begin in the order in which they were asked for, urgent ones first, each when what it reads is
    made. A table that could not be made is told by the statements that read it.
    """

    def __init__(self, interrupt: Callable[[], object], *, workers: int) -> None:
        self.urgent = False  # what is asked for from now on
        self._interrupt = interrupt
        self._failed: dict[str, Exception] = {}
        self._asked: list[_Statement] = []
        self._waiting: list[_Statement] = []
        self._unmade: set[str] = set()
        self._changed = threading.Condition()
        self._running = self._wanting = 0  # statements, and those of them that want to be alone
        self._stopped = False
        self._workers = [
            threading.Thread(target=self._work, name=f"statements {i}", daemon=True)
            for i in range(workers)
        ]
        for one in self._workers:
            one.start()

    def make(self, name: str, sql: str, made: Callable[[], object]) -> None:
        """Runs a statement that makes a table."""

        def run() -> None:
            try:
                self._check(sql)
                made()
            except Exception as error:
                self._failed[name] = error

        self._put(run, sql, name)

    def ask(self, sql: str, asked: Callable[[], T]) -> Callable[[], T]:
        """Runs a statement for its rows; what is returned waits for them."""

        def run() -> T:
            self._check(sql)
            return asked()

        return self._put(run, sql).result

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Asked for by a statement that runs: inside, no other one does."""
        with self._changed:
            self._running -= 1
            self._wanting += 1
            self._changed.notify_all()
            self._changed.wait_for(lambda: not self._running)
            self._running += 1
        try:
            yield
        finally:
            with self._changed:
                self._wanting -= 1
                self._changed.notify_all()

    def settle(self) -> None:
        """Waits until all that was asked for has run."""
        wait([one.future for one in self._asked])

    def stop(self) -> None:
        """Gives up what has not run yet, and breaks off what is running."""
        with self._changed:
            self._stopped = True
            for one in self._waiting:
                one.future.cancel()
            self._changed.notify_all()
        # A statement that is just about to begin does not hear it, so it is told more than once.
        while running := [one.future for one in self._asked if not one.future.done()]:
            self._interrupt()
            wait(running, timeout=_PAUSE)
        for worker in self._workers:  # a thread that lives on when the process ends can break it
            worker.join()

    def _put(self, run: Callable[[], Any], sql: str, makes: str = "") -> Future[Any]:
        with self._changed:
            reads = self._unmade.intersection(KEPT.findall(sql))
            one = _Statement(run, frozenset(reads), makes, self.urgent)
            if makes:
                self._unmade.add(makes)
            self._asked.append(one)
            self._waiting.append(one)
            self._changed.notify_all()
        return one.future

    def _work(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._stopped or self._next() is not None)
                one = self._next()
                if self._stopped or one is None:
                    return
                self._waiting.remove(one)
                self._running += 1
                one.future.set_running_or_notify_cancel()
            try:
                found = one.run()
            except BaseException as error:
                one.future.set_exception(error)
            else:
                one.future.set_result(found)
            with self._changed:
                self._running -= 1
                self._unmade.discard(one.makes)
                self._changed.notify_all()

    def _next(self) -> _Statement | None:
        """The first urgent statement that may run, or else the first."""
        if self._wanting:
            return None
        ready = (one for one in self._waiting if self._unmade.isdisjoint(one.reads))
        return min(ready, key=lambda one: not one.urgent, default=None)

    def _check(self, sql: str) -> None:
        for name in KEPT.findall(sql):
            if name in self._failed:
                raise self._failed[name]
