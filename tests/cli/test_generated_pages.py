"""docs/ is what the rules and the language give, and every rule that covers a statement exists."""

from __future__ import annotations

from console import ROOT

from checker.diagnostics.explanations import explanations
from checker.language.functions import AGGREGATES, RELATION_FUNCTIONS, SCALARS
from checker.packs.coverage import read_coverage
from checker.reports.pages import pages
from checker.rulesets import load_packs


def made() -> dict[str, str]:
    packs, _ = load_packs()
    return dict(pages(packs, explanations(), read_coverage()))


def test_pages_are_up_to_date() -> None:
    stale = [
        path
        for path, text in made().items()
        if not (ROOT / "docs" / path).is_file() or (ROOT / "docs" / path).read_text("utf-8") != text
    ]
    assert not stale, "run checker docs --write docs"


def test_every_function_is_in_the_reference() -> None:
    page = made()["reference/language.md"]
    signatures = (*SCALARS.values(), *RELATION_FUNCTIONS.values(), *AGGREGATES.values())
    assert [s.usage for s in signatures if f"| `{s.usage}` | {s.doc} |" not in page] == []


def test_every_rule_that_covers_a_statement_exists() -> None:
    packs, _ = load_packs()
    known = {rule.id for pack in packs for rule in pack.rules}
    named = {rule for statement in read_coverage() for rule in statement.covered_by}
    assert named <= known


def test_every_statement_is_covered_or_says_why_not() -> None:
    bare = [s for s in read_coverage() if bool(s.covered_by) == bool(s.out_of_reach)]
    assert not bare
