"""The params of a mapping as the user gave them: --set, --from and --through."""

from __future__ import annotations

from collections.abc import Sequence

from checker.diagnostics import Diagnostic, nearest
from checker.imports.bad import STRETCH, given_by
from checker.imports.making import Given
from checker.imports.read import param_value
from checker.imports.typing import TypedMapping


def given_params(
    mapping: TypedMapping,
    settings: Sequence[tuple[str, str]],
    first: str | None = None,
    through: str | None = None,
) -> tuple[Given, tuple[Diagnostic, ...]]:
    """The value of every param; what is needed and not given is an error."""
    params = mapping.written.params
    found: list[Diagnostic] = []
    texts = {name: p.default for name, p in params.items()}
    for name, day in zip(STRETCH, (first, through), strict=True):
        if day is not None and name in params:
            texts[name] = day
    for name, value in settings:
        if name in params:
            texts[name] = value
            continue
        near = nearest(name, tuple(params))
        notes = (f"did you mean `{near}`?",) if near else ()
        listed = f"params of {mapping.written.name}: {', '.join(params) or 'none'}"
        found.append(Diagnostic("E278", f"--set {name}: no such param", notes=(*notes, listed)))
    values: dict[str, str | int | None] = {}
    for name, param in params.items():
        text = texts[name]
        values[name] = None if text is None else param_value(param.type, text)
        if text is not None and values[name] is None:
            how = "write it as 2026-10-01" if str(param.type) == "date" else "write a whole number"
            found.append(Diagnostic("E278", f"`{name}`: {text} is no {param.type}", notes=(how,)))
        elif text is None and not param.optional and name in mapping.params:
            doc = param.doc.get("en") if param.doc else ""
            notes = (*((doc,) if doc else ()), f"give it with {given_by(name)}")
            message = f"the mapping {mapping.written.name} needs `{name}`"
            found.append(Diagnostic("E278", message, notes=notes))
    return values, tuple(found)
