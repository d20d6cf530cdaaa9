"""The pictures of the READMEs show what the program prints and writes today."""

from __future__ import annotations

import struct
import xml.etree.ElementTree as ET
import zlib

import pytest
from console import ROOT
from rich.segment import Segment

from checker.cli import pictures
from checker.cli.terminal_svg import terminal_svg
from checker.verdicts.model import Result

DOCS = ROOT / "docs"
READMES = {"en": "README.md", "zh": "README.zh.md"}


@pytest.fixture(scope="module")
def result() -> Result:
    found = pictures.audited(ROOT / pictures.EXAMPLE)
    assert found is not None
    return found


@pytest.mark.parametrize("lang", pictures.LANGS)
def test_the_terminal_is_byte_for_byte_what_is_printed(result: Result, lang: str) -> None:
    path = f"pictures/terminal.{lang}.svg"
    made = pictures.terminals(result)[path]
    assert (DOCS / path).read_text("utf-8") == made, "run checker docs --write docs"
    assert f"(docs/{path})" in (ROOT / READMES[lang]).read_text("utf-8")


@pytest.mark.parametrize("lang", pictures.LANGS)
def test_the_screenshot_is_of_the_page_of_today(result: Result, lang: str) -> None:
    path = f"pictures/report.{lang}.png"
    page = pictures.pages(result)[path]
    shown = pictures.shown_page((DOCS / path).read_bytes())
    assert shown == pictures.digest(page), "run checker docs --write docs, with a chromium"
    assert shown != pictures.digest(page + " ")
    assert f"(docs/{path})" in (ROOT / READMES[lang]).read_text("utf-8")


def test_a_picture_without_a_digest_shows_nothing_that_is_known() -> None:
    assert pictures.shown_page(b"no picture") is None
    assert pictures.shown_page(b"\x89PNG\r\n\x1a\n" + b"\0" * 8) is None


@pytest.mark.parametrize("lang", pictures.LANGS)
def test_the_screenshot_is_a_sound_and_small_file(lang: str) -> None:
    data = (DOCS / f"pictures/report.{lang}.png").read_bytes()
    assert len(data) < 300_000
    at, kinds = 8, []
    while at < len(data):
        (size,) = struct.unpack_from(">I", data, at)
        kinds.append(data[at + 4 : at + 8])
        (check,) = struct.unpack_from(">I", data, at + 8 + size)
        assert check == zlib.crc32(data[at + 4 : at + 8 + size])
        at += 12 + size
    assert kinds[:2] == [b"IHDR", b"tEXt"] and kinds[-1] == b"IEND"


def test_the_terminal_asks_the_network_for_nothing(result: Result) -> None:
    for text in pictures.terminals(result).values():
        root = ET.fromstring(text)
        assert "http" not in text.replace('xmlns="http://www.w3.org/2000/svg"', "")
        names = {node.tag.rpartition("}")[2] for node in root.iter()}
        assert names == {"svg", "rect", "circle", "g", "text"}


def test_every_character_stands_in_its_cells() -> None:
    made = terminal_svg([[Segment("ab 店<c")]], 10, "t")
    places = {
        node.text: (node.attrib["x"], node.attrib["textLength"])
        for node in ET.fromstring(made).iter("{http://www.w3.org/2000/svg}text")
    }
    # Cells are 8.4 wide, and a Chinese character takes two of them.
    assert places == {"ab": ("14.0", "16.8"), "店": ("39.2", "16.8"), "<c": ("56.0", "16.8")}
