"""Dialects that are not run here: a rule over every fact compiles, and sqlglot reads what came out."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
import sqlglot

from checker.compiling.compile import Wish, compile_rule
from checker.compiling.dialects import DIALECTS
from checker.compiling.gaps import GAPS
from checker.rulesets import load_packs

PACKS, _ = load_packs()
RULES = (
    "kuaishou/reply-3m-buyer",
    "douyin/someone-available",
    "meiqia/conversation-rate-by-channel",
    "taobao/satisfaction",
)
"""Turns and buyers' days, coverage and load, parts, rows of which one is kept."""


@pytest.mark.parametrize("name", [d.name for d in DIALECTS.values() if d.verified != "executed"])
@pytest.mark.parametrize("form", ["query", "script"])
def test_every_fact_is_written_and_read_back(name: str, form: str) -> None:
    dialect = DIALECTS[name]
    if form == "script" and dialect.temporary is None:
        pytest.skip("no temporary tables")
    for rule in RULES[:1] if form == "script" else RULES:
        text, found = compile_rule(PACKS, rule, Wish(name, form=form))
        assert text is not None, found
        assert "checker_" not in text, "a function that the dialect does not spell"
        read = sqlglot.parse(text, read=dialect.sqlglot)
        assert all(read)
        assert (len(read) > 1) is (form == "script")


def test_a_rule_is_the_same_text_each_time() -> None:
    first, again = (compile_rule(PACKS, "douyin/someone-online", Wish("duckdb")) for _ in range(2))
    assert first[0] is not None and "UNNEST" in first[0]
    assert first == again
    assert "ibis_" not in first[0]


def test_a_rule_is_the_same_text_in_every_process() -> None:
    asked = "from checker.cli import main; main()"
    words = ("compile", "kuaishou/good-rating", "--dialect", "duckdb")
    texts = {
        subprocess.run(
            (sys.executable, "-c", asked, *words),
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in "123"
    }
    assert len(texts) == 1


def test_what_was_not_run_says_so() -> None:
    for name, dialect in DIALECTS.items():
        text, _ = compile_rule(PACKS, "xiaohongshu/working-hours", Wish(name))
        assert text is not None
        head = " ".join(line[3:].strip() for line in text.splitlines() if line.startswith("--"))
        assert ("NOT run" in head) is (dialect.verified == "parsed")
        for gap in GAPS:
            assert (f"known gap: {gap.what} (" in head) is (name in gap.dialects)


def test_a_hostile_title_stays_inside_its_comment() -> None:
    from dataclasses import replace

    from checker.packs.model import Text

    pack = next(p for p in PACKS if p.pack.name == "douyin")
    rule = next(r for r in pack.rules if r.id == "douyin/satisfaction")
    evil = replace(rule.rule.latest, title=Text(en="x\nDROP TABLE messages;\u2028-- \x1b[2J"))
    written = replace(rule.rule, revisions=(*rule.rule.revisions[:-1], evil))
    bad = replace(rule, rule=written)
    text, _ = compile_rule((replace(pack, rules=(bad,)),), bad.id, Wish("duckdb"))
    assert text is not None
    above = text.split("\n\n", 1)[0]
    assert all(line.startswith("-- ") for line in above.splitlines())
    assert "\x1b" not in above and "DROP TABLE" in above
