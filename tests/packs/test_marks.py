"""A caret points at the character that is meant, however YAML has the text written."""

from __future__ import annotations

import re

import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from checker.packs.nodes import MapNode, ScalarNode
from checker.packs.yaml import parse_yaml

LETTERS = "ab 'x\"#:\\<=,(){}[]\n\t在é\u3000😀-|>%&*!"
texts = st.text(st.sampled_from(LETTERS), max_size=40)


def _read(source: str) -> ScalarNode:
    node, problems = parse_yaml("f.yaml", source.encode())
    assert problems == (), (source, problems)
    assert isinstance(node, MapNode)
    scalar = node.entries["outer"]
    while isinstance(scalar, MapNode):
        scalar = scalar.entries["words"]
    assert isinstance(scalar, ScalarNode)
    return scalar


def _check(source: str, text: str) -> None:
    scalar = _read(source)
    assert scalar.text == text
    assert len(scalar.marks) == len(text) + 1
    assert list(scalar.marks) == sorted(scalar.marks)
    lines = source.split("\n")
    for char, (line, column) in zip(text, scalar.marks, strict=False):
        rest = lines[line - 1][column - 1 :]
        if char in " \n":
            assert rest == "" or rest[0] in f"{char}\t " or rest.startswith("\\"), (source, char)
        else:
            assert rest.startswith((char, "\\")), (source, char, line, column)


@pytest.mark.parametrize("style", [None, "'", '"', "|", ">"])
@pytest.mark.parametrize("width", [10, 1000])
@pytest.mark.parametrize("unicode", [True, False])
@settings(max_examples=150, deadline=None)
@given(text=texts)
@example(text="all(turns, wait <= 3m)")
@example(text="a\n\n b\nc\n\n\n")
def test_every_character_of_a_dumped_scalar_is_found_again(
    style: str | None, width: int, unicode: bool, text: str
) -> None:
    if re.fullmatch(r"\s*", text) and style is None:
        return  # null under the core schema
    source = yaml.dump(
        {"outer": {"words": text}}, default_style=style, width=width, allow_unicode=unicode
    )
    # Not `text`: the dumper itself loses some line breaks of folded scalars.
    _check(source, yaml.load(source, Loader=yaml.BaseLoader)["outer"]["words"])


@pytest.mark.parametrize(
    ("source", "text", "piece", "place"),
    [
        ("outer: a\n  b\n\n  c d\n", "a b\nc d", "d", (4, 5)),
        ("outer: 'it''s\n  so'\n", "it's so", "so", (2, 3)),
        ('outer: "\\u4e00 x \\\n   y"\n', "一 x y", "y", (2, 4)),
        ("outer: |2\n   x\n  y\n", " x\ny\n", "y", (3, 3)),
        ("outer: >-  # why\n  a\n  b\n\n   c\n  d\n", "a b\n\n c\nd", "d", (6, 3)),
        ("outer: >+\n  a\n\n", "a\n\n", "a", (2, 3)),
        ("outer: !!str 12 and 3\n", "12 and 3", "3", (1, 21)),
        ("outer: &anchor a and b\n", "a and b", "b", (1, 22)),
        ("\ufeffouter: {x: 1, words: 'a b'}\n", "a b", "b", (1, 25)),
        ("outer: |\r\n  a\r\n  b\r\n", "a\nb\n", "b", (3, 3)),
    ],
)
def test_written_by_hand(source: str, text: str, piece: str, place: tuple[int, int]) -> None:
    scalar = _read(source)
    assert scalar.text == text
    start = text.rindex(piece)
    span = scalar.span_of(start, start + len(piece))
    assert (span.line, span.column) == place
    assert span.source[span.column - 1 :].startswith(piece)
