"""The file of a history: what is the same audit, what is refused, what is there after a mishap."""

from __future__ import annotations

import dataclasses
import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import duckdb
import made_up_audits as m
import pytest
from console import ROOT
from hostile.hostile_data import NAMES
from reports import made_up_result

from checker.options import AuditOptions
from checker.pipeline import audit, recorded
from checker.verdicts import history_file
from checker.verdicts.history_append import append, check_history
from checker.verdicts.model import Result
from checker.verdicts.recording import recording

WEEK = ROOT / "examples" / "douyin-week"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "h.duckdb"


def count(file: Path, what: str = "runs") -> int:
    with duckdb.connect(str(file), read_only=True) as con:
        found = con.execute(f"SELECT count(*) FROM {what}").fetchone()
    return int(found[0]) if found else -1


# -- what is the same audit ------------------------------------------------------------------------


def test_the_same_audit_is_not_appended_twice(file: Path) -> None:
    assert m.put(file, m.whole()) == ()
    before = count(file, "verdicts")
    assert m.put(file, m.whole()) == ("W501",)
    assert (count(file), count(file, "verdicts")) == (1, before)


def _result(**changes: object) -> Result:
    return dataclasses.replace(made_up_result.result(), **changes)  # type: ignore[arg-type]


def _one_figure() -> Result:
    first, *rest = made_up_result.result().verdicts
    return _result(verdicts=(first._replace(pending=first.pending + 1), *rest))


def _packs(**changes: object) -> Result:
    first, *rest = made_up_result.result().packs
    return _result(packs=(dataclasses.replace(first, **changes), *rest))  # type: ignore[arg-type]


OTHERS: dict[str, Callable[[], object]] = {
    "one figure": lambda: recording(_one_figure()),
    "the rules": lambda: recording(_packs(digest="ab13")),
    "the as-of instant": lambda: recording(_packs(as_of=made_up_result.at(31, "23:59:58"))),
    "the days": lambda: recording(_result(), first=dt.date(2026, 10, 1)),
    "an option": lambda: recording(_result(), asked={"set": ("douyin.slow=2m",)}),
    "a row of the data": lambda: recording(
        _result(data=dataclasses.replace(_result().data, tables={"messages": 123_457}))
    ),
}


@pytest.mark.parametrize("what", OTHERS)
def test_what_differs_makes_another_audit(what: str) -> None:
    assert OTHERS[what]().key != m.whole().key  # type: ignore[attr-defined]


def test_what_is_only_shown_makes_no_other_audit() -> None:
    notes = dataclasses.replace(made_up_result.result(), diagnostics=(), generated=None)
    bare = tuple(v._replace(offenders=(), advice=None) for v in notes.verdicts)
    assert recording(dataclasses.replace(notes, verdicts=bare)).key == m.whole().key


def test_the_order_of_rows_and_the_format_do_not_matter(tmp_path: Path) -> None:
    """The week again, as Parquet, and its messages the other way round."""
    con = duckdb.connect()
    again = tmp_path / "again"
    shutil.copytree(WEEK, again, ignore=shutil.ignore_patterns("messages*"))
    messages = next(WEEK.glob("messages*"))
    con.execute(
        f"COPY (SELECT * FROM read_csv('{messages}', all_varchar=true) ORDER BY ts DESC) "
        f"TO '{again / 'messages.parquet'}'"
        if ".csv" in messages.name
        else f"COPY (SELECT * FROM '{messages}' ORDER BY ts DESC) TO '{again / 'messages.parquet'}'"
    )
    keys = set()
    for data in (WEEK, again):
        result, found = audit(data, AuditOptions(packs=("douyin",)))
        assert result is not None, found
        keys.add(recorded(result, AuditOptions(packs=("douyin",))).key)
    assert len(keys) == 1


# -- what comes back -------------------------------------------------------------------------------


def test_every_figure_comes_back_exactly(file: Path) -> None:
    given = m.whole()
    kept = ("rule", "title", "severity", "period", "outcome", "type", "basis", "value", "numerator")
    kept += ("denominator", "pending", "require", "aim", "shortfall", "revision", "offender_count")
    m.put(file, given)
    back = {(*p.key, p.place): p for t in m.read(file, breakdowns=True).trends for p in t.points}
    assert len(back) == len(given.verdicts)
    for point in back.values():
        (same,) = (
            v
            for v in given.verdicts
            if (v.rule, v.scope, v.period, v.added)
            == (point.verdict.rule, point.verdict.scope, point.verdict.period, point.verdict.added)
        )
        for name in kept:
            assert getattr(point.verdict, name) == getattr(same, name), name


