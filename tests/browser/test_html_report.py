"""The HTML report in a real browser: it loads alone, is used by hand and by keyboard, and is safe."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from hostile.hostile_data import NAMES

pytest.importorskip("selenium", reason="selenium is in the extra [dev]")

import report_pages as reports
from chromium import chromium, complaints, opened, requests
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import Select, WebDriverWait

WAIT, TURN, SESSION = 7, 4, 3  # columns of the table of cases


@pytest.fixture(scope="module")
def browser() -> Iterator[Chrome]:
    with chromium() as one:
        yield one


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pages")


@pytest.fixture(scope="module")
def real(folder: Path) -> Path:
    return reports.write(reports.real(), folder / "real.html")


@pytest.fixture(scope="module")
def hostile(folder: Path) -> Path:
    return reports.write(reports.hostile(), folder / "hostile.html")


def rows(browser: Chrome) -> list[list[str]]:
    script = (
        "return [...document.querySelectorAll('#case-table tbody tr')]"
        ".map(r => [...r.cells].map(c => c.textContent))"
    )
    return browser.execute_script(script)  # type: ignore[no-any-return]


def listed(browser: Chrome) -> int:
    """How many cases match, as the line below the table says."""
    found = re.search(r"([\d,]+) (?:例|cases)", browser.find_element(By.ID, "case-page").text)
    return int(found[1].replace(",", "")) if found else 0


def only(browser: Chrome, rule: str) -> None:
    """Shows the cases of one rule."""
    Select(button(browser, "#case-rule")).select_by_visible_text(rule)


def button(browser: Chrome, css: str) -> WebElement:
    found = browser.find_element(By.CSS_SELECTOR, css)
    browser.execute_script(
        "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", found
    )
    return found


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_it_loads_alone_and_without_complaint(browser: Chrome, real: Path, lang: str) -> None:
    opened(browser, real, lang=lang)
    assert browser.find_element(By.ID, "verdict").text.startswith(
        "不达标" if lang == "zh" else "FAIL"
    )
    assert complaints(browser) == []
    asked = requests(browser)
    assert asked and all(url.startswith(("file:///", "data:")) for url in asked)
    assert len(real.read_bytes()) < 1_500_000


def test_its_policy_refuses_what_is_not_its_own(browser: Chrome, real: Path) -> None:
    opened(browser, real)
    browser.execute_script(
        "const s = document.createElement('script'); s.textContent = 'window.stranger = 1';"
        "document.body.append(s);"
        "const i = new Image(); i.src = 'http://192.0.2.1/x.png'; document.body.append(i);"
    )
    assert browser.execute_script("return window.stranger") is None
    assert any("Content Security Policy" in told for told in complaints(browser))


def test_the_first_screen_answers(browser: Chrome, real: Path) -> None:
    opened(browser, real, lang="en")
    assert 1 <= len(browser.find_elements(By.CSS_SELECTOR, ".actions li")) <= 3
    assert browser.find_elements(By.CSS_SELECTOR, ".shops li")
    foot = browser.execute_script(
        "return document.querySelector('.actions').getBoundingClientRect().top"
    )
    assert foot < 1_000


def test_the_language_switches_everything(browser: Chrome, real: Path) -> None:
    opened(browser, real, lang="zh")
    before = browser.find_element(By.TAG_NAME, "main").text
    button(browser, "[data-lang=en]").click()
    assert browser.find_element(By.TAG_NAME, "html").get_attribute("lang") == "en"
    shown = browser.execute_script(
        "return [...document.querySelectorAll('.zh')].filter(e => e.offsetParent).length"
    )
    after = browser.find_element(By.TAG_NAME, "main").text
    assert shown == 0
    assert "等待时长分布" in before or "各周期走势" in before
    assert "Trend over the periods" in after
    assert rows(browser)[0][0] == "fail"
    button(browser, "[data-lang=zh]").click()
    assert rows(browser)[0][0] == "不达标"
    assert complaints(browser) == []


def test_light_and_dark_can_be_read(browser: Chrome, real: Path) -> None:
    """Every text that is shown stands out from what is behind it: 4.5 to 1, as WCAG AA asks."""
    papers = set()
    for theme in ("light", "dark"):
        opened(browser, real, lang="en", theme=theme)
        papers.add(browser.execute_script("return getComputedStyle(document.body).backgroundColor"))
        assert browser.execute_script(CONTRAST) == []
    assert len(papers) == 2


@pytest.mark.parametrize("width", [360, 700, 1280])
@pytest.mark.parametrize("page", ["real", "hostile"])
def test_nothing_sticks_out(
    browser: Chrome, page: str, width: int, request: pytest.FixtureRequest
) -> None:
    size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        for lang in ("zh", "en"):
            opened(browser, request.getfixturevalue(page), lang=lang)
            browser.execute_script(
                "document.querySelectorAll('details').forEach(d => d.open = true)"
            )
            wide = browser.execute_script("return document.documentElement.scrollWidth")
            assert wide <= width
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


HEIGHTS = (
    "return [...document.querySelectorAll(arguments[0])].filter((e) => e.offsetParent)"
    ".map((e) => e.getBoundingClientRect().height)"
)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_no_word_is_broken_letter_by_letter_on_a_telephone(
    browser: Chrome, real: Path, lang: str
) -> None:
    size = {"width": 390, "height": 800, "deviceScaleFactor": 1, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
    try:
        opened(browser, real, lang=lang)
        browser.execute_script("document.querySelector('#case-table tbody button').click()")

        def tallest(css: str) -> float:
            return max(browser.execute_script(HEIGHTS, css))

        line = 24
        assert tallest("#timeline .scroll thead th") < 2 * line
        assert tallest("#timeline-close") < 2 * line
        assert tallest("#case-table thead th") < 2 * line
        for css in (
            "#timeline td",
            "#case-table tbody td",
            ".agent-table tbody th",
            ".agent-table tbody td",
        ):
            assert tallest(css) < 5 * line
    finally:
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})


def test_every_chart_has_words_and_a_table(browser: Chrome, real: Path) -> None:
    opened(browser, real, lang="en")
    browser.execute_script("document.querySelectorAll('details.rule').forEach(d => d.open = true)")
    WebDriverWait(browser, 20).until(
        lambda b: b.execute_script(
            "return !document.querySelector('[data-charts]:not([data-drawn])')"
        )
    )
    browser.execute_script("document.querySelectorAll('.figtable').forEach(d => d.open = true)")
    WebDriverWait(browser, 20).until(
        lambda b: b.execute_script(
            "return [...document.querySelectorAll('figure')].every(f => f.querySelector('tbody tr'))"
        )
    )
    titles = browser.execute_script(
        "return [...new Set([...document.querySelectorAll('figcaption')].map(c => c.textContent))]"
    )
    assert set(titles) >= {
        "Trend over the periods, and what is required",
        "How long buyers waited",
        "Weekday × hour: bad cases against staffing",
        "From all rows to good ones",
    }
    unnamed = browser.execute_script(
        "return [...document.querySelectorAll('.chart')].filter(c =>"
        " c.getAttribute('role') !== 'img' || !c.getAttribute('aria-label').trim()"
        " || !c.querySelector('svg')).length"
    )
    assert unnamed == 0
    assert complaints(browser) == []


def test_the_history_is_drawn_with_what_is_required(browser: Chrome, folder: Path) -> None:
    page = reports.write(reports.with_history(folder), folder / "history.html")
    for lang, title, mark, since in (
        ("en", "Over all audits of the history, and what is required", "this audit", "fails since"),
        ("zh", "历次审计走势与要求", "本次审计", "起不达标"),
    ):
        opened(browser, page, lang=lang)
        browser.execute_script(
            "document.querySelectorAll('details.rule').forEach(d => d.open = true)"
        )
        WebDriverWait(browser, 20).until(
            lambda b: b.execute_script(
                "return !document.querySelector('[data-charts]:not([data-drawn])')"
            )
        )
        seen = browser.execute_script(HISTORIES, title)
        # Every rule that fails or warns was judged in the audits before, too.
        assert len(seen) == len(browser.find_elements(By.CSS_SELECTOR, "[data-charts]"))
        for one in seen:
            assert one["panels"] >= 1
            assert one["bounds"] == one["panels"] == one["series"]
            assert one["marks"] and set(one["marks"]) == {mark}
            assert one["rows"] == one["points"]
        assert any(since in one["label"] for one in seen)
        assert complaints(browser) == []
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        assert browser.execute_script(HISTORIES, title)[0]["points"] > 2
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})


def test_hostile_names_stay_names_in_the_history(browser: Chrome, folder: Path) -> None:
    result = reports.hostile_with_history()
    opened(browser, reports.write(result, folder / "hostile-history.html"), lang="en")
    browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
    seen = browser.execute_script(HISTORIES, "Over all audits of the history, and what is required")
    assert seen and seen[0]["panels"] == 12
    assert complaints(browser) == []
    assert browser.execute_script("return document.querySelectorAll('x, img').length") == 0
    wide = browser.execute_script("return document.documentElement.scrollWidth - window.innerWidth")
    assert wide <= 0


def test_cases_are_filtered_and_searched(browser: Chrome, real: Path) -> None:
    opened(browser, real, lang="en")
    every = listed(browser)
    session = rows(browser)[0][SESSION]
    search = button(browser, "#case-search")
    search.send_keys(session)
    WebDriverWait(browser, 5).until(lambda b: listed(b) < every)
    assert {row[SESSION] for row in rows(browser)} == {session}
    search.clear()
    search.send_keys("there is no such session")
    WebDriverWait(browser, 5).until(lambda b: rows(b) == [])
    assert browser.find_element(By.ID, "case-page").text == "No case matches"
    search.clear()
    search.send_keys(" ")
    WebDriverWait(browser, 5).until(lambda b: listed(b) == every)
    Select(button(browser, "#case-shop")).select_by_visible_text("douyin douyin-02")
    assert {row[2] for row in rows(browser)} == {"douyin douyin-02"}
    assert 0 < listed(browser) < every
    button(browser, "#case-unanswered").click()
    assert {row[WAIT] for row in rows(browser)} == {"no reply"}


def test_cases_are_sorted_and_turned_over(browser: Chrome, real: Path) -> None:
    opened(browser, real, lang="en")
    first = rows(browser)
    assert len(first) == 50
    button(browser, "#case-next").click()
    assert rows(browser) != first
    head = f"#case-table th:nth-child({SESSION + 1})"
    button(browser, f"{head} button").click()
    names = [row[SESSION] for row in rows(browser)]
    assert names == sorted(names)
    assert button(browser, head).get_attribute("aria-sort") == "ascending"
    button(browser, f"{head} button").click()
    names = [row[SESSION] for row in rows(browser)]
    assert names == sorted(names, reverse=True)
    button(browser, f"#case-table th:nth-child({WAIT + 1}) button").click()
    assert rows(browser)[0][WAIT] == "no reply"


def test_a_case_opens_its_timeline(browser: Chrome, real: Path) -> None:
    opened(browser, real, lang="en")
    only(browser, "First reply within 45 seconds")
    session = rows(browser)[0][SESSION]
    button(browser, "#case-table tbody button").click()
    dialog = browser.find_element(By.ID, "timeline")
    assert dialog.get_attribute("open") is not None
    assert session in dialog.text
    assert "limit of" in dialog.text
    assert dialog.find_elements(By.CSS_SELECTOR, "svg .flag")
    assert len(dialog.find_elements(By.CSS_SELECTOR, "table")) == 2
    button(browser, "#timeline-close").click()
    assert dialog.get_attribute("open") is None
    assert complaints(browser) == []


def test_a_timeline_over_midnight_has_dates(browser: Chrome, folder: Path) -> None:
    page = reports.write(reports.over_midnight(folder), folder / "night.html")
    opened(browser, page, lang="en")
    button(browser, "#case-table tbody button").click()
    told = browser.find_element(By.ID, "timeline").text
    for time in ("10-01 23:50:00", "10-02 00:05:00", "10-02 00:20:00"):
        assert time in told


def test_a_link_opens_the_section_of_its_rule(browser: Chrome, real: Path) -> None:
    opened(browser, real, lang="en")
    link = browser.find_elements(By.CSS_SELECTOR, ".matrix tbody th a")[-1]
    target = (link.get_attribute("href") or "").rsplit("#", 1)[1]
    browser.execute_script(
        "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", link
    )
    link.click()
    WebDriverWait(browser, 5).until(
        lambda b: b.find_element(By.ID, target).get_attribute("open") is not None
    )


def test_all_is_reached_by_keyboard(browser: Chrome, real: Path) -> None:
    opened(browser, real, lang="zh")
    active = browser.switch_to.active_element
    active.send_keys(Keys.TAB)
    assert browser.switch_to.active_element.get_attribute("class") == "skip"
    browser.switch_to.active_element.send_keys(Keys.ENTER)
    for css in ("[data-lang=en]", "[data-theme-choice=dark]"):
        browser.find_element(By.CSS_SELECTOR, css).send_keys(Keys.ENTER)
    root = browser.find_element(By.TAG_NAME, "html")
    assert (root.get_attribute("lang"), root.get_attribute("data-theme")) == ("en", "dark")
    opener = browser.find_element(By.CSS_SELECTOR, "#case-table tbody button")
    opener.send_keys(Keys.ENTER)
    assert browser.find_element(By.ID, "timeline").get_attribute("open") is not None
    browser.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert browser.find_element(By.ID, "timeline").get_attribute("open") is None
    assert browser.switch_to.active_element == opener
    summary = browser.find_elements(By.CSS_SELECTOR, "details.rule > summary")[-1]
    summary.send_keys(Keys.ENTER)
    assert summary.find_element(By.XPATH, "..").get_attribute("open") is not None
    # Whatever can be clicked can be tabbed to, and has a name.
    assert browser.execute_script(NAMELESS) == []


def test_everything_is_drawn_for_paper(browser: Chrome, real: Path) -> None:
    opened(browser, real, lang="zh", theme="dark")
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert browser.execute_script(
        "return [...document.querySelectorAll('[data-charts]')].every(c => c.dataset.drawn)"
    )
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    try:
        looks = browser.execute_script(
            "const style = (css) => getComputedStyle(document.querySelector(css));"
            "return [style('body').backgroundColor, style('.bar').display,"
            " style('#case-table td:last-child').display, style('#case-next').display]"
        )
        # What is on paper is one page of the cases, and says so.
        told = browser.find_element(By.ID, "case-page")
        assert told.is_displayed() and re.match(r"第 1 / \d+ 页", told.text)
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert looks == ["rgb(255, 255, 255)", "none", "none", "none"]


def test_hostile_names_execute_nothing(browser: Chrome, hostile: Path) -> None:
    for lang in ("zh", "en"):
        opened(browser, hostile, lang=lang)
        browser.execute_script("document.querySelectorAll('details').forEach(d => d.open = true)")
        for opener in range(min(20, len(rows(browser)))):
            browser.execute_script(
                "document.querySelectorAll('#case-table tbody button')[arguments[0]].click();"
                "document.getElementById('timeline-close').click()",
                opener,
            )
        strangers = browser.execute_script(
            "return [document.scripts.length, document.images.length,"
            ' document.querySelectorAll(\'x, a[href^="http"], a[href^="javascript"]\').length,'
            " [...document.querySelectorAll('*')].filter(e => [...e.attributes]"
            ".some(a => a.name.startsWith('on'))).length]"
        )
        assert strangers == [6, 0, 0, 0]
        assert complaints(browser) == []  # an alert or a refused script would stand here
        assert all(url.startswith(("file:///", "data:")) for url in requests(browser))


def test_hostile_names_are_shown_as_they_are(browser: Chrome, hostile: Path) -> None:
    opened(browser, hostile, lang="en")
    text = browser.find_element(By.TAG_NAME, "body").get_attribute("textContent") or ""
    assert NAMES["script"] in text
    assert "\u202e" not in text.split('{"charts"')[0]
    assert "<U+202E>" in text
    assert (
        "很长" * 201 not in text
    )  # 10,000 characters are cut, and the page says how many they were
    assert "(10,000)" in text


def test_texts_of_messages_are_not_in_the_page(hostile: Path) -> None:
    assert '"text"' not in hostile.read_text("utf-8").split("report-data")[1].split("</script>")[0]


def test_200_000_cases_do_not_freeze_it(browser: Chrome, folder: Path) -> None:
    page = reports.write(reports.many(), folder / "many.html")
    assert len(page.read_bytes()) < 1_500_000
    browser.set_page_load_timeout(20)
    opened(browser, page, lang="en")
    hint = browser.find_element(By.CSS_SELECTOR, "#cases .hint").text
    assert "5,000 of 200,000 cases are listed" in hint
    longest = rows(browser)[0][WAIT]
    took = browser.execute_script(
        "const began = performance.now();"
        "document.querySelectorAll('#case-table th button')[3].click();"
        "document.querySelectorAll('#case-table th button')[7].click();"
        "return performance.now() - began"
    )
    assert took < 2_000
    assert rows(browser)[0][WAIT] == longest


def test_the_checklist_loads_alone_and_switches_its_language(browser: Chrome, folder: Path) -> None:
    opened(browser, reports.checklist(folder / "checklist.html"), lang="zh")
    title = browser.find_element(By.CSS_SELECTOR, ".items h3")
    assert title.text.startswith("三分钟回复率(会话)")
    button(browser, "[data-lang=en]").click()
    assert title.text.startswith("3-minute reply rate by session")
    assert browser.find_element(By.CSS_SELECTOR, ".items .en p").text.startswith("aim")
    assert complaints(browser) == []
    assert all(url.startswith(("file:///", "data:")) for url in requests(browser))


CONTRAST = """
const numbers = (color) => color.match(/[\\d.]+/g).map(Number);
const light = ([r, g, b]) => [r, g, b].map((v) => (v /= 255) <= 0.03928 ? v / 12.92
  : ((v + 0.055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
const behind = (e) => { for (; e; e = e.parentElement) {
  const c = numbers(getComputedStyle(e).backgroundColor);
  if (c.length < 4 || c[3] > 0.99) return c; } return [255, 255, 255]; };
const found = new Set();
for (const e of document.querySelectorAll('main *, header *')) {
  if (e.closest('svg') || !e.offsetParent || e.disabled) continue;
  if (![...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim())) continue;
  const [a, b] = [light(numbers(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
  if ((a + 0.05) / (b + 0.05) < 4.5) found.add(`${e.tagName} ${e.className} ${e.textContent.slice(0, 20)}`);
}
return [...found];
"""

HISTORIES = """
return [...document.querySelectorAll('figure')]
  .filter((f) => f.querySelector('figcaption').textContent === arguments[0]).map((f) => {
    const more = f.querySelector('.figtable');
    more.open = true;
    more.dispatchEvent(new Event('toggle'));
    const all = (css) => [...f.querySelectorAll(css)];
    return {
      label: f.querySelector('.chart').getAttribute('aria-label'),
      panels: all('svg').length, series: all('svg .series').length,
      bounds: all('svg .bound').length, points: all('svg path[class^=dot]').length,
      marks: all('svg .begins + text').map((t) => t.textContent),
      rows: more.querySelectorAll('tbody tr').length,
    };
  });
"""

NAMELESS = """
return [...document.querySelectorAll('a[href], button, select, input, summary')].filter((e) =>
  e.tabIndex < 0 || !(e.textContent.trim() || e.getAttribute('aria-label') || e.labels?.length))
  .map((e) => e.outerHTML.slice(0, 80));
"""


def test_every_part_of_a_formula_is_drawn(browser: Chrome, folder: Path) -> None:
    page = reports.write(reports.parts(), folder / "parts.html")
    opened(browser, page, lang="en")
    script = (
        "const one = [...document.querySelectorAll('details.rule')]"
        ".find(d => d.textContent.includes('meiqia/conversation-rate'));"
        "one.open = true; one.scrollIntoView();"
    )
    browser.execute_script(script)
    WebDriverWait(browser, 10).until(
        lambda b: b.execute_script("return document.querySelectorAll('h4.part').length === 2")
    )
    names = [e.text for e in browser.find_elements(By.CSS_SELECTOR, "h4.part")]
    assert names == ["Part conversations (sessions)", "Part visitors (visitor counts)"]
    titles = [e.text for e in browser.find_elements(By.CSS_SELECTOR, "figcaption")]
    assert titles.count("From all rows to those counted") == 2
    assert complaints(browser) == []
