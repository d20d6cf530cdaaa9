"""A cache of kept tables, of text files as they were read, and of what was found out about a data set, each
under the digest of all that it was made of.

The key of a table is the digest of its SQL with every table in it replaced by that table's own key: for a
table of the data set the digest of its files and of how they are read, for a kept table the key of the
statement that made it. Clocks, windows, time zones and as-of stand in the SQL as they are. So what is found
under a key is what the statement would give; nothing is ever looked up by a name or a date. What is
remembered of the whole data set lies under its key and a text of all else that it hangs on; what was read
from one file, under that file's contents and the SQL that reads it, whatever other files there are.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from threading import get_ident
from typing import Any

import duckdb

import checker
from checker.data.canonical_text import canonical
from checker.data.duck import DuckDB
from checker.data.files import Source, find
from checker.data.in_order import stand_in
from checker.data.lazily import ir
from checker.data.sql import DuckDBError, literal, name, rows, run
from checker.data.workspace import Stages, Workspace
from checker.diagnostics import Diagnostic
from checker.language.types import Type

_TABLE = re.compile(r'"(kept_\d+|data\d+_\w+|ibis_table_unnest_\w+)"')
"""Names in compiled SQL that differ from run to run; Ibis quotes them and makes some up."""

_END = "\nend\n"
"""What tells a text that was left from one that broke off."""

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
        text = self._read(self._about(key, "json"))
        try:
            return None if text is None else json.loads(text)
        except ValueError:
            return None

    def recall_text(self, key: str) -> str | None:
        """A text that was left under a key; it ends as it was written."""
        text = self._read(self._about(key, "txt"))
        return text.removesuffix(_END) if text is not None and text.endswith(_END) else None

    def _read(self, held: Path) -> str | None:
        try:
            text = held.read_text("utf-8") if self.usable else None
        except (OSError, ValueError):
            return None
        _used(held)
        return text

    def remember(self, key: str, value: object) -> None:
        """Leaves something about the whole data set: texts, numbers, None, and lists of them."""
        self.leave(self._about(key, "json"), lambda file: file.write_text(json.dumps(value)))

    def remember_text(self, key: str, text: str) -> None:
        """Leaves a text about the whole data set."""
        self.leave(self._about(key, "txt"), lambda file: file.write_text(text + _END, "utf-8"))

    def _about(self, key: str, ending: str) -> Path:
        return self.file(_digest(f"{self.data}\n{key}"), ending)

    def of_file(self, con: DuckDB, file: Path, what: str, select: str) -> Path | None:
        """The rows that `select` makes of one file of the data set, as a Parquet file that an earlier run
        has left or this one leaves; None where there is no room for it. `what` says the same as `select`,
        without the file's name."""
        held = self.file(_digest(f"{self.files[file]}\n{what}"), "parquet")
        if _rows_in(con, held) is None:
            self.leave(held, lambda beside: _write(con, select, beside))
        else:
            _used(held)
        return held if held.exists() else None

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