@pytest.mark.parametrize(
    "value",
    [Fraction(2**100, 3), Fraction(-(2**90), 7), Fraction(1, 3**60), Fraction(10**30)],
    ids=str,
)
def test_figures_beyond_64_bits_come_back_exactly(file: Path, value: Fraction) -> None:
    m.put(file, m.audit(m.rate(1, 1, value=value, numerator=value.numerator)))
    (trend,) = m.read(file).trends
    assert trend.verdict.value == value
    assert trend.verdict.numerator == value.numerator


def test_what_no_column_holds_is_kept_as_near_as_it_can() -> None:
    from checker.verdicts.history_append import _exact

    fine = Fraction(10**60 + 1, 3 * 10**60)
    near = Fraction(_exact(fine, 0) or 0, _exact(fine, 1) or 1)
    assert abs(near - fine) < Fraction(1, 10**14)
    assert _exact(Fraction(10**60), 0) is None


@pytest.mark.parametrize("name", [*NAMES, "null", "surrogate"])
def test_hostile_names_come_back_as_they_are(file: Path, name: str) -> None:
    text = {**NAMES, "null": "a\x00b", "surrogate": "a\udcffb"}[name]
    m.put(file, m.audit(m.rate(1, 1, scope={"platform": "douyin", "shop": text, "agent": None})))
    (trend,) = m.read(file).trends
    wanted = text.encode("utf-8", "backslashreplace").decode()
    assert trend.verdict.scope == {"platform": "douyin", "shop": wanted, "agent": None}
    assert [t.verdict.scope for t in m.read(file, shop=wanted).trends] == [trend.verdict.scope]


# -- what is refused -------------------------------------------------------------------------------


def _duckdb(*statements: str) -> Callable[[Path], object]:
    def make(file: Path) -> None:
        with duckdb.connect(str(file)) as con:
            for statement in statements:
                con.execute(statement)

    return make


def _history(*statements: str) -> Callable[[Path], object]:
    def make(file: Path) -> None:
        m.put(file, m.whole())
        _duckdb(*statements)(file)

    return make


def _torn(file: Path) -> None:
    m.put(file, m.whole())
    file.write_bytes(file.read_bytes()[:5000])


STRANGE: dict[str, tuple[str, Callable[[Path], object]]] = {
    "a folder": ("E500", lambda file: file.mkdir()),
    "nothing in it": ("E501", lambda file: file.touch()),
    "text": ("E501", lambda file: file.write_text("rule,shop\n" * 100)),
    "a data set": ("E502", _duckdb("CREATE TABLE messages (session_id VARCHAR)")),
    "an empty database": ("E502", _duckdb()),
    "no version": ("E502", _history("DELETE FROM checker_history")),
    "a newer version": ("E503", _history("UPDATE checker_history SET schema = 2")),
    "two versions": ("E503", _history("INSERT INTO checker_history VALUES (2)")),
    "a table too few": ("E505", _history("DROP TABLE packs")),
    "a column too few": ("E505", _history("ALTER TABLE verdicts DROP COLUMN outcome")),
    "torn": ("E505", _torn),
    "a view that reads another file": (
        "E505",
        _history(
            "DROP TABLE packs",
            "CREATE VIEW packs AS SELECT 1 AS run, content AS pack FROM read_text('/etc/hostname')",
        ),
    ),
}


def _bytes(file: Path) -> bytes:
    return b"" if file.is_dir() else file.read_bytes()


@pytest.mark.parametrize("what", STRANGE)
def test_a_strange_file_is_refused_and_left_as_it_is(file: Path, what: str) -> None:
    code, make = STRANGE[what]
    make(file)
    before = _bytes(file)
    known, found = m.read_history(file)
    assert known is None and [d.code for d in found] == [code]
    said = m.put(file, m.audit(m.rate(1, 1)))
    assert said == (code,) if what != "a column too few" else said == ("E500",)
    if what != "a column too few":
        assert [d.code for d in check_history(file, pseudonymized=False)] == [code]
    assert _bytes(file) == before
    assert list(file.parent.iterdir()) == [file]


def test_there_is_nothing_to_read_where_there_is_no_file(file: Path) -> None:
    known, found = m.read_history(file)
    assert known is None and [d.code for d in found] == ["E500"]
    assert not file.exists()


def test_a_place_that_cannot_be_is_known_before_the_run(tmp_path: Path) -> None:
    (tmp_path / "a.txt").touch()
    below = tmp_path / "a.txt" / "h.duckdb"
    (found,) = check_history(below, pseudonymized=False)
    assert found.code == "E500" and "a part of the path is a file" in found.message
    assert m.put(below, m.whole()) == ("E500",)


