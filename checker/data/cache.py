"""A folder of results, each under the digest of all that it was made of; nothing is ever looked up by a name
or a date.

What is remembered of a whole data set lies under its key and a text of all else that it hangs on; what was
read from one file, under that file's contents and the SQL that reads it, whatever other files there are.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from threading import get_ident
from typing import Any

import duckdb

import checker
from checker.data.canonical_text import canonical
from checker.data.duck import DuckDB
from checker.data.files import Source, as_path, find
from checker.data.sql import DuckDBError, literal, rows, run
from checker.diagnostics import Diagnostic
from checker.language.types import Type

_UNUSED_DAYS = 30

Stamp = tuple[int, int]
"""Size and time of change of a file."""


@dataclass
class Cache:
    """A folder of results, and what the tables of the data set at hand are made of."""

    folder: Path
    data: str  # the key of the whole data set
    tables: Mapping[str, str]  # table of the data set -> key
    files: Mapping[Path, str]  # file of the data set -> key
    read: Mapping[Path, Stamp | None]  # the same files as they were before they were read
    usable: bool = True

    def file(self, key: str, ending: str) -> Path:
        return self.folder / key[:2] / f"{key}.{ending}"

    def of_just(self, sources: Sequence[Source]) -> bool:
        """The files that are to be read are those whose contents are known, or else it is of no use."""
        self.usable = self.usable and set(self.read) == {f for s in sources for f in _files(s)}
        return self.usable

    def recall(self, key: str) -> Any:
        """What was left under a key of something about the whole data set; None: nothing, or broken."""
        text = self.recall_text(key)
        return None if text is None else json.loads(text)

    def recall_text(self, key: str) -> str | None:
        """The same of a text."""
        held = self._about(key)
        try:
            said, _, text = held.read_bytes().partition(b"\n") if self.usable else (b"", b"", b"")
        except OSError:
            return None
        if said != _seal(held, text):
            return None
        used(held)
        return text.decode("utf-8")

    def remember(self, key: str, value: object) -> None:
        """Leaves something about the whole data set: texts, numbers, None, and lists of them."""
        self.remember_text(key, json.dumps(value))

    def remember_text(self, key: str, text: str) -> None:
        """Leaves a text about the whole data set."""
        target, whole = self._about(key), text.encode("utf-8")
        self.leave(target, lambda file: file.write_bytes(_seal(target, whole) + b"\n" + whole))

    def _about(self, key: str) -> Path:
        return self.file(digest(f"{self.data}\n{key}"), "txt")

    def of_file(self, con: DuckDB, file: Path, what: str, select: str) -> Path | None:
        """The rows that `select` makes of one file of the data set, as a Parquet file that an earlier run
        has left or this one leaves; None where there is no room for it. `what` says the same as `select`,
        without the file's name."""
        held = self.file(digest(f"{self.files[file]}\n{what}"), "parquet")
        if rows_in(con, held) is not None:
            used(held)
            return held
        self.leave(held, lambda beside: write(con, select, beside))
        return None if rows_in(con, held) is None else held

    def leave(self, target: Path, write: Callable[[Path], object]) -> None:
        """Writes a result whole or not at all; not, where the data have changed since the start. A run
        does not fail because there is no room for what the next one could use."""
        if not self._as_read():
            return
        beside = target.with_name(f".{target.name}.{os.getpid()}-{get_ident()}")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            write(beside)
            if self._as_read():
                beside.replace(target)
        except (OSError, duckdb.IOException):
            pass
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)

    def _as_read(self) -> bool:
        """The data are those whose contents are known."""
        return self.usable and all(_stamp(file) == stamp for file, stamp in self.read.items())


def _seal(held: Path, text: bytes) -> bytes:
    """Tells whether a file of the cache is the one of its key, and whole."""
    return hashlib.sha256(held.stem.encode() + b"\n" + text).hexdigest().encode()


