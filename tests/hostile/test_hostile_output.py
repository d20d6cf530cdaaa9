"""One hostile data set through every format: nothing executes, nothing breaks, nothing gets lost."""

from __future__ import annotations

import csv
import io
import json
import re
import unicodedata
import xml.etree.ElementTree as ET
import zipfile
from pathlib import Path

import hostile_data as hostile
import pytest
from markdown_it import MarkdownIt
from python_calamine import CalamineWorkbook

from checker.cli.formats import FORMATS, rendered
from checker.cli.streams import paper
from checker.diagnostics import Diagnostic, Span
from checker.packs.model import Expr, Period, Ratio, Revision, Text
from checker.packs.nodes import ScalarNode
from checker.reports.clean import clean, xml_text
from checker.reports.csv import OFFENDER_COLUMNS, VERDICT_COLUMNS
from checker.reports.explain_json import timelines_json, verdict_json
from checker.reports.github import to_annotations
from checker.reports.markup import table, text
from checker.reports.sarif import lint_sarif
from checker.reports.timeline import render_timelines
from checker.reports.verdict import render_verdict
from checker.reports.xlsx import CHARACTERS
from checker.verdicts.explain_verdict import Funnel, VerdictReading
from checker.verdicts.explanation import (
    ConditionReading,
    LimitMark,
    OpenHours,
    RuleReading,
    SessionTimeline,
    TimelineEvent,
    TurnRow,
)
from checker.verdicts.insights import Stage

LANGS = ("zh", "en")
_OBEYED = {"Cc", "Cf", "Cs", "Zl", "Zp"}  # what moves a cursor, turns a line or ends it
_MEANT = "\n\u200c\u200d\u2060\ufeff"  # lines, joiners of scripts, ours, the mark of a CSV file


def written(name: str, lang: str = "en") -> str | bytes:
    return rendered(name, hostile.result(), lang=lang, offenders=100, data="D", to_file=True)


def text_of(name: str, lang: str = "en") -> str:
    made = written(name, lang)
    return made if isinstance(made, str) else made.decode("utf-8")


def test_every_name_got_into_the_result() -> None:
    agents = {o.agent_id for v in hostile.result().verdicts for o in v.offenders}
    assert agents >= set(hostile.NAMES.values())


@pytest.mark.parametrize("lang", LANGS)
@pytest.mark.parametrize("name", [n for n, kind in FORMATS.items() if not kind.binary])
def test_no_format_holds_what_a_terminal_obeys(name: str, lang: str) -> None:
    text = text_of(name, lang).replace("\r\n", "\n")
    text.encode("utf-8")
    found = {c for c in text if unicodedata.category(c) in _OBEYED and c not in _MEANT}
    assert not found


@pytest.mark.parametrize("name", FORMATS)
def test_the_same_result_gives_the_same_bytes(name: str) -> None:
    assert written(name) == written(name)


def test_json_gives_every_name_back_exactly() -> None:
    read = json.loads(text_of("json"))
    assert {o["session_id"] for v in read["verdicts"] for o in v["offenders"]} >= set(
        hostile.NAMES.values()
    )


@pytest.mark.parametrize(
    ("name", "columns"), [("csv", VERDICT_COLUMNS), ("csv-offenders", OFFENDER_COLUMNS)]
)
@pytest.mark.parametrize("lang", LANGS)
def test_csv_has_no_cell_that_a_spreadsheet_computes(
    name: str, columns: tuple[str, ...], lang: str
) -> None:
    raw = written(name, lang)
    assert isinstance(raw, bytes)
    assert raw.startswith(b"\xef\xbb\xbf")
    text = raw.decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert len(rows) == text.count("\r\n") == text.count("\n")
    assert rows[0] == list(columns)
    names = {clean(value) for value in hostile.NAMES.values()}
    seen = set()
    for row in rows[1:]:
        assert len(row) == len(columns)
        for cell in row:
            number = re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", cell)
            assert number or not re.match(r"\s*[=+\-@＝＋－＠\t\r]", cell), cell
            seen.add(cell.removeprefix("'"))
    assert seen >= names


@pytest.mark.parametrize("lang", LANGS)
def test_xlsx_holds_no_formula_no_link_and_opens(lang: str, tmp_path: Path) -> None:
    raw = written("xlsx", lang)
    assert isinstance(raw, bytes)
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        names = book.namelist()
        for name in names:
            tree = ET.fromstring(book.read(name))
            tags = {element.tag.rpartition("}")[2] for element in tree.iter()}
            assert not tags & {"f", "hyperlink", "oleObject", "ddeLink", "externalReference"}
            if name.endswith(".rels"):
                assert not [e for e in tree if e.get("TargetMode") == "External"]
        strings = ET.fromstring(book.read("xl/sharedStrings.xml"))
        longest = max(
            len((t.text or "").encode("utf-16-le")) // 2 for t in strings.iter() if t.text
        )
        assert longest <= CHARACTERS
    assert not [n for n in names if "vba" in n.lower() or "external" in n.lower()]
    file = tmp_path / "hostile.xlsx"
    file.write_bytes(raw)
    opened = CalamineWorkbook.from_path(file)
    assert len(opened.sheet_names) == 6
    cells = {
        value
        for sheet in opened.sheet_names
        for row in opened.get_sheet_by_name(sheet).to_python()
        for value in row
    }
    assert cells >= {xml_text(name) for name in hostile.NAMES.values() if not name.startswith("_x")}


