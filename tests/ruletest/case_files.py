"""Cases as text: a line `=== NAME` before each part."""

from __future__ import annotations

from pathlib import Path


def parts(case: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in ("\n" + case.read_text("utf-8")).split("\n=== ")[1:]:
        name, _, body = part.partition("\n")
        found[name.strip()] = body if body.endswith("\n") or not body else body + "\n"
    return found
