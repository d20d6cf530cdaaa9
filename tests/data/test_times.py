"""Every spelling of an instant that is read, and those that are refused; other kinds of values."""

from __future__ import annotations

import datetime as dt
import random
from pathlib import Path

import duckdb
import pytest
import yaml

from checker.data.canonical import cannot_be, conversion
from checker.data.numbers import parsed, text, text_int
from checker.data.times import column_instant, column_is_naive, text_instant, text_is_naive
from checker.language import types as t
from checker.language.types import Kind, Type

FOLDER = Path(__file__).parent / "times"
EPOCH = dt.datetime(1970, 1, 1)


def load(name: str) -> object:
    return yaml.load((FOLDER / name).read_text(), yaml.BaseLoader)


def staged(raw_type: str, type_: Type, value: str) -> tuple[object, object, bool]:
    """The value, whether it is local, and whether it cannot be read; in an odd session zone."""
    found = conversion(raw_type, type_)
    assert found is not None
    naive = found.naive("c") if found.naive else "NULL"
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'America/New_York'")
        row = con.execute(
            f"SELECT v, n, coalesce({cannot_be(type_.kind)('v')}, false) FROM (SELECT "
            f"{found.staged('c')} AS v, {naive} AS n FROM (SELECT CAST($1 AS {raw_type}) AS c))",
            [value],
        ).fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize(("text", "want"), list(dict(load("read.yaml")).items()))  # type: ignore[call-overload]
def test_an_instant_is_read(text: str, want: list[str]) -> None:
    value, naive, bad = staged("VARCHAR", t.INSTANT, text)
    assert isinstance(value, int)
    at = (EPOCH + dt.timedelta(microseconds=value)).isoformat(timespec="microseconds")
    assert [at, "local" if naive else "offset", bad] == [*want, False]


@pytest.mark.parametrize("text", list(load("unreadable.yaml")))  # type: ignore[call-overload]
def test_an_instant_is_refused(text: str) -> None:
    assert staged("VARCHAR", t.INSTANT, text)[2] is True


MISSING = None
BAD = "bad"
VALUES = [
    ("VARCHAR", t.BOOL, " TRUE ", 1),
    ("VARCHAR", t.BOOL, "no", 0),
    ("VARCHAR", t.BOOL, "", MISSING),
    ("VARCHAR", t.BOOL, "2", BAD),
    ("INTEGER", t.BOOL, "1", 1),
    ("INTEGER", t.BOOL, "2", BAD),
    ("DOUBLE", t.BOOL, "nan", MISSING),
    ("VARCHAR", t.INT, "5.0", 5),
    ("VARCHAR", t.INT, "-007", -7),
    ("VARCHAR", t.INT, "5.5", BAD),
    ("VARCHAR", t.INT, "1e3", BAD),
    ("VARCHAR", t.INT, "99999999999999999999", BAD),
    ("DOUBLE", t.INT, "5", 5),
    ("DOUBLE", t.INT, "5.5", BAD),
    ("DOUBLE", t.INT, "inf", BAD),
    ("DOUBLE", t.INT, "nan", MISSING),
    ("DECIMAL(9,2)", t.INT, "5.00", 5),
    ("UBIGINT", t.INT, "18446744073709551615", BAD),
    ("VARCHAR", t.NUMBER, "0.85", 850_000),
    ("VARCHAR", t.NUMBER, "9007199254740.993", 9_007_199_254_740_993_000),
    ("VARCHAR", t.NUMBER, "0.0000005", 0),
    ("VARCHAR", t.NUMBER, "0.0000015", 2),
    ("VARCHAR", t.NUMBER, "-0.0000015", -2),
    ("VARCHAR", t.NUMBER, "-0.0000025", -2),
    ("VARCHAR", t.NUMBER, "0.00000050001", 1),
    ("VARCHAR", t.NUMBER, "1e3", 1_000_000_000),
    ("VARCHAR", t.NUMBER, "85%", BAD),
    ("VARCHAR", t.NUMBER, "nan", BAD),
    ("VARCHAR", t.NUMBER, "1e30", BAD),
    ("DOUBLE", t.NUMBER, "0.1", 100_000),
    ("DOUBLE", t.NUMBER, "nan", MISSING),
    ("VARCHAR", t.RATIO, "85%", 850_000),
    ("VARCHAR", t.RATIO, "33.33333 %", 333_333),
    ("VARCHAR", t.RATIO, "0.85", 850_000),
    ("VARCHAR", t.DURATION, "90s", 90_000_000),
    ("VARCHAR", t.DURATION, "1h30m", 5_400_000_000),
    ("VARCHAR", t.DURATION, "-5m", -300_000_000),
    ("VARCHAR", t.DURATION, "1.5s", 1_500_000),
    ("VARCHAR", t.DURATION, "200ms", 200_000),
    ("VARCHAR", t.DURATION, "7d", 604_800_000_000),
    ("VARCHAR", t.DURATION, "00:01:30.5", 90_500_000),
    ("VARCHAR", t.DURATION, "90", BAD),
    ("VARCHAR", t.DURATION, "-", BAD),
    ("VARCHAR", t.DURATION, "m3", BAD),
    ("INTERVAL", t.DURATION, "2 minutes", 120_000_000),
    ("INTERVAL", t.DURATION, "1 month", BAD),
    ("VARCHAR", t.TIME, "9:00", 32_400_000_000),
    ("VARCHAR", t.TIME, "22:59:59", 82_799_000_000),
    ("VARCHAR", t.TIME, "24:00", 86_400_000_000),
    ("VARCHAR", t.TIME, "25:00", BAD),
    ("TIME", t.TIME, "08:00:00", 28_800_000_000),
    ("VARCHAR", t.DATE, "1970-01-02", 1),
    ("VARCHAR", t.DATE, "2026/1/31", 20484),
    ("VARCHAR", t.DATE, "2026-02-30", BAD),
    ("TIMESTAMP", t.DATE, "2026-01-31 00:00:00", 20484),
    ("TIMESTAMP", t.DATE, "2026-01-31 10:00:00", BAD),
    ("DATE", t.INSTANT, "1970-01-02", 86_400_000_000),
    ("TIMESTAMP_NS", t.INSTANT, "1970-01-01 00:00:00.000001999", 1),
    ("TIMESTAMP WITH TIME ZONE", t.INSTANT, "1970-01-01 08:00:00+08:00", 0),
    ("BIGINT", t.TEXT, "42", "42"),
    ("DOUBLE", t.TEXT, "42", "42"),
    ("DOUBLE", t.TEXT, "nan", MISSING),
    ("VARCHAR", t.TEXT, " 007 ", " 007 "),
    ("VARCHAR", t.TEXT, "", MISSING),
]


