"""Appends an audit to a history: in one transaction, together with the reports or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from checker import __version__
from checker.diagnostics import Diagnostic
from checker.verdicts.history_file import (
    PATIENCE,
    Refused,
    check_place,
    opened_to_write,
    reading,
    unwritten,
)
from checker.verdicts.model import Verdict
from checker.verdicts.recording import Recording

_HUGE = 1 << 127
_COLUMNS: Sequence[tuple[str, str, Callable[[Verdict], object]]] = (
    ("pack", "VARCHAR", lambda v: v.pack),
    ("rule", "VARCHAR", lambda v: v.rule),
    ("title_zh", "VARCHAR", lambda v: v.title.zh),
    ("title_en", "VARCHAR", lambda v: v.title.en),
    ("severity", "VARCHAR", lambda v: v.severity),
    ("platform", "VARCHAR", lambda v: v.scope.get("platform")),
    ("shop", "VARCHAR", lambda v: v.scope.get("shop")),
    ("agent", "VARCHAR", lambda v: v.scope.get("agent")),
    ("channel", "VARCHAR", lambda v: v.scope.get("channel")),
    ("scope", "JSON", lambda v: json.dumps({k: _text(name) for k, name in v.scope.items()})),
    ("period", "VARCHAR", lambda v: v.period.kind),
    ("period_from", "VARCHAR", lambda v: v.period.start),
    ("period_through", "VARCHAR", lambda v: v.period.through),
    ("outcome", "VARCHAR", lambda v: v.outcome.value),
    ("type", "VARCHAR", lambda v: v.type),
    ("basis", "VARCHAR", lambda v: v.basis),
    ("value", "DOUBLE", lambda v: None if v.value is None else repr(float(v.value))),
    ("value_numerator", "HUGEINT", lambda v: _exact(v.value, 0)),
    ("value_denominator", "HUGEINT", lambda v: _exact(v.value, 1)),
    ("numerator", "HUGEINT", lambda v: v.numerator),
    ("denominator", "HUGEINT", lambda v: v.denominator),
    ("require", "VARCHAR", lambda v: v.require),
    ("aim", "VARCHAR", lambda v: v.aim),
    ("aim_source", "VARCHAR", lambda v: v.aim_source),
    ("source", "VARCHAR", lambda v: v.source),
    ("revision", "VARCHAR", lambda v: v.revision),
    ("shortfall", "HUGEINT", lambda v: v.shortfall),
    ("pending", "BIGINT", lambda v: v.pending),
    ("offender_count", "BIGINT", lambda v: v.offender_count),
    ("counts", "VARCHAR", lambda v: v.of),
    ("added", "BOOLEAN", lambda v: "true" if v.added else "false"),
)


def check_history(path: Path, *, pseudonymized: bool) -> tuple[Diagnostic, ...]:
    """What will keep an audit from being appended there, before the long run."""
    trouble = check_place(path)
    if trouble is not None:
        return (trouble,)
    if not path.exists():
        return ()
    try:
        with reading(path) as con:
            return _names_mixed(con, path, pseudonymized)
    except Refused as refused:
        return (refused.why,)


def _names_mixed(con: Any, path: Path, pseudonymized: bool) -> tuple[Diagnostic, ...]:
    """Plain ids never come into a file of pseudonyms by a forgotten option."""
    held = {row[0] for row in con.execute("SELECT DISTINCT pseudonymized FROM runs").fetchall()}
    if True in held and not pseudonymized:
        note = "add --pseudonymize with the same salt, or name another file"
        message = f"the history {path} holds pseudonyms, and this audit has plain ids"
        return (Diagnostic("E506", message, notes=(note,)),)
    if False in held and pseudonymized:
        note = "agents and buyers have other names from here on: their trends begin anew"
        message = f"the history {path} holds plain ids, and this audit has pseudonyms"
        return (Diagnostic("W500", message, notes=(note,), level="warning"),)
    return ()


@dataclass(frozen=True)
class Appending:
    """An audit that is written but not yet there for others: `commit` makes it so, `undo` takes it back."""

    path: Path
    con: Any
    made: bool  # the file is new

    def commit(self) -> tuple[Diagnostic, ...]:
        try:
            self.con.execute("COMMIT")
        except duckdb.Error as error:
            self.undo()
            return (unwritten(self.path, error),)
        self.con.close()
        return ()

    def undo(self) -> None:
        """Leaves the file as it was before, or none where there was none."""
        with suppress(duckdb.Error):
            self.con.execute("ROLLBACK")
        with suppress(duckdb.Error, OSError):
            # Another program may have come first; nobody can come while the file is locked.
            if self.made and not self.con.execute("SELECT count(*) FROM runs").fetchone()[0]:
                self.path.unlink()
        self.con.close()


def append(
    path: Path, recording: Recording, now: int, patience: float = PATIENCE
) -> tuple[Appending | None, tuple[Diagnostic, ...]]:
    """Writes the audit in a transaction that its caller ends; None where there is nothing to end.

    An audit that the history has already is not written again (W501). `now` is in microseconds since
    1970 UTC; `patience` is how many seconds to wait for another program that has the file open.
    """
    rows = _rows(recording)  # before the file is locked: others wait for that
    try:
        con, made = opened_to_write(path, patience)
    except Refused as refused:
        return None, (refused.why,)
    pending = Appending(path, con, made)
    try:
        con.execute("BEGIN")
        found = con.execute("SELECT run FROM runs WHERE key = ?", [recording.key]).fetchone()
        if found is not None:
            pending.undo()
            message = f"the history {path} has this audit already, as its number {found[0]}"
            note = "the same data, rules, as-of instant and figures; it was not appended again"
            return None, (Diagnostic("W501", message, notes=(note,), level="warning"),)
        mixed = _names_mixed(con, path, recording.pseudonymized)
        if any(d.level == "error" for d in mixed):
            pending.undo()
            return None, mixed
        _insert(con, recording, rows, now)
    except duckdb.Error as error:
        pending.undo()
        return None, (unwritten(path, error),)
    except BaseException:
        pending.undo()
        raise
    return pending, ()


def _rows(recording: Recording) -> pa.Table:
    """The verdicts as texts that the engine casts: Arrow has no integers of 128 bits."""
    columns = {
        name: pa.array([_text(read(v)) for v in recording.verdicts], type=pa.string())
        for name, _, read in _COLUMNS
    }
    lines = pa.array(range(1, len(recording.verdicts) + 1), type=pa.int32())
    return pa.table({"line": lines, **columns})


def _insert(con: Any, recording: Recording, rows: pa.Table, now: int) -> None:
    run = con.execute("SELECT coalesce(max(run), 0) + 1 FROM runs").fetchone()[0]
    asked = {name: list(values) for name, values in recording.asked.items()}
    con.execute(
        "INSERT INTO runs VALUES "
        "(?, ?, make_timestamp(?), ?, ?, ?, ?, ?, ?, make_timestamp(?), make_timestamp(?))",
        [
            *(run, recording.key, now, __version__, recording.pseudonymized),
            *(recording.first, recording.through, _json(asked), _json(recording.data.tables)),
            *(recording.data.first, recording.data.last),
        ],
    )
    for pack in recording.packs:
        con.execute(
            "INSERT INTO packs VALUES (?, ?, ?, ?, ?, make_timestamp(?))",
            [run, pack.name, pack.platform, pack.digest, pack.timezone, pack.as_of],
        )
    cast = ", ".join(f"{name}::{kind}" for name, kind, _ in _COLUMNS)
    con.register("appended", rows)
    con.execute(
        f"INSERT INTO verdicts (run, line, {', '.join(name for name, _, _ in _COLUMNS)}) "
        f"SELECT {run}, line, {cast} FROM appended"
    )
    con.unregister("appended")


def _exact(value: Fraction | None, part: int) -> int | None:
    """Numerator or denominator. What is finer than 128 bits can hold is kept as near as they can."""
    if value is None:
        return None
    if max(abs(value.numerator), value.denominator) >= _HUGE:
        value = value.limit_denominator(10**15)
    both = value.numerator, value.denominator
    return None if abs(both[0]) >= _HUGE else both[part]


def _text(value: object) -> str | None:
    """UTF-8 has no lone surrogates, which a name from the command line can hold."""
    if value is None:
        return None
    return str(value).encode("utf-8", "backslashreplace").decode("utf-8")


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, default=dict)
