"""How diagnostics are drawn: carets stay under what they mean, whatever the line holds."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from checker.diagnostics import Diagnostic, Span
from checker.reports.diagnostics import render, to_dicts

GOLDEN = Path(__file__).parent / "golden"


def spot(line: int, source: str, marked: str, file: str = "rules/douyin/pack.yaml") -> Span:
    column = source.index(marked) + 1
    return Span(file, line, column, line, column + len(marked), source)


SEVERAL = [
    Diagnostic(
        "E105",
        "unknown column `first_repy_wait` in turns",
        spot(31, "      good: first_repy_wait <= 3m", "first_repy_wait"),
        "did you mean `wait`?",
        ("columns of turns: index, asked_at, answered_at, wait, messages, agent_id, assigned_at, is_last",),
        "douyin/reply-3m-session",
    ),
    Diagnostic(
        "E110",
        "`reason` cannot be '坐席'",
        spot(44, "\tgood: channel = '抖音' or reason = '坐席'  # 客服", "'坐席'"),
        "'客服' would work",
        (),
        "douyin/satisfaction",
    ),
    Diagnostic(
        "E001",
        "tabs \x1b[31mhere",
        Span("规则/坏的.yaml", 120, 1, 123, 4, "\t\trules: {a: \x1b[2J b, \u202edcba}"),
        "",
        ("indent with spaces", "an editor can do it for the whole file"),
    ),
    Diagnostic(
        "E101",
        "nothing is called `bad_name`, and this message is long enough to need a second line at 80",
        spot(7, "good: " + "x" * 294 + " bad_name " + "和" * 200, "bad_name"),
        "did you mean something that is rather too long to stand beside a caret here?",
    ),
    Diagnostic("E002", "the file ends here", Span("a.yaml", 8, 6, 8, 6, "good:"), "a value was expected"),
    Diagnostic(
        "E210",
        "messages has no column `ts`",
        Span("data/messages.csv", 0, 0, 0, 0),
        "",
        ("it has: time, who",),
        "messages",
    ),
    Diagnostic("W201", "12 messages have equal times and no seq", level="warning"),
]  # fmt: skip


def test_several_at_once_are_drawn_as_approved() -> None:
    text = render(SEVERAL, color=False, width=80)
    file = GOLDEN / "diagnostics.80.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")
    assert text.endswith("\n\n6 errors, 1 warning\n")


def test_none_is_nothing() -> None:
    assert render([], color=True, width=80) == ""


def test_the_same_problem_is_told_once() -> None:
    assert render([SEVERAL[0], SEVERAL[0]], color=False, width=80).endswith("\n\n1 error\n")


def test_colour_adds_nothing_but_colour() -> None:
    coloured = render(SEVERAL, color=True, width=80)
    assert "\x1b[1;31merror[E105]:\x1b[0m" in coloured
    assert re.sub("\x1b\\[[0-9;]*m", "", coloured) == render(SEVERAL, color=False, width=80)


@given(
    before=st.text(alphabet="ab 和，\t\x1b\u202e👍é", max_size=200),
    after=st.text(alphabet="ab 和，\t\x1b\u202e👍é", max_size=200),
    marked=st.text(alphabet="XYZ和", min_size=1, max_size=30),
    label=st.text(alphabet="ab 和", max_size=100),
    width=st.sampled_from([60, 80, 200]),
)
def test_the_caret_stands_under_what_is_marked(
    before: str, after: str, marked: str, label: str, width: int
) -> None:
    source = f"{before}{marked}{after}"
    span = Span("f", 12, len(before) + 1, 12, len(before + marked) + 1, source)
    lines = render([Diagnostic("E105", "no", span, label)], color=False, width=width).split("\n")
    assert all(cell_len(line) <= width for line in lines)
    assert not any(c in line for line in lines for c in "\x1b\u202e\t")
    shown = lines[3]
    carets = re.fullmatch(r"   \|( +)(\^+)(?: .*)?", lines[4])
    assert carets
    start = 4 + len(carets[1])
    at, under = 0, ""
    for char in shown:
        if start <= at < start + len(carets[2]):
            under += char
        at += cell_len(char)
    assert under.rstrip("…") and marked.startswith(under.rstrip("…"))


def test_a_place_too_long_for_the_line_stays_in_one_piece() -> None:
    file = "rules/" + "deep/" * 20 + "pack.yaml"
    text = render(
        [Diagnostic("E105", "no", spot(3, "a: b", "b", file), subject="p/r")], color=False, width=60
    )
    assert f" --> {file}:3:4\n     (rule p/r)\n" in text  # fmt: skip


@pytest.mark.parametrize("with_place", [True, False])
def test_the_json_form_has_every_field(with_place: bool) -> None:
    found = SEVERAL[0] if with_place else SEVERAL[-1]
    made = to_dicts([found])[0]
    assert made["code"] == found.code and made["level"] == found.level
    assert made["notes"] == list(found.notes) and made["subject"] == found.subject
    place = [made[k] for k in ("file", "line", "column", "end_line", "end_column")]
    expected = ["rules/douyin/pack.yaml", 31, 13, 31, 28] if with_place else [None] * 5
    assert place == expected
