"""An audit goes into the history together with its reports or not at all, and the HTML draws it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path

import duckdb
import made_up_audits as m
import pytest
from console import ROOT, environment, run

from checker.cli.output import Output, write_all
from checker.diagnostics import Diagnostic
from checker.options import AuditOptions
from checker.pipeline import audit, recorded
from checker.reports.html.page import to_html
from checker.verdicts.history_append import append
from checker.verdicts.model import Result

WEEK = ROOT / "examples" / "douyin-week"
REFUSED = Diagnostic("E500", "the disk is full")


@dataclass
class Fails:
    """A history whose commit comes to nothing."""

    undone: int = 0

    def commit(self) -> tuple[Diagnostic, ...]:
        return (REFUSED,)

    def undo(self) -> None:
        self.undone += 1


def count(file: Path) -> int:
    with duckdb.connect(str(file), read_only=True) as con:
        (found,) = con.execute("SELECT count(*) FROM runs").fetchall()
    return int(found[0])


def test_reports_go_back_where_the_history_cannot_be_written(tmp_path: Path) -> None:
    old, new = tmp_path / "old.json", tmp_path / "folder" / "new.json"
    old.write_text("before", "utf-8")
    said = write_all([(Output(old), "after"), (Output(new), "after")], Fails())
    assert said == (REFUSED,)
    assert [p.name for p in tmp_path.iterdir()] == ["old.json"]
    assert old.read_text("utf-8") == "before"


def test_the_history_goes_back_where_a_report_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "h.duckdb"
    m.put(file, m.whole())
    (tmp_path / "a.txt").touch()
    pending, _ = append(file, m.audit(m.rate(1, 1)), m.now())
    good, bad = Output(tmp_path / "good.json"), Output(tmp_path / "a.txt" / "bad.json")
    assert [d.code for d in write_all([(good, "x"), (bad, "x")], pending)] == ["E309"]
    assert count(file) == 1
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.txt", "h.duckdb"]


def test_an_interrupt_undoes_the_history(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    also = Fails()
    monkeypatch.setattr("checker.cli.output._create", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_all([(Output(tmp_path / "a.json"), "x")], also)
    assert also.undone == 1


def test_two_audits_of_the_command_line_at_once_both_land(tmp_path: Path) -> None:
    env = environment(tmp_path / "bin")
    one, two = (
        f"checker audit '{WEEK}' --as-of 2026-10-{day}T00:00:00 --history h.duckdb -q -o {day}.json"
        for day in (15, 16)
    )
    _, said, _ = run(f"{one} & {two}; wait", tmp_path, env)
    assert said == ""
    assert count(tmp_path / "h.duckdb") == 2
    assert all((tmp_path / f"{day}.json").exists() for day in (15, 16))


# -- the HTML report -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def known(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Result]:
    """A history of two audits of the week as it went on, and the audit of all of it."""
    file = tmp_path_factory.mktemp("html") / "h.duckdb"
    for day in (14, 16):
        options = AuditOptions(packs=("douyin",), as_of=f"2026-10-{day}T23:59:59")
        result, found = audit(WEEK, options)
        assert result is not None, found
        m.put(file, recorded(result, options))
    result, found = audit(WEEK, AuditOptions(packs=("douyin",), insights=True, history=file))
    assert result is not None, found
    return file, result


def drawn(result: Result) -> dict[str, list[dict[str, object]]]:
    """What is drawn of the history, by rule."""
    page = to_html(result, lang="en")
    data = json.loads(page.split('id="report-data">')[1].split("</script>")[0])
    rules = dict(re.findall(r'id="rule-(\d+)".*?<code class="id">(.*?)</code>', page, re.S))
    return {rules[number]: chart["history"] for number, chart in data["charts"].items()}


def test_the_report_draws_earlier_audits_and_where_this_one_begins(
    known: tuple[Path, Result],
) -> None:
    panels = drawn(known[1])["douyin/last-word-is-ours"]
    worst = next(panel for panel in panels if "douyin-02" in str(panel["name"]))
    points = worst["points"]
    assert isinstance(points, list)
    assert [point[0] for point in points] == ["2026-10-12"] * 3
    assert [point[1][1] for point in points] == [f"to 2026-10-{day}" for day in (14, 16, 18)]
    assert worst["begins"] == 2
    verdict = next(
        v
        for v in known[1].verdicts
        if v.rule == "douyin/last-word-is-ours" and v.scope.get("shop") == "douyin-02"
    )
    assert verdict.value is not None
    assert points[-1][2] == pytest.approx(float(verdict.value * 100), abs=1e-4)
    assert worst["since"][1].startswith("fails since 2026-10-14, the first known (3 in a row)")  # type: ignore[index]


def test_only_what_fails_or_warns_is_read(known: tuple[Path, Result]) -> None:
    result = known[1]
    assert result.history is not None
    missed = {v.rule for v in result.verdicts if v.outcome.value in ("fail", "warn")}
    assert {t.verdict.rule for t in result.history.trends} == missed
    assert count(known[0]) == 2  # reading is not appending


def test_an_audit_that_is_there_already_is_not_drawn_twice(tmp_path: Path) -> None:
    file = tmp_path / "h.duckdb"
    options = AuditOptions(packs=("douyin",), insights=True, history=file)
    result, _ = audit(WEEK, options)
    assert result is not None and result.history is None
    m.put(file, recorded(result, options))
    again, _ = audit(WEEK, options)
    assert again is not None and again.history is not None
    assert again.history.this == 1 and again.history.replaced == 0
    assert set(map(len, drawn(again).values())) == {0}  # there is no earlier audit to be drawn
