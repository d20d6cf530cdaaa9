"""A growing folder or file as a data set that stands still: whole lines only, each parsed once.

What does not grow line by line is linked and not copied; where nothing does, the data are read where
they are. Rows of a file that was rotated away are kept,
for their questions may still be open; those of a file that is gone, or was written anew, are not.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from checker.data.chunks import Lines, is_plain, merge, write_chunk
from checker.data.duck import DuckDB
from checker.data.files import Source, find
from checker.data.followed import Followed
from checker.data.lines import Stat, is_followed
from checker.data.scratch import Scratch
from checker.data.sql import literal, name, rows, run
from checker.data.validate import KEYS
from checker.diagnostics import Diagnostic, has_errors
from checker.language.types import Type

MANY = 24  # parts of one file, from which on they are put together
_TEXT = ("csv", "tsv", "json")
_HALVES = 40  # times that lines with a fault are parted to find it


@dataclass
class Mirror:
    """`wanted` are the tables and columns that anybody asks for; other tables are left out."""

    path: Path
    wanted: Mapping[str, Mapping[str, Type]]
    _home: Scratch = field(default_factory=lambda: Scratch("checker-watch-"))
    _files: dict[Path, Followed] = field(default_factory=dict)
    _whole: dict[Path, tuple[Stat, Path]] = field(default_factory=dict)
    _number: itertools.count[int] = field(default_factory=itertools.count)
    _started: bool = False
    _direct: dict[Path, Stat] | None = None  # files that are read where they are
    _left_out: int = 0

    @property
    def folder(self) -> Path:
        return self._home.path

    @property
    def place(self) -> Path:
        """What is to be read."""
        return self.folder if self._direct is None else self.path

    @property
    def left_out(self) -> int:
        """Lines with faults that have come since the start: they are not seen."""
        return self._left_out

    def update(self, con: DuckDB) -> tuple[bool, tuple[Diagnostic, ...]]:
        """Takes over what is new. Whether anything is; and what hinders, which leaves all as it was.

        Lines with faults hinder the start; those that come later are left out, and counted.
        """
        sources, found = find(self.path)
        if has_errors(found):
            return False, found
        try:
            if not self._files and not any(map(_grows, sources)):
                return self._read_directly(sources), ()
        except OSError as error:
            return False, (_gone(Path(error.filename or self.path), error),)
        if self._direct is not None:
            self._direct, self._whole = None, {}
        changed, seen = False, set[Path]()
        told: tuple[Diagnostic, ...] = ()
        for source in sources:
            table = source.table or "messages"
            if table not in self.wanted:
                continue
            for file in source.files:
                seen.add(file)
                try:
                    more, found = self._take(con, source, table, file)
                except OSError as error:
                    more, found = False, (_gone(file, error),)
                changed, told = changed or more, (*told, *found)
        dropped, found = self._drop(seen)
        changed, told = changed or dropped, (*told, *found)
        self._started = self._started or not has_errors(told)
        return changed, told

    def _read_directly(self, sources: Sequence[Source]) -> bool:
        files = [file for source in sources for file in source.files]
        # What DuckDB has not yet written into its file stands beside it.
        files += [log for file in files if (log := file.with_name(f"{file.name}.wal")).exists()]
        stats = {file: Stat.of(file) for file in files}
        changed = stats != self._direct
        self._direct, self._started = stats, True
        return changed

    def _take(
        self, con: DuckDB, source: Source, table: str, file: Path
    ) -> tuple[bool, tuple[Diagnostic, ...]]:
        follows = source.format in _TEXT and is_followed(file)
        if not (follows and is_plain(self.wanted[table])):
            return self._link(table, file), ()
        self._moved(file)
        one = self._files.setdefault(file, Followed(file, table))

        def write(lines: Lines) -> tuple[list[Path], tuple[Diagnostic, ...]]:
            return self._write(con, lines)

        changed, found = one.update(write)
        if changed and table in KEYS and one.older:
            self._supersede(con, one)
        if len(one.current.parts) > MANY:
            merged = self._place(table, ".parquet")
            if merge(con, one.current.parts, merged):
                for part in one.current.parts:
                    part.unlink()
                one.current.parts = [merged]
        return changed, found

    def _moved(self, file: Path) -> None:
        """A file that got another name keeps what was read of it."""
        inode = Stat.of(file).inode
        for old, one in list(self._files.items()):
            same = one.stat is not None and one.stat.inode == inode and old != file
            if same and file not in self._files and one.known.begin(file):
                self._files[file] = self._files.pop(old)
                one.path = file

    def _write(self, con: DuckDB, lines: Lines) -> tuple[list[Path], tuple[Diagnostic, ...]]:
        out = self._place(lines.table, ".parquet")
        found = write_chunk(con, lines, self.wanted[lines.table], out)
        if not found:
            return [out], ()
        if not self._started:
            return [], found
        return self._without_faults(con, lines, _HALVES), ()

    def _without_faults(self, con: DuckDB, lines: Lines, tries: int) -> list[Path]:
        """The lines in halves, and halves of these, until those with faults stand alone."""
        parts = lines.body.splitlines(keepends=True)
        if len(parts) == 1 or tries <= 0:
            self._left_out += len(parts)
            return []
        middle = len(parts) // 2
        made: list[Path] = []
        for half, first in (
            (parts[:middle], lines.first),
            (parts[middle:], lines.first + middle),
        ):
            some = Lines(lines.origin, lines.table, lines.header, b"".join(half), first)
            out = self._place(lines.table, ".parquet")
            if write_chunk(con, some, self.wanted[lines.table], out):
                made += self._without_faults(con, some, tries // 2)
            else:
                made.append(out)
        return made

    def _supersede(self, con: DuckDB, one: Followed) -> None:
        """Where a thing has one row, the row of a newer file stands for it."""
        keys = KEYS[one.table]
        fresh = ", ".join(literal(str(p)) for p in one.current.parts)
        if not fresh:
            return
        for generation in one.older:
            kept: list[Path] = []
            for part in generation.parts:
                columns = {r[0] for r in rows(con, f"DESCRIBE FROM read_parquet([{fresh}])")}
                columns &= {r[0] for r in rows(con, f"DESCRIBE FROM read_parquet({literal(str(part))})")}  # fmt: skip
                same = " AND ".join(
                    f"o.{name(k)} IS NOT DISTINCT FROM n.{name(k)}" for k in keys if k in columns
                )
                out = self._place(one.table, ".parquet")
                run(
                    con,
                    f"COPY (SELECT o.* FROM read_parquet({literal(str(part))}) AS o ANTI JOIN "
                    f"read_parquet([{fresh}], union_by_name=true) AS n ON {same}) "
                    f"TO {literal(str(out))} (FORMAT parquet)",
                )
                part.unlink()
                kept.append(out)
            generation.parts = kept

    def _link(self, table: str, file: Path) -> bool:
        stat = Stat.of(file)
        known = self._whole.get(file)
        if known is not None and known[0] == stat:
            return False
        if known is None:
            suffix = "".join(file.suffixes[-2:]) if file.suffix.lower() == ".gz" else file.suffix
            link = self._place(table, suffix)
            link.symlink_to(file.resolve())
        else:
            link = known[1]
        self._whole[file] = stat, link
        return True

    def _drop(self, seen: set[Path]) -> tuple[bool, tuple[Diagnostic, ...]]:
        """Part files that are gone take their rows with them. A table's only file is rotated or written
        anew: its rows stay until then, for nobody must think that nothing waits."""
        dropped, told = False, list[Diagnostic]()
        for file in [f for f in (*self._files, *self._whole) if f not in seen]:
            only = file.parent == self.path or file == self.path
            if only and file in self._whole:
                told.append(Diagnostic("E204", f"cannot read `{file}`: it is gone"))
            elif not only:
                dropped = True
                if file in self._files:
                    self._files.pop(file).drop()
                else:
                    self._whole.pop(file)[1].unlink(missing_ok=True)
        return dropped, tuple(told)

    def _place(self, table: str, suffix: str) -> Path:
        folder = self.folder / table
        folder.mkdir(exist_ok=True)
        return folder / f"{next(self._number):08d}{suffix}"


def _grows(source: Source) -> bool:
    return source.format in _TEXT and any(map(is_followed, source.files))


def _gone(file: Path, error: OSError) -> Diagnostic:
    return Diagnostic("E204", f"cannot read `{file}`: {error.strerror or error}")
