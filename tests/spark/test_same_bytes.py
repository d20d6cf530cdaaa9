"""Spark gives the bytes that DuckDB gives: every golden case and the oracle's data, in a few runs."""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from golden import bundled_cases, write_all
from oracle.generate import Tables, generate, naive
from oracle.write import write

from checker.options import AuditOptions
from checker.packs.load import BUNDLED
from checker.pipeline import audit
from checker.reports.json import to_json

PLATFORMS = ("douyin", "kuaishou", "taobao", "xiaohongshu")
SEED = 3


def audited(data: Path | str, engine: str | None, **options: Any) -> str:
    result, found = audit(data, AuditOptions(rules=(BUNDLED,), engine=engine, **options))
    assert not [d for d in found if d.level == "error"], found
    assert result is not None
    return to_json(result)


def jobs_of_spark() -> int:
    from pyspark import SparkContext

    context = SparkContext._active_spark_context
    return len(context.statusTracker().getJobIdsForGroup(None)) if context else 0


def compare(data: Path, engine: str, reads: str | None = None, **options: Any) -> Mapping[str, Any]:
    """The result, of which both engines must have made the same bytes; Spark did work for it."""
    wanted = audited(data, None, **options)
    before = jobs_of_spark()
    assert audited(reads or data, engine, **options) == wanted
    assert jobs_of_spark() > before
    return dict(json.loads(wanted))


CASES = bundled_cases()


@pytest.fixture(scope="module")
def golden(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_all(CASES, tmp_path_factory.mktemp("golden") / "data")


@pytest.fixture(scope="module")
def oracle() -> Tables:
    """All platforms in one data set, with the edges that the oracle's tests live on."""
    merged: Tables = {}
    for platform in PLATFORMS:
        for table, rows in generate(SEED, platform=platform, sessions=30, gaps=False).items():
            merged.setdefault(table, []).extend(rows)
    return merged


@pytest.mark.usefixtures("spark_session")
def test_every_golden_case(golden: Path) -> None:
    result = compare(golden, "spark", offenders=1000)
    assert len(result["verdicts"]) > 1000
    assert {v["rule"].split("/")[0] for v in result["verdicts"]} == {c.pack for c in CASES}
    outcomes = Counter(v["outcome"] for v in result["verdicts"])
    assert {"pass", "warn", "fail", "info", "no_data"} <= outcomes.keys()
    assert "the engine failed" not in json.dumps(result)
    assert len(CASES) > 100


@pytest.mark.usefixtures("spark_session")
def test_golden_cases_at_an_instant_at_which_turns_are_pending(golden: Path) -> None:
    """Turns, sessions and statuses are cut off in the middle."""
    instant = "2026-01-05T08:03:00+08:00"
    result = compare(golden, "spark", as_of=instant, packs=("kuaishou",), by=("agent", "hour"))
    assert sum(v["pending"] for v in result["verdicts"]) > 0
    assert {"hour", "day"} <= {v["period"]["kind"] for v in result["verdicts"]}


@pytest.mark.usefixtures("spark_session")
def test_oracle_data_that_spark_reads_itself_in_any_order(oracle: Tables, tmp_path: Path) -> None:
    """Shuffled rows in several files, local instants, partitioned by shop, at an address."""
    data = write(naive(oracle), tmp_path / "data", shuffle=1, parts=2)
    for file in (data / "shops").iterdir():  # Spark has no type for times of day
        shops = pq.read_table(file)
        text = [None if v is None else v.isoformat() for v in shops["opens_at"].to_pylist()]
        ends = [None if v is None else v.isoformat() for v in shops["closes_at"].to_pylist()]
        shops = shops.set_column(shops.column_names.index("opens_at"), "opens_at", pa.array(text))
        shops = shops.set_column(shops.column_names.index("closes_at"), "closes_at", pa.array(ends))
        pq.write_table(shops, file)
    messages = pq.read_table(data / "messages")
    for file in (data / "messages").iterdir():
        file.unlink()
    pq.write_to_dataset(messages, data / "messages", partition_cols=["platform", "shop_id"])
    result = compare(data, "spark", data.as_uri(), offenders=1000)
    assert {"pass", "fail", "no_data"} <= {v["outcome"] for v in result["verdicts"]}


@pytest.fixture
def small(tmp_path: Path) -> Path:
    tables = generate(SEED, platform="kuaishou", sessions=20, gaps=False)
    return write(tables, tmp_path / "data")


def printed(data: Path, engine: str, *options: str) -> bytes:
    """The report that the command line prints, and nothing else on either stream."""
    command = [sys.executable, "-m", "checker", "audit", str(data), "--engine", engine, *options]
    run = subprocess.run(
        [*command, "--format", "json", "--lang", "en"],
        capture_output=True,
        timeout=300,
        check=False,
    )
    assert run.returncode in (0, 1), run.stderr.decode()
    assert not re.search(rb"WARN|log4j|java", run.stderr), run.stderr.decode()
    return run.stdout


@pytest.mark.usefixtures("spark_session")
def test_two_worker_processes(small: Path) -> None:
    wanted = printed(small, "duckdb")
    assert printed(small, "local-cluster[2,1,1024]") == wanted
    assert json.loads(wanted)["summary"]["fail"]


@pytest.fixture
def server() -> Iterator[str]:
    """The address of a Spark Connect server."""
    import pyspark

    home = Path(pyspark.__path__[0])
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "spark.connect.grpc.binding.address": "127.0.0.1",
        "spark.connect.grpc.binding.port": str(port),
        "spark.ui.enabled": "false",
    }
    java = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    command = [str(home / "bin" / "spark-submit"), "--master", "local[2]"]
    command += ["--driver-java-options", java]
    command += [word for pair in settings.items() for word in ("--conf", "=".join(pair))]
    command += ["--class", "org.apache.spark.sql.connect.service.SparkConnectServer"]
    environment = {**os.environ, "SPARK_HOME": str(home)}
    process = subprocess.Popen(
        [*command, "spark-internal"],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            assert process.poll() is None, "the server ended"
            time.sleep(0.1)
        yield f"sc://127.0.0.1:{port}"
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)


@pytest.mark.usefixtures("spark_session")
def test_a_spark_connect_server(small: Path, server: str) -> None:
    """The server sees no file of this side: the data pass through it."""
    rules = ("--pack", "kuaishou", "--as-of", "2026-02-01T12:00:00")
    wanted = printed(small, "duckdb", *rules)
    assert printed(small, server, *rules) == wanted
    assert json.loads(wanted)["verdicts"]


@pytest.mark.usefixtures("spark_session")
def test_nobody_at_the_address(small: Path) -> None:
    result, (found,) = audit(small, AuditOptions(engine="sc://127.0.0.1:1/;token=secret"))
    assert (result, found.code) == (None, "E534")
    assert "secret" not in found.message
