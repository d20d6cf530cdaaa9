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

from checker.packs.load import BUNDLED
from checker.pipeline import AuditOptions, audit
from checker.reports.json import to_json

from . import (
    rules_douyin,
    rules_kuaishou,
    rules_meiqia,
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
    "kuaishou": rules_kuaishou.RULES,
    "meiqia": rules_meiqia.RULES,
    "taobao": rules_taobao.RULES,
    "xiaohongshu": rules_xiaohongshu.RULES,
}
EVERYTHING = 100_000
SEEDS = range(int(os.environ.get("ORACLE_SEEDS", "5")))
PACKS = sorted(RULES)
SOME = {"sessions": 30, "gaps": False}


def audit_json(folder: Path, *packs: str, **options: Any) -> str:
    options.setdefault("offenders", EVERYTHING)
    result, diagnostics = audit(folder, AuditOptions(packs=packs, **options))
    assert not [d for d in diagnostics if d.level == "error"], diagnostics
    assert result is not None
    return to_json(result)


def expect(
    tables: Tables, pack: str, by: tuple[str, ...] = (), **options: Any
) -> dict[str, Expected]:
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
    folder: Path, tables: Tables, pack: str, on: str | None = None, zone: str = "", **options: Any
) -> list[str]:
    """`options` as for the audit; the oracle is told the same in its own words."""
    platform = on or (pack if pack != "meiqia" else "somewhere")
    said = json.loads(audit_json(folder, pack, **options))
    asked: dict[str, Any] = {k: options[k] for k in ("first", "through", "by") if k in options}
    if zone:
        asked["zone"] = zone
    if options.get("as_of"):
        asked["as_of"] = datetime.fromisoformat(options["as_of"])
    expected = expect(tables, pack, platform=platform, override="platform" in options, **asked)
    found = compare(said, expected, platform=platform) + written_differences(said)
    asks = Counter(v["rule"] for v in said["verdicts"] if v["outcome"] == "manual")
    if asks != Counter(dict.fromkeys(questions(pack), 1)):
        found.append(f"questions are {asks}")
    return found


def data(seed: int, pack: str, **options: Any) -> Tables:
    return generate(seed, platform=pack if pack != "meiqia" else "somewhere", **options)


def test_every_bundled_rule_that_measures_has_an_oracle_and_no_other() -> None:
    packs = {path.parent.name for path in BUNDLED.glob("*/pack.yaml")}
    assert packs == RULES.keys()
    assert {pack: set(rules) for pack, rules in RULES.items()} == {
        pack: measuring_rules(pack) for pack in packs
    }


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("seed", SEEDS)
def test_figures_equal_the_oracle(tmp_path: Path, pack: str, seed: int) -> None:
    tables = data(seed, pack)
    assert differences(write(tables, tmp_path), tables, pack) == []


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize(
    ("form", "utc"), [("parquet", False), ("csv", False), ("csv", True), ("jsonl", False)]
)
def test_the_file_format_changes_no_figure(
    tmp_path: Path, pack: str, form: Format, utc: bool
) -> None:
    tables = data(20, pack, **SOME)
    write(tables, tmp_path, form, shuffle=1, parts=3, utc=utc)
    assert differences(tmp_path, tables, pack) == []


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("form", ["parquet", "csv"])
def test_naive_instants_are_local(tmp_path: Path, pack: str, form: Format) -> None:
    tables = naive(data(21, pack, **SOME))
    assert differences(write(tables, tmp_path, form), tables, pack) == []


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize("point", range(5))
def test_as_of_hides_what_comes_later(tmp_path: Path, pack: str, point: int) -> None:
    tables = data(22 + point, pack, **SOME)
    as_of = as_of_points(tables, point)[point].isoformat()
    assert differences(write(tables, tmp_path), tables, pack, as_of=as_of) == []


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize(
    "days",
    [
        {"first": date(2026, 1, 31)},
        {"through": date(2026, 1, 31)},
        {"first": date(2026, 1, 31), "through": date(2026, 2, 1)},
    ],
    ids=["from", "through", "both"],
)
def test_days_asked_for_limit_the_rows(tmp_path: Path, pack: str, days: dict[str, date]) -> None:
    tables = data(30, pack, **SOME)
    assert differences(write(tables, tmp_path), tables, pack, **days) == []


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize(
    "by",
    [("agent", "hour", "week"), ("channel", "weekday", "all"), ("buyer", "hour_of_day", "day")],
    ids=" ".join,
)
def test_what_is_asked_for_by_scope_or_period_is_added(
    tmp_path: Path, pack: str, by: tuple[str, ...]
) -> None:
    tables = data(36, pack, **SOME)
    assert differences(write(tables, tmp_path), tables, pack, by=by) == []


