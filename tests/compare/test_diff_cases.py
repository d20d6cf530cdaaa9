"""Two rule files in, changes out: each file in cases/ is one case, its name says what it shows.

A case is text with a line `=== old/NAME` or `=== new/NAME` before each file, and `=== changes` with
what must come out, one change a line as pack/rule field kind: old -> new [effect] {remarks}.
"""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

from checker import schemas
from checker.comparing import diff_rules
from checker.packs.diff import Change, PackDiff
from checker.reports.change_words import value_text
from checker.reports.diff import diff_json, diff_markdown

CASES = sorted((Path(__file__).parent / "cases").glob("*.case"))
SCHEMA = json.loads((Path(schemas.__path__[0]) / "diff.schema.json").read_text("utf-8"))


def sections(case: Path) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in ("\n" + case.read_text("utf-8")).split("\n=== ")[1:]:
        name, _, body = part.partition("\n")
        found[name.strip()] = body + "\n"
    return found


def compared(case: Path, folder: Path) -> tuple[PackDiff, ...]:
    for name, text in sections(case).items():
        if name != "changes":
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, "utf-8")
    packs, diagnostics = diff_rules(folder / "old", folder / "new")
    assert packs is not None, [d.message for d in diagnostics]
    return packs


def told(packs: tuple[PackDiff, ...]) -> list[str]:
    lines = []
    for pack in packs:
        name = pack.old if pack.old == pack.new else f"{pack.old}>{pack.new}"
        if pack.kind != "changed":
            lines.append(f"{name} {pack.kind}")
        lines += [f"{name} {_line(change)}" for change in pack.changes]
        for rule in pack.rules:
            if rule.kind != "changed":
                lines.append(f"{name}/{rule.id} {rule.kind} ({len(rule.changes)} fields)")
            else:
                lines += [f"{name}/{rule.id} {_line(change)}" for change in rule.changes]
    return lines


def _line(change: Change) -> str:
    old, new = (value_text(v) if v is not None else "-" for v in (change.old, change.new))
    text = f"{change.field} {change.kind}: {old} -> {new}"
    text += f" [{change.effect}]" if change.effect else ""
    text += f" since {change.since}" if change.since else ""
    text += " (wording)" if change.wording else ""
    return text + (f" affects {', '.join(change.affects)}" if change.affects else "")


def test_there_are_cases() -> None:
    assert len(CASES) > 15


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path, tmp_path: Path) -> None:
    packs = compared(case, tmp_path)
    assert told(packs) == sections(case)["changes"].strip().splitlines()


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_json_fits_its_schema_and_markdown_names_every_rule(case: Path, tmp_path: Path) -> None:
    packs = compared(case, tmp_path)
    body = json.loads(diff_json(packs))
    jsonschema.Draft202012Validator(SCHEMA).validate(body)
    assert body["different"] is bool(told(packs))
    page = diff_markdown(packs, lang="en")
    assert all(f"/{rule.id}`" in page for pack in packs for rule in pack.rules)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_rules_do_not_differ_from_themselves(case: Path, tmp_path: Path) -> None:
    compared(case, tmp_path)
    for side in ("old", "new"):
        packs, _ = diff_rules(tmp_path / side, tmp_path / side)
        assert packs is not None
        assert told(packs) == []
