"""SARIF 2.1.0: the problems of rule files, or the failures of an audit, for code scanning."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from urllib.parse import quote

import checker
from checker.diagnostics import Diagnostic, Explanation, Span
from checker.reports import words
from checker.reports.clean import clean
from checker.reports.people import answer
from checker.reports.places import relative
from checker.reports.reported import explained
from checker.reports.summary import beside_baseline
from checker.reports.words import say
from checker.verdicts.model import Outcome, Result, Verdict

_SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_STATES = {"new": "new", "still": "unchanged"}
Json = dict[str, object]


def lint_sarif(
    diagnostics: Sequence[Diagnostic], explanations: Mapping[str, Explanation], here: Path
) -> str:
    """The diagnostics as results; each code is a rule with its explanation as help text.

    Files are named relative to `here` where they lie below it.
    """
    codes = sorted({d.code for d in diagnostics})
    rules = [_code(code, explanations.get(code)) for code in codes]
    results = [
        {
            "ruleId": d.code,
            "ruleIndex": codes.index(d.code),
            "level": d.level,
            "message": {"text": "\n".join(clean(part) for part in (_message(d), *d.notes))},
            "locations": [_location(d.span, here)] if d.span else [],
        }
        for d in dict.fromkeys(diagnostics)
    ]
    return _file(rules, results)


def audit_sarif(result: Result, *, lang: str, here: Path | None = None) -> str:
    """The failures and warnings as results, each at the place of its rule in the pack's file."""
    here = here or Path.cwd()
    found = [v for v in result.verdicts if v.outcome in (Outcome.FAIL, Outcome.WARN)]
    ids = list(dict.fromkeys(v.rule for v in found))
    places = {rule: span for pack in result.packs for rule, span in pack.places.items()}
    first = {v.rule: v for v in reversed(found)}
    results = []
    for verdict in found:
        span = places.get(verdict.rule)
        one: Json = {
            "ruleId": clean(verdict.rule),
            "ruleIndex": ids.index(verdict.rule),
            "level": "error" if is_grave(verdict) else "warning",
            "message": {"text": told(verdict, lang)},
            "locations": [_location(span, here)] if span else [],
            "partialFingerprints": {"verdict/v1": _fingerprint(verdict)},
        }
        if verdict.baseline in _STATES:
            one["baselineState"] = _STATES[verdict.baseline]
        results.append(one)
    return _file([_rule(first[rule], lang) for rule in ids], results)


def is_grave(verdict: Verdict) -> bool:
    """What an audit exits with 1 for."""
    return verdict.outcome is Outcome.FAIL and verdict.severity == "error"


def _message(diagnostic: Diagnostic) -> str:
    label = f" ({diagnostic.label})" if diagnostic.label else ""
    subject = f"{diagnostic.subject}: " if diagnostic.subject else ""
    return f"{subject}{diagnostic.message}{label}"


def _code(code: str, explained: Explanation | None) -> Json:
    rule: Json = {
        "id": code,
        "defaultConfiguration": {"level": "warning" if code.startswith("W") else "error"},
    }
    if explained is None:
        return rule
    text, marked = explained.text, explained.text
    for heading, example in (("Wrong:", explained.wrong), ("Right:", explained.right)):
        if example:
            text += f"\n\n{heading}\n{example}"
            marked += f"\n\n{heading}\n\n```yaml\n{example}\n```"
    return rule | {
        "shortDescription": {"text": explained.title},
        "fullDescription": {"text": explained.text},
        "help": {"text": text, "markdown": marked},
    }


def _rule(verdict: Verdict, lang: str) -> Json:
    advice = clean(verdict.advice.get(lang)) if verdict.advice else ""
    rule: Json = {
        "id": clean(verdict.rule),
        "shortDescription": {"text": clean(verdict.title.get(lang)) or clean(verdict.rule)},
        "defaultConfiguration": {"level": verdict.severity},
    }
    return rule | {"help": {"text": advice}} if advice else rule


def told(verdict: Verdict, lang: str) -> str:
    """A verdict in one sentence: what, where, when, and by how much."""
    where = [words.scope(verdict, lang, with_platform=True), words.period(verdict.period, lang)]
    what = [clean(verdict.title.get(lang)), say("comma", lang).join(where)]
    if verdict.type == "manual":
        what.append(answer(verdict, lang))
    else:
        gap = words.gap(verdict, lang)
        what.append(words.value_against(verdict, lang))
        what += [part for part in (gap, explained(verdict, lang)) if part]
    text = say("colon", lang).join(what[:2]) + say("semicolon", lang)
    text += say("semicolon", lang).join(what[2:])
    if mark := beside_baseline([verdict], lang):
        text += say("beside_baseline", lang, name=mark)
    return clean(text)


def _fingerprint(verdict: Verdict) -> str:
    """What stays the same from run to run: rule, scope and period."""
    scope = [f"{kind}={name}" for kind, name in verdict.scope.items()]
    period = verdict.period
    dates = [] if period.kind in ("all", "rolling") else [period.start or ""]
    return clean(" ".join([verdict.rule, *scope, period.kind, *dates]))


def _location(span: Span, here: Path) -> Json:
    file = relative(span.file, here)
    uri = (
        Path(file).as_uri()
        if Path(file).is_absolute()
        else quote(file.encode("utf-8", "surrogateescape"))
    )
    region: Json = {
        "startLine": max(span.line, 1),
        "startColumn": max(span.column, 1),
        "endLine": max(span.end_line, span.line, 1),
        "endColumn": max(span.end_column, 1),
    }
    return {"physicalLocation": {"artifactLocation": {"uri": uri}, "region": region}}


def _file(rules: list[Json], results: Sequence[Json]) -> str:
    driver = {"name": "checker", "version": checker.__version__, "rules": rules}
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": list(results)}
    body = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    # ASCII, so that no name can hold anything that a terminal obeys or UTF-8 lacks.
    return json.dumps(body, ensure_ascii=True, indent=1, allow_nan=False) + "\n"
