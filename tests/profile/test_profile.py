"""What a profile finds: nothing in clean data, and in faulty data the fault alone."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from rich.console import Console

import checker
from checker.cli.streams import paper
from checker.facts.quality import CHECKS
from checker.facts.traffic import suspected_shift
from checker.options import AuditOptions
from checker.profile import profile
from checker.reports.layout import cells
from checker.reports.profile import _SAID, profile_json, render_profile
from checker.verdicts.profile import Profile

HERE = Path(__file__).parent
CLEAN: Mapping[str, str] = yaml.safe_load((HERE / "clean.yaml").read_text("utf-8"))
FAULTS: Mapping[str, Any] = yaml.safe_load((HERE / "faults.yaml").read_text("utf-8"))
SCHEMA = json.loads(
    (Path(checker.__file__).parent / "schemas" / "profile.schema.json").read_text("utf-8")
)
OPTIONS = AuditOptions(platform="douyin", as_of="2026-12-01T00:00:00")


def profiled(folder: Path, added: Mapping[str, Sequence[str]], options: AuditOptions) -> Profile:
    for table, text in CLEAN.items():
        lines = [text.rstrip("\n"), *added.get(table, ())]
        (folder / f"{table}.csv").write_text("\n".join(lines) + "\n", "utf-8")
    made, diagnostics = profile(folder, options)
    assert made is not None, diagnostics
    return made


def printed(made: Profile, lang: str) -> str:
    console, page = paper(False, 80)
    assert isinstance(console, Console)
    render_profile(made, console, lang=lang)
    return page.getvalue()


def test_clean_data_have_nothing_wrong(tmp_path: Path) -> None:
    made = profiled(tmp_path, {}, OPTIONS)
    assert made.findings == () and made.shift is None
    assert "nothing was found" in printed(made, "en")


@pytest.mark.parametrize("sentence", FAULTS)
def test_a_fault_is_found_and_nothing_else(sentence: str, tmp_path: Path) -> None:
    case = FAULTS[sentence]
    made = profiled(tmp_path, case, OPTIONS)
    found = [" ".join((f.check, f.table, str(f.rows), *f.examples)) for f in made.findings]
    assert found == case["found"]
    jsonschema.validate(json.loads(profile_json(made)), SCHEMA)
    for lang in ("zh", "en"):
        text = printed(made, lang)
        assert max(map(cells, text.splitlines())) <= 80
        assert "POISON" not in text


def test_every_check_has_a_faulty_case_and_words() -> None:
    tried = {found.split()[0] for case in FAULTS.values() for found in case["found"]}
    assert tried == {check.name for check in CHECKS}
    assert tried <= _SAID.keys()
    enum = SCHEMA["properties"]["findings"]["items"]["properties"]["check"]["enum"]
    assert tried == set(enum)


def test_pseudonyms_replace_agents_among_the_examples(tmp_path: Path) -> None:
    added = FAULTS["agents without settings are found"]
    plain = AuditOptions(platform="douyin", as_of=OPTIONS.as_of, pseudonymize="long enough")
    made = profiled(tmp_path, added, plain)
    assert '"a2"' not in profile_json(made) and "agent-" in profile_json(made)
    assert "a2" not in printed(made, "en")


def test_what_is_missing_says_which_rules_it_would_unlock(tmp_path: Path) -> None:
    (reach,) = profiled(tmp_path, {}, AuditOptions(packs=("douyin",), platform="douyin")).reaches
    alone = {u.what: u.alone for u in reach.unlocks}
    assert alone["invites"] == ("douyin/one-invite",)
    assert not set(reach.fed) & set(reach.unfed)
    assert all(set(u.alone) | set(u.together) <= set(reach.unfed) for u in reach.unlocks)


DAY = [0, 0, 0, 0, 0, 0, 0, 5, 20, 40, 60, 60, 50, 50, 60, 60, 50, 50, 60, 80, 90, 80, 40, 10]


@pytest.mark.parametrize(
    ("sentence", "hours", "shift"),
    [
        ("days as they are", DAY, None),
        ("times of Shanghai written in UTC", [*DAY[8:], *DAY[:8]], 8),
        ("times of New York written in UTC", [*DAY[-5:], *DAY[:-5]], -5),
        ("the same at all hours", [100] * 24, None),
        ("too few to say", [n // 20 for n in [*DAY[8:], *DAY[:8]]], None),
    ],
)
def test_sleep_at_the_wrong_time_is_suspected(
    sentence: str, hours: list[int], shift: int | None
) -> None:
    assert suspected_shift(hours) == shift, sentence
