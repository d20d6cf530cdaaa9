"""A cache may save work; it may never change a figure."""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import duckdb
import ibis.expr.types as ir
import pytest

from checker import opening, pipeline
from checker.data import cache as cache_folder
from checker.data import cached_workspace
from checker.data.cached_workspace import CachedWorkspace
from checker.data.open import open_dataset
from checker.options import AuditOptions
from checker.pipeline import audit
from checker.reports.json import to_json
from checker.ruletest.sample import write_sample
from checker.verdicts.model import Result

PACK = """
language: 1
pack: own
platform: any
title: Own
timezone: Asia/Shanghai
windows:
  open: {from: "09:00:00", until: "21:00:00"}
clocks:
  reply:
    opens: role = 'buyer'
    closes: CLOSES
rules:
  quick:
    title: Quick
    per: [shop, day]
    clock: reply
    ratio:
      of: sessions
      where: started_at in open and any(turns)
      good: all(turns, wait <= LIMIT)
  load:
    title: Load
    per: [agent, day]
    value:
      of: load
      is: max(saturation)
"""

TABLES = {"sessions", "agents", "turns", "load", "assignments"}
"""Stages whose tables are in the cache after a run."""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cache") / "data"
    write_sample(folder, messages=3000, days=3)
    return folder


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One cache for many runs."""
    return tmp_path_factory.mktemp("warm")


@pytest.fixture
def rules(tmp_path: Path) -> Callable[..., Path]:
    def write(closes: str = "role = 'agent' and not automatic", limit: str = "3m") -> Path:
        path = tmp_path / "own.yaml"
        path.write_text(PACK.replace("CLOSES", closes).replace("LIMIT", limit))
        return path

    return write


def judged(data: Path, rules: Path, cache: Path | None = None, **more: object) -> Result:
    options = AuditOptions(rules=(rules,), cache=cache, **more)  # type: ignore[arg-type]
    result, found = audit(data, options)
    assert result is not None, found
    return result


def computed(data: Path, rules: Path, cache: Path) -> set[str]:
    """The innermost stages in which something is not taken from the cache, where all is asked for."""
    result = judged(data, rules, cache, plan=True)
    assert result.plan is not None
    return {step.stages[-1] for step in result.plan.steps if "/* cached */" not in step.sql}


def test_a_second_run_computes_nothing_and_says_the_same(
    sample: Path, rules: Callable[..., Path], tmp_path: Path
) -> None:
    plain = to_json(judged(sample, rules()))
    assert "turns" in computed(sample, rules(), tmp_path / "planned")
    cold, warm = (judged(sample, rules(), tmp_path / "cache") for _ in range(2))
    assert to_json(cold) == plain == to_json(warm)
    assert computed(sample, rules(), tmp_path / "cache").isdisjoint(TABLES)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The SQL of every statement that is written from here on."""
    written: list[str] = []
    sql = CachedWorkspace._sql

    def noted(self: CachedWorkspace, expression: ir.Table) -> str:
        written.append(sql(self, expression))
        return written[-1]

    monkeypatch.setattr(CachedWorkspace, "_sql", noted)
    return written


def test_a_second_run_puts_no_question(
    sample: Path, rules: Callable[..., Path], tmp_path: Path, asked: list[str]
) -> None:
    judged(sample, rules(), tmp_path / "cache")
    assert asked
    asked.clear()
    judged(sample, rules(), tmp_path / "cache")
    assert asked == []


def test_what_only_judges_figures_puts_no_question(
    sample: Path, rules: Callable[..., Path], tmp_path: Path, asked: list[str]
) -> None:
    before = to_json(judged(sample, rules(), tmp_path / "cache"))
    other = rules()
    aimed = "good: all(turns, wait <= 3m)\n    aim: '>= 99%'"
    other.write_text(other.read_text().replace("good: all(turns, wait <= 3m)", aimed))
    plain = to_json(judged(sample, other))
    asked.clear()
    assert to_json(judged(sample, other, tmp_path / "cache")) == plain != before
    assert asked == []


def test_a_second_run_does_without_ibis(
    sample: Path, rules: Callable[..., Path], tmp_path: Path
) -> None:
    command = ["audit", str(sample), "--rules", str(rules()), "--cache", str(tmp_path / "cache")]
    imported = []
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-X", "importtime", "-m", "checker", *command, "-f", "json"],
            capture_output=True,
            check=False,
            text=True,
        )
        assert done.returncode in (0, 1), done.stderr
        imported.append({line.rpartition("|")[2].strip() for line in done.stderr.splitlines()})
    assert "ibis.expr" in imported[0]
    assert "duckdb" in imported[1]
    assert not [name for name in imported[1] if name.startswith("ibis")]


