"""Several reports of one run: which goes where, and all of them or none."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from checker.cli.formats import FORMATS
from checker.cli.output import Output, write_all
from checker.cli.outputs import jobs
from checker.diagnostics import Diagnostic


def resolved(formats: list[str], places: list[str]) -> tuple[list[tuple[str, str]], list[str]]:
    found: list[Diagnostic] = []
    made = jobs(formats, places, FORMATS, found)
    return [(j.format, str(j.output.path or "-")) for j in made], [d.code for d in found]


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "there").mkdir()


@pytest.mark.parametrize(
    ("formats", "places", "wanted"),
    [
        ([], [], [("terminal", "-")]),
        (["json"], [], [("json", "-")]),
        ([], ["-"], [("terminal", "-")]),
        ([], ["a"], [("terminal", "a")]),
        ([], ["a.XLSX", "b.sarif.json"], [("xlsx", "a.XLSX"), ("sarif", "b.sarif.json")]),
        (["json", "csv"], ["a", "-"], [("json", "a"), ("csv", "-")]),
        (["json"], ["a.txt"], [("json", "a.txt")]),
        (
            ["csv", "csv-offenders"],
            ["new/"],
            [("csv", "new/audit.csv"), ("csv-offenders", "new/offenders.csv")],
        ),
        (["json", "xlsx"], ["there"], [("json", "there/audit.json"), ("xlsx", "there/audit.xlsx")]),
        (["json", "xlsx"], ["x/", "y/"], [("json", "x/audit.json"), ("xlsx", "y/audit.xlsx")]),
    ],
)
def test_formats_and_places_go_together(
    formats: list[str], places: list[str], wanted: list[tuple[str, str]]
) -> None:
    made, codes = resolved(formats, places)
    assert codes == []
    assert made == wanted
    assert sorted(p.name for p in Path().iterdir()) == ["there"]


@pytest.mark.parametrize(
    ("formats", "places", "codes"),
    [
        (["json", "csv"], [], ["E325"]),
        (["json"], ["a", "b"], ["E325"]),
        ([], ["there"], ["E326"]),
        ([], ["a.doc", "b.pdf"], ["E326", "E326"]),
        (["json", "csv"], ["-", "-"], ["E327"]),
        (["json", "csv"], ["a", "there/../a"], ["E327"]),
        (["yaml", "josn"], [], ["E308", "E308"]),
    ],
)
def test_what_does_not_go_together_is_refused(
    formats: list[str], places: list[str], codes: list[str]
) -> None:
    assert resolved(formats, places) == ([], codes) or resolved(formats, places)[1] == codes


def test_a_spreadsheet_is_not_for_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    assert resolved(["xlsx"], [])[1] == ["E328"]
    assert resolved(["xlsx"], ["a.xlsx"])[1] == []
    assert resolved(["csv"], [])[1] == []


def test_all_are_written_in_folders_that_are_made() -> None:
    contents = [(Output(Path("n/a")), "eins"), (Output(Path("n/m/b")), b"\x00")]
    assert write_all(contents) == ()
    assert Path("n/a").read_text() == "eins" and Path("n/m/b").read_bytes() == b"\x00"
    assert sorted(p.name for p in Path("n").rglob("*")) == ["a", "b", "m"]


@pytest.mark.parametrize("failing", [1, 2, 3])
def test_when_one_cannot_take_its_place_all_stay_as_they_were(
    failing: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path("old").write_text("old")
    Path("other").write_text("other")
    replace, calls = Path.replace, []

    def full(self: Path, target: Path) -> Path:
        if self.suffix == ".partial":
            calls.append(self)
            if len(calls) == failing:
                raise OSError(28, "No space left on device")
        return replace(self, target)

    monkeypatch.setattr(Path, "replace", full)
    places = ("old", "made/new", "other")
    (refused,) = write_all([(Output(Path(p)), "new") for p in places])
    assert refused.code == "E309" and "No space left" in refused.message
    assert Path("old").read_text() == "old" and Path("other").read_text() == "other"
    assert sorted(p.name for p in Path().iterdir()) == ["old", "other", "there"]


def test_without_hard_links_the_old_file_comes_back_too(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_links(*_: object) -> None:
        raise OSError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_links)
    Path("old").write_text("old")
    assert write_all([(Output(Path("old")), "new"), (Output(Path("b")), "b")]) == ()
    assert Path("old").read_text() == "new"
    (refused,) = write_all([(Output(Path("old")), "newer"), (Output(Path("there")), "b")])
    assert refused.code == "E309"
    assert Path("old").read_text() == "new"
    assert sorted(p.name for p in Path().iterdir()) == ["b", "old", "there"]
