"""Figures and gaps in words: exact at the edge, and in a supervisor's language."""

from __future__ import annotations

from fractions import Fraction

import made_up_result as made_up
import pytest
from hypothesis import given
from hypothesis import strategies as st

from checker.reports import words
from checker.reports.clean import clean
from checker.reports.figures import figure, percent, requirement_text
from checker.reports.layout import cells, crop, wrap
from checker.reports.phrases import PHRASES
from checker.verdicts.model import Outcome, PeriodSpan
from checker.verdicts.requirement import read_requirement

F = Fraction


@pytest.mark.parametrize(
    ("value", "bound", "text"),
    [
        (F(1, 2), None, "50%"),
        (F(613, 1000), F(4, 5), "61.3%"),
        (F(61296, 100000), F(4, 5), "61.3%"),
        (F(79999, 100000), F(4, 5), "79.999%"),
        (F(79996, 100000), F(4, 5), "79.996%"),
        (F(4, 5) - F(1, 10**9), F(4, 5), "79.9999999%"),
        (F(4, 5), F(4, 5), "80%"),
        (F(4, 5) + F(4, 10**6), F(4, 5), "80.0004%"),
        (F(799965, 10**6), F(79997, 10**5), "79.9965%"),
        (F(99999, 100000), None, "99.999%"),
        (F(1, 10**6), None, "0.0001%"),
        (F(1), F(4, 5), "100%"),
        (F(0), F(4, 5), "0%"),
        (F(3, 2), F(1), "150%"),
        (F(2, 3), F(1, 2), "66.67%"),
    ],
)
def test_percentages_do_not_lie_at_the_edge(
    value: Fraction, bound: Fraction | None, text: str
) -> None:
    assert percent(value, bound) == text


@given(st.fractions(0, 2, max_denominator=10**18), st.decimals(0, 1, places=4).map(Fraction))
def test_a_printed_percentage_is_on_its_own_side_of_the_bound(
    value: Fraction, bound: Fraction
) -> None:
    shown = Fraction(percent(value, bound).removesuffix("%").replace(",", "")) / 100
    assert (shown < bound, shown > bound) == (value < bound, value > bound)


@pytest.mark.parametrize(
    ("value", "kind", "bound", "en", "zh"),
    [
        (F(185_000_000), "duration", None, "3m 05s", "3分05秒"),
        (F(180_000_000), "duration", F(180_000_000), "3m 00s", "3分00秒"),
        (F(180_000_001), "duration", F(180_000_000), "3m 00.000001s", "3分00.000001秒"),
        (F(179_999_999), "duration", F(180_000_000), "2m 59.999999s", "2分59.999999秒"),
        (F(93_000_000, 5), "duration", F(15_000_000), "18.6s", "18.6秒"),
        (F(59_960_000), "duration", None, "1m 00s", "1分00秒"),
        (F(3_607_000_000), "duration", None, "1h 00m 07s", "1小时00分07秒"),
        (F(90_061_000_000), "duration", None, "1d 01h 01m 01s", "1天01小时01分01秒"),
        (F(-300_000_000), "duration", None, "-5m 00s", "-5分00秒"),
        (F(1), "duration", None, "0.000001s", "0.000001秒"),
        (F(0), "duration", None, "0s", "0秒"),
        (F(1234), "int", None, "1,234", "1,234"),
        (F(10, 3), "number", None, "3.33", "3.33"),
        (F(32_100_000_000), "time", None, "08:55:00", "08:55:00"),
    ],
)
def test_figures_are_written_for_people(
    value: Fraction, kind: str, bound: Fraction | None, en: str, zh: str
) -> None:
    assert figure(value, kind, "en", bound=bound) == en
    assert figure(value, kind, "zh", bound=bound) == zh


@pytest.mark.parametrize(
    ("text", "kind", "sign", "bound", "en", "zh"),
    [
        (">= 80%", "ratio", ">=", F(4, 5), "≥ 80%", "≥ 80%"),
        ("<= 1h30m", "duration", "<=", F(5_400_000_000), "≤ 1h 30m", "≤ 1小时30分"),
        ("<= -5m", "duration", "<=", F(-300_000_000), "≤ -5m", "≤ -5分"),
        ("= 0s", "duration", "=", F(0), "= 0s", "= 0秒"),
        ("= 0", "int", "=", F(0), "= 0", "= 0"),
        ("< 20.5s", "duration", "<", F(20_500_000), "< 20.5s", "< 20.5秒"),
        ("<= 08:55:00", "time", "<=", F(32_100_000_000), "≤ 08:55:00", "≤ 08:55:00"),
    ],
)
def test_requirements_are_read_and_written(
    text: str, kind: str, sign: str, bound: Fraction, en: str, zh: str
) -> None:
    found = read_requirement(text)
    assert found is not None and (found.sign, found.bound) == (sign, bound)
    assert requirement_text(text, kind, "en") == en
    assert requirement_text(text, kind, "zh") == zh


@pytest.mark.parametrize("text", [None, "", ">= slow", "80%", ">= 80 apples", ">= 3x"])
def test_what_is_no_literal_is_not_guessed_at(text: str | None) -> None:
    assert read_requirement(text) is None
    assert requirement_text(text, "ratio", "en") == (text or "")


