"""The files that an import is given: which of them an input may be read from."""

from __future__ import annotations

import fnmatch
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from checker.diagnostics import Diagnostic, nearest
from checker.imports.grids import TABLES, Grid
from checker.imports.model import Input

ENDINGS = {"table": TABLES, "json": (".json", ".jsonl", ".ndjson"), "text": (".txt", ".log")}


@dataclass
class Sources:
    """The files that were given, and what has been read of them."""

    con: Any
    folder: Path
    root: Path
    files: tuple[Path, ...]
    single: bool
    grids: dict[tuple[Path, str | None, str | None], Grid] = field(default_factory=dict)

    def of(self, wanted: Input) -> tuple[Path, ...]:
        """The files that an input may be read from; a single file is meant, whatever its name."""
        fitting = [f for f in self.files if f.name.lower().endswith(ENDINGS[wanted.form])]
        if self.single or not wanted.files:
            return tuple(fitting)
        patterns = [pattern.casefold() for pattern in wanted.files]
        return tuple(
            f
            for f in fitting
            if any(fnmatch.fnmatchcase(f.name.casefold(), pattern) for pattern in patterns)
        )

    def shown(self, file: Path) -> str:
        """A file as messages and the account name it."""
        return file.relative_to(self.root).as_posix() if file != self.root else file.name


def find_sources(
    con: Any, folder: Path, root: Path
) -> tuple[Sources | None, tuple[Diagnostic, ...]]:
    """The files at `root`, in order; hidden ones and the marks of open workbooks left out."""
    if not root.exists():
        try:
            beside = {p.name for p in root.parent.iterdir()}
        except OSError:
            beside = set()
        near = nearest(root.name, beside) if root.name else None
        notes = (f"did you mean `{root.parent / near}`?",) if near else ()
        return None, (Diagnostic("E200", f"there is no folder or file `{root}`", notes=notes),)
    if root.is_file():
        return Sources(con, folder, root, (root,), True), ()
    files = sorted(
        p
        for p in root.rglob("*")
        if p.is_file()
        and not any(part.startswith((".", "~$")) for part in p.relative_to(root).parts)
    )
    return Sources(con, folder, root, tuple(files), False), ()


def no_file(sources: Sources, wanted: Input) -> Diagnostic:
    """No file is even of the right kind."""
    endings = ", ".join(ENDINGS[wanted.form])
    names = ", ".join(sources.shown(f) for f in sources.files[:8]) or "none"
    patterns = f" and a name such as {' or '.join(wanted.files)}" if wanted.files else ""
    return Diagnostic(
        "E265",
        f"no file for input `{wanted.name}`",
        notes=(f"it is read from files with {endings}{patterns}", f"files: {names}"),
        subject=wanted.name,
    )
