"""The tutorial is followed line by line: its files are written, its commands run, its output compared.

A yaml block that begins with `# file: PATH` writes that file, without this line; a console block runs
its command. UPDATE_TRANSCRIPTS=1 writes what is printed into the page instead of comparing.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from console import ROOT, UPDATE, environment, shown

PAGES = sorted((ROOT / "docs").glob("tutorial*.md"))
_BLOCK = re.compile(
    r"^```yaml\n# file: (?P<file>[^\n]+)\n(?P<text>.*?)^```$"
    r"|^```console\n\$ (?P<line>[^\n]+)\n(?P<output>.*?)^```$",
    re.M | re.S,
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_tutorial_works_as_it_says(page: Path, tmp_path: Path) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "examples").symlink_to(ROOT / "examples", target_is_directory=True)
    env = environment(tmp_path / "bin", started=False)

    def followed(found: re.Match[str]) -> str:
        if found["file"]:
            path = folder / found["file"]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(found["text"], "utf-8")
            return found[0]
        return f"```console\n$ {found['line']}\n{shown(found['line'], folder, env)}```"

    wanted = page.read_text("utf-8")
    printed = _BLOCK.sub(followed, wanted)
    if UPDATE:
        page.write_text(printed, "utf-8")
    assert printed == wanted or UPDATE


def test_both_tutorials_have_the_same_sections_files_and_commands() -> None:
    found = []
    for page in PAGES:
        text = page.read_text("utf-8")
        blocks = [
            (b["file"], (b["line"] or "").replace(" --lang zh", "").replace(" --lang en", ""))
            for b in _BLOCK.finditer(text)
        ]
        found.append((text.count("\n## "), blocks))
    assert len(found) == 2
    assert found[0] == found[1]
    assert len(found[0][1]) > 10
