"""The sample generator as a writer: exact, repeatable, all or nothing."""

from __future__ import annotations

import datetime as dt
import hashlib
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq
import pytest

from checker.language.catalog import STORED, TABLES
from checker.ruletest import sample_files
from checker.ruletest.sample import write_sample

SMALL: dict[str, Any] = {"messages": 3_000, "days": 5}


def digests(folder: Path, *, ordered: bool = True) -> dict[str, str]:
    """A hash of the rows of each table, whatever files they stand in."""
    found = {}
    for name in sorted(set(STORED) - {"reported"}):
        path = folder / name if (folder / name).is_dir() else folder / f"{name}.parquet"
        rows = [repr(row) for row in pq.read_table(path).to_pylist()]
        lines = rows if ordered else sorted(rows)
        found[name] = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    return found


def write(folder: Path, **arguments: Any) -> dict[str, int]:
    rows, diagnostics = write_sample(folder, **{**SMALL, **arguments})
    assert rows is not None, diagnostics
    assert diagnostics == ()
    return dict(rows)


def test_every_table_of_the_catalog_but_reported_is_written_with_its_columns(
    tmp_path: Path,
) -> None:
    rows = write(tmp_path / "data")
    assert set(rows) == set(STORED) - {"reported"}
    assert {p.stem for p in (tmp_path / "data").iterdir()} == set(rows)
    for name, count in rows.items():
        table = pq.read_table(tmp_path / "data" / f"{name}.parquet")
        expected = {column.name for column in TABLES[name].stored_columns}
        assert set(table.column_names) == expected, name
        assert table.num_rows == count > 0, name


@pytest.mark.parametrize(
    "arguments",
    [
        {"messages": 400},
        {"messages": 12_345},
        {"messages": 100, "platforms": ("douyin",), "days": 1},
        {"messages": 200_003, "days": 2, "platforms": ("jd", "taobao")},
        {"messages": 2_000, "days": 366, "first_day": dt.date(2028, 2, 28)},
    ],
    ids=str,
)
def test_the_number_of_messages_is_met_exactly(arguments: dict[str, Any], tmp_path: Path) -> None:
    rows = write(tmp_path / "data", **arguments)
    assert rows["messages"] == arguments["messages"]
    assert set(rows) == set(STORED) - {"reported"}


def test_the_same_seed_gives_the_same_rows_and_another_seed_others(tmp_path: Path) -> None:
    write(tmp_path / "a")
    write(tmp_path / "b")
    write(tmp_path / "c", seed=8)
    first, again, other = (digests(tmp_path / name) for name in "abc")
    assert first == again
    assert {name for name in first if first[name] == other[name]} <= {"agents", "shops"}


def test_shuffled_rows_are_the_same_rows_in_another_order(tmp_path: Path) -> None:
    write(tmp_path / "a")
    write(tmp_path / "b", shuffled=True)
    assert digests(tmp_path / "a", ordered=False) == digests(tmp_path / "b", ordered=False)
    assert digests(tmp_path / "a")["messages"] != digests(tmp_path / "b")["messages"]


def test_csv_holds_the_same_rows_as_parquet(tmp_path: Path) -> None:
    rows = write(tmp_path / "a")
    assert write(tmp_path / "b", fmt="csv") == rows
    for name in rows:
        parquet, csv = (tmp_path / "a" / f"{name}.parquet", tmp_path / "b" / f"{name}.csv")
        described = duckdb.execute(f"describe from '{parquet}'").fetchall()
        types = {column: kind for column, kind, *_ in described}
        from_csv = f"from read_csv('{csv}', header = true, columns = {types})"
        found = duckdb.execute(from_csv).fetchall()
        assert found == duckdb.execute(f"from '{parquet}'").fetchall(), name


def test_a_large_table_becomes_part_files_with_the_same_rows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "a")
    monkeypatch.setattr(sample_files, "_ROW_GROUP", 200)
    monkeypatch.setattr(sample_files, "_PART", 1_000)
    write(tmp_path / "b")
    parts = sorted(p.name for p in (tmp_path / "b" / "messages").iterdir())
    assert parts[:2] == ["part-0000.parquet", "part-0001.parquet"]
    assert not (tmp_path / "b" / "messages.parquet").exists()
    assert (tmp_path / "b" / "shops.parquet").is_file()
    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_more_messages_make_more_shops_not_busier_ones(tmp_path: Path) -> None:
    few = write(tmp_path / "a", messages=100_000, days=2)
    many = write(tmp_path / "b", messages=200_000, days=2)
    assert few["shops"] < many["shops"]
    assert many["messages"] / many["shops"] / 2 == pytest.approx(4_000, rel=0.2)


def test_progress_counts_up_to_all_messages(tmp_path: Path) -> None:
    seen: list[tuple[int, int]] = []
    write(tmp_path / "a", progress=lambda done, of: seen.append((done, of)))
    assert seen == sorted(seen)
    assert len(seen) == 12
    assert seen[-1] == (3_000, 3_000)


def test_an_existing_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    write(tmp_path / "data")
    assert (tmp_path / "data" / "messages.parquet").is_file()


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "mine.txt").write_text("mine")
    rows, diagnostics = write_sample(tmp_path / "data", **SMALL)
    assert rows is None
    assert [d.code for d in diagnostics] == ["E320"]
    rows, diagnostics = write_sample(tmp_path / "data" / "mine.txt", **SMALL)
    assert rows is None
    assert [d.code for d in diagnostics] == ["E320"]
    assert [p.name for p in tmp_path.rglob("*")] == ["data", "mine.txt"]
    assert (tmp_path / "data" / "mine.txt").read_text() == "mine"


def test_all_that_is_impossible_is_said_at_once(tmp_path: Path) -> None:
    rows, diagnostics = write_sample(
        tmp_path / "data", messages=10, days=0, fmt="xml", platforms=("douyin", "douyin")
    )
    assert rows is None
    assert [d.code for d in diagnostics] == ["E321"] * 4
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_a_diagnostic(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    rows, diagnostics = write_sample(tmp_path / "file" / "data", **SMALL)
    assert rows is None
    assert [d.code for d in diagnostics] == ["E322"]
    assert str(tmp_path / "file" / "data") in diagnostics[0].message


def test_an_interrupted_run_leaves_nothing(tmp_path: Path) -> None:
    def interrupt(done: int, of: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_sample(tmp_path / "data", progress=interrupt, **SMALL)
    assert list(tmp_path.iterdir()) == []
