"""Folders for passing things leave nothing, whenever the process is asked to end."""

from __future__ import annotations

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from checker.data.scratch import Scratch


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    return tmp_path


def test_it_is_its_owners_alone_and_gone_with_it(temporary: Path) -> None:
    scratch = Scratch("checker-")
    (scratch.path / "file").write_text("x", "utf-8")
    assert list(temporary.iterdir()) == [scratch.path]
    assert stat.S_IMODE(scratch.path.stat().st_mode) == 0o700
    del scratch
    assert list(temporary.iterdir()) == []


def test_an_interrupt_while_it_is_made_leaves_nothing(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make: Callable[..., None] = Path.mkdir

    def interrupted(path: Path, *args: Any, **kwargs: Any) -> None:
        make(path, *args, **kwargs)
        assert list(temporary.iterdir()) == [path]
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "mkdir", interrupted)
    with pytest.raises(KeyboardInterrupt):
        Scratch("checker-")
    assert list(temporary.iterdir()) == []
