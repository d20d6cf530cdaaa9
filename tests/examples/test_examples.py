"""Every console block of the READMEs prints what it says it prints, run from the root of the project.

UPDATE_TRANSCRIPTS=1 writes what is printed into the pages instead of comparing.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from console import ROOT, UPDATE, blocks, environment, shown, with_outputs

from checker.rulesets import load_packs

EXAMPLES = sorted(path for path in (ROOT / "examples").iterdir() if path.is_dir())
PAGES = [
    ROOT / "README.md",
    ROOT / "README.zh.md",
    ROOT / "CONTRIBUTING.md",
    ROOT / "docs" / "watch.md",
    *(example / "README.md" for example in EXAMPLES),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_page_prints_what_it_says(page: Path, tmp_path: Path) -> None:
    assert blocks(page), "a page without a command that can be checked"
    env = environment(tmp_path / "bin", started=page.parent == ROOT)
    wanted = page.read_text("utf-8")
    printed = with_outputs(page, lambda line: shown(line, ROOT, env))
    if UPDATE:
        page.write_text(printed, "utf-8")
    assert printed == wanted or UPDATE


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.name)
def test_example_is_small(example: Path) -> None:
    assert sum(file.stat().st_size for file in example.rglob("*")) < 1_000_000


@pytest.mark.parametrize("page", ["README.md", "README.zh.md"])
def test_rules_of_the_readme_are_sound(page: str, tmp_path: Path) -> None:
    written = (ROOT / page).read_text("utf-8").split("```yaml\n")[1].split("```")[0]
    (tmp_path / "house.yaml").write_text(written, "utf-8")
    packs, diagnostics = load_packs((tmp_path / "house.yaml",))
    assert [rule.id for pack in packs for rule in pack.rules] == ["house/first-answer"]
    assert not diagnostics


def test_both_readmes_have_the_same_sections_and_commands() -> None:
    english, chinese = (
        [
            (line[:2], line.strip() if line.startswith("    python3") else "")
            for line in (ROOT / page).read_text("utf-8").splitlines()
            if line.startswith(("#", "    python3", "| `", "```"))
        ]
        for page in ("README.md", "README.zh.md")
    )
    assert english == chinese
