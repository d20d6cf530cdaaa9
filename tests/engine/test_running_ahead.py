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
