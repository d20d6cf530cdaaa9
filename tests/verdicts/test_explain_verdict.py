"""The funnel of a verdict: what a hand count says, and the same as the verdict itself and the page."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
from referencing import Registry, Resource

from checker import schemas
from checker.cli.streams import paper
from checker.data.open import open_dataset
from checker.data.wanted import wanted_columns
from checker.data.workspace import connect_duckdb
from checker.engine.bounds import open_realm
from checker.engine.run import Run, RunOptions
from checker.explaining import explain, explain_verdict
from checker.options import AuditOptions
from checker.packs.typed import TypedRatio
from checker.pipeline import audit
from checker.reports.explain_json import timelines_json, verdict_json
from checker.reports.layout import cells
from checker.reports.verdict import render_verdict
from checker.rulesets import load_packs
from checker.verdicts.explain_verdict import VerdictReading, verdict_funnels

ROOT = Path(__file__).parents[2]
WEEK = ROOT / "examples" / "douyin-week"

PACK = """\
language: 1
pack: house
platform: house
title: {en: House}
timezone: Asia/Shanghai
windows:
  open: {from: "08:00:00", until: "20:00:00"}
clocks:
  reply: {opens: role = 'buyer', closes: role = 'agent'}
rules:
  in-time:
    title: {en: In time}
    per: [shop, day]
    clock: reply
    ratio:
      of: sessions
      where: started_at in open and initiated_by = 'buyer' and any(turns)
      good: all(turns, wait <= 2m)
    require: "= 100%"
    source: us
    revisions:
      - from: 2026-10-06
        ratio: {good: "first(turns, wait) <= 2m"}
  stars:
    title: {en: Stars}
    per: [shop, {rolling: 7d}]
    ratio: {of: ratings, where: rated_at in open, one_per: [buyer, day], good: score >= 4}
    aim: ">= 80%"
  talk:
    title: {en: Talk}
    per: [shop]
    value:
      parts:
        said: {of: messages, where: role = 'agent', is: count()}
        rated: {of: ratings, is: count()}
      is: said / rated
  quick:
    title: {en: Quick}
    per: [agent, day]
    clock: reply
    ratio: {of: turns, good: wait <= 2m}
    aim: ">= 80%"
  friendly:
    title: {en: Friendly}
    ask: {en: Are we friendly?}
sources:
  us: {title: {en: Us}, cite: us, retrieved: 2026-10-01}
"""
# Monday, 2026-10-05, with S1 late in its second turn, S2 never answered, S3 before opening, S4 by the
# merchant, S5 open for a minute at the as-of instant; on Tuesday S6 like S1.
MESSAGES = """\
shop_id,session_id,ts,role,agent_id
s1,S1,2026-10-05 09:00:00,buyer,
s1,S1,2026-10-05 09:00:30,agent,anna
s1,S1,2026-10-05 09:10:00,buyer,
s1,S1,2026-10-05 09:15:00,agent,anna
s1,S2,2026-10-05 10:00:00,buyer,
s1,S3,2026-10-05 07:00:00,buyer,
s1,S3,2026-10-05 07:00:10,agent,bert
s1,S4,2026-10-05 11:00:00,agent,bert
s1,S6,2026-10-06 09:00:00,buyer,
s1,S6,2026-10-06 09:00:30,agent,anna
s1,S6,2026-10-06 09:10:00,buyer,
s1,S6,2026-10-06 09:15:00,agent,anna
s1,S5,2026-10-06 19:59:00,buyer,
"""
SESSIONS = """\
shop_id,session_id,initiated_by,ended_at
s1,S1,buyer,2026-10-05 09:20:00
s1,S2,buyer,2026-10-05 10:30:00
s1,S3,buyer,2026-10-05 07:30:00
s1,S4,merchant,2026-10-05 11:30:00
s1,S6,buyer,2026-10-06 09:20:00
s1,S5,buyer,
"""
RATINGS = """\
shop_id,session_id,buyer_id,rated_at,score
s1,S1,b1,2026-10-05 09:30:00,1
s1,S1,b1,2026-10-05 09:40:00,5
s1,S2,b2,2026-10-05 10:30:00,2
s1,S3,b3,2026-10-05 07:30:00,1
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("data")
    for name, text in (("messages", MESSAGES), ("sessions", SESSIONS), ("ratings", RATINGS)):
        (made / f"{name}.csv").write_text(text, "utf-8")
    (made / "rules.yaml").write_text(PACK, "utf-8")
    return made


