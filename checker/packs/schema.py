"""The JSON Schema check of a pack, told as diagnostics with places."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from checker.diagnostics import Diagnostic
from checker.packs.access import content, is_null
from checker.packs.fits import fits
from checker.packs.nodes import MapNode, Node, SeqNode
from checker.packs.tellers import TELLERS, Failure, Path, Problem, tell_other

if TYPE_CHECKING:
    from jsonschema import Draft202012Validator

_WHOLE = {"pack": "the pack"}  # what messages call the root of a file


@lru_cache(maxsize=4)
def read_schema(name: str) -> Mapping[str, Any]:
    text = files("checker").joinpath(f"schemas/{name}.schema.json").read_text("utf-8")
    schema: Mapping[str, Any] = json.loads(text)
    return schema


@lru_cache(maxsize=8)
def _schema(name: str, definition: str) -> Mapping[str, Any]:
    schema = read_schema(name)
    return {"$ref": f"#/$defs/{definition}", "$defs": schema["$defs"]} if definition else schema


@lru_cache(maxsize=8)
def _validator(name: str, definition: str) -> Draft202012Validator:
    from jsonschema import Draft202012Validator  # only what is wrong needs it

    return Draft202012Validator(_schema(name, definition))


def check(
    root: MapNode, definition: str = "", at: Path = (), schema: str = "pack"
) -> tuple[Problem, ...]:
    """What in `root` does not fit the schema, or one `definition` of it; nulls count as absent.

    `at` is the way to `root`, where it is not a whole file. `schema` names a file of `schemas/`.
    """
    plain, whole = content(root), _schema(schema, definition)
    if fits(plain, whole, whole):
        return ()
    errors = list(_validator(schema, definition).iter_errors(plain))
    wrong_type = {tuple(e.absolute_path) for e in errors if e.validator == "type"}
    found: dict[Problem, None] = {}
    for error in errors:
        path: Path = tuple(error.absolute_path)
        if error.validator != "type" and path in wrong_type:
            continue
        tell = TELLERS.get(str(error.validator), tell_other)
        found.update(
            dict.fromkeys(
                tell(Failure(root, path, (*at, *path), error, _WHOLE.get(schema, "the file")))
            )
        )
    return tuple(_with_echoes(list(found)))


def check_empty(root: Node, path: Path = ()) -> Iterator[Problem]:
    """Keys without a value, in a pack that inherits nothing that null could remove."""
    if isinstance(root, SeqNode):
        for index, item in enumerate(root.items):
            yield from check_empty(item, (*path, index))
    elif isinstance(root, MapNode):
        for key, node in root:
            if is_null(node):
                message = f"`{key}` has no value"
                yield Problem((*path, key), Diagnostic("E026", message, root.keys[key].span))
            elif key != "revisions":  # there null removes
                yield from check_empty(node, (*path, key))


def _with_echoes(problems: list[Problem]) -> Iterator[Problem]:
    """Marks `x is missing` where a key was meant as x and misspelt."""
    meant: dict[Path, set[str]] = {}
    for typo in problems:
        if typo.diagnostic.code == "E020" and typo.diagnostic.label.startswith("did you mean"):
            meant.setdefault(typo.path[:-1], set()).add(typo.diagnostic.label.split("`")[1])
    for problem in problems:
        missing = problem.diagnostic.code in ("E021", "E025", "E032")
        echo = missing and bool(meant.get(problem.path, set()) & _wanted(problem))
        yield replace(problem, echo=echo)


def _wanted(problem: Problem) -> set[str]:
    """The keys that a problem says are missing."""
    if problem.diagnostic.code == "E025":
        return set(problem.diagnostic.notes[0].removeprefix("one of: ").split(", "))
    return {problem.diagnostic.label.removeprefix("add ")}
