"""The DuckDB file of a history: opened by one writer at a time, made whole, refused when it is no such."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import duckdb

from checker.diagnostics import Diagnostic

SCHEMA = 1
"""The version of TABLES. A file of another version is left alone."""

PATIENCE = 30.0  # seconds to wait for another program that has the file open
_PAUSE = 0.05, 0.3

TABLES = """
CREATE TABLE checker_history (schema INTEGER NOT NULL);
CREATE TABLE runs (
  run INTEGER PRIMARY KEY,             -- from 1, in the order of appending
  key VARCHAR NOT NULL UNIQUE,         -- the same for the same data, rules, as-of instants and days
  appended_at TIMESTAMP NOT NULL,      -- UTC
  checker VARCHAR NOT NULL,            -- version of the program
  pseudonymized BOOLEAN NOT NULL,
  first_day DATE, through_day DATE,    -- --from and --through
  asked JSON NOT NULL,                 -- other options that change figures
  rows JSON NOT NULL,                  -- of the data, by table
  data_from TIMESTAMP, data_through TIMESTAMP  -- UTC
);
CREATE TABLE packs (
  run INTEGER NOT NULL, pack VARCHAR NOT NULL, platform VARCHAR NOT NULL,
  digest VARCHAR NOT NULL,             -- of the rules
  timezone VARCHAR NOT NULL,
  as_of TIMESTAMP,                     -- UTC
  PRIMARY KEY (run, pack)
);
CREATE TABLE verdicts (
  run INTEGER NOT NULL, line INTEGER NOT NULL,  -- order within the run
  pack VARCHAR NOT NULL, rule VARCHAR NOT NULL, title_zh VARCHAR, title_en VARCHAR,
  severity VARCHAR NOT NULL,
  platform VARCHAR, shop VARCHAR, agent VARCHAR, channel VARCHAR,
  scope JSON NOT NULL,                 -- all of it; null is a missing value
  period VARCHAR NOT NULL, period_from VARCHAR, period_through VARCHAR,  -- local, ISO 8601
  outcome VARCHAR NOT NULL, type VARCHAR NOT NULL, basis VARCHAR NOT NULL,
  value DOUBLE,                        -- a ratio's 1 is 100 %; durations in microseconds
  value_numerator HUGEINT, value_denominator HUGEINT,  -- the same, exactly
  numerator HUGEINT, denominator HUGEINT,
  require VARCHAR, aim VARCHAR, aim_source VARCHAR, source VARCHAR, revision VARCHAR,
  shortfall HUGEINT, pending BIGINT NOT NULL, offender_count BIGINT NOT NULL,
  counts VARCHAR NOT NULL,             -- the fact whose rows are counted
  added BOOLEAN NOT NULL,              -- by --by
  PRIMARY KEY (run, line)
);
"""
_NAMES = frozenset({"checker_history", "runs", "packs", "verdicts"})
_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",  # a file from elsewhere may hold views that read others
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "lock_configuration": "true",
}


class Refused(Exception):
    """Carries why the file cannot be used out of this module's context managers."""

    def __init__(self, why: Diagnostic) -> None:
        super().__init__(why.message)
        self.why = why


@contextmanager
def reading(path: Path, patience: float = PATIENCE) -> Iterator[Any]:
    """A connection that only reads. Raises Refused."""
    if not path.exists():
        raise Refused(missing(path))
    con = _connected(path, read_only=True, patience=patience)
    try:
        _check_schema(con, path)
        yield con
    except duckdb.Error as error:
        raise Refused(_damaged(path, error)) from None
    finally:
        con.close()


def opened_to_write(path: Path, patience: float = PATIENCE) -> tuple[Any, bool]:
    """A connection that no other program has beside it, and whether the file was made for it.

    Raises Refused.
    """
    end = time.monotonic() + patience
    while True:
        made = not path.exists() and _made(path)
        con = _connected(path, read_only=False, patience=end - time.monotonic())
        # Who made a file and then failed removes it, while it is locked.
        if path.exists():
            break
        con.close()
    try:
        _check_schema(con, path)
    except BaseException:
        con.close()
        raise
    return con, made


def check_place(path: Path) -> Diagnostic | None:
    """What will be in the way of writing there, as far as it can be seen without a trace."""
    if path.exists():
        if path.is_file() and not os.access(path, os.W_OK):
            return _unusable(path, "it is write-protected", _WRITE)
        try:
            with reading(path):
                return None
        except Refused as refused:
            return refused.why
    above = next(folder for folder in path.absolute().parents if folder.exists())
    if not above.is_dir():
        return _unusable(path, "a part of the path is a file", _WRITE)
    if not os.access(above, os.W_OK | os.X_OK):
        return _unusable(path, f"the folder {above} is write-protected", _WRITE)
    return None