def test_another_limit_does_not_touch_messages(
    sample: Path, rules: Callable[..., Path], tmp_path: Path
) -> None:
    judged(sample, rules(), tmp_path / "cache")
    other = rules(limit="10s")
    shutil.copytree(tmp_path / "cache", tmp_path / "copy")
    stages = computed(sample, other, tmp_path / "copy")
    assert "rows" in stages
    assert stages.isdisjoint(TABLES)
    warm = judged(sample, other, tmp_path / "cache")
    assert to_json(warm) == to_json(judged(sample, other))


def test_another_clock_has_turns_of_its_own(
    sample: Path, rules: Callable[..., Path], tmp_path: Path
) -> None:
    before = judged(sample, rules(), tmp_path / "cache")
    other = rules(closes="role = 'agent' or role = 'bot'")
    shutil.copytree(tmp_path / "cache", tmp_path / "copy")
    assert "turns" in computed(sample, other, tmp_path / "copy")
    warm = judged(sample, other, tmp_path / "cache")
    assert to_json(warm) == to_json(judged(sample, other)) != to_json(before)


@pytest.mark.parametrize(
    ("table", "change"),
    [
        ("messages", "REPLACE (CASE WHEN seq = 1 THEN ts + INTERVAL 4 MINUTE ELSE ts END AS ts)"),
        ("messages", "REPLACE (CASE WHEN role = 'agent' THEN 'bot' ELSE role END AS role)"),
        ("sessions", "REPLACE (started_at + INTERVAL 12 HOUR AS started_at)"),
        ("agents", "REPLACE (1 AS max_reception)"),
    ],
)
def test_changed_data_are_seen(
    sample: Path, rules: Callable[..., Path], tmp_path: Path, table: str, change: str
) -> None:
    data = tmp_path / "data"
    shutil.copytree(sample, data)
    before = to_json(judged(data, rules(), tmp_path / "cache"))
    file, stamp = data / f"{table}.parquet", (data / f"{table}.parquet").stat()
    rewritten = tmp_path / "rewritten.parquet"
    duckdb.sql(f"COPY (SELECT * {change} FROM '{file}') TO '{rewritten}' (FORMAT parquet)")
    rewritten.replace(file)
    os.utime(file, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # the time of change tells nothing
    after = to_json(judged(data, rules(), tmp_path / "cache"))
    assert after == to_json(judged(data, rules())) != before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('from: "09:00:00"', 'from: "09:00:01"'),
        ('until: "21:00:00"', 'until: "13:00:00", except: [2026-10-02]'),
        ("Asia/Shanghai", "Europe/Berlin"),
        ("opens: role = 'buyer'", "opens: role = 'buyer' and seq > 1"),
        ("closes: role", "ignores_before: session.started_at + 1m\n    closes: role"),
        ("closes: role", "wait: overlap(asked_at, answered_at, open)\n    closes: role"),
        ("per: [shop, day]", "per: [shop, week]"),
        ("per: [shop, day]", "per: [channel, day]"),
        ("any(turns)", "any(turns, wait > 1m)"),
        ("started_at in open and", ""),
        ("all(turns, wait", "last(turns, wait"),
        ("of: sessions\n", "of: sessions\n      one_per: [shop, day]\n"),
        ("of: sessions\n", "of: sessions\n      one_per: [shop, day]\n      keep: first\n"),
        ("max(saturation)", "max(open_sessions)"),
        ("max(saturation)", "mean(saturation)"),
        ("max(saturation)", "max(saturation)\n      offender: saturation > 50%"),
    ],
)
def test_whatever_a_rule_says_is_part_of_the_key(
    sample: Path, rules: Callable[..., Path], warm: Path, old: str, new: str
) -> None:
    only = frozenset({"own/load" if "saturation" in old else "own/quick"})
    before = to_json(judged(sample, rules(), warm, only_rules=only))
    other = rules()
    assert old in other.read_text()
    other.write_text(other.read_text().replace(old, new, 1))
    plain = to_json(judged(sample, other, only_rules=only))
    assert to_json(judged(sample, other, warm, only_rules=only)) == plain != before


