"""Statements that run beside the thread that asks give what they give in turn, and fail alone."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import ibis
import pytest

from checker.data.workspace import Stages, Workspace, connect_duckdb, duckdb_connection
from checker.options import AuditOptions
from checker.pipeline import audit
from checker.reports.json import to_json

EXAMPLES = Path(__file__).parents[2] / "examples"


def numbers(n: int) -> ibis.Table:
    return ibis.range(n).unnest().name("n").as_table()


def failing(workspace: Workspace) -> ibis.Table:
    """A table whose statement is understood, and fails when it runs."""
    text = workspace.table({"x": ["no number"]}, {"x": "string"})
    return workspace.keep(text.select(y=text["x"].cast("int64")))


@pytest.mark.parametrize("example", ["douyin-week", "four-platforms"])
def test_an_audit_that_runs_ahead_says_the_same(example: str) -> None:
    said = []
    for in_turn in (True, False):
        result, _ = audit(EXAMPLES / example, AuditOptions(in_turn=in_turn, by=("hour",)))
        assert result is not None
        said.append(to_json(result))
    assert said[0] == said[1]


class Held(Workspace):
    """Makes no table before it may."""

    may: threading.Event
    begun: threading.Event

    def _keep(self, kept: str, sql: str, stages: Stages) -> None:
        self.begun.set()
        assert self.may.wait(60)
        super()._keep(kept, sql, stages)


def held() -> Held:
    workspace = Held(duckdb_connection(threads=1))
    workspace.may, workspace.begun = threading.Event(), threading.Event()
    return workspace


def test_the_asker_goes_on_while_the_engine_works() -> None:
    workspace = held()
    with workspace.running_ahead():
        table = workspace.keep(numbers(20).select(n=ibis._.n, m=ibis._.n % 7))
        answer = workspace.ask(table.agg(n=table.count(), m=table["m"].max()))
        assert workspace.steps == []
        workspace.may.set()
        assert answer() == [(20, 6)]
    assert [(step.kept, step.rows) for step in workspace.steps] == [("kept_1", 20), ("", 1)]


def test_what_is_urgent_runs_as_soon_as_what_it_reads_is_made() -> None:
    workspace = held()

    def counted(table: ibis.Table) -> Callable[[], list[tuple[int, ...]]]:
        return workspace.ask(table.agg(n=table.count()))

    with workspace.running_ahead():
        workspace.keep(numbers(2))  # held back
        assert workspace.begun.wait(60)
        answers = [counted(numbers(10))]
        table = workspace.keep(numbers(5))
        answers.append(counted(numbers(11)))
        with workspace.urgent():
            answers += [counted(table), counted(numbers(12))]
        answers.append(counted(numbers(13)))
        workspace.may.set()
        assert [answer() for answer in answers] == [[(n,)] for n in (10, 11, 5, 12, 13)]
    ran = [step.kept or re.findall(r"RANGE\(0, (\d+)", step.sql) for step in workspace.steps]
    assert ran == ["kept_1", ["12"], ["10"], "kept_2", [], ["11"], ["13"]]


def test_a_table_that_failed_is_told_by_those_who_read_it() -> None:
    workspace = connect_duckdb(threads=1)
    with workspace.running_ahead():
        broken = failing(workspace)
        onward = workspace.keep(broken.mutate(z=broken["y"] + 1))
        fine = workspace.keep(numbers(3))
        assert sorted(workspace.fetch(fine)) == [(0,), (1,), (2,)]
        for table in (broken, onward):
            with pytest.raises(duckdb.ConversionException, match="no number"):
                workspace.fetch(table)
    with pytest.raises(duckdb.ConversionException, match="no number"):
        failing(workspace)


def test_leaving_early_gives_up_what_has_not_run() -> None:
    workspace = connect_duckdb(threads=1)
    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt), workspace.running_ahead():
        one, other = numbers(3_000_000), numbers(3_000_000).rename(m="n")
        for _ in range(3):
            workspace.ask(one.cross_join(other).agg(s=(ibis._.n * ibis._.m).sum()))
        raise KeyboardInterrupt
    assert time.monotonic() - began < 30  # nine million million rows each would take hours
    assert workspace.fetch(numbers(1)) == [(0,)]


def test_statements_run_abreast_where_none_reads_what_the_other_makes() -> None:
    workspace = held()
    with workspace.running_ahead(abreast=2):
        table = workspace.keep(numbers(20))  # held back
        assert workspace.begun.wait(60)
        waits = workspace.ask(table.agg(n=table.count()))
        assert workspace.fetch(numbers(5).agg(n=ibis._.count())) == [(5,)]
        assert [step.rows for step in workspace.steps] == [1]
        workspace.may.set()
        assert waits() == [(20,)]


class Short(Workspace):
    """Has memory for one statement, and notes which run while it lacks some."""

    def _run(self, sql: str) -> list[tuple[object, ...]]:
        with self.count:
            self.running += 1
            self.most, crowded = max(self.most, self.running), self.running > 1
        try:
            self.both.wait(1)  # for the other, if there is one
            if crowded:
                raise duckdb.OutOfMemoryException("too little")
            return super()._run(sql)
        finally:
            with self.count:
                self.running -= 1

    both: threading.Event
    count: threading.Lock
    running: int
    most: int


def test_a_statement_that_lacks_memory_is_tried_again_alone() -> None:
    workspace = Short(duckdb_connection(threads=1))
    workspace.both, workspace.count = threading.Event(), threading.Lock()
    workspace.running = workspace.most = 0
    with workspace.running_ahead(abreast=2):
        answers = [workspace.ask(numbers(n).agg(n=ibis._.count())) for n in range(1, 8)]
        assert [answer() for answer in answers] == [[(n,)] for n in range(1, 8)]
    assert workspace.most == 2


def test_one_that_lacks_memory_when_it_is_alone_fails() -> None:
    workspace = Short(duckdb_connection(threads=1))
    workspace.both, workspace.count = threading.Event(), threading.Lock()
    workspace.running = workspace.most = 1
    with workspace.running_ahead(abreast=2):
        answer = workspace.ask(numbers(3))
        with pytest.raises(duckdb.OutOfMemoryException):
            answer()
