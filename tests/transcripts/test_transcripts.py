"""Each .txt file here is one case: commands after `$ `, and below each what it must print.

stdout stands as it is, stderr after `! `, an exit code that is not 0 after `? `; lines with `# ` are
remarks. Commands run in a fresh folder that holds examples/, rules/ and what is in files/.
UPDATE_TRANSCRIPTS=1 writes what is printed into the files instead of comparing: read the difference.
"""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from console import ROOT, UPDATE, environment, shown

HERE = Path(__file__).parent
TRANSCRIPTS = sorted(HERE.glob("*.txt"))
STARTED = {
    "audit writes json to stdout or a file",
    "help names every command",
    "test runs the tests of rules",
}
"""Their commands are started as a user's are; those of the others are forks, which come sooner."""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "here"
    shutil.copytree(HERE / "files", place)
    for name in ("examples", "rules"):
        (place / name).symlink_to(ROOT / name, target_is_directory=True)
    return place


def test_there_are_transcripts() -> None:
    assert TRANSCRIPTS


@pytest.mark.parametrize("transcript", TRANSCRIPTS, ids=lambda path: path.stem)
def test_transcript(transcript: Path, folder: Path, tmp_path: Path) -> None:
    env = environment(tmp_path / "bin", started=transcript.stem in STARTED)
    wanted = transcript.read_text("utf-8")
    parts = []
    for line in wanted.splitlines():
        if line.startswith("# "):
            parts.append(f"{line}\n")
        elif line.startswith("$ "):
            parts.append(f"{line}\n{shown(line[2:], folder, env)}\n")
    printed = "".join(parts).rstrip("\n") + "\n"
    if UPDATE:
        transcript.write_text(printed, "utf-8")
    assert printed == wanted or UPDATE
