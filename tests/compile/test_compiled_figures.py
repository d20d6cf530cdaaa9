"""Compiled SQL, run where it can be, gives the figures of an audit of the same rows."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pytest
from imports.postgres_server import PASSWORD, programs, running
from oracle.generate import Tables, generate, naive
from oracle.test_figures import everything

from checker.compiling.compile import Wish, compile_rule
from checker.packs.model import Ask
from checker.packs.typed import TypedPack
from checker.rulesets import load_packs

from . import warehouse as w
from .servers import Query, in_duckdb, in_postgres, in_spark

ZONE = "Asia/Shanghai"
PACKS, _ = load_packs()
OWN, WRONG = load_packs((Path(__file__).parent / "everything.yaml",))
NAMES = [pack.pack.name for pack in PACKS]


def measuring(packs: tuple[TypedPack, ...], *names: str) -> list[str]:
    return [
        rule.id
        for pack in packs
        if pack.pack.name in names
        for rule in pack.rules
        if not isinstance(rule.revisions[-1].measure, Ask)
    ]


def compiled(rule: str, dialect: str, packs: tuple[TypedPack, ...] = PACKS, **wish: Any) -> str:
    text, found = compile_rule(packs, rule, Wish(dialect, **wish))
    assert text is not None, found
    return text


def differences(
    query: Query, said: dict[str, Any], rules: list[str], dialect: str, **wish: Any
) -> dict[str, list[str]]:
    """By rule what the audit and the query say differently."""
    figures = w.expected(said)
    found = {}
    for rule in rules:
        names, rows = query(compiled(rule, dialect, **wish))
        different = w.differences(figures.get(rule, {}), w.queried(names, rows))
        if different:
            found[rule] = different[:5]
    return found


@pytest.mark.parametrize("pack", NAMES)
def test_duckdb_gives_every_figure_of_every_bundled_rule(pack: str, tmp_path: Path) -> None:
    tables = everything(NAMES.index(pack))
    said = w.audited(tmp_path, tables, [pack])
    rules = measuring(PACKS, pack)
    assert sum(map(len, w.expected(said).values())) >= len(rules)
    assert differences(in_duckdb(tables, ZONE), said, rules, "duckdb") == {}


def test_options_mean_the_same_as_those_of_the_audit(tmp_path: Path) -> None:
    tables = everything(7)
    as_of, day = "2026-02-01T15:00:00+08:00", dt.date(2026, 1, 31)
    said = w.audited(tmp_path, tables, ["douyin"], as_of=as_of, first=day, through=day)
    rules = ["douyin/reply-3m-message", "douyin/someone-available", "douyin/saturation"]
    wish = {"as_of": as_of, "first": day, "through": day, "stamps": "zoned"}
    assert differences(in_duckdb(tables, ZONE, "zoned"), said, rules, "duckdb", **wish) == {}


def test_a_warehouse_without_a_table_is_told_with_without(tmp_path: Path) -> None:
    tables = {name: rows for name, rows in everything(3).items() if name != "assignments"}
    for row in tables["sessions"]:
        row.pop("human_requested_at", None)
    said = w.audited(tmp_path, tables, ["douyin"])
    query = in_duckdb(tables, ZONE)
    query("DROP TABLE assignments; ALTER TABLE sessions DROP COLUMN human_requested_at;\n")
    wish = {"without": ("assignments", "sessions.human_requested_at")}
    rules = ["douyin/reply-3m-session", "douyin/saturation"]
    assert differences(query, said, rules, "duckdb", **wish) == {}


@pytest.mark.parametrize("pack", NAMES)
def test_the_comment_names_every_table_and_column_that_is_read(pack: str) -> None:
    """With nothing else the query runs, and without the last one of a table it does not."""
    for rule in measuring(PACKS, pack)[-1:]:
        text = compiled(rule, "duckdb", as_of="2026-02-01T15:00:00")
        comment = "".join(line[3:] for line in text.split("\n\n")[0].splitlines(keepends=True))
        said = dict(re.findall(r"(?m)^table (\w+): (.*(?:\n  .*)*)", comment))
        assert said
        query = in_duckdb(everything(NAMES.index(pack)), ZONE)
        _, have = query(
            "SELECT table_name, column_name FROM duckdb_columns() WHERE NOT internal;\n"
        )
        read = {(table, c) for table, names in said.items() for c in re.findall(r"\w+", names)}
        assert read <= set(have)
        for table in {table for table, _ in have} - said.keys():
            query(f'DROP TABLE "{table}";\n')
        for table, column in {one for one in have if one[0] in said} - read:
            query(f'ALTER TABLE "{table}" DROP COLUMN "{column}";\n')
        query(text)
        table, names = next(iter(said.items()))
        query(f'ALTER TABLE "{table}" DROP COLUMN "{re.findall(r"[a-z_]+", names)[-1]}";\n')
        with pytest.raises(duckdb.BinderException):
            query(text)


def american() -> Tables:
    """Four days around the change to summer time, with whole rows of everything."""
    start = dt.date(2026, 3, 6)
    return generate(0, platform="house", zone="America/New_York", start=start, gaps=False)


Judged = tuple[Tables, dict[str, Any]]


def judged(folder: Path, tables: Tables) -> Judged:
    """The rows, and what an audit by the rules of this folder says of them."""
    rules = (Path(__file__).parent / "everything.yaml",)
    return tables, w.audited(folder, tables, [], rules=rules)


@pytest.fixture(scope="module")
def spring(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    return judged(tmp_path_factory.mktemp("spring"), american())


@pytest.mark.parametrize("stamps", ["utc", "zoned", "local"])
def test_duckdb_gives_what_the_bundled_rules_leave_out(
    stamps: str, spring: Judged, tmp_path: Path
) -> None:
    assert not WRONG
    local = stamps == "local"
    tables, said = judged(tmp_path, _aware(naive(american()))) if local else spring
    query = in_duckdb(tables, "America/New_York", stamps)
    figures, names = w.expected(said), measuring(OWN, "everything")
    assert figures.keys() == set(names)
    assert all(figures.values())
    # How timestamps are read does not depend on the rule; one in four will show it.
    asked = names if local else names[::4]
    assert differences(query, said, asked, "duckdb", packs=OWN, stamps=stamps) == {}


def _aware(tables: Tables) -> Tables:
    """Naive rows as the audit reads them: local, in a repeated hour the earlier instant."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo("America/New_York")
    return {
        table: [
            {k: v.replace(tzinfo=zone) if isinstance(v, dt.datetime) else v for k, v in r.items()}
            for r in rows
        ]
        for table, rows in tables.items()
    }