def options(folder: Path, **more: object) -> AuditOptions:
    given = {"rules": (folder / "rules.yaml",), "platform": "house", "as_of": "2026-10-06T20:00:00"}
    return AuditOptions(**(given | more))  # type: ignore[arg-type]


def reading(folder: Path, *asked: str, **more: object) -> VerdictReading:
    found, diagnostics = explain_verdict(folder, *asked, options(folder, **more))
    assert found is not None, diagnostics
    return found


def rows(found: VerdictReading) -> list[list[tuple[str, int]]]:
    return [[(stage.key, stage.rows) for stage in one.stages] for one in found.funnels]


def test_each_condition_takes_its_rows(folder: Path) -> None:
    found = reading(folder, "house/in-time", "s1", "2026-10-05")
    assert rows(found) == [
        [
            ("all", 4),
            ("in_window", 3),
            ("where", 2),
            ("eligible", 2),
            ("answered", 1),
            ("good", 0),
        ]
    ]
    assert [s.conditions for s in found.funnels[0].stages] == [
        (),
        ("started_at in open",),
        ("initiated_by = 'buyer'",),
        ("any(turns)",),
        (),
        ("all(turns, wait <= 2m)",),
    ]


def test_the_revision_of_the_period_counts_and_pending_rows_are_apart(folder: Path) -> None:
    found = reading(folder, "house/in-time", "s1", "2026-10-06")
    assert rows(found) == [
        [
            ("all", 2),
            ("in_window", 2),
            ("where", 2),
            ("eligible", 2),
            ("settled", 1),
            ("answered", 1),
            ("good", 1),
        ]
    ]
    assert found.funnels[0].stages[-1].conditions == ("first(turns, wait) <= 2m",)


def test_one_of_each_is_a_step(folder: Path) -> None:
    found = reading(folder, "stars", "shop=s1", "rolling")
    assert rows(found) == [
        [("all", 4), ("in_window", 3), ("eligible", 3), ("one_each", 2), ("good", 1)]
    ]


def test_every_part_has_a_funnel(folder: Path) -> None:
    found = reading(folder, "talk", "s1", "all")
    assert [one.part for one in found.funnels] == ["said", "rated"]
    assert rows(found) == [[("all", 13), ("eligible", 6)], [("all", 4)]]


def test_a_missing_scope_value_is_named_by_nothing(folder: Path) -> None:
    found = reading(folder, "quick", "shop=s1,agent=", "2026-10-05")
    assert rows(found) == [[("all", 1), ("answered", 0), ("good", 0)]]


def test_a_question_has_no_funnel(folder: Path) -> None:
    assert reading(folder, "friendly", "platform=house", "all").funnels == ()


def test_agents_are_named_by_their_pseudonyms(folder: Path) -> None:
    salt = "pepper and salt"
    result, _ = audit(folder, options(folder, pseudonymize=salt))
    assert result is not None
    names = {v.scope["agent"] for v in result.verdicts if "agent" in v.scope} - {None}
    assert names and not names & {"anna", "bert"}
    for name in names:
        found, diagnostics = explain_verdict(
            folder, "quick", str(name), "2026-10-05", options(folder, pseudonymize=salt)
        )
        assert found is not None and found.verdict.scope["agent"] == name, diagnostics
        assert "anna" not in verdict_json(found)


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("house/in-tim", "s1", "2026-10-05"), "E313"),
        (("in-time", "s2", "2026-10-05"), "E521"),
        (("in-time", "s1", "2026-10"), "E523"),
        (("quick", "s1", "2026-10-05"), "E522"),
    ],
)
def test_what_there_is_not_is_told_with_what_there_is(
    folder: Path, asked: tuple[str, str, str], code: str
) -> None:
    found, diagnostics = explain_verdict(folder, *asked, options(folder))
    assert found is None
    assert [d.code for d in diagnostics] == [code]
    assert diagnostics[0].notes


