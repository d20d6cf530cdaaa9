"""Random expressions on random rows: the engine against an interpreter that goes row by row."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pytest
import yaml
from expressions import TEXTS, Writer
from interpreter import Interpreter, Row
from window_walk import Windows

from checker.data.workspace import Workspace, connect_duckdb
from checker.diagnostics import Span
from checker.engine import expressions as ex
from checker.engine import values as v
from checker.engine.expressions import WindowHours
from checker.engine.relations import kept, stored_value
from checker.facts.calendars import calendar_of
from checker.facts.zones import load_zone
from checker.language import tree as tr
from checker.language import types as t
from checker.language.catalog import ROLES, TABLES, declared
from checker.language.check import check
from checker.language.scope import Scope
from checker.language.types import Kind
from checker.packs.load import read_packs

WINDOWS = """
day: {from: "08:00:00", until: "23:00:00"}
office: {from: "09:00:00", through: "17:59:59", days: [mon, tue, wed, thu, fri]}
night: {from: "22:30:00", until: "06:15:00"}
late: {from: "01:00:00", until: "24:00:00"}
weekend_night: {from: "20:00:00", until: "04:00:00", days: [fri, sat]}
lunch: [{from: "09:00:00", until: "12:00:00"}, {from: "11:30:00", through: "13:00:00"}]
fair:
  - {from: "10:00:00", until: "16:00:00", except: ["DAY1", "DAY2"]}
  - {from: "02:15:00", until: "02:45:00", only: ["DAY1"]}
  - {from: "23:00:00", until: "03:00:00", only: ["DAY2"]}
shop:
  from: {shop: opens_at, default: "09:00:00"}
  until: {shop: closes_at, default: "22:00:00"}
shop_weekdays:
  from: {shop: opens_at, default: "09:00:00"}
  until: {shop: closes_at, default: "22:00:00"}
  days: [mon, tue, sun]
  except: ["DAY2"]