@pytest.mark.parametrize("pack", PACKS)
@pytest.mark.parametrize(
    ("zone", "start"),
    [
        ("Europe/Berlin", date(2026, 3, 28)),
        ("Europe/Berlin", date(2026, 10, 24)),
        ("America/New_York", date(2026, 3, 7)),
        ("America/New_York", date(2026, 10, 31)),
    ],
    ids=lambda value: str(value).replace("/", "-"),
)
def test_days_of_23_and_25_hours(tmp_path: Path, pack: str, zone: str, start: date) -> None:
    rules = zoned(pack, zone, tmp_path / "rules")
    tables = data(37, pack, zone=zone, start=start, days=3, **SOME)
    folder = write(tables, tmp_path / "aware")
    assert differences(folder, tables, pack, zone=zone, rules=(rules,)) == []
    tables = naive(tables)
    folder = write(tables, tmp_path / "naive")
    assert differences(folder, tables, pack, zone=zone, rules=(rules,)) == []


def zoned(pack: str, zone: str, folder: Path) -> Path:
    """A copy of a bundled pack in another time zone."""
    text = (BUNDLED / pack / "pack.yaml").read_text(encoding="utf-8")
    assert text.count("timezone: Asia/Shanghai\n") == 1
    folder.mkdir()
    path = folder / "pack.yaml"
    path.write_text(text.replace("Asia/Shanghai", zone), encoding="utf-8")
    return path


def test_bot_ratings_count_until_the_day_of_the_revision(tmp_path: Path) -> None:
    tables = generate(38, platform="kuaishou", start=date(2023, 2, 27), gaps=False)
    assert differences(write(tables, tmp_path), tables, "kuaishou") == []


@pytest.mark.parametrize("days", [1, 29, 30, 31, 40])
def test_a_rolling_period_ends_on_the_day_before_as_of(tmp_path: Path, days: int) -> None:
    tables = generate(39, platform="taobao", days=days, sessions=150, shops=1, gaps=False)
    assert differences(write(tables, tmp_path), tables, "taobao") == []


@pytest.mark.parametrize("pack", PACKS)
def test_one_shop_needs_no_shop_id_and_a_named_platform_no_column(
    tmp_path: Path, pack: str
) -> None:
    tables = data(31, pack, with_shop=False, with_platform=False, **SOME)
    write(tables, tmp_path)
    assert differences(tmp_path, tables, pack, on="p", platform="p") == [] or pack != "meiqia"
    if pack != "meiqia":
        assert differences(tmp_path, tables, pack, platform=pack) == []


@pytest.mark.parametrize("pack", PACKS)
def test_a_named_platform_overrules_what_the_data_say(tmp_path: Path, pack: str) -> None:
    tables = generate(32, platform="elsewhere", **SOME)
    platform = pack if pack != "meiqia" else "somewhere"
    assert differences(write(tables, tmp_path), tables, pack, platform=platform) == []


@pytest.mark.parametrize("pack", PACKS)
def test_a_session_that_nobody_dated_is_a_group_of_its_own(tmp_path: Path, pack: str) -> None:
    tables = data(33, pack, undated=True, **SOME)
    assert differences(write(tables, tmp_path), tables, pack) == []


def test_platforms_in_one_data_set_do_not_mix(tmp_path: Path) -> None:
    platforms = [pack for pack in PACKS if pack != "meiqia"]
    sets = [generate(34, platform=platform, **SOME) for platform in platforms]
    del sets[0]["presence"], sets[1]["assignments"], sets[2]["ratings"], sets[3]["agents"]
    names = {table for one in sets for table in one}
    tables = {table: [row for one in sets for row in one.get(table, ())] for table in names}
    said = json.loads(audit_json(write(tables, tmp_path, shuffle=2), *PACKS))
    for platform in platforms:
        expected = {
            **expect(tables, platform, platform=platform),
            **expect(tables, "meiqia", platform=platform),
        }
        assert compare(said, expected, platform=platform) == []
    asked = Counter((v["rule"], len(v["scope"])) for v in said["verdicts"] if v["type"] == "manual")
    assert asked == {
        (rule, 1): len(platforms) if pack == "meiqia" else 1
        for pack in PACKS
        for rule in questions(pack)
    }


@pytest.mark.parametrize("pack", PACKS)
def test_rows_parts_formats_and_threads_change_no_byte(tmp_path: Path, pack: str) -> None:
    tables = data(35, pack, **SOME)
    ways: list[dict[str, Any]] = [
        {},
        {"shuffle": 3},
        {"shuffle": 4, "parts": 4},
        {"form": "csv", "shuffle": 5},
        {"form": "jsonl", "parts": 2},
    ]
    said = set()
    for number, way in enumerate(ways):
        folder = write(tables, tmp_path / str(number) / "data", **way)
        said |= {audit_json(folder, pack, threads=threads, offenders=7) for threads in (1, 2)}
    assert len(said) == 1