@dataclass
class CachedWorkspace(Workspace):
    """A workspace that looks into the cache first, and leaves there what it had to compute."""

    cache: Cache | None = None  # None: the data are not known yet
    recalls: bool = True  # False: every question is put, and shown in the plan
    _keys: dict[str, str] = field(default_factory=dict)

    def _keep(self, kept: str, sql: str, stages: Stages) -> int:
        return self._held(kept, sql, stages, sql, lambda: Workspace._keep(self, kept, sql, stages))

    def _keep_ordered(
        self, kept: str, sql: str, stages: Stages, sorting: str, sort: Callable[[], None]
    ) -> int:
        def make() -> int:
            number = Workspace._keep(self, kept, sql, stages)
            sort()  # the file has the rows in the order of the table
            return number

        return self._held(
            kept, sql, stages, f"{sql}\n{sorting.replace(stand_in(kept), 'rows')}", make
        )

    def _held(self, kept: str, sql: str, stages: Stages, what: str, make: Callable[[], int]) -> int:
        """The table that the cache holds of `what`, or what `make` makes; how many rows it has."""
        if self.cache is None or not self.cache.usable:
            return make()
        key = self._key(what)
        held = self.cache.file(key, "parquet")
        number = self._view(held, kept, sql, stages)
        if number is None:
            number = make()
            self.cache.leave(held, lambda file: self._copy(kept, file))
        self._keys[kept] = key
        return number

    @property
    def remembers(self) -> bool:
        return self.cache is not None

    def recall(self, key: str) -> Any:
        return self.cache.recall(key) if self.cache is not None and self.recalls else None

    def leave(self, key: str, value: object) -> None:
        if self.cache is not None:
            self.cache.remember(key, value)

    def recall_text(self, key: str) -> str | None:
        return self.cache.recall_text(key) if self.cache is not None and self.recalls else None

    def leave_text(self, key: str, text: str) -> None:
        if self.cache is not None:
            self.cache.remember_text(key, text)

    def table(self, columns: Mapping[str, Sequence[object]], types: Mapping[str, str]) -> ir.Table:
        made = super().table(columns, types)
        self._keys[made.get_name()] = _digest(json.dumps([list(columns.items()), dict(types)]))
        return made

    def _key(self, sql: str) -> str:
        assert self.cache is not None
        tables = self.cache.tables
        made_up: dict[str, str] = {}

        def origin(found: re.Match[str]) -> str:
            table = found[1]
            if table.startswith("ibis_"):
                return made_up.setdefault(table, f"unnested {len(made_up)}")
            key = self._keys.get(table) or tables.get(table.partition("_")[2])
            return key or found[0]

        return _digest(_TABLE.sub(origin, sql))

    def _view(self, held: Path, kept: str, sql: str, stages: Stages) -> int | None:
        """Makes a view of what is held, of so many rows; None where the file is broken."""
        began, file = time.monotonic(), literal(str(held))
        number = _rows_in(self.con, held)
        if number is None:
            return None
        try:
            decimal = f"SELECT name FROM parquet_schema({file}) WHERE converted_type = 'DECIMAL'"
            huge = [column for (column,) in rows(self.con, decimal)]
            columns = _cast(huge, "HUGEINT")
            run(self.con, f"CREATE VIEW {kept} AS SELECT {columns} FROM read_parquet({file})")
        except DuckDBError:
            return None
        _used(held)
        self._ended(stages, kept, f"/* cached */ {sql}", number, began)
        return number

    def _copy(self, made: str, file: Path) -> None:
        described = rows(self.con, f"DESCRIBE {made}")
        # Parquet has no integers of 128 bits; decimals of 38 digits hold all that sums can be.
        columns = _cast([c for c, type_, *_ in described if type_ == "HUGEINT"], "DECIMAL(38, 0)")
        _write(self.con, f"SELECT {columns} FROM {made}", file)


def _rows_in(con: DuckDB, held: Path) -> int | None:
    """How many rows a Parquet file has; None where there is none, or it is broken."""
    if not held.exists():
        return None
    try:
        counted = f"SELECT num_rows FROM parquet_file_metadata({literal(str(held))})"
        ((number,),) = rows(con, counted)
    except DuckDBError:
        return None
    return int(number)


def _write(con: DuckDB, select: str, file: Path) -> None:
    run(con, f"COPY ({select}) TO {literal(str(file))} (FORMAT parquet)")


def _cast(columns: Sequence[str], type_: str) -> str:
    casts = ", ".join(f"CAST({name(c)} AS {type_}) AS {name(c)}" for c in columns)
    return f"* REPLACE ({casts})" if casts else "*"


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
            file: f"{source.table} {source.format} {_folders(source, file)} {digest}"
            for (source, file), digest in zip(files, contents, strict=True)
        }
    of_files = {file: _digest(f"{made_by}\n{digest}") for file, digest in digests.items()}
    whole = "\n".join((made_by, f"platform {platform}", *sorted(digests.values())))
    keys = {
        table: _digest(f"{whole}\n{table} {canonical(columns)}")
        for table, columns in wanted.items()
    }
    return Cache(folder, _digest(canonical(keys)), keys, of_files, read), ()


def _files(source: Source) -> list[Path]:
    """The files of a source; of a DuckDB file also what is not yet written into it."""
    logs = [file.with_name(f"{file.name}.wal") for file in source.files]
    return [*source.files, *(log for log in logs if source.format == "duckdb" and log.exists())]


def _folders(source: Source, file: Path) -> str:
    """Folders such as `platform=douyin` hold values of columns."""
    return canonical(file.parent.relative_to(source.root).parts)


def _own_digest() -> str:
    """Of this package's code, and of Ibis' first file, which has its version: what other code has left is
    of no use."""
    package = Path(checker.__file__).parent
    files = sorted(file for ending in ("py", "json") for file in package.rglob(f"*.{ending}"))
    texts = [(str(f.relative_to(package)), f.read_text("utf-8")) for f in files]
    ibis = find_spec("ibis")
    assert ibis is not None and ibis.origin is not None
    return _digest(canonical([*texts, Path(ibis.origin).read_text("utf-8")]))


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


def _used(held: Path) -> None:
    with suppress(OSError):  # a folder of somebody else's, or one that was emptied meanwhile
        os.utime(held)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _file_digest(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