@pytest.mark.parametrize("lang", LANGS)
def test_markdown_renders_no_html_no_link_and_no_image(lang: str) -> None:
    text = text_of("markdown", lang)
    tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(text)
    inline = [child for token in tokens for child in token.children or []]
    kinds = {token.type for token in (*tokens, *inline)}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "fence", "code_block"}
    assert not kinds & {"strong_open", "em_open", "s_open", "blockquote_open", "ordered_list_open"}
    assert not re.search(r"@\w|(?<!\w)#\d|https?://|www\.\w", text)
    columns = 0
    for token in tokens:
        if token.type == "tr_open":
            columns = 0
        columns += token.type in ("td_open", "th_open")
        if token.type == "tr_close":
            assert columns in (4, 5, 7)


@pytest.mark.parametrize("lang", LANGS)
def test_junit_is_xml_with_every_agent(lang: str) -> None:
    root = ET.fromstring(text_of("junit", lang).encode("utf-8"))
    cases = root.findall("testsuite/testcase")
    judged = [v for v in hostile.result().verdicts if not v.added]
    assert len(cases) == int(root.attrib["tests"]) == len(judged)
    assert len(root.findall(".//failure")) == int(root.attrib["failures"]) > 0
    skipped = sum(int(suite.attrib["skipped"]) for suite in root.findall("testsuite"))
    assert len(root.findall(".//skipped")) == skipped > 0
    for name in hostile.NAMES.values():
        assert any(xml_text(name) in case.attrib["name"] for case in cases)


def test_sarif_places_every_failure_at_its_rule() -> None:
    (run,) = json.loads(text_of("sarif"))["runs"]
    assert run["results"]
    for one in run["results"]:
        assert run["tool"]["driver"]["rules"][one["ruleIndex"]]["id"] == one["ruleId"]
        assert one["locations"][0]["physicalLocation"]["artifactLocation"]["uri"].startswith(
            "file:"
        )


@pytest.mark.parametrize("name", hostile.NAMES)
def test_a_hostile_rule_file_cannot_give_github_a_command(name: str) -> None:
    value = hostile.NAMES[name]
    span = Span(value, 3, 1, 3, 2, value)
    wrong = Diagnostic("E105", value, span, value, (value,), value)
    (line,) = to_annotations([wrong], Path.cwd()).splitlines()
    command, _, message = line.removeprefix("::").partition("::")
    assert re.fullmatch(
        r"error file=[^,:]*,line=3,endLine=3,col=1,endColumn=2,title=[^,:]*", command
    )
    assert message.count("%0A") == 1
    (result,) = json.loads(lint_sarif([wrong], {}, Path.cwd()))["runs"][0]["results"]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert re.fullmatch(r"[A-Za-z0-9%._~/:@!$&'()*+,;=-]+", uri)


@pytest.mark.parametrize("name", hostile.NAMES)
def test_a_name_in_markdown_reads_as_it_is(name: str) -> None:
    value = hostile.NAMES[name]
    page = table(["name"], [[text(value, 20_000)]])
    tokens = MarkdownIt("gfm-like", {"html": True, "linkify": False}).parse(page)
    assert [t.type for t in tokens].count("td_open") == 1
    (cell,) = [t for t in tokens if t.type == "inline"][1:]
    assert {child.type for child in cell.children or []} <= {"text", "text_special"}
    shown = "".join(child.content for child in cell.children or [])
    assert shown.replace("\u2060", "") == clean(value).strip()


def explained(lang: str) -> dict[str, str]:
    """A session and a verdict with every hostile name, as `checker explain` prints and writes them."""
    timelines = tuple(
        SessionTimeline(
            name,
            name,
            name,
            "douyin",
            "Asia/Shanghai",
            0,
            60_000_000,
            60_000_000,
            (TimelineEvent(0, "message", "buyer", name, text=name, note=name),),
            (TurnRow(name, 1, 0, None, None, False, name, 1_000_000),),
            (
                RuleReading(
                    name,
                    Text(name, name),
                    "sessions",
                    name,
                    True,
                    False,
                    parts=(ConditionReading(name, True, ((name, name),)),),
                ),
            ),
            (LimitMark(name, 1, 1_000_000),),
            (OpenHours(name, ((-5, 30_000_000),)),),
        )
        for name in hostile.NAMES.values()
    )
    node = ScalarNode(Span("a.yaml", 1, 1, 1, 2), "x", "x", ())
    made = {"json": timelines_json(timelines, show_text=True)}
    console, page = paper(False, 80)
    render_timelines(timelines, console, lang=lang, show_text=True)
    made["terminal"] = page.getvalue()
    for number, verdict in enumerate(hostile.result().verdicts):
        name = list(hostile.NAMES.values())[number % len(hostile.NAMES)]
        stages = (Stage("all", 2), Stage("where", 1, (name,)), Stage("good", 0, (name,)))
        funnel = Funnel(name, "sessions", stages, True, 1)
        measure = Ratio("sessions", None, Expr(name, node))
        written = made_up_revision(measure)
        reading = VerdictReading(verdict, written, None, (funnel,))
        made[f"json {number}"] = verdict_json(reading)
        console, page = paper(False, 80)
        render_verdict(reading, console, lang=lang, data=name)
        made[f"terminal {number}"] = page.getvalue()
    return made


def made_up_revision(measure: Ratio) -> Revision:
    title = Text("<b>", "<b>")
    period = Period("all")
    return Revision(
        None, "error", None, measure, ("shop",), period, None, None, None, None, 1, title, None
    )


@pytest.mark.parametrize("lang", LANGS)
def test_explanations_hold_nothing_that_a_terminal_obeys(lang: str) -> None:
    for name, made in explained(lang).items():
        made.encode("utf-8")
        found = {c for c in made if unicodedata.category(c) in _OBEYED and c not in _MEANT}
        assert not found, name
        if name.startswith("json"):
            json.loads(made)
    sessions = json.loads(explained(lang)["json"])["sessions"]
    assert [one["session_id"] for one in sessions] == list(hostile.NAMES.values())