def test_what_is_write_protected_is_known_before_the_run(
    file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    m.put(file, m.whole())
    monkeypatch.setattr(os, "access", lambda *_: False)
    for place in (file, file.with_name("new.duckdb")):
        (found,) = check_history(place, pseudonymized=False)
        assert found.code == "E500" and "write-protected" in found.message


def test_folders_are_made(tmp_path: Path) -> None:
    file = tmp_path / "a" / "b" / "h.duckdb"
    assert m.put(file, m.whole()) == ()
    assert [p.name for p in file.parent.iterdir()] == ["h.duckdb"]


# -- pseudonyms ------------------------------------------------------------------------------------


def test_plain_ids_never_come_into_a_history_of_pseudonyms(file: Path) -> None:
    m.put(file, m.audit(m.rate(1, 1), pseudonymized=True))
    before = file.read_bytes()
    assert [d.code for d in check_history(file, pseudonymized=False)] == ["E506"]
    assert m.put(file, m.audit(m.rate(2, 1))) == ("E506",)
    assert file.read_bytes() == before


def test_pseudonyms_come_into_a_history_of_plain_ids_with_a_warning(file: Path) -> None:
    m.put(file, m.audit(m.rate(1, 1)))
    assert [d.code for d in check_history(file, pseudonymized=True)] == ["W500"]
    assert m.put(file, m.audit(m.rate(2, 1), pseudonymized=True)) == ()
    assert count(file) == 2


# -- all or nothing --------------------------------------------------------------------------------


def test_what_is_undone_was_never_there(file: Path) -> None:
    pending, _ = append(file, m.whole(), m.now())
    assert pending is not None and file.exists()
    pending.undo()
    assert list(file.parent.iterdir()) == []
    m.put(file, m.whole())
    pending, _ = append(file, m.audit(m.rate(1, 1)), m.now())
    assert pending is not None
    pending.undo()
    assert count(file) == 1


DIES = """
import os, sys
sys.path[:0] = {paths!r}
import made_up_audits as m
from pathlib import Path
from checker.verdicts.history_append import append
pending, found = append(Path(sys.argv[1]), m.audit(m.rate(1, 1)), m.now())
assert pending is not None, found
os._exit(9)
"""
APPENDS = """
import sys, time
sys.path[:0] = {paths!r}
import made_up_audits as m
from pathlib import Path
number, file, go = int(sys.argv[2]), Path(sys.argv[1]), Path(sys.argv[3])
audits = [m.audit(m.rate(day, number), as_of=day) for day in range(2 * number, 2 * number + 2)]
print("ready", flush=True)
while not go.exists():
    time.sleep(0.002)
said = m.put(file, *audits)
assert said == (), said
"""
PATHS = [str(ROOT), str(ROOT / "tests"), str(Path(__file__).parent)]


def _started(script: str, *arguments: object) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script.format(paths=PATHS), *map(str, arguments)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("there", [False, True], ids=["a new file", "a file with an audit"])
def test_a_program_that_dies_before_the_end_leaves_a_whole_history(file: Path, there: bool) -> None:
    if there:
        m.put(file, m.whole())
    assert _started(DIES, file).wait(60) == 9
    assert count(file) == int(there)
    assert m.put(file, m.audit(m.rate(3, 1))) == ()
    assert count(file) == int(there) + 1


def test_audits_at_the_same_time_all_land(file: Path) -> None:
    """Four programs make the file and append two audits each, all beginning at one instant."""
    go = file.with_name("go")
    programs = [_started(APPENDS, file, number, go) for number in range(1, 5)]
    for program in programs:
        assert program.stdout is not None and program.stdout.readline() == "ready\n"
    go.touch()
    for program in programs:
        assert program.wait(90) == 0, program.stderr and program.stderr.read()
    with duckdb.connect(str(file), read_only=True) as con:
        runs = con.execute("SELECT run FROM runs ORDER BY run").fetchall()
        found = con.execute("SELECT period_from, numerator FROM verdicts ORDER BY 1").fetchall()
    assert runs == [(number,) for number in range(1, 9)]
    assert found == [(f"2026-10-{day:02d}", day // 2) for day in range(2, 10)]
    assert sorted(p.name for p in file.parent.iterdir()) == ["go", "h.duckdb"]


def test_who_holds_the_file_is_named_after_the_wait(file: Path) -> None:
    m.put(file, m.whole())
    holds = (
        "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('ready', flush=True);"
        "time.sleep(60)"
    )
    holder = _started(holds, file)
    try:
        assert holder.stdout is not None and holder.stdout.readline() == "ready\n"
        for said in (
            append(file, m.audit(m.rate(1, 1)), m.now(), patience=0.2)[1],
            m.read_history(file, patience=0.2)[1],
        ):
            assert [d.code for d in said] == ["E504"]
            assert str(holder.pid) in said[0].notes[0]
    finally:
        holder.kill()
        holder.wait()
    assert m.put(file, m.audit(m.rate(1, 1))) == ()


def test_the_version_stands_in_the_file(file: Path) -> None:
    m.put(file, m.whole())
    with duckdb.connect(str(file), read_only=True) as con:
        assert con.execute("FROM checker_history").fetchall() == [(history_file.SCHEMA,)]
