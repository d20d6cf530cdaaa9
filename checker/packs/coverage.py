"""Every checkable statement of the sources, and the rules or items that cover it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml

from checker.packs.discover import BUNDLED
from checker.packs.model import Text


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement of `source`; `covered_by` names rules, `out_of_reach` says why none can."""

    source: str
    text: Text
    covered_by: tuple[str, ...]
    out_of_reach: str


def read_coverage(file: Path = BUNDLED / "coverage.yaml") -> tuple[Statement, ...]:
    """The statements in the order of the file, which is ours: a fault in it raises."""
    return tuple(
        Statement(
            entry["source"],
            Text(entry.get("zh"), entry.get("en")),
            tuple(entry.get("covered_by") or ()),
            entry.get("out_of_reach") or "",
        )
        for entry in yaml.safe_load(file.read_text("utf-8"))["statements"]
    )
