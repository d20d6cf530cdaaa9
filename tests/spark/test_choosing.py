"""Which engine `--engine` names, and what is said where Spark cannot be had; needs no Spark."""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from pathlib import Path

import pytest

from checker.data import spark_session
from checker.data.engines import DuckDB, Engine, Spark, choose_engine, is_uri
from checker.data.java import check_java
from checker.pipeline import audit

CHOICES: Mapping[tuple[str | None, str | None], Engine] = {
    (None, None): DuckDB(),
    (None, "sc://host"): DuckDB(),  # a variable of Spark's makes nobody use Spark
    ("duckdb", None): DuckDB(),
    ("spark", None): Spark("local[*]", None, {}),
    ("spark", "sc://host"): Spark(None, "sc://host", {}),
    ("local[3]", None): Spark("local[3]", None, {}),
    ("local-cluster[2,1,512]", None): Spark("local-cluster[2,1,512]", None, {}),
    ("spark://host:7077", "sc://host"): Spark("spark://host:7077", None, {}),
    ("sc://host:15002", None): Spark(None, "sc://host:15002", {}),
    ("pyspark://", None): Spark("local[*]", None, {}),
    ("pyspark://?spark.master=yarn&spark.executor.memory=4g", "sc://host"): Spark(
        "yarn", None, {"spark.executor.memory": "4g"}
    ),
    ("pyspark:///data/warehouse?spark.remote=sc://host", None): Spark(
        None, "sc://host", {"spark.sql.warehouse.dir": "/data/warehouse"}
    ),
}


@pytest.mark.parametrize("named", CHOICES, ids=str)
def test_choosing(named: tuple[str | None, str | None]) -> None:
    engine, variable = named
    environment = {"SPARK_REMOTE": variable} if variable else {}
    assert choose_engine(engine, environment=environment) == (CHOICES[named], ())


def test_threads_are_those_of_a_spark_of_ones_own() -> None:
    assert choose_engine("spark", threads=3, environment={})[0] == Spark("local[3]", None, {})


def test_memory_and_disk_are_those_of_a_spark_of_ones_own() -> None:
    spill = Path("/scratch")
    own, _ = choose_engine("spark", memory="4GB", spill=spill, environment={})
    cluster, _ = choose_engine("spark://host:7077", memory="4GB", spill=spill)
    limits = {"spark.driver.memory": "4gb", "spark.local.dir": str(spill)}
    assert (own, cluster) == (Spark("local[*]", None, limits), Spark("spark://host:7077", None, {}))


def test_unknown_engine() -> None:
    engine, (found,) = choose_engine("sparc")
    assert (engine, found.code) == (None, "E530")
    assert "did you mean `spark`?" in found.notes


def test_a_token_is_never_shown() -> None:
    engine, _ = choose_engine("sc://host:443/;use_ssl=true;token=secret")
    assert isinstance(engine, Spark)
    assert engine.place == "sc://host:443/"


@pytest.mark.parametrize(
    ("data", "is_one"),
    [
        ("s3a://bucket/data", True),
        ("file:///data", True),
        ("hdfs://name/data", True),
        ("postgres://host/db", False),
        ("data", False),
        ("/data", False),
        ("C:/data", False),
        (Path("s3a:/x"), False),
    ],
)
def test_addresses(data: str | Path, is_one: bool) -> None:
    assert is_uri(data) is is_one


def test_addresses_without_spark() -> None:
    result, (found,) = audit("s3a://bucket/data")
    assert (result, found.code) == (None, "E533")


def test_java_that_is_missing_old_or_broken(tmp_path: Path) -> None:
    assert check_java({"PATH": str(tmp_path)})[0].code == "E532"
    assert "holds no Java" in check_java({"JAVA_HOME": str(tmp_path)})[0].message
    java = tmp_path / "bin" / "java"
    java.parent.mkdir()
    for said, wanted in (
        ('openjdk version "17.0.9"', None),
        ('openjdk version "21" 2023', None),
        ('java version "1.8.0_392"', "is Java 8"),
        ("hello", "does not say its version"),
    ):
        java.write_text(f"#!/bin/sh\necho '{said}' >&2\n")
        java.chmod(0o755)
        found = check_java({"JAVA_HOME": str(tmp_path)})
        assert [wanted in d.message for d in found if wanted] == [True] * bool(wanted)
        assert bool(found) is bool(wanted)


def test_packages_that_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    workspace, (found,) = spark_session.connect_spark(Spark("local[1]", None, {}))
    assert (workspace, found.code) == (None, "E531")
    assert "checker[spark]" in found.notes[0]
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if "grpc" in name else name)
    _, (found,) = spark_session.connect_spark(Spark(None, "sc://host", {}))
    assert "grpc" in found.message
