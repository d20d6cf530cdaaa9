"""Which files are mappings, told without reading them as such."""

from __future__ import annotations

import re
from pathlib import Path

TESTS = (".test.yaml", ".test.yml")

_TOP = re.compile(rb"""^(?:\xef\xbb\xbf)?["']?mapping["']?[ \t]*:""", re.MULTILINE)
_SNIFFED = 100_000


def find_mappings(path: Path) -> tuple[Path, ...]:
    """The mappings at a path: YAML files with a key `mapping` at the top, tests of them left out."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    return tuple(f for f in files if not f.name.endswith(TESTS) and names_mapping(f))


def names_mapping(file: Path) -> bool:
    """Whether a YAML file says at the top which mapping it is, or which one it tests."""
    if not file.name.endswith((".yaml", ".yml")) or not file.is_file():
        return False
    try:
        with file.open("rb") as stream:
            return _TOP.search(stream.read(_SNIFFED)) is not None
    except OSError:
        return False
