"""rules/coverage.yaml: every statement of the sources names rules that exist, or says why none can."""

from __future__ import annotations

from checker.packs.discover import BUNDLED
from checker.packs.load import read_packs
from checker.packs.nodes import MapNode
from checker.packs.schema import check
from checker.packs.yaml import parse_yaml, read_yaml


def statements() -> MapNode:
    root, problems = read_yaml(BUNDLED / "coverage.yaml")
    assert isinstance(root, MapNode) and not problems
    return root


def test_statements_fit_their_schema() -> None:
    assert [p.diagnostic.message for p in check(statements(), schema="coverage")] == []


def test_a_statement_without_rule_or_reason_does_not() -> None:
    text = "statements: [{source: a, zh: b, en: c}, {source: a, zh: b, en: c, covered_by: [x y]}]"
    root, _ = parse_yaml("coverage.yaml", text.encode())
    assert isinstance(root, MapNode)
    assert [p.diagnostic.code for p in check(root, schema="coverage")] == ["E025", "E024"]


def test_every_rule_and_document_that_is_named_exists() -> None:
    packs, _ = read_packs([BUNDLED], ())
    rules = {f"{pack.name}/{rule.id}" for pack in packs for rule in pack.rules}
    documents = {source.cite for pack in packs for source in pack.sources.values()}
    plain = statements().plain
    assert isinstance(plain, dict)
    listed = plain["statements"]
    assert isinstance(listed, list) and len(listed) > 50
    for statement in listed:
        assert isinstance(statement, dict)
        named = statement.get("covered_by") or []
        assert isinstance(named, list)
        assert set(map(str, named)) <= rules, statement["en"]
        assert statement["source"] in documents, statement["en"]