"""
HOUR = 3_600_000_000
SHOPS: tuple[dict[str, int | None], ...] = (
    {"opens_at": None, "closes_at": None},
    {"opens_at": 7 * HOUR, "closes_at": 21 * HOUR},
    {"opens_at": 20 * HOUR, "closes_at": 2 * HOUR},
    {"opens_at": 6 * HOUR, "closes_at": 6 * HOUR},
    {"opens_at": None, "closes_at": 8 * HOUR},
    {"opens_at": 0, "closes_at": 24 * HOUR},
)
MINE = {
    "b": t.BOOL,
    "b2": t.BOOL,
    "i": t.INT,
    "j": t.INT,
    "n": t.NUMBER,
    "r": t.RATIO,
    "d": t.DURATION,
    "e": t.DURATION,
    "clock": t.TIME,
    "on": t.DATE,
    "x": t.TEXT,
    "y": t.TEXT,
    "later": t.INSTANT,
}
CATALOG = declared(TABLES, {"messages": MINE})
# Each zone with the two days around which its clocks change: forward and back.
ZONES = {
    "Europe/Berlin": ("2026-03-29", "2026-10-25"),
    "America/New_York": ("2026-03-08", "2026-11-01"),
    "Australia/Lord_Howe": ("2026-10-04", "2026-04-05"),
    "Asia/Shanghai": ("2026-02-28", "2026-12-31"),
}
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class Bench:
    """A zone, its windows, rows for the interpreter and the same rows in the engine."""

    workspace: Workspace
    table: Any
    row: ex.Row
    rows: list[Row]
    interpreter: Interpreter
    scope: Scope


def bench(zone_name: str, day: str, seed: int, folder: Path) -> Bench:
    rng = Random(f"{zone_name} {day} {seed}")
    following = (datetime.fromisoformat(day) + timedelta(days=1)).date().isoformat()
    written = WINDOWS.replace("DAY1", day).replace("DAY2", following)
    pack_file = folder / "pack.yaml"
    indented = "".join(f"  {line}\n" for line in written.strip().splitlines())
    pack_file.write_text(
        f"language: 1\npack: p\ntitle: T\ntimezone: {zone_name}\nwindows:\n{indented}"
        "rules: {a: {title: A, every: {of: messages, good: automatic}}}\n"
    )
    packs, found = read_packs([pack_file])
    assert not [d for d in found if d.level == "error"], found
    spans = {
        name: one if isinstance(one, list) else [one]
        for name, one in yaml.safe_load(written).items()
    }
    middle = (datetime.fromisoformat(day + "T02:00+00:00") - EPOCH) // timedelta(microseconds=1)
    zone = load_zone(zone_name, middle - 40 * 24 * HOUR, middle + 40 * 24 * HOUR)
    rows = [values(rng, middle, ZoneInfo(zone_name)) for _ in range(90)]
    workspace = connect_duckdb(threads=2)
    table = stored(workspace, rows)

    def column(col: tr.Col) -> v.Value:
        if col.name == "role":
            return v.Coded(table["role"], ROLES)
        return stored_value(table, col.name, col.type)

    hours = {
        name: WindowHours(
            calendar_of(window, {}),
            tuple(((pk,), calendar_of(window, shop)) for pk, shop in enumerate(SHOPS)),
        )
        for name, window in packs[0].windows.items()
    }
    nothing: Any = None
    engine_row = ex.Row(column, nothing, nothing, table["pk"], zone, hours)
    seen = [Row({("", k): one for k, one in row.items()}, shop=SHOPS[row["pk"]]) for row in rows]
    interpreter = Interpreter(ZoneInfo(zone_name), Windows(spans))
    scope = Scope(CATALOG, CATALOG["messages"], windows=frozenset(spans))
    return Bench(workspace, table, engine_row, seen, interpreter, scope)


def values(rng: Random, middle: int, zone: ZoneInfo) -> dict[str, Any]:
    def maybe(value: Any) -> Any:
        return None if rng.random() < 0.25 else value

    def instant() -> int:
        at = middle + rng.randrange(-60, 60) * HOUR
        edge = rng.choice([0, 0, 900, 1800, 2700]) * 1_000_000
        return at + edge + rng.choice([0, 0, -1, 1, 999_999, rng.randrange(HOUR)])

    day = (datetime.now(UTC).replace(year=2026, month=3, day=29) - EPOCH).days
    return {
        "pk": rng.randrange(len(SHOPS)),
        "role": rng.choice(ROLES),
        "ts": instant(),
        "later": maybe(instant()),
        "seq": maybe(rng.randrange(4)),
        "automatic": rng.random() < 0.3,
        "b": maybe(rng.random() < 0.5),
        "b2": maybe(rng.random() < 0.5),
        "i": maybe(rng.choice([-3, 0, 0, 1, 2, 5, 12])),
        "j": maybe(rng.choice([-1, 0, 2, 3])),
        "n": maybe(Fraction(rng.choice([0, 1, -1, 500_000, 1_500_000, -2_250_000]), 1_000_000)),
        "r": maybe(Fraction(rng.choice([0, 500_000, 755_000, 1_000_000, 1]), 1_000_000)),
        "d": maybe(rng.choice([0, 1, 45_000_000, 180_000_000, 180_000_001, -300_000_000, HOUR])),
        "e": maybe(rng.choice([0, 45_000_000, 179_999_999, 2 * HOUR, 24 * HOUR])),
        "clock": maybe(rng.choice([0, 8 * HOUR, 45_015_000_000, 24 * HOUR - 1])),
        "on": maybe(day + rng.randrange(-2, 2)),
        "x": maybe(rng.choice(TEXTS[1:])),
        "y": maybe(rng.choice(TEXTS[1:])),
    }


def stored(workspace: Workspace, rows: list[dict[str, Any]]) -> Any:
    kinds = {"b": "bool", "b2": "bool", "automatic": "bool", "x": "string", "y": "string"}
    columns: dict[str, list[Any]] = {"number": list(range(len(rows)))}
    for name in rows[0]:
        given = [row[name] for row in rows]
        if name in ("n", "r"):
            given = [None if one is None else int(one * 1_000_000) for one in given]
        if name == "role":
            given = [ROLES.index(one) for one in given]
        columns[name] = given
    small = {"role": "int8", "pk": "int32", "on": "int32"}
    types = {name: kinds.get(name) or small.get(name, "int64") for name in columns}
    return workspace.table(columns, types)


def writer(rng: Random, windows: frozenset[str]) -> Writer:
    columns = {
        "bool": ("b", "b2", "automatic"),
        "int": ("i", "j", "seq"),
        "number": ("n",),
        "ratio": ("r",),
        "duration": ("d", "e"),
        "instant": ("ts", "later", "ts"),
        "time": ("clock",),
        "date": ("on",),
        "text": ("x", "y"),
    }
    enums = {"role": ROLES, "weekday_of(later)": t.WEEKDAYS}
    return Writer(rng, columns, enums, sorted(windows))


def typed(text: str, scope: Scope) -> tr.Tree:
    tree, found = check(text, scope, lambda a, b: Span("", 1, a, 1, b))
    assert tree is not None, (text, [d.message for d in found])
    return tree


def expected(tree: tr.Tree, one: Bench) -> list[Any]:
    if tree.type.kind is Kind.BOOL:
        return [one.interpreter.holds(tree, row) for row in one.rows]
    return [one.interpreter.value(tree, row) for row in one.rows]


def computed(trees: list[tr.Tree], one: Bench) -> list[list[Any]]:
    """Every expression in one query; by tree, its value for each row."""
    flat: dict[str, Any] = {}
    for number, tree in enumerate(trees):
        boolean = tree.type.kind is Kind.BOOL
        value = ex.condition(tree, one.row) if boolean else ex.evaluate(tree, one.row)
        flat |= kept(f"f{number}", value)
    query = one.table.select("number", **flat).order_by("number")
    rows = [dict(zip(query.columns, row, strict=True)) for row in one.workspace.fetch(query)]
    result = []
    for number in range(len(trees)):
        name, over = f"f{number}", f"f{number}__over"
        result.append(
            [_quotient(row[name], row[over]) if over in row else row[name] for row in rows]
        )
    return result


def _quotient(top: Any, bottom: Any) -> Fraction | None:
    return None if top is None or bottom is None else Fraction(int(top), int(bottom))


KINDS = ("bool",) * 5 + (
    "int",
    "number",
    "ratio",
    "duration",
    "duration",
    "instant",
    "time",
    "date",
)


@pytest.mark.parametrize("zone_name", ZONES)
@pytest.mark.parametrize("change", [0, 1])
def test_expressions_mean_the_same_row_by_row(zone_name: str, change: int, tmp_path: Path) -> None:
    one = bench(zone_name, ZONES[zone_name][change], 1, tmp_path)
    rng = Random(f"{zone_name} {change}")
    write = writer(rng, one.scope.windows)
    texts = [
        write.write(rng.choice([*KINDS, "text"]), rng.choice([1, 2, 3, 3])) for _ in range(120)
    ]
    wrong: list[str] = []
    gaps = 0
    for start in range(0, len(texts), 40):
        trees = [typed(text, one.scope) for text in texts[start : start + 40]]
        try:
            got = computed(trees, one)
        except duckdb.OutOfRangeException:
            got = []
            for tree in trees:
                try:
                    got += computed([tree], one)
                except duckdb.OutOfRangeException:
                    got.append(expected(tree, one))
                    gaps += 1
        for text, tree, found in zip(texts[start:], trees, got, strict=False):
            for row, want, have in zip(one.rows, expected(tree, one), found, strict=True):
                if want != have:
                    wrong.append(f"{text}: {have} instead of {want} for {row.values} {row.shop}")
                    break
    assert wrong == []
    assert gaps <= 2  # 64 bits are not enough for some products
