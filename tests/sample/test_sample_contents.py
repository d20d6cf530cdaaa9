"""The sample month looks like a month: claims about it are SQL files, named by the claim.

`never/*.sql` must find no row; every figure that `between/*.sql` gives lies in the range of its first line.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from checker.ruletest.sample import write_sample

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    folder = tmp_path_factory.mktemp("sample") / "month"
    rows, diagnostics = write_sample(folder)
    assert rows is not None, diagnostics
    connection = duckdb.connect()
    for name in rows:
        connection.execute(f"create table {name} as from '{folder / name}.parquet'")
    connection.execute((HERE / "turns.sql").read_text("utf-8"))
    yield connection
    connection.close()


@pytest.mark.parametrize("case", sorted(p.stem for p in (HERE / "never").glob("*.sql")))
def test_never(case: str, month: duckdb.DuckDBPyConnection) -> None:
    query = (HERE / "never" / f"{case}.sql").read_text("utf-8")
    assert month.execute(query).fetchmany(5) == []


@pytest.mark.parametrize("case", sorted(p.stem for p in (HERE / "between").glob("*.sql")))
def test_between(case: str, month: duckdb.DuckDBPyConnection) -> None:
    query = (HERE / "between" / f"{case}.sql").read_text("utf-8")
    low, high = (float(n) for n in query.splitlines()[0].removeprefix("--").split(".. "))
    figures = [figure for row in month.execute(query).fetchall() for figure in row]
    assert figures
    assert all(figure is not None and low <= figure <= high for figure in figures), figures