_NEW = "checker audit DATA --history FILE.duckdb makes one, where there is no file yet"
_WRITE = "write"
_READ = "read"


def missing(path: Path) -> Diagnostic:
    note = f"checker audit DATA --history {path} makes it"
    return _unusable(path, "there is no such file", _READ, note)


def unwritten(path: Path, error: Exception) -> Diagnostic:
    """The transaction was taken back."""
    return _unusable(path, _first_line(error), _WRITE, "nothing was written")


def _unusable(path: Path, why: str, what: str, *notes: str) -> Diagnostic:
    return Diagnostic("E500", f"cannot {what} the history {path}: {why}", notes=notes)


def _made(path: Path) -> bool:
    """Makes the file, complete with its tables, in one step; False where another program was faster."""
    partial = path.with_name(f".{path.name}.{os.getpid()}.partial")
    folders = [folder for folder in path.absolute().parents if not folder.exists()]
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        con = duckdb.connect(str(partial), config=_CONFIG)
        try:
            con.execute(TABLES)
            con.execute("INSERT INTO checker_history VALUES (?)", [SCHEMA])
        finally:
            con.close()
        return _placed(partial, path)
    except (OSError, duckdb.Error) as error:
        for folder in folders:
            with suppress(OSError):
                folder.rmdir()
        reason = error.strerror if isinstance(error, OSError) else None
        raise Refused(_unusable(path, reason or _first_line(error), _WRITE)) from None
    finally:
        for left in (partial, Path(f"{partial}.wal")):
            with suppress(OSError):
                left.unlink(missing_ok=True)


def _placed(partial: Path, path: Path) -> bool:
    try:
        os.link(partial, path)  # never in the place of a file that is there
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links
        if path.exists():
            return False
        partial.replace(path)
    return True


def _connected(path: Path, *, read_only: bool, patience: float) -> Any:
    what = _READ if read_only else _WRITE
    try:
        if path.is_dir():
            raise Refused(_unusable(path, "it is a folder", what))
        with path.open("rb") as file:
            start = file.read(12)
    except OSError as error:
        raise Refused(_unusable(path, error.strerror or str(error), what)) from None
    if start[8:12] != b"DUCK":
        why = "it is empty" if not start else "it is no DuckDB file"
        note = _NEW
        raise Refused(Diagnostic("E501", f"{path} is no history: {why}", notes=(note,)))
    end = time.monotonic() + patience
    while True:
        try:
            return duckdb.connect(str(path), read_only=read_only, config=_CONFIG)
        except duckdb.Error as error:
            if not _is_locked(error):
                raise Refused(_damaged(path, error)) from None
            if time.monotonic() >= end:
                raise Refused(_locked(path, error, patience)) from None
        time.sleep(random.uniform(*_PAUSE))  # so that those who wait do not wake at once


def _is_locked(error: Exception) -> bool:
    text = str(error).lower()
    return "could not set lock" in text or "being used by another process" in text


def _locked(path: Path, error: Exception, patience: float) -> Diagnostic:
    holder = _first_line(error).partition("held in ")[2].partition(". See")[0]
    return Diagnostic(
        "E504",
        f"the history {path} is in use by another program",
        notes=(
            *((f"it is {holder}",) if holder else ()),
            f"waited {max(patience, 0):.0f} seconds; nothing was written; run it again later",
        ),
    )


def _check_schema(con: Any, path: Path) -> None:
    try:
        tables = [
            name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()
        ]
        known = "checker_history" in tables and (
            con.execute("SELECT schema FROM main.checker_history").fetchall()
        )
    except duckdb.Error as error:
        raise Refused(_damaged(path, error)) from None
    if not known:
        listed = ", ".join(f"`{name}`" for name in sorted(tables)[:8]) or "none"
        notes = (f"its tables: {listed}", _NEW)
        message = f"{path} is a DuckDB file, but no history of checker"
        raise Refused(Diagnostic("E502", message, notes=notes))
    versions = [version for (version,) in known]
    if versions != [SCHEMA]:
        shown = ", ".join(map(str, versions))
        raise Refused(
            Diagnostic(
                "E503",
                f"the history {path} is of version {shown}, and this checker knows {SCHEMA}",
                notes=("it was left as it is; use the checker that wrote it, or another file",),
            )
        )
    lacking = sorted(_NAMES - set(tables))
    if lacking:
        raise Refused(_damaged(path, ValueError(f"there is no table {', '.join(lacking)}")))


def _damaged(path: Path, error: Exception) -> Diagnostic:
    return Diagnostic(
        "E505",
        f"the history {path} cannot be read: {_first_line(error)}",
        notes=("it was left as it is; restore a copy, or name another file",),
    )


def _first_line(error: Exception) -> str:
    return str(error).strip().split("\n", 1)[0]
