"""The explanations of all diagnostic codes, read from the tables in codes/."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from checker.diagnostics import Diagnostic, Explanation, nearest

_CODES = Path(__file__).parent / "codes"
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@lru_cache(maxsize=1)
def explanations() -> Mapping[str, Explanation]:
    """Every code with its explanation, in the order of the codes."""
    found: dict[str, Explanation] = {}
    for file in sorted(_CODES.glob("*.yaml")):
        for code, entry in yaml.load(file.read_text("utf-8"), _LOADER).items():
            if code in found:
                raise ValueError(f"{code} is explained twice, the second time in {file.name}")
            found[code] = Explanation(
                str(entry["title"]),
                " ".join(str(entry["text"]).split()),
                str(entry.get("wrong") or "").rstrip(),
                str(entry.get("right") or "").rstrip(),
            )
    return dict(sorted(found.items(), key=lambda item: (item[0][1:], item[0][0])))


def explanation(code: str) -> tuple[Explanation | None, tuple[Diagnostic, ...]]:
    """The explanation of one code, or what is wrong with the code."""
    known = explanations()
    if code in known:
        return known[code], ()
    best = nearest(code, tuple(known))
    notes = (f"did you mean {best}?",) if best else ()
    listed = f"codes run from {next(iter(known), '')} to {next(reversed(tuple(known)), '')}"
    return None, (Diagnostic("E313", f"there is no code {code}", notes=(*notes, listed)),)
