"""A report is written whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from checker.cli.output import Output
from checker.diagnostics import Diagnostic


def tried(path: Path) -> list[str]:
    found: list[Diagnostic] = []
    Output(path).check(found)
    return [d.code for d in found]


def test_trying_leaves_nothing_behind(tmp_path: Path) -> None:
    assert tried(tmp_path / "new" / "deep" / "report.txt") == []
    assert list(tmp_path.iterdir()) == []


def test_missing_folders_are_made(tmp_path: Path) -> None:
    target = tmp_path / "new" / "deep" / "report.txt"
    assert Output(target).write("报告\n") == ()
    assert target.read_bytes() == "报告\n".encode()
    assert [p.name for p in target.parent.iterdir()] == ["report.txt"]


def test_a_parent_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    assert tried(tmp_path / "file" / "report.txt") == ["E309"]
    (refused,) = Output(tmp_path / "file" / "deep" / "report.txt").write("x")
    assert refused.code == "E309"
    assert (tmp_path / "file").read_text() == "mine"


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert tried(tmp_path) == ["E309"]


def test_a_failed_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "report.txt"
    target.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    (refused,) = Output(target).write("new")
    assert "No space left" in refused.message
    assert target.read_text() == "old"
    assert [p.name for p in tmp_path.iterdir()] == ["report.txt"]


def test_a_rewritten_file_keeps_its_mode_and_its_link(tmp_path: Path) -> None:
    real, link = tmp_path / "real.txt", tmp_path / "link.txt"
    real.write_text("old")
    real.chmod(0o640)
    link.symlink_to(real)
    assert Output(link).write("new") == ()
    assert link.is_symlink()
    assert real.read_text() == "new"
    assert real.stat().st_mode & 0o777 == 0o640


def test_a_device_is_written_to_and_not_replaced() -> None:
    null = Path(os.devnull)
    assert tried(null) == []
    assert Output(null).write("x") == ()
    assert null.is_char_device()


def test_a_write_protected_file_is_refused(tmp_path: Path) -> None:
    target = tmp_path / "report.txt"
    target.write_text("old")
    target.chmod(0o400)
    if os.access(target, os.W_OK):
        pytest.skip("this user may write anything")
    assert tried(target) == ["E309"]
