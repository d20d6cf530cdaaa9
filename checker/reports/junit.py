"""The audit as JUnit XML: a test for each rule, scope and period, for the test pages of build servers."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Sequence

from checker.reports import words
from checker.reports.clean import xml_text
from checker.reports.people import answer, waiver
from checker.reports.reported import explained
from checker.reports.summary import beside_baseline
from checker.reports.words import say
from checker.verdicts.model import Outcome, Result, Verdict

_SKIPPED = frozenset(
    {
        Outcome.NO_DATA,
        Outcome.SMALL_SAMPLE,
        Outcome.NOT_EVALUATED,
        Outcome.MANUAL,
        Outcome.WAIVED,
        Outcome.INFO,
    }
)


def to_junit(result: Result, *, lang: str) -> str:
    """One suite for each pack and platform; a failed rule is a failure, whatever its severity, and
    what was not judged is skipped with its reason. Rows that --by adds are no tests."""
    suites: dict[tuple[str, str], list[Verdict]] = {}
    for verdict in result.verdicts:
        if not verdict.added:
            platform = verdict.scope.get("platform") or ""
            suites.setdefault((verdict.pack, platform), []).append(verdict)
    root = ET.Element("testsuites", {"name": "checker"})
    for (pack, platform), verdicts in suites.items():
        name = pack if platform in ("", pack) else f"{pack} ({platform})"
        suite = ET.SubElement(root, "testsuite", {"name": xml_text(name), **_counts(verdicts)})
        for verdict in verdicts:
            _case(suite, verdict, lang)
    total = _counts([v for verdicts in suites.values() for v in verdicts])
    del total["skipped"]  # the schema of Jenkins knows it of suites only
    root.attrib.update(total)
    ET.indent(root, " ")
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + ET.tostring(root, "unicode") + "\n"


def _counts(verdicts: Sequence[Verdict]) -> dict[str, str]:
    failed = sum(v.outcome is Outcome.FAIL for v in verdicts)
    skipped = sum(v.outcome in _SKIPPED for v in verdicts)
    counts = {"tests": len(verdicts), "failures": failed, "errors": 0, "skipped": skipped}
    return {key: str(number) for key, number in counts.items()}


def _case(suite: ET.Element, verdict: Verdict, lang: str) -> None:
    scope, period = words.scope(verdict, lang), words.period(verdict.period, lang)
    name = say("comma", lang).join((verdict.title.get(lang), scope, period))
    about = {"classname": verdict.rule.replace("/", "."), "name": name}
    case = ET.SubElement(suite, "testcase", {key: xml_text(text) for key, text in about.items()})
    if verdict.outcome is Outcome.FAIL:
        said = _said(verdict, lang)
        failure = ET.SubElement(case, "failure", {"message": said, "type": verdict.severity})
        advice = verdict.advice.get(lang) if verdict.advice else ""
        failure.text = "\n".join((said, xml_text(advice))) if advice else said
    elif verdict.outcome in _SKIPPED:
        ET.SubElement(case, "skipped", {"message": _why(verdict, lang)})
    else:
        ET.SubElement(case, "system-out").text = _said(verdict, lang)


def _said(verdict: Verdict, lang: str) -> str:
    """`warn: 61.3% (≥ 80%); 12 of 96 sessions late [new]`; of a pass without the outcome."""
    if verdict.type == "manual":
        text = answer(verdict, lang)
    else:
        gap = words.gap(verdict, lang)
        parts = (words.value_against(verdict, lang), gap, explained(verdict, lang))
        text = say("semicolon", lang).join(part for part in parts if part)
    if verdict.outcome is Outcome.WARN:
        text = words.outcome(verdict.outcome, lang) + say("colon", lang) + text
    if mark := beside_baseline([verdict], lang):
        text += say("beside_baseline", lang, name=mark)
    return xml_text(text)


def _why(verdict: Verdict, lang: str) -> str:
    outcome = words.outcome(verdict.outcome, lang)
    if verdict.outcome is Outcome.INFO:
        parts = (words.value_with_basis(verdict, lang), explained(verdict, lang))
        reason = say("semicolon", lang).join(part for part in parts if part)
    elif verdict.outcome is Outcome.WAIVED:
        reason = waiver(verdict.waiver or {}, lang)
    else:
        reason = words.reason(verdict, lang)
    return xml_text(outcome + say("colon", lang) + reason)