LATE = made_up.share(
    84, 96, require=">= 96%", outcome=Outcome.FAIL, shortfall=8, recover_with=0,
    offender_count=1, offenders=(made_up.offender(1, 200),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("sentence", "changes", "en", "zh"),
    [
        (
            "the supervisor's words",
            {},
            "12 of 96 sessions late; 8 fewer would have passed",
            "96 通会话中 12 通超时；再少 8 通即达标",
        ),
        (
            "a rating is not late",
            {"offenders": (made_up.offender(1, None, turn=None),), "of": "ratings"},
            "12 of 96 ratings not as required; 8 fewer would have passed",
            "96 个评价中 12 个未达要求；再少 8 个即达标",
        ),
        (
            "offenders that are not listed may be unanswered",
            {"offender_count": 12},
            "12 of 96 sessions late or unanswered; 8 fewer would have passed",
            "96 通会话中 12 通超时或未回复；再少 8 通即达标",
        ),
        (
            "none may be late",
            {"shortfall": 12},
            "12 of 96 sessions late; none may be",
            "96 通会话中 12 通超时；一通都不允许",
        ),
        (
            "what a pass can bear",
            {"outcome": Outcome.PASS, "spare": 3},
            "84 of 96 sessions as required; 3 more could be bad",
            "96 通会话中 84 通合格；还可容许 3 通不合格",
        ),
        (
            "a share that should be low is not spoken of as bad",
            {"require": "<= 50%"},
            "84 / 96",
            "84 / 96",
        ),
        (
            "a mean",
            {"type": "duration", "value": F(20_000_000), "require": "<= 15s"},
            "5s over the limit",
            "超出 5秒",
        ),
        ("a count", {"type": "int", "value": F(7), "require": "= 0"}, "7 too many", "超出 7"),
        (
            "a count that is met",
            {"type": "int", "value": F(4), "require": ">= 1", "outcome": Outcome.PASS},
            "3 to spare",
            "余量 3",
        ),
        (
            "a time of day that is met",
            {"type": "time", "value": F(0), "require": "<= 09:00:00", "outcome": Outcome.PASS},
            "9h 00m 00s to spare",
            "余量 9小时00分00秒",
        ),
        (
            "the platform counted differently",
            {"reported": F(9, 10)},
            "12 of 96 sessions late; 8 fewer would have passed; "
            "the platform's own figure is 90%, 2.5 points apart",
            "96 通会话中 12 通超时；再少 8 通即达标；平台公布值为 90%，相差 2.5 个百分点",
        ),
    ],
)
def test_gaps_in_words(sentence: str, changes: dict[str, object], en: str, zh: str) -> None:
    verdict = LATE._replace(**changes)  # type: ignore[arg-type]
    assert words.gap(verdict, "en") == en, sentence
    assert words.gap(verdict, "zh") == zh, sentence


@pytest.mark.parametrize(
    ("span", "en", "zh"),
    [
        (PeriodSpan("day", "2026-10-13", "2026-10-13"), "2026-10-13", "2026-10-13"),
        (PeriodSpan("week", "2026-10-12", "2026-10-18"), "week of 2026-10-12", "2026-10-12 当周"),
        (PeriodSpan("month", "2026-10-01", "2026-10-31"), "2026-10", "2026-10"),
        (PeriodSpan("all", None, None), "whole time", "全部时间"),
        (PeriodSpan("rolling", "2026-10-02", "2026-10-31"), "30 days to 2026-10-31", "截至 2026-10-31 的 30 天"),
        (PeriodSpan("hour", "2026-10-13T14:00:00+08:00", None), "2026-10-13 14:00", "2026-10-13 14:00"),
    ],
)  # fmt: skip
def test_periods_have_names(span: PeriodSpan, en: str, zh: str) -> None:
    assert words.period(span, "en") == en
    assert words.period(span, "zh") == zh


@pytest.mark.parametrize("outcome", list(Outcome))
def test_every_outcome_has_a_name_in_both_languages(outcome: Outcome) -> None:
    assert words.outcome(outcome, "zh") != words.outcome(outcome, "en")


def test_both_languages_of_a_phrase_take_the_same_or_fewer_parts() -> None:
    """A part that only one language uses is always given; a part misspelt in one would show here."""
    import string

    known = {
        "all", "among", "answer", "at", "bad", "by", "d", "days", "evidence", "failed", "first", "gap",
        "good", "valid_until",
        "kind", "kinds", "last", "measure", "n", "name", "on", "period", "requirement", "rows",
        "rules", "since", "start", "table", "column", "things", "through", "total", "unit", "until",
        "value", "word", "zone",
    }  # fmt: skip
    used = {
        f
        for p in PHRASES.values()
        for text in p
        for _, f, _, _ in string.Formatter().parse(text)
        if f
    }
    assert used <= known


@given(st.text())
def test_clean_text_is_one_visible_line_and_stays_as_it_is(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert len(once.splitlines()) <= 1
    assert "\x1b" not in once and "\u202e" not in once


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a␛[31mb"),
        ("a\r\nb\tc", "a⏎b c"),
        ("abc\u202edef", "abc<U+202E>def"),
        ("\x9b2J", "<U+009B>2J"),
        ("\udc80", "<U+DC80>"),
        ("美妆 · 旗舰店 👍", "美妆 · 旗舰店 👍"),
    ],
)
def test_what_is_hidden_becomes_visible(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(st.text(alphabet="ab 和，。（）「」12 ", max_size=80), st.integers(10, 40))
def test_wrapping_keeps_the_text_and_the_width(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(cells(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_chinese_breaks_between_characters_but_not_before_a_full_stop() -> None:
    assert wrap("一二三四五。六七（八）", 10) == ["一二三四", "五。六七", "（八）"]


@given(st.text(max_size=60), st.integers(0, 30))
def test_cropping_keeps_the_width(text: str, width: int) -> None:
    assert cells(crop(clean(text), width)) <= width
