"""Files of waivers and attestations → the model, with everything wrong with them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from checker.diagnostics import Diagnostic, Span
from checker.packs.access import child, items, mapping, scalar, word
from checker.packs.nodes import MapNode, ScalarNode
from checker.packs.schema import check, check_empty
from checker.packs.tellers import Problem
from checker.packs.windows import parse_date
from checker.packs.yaml import read_yaml
from checker.verdicts.exceptions import VALID_FOR, Attestation, Exceptions, Waiver

Kind = Literal["waiver", "attestation"]
_Entry = TypeVar("_Entry", bound=Waiver | Attestation)

_OPTIONS: dict[Kind, str] = {"waiver": "--waivers", "attestation": "--attest"}
_TOP = re.compile(rb"""^(?:\xef\xbb\xbf)?["']?(waiver|attestation)s["']?[ \t]*:""", re.MULTILINE)
_SNIFFED = 100_000


def read_exceptions(
    waivers: Sequence[Path], attestations: Sequence[Path]
) -> tuple[Exceptions, tuple[Diagnostic, ...]]:
    """What the files say, without the entries that are wrong, and what is wrong with those."""
    found: list[Diagnostic] = []
    given = [e for file in _once(waivers) for e in _entries(file, "waiver", _waiver, found)]
    answered = [
        e for file in _once(attestations) for e in _entries(file, "attestation", _answer, found)
    ]
    return Exceptions(tuple(given), tuple(answered)), tuple(found)


def exception_kind(file: Path) -> Kind | None:
    """Which of the two a YAML file is, by its key at the top; None for every other file."""
    try:
        with file.open("rb") as stream:
            top = _TOP.search(stream.read(_SNIFFED))
    except OSError:
        return None
    if top is None:
        return None
    return "waiver" if top[1] == b"waiver" else "attestation"


def find_exceptions(folder: Path) -> list[tuple[Path, Kind]]:
    """The files of waivers and attestations in a folder and below."""
    found = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "node_modules")
        for name in sorted(names):
            file = Path(place) / name
            if name.endswith((".yaml", ".yml")) and (kind := exception_kind(file)):
                found.append((file, kind))
    return found


def _once(files: Sequence[Path]) -> list[Path]:
    return list({file.resolve(): file for file in files}.values())


def _entries(
    file: Path,
    kind: Kind,
    build: Callable[[MapNode, list[Diagnostic]], _Entry | None],
    found: list[Diagnostic],
) -> list[_Entry]:
    root, problems = read_yaml(file)
    found.extend(problems)
    if root is None:
        return []
    if not isinstance(root, MapNode):
        found.append(_another_file(None, file, kind))
        return []
    if f"{kind}s" not in root.entries:
        found.append(_another_file(root, file, kind))
        return []
    empty = list(check_empty(root))
    # A key without a value is told as such, and not as missing, too.
    told = {(*p.path[:-1], f"add {p.path[-1]}") for p in empty}
    missing = [p for p in check(root, schema=kind) if (*p.path, p.diagnostic.label) not in told]
    wrong = [*missing, *empty]
    found.extend(_told(p, root, kind) for p in wrong if not p.echo)
    if any(len(p.path) < 2 for p in wrong):
        return []
    bad = {p.path[1] for p in wrong}
    built = []
    for index, item in enumerate(items(root.get(f"{kind}s"))):
        if index in bad:
            continue
        node = mapping(item)
        before = len(found)
        entry = build(node, found)
        rule = scalar(node.get("rule")).text
        found[before:] = [replace(d, subject=f"{kind} of {rule}") for d in found[before:]]
        if entry is not None:
            built.append(entry)
    return built


def _another_file(root: MapNode | None, file: Path, kind: Kind) -> Diagnostic:
    other: Kind = "attestation" if kind == "waiver" else "waiver"
    message = f"{file.as_posix()} has no `{kind}s`"
    top = Span(file.as_posix(), 1, 1, 1, 2)
    if root is not None and f"{other}s" in root.entries:
        label = f"these are {other}s: give them with {_OPTIONS[other]}"
        return Diagnostic("E340", message, root.keys[f"{other}s"].span, label)
    if root is not None and root.keys:
        top = next(iter(root.keys.values())).span
    return Diagnostic("E340", message, top, f"begin with {kind}s:")


def _told(problem: Problem, root: MapNode, kind: Kind) -> Diagnostic:
    """The problem with the entry that it is about."""
    diagnostic = problem.diagnostic
    if len(problem.path) < 2 or not isinstance(problem.path[1], int):
        return diagnostic
    # The schema check names a value by its key; an entry of a list has none.
    message = diagnostic.message.replace(f"`{kind}s`", f"the {kind}", 1)
    notes = tuple(note.replace(f"`{kind}s`", f"the {kind}", 1) for note in diagnostic.notes)
    entry = items(root.get(f"{kind}s"))[problem.path[1]]
    rule = entry.get("rule") if isinstance(entry, MapNode) else None
    subject = f"{kind} of {rule.text}" if isinstance(rule, ScalarNode) and rule.text else ""
    return replace(diagnostic, message=message, notes=notes, subject=subject)


def _waiver(node: MapNode, found: list[Diagnostic]) -> Waiver | None:
    first, until = (parse_date(scalar(node.get(key)), found) for key in ("from", "until"))
    if first is None or until is None:
        return None
    if until < first:
        message = f"the waiver ends on {until}, before it begins on {first}"
        found.append(Diagnostic("E341", message, scalar(node.get("until")).span))
        return None
    return Waiver(
        first=first,
        until=until,
        reason=scalar(node.get("reason")).text.strip(),
        approved_by=scalar(node.get("approved_by")).text.strip(),
        **_shared(node),
    )


def _answer(node: MapNode, found: list[Diagnostic]) -> Attestation | None:
    on = parse_date(scalar(node.get("on")), found)
    if on is None:
        return None
    days, evidence = word(node, "valid_for"), word(node, "evidence")
    return Attestation(
        answer="yes" if word(node, "answer") == "yes" else "no",
        on=on,
        by=scalar(node.get("by")).text.strip(),
        evidence=evidence and evidence.strip(),
        valid_for=int(days[:-1]) if days else VALID_FOR,
        **_shared(node),
    )


def _shared(node: MapNode) -> dict[str, Any]:
    """What both kinds have: rule, scope and places."""
    written = child(node, "scope")
    scope = mapping(written) if written is not None else None
    places = {key: key_node.span for key, key_node in node.keys.items()}
    places["rule"] = scalar(node.get("rule")).span
    for key in ("until", "on", "valid_for"):
        if isinstance(value := node.get(key), ScalarNode):
            places[key] = value.span
    if scope is not None:
        places |= {f"scope.{key}": key_node.span for key, key_node in scope.keys.items()}
    return {
        "rule": scalar(node.get("rule")).text,
        "scope": {key: scalar(value).text for key, value in scope} if scope else {},
        "span": places["rule"],
        "places": places,
    }