@pytest.mark.parametrize(("raw_type", "type_", "text", "want"), VALUES, ids=str)
def test_a_value_becomes_canonical(raw_type: str, type_: Type, text: str, want: object) -> None:
    value, _, bad = staged(raw_type, type_, text)
    assert (BAD if bad and type_.kind is not Kind.TEXT else value) == want


@pytest.mark.parametrize(
    ("raw_type", "type_"),
    [("BIGINT", t.INSTANT), ("DOUBLE", t.INSTANT), ("BIGINT", t.DURATION), ("INTEGER[]", t.TEXT)],
    ids=str,
)
def test_a_type_is_refused(raw_type: str, type_: Type) -> None:
    assert conversion(raw_type, type_) is None


def _spellings(seeds: list[str], number: int) -> list[str]:
    """The seeds, and each with a few characters changed, left out or put in."""
    chance, letters = random.Random(3), "0123456789-/: T.Z+eE_ntrue\t\u0661"
    found = list(seeds)
    for _ in range(number):
        text = list(chance.choice(seeds))
        for _ in range(chance.randint(1, 2)):
            at = chance.randrange(len(text) + 1)
            text[at : at + chance.randint(0, 1)] = chance.choice(["", *letters])
        found.append("".join(text))
    return found


@pytest.mark.parametrize(
    ("short", "whole", "seeds"),
    [
        (
            column_instant("c", text("c"), "-1"),
            text_instant(text("c"), "-1"),
            ["2026-01-31 08:09:10", "2026-01-31T08:09:10.1234567", "2026-02-30 08:09:10", "0000-01-01 24:00:00"],
        ),
        (
            column_is_naive("c", text("c")),
            text_is_naive(text("c")),
            ["2026-01-31 08:09:10", "2026-01-31T08:09:10.5+08:00"],
        ),
        (
            text_int("c"),
            parsed("c", r"[+-]?\d+(\.0*)?", f"TRY_CAST(split_part({text('c')}, '.', 1) AS BIGINT)"),
            ["0", "007", "123456789012345678", "9223372036854775808", "1.0"],
        ),
    ],
)  # fmt: skip
def test_plain_spellings_are_read_as_all_others(short: str, whole: str, seeds: list[str]) -> None:
    spellings = _spellings(seeds, 5000)
    with duckdb.connect() as con:
        con.execute("SET TimeZone = 'America/New_York'")
        rows = con.execute(
            f"SELECT c, {short}, {whole} FROM (SELECT unnest($1::VARCHAR[]) AS c)", [spellings]
        ).fetchall()
    assert len({value for _, value, _ in rows}) > 1
    assert [row for row in rows if row[1] != row[2]] == []
