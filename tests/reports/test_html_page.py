"""The HTML report without a browser: the same bytes, both languages, nothing that should not be in it."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from base64 import b64encode
from pathlib import Path

import made_up_result as made_up
import pytest

from checker.options import AuditOptions
from checker.pipeline import audit
from checker.reports.html.case_data import MOST
from checker.reports.html.page import to_html
from checker.verdicts.model import Result

MESSAGES = """\
shop_id,session_id,ts,role,agent_id,text
s1,S1,2026-10-05 09:00:00,buyer,,POISON
s1,S1,2026-10-05 09:15:00,agent,anna-7,POISON
"""


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("data") / "messages.csv"
    file.write_text(MESSAGES, "utf-8")
    return file


def judged(data: Path, salt: str | None = None) -> Result:
    options = AuditOptions(
        packs=("kuaishou",), platform="kuaishou", insights=True, pseudonymize=salt
    )
    result, found = audit(data, options)
    assert result is not None, found
    return result


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_month_without_insights_is_a_whole_page(lang: str) -> None:
    page = to_html(made_up.result(), lang=lang)
    assert page == to_html(made_up.result(), lang=lang)
    assert f'<html lang="{lang}"' in page
    assert "三分钟回复率(会话)" in page and "3-minute reply rate by session" in page
    assert page.rstrip().endswith("</html>")


def test_the_policy_names_every_script_by_its_hash() -> None:
    page = to_html(made_up.result(), lang="en")
    (policy,) = re.findall(r'Content-Security-Policy" content="([^"]*)"', page)
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    assert len(scripts) == 5
    for code in (*scripts, *re.findall(r"<style>(.*?)</style>", page, re.DOTALL)):
        digest = b64encode(hashlib.sha256(code.encode()).digest()).decode()
        assert f"sha256-{digest}" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<[^>]* (?:style|on\w+)=", page.split("<script")[0])


def test_what_was_said_and_who_said_it_can_be_kept_out(data: Path) -> None:
    plain = to_html(judged(data), lang="en")
    assert "POISON" not in plain
    assert "anna-7" in plain
    hidden = to_html(judged(data, "a salt that nobody guesses"), lang="en")
    assert "anna-7" not in hidden
    assert "agent-" in hidden


def test_many_cases_are_bounded_and_the_page_says_so() -> None:
    late = tuple(made_up.offender(1, 200)._replace(session_id=f"S{i}") for i in range(6_000))
    verdict = made_up.share(0, 6_000, period=made_up.day(1), offenders=late)
    page = to_html(dataclasses.replace(made_up.result(), verdicts=(verdict,)), lang="en")
    assert f"{MOST:,} of 6,000 cases are listed" in page
