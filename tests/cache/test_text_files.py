"""Text is parsed once per file, by its contents; what the cache holds of a file says the same as the file."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest

from checker.data import staging
from checker.data.cache import Cache
from checker.data.duck import DuckDB
from checker.options import AuditOptions
from checker.pipeline import audit
from checker.reports.diagnostics import to_dicts
from checker.reports.json import to_json
from checker.ruletest.sample import write_sample

PACK = """
language: 1
pack: own
platform: any
title: Own
timezone: Asia/Shanghai
clocks:
  reply: {opens: role = 'buyer', closes: role = 'agent' and not automatic}
rules:
  quick:
    title: Quick
    per: [shop, day]
    clock: reply
    ratio: {of: sessions, good: "all(turns, wait <= 3m)"}
"""


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("text") / "sample"
    write_sample(folder, messages=1200, days=3)
    return folder


@pytest.fixture
def rules(tmp_path: Path) -> Path:
    path = tmp_path / "own.yaml"
    path.write_text(PACK)
    return path


def written(sample: Path, data: Path, ending: str, *, days: int) -> Path:
    """Messages of so many days in a text file each, sessions in one."""
    how = {"csv": "FORMAT csv", "tsv": "FORMAT csv, DELIMITER '\t'", "jsonl": "FORMAT json"}[ending]
    (data / "messages").mkdir(parents=True, exist_ok=True)
    rows = (
        f"SELECT *, (date_diff('day', min(ts) OVER (), ts)) AS day FROM '{sample}/messages.parquet'"
    )
    for day in range(days):
        file = data / "messages" / f"day-{day}.{ending}"
        select = f"SELECT * EXCLUDE day FROM ({rows}) WHERE day = {day}"
        duckdb.sql(f"COPY ({select}) TO '{file}' ({how})")
    duckdb.sql(f"COPY (FROM '{sample}/sessions.parquet') TO '{data}/sessions.{ending}' ({how})")
    return data


def judged(data: Path, rules: Path, cache: Path | None = None) -> str:
    """The result; or what is wrong with the data."""
    result, found = audit(data, AuditOptions(rules=(rules,), cache=cache))
    return str(to_dicts(found)) if result is None else to_json(result)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> set[str]:
    """The names of text files that the engine has read from here on."""
    read: set[str] = set()
    raw_sql = DuckDB.raw_sql

    def noted(self: DuckDB, sql: str, values: object = None) -> object:
        for listed in re.findall(r"read_(?:csv|json)\(\[([^\]]*)\]", sql):
            read.update(Path(one.strip(" '")).name for one in listed.split(","))
        return raw_sql(self, sql, values)

    monkeypatch.setattr(DuckDB, "raw_sql", noted)
    return read


@pytest.mark.parametrize("ending", ["csv", "tsv", "jsonl"])
def test_each_text_file_is_parsed_once(
    sample: Path, rules: Path, tmp_path: Path, parsed: set[str], ending: str
) -> None:
    data, cache = written(sample, tmp_path / "data", ending, days=2), tmp_path / "cache"
    two_days = judged(data, rules)
    assert judged(data, rules, cache) == two_days
    assert parsed == {f"day-0.{ending}", f"day-1.{ending}", f"sessions.{ending}"}
    parsed.clear()
    assert judged(data, rules, cache) == two_days
    assert parsed == set()
    written(sample, data, ending, days=3)
    later = judged(data, rules, cache)
    assert parsed == {f"day-2.{ending}"}
    assert later == judged(data, rules) != two_days


def test_a_file_that_is_written_anew_is_parsed_anew(
    sample: Path, rules: Path, tmp_path: Path, parsed: set[str]
) -> None:
    data, cache = written(sample, tmp_path / "data", "csv", days=2), tmp_path / "cache"
    before = judged(data, rules, cache)
    parsed.clear()
    file = data / "messages" / "day-1.csv"
    file.write_text(file.read_text().replace(",agent,", ",bot,"))
    after = judged(data, rules, cache)
    assert parsed == {"day-1.csv"}
    assert after == judged(data, rules) != before


def test_local_times_and_those_with_an_offset_stay_apart(
    sample: Path, rules: Path, tmp_path: Path
) -> None:
    data, cache = written(sample, tmp_path / "data", "csv", days=2), tmp_path / "cache"
    file = data / "messages" / "day-1.csv"
    file.write_text(re.sub(r"(\d\d:\d\d:\d\d)(\.\d+)?(?=,)", r"\1\2Z", file.read_text()))
    plain = judged(data, rules)
    for _ in range(2):
        assert judged(data, rules, cache) == plain
    other = rules.with_name("other.yaml")  # nothing is known of its figures
    other.write_text(PACK.replace("Asia/Shanghai", "Europe/Berlin"))
    assert judged(data, other, cache) == judged(data, other) != plain


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (",agent,", ",nobody,"),  # a value that no role has
        ("\n", "\nshop,only\n"),  # a line of too few columns
        ("\n", "\r\n"),  # lines that end otherwise
    ],
)
def test_what_is_wrong_with_a_file_is_told_as_without_a_cache(
    sample: Path, rules: Path, tmp_path: Path, old: str, new: str
) -> None:
    data, cache = written(sample, tmp_path / "data", "csv", days=2), tmp_path / "cache"
    file = data / "messages" / "day-1.csv"
    text = file.read_text()
    middle = len(text) // 2
    file.write_bytes((text[:middle] + text[middle:].replace(old, new, 1)).encode())
    plain = judged(data, rules)
    for _ in range(2):
        assert judged(data, rules, cache) == plain


def test_a_file_of_the_cache_that_broke_is_made_again(
    sample: Path, rules: Path, tmp_path: Path
) -> None:
    data, cache = written(sample, tmp_path / "data", "csv", days=2), tmp_path / "cache"
    plain = judged(data, rules, cache)
    for file in cache.rglob("*.parquet"):
        file.write_bytes(file.read_bytes()[:-5])
    for file in cache.rglob("*.json"):
        file.unlink()
    assert judged(data, rules, cache) == plain


def test_a_file_of_the_cache_that_broke_and_cannot_be_made_again_is_left_alone(
    sample: Path, rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, cache = written(sample, tmp_path / "data", "csv", days=2), tmp_path / "cache"
    plain = judged(data, rules, cache)
    for file in cache.rglob("*.parquet"):
        file.write_bytes(file.read_bytes()[:-5])
    monkeypatch.setattr(Cache, "leave", lambda *_: None)
    assert judged(data, rules, cache) == plain


def test_files_are_read_without_a_cache_that_has_no_room(
    sample: Path, rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, cache = written(sample, tmp_path / "data", "csv", days=2), tmp_path / "cache"
    plain, leave = judged(data, rules), Cache.leave

    def full(self: Cache, target: Path, write: object) -> None:
        def fail(_: Path) -> None:
            raise duckdb.IOException("no space")

        leave(self, target, fail)

    monkeypatch.setattr(Cache, "leave", full)
    assert judged(data, rules, cache) == plain
    assert not [file for file in cache.rglob("*") if file.is_file()]


def test_a_file_that_changes_while_it_is_read_leaves_nothing(
    sample: Path, rules: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data, cache = written(sample, tmp_path / "data", "csv", days=2), tmp_path / "cache"
    file = data / "messages" / "day-1.csv"
    select = staging._select

    def changed(*given: object) -> str:
        text = file.read_text()
        file.write_text(
            text
            if "nobody's" in text
            else text + text.splitlines()[-1].replace("S", "nobody's") + "\n"
        )
        return select(*given)  # type: ignore[arg-type]

    with monkeypatch.context() as patch:
        patch.setattr(staging, "_select", changed)
        judged(data, rules, cache)
    assert not [held for held in cache.rglob("*") if held.is_file()]
    shutil.rmtree(cache)
    assert judged(data, rules, cache) == judged(data, rules)
