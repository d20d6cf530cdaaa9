"""The terminal report: what supervisors read, and that no name and no width breaks it."""

from __future__ import annotations

import dataclasses
import io
import os
import unicodedata
from fractions import Fraction
from pathlib import Path

import made_up_result as made_up
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from checker.packs.model import Text
from checker.reports.terminal import render_terminal
from checker.verdicts.model import DataSummary, Outcome, Result, Verdict

GOLDEN = Path(__file__).parent / "golden"


def printed(result: Result, width: int, lang: str, **options: object) -> str:
    out = io.StringIO()
    console = Console(file=out, width=width)
    render_terminal(result, console, lang=lang, **options)  # type: ignore[arg-type]
    return out.getvalue()


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [60, 80])
def test_a_month_reads_as_it_was_approved(lang: str, width: int) -> None:
    text = printed(made_up.result(), width, lang, data="./my data")
    file = GOLDEN / f"month.{lang}.{width}.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        file.write_text(text, encoding="utf-8")
    assert text == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("lang", ["en", "zh"])
@pytest.mark.parametrize("width", [40, 60, 80, 200])
def test_every_line_fits_and_ends_cleanly(lang: str, width: int) -> None:
    for line in printed(made_up.result(), width, lang).splitlines():
        assert cell_len(line) <= width
        assert line == line.rstrip()


@given(
    name=st.text(max_size=60)
    | st.text(alphabet="\x1b[31m\u202e\u2066\r\n\t\x9b\x00[/]{}红👨‍👩‍👧e\u0301"),
    width=st.integers(60, 200),
    lang=st.sampled_from(["zh", "en"]),
)
@settings(max_examples=40, deadline=None)
def test_no_name_can_break_the_page(name: str, width: int, lang: str) -> None:
    result = made_up.result()
    offender = made_up.offender(1, 999_999)._replace(shop_id=name, session_id=name, agent_id=name)
    hostile = tuple(
        v._replace(
            title=Text(name, name),
            advice=Text(name, name),
            scope=dict.fromkeys(v.scope, name),
            reason=name,
            require=v.require and name,
            waiver=v.waiver and {"reason": name, "until": name, "approved_by": name},
            offenders=(offender,),
        )
        for v in result.verdicts
    )
    text = printed(dataclasses.replace(result, verdicts=hostile), width, lang, data=name)
    text.encode("utf-8")
    for line in text.split("\n"):
        assert cell_len(line) <= width
        assert not [c for c in line if unicodedata.category(c) in {"Cc", "Cs", "Zl", "Zp"}]
        assert not set(line) & set(
            "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f"
        )


def test_markup_in_a_name_stays_text() -> None:
    shop = {"platform": "douyin", "shop": "[bold]s1[/bold] :smile:"}
    text = printed(_of(made_up.share(1, 2, scope=shop)), 80, "en")
    assert "[bold]s1[/bold] :smile:" in text


def test_colour_is_on_a_terminal_and_off_for_no_color(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=True, color_system="standard")
    render_terminal(made_up.result(), console, lang="en")
    assert "\x1b[1;31mFAIL" in out.getvalue()

    monkeypatch.setenv("NO_COLOR", "1")
    out = io.StringIO()
    console = Console(file=out, width=80, force_terminal=True)
    render_terminal(made_up.result(), console, lang="en")
    assert "\x1b[31m" not in out.getvalue() and "\x1b[1;31m" not in out.getvalue()


def _of(*verdicts: object) -> Result:
    return Result(DataSummary({}, None, None), (), verdicts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("sentence", "verdicts", "first_line"),
    [
        ("nothing at all", (), "NOT JUDGED  no rule could be judged"),
        (
            "all is well",
            (made_up.share(9, 10),),
            "PASS  every rule that could be judged is met (1 rule)",
        ),
        (
            "a warning is no failure",
            (made_up.share(1, 10, severity="warning"),),
            "WARN  1 not met, of severity warning only",
        ),
        (
            "a missed aim is no failure",
            (made_up.share(1, 10, outcome=Outcome.WARN),),
            "WARN  every requirement is met; 1 rule short of the aim",
        ),
        ("a failure", (made_up.share(1, 10),), "FAIL  1 of 1 rule not met"),
        (
            "no data is no pass",
            (made_up.share(1, 10, outcome=Outcome.NO_DATA, value=None),),
            "NOT JUDGED  no rule could be judged",
        ),
    ],
)
def test_the_first_line_says_whether_we_pass(
    sentence: str, verdicts: tuple[object, ...], first_line: str
) -> None:
    assert printed(_of(*verdicts), 80, "en").splitlines()[0] == first_line, sentence


def test_many_shops_scopes_and_cases_are_cut_with_their_number() -> None:
    verdicts = [
        made_up.share(
            n,
            200,
            scope={"platform": "douyin", "shop": f"s{n:03d}"},
            offenders=tuple(made_up.offender(d, d * 60) for d in range(1, 9)),
            offender_count=50,
        )
        for n in range(30)
    ]
    text = printed(_of(*verdicts), 80, "en", offenders=3)
    assert "… and 10 more shops" in text
    assert "… and 25 more shops" in text
    assert "… and 1,497 more cases" in text
    assert text.count(" 2026-10-0") - text.count(", 2026-10-01:") == 3


def test_offenders_can_be_left_out() -> None:
    assert "WORST CASES" not in printed(made_up.result(), 80, "en", offenders=0)


def test_where_nothing_is_asked_for_the_largest_figure_is_the_worst() -> None:
    def idle(shop: str, minutes: int, number: int, blamed: int) -> Verdict:
        return made_up.share(
            0,
            9,
            rule="p/idle",
            type="duration",
            value=Fraction(minutes * 60 * 10**6),
            require="= 0s",
            scope={"platform": "douyin", "shop": shop},
            period=made_up.day(number),
            offender_count=blamed,
        )

    text = printed(_of(idle("a", 3, 1, 9), idle("a", 50, 2, 1), idle("b", 125, 1, 1)), 80, "en")
    assert text.index("shop b, 2026-10-01: 2h 05m") < text.index(
        "shop a: fails on 2 of 2 days, worst"
    )
    assert "worst 2026-10-02: 50m 00s" in text


def test_rules_stand_worst_first_by_severity_then_distance() -> None:
    near = made_up.share(79, 100, rule="p/near")
    far = made_up.share(10, 100, rule="p/far")
    mild = made_up.share(0, 100, rule="p/mild", severity="warning")
    zero = made_up.share(
        0, 100, rule="p/late", type="duration", value=Fraction(10**9), require="<= 3m"
    )
    text = printed(_of(mild, near, zero, far), 80, "en")
    places = [text.index(f"({name})") for name in ("p/far", "p/late", "p/near", "p/mild")]
    assert places == sorted(places)
