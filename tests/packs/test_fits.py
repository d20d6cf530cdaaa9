"""The short way to say that a value fits a schema says what jsonschema says."""

from __future__ import annotations

import copy
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from checker.packs.access import content
from checker.packs.fits import fits
from checker.packs.schema import read_schema
from checker.packs.yaml import parse_yaml, read_yaml

ROOT = Path(__file__).parents[2]
MAPPINGS = ROOT / "checker" / "mappings"
SHIPPED = [
    *(("pack", ROOT / "rules" / name / "pack.yaml") for name in ("taobao", "jd")),
    ("test", ROOT / "rules" / "pinduoduo" / "pack.test.yaml"),
    ("mapping", MAPPINGS / "chatwoot-csv.yaml"),
    ("mapping", MAPPINGS / "qianniu-chat-text.yaml"),
    ("mapping-test", MAPPINGS / "chatwoot-csv.test.yaml"),
]
WRITTEN = {
    "waiver": """
waivers:
  - {rule: douyin/satisfaction, scope: {shop: s1}, reason: moved, until: 2026-12-31, by: ann}
""",
    "attestation": """
attestations:
  - {rule: douyin/roster, answer: yes, by: ann, on: 2026-11-01}
""",
}
ALIENS: tuple[Any, ...] = ("", "x", " ", 0, 1, 1.0, 1.5, -1, True, False, None, [], ["x", "x"], {})
CHANGES = 150  # of one file


def places(value: Any, way: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every value inside."""
    inside = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value)
        if isinstance(value, list)
        else ()
    )
    for key, inner in inside:
        yield (*way, key)
        yield from places(inner, (*way, key))


def changed(value: Any, way: tuple[str | int, ...], how: Any) -> Any:
    """A copy with another value there, without it, or with one more beside it."""
    made = copy.deepcopy(value)
    home = made
    for key in way[:-1]:
        home = home[key]
    if how == "gone":
        del home[way[-1]]
    elif how == "more":
        if isinstance(home, dict):
            home["alien"] = home[way[-1]]
        else:
            home.append(home[way[-1]])
    else:
        home[way[-1]] = how
    return made


def agree(name: str, whole: Any) -> None:
    schema = read_schema(name)
    judge = Draft202012Validator(schema)
    assert fits(whole, schema, schema) is judge.is_valid(whole)
    drawn = random.Random(1)  # the same ones in every run
    known = list(places(whole))
    seen = set()
    for _ in range(CHANGES):
        way, how = drawn.choice(known), drawn.choice((*ALIENS, "gone", "more"))
        other = changed(whole, way, how)
        fitting = judge.is_valid(other)
        assert fits(other, schema, schema) is fitting, (way, how)
        seen.add(fitting)
    assert seen == {True, False}


@pytest.mark.parametrize(("name", "file"), SHIPPED, ids=lambda x: getattr(x, "stem", x))
def test_it_agrees_on_shipped_files_and_on_what_is_made_of_them(name: str, file: Path) -> None:
    node, problems = read_yaml(file)
    assert node is not None
    assert not problems
    plain = content(node)
    schema = read_schema(name)
    assert fits(plain, schema, schema), "what is shipped is read without jsonschema"
    agree(name, plain)


@pytest.mark.parametrize("name", sorted(WRITTEN))
def test_it_agrees_on_waivers_and_attestations(name: str) -> None:
    node, problems = parse_yaml("f.yaml", WRITTEN[name].encode())
    assert node is not None
    assert not problems
    agree(name, content(node))


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"type": ["integer", "null"]}, 2.0),
        ({"type": "integer"}, True),
        ({"type": "number"}, True),
        ({"const": 1}, True),
        ({"const": 1}, 1.0),
        ({"enum": [0, "a", None]}, False),
        ({"minimum": 1}, float("nan")),
        ({"uniqueItems": True}, ["a", "b", {"a": 1}, {"a": 2}]),
        ({"if": {"required": ["a"]}, "then": {"required": ["b"]}}, {"a": 1}),
        ({"if": {"required": ["a"]}, "else": {"required": ["b"]}}, {"a": 1}),
        ({"oneOf": [{"required": ["a"]}, {"required": ["b"]}]}, {"a": 1, "b": 2}),
        ({"additionalProperties": False, "properties": {"a": True}}, {"b": 1}),
    ],
)
def test_it_agrees_where_python_and_json_differ(schema: dict[str, Any], value: Any) -> None:
    assert fits(value, schema, schema) is Draft202012Validator(schema).is_valid(value)


@pytest.mark.parametrize(
    ("schema", "value"),
    [
        ({"patternProperties": {"a": False}}, {}),
        ({"oneOf": [{"maxLength": 3}]}, "a"),
        ({"uniqueItems": True}, [True, 1]),
        ({"uniqueItems": True}, [str(i) for i in range(1000)]),
        ({"const": [1]}, [1]),
        ({"$ref": "https://example.org/other"}, 1),
    ],
)
def test_what_it_does_not_know_it_leaves_to_jsonschema(schema: dict[str, Any], value: Any) -> None:
    assert not fits(value, schema, schema)
