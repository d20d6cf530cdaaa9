"""What cannot be a case of data: a line without end, folders that are not free, a broken disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from checker.imports.options import ImportOptions
from checker.imports.run import import_data

CHAT = str(Path(__file__).parent / "mappings" / "chat.yaml")
ROWS = "会话ID,发送时间(本地),角色\nS1,2026-10-01 08:00:00,买家\n"


def imported(source: Path, out: Path) -> list[str]:
    account, found = import_data(source, out, ImportOptions(CHAT))
    assert (account is None) == any(d.level == "error" for d in found)
    return [d.code for d in found]


def test_a_line_of_a_gigabyte_is_refused_before_it_is_read(tmp_path: Path) -> None:
    file = tmp_path / "chat.csv"
    with file.open("wb") as stream:
        stream.write(ROWS.encode())
        stream.truncate(1 << 30)  # sparse: it takes no room on the disk
    assert imported(file, tmp_path / "out") == ["E271"]


def test_a_folder_that_has_files_is_never_overwritten(tmp_path: Path) -> None:
    (tmp_path / "chat.csv").write_text(ROWS, "utf-8")
    out = tmp_path / "out"
    out.mkdir()
    (out / "mine.txt").write_text("mine")
    assert imported(tmp_path / "chat.csv", out) == ["E280"]
    assert [p.name for p in out.iterdir()] == ["mine.txt"]


def test_an_empty_folder_is_filled(tmp_path: Path) -> None:
    (tmp_path / "chat.csv").write_text(ROWS, "utf-8")
    out = tmp_path / "out"
    out.mkdir()
    assert imported(tmp_path / "chat.csv", out) == []
    assert sorted(p.name for p in out.iterdir()) == ["import-report.json", "messages.parquet"]


def test_a_file_in_the_place_of_the_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "chat.csv").write_text(ROWS, "utf-8")
    (tmp_path / "out").write_text("")
    assert imported(tmp_path / "chat.csv", tmp_path / "out") == ["E280"]


def test_a_source_that_is_not_there_is_told(tmp_path: Path) -> None:
    assert imported(tmp_path / "chat.csv", tmp_path / "out") == ["E200"]


@pytest.mark.parametrize("name", ["chat.csv", "CHAT.CSV", "a folder/b/chat.csv"])
def test_names_of_files_and_folders_are_only_names(tmp_path: Path, name: str) -> None:
    file = tmp_path / "in" / name
    file.parent.mkdir(parents=True)
    file.write_text(ROWS, "utf-8")
    assert imported(tmp_path / "in", tmp_path / "out '[*]") == []
