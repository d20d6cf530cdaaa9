"""What a sound rule file becomes: windows, revisions, inheritance, settings, digests."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from checker.language.catalog import FACTS, STORED
from checker.packs.access import SchemaGapError
from checker.packs.load import read_packs
from checker.packs.model import DAY_US, Ask, Bound, Pack, Part, Parts, Period, Ratio, Text
from checker.packs.rules import Names, build_rule
from checker.packs.schema import read_schema
from checker.packs.yaml import parse_yaml

HOUR = 3_600_000_000
HEAD = "language: 1\npack: mine\ntitle: Mine\n"
RULES = "rules:\n  a: {title: A, every: {of: agents, good: counted}}\n"


def read(folder: Path, *texts: str, settings: tuple[tuple[str, str], ...] = ()) -> dict[str, Pack]:
    for number, content in enumerate(texts):
        (folder / f"{number}.yaml").write_text(content, "utf-8")
    packs, found = read_packs([folder], settings)
    assert [d for d in found if d.level == "error"] == []
    return {pack.name: pack for pack in packs}


@pytest.mark.parametrize(
    ("written", "start", "end", "end_through"),
    [
        ('{from: "08:00:00", through: "22:59:59"}', Bound(8 * HOUR), Bound(23 * HOUR), True),
        ('{from: 08:00, until: "23:00"}', Bound(8 * HOUR), Bound(23 * HOUR), False),
        ('{from: "00:00:00", through: "23:59:59"}', Bound(0), Bound(DAY_US), True),
        ('{from: "22:00:00", until: "24:00:00"}', Bound(22 * HOUR), Bound(DAY_US), False),
        (
            '{from: "22:00:00.5", until: "02:00:00"}',
            Bound(22 * HOUR + 500_000),
            Bound(2 * HOUR),
            False,
        ),
        (
            '{from: {shop: opens_at, default: "09:00:00"}, through: {shop: closes_at, default: "21:59:59"}}',
            Bound(9 * HOUR, "opens_at"),
            Bound(22 * HOUR - 1_000_000, "closes_at"),
            True,
        ),
    ],
)
def test_bounds(tmp_path: Path, written: str, start: Bound, end: Bound, end_through: bool) -> None:
    pack = read(tmp_path, HEAD + f"windows:\n  w: {written}\n" + RULES)["mine"]
    (span,) = pack.windows["w"].spans
    assert (span.start, span.end, span.end_through) == (start, end, end_through)
    assert (span.days, span.excluded, span.only) == (None, frozenset(), None)


def test_days_and_dates_of_a_window(tmp_path: Path) -> None:
    window = '[{from: 8:00, until: "9:00", days: [mon, sun], except: [2026-01-05]}, {from: 8:00, until: "9:00", only: [2026-01-06]}]'
    pack = read(tmp_path, HEAD + f"windows:\n  w: {window}\n" + RULES)["mine"]
    first, second = pack.windows["w"].spans
    assert first.days == frozenset({0, 6})
    assert first.excluded == frozenset({dt.date(2026, 1, 5)})
    assert second.only == frozenset({dt.date(2026, 1, 6)})


def test_a_revision_is_the_whole_rule_from_its_day_on(tmp_path: Path) -> None:
    pack = read(
        tmp_path,
        HEAD
        + """sources:
  guide: {title: Guide, cite: guide.pdf}
rules:
  a:
    title: {zh: 甲, en: A}
    source: guide
    ratio: {of: ratings, where: score > 0, good: score >= 4}
    require: ">= 80%"
    revisions:
      - {from: 2025-01-01, value: {of: ratings, is: mean(score)}, require: ">= 4", title: {en: B}}
      - {from: 2024-01-01, ratio: {where: null}, require: null, severity: warning}
""",
    )["mine"]
    first, second, third = pack.rules[0].revisions
    assert [r.since for r in (first, second, third)] == [
        None,
        dt.date(2024, 1, 1),
        dt.date(2025, 1, 1),
    ]
    assert isinstance(first.measure, Ratio)
    assert first.measure.where is not None
    assert first.require is not None
    assert isinstance(second.measure, Ratio)
    assert second.measure.where is None
    assert second.measure.good.text == "score >= 4"
    assert (second.require, second.severity) == (None, "warning")
    assert isinstance(third.measure, Part)
    assert third.require is not None
    assert (third.require.text, third.severity) == (">= 4", "warning")
    assert third.title == Text("甲", "B")
    assert third.require.span().line == 13


def test_defaults_of_per_and_the_kinds_of_measures(tmp_path: Path) -> None:
    pack = read(
        tmp_path,
        HEAD
        + """rules:
  a: {title: 甲, every: {of: agents, good: counted}}
  b: {title: B, ask: "Yes?", evidence: photo}
  c: {title: C, per: [month], value: {parts: {x: {of: sessions, is: count()}}, is: x}}
  d: {title: D, per: [{rolling: 30d}, agent], ratio: {of: ratings, one_per: [buyer, day], keep: first, good: true}}