def test_the_page_draws_the_same_funnel(folder: Path) -> None:
    """A rule that is judged by shop over all time has one verdict for each slice of the page."""
    rules = PACK.replace(
        "per: [shop, day]\n    clock: reply\n    ratio:\n",
        "per: [shop]\n    clock: reply\n    ratio:\n",
    )
    (folder / "whole.yaml").write_text(
        rules.split("    revisions:")[0] + "sources:" + rules.split("sources:")[1], "utf-8"
    )
    given = options(folder, rules=(folder / "whole.yaml",), insights=True)
    result, found = audit(folder, given)
    assert result is not None and result.insights is not None, found
    (insight,) = result.insights.rules["house/in-time"]
    explained, _ = explain_verdict(folder, "in-time", "s1", "all", given)
    assert explained is not None
    assert explained.funnels[0].stages == insight.slices[0].funnel


def test_funnels_end_in_the_figures_of_their_verdicts() -> None:
    packs, _ = load_packs()
    packs = tuple(p for p in packs if p.pack.name == "douyin")
    workspace = connect_duckdb()
    dataset, found = open_dataset(workspace.con, WEEK, wanted_columns(packs))
    assert dataset is not None, found
    realm = open_realm(workspace, dataset, "Asia/Shanghai", None)
    run = Run(realm, packs, RunOptions())
    measured = [
        m
        for m in run.measure()
        if isinstance(m.revision.measure, TypedRatio) and m.figure.value is not None
    ]
    chosen = measured[::5]
    assert len(chosen) >= 10
    for one in chosen:
        (made,) = verdict_funnels(run, one)
        known = {stage.key: stage.rows for stage in made.stages}
        population = [s.rows for s in made.stages if s.key not in ("answered", "good")][-1]
        assert (known["good"], population) == (one.figure.numerator, one.figure.denominator)
        counts = [stage.rows for stage in made.stages]
        assert counts == sorted(counts, reverse=True), (one.rule.id, counts)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("width", [60, 80, 200])
def test_no_line_is_wider_than_the_page(folder: Path, lang: str, width: int) -> None:
    found = reading(folder, "house/in-time", "s1", "2026-10-05")
    console, page = paper(False, width)
    render_verdict(found, console, lang=lang, data="exports")
    for line in page.getvalue().splitlines():
        assert cells(line) <= width, line


def test_json_fits_its_schema(folder: Path) -> None:
    known = {
        name: json.loads((Path(schemas.__path__[0]) / name).read_text("utf-8"))
        for name in ("result.schema.json", "explain.schema.json")
    }
    registry = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in known.values()
    )
    valid = jsonschema.Draft202012Validator(known["explain.schema.json"], registry=registry)
    for asked in (
        ("in-time", "s1", "2026-10-05"),
        ("talk", "s1", "all"),
        ("friendly", "house", "all"),
    ):
        body = json.loads(verdict_json(reading(folder, *asked)))
        valid.validate(body)
    (session,), _ = explain(folder, "S1", options(folder))
    body = json.loads(timelines_json((session,)))
    valid.validate(body)
    (one,) = body["sessions"]
    assert [mark["turn"] for mark in one["limits_passed"]] == [2, 2]
    assert one["windows"][0]["open"] == [
        {"from": "2026-10-05T08:00:00+08:00", "until": "2026-10-05T20:00:00+08:00"}
    ]
    with pytest.raises(jsonschema.ValidationError):
        valid.validate({"schema": 1})
