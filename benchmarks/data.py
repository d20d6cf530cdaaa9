"""Data sets of a given size, sorted by session as exports are, and shuffled."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import duckdb

from benchmarks.contest import checker


def made(folder: Path, messages: int, *, shuffled: bool) -> Path:
    """The data set, written unless it is there: four platforms with all tables."""
    plain = folder / f"{messages}"
    if not plain.exists():
        half = plain.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        command = checker("sample", str(half), "--messages", str(messages), "--quiet")
        subprocess.run(command, check=True)
        _one_shape(half)
        half.rename(plain)
    if not shuffled:
        return plain
    mixed = folder / f"{messages}-shuffled"
    if not mixed.exists():
        half = mixed.with_suffix(".half")
        shutil.rmtree(half, ignore_errors=True)
        shutil.copytree(plain, half, ignore=shutil.ignore_patterns("messages"))
        (half / "messages").mkdir()
        _shuffle(plain / "messages", half / "messages", half / "spill")
        half.rename(mixed)
    return mixed


def _one_shape(data: Path) -> None:
    """Messages and sessions as folders of parts, also where there is one file."""
    for table in ("messages", "sessions"):
        alone = data / f"{table}.parquet"
        if alone.exists():
            (data / table).mkdir()
            alone.rename(data / table / "part-0000.parquet")


def _shuffle(source: Path, target: Path, spill: Path) -> None:
    con = duckdb.connect()
    con.execute(f"SET temp_directory = '{spill}'")
    con.execute(
        f"COPY (SELECT * FROM read_parquet('{source}/*.parquet') ORDER BY hash(session_id, ts, seq))"
        f" TO '{target}/part-0000.parquet'"
    )
    shutil.rmtree(spill, ignore_errors=True)
