"""Engines: which one `--engine` names, and what becomes of a data set in it."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Protocol, TypeAlias
from urllib.parse import parse_qsl, unquote

from checker.data.dataset import Dataset
from checker.data.urls import is_database
from checker.data.workspace import Workspace
from checker.diagnostics import Diagnostic, nearest
from checker.language.types import Type

Wanted: TypeAlias = Mapping[str, Mapping[str, Type]]
Opened: TypeAlias = tuple[Workspace, Dataset | None, tuple[Diagnostic, ...]]

DUCKDB, SPARK = "duckdb", "spark"
ENGINES = (
    "duckdb",
    "spark",
    "local[4]",
    "spark://host:7077",
    "sc://host:15002",
    "pyspark://?spark.master=yarn",
)
"""How engines are named, an example each."""

_URI = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):/")


class Engine(Protocol):
    """Where figures are computed. Local files are read and checked by DuckDB, whatever the engine."""

    def reads(self, data: str | Path) -> bool:
        """The engine itself reads DATA; nothing of it passes through this process."""

    def opened(
        self, workspace: Workspace, data: str, wanted: Wanted, platform: str | None
    ) -> Opened:
        """A data set that the engine reads itself."""

    def engaged(self, workspace: Workspace, dataset: Dataset) -> Opened:
        """A data set that DuckDB has opened, in the engine."""


@dataclass(frozen=True)
class DuckDB:
    """In this process: nothing has to be handed over."""

    def reads(self, data: str | Path) -> bool:
        return False

    def opened(
        self, workspace: Workspace, data: str, wanted: Wanted, platform: str | None
    ) -> Opened:
        raise AssertionError("DuckDB reads files through open_dataset")

    def engaged(self, workspace: Workspace, dataset: Dataset) -> Opened:
        return workspace, dataset, ()


@dataclass(frozen=True)
class Spark:
    """A Spark of one's own (`master` local[…]), a cluster, or a Spark Connect server (`remote`)."""

    master: str | None
    remote: str | None
    settings: Mapping[str, str]

    @property
    def local(self) -> bool:
        return self.remote is None and (self.master or "local").startswith("local")

    @property
    def place(self) -> str:
        """How messages name it; never with a token."""
        return (self.remote or self.master or "local").split(";")[0]

    def reads(self, data: str | Path) -> bool:
        return is_uri(data)

    def opened(
        self, workspace: Workspace, data: str, wanted: Wanted, platform: str | None
    ) -> Opened:
        from checker.data.spark_open import open_uri
        from checker.data.spark_session import connect_spark

        spark, found = connect_spark(self)
        if spark is None:
            return workspace, None, found
        dataset, more = open_uri(spark, data, wanted, platform)
        return spark, dataset, (*found, *more)

    def engaged(self, workspace: Workspace, dataset: Dataset) -> Opened:
        from checker.data.handover import hand_over, is_small
        from checker.data.spark_session import connect_spark

        spark, found = connect_spark(self, small=is_small(dataset))
        if spark is None:
            return workspace, None, found
        moved, more = hand_over(workspace, dataset, spark, shared=self.local)
        return spark, moved, (*found, *more)


def is_uri(data: str | Path) -> bool:
    """DATA is an address such as s3a://… or file:///…, of no database."""
    return isinstance(data, str) and bool(_URI.match(data)) and not is_database(data)


def choose_engine(
    named: str | None,
    *,
    threads: int | None = None,
    memory: str | None = None,
    spill: Path | None = None,
    environment: Mapping[str, str] = os.environ,
) -> tuple[Engine | None, tuple[Diagnostic, ...]]:
    """The engine of `--engine`; without it DuckDB. What limits this machine holds for a Spark of one's
    own; the machines of a cluster have limits of their own, in its settings."""
    text = named or DUCKDB
    for fits, make in _ENGINES:
        if fits(text):
            engine = make(text, threads, environment)
            break
    else:
        best = nearest(text, (DUCKDB, SPARK))
        notes = (*((f"did you mean `{best}`?",) if best else ()), f"engines: {', '.join(ENGINES)}")
        return None, (Diagnostic("E530", f"--engine {text}: unknown engine", notes=notes),)
    if isinstance(engine, Spark) and engine.local:
        limits = {} if memory is None else {"spark.driver.memory": memory.lower()}
        limits |= {} if spill is None else {"spark.local.dir": str(spill)}
        engine = replace(engine, settings={**limits, **engine.settings})
    return engine, ()


def _duckdb(text: str, threads: int | None, environment: Mapping[str, str]) -> Engine:
    return DuckDB()


def _spark(text: str, threads: int | None, environment: Mapping[str, str]) -> Engine:
    remote = environment.get("SPARK_REMOTE")
    return Spark(None if remote else f"local[{threads or '*'}]", remote, {})


def _master(text: str, threads: int | None, environment: Mapping[str, str]) -> Engine:
    return Spark(text, None, {})


def _remote(text: str, threads: int | None, environment: Mapping[str, str]) -> Engine:
    return Spark(None, text, {})


def _pyspark(text: str, threads: int | None, environment: Mapping[str, str]) -> Engine:
    """An address as Ibis writes it: pyspark://[warehouse folder][?setting=value&…]."""
    path, _, query = text.partition("://")[2].partition("?")
    settings = dict(parse_qsl(query))
    if path.strip("/"):
        settings["spark.sql.warehouse.dir"] = unquote(path)
    master, remote = settings.pop("spark.master", None), settings.pop("spark.remote", None)
    plain = _spark(text, threads, {} if master else environment)
    assert isinstance(plain, Spark)
    if master or remote:
        return Spark(None if remote else master, remote, settings)
    return Spark(plain.master, plain.remote, settings)


_ENGINES: tuple[
    tuple[
        Callable[[str], object],
        Callable[[str, int | None, Mapping[str, str]], Engine],
    ],
    ...,
] = (
    (lambda text: text == DUCKDB, _duckdb),
    (lambda text: text == SPARK, _spark),
    (lambda text: text.startswith("pyspark://"), _pyspark),
    (lambda text: text.startswith("sc://"), _remote),
    (
        re.compile(r"spark://.|yarn$|k8s://.|local$|local\[.*\]$|local-cluster\[.*\]$").match,
        _master,
    ),
)
