"""The parser from tables is the one of the grammar, whatever the text."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import lark
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from lark.exceptions import UnexpectedCharacters, UnexpectedToken

from checker.language import tables

CASES = yaml.safe_load((Path(__file__).parent / "grammar.yaml").read_text("utf-8"))


@cache
def grown() -> lark.Lark:
    return tables.worked_out(tables.GRAMMAR.read_text("utf-8"))


def read(parser: lark.Lark, text: str, start: str) -> Any:
    """The tree with its places, or where the text went wrong."""
    try:
        tree = parser.parse(text, start=start)
    except UnexpectedCharacters as error:
        return "character", error.pos_in_stream
    except UnexpectedToken as error:
        return "token", error.token.type, error.token.start_pos, type(error)
    return _told(tree)


def _told(node: Any) -> Any:
    if isinstance(node, lark.Token):
        return node.type, str(node), node.start_pos, node.end_pos
    place = (node.meta.start_pos, node.meta.end_pos) if not node.meta.empty else ()
    return node.data, place, [_told(child) for child in node.children]


def test_the_tables_are_those_of_the_grammar() -> None:
    made = json.loads(tables.TABLES.read_text("utf-8"))["of"]
    now = tables.origin(tables.GRAMMAR.read_text("utf-8"))
    assert made["grammar"] == now["grammar"], "run python -m checker.language.tables"


@pytest.mark.parametrize("start", ["expression", "requirement"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_both_read_the_same(case: dict[str, Any], start: str) -> None:
    for text in (case["text"], f">= {case['text']}"):
        assert read(tables.parser(), text, start) == read(grown(), text, start)


@settings(max_examples=300, deadline=None)
@given(st.text("ab12 .,'()=<>!+-*/%:（，\nmsis notinandor", max_size=30))
def test_both_refuse_the_same(text: str) -> None:
    assert read(tables.parser(), text, "expression") == read(grown(), text, "expression")


def test_tables_of_another_grammar_are_not_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = tables.GRAMMAR.read_text("utf-8").replace('"present"', '"there"')
    (tmp_path / "grammar.lark").write_text(other, "utf-8")
    monkeypatch.setattr(tables, "GRAMMAR", tmp_path / "grammar.lark")
    parser = tables.parser.__wrapped__()
    parser.parse("x is there", start="expression")
    with pytest.raises(UnexpectedToken):
        parser.parse("x is present", start="expression")
