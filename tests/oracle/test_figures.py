"""Every figure of the bundled rules against the oracle, on data full of edges, however it is stored."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from checker.options import AuditOptions
from checker.packs.load import BUNDLED
from checker.pipeline import audit
from checker.reports.json import to_json

from . import (
    rules_douyin,
    rules_jd,
    rules_kuaishou,
    rules_meiqia,
    rules_pinduoduo,
    rules_staffing,
    rules_taobao,
    rules_xiaohongshu,
)
from .compare import compare
from .facts import World, derive
from .figures import Expected, NotEvaluated
from .generate import Tables, as_of_points, generate, naive
from .groups import DoesNotFitError
from .write import Format, write
from .written import measuring_rules, questions, written_differences

RULES: dict[str, dict[str, Callable[[World], Expected]]] = {
    "douyin": rules_douyin.RULES | rules_staffing.DOUYIN,
    "jd": rules_jd.RULES,
    "kuaishou": rules_kuaishou.RULES,
    "meiqia": rules_meiqia.RULES,
    "pinduoduo": rules_pinduoduo.RULES,
    "taobao": rules_taobao.RULES,
    "xiaohongshu": rules_xiaohongshu.RULES,
}
ANY = "meiqia"
PACKS = sorted(RULES)
PLATFORMS = [pack for pack in PACKS if pack != ANY]
EVERYBODY = 100_000
SEEDS = range(int(os.environ.get("ORACLE_SEEDS", "4")))
"""More of them find rarer corners; these are what a run of the tests has time for."""


def audit_json(folder: Path, *packs: str, **options: Any) -> str:
    options.setdefault("offenders", EVERYBODY)
    result, diagnostics = audit(folder, AuditOptions(packs=packs, **options))
    assert not [d for d in diagnostics if d.level == "error"], diagnostics
    assert result is not None
    return to_json(result)


def expect(
    tables: Tables, pack: str, by: tuple[str, ...] = (), **options: Any
) -> dict[str, Expected]:
    """What the oracle says of a pack's rules; `by` adds the figures of `--by`."""
    world = derive(tables, **options)
    expected = {rule: figures(world) for rule, figures in RULES[pack].items()}
    for world.by in by:
        for rule, figures in RULES[pack].items():
            known = expected[rule]
            try:
                added = figures(world)
            except DoesNotFitError:
                continue
            if not (isinstance(added, NotEvaluated) or isinstance(known, NotEvaluated)):
                more = {k: replace(f, added=True) for k, f in added.items() if k not in known}
                expected[rule] = known | more
    return expected


def differences(
    folder: Path,
    tables: Tables,
    packs: list[str],
    platforms: list[str],
    zone: str = "Asia/Shanghai",
    **options: Any,
) -> list[str]:
    """`options` as for the audit; the oracle is told the same in its own words."""
    said = json.loads(audit_json(folder, *packs, **options))
    asked: dict[str, Any] = {k: options[k] for k in ("first", "through", "by") if k in options}
    if options.get("as_of"):
        asked["as_of"] = datetime.fromisoformat(options["as_of"])
    found = written_differences(said)
    asks: Counter[tuple[str, str]] = Counter()
    for platform in platforms:
        expected: dict[str, Expected] = {}
        for pack in packs:
            if pack in (platform, ANY):
                asked["override"] = "platform" in options
                expected |= expect(tables, pack, platform=platform, zone=zone, **asked)
                asks.update((platform, question) for question in questions(pack))
        found += [f"{platform}: {text}" for text in compare(said, expected, platform=platform)]
    manual = Counter(
        (v["scope"]["platform"], v["rule"]) for v in said["verdicts"] if v["outcome"] == "manual"
    )
    if manual != asks:
        found.append(f"questions are {manual}, not {asks}")
    return found


def one(seed: int, pack: str, **options: Any) -> Tables:
    return generate(
        seed, platform=PLATFORMS[seed % len(PLATFORMS)] if pack == ANY else pack, **options
    )


def one_differs(folder: Path, tables: Tables, pack: str, **options: Any) -> list[str]:
    platform = options.get("platform") or tables["messages"][0]["platform"]
    return differences(folder, tables, [pack], [platform], **options)


def everything(seed: int, **options: Any) -> Tables:
    """All platforms in one data set; their gaps differ, so that presence must be judged by platform."""
    sets = [generate(seed, platform=name, sessions=24, **options) for name in PLATFORMS]
    names = sorted({table for tables in sets for table in tables})
    return {name: [row for tables in sets for row in tables.get(name, ())] for name in names}


def all_differ(folder: Path, tables: Tables, **options: Any) -> list[str]:
    return differences(folder, tables, PACKS, PLATFORMS, **options)


def test_every_bundled_rule_that_measures_has_an_oracle_and_no_other() -> None:
    packs = {path.parent.name for path in BUNDLED.glob("*/pack.yaml")}
    assert packs == RULES.keys()
    assert {pack: set(rules) for pack, rules in RULES.items()} == {
        pack: measuring_rules(pack) for pack in packs
    }


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("seed", SEEDS)
def test_figures_equal_the_oracle(tmp_path: Path, pack: str, seed: int) -> None:
    tables = one(seed, pack)
    assert one_differs(write(tables, tmp_path), tables, pack) == []