@pytest.mark.parametrize(
    "option",
    [
        {"platform": "douyin"},
        {"as_of": "2026-10-02T12:00:00"},
        {"by": ("hour_of_day",)},
        {"first": dt.date(2026, 10, 2)},
        {"through": dt.date(2026, 10, 2)},
        {"offenders": 1},
        {"pseudonymize": "salt and pepper"},
    ],
)
def test_options_that_change_figures_are_part_of_the_key(
    sample: Path, rules: Callable[..., Path], warm: Path, option: dict[str, str]
) -> None:
    only = frozenset({"own/quick"})
    before = to_json(judged(sample, rules(), warm, only_rules=only))
    after = to_json(judged(sample, rules(), warm, only_rules=only, **option))
    assert after == to_json(judged(sample, rules(), only_rules=only, **option)) != before


def test_broken_files_are_computed_again(
    sample: Path, rules: Callable[..., Path], tmp_path: Path
) -> None:
    cold = judged(sample, rules(), tmp_path / "cache")
    files = [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]
    assert {file.suffix for file in files} == {".parquet", ".txt"}
    for file in files:
        file.write_bytes(file.read_bytes()[:-5])
    assert to_json(judged(sample, rules(), tmp_path / "cache")) == to_json(cold)
    assert computed(sample, rules(), tmp_path / "cache").isdisjoint(TABLES)


