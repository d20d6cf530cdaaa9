"""Cases as one text file each: files of a folder in, diagnostics out.

A case is text with a line `=== NAME` before each file of the folder that is read, `=== settings`
with `--set` pairs where there are any, and `=== diagnostics` with what must come out, one a line.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from checker.diagnostics import Diagnostic

Read = Callable[[Sequence[Path], Sequence[tuple[str, str]]], tuple[object, tuple[Diagnostic, ...]]]


def sections(case: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in ("\n" + case.read_text("utf-8")).split("\n=== ")[1:]:
        name, _, body = part.partition("\n")
        found[name.strip()] = body if body.endswith("\n") or not body else body + "\n"
    return found


def told(diagnostic: Diagnostic) -> str:
    span = diagnostic.span
    place = ""
    if span is not None:
        place = f"{span.file}:{span.line}:{span.column}-{span.end_column}"
        if span.end_line != span.line:
            place = f"{span.file}:{span.line}:{span.column}-{span.end_line}:{span.end_column}"
    parts = (place, diagnostic.message, diagnostic.label, *diagnostic.notes, diagnostic.subject)
    return " | ".join((diagnostic.code, *(part for part in parts if part)))


def outcome(case: Path, read: Read) -> list[str]:
    """What `read` says of the case's files, which are written into the working directory."""
    given = sections(case)
    files = [name for name in given if name not in ("settings", "diagnostics")]
    for name in files:
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(given[name], "utf-8")
    pairs = [line.partition("=") for line in given.get("settings", "").splitlines()]
    settings = [(key, value) for key, _, value in pairs]
    _, found = read([Path(name) for name in files], settings)
    return [told(diagnostic) for diagnostic in found]