""",
    )["mine"]
    a, b, c, d = (rule.latest for rule in pack.rules)
    assert isinstance(a.measure, Ratio)
    assert a.measure.every
    assert (a.scopes, a.period, a.title) == (("shop",), Period("all"), Text(zh="甲"))
    assert b.measure == Ask(Text(en="Yes?"), Text(en="photo"))
    assert (b.scopes, b.period) == ((), Period("all"))
    assert isinstance(c.measure, Parts)
    assert (c.scopes, c.period) == ((), Period("month"))
    assert isinstance(d.measure, Ratio)
    assert (d.measure.one_per, d.measure.keep, d.measure.good.text) == (
        ("buyer", "day"),
        "first",
        "true",
    )
    assert (d.scopes, d.period) == (("agent",), Period("rolling", 30))


BASE = """language: 1
pack: base
title: Base
timezone: Asia/Shanghai
params: {slow: 3m}
windows:
  work: {from: "08:00:00", through: "22:59:59"}
rules:
  a: {title: A, ratio: {of: sessions, where: started_at in work, good: duration < slow}}
  b: {title: B, every: {of: agents, good: counted}}
"""
HEIR = """language: 1
pack: heir
title: Heir
extends: base
windows:
  work: {until: "24:00:00"}
rules:
  a: {ratio: {where: null}}
  b: null
  c: {title: C, every: {of: agents, good: name is present}}
"""


def test_an_heir_has_everything_but_what_it_changes(tmp_path: Path) -> None:
    packs = read(tmp_path, HEIR, BASE)
    heir = packs["heir"]
    assert (heir.platform, heir.timezone, heir.title) == ("base", "Asia/Shanghai", Text(en="Heir"))
    assert [rule.id for rule in heir.rules] == ["a", "c"]
    measure = heir.rules[0].latest.measure
    assert isinstance(measure, Ratio)
    assert (measure.where, measure.good.text) == (None, "duration < slow")
    assert measure.good.span().file.endswith("1.yaml")
    assert heir.windows["work"].spans[0].end == Bound(DAY_US)
    assert packs["base"].platform == "base"


def test_a_pack_of_the_same_name_can_extend_the_bundled_one(tmp_path: Path) -> None:
    pack = read(tmp_path, "language: 1\npack: douyin\ntitle: Ours\nextends: douyin\n")["douyin"]
    assert pack.timezone == "Asia/Shanghai"
    assert pack.rules


def test_settings_win_over_revisions_and_leave_heirs_alone(tmp_path: Path) -> None:
    base = BASE.replace(
        "slow}}", "slow}, aim: 5%, revisions: [{from: 2024-01-01, aim: 6%, min_sample: 3}]}"
    )
    settings = (("base.slow", "2m"), ("base.a.aim", ">= 7%"), ("base.a.min_sample", "9"))
    packs = read(tmp_path, HEIR, base, settings=settings)
    assert packs["base"].params["slow"].text == "2m"
    assert packs["heir"].params["slow"].text == "3m"
    aims = [r.aim.text for r in packs["base"].rules[0].revisions if r.aim]
    assert aims == [">= 7%", ">= 7%"]
    assert [r.min_sample for r in packs["base"].rules[0].revisions] == [9, 9]


def test_the_digest_is_of_what_is_said_and_not_of_how(tmp_path: Path) -> None:
    other = "# the same\n" + BASE.replace("params: {slow: 3m}", 'params:\n    "slow": "3m"')
    first = read(tmp_path, BASE)["base"].digest
    assert read(tmp_path, other)["base"].digest == first
    assert read(tmp_path, BASE.replace("3m", "4m"))["base"].digest != first
    assert read(tmp_path, BASE, settings=(("base.slow", "4m"),))["base"].digest != first
    assert first.startswith("sha256:")


def test_what_the_schema_should_have_refused_is_called_our_bug() -> None:
    node, _ = parse_yaml("f.yaml", b"a: {title: A, ratio: {of: sessions}}\n")
    rule = node.entries["a"]  # type: ignore[union-attr]
    key = node.keys["a"]  # type: ignore[union-attr]
    with pytest.raises(SchemaGapError, match="bug in checker, not in your rules"):
        build_rule(key, rule, Names("p", frozenset(), frozenset()), [])  # type: ignore[arg-type]


def test_the_schema_knows_the_facts_and_tables_of_the_catalog() -> None:
    defs = read_schema("pack")["$defs"]
    assert [f for f in defs["fact"]["enum"] if f] == list(FACTS)
    tables = list(defs["pack"]["properties"]["columns"]["properties"])
    assert tables == [name for name in STORED if name != "reported"]
