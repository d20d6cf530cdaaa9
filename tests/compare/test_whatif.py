"""What `whatif` says is what two audits say, compared here in another way."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from referencing import Registry, Resource

from checker import schemas
from checker.comparing import whatif
from checker.options import AuditOptions
from checker.pipeline import audit
from checker.reports.whatif_json import whatif_json
from checker.verdicts.model import Outcome, Verdict
from checker.verdicts.whatif import WhatIf

ROOT = Path(__file__).parents[2]
WEEK = ROOT / "examples" / "douyin-week"
NEW = """\
language: 1
pack: mine
extends: douyin
title: Mine
windows:
  assessed: {from: "07:00:00", through: "21:59:59"}
rules:
  reply-3m-session: {aim: ">= 90%"}
  reply-3m-message:
    ratio: {good: wait <= 2m}
  satisfaction: {per: [shop, week]}
  queued-sessions: null
"""


def _keyed(verdicts: tuple[Verdict, ...]) -> dict[str, Verdict]:
    return {
        f"{v.rule.split('/')[1]} {sorted(v.scope.items(), key=str)} {v.period}": v for v in verdicts
    }


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("rules") / "mine.yaml"
    path.write_text(NEW, "utf-8")
    return path


@pytest.fixture(scope="module")
def found(rules: Path) -> WhatIf:
    compared, diagnostics = whatif(WEEK, AuditOptions(rules=(rules,), threads=2))
    assert compared is not None
    assert not diagnostics
    return compared


def test_flips_are_the_verdicts_that_two_audits_judge_differently(
    rules: Path, found: WhatIf
) -> None:
    options = AuditOptions(offenders=10_000)
    (old, _), (new, _) = audit(WEEK, options), audit(WEEK, replace(options, rules=(rules,)))
    assert old is not None
    assert new is not None
    before, after = _keyed(old.verdicts), _keyed(new.verdicts)
    both = before.keys() & after.keys()
    flips = {key for key in both if before[key].outcome is not after[key].outcome}
    assert {key for f in found.flips for key in _keyed((f.after,))} == flips
    assert flips, "a comparison without a flip shows nothing"
    assert found.moved + found.same + len(flips) == len(both)
    lone = [sum(side.values()) for r in found.rules for side in (r.only_before, r.only_after)]
    assert sum(lone) == len(before.keys() ^ after.keys()) > 0
    for flip in found.flips:
        (key,) = _keyed((flip.after,))
        sides = [
            {(o.shop_id, o.session_id, o.turn, o.at, o.agent_id) for o in side[key].offenders}
            for side in (before, after)
        ]
        cases = [
            {(o.shop_id, o.session_id, o.turn, o.at, o.agent_id) for o in listed}
            for listed in (flip.cleared, flip.blamed)
        ]
        assert cases == [sides[0] - sides[1], sides[1] - sides[0]]
        assert flip.kept == len(sides[0] & sides[1])
        assert flip.before.value == before[key].value
    failing = {
        (f.after.scope.get("platform"), f.after.scope["shop"])
        for f in found.flips
        if f.after.outcome is Outcome.FAIL
    }
    assert {(p.platform, p.shop) for p in found.shops if p.newly_failing} == failing


def test_the_same_rules_flip_nothing() -> None:
    found, _ = whatif(WEEK, AuditOptions(rules=(ROOT / "rules",)))
    assert found is not None
    assert (found.flips, found.moved) == ((), 0)
    assert found.same > 0


def test_json_fits_its_schema_and_does_not_vary(rules: Path, found: WhatIf) -> None:
    folder = Path(schemas.__path__[0])
    known = {
        name: json.loads((folder / name).read_text("utf-8"))
        for name in ("diff.schema.json", "whatif.schema.json")
    }
    registry = Registry().with_resources(
        (schema["$id"], Resource.from_contents(schema)) for schema in known.values()
    )
    again, _ = whatif(WEEK, AuditOptions(rules=(rules,), threads=1))
    assert again is not None
    text = whatif_json(found)
    assert whatif_json(again) == text
    body = json.loads(text)
    jsonschema.Draft202012Validator(known["whatif.schema.json"], registry=registry).validate(body)
    assert body["summary"]["flips"] == len(body["flips"]) > 0
    assert any(flip["blamed"] for flip in body["flips"])
