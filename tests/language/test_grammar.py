"""The grammar: what binds tighter, and that every tree survives being printed and read again."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from printer import printed

from checker.language import syntax as s
from checker.language import types as t

CASES = yaml.safe_load((Path(__file__).parent / "grammar.yaml").read_text("utf-8"))


def shape(node: Any) -> Any:
    """A tree without its offsets."""
    match node:
        case s.Literal(type=type_, value=value):
            return (type_.kind, Fraction(value) if not isinstance(value, str) else value)
        case s.Name(parts=parts):
            return parts
        case s.Call(function=function, arguments=arguments):
            return (function, "()", *map(shape, arguments))
        case s.Operation(op=op, operands=operands):
            return (op, *map(shape, operands))
        case s.Membership(item=item, members=members, negated=negated):
            return ("not in" if negated else "in", shape(item), *map(shape, members))
    raise AssertionError(node)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["text"])
def test_brackets_stand_where_the_grammar_puts_them(case: dict[str, Any]) -> None:
    one, other = s.parse_expression(case["text"]), s.parse_expression(case["means"])
    assert not isinstance(one, s.SyntaxFault), one
    assert not isinstance(other, s.SyntaxFault), other
    assert (shape(one) == shape(other)) == case.get("same", True)


def _part(node: type, *values: Any) -> Any:
    return node(0, 0, *values)


WORDS = st.sampled_from(["a", "b_1", "wait", "渠道", "notx", "index"])
millionths = st.integers(0, 10**9).map(lambda n: Fraction(n, 1_000_000))
literals = st.one_of(
    st.booleans().map(lambda v: _part(s.Literal, t.BOOL, v)),
    st.integers(0, 10**12).map(lambda v: _part(s.Literal, t.INT, v)),
    millionths.map(lambda v: _part(s.Literal, t.NUMBER, v)),
    millionths.map(lambda v: _part(s.Literal, t.RATIO, v)),
    st.integers(0, 10**13).map(lambda v: _part(s.Literal, t.DURATION, v)),
    st.integers(0, 86_400_000_000).map(lambda v: _part(s.Literal, t.TIME, v)),
    st.text("ab '\n\\好%(", max_size=5).map(lambda v: _part(s.Literal, t.TEXT, v)),
)
names = st.lists(WORDS, min_size=1, max_size=3).map(lambda parts: _part(s.Name, tuple(parts)))
negative = literals.filter(lambda one: one.type != t.TEXT and one.type != t.BOOL).map(
    lambda one: _part(s.Operation, "negative", (one,))
)
members = st.lists(literals | negative, min_size=2, max_size=3).map(tuple)


def _above(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    pair = st.tuples(inner, inner)
    two = ["+", "-", "*", "/", "=", "!=", "<", "<=", ">", ">="]

    def junction(op: str) -> st.SearchStrategy[Any]:
        # `a and (b and c)` is not flattened, but printed with its brackets.
        many = st.lists(inner, min_size=2, max_size=4).map(tuple)
        return many.map(lambda operands: _part(s.Operation, op, operands))

    return st.one_of(
        st.tuples(st.sampled_from(two), pair).map(lambda v: _part(s.Operation, *v)),
        st.tuples(st.sampled_from(["not", "negative", "is missing", "is present"]), inner).map(
            lambda v: _part(s.Operation, v[0], (v[1],))
        ),
        junction("and"),
        junction("or"),
        st.tuples(inner, members | names.map(lambda n: (n,)), st.booleans()).map(
            lambda v: _part(s.Membership, *v)
        ),
        st.tuples(WORDS, st.lists(inner, max_size=3).map(tuple)).map(lambda v: _part(s.Call, *v)),
    )


@settings(max_examples=400, deadline=None)
@given(st.recursive(literals | names, _above, max_leaves=25))
def test_a_tree_that_is_printed_and_read_is_the_same(tree: Any) -> None:
    text = printed(tree)
    again = s.parse_expression(text)
    assert not isinstance(again, s.SyntaxFault), (text, again)
    assert shape(again) == shape(tree), text


@settings(max_examples=400, deadline=None)
@given(st.text("ab12 .,'()=<>!+-*/%:（，\nmsis notinandor", max_size=30))
def test_any_text_is_read_or_told_with_a_place_inside_it(text: str) -> None:
    found = s.parse_expression(text)
    if isinstance(found, s.SyntaxFault):
        assert 0 <= found.start < found.end <= max(len(text), 1), (text, found)
        assert found.message
        assert found.hint
