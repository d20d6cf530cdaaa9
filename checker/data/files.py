"""Which file is which table of a data set."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from checker.diagnostics import Diagnostic, nearest
from checker.language.catalog import ENTRY_TABLES, STORED

Format = Literal["parquet", "csv", "tsv", "json", "workbook", "duckdb"]

FORMATS: dict[str, Format] = {
    ".parquet": "parquet",
    ".csv": "csv",
    ".csv.gz": "csv",
    ".tsv": "tsv",
    ".tsv.gz": "tsv",
    ".jsonl": "json",
    ".jsonl.gz": "json",
    ".ndjson": "json",
    ".ndjson.gz": "json",
    ".xlsx": "workbook",
    ".xls": "workbook",
    ".ods": "workbook",
}
OTHER_FORMATS = (".xlsb", ".json", ".txt", ".zip", ".orc", ".avro", ".feather")
"""Endings that people expect to work: told apart from files that have nothing to do with the data."""

READABLE = "Parquet, CSV, TSV, JSONL (.csv.gz, .tsv.gz, .jsonl.gz, too), XLSX, or one DuckDB file"


@dataclass(frozen=True)
class Source:
    """The files of one table, sorted; `root` is what they lie in. `table` is empty for a single file
    whose name is no table: its columns decide."""

    table: str
    format: Format
    files: tuple[Path, ...]
    root: Path
    relation: str = ""  # of a DuckDB file the table in it, of a workbook the sheet

    @property
    def has_values_in_folders(self) -> bool:
        """Folders below `root` are such as `platform=douyin`."""
        return any("=" in p for f in self.files for p in f.relative_to(self.root).parts[:-1])


def as_path(file: Path) -> str:
    """A path that DuckDB takes as a path and not as a pattern."""
    text = str(file)
    return "".join(f"[{c}]" if c in "*?[" else c for c in text)


def find(path: Path) -> tuple[tuple[Source, ...], tuple[Diagnostic, ...]]:
    """The sources that a folder or file holds. A DuckDB file is one source without a table yet."""
    try:
        if path.is_dir():
            return _in_folder(path)
        if path.is_file():
            return _one_file(path)
    except (OSError, ValueError) as error:
        return (), (_unreadable(path, error),)
    near = nearest(path.name, _names_beside(path)) if path.name else None
    notes = (f"did you mean `{path.parent / near}`?",) if near else ()
    return (), (Diagnostic("E200", f"there is no folder or file `{path}`", notes=notes),)


def _names_beside(path: Path) -> set[str]:
    try:
        return {p.name for p in path.parent.iterdir()}
    except (OSError, ValueError):
        return set()


def _unreadable(path: Path, error: Exception) -> Diagnostic:
    reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    return Diagnostic("E204", f"cannot read `{path}`: {reason}")


def _one_file(path: Path) -> tuple[tuple[Source, ...], tuple[Diagnostic, ...]]:
    with path.open("rb") as file:
        start = file.read(12)
    if start[8:12] == b"DUCK":
        return (Source("", "duckdb", (path,), path.parent),), ()
    known = _format_of(path.name)
    if known is None:
        return (), (
            Diagnostic(
                "E205",
                f"`{path}` is of no format that is read",
                notes=(f"data are read from {READABLE}",),
            ),
        )
    stem, format_ = known
    table = stem if stem in STORED else ""
    return (Source(table, format_, (path,), path.parent),), ()


def _in_folder(path: Path) -> tuple[tuple[Source, ...], tuple[Diagnostic, ...]]:
    found: dict[str, list[Source]] = {}
    foreign: dict[str, Path] = {}
    diagnostics: list[Diagnostic] = []
    for entry in sorted(path.iterdir()):
        if entry.name.startswith((".", "_")):
            continue
        known = _format_of(entry.name)
        stem = known[0] if known else entry.name
        if entry.is_dir() and stem in STORED:
            sources = tuple(_parts(stem, entry))
            found.setdefault(stem, []).extend(sources)
            if not sources:
                diagnostics.append(
                    Diagnostic(
                        "E205",
                        f"the folder `{entry}` has no file of a format that is read",
                        notes=(f"data are read from {READABLE}",),
                        subject=stem,
                    )
                )
        elif known and entry.is_file() and stem in STORED:
            found.setdefault(stem, []).append(Source(stem, known[1], (entry,), path))
        else:
            for ending in OTHER_FORMATS:
                if entry.name.lower().endswith(ending) and entry.name[: -len(ending)] in STORED:
                    foreign[entry.name[: -len(ending)]] = entry
    for table, sources_ in found.items():
        if len(sources_) > 1:
            names = ", ".join(f"`{_shown(s, path)}`" for s in sources_)
            diagnostics.append(
                Diagnostic(
                    "E203", f"table {table} has more than one source: {names}", subject=table
                )
            )
    for table, entry in foreign.items():
        if table not in found:
            diagnostics.append(
                Diagnostic(
                    "E205",
                    f"`{entry}` is of no format that is read",
                    notes=(f"data are read from {READABLE}",),
                    subject=table,
                )
            )
    if not found and not diagnostics:
        diagnostics.append(_nothing_known(path))
    return tuple(s for group in found.values() for s in group[:1]), tuple(diagnostics)


def _shown(source: Source, root: Path) -> str:
    if source.root == root:
        return str(source.files[0])
    return f"{source.root}{'/' if source.root.is_dir() else ''} ({source.format})"


def _nothing_known(path: Path) -> Diagnostic:
    notes = [f"one of {', '.join(ENTRY_TABLES)} is required, as a file such as messages.parquet"]
    for entry in sorted(path.iterdir()):
        known = _format_of(entry.name)
        near = nearest(known[0], STORED) if known and len(known[0]) > 3 else None
        if near:
            notes.append(f"`{entry.name}`: rename it if it is the table {near}")
    notes.append(f"tables: {', '.join(STORED)}; {READABLE}")
    return Diagnostic("E201", f"the folder `{path}` has no known table", notes=tuple(notes[:8]))


def _parts(table: str, folder: Path) -> Iterator[Source]:
    """One source per format among the part files; writers' marks (`_SUCCESS`, `.crc`) are no parts."""
    files: dict[Format, list[Path]] = {}
    for entry in sorted(folder.rglob("*")):
        inside = entry.relative_to(folder).parts
        known = _format_of(entry.name)
        if known and entry.is_file() and not any(p.startswith((".", "_")) for p in inside):
            files.setdefault(known[1], []).append(entry)
    for format_, paths in files.items():
        yield Source(table, format_, tuple(paths), folder)


def _format_of(name: str) -> tuple[str, Format] | None:
    """The name without its ending, and the format that the ending says."""
    lower = name.lower()
    for ending in sorted(FORMATS, key=len, reverse=True):
        if lower.endswith(ending) and len(name) > len(ending):
            return name[: -len(ending)], FORMATS[ending]
    return None