def rows_in(con: DuckDB, held: Path) -> int | None:
    """How many rows a Parquet file has; None where there is none, or it is broken."""
    if not held.exists():
        return None
    try:
        counted = f"SELECT num_rows FROM parquet_file_metadata({literal(str(held))})"
        ((number,),) = rows(con, counted)
    except DuckDBError:
        return None
    return int(number)


def scan_of(held: Sequence[Path]) -> str:
    """What stands behind FROM to read files of the cache. Folders above it hold no values."""
    listed = ", ".join(literal(as_path(one)) for one in held)
    return f"read_parquet([{listed}], hive_partitioning=false)"


def write(con: DuckDB, select: str, file: Path) -> None:
    """Makes a Parquet file of what `select` gives."""
    run(con, f"COPY ({select}) TO {literal(str(file))} (FORMAT parquet)")


def open_cache(
    folder: Path,
    data: Path,
    wanted: Mapping[str, Mapping[str, Type]],
    platform: str | None,
) -> tuple[Cache | None, tuple[Diagnostic, ...]]:
    """The cache in `folder`, which is made, for the files of `data` as they are at this moment.

    What no run has used for 30 days is removed.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        _prune(folder)
    except OSError as error:
        reason = error.strerror or str(error)
        notes = ("name a folder that can be written; it is made if it is not there",)
        return None, (Diagnostic("E552", f"--cache {folder}: {reason}", notes=notes),)
    sources, _ = find(data)
    files = [(source, file) for source in sources for file in _files(source)]
    read = {file: _stamp(file) for _, file in files}
    with ThreadPoolExecutor() as threads:  # digests are computed outside of Python
        contents = threads.map(_file_digest, [file for _, file in files])
        made_by = f"{_own_digest()} {duckdb.__version__}"
        digests = {
            file: f"{source.table} {source.format} {_folders(source, file)} {content}"
            for (source, file), content in zip(files, contents, strict=True)
        }
    of_files = {file: digest(f"{made_by}\n{one}") for file, one in digests.items()}
    whole = "\n".join((made_by, f"platform {platform}", *sorted(digests.values())))
    keys = {
        table: digest(f"{whole}\n{table} {canonical(columns)}") for table, columns in wanted.items()
    }
    return Cache(folder, digest(canonical(keys)), keys, of_files, read), ()


def _files(source: Source) -> list[Path]:
    """The files of a source; of a DuckDB file also what is not yet written into it."""
    logs = [file.with_name(f"{file.name}.wal") for file in source.files]
    return [*source.files, *(log for log in logs if source.format == "duckdb" and log.exists())]


def _folders(source: Source, file: Path) -> str:
    """Folders such as `platform=douyin` hold values of columns, also where they lie above the data."""
    above = [part for part in source.root.parts if "=" in part]
    return canonical((above, file.parent.relative_to(source.root).parts))


def _own_digest() -> str:
    """Of this package's code, and of Ibis' first file, which has its version: what other code has left is
    of no use."""
    package = Path(checker.__file__).parent
    files = sorted(file for ending in ("py", "json") for file in package.rglob(f"*.{ending}"))
    texts = [(str(f.relative_to(package)), f.read_text("utf-8")) for f in files]
    ibis = find_spec("ibis")
    assert ibis is not None and ibis.origin is not None
    return digest(canonical([*texts, Path(ibis.origin).read_text("utf-8")]))


def _prune(folder: Path) -> None:
    oldest = time.time() - _UNUSED_DAYS * 86_400
    for file in folder.glob("[0-9a-f][0-9a-f]/*"):
        if file.stat().st_mtime < oldest:
            file.unlink(missing_ok=True)


def _stamp(file: Path) -> Stamp | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def used(held: Path) -> None:
    """Keeps it from being removed as what nobody uses."""
    with suppress(OSError):  # a folder of somebody else's, or one that was emptied meanwhile
        os.utime(held)


def digest(text: str) -> str:
    """What stands for a text in keys."""
    return hashlib.sha256(text.encode()).hexdigest()


def _file_digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