def test_a_script_gives_the_same_as_the_query(tmp_path: Path) -> None:
    tables = everything(4)
    said = w.audited(tmp_path, tables, ["kuaishou"])
    rules = ["kuaishou/reply-3m-agent", "kuaishou/good-rating"]
    assert differences(in_duckdb(tables, ZONE), said, rules, "duckdb", form="script") == {}


# -- PostgreSQL ------------------------------------------------------------------------------------

REQUIRED = os.environ.get("CHECKER_POSTGRES") == "required"


@pytest.fixture(scope="module")
def postgres() -> Iterator[Any]:
    """A way to connect to a server of one's own."""
    if REQUIRED:
        import psycopg
    else:
        psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")
    bin_ = programs()
    if bin_ is None:
        reason = "no PostgreSQL server is installed (Debian: apt install postgresql)"
        assert not REQUIRED, reason
        pytest.skip(reason)
    with running(bin_) as server:
        options = {"host": "127.0.0.1", "port": server.port, "user": "owner"}
        yield partial(
            psycopg.connect, **options, password=PASSWORD, dbname="postgres", autocommit=True
        )


def test_postgres_gives_every_figure_of_every_bundled_rule(postgres: Any, tmp_path: Path) -> None:
    tables = everything(0)
    said = w.audited(tmp_path, tables, NAMES)
    query = in_postgres(postgres, tables, ZONE, "local")
    assert differences(query, said, measuring(PACKS, *NAMES), "postgres") == {}
    rules = ["douyin/reply-3m-session", "xiaohongshu/first-reply-45s"]
    assert differences(query, said, rules, "postgres", form="script") == {}


def test_postgres_gives_what_the_bundled_rules_leave_out(postgres: Any, spring: Judged) -> None:
    tables, said = spring
    query = in_postgres(postgres, tables, "America/New_York", "zoned")
    names = measuring(OWN, "everything")
    assert differences(query, said, names, "postgres", packs=OWN, stamps="zoned") == {}


# -- Spark -----------------------------------------------------------------------------------------

IN_SPARK = (
    "douyin/satisfaction",
    "kuaishou/reply-3m-shop",
    "xiaohongshu/working-hours",
)
"""Few, for a local Spark takes long to plan them; each over another fact."""


@pytest.fixture(scope="module")
def spark() -> Iterator[Any]:
    sql = pytest.importorskip("pyspark.sql", reason="PySpark is not installed")
    settings = {
        "spark.sql.session.timeZone": "America/New_York",  # must not matter
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.ui.enabled": "false",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
    }
    builder = sql.SparkSession.builder.master("local[2]")
    for name, value in settings.items():
        builder = builder.config(name, value)
    try:
        session = builder.getOrCreate()
    except Exception as error:  # no Java
        pytest.skip(f"Spark does not start: {str(error)[:100]}")
    session.sparkContext.setLogLevel("OFF")
    yield session
    session.stop()


def test_spark_gives_the_figures_of_some_rules(spark: Any, tmp_path: Path) -> None:
    tables = everything(0, days=2)
    said = w.audited(tmp_path, tables, NAMES)
    assert differences(in_spark(spark, tables, ZONE), said, list(IN_SPARK), "spark") == {}
