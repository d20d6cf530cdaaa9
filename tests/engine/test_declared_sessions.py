"""Whether the table of sessions has those of all messages is found out when messages get their keys."""

from __future__ import annotations

from pathlib import Path

import duckdb
import ibis
import ibis.expr.types as ir
import pytest

from checker.data.workspace import Miscounted, Workspace, connect_duckdb
from checker.facts.realm import Realm
from checker.options import AuditOptions
from checker.pipeline import audit
from checker.reports.json import to_json
from checker.ruletest.sample import write_sample

RULES = """
language: 1
pack: own
platform: any
title: Own
timezone: Asia/Shanghai
clocks:
  reply:
    opens: role = 'buyer'
    closes: role = 'agent'
rules:
  sessions:
    title: Sessions
    per: [shop, day]
    value: {of: sessions, is: count(), offender: buyer_id is missing}
  quick:
    title: Quick
    per: [shop, day]
    clock: reply
    ratio: {of: sessions, where: any(turns), good: "all(turns, wait <= 3m)"}
"""


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rules") / "own.yaml"
    path.write_text(RULES)
    return path


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("declared") / "data"
    write_sample(folder, messages=1500, days=3)
    return folder


@pytest.fixture(scope="module")
def undeclared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One session of ten is in messages alone."""
    folder = tmp_path_factory.mktemp("undeclared") / "data"
    write_sample(folder, messages=1500, days=3)
    file, fewer = folder / "sessions.parquet", folder / "fewer.parquet"
    rows = f"SELECT * FROM '{file}' WHERE hash(session_id) % 10 > 0"
    duckdb.sql(f"COPY ({rows}) TO '{fewer}' (FORMAT parquet)")
    fewer.replace(file)
    return folder


def judged(data: Path, rules: Path, **more: object) -> str:
    result, found = audit(data, AuditOptions(rules=(rules,), **more))  # type: ignore[arg-type]
    assert result is not None, found
    return to_json(result)


def looked_at(data: Path, rules: Path) -> str:
    """What an audit says that trusts nothing."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Realm, "trusted", False)
        return judged(data, rules)


@pytest.mark.parametrize("in_turn", [False, True])
@pytest.mark.parametrize("data", ["declared", "undeclared"])
def test_trust_changes_no_figure(
    data: str, in_turn: bool, rules: Path, request: pytest.FixtureRequest
) -> None:
    folder: Path = request.getfixturevalue(data)
    assert judged(folder, rules, in_turn=in_turn) == looked_at(folder, rules)


def test_nothing_that_was_made_in_vain_trust_is_left(
    undeclared: Path, rules: Path, tmp_path: Path
) -> None:
    for _ in range(3):
        found = judged(undeclared, rules, cache=tmp_path / "cache")
        assert found == looked_at(undeclared, rules)


def test_declared_sessions_are_not_looked_for_in_messages(
    declared: Path, undeclared: Path, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    sql = Workspace._sql

    def noted(self: Workspace, expression: ir.Table) -> str:
        asked.append(sql(self, expression))
        return asked[-1]

    monkeypatch.setattr(Workspace, "_sql", noted)
    judged(declared, rules)
    assert not any("ANTI JOIN" in one for one in asked)
    judged(undeclared, rules)
    assert any("ANTI JOIN" in one for one in asked)


@pytest.mark.parametrize("ahead", [False, True])
def test_a_table_of_another_number_of_rows_is_told(ahead: bool) -> None:
    workspace = connect_duckdb(threads=1)
    rows = ibis.range(20).unnest().name("n").as_table().mutate(g=ibis._.n // 3)

    def count(expected: int) -> int:
        table = workspace.keep_ordered(rows, "g", ["n"], lambda t: [t["n"]], rows=expected)
        ((number,),) = workspace.fetch(table.agg(number=table.count()))
        return int(number)

    def both() -> None:
        assert count(20) == 20
        with pytest.raises(Miscounted, match="20 rows where 21 were expected"):
            count(21)

    if ahead:
        with workspace.running_ahead():
            both()
    else:
        both()


def test_messages_that_cannot_be_counted_confirm_nothing(
    declared: Path, rules: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rules that read them are told as failed, those that do not are judged."""
    make = Workspace._keep_ordered

    def broken(self: Workspace, *given: object) -> int:
        make(self, *given)  # type: ignore[arg-type]
        raise duckdb.IOException("the disk is full")

    monkeypatch.setattr(Workspace, "_keep_ordered", broken)
    for in_turn in (False, True):
        result, found = audit(declared, AuditOptions(rules=(rules,), in_turn=in_turn))
        assert result is not None, found
        reasons = {v.rule: v.reason for v in result.verdicts}
        assert reasons["own/sessions"] is None
        assert "the disk is full" in str(reasons["own/quick"])