def _cut_out(file: Path) -> None:
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] + whole[len(whole) // 2 + 20 :])


def _swapped_with_others(cache: Path) -> None:
    texts = sorted(cache.rglob("*.txt"))
    contents = [file.read_bytes() for file in texts]
    for file, other in zip(texts, [*contents[1:], contents[0]], strict=True):
        file.write_bytes(other)


@pytest.mark.parametrize(
    "spoil", [lambda c: [_cut_out(f) for f in c.rglob("*.txt")], _swapped_with_others]
)
def test_texts_that_are_not_those_that_were_left_are_not_read(
    sample: Path, rules: Callable[..., Path], tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    cold = to_json(judged(sample, rules(), tmp_path / "cache"))
    spoil(tmp_path / "cache")
    assert to_json(judged(sample, rules(), tmp_path / "cache")) == cold


def _without_texts(cache: Path) -> None:
    for file in cache.rglob("*.txt"):
        file.unlink()


def test_pages_that_broke_are_made_again(
    sample: Path, rules: Callable[..., Path], tmp_path: Path
) -> None:
    """The end of each file, which tells its rows, is as it was."""
    cold = to_json(judged(sample, rules(), tmp_path / "cache"))
    _without_texts(tmp_path / "cache")
    for file in (tmp_path / "cache").rglob("*.parquet"):
        whole = bytearray(file.read_bytes())
        whole[4 : len(whole) // 2] = b"\xff" * (len(whole) // 2 - 4)
        file.write_bytes(whole)
    assert to_json(judged(sample, rules(), tmp_path / "cache")) == cold


@pytest.mark.parametrize("known", ["nothing", "tables", "all"])
def test_a_cache_may_be_emptied_while_a_run_reads_from_it(
    sample: Path,
    rules: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    known: str,
) -> None:
    data, cache, judge = tmp_path / "data", tmp_path / "cache", pipeline.judged
    shutil.copytree(sample, data)
    (data / "messages.parquet").unlink()
    duckdb.sql(f"COPY (FROM '{sample}/messages.parquet') TO '{data}/messages.csv'")
    plain = to_json(judged(data, rules()))
    if known != "nothing":
        judged(data, rules(), cache)
    if known == "tables":
        _without_texts(cache)

    def emptied(*given: object) -> Result:
        shutil.rmtree(cache)
        return judge(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(pipeline, "judged", emptied)
    monkeypatch.setattr(shutil, "rmtree", partial(shutil.rmtree, ignore_errors=True))
    assert to_json(judged(data, rules(), cache)) == plain


@pytest.mark.parametrize("folder", ["platform=zzz", "shop_id=9", "a 'b' [c]*"])
def test_the_name_of_its_folder_means_nothing(
    sample: Path, rules: Callable[..., Path], tmp_path: Path, folder: str
) -> None:
    data, plain = tmp_path / "data", to_json(judged(sample, rules()))
    shutil.copytree(sample, data)
    (data / "messages.parquet").unlink()
    duckdb.sql(f"COPY (FROM '{sample}/messages.parquet') TO '{data}/messages.csv'")
    for _ in range(2):
        assert to_json(judged(data, rules(), tmp_path / folder)) == plain
    _without_texts(tmp_path / folder)
    assert to_json(judged(data, rules(), tmp_path / folder)) == plain


def test_data_that_change_during_the_run_leave_nothing(
    sample: Path, rules: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    shutil.copytree(sample, data)

    def touching(*given: object, **more: object) -> object:
        os.utime(data / "messages.parquet")
        return open_dataset(*given, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(opening, "open_dataset", touching)
    judged(data, rules(), tmp_path / "cache")
    assert not [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]


def test_what_nobody_used_for_a_month_goes(
    sample: Path, rules: Callable[..., Path], tmp_path: Path
) -> None:
    judged(sample, rules(), tmp_path / "cache")
    files = {file for file in (tmp_path / "cache").rglob("*") if file.is_file()}
    old, foreign = tmp_path / "cache" / "ab" / "old.json", tmp_path / "cache" / "mine.txt"
    old.parent.mkdir(exist_ok=True)
    for file in (old, foreign):
        file.write_text("[]")
        os.utime(file, (0, 0))
    judged(sample, rules(), tmp_path / "cache")
    left = {file for file in (tmp_path / "cache").rglob("*") if file.is_file()}
    assert left == files | {foreign}


def test_numbers_beyond_64_bits_survive(
    sample: Path, rules: Callable[..., Path], tmp_path: Path
) -> None:
    text = PACK.replace("CLOSES", "role = 'agent'").replace("LIMIT", "3m") + (
        "  waits:\n    title: Waits\n    per: [shop]\n    clock: reply\n    value:\n"
        "      of: sessions\n      is: sum(sum(turns, wait))\n"
    )
    path = tmp_path / "sums.yaml"
    path.write_text(text)
    plain = to_json(judged(sample, path))
    for _ in range(2):
        assert to_json(judged(sample, path, tmp_path / "cache")) == plain
    assert any(v["value"] for v in json.loads(plain)["verdicts"] if v["rule"] == "own/waits")


def _swapped(data: Path) -> None:
    """Each folder of one platform takes the place of the other's."""
    for table in data.iterdir():
        (table / "platform=douyin").rename(table / "platform=other")
        (table / "platform=taobao").rename(table / "platform=douyin")
        (table / "platform=other").rename(table / "platform=taobao")


def test_folders_that_hold_values_are_part_of_the_key(
    sample: Path, rules: Callable[..., Path], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    for file in sample.glob("*.parquet"):
        for platform in ("douyin", "taobao"):
            folder = data / file.stem / f"platform={platform}"
            folder.mkdir(parents=True)
            rows = f"SELECT * EXCLUDE (platform) FROM '{file}' WHERE platform = '{platform}'"
            duckdb.sql(f"COPY ({rows}) TO '{folder}/part.parquet' (FORMAT parquet)")
    before = to_json(judged(data, rules(), tmp_path / "cache"))
    _swapped(data)
    after = to_json(judged(data, rules()))
    assert to_json(judged(data, rules(), tmp_path / "cache")) == after != before


def _with_text_times(sample: Path, table: str, file: Path, columns: str = "*") -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    when = {"messages": "ts", "sessions": "started_at"}[table]
    rows = f"SELECT * REPLACE ({when}::VARCHAR AS {when}) FROM '{sample}/{table}.parquet'"
    rows = f"SELECT {columns} FROM ({rows})"
    duckdb.sql(f"COPY ({rows}) TO '{file}' (FORMAT parquet)")


def test_folders_above_the_data_that_hold_values_are_part_of_the_key(
    sample: Path, rules: Callable[..., Path], tmp_path: Path
) -> None:
    results = []
    for platform in ("douyin", "taobao"):
        data = tmp_path / f"platform={platform}" / "data"
        for table in ("messages", "sessions"):
            part = data / table / "kind_of=1" / "part.parquet"
            _with_text_times(sample, table, part, "* EXCLUDE (platform)")
        results.append(to_json(judged(data, rules(), tmp_path / "cache")))
        assert results[-1] == to_json(judged(data, rules()))
    assert results[0] != results[1]


def test_files_that_cannot_be_read_together_cannot_be_with_a_cache(
    sample: Path, rules: Callable[..., Path], tmp_path: Path
) -> None:
    data = tmp_path / "data"
    whole = data / "messages" / "a.parquet"
    _with_text_times(sample, "messages", whole, "* EXCLUDE (platform), platform")
    inside = data / "messages" / "platform=douyin" / "b.parquet"
    _with_text_times(sample, "messages", inside, "* EXCLUDE (platform)")
    found = [
        audit(data, AuditOptions(rules=(rules(),), cache=cache))
        for cache in (None, tmp_path / "cache", tmp_path / "cache")
    ]
    assert found[0][0] is None
    assert found[0] == found[1] == found[2]


def _as_duckdb(sample: Path, file: Path) -> None:
    with duckdb.connect(str(file)) as con:
        for table in sample.glob("*.parquet"):
            con.execute(f"CREATE TABLE {table.stem} AS FROM '{table}'")


def test_what_a_duckdb_file_has_not_taken_in_yet_is_part_of_the_key(
    sample: Path, rules: Callable[..., Path], tmp_path: Path
) -> None:
    file = tmp_path / "data.duckdb"
    _as_duckdb(sample, file)
    before, content = to_json(judged(file, rules(), tmp_path / "cache")), file.read_bytes()
    delete = (
        f"import duckdb, os; con = duckdb.connect({str(file)!r})\n"
        "con.execute('PRAGMA disable_checkpoint_on_shutdown')\n"
        "con.execute(\"SET wal_autocheckpoint = '1TB'\")\n"
        "con.execute('DELETE FROM messages WHERE hash(session_id) % 3 = 0'); os._exit(0)"
    )
    subprocess.run([sys.executable, "-c", delete], check=True)
    assert file.read_bytes() == content
    after = to_json(judged(file, rules()))
    assert to_json(judged(file, rules(), tmp_path / "cache")) == after != before


def test_views_of_a_duckdb_file_may_show_other_files(
    sample: Path, rules: Callable[..., Path], tmp_path: Path
) -> None:
    file, shown = tmp_path / "data.duckdb", tmp_path / "shown.parquet"
    shutil.copy(sample / "messages.parquet", shown)
    _as_duckdb(sample, file)
    with duckdb.connect(str(file)) as con:
        con.execute("DROP TABLE messages")
        con.execute(f"CREATE VIEW messages AS FROM read_parquet('{shown}')")
    before = to_json(judged(file, rules(), tmp_path / "cache"))
    fewer = f"FROM '{sample}/messages.parquet' WHERE hash(session_id) % 3 > 0"
    duckdb.sql(f"COPY ({fewer}) TO '{shown}' (FORMAT parquet)")
    after = to_json(judged(file, rules()))
    assert to_json(judged(file, rules(), tmp_path / "cache")) == after != before


def test_files_that_arrive_when_digests_are_made_leave_nothing_under_them(
    sample: Path, rules: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, cache = tmp_path / "data", tmp_path / "cache"
    shutil.copytree(sample, data)
    (data / "messages").mkdir()
    (data / "messages.parquet").rename(data / "messages" / "a.parquet")
    later = data / "messages" / "b.parquet"

    def arriving(*given: object, **more: object) -> object:
        rows = f"SELECT * REPLACE (ts + INTERVAL 1 HOUR AS ts) FROM '{sample}/messages.parquet'"
        duckdb.sql(f"COPY ({rows}) TO '{later}' (FORMAT parquet)")
        return open_dataset(*given, **more)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(opening, "open_dataset", arriving)
        both = to_json(judged(data, rules(), cache))
    assert both == to_json(judged(data, rules()))
    later.unlink()
    assert to_json(judged(data, rules(), cache)) == to_json(judged(data, rules())) != both


@pytest.mark.parametrize("error", [OSError(28, "No space left"), duckdb.IOException("no space")])
def test_a_cache_without_room_changes_nothing(
    sample: Path,
    rules: Callable[..., Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
) -> None:
    def full(*_: object) -> None:
        raise error

    pack, plain = rules(), to_json(judged(sample, rules()))
    monkeypatch.setattr(Path, "write_bytes", full)
    for module in (cache_folder, cached_workspace):
        monkeypatch.setattr(module, "write", full)
    assert to_json(judged(sample, pack, tmp_path / "cache")) == plain
    assert not [file for file in (tmp_path / "cache").rglob("*") if file.is_file()]


def test_a_cache_of_somebody_else_is_read(
    sample: Path, rules: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whose files may be read, and not touched."""
    cold = to_json(judged(sample, rules(), tmp_path / "cache"))

    def refused(*_: object) -> None:
        raise PermissionError(1, "not yours")

    monkeypatch.setattr(os, "utime", refused)
    assert to_json(judged(sample, rules(), tmp_path / "cache")) == cold
    assert computed(sample, rules(), tmp_path / "cache").isdisjoint(TABLES)
