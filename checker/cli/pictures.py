"""The pictures of the READMEs, made from an example: a terminal as SVG, the HTML report as PNG.

A PNG is no text that can be made again everywhere, so it carries the digest of the page that it shows:
a picture of a page that looks different by now is found without a browser.
"""

from __future__ import annotations

import hashlib
import shutil
import struct
import subprocess
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from checker.verdicts.model import Result

EXAMPLE = "examples/douyin-week"
LANGS = ("en", "zh")
_CELLS, _LINES = 80, 31
_SIZE = (1280, 900)
_KEY = b"Page"
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def audited(example: Path) -> Result | None:
    """The audit of the example, with all that charts need; None where it cannot be made."""
    from checker.options import AuditOptions
    from checker.pipeline import audit

    result, _ = audit(example, AuditOptions(insights=True))
    return result


def terminals(result: Result) -> Mapping[str, str]:
    """Path below docs/ → SVG of what `checker audit` prints first. The same audit, the same bytes."""
    return {f"pictures/terminal.{lang}.svg": _terminal(result, lang) for lang in LANGS}


def _terminal(result: Result, lang: str) -> str:
    from rich.console import Console
    from rich.text import Text

    from checker.cli.streams import paper
    from checker.cli.terminal_svg import terminal_svg
    from checker.reports.terminal import render_terminal

    console, page = paper(True, _CELLS)
    render_terminal(result, console, lang=lang, data=EXAMPLE)
    command = f"$ checker audit {EXAMPLE} --lang {lang}"
    shown = Text.from_ansi("\n".join([command, *page.getvalue().splitlines()[:_LINES], "…"]))
    lines = Console(width=_CELLS).render_lines(shown, pad=False)
    return terminal_svg(lines, _CELLS, command[2:])


def pages(result: Result) -> Mapping[str, str]:
    """Path below docs/ of each screenshot → the page that it shows."""
    from checker.reports.html.page import to_html

    return {f"pictures/report.{lang}.png": to_html(result, lang=lang) for lang in LANGS}


def browser() -> str | None:
    return next(filter(None, map(shutil.which, _BROWSERS)), None)


def screenshot(command: str, page: str) -> bytes:
    """The top of the page as PNG, with the page's digest inside."""
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file, picture = Path(folder, "page.html"), Path(folder, "page.png")
        file.write_text(page, "utf-8")
        flags = (
            "--headless",
            "--no-sandbox",  # containers run as root
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
            "--disable-background-networking",
            "--hide-scrollbars",
            "--force-device-scale-factor=1",
            f"--user-data-dir={folder}/profile",
            f"--window-size={_SIZE[0]},{_SIZE[1]}",
            f"--screenshot={picture}",
        )
        subprocess.run(
            [command, *flags, file.as_uri()], check=True, capture_output=True, timeout=120
        )
        return _marked(picture.read_bytes(), digest(page))


def digest(page: str) -> str:
    return "sha256:" + hashlib.sha256(page.encode("utf-8")).hexdigest()


def shown_page(picture: bytes) -> str | None:
    """The digest of the page that a screenshot shows."""
    for kind, body in _chunks(picture):
        key, _, text = body.partition(b"\0")
        if kind == b"tEXt" and key == _KEY:
            return text.decode("latin-1")
    return None


def _marked(picture: bytes, text: str) -> bytes:
    """The PNG with one more text, behind its header."""
    body = b"tEXt" + _KEY + b"\0" + text.encode("latin-1")
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    header = len(_SIGNATURE) + 25  # a header has 13 bytes in a frame of 12
    return picture[:header] + chunk + picture[header:]


def _chunks(picture: bytes) -> Iterator[tuple[bytes, bytes]]:
    if not picture.startswith(_SIGNATURE):
        return
    at = len(_SIGNATURE)
    while at + 12 <= len(picture):
        (size,) = struct.unpack_from(">I", picture, at)
        yield picture[at + 4 : at + 8], picture[at + 8 : at + 8 + size]
        at += 12 + size
