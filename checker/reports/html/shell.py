"""What every page of ours is made in: its template, styles, scripts, and the policy that allows no others."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from markupsafe import Markup

from checker import __version__
from checker.reports.html.both import Both, both
from checker.reports.html.phrases import ui
from checker.reports.words import say

_ASSETS = Path(__file__).parent.parent / "assets"


def filled(template: str, scripts: Sequence[str], lang: str, **values: object) -> str:
    """The template with its values; what strangers wrote is escaped in it."""
    style, code = Markup(_asset("page.css")), [Markup(_asset(name)) for name in scripts]
    return (
        _environment()
        .get_template(template)
        .render(
            lang=lang,
            at=0
            if lang == "zh"
            else 1,  # of a text in both languages, where a page can hold one only
            style=style,
            scripts=code,
            policy=_policy(style, code),
            ui=ui,
            say=lambda key: both(lambda in_: say(key, in_)),
            version=__version__,
            **values,
        )
    )


def _environment() -> Environment:
    made = Environment(
        loader=FileSystemLoader(_ASSETS), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    made.globals["both"] = Both
    return made


def _asset(name: str) -> str:
    return (_ASSETS / name).read_text(encoding="utf-8")


def _policy(style: str, scripts: Sequence[str]) -> str:
    """Nothing but the page's own scripts and styles, each named by its hash."""
    hashes = " ".join(map(_hash, scripts))
    return (
        f"default-src 'none'; script-src {hashes}; style-src {_hash(style)}; img-src data:; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode("utf-8")).digest()
    return f"'sha256-{base64.b64encode(digest).decode('ascii')}'"
