"""What the bundled packs have written, read with plain YAML: which rules measure, and their bounds."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

RULES = Path(__file__).parents[2] / "rules"


@cache
def rules_of(pack: str) -> Mapping[str, Mapping[str, Any]]:
    """The rules of a pack, with params put into requirements and aims."""
    written = yaml.safe_load((RULES / pack / "pack.yaml").read_text(encoding="utf-8"))
    for rule in written["rules"].values():
        for field in ("require", "aim"):
            for name, value in written.get("params", {}).items():
                if field in rule:
                    rule[field] = rule[field].replace(name, value)
    found: Mapping[str, Mapping[str, Any]] = written["rules"]
    return found


def measuring_rules(pack: str) -> set[str]:
    return {f"{pack}/{name}" for name, rule in rules_of(pack).items() if "ask" not in rule}


def questions(pack: str) -> set[str]:
    return {f"{pack}/{name}" for name, rule in rules_of(pack).items() if "ask" in rule}


def written_differences(result: Mapping[str, Any]) -> list[str]:
    """Verdicts whose requirement, aim or severity is not the one in the file."""
    found = []
    for verdict in result["verdicts"]:
        rule = rules_of(verdict["rule"].split("/")[0])[verdict["rule"].split("/")[1]]
        for field in ("require", "aim"):
            written = ">= 100%" if field == "require" and "every" in rule else rule.get(field)
            if verdict[field] != written:
                found.append(f"{verdict['rule']}: {field} is {verdict[field]}")
        if verdict["severity"] != rule.get("severity", "error"):
            found.append(f"{verdict['rule']}: severity is {verdict['severity']}")
    return found
