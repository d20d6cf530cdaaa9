"""The mappings that are shipped, and a mapping by its name or file."""

from __future__ import annotations

from pathlib import Path

from checker.diagnostics import Diagnostic, has_errors, nearest
from checker.imports.finding import TESTS, names_mapping
from checker.imports.read import read_mapping
from checker.imports.typing import TypedMapping, check_mapping
from checker.packs.nodes import MapNode, ScalarNode
from checker.packs.yaml import read_yaml

FOLDER = Path(__file__).resolve().parents[1] / "mappings"


def shipped() -> dict[str, Path]:
    """The files of the shipped mappings, by name."""
    files = sorted(FOLDER.glob("*.yaml"))
    return {file.stem: file for file in files if not file.name.endswith(TESTS)}


def find_mapping_here(folder: Path, name: str) -> Path | None:
    """The mapping of that name among the files of a folder."""
    for file in sorted(folder.iterdir()):
        if not file.name.endswith(TESTS) and names_mapping(file):
            root, _ = read_yaml(file)
            if isinstance(root, MapNode) and _name(root) == name:
                return file
    return None


def _name(root: MapNode) -> str | None:
    node = root.get("mapping")
    return node.text if isinstance(node, ScalarNode) else None


def load_mapping(name: str) -> tuple[TypedMapping | None, tuple[Diagnostic, ...]]:
    """The mapping that a name or a file says, or None and what is wrong with it."""
    known = shipped()
    file = known.get(name)
    if file is None:
        file = Path(name)
        if not name.endswith((".yaml", ".yml")) and not file.is_file():
            meant = nearest(name, tuple(known))
            notes = (
                *((f"did you mean `{meant}`?",) if meant else ()),
                f"mappings: {', '.join(known) or 'none'}; auto finds the one that fits",
                "a mapping of your own is given as a file, such as my-export.yaml",
            )
            return None, (Diagnostic("E260", f"there is no mapping `{name}`", notes=notes),)
    return typed_file(file)


def typed_file(file: Path) -> tuple[TypedMapping | None, tuple[Diagnostic, ...]]:
    """The typed mapping in a file, or None and what is wrong with it."""
    mapping, found = read_mapping(file)
    if mapping is None or has_errors(found):
        return None, found
    typed, more = check_mapping(mapping)
    return typed, (*found, *more)
