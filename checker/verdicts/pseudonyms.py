"""Pseudonyms of buyers and agents, put in place of their ids before anything is reported.

A pseudonym is the HMAC-SHA256 of the id under the user's salt: the same wherever salt and id are the
same, and not to be undone without the salt. Sessions, shops and the data themselves stay as they are.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from checker.diagnostics import Diagnostic
from checker.verdicts.explanation import ConditionReading, TimelineEvent
from checker.verdicts.model import Listed, Offender, Result, Verdict
from checker.verdicts.order import verdict_key
from checker.verdicts.profile import Finding

SHORT = 8  # hexadecimal digits; all of them where two ids would have the same
LEAST_SALT = 8  # characters
_KINDS = {"agent": "agent", "agent_id": "agent", "buyer": "buyer", "buyer_id": "buyer"}
_RULES = ("checker.packs.", "checker.language.", "checker.diagnostics")  # these hold no data
_READ_ID = re.compile(r"(?:.*\W)?(?:last_)?(agent|buyer)_id\)?")
_READ_TEXT = re.compile(r"(?:.*\W)?(?:text|name)\)?")

Change = Callable[[str, str], str]
"""(agent or buyer, id) to what stands in its place."""
T = TypeVar("T")


def check_salt(salt: str) -> tuple[Diagnostic, ...]:
    if len(salt) >= LEAST_SALT:
        return ()
    note = f"take at least {LEAST_SALT} characters that nobody guesses, and keep them apart"
    return (Diagnostic("E391", "--pseudonymize: the salt is too short", notes=(note,)),)


def pseudonymous(reported: T, salt: str) -> T:
    """A result, a timeline or anything else that is reported, with pseudonyms wherever it names an
    agent or a buyer; a missing id stays missing, what was said and agents' names are left out.

    The verdicts of a result are put in order anew, so that their order says nothing of the ids.
    """
    ids: dict[tuple[str, str], None] = {}

    def note(kind: str, given: str) -> str:
        ids[kind, given] = None
        return given

    _changed(reported, note)
    names = pseudonyms(salt, ids)
    changed = _changed(reported, lambda kind, given: names[kind, given])
    return _in_order(changed) if isinstance(changed, Result) else changed  # type: ignore[return-value]


def without_quotes(
    found: Sequence[Diagnostic], files: Collection[Path] = ()
) -> tuple[Diagnostic, ...]:
    """Diagnostics without anything that they quote of the data, which may hold ids or what was said,
    and without the lines of `files`, which may name people."""
    named = {str(file) for file in files} | {file.as_posix() for file in files}
    return tuple(_unquoted(one, named) for one in found)


def _unquoted(one: Diagnostic, files: Collection[str]) -> Diagnostic:
    def shown(text: str) -> str:
        for quote in sorted(one.quotes, key=len, reverse=True):
            text = text.replace(quote, "…")
        return text

    span = one.span
    if span is not None and (span.file in files or (span.source and span.source in one.quotes)):
        span = replace(span, source="")
    notes = tuple(shown(note) for note in one.notes)
    return replace(
        one, message=shown(one.message), label=shown(one.label), notes=notes, span=span, quotes=()
    )


def pseudonyms(salt: str, ids: Mapping[tuple[str, str], None]) -> dict[tuple[str, str], str]:
    """`agent-3f9a1c2b` for each (kind, id); two ids never share one."""
    digests = {key: _digest(salt, *key) for key in ids}
    short: dict[tuple[str, str], int] = {}
    for (kind, _), digest in digests.items():
        short[kind, digest[:SHORT]] = short.get((kind, digest[:SHORT]), 0) + 1
    return {
        key: f"{key[0]}-{digest if short[key[0], digest[:SHORT]] > 1 else digest[:SHORT]}"
        for key, digest in digests.items()
    }


def _digest(salt: str, kind: str, given: str) -> str:
    text = f"{kind}\0{given}".encode("utf-8", "surrogatepass")
    return hmac.new(salt.encode("utf-8", "surrogateescape"), text, hashlib.sha256).hexdigest()


def _in_order(result: Result) -> Result:
    rules = {rule: i for i, rule in enumerate(dict.fromkeys(v.rule for v in result.verdicts))}
    order = sorted(result.verdicts, key=lambda v: (rules[v.rule], verdict_key(v)))
    return replace(result, verdicts=tuple(order))


def _changed(value: Any, change: Change) -> Any:
    """The value with every id changed, wherever a field or a key says that it is one."""
    if isinstance(value, ConditionReading):
        return replace(value, values=tuple(_reading(*pair, change) for pair in value.values))
    if isinstance(value, TimelineEvent):
        value = replace(value, text=None)
    if isinstance(value, Finding):
        if value.kind not in _KINDS:
            return value
        examples = sorted(change(_KINDS[value.kind], one) for one in value.examples)
        return replace(value, examples=tuple(examples))
    if is_dataclass(value) and not isinstance(value, type):
        if f"{type(value).__module__}.".startswith(_RULES):
            return value
        given = {one.name: getattr(value, one.name) for one in fields(value) if one.init}
        new = {name: _named(name, inner, change) for name, inner in given.items()}
        return replace(value, **{n: v for n, v in new.items() if v is not given[n]})
    if isinstance(value, Mapping):
        return {key: _named(key, inner, change) for key, inner in value.items()}
    if isinstance(value, Offender | Verdict):
        named = (_named(name, inner, change) for name, inner in value._asdict().items())
        return type(value)(*named)
    if isinstance(value, tuple | Listed) and value:
        return tuple(_changed(inner, change) for inner in value)
    return value


def _named(name: object, value: Any, change: Change) -> Any:
    kind = _KINDS.get(name) if isinstance(name, str) else None
    if kind is not None and isinstance(value, str):
        return change(kind, value)
    return _changed(value, change)


def _reading(column: str, shown: str, change: Change) -> tuple[str, str]:
    """What a condition read, as `explain` shows it: text stands in quotes."""
    if not (shown.startswith("'") and shown.endswith("'")):
        return column, shown
    if found := _READ_ID.fullmatch(column):
        given = shown[1:-1].replace("''", "'")
        return column, f"'{change(found[1], given)}'"
    return column, "…" if _READ_TEXT.fullmatch(column) else shown
