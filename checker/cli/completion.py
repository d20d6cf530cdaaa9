"""What the shell completes after <Tab>: names that are told without reading a rule, so that it is quick."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

_ROOT = Path(__file__).parents[1]
_HEAD = re.compile(r"^(?:pack|mapping): *['\"]?([\w.-]+)", re.M)
_RULES = re.compile(r"^rules:.*\n((?:(?:[ \t#].*)?\n)*)", re.M)
_RULE = re.compile(r"^  ['\"]?([\w.-]+)['\"]?:", re.M)
_CODE = re.compile(r"^([EW]\d+):", re.M)

Complete = Callable[[str], list[str]]


def _texts(folder: Path, pattern: str) -> Iterator[str]:
    for file in sorted(folder.glob(pattern)):
        if not file.name.endswith((".test.yaml", ".test.yml")):
            yield file.read_text("utf-8", "replace")


def _packs() -> dict[str, list[str]]:
    """The bundled packs, with the ids of the rules that they write themselves."""
    installed = _ROOT / "_rules"
    home = installed if installed.is_dir() else _ROOT.parent / "rules"
    found = {}
    for text in _texts(home, "*/*.yaml"):
        name = _HEAD.search(text)
        if name:
            written = _RULES.search(text + "\n")
            found[name[1]] = _RULE.findall(written[1]) if written else []
    return found


def _beginning(known: Iterable[str], incomplete: str) -> list[str]:
    return [name for name in known if name.startswith(incomplete)]


def packs(incomplete: str) -> list[str]:
    return _beginning(sorted(_packs()), incomplete)


def rules(incomplete: str) -> list[str]:
    """`douyin/reply-3m-session`."""
    known = (f"{pack}/{rule}" for pack, ids in sorted(_packs().items()) for rule in ids)
    return _beginning(known, incomplete)


def rules_or_codes(incomplete: str) -> list[str]:
    texts = _texts(_ROOT / "diagnostics" / "codes", "*.yaml")
    codes = sorted(code for text in texts for code in _CODE.findall(text))
    return [*rules(incomplete), *_beginning(codes, incomplete.upper())]


def mappings(incomplete: str) -> list[str]:
    names = (
        name[1] for text in _texts(_ROOT / "mappings", "*.yaml") if (name := _HEAD.search(text))
    )
    return _beginning(["auto", *names], incomplete)


def of(*known: str) -> Complete:
    """Completes one of a few words."""

    def complete(incomplete: str) -> list[str]:
        return _beginning(known, incomplete)

    return complete