@pytest.mark.parametrize(
    ("form", "utc"), [("parquet", False), ("csv", True), ("jsonl", False)], ids=str
)
def test_the_file_format_changes_no_figure(tmp_path: Path, form: Format, utc: bool) -> None:
    tables = everything(20)
    write(tables, tmp_path, form, shuffle=1, parts=3, utc=utc)
    assert all_differ(tmp_path, tables) == []


def test_naive_instants_are_local(tmp_path: Path) -> None:
    tables = naive(everything(21))
    assert all_differ(write(tables, tmp_path, "csv"), tables) == []


@pytest.mark.parametrize("point", range(5))
def test_as_of_hides_what_comes_later(tmp_path: Path, point: int) -> None:
    tables = everything(22 + point)
    as_of = as_of_points(tables, point)[point].isoformat()
    assert all_differ(write(tables, tmp_path), tables, as_of=as_of) == []


@pytest.mark.parametrize(
    "days",
    [{"first": date(2026, 1, 31)}, {"first": date(2026, 1, 31), "through": date(2026, 2, 1)}],
    ids=["from", "both"],
)
def test_days_asked_for_limit_the_rows(tmp_path: Path, days: dict[str, date]) -> None:
    tables = everything(30)
    assert all_differ(write(tables, tmp_path), tables, **days) == []


@pytest.mark.parametrize(
    "by",
    [("agent", "hour", "week"), ("channel", "weekday", "all"), ("buyer", "hour_of_day", "day")],
    ids=" ".join,
)
def test_what_is_asked_for_by_scope_or_period_is_added(tmp_path: Path, by: tuple[str, ...]) -> None:
    tables = everything(36, gaps=False)
    assert all_differ(write(tables, tmp_path), tables, by=by) == []


@pytest.mark.parametrize(
    ("zone", "start", "local"),
    [
        ("Europe/Berlin", date(2026, 3, 28), True),
        ("Europe/Berlin", date(2026, 10, 24), False),
        ("America/New_York", date(2026, 3, 7), False),
        ("America/New_York", date(2026, 10, 31), True),
    ],
    ids=["Berlin-23-naive", "Berlin-25", "New-York-23", "New-York-25-naive"],
)
def test_days_of_23_and_25_hours(tmp_path: Path, zone: str, start: date, local: bool) -> None:
    tables = everything(37, zone=zone, start=start, days=3, gaps=False)
    tables = naive(tables) if local else tables
    folder, rules = write(tables, tmp_path / "data"), zoned(zone, tmp_path / "rules")
    assert all_differ(folder, tables, zone=zone, rules=(rules,)) == []


def zoned(zone: str, folder: Path) -> Path:
    """The bundled packs in another time zone."""
    for pack in PACKS:
        text = (BUNDLED / pack / "pack.yaml").read_text(encoding="utf-8")
        assert text.count("timezone: Asia/Shanghai\n") == 1
        (folder / pack).mkdir(parents=True)
        path = folder / pack / "pack.yaml"
        path.write_text(text.replace("Asia/Shanghai", zone), encoding="utf-8")
    return folder


def test_bot_ratings_count_until_the_day_of_the_revision(tmp_path: Path) -> None:
    tables = one(38, "kuaishou", start=date(2023, 2, 27), gaps=False)
    assert one_differs(write(tables, tmp_path), tables, "kuaishou") == []


@pytest.mark.parametrize("days", [29, 30, 31, 40])
def test_a_rolling_period_ends_on_the_day_of_as_of(tmp_path: Path, days: int) -> None:
    tables = one(39, "taobao", days=days, sessions=150, shops=1, gaps=False)
    assert one_differs(write(tables, tmp_path), tables, "taobao") == []


@pytest.mark.parametrize("pack", ["douyin", "kuaishou", ANY])
def test_one_shop_needs_no_shop_id_and_a_named_platform_no_column(
    tmp_path: Path, pack: str
) -> None:
    tables = one(31, pack, sessions=30, gaps=False, with_shop=False, with_platform=False)
    platform = pack if pack != ANY else "elsewhere"
    assert one_differs(write(tables, tmp_path), tables, pack, platform=platform) == []


@pytest.mark.parametrize("pack", ["xiaohongshu", ANY])
def test_a_named_platform_overrules_what_the_data_say(tmp_path: Path, pack: str) -> None:
    tables = generate(32, platform="elsewhere", sessions=30)
    platform = pack if pack != ANY else "somewhere"
    assert one_differs(write(tables, tmp_path), tables, pack, platform=platform) == []


def test_a_session_that_nobody_dated_is_a_group_of_its_own(tmp_path: Path) -> None:
    tables = everything(33, undated=True)
    assert all_differ(write(tables, tmp_path), tables) == []


def test_rows_parts_formats_and_threads_change_no_byte(tmp_path: Path) -> None:
    tables = everything(35, gaps=False)
    ways: list[tuple[int, dict[str, Any]]] = [
        (1, {}),
        (2, {}),
        (2, {"shuffle": 4, "parts": 4}),
        (1, {"form": "csv", "shuffle": 5}),
        (2, {"form": "jsonl", "parts": 2}),
    ]
    said = set()
    for number, (threads, way) in enumerate(ways):
        folder = write(tables, tmp_path / str(number) / "data", **way)
        said.add(audit_json(folder, *PACKS, threads=threads, offenders=7))
    assert len(said) == 1
