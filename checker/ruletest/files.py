"""Finding test files and the packs that they test."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from checker.diagnostics import Diagnostic, has_errors
from checker.packs.check import check_pack
from checker.packs.discover import bundled_files
from checker.packs.load import read_packs
from checker.packs.typed import TypedPack

_ENDINGS = (".test.yaml", ".test.yml")


def find_tests(paths: Sequence[Path]) -> tuple[tuple[Path, ...], tuple[Diagnostic, ...]]:
    """The test files at `paths`, each once: named, below a folder, or beside a pack that is named."""
    files: dict[Path, Path] = {}
    problems: list[Diagnostic] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(_below(path))
        elif path.name.endswith(_ENDINGS):
            inside = [path] if path.exists() else []
        else:
            inside = [p for e in _ENDINGS if (p := path.with_name(path.stem + e)).is_file()]
        if not inside:
            exists = path.exists()
            message = (
                f"no test at {path.as_posix()}" if exists else f"no such file: {path.as_posix()}"
            )
            note = "tests are files named *.test.yaml, such as pack.test.yaml beside pack.yaml"
            problems.append(Diagnostic("E400", message, notes=(note,)))
        for file in inside:
            files.setdefault(file.resolve(), file)
    return tuple(files.values()), tuple(problems)


def _below(folder: Path) -> list[Path]:
    found: list[Path] = []
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "node_modules")
        found.extend(Path(place) / name for name in names if name.endswith(_ENDINGS))
    return found


@dataclass(frozen=True)
class Packs:
    """The packs in play by name, and everything wrong with them."""

    typed: dict[str, TypedPack]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def sound(self) -> bool:
        return not has_errors(self.diagnostics)


def near_packs(paths: Sequence[Path], tests: Sequence[Path]) -> Packs:
    """The packs at `paths` and beside test files."""
    places = [path for path in paths if not path.name.endswith(_ENDINGS)]
    inside = [p.resolve() for p in places if p.is_dir()]
    for test in tests:
        folder = test.parent.resolve()
        if not any(folder.is_relative_to(place) for place in inside):
            places.append(test.parent)
            inside.append(folder)
    return _typed(places)


def bundled_pack(name: str) -> Packs:
    """The bundled pack of that name, if there is one."""
    file = bundled_files().get(name)
    return _typed([file]) if file is not None else Packs({}, ())


def _typed(places: Sequence[Path]) -> Packs:
    packs, found = read_packs(places, ())
    # A folder may hold tests of bundled packs only; a missing path has been told already.
    told = [d for d in found if d.code != "E016"]
    typed: dict[str, TypedPack] = {}
    for pack in packs:
        typed[pack.name], problems = check_pack(pack)
        told.extend(problems)
    return Packs(typed, tuple(told))
