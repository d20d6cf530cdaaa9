"""Finding rule files: those that are named, those in folders, and the bundled ones."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from checker.diagnostics import Diagnostic

_HERE = Path(__file__).resolve()
_SHIPPED = _HERE.parents[1] / "_rules"
BUNDLED = _SHIPPED if _SHIPPED.is_dir() else _HERE.parents[2] / "rules"
"""The folder of the rules that are shipped: inside the wheel, or in a checkout."""

_ENDINGS = (".yaml", ".yml")
_TESTS = (".test.yaml", ".test.yml")
_PACK_KEY = re.compile(rb"""^(?:\xef\xbb\xbf)?["']?(?:pack|language)["']?[ \t]*:""", re.MULTILINE)
_PACK_NAME = re.compile(rb"""^pack[ \t]*:[ \t]*["']?([A-Za-z0-9_-]+)""", re.MULTILINE)
_SNIFFED = 100_000


def find_files(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[Diagnostic, ...]]:
    """The rule files at `paths`, each once. In a folder these are the YAML files with a key `pack`
    or `language`, tests of rules left out; a file that is named need not look like one."""
    files: dict[Path, Path] = {}
    problems: list[Diagnostic] = []
    for path in paths:
        if path.is_dir():
            before = len(files), len(problems)
            inside = [file for file in _yaml_files(path, problems) if _looks_like_pack(file)]
            for file in inside:
                files.setdefault(file.resolve(), file)
            if not inside and before[1] == len(problems):
                message = f"no rule pack in the folder {path.as_posix()}"
                problems.append(Diagnostic("E016", message, notes=("checker init makes one",)))
        else:
            files.setdefault(path.resolve(), path)
    return tuple(files.values()), tuple(problems)


@lru_cache(maxsize=1)
def bundled_files() -> dict[str, Path]:
    """The bundled rule files by the name of their pack."""
    found: dict[str, Path] = {}
    for file in _yaml_files(BUNDLED, []):
        name = _PACK_NAME.search(file.read_bytes()[:_SNIFFED])
        if name:
            found[name[1].decode()] = file
    return found


def _yaml_files(folder: Path, problems: list[Diagnostic]) -> Iterator[Path]:
    def refused(error: OSError) -> None:
        reason = error.strerror or str(error)
        problems.append(Diagnostic("E001", f"cannot read {error.filename}: {reason}"))

    for place, folders, names in os.walk(folder, onerror=refused):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "node_modules")
        for name in sorted(names):
            if name.endswith(_ENDINGS) and not name.endswith(_TESTS):
                yield Path(place) / name


def _looks_like_pack(file: Path) -> bool:
    if file.stem == "pack":
        return True
    try:
        with file.open("rb") as stream:
            return _PACK_KEY.search(stream.read(_SNIFFED)) is not None
    except OSError:
        return True  # reading it again will tell why
