"""SARIF, JUnit XML and GitHub's annotations are what their readers define."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path

import jsonschema
import made_up_result as made_up
import pytest
from hostile import hostile_data

from checker.diagnostics import Diagnostic, Span
from checker.diagnostics.explanations import explanations
from checker.linting import lint
from checker.reports.clean import clean
from checker.reports.github import audit_annotations, to_annotations
from checker.reports.junit import to_junit
from checker.reports.sarif import audit_sarif, lint_sarif
from checker.verdicts.model import DataSummary, Result

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
WRONG = sorted((ROOT / "tests" / "transcripts" / "files").glob("*.yaml"))
SARIF = jsonschema.Draft4Validator(
    json.loads((HERE / "schemas" / "sarif-2.1.0.json").read_text("utf-8"))
)
NOTHING = Result(DataSummary({}, None, None), (), ())


def hostile_diagnostics() -> list[Diagnostic]:
    return [
        Diagnostic("E105", name, Span(f"{name}.yaml", 3, 1, 3, 9), name, (name, "a, b: 100%"), name)
        for name in hostile_data.NAMES.values()
    ]


def marked(result: Result) -> Result:
    """Beside a baseline every failure is one of its three kinds."""
    states = ("new", "still", "repaired")
    verdicts = (v._replace(baseline=states[i % 3]) for i, v in enumerate(result.verdicts))
    return dataclasses.replace(result, verdicts=tuple(verdicts))


def test_the_schema_refuses_what_is_no_sarif() -> None:
    body = json.loads(audit_sarif(made_up.result(), lang="en"))
    assert body["runs"][0]["results"]
    body["runs"][0]["results"][0]["level"] = "fatal"
    with pytest.raises(jsonschema.ValidationError):
        SARIF.validate(body)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_audits_are_sarif(lang: str) -> None:
    made = (made_up.result(), marked(made_up.result()), hostile_data.result(), NOTHING)
    for result in made:
        SARIF.validate(json.loads(audit_sarif(result, lang=lang)))


def test_lint_is_sarif() -> None:
    found = [d for file in WRONG for d in lint((file,)).diagnostics]
    for diagnostics in (found, hostile_diagnostics(), []):
        SARIF.validate(json.loads(lint_sarif(diagnostics, explanations(), ROOT)))
    assert len({d.code for d in found}) > 3


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_audits_are_junit(lang: str) -> None:
    xmlschema = pytest.importorskip("xmlschema", reason="xmlschema is in the extra [dev]")
    schema = xmlschema.XMLSchema(str(HERE / "schemas" / "junit-10.xsd"))
    for result in (made_up.result(), marked(made_up.result()), hostile_data.result(), NOTHING):
        schema.validate(to_junit(result, lang=lang))
    wrong = to_junit(made_up.result(), lang=lang).replace("<failure", "<fault", 1)
    assert not schema.is_valid(wrong.replace("</failure>", "</fault>", 1))


_COMMAND = re.compile(r"::(?P<level>error|warning) (?P<properties>[^\n]*?)::(?P<message>[^\n]*)")


def read_back(line: str) -> tuple[dict[str, str], str]:
    """A command as the runner of GitHub's actions reads it."""
    found = _COMMAND.fullmatch(line)
    assert found, line
    pairs = (pair.partition("=") for pair in found["properties"].split(","))
    codes = {"%0D": "\r", "%0A": "\n"}
    properties = {key: _decoded(value, codes | {"%3A": ":", "%2C": ","}) for key, _, value in pairs}
    return properties, _decoded(found["message"], codes)


def _decoded(text: str, codes: dict[str, str]) -> str:
    for code, char in codes.items():
        text = text.replace(code, char)
    return text.replace("%25", "%")


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_audits_are_annotations(lang: str) -> None:
    """A command for each failure and warning, and none for anything that a name says."""
    for result in (made_up.result(), marked(made_up.result()), hostile_data.result(), NOTHING):
        lines = audit_annotations(result, lang=lang, here=ROOT).splitlines()
        missed = [v for v in result.verdicts if v.outcome.value in ("fail", "warn")]
        grave = sum(v.outcome.value == "fail" and v.severity == "error" for v in missed)
        assert [line.split(" ")[0] for line in lines] == ["::error"] * grave + ["::warning"] * (
            len(missed) - grave
        )
        told = sorted(read_back(line)[0]["title"] for line in lines)
        assert told == sorted(clean(v.rule) for v in missed)


def test_annotations_read_back_as_they_were() -> None:
    here = Span("a,b: 50%.yaml", 7, 3, 7, 9)
    one = Diagnostic("E105", "100%: a, b\nand more", here, notes=("50%25 stays",), subject="x,y:z")
    properties, message = read_back(to_annotations([one], ROOT).rstrip("\n"))
    assert properties == {
        "file": "a,b: 50%.yaml",
        "line": "7",
        "endLine": "7",
        "col": "3",
        "endColumn": "9",
        "title": "E105 (x,y:z)",
    }
    assert message == "100%: a, b⏎and more\n50%25 stays"


def test_hostile_names_make_no_second_command() -> None:
    lines = to_annotations(hostile_diagnostics(), ROOT).splitlines()
    assert len(lines) == len(set(hostile_data.NAMES.values()))
    for line in lines:
        properties, _ = read_back(line)
        assert set(properties) == {"file", "line", "endLine", "col", "endColumn", "title"}
