"""Every figure of the bundled rules against the oracle, on data full of edges, however it is stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from . import rules_douyin, rules_taobao
from .compare import compare
from .facts import World, derive
from .figures import Expected
from .generate import Tables, as_of_points, generate, naive
from .write import Format, write

RULES: dict[str, dict[str, Callable[[World], Expected]]] = {
    "douyin": rules_douyin.RULES,
    "taobao": rules_taobao.RULES,
}
UNCHECKED: frozenset[str] = frozenset()
"""Ids of bundled rules that have no oracle."""
EVERYTHING = 100_000
PLATFORMS = sorted(RULES)


def audit_json(folder: Path, *packs: str, **options: Any) -> str:
    from checker.pipeline import AuditOptions, audit

    from checker.reports.json import to_json

    options.setdefault("offenders", EVERYTHING)
    result, diagnostics = audit(folder, AuditOptions(packs=packs, **options))
    assert not [d for d in diagnostics if d.level == "error"], diagnostics
    assert result is not None
    return str(to_json(result))


def expect(tables: Tables, platform: str, **options: Any) -> dict[str, Expected]:
    world = derive(tables, platform=platform, **options)
    return {rule: figures(world) for rule, figures in RULES[platform].items()}


def differences(folder: Path, tables: Tables, pack: str, **options: Any) -> list[str]:
    """`options` as for the audit; the oracle is told the same in its own words."""
    said = json.loads(audit_json(folder, pack, **options))
    asked: dict[str, Any] = {k: options[k] for k in ("first", "through") if k in options}
    if options.get("as_of"):
        asked["as_of"] = datetime.fromisoformat(options["as_of"])
    expected = expect(tables, pack, override="platform" in options, **asked)
    return compare(said, expected, platform=pack, unchecked=UNCHECKED)


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("seed", range(12))
def test_figures_equal_the_oracle(tmp_path: Path, platform: str, seed: int) -> None:
    tables = generate(seed, platform=platform)
    assert differences(write(tables, tmp_path), tables, platform) == []


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("utc", [False, True], ids=["offset", "utc"])
@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_the_file_format_changes_no_figure(
    tmp_path: Path, platform: str, form: Format, utc: bool
) -> None:
    tables = generate(20, platform=platform, gaps=False)
    write(tables, tmp_path, form, shuffle=1, parts=3, utc=utc)
    assert differences(tmp_path, tables, platform) == []


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("form", ["parquet", "csv", "jsonl"])
def test_naive_instants_are_local(tmp_path: Path, platform: str, form: Format) -> None:
    tables = naive(generate(21, platform=platform))
    assert differences(write(tables, tmp_path, form), tables, platform) == []


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("point", range(5))
def test_as_of_hides_what_comes_later(tmp_path: Path, platform: str, point: int) -> None:
    tables = generate(22 + point, platform=platform, gaps=False)
    as_of = as_of_points(tables, point)[point].isoformat()
    assert differences(write(tables, tmp_path), tables, platform, as_of=as_of) == []


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize(
    "days",
    [
        {"first": date(2026, 1, 31)},
        {"through": date(2026, 1, 31)},
        {"first": date(2026, 1, 31), "through": date(2026, 2, 1)},
    ],
    ids=["from", "through", "both"],
)
def test_days_asked_for_limit_the_rows(
    tmp_path: Path, platform: str, days: dict[str, date]
) -> None:
    tables = generate(30, platform=platform, gaps=False)
    assert differences(write(tables, tmp_path), tables, platform, **days) == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_one_shop_needs_no_shop_id_and_a_named_platform_no_column(
    tmp_path: Path, platform: str
) -> None:
    tables = generate(31, platform=platform, gaps=False, with_shop=False, with_platform=False)
    write(tables, tmp_path)
    assert differences(tmp_path, tables, platform, platform=platform) == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_named_platform_overrules_what_the_data_say(tmp_path: Path, platform: str) -> None:
    tables = generate(32, platform="elsewhere", gaps=False)
    assert differences(write(tables, tmp_path), tables, platform, platform=platform) == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_session_that_nobody_dated_is_a_group_of_its_own(tmp_path: Path, platform: str) -> None:
    tables = generate(33, platform=platform, gaps=False, undated=True)
    assert differences(write(tables, tmp_path), tables, platform) == []


def test_platforms_in_one_data_set_do_not_mix(tmp_path: Path) -> None:
    sets = [generate(34, platform=platform, gaps=False) for platform in PLATFORMS]
    tables = {table: [row for one in sets for row in one[table]] for table in sets[0]}
    write(tables, tmp_path, shuffle=2)
    said = json.loads(audit_json(tmp_path, *PLATFORMS))
    expected = {k: v for p in PLATFORMS for k, v in expect(tables, p).items()}
    assert compare(said, expected, unchecked=UNCHECKED) == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_rows_parts_and_threads_change_no_byte(tmp_path: Path, platform: str) -> None:
    tables = generate(35, platform=platform, gaps=False)
    ways: list[dict[str, Any]] = [{}, {"shuffle": 3}, {"shuffle": 4, "parts": 4}, {"parts": 2}]
    said = set()
    for number, way in enumerate(ways):
        folder = write(tables, tmp_path / str(number) / "data", **way)
        said |= {audit_json(folder, platform, threads=threads) for threads in (1, 2)}
    assert len(said) == 1
