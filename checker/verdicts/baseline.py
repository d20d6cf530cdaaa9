"""A baseline: which failures are new beside an earlier result, which remain, which are repaired."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from checker.diagnostics import Diagnostic
from checker.packs.schema import read_schema
from checker.verdicts.model import BaselineCounts, Outcome, Result, Verdict

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import ValidationError

_READ = ("rule", "scope", "period", "outcome")
# The dates of these depend on the data and the as-of instant; a rule has one such period a run.
_FLOATING = frozenset({"all", "rolling"})
_MET = frozenset({Outcome.PASS, Outcome.WARN})
_SHOWN = 3  # things wrong with one file

Key = tuple[Hashable, ...]


@dataclass(frozen=True)
class Baseline:
    """The verdicts of an earlier result that failed, and the rules that it judged."""

    failed: frozenset[Key]
    rules: frozenset[str]


def read_baseline(path: Path) -> tuple[Baseline | None, tuple[Diagnostic, ...]]:
    """The result of `checker audit --format json` at `path`, or what is wrong with it (E330, E331)."""
    name = path.as_posix()
    try:
        read = json.loads(path.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        return None, (_unreadable(name, error.strerror or str(error)),)
    except UnicodeDecodeError:
        return None, (_unreadable(name, "it is not text in UTF-8"),)
    except (ValueError, RecursionError) as error:
        return None, (_unreadable(name, f"it is not JSON: {error}"),)
    wrong = tuple(_wrong(read))
    if wrong:
        message = f"{name} is no result of an audit"
        shown = (*wrong[:_SHOWN], *([f"… and {len(wrong) - _SHOWN} more"] * (len(wrong) > _SHOWN)))
        return None, (Diagnostic("E331", message, notes=shown),)
    verdicts = read["verdicts"]
    failed = frozenset(_key_of(v) for v in verdicts if v["outcome"] == Outcome.FAIL)
    return Baseline(failed, frozenset(v["rule"] for v in verdicts)), ()


def beside(result: Result, baseline: Baseline) -> tuple[Result, tuple[Diagnostic, ...]]:
    """The result with its failures marked: new, still there, or repaired.

    Verdicts go together by rule, scope and period; of a period without fixed dates (all, rolling)
    by its kind. What could not be judged is not repaired, and neither is what is waived. Warns
    (W330) where the two have no rule in common.
    """
    verdicts = tuple(_marked(verdict, baseline.failed) for verdict in result.verdicts)
    marks = Counter(verdict.baseline for verdict in verdicts)
    there = {_key(verdict) for verdict in verdicts}
    gone = len(baseline.failed - there)
    counts = BaselineCounts(marks["new"], marks["still"], marks["repaired"], gone)
    found: tuple[Diagnostic, ...] = ()
    if verdicts and not baseline.rules & {verdict.rule for verdict in verdicts}:
        message = "the baseline has no rule of this audit, so every failure counts as new"
        rules = ", ".join(sorted(baseline.rules)[:_SHOWN]) or "none"
        notes = (f"rules of the baseline: {rules}{', …' * (len(baseline.rules) > _SHOWN)}",)
        found = (Diagnostic("W330", message, notes=notes, level="warning"),)
    return replace(result, verdicts=verdicts, baseline=counts), found


def _unreadable(name: str, why: str) -> Diagnostic:
    notes = ("it is a result that checker audit --format json -o FILE wrote",)
    return Diagnostic("E330", f"cannot read the baseline {name}: {why}", notes=notes)


def _marked(verdict: Verdict, failed: frozenset[Key]) -> Verdict:
    if verdict.added:
        return verdict
    before = _key(verdict) in failed
    if verdict.outcome is Outcome.FAIL:
        return verdict._replace(baseline="still" if before else "new")
    if before and verdict.outcome in _MET:
        return verdict._replace(baseline="repaired")
    return verdict


def _key(verdict: Verdict) -> Key:
    period = verdict.period
    return _made(verdict.rule, verdict.scope, period.kind, period.start, period.through)


def _key_of(written: Mapping[str, Any]) -> Key:
    period = written["period"]
    return _made(
        written["rule"], written["scope"], period["kind"], period["from"], period["through"]
    )


def _made(
    rule: str, scope: Mapping[str, str | None], kind: str, start: str | None, through: str | None
) -> Key:
    dates = () if kind in _FLOATING else (start, through)
    return (rule, frozenset(scope.items()), kind, *dates)


def _wrong(read: object) -> Iterator[str]:
    """What is against the schema, of the keys that are read. Keys of later versions are no mistake."""
    for error in _validator().iter_errors(read):
        yield f"{_place(error)}: {_said(error)}"


def _said(error: ValidationError) -> str:
    text = " ".join(error.message.split())
    return text if len(text) <= 80 else f"the {error.validator} is not {error.validator_value}"


def _place(error: ValidationError) -> str:
    steps = (f"[{s}]" if isinstance(s, int) else f".{s}" for s in error.absolute_path)
    return "".join(steps).lstrip(".") or "the file"


@lru_cache(maxsize=1)
def _validator() -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # most audits have no baseline

    schema = read_schema("result")
    verdict = schema["$defs"]["verdict"]
    return Draft202012Validator(
        {
            "$defs": {"instant": schema["$defs"]["instant"]},
            "type": "object",
            "required": ["schema", "verdicts"],
            "properties": {
                "schema": schema["properties"]["schema"],
                "verdicts": {
                    "type": "array",
                    "items": {
                        "type": "object",
                        "required": list(_READ),
                        "properties": {key: verdict["properties"][key] for key in _READ},
                    },
                },
            },
        }
    )
