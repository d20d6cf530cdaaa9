"""The JSON result: its schema, its order of keys, and what its figures look like."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import made_up_result as made_up
import pytest

import checker
from checker.diagnostics import Diagnostic, Span
from checker.packs.model import Text
from checker.reports.json import to_json
from checker.verdicts.model import DataSummary, Result

SCHEMA = json.loads(
    (Path(checker.__file__).parent / "schemas" / "result.schema.json").read_text("utf-8")
)


def valid(result: Result) -> Any:
    parsed = json.loads(to_json(result))
    jsonschema.Draft202012Validator(SCHEMA).validate(parsed)
    return parsed


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


def test_a_month_is_valid_and_ends_with_a_newline() -> None:
    result = made_up.result()
    assert len(valid(result)["verdicts"]) == len(result.verdicts)
    assert to_json(result).endswith("}\n")


def test_nothing_at_all_is_valid() -> None:
    parsed = valid(Result(DataSummary({}, None, None), (), ()))
    assert parsed["verdicts"] == [] and parsed["data"]["from"] is None


def test_keys_stand_in_the_order_of_the_schema() -> None:
    parsed = valid(made_up.result())
    defined = SCHEMA["$defs"]
    assert list(parsed) == list(SCHEMA["properties"])
    assert list(parsed["summary"]) == list(SCHEMA["properties"]["summary"]["properties"])
    for verdict in parsed["verdicts"]:
        assert list(verdict) == list(defined["verdict"]["properties"])
        for offender in verdict["offenders"]:
            assert list(offender) == list(defined["offender"]["properties"])
    assert list(parsed["diagnostics"][0]) == list(defined["diagnostic"]["properties"])


@pytest.mark.parametrize("where", ["", "verdicts", "packs", "diagnostics"])
def test_an_unknown_key_is_against_the_schema(where: str) -> None:
    parsed = valid(made_up.result())
    (parsed[where][0] if where else parsed)["surprise"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.Draft202012Validator(SCHEMA).validate(parsed)


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("ratio", Fraction(1, 2), "0.5"),
        ("every", Fraction(1), "1.0"),
        ("duration", Fraction(240_000_000), "240.0"),
        ("int", Fraction(7), "7"),
        ("number", Fraction(10, 4), "2.5"),
        ("time", Fraction(32_100_000_000), '"08:55:00"'),
        ("manual", None, "null"),
    ],
)
def test_figures_have_the_units_of_their_type(kind: str, value: Fraction | None, text: str) -> None:
    verdict = made_up.BLANK._replace(type=kind, value=value)
    result = Result(DataSummary({}, None, None), (), (verdict,))
    valid(result)
    assert f'"value": {text},' in to_json(result)


def test_instants_have_the_zones_offset_and_microseconds_only_where_there_are_some() -> None:
    parsed = valid(made_up.result())
    assert parsed["data"]["from"] == "2026-10-01T00:00:03+08:00"
    assert parsed["packs"][0]["as_of"] == "2026-10-31T23:59:59.500000+08:00"
    blamed = [o for v in parsed["verdicts"] for o in v["offenders"]]
    assert blamed[0] == {
        "shop_id": "s1",
        "session_id": "7402000155102",
        "turn": 1,
        "agent_id": "客服1",
        "at": "2026-10-01T12:31:07+08:00",
        "wait_s": 245.0,
    }
    assert blamed[1]["wait_s"] is None


def test_scopes_are_ordered_by_kind_whatever_order_they_came_in() -> None:
    verdict = made_up.BLANK._replace(scope={"agent": "a", "shop": None, "platform": "p"})
    result = Result(DataSummary({}, None, None), (), (verdict,))
    assert list(valid(result)["verdicts"][0]["scope"]) == ["platform", "shop", "agent"]


def test_names_come_back_exactly_and_nothing_a_terminal_obeys_is_raw() -> None:
    name = '红\x1b[31m\x9b2J\u202e\udc80"\\\n'
    span = Span(name, 3, 1, 3, 2, name)
    result = Result(
        DataSummary({}, None, None),
        (),
        (made_up.BLANK._replace(title=Text(name, None)),),
        (Diagnostic("E105", name, span, name, (name,), name),),
    )
    text = to_json(result)
    text.encode("utf-8")
    assert "红" in text and not set("\x1b\x9b\u202e") & set(text)
    parsed = valid(result)
    assert parsed["verdicts"][0]["title"] == {"zh": name, "en": None}
    assert parsed["diagnostics"][0]["message"] == name


def test_a_verdict_and_each_offender_stand_on_a_line_of_their_own() -> None:
    result = made_up.result()
    lines = to_json(result).splitlines()
    assert sum('"offender_count"' in line for line in lines) == len(result.verdicts)
    assert sum('"wait_s"' in line for line in lines) == sum(
        len(v.offenders) for v in result.verdicts
    )
